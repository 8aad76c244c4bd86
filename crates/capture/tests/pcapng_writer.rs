//! What is written as pcapng is read back, by our own reader and, where it is there, by tshark.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use mqttscope_capture::mark::{Effect, Mark, MarkedPacket};
use mqttscope_capture::pcapng::{Ends, Writer, whole_blocks};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Capture, CaptureReader, Ending, Event, Limits};
use mqttscope_wire::PacketType;
use proptest::prelude::*;

const CONNECT: [u8; 15] = *b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

fn ends(client: &str, server: &str) -> Ends {
    Ends {
        client: client.parse().unwrap(),
        server: server.parse().unwrap(),
    }
}

fn publish(payload: usize) -> Vec<u8> {
    let mut packet = vec![0x30];
    let mut rest = payload + 3;
    loop {
        let byte = u8::try_from(rest % 128).unwrap();
        rest /= 128;
        packet.push(byte | if rest > 0 { 0x80 } else { 0 });
        if rest == 0 {
            break;
        }
    }
    packet.extend([0, 1, b'a']);
    packet.extend((0..payload).map(|at| u8::try_from(at % 251).unwrap()));
    packet
}

/// Packets of a connection, with who sent them.
type Packets = Vec<(Role, Vec<u8>)>;

/// Clients and their packets as our reader finds them.
fn read(file: &[u8]) -> Vec<(String, Packets)> {
    let capture = Capture::read(file, None);
    assert_eq!(capture.notes, Vec::<String>::new());
    let connections = capture.connections.iter();
    connections
        .map(|connection| {
            assert!(connection.gaps.is_empty());
            let packets = connection.packets.iter();
            let packets =
                packets.map(|packet| (packet.from, connection.bytes_of(packet).unwrap().to_vec()));
            let client = connection.client.to_string();
            (client, packets.collect())
        })
        .collect()
}

#[test]
fn large_packets_and_both_families_are_read_back() {
    for (client, server) in [
        ("10.0.0.7:50000", "10.0.0.1:1883"),
        ("[2001:db8::7]:50000", "[::1]:1883"),
        ("10.0.0.7:50000", "[::1]:1883"),
    ] {
        let (mut writer, mut file) = (Writer::new("test"), Vec::new());
        writer.begin(&mut file);
        writer.open(7, ends(client, server), "a comment", 1, &mut file);
        let large = publish(200_000);
        writer.bytes(7, Role::Client, &CONNECT, 2, &mut file);
        writer.bytes(7, Role::Server, &CONNACK, 3, &mut file);
        writer.bytes(7, Role::Client, &large, 4, &mut file);
        writer.close(7, 5, &mut file);
        let found = read(&file);
        assert_eq!(found.len(), 1, "{client}");
        let wanted = [
            (Role::Client, CONNECT.to_vec()),
            (Role::Server, CONNACK.to_vec()),
            (Role::Client, large),
        ];
        assert_eq!(found[0].1, wanted, "{client}");
        let capture = Capture::read(&file, None);
        assert!(capture.connections[0].has_beginning);
        assert_eq!(capture.connections[0].ended, Some(Ending::Fin));
        assert_eq!(capture.connections[0].packets[1].at_ns, Some(3));
    }
}

#[test]
fn a_reset_is_one() {
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    writer.open(1, ends("1.1.1.1:1", "2.2.2.2:1883"), "", 0, &mut file);
    writer.bytes(1, Role::Client, &CONNECT, 0, &mut file);
    writer.reset(1, Role::Server, 0, &mut file);
    writer.bytes(1, Role::Client, &CONNECT, 0, &mut file);
    let capture = Capture::read(&file, None);
    assert_eq!(capture.connections[0].ended, Some(Ending::Reset));
    assert_eq!(capture.connections[0].packets.len(), 1);
}

