//! What a tap did on purpose, and what came of it: rows, answers, and nobody blamed for it.

use core::time::Duration;

use mqttscope_capture::mark::{Effect, Mark, MarkedPacket};
use mqttscope_capture::pcapng::{Ends, Writer};
use mqttscope_capture::reading::Role;
use mqttscope_engine::Engine;
use mqttscope_protocol::{EventKind, Fate, FaultAnswer, FaultRow, FlowState, RecordId, WireRow};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Severity};

use super::{ALL, Shown, everything, exported, feed, shown, shown_from};

const SECOND: u64 = 1_000_000_000;
const PUBLISH: [u8; 8] = [0x32, 6, 0, 1, b't', 0, 3, b'x'];
const AGAIN: [u8; 8] = [0x3a, 6, 0, 1, b't', 0, 3, b'x'];
const PUBACK: [u8; 4] = [0x40, 2, 0, 3];

/// A CONNECT of version 3.1.1 that goes on with the session, of the client `a`.
const CONNECT: [u8; 15] = *b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01a";

fn connack(session_present: u8) -> [u8; 4] {
    [0x20, 2, session_present, 0]
}

fn lost(effect: Effect, packet_type: PacketType) -> Mark {
    Mark {
        fault: 1,
        effect,
        packet: Some(MarkedPacket {
            packet_type,
            identifier: Some(3),
            from: if packet_type == PacketType::Publish {
                Role::Client
            } else {
                Role::Server
            },
            goes_on: false,
        }),
        words: format!(
            "fault 1: cut before {} 1; 4 bytes did not go on",
            packet_type.name()
        ),
    }
}

/// What a tap records, second by second.
struct Tape {
    writer: Writer,
    made: Vec<u8>,
    at: u64,
}

impl Tape {
    fn new() -> Self {
        let (writer, mut made) = (Writer::new("mqttscope 1"), Vec::new());
        writer.begin(&mut made);
        Self {
            writer,
            made,
            at: SECOND,
        }
    }

    fn open(&mut self, id: u32) {
        self.open_with(id, &CONNECT);
    }

    fn open_with(&mut self, id: u32, connect: &[u8]) {
        let ends = Ends {
            client: ([127, 0, 0, 1], 50_000 + u16::try_from(id).unwrap()).into(),
            server: ([127, 0, 0, 1], 1883).into(),
        };
        self.writer.open(id, ends, "", self.at, &mut self.made);
        self.client(id, connect);
    }

    fn client(&mut self, id: u32, bytes: &[u8]) {
        self.writer
            .bytes(id, Role::Client, bytes, self.at, &mut self.made);
        self.at += SECOND;
    }

    fn server(&mut self, id: u32, bytes: &[u8]) {
        self.writer
            .bytes(id, Role::Server, bytes, self.at, &mut self.made);
        self.at += SECOND;
    }

    fn mark(&mut self, id: u32, mark: &Mark) {
        self.writer
            .mark(id, &mark.to_string(), self.at, &mut self.made);
    }

    fn close(&mut self, id: u32) {
        self.writer.close(id, self.at, &mut self.made);
        self.at += SECOND;
    }

    /// A connection whose PUBLISH is cut off by its lost PUBACK.
    fn cut_off() -> Self {
        let mut tape = Self::new();
        tape.open(1);
        tape.server(1, &connack(0));
        tape.client(1, &PUBLISH);
        tape.server(1, &PUBACK);
        tape.mark(1, &lost(Effect::Cut, PacketType::Puback));
        tape.close(1);
        tape
    }

    fn read(self) -> Engine {
        read(&self.made)
    }

    fn shown(self) -> Shown {
        shown(&mut self.read(), everything())
    }
}

/// An engine that has read a capture.
fn read(file: &[u8]) -> Engine {
    let mut engine = Engine::new(1);
    engine.handle_files([("tap.pcapng".to_owned(), file.len() as u64)]);
    feed(&mut engine, &[file], usize::MAX);
    engine
}

/// The only strike's answer.
fn only(row: &FaultRow) -> Option<FaultAnswer> {
    assert_eq!(row.strikes.len(), 1, "{row:?}");
    row.strikes[0].answer.clone()
}

fn row_of(shown: &Shown, record: RecordId) -> &WireRow {
    shown.wire.iter().find(|row| row.record == record).unwrap()
}

