//! Recordings that hold messages and no frames: HAR files, flow files of mitmproxy, logs of brokers and clients.
//!
//! `tests/logs/record.py` made the files with the real tools.

use std::fmt::Write as _;
use std::path::Path;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Capture, CaptureReader, Connection, Ending, Limits, Transport};
use mqttscope_capture::text::{Style, write};
use mqttscope_wire::{Context, ControlPacket, Decoded, PacketType, ProtocolVersion, decode};
use proptest::prelude::*;

use super::support::{CONNACK, CONNECT, PINGREQ, Part, publish, read, read_with, run};

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/files");
    std::fs::read(folder.join(name)).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    write(bytes, Style::Base64)
}

/// What the clients of a file say of themselves, from its packets.
fn said(connections: &[Connection]) -> String {
    let mut said = String::new();
    for connection in connections {
        let context = Context::new(connection.version.unwrap());
        for (role, word) in [(Role::Client, "sent"), (Role::Server, "got")] {
            for packet in connection.packets.iter().filter(|it| it.from == role) {
                match decode(connection.bytes_of(packet).unwrap(), context) {
                    Ok(Decoded::Packet {
                        packet: ControlPacket::Connect(connect),
                        ..
                    }) => writeln!(said, "{}", connect.client_identifier.as_str()).unwrap(),
                    Ok(Decoded::Packet {
                        packet: ControlPacket::Publish(publish),
                        ..
                    }) => {
                        let topic = publish.topic_name.as_str();
                        writeln!(said, "{word} {topic} {}", publish.payload.len()).unwrap();
                    }
                    Ok(_) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }
    said
}

#[test]
fn what_the_clients_say_is_what_the_proxy_recorded() {
    for (name, answers, format, transport, server) in [
        (
            "tcp.flow",
            "tcp.txt",
            "mitmproxy",
            Transport::Tcp,
            "127.0.0.1:18941",
        ),
        (
            "ws.flow",
            "ws.txt",
            "mitmproxy",
            Transport::WebSocket,
            "ws://127.0.0.1:18942/mqtt",
        ),
        (
            "ws.har",
            "ws.txt",
            "har",
            Transport::WebSocket,
            "http://127.0.0.1:18942/mqtt",
        ),
    ] {
        let capture = Capture::read(&file(name), None);
        let answers = String::from_utf8(file(answers)).unwrap();
        assert_eq!(said(&capture.connections), answers, "{name}");
        assert_eq!(
            (capture.format, capture.notes.len()),
            (format, 0),
            "{name}: {:?}",
            capture.notes
        );
        let versions: Vec<_> = capture.connections.iter().map(|it| it.version).collect();
        let expected = [ProtocolVersion::V3_1_1, ProtocolVersion::V5].map(Some);
        assert_eq!(versions, expected, "{name}");
        for connection in &capture.connections {
            assert_eq!(connection.transport, transport, "{name}");
            // The token of the query is not kept.
            assert_eq!(connection.server.to_string(), server, "{name}");
            assert!(
                connection.has_beginning && connection.gaps.is_empty(),
                "{name}"
            );
            let times: Vec<_> = connection.packets.iter().map(|it| it.at_ns).collect();
            assert!(times.is_sorted() && times[0].unwrap() > 1 << 60, "{name}");
        }
    }
}

#[test]
fn both_formats_of_the_proxy_hold_the_same() {
    let [flow, har] = ["ws.flow", "ws.har"].map(|name| Capture::read(&file(name), None));
    for connection in &har.connections {
        assert_eq!(connection.client.to_string(), "client", "a proxy wrote it");
    }
    for (flow, har) in flow.connections.iter().zip(&har.connections) {
        let packets = |it: &Connection| -> Vec<_> {
            let packets = it.packets.iter();
            let all = packets.map(|packet| {
                (
                    packet.from,
                    packet.at_ns,
                    it.bytes_of(packet).unwrap().to_vec(),
                )
            });
            all.collect()
        };
        assert_eq!(packets(flow), packets(har));
    }
}

/// See SOURCES.md: real files whose sockets carry something else, or that have none.
#[test]
fn recordings_without_mqtt_say_what_is_in_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures/files");
    for (name, format, says) in [
        (
            "mitmproxy__chrome.har",
            "har",
            "HAR file without a WebSocket connection",
        ),
        (
            "mitmproxy__websocket.har",
            "har",
            "WebSocket messages that are no MQTT",
        ),
        (
            "mitmproxy__websocket.mitm",
            "mitmproxy",
            "WebSocket messages that are no MQTT",
        ),
    ] {
        let capture = Capture::read(&std::fs::read(folder.join(name)).unwrap(), None);
        assert_eq!((capture.format, capture.connections.len()), (format, 0));
        let notes = capture.notes.join("\n");
        assert!(notes.contains(says), "{name}: {notes}");
    }
}

/// Who sent what on a connection, one side behind the other.
fn steps(connection: &Connection) -> Vec<(Role, PacketType)> {
    let mut steps: Vec<_> = connection
        .packets
        .iter()
        .map(|it| (it.from, it.packet_type))
        .collect();
    steps.sort_by_key(|(from, _)| *from == Role::Server);
    steps
}

#[test]
fn a_broker_and_its_clients_log_the_same_packets() {
    let broker = Capture::read(&file("mosquitto.log"), None);
    assert_eq!((broker.format, &broker.notes[..]), ("log", &[][..]));
    let mut clients = 0;
    for version in ["3.1", "3.1.1", "5"] {
        let names =
            ["sub", "pub-0", "pub-1", "pub-2", "paho"].map(|name| match name.split_once('-') {
                Some((name, qos)) => format!("{name}-{version}-{qos}"),
                None => format!("{name}-{version}"),
            });
        for name in names {
            let capture = Capture::read(&file(&format!("{name}.log")), None);
            let [client] = &capture.connections[..] else {
                panic!("{name}: {:?}", capture.connections);
            };
            let of_broker = broker
                .connections
                .iter()
                .find(|it| it.client.to_string().split(' ').next() == Some(&name));
            let of_broker = of_broker.unwrap_or_else(|| panic!("{name}: {:?}", broker.connections));
            assert_eq!(steps(client), steps(of_broker), "{name}");
            assert_eq!(client.client.to_string(), name);
            for one in [client, of_broker] {
                assert_eq!(one.transport, Transport::Log, "{name}");
                assert!(one.has_beginning, "{name}");
                assert!(
                    one.packets.iter().all(|it| one.bytes_of(it).is_none()),
                    "{name}"
                );
            }
            assert!(
                of_broker.client.to_string().contains(" (127.0.0.1:"),
                "{name}"
            );
            assert_eq!(of_broker.server.to_string(), "port 18931");
            assert_eq!(of_broker.ended, Some(Ending::Fin), "{name}");
            assert_eq!(
                of_broker.version.map(ProtocolVersion::name),
                Some(version),
                "{name}"
            );
            clients += 1;
        }
    }
    assert_eq!(clients, 15);
}

#[test]
fn a_packet_in_words_has_the_words_of_the_log() {
    let capture = Capture::read(&file("sub-5.log"), None);
    let [one] = &capture.connections[..] else {
        panic!("{:?}", capture.connections);
    };
    let rows: Vec<_> = one
        .packets
        .iter()
        .map(|it| (it.from, it.packet_type.name(), one.words_of(it).unwrap()))
        .collect();
    let (client, server) = (Role::Client, Role::Server);
    assert_eq!(
        rows[..5],
        [
            (client, "CONNECT", ""),
            (server, "CONNACK", "0"),
            (
                client,
                "SUBSCRIBE",
                "Mid: 1, Topic: hall/#, QoS: 2, Options: 0x00"
            ),
            (server, "SUBACK", ""),
            (
                server,
                "PUBLISH",
                "d0, q0, r0, m0, 'hall/a b', ... (4 bytes)"
            ),
        ]
    );
    // Its log has no times and does not name the version, so that none are given.
    assert!(one.packets.iter().all(|it| it.at_ns.is_none()));
    assert_eq!(one.version, None);
    // In the broker's log the filters stand in lines of their own.
    let broker = Capture::read(&file("mosquitto.log"), None);
    let mut subscribes = broker.connections.iter().flat_map(|one| {
        let packets = one
            .packets
            .iter()
            .filter(|it| it.packet_type == PacketType::Subscribe);
        packets.map(|it| (it.at_ns, one.words_of(it)))
    });
    let (at_ns, words) = subscribes.next().unwrap();
    assert_eq!(words, Some("hall/# (QoS 2)"));
    assert!(at_ns.unwrap() > 1 << 60);
}

/// A trace of EMQX: what it receives is in hex and in words, what it sends in words.
fn trace() -> String {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |all, byte| all + &format!("{byte:02X}"))
    };
    let mut text = String::new();
    let mut second = 10;
    let mut line = |rest: String| {
        second += 1;
        writeln!(
            text,
            "2025-09-30T14:55:{second}.168985+02:00 [debug] tag: MQTT, {rest}"
        )
        .unwrap();
    };
    let peer = "peername: 127.0.0.1:59390";
    line(format!(
        "msg: raw_bin_received, {peer}, size: 15, type: hex, bin: {}",
        hex(CONNECT)
    ));
    line(format!(
        "msg: mqtt_packet_received, {peer}, packet: CONNECT(Q0, R0, D0, ClientId=c, ProtoName=MQTT, ProtoVsn=4, Password=)"
    ));
    line(format!(
        "clientid: c, msg: mqtt_packet_received, {peer}, packet: CONNECT(Q0, R0, D0, ClientId=c, ProtoName=MQTT, ProtoVsn=4, Password=)"
    ));
    line(format!(
        "clientid: c, msg: mqtt_packet_sent, {peer}, packet: CONNACK(Q0, R0, D0, AckFlags=0, ReasonCode=0)"
    ));
    line(format!(
        "clientid: c, msg: raw_bin_received, {peer}, size: 2, type: hex, bin: {}",
        hex(PINGREQ)
    ));
    line(format!(
        "clientid: c, msg: mqtt_packet_received, {peer}, packet: PINGREQ(Q0, R0, D0)"
    ));
    line(format!(
        "clientid: c, msg: mqtt_packet_sent, {peer}, packet: PINGRESP(Q0, R0, D0)"
    ));
    // Another one of which only words are there, twice for its first packet.
    let peer = "peername: [::1]:4711";
    line(format!(
        "msg: mqtt_packet_received, {peer}, packet: CONNECT(Q0, R0, D0, ClientId=d, ProtoVsn=5)"
    ));
    line(format!(
        "clientid: d, msg: mqtt_packet_received, {peer}, packet: CONNECT(Q0, R0, D0, ClientId=d, ProtoVsn=5)"
    ));
    line(format!(
        "clientid: d, msg: mqtt_packet_sent, {peer}, packet: CONNACK(Q0, R0, D0, AckFlags=0, ReasonCode=0)"
    ));
    text
}

