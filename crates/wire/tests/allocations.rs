//! Strict decoding and encoding into a warm buffer allocate nothing; neither does a warm dissector.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use mqttscope_wire::{Context, Decoded, Dissector, ProtocolVersion, decode};

fn packets() -> Vec<Vec<u8>> {
    [
        r#"10 | "MQTT" 05 c6 003c {21 0014} "c" {18 00000001} "w" "m" "u" "p""#,
        r#"20 | 00 00 {12 "x" 26 "k" "v"}"#,
        r#"32 | "a/b" 0007 {02 0000003c 03 "text/plain" 26 "unit" "celsius"} 3231"#,
        "40 | 0007 10",
        r#"82 | 0001 {0b 01} "a/+" 01 "$share/g/b" 02"#,
        "90 | 0001 {} 01 02",
        r#"a2 | 0001 {} "a/+""#,
        "b0 | 0001 {} 00",
        "c0 00",
        r#"e0 | 00 {1f "bye"}"#,
        r#"f0 | 18 {15 "m"}"#,
    ]
    .map(common::bytes)
    .into()
}

#[test]
fn nothing_is_allocated() {
    let context = Context::new(ProtocolVersion::V5);
    let packets = packets();
    let mut out = Vec::with_capacity(1024);
    let mut dissector = Dissector::new();
    for packet in &packets {
        dissector.dissect(packet, context);
    }
    for packet in &packets {
        let info = allocation_counter::measure(|| {
            let Ok(Decoded::Packet {
                packet: decoded, ..
            }) = decode(packet, context)
            else {
                panic!("{packet:02x?}")
            };
            out.clear();
            decoded.encode(ProtocolVersion::V5, &mut out).unwrap();
            dissector.dissect(packet, context);
        });
        assert_eq!(info.count_total, 0, "{packet:02x?}");
        assert_eq!(&out, packet);
    }
}