fn the_fault(shown: &Shown) -> &FaultRow {
    assert_eq!(shown.view.faults.len(), 1, "{:?}", shown.view.faults);
    &shown.view.faults[0]
}

/// What the answer says, checked to be a finding with its packets.
fn answer(shown: &Shown) -> (String, Severity) {
    let row = the_fault(shown);
    let answer = only(row).unwrap();
    assert_eq!(row.strikes[0].awaits, None);
    let found = shown.findings.iter().find(|it| it.message == answer.says);
    let found = found.unwrap();
    assert_eq!(found.packets, answer.packets);
    assert_eq!(found.severity, answer.severity);
    assert!(
        answer.packets.contains(&row.strikes[0].record),
        "{answer:?}"
    );
    (answer.says, answer.severity)
}

#[test]
fn a_message_that_was_sent_again_with_dup_is_an_answer_and_no_fault_of_anybody() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    tape.client(2, &AGAIN);
    tape.server(2, &PUBACK);
    tape.client(2, &[0xe0, 0]);
    tape.close(2);
    let shown = tape.shown();
    let (says, severity) = answer(&shown);
    assert_eq!(
        says,
        "The client's PUBLISH with Packet Identifier 3 was sent again with DUP, 3.0 s later, on the new connection."
    );
    assert_eq!(severity, Severity::Note);
    let blamed: Vec<_> = shown
        .findings
        .iter()
        .filter(|it| !it.rule.is_empty())
        .collect();
    assert!(blamed.is_empty(), "{blamed:#?}");
    let row = the_fault(&shown);
    assert_eq!((row.file, row.number, row.count), (0, 1, 1));
    let marks: Vec<_> = (shown.wire.iter())
        .filter(|row| row.event == Some(EventKind::Fault))
        .collect();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].record, row.strikes[0].record);
    assert_eq!(
        marks[0].summary,
        "fault 1: cut before PUBACK 1; 4 bytes did not go on"
    );
    // Nor is it said that the client closed it.
    let ended = shown.captured[0].ended.clone();
    assert_eq!(ended.as_deref(), Some("cut by a fault of the tap"));
    // The packets that show it: first, the fault, again.
    let packets = only(row).unwrap().packets;
    let types: Vec<_> = (packets.iter())
        .map(|packet| {
            let row = shown.wire.iter().find(|row| row.record == *packet).unwrap();
            (row.event.is_some(), row.packet_type)
        })
        .collect();
    assert_eq!(types[0], (false, Some(PacketType::Publish)));
    assert!(types[1].0);
    assert_eq!(types[2], (false, Some(PacketType::Publish)));
}

#[test]
fn an_export_tells_the_same_of_faults() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    tape.client(2, &AGAIN);
    tape.server(2, &PUBACK);
    tape.client(2, &[0xe0, 0]);
    tape.close(2);
    let mut engine = tape.read();
    let before = shown(&mut engine, everything());
    let again = exported(&mut engine);
    let after = shown(&mut read(&again), everything());
    assert_eq!(answer(&after), answer(&before));
    let rules = |shown: &Shown| -> Vec<String> {
        shown.findings.iter().map(|it| it.rule.clone()).collect()
    };
    assert_eq!(rules(&after), rules(&before));
    assert_eq!(after.captured[0].ended, before.captured[0].ended);
}

#[test]
fn a_message_that_was_sent_again_without_dup_is_told() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    tape.client(2, &PUBLISH);
    let (says, severity) = answer(&tape.shown());
    assert!(
        says.ends_with("on the new connection, but without DUP."),
        "{says}"
    );
    assert_eq!(severity, Severity::Warning);
}

#[test]
fn a_message_that_was_not_sent_again_is_told_when_that_is_certain() {
    // The new connection ends, or goes on for long, or another client shows that.
    for way in 0..3 {
        let mut tape = Tape::cut_off();
        tape.open(2);
        tape.server(2, &connack(1));
        tape.at += 10 * SECOND;
        match way {
            0 => tape.close(2),
            1 => tape.client(2, &[0xc0, 0]),
            _ => tape.open_with(3, &connect(4, 0, b'b')),
        }
        let (says, severity) = answer(&tape.shown());
        assert_eq!(
            says,
            "The client's PUBLISH with Packet Identifier 3 was not sent again on the new connection."
        );
        assert_eq!(severity, Severity::Warning);
    }
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    let other = [0x32, 6, 0, 1, b't', 0, 3, b'y'];
    tape.client(2, &other);
    let (says, _) = answer(&tape.shown());
    assert!(says.contains("in use for another message"), "{says}");
}

