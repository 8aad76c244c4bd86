use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn named(hex: &str) -> Foreign {
    recognize(&bytes(hex)).unwrap_or_else(|| panic!("not recognized: {hex}"))
}

const CONNECT: &str =
    "10 19 00 04 4d 51 54 54 04 02 00 3c 00 0d 73 65 6e 73 6f 72 2d 68 61 6c 6c 2d 33";

#[test]
fn each_kind_is_named() {
    use Protocol::*;
    let cases: [(&str, Protocol, &str); 25] = [
        ("16 03 01 02 00 01 00 01 fc 03 03", Tls, "ClientHello"),
        ("17 03 03 00 1a", Tls, "application data, 1 record"),
        ("15 03 03 00 02 02 28", Tls, "handshake_failure (40)"),
        ("15 03 03 00 02 02 30", Tls, "unknown_ca (48)"),
        (
            "14 03 03 00 01 01 16 03 03 00 04 99 99 99 99",
            Tls,
            "change cipher spec",
        ),
        (
            "16 03 03 01 08 0f 00 01 04 04 01 01 00 8f 0b e2",
            Tls,
            "CertificateVerify",
        ),
        ("48 54 54 50 2f 31 2e 31 20 34 30 30", Http, "HTTP/1.1 400"),
        ("47 45 54 20 2f", Http, "GET /"),
        ("50 52 49 20 2a 20 48 54 54 50 2f 32 2e 30", Http, "HTTP/2"),
        ("82 04 20 02 00 00", WebSocket, "1 WebSocket frame"),
        ("88 02 03 e8", WebSocket, "code 1000 (normal closure)"),
        (
            "82 04 20 02 00 00 88 02 03 e8",
            WebSocket,
            "2 WebSocket frames",
        ),
        (
            "82 84 11 22 33 44 31 20 33 44",
            WebSocket,
            "masked by the client",
        ),
        (
            "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0c c6 33 64 17 c0 00 02 0a c9 3a 07 5b",
            Proxy,
            "from 198.51.100.23:51514 to 192.0.2.10:1883",
        ),
        (
            "50 52 4f 58 59 20 54 43 50 34 20 31 2e 32 2e 33 2e 34 20 35 2e 36 2e 37 2e 38 20 31 20 32 0d 0a",
            Proxy,
            "from 1.2.3.4:1 to 5.6.7.8:2",
        ),
        (
            "17 04 04 01 00 1e 53 65 6e 73 6f 72 4e 6f 64 65 45 78 61 6d 70 6c 65",
            MqttSn,
            "CONNECT",
        ),
        ("03 05 00", MqttSn, "CONNACK"),
        (
            "14 12 00 00 00 4c 61 62 2f 45 78 2f 50 75 62 53 75 62 2f 49",
            MqttSn,
            "SUBSCRIBE",
        ),
        ("00 53 50 00 00 21 00 00", Nanomsg, "SUB"),
        ("ff 00 00 00 00 00 00 00 01 7f 03", ZeroMq, "ZeroMQ"),
        ("41 4d 51 50 00 00 09 01", Amqp, "version 0.9.1"),
        ("0d 0a 43 4c 4f 53 45 44 0d 0a", Modem, "CLOSED"),
        ("41 54 2b 43 49 50 53 45 4e 44 0d 0a", Modem, "AT+CIPSEND"),
        ("68 65 6c 6c 6f 20 77 6f 72 6c 64", Text, "hello world"),
        ("d4 c3 b2 a1 02 00 04 00", Capture, "pcap"),
    ];
    for (hex, protocol, says) in cases {
        let found = named(hex);
        assert_eq!(found.protocol, protocol, "{hex}: {found:?}");
        assert!(found.what.contains(says), "{hex}: {found:?}");
        assert!(!found.advice.is_empty());
    }
}

