//! What people pasted that is not MQTT on its own, from public reports: each is named or peeled.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use mqttscope_capture::foreign::{Examined, Part, Protocol, examine};
use mqttscope_capture::json::{self, Json};
use mqttscope_capture::reading::Role;
use mqttscope_capture::text::{Side, Turns, decode_sides};

macro_rules! input {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/corpus/inputs/", $name))
    };
}

fn of_text(text: &[u8]) -> Option<Examined> {
    let decoded = decode_sides(core::str::from_utf8(text).unwrap(), None, Turns::Marked).unwrap();
    let parts: Vec<Part> = decoded
        .parts
        .iter()
        .map(|part| Part {
            start: part.start,
            is_first: part.side.map(|side| side == Side::First),
        })
        .collect();
    examine(&decoded.bytes, &parts, 0)
}

fn inside(examined: Option<Examined>) -> Vec<u8> {
    let examined = examined.expect("something around the packets");
    assert!(examined.is_sure, "{examined:?}");
    examined.inside.expect("something inside").bytes
}

#[test]
fn a_followed_websocket_stream_gives_the_packets_of_both_sides() {
    let examined = of_text(input!("11-wireshark-follow-websocket.txt")).unwrap();
    let found = examined.inside.clone().unwrap();
    assert_eq!(found.first_is_client, Some(true));
    let sides: Vec<_> = found.pieces.iter().map(|piece| piece.is_first).collect();
    assert_eq!(sides, [Some(true), Some(true), Some(false)]);
    let bytes = inside(Some(examined));
    assert!(bytes.starts_with(b"\x10\x1b\0\x04MQTT\x04"));
    assert!(bytes.ends_with(&[0x20, 2, 0, 0]));
}

#[test]
fn frames_are_unwrapped() {
    let masked = inside(examine(input!("11c-masked-frames.bin"), &[], 0));
    assert!(masked.starts_with(b"\x10\x1b\0\x04MQTT\x04"));
    let examined = of_text(input!("25b-frames.txt"));
    let notes = examined.clone().unwrap().inside.unwrap().notes;
    assert_eq!(notes, ["WebSocket Close, code 1000 (normal closure)"]);
    assert_eq!(inside(examined), [0x20, 2, 0, 0]);
}

#[test]
fn a_proxy_header_is_told_and_skipped() {
    for text in [
        &input!("28-proxy-protocol-v2.txt")[..],
        input!("28b-proxy-protocol-v1.txt"),
    ] {
        let examined = of_text(text);
        let notes = examined.clone().unwrap().inside.unwrap().notes;
        let said = "from 198.51.100.23:51514 to 192.0.2.10:1883";
        assert!(notes[0].ends_with(said), "{notes:?}");
        assert_eq!(inside(examined)[0], 0x10);
    }
}

#[test]
fn an_http_answer_is_no_packet() {
    let examined = examine(input!("27b-http-answer.bin"), &[], 0).unwrap();
    let found = examined.foreign.unwrap();
    assert_eq!(found.protocol, Protocol::Http);
    assert!(found.what.contains("HTTP/1.1 400 Illegal character"));
    assert!(!examined.is_sure && examined.inside.is_none());
}