#[test]
fn the_same_ends_at_once_are_two_connections() {
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    let same = ends("1.1.1.1:65535", "2.2.2.2:1883");
    for id in [1, 2] {
        writer.open(id, same, "tap", 0, &mut file);
    }
    for id in [1, 2] {
        writer.bytes(id, Role::Client, &CONNECT, 0, &mut file);
    }
    let found = read(&file);
    assert_eq!(found.len(), 2);
    assert!(String::from_utf8_lossy(&file).contains("the port of the client was 65535"));
    // When it is over, the ends are free again.
    writer.close(1, 0, &mut file);
    writer.open(3, same, "tap", 0, &mut file);
    writer.bytes(3, Role::Client, &CONNECT, 0, &mut file);
    assert_eq!(read(&file).len(), 3);
}

#[test]
fn a_connection_goes_on_in_the_next_file() {
    let (mut writer, mut first, mut second) = (Writer::new("test"), Vec::new(), Vec::new());
    writer.begin(&mut first);
    writer.open(1, ends("1.1.1.1:1", "2.2.2.2:1883"), "", 0, &mut first);
    writer.bytes(1, Role::Client, &CONNECT, 0, &mut first);
    writer.begin(&mut second);
    writer.bytes(1, Role::Server, &CONNACK, 0, &mut second);
    writer.bytes(1, Role::Client, &publish(5), 0, &mut second);
    let [first, second] = [first, second].map(|file| read(&file));
    assert_eq!(first[0].1.len(), 1);
    assert_eq!(
        second[0].1,
        [(Role::Server, CONNACK.to_vec()), (Role::Client, publish(5))]
    );
}

#[test]
fn what_is_cut_anywhere_has_whole_blocks_before() {
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    let mut ends_of_blocks = vec![0];
    writer.open(1, ends("1.1.1.1:1", "2.2.2.2:1883"), "", 0, &mut file);
    for _ in 0..3 {
        ends_of_blocks.push(file.len());
        writer.bytes(1, Role::Client, &CONNECT, 0, &mut file);
    }
    ends_of_blocks.push(file.len());
    assert_eq!(whole_blocks(&file), file.len());
    for end in 0..file.len() {
        let whole = whole_blocks(&file[..end]);
        assert!(whole <= end && (end < ends_of_blocks[1] || whole >= ends_of_blocks[1]));
        assert_eq!(whole_blocks(&file[..whole]), whole);
        assert!(end - whole < 100, "{end} {whole}");
    }
    for end in ends_of_blocks {
        assert_eq!(whole_blocks(&file[..end]), end);
    }
    assert_eq!(whole_blocks(&[0; 20]), 0);
}

#[test]
fn tshark_reads_mqtt_over_tcp_without_a_complaint() {
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    for (id, client, server) in [
        (1, "10.0.0.7:50000", "10.0.0.1:1883"),
        (2, "[fe80::7]:50000", "[::1]:1883"),
    ] {
        writer.open(
            id,
            ends(client, server),
            "a device",
            1_700_000_000_123_456_789,
            &mut file,
        );
        writer.bytes(
            id,
            Role::Client,
            &CONNECT,
            1_700_000_001_000_000_000,
            &mut file,
        );
        writer.bytes(
            id,
            Role::Server,
            &CONNACK,
            1_700_000_002_000_000_000,
            &mut file,
        );
        writer.bytes(
            id,
            Role::Client,
            &publish(100_000),
            1_700_000_003_000_000_000,
            &mut file,
        );
        writer.close(id, 1_700_000_004_000_000_000, &mut file);
    }
    let fields = [
        "-r",
        "-",
        "-o",
        "tcp.check_checksum:TRUE",
        "-o",
        "ip.check_checksum:TRUE",
        "-T",
        "fields",
        "-e",
        "frame.time_epoch",
        "-e",
        "mqtt.msgtype",
        "-e",
        "_ws.expert.message",
        "-e",
        "frame.comment",
    ];
    let child = Command::new("tshark")
        .args(fields)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: tshark is not installed");
        return;
    };
    child.stdin.take().unwrap().write_all(&file).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let types: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|kind| !kind.is_empty())
        .collect();
    assert_eq!(types, ["1", "2", "3", "1", "2", "3"], "{text}");
    assert!(text.starts_with("1700000000.123456789\t"), "{text}");
    assert!(text.contains("a device"), "{text}");
    for complaint in [
        "checksum",
        "Bad",
        "lost",
        "not captured",
        "out-of-order",
        "Malformed",
    ] {
        assert!(!text.contains(complaint), "{complaint}: {text}");
    }
}

