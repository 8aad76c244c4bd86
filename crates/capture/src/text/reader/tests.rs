use super::*;

#[test]
fn a_log_of_paho_is_one_without_bytes() {
    let all = "Sending CONNECT (u0, p0, wr0, wq0, wf0, c1, k60) client_id=b'sensor1'\n\
        Received CONNACK (0, 5)\n\
        Sending PUBLISH (d0, q0, r0, m1), 'b'a/b'', ... (5 bytes)\n\
        Sending SUBSCRIBE (d0, m2) [(b'a/b', 0)]\n\
        Received PUBLISH (d0, q0, r0, m0), 'a/b', ...  (5 bytes)\n";
    let lines = all.lines().map(str::to_owned);
    let logged = all
        .lines()
        .map(|line| format!("DEBUG:paho:{line}\n"))
        .collect();
    let timed = all
        .lines()
        .map(|line| format!("12:01:33 DEBUG {line}\n"))
        .collect();
    for text in lines.chain([all.to_owned(), logged, timed]) {
        let kind = read(&text, None, Turns::Marked).map_err(|error| error.kind);
        assert_eq!(kind.err(), Some(TextErrorKind::LogInWords), "{text}");
    }
}

#[test]
fn a_console_of_tasmota_is_a_log_without_bytes() {
    let text = "00:00:04.012 MQT: Attempting connection...\n\
        00:00:04.203 MQT: tele/plug_1/LWT = Online (retained)\n\
        00:00:09.110 MQT: tele/plug_1/STATE = {\"POWER\":\"ON\"}\n";
    let error = read(text, None, Turns::Marked).err();
    assert_eq!(
        error.as_ref().map(|error| error.kind),
        Some(TextErrorKind::LogInWords)
    );
    assert!(error.is_some_and(|error| error.to_string().contains("Captures page")));
}

#[test]
fn lists_of_packets_are_named() {
    let tabs = "No.\tTime\tSource\tDestination\tProtocol\tLength\tInfo\n\
        4\t0.003\t192.168.1.23\t192.168.1.2\tMQTT\t89\tConnect Command\n\
        5\t0.004\t192.168.1.2\t192.168.1.23\tMQTT\t70\tConnect Ack\n";
    let rows = tabs.split_once('\n').map_or("", |(_, rows)| rows);
    let commas = tabs.replace('\t', "\",\"").replace('\n', "\"\n\"");
    for text in [
        tabs.to_owned(),
        rows.to_owned(),
        tabs.replace('\t', "      "),
        format!("\"{commas}"),
        rows.replace("23\t192", "23 → 192").replace('\t', " "),
        rows.replace("192.168.1.23", "fe80::1"),
    ] {
        let kind = read(&text, None, Turns::Marked).map_err(|error| error.kind);
        assert_eq!(kind.err(), Some(TextErrorKind::PacketList), "{text}");
        let parts = read_parts(&text, None).map(|reading| reading.other);
        assert_eq!(parts, Ok(Some(Other::LogWithoutBytes)));
    }
}

#[test]
fn http_as_text_is_named() {
    let upgrade = "GET /mqtt HTTP/1.1\nHost: broker\nUpgrade: websocket\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
    let refused = "HTTP/1.1 400 Bad Request\nServer: nginx\n\n<html>bad</html>";
    for (text, protocol) in [
        (upgrade.to_owned(), Protocol::WebSocket),
        (upgrade.replace('\n', "\r\n"), Protocol::WebSocket),
        (
            format!("> {}", upgrade.trim_end().replace('\n', "\n> ")),
            Protocol::WebSocket,
        ),
        (refused.to_owned(), Protocol::Http),
        (
            "GET / HTTP/1.1\nHost: broker:1883\nUser-Agent: curl/8.5.0\n".to_owned(),
            Protocol::Http,
        ),
    ] {
        let reading = read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(reading.other(), Some(Other::Protocol(protocol)), "{text}");
        assert!(reading.sure, "{text}");
    }
    assert!(read("GET the packet and look", None, Turns::Marked).is_err());
}

#[test]
fn a_log_with_packets_gives_them() {
    for (text, bytes) in [
        (r"Sending PINGREQ b'\xc0\x00'", &b"\xc0\0"[..]),
        (
            r"Sending CONNECT b'\x10\x13\x00\x04MQTT\x04\x02\x00'",
            b"\x10\x13\0\x04MQTT\x04\x02\0",
        ),
        (
            "Sending SUBSCRIBE (d0, m2) [(b'a/b', 0)]\nwritten: 82 08 00 02 00 03 61 2f 62 00",
            b"\x82\x08\0\x02\0\x03a/b\0",
        ),
        ("Sending CONNACK [32, 2, 0, 5]", b"\x20\x02\0\x05"),
    ] {
        let reading = read(text, None, Turns::Marked).map(|reading| reading.decoded.bytes);
        assert_eq!(reading.as_deref(), Ok(bytes), "{text}");
    }
}
