//! Whole captures: what tcpdump recorded of mosquitto and paho-mqtt, and of aedes and Chromium, is what the client published
//! and received. `record.py` and `record_deflate.mjs` made the files.

use std::path::{Path, PathBuf};

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Capture, Connection, Ending, Transport};
use mqttscope_wire::{Context, ControlPacket, Decoded, PacketType, ProtocolVersion, decode};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/captures/recorded")
        .join(name)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(recorded(name)).unwrap()
}

/// What a connection carried, as `record.py` writes it: the client's messages, then the server's.
fn messages(connection: &Connection) -> String {
    let lines = |role: Role, word: &str| {
        let mut lines = String::new();
        for packet in connection
            .packets
            .iter()
            .filter(|packet| packet.from == role)
        {
            let context = Context::new(connection.version.unwrap());
            if let Ok(Decoded::Packet {
                packet: ControlPacket::Publish(publish),
                ..
            }) = decode(connection.bytes_of(packet).unwrap(), context)
            {
                let payload = String::from_utf8_lossy(publish.payload);
                lines += &format!("{word} {} {payload}\n", publish.topic_name.as_str());
            }
        }
        lines
    };
    lines(Role::Client, "sent") + &lines(Role::Server, "got")
}

fn only(capture: &Capture) -> &Connection {
    assert_eq!(capture.connections.len(), 1, "{:?}", capture.notes);
    &capture.connections[0]
}

#[test]
fn what_the_client_says_is_what_the_capture_holds() {
    for (name, transport, version) in [
        ("tcp", Transport::Tcp, ProtocolVersion::V5),
        ("tcp-3.1.1", Transport::Tcp, ProtocolVersion::V3_1_1),
        ("websocket", Transport::WebSocket, ProtocolVersion::V5),
        (
            "websocket-deflate",
            Transport::WebSocket,
            ProtocolVersion::V3_1_1,
        ),
        (
            "websocket-deflate-alone",
            Transport::WebSocket,
            ProtocolVersion::V3_1_1,
        ),
        ("tls-1.2", Transport::Tls, ProtocolVersion::V5),
        ("tls-1.3", Transport::Tls, ProtocolVersion::V5),
        ("wss-1.3", Transport::SecureWebSocket, ProtocolVersion::V5),
    ] {
        let keys = std::fs::read(recorded(&format!("{name}.keys"))).ok();
        if keys.is_some() && !cfg!(feature = "tls") {
            continue;
        }
        let capture = Capture::read(&file(&format!("{name}.pcap")), keys.as_deref());
        let connection = only(&capture);
        assert_eq!(
            (connection.transport, connection.version),
            (transport, Some(version)),
            "{name}"
        );
        assert!(
            connection.has_beginning && connection.gaps.is_empty(),
            "{name}"
        );
        assert!(
            connection.ended.is_some_and(|how| how != Ending::Evicted),
            "{name}"
        );
        let said = String::from_utf8(file(&format!("{name}.txt"))).unwrap();
        assert_eq!(messages(connection), said, "{name}");
        let first = connection.bytes_of(&connection.packets[0]).unwrap();
        assert_eq!(
            PacketType::from_first_byte(first[0]),
            PacketType::Connect,
            "{name}"
        );
        let times: Vec<_> = connection
            .packets
            .iter()
            .map(|packet| packet.at_ns)
            .collect();
        assert!(times.is_sorted() && times[0].is_some(), "{name}");
        assert_eq!(capture.notes, [""; 0], "{name}");
    }
}

#[cfg(feature = "tls")]
mod with_keys {
    use super::*;
    use crate::build::Pcapng;

    #[test]
    fn without_its_keys_a_connection_says_why_it_is_closed() {
        let capture = Capture::read(&file("tls-1.3.pcap"), None);
        assert_eq!(capture.connections, []);
        let note = &capture.notes[0];
        assert!(
            note.starts_with("TLS of ") && note.contains("key log"),
            "{note}"
        );
        let others = file("tls-1.2.keys");
        let capture = Capture::read(&file("tls-1.3.pcap"), Some(&others));
        assert_eq!(capture.connections, []);
    }

    #[test]
    fn keys_that_the_file_carries_behind_its_packets_open_them() {
        let mut pcapng = Pcapng::new(false);
        pcapng.interface(1, 0, &[]);
        let pcap = file("tls-1.3.pcap");
        // A pcap of this machine's byte order: 24 bytes, then a header of 16 before each frame.
        let mut at = 24;
        while at + 16 <= pcap.len() {
            let len = u32::from_le_bytes(pcap[at + 8..at + 12].try_into().unwrap()) as usize;
            pcapng.packet(0, 1000, &pcap[at + 16..at + 16 + len]);
            at += 16 + len;
        }
        let keys = file("tls-1.3.keys");
        let mut body = pcapng.word(0x544c_534b).to_vec();
        body.extend(pcapng.word(u32::try_from(keys.len()).unwrap()));
        body.extend(&keys);
        body.resize(body.len().next_multiple_of(4), 0);
        pcapng.block(10, &body);
        let capture = Capture::read(&pcapng.bytes, None);
        assert_eq!(
            messages(only(&capture)),
            String::from_utf8(file("tls-1.3.txt")).unwrap()
        );
    }
}
