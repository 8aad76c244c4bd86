//! What must hold for every text and for all bytes.

use mqttscope_capture::text::{
    Decoded, Format, Style, TextError, Turns, decode, decode_file, decode_sides, detect, write,
};
use proptest::prelude::*;

/// The format that detection must name for a style.
fn format_of(style: Style) -> Format {
    match style {
        Style::HexDump => Format::HexdumpC,
        Style::Base64 => Format::Base64,
        Style::Base64Url => Format::Base64Url,
        Style::CArray => Format::CLiteral,
        Style::RustLiteral => Format::RustLiteral,
        Style::PythonLiteral => Format::PythonLiteral,
        Style::JsArray => Format::JsLiteral,
        Style::GoSlice => Format::GoLiteral,
        _ => Format::Hex,
    }
}

/// Texts near the formats: random characters alone would seldom get past detection.
fn near_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9a-fA-F]{1,9}",
        2 => "[ \t\n\r:,;*|<>-]{1,3}",
        1 => "[\"'`‘’“”\\\\{}()\\[\\]/#]{1,3}",
        1 => "(0x|\\\\x|\\\\u|\\\\U|b'|b\"|br#\"|'''|/\\*|//|data:|base64,|<Buffer |\\.\\.\\.|=|%)",
        1 => "(\n0000 |\n00000000  |\n0000010: |\n\t0x0010:  |\n0000020 |\n\\*\n|Follow: tcp,raw\n)",
        1 => "(Buffer\\.from\\(|\\[\\]byte|vec!|\\(byte\\)|bytes\\.fromhex\\(|, 'hex'\\))",
        1 => "(\n> |\n< |\nC: |\nS:|\n\n|\nTX |\nRX: |\n→ |\n12:00 <- |\nclient -> server:|\nserver:\n)",
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check_place(text: &str, error: &TextError) -> Result<(), TestCaseError> {
    let place = error.place;
    prop_assert!(text.is_char_boundary(place.byte), "{error:?}");
    let before = &text[..place.byte];
    prop_assert_eq!(place.utf16, before.encode_utf16().count());
    prop_assert!(text[place.byte..].starts_with(&error.found));
    prop_assert!(place.line >= 1 && place.column >= 1);
    prop_assert!(error.utf16_range().end <= text.encode_utf16().count());
    Ok(())
}

fn check_any(text: &str) -> Result<(), TestCaseError> {
    check_read(text, decode)?;
    for turns in [Turns::Marked, Turns::Alternating] {
        check_read(text, |text, format| decode_sides(text, format, turns))?;
    }
    let _ = decode_file(text.as_bytes());
    Ok(())
}

fn check_read(
    text: &str,
    read: impl Fn(&str, Option<Format>) -> Result<Decoded, TextError>,
) -> Result<(), TestCaseError> {
    let formats = Format::ALL.into_iter().map(Some).chain([None]);
    for format in formats {
        match read(text, format) {
            Ok(decoded) => {
                prop_assert!(!decoded.bytes.is_empty());
                prop_assert_eq!(decoded.source.len(), decoded.bytes.len());
                for n in 0..decoded.bytes.len() {
                    let span = decoded.source.span(n);
                    let inside = span
                        .clone()
                        .is_some_and(|span| text.get(span).is_some_and(|t| !t.is_empty()));
                    prop_assert!(inside, "byte {n} of {:?} at {span:?}", decoded.format);
                }
                prop_assert!(
                    decoded
                        .parts
                        .iter()
                        .all(|part| part.start < decoded.bytes.len())
                );
                prop_assert!(
                    decoded
                        .notes
                        .iter()
                        .all(|note| !note.to_string().is_empty())
                );
            }
            Err(error) => check_place(text, &error)?,
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        for style in Style::ALL {
            let text = write(&bytes, style);
            let decoded = decode(&text, Some(format_of(style)));
            prop_assert_eq!(decoded.map(|decoded| decoded.bytes), Ok(bytes.clone()), "{:?}", style);
        }
    }

    #[test]
    fn what_is_written_is_recognised(bytes in prop::collection::vec(any::<u8>(), 24..200)) {
        for style in Style::ALL {
            let text = write(&bytes, style);
            let found = detect(&text).first().map(|candidate| candidate.format);
            let mut wanted = format_of(style);
            if style == Style::Base64Url && !text.contains(['-', '_']) {
                wanted = Format::Base64;
            }
            prop_assert_eq!(found, Some(wanted), "{:?}: {}", style, text);
        }
    }

    #[test]
    fn each_byte_is_found_from_its_text(bytes in prop::collection::vec(any::<u8>(), 1..100)) {
        for style in Style::ALL {
            let text = write(&bytes, style);
            let source = decode(&text, Some(format_of(style))).unwrap().source;
            for n in 0..bytes.len() {
                let span = source.span(n).unwrap();
                prop_assert_eq!(source.byte_at(span.start), Some(n), "{:?}: {}", style, text);
            }
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        check_any(&text)?;
    }

    #[test]
    fn no_text_near_a_format_panics(text in near_text()) {
        check_any(&text)?;
    }

    #[test]
    fn no_cut_of_a_good_text_panics(bytes in prop::collection::vec(any::<u8>(), 1..40), cut in 0.0..1.0_f64) {
        for style in Style::ALL {
            let text = write(&bytes, style);
            let at = (text.len() as f64 * cut) as usize;
            check_any(&text[..at])?;
        }
    }

    #[test]
    fn no_file_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(content) = decode_file(&bytes) {
            prop_assert!(!content.decoded.bytes.is_empty());
        }
    }
}
