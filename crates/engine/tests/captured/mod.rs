//! Capture files in the engine: the packets are those that the capture's reader gives, and the findings those of the
//! conversation.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on says so"
)]

mod faults;

use core::time::Duration;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mqttscope_capture::pcapng::{Ends, Writer};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Capture, Ending};
use mqttscope_engine::Engine;
use mqttscope_monitor::{self as monitor, Monitor};
use mqttscope_protocol::{
    Apart, CaptureState, CaptureView, CapturedOrder, CapturedRow, Command, ConnectionId, EventKind,
    Export, ExportFormat, FindingView, FlowView, Looking, MessageRow, Moment, Packet, Report,
    SearchView, Timeline, Window, WireRow,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{Sender, Severity};

pub(crate) const ALL: Window = Window {
    first: 0,
    count: u32::MAX,
    tail: false,
    dropped: 0,
};

/// Whether the server sent it, and its bytes.
type Sent = (bool, Vec<u8>);

/// What a file shows.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) view: CaptureView,
    pub(crate) captured: Vec<CapturedRow>,
    pub(crate) wire: Vec<WireRow>,
    pub(crate) findings: Vec<FindingView>,
    pub(crate) flows: Vec<FlowView>,
    pub(crate) search: SearchView,
    timeline: Timeline,
    messages: Vec<MessageRow>,
    topics: u64,
    /// Findings that a search leaves.
    found: Option<[u64; 3]>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../capture/tests/captures")
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

/// Reads files as a worker does, in pieces of at most `most` bytes.
fn feed(engine: &mut Engine, files: &[&[u8]], most: usize) {
    feed_with(engine, files, most, |_| {});
}

/// The same, with something to be done after every piece.
pub(crate) fn feed_with(
    engine: &mut Engine,
    files: &[&[u8]],
    most: usize,
    mut then: impl FnMut(&mut Engine),
) {
    while let Some(wanted) = engine.poll_read() {
        let start = usize::try_from(wanted.offset).unwrap();
        let len = usize::try_from(wanted.len).unwrap().min(most);
        engine.handle_read(Instant::ZERO, Ok(&files[wanted.file][start..start + len]));
        then(engine);
    }
}

pub(crate) fn shown(engine: &mut Engine, looking: Looking) -> Shown {
    shown_from(engine, looking, 1)
}

/// The same from this second on: time goes on where a test looks often.
fn shown_from(engine: &mut Engine, looking: Looking, second: u32) -> Shown {
    let from = Instant::from_millis(u64::from(second) * 1_000);
    engine.handle_command(from, Command::Look(Box::new(looking)));
    let mut shown = Shown::default();
    // What is searched for comes a slice at a time.
    for now in second..second + 200 {
        for report in engine.reports(Instant::from_millis(u64::from(now) * 1_000)) {
            match report {
                Report::Summary(summary) => {
                    shown.view = *summary.capture.unwrap();
                    shown.found = summary.found;
                    shown.search = summary.search;
                }
                Report::Captured { rows, .. } => shown.captured = rows,
                Report::Wire { rows, .. } => shown.wire = rows,
                Report::Findings { rows, .. } => shown.findings = rows,
                Report::Flows { rows, .. } => shown.flows = rows,
                Report::Timeline(timeline) => shown.timeline = timeline,
                Report::Messages { rows, .. } => shown.messages = rows,
                Report::Topics { total, .. } => shown.topics = total,
                _ => {}
            }
        }
        engine.handle_command(Instant::from_millis(u64::from(now) * 1_000), Command::Drawn);
        if engine.poll_timeout().is_none() {
            break;
        }
        engine.handle_timeout(Instant::from_millis(u64::from(now) * 1_000));
    }
    shown
}

fn everything() -> Looking {
    Looking {
        captured: Some((ALL, CapturedOrder::Begin)),
        wire: Some(ALL),
        findings: Some(ALL),
        ..Looking::default()
    }
}

pub(crate) fn read(names: &[&str], most: usize) -> (Engine, Shown) {
    let files: Vec<Vec<u8>> = names.iter().map(|name| file(name)).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let mut engine = Engine::new(1);
    engine.handle_files(names.iter().zip(&files).map(|(name, bytes)| {
        let name = (*name).to_owned();
        (name, bytes.len() as u64)
    }));
    feed(&mut engine, &files, most);
    let shown = shown(&mut engine, everything());
    (engine, shown)
}

pub(crate) fn packet(engine: &mut Engine, row: &WireRow) -> Packet {
    engine.handle_command(Instant::ZERO, Command::Inspect(row.record));
    let mut reports = engine.reports(Instant::ZERO).into_iter();
    reports
        .find_map(|report| match report {
            Report::Packet(packet) => Some(packet),
            _ => None,
        })
        .unwrap()
}

pub(crate) fn packets(shown: &Shown) -> impl Iterator<Item = &WireRow> {
    shown.wire.iter().filter(|row| row.event.is_none())
}

const FILES: [&str; 26] = [
    "files/Distributed-System__mqtt.pcap",
    "files/arkime__arkime_synthetic.pcap",
    "files/arkime__mqtt_big.pcap",
    "files/dist1__mqtt.pcap",
    "files/presill__mqtt_start.pcap",
    "files/suricata-verify__example_websocket.pcap",
    "files/suricata-verify__mqtt-events-invalid-qos.pcap",
    "files/suricata-verify__mqtt-events-missing-connect.pcap",
    "files/suricata-verify__mqtt-midstream-split.pcap",
    "files/suricata-verify__mqtt5-pub-qos2.pcap",
    "files/suricata-verify__mqtt5_pub_jpeg.pcap",
    "files/t10_missingseg.pcap",
    "files/t11_reasons.pcap",
    "files/t12_keepalive.pcap",
    "files/t13_share.pcap",
    "files/t1_ws.pcap",
    "files/t2_alias.pcap",
    "files/t3_lensplit.pcap",
    "files/t4_badvarint.pcap",
    "files/t5_noconnect.pcap",
    "files/t6_malformed.pcap",
    "files/t7_binprops.pcap",
    "files/t8_port.pcap",
    "files/t9_midstream.pcap",
    "files/zeek__mqtt.pcap",
    "files/zeek__two-binary-fragments.pcap",
];

#[test]
fn the_log_holds_the_packets_of_the_capture() {
    for name in FILES {
        for most in [1 << 20, 777] {
            let capture = Capture::read(&file(name), None);
            let (mut engine, shown) = read(&[name], most);
            let mut found: BTreeMap<ConnectionId, Vec<Sent>> = BTreeMap::new();
            for row in packets(&shown) {
                let packet = packet(&mut engine, row);
                let of = found.entry(row.connection).or_default();
                of.push((row.sender == Sender::Server, packet.bytes));
            }
            let of = capture.connections.iter();
            let with_packets = of.filter(|connection| !connection.packets.is_empty());
            let mut expected: Vec<Vec<Sent>> = with_packets
                .map(|connection| {
                    let packets = connection.packets.iter();
                    let packets = packets.map(|packet| {
                        let bytes = connection.bytes_of(packet).unwrap().to_vec();
                        (packet.from == Role::Server, bytes)
                    });
                    packets.collect()
                })
                .collect();
            let mut found: Vec<_> = found.into_values().collect();
            // What has no end is a row of the log, and a note of the whole capture.
            let is_broken = capture.notes.iter().any(|note| note.contains("no end"));
            if !is_broken {
                expected.sort();
                found.sort();
                assert_eq!(found, expected, "{name}");
            }
            let count = shown.captured.iter().map(|row| row.packets).sum::<u64>();
            assert_eq!(count, packets(&shown).count() as u64, "{name}");
            assert_eq!(shown.view.frames, capture.frames, "{name}");
            assert_eq!(shown.view.files[0].state, CaptureState::Read, "{name}");
            for (row, connection) in shown.captured.iter().zip(
                (capture.connections.iter()).filter(|connection| !connection.packets.is_empty()),
            ) {
                assert_eq!(row.version, connection.version, "{name}: {row:?}");
            }
        }
    }
}

#[test]
fn a_connection_is_judged_as_its_bytes_are() {
    let mut judged = 0;
    for name in FILES {
        let capture = Capture::read(&file(name), None);
        // Several connections show more than each alone, and what a gap shows is shown elsewhere.
        let [connection] = &capture.connections[..] else {
            continue;
        };
        if !connection.gaps.is_empty() {
            continue;
        }
        let mut monitor = Monitor::new().with_notes();
        let id = monitor::ConnectionId(1);
        let mut last = Instant::default();
        for packet in &connection.packets {
            let from = match packet.from {
                Role::Client => Sender::Client,
                Role::Server => Sender::Server,
            };
            last = Instant::from_millis(packet.at_ns.unwrap() / 1_000_000);
            monitor.push(id, from, connection.bytes_of(packet).unwrap(), last);
        }
        let (_, shown) = read(&[name], 1 << 20);
        if shown.captured[0].ended.is_some() {
            monitor.close(id, last);
        }
        let mut expected: Vec<_> = (monitor.findings().iter())
            .map(|finding| (finding.rule.name().to_owned(), finding.severity()))
            .collect();
        let rules = shown
            .findings
            .iter()
            .filter(|finding| !finding.rule.is_empty());
        let mut found: Vec<_> = rules
            .flat_map(|finding| {
                let alike = (finding.rule.clone(), finding.severity);
                std::iter::repeat_n(alike, finding.count as usize)
            })
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
        judged += expected.len();
    }
    assert!(judged > 5);
}

#[test]
fn a_missing_segment_is_shown_where_it_is() {
    let (_, shown) = read(&["files/t10_missingseg.pcap"], 1 << 20);
    let gaps: Vec<_> = (shown.wire.iter())
        .filter(|row| row.event == Some(EventKind::Gap))
        .collect();
    assert!(!gaps.is_empty());
    assert!(
        gaps[0].summary.contains("missing here"),
        "{}",
        gaps[0].summary
    );
    assert!(shown.captured[0].gaps > 0);
    let errors = |finding: &&FindingView| finding.severity == Severity::Error;
    assert_eq!(shown.findings.iter().filter(errors).count(), 0);
}

#[test]
fn beginnings_and_ends_are_rows() {
    let (_, shown) = read(&["recorded/tcp.pcap"], 1 << 20);
    let of = |kind| shown.wire.iter().filter(move |row| row.event == Some(kind));
    assert_eq!(of(EventKind::Begins).count() as u64, shown.view.connections);
    assert!(of(EventKind::Ended).count() > 0);
    for row in &shown.captured {
        assert!(row.is_named && !row.client_identifier.is_empty(), "{row:?}");
        assert_eq!(row.transport, "TCP");
    }
    assert!(shown.view.clients > 0 && shown.view.messages.iter().sum::<u64>() > 0);
}

#[test]
fn keys_open_what_was_read_before_them() {
    let capture = file("recorded/tls-1.3.pcap");
    let keys = file("recorded/tls-1.3.keys");
    let open = |files: &[&[u8]]| {
        let mut engine = Engine::new(1);
        engine.handle_files(
            files
                .iter()
                .map(|bytes| ("f".to_owned(), bytes.len() as u64)),
        );
        feed(&mut engine, files, 1 << 20);
        shown(&mut engine, everything())
    };
    let without = open(&[&capture]);
    assert_eq!(
        (without.view.connections, packets(&without).count()),
        (0, 0)
    );
    assert!(without.view.sealed > 0);
    let before = open(&[&keys, &capture]);
    let behind = open(&[&capture, &keys]);
    assert!(before.view.connections > 0 && before.view.sealed == 0);
    assert!(matches!(behind.view.files[1].state, CaptureState::Keys(lines) if lines > 0));
    let says = |shown: &Shown| {
        packets(shown)
            .map(|row| row.summary.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(says(&behind), says(&before));
    assert_eq!(behind.view.connections, before.view.connections);
}

#[test]
fn several_files_are_one_recording() {
    let names = [
        "files/t12_keepalive.pcap",
        "files/t2_alias.pcap",
        "files/t1_ws.pcap",
    ];
    let (_, together) = read(&names, 1 << 20);
    let alone: usize = names
        .iter()
        .map(|name| packets(&read(&[name], 1 << 20).1).count())
        .sum();
    assert_eq!(packets(&together).count(), alone);
    assert_eq!(together.view.files.len(), 3);
}

/// A capture of one connection of this client, whose packets come at these times, in seconds.
fn capture_of(client: u8, seconds: &[u64]) -> Vec<u8> {
    let (mut writer, mut bytes) = (Writer::new("mqttscope 1"), Vec::new());
    writer.begin(&mut bytes);
    let ends = Ends {
        client: ([10, 0, 0, client], 40_000).into(),
        server: ([10, 0, 0, 99], 1883).into(),
    };
    for (number, second) in seconds.iter().enumerate() {
        let at = second * 1_000_000_000;
        let mut packet = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01a".to_vec();
        packet[14] += client;
        if number == 0 {
            writer.open(1, ends, "", at, &mut bytes);
        } else {
            packet = vec![0xc0, 0];
        }
        writer.bytes(1, Role::Client, &packet, at, &mut bytes);
    }
    bytes
}

/// The clients of the packets in the list, by their last letters.
fn clients(shown: &Shown) -> String {
    let name = |row: &WireRow| {
        let of = shown.captured.iter().find(|it| it.id == row.connection);
        of.unwrap().client_identifier.clone()
    };
    packets(shown).map(name).collect()
}

fn read_bytes(files: &[&[u8]], most: usize) -> Shown {
    let mut engine = Engine::new(1);
    let names = ["a", "b", "c"].iter().zip(files);
    engine.handle_files(names.map(|(name, bytes)| ((*name).to_owned(), bytes.len() as u64)));
    feed(&mut engine, files, most);
    shown(&mut engine, everything())
}

#[test]
fn several_files_are_listed_by_time() {
    /// In 2020.
    const T: u64 = 1_600_000_000;
    let a = capture_of(0, &[T, T + 3, T + 5, T + 5]);
    let b = capture_of(1, &[T + 2, T + 4, T + 5]);
    let c = capture_of(2, &[T - 1, T + 9]);
    for most in [1, 64, 1 << 20] {
        let merged = read_bytes(&[&a, &b, &c], most);
        assert_eq!(clients(&merged), "cababaabc", "{most}");
        assert!(merged.view.files.iter().all(|file| file.apart.is_none()));
        let begins: Vec<Instant> = merged.captured.iter().map(|row| row.begins).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        let frames: u64 = merged.view.files.iter().map(|file| file.frames).sum();
        assert_eq!(merged.view.frames, frames);
    }
    // Without a clock that counts from 1970 a file stands behind the others, in the order of the files.
    let since_start = capture_of(3, &[1, 7]);
    let merged = read_bytes(&[&since_start, &a, &b], 1 << 20);
    assert_eq!(clients(&merged), "ababaabdd");
    let apart: Vec<_> = merged.view.files.iter().map(|file| file.apart).collect();
    assert_eq!(apart, [Some(Apart::NoClock), None, None]);
}

#[test]
fn a_file_that_is_added_later_stands_where_its_times_are() {
    const T: u64 = 1_600_000_000;
    let a = capture_of(0, &[T, T + 3]);
    let b = capture_of(1, &[T - 2, T + 1]);
    let c = capture_of(2, &[T + 7]);
    let files = [&a[..], &b, &c];
    let mut engine = Engine::new(1);
    for (number, file) in files.iter().enumerate() {
        engine.handle_files([(number.to_string(), file.len() as u64)]);
        feed(&mut engine, &files, 1 << 20);
    }
    assert_eq!(clients(&shown(&mut engine, everything())), "babac");
    // What was stopped cannot be read again: what comes later stands behind it, and that is said.
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), a.len() as u64)]);
    let most = a.len() - 1;
    engine.handle_read(Instant::ZERO, Ok(&a[..most]));
    engine.handle_command(Instant::ZERO, Command::StopReading);
    engine.handle_files([("b".to_owned(), b.len() as u64)]);
    feed(&mut engine, &files, 1 << 20);
    let shown = shown(&mut engine, everything());
    assert_eq!(clients(&shown), "abb");
    assert_eq!(shown.view.files[1].apart, Some(Apart::CameLate));
}

