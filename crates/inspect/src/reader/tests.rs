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