#[test]
fn a_client_hello_tells_server_and_protocol() {
    let mut hello = bytes("03 03");
    hello.extend([0x11; 32]);
    hello.extend(bytes("00 00 02 13 01 01 00"));
    let mut extensions = bytes("00 00 00 13 00 11 00 00 0e");
    extensions.extend(b"broker.example");
    extensions.extend(bytes("00 10 00 07 00 05 04"));
    extensions.extend(b"mqtt");
    hello.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    hello.extend(extensions);
    let mut record = bytes("16 03 01 00 00 01 00 00 00");
    record[4] = u8::try_from(hello.len() + 4).unwrap();
    record[8] = u8::try_from(hello.len()).unwrap();
    record.extend(hello);
    let found = recognize(&record).unwrap();
    assert!(
        found
            .what
            .contains("for broker.example, offering mqtt (ALPN)"),
        "{found:?}"
    );
}

/// Packets, also with faults in them, stay MQTT.
#[test]
fn mqtt_is_nothing_else() {
    let packets = [
        "c0 00",
        CONNECT,
        "20 02 00 00",
        "82 06 00 01 00 01 61 00",
        "82 08 00 01 00 03 61 2f 62 01",
        // SUBSCRIBE with a reserved bit, SUBACK with flags, PUBREL and SUBSCRIBE with wrong flags.
        "82 06 00 01 00 01 61 40",
        "92 03 00 05 02",
        "60 02 00 01",
        "80 06 00 01 00 01 61 00",
        "42 02 00 01",
        "36 05 00 01 61 00 01",
        "1f 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63",
        // What is typed, letter by letter.
        "1",
        "10",
        "10 19",
        "10 19 00 04",
        "30 08 00 03 61",
        "82",
        "82 06 00",
        "16",
        "47",
        "50",
        // The first byte also is a length of MQTT-SN, but only MQTT fits.
        "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62",
        "e0 00",
        "f0 05 ef cc 3b 29 00",
        "90 02 00 02",
        "10 98 00 04 4d 51 54 54",
    ];
    for hex in packets {
        assert_eq!(recognize(&bytes(hex)), None, "{hex}");
        assert_eq!(peel(&bytes(hex)), None, "{hex}");
    }
}

#[test]
fn frames_are_unwrapped_and_unmasked() {
    let masked = bytes(
        "82 81 3d 21 ab 09 2d 82 9c 9e c4 0f 77 85 c4 0b 3a cf 90 5b 73 9c c4 33 77 91 a9 7e 03 ea ae 7c \
         28 ad a2 6e 4e fd f5 6b 45",
    );
    let peeled = peel(&masked).unwrap();
    assert!(
        peeled.bytes.starts_with(b"\x10\x1b\0\x04MQTT"),
        "{:?}",
        peeled.bytes
    );
    assert_eq!(
        peeled.layers[0].says(),
        "2 WebSocket frame headers and masks (12 bytes)"
    );
    assert!(peeled.is_mqtt());
    assert_eq!(peeled.pieces[0].given, 6..7);
    assert_eq!(
        (peeled.pieces[1].given.clone(), peeled.pieces[1].at),
        (13..41, 1)
    );

    let both = peel(&bytes("82 04 20 02 00 00 88 02 03 e8")).unwrap();
    assert_eq!(both.bytes, bytes("20 02 00 00"));
    assert_eq!(both.notes, ["WebSocket Close, code 1000 (normal closure)"]);

    // Fragments, a Ping between them, and a text frame.
    let parts = peel(&bytes("02 02 20 02 89 00 80 02 00 00")).unwrap();
    assert_eq!(parts.bytes, bytes("20 02 00 00"));
    let text = peel(&bytes("81 02 c0 00")).unwrap();
    assert!(text.has_text_frame);
}

#[test]
fn a_proxy_header_is_skipped() {
    let mut v2 = bytes(
        "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0c c6 33 64 17 c0 00 02 0a c9 3a 07 5b",
    );
    v2.extend(bytes(CONNECT));
    let mut v1 = b"PROXY TCP4 198.51.100.23 192.0.2.10 51514 1883\r\n".to_vec();
    v1.extend(bytes(CONNECT));
    for (given, len) in [(v2, 28), (v1, 48)] {
        let peeled = peel(&given).unwrap();
        assert_eq!(peeled.bytes, bytes(CONNECT));
        assert_eq!(peeled.layers[0].bytes, len);
        let examined = examine(&given, &[], 0).unwrap();
        assert!(examined.is_sure);
    }
}

