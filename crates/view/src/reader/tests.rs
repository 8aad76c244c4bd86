use proptest::prelude::*;

use super::*;

fn request(given: Given<'_>) -> Request<'_> {
    Request {
        given,
        format: None,
        takes_turns: false,
        taking: Taking::Found,
        stream: 0,
    }
}

#[test]
fn a_text_file_is_its_text_and_another_stays_bytes() {
    let text = read(&request(Given::File(b"c0 00")));
    assert_eq!(text.text.as_deref(), Some("c0 00"));
    assert_eq!(text.bytes, [0xc0, 0]);
    let binary = read(&request(Given::File(&[0xc0, 0])));
    assert_eq!((binary.text, binary.format), (None, Some(Format::Binary)));
    assert_eq!(binary.bytes, [0xc0, 0]);
}

#[test]
fn headers_are_told_of_once() {
    // IPv4, UDP, 1 byte that is no MQTT: the headers are named as what was taken off, or by the text's reader.
    let packet = "4500001d00000000401100007f0000017f000001 1389138900090000 00";
    let found = read(&request(Given::Text(packet)));
    let says_headers = found.notes.iter().any(|note| note.contains("headers"));
    assert_ne!(says_headers, found.other.is_some(), "{found:?}");
}

#[test]
fn what_stands_before_half_a_byte_is_read() {
    let found = read(&request(Given::Text("c0 00 d")));
    assert_eq!(found.bytes, [0xc0, 0]);
    let fault = found.fault.unwrap();
    assert_eq!((fault.start, fault.end, fault.line), (6, 7, 1));
    assert!(read(&request(Given::Text("c0 0 d0 00"))).bytes.is_empty());
}

#[test]
fn what_was_left_out_is_told_with_its_place() {
    let text = "I send 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31 and get back\n\
                aa bb cc dd ee ff 01 02 03 04 05 06 07 08 instead of 20 02 00 00";
    let found = read(&request(Given::Text(text)));
    let left_out: Vec<_> = found
        .left_out
        .iter()
        .map(|range| &text[range.clone()])
        .collect();
    let expected = ["aa bb cc dd ee ff 01 02 03 04 05 06 07 08", "20 02 00 00"];
    assert_eq!(left_out, expected, "{found:?}");
}

/// Texts of the signs that notations are made of, so that many are read.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9a-f]{2} ",
        "[0-9a-fx, :\\n<>CS\"'{}\\[\\]|=%.-]{0,12}",
        "0x[0-9a-f]{1,2}, ",
        "[\\x00-\\x7fé🦀]{0,6}",
        Just("10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31 ".to_owned()),
        Just("\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What is found lies inside what was given, and comes whole out of the format in which it is sent.
fn holds(request: &Request<'_>, text: &str) {
    let found = read(request);
    let text = found.text.as_deref().unwrap_or(text);
    if let Some(source) = &found.source {
        assert_eq!(source.len(), found.bytes.len(), "{request:?}");
        let end = source
            .span_of(0..found.bytes.len())
            .map_or(0, |span| span.end);
        assert!(end <= text.len(), "{request:?}");
    }
    if let Some(fault) = &found.fault {
        let len = text.encode_utf16().count();
        assert!(fault.start <= fault.end && fault.end <= len, "{request:?}");
    }
    assert!(found.runs.iter().all(|run| run.start <= found.bytes.len()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read(text in texts(), format in 0..Format::ALL.len() + 40, turns: bool) {
        let request = Request {
            format: Format::ALL.get(format).copied(),
            takes_turns: turns,
            ..request(Given::Text(&text))
        };
        holds(&request, &text);
    }

    #[test]
    fn any_file_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let text = String::from_utf8_lossy(&bytes);
        for given in [Given::File(&bytes), Given::Bytes(&bytes)] {
            for taking in Taking::ALL {
                holds(&Request { taking, ..request(given) }, &text);
            }
        }
    }
}

#[test]
fn a_text_without_bytes_is_named_where_it_is_known() {
    for (text, what) in [
        ("+QMTCONN: 0,0,5", "AT commands"),
        ("AT+CIPSEND=12\r\nOK", "AT commands"),
        ("GET /mqtt HTTP/1.1\r\nHost: broker\r\n\r\n", "HTTP"),
    ] {
        let found = read(&request(Given::Text(text)));
        let other = found.other.expect("it is named");
        assert!(other.headline.contains(what), "{text}: {}", other.headline);
        assert!(found.bytes.is_empty(), "{text}");
    }
    let found = read(&request(Given::Text("nothing but words here")));
    assert!(found.other.is_none() && found.fault.is_some());
}

#[test]
fn dates_and_identifiers_are_doubted_and_shown() {
    for text in ["2024-05-06 10:11:12", "AA:BB:CC:DD:EE:FF"] {
        let found = read(&request(Given::Text(text)));
        let other = found.other.expect("it is doubted");
        assert!(
            other.headline.starts_with("This may not be MQTT"),
            "{}",
            other.headline
        );
        assert_eq!(other.shown, Shown::All);
        assert!(!found.bytes.is_empty());
    }
}