#[test]
fn without_a_session_nothing_needs_to_be_sent_again() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(0));
    tape.close(2);
    let (says, severity) = answer(&tape.shown());
    assert!(says.contains("Session Present 0"), "{says}");
    assert_eq!(severity, Severity::Note);
}

#[test]
fn a_connection_that_is_refused_answers_nothing() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &[0x20, 2, 0, 5]);
    tape.close(2);
    let shown = tape.shown();
    let row = the_fault(&shown);
    let waits = row.strikes[0].awaits.as_deref();
    assert_eq!(waits, Some("The client has not come back yet."));
    assert_eq!(only(row), None);
}

#[test]
fn on_a_connection_that_stays_the_message_may_be_sent_again_too() {
    let mut tape = Tape::new();
    tape.open(1);
    tape.server(1, &connack(0));
    tape.client(1, &PUBLISH);
    tape.server(1, &PUBACK);
    tape.mark(1, &lost(Effect::Lost, PacketType::Puback));
    tape.client(1, &AGAIN);
    tape.server(1, &PUBACK);
    let (says, _) = answer(&tape.shown());
    assert!(says.contains("on the same connection"), "{says}");
}

#[test]
fn nobody_is_judged_on_a_connection_that_a_fault_has_made_silent() {
    let mut tape = Tape::new();
    tape.open(1);
    tape.server(1, &connack(0));
    let mut mark = lost(Effect::Silent, PacketType::Publish);
    mark.packet = None;
    tape.mark(1, &mark);
    // Nobody answers these.
    tape.client(1, &[0xc0, 0]);
    tape.at += 600 * SECOND;
    tape.client(1, &PUBLISH);
    tape.client(1, &PUBLISH);
    tape.close(1);
    let shown = tape.shown();
    assert!(shown.findings.is_empty(), "{:#?}", shown.findings);
    assert_eq!(only(the_fault(&shown)), None);
    let fates: Vec<_> = (shown.wire.iter())
        .filter(|row| row.packet_type.is_some())
        .map(|row| row.fate)
        .collect();
    let lost = Some(Fate::Lost);
    assert_eq!(fates, [None, None, lost, lost, lost]);
}

#[test]
fn what_is_late_or_changed_is_not_awaited_again() {
    for effect in [Effect::Late, Effect::Changed] {
        let mut tape = Tape::new();
        tape.open(1);
        tape.server(1, &connack(0));
        tape.client(1, &PUBLISH);
        tape.server(1, &PUBACK);
        tape.mark(1, &lost(effect, PacketType::Puback));
        tape.mark(1, &lost(effect, PacketType::Puback));
        tape.client(1, &[0xe0, 0]);
        tape.close(1);
        let shown = tape.shown();
        let row = the_fault(&shown);
        assert_eq!((row.count, row.strikes.len()), (2, 2));
        let is_settled = |strike: &mqttscope_protocol::FaultStrike| {
            strike.awaits.is_none() && strike.answer.is_none()
        };
        assert!(row.strikes.iter().all(is_settled), "{row:?}");
        assert!(row.strikes[0].record < row.strikes[1].record);
        assert!(shown.findings.is_empty(), "{:#?}", shown.findings);
    }
}

/// A CONNECT as [`CONNECT`] with other flags, in another version, of another client.
fn connect(version: u8, flags: u8, client: u8) -> Vec<u8> {
    let mut packet = CONNECT.to_vec();
    (packet[8], packet[9], packet[14]) = (version, flags, client);
    if version == 5 {
        packet.insert(12, 0);
        packet[1] += 1;
    }
    packet
}

