//! The reader of text never panics, whatever it is given, and what it gives is bounded by the text.

use mqttscope_capture::text::{Format, MAX_FILLED, Turns, read, read_parts};
use proptest::prelude::*;

/// Pieces of what people paste, to be put together at random.
const PIECES: &[&str] = &[
    "<<",
    ">>",
    "<",
    ">",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "\"",
    "'",
    "`",
    "\\x10",
    "\\x",
    "\\",
    "\\0",
    "0x10",
    "0x",
    "c0 00",
    "20 02 00 00",
    "1013",
    "10, 19, 0",
    "...",
    "…",
    "{length = 31, bytes = 0x821d",
    "<Buffer c0",
    "<8206",
    "sendto(3, \"\\300\\0\", 2) = 2",
    "read(3, \"",
    ") = -1 EAGAIN",
    "00000000: 1013 0004",
    "|00000000| c0 00 |..|",
    "+--------+",
    "0000000 0220 0000",
    "0000004",
    "I (4156) mqtt_tx: ",
    "sent: ",
    "reply: ",
    "--- ",
    "+++ ",
    "C: ",
    "S: ",
    "2021-03-09 22:23:42.010 ",
    "99:99:99.99",
    "(99999999999999999999)",
    "PUBLISH flags: 10  length: 2  data: ",
    "len=46",
    "48, 2\n",
    "[0 3 97]",
    "Packet { cmd: 'publish', retain: false, qos: 1, dup: true",
    "_parseLength 2",
    "fixedHeader [48]\nremainingLen [2]\nvariableHeader ",
    "%10%3e",
    "%00",
    "Hex | 30 | 08 | 00 | 04 |",
    "0x0000:  4500 002c",
    "536.293: DEBUG",
    "supposed to be ",
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    "   ",
    ":",
    "-",
    ",",
    ";",
    "#",
    "//",
    "/*",
    "*/",
    "0: 16\n",
    "1: 0\n",
    "10000010",
    "MDUACWhlYXJ0",
    "wAA=",
    "\u{1b}[0;32m",
    "[0m",
    "> ",
    "1 | ",
    "2: ",
    "连接",
    "é",
    "\u{feff}",
    "data:",
    "b'",
    "echo -en '",
    "GET / HTTP/1.1\r\n",
    "16 03 01 00 05",
    "82 04 20 02 00 00",
    "b\"",
    "99",
    "255",
    "256",
    "-1",
    "0b1",
    "16#ff",
    "\"MQTT\"",
];

fn check(text: &str) {
    if let Ok(reading) = read(text, None, Turns::Marked) {
        let decoded = &reading.decoded;
        assert_eq!(decoded.bytes.len(), decoded.source.len());
        assert!(decoded.bytes.len() <= text.len() + MAX_FILLED);
        for index in 0..decoded.bytes.len() {
            let span = decoded.source.span(index);
            assert!(
                span.is_some_and(|span| span.start < span.end && text.get(span).is_some()),
                "{text:?} {index}"
            );
        }
        let mut end = 0;
        for piece in &reading.parts {
            assert_eq!(piece.bytes.start, end);
            end = piece.bytes.end;
            assert!(
                piece.place.start <= piece.place.end && text.get(piece.place.clone()).is_some()
            );
        }
        assert_eq!(end, decoded.bytes.len());
        assert!(
            reading
                .left_out
                .iter()
                .all(|range| text.get(range.clone()).is_some())
        );
    }
    if let Ok(parts) = read_parts(text, None) {
        assert!(
            parts
                .parts
                .iter()
                .all(|part| text.get(part.start..part.end).is_some())
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.into_iter().filter_map(|n| PIECES.get(n)).copied().collect();
        check(&text);
    }

    #[test]
    fn any_format_may_be_asked_for(
        pieces in prop::collection::vec(0..PIECES.len(), 0..12),
        format in 0..Format::ALL.len(),
    ) {
        let text: String = pieces.into_iter().filter_map(|n| PIECES.get(n)).copied().collect();
        if let Ok(reading) = read(&text, Format::ALL.get(format).copied(), Turns::Marked) {
            prop_assert!(reading.decoded.bytes.len() <= text.len() + MAX_FILLED);
        }
    }
}

/// Texts on which a reader that looks back, or ahead for what closes, would take quadratic time: four
/// thousand characters of the same must come to an end within a test's patience.
#[test]
fn repeated_pieces_are_read_in_linear_time() {
    for piece in PIECES {
        let text = piece.repeat(4_000 / piece.len());
        check_bounds(&text);
        check_bounds(&format!("c0 00 {text}"));
        check_bounds(&format!("see: {text} x").replace('\n', " "));
    }
}

fn check_bounds(text: &str) {
    if let Ok(reading) = read(text, None, Turns::Marked) {
        assert!(reading.decoded.bytes.len() <= text.len() + MAX_FILLED);
    }
}
