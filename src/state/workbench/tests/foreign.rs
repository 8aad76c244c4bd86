//! Text that is no MQTT, or MQTT within something else.

use super::*;

fn opened(name: &str, bytes: &[u8]) -> Rc<Workbench> {
    after([Act::Open(file(name, bytes))])
}

#[test]
fn what_is_no_mqtt_is_named_and_read_only_when_asked() {
    let bench = after([Act::Type("15 03 03 00 02 02 28".into())]);
    assert_eq!(
        headline(&bench),
        "This is not MQTT: a TLS alert: fatal, handshake_failure (40)."
    );
    assert!(bench.now().recording.packets().is_empty());
    let anyway = bench.clone().reduce(Act::Take(Taking::AsTheyAre));
    assert_eq!(anyway.now().recording.bytes().len(), 7);
    assert!(headline(&anyway).starts_with("Read as MQTT because you chose so."));
    let back = anyway.reduce(Act::Take(Taking::Found));
    assert!(back.now().recording.packets().is_empty());
    // The same from a link.
    let linked = after([Act::OpenBytes(OpenBytes {
        bytes: [0x15, 3, 3, 0, 2, 2, 0x28].as_slice().into(),
        version: None,
        sender: None,
        runs: Vec::new(),
        cuts: Vec::new(),
        packet: 0,
        node: None,
    })]);
    assert_eq!(headline(&linked), headline(&bench));
    // What is opened next says anew what it is.
    let next = back.reduce(Act::Open(Given::of_text("c0 00".into())));
    assert!(next.now().other.is_none());
}

#[test]
fn a_link_carries_no_words_of_what_is_not_mqtt() {
    let request = b"GET /mqtt?token=1 HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";
    let shareable = |bytes: &[u8]| {
        let bench = opened("a.bin", bytes);
        bench.now().other.as_ref().unwrap().shareable.clone()
    };
    assert_eq!(shareable(request), b"GET /mqtt");
    assert_eq!(shareable(b"AT+CWJAP=\"home\",\"secret\"\r\n"), b"");
    assert_eq!(shareable(&[0x15, 3, 3, 0, 2, 2, 0x28]).len(), 7);
}

#[test]
fn frames_are_unwrapped_and_their_packets_found_in_the_text() {
    let bench = after([Act::Type("82 04 20 02 00 00 88 02 03 e8".into())]);
    assert_eq!(
        headline(&bench),
        "Taken off before reading: 2 WebSocket frame headers (4 bytes)."
    );
    assert_eq!(bench.now().recording.bytes(), [0x20, 2, 0, 0]);
    assert_eq!(bench.now().place_of(0), Some((6..17, 0)));
    assert_eq!(bench.now().packet_at(8), Some(0));
    let edited = bench.reduce(Act::Edit(0, [0xd0, 0].as_slice().into()));
    assert_eq!((text(&edited), headline(&edited).as_str()), ("d0 00", ""));
}

#[test]
fn a_har_file_is_a_conversation() {
    let har = r#"{"log":{"entries":[{"request":{"url":"wss://b/mqtt"},"_webSocketMessages":[
        {"type":"send","time":1,"opcode":2,"data":"wAA="},{"type":"receive","time":2,"opcode":1,"data":"\u00d0"},
        {"type":"receive","time":2,"opcode":2,"data":"0AA="}]}]}}"#;
    let har = har.replace(
        r#"{"type":"receive","time":2,"opcode":1,"data":"\u00d0"},"#,
        "",
    );
    let bench = opened("a.har", har.as_bytes());
    assert_eq!(senders(&bench), "><");
    assert_eq!(
        headline(&bench),
        "Read from a HAR file with 2 WebSocket messages (wss://b/mqtt)."
    );
    let (range, _) = bench.now().place_of(1).unwrap();
    assert_eq!(&har[range.start..range.end], "0AA");
    assert_eq!(*bench.now().times, [(0, 1000), (2, 2000)]);
    // The same when it is pasted.
    let pasted = after([Act::Type(har.as_str().into())]);
    assert_eq!(senders(&pasted), "><");
}

#[test]
fn json_without_bytes_is_never_bytes() {
    let export = r#"[{"host":"192.0.2.10","mqttVersion":"5.0","clientId":"c0ffee"}]"#;
    for bench in [
        opened("export.json", export.as_bytes()),
        after([Act::Type(export.into())]),
    ] {
        assert!(headline(&bench).contains("MQTTX"), "{}", headline(&bench));
        assert!(bench.now().recording.packets().is_empty() && bench.now().fault.is_none());
    }
}

#[test]
fn http_tells_the_sides() {
    let hex =
        |bytes: &[u8]| mqttscope_capture::text::write(bytes, mqttscope_capture::text::Style::Hex);
    let typed = format!(
        "< {}\n> {}\n> 82 82 00 00 00 00 c0 00\n< 82 02 d0 00",
        hex(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
        hex(b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
    );
    let bench = after([Act::Type(typed.as_str().into())]);
    assert_eq!(
        (senders(&bench).as_str(), bench.now().recording.bytes()),
        ("><", &[0xc0, 0, 0xd0, 0][..])
    );
}