/// At the client and at the broker.
#[test]
fn two_captures_of_the_same_traffic_take_nothing_over() {
    let (mut writer, mut one) = (Writer::new("test"), Vec::new());
    writer.begin(&mut one);
    for (id, name) in [(1, b'a'), (2, b'b')] {
        writer.open(id, from(50_000 + id as u16), "", SECOND, &mut one);
        writer.bytes(id, Role::Client, &connect(name), SECOND, &mut one);
        writer.bytes(id, Role::Server, b"\x20\x02\0\0", 2 * SECOND, &mut one);
        writer.bytes(id, Role::Client, b"\xc0\0", 3 * SECOND, &mut one);
        writer.bytes(id, Role::Server, b"\xd0\0", 4 * SECOND, &mut one);
    }
    let mut other = one.clone();
    writer.bytes(1, Role::Client, b"\xc0\0", 5 * SECOND, &mut other);
    writer.bytes(1, Role::Server, b"\xd0\0", 5 * SECOND, &mut other);
    let mut engine = Engine::new(1);
    let files = [&one[..], &other];
    let names = ["one", "other"].map(str::to_owned);
    engine.handle_files([
        (names[0].clone(), one.len() as u64),
        (names[1].clone(), other.len() as u64),
    ]);
    feed(&mut engine, &files, 1 << 20);
    let shown = shown(&mut engine, everything());
    assert_eq!(shown.captured.len(), 4);
    let says: Vec<_> = shown.findings.iter().map(|it| &it.message).collect();
    assert_eq!(says, [""; 0]);
}

