use proptest::prelude::*;

use super::*;
use crate::reading::Role;

fn recording(text: &str) -> Recording {
    match read(text) {
        Some(Json::Recording(recording)) => recording,
        other => panic!("{text}: {other:?}"),
    }
}

fn named(text: &str) -> String {
    match read(text) {
        Some(Json::Named(found)) => found.what,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_har_file_gives_both_sides_with_times() {
    let text = r#"{"log":{"creator":{"name":"WebInspector"},"entries":[
        {"request":{"url":"https://example/"},"response":{"status":200}},
        {"request":{"url":"wss://broker.example/mqtt?token=secret"},"_webSocketMessages":[
            {"type":"send","time":10.5,"opcode":2,"data":"wAA="},
            {"type":"receive","time":10.75,"opcode":2,"data":"0AA="},
            {"type":"error","time":11,"opcode":-1,"data":"gone"}]}]}}"#;
    let found = recording(text);
    assert!(
        found
            .what
            .contains("2 WebSocket messages (wss://broker.example/mqtt)"),
        "{}",
        found.what
    );
    let [sent, received] = &found.parts[..] else {
        panic!("{:?}", found.parts)
    };
    assert_eq!(
        (sent.bytes.as_slice(), sent.from, sent.at_ms),
        (&[0xc0, 0][..], Some(Role::Client), Some(10_500))
    );
    assert_eq!(
        (received.bytes.as_slice(), received.from, received.at_ms),
        (&[0xd0, 0][..], Some(Role::Server), Some(10_750))
    );
    assert_eq!(&text[sent.start..sent.end], "wAA=");
    assert_eq!(sent.source.span(0), Some(sent.start..sent.start + 2));
    assert_eq!(found.notes, ["1 of its messages could not be read"]);
    assert!(!found.has_text_frame);
}

#[test]
fn mqtt_in_a_text_frame_is_told() {
    let found = recording(
        r#"{"log":{"entries":[{"_webSocketMessages":[{"type":"send","opcode":1,"data":"\u00c0\u0000"},{"type":"send","opcode":1,"data":"0123"}]}]}}"#,
    );
    assert!(found.has_text_frame);
    assert_eq!(found.parts[0].bytes, "\u{c0}\0".as_bytes());
}

#[test]
fn the_connection_with_mqtt_is_taken() {
    let found = recording(
        r#"{"log":{"entries":[
            {"request":{"url":"wss://chat"},"_webSocketMessages":[{"type":"send","opcode":1,"data":"{\"hello\":1}"}]},
            {"request":{"url":"wss://broker"},"_webSocketMessages":[{"type":"send","opcode":2,"data":"wAA="}]}]}}"#,
    );
    assert_eq!(found.parts[0].bytes, [0xc0, 0]);
    assert_eq!(
        found.notes,
        ["the file has 2 WebSocket connections; the one to wss://broker is shown"]
    );
}

#[test]
fn tshark_gives_payloads_with_sides() {
    let text = r#"[{"_source":{"layers":{"frame":{"frame.time_epoch":"5.25"},"tcp":{"tcp.srcport":"44326","tcp.dstport":"1883","tcp.payload":"c0:00"},"mqtt":{"mqtt.len":"0"}}}},
        {"_source":{"layers":{"tcp.srcport":["1883"],"tcp.dstport":["44326"],"tcp.payload":["d000"]}}}]"#;
    let found = recording(text);
    let sides: Vec<_> = found
        .parts
        .iter()
        .map(|part| (part.bytes.clone(), part.from, part.at_ms))
        .collect();
    assert_eq!(
        sides,
        [
            (vec![0xc0, 0], Some(Role::Client), Some(5250)),
            (vec![0xd0, 0], Some(Role::Server), None)
        ]
    );
    let second = found.parts[0].source.span(1).unwrap();
    assert_eq!(&text[second], "00");
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    assert!(
        named(r#"[{"_source":{"layers":{"mqtt":{"mqtt.len":"0"}}}}]"#)
            .contains("without the field tcp.payload")
    );
}

