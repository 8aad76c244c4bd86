//! The view of packets that are known, and the replay against a monitor that is fed anew.

use core::fmt::Write as _;
use core::ops::Range;
use std::path::Path;

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_shared::Recorded;
use mqttscope_wire::{ProtocolVersion, Sender};
use proptest::prelude::*;

use super::replay::{MOST_COPIES, SPACING};
use super::*;

/// A recording in memory, of which the oldest packets may be gone.
#[derive(Clone, Debug, Default)]
struct Tape {
    packets: Vec<(ConnectionId, Sender, Instant, Vec<u8>)>,
    /// Connections that were closed before this packet.
    closed: Vec<(u64, ConnectionId, Instant)>,
    gone: u64,
}

impl Source for Tape {
    fn packets(&self) -> Range<u64> {
        self.gone..self.packets.len() as u64
    }

    fn packet(&self, number: u64) -> Option<Recorded<'_>> {
        let (connection, from, at, bytes) = self.packets.get(number as usize)?;
        (number >= self.gone).then_some(Recorded {
            connection: connection.0,
            sender: *from,
            version: ProtocolVersion::V5,
            at: *at,
            bytes,
        })
    }

    fn lead_in(&self, number: u64, monitor: &mut Monitor) {
        for (_, connection, at) in self.closed.iter().filter(|closed| closed.0 == number) {
            monitor.close(*connection, *at);
        }
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

impl Tape {
    /// Lines of milliseconds, connection, `c` or `s`, and hex.
    fn read(text: &str) -> Self {
        let mut tape = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.split(' ').collect();
            let at = Instant::from_millis(words[0].parse().unwrap());
            let connection = ConnectionId(words[1].parse().unwrap());
            let from = match words[2] {
                "c" => Sender::Client,
                "s" => Sender::Server,
                _ => {
                    let number = tape.packets.len() as u64;
                    tape.closed.push((number, connection, at));
                    continue;
                }
            };
            let bytes = unhex(&words[3..].concat());
            tape.packets.push((connection, from, at, bytes));
        }
        tape
    }

    /// The same over and over, at later times and on other connections.
    fn repeated(&self, times: u32) -> Self {
        let mut all = Self::default();
        for round in 0..times {
            let later =
                |at: Instant| Instant::from_millis(at.millis() + u64::from(round) * 600_000);
            let other = |id: ConnectionId| ConnectionId(id.0 + round * 1000);
            let base = all.packets.len() as u64;
            for (connection, from, at, bytes) in &self.packets {
                all.packets
                    .push((other(*connection), *from, later(*at), bytes.clone()));
            }
            for (number, connection, at) in &self.closed {
                all.closed
                    .push((base + number, other(*connection), later(*at)));
            }
        }
        all
    }

    /// The states around a packet, by a monitor that is fed from the oldest packet on.
    fn around(&self, number: u64) -> Around {
        let mut monitor = Monitor::new();
        for before in self.gone..number {
            self.lead_in(before, &mut monitor);
            let packet = self.packet(before).unwrap();
            monitor.push(
                ConnectionId(packet.connection),
                packet.sender,
                packet.bytes,
                packet.at,
            );
        }
        self.lead_in(number, &mut monitor);
        let packet = self.packet(number).unwrap();
        let before = monitor.state(ConnectionId(packet.connection));
        monitor.push(
            ConnectionId(packet.connection),
            packet.sender,
            packet.bytes,
            packet.at,
        );
        Around {
            before,
            after: monitor.state(ConnectionId(packet.connection)).unwrap(),
            at: packet.at,
        }
    }
}

fn reached(replay: &mut Replay, tape: &Tape, number: u64, most: u64) -> Passed {
    loop {
        let passed = replay.look(tape, number, most);
        if !matches!(passed, Passed::More(_)) {
            return passed;
        }
    }
}

fn recordings() -> Vec<Tape> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let mut tapes: Vec<Tape> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| Tape::read(&std::fs::read_to_string(entry.unwrap().path()).unwrap()))
        .collect();
    tapes.sort_by_key(|tape| tape.packets.len());
    assert!(tapes.len() >= 10);
    tapes
}

/// Connects, subscribes, and sends a message of QoS 2 by an alias; keep alive 10 s.
const MESSAGE: &str = "
    0 1 c 10 14 00 04 4d515454 05 02 000a 03 21 0005 00 04 616c6669
    5 1 s 20 09 00 00 06 21 000a 22 0003
    1000 1 c 82 09 0001 00 0003 742f2b 06
    1010 1 s 90 04 0001 00 01
    4000 1 c 34 0d 0003 742f61 0002 03 23 0001 6869
    4020 1 s 50 02 0002
    4030 1 c 62 02 0002
    4040 1 s 70 02 0002
    9500 1 c c0 00
    9510 1 s d0 00
