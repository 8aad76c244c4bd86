use proptest::prelude::*;

use super::*;
use crate::recording::Recording;

#[test]
fn a_text_file_is_its_text_and_another_stays_bytes() {
    let text = read(&Request::of(Given::File(b"c0 00")));
    assert_eq!(text.text.as_deref(), Some("c0 00"));
    assert_eq!(text.bytes, [0xc0, 0]);
    let binary = read(&Request::of(Given::File(&[0xc0, 0])));
    assert_eq!((binary.text, binary.format), (None, Some(Format::Binary)));
    assert_eq!(binary.bytes, [0xc0, 0]);
}

#[test]
fn headers_are_told_of_once() {
    // IPv4, UDP, 1 byte that is no MQTT: the headers are named as what was taken off, or by the text's reader.
    let packet = "4500001d00000000401100007f0000017f000001 1389138900090000 00";
    let found = read(&Request::of(Given::Text(packet)));
    let says_headers = found.notes.iter().any(|note| note.contains("headers"));
    assert_ne!(says_headers, found.other.is_some(), "{found:?}");
}

#[test]
fn what_stands_before_half_a_byte_is_read() {
    let found = read(&Request::of(Given::Text("c0 00 d")));
    assert_eq!(found.bytes, [0xc0, 0]);
    let fault = found.fault.unwrap();
    assert_eq!((fault.start, fault.end, fault.line), (6, 7, 1));
    assert!(
        read(&Request::of(Given::Text("c0 0 d0 00")))
            .bytes
            .is_empty()
    );
}

#[test]
fn what_was_left_out_is_told_with_its_place() {
    let text = "I send 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31 and get back\n\
                aa bb cc dd ee ff 01 02 03 04 05 06 07 08 instead of 20 02 00 00";
    let found = read(&Request::of(Given::Text(text)));
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
            ..Request::of(Given::Text(&text))
        };
        holds(&request, &text);
    }

    #[test]
    fn any_file_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let text = String::from_utf8_lossy(&bytes);
        for given in [Given::File(&bytes), Given::Bytes(&bytes)] {
            for taking in Taking::ALL {
                holds(&Request { taking, ..Request::of(given) }, &text);
            }
        }
    }
}

#[test]
fn a_text_without_bytes_is_named_where_it_is_known() {
    for (text, what) in [
        ("+QMTCONN: 0,0,5", "AT commands"),
        ("AT+CIPSEND=12\r\nOK", "AT commands"),
        (
            "AT+QMTCONN=0,\"a\",\"b\",\"c\"\nOK\n+QMTCONN: 0,1,0\n",
            "AT commands",
        ),
        (
            "AT+CMQTTCONNECT=0,\"tcp://10.0.0.5:1883\",60,1\nOK\n+CMQTTCONNECT: 0,0\n",
            "AT commands",
        ),
        ("GET /mqtt HTTP/1.1\r\nHost: broker\r\n\r\n", "HTTP"),
    ] {
        let found = read(&Request::of(Given::Text(text)));
        let other = found.other.expect("it is named");
        assert!(other.headline.contains(what), "{text}: {}", other.headline);
        assert!(found.bytes.is_empty(), "{text}");
    }
    let found = read(&Request::of(Given::Text("nothing but words here")));
    assert!(found.other.is_none() && found.fault.is_some());
}

