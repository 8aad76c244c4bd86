//! Texts of both sides of a connection.

use mqttscope_capture::text::{
    Decoded, Format, Marks, Note, Part, Side, Turns, decode, decode_file, decode_sides, marks,
};
use proptest::prelude::*;

/// The bytes of each run in hex, with who sent it.
fn runs(decoded: &Decoded) -> Vec<String> {
    let ends = decoded.parts.iter().skip(1).map(|part| part.start);
    decoded
        .parts
        .iter()
        .zip(ends.chain([decoded.bytes.len()]))
        .map(|(&Part { start, side }, end)| {
            let bytes: String = decoded
                .bytes
                .iter()
                .take(end)
                .skip(start)
                .map(|byte| format!(" {byte:02x}"))
                .collect();
            let side = match side {
                Some(Side::First) => ">",
                Some(Side::Second) => "<",
                None => "?",
            };
            format!("{side}{bytes}")
        })
        .collect()
}

/// A text in habits of people and tools, how it is marked, and what it means.
const MARKED: &[(&str, Marks, &[&str])] = &[
    ("> c0 00\n< d0 00", Marks::Arrows, &["> c0 00", "< d0 00"]),
    (">c000\r\n<d000\r\n", Marks::Arrows, &[]),
    (
        "-> c0 00\r\n<- d0 00\r\n",
        Marks::Arrows,
        &["> c0 00", "< d0 00"],
    ),
    ("→ c000\n← d0:00", Marks::Arrows, &["> c0 00", "< d0 00"]),
    (
        ">>> c0\n>>> 00\n<<< d0 00",
        Marks::Arrows,
        &["> c0 00", "< d0 00"],
    ),
    (
        "C: c0 00\nS: d0 00\n",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    ("C:c000\nS:d000", Marks::Names, &["> c0 00", "< d0 00"]),
    (
        "server: d0 00\nclient: c0 00",
        Marks::Names,
        &["< d0 00", "> c0 00"],
    ),
    (
        "C>S c0 00\nS>C d0 00",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    (
        "C->S: c0 00\nS->C: d0 00",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    (
        "client -> server: c0 00\nserver -> client: d0 00",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    (
        "Client sends:\nc0 00\nBroker sends:\nd0 00",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    (
        "12:00:01.123 TX: c0 00\n12:00:01.124 RX: d0 00",
        Marks::Verbs,
        &["> c0 00", "< d0 00"],
    ),
    (
        "2026-11-23 12:00:01 DEBUG [mqtt] sent c0 00\n2026-11-23 12:00:01 DEBUG [mqtt] received d0 00",
        Marks::Verbs,
        &["> c0 00", "< d0 00"],
    ),
    (
        "[out] c0 00\n[in] d0 00",
        Marks::Verbs,
        &["> c0 00", "< d0 00"],
    ),
    (
        "# Client request\nc0 00\n# Server response\nd0 00",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    // socat -x -v
    (
        "> 2026/11/23 12:00:00.123456  length=2 from=0 to=1\n c0 00\n--\n< 2026/11/23 12:00:00.2  length=2 from=0 to=1\n d0 00\n--\n",
        Marks::Arrows,
        &["> c0 00", "< d0 00"],
    ),
    // Dumps, each with a headline, and each line with a mark.
    (
        "C:\n0000  c0 00                                             ..\n\nS:\n0000  d0 00                                             ..\n",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
    (
        "> 0000  30 12 00 01 61 01 02 03  04 05 06 07 08 09 0a 0b\n> 0010  0c 0d 0e 0f\n< 0000  d0 00\n",
        Marks::Arrows,
        &[
            "> 30 12 00 01 61 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
            "< d0 00",
        ],
    ),
    (
        "C: IAIAAA==\nS: MAMAAWE=",
        Marks::Names,
        &["> 20 02 00 00", "< 30 03 00 01 61"],
    ),
    (
        "> \"\\xc0\\x00\"\n< \"\\xd0\\x00\"",
        Marks::Arrows,
        &["> c0 00", "< d0 00"],
    ),
    (
        "> \\xc0\\x00\n< \\xd0\\x00",
        Marks::Arrows,
        &["> c0 00", "< d0 00"],
    ),
    (
        "client: <Buffer c0 00>\nserver: <Buffer d0 00>",
        Marks::Names,
        &["> c0 00", "< d0 00"],
    ),
];

#[test]
fn habits_of_marking_become_runs() {
    for &(text, kind, wanted) in MARKED {
        if wanted.is_empty() {
            assert_eq!(marks(text), None, "{text}");
            continue;
        }
        assert_eq!(marks(text), Some(kind), "{text}");
        let decoded =
            decode_sides(text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(runs(&decoded), wanted, "{text}");
        assert_eq!(decoded.marks, Some(kind), "{text}");
        assert!(
            decoded.notes.contains(&Note::BothSides { marks: kind }),
            "{text}"
        );
        for n in 0..decoded.bytes.len() {
            let span = decoded.source.span(n).unwrap();
            assert!(
                text.get(span).is_some_and(|part| !part.trim().is_empty()),
                "{text}"
            );
        }
    }
}

/// Texts that hold signs like marks and are none.
const UNMARKED: &[&str] = &[
    "c0 00",
    "<c0 00>",
    "<c000>\n<d000>",
    "<Buffer c0 00>\n<Buffer d0 00>",
    "> c0 00\n> d0 00",
    "c0 00\nc: d0\ns: 00",
    "0c:00\n0d:00",
    "0000  c0 00 3c 3e  ..<>",
    "00000000  c0 00 d0 00                                       |> < |",
    "12:00 IP 10.0.0.1.5 > 10.0.0.2.1883: Flags [P.]\n\t0x0000:  4500\n",
];

#[test]
fn what_is_not_marked_reads_as_before() {
    for text in UNMARKED {
        assert_eq!(marks(text), None, "{text}");
        assert_eq!(
            decode_sides(text, None, Turns::Marked),
            decode(text, None),
            "{text}"
        );
    }
}

#[test]
fn blocks_take_turns_when_asked() {
    for text in [
        "c0 00\n\nd0\n00\n\n\nc0 00",
        "c0 00\r\n\r\nd0\r\n00\r\n \r\nc0 00\r\n",
    ] {
        let decoded = decode_sides(text, None, Turns::Alternating).unwrap();
        assert_eq!(runs(&decoded), ["> c0 00", "< d0 00", "> c0 00"]);
        assert_eq!(decoded.marks, Some(Marks::Turns));
    }
    let one = decode_sides("c0 00\nd0 00", None, Turns::Alternating).unwrap();
    assert!(one.parts.is_empty() && one.bytes == [0xc0, 0, 0xd0, 0]);
}

#[test]
fn a_fault_behind_a_mark_has_its_place_in_the_whole_text() {
    let fault = decode_sides("→ c0 00\n← d0 0z", None, Turns::Marked).unwrap_err();
    assert_eq!(fault.to_string(), "`0z` at line 2, column 6 is not hex");
    let fault = decode_sides("C: c0 00\nS: d0 0", Some(Format::Hex), Turns::Marked).unwrap_err();
    assert_eq!((fault.place.line, fault.place.column), (2, 7));
}

#[test]
fn a_file_of_both_sides_is_text() {
    let text = "> 2026/11/23 12:00:00.1  length=2\n c0 00\n--\n< 2026/11/23 12:00:00.2  length=2\n d0 00\n--\n";
    let content = decode_file(text.as_bytes()).unwrap();
    assert_eq!(content.text.as_deref(), Some(text));
    assert_eq!(content.decoded.bytes, [0xc0, 0, 0xd0, 0]);
}

#[test]
fn formats_that_know_the_sides_say_so() {
    let array = "char peer0_0[] = { 0xc0, 0x00 };\nchar peer1_0[] = { 0xd0, 0x00 };";
    let decoded = decode_sides(array, None, Turns::Marked).unwrap();
    assert_eq!(runs(&decoded), ["> c0 00", "< d0 00"]);
    assert_eq!(decoded.marks, Some(Marks::Format));
}

proptest! {
    #[test]
    fn unmarked_text_is_untouched(text in "([0-9a-f]{2}[ ,:\n]?|[<>] ?|C:|S: |\n){0,30}") {
        if marks(&text).is_none() {
            prop_assert_eq!(decode_sides(&text, None, Turns::Marked), decode(&text, None));
        }
    }

    #[test]
    fn marked_hex_is_the_same_bytes(
        lines in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 2..20)), 1..12)
    ) {
        let mut text = String::new();
        for (first, bytes) in &lines {
            text.push_str(if *first { "C:" } else { "S:" });
            for byte in bytes {
                text.push_str(&format!(" {byte:02x}"));
            }
            text.push('\n');
        }
        let both = lines.iter().any(|line| line.0) && lines.iter().any(|line| !line.0);
        prop_assert_eq!(marks(&text).is_some(), both);
        if both {
            let decoded = decode_sides(&text, None, Turns::Marked).unwrap();
            let all: Vec<u8> = lines.into_iter().flat_map(|(_, bytes)| bytes).collect();
            prop_assert_eq!(&decoded.bytes, &all);
        }
    }
}

#[test]
fn a_comment_behind_a_mark_is_no_bytes_and_leaves_the_sides() {
    let text = "> # connection 1 opened after 3 ms · ws://127.0.0.1:9001/\n> c0 00\n< d0 00\n";
    let reading = mqttscope_capture::text::read(text, None, Turns::Marked);
    let decoded = reading.unwrap().decoded;
    assert_eq!(decoded.bytes, [0xc0, 0, 0xd0, 0]);
    assert!(decoded.parts.len() >= 2, "{:?}", decoded.parts);
}

/// Who sent what, of a log as somebody has it.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn read_sides(text: &str) -> Vec<String> {
    let reading = mqttscope_capture::text::read(text, None, Turns::Marked).unwrap();
    runs(&reading.decoded)
}

#[test]
fn serial_assistants_and_modems_mark_what_they_show() {
    let assistant = "【14:22:05】发→◇10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61 □\n\
        【14:22:05】收←◆20 02 00 00\n";
    let both = [
        "> 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61",
        "< 20 02 00 00",
    ];
    assert_eq!(read_sides(assistant), both);
    let plain = "发送：10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61\n接收：20 02 00 00\n\
        请问为什么没有返回 D0 00 ？\n";
    assert_eq!(read_sides(plain), both);
    let counted = "[12:00:01] TX(15): 100d00044d5154540402003c000161\n[12:00:01] RX(4): 20020000\n";
    assert_eq!(read_sides(counted), both);
    let modem = "AT+CIPSEND=0,15\r\n> \r\n10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61\r\n+IPD,4:20 02 00 00\r\n";
    assert_eq!(read_sides(modem), both);
}

#[test]
fn the_same_packet_sent_and_received_is_two() {
    let text = "[12:00:02] TX(5): 3003000174\n[12:00:03] RX(5): 3003000174\n";
    assert_eq!(read_sides(text), ["> 30 03 00 01 74", "< 30 03 00 01 74"]);
}

#[test]
fn a_packet_at_fault_is_kept_among_others_with_their_names() {
    let text = "What is wrong with the second one?\n\
        CONNECT:   10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61\n\
        SUBSCRIBE: 82 07 00 01 00 01 61 00\n\
        PINGREQ:   C0 00\n";
    let reading = mqttscope_capture::text::read(text, None, Turns::Marked).unwrap();
    assert_eq!(reading.decoded.bytes.len(), 15 + 8 + 2);
    assert!(reading.left_out.is_empty());
    let marked = "> 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\n< 20 02 00 00\n\
        > 82 19 00 01 00 01 61 00\n< 90 03 00 01 00\n";
    assert_eq!(read_sides(marked).len(), 4);
}

#[test]
fn the_identifiers_of_a_log_in_json_are_no_packets() {
    let log = "{\"traceId\":\"1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809\",\"eventType\":\"Connect\",\"principalId\":\"3003000174ab0123456789abcdef0123456789abcdef\"}\n\
        {\"traceId\":\"2b3c4d5e-6f70-8192-a3b4-c5d6e7f8091a\",\"eventType\":\"Disconnect\",\"principalId\":\"0123456789abcdef\"}\n";
    assert!(mqttscope_capture::text::read(log, None, Turns::Marked).is_err());
    let packet = "{\"dir\":\"tx\",\"hex\":\"c000\"}\n{\"dir\":\"tx\",\"hex\":\"100d00044d5154540402003c000161\"}\n";
    let reading = mqttscope_capture::text::read(packet, None, Turns::Marked).unwrap();
    assert!(reading.decoded.bytes.ends_with(b"\x04\x02\0\x3c\0\x01a"));
}