/// A frame with IPv4 and TCP, 54 bytes of headers.
fn frame(from: u16, to: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = bytes("02 00 00 00 00 01 02 00 00 00 00 02 08 00 45 00");
    frame.extend(u16::try_from(40 + payload.len()).unwrap().to_be_bytes());
    let (source, destination) = if from == 1883 { (10, 1) } else { (1, 10) };
    frame.extend(bytes("00 01 40 00 40 06 00 00"));
    frame.extend([192, 0, 2, source, 192, 0, 2, destination]);
    frame.extend(from.to_be_bytes());
    frame.extend(to.to_be_bytes());
    frame.extend(sequence.to_be_bytes());
    frame.extend(bytes("00 00 00 00 50"));
    frame.push(flags);
    frame.extend(bytes("ff ff 00 00 00 00"));
    frame.extend(payload);
    frame
}

#[test]
fn network_headers_are_skipped() {
    let whole = frame(51514, 1883, 1, 0x18, &bytes(CONNECT));
    let peeled = peel(&whole).unwrap();
    assert_eq!(peeled.bytes, bytes(CONNECT));
    let says: Vec<_> = peeled.layers.iter().map(Layer::says).collect();
    assert_eq!(
        says,
        [
            "Ethernet header (14 bytes)",
            "IPv4 header (20 bytes)",
            "TCP header (20 bytes)"
        ]
    );
    assert_eq!(peel(&whole[14..]).unwrap().bytes, bytes(CONNECT));
    // IPv6 on a loopback device.
    let mut six = bytes("1e 00 00 00 60 00 00 00");
    six.extend(u16::try_from(20 + 2).unwrap().to_be_bytes());
    six.extend(bytes("06 40"));
    six.extend([0; 15]);
    six.push(1);
    six.extend([0; 15]);
    six.push(1);
    six.extend(&whole[34..54]);
    six.extend([0xc0, 0]);
    assert_eq!(peel(&six).unwrap().bytes, [0xc0, 0]);
    assert_eq!(peel(&six[4..]).unwrap().bytes, [0xc0, 0]);
    // TLS inside is named as such.
    let tls = frame(51514, 8883, 1, 0x18, &bytes("17 03 03 00 02 01 02"));
    assert_eq!(recognize(&tls).unwrap().protocol, Protocol::Tls);
    // MQTT-SN in UDP.
    let mut udp = frame(1, 2, 0, 0, &[]);
    udp.truncate(34);
    udp[23] = 17;
    udp[17] = 20 + 8 + 3;
    udp.extend(bytes("07 5b 07 5b 00 0b 00 00 03 05 00"));
    assert_eq!(recognize(&udp).unwrap().protocol, Protocol::MqttSn);
}

/// Packets within packets, and frames without end, cost neither stack nor memory.
#[test]
fn depth_and_number_are_bounded() {
    let mut nested = bytes("c0 00");
    while nested.len() < 60_000 {
        nested = frame(1, 2, 1, 0x18, &nested);
    }
    assert_eq!(recognize(&nested).unwrap().protocol, Protocol::Network);
    assert!(examine(&nested, &[], 0).is_some());
    let frames = bytes("82 00").repeat(1_000_000);
    let _ = examine(&frames, &[], 0);
}

fn parts_of(frames: &[Vec<u8>]) -> (Vec<u8>, Vec<Part>) {
    let mut parts = Vec::new();
    let mut all = Vec::new();
    for frame in frames {
        parts.push(Part {
            start: all.len(),
            is_first: None,
        });
        all.extend(frame);
    }
    (all, parts)
}