#[test]
fn findings_of_merged_files_are_those_of_each() {
    let names = [
        "files/t12_keepalive.pcap",
        "files/zeek__mqtt.pcap",
        "files/presill__mqtt.pcap",
        "files/suricata-verify__mqtt5-pub-qos2.pcap",
    ];
    let says = |shown: &Shown| {
        let findings = shown.findings.iter();
        let mut says: Vec<String> = findings.map(|it| it.message.clone()).collect();
        says.sort();
        says
    };
    let mut alone: Vec<String> = (names.iter())
        .flat_map(|name| says(&read(&[name], 1 << 20).1))
        .collect();
    alone.sort();
    assert!(!alone.is_empty());
    let (_, merged) = read(&names, 1 << 16);
    assert_eq!(says(&merged), alone);
}

#[test]
fn a_connection_that_begins_with_connect_was_not_there_before() {
    let begins = |name: &str| -> Vec<(String, String)> {
        let (_, shown) = read(&[name], 1 << 20);
        let mut rows = shown.wire.iter().peekable();
        let mut all = Vec::new();
        while let Some(row) = rows.next() {
            if row.event == Some(EventKind::Begins)
                && let Some(next) = rows.peek().filter(|next| next.connection == row.connection)
            {
                all.push((row.summary.clone(), next.summary.clone()));
            }
        }
        all
    };
    let was_open = |(says, _): &(String, String)| says.contains("open before the capture");
    // No SYN is in it.
    let of_connect = begins("files/t2_alias.pcap");
    assert!(
        !of_connect.is_empty() && !of_connect.iter().any(was_open),
        "{of_connect:?}"
    );
    assert!(begins("files/t9_midstream.pcap").iter().all(was_open));
}

#[test]
fn reading_can_be_stopped() {
    let bytes = file("files/arkime__mqtt_big.pcap");
    let mut engine = Engine::new(1);
    engine.handle_files([("big".to_owned(), bytes.len() as u64)]);
    engine.handle_read(Instant::ZERO, Ok(&bytes[..bytes.len() / 2]));
    engine.handle_command(Instant::ZERO, Command::StopReading);
    assert_eq!(engine.poll_read(), None);
    let shown = shown(&mut engine, everything());
    assert_eq!(shown.view.files[0].state, CaptureState::Stopped);
    assert!(packets(&shown).count() > 0);
}

