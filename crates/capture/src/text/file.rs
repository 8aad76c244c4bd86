//! A dropped file: bytes as they are, or text in one of the formats.

use core::str;

use super::output::Output;
use super::{
    Confidence, Decoded, Format, MAX_TEXT, Reading, TextError, Turns, decode, decode_sides, detect,
    marks, read, read_parts,
};
use crate::foreign::{Protocol, recognize};
use crate::reading::TextReading;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileContent {
    /// The bytes that the file stands for.
    pub decoded: Decoded,
    /// The text that [`Decoded::source`] points into; `None` when the file is binary.
    pub text: Option<String>,
}

/// Turns a file into bytes. Text in UTF-8 or UTF-16 that clearly is in one of the formats is
/// decoded; everything else, plain text too, stays as it is.
///
/// # Errors
/// [`TextError`] when the file clearly is in a format and breaks it, or is empty.
pub fn decode_file(bytes: &[u8]) -> Result<FileContent, TextError> {
    if let Some(text) = as_text(bytes) {
        if marks(&text).is_some()
            && let Ok(decoded) = decode_sides(&text, None, Turns::Marked)
        {
            return Ok(FileContent {
                decoded,
                text: Some(text),
            });
        }
        if let Ok(reading) = read(&text, None, Turns::Marked)
            && is_meant(&reading, &text)
        {
            return Ok(FileContent {
                decoded: reading.decoded,
                text: Some(text),
            });
        }
        let best = detect(&text).first().copied();
        if let Some(best) = best.filter(|best| best.confidence > Confidence::Possible) {
            let decoded = decode(&text, Some(best.format))?;
            return Ok(FileContent {
                decoded,
                text: Some(text),
            });
        }
    }
    let mut output = Output::default();
    output.push_verbatim(bytes);
    let decoded = output
        .finish(Format::Binary, "")
        .map_err(|fault| fault.in_text("", Format::Binary))?;
    Ok(FileContent {
        decoded,
        text: None,
    })
}

/// The text of a file and how it was read, where it clearly is text in one of the formats, or breaks one; `None`: the
/// file is taken as the bytes that it holds. It agrees with [`decode_file`], and the text is read once.
#[must_use]
pub fn read_file(bytes: &[u8]) -> Option<(String, Result<Reading, TextError>)> {
    let text = as_text(bytes)?;
    let reading = read(&text, None, Turns::Marked);
    let is_text = (reading.as_ref()).is_ok_and(|reading| is_meant(reading, &text))
        || detect(&text)
            .first()
            .is_some_and(|best| best.confidence > Confidence::Possible)
        || marks(&text).is_some() && decode_sides(&text, None, Turns::Marked).is_ok();
    is_text.then_some((text, reading))
}

/// Whether the bytes that a text stands for are meant, and not its characters: where it is doubtful, these must be words.
fn is_meant(reading: &Reading, text: &str) -> bool {
    let are_words = || recognize(text.as_bytes()).is_some_and(|it| it.protocol == Protocol::Text);
    reading.decoded.format != Format::Binary
        && !reading.is_short_guess(text)
        && (reading.sure || are_words())
}

/// Reads a file as [`read_parts`] reads a text; what is no text in a known format are the bytes themselves.
///
/// # Errors
/// [`TextError`] when there are no bytes.
pub fn read_bytes(bytes: &[u8]) -> Result<TextReading, TextError> {
    let error = match as_text(bytes).map(|text| read_parts(&text, None)) {
        Some(Ok(reading)) => return Ok(reading),
        Some(Err(error)) => Some(error),
        None => None,
    };
    let mut output = Output::default();
    output.push_verbatim(bytes);
    let decoded = output
        .finish(Format::Binary, "")
        .map_err(|fault| fault.in_text("", Format::Binary))?;
    let reading = Reading::of_bytes(decoded);
    match error {
        // Text that is not another protocol's holds no bytes.
        Some(error) if reading.other().is_none_or(|other| other.name() == "text") => Err(error),
        _ => Ok(reading.into_parts()),
    }
}

/// The file as text, if it holds no control characters that text has no use for.
fn as_text(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_TEXT {
        return None;
    }
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => str::from_utf8(bytes).ok()?.to_owned(),
    };
    // A terminal's colours are text, as long as all escapes are theirs.
    let are_colours = text
        .split('\u{1b}')
        .skip(1)
        .all(|behind| behind.starts_with('['));
    let is_text = |c: char| {
        !c.is_control() || matches!(c, '\t' | '\n' | '\r') || are_colours && c == '\u{1b}'
    };
    let is_plain = text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    (is_plain || text.chars().all(is_text)).then_some(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_colours_is_text() {
        let log = b"\x1b[0;32mI (3321) boiler: tx 30 07 00 01 74 32 31 2e 35\x1b[0m\n";
        let reading = read_bytes(log).map(|reading| {
            reading
                .parts
                .into_iter()
                .flat_map(|part| part.bytes)
                .collect::<Vec<u8>>()
        });
        assert_eq!(reading, Ok(b"0\x07\0\x01t21.5".to_vec()));
        assert!(read_file(log).is_some());
        assert_eq!(as_text(b"\x1b\x10\0"), None);
        assert_eq!(as_text(b"\x1bc [0m"), None);
    }
}