#[test]
fn packets_of_a_dump_are_put_together() {
    let connect = bytes(CONNECT);
    let frames = [
        frame(51514, 1883, 99, 0x02, &[]),
        frame(1883, 51514, 499, 0x12, &[]),
        frame(51514, 1883, 110, 0x18, &connect[10..]),
        frame(51514, 1883, 100, 0x18, &connect[..10]),
        // Once more.
        frame(51514, 1883, 100, 0x18, &connect[..10]),
        frame(1883, 51514, 500, 0x18, &bytes("20 02 00 00")),
    ];
    let (all, parts) = parts_of(&frames);
    let examined = examine(&all, &parts, 0).unwrap();
    assert!(examined.is_sure);
    let inside = examined.inside.unwrap();
    assert_eq!(inside.bytes, [connect, bytes("20 02 00 00")].concat());
    let sides: Vec<_> = inside.pieces.iter().map(|piece| piece.is_first).collect();
    assert_eq!(sides, [Some(true), Some(true), Some(false)]);
    assert!(
        inside
            .notes
            .iter()
            .any(|note| note.contains("1 retransmitted segment")),
        "{:?}",
        inside.notes
    );
}

/// The same packets in a pcap and in a pcapng file, the last of them cut short.
#[test]
fn a_capture_file_is_read() {
    let frames = [
        frame(51514, 1883, 100, 0x18, &bytes(CONNECT)),
        frame(1883, 51514, 500, 0x18, &bytes("20 02 00 00")),
        frame(51514, 1883, 127, 0x18, &bytes("c0 00")),
    ];
    let mut pcap = bytes("d4 c3 b2 a1 02 00 04 00 00 00 00 00 00 00 00 00 ff ff 00 00 01 00 00 00");
    let mut pcapng = bytes(
        "0a 0d 0d 0a 1c 00 00 00 4d 3c 2b 1a 01 00 00 00 ff ff ff ff ff ff ff ff 1c 00 00 00 \
         01 00 00 00 20 00 00 00 01 00 00 00 00 00 00 00 09 00 01 00 09 00 00 00 00 00 00 00 20 00 00 00",
    );
    for (second, frame) in (1_u32..).zip(&frames) {
        let len = u32::try_from(frame.len()).unwrap();
        pcap.extend([second, 5, len, len].into_iter().flat_map(u32::to_le_bytes));
        pcap.extend(frame);
        let padded = len.next_multiple_of(4);
        let nanoseconds = second * 1_000_000_000 + 5000;
        pcapng.extend(
            [6, padded + 32, 0, 0, nanoseconds, len, len]
                .into_iter()
                .flat_map(u32::to_le_bytes),
        );
        pcapng.extend(frame);
        pcapng.resize(pcapng.len() + (padded - len) as usize, 0);
        pcapng.extend((padded + 32).to_le_bytes());
    }
    for file in [pcap, pcapng] {
        let examined = examine(&file[..file.len() - 5], &[], 0).unwrap();
        assert!(examined.is_sure);
        assert_eq!(examined.streams, ["192.0.2.1:51514 to 192.0.2.10:1883"]);
        assert!(examined.foreign.unwrap().what.contains("with 2 packets"));
        let inside = examined.inside.unwrap();
        assert_eq!(
            inside.bytes,
            [bytes(CONNECT), bytes("20 02 00 00")].concat()
        );
        let sides: Vec<_> = inside
            .pieces
            .iter()
            .map(|piece| (piece.is_first, piece.at_us))
            .collect();
        assert_eq!(
            sides,
            [
                (Some(true), Some(1_000_005)),
                (Some(false), Some(2_000_005))
            ]
        );
        assert!(
            inside.notes.iter().any(|note| note.contains("cut short")),
            "{:?}",
            inside.notes
        );
        for end in 0..file.len() {
            let _ = examine(&file[..end], &[], 0);
        }
    }
}

#[test]
fn both_sides_of_a_websocket_are_read() {
    let request = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    let frame = bytes("82 82 01 02 03 04 c1 02");
    let all = [&answer[..], &request[..], &frame[..], &bytes("82 02 d0 00")].concat();
    let starts = [0, answer.len(), answer.len() + request.len(), all.len() - 4];
    let parts: Vec<Part> = starts
        .into_iter()
        .zip([true, false, false, true])
        .map(|(start, is_first)| Part {
            start,
            is_first: Some(is_first),
        })
        .collect();
    let examined = examine(&all, &parts, 0).unwrap();
    assert!(examined.is_sure, "{examined:?}");
    let inside = examined.inside.unwrap();
    assert_eq!(inside.bytes, bytes("c0 00 d0 00"));
    assert_eq!(inside.first_is_client, Some(false));
}