";

fn view(text: &str, number: u64) -> StateView {
    let around = Tape::read(text).around(number);
    StateView::of(around.before.as_ref(), &around.after, around.at)
}

/// Rows that are marked, as text.
fn changed(view: &StateView) -> Vec<String> {
    rows(view)
        .into_iter()
        .filter(|line| !line.starts_with(' '))
        .collect()
}

fn rows(view: &StateView) -> Vec<String> {
    let mut lines = Vec::new();
    for section in [&view.client, &view.server, &view.session] {
        for row in section.groups.iter().flat_map(|group| &group.rows) {
            let mut line = match &row.change {
                Change::Unchanged => " ".to_owned(),
                Change::New => "+".to_owned(),
                Change::Gone => "-".to_owned(),
                Change::Changed { was } => format!("[{was}]"),
            };
            write!(line, " {}: {}", row.name, row.value).unwrap();
            lines.push(line);
        }
    }
    lines
}

#[test]
fn a_connack_announces_what_the_server_takes() {
    let view = view(MESSAGE, 1);
    assert_eq!(
        changed(&view),
        [
            "+ Window used: 0 of Receive Maximum 10",
            "+ Window used: 0 of Receive Maximum 5",
            "+ Receive Maximum: 10",
            "+ Maximum Packet Size: no limit",
            "+ Topic Alias Maximum: 3",
            "+ Maximum QoS: 2",
            "+ Retain Available: yes",
            "+ Wildcard Subscription Available: yes",
            "+ Subscription Identifier Available: yes",
            "+ Shared Subscription Available: yes",
            "[CONNECT was sent, CONNACK is next] Connection: open",
            "+ Session Present: 0",
            "+ Session Expiry Interval: ends with the connection",
            "+ Client idle: 0 s (limit 15 s)",
        ]
    );
    assert_eq!(view.changes(), 14);
}

#[test]
fn a_handshake_step_by_step() {
    let at = |number| changed(&view(MESSAGE, number));
    assert_eq!(
        at(4),
        [
            "[0 of Receive Maximum 10] Window used: 1 of Receive Maximum 10",
            "+ Packet Identifier 2: QoS 2: the server's PUBREC is next",
            "+ 1: t/a",
            "[3 s (limit 15 s)] Client idle: 0 s (limit 15 s)",
        ]
    );
    assert_eq!(
        at(5),
        [
            "[QoS 2: the server's PUBREC is next] Packet Identifier 2: QoS 2: the client's PUBREL is next"
        ]
    );
    assert_eq!(
        at(7),
        [
            "[1 of Receive Maximum 10] Window used: 0 of Receive Maximum 10",
            "- Packet Identifier 2: QoS 2: the server's PUBCOMP is next",
        ]
    );
}

#[test]
fn subscriptions_and_pings_wait_for_their_answers() {
    let at = |number| changed(&view(MESSAGE, number));
    assert_eq!(
        at(2),
        [
            "[1 s (limit 15 s)] Client idle: 0 s (limit 15 s)",
            "+ t/+: QoS 2 asked for, SUBACK is next, No Local",
            "+ Packet Identifier 1: the server's SUBACK or UNSUBACK is next",
        ]
    );
    assert_eq!(
        at(3),
        [
            "[QoS 2 asked for, SUBACK is next, No Local] t/+: QoS 1, asked for 2, No Local",
            "- Packet Identifier 1: the server's SUBACK or UNSUBACK is next",
        ]
    );
    assert_eq!(
        at(8),
        [
            "[5.4 s (limit 15 s)] Client idle: 0 s (limit 15 s)",
            "+ PINGREQ: the server's PINGRESP is next",
        ]
    );
    assert_eq!(at(9), ["- PINGREQ: the server's PINGRESP is next"]);
}

#[test]
fn of_the_first_packet_all_is_new() {
    let view = view(MESSAGE, 0);
    let rows = rows(&view);
    assert!(rows.iter().all(|row| row.starts_with('+')), "{rows:#?}");
    assert!(
        rows.contains(&"+ Client Identifier: alfi".to_owned()),
        "{rows:#?}"
    );
}

