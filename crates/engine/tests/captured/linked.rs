//! Links to packets of a list.

use mqttscope_protocol::PacketLink;
use mqttscope_view::recording::Recording;
use mqttscope_view::share;
use mqttscope_wire::{ProtocolVersion, mask_passwords};

use super::*;

/// The link to what is found of a connection, or why there is none.
fn linked(
    engine: &mut Engine,
    connection: Option<ConnectionId>,
    search: &str,
) -> Result<PacketLink, String> {
    let export = Export {
        connection,
        format: ExportFormat::WireLink,
        search: search.to_owned(),
        span: None,
        with_secrets: false,
    };
    engine.handle_command(Instant::ZERO, Command::Export(export));
    let mut reports = engine.reports(Instant::ZERO).into_iter();
    let made = reports.find_map(|report| match report {
        Report::Link(link) => Some(Ok(link)),
        Report::Notice(notice) => Some(Err(notice.text)),
        _ => None,
    });
    made.unwrap()
}

/// The packets of a link, as the Dissect page reads them, and their version.
fn read_link(link: &PacketLink) -> (Vec<Sent>, ProtocolVersion) {
    let shared = share::decode(&link.content).unwrap();
    let (bytes, cuts) = (shared.bytes, &shared.cuts);
    let recording = if shared.runs.is_empty() {
        Recording::read_cut(bytes, cuts, shared.version, shared.sender)
    } else {
        Recording::of_sides_cut(&bytes, &shared.runs, cuts, shared.version)
    };
    let packets = recording.packets().iter().enumerate();
    let packets = packets.map(|(at, packet)| {
        let is_server = packet.from == Some(Sender::Server);
        (is_server, recording.bytes_of(at).to_vec())
    });
    let version = recording.packets()[0].at.version;
    (packets.collect(), version)
}

#[test]
fn a_link_has_the_packets_of_the_connection_with_their_sides() {
    for name in [
        "recorded/tcp.pcap",
        "files/t9_midstream.pcap",
        "files/t6_malformed.pcap",
        "files/suricata-verify__mqtt5-pub-qos2.pcap",
    ] {
        let (mut engine, shown) = read(&[name], 1 << 20);
        for captured in &shown.captured {
            let rows = packets(&shown).filter(|row| row.connection == captured.id);
            let expected: Vec<Sent> = rows
                .map(|row| {
                    let mut bytes = packet(&mut engine, row).bytes;
                    mask_passwords(&mut bytes);
                    (row.sender == Sender::Server, bytes)
                })
                .collect();
            let link = linked(&mut engine, Some(captured.id), "").unwrap();
            assert_eq!(link.packets, expected.len() as u64, "{name}");
            let (found, version) = read_link(&link);
            assert_eq!(found, expected, "{name}");
            assert_eq!(Some(version), captured.version, "{name}");
        }
    }
}

#[test]
fn a_link_has_what_a_filter_leaves_of_one_connection_and_no_password() {
    let connect = b"\x10\x16\0\x04MQTT\x04\xc2\0\x3c\0\x01c\0\x01u\0\x04pass";
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    for (number, port) in [(1, 50_000), (2, 50_001)] {
        let ends = Ends {
            client: ([127, 0, 0, 1], port).into(),
            server: ([127, 0, 0, 1], 1883).into(),
        };
        writer.open(number, ends, "", 1_000, &mut file);
        writer.bytes(number, Role::Client, connect, 2_000, &mut file);
        writer.bytes(number, Role::Server, b"\x20\x02\0\0", 3_000, &mut file);
        writer.bytes(number, Role::Client, b"\xc0\0", 4_000, &mut file);
    }
    let mut engine = opened_whole(&file);
    let several = linked(&mut engine, None, "").unwrap_err();
    assert!(several.contains("of several connections"), "{several}");
    let shown = shown(&mut engine, everything());
    let id = shown.captured[0].id;
    let link = linked(&mut engine, Some(id), "sender == client").unwrap();
    assert!(link.has_stars);
    let (found, _) = read_link(&link);
    let masked = b"\x10\x16\0\x04MQTT\x04\xc2\0\x3c\0\x01c\0\x01u\0\x04****".to_vec();
    assert_eq!(found, [(false, masked), (false, vec![0xc0, 0])]);
    let pings = linked(&mut engine, Some(id), "mqtt.msgtype == PINGREQ").unwrap();
    assert!(!pings.has_stars && pings.packets == 1);
    let none = linked(&mut engine, Some(id), "mqtt.msgtype == PUBLISH").unwrap_err();
    assert!(none.contains("no packet with bytes"), "{none}");
}

#[test]
fn what_is_too_large_for_a_link_says_so() {
    // Bytes that cannot be packed.
    let (mut writer, mut file) = (Writer::new("test"), Vec::new());
    writer.begin(&mut file);
    let ends = Ends {
        client: ([127, 0, 0, 1], 50_000).into(),
        server: ([127, 0, 0, 1], 1883).into(),
    };
    writer.open(1, ends, "", 1_000, &mut file);
    let mut noise = 1_u32;
    for _ in 0..40 {
        let mut publish = vec![0x30, 0xeb, 0x07, 0, 1, b'a'];
        publish.extend((0..1000).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.to_be_bytes()[0]
        }));
        writer.bytes(1, Role::Client, &publish, 2_000, &mut file);
    }
    let mut engine = opened_whole(&file);
    let says = linked(&mut engine, None, "").unwrap_err();
    assert!(says.contains("32,768 characters"), "{says}");
}

fn opened_whole(file: &[u8]) -> Engine {
    let mut engine = Engine::new(1);
    engine.handle_files([("file".to_owned(), file.len() as u64)]);
    feed(&mut engine, &[file], 1 << 20);
    engine
}