#[test]
fn a_web_server_answers_a_connect() {
    let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    let all = [&bytes(CONNECT)[..], &answer[..]].concat();
    let parts = [
        Part {
            start: 0,
            is_first: Some(true),
        },
        Part {
            start: bytes(CONNECT).len(),
            is_first: Some(false),
        },
    ];
    let examined = examine(&all, &parts, 0).unwrap();
    assert_eq!(examined.foreign.unwrap().protocol, Protocol::Http);
    let inside = examined.inside.unwrap();
    assert_eq!(inside.bytes, bytes(CONNECT));
    assert!(examined.is_sure);
}

#[test]
fn text_before_a_packet_is_skipped() {
    let mut given = b"AT+CIPSEND=27\r\n> ".to_vec();
    given.extend(bytes(CONNECT));
    let peeled = peel(&given).unwrap();
    assert_eq!(peeled.bytes, bytes(CONNECT));
    assert!(examine(&given, &[], 0).unwrap().is_sure);
}

proptest! {
    #[test]
    fn no_bytes_panic(given: Vec<u8>, starts in proptest::collection::vec((0..300_usize, any::<Option<bool>>()), 0..5)) {
        check(&given, &starts);
    }

    #[test]
    fn no_beginning_panics(
        head in proptest::sample::select(vec![
            "16 03 01 02 00 01 00 01 fc 03 03", "48 54 54 50 2f 31 2e 31 20 34", "82 84", "82 7e", "82 ff", "88 02",
            "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00", "50 52 4f 58 59 20 54 43 50 34 20", "00 53 50 00", "01 00",
            "02 00 00 00 00 01 02 00 00 00 00 02 08 00 45 00 00 28", "45 00 00 28 00 00 00 00 40 06", "60 00 00 00 00 14 06",
            "1e 00 00 00 60", "02 00 00 00 00 01 02 00 00 00 00 02 81 00 00 01 08 00 45",
        ]),
        rest: Vec<u8>,
    ) {
        let given = [bytes(head), rest].concat();
        check(&given, &[]);
    }

    #[test]
    fn frames_of_any_cut_carry_the_packets(cuts in proptest::collection::vec(0..31_usize, 0..4), mask: Option<[u8; 4]>) {
        let inside = [bytes(CONNECT), bytes("c0 00")].concat();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(inside.len())).collect();
        cuts.sort_unstable();
        cuts.push(inside.len());
        let mut given = Vec::new();
        let mut from = 0;
        for cut in cuts {
            given.extend([0x82, u8::try_from(cut - from).unwrap() | if mask.is_some() { 0x80 } else { 0 }]);
            given.extend(mask.iter().flatten());
            let mask = mask.unwrap_or_default();
            given.extend(inside[from..cut].iter().zip(mask.iter().cycle()).map(|(a, b)| a ^ b));
            from = cut;
        }
        prop_assert_eq!(peel(&given).unwrap().bytes, inside);
    }
}

/// What holds for any bytes.
fn check(given: &[u8], starts: &[(usize, Option<bool>)]) {
    let _ = recognize(given);
    if let Some(peeled) = peel(given) {
        assert!(peeled.bytes.len() <= given.len());
        for piece in &peeled.pieces {
            assert!(piece.given.end <= given.len() && piece.at <= peeled.bytes.len());
        }
    }
    let mut starts = starts.to_vec();
    starts.sort_unstable_by_key(|(start, _)| *start);
    let parts: Vec<Part> = starts
        .into_iter()
        .map(|(start, is_first)| Part {
            start: start.min(given.len()),
            is_first,
        })
        .collect();
    if let Some(Examined {
        inside: Some(inside),
        ..
    }) = examine(given, &parts, 0)
    {
        let len: usize = inside.pieces.iter().map(|piece| piece.given.len()).sum();
        assert_eq!(len, inside.bytes.len());
        assert!(
            inside
                .pieces
                .iter()
                .all(|piece| piece.given.end <= given.len())
        );
    }
}