#[test]
fn a_file_that_grows_is_shown_as_it_comes_and_ends_with_an_empty_piece() {
    let bytes = file("recorded/tcp.pcap");
    let mut engine = Engine::new(1);
    engine.handle_files([("pipe".to_owned(), None)]);
    for (piece, read) in bytes.chunks(1000).zip(1..) {
        let wanted = engine.poll_read().unwrap();
        assert_eq!((wanted.file, wanted.offset), (0, (read - 1) * 1000));
        assert!(wanted.len > 0);
        engine.handle_read(Instant::ZERO, Ok(piece));
    }
    let live = shown(&mut engine, everything());
    assert_eq!(live.view.files[0].state, CaptureState::Reading);
    assert_eq!(live.view.files[0].size, None);
    let (_, whole) = read(&["recorded/tcp.pcap"], 1 << 20);
    assert_eq!(packets(&live).count(), packets(&whole).count());
    engine.handle_read(Instant::ZERO, Ok(&[]));
    assert_eq!(engine.poll_read(), None);
    let ended = shown(&mut engine, everything());
    assert_eq!(ended.view.files[0].state, CaptureState::Read);
    assert_eq!(packets(&ended).count(), packets(&whole).count());
}

#[test]
fn what_was_read_before_a_growing_file_broke_off_stays() {
    let bytes = file("recorded/tcp.pcap");
    let mut engine = Engine::new(1);
    engine.handle_files([("tap".to_owned(), None)]);
    engine.handle_read(Instant::ZERO, Ok(&bytes));
    engine.handle_read(
        Instant::ZERO,
        Err("the companion has closed the connection".to_owned()),
    );
    let broken = shown(&mut engine, everything());
    let failed = CaptureState::Failed("the companion has closed the connection".to_owned());
    assert_eq!(broken.view.files[0].state, failed);
    let (_, whole) = read(&["recorded/tcp.pcap"], 1 << 20);
    assert_eq!(packets(&broken).count(), packets(&whole).count());
}

#[test]
fn what_a_slow_page_missed_of_a_tap_is_a_gap_at_once() {
    let mut engine = Engine::new(1);
    engine.handle_files([("tap".to_owned(), None)]);
    let (mut writer, mut given) = (Writer::new("mqttscope 1"), Vec::new());
    writer.begin(&mut given);
    let ends = Ends {
        client: "127.0.0.1:50000".parse().unwrap(),
        server: "127.0.0.1:1883".parse().unwrap(),
    };
    let connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
    let publish = |number| [0x30, 5, 0, 1, b'a', b'0', number];
    writer.open(1, ends, "", 1_000, &mut given);
    writer.bytes(1, Role::Client, connect, 2_000, &mut given);
    let mut missed = Vec::new();
    writer.bytes(1, Role::Client, &publish(b'1'), 3_000, &mut missed);
    writer.bytes(1, Role::Client, &publish(b'2'), 4_000, &mut given);
    writer.bytes(1, Role::Client, &publish(b'3'), 5_000, &mut given);
    engine.handle_read(Instant::ZERO, Ok(&given));
    let live = shown(&mut engine, everything());
    assert_eq!(live.view.files[0].state, CaptureState::Reading);
    assert_eq!(packets(&live).count(), 3);
    let gaps: Vec<&str> = (live.wire.iter())
        .filter(|row| row.event == Some(EventKind::Gap))
        .map(|row| &*row.summary)
        .collect();
    assert!(
        matches!(gaps[..], [gap] if gap.contains("7 bytes of the client are missing here")),
        "{gaps:?}"
    );
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let mut engine = Engine::new(1);
    engine.handle_files([("gone.pcap".to_owned(), 100), ("text".to_owned(), 5)]);
    engine.handle_read(Instant::ZERO, Err("the file is gone".to_owned()));
    assert_eq!(engine.poll_read().map(|wanted| wanted.file), Some(1));
    engine.handle_read(Instant::ZERO, Ok(b"hello"));
    let shown = shown(&mut engine, everything());
    let failed = CaptureState::Failed("the file is gone".to_owned());
    assert_eq!(shown.view.files[0].state, failed);
    assert_eq!(shown.view.notes.len(), 1, "{:?}", shown.view.notes);
    let names_its_file = shown.view.notes[0].starts_with("text: ");
    assert!(names_its_file, "{:?}", shown.view.notes);
}

#[test]
fn the_list_of_connections_is_sorted_as_asked() {
    let names = [
        "recorded/tcp.pcap",
        "recorded/websocket.pcap",
        "files/t12_keepalive.pcap",
        "files/t13_share.pcap",
    ];
    let (mut engine, _) = read(&names, 1 << 20);
    for (order, _) in CapturedOrder::ALL {
        let looking = Looking {
            captured: Some((ALL, order)),
            ..Looking::default()
        };
        let rows = shown(&mut engine, looking).captured;
        assert!(rows.len() > 1);
        let is_sorted = match order {
            CapturedOrder::Begin => rows.is_sorted_by_key(|row| row.id),
            CapturedOrder::Client => rows.is_sorted_by_key(|row| {
                (
                    row.client_identifier.is_empty(),
                    row.client_identifier.clone(),
                )
            }),
            CapturedOrder::Packets => rows.is_sorted_by(|a, b| a.packets >= b.packets),
            CapturedOrder::Duration => rows.is_sorted_by(|a, b| a.lasts >= b.lasts),
            CapturedOrder::Findings => rows.is_sorted_by(|a, b| a.findings >= b.findings),
        };
        assert!(is_sorted, "{order:?}: {rows:#?}");
    }
}

#[test]
fn the_state_around_a_captured_packet_is_known() {
    let (mut engine, found) = read(&["files/t12_keepalive.pcap"], 1 << 20);
    let last = packets(&found).last().unwrap().record;
    let looking = Looking {
        state: Some(Moment::Packet(last)),
        ..Looking::default()
    };
    engine.handle_command(Instant::from_millis(1), Command::Look(Box::new(looking)));
    let state = engine
        .reports(Instant::from_millis(1_000_000))
        .into_iter()
        .find_map(|report| match report {
            Report::State(state) => state,
            _ => None,
        });
    assert!(state.unwrap().view.is_some());
}

#[test]
fn a_version_is_worked_out_where_no_connect_is_there() {
    let (_, shown) = read(&["files/t9_midstream.pcap"], 1 << 20);
    let capture = Capture::read(&file("files/t9_midstream.pcap"), None);
    let row = &shown.captured[0];
    assert!(!row.is_named);
    assert_eq!(row.version, capture.connections[0].version);
    assert!(row.version.is_some());
}

#[test]
fn rows_of_several_connections_say_whose_they_are() {
    let (mut engine, shown_all) = read(&["files/t2_alias.pcap", "recorded/tcp.pcap"], 1 << 20);
    assert!(shown_all.wire.iter().all(|row| row.of.is_some()));
    let recorder = shown_all.captured.last().unwrap();
    let own = shown_all
        .wire
        .iter()
        .filter(|row| row.connection == recorder.id);
    assert!(own.clone().count() > 10);
    let mut own = own;
    assert!(own.all(|row| row.of.as_deref() == Some("recorder")));
    let looking = Looking {
        connection: Some(recorder.id),
        ..everything()
    };
    let one = shown(&mut engine, looking);
    assert!(one.wire.iter().all(|row| row.of.is_none()));
}