#[test]
fn dates_and_identifiers_are_doubted_and_shown() {
    for text in ["2024-05-06 10:11:12", "AA:BB:CC:DD:EE:FF"] {
        let found = read(&Request::of(Given::Text(text)));
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

#[test]
fn one_wrong_length_leaves_the_packets_on_other_lines_alone() {
    const LINES: [&str; 6] = [
        "10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63",
        "20 02 00 00",
        "32 09 00 03 61 2f 62 00 01 68 69",
        "40 02 00 01",
        "c0 00",
        "d0 00",
    ];
    let read_lines = |lines: &[String]| {
        let text = lines.join("\n");
        let found = read(&Request::of(Given::Text(&text)));
        let recording = if found.runs.is_empty() {
            Recording::read_cut(found.bytes.clone(), &found.cuts, None, None)
        } else {
            Recording::of_sides_cut(&found.bytes, &found.runs, &found.cuts, None)
        };
        (found, recording)
    };
    let marks = ["> ", "< ", "> ", "< ", "> ", "< "];
    for is_marked in [false, true] {
        for (line, length) in [
            (0, "19"),
            (0, "05"),
            (2, "19"),
            (2, "07"),
            (3, "7f"),
            (4, "03"),
        ] {
            let lines: Vec<String> = LINES
                .iter()
                .zip(marks)
                .enumerate()
                .map(|(n, (own, mark))| {
                    let mut own = (*own).to_owned();
                    if n == line {
                        own.replace_range(3..5, length);
                    }
                    if is_marked {
                        format!("{mark}{own}")
                    } else {
                        own
                    }
                })
                .collect();
            let (found, recording) = read_lines(&lines);
            let says = found
                .notes
                .iter()
                .any(|note| note.contains(&format!("line {} says", line + 1)));
            assert!(says, "{lines:?}: {:?}", found.notes);
            let whole = recording.packets().iter().filter(|packet| {
                packet.at.missing == 0 && !packet.at.skipped && packet.errors == 0
            });
            assert!(whole.count() >= 5, "{lines:?}");
            // With the length put right, all of it is sound.
            let broken = recording
                .packets()
                .iter()
                .position(|packet| packet.at.missing > 0 || packet.at.skipped)
                .unwrap();
            let broken = if recording.packets()[broken].at.skipped {
                broken - 1
            } else {
                broken
            };
            let repair = recording
                .doubtful(broken)
                .unwrap()
                .repairs()
                .into_iter()
                .next()
                .expect("a repair");
            let cuts = recording.cuts_with(broken, &repair.bytes);
            let (bytes, runs) = recording.with(broken, &repair.bytes);
            let mended = if runs.is_empty() {
                Recording::read_cut(bytes, &cuts, None, None)
            } else {
                Recording::of_sides_cut(&bytes, &runs, &cuts, None)
            };
            assert_eq!(mended.packets().len(), 6, "{lines:?}");
            assert!(
                mended
                    .packets()
                    .iter()
                    .all(|packet| packet.errors == 0 && packet.at.missing == 0)
            );
        }
    }
    // Nothing wrong, or one packet over several lines: a stream, as ever.
    let right: Vec<String> = LINES.iter().map(|&line| line.to_owned()).collect();
    assert!(read_lines(&right).0.cuts.is_empty());
}

#[test]
fn a_wrong_length_that_fits_the_line_behind_it_is_seen_all_the_same() {
    const MARKS: [&str; 5] = ["TX: ", "RX: ", "TX: ", "TX: ", "TX: "];
    const LINES: [&str; 4] = [
        "10 10 00 04 4D 51 54 54 04 02 00 3C 00 04 64 65 76 31",
        "20 02 00 00",
        "30 09 00 01 74 32 31 2E 35",
        "E0 01 8e",
    ];
    let fits = ["C0 00", "E0 00"];
    let endings: [&[&str]; 2] = [&LINES[3..], &fits];
    for ending in endings {
        let lines: Vec<&str> = LINES[..3].iter().chain(ending).copied().collect();
        for (has_time, has_mark) in [(false, false), (false, true), (true, true)] {
            let lines = lines.iter().zip(MARKS).enumerate().map(|(n, (own, mark))| {
                let time = format!("12:00:0{n}.000 ");
                let time = if has_time { &time } else { "" };
                let mark = if has_mark { mark } else { "" };
                format!("{time}{mark}{own}")
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            let found = read(&Request::of(Given::Text(&text)));
            let says = "line 3 says 9, and 7 follow it";
            assert!(
                found.notes.iter().any(|note| note.contains(says)),
                "{text}\n{found:?}"
            );
            assert_eq!(found.cuts.first(), Some(&0), "{text}");
            assert!(found.cuts.contains(&31), "{text}");
            assert_eq!(found.runs.is_empty(), !has_mark, "{text}");
        }
    }
}

/// A wrong length in one line, and wrong flags in another, whose length is right.
#[test]
fn wrong_flags_on_another_line_hide_no_wrong_length() {
    let text = "[tx] 10 1e 00 04 4d 51 54 54 04 c2 00 1e 00 09 62 6f 69 6c 65 72 2d 30 37 00 03 64 65 76 00 07 68 75 6e 74 65 72 32\n\
        [rx] 20 02 00 00\n[tx] 36 0b 00 03 61 2f 62 00 01 68 69 21 21\n";
    let found = read(&Request::of(Given::Text(text)));
    assert_eq!(found.cuts, [0, 37, 41]);
    let says = "line 1 says 30, and 35 follow it";
    assert!(
        found.notes.iter().any(|note| note.contains(says)),
        "{:?}",
        found.notes
    );
    let recording = Recording::of_sides_cut(&found.bytes, &found.runs, &found.cuts, None);
    let types: Vec<_> = recording
        .packets()
        .iter()
        .map(|packet| packet.at.packet_type)
        .collect();
    assert_eq!(types.last(), Some(&PacketType::Publish), "{types:?}");
}

/// A packet that was sent in two pieces, each logged on a line of its own.
#[test]
fn packets_that_go_on_in_other_lines_are_one_stream() {
    let text = "TX: 10 10 00 04 4D 51 54 54 04 02 00 3C 00 04 64 65 76 31\nRX: 20 02 00 00\n\
        TX: 30 0F 00 01 74 61 62 63 64 65\nTX: 30 31 32 33 34 35 36\nRX: D0 00\nTX: C0 00\nRX: D0 00";
    let found = read(&Request::of(Given::Text(text)));
    assert!(found.cuts.is_empty(), "{:?}", found.notes);
}

#[test]
fn hex_that_is_wrapped_is_one_stream_whatever_its_lengths_say() {
    let bytes: Vec<u8> = [
        &b"\x10\x0f\0\x04MQTT\x04\x02\0\x3c\0\x03abc"[..],
        b"\x20\x02\0\0",
        b"\x32\x19\0\x03a/b\0\x01hi",
        b"\x40\x02\0\x01\xc0\0\xd0\0\x30\x14\0\x03a/bsome more payload",
    ]
    .concat();
    for width in [8, 16, 20, 24, 32] {
        let rows = bytes.chunks(width).map(|row| {
            let row: Vec<_> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            row.join(" ")
        });
        let text = rows.collect::<Vec<_>>().join("\n");
        let found = read(&Request::of(Given::Text(&text)));
        assert!(found.cuts.is_empty(), "{text}\n{:?}", found.notes);
        assert_eq!(found.bytes, bytes);
    }
}

#[test]
fn marks_of_one_side_tell_whose_they_are_where_a_connect_shows_it() {
    let text = "08:00:00.000 DEBUG net tx 21 bytes: 10 13 00 04 4d 51 54 54 04 02 00 3c 00 07 73 65 6e 73 6f 72 31\n\
        08:00:00.010 INFO app: hello\n\
        08:00:00.020 DEBUG net tx 8 bytes: 30 06 00 01 74 61 62 63\n";
    let found = read(&Request::of(Given::Text(text)));
    let recording = Recording::of_sides(&found.bytes, &found.runs, None);
    let senders: Vec<_> = recording
        .packets()
        .iter()
        .map(|packet| packet.from)
        .collect();
    assert_eq!(senders, [Some(Sender::Client); 2]);
    // Of a server, whose tx is the other side's.
    let found = read(&Request::of(Given::Text(&text.replace(" tx ", " rx "))));
    assert_eq!(
        found.runs,
        [Run {
            start: 0,
            from: Sender::Client
        }]
    );
    // Without a CONNECT nobody knows.
    let found = read(&Request::of(Given::Text(
        "net tx 8 bytes: 30 06 00 01 74 61 62 63\nnet tx 2 bytes: c0 00",
    )));
    assert!(found.runs.is_empty());
}
