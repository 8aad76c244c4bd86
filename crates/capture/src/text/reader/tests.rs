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

#[test]
fn traces_of_modems_hold_no_bytes_but_those_of_packets() {
    for text in [
        "AT+QMTOPEN=0,\"10.0.0.5\",1883\n\nOK\n\n+QMTOPEN: 0,0\nAT+QMTCONN=0,\"boiler-07\",\"dev\",\"hunter2\"\n\nOK\n+QMTRECV: 0,0,\"cmd/boiler-07/set\",\"{\\\"sp\\\":55}\"\n",
        "AT+CMQTTCONNECT=0,\"tcp://10.0.0.5:1883\",60,1\nOK\n+CMQTTCONNECT: 0,0\n+CMQTTRXTOPIC: 0,17\ncmd/boiler-07/set\n",
        "+CEREG: 5,\"0AFB\",\"0211860C\",7,,,\"11100000\",\"11100000\"",
        "*** Booting nRF Connect SDK v3.3.99-c972f68f38b4 ***\n[00:00:00.384,887] <inf> network: up\n+CEREG: 2,\"0AFB\",\"0211860C\",7\n+CEREG: 5,\"0AFB\",\"0211860C\",7,,,\"11100000\",\"11100000\"\n",
    ] {
        let error = read(text, None, Turns::Marked).map_err(|error| error.kind);
        assert_eq!(error.err(), Some(TextErrorKind::ModemTrace), "{text}");
        let parts = crate::text::read_bytes(text.as_bytes())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            parts.other.map(Other::name),
            Some("log-without-bytes"),
            "{text}"
        );
    }
    for text in [
        "AT+CIPSEND=8\n> 82 17 00 00 00 12 61 72\nOK",
        "+IPD,4: 20 02 00 05\nCLOSED",
        "+QIURC: \"recv\",0,4,\"20020000\"",
    ] {
        assert!(read(text, None, Turns::Marked).is_ok(), "{text}");
    }
}

#[test]
fn letters_without_quotes_are_bytes_in_a_connect() {
    let text = "The connect packet is: { 0x10,0x12,0x00,0x04,M,Q,T,T,0x04,0x00,0x3C,0x00,0x00,0x06,Z,1,2,1,2,3 }";
    let reading = read(text, None, Turns::Marked).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        reading.decoded.bytes,
        b"\x10\x12\0\x04MQTT\x04\0\x3c\0\0\x06Z\x01\x02\x01\x02\x03"
    );
    assert!(
        reading
            .decoded
            .notes
            .contains(&Note::BareLetters { letters: 5 })
    );
    // Digits beside them may be characters, too.
    assert!(!reading.sure);
    for text in ["enum { A, B, C, D }", "{ 0x10, 0x12, N, M }"] {
        let reading = read(text, None, Turns::Marked);
        assert!(!reading.is_ok_and(|reading| reading.sure), "{text}");
    }
}

#[test]
fn the_time_of_a_log_is_no_slip() {
    let text = "1783411827575\t2026-07-07T08:10:27.575Z\t2026-07-07T16:10:27.575173+08:00 [debug] tag: PUBLISH, clientid: V, topic: \
        [99,47,51,51,47,86,87,81,48,70,52,56,48,68,67,63,16], pid: <0.5837.0>, payload: [0,0,0,7,5,15,1,53,17,37,62,71,39,64,76";
    let said =
        read(text, None, Turns::Marked).map_or_else(|error| error.to_string(), |_| String::new());
    assert!(!said.contains("is not hex"), "{said}");
}

#[test]
fn what_is_searched_grows_with_the_text_and_no_faster() {
    /// How often each byte is looked at, at most.
    const MOST: usize = 64;
    let units = [
        "TX foo 30 bar ",
        "| 0 | 0x10 | x |\n",
        "rx: 10 1 0 4 x 7 ",
        "a: 0x10 12 7, ",
        "{\"a\": 0x10, 12 34 }, ",
        "I (1013) wifi: state: run -> init (0x1000), heap 201001 rssi -61\n",
        "reg [12] (0x3f) = 20 02 ",
        "'20 02' \"c0 00\" x ",
        "20 02 ... 01 (+6 more) ",
    ];
    for unit in units {
        for times in [50, 500] {
            let text = unit.repeat(times);
            scan::steps::take();
            let _ = read(&text, None, Turns::Marked);
            let searched = scan::steps::take();
            let bound = text.len().saturating_mul(MOST);
            assert!(
                searched <= bound,
                "{times} times {unit:?}: {searched} > {bound}"
            );
        }
    }
}

#[test]
fn numbers_in_the_lines_of_a_log_make_no_packets() {
    use core::fmt::Write as _;
    let mut text = String::new();
    for n in 0..300_u32 {
        let _ = writeln!(
            text,
            "I ({}) wifi: state: run -> init (0x{:02x}00), heap {} rssi -6{}",
            n.saturating_mul(13).saturating_add(1000),
            n % 256,
            n.saturating_add(201_000),
            n % 10
        );
    }
    let kind = read(&text, None, Turns::Marked).map_err(|error| error.kind);
    assert_eq!(kind.err(), Some(TextErrorKind::NoBytesAmongWords));
}

#[test]
fn a_text_with_bytes_is_not_called_one_without() {
    let mut text = String::from("| Byte | Value | Meaning |\n");
    for (n, byte) in [0x10, 0x0c, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2]
        .iter()
        .enumerate()
    {
        text += &format!("| {n} | {byte:#04x} | of the CONNECT |\n");
    }
    let kind = read(&text, None, Turns::Marked).map_err(|error| error.kind);
    assert_eq!(kind.err(), Some(TextErrorKind::NoBytesAmongWords));
}