/// What a row says in words, column by column, where the clocks are those of UTC.
fn words_of(row: &WireRow) -> Vec<String> {
    let time = mqttscope_answers::rfc3339(row.at.millis());
    let mut words = vec![row.name().to_owned()];
    if row.at != Instant::ZERO {
        let (date, clock) = time.split_once('T').unwrap();
        words.extend([date, &clock[..8], &clock[..5]].map(str::to_owned));
    }
    words.extend(row.of.clone());
    if row.event.is_none() {
        words.push(mqttscope_view::digits::bytes(row.size.into()));
    }
    let is_whole = |part: &&str| !part.contains('…') && !part.is_empty();
    let parts = row.summary.split(" · ").filter(is_whole);
    words.extend(parts.map(str::to_owned));
    words.extend(row.round_trip.map(mqttscope_view::digits::duration));
    if matches!(row.event, Some(EventKind::Told(_))) {
        words.push("from a log".to_owned());
    }
    words
}

#[test]
fn every_word_of_a_row_is_found() {
    let names = [
        "files/t2_alias.pcap",
        "files/t11_reasons.pcap",
        "recorded/tcp.pcap",
        "../logs/files/mosquitto.log",
    ];
    let (mut engine, all) = read(&names, 1 << 20);
    let mut second = 1_000;
    let mut found = |search: &str| {
        second += 1_000;
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        shown_from(&mut engine, looking, second)
    };
    let mut seen = std::collections::BTreeSet::new();
    for row in all.wire.iter().step_by(4) {
        let words = words_of(row);
        let row_says = words.join(" · ");
        for search in words.into_iter().chain([row_says]) {
            if !seen.insert((search.clone(), row.record)) {
                continue;
            }
            let is_found = found(&search).wire.iter().any(|it| it.record == row.record);
            assert!(is_found, "{search:?} is not found in {row:?}");
        }
    }
    assert!(seen.iter().any(|(search, _)| search == "alias 1"));
    assert!(seen.iter().any(|(search, _)| search == "from a log"));
    // And what no row says is not.
    for search in ["alias 999", "1999-12-31", "999 MB", "publish nobody"] {
        assert_eq!(found(search).wire, [], "{search}");
    }
}

#[test]
fn the_words_of_a_finding_find_it_and_its_packets() {
    let (mut engine, all) = read(
        &["files/t11_reasons.pcap", "files/t12_keepalive.pcap"],
        1 << 20,
    );
    let has_some = all.findings.iter().any(|it| !it.rule.is_empty());
    assert!(has_some && all.findings.iter().any(|it| it.rule.is_empty()));
    for (finding, second) in all.findings.iter().zip(1_u32..) {
        let word = finding.message.replace('`', "");
        let looking = Looking {
            search: word.clone(),
            ..everything()
        };
        let found = shown_from(&mut engine, looking, second * 1_000);
        let same = |it: &&FindingView| it.message == finding.message;
        assert!(found.findings.iter().any(|it| same(&it)), "{word}");
        if !finding.rule.is_empty() {
            for packet in &finding.packets {
                assert!(found.wire.iter().any(|it| it.record == *packet), "{word}");
            }
            assert!(found.wire.len() < all.wire.len());
        }
        let counted = found.found.unwrap();
        assert!(counted.iter().sum::<u64>() > 0);
    }
}

#[test]
fn the_timeline_counts_every_packet_and_narrows_the_lists() {
    let (mut engine, whole) = read(&["files/arkime__mqtt_big.pcap"], 1 << 20);
    let looking = Looking {
        timeline: true,
        ..everything()
    };
    let timeline = shown(&mut engine, looking.clone()).timeline;
    let sum = |bars: &[mqttscope_protocol::TimelineBar]| -> u64 {
        bars.iter().map(|bar| u64::from(bar.packets)).sum()
    };
    let all = packets(&whole).count() as u64;
    assert_eq!(sum(&timeline.bars), all);
    let half = timeline.bars.len() / 2;
    let middle = timeline.from + Duration::from_micros(timeline.width_us * half as u64);
    for (span, bars) in [
        ((Instant::ZERO, middle), &timeline.bars[..half]),
        ((middle, Instant::END), &timeline.bars[half..]),
    ] {
        let looking = Looking {
            span: Some(span),
            ..looking.clone()
        };
        let part = shown(&mut engine, looking);
        assert_eq!(packets(&part).count() as u64, sum(bars));
        assert_eq!(sum(&part.timeline.bars), all, "the picture stays whole");
    }
}

#[test]
fn packets_in_words_are_tied_to_their_answers() {
    let log = "Client a sending CONNECT\n\
        Client a received CONNACK (0)\n\
        Client a sending SUBSCRIBE (Mid: 1, Topic: hall/#, QoS: 2, Options: 0x00)\n\
        Client a received SUBACK\n\
        Client a sending PUBLISH (d0, q1, r0, m2, 'hall/m9', ... (4 bytes))\n\
        Client a sending PUBLISH (d0, q1, r0, m3, 'hall/b', ... (4 bytes))\n\
        Client a received PUBACK (Mid: 3, RC:0)\n\
        Client a received PUBACK (Mid: 9, RC:0)\n";
    let shown = read_bytes(&[log.as_bytes()], 1 << 20);
    let rows: Vec<_> = shown
        .wire
        .iter()
        .filter(|row| row.packet_type.is_some())
        .collect();
    let tied = |at: usize| {
        let linked = rows[at].linked?;
        rows.iter().position(|row| row.record == linked)
    };
    let all: Vec<_> = (0..rows.len()).map(tied).collect();
    let none = None;
    assert_eq!(
        all,
        [
            Some(1),
            Some(0),
            Some(3),
            Some(2),
            none,
            Some(6),
            Some(5),
            none
        ]
    );
    assert_eq!(rows[5].packet_identifier, Some(3));
    // What nobody acknowledged is found.
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), log.len() as u64)]);
    feed(&mut engine, &[log.as_bytes()], 1 << 20);
    let mut found = |search: &str| -> Vec<String> {
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        let shown = self::shown(&mut engine, looking);
        let rows = shown.wire.iter();
        rows.map(|row| row.summary.clone()).collect()
    };
    let unanswered = found("answered == false");
    assert!(
        matches!(&unanswered[..], [one] if one.contains("m2")),
        "{unanswered:?}"
    );
}