#[test]
fn what_the_recording_does_not_show_is_said_to_be_unknown() {
    let mut tape = Tape::read(MESSAGE);
    tape.gone = 5;
    let Passed::There(around) = reached(&mut Replay::default(), &tape, 6, 100) else {
        panic!("the packet is there");
    };
    let view = StateView::of(around.before.as_ref(), &around.after, around.at);
    let notes: Vec<_> = [&view.client, &view.server, &view.session]
        .into_iter()
        .flat_map(|section| &section.groups)
        .map(|group| group.note.as_str())
        .filter(|note| !note.is_empty())
        .collect();
    assert_eq!(
        notes,
        [
            "Unknown: the capture starts after it.",
            "Unknown: the capture starts after it.",
            "There may be more: the session's beginning was not seen.",
        ]
    );
    assert_eq!(reached(&mut Replay::default(), &tape, 4, 100), Passed::Gone);
    assert_eq!(
        reached(&mut Replay::default(), &tape, 10, 100),
        Passed::Gone
    );
}

#[test]
fn between_connect_and_connack_nothing_is_missing_that_was_seen() {
    let note = |text: &str| {
        let groups = view(text, 0).session.groups;
        groups.iter().map(|group| &*group.note).collect::<String>()
    };
    assert_eq!(note(MESSAGE), "");
    assert_eq!(
        note(&MESSAGE.replace("4d515454 05 02", "4d515454 05 00")),
        "There may be more: the CONNACK says whether the server has kept a session."
    );
}

#[test]
fn many_rows_are_cut_but_not_the_changed_ones() {
    let mut text = MESSAGE.to_owned();
    for identifier in 0..300_u32 {
        // More than the server takes at once; the monitor counts them all the same.
        writeln!(
            text,
            "9600 1 c 32 09 0003 742f61 {:04x} 00 68",
            identifier + 100
        )
        .unwrap();
    }
    let view = view(&text, 309);
    let group = &view.client.groups[0];
    assert_eq!(group.title, "In flight to the server");
    assert_eq!(group.rows.len() + group.left_out, 301);
    assert_eq!(group.rows.len(), MOST_ROWS + 2);
    assert_eq!(group.changes(), 2, "the window and the newest message");
}

#[test]
fn copies_are_bounded_and_steps_back_are_right() {
    let tape = recordings().pop().unwrap().repeated(80);
    assert!(tape.packets.len() > 20_000);
    let mut replay = Replay::default();
    let end = tape.packets.len() as u64;
    for number in [end - 1, end - 2, end - 3, 17_000, 16_999, 7, 0, 11_000] {
        let expected = Passed::There(Box::new(tape.around(number)));
        assert!(
            reached(&mut replay, &tape, number, 5_000) == expected,
            "{number}"
        );
    }
    assert!(replay.copies.len() <= MOST_COPIES);
    assert!(replay.spacing > SPACING);
}

#[test]
fn a_slice_of_work_is_a_slice() {
    let tape = recordings().pop().unwrap().repeated(20);
    let mut replay = Replay::default();
    let end = tape.packets.len() as u64 - 1;
    assert_eq!(replay.look(&tape, end, 100), Passed::More(end - 100));
    // Another packet in the meantime, then the first one again.
    let expected = Passed::There(Box::new(tape.around(50)));
    assert!(replay.look(&tape, 50, 100) == expected);
    assert!(matches!(replay.look(&tape, end, 100), Passed::More(_)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(32), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_knows_what_a_fresh_monitor_knows(
        which in 0_usize..10,
        gone in 0_u64..40,
        asked in proptest::collection::vec((0_u64..2_000, 1_u64..400), 1..8),
    ) {
        let mut tape = recordings().swap_remove(which).repeated(5);
        tape.gone = gone;
        let mut replay = Replay::default();
        for (number, most) in asked {
            let number = gone + number % (tape.packets.len() as u64 - gone);
            let expected = Passed::There(Box::new(tape.around(number)));
            prop_assert!(reached(&mut replay, &tape, number, most) == expected, "packet {}", number);
        }
    }

    #[test]
    fn what_is_dropped_meanwhile_does_no_harm(
        which in 0_usize..10,
        asked in proptest::collection::vec((0_u64..2_000, 0_u64..300), 1..8),
    ) {
        let mut tape = recordings().swap_remove(which).repeated(5);
        let mut replay = Replay::default();
        for (number, drops) in asked {
            tape.gone = (tape.gone + drops).min(tape.packets.len() as u64 - 1);
            let number = tape.gone + number % (tape.packets.len() as u64 - tape.gone);
            let passed = reached(&mut replay, &tape, number, 300);
            prop_assert!(matches!(passed, Passed::There(_)));
        }
    }
}
