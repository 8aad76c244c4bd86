//! Protocols and files that begin with bytes of their own.

use super::{Confidence, Foreign, Protocol};

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    protocol(bytes).or_else(|| file(bytes))
}

fn protocol(bytes: &[u8]) -> Option<Foreign> {
    let (protocol, what, advice) = match bytes {
        [0, b'S', b'P', 0, high, low, 0, 0, ..] => {
            let name = match u16::from_be_bytes([*high, *low]) {
                0x10 => "PAIR",
                0x20 => "PUB",
                0x21 => "SUB",
                0x30 => "REQ",
                0x31 => "REP",
                0x50 => "PUSH",
                0x51 => "PULL",
                0x62 => "SURVEYOR",
                0x63 => "RESPONDENT",
                0x70 => "BUS",
                _ => "unknown",
            };
            (
                Protocol::Nanomsg,
                format!("an SP header of nanomsg or NNG (socket type {name})"),
                "The other side speaks nanomsg, not MQTT: check the port and the library.",
            )
        }
        [0xff, _, _, _, _, _, _, _, _, 0x7f, ..] => (
            Protocol::ZeroMq,
            "the greeting of a ZeroMQ connection (ZMTP)".to_owned(),
            "The other side speaks ZeroMQ, not MQTT: check the port and the library.",
        ),
        [b'A', b'M', b'Q', b'P', kind, major, minor, revision, ..] if *kind <= 3 => (
            Protocol::Amqp,
            format!("an AMQP protocol header (version {major}.{minor}.{revision})"),
            "The other side speaks AMQP, not MQTT. Brokers that know both, such as RabbitMQ, have a port for each: \
             AMQP is usually 5672, MQTT 1883.",
        ),
        [b'S', b'S', b'H', b'-', ..] => (
            Protocol::Ssh,
            "the version line of SSH".to_owned(),
            "An SSH server answers on this port: check the port.",
        ),
        _ => return None,
    };
    Some(Foreign::new(protocol, Confidence::Certain, what, advice))
}

fn file(bytes: &[u8]) -> Option<Foreign> {
    const EXPORT: &str = "Open it in Wireshark, choose Analyze > Follow > TCP Stream on an MQTT packet, show the data as \
        Hex Dump, and paste it here.";
    const UNPACK: &str = "Unpack it first and drop what is inside.";
    let (protocol, what, advice) = match bytes {
        [0xd4, 0xc3, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0xc3, 0xd4, ..]
        | [0x4d, 0x3c, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0x3c, 0x4d, ..]
        | [0x34, 0xcd, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0xcd, 0x34, ..] => {
            (Protocol::Capture, "a packet capture file (pcap)", EXPORT)
        }
        [
            0x0a,
            0x0d,
            0x0d,
            0x0a,
            _,
            _,
            _,
            _,
            0x4d,
            0x3c,
            0x2b,
            0x1a,
            ..,
        ]
        | [
            0x0a,
            0x0d,
            0x0d,
            0x0a,
            _,
            _,
            _,
            _,
            0x1a,
            0x2b,
            0x3c,
            0x4d,
            ..,
        ] => (Protocol::Capture, "a packet capture file (pcapng)", EXPORT),
        [b'X', b'C', b'P', 0, ..] => (Protocol::Capture, "a capture file of NetXRay", EXPORT),
        [b's', b'n', b'o', b'o', b'p', 0, 0, 0, ..] => {
            (Protocol::Capture, "a capture file (snoop)", EXPORT)
        }
        [b'b', b't', b's', b'n', b'o', b'o', b'p', 0, ..] => (
            Protocol::Capture,
            "a Bluetooth capture file (btsnoop)",
            EXPORT,
        ),
        [0x1f, 0x8b, 0x08, ..] => (Protocol::Compressed, "a gzip file", UNPACK),
        [b'P', b'K', 3, 4, ..] => (Protocol::Compressed, "a zip archive", UNPACK),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => (Protocol::Compressed, "a zstd file", UNPACK),
        [0x04, 0x22, 0x4d, 0x18, ..] => (Protocol::Compressed, "an lz4 file", UNPACK),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => (Protocol::Compressed, "an xz file", UNPACK),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => {
            (Protocol::Compressed, "a bzip2 file", UNPACK)
        }
        [b'7', b'z', 0xbc, 0xaf, ..] => (Protocol::Compressed, "a 7z archive", UNPACK),
        [0x89, b'P', b'N', b'G', ..] => (
            Protocol::File,
            "a PNG image",
            "There are no packet bytes in a picture: copy the bytes as text, such as a hex dump.",
        ),
        [0xff, 0xd8, 0xff, ..] => (
            Protocol::File,
            "a JPEG image",
            "There are no packet bytes in a picture: copy the bytes as text, such as a hex dump.",
        ),
        [b'%', b'P', b'D', b'F', ..] => (
            Protocol::File,
            "a PDF document",
            "Copy the bytes in it as text, such as a hex dump.",
        ),
        [0x7f, b'E', b'L', b'F', ..] => (
            Protocol::File,
            "a program (ELF)",
            "There are no packets to read in a program.",
        ),
        [
            b'S',
            b'Q',
            b'L',
            b'i',
            b't',
            b'e',
            b' ',
            b'f',
            b'o',
            b'r',
            b'm',
            ..,
        ] => (
            Protocol::File,
            "an SQLite database",
            "Export what you need as text or JSON.",
        ),
        _ => return None,
    };
    Some(Foreign::new(protocol, Confidence::Certain, what, advice))
}