#[test]
fn a_log_in_words_has_rows_without_bytes_and_no_findings() {
    let name = "../logs/files/mosquitto.log";
    let capture = Capture::read(&file(name), None);
    let (mut engine, shown) = read(&[name], 100);
    let told = |row: &&WireRow| matches!(row.event, Some(EventKind::Told(_)));
    let rows: Vec<_> = shown.wire.iter().filter(told).collect();
    let expected: usize = capture.connections.iter().map(|it| it.packets.len()).sum();
    assert_eq!(rows.len(), expected);
    assert!(rows.len() > 20);
    assert_eq!(shown.captured.len(), capture.connections.len());
    assert!(
        shown
            .captured
            .iter()
            .all(|row| row.transport == "from a log")
    );
    assert!(
        shown
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    );
    let connect = rows.iter().find(|row| row.name() == "CONNECT").unwrap();
    assert_eq!(connect.sender, Sender::Client);
    engine.handle_command(Instant::ZERO, Command::Inspect(connect.record));
    let mut reports = engine.reports(Instant::ZERO).into_iter();
    assert!(reports.any(|report| matches!(report, Report::Event(_))));
    let looking = Looking {
        search: "publish".to_owned(),
        ..everything()
    };
    let found = self::shown(&mut engine, looking).wire;
    assert!(
        found
            .iter()
            .all(|row| row.name() == "PUBLISH" || row.summary.to_lowercase().contains("publish"))
    );
    assert!(!found.is_empty());
}

#[test]
fn a_log_says_in_its_words_why_connections_ended() {
    let log = "1795997000: New connection from 127.0.0.1:34836 on port 4711.\n\
        1795997000: New client connected from 127.0.0.1:34836 as meter-9 (p2, c1, k60).\n\
        1795997000: Sending CONNACK to meter-9 (0, 0)\n\
        1795997001: New connection from 127.0.0.1:34846 on port 4711.\n\
        1795997001: Client meter-9 already connected, closing old connection.\n\
        1795997001: New client connected from 127.0.0.1:34846 as meter-9 (p2, c1, k60).\n\
        1795997001: Sending CONNACK to meter-9 (0, 0)\n\
        1795997091: Client meter-9 has exceeded timeout, disconnecting.\n\
        1795997092: New client connected from ::1:34848 as b (p5, c1, k60).\n\
        1795997093: Client b closed its connection.\n";
    let shown = read_bytes(&[log.as_bytes()], 1 << 20);
    let words = [
        "Client meter-9 already connected, closing old connection",
        "Client meter-9 has exceeded timeout, disconnecting",
        "Client b closed its connection",
    ];
    let ended: Vec<_> = (shown.wire.iter())
        .filter(|row| row.event == Some(EventKind::Ended))
        .collect();
    assert_eq!(ended.len(), words.len());
    for (row, words) in ended.iter().zip(words) {
        assert!(row.summary.contains(words), "{row:?}");
    }
    // What one of both wanted is no finding.
    assert_eq!(shown.findings.len(), 2, "{:?}", shown.findings);
    for (at, says) in ["taken over", "silent for longer"].into_iter().enumerate() {
        let finding = &shown.findings[at];
        assert!(finding.message.contains(says), "{finding:?}");
        assert!(finding.message.contains(words[at]), "{finding:?}");
        assert_eq!(finding.packets, [ended[at].record]);
        assert_eq!(finding.severity, Severity::Warning);
    }
    // Connections of one client are told apart by their ports.
    let of: Vec<_> = ended.iter().filter_map(|row| row.of.as_deref()).collect();
    assert_eq!(of, ["meter-9 :34836", "meter-9 :34846", "b"]);
    let row = &shown.captured[0];
    assert_eq!(row.client_identifier, "meter-9");
    assert_eq!(
        (&*row.client, &*row.server),
        ("127.0.0.1:34836", "port 4711")
    );
}

#[test]
fn packets_in_words_are_messages_with_topics_and_fields() {
    let log = "1795997000: New connection from 127.0.0.1:34836 on port 4711.\n\
        1795997000: New client connected from 127.0.0.1:34836 as pump (p5, c1, k60).\n\
        1795997000: Sending CONNACK to pump (0, 0)\n\
        1795997009: Received PUBLISH from pump (d0, q1, r1, m3, 'plant/pump1', ... (25 bytes))\n\
        1795997009: Sending PUBACK to pump (m3, rc0)\n\
        1795997010: Sending PUBLISH to pump (d1, q2, r0, m4, 'plant/pump2', ... (7 bytes))\n";
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), log.len() as u64)]);
    feed(&mut engine, &[log.as_bytes()], 1 << 20);
    let mut found = |search: &str| -> Vec<String> {
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        let shown = shown(&mut engine, looking);
        shown.wire.iter().map(|row| row.name().to_owned()).collect()
    };
    for (search, names) in [
        ("mqtt.topic == \"plant/pump1\"", &["PUBLISH"][..]),
        ("topic:plant/+", &["PUBLISH", "PUBLISH"]),
        ("mqtt.qos == 1", &["PUBLISH"]),
        ("mqtt.retain == 1", &["PUBLISH"]),
        ("mqtt.dupflag == 1", &["PUBLISH"]),
        ("mqtt.msgid == 3", &["PUBLISH", "PUBACK"]),
        ("mqtt.msgtype == 3", &["PUBLISH", "PUBLISH"]),
        ("mqtt.clientid == \"pump\"", &["CONNECT"]),
        ("mqtt.topic == \"plant\"", &[]),
        // The payload is not there, and no size of the packet.
        ("mqtt.msg", &[]),
        ("mqtt.len", &[]),
    ] {
        assert_eq!(found(search), names, "{search}");
    }
    let looking = Looking {
        messages: Some(ALL),
        topics: Some(ALL),
        ..everything()
    };
    let shown = shown(&mut engine, looking);
    let [one, other] = &shown.messages[..] else {
        panic!("{:?}", shown.messages)
    };
    assert_eq!(
        (&*one.topic, one.qos, one.retain, one.size),
        ("plant/pump1", 1, true, 25)
    );
    assert_eq!(
        (&*one.preview, &*one.kind),
        ("(not in the log)", "from a log")
    );
    assert_eq!(
        (&*other.topic, other.qos, other.dup),
        ("plant/pump2", 2, true)
    );
    assert!(shown.topics > 0);
    let view = &shown.view;
    assert_eq!(
        (view.told, view.messages, view.clients),
        (5, [0, 1, 1, 0], 1)
    );
}

#[test]
fn har_and_flow_files_are_read_as_captures_are() {
    for name in [
        "../logs/files/ws.har",
        "../logs/files/ws.flow",
        "../logs/files/tcp.flow",
    ] {
        let capture = Capture::read(&file(name), None);
        let (_, shown) = read(&[name], 333);
        let expected: usize = capture.connections.iter().map(|it| it.packets.len()).sum();
        assert_eq!(packets(&shown).count(), expected, "{name}");
        assert!(expected > 5, "{name}");
    }
}

/// All packets as a capture.
fn exported(engine: &mut Engine) -> Vec<u8> {
    engine.handle_command(
        Instant::ZERO,
        Command::Export(Export {
            connection: None,
            format: ExportFormat::WirePcapng,
            search: String::new(),
            span: None,
            with_secrets: true,
        }),
    );
    let exported = engine
        .reports(Instant::ZERO)
        .into_iter()
        .find_map(|report| match report {
            Report::Exported(exported) => Some(exported),
            _ => None,
        });
    exported.unwrap().bytes
}

