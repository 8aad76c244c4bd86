//! What the real tools print (see fixtures/text/README.md) becomes the bytes they were given.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that cannot be read fails its test"
)]

use std::fs;
use std::path::Path;

use mqttscope_capture::text::{Decoded, Format, Marks, Note, Side, decode};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn decode_fixture(name: &str) -> Decoded {
    let text = String::from_utf8(fixture(name)).unwrap();
    decode(&text, None).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_tool_is_detected_and_read() {
    let table = [
        (Format::Xxd, "xxd", "session publish zeros"),
        (Format::Hex, "xxd-p", "session publish zeros"),
        (Format::CLiteral, "xxd-i", "session publish zeros"),
        (Format::Xxd, "xxd-g1", "session"),
        (Format::Xxd, "xxd-c8u", "session"),
        (Format::HexdumpC, "hexdump-C", "session publish zeros"),
        (Format::Hexdump, "hexdump", "session publish zeros"),
        (Format::Od, "od-Ax-tx1z", "session publish zeros"),
        (Format::Od, "od-tx1", "session publish zeros"),
        (Format::Od, "od-Ad-tx1-v", "zeros"),
        (Format::Od, "od", "session"),
        (Format::Hex, "od-An-tx1", "session"),
        (Format::TcpdumpX, "tcpdump-X", "packet"),
        (Format::TcpdumpX, "tcpdump-x", "packet"),
        (Format::TcpdumpX, "tcpdump-XX", "frame"),
        (Format::WiresharkHex, "tshark-x", "frame"),
        (Format::WiresharkFollow, "tshark-follow-hex", "session"),
        (Format::WiresharkFollow, "tshark-follow-raw", "session"),
        (Format::Base64, "base64", "session publish zeros"),
    ];
    for (format, tool, files) in table {
        for file in files.split(' ') {
            let name = format!("{file}.{tool}");
            let decoded = decode_fixture(&name);
            assert_eq!(decoded.format, format, "{name}");
            assert_eq!(decoded.bytes, fixture(&format!("{file}.bin")), "{name}");
            assert!(
                !decoded
                    .notes
                    .iter()
                    .any(|note| matches!(note, Note::OffsetMismatch { .. })),
                "{name}: {:?}",
                decoded.notes
            );
        }
    }
}

#[test]
fn line_ends_and_lost_spaces_do_not_matter() {
    for name in [
        "session.xxd",
        "session.hexdump-C",
        "session.od-Ax-tx1z",
        "packet.tcpdump-X",
        "frame.tshark-x",
    ] {
        let text = String::from_utf8(fixture(name)).unwrap();
        let bytes = fixture(&format!("{}.bin", name.split('.').next().unwrap()));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(
            decode(&windows, None).unwrap().bytes,
            bytes,
            "{name} with CR LF"
        );
        let nbsp = text.replace(' ', "\u{a0}");
        assert_eq!(
            decode(&nbsp, None).unwrap().bytes,
            bytes,
            "{name} with other spaces"
        );
    }
    let text = String::from_utf8(fixture("frame.tshark-x")).unwrap();
    let squeezed: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        decode(&squeezed.join("\n"), None).unwrap().bytes,
        fixture("frame.bin")
    );
}

#[test]
fn notes_say_what_was_done() {
    assert!(
        decode_fixture("zeros.hexdump-C")
            .notes
            .contains(&Note::RepeatsFilled { bytes: 64 })
    );
    assert!(
        decode_fixture("session.hexdump")
            .notes
            .contains(&Note::LittleEndianWords)
    );
    assert!(
        decode_fixture("session.xxd")
            .notes
            .contains(&Note::AsciiColumnIgnored)
    );
    assert!(
        decode_fixture("packet.tcpdump-X")
            .notes
            .contains(&Note::IpPacket { version: 4 })
    );
    assert!(
        decode_fixture("packet.tcpdump-X")
            .notes
            .contains(&Note::LinesIgnored { lines: 1 })
    );
    assert!(
        decode_fixture("frame.tcpdump-XX")
            .notes
            .contains(&Note::EthernetFrame)
    );
    assert!(
        decode_fixture("frame.tshark-x")
            .notes
            .contains(&Note::EthernetFrame)
    );
}

#[test]
fn a_followed_stream_keeps_its_sides() {
    for name in ["session.tshark-follow-hex", "session.tshark-follow-raw"] {
        let decoded = decode_fixture(name);
        assert!(
            decoded.notes.contains(&Note::BothSides {
                marks: Marks::Format
            }),
            "{name}"
        );
        let parts: Vec<_> = decoded
            .parts
            .iter()
            .map(|part| (part.start, part.side))
            .collect();
        let (first, second) = (Some(Side::First), Some(Side::Second));
        assert_eq!(
            parts,
            [(0, first), (32, second), (36, first), (67, second)],
            "{name}"
        );
    }
}

#[test]
fn packets_of_a_capture_are_parts() {
    let one = String::from_utf8(fixture("packet.tcpdump-X")).unwrap();
    let packet = fixture("packet.bin");
    let decoded = decode(&one.repeat(3), None).unwrap();
    assert_eq!(decoded.bytes, packet.repeat(3));
    let starts: Vec<_> = decoded.parts.iter().map(|part| part.start).collect();
    assert_eq!(starts, [0, packet.len(), 2 * packet.len()]);
    assert!(decoded.notes.contains(&Note::Joined { parts: 3 }));
}