#[test]
fn a_packet_that_is_sent_again_has_one_verdict() {
    // A client that asks for a new session goes on with the message of the one before: the monitor has judged it.
    for version in [4, 5] {
        let connack: &[u8] = if version == 5 {
            &[0x20, 3, 0, 0, 0]
        } else {
            &[0x20, 2, 0, 0]
        };
        let message = |dup: &[u8; 8]| {
            let mut packet = dup.to_vec();
            if version == 5 {
                packet.insert(7, 0);
                packet[1] += 1;
            }
            packet
        };
        let mut tape = Tape::new();
        tape.open_with(1, &connect(version, 2, b'a'));
        tape.server(1, connack);
        tape.client(1, &message(&PUBLISH));
        tape.server(1, &PUBACK);
        tape.mark(1, &lost(Effect::Cut, PacketType::Puback));
        tape.close(1);
        tape.open_with(2, &connect(version, 2, b'a'));
        tape.server(2, connack);
        tape.client(2, &message(&AGAIN));
        tape.server(2, &PUBACK);
        let shown = tape.shown();
        let again = shown
            .wire
            .iter()
            .rfind(|row| row.packet_type == Some(PacketType::Publish));
        let again = again.unwrap().record;
        let about: Vec<_> = (shown.findings.iter())
            .filter(|found| found.packets.contains(&again))
            .collect();
        assert_eq!(about.len(), 1, "{about:#?}");
        assert_eq!(
            (&*about[0].rule, about[0].severity),
            ("dup-on-first-send", Severity::Error)
        );
        // The fault's own row says the same.
        let answer = only(the_fault(&shown)).unwrap();
        assert_eq!(answer.severity, Severity::Error);
        assert!(
            answer.says.contains("Its session is new"),
            "{}",
            answer.says
        );
    }
}

#[test]
fn a_line_that_strikes_several_clients_has_an_answer_for_each() {
    let mut tape = Tape::new();
    for (id, client) in [(1, b'a'), (2, b'b'), (3, b'c')] {
        tape.open_with(id, &connect(4, 0, client));
        tape.server(id, &connack(0));
        tape.client(id, &PUBLISH);
        tape.server(id, &PUBACK);
        tape.mark(id, &lost(Effect::Cut, PacketType::Puback));
        tape.close(id);
    }
    // One sends again, one does not, and one does not come back.
    tape.open_with(4, &connect(4, 0, b'a'));
    tape.server(4, &connack(1));
    tape.client(4, &AGAIN);
    tape.open_with(5, &connect(4, 0, b'b'));
    tape.server(5, &connack(1));
    tape.close(5);
    let shown = tape.shown();
    let row = the_fault(&shown);
    let told: Vec<_> = (row.strikes.iter())
        .map(|it| {
            (
                &*it.client,
                it.answer.as_ref().map(|it| it.severity),
                it.awaits.is_some(),
            )
        })
        .collect();
    let wanted = [
        ("a", Some(Severity::Note), false),
        ("b", Some(Severity::Warning), false),
        ("c", None, true),
    ];
    assert_eq!(told, wanted);
    assert_eq!(row.count, 3);
}

#[test]
fn who_comes_back_twice_is_answered_for_the_first_time() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    // The server closes the older connection only behind the newer CONNECT.
    tape.open(3);
    tape.close(2);
    tape.server(3, &connack(1));
    let shown = tape.shown();
    let (says, severity) = answer(&shown);
    assert!(
        says.contains("was not sent again on the new connection"),
        "{says}"
    );
    assert_eq!(severity, Severity::Warning);
    let found = shown.findings.iter().find(|it| it.message == says).unwrap();
    assert_eq!(found.connection, shown.captured[1].id);
}

#[test]
fn of_a_stream_that_grows_what_is_not_sent_again_is_told_in_time() {
    let mut tape = Tape::cut_off();
    tape.open(2);
    tape.server(2, &connack(1));
    let mut engine = Engine::new(1);
    engine.handle_files([("tap".to_owned(), None::<u64>)]);
    // Later than any time at which the list is looked at.
    let read = Instant::from_millis(1_000_000);
    engine.handle_read(read, Ok(&tape.made));
    let waits = |engine: &mut Engine, second| {
        let shown = shown_from(engine, everything(), second);
        (
            the_fault(&shown).strikes[0].awaits.clone(),
            only(the_fault(&shown)),
        )
    };
    let (awaits, answer) = waits(&mut engine, 1);
    assert_eq!(
        awaits.as_deref(),
        Some("The client is back, and it was not sent again yet.")
    );
    assert_eq!(answer, None);
    // Nobody sends anything any more.
    engine.handle_timeout(read + Duration::from_millis(4_999));
    assert_eq!(waits(&mut engine, 300).1, None);
    let due = read + Duration::from_secs(5);
    assert!(engine.poll_timeout().is_some_and(|next| next <= due));
    engine.handle_timeout(due);
    let says = waits(&mut engine, 600).1.unwrap().says;
    assert!(
        says.contains("was not sent again on the new connection"),
        "{says}"
    );
}