#[test]
fn what_is_exported_as_a_capture_holds_the_same_packets() {
    for name in [
        "recorded/tcp.pcap",
        "recorded/websocket.pcap",
        "files/t2_alias.pcap",
        // One of its connections does not end, and of the other one side only.
        "files/zeek__mqtt.pcap",
    ] {
        let (mut engine, whole) = read(&[name], 1 << 20);
        let bytes = exported(&mut engine);
        let of = |capture: &Capture| -> Vec<(Role, Vec<u8>)> {
            let connections = capture.connections.iter();
            let packets = connections.flat_map(|connection| {
                let own = connection.packets.iter();
                own.map(|packet| (packet.from, connection.bytes_of(packet).unwrap().to_vec()))
            });
            packets.collect()
        };
        let again = Capture::read(&bytes, None);
        let original = Capture::read(&file(name), None);
        assert_eq!(of(&again), of(&original), "{name}");
        // No end is made up.
        let ended = |capture: &Capture| -> BTreeMap<String, Option<Ending>> {
            let connections = capture.connections.iter();
            connections
                .map(|it| (it.client.to_string(), it.ended))
                .collect()
        };
        assert_eq!(ended(&again), ended(&original), "{name}");
        let says = b"handshake made by mqttscope; not in the recording";
        let made = bytes.windows(says.len()).filter(|bytes| bytes == says);
        assert_eq!(made.count(), again.connections.len(), "{name}");
        assert_eq!(of(&again).len(), packets(&whole).count(), "{name}");
        assert_eq!(again.notes, [""; 0], "{name}");
    }
}

/// Two connections with one Client Identifier, of which the first ends as `end` has it when the second was asked for.
fn of_one_identifier(
    second: &[u8],
    end: impl FnOnce(&mut Writer, &mut Vec<u8>),
) -> (Vec<String>, Vec<CapturedRow>) {
    let shown = shown_of_one_identifier(second, end);
    let ended = (shown.wire.iter()).filter(|row| row.event == Some(EventKind::Ended));
    let says = ended.map(|row| row.summary.clone()).collect();
    (says, shown.captured)
}

/// The same with all that is shown.
fn shown_of_one_identifier(second: &[u8], end: impl FnOnce(&mut Writer, &mut Vec<u8>)) -> Shown {
    let mut engine = Engine::new(1);
    engine.handle_files([("two".to_owned(), None)]);
    let (mut writer, mut given) = (Writer::new("mqttscope 1"), Vec::new());
    writer.begin(&mut given);
    let from = |port: u16| Ends {
        client: ([127, 0, 0, 1], port).into(),
        server: ([127, 0, 0, 1], 1883).into(),
    };
    let connect = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a";
    writer.open(1, from(50_000), "", 1_000, &mut given);
    writer.bytes(1, Role::Client, connect, 2_000, &mut given);
    writer.bytes(1, Role::Server, b"\x20\x03\0\0\0", 3_000, &mut given);
    writer.open(2, from(50_001), "", 4_000, &mut given);
    writer.bytes(2, Role::Client, second, 5_000, &mut given);
    end(&mut writer, &mut given);
    writer.bytes(2, Role::Server, b"\x20\x03\0\0\0", 9_000, &mut given);
    engine.handle_read(Instant::ZERO, Ok(&given));
    engine.handle_read(Instant::ZERO, Ok(&[]));
    shown(&mut engine, everything())
}

#[test]
fn the_findings_of_a_capture_are_those_of_all_whichever_connection_is_looked_at() {
    let (mut engine, whole) = read(
        &["files/t11_reasons.pcap", "files/t12_keepalive.pcap"],
        1 << 20,
    );
    let of_rows = |at: usize| {
        whole
            .captured
            .iter()
            .map(|row| row.findings[at])
            .sum::<u64>()
    };
    assert_eq!(whole.view.findings, [0, 1, 2].map(of_rows));
    assert_ne!(whole.view.findings, [0; 3]);
    for row in &whole.captured {
        let looking = Looking {
            connection: Some(row.id),
            ..everything()
        };
        let shown = shown(&mut engine, looking);
        assert_eq!(shown.view.findings, whole.view.findings);
        // One of both files has less.
        assert!(shown.findings.len() < whole.findings.len());
    }
}

#[test]
fn an_end_by_takeover_is_one_finding_with_its_number() {
    let same = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a";
    // The server closes the older connection before it accepts the newer one, as mosquitto does.
    let shown = shown_of_one_identifier(same, |writer, given| {
        writer.end(1, Role::Server, 7_000, given);
        writer.end(1, Role::Client, 8_000, given);
    });
    let ended = (shown.wire.iter()).find(|row| row.event == Some(EventKind::Ended));
    let ended = ended.unwrap();
    let of_it: Vec<_> = (shown.findings.iter())
        .filter(|finding| finding.connection == ended.connection)
        .filter(|finding| !finding.message.contains("Keep Alive"))
        .collect();
    let [one] = &of_it[..] else {
        panic!("{of_it:?}")
    };
    assert!(one.message.contains("taken over by another connection"));
    assert_eq!(one.severity, Severity::Warning);
    assert_eq!(one.packets, [ended.record]);
}

#[test]
fn the_end_of_a_connection_that_was_taken_over_says_by_whom() {
    let same = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a";
    let other = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01b";
    let by_server = |writer: &mut Writer, given: &mut Vec<u8>| {
        writer.end(1, Role::Server, 7_000, given);
        writer.end(1, Role::Client, 8_000, given);
    };
    let disconnect = |from, reason: &'static [u8]| {
        move |writer: &mut Writer, given: &mut Vec<u8>| {
            writer.bytes(1, from, reason, 6_000, given);
            by_server(writer, given);
        }
    };
    let taken_over =
        "taken over by the connection from 127.0.0.1:50001; the server closed it (FIN)";
    let (says, rows) = of_one_identifier(same, by_server);
    assert!(says[0].contains(taken_over), "{says:?}");
    assert_eq!(rows[0].ended.as_deref(), Some(taken_over));
    let told = disconnect(Role::Server, b"\xe0\x01\x8e");
    assert!(of_one_identifier(same, told).0[0].contains(taken_over));
    // Who took it over may be elsewhere.
    let (says, _) = of_one_identifier(other, disconnect(Role::Server, b"\xe0\x01\x8e"));
    assert!(says[0].contains("taken over by a connection that is not in the capture; "));
    // Nobody took over what ended by itself.
    type End = Box<dyn FnOnce(&mut Writer, &mut Vec<u8>)>;
    let others: [(&[u8], End); 4] = [
        (other, Box::new(by_server)),
        (same, Box::new(disconnect(Role::Client, b"\xe0\x00"))),
        (same, Box::new(disconnect(Role::Server, b"\xe0\x01\x8d"))),
        (
            same,
            Box::new(|writer, given| writer.end(1, Role::Client, 7_000, given)),
        ),
    ];
    for (second, end) in others {
        let (says, _) = of_one_identifier(second, end);
        assert!(
            says.iter().all(|says| !says.contains("taken over")),
            "{says:?}"
        );
    }
}