#[test]
fn a_trace_of_emqx_holds_what_it_received() {
    let capture = Capture::read(trace().as_bytes(), None);
    let [one, other] = &capture.connections[..] else {
        panic!("{:?}", capture.connections);
    };
    let rows: Vec<_> = one
        .packets
        .iter()
        .map(|it| {
            (
                it.frame,
                it.packet_type.name(),
                one.bytes_of(it),
                one.words_of(it),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (1, "CONNECT", Some(CONNECT), None),
            (
                4,
                "CONNACK",
                None,
                Some("Q0, R0, D0, AckFlags=0, ReasonCode=0")
            ),
            (5, "PINGREQ", Some(PINGREQ), None),
            (7, "PINGRESP", None, Some("Q0, R0, D0")),
        ]
    );
    assert_eq!(one.client.to_string(), "c (127.0.0.1:59390)");
    assert_eq!(one.version, Some(ProtocolVersion::V3_1_1));
    // 14:55 two hours east of Greenwich.
    assert_eq!(one.packets[0].at_ns, Some(1_759_236_911_168_000_000));
    assert_eq!(other.packets.len(), 2, "{other:?}");
    assert_eq!(other.client.to_string(), "d ([::1]:4711)");
    assert_eq!(other.version, Some(ProtocolVersion::V5));
}

fn message(kind: &str, time: f64, bytes: &[u8]) -> String {
    let data = base64(bytes);
    format!(r#"{{"type":"{kind}","time":{time},"opcode":2,"data":"{data}"}}"#)
}

/// As Chrome writes them: messages before the address.
fn chrome(sockets: &[(&str, Vec<String>)]) -> String {
    let entries: Vec<_> = sockets
        .iter()
        .map(|(url, messages)| {
            format!(
                r#"{{"_resourceType":"websocket","_webSocketMessages":[{}],"cache":{{}},"request":{{"method":"GET","url":"{url}","headers":[{{"name":"Cookie","value":"a\"b\\"}}]}},"response":{{"status":101}},"time":1e3}}"#,
                messages.join(",\n")
            )
        })
        .collect();
    format!(
        "\u{feff}{{ \"log\" : {{\"version\":\"1.2\",\"creator\":{{\"name\":\"WebInspector\"}},\"pages\":[],\"entries\":[{}]}}}}\n",
        entries.join(",")
    )
}

#[test]
fn a_browsers_file_has_a_connection_for_each_socket() {
    let big = publish("t", &[7; 3000]);
    let file = chrome(&[
        (
            "wss://broker/mqtt?token=secret",
            vec![
                message("send", 1_700_000_000.25, &CONNECT[..1]),
                message("send", 1_700_000_000.25, &CONNECT[1..]),
                message("receive", 1_700_000_000.5, CONNACK),
                // Ping of the WebSocket itself.
                r#"{"type":"send","time":1700000001,"opcode":9,"data":"AA=="}"#.to_owned(),
                message("receive", 1_700_000_001.0, &big),
            ],
        ),
        (
            "wss://chat/",
            vec![
                r#"{"type":"send","time":1700000002,"opcode":1,"data":"hello \u263a"}"#.to_owned(),
            ],
        ),
        (
            "ws://broker/second",
            vec![message("send", 1_700_000_003.0, CONNECT)],
        ),
    ]);
    let capture = Capture::read(file.as_bytes(), None);
    let rows: Vec<_> = capture
        .connections
        .iter()
        .map(|it| (it.server.to_string(), it.transport, it.packets.len()))
        .collect();
    for connection in &capture.connections {
        assert_eq!(connection.client.to_string(), "browser");
    }
    assert_eq!(
        rows,
        [
            (
                "wss://broker/mqtt".to_owned(),
                Transport::SecureWebSocket,
                3
            ),
            ("ws://broker/second".to_owned(), Transport::WebSocket, 1),
        ]
    );
    let first = &capture.connections[0];
    assert_eq!(first.packets[0].at_ns, Some(1_700_000_000_250_000_000));
    assert_eq!(first.bytes_of(&first.packets[2]), Some(&big[..]));
    let notes = capture.notes.join("\n");
    assert!(notes.contains("wss://chat/ carries no MQTT"), "{notes}");
    assert!(notes.contains("text messages of a WebSocket"), "{notes}");
    assert!(!notes.contains("secret"), "{notes}");
}

#[test]
fn a_file_without_messages_says_what_to_do() {
    let file = r#"{"log":{"creator":{"name":"Firefox"},"entries":[{"request":{"url":"wss://a/mqtt"},"response":{"status":101}}]}}"#;
    let capture = Capture::read(file.as_bytes(), None);
    assert!(capture.connections.is_empty());
    let [note] = &capture.notes[..] else {
        panic!("{:?}", capture.notes);
    };
    assert!(
        note.contains("a HAR file of Firefox with a WebSocket, but without its messages"),
        "{note}"
    );
    assert!(note.contains("Record with Chrome or Edge"), "{note}");
}

#[test]
fn a_message_that_is_too_long_leaves_a_gap() {
    let limits = Limits {
        record: 64,
        ..Limits::default()
    };
    let long = publish("t", &[0; 2000]);
    let file = chrome(&[(
        "ws://b/",
        vec![
            message("send", 1.0, CONNECT),
            message("send", 2.0, &long),
            message("send", 3.0, PINGREQ),
        ],
    )]);
    let found = read_with(file.as_bytes(), 100, limits);
    let one = found.only();
    assert!(
        matches!(&one.client[..], [Part::Bytes(_), Part::Gap(None), Part::Bytes(last)] if last == PINGREQ),
        "{:?}",
        one.client
    );
    assert!(found.most_held < 4096, "{}", found.most_held);
}

/// Every kind of such a file.
fn all() -> Vec<(String, Vec<u8>)> {
    let names = [
        "tcp.flow",
        "ws.flow",
        "ws.har",
        "mosquitto.log",
        "paho-5.log",
        "sub-3.1.1.log",
    ];
    let mut all: Vec<_> = names.map(|name| (name.to_owned(), file(name))).into();
    all.push(("emqx".to_owned(), trace().into_bytes()));
    let chrome = chrome(&[(
        "wss://b/",
        vec![
            message("send", 1.0, CONNECT),
            message("receive", 2.0, CONNACK),
        ],
    )]);
    all.push(("chrome".to_owned(), chrome.into_bytes()));
    all
}

#[test]
fn chunks_make_no_difference_and_little_waits() {
    for (name, file) in all() {
        let whole = read(&file);
        assert!(!whole.connections.is_empty(), "{name}");
        for chunk in [1, 7, 1000] {
            let found = read_with(&file, chunk, Limits::default());
            assert_eq!(found.events, whole.events, "{name} in chunks of {chunk}");
            // A log shows what it is by its first 64 kB.
            let most = if name.contains("flow") || name.contains("har") {
                16 << 10
            } else {
                80 << 10
            };
            assert!(found.most_held < most, "{name}: {}", found.most_held);
        }
    }
}

#[test]
fn a_large_file_is_not_kept() {
    let messages: Vec<_> = (0..4000)
        .map(|_| message("receive", 2.0, &publish("t", &[1; 3000])))
        .collect();
    let all = [
        vec![
            message("send", 1.0, CONNECT),
            message("receive", 1.0, CONNACK),
        ],
        messages,
    ]
    .concat();
    let file = chrome(&[("wss://b/", all)]);
    assert!(file.len() > 12 << 20);
    let found = read_with(file.as_bytes(), 4096, Limits::default());
    assert_eq!(found.packets(), 4002);
    assert!(found.most_held < 64 << 10, "{}", found.most_held);
}

#[test]
fn what_is_cut_short_says_so_and_keeps_what_came_before() {
    for (name, file) in all() {
        let whole = read(&file);
        let cut = read(&file[..file.len() * 2 / 3]);
        assert!(cut.connections.len() <= whole.connections.len(), "{name}");
        let is_log = name.contains("log") || name == "emqx";
        assert_eq!(
            cut.notes.iter().any(|note| note.contains("cut short")),
            !is_log,
            "{name}: {:?}",
            cut.notes
        );
        let rows = |found: &super::support::Found| {
            found.packets()
                + found
                    .connections
                    .values()
                    .map(|it| it.said.len())
                    .sum::<usize>()
        };
        let is_behind = name == "chrome";
        assert!(
            // What is cut off of the browser's file is the address behind the messages.
            rows(&cut) > 0 && rows(&cut) < rows(&whole) + usize::from(is_behind),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(64), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_alike_in_any_chunks(
        which in 0_usize..8,
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        chunk in 1_usize..5000,
    ) {
        let (name, mut file) = all().swap_remove(which);
        file.truncate(20_000);
        for (place, byte) in damages {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let limits = Limits { record: 512, connections: 4, total: 4096, look: 512, ..Limits::default() };
        let whole = run(CaptureReader::new(limits), &file, file.len());
        let pieces = run(CaptureReader::new(limits), &file, chunk);
        prop_assert_eq!(whole.events, pieces.events, "{}", name);
    }
}