#[test]
fn objects_of_indexes_and_buffers_are_bytes() {
    assert_eq!(recording(r#"{"0":192,"1":0}"#).parts[0].bytes, [192, 0]);
    let nested = recording(
        r#"{"msg":{"payload":{"type":"Buffer","data":[192,0]}},"next":[{"type":"Buffer","data":[208,0]}]}"#,
    );
    let bytes: Vec<_> = nested.parts.iter().map(|part| part.bytes.clone()).collect();
    assert_eq!(bytes, [[192, 0], [208, 0]]);
}

#[test]
fn what_is_no_recording_is_named() {
    assert!(named(r#"[{"host":"h","mqttVersion":"5.0","clientId":"c"}]"#).contains("MQTTX"));
    assert!(
        named(r#"{"log":{"creator":{"name":"Firefox"},"entries":[{"response":{"status":101}}]}}"#)
            .contains("of Firefox")
    );
    assert!(
        named(r#"{"log":{"entries":[{"response":{"status":200}}]}}"#)
            .contains("without a WebSocket")
    );
    assert!(named(r#"{"temperature":21.5}"#).contains("without bytes"));
    assert!(named(r#"{"topic":"a","payload":"b"}"#).contains("a message"));
    assert!(named("{}").contains("without bytes"));
    // More values than are kept.
    let large = format!("[{}[]]", "[],".repeat(2_100_000));
    assert!(named(&large).contains("too large"));
}

#[test]
fn packets_in_hex_are_found_under_any_name() {
    let text = r#"{"time":"2024-05-06","id":"cafe","dir":"out","data":"c000","more":[{"raw":"20 02 00 00"}]}"#;
    let Some(Json::Recording(found)) = read(text) else {
        panic!("no packets in {text}");
    };
    let bytes: Vec<&[u8]> = found.parts.iter().map(|part| &part.bytes[..]).collect();
    assert_eq!(bytes, [&[0xc0, 0][..], &[0x20, 2, 0, 0]]);
    assert_eq!(
        text.get(found.parts[0].start..found.parts[0].end),
        Some("c000")
    );
    // An identifier in hex is no packet.
    assert!(matches!(
        read(r#"{"id":"f47ac10b58cc"}"#),
        Some(Json::Named(_))
    ));
}

#[test]
fn lists_of_bytes_and_other_texts_stay_texts() {
    for text in [
        "[192, 0]",
        "[16, -1, 0]",
        r#"{"type":"Buffer","data":[192,0]}"#,
        r#"["c000","d0:00"]"#,
        "{ 0xc0, 0x00 }",
        "c0 00",
        "",
        "[",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}", json in "[\\[\\]{}\":,0-9a-f\\\\. ]{0,80}") {
        let _ = read(&text);
        let _ = read(&json);
    }

    #[test]
    fn any_message_of_a_har_is_read(data in "\\PC{0,40}", opcode in -1..12_i32, kind in "send|receive|error") {
        let data = serde_json::to_string(&data).unwrap();
        let text = format!(
            r#"{{"log":{{"entries":[{{"_webSocketMessages":[{{"type":"{kind}","opcode":{opcode},"data":{data}}}]}}]}}}}"#
        );
        if let Some(Json::Recording(found)) = read(&text) {
            for part in found.parts {
                prop_assert!(part.end <= text.len());
                prop_assert!(part.source.is_empty() || part.source.len() == part.bytes.len());
            }
        }
    }
}

#[test]
fn records_tell_which_way_their_packets_went() {
    for (text, ways) in [
        (
            r#"[{"ts":1,"dir":"tx","data":"c000"},{"ts":2,"dir":"rx","data":"d0 00"}]"#,
            ["tx", "rx"],
        ),
        (
            r#"{"records":[{"way":"Gesendet","hex":"c0:00"},{"way":"Empfangen","hex":"d0:00"}]}"#,
            ["tx", "rx"],
        ),
        // A server's own log: what its packets show counts more than the words.
        (
            r#"[{"direction":"in","raw":{"hex":"c000"}},{"direction":"out","raw":{"hex":"d000"}}]"#,
            ["tx", "rx"],
        ),
    ] {
        let found = recording(text);
        let from = found.parts.iter().map(|part| match part.from {
            Some(Role::Client) => "tx",
            Some(Role::Server) => "rx",
            None => "none",
        });
        assert_eq!(from.collect::<Vec<_>>(), ways, "{text}");
    }
    // Of packets that both sides send, the words alone tell.
    let text = r#"[{"dir":"tx","hex":"3003000161"},{"dir":"rx","hex":"40020007"}]"#;
    let from: Vec<_> = recording(text).parts.iter().map(|part| part.from).collect();
    assert_eq!(from, [Some(Role::Client), Some(Role::Server)]);
}