#[test]
fn messages_of_a_qos_that_is_not_allowed_are_counted_apart() {
    let mut engine = Engine::new(1);
    engine.handle_files([("one".to_owned(), None)]);
    let (mut writer, mut given) = (Writer::new("mqttscope 1"), Vec::new());
    writer.begin(&mut given);
    let ends = Ends {
        client: "127.0.0.1:50000".parse().unwrap(),
        server: "127.0.0.1:1883".parse().unwrap(),
    };
    let connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
    writer.open(1, ends, "", 1_000, &mut given);
    writer.bytes(1, Role::Client, connect, 2_000, &mut given);
    writer.bytes(1, Role::Client, b"\x30\x03\0\x01a", 3_000, &mut given);
    writer.bytes(1, Role::Client, b"\x36\x05\0\x01a\0\x01", 4_000, &mut given);
    engine.handle_read(Instant::ZERO, Ok(&given));
    let shown = shown(&mut engine, everything());
    assert_eq!(shown.view.messages, [1, 0, 0, 1]);
}

#[test]
fn the_ends_of_a_har_file_are_named_plainly() {
    // As Chrome writes it: the messages before the address.
    let har = r#"{"log":{"creator":{"name":"WebInspector"},"entries":[{"_webSocketMessages":[
        {"type":"send","time":1700000000,"opcode":2,"data":"EA0ABE1RVFQEAgA8AAFh"},
        {"type":"receive","time":1700000001,"opcode":2,"data":"IAIAAA=="}],
        "request":{"url":"wss://me:secret@broker.example:8084/mqtt?token=secret"},"response":{"status":101}}]}}"#;
    let mut engine = Engine::new(1);
    engine.handle_files([("one.har".to_owned(), har.len() as u64)]);
    feed(&mut engine, &[har.as_bytes()], 40);
    let shown = shown(&mut engine, everything());
    let row = &shown.captured[0];
    assert_eq!(
        (&*row.client, &*row.server),
        ("browser", "broker.example:8084")
    );
    let begins = (shown.wire.iter()).find(|row| row.event == Some(EventKind::Begins));
    let says = "browser to broker.example:8084 · WebSocket in TLS";
    assert_eq!(begins.unwrap().summary, says);
    engine.handle_command(
        Instant::from_millis(1),
        Command::Inspect(begins.unwrap().record),
    );
    let told =
        (engine.reports(Instant::from_millis(2)).into_iter()).find_map(|report| match report {
            Report::Event(view) => Some(view.event.address),
            _ => None,
        });
    assert_eq!(told.as_deref(), Some(says));
}

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The ends of a connection from this port.
fn from(port: u16) -> Ends {
    Ends {
        client: ([127, 0, 0, 1], port).into(),
        server: ([127, 0, 0, 1], 1883).into(),
    }
}

/// A CONNECT of version 3.1.1 with Keep Alive 5 s.
fn connect(name: u8) -> Vec<u8> {
    let mut connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x05\x00\x01".to_vec();
    connect.push(name);
    connect
}

#[test]
fn a_side_that_closes_ends_its_watch_and_has_its_row_in_the_order_of_time() {
    // `a` says goodbye before its CONNACK and closes its side; the server never does. `b` goes on for long.
    let (mut writer, mut given) = (Writer::new("test"), Vec::new());
    writer.begin(&mut given);
    writer.open(2, from(50_001), "", SECOND, &mut given);
    writer.bytes(2, Role::Client, &connect(b'b'), SECOND, &mut given);
    writer.bytes(2, Role::Server, b"\x20\x02\0\0", SECOND, &mut given);
    writer.open(1, from(50_000), "", 2 * SECOND, &mut given);
    writer.bytes(1, Role::Client, &connect(b'a'), 2 * SECOND, &mut given);
    writer.bytes(1, Role::Client, b"\xe0\0", 2 * SECOND + 150_000, &mut given);
    writer.end(1, Role::Client, 2 * SECOND + 150_000, &mut given);
    writer.bytes(
        1,
        Role::Server,
        b"\x20\x02\0\0",
        2 * SECOND + 229_000_000,
        &mut given,
    );
    for at in [5, 10, 15, 20, 25_u64] {
        writer.bytes(2, Role::Client, b"\xc0\0", at * SECOND, &mut given);
        writer.bytes(2, Role::Server, b"\xd0\0", at * SECOND, &mut given);
    }
    let mut engine = Engine::new(1);
    engine.handle_files([("one.pcapng".to_owned(), given.len() as u64)]);
    feed(&mut engine, &[&given], usize::MAX);
    let shown = shown(&mut engine, everything());
    let rules: Vec<_> = (shown.findings.iter())
        .map(|it| (&*it.rule, &*it.message))
        .collect();
    assert_eq!(rules, []);
    let times: Vec<_> = shown.wire.iter().map(|row| row.at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let ended: Vec<_> = (shown.wire.iter())
        .filter(|row| row.event == Some(EventKind::Ended))
        .map(|row| (row.at.micros(), row.summary.clone()))
        .collect();
    let [(2_000_150, says)] = &ended[..] else {
        panic!("{ended:?}")
    };
    assert!(says.contains("the client closed it (FIN)"), "{says}");
    // Its last packet came later.
    let row = shown
        .captured
        .iter()
        .find(|row| row.client.ends_with("50000"));
    let row = row.unwrap();
    assert_eq!(row.lasts, Duration::from_millis(229));
    assert_eq!(row.findings, [0; 3]);
}

#[test]
fn what_silence_shows_is_marked_at_its_own_connection() {
    let (mut writer, mut given) = (Writer::new("test"), Vec::new());
    writer.begin(&mut given);
    for (id, name) in [(1, b'a'), (2, b'b')] {
        writer.open(id, from(50_000 + id as u16), "", SECOND, &mut given);
        writer.bytes(id, Role::Client, &connect(name), SECOND, &mut given);
        writer.bytes(id, Role::Server, b"\x20\x02\0\0", SECOND, &mut given);
    }
    for at in 2..30_u64 {
        writer.bytes(2, Role::Client, b"\xc0\0", at * SECOND, &mut given);
        writer.bytes(2, Role::Server, b"\xd0\0", at * SECOND, &mut given);
    }
    let mut engine = Engine::new(1);
    engine.handle_files([("one.pcapng".to_owned(), given.len() as u64)]);
    feed(&mut engine, &[&given], usize::MAX);
    let shown = shown(&mut engine, everything());
    let silent = &shown.captured[0];
    assert_eq!(
        (&*silent.client_identifier, silent.findings),
        ("a", [0, 2, 0])
    );
    assert_eq!(shown.captured[1].findings, [0; 3]);
    let marked = shown.wire.iter().filter(|row| row.severity.is_some());
    assert!(marked.map(|row| row.connection).eq([silent.id]));
}