fn recording(text: &[u8]) -> json::Recording {
    match json::read(core::str::from_utf8(text).unwrap()) {
        Some(Json::Recording(found)) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_har_file_gives_the_stream_whatever_its_frames() {
    let found = recording(input!("10-chrome-har-misaligned.har"));
    let server: Vec<u8> = found
        .parts
        .iter()
        .filter(|part| part.from == Some(Role::Server))
        .flat_map(|part| part.bytes.clone())
        .collect();
    // CONNACK, SUBACK and one PUBLISH over two frames.
    assert_eq!(server.len(), 4 + 5 + 55);
    assert_eq!(
        found.parts[1].at_ms.unwrap() - found.parts[0].at_ms.unwrap(),
        250
    );
    assert!(!found.has_text_frame);
    let text = recording(input!("47-chrome-har-text-frame.har"));
    assert!(text.has_text_frame);
    assert!(text.parts[0].bytes.starts_with(b"\x10\x1f\0\x04MQTT"));
}

#[test]
fn other_json_is_read_or_named() {
    let tshark = recording(input!("24b-tshark-json.json"));
    let sides: Vec<_> = tshark
        .parts
        .iter()
        .map(|part| (part.bytes[0], part.from))
        .collect();
    assert_eq!(
        sides,
        [(0x34, Some(Role::Client)), (0x30, Some(Role::Server))]
    );
    let object = recording(input!("95-json-object.txt"));
    assert!(object.parts[0].bytes.starts_with(b"\x10\x13\0\x04MQTT"));
    let export = core::str::from_utf8(input!("48-mqttx-export.json")).unwrap();
    assert!(matches!(json::read(export), Some(Json::Named(found)) if found.what.contains("MQTTX")));
}

/// Marked lines of a followed WebSocket, as the reader of text gives them.
#[test]
fn marked_lines_of_a_websocket_are_unwrapped_on_both_sides() {
    let text = "< 48 54 54 50 2f 31 2e 31 20 31 30 31 20 53 0d 0a 55 70 67 72 61 64 65 3a 20 77 65 62 73 6f 63 6b 65 74 0d 0a 0d 0a\n\
                > 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a 55 70 67 72 61 64 65 3a 20 77 65 62 73 6f 63 6b 65 74 0d 0a 0d 0a\n\
                > 82 82 00 00 00 00 c0 00\n\
                < 82 02 d0 00";
    let reading = mqttscope_capture::text::read(text, None, Turns::Marked).unwrap();
    let parts = reading.decoded.parts.iter();
    let parts: Vec<Part> = parts
        .map(|part| Part {
            start: part.start,
            is_first: part.side.map(|side| side == Side::First),
        })
        .collect();
    assert_eq!(
        inside(examine(&reading.decoded.bytes, &parts, 0)),
        [0xc0, 0, 0xd0, 0]
    );
}

#[test]
fn modbus_of_both_sides_is_named() {
    for text in [
        "01 03 00 00 00 0A C5 CD",
        "tx: 01 06 00 01 00 17 98 04",
        "TX: 01 03 00 00 00 0A C5 CD\nRX: 01 03 14 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00 09 00 0A 3F 3C",
    ] {
        let reading = mqttscope_capture::text::read(text, None, Turns::Marked).unwrap();
        let found = reading.examined.and_then(|examined| examined.foreign);
        assert_eq!(
            found.map(|found| found.protocol),
            Some(Protocol::Modbus),
            "{text}"
        );
    }
}

#[test]
fn a_network_packet_that_a_capture_cut_short_is_taken_off() {
    let dump = "12:01:33.104422 IP 192.168.178.44.51234 > 10.0.0.5.1883: Flags [P.], seq 1:38, ack 1, win 1024, length 37\n\
        \t0x0000:  4500 004d 0001 4000 4006 0000 c0a8 b22c  E..M..@.@......,\n\
        \t0x0010:  0a00 0005 c822 075b 0000 03e8 0000 07d0  .....\".[........\n\
        \t0x0020:  5018 0400 0000 0000 1023 0004 4d51 5454  P........#..MQTT\n\
        \t0x0030:  04c2 001e 0009 626f 696c 6572 2d30 3700  ......boiler-07.\n";
    let reading = mqttscope_capture::text::read(dump, None, Turns::Marked).unwrap();
    let notes = reading.examined.clone().unwrap().inside.unwrap().notes;
    assert!(notes[0].contains("13 bytes of it are missing"), "{notes:?}");
    assert!(inside(reading.examined).starts_with(b"\x10\x23\0\x04MQTT\x04\xc2"));
    // Another port says nothing.
    let other = dump.replace("075b", "0050");
    let reading = mqttscope_capture::text::read(&other, None, Turns::Marked).unwrap();
    assert!(
        reading
            .examined
            .is_none_or(|examined| examined.inside.is_none())
    );
}