#[test]
fn what_a_fault_made_of_a_packet_stands_in_its_row_and_its_handshake() {
    for (effect, goes_on, fate) in [
        (Effect::Cut, false, Some(Fate::Lost)),
        (Effect::Cut, true, None),
        (Effect::Lost, false, Some(Fate::Lost)),
        (Effect::Changed, false, Some(Fate::Changed)),
        (Effect::Late, false, Some(Fate::Late)),
        (Effect::Nothing, false, None),
    ] {
        let mut tape = Tape::new();
        tape.open(1);
        tape.server(1, &connack(0));
        tape.client(1, &PUBLISH);
        tape.server(1, &PUBACK);
        let mut mark = lost(effect, PacketType::Puback);
        mark.packet = mark.packet.map(|packet| MarkedPacket { goes_on, ..packet });
        tape.mark(1, &mark);
        tape.client(1, &[0xe0, 0]);
        let looking = mqttscope_protocol::Looking {
            flows: Some(ALL),
            ..everything()
        };
        let shown = shown(&mut tape.read(), looking);
        let fates: Vec<_> = (shown.wire.iter())
            .filter_map(|row| Some((row.packet_type?, row.fate?)))
            .collect();
        let wanted: Vec<_> = fate
            .map(|fate| (PacketType::Puback, fate))
            .into_iter()
            .collect();
        assert_eq!(fates, wanted, "{effect:?}");
        let flow = shown
            .flows
            .iter()
            .find(|flow| flow.name == "QoS 1 PUBLISH")
            .unwrap();
        let is_lost = fate == Some(Fate::Lost);
        let text = if is_lost {
            "PUBACK lost by a fault"
        } else {
            "complete"
        };
        assert_eq!(flow.state_text, text, "{effect:?}");
        assert_eq!(flow.state == FlowState::Broken, is_lost);
        let last = *flow.packets.last().unwrap();
        assert_eq!(row_of(&shown, last).fate, fate);
    }
}

#[test]
fn a_packet_that_nothing_tells_from_others_is_not_taken_for_the_lost_one() {
    let ping = [0xc0, 0];
    let mut mark = lost(Effect::Lost, PacketType::Publish);
    mark.packet = Some(MarkedPacket {
        packet_type: PacketType::Pingreq,
        identifier: None,
        from: Role::Client,
        goes_on: false,
    });
    for (pieces, is_known) in [
        (vec![ping.to_vec(), ping.to_vec()], true),
        (vec![[ping, ping].concat()], false),
    ] {
        let mut tape = Tape::new();
        tape.open(1);
        tape.server(1, &connack(0));
        for piece in pieces {
            tape.client(1, &piece);
        }
        tape.mark(1, &mark);
        let shown = tape.shown();
        let fates: Vec<_> = (shown.wire.iter())
            .filter(|row| row.packet_type == Some(PacketType::Pingreq))
            .map(|row| row.fate)
            .collect();
        assert_eq!(fates, [None, is_known.then_some(Fate::Lost)]);
    }
}

#[test]
fn both_ends_of_a_tap_have_their_own_addresses() {
    let mut tape = Tape::new();
    let ends = Ends {
        client: ([127, 0, 0, 1], 50_001).into(),
        server: ([127, 0, 0, 1], 1883).into(),
    };
    let says = "127.0.0.1:50001 to 127.0.0.1:1884 through the tap 127.0.0.1:1885";
    let at = tape.at;
    tape.writer.open(1, ends, says, at, &mut tape.made);
    tape.client(1, &CONNECT);
    tape.server(1, &connack(0));
    // The same ends are in use: the frames have another port of the client.
    let says = "127.0.0.1:50001 to 127.0.0.1:1886 through the tap 127.0.0.1:1887";
    let at = tape.at;
    tape.writer.open(2, ends, says, at, &mut tape.made);
    tape.client(2, &connect(4, 0, b'b'));
    let mut engine = tape.read();
    let before = shown(&mut engine, everything());
    // An export tells the same.
    let again = exported(&mut engine);
    for shown in [before, shown(&mut read(&again), everything())] {
        let ends: Vec<_> = (shown.captured.iter())
            .map(|row| (&*row.client, &*row.server))
            .collect();
        let wanted = [
            (
                "127.0.0.1:50001",
                "127.0.0.1:1884 through the tap 127.0.0.1:1885",
            ),
            (
                "127.0.0.1:50001",
                "127.0.0.1:1886 through the tap 127.0.0.1:1887",
            ),
        ];
        assert_eq!(ends, wanted);
    }
}
