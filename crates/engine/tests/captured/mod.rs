//! Capture files in the engine: the packets are those that the capture's reader gives, and the findings those of the
//! conversation.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on says so"
)]

mod faults;
mod in_words;
mod linked;
mod messages;
mod searches;
mod seen_by_tcp;
mod several;

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
    flows_left_out: u64,
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
                    shown.flows_left_out = summary.flows_left_out;
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
    // What was not opened is a row with its reason, and a note.
    let [row] = &without.captured[..] else {
        panic!("{:?}", without.captured);
    };
    let why = "is encrypted, and no key log has its keys";
    assert_eq!((row.sealed.as_deref(), &*row.transport), (Some(why), "TLS"));
    assert_eq!((row.packets, without.view.sealed), (0, 1));
    assert!(row.begins > Instant::ZERO && row.version.is_none());
    assert_eq!(without.view.notes, [format!("1 TLS connection {why}")]);
    assert_eq!(without.view.files[0].notes, without.view.notes);
    let before = open(&[&keys, &capture]);
    let behind = open(&[&capture, &keys]);
    assert!(before.view.connections > 0 && before.view.sealed == 0);
    assert!(behind.view.gone >= Some(row.id) && Some(behind.captured[0].id) > behind.view.gone);
    assert!(matches!(behind.view.files[1].state, CaptureState::Keys(lines) if lines > 0));
    let says = |shown: &Shown| {
        packets(shown)
            .map(|row| row.summary.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(says(&behind), says(&before));
    assert_eq!(behind.view.connections, before.view.connections);
}

fn read_bytes(files: &[&[u8]], most: usize) -> Shown {
    let mut engine = Engine::new(1);
    let names = ["a", "b", "c"].iter().zip(files);
    engine.handle_files(names.map(|(name, bytes)| ((*name).to_owned(), bytes.len() as u64)));
    feed(&mut engine, files, most);
    shown(&mut engine, everything())
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
    let (mut engine, shown) = read(&["files/t9_midstream.pcap"], 1 << 20);
    let capture = Capture::read(&file("files/t9_midstream.pcap"), None);
    let row = &shown.captured[0];
    assert!(!row.is_named);
    assert_eq!(row.version, capture.connections[0].version);
    assert!(row.version.is_some());
    // And the reasons are told, in the row and at its beginning.
    let why = "read as 3.1.1, no rule is broken; read as 5, there are 2 errors in 2 packets";
    assert_eq!(row.known_by, why);
    let says = beginning(&mut engine, &shown);
    assert_eq!(says, format!("MQTT 3.1.1: {why}"));
    let (mut engine, shown) = read(&["recorded/tcp.pcap"], 1 << 20);
    let row = &shown.captured[0];
    assert_eq!(row.known_by, "a CONNECT names its protocol level");
    assert!(beginning(&mut engine, &shown).ends_with(&row.known_by));
}

/// What the first row of a beginning says of the version.
fn beginning(engine: &mut Engine, shown: &Shown) -> String {
    let begins = (shown.wire.iter()).find(|row| row.event == Some(EventKind::Begins));
    let record = begins.unwrap().record;
    engine.handle_command(Instant::from_millis(1), Command::Inspect(record));
    let mut reports = engine.reports(Instant::from_millis(2)).into_iter();
    let told = reports.find_map(|report| match report {
        Report::Event(view) => Some(view.event.cause),
        _ => None,
    });
    told.unwrap()
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
fn the_timeline_shows_what_a_filter_leaves() {
    let (mut engine, whole) = read(&["files/t2_alias.pcap", "recorded/tcp.pcap"], 1 << 20);
    let all = packets(&whole).count() as u64;
    let left =
        |timeline: &Timeline| -> u64 { timeline.bars.iter().map(|bar| u64::from(bar.left)).sum() };
    let recorder = whole.captured.last().unwrap().id;
    for (search, connection) in [
        ("", None),
        ("mqtt.msgtype == 3", None),
        ("mqtt.msgtype == 3", Some(recorder)),
        ("mqtt.msgtype == 8", Some(recorder)),
        ("mqtt.msgtype == 15", None),
    ] {
        let looking = Looking {
            timeline: true,
            search: search.into(),
            connection,
            ..everything()
        };
        let part = shown(&mut engine, looking);
        let listed = packets(&part).count() as u64;
        assert_eq!(part.timeline.is_narrowed, !search.is_empty());
        let wanted = if search.is_empty() { 0 } else { listed };
        assert_eq!(left(&part.timeline), wanted, "{search} {connection:?}");
        assert!(listed < all || search.is_empty());
    }
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
    exported_as(engine, ExportFormat::WirePcapng)
}

fn exported_as(engine: &mut Engine, format: ExportFormat) -> Vec<u8> {
    engine.handle_command(
        Instant::ZERO,
        Command::Export(Export {
            connection: None,
            format,
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
fn an_export_whose_port_other_tools_do_not_know_says_how_they_read_it() {
    let said = |name: &str| -> Vec<String> {
        let (mut engine, _) = read(&[name], 1 << 20);
        let export = Command::Export(Export {
            connection: None,
            format: ExportFormat::WirePcapng,
            search: String::new(),
            span: None,
            with_secrets: true,
        });
        engine.handle_command(Instant::ZERO, export);
        let reports = engine.reports(Instant::ZERO).into_iter();
        let notice = |report| match report {
            Report::Notice(notice) => Some(notice.text),
            _ => None,
        };
        reports.filter_map(notice).collect()
    };
    let said_of_recorded = said("recorded/tcp.pcap");
    assert!(
        matches!(&said_of_recorded[..], [one] if one.contains("-d tcp.port==18831,mqtt")),
        "{said_of_recorded:?}"
    );
    assert_eq!(said("files/t6_malformed.pcap"), [""; 0]);
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
    // Its last packet came later: that is how long it lasted, wherever it is said.
    assert_eq!(says, "lasted 229 ms · the client closed it (FIN)");
    let row = shown
        .captured
        .iter()
        .find(|row| row.client.ends_with("50000"));
    let row = row.unwrap();
    assert_eq!(row.lasts, Duration::from_millis(229));
    assert_eq!(row.findings, [0; 3]);
    let ends = (shown.wire.iter()).find(|row| row.event == Some(EventKind::Ended));
    engine.handle_command(Instant::ZERO, Command::Inspect(ends.unwrap().record));
    let card = engine.reports(Instant::ZERO).into_iter();
    let mut card = card.filter_map(|report| match report {
        Report::Event(event) => Some(event.event.after),
        _ => None,
    });
    assert_eq!(card.next(), Some(row.lasts));
    let lines = exported_as(&mut engine, ExportFormat::WireCsv);
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains(",ended,\"lasted 229 ms · "), "{lines}");
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