proptest! {
    /// Any pieces of any packets of both sides come back as the same packets.
    #[test]
    fn pieces_of_any_size_are_read_back(
        packets in prop::collection::vec((any::<bool>(), 0_usize..3000), 1..20),
        cut in 1_usize..5000,
    ) {
        let (mut writer, mut file) = (Writer::new("test"), Vec::new());
        writer.begin(&mut file);
        writer.open(1, ends("10.0.0.7:50000", "10.0.0.1:1883"), "", 0, &mut file);
        let mut wanted = vec![(Role::Client, CONNECT.to_vec()), (Role::Server, CONNACK.to_vec())];
        wanted.extend(packets.iter().map(|&(is_client, payload)| {
            (if is_client { Role::Client } else { Role::Server }, publish(payload))
        }));
        for (from, packet) in &wanted {
            for piece in packet.chunks(cut) {
                writer.bytes(1, *from, piece, 0, &mut file);
            }
        }
        let found = read(&file);
        prop_assert_eq!(&found[0].1, &wanted);
    }
}

#[test]
fn what_a_tap_did_comes_back_where_it_stands() {
    let mark = Mark {
        fault: 2,
        effect: Effect::Lost,
        packet: Some(MarkedPacket {
            packet_type: PacketType::Puback,
            identifier: Some(1),
            from: Role::Server,
            goes_on: false,
        }),
        words: "fault 2: cut before PUBACK 1; 4 bytes did not go on".to_owned(),
    };
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    let ends = Ends {
        client: "10.0.0.7:50000".parse().unwrap(),
        server: "10.0.0.1:1883".parse().unwrap(),
    };
    let connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
    writer.open(1, ends, "a device", 1, &mut file);
    writer.bytes(1, Role::Client, connect, 2, &mut file);
    writer.bytes(1, Role::Server, &[0x40, 2, 0, 1], 3, &mut file);
    writer.mark(1, &mark.to_string(), 4, &mut file);
    // Of no connection: nothing is written.
    writer.mark(9, &mark.to_string(), 4, &mut file);
    writer.bytes(1, Role::Server, &[0xd0, 0], 5, &mut file);
    writer.close(1, 6, &mut file);
    let mut told = Vec::new();
    for size in [1, 7, file.len()] {
        let mut reader = CaptureReader::new(Limits::default());
        for chunk in file.chunks(size) {
            reader.handle_bytes(chunk);
        }
        reader.handle_end();
        told.clear();
        while let Some(event) = reader.poll_event() {
            match event {
                Event::Bytes { bytes, .. } => told.push(format!("{bytes:02x?}")),
                Event::Marked { at_ns, comment, .. } => {
                    assert_eq!(at_ns, Some(4));
                    assert_eq!(Mark::of_comment(comment).as_ref(), Some(&mark));
                    told.push("marked".to_owned());
                }
                Event::Note(note) => panic!("{note}"),
                _ => {}
            }
        }
        assert_eq!(reader.counts().keep_alives, 0);
        assert_eq!(told[1..], ["[40, 02, 00, 01]", "marked", "[d0, 00]"]);
    }
    let capture = Capture::read(&file, None);
    assert_eq!(capture.connections[0].disturbed(), Some(2));
    assert_eq!(capture.connections[0].marks[0].mark, mark);
    assert_eq!(capture.connections[0].packets.len(), 3);
}
