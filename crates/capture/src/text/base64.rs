//! Base64 in both alphabets, with line breaks and with or without padding.

use core::ops::Range;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

use super::error::Fault;
use super::output::Output;
use super::scan::{is_blank, quote};
use super::{Note, TextErrorKind};

/// What people paste is cut and joined, so padding and left-over bits are not held against it.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a character has a value in base64 or base64url.
pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_')
}

/// Reads the base64 in `range`. Blanks and quotes are passed over; `-` and `_` count as `+` and `/`.
pub(super) fn decode(out: &mut Output, text: &str, range: Range<usize>) -> Result<(), Fault> {
    let start = range.start;
    let part = text.get(range).unwrap_or_default();
    let mut digits = Vec::with_capacity(part.len());
    // Stretches without a gap: (index of the first digit, its place in the text).
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    let mut next = None;
    let mut padding = None;
    for (i, c) in part.char_indices() {
        let at = start.saturating_add(i);
        let digit = match c {
            '-' => b'+',
            '_' => b'/',
            '=' => {
                padding = padding.or(Some(at));
                continue;
            }
            _ if is_digit(c) => u8::try_from(c).unwrap_or_default(),
            _ if is_blank(c) || quote(c).is_some() => continue,
            _ => {
                return Err(Fault::over(
                    at..at.saturating_add(c.len_utf8()),
                    TextErrorKind::NotBase64,
                ));
            }
        };
        if let Some(padding) = padding {
            return Err(Fault::over(
                padding..padding.saturating_add(1),
                TextErrorKind::NotBase64,
            ));
        }
        // A quad that a line break cuts begins a stretch of its own.
        if next != Some(at) {
            stretches.push((digits.len(), at));
        }
        next = Some(at.saturating_add(1));
        digits.push(digit);
    }
    let whole = digits.len() % 4;
    let bytes = FORGIVING.decode(&digits).map_err(|_| {
        // The alphabet was checked above, so only the length can be wrong.
        let last = next.unwrap_or(start.saturating_add(1));
        Fault::over(last.saturating_sub(1)..last, TextErrorKind::Base64Length)
    })?;
    if whole != 0 && padding.is_none() {
        out.note(Note::PaddingMissing);
    }
    out.push_quads(&bytes, quads(&stretches, digits.len()).into_iter());
    Ok(())
}

/// Turns stretches of digits into runs of bytes: (place of the first digit, number of bytes, width).
fn quads(stretches: &[(usize, usize)], digits: usize) -> Vec<(usize, usize, u8)> {
    let mut runs = Vec::with_capacity(stretches.len());
    let ends = stretches
        .iter()
        .skip(1)
        .map(|(first, _)| *first)
        .chain([digits]);
    let digit_of = |byte: usize| (byte / 3).saturating_mul(4).saturating_add(byte % 3);
    let total = digits.saturating_mul(3) / 4;
    // The first byte that begins at this digit or after it.
    let byte_from = |digit: usize| {
        (digit / 4)
            .saturating_mul(3)
            .saturating_add(digit % 4)
            .min(total)
    };
    for (&(first, at), end) in stretches.iter().zip(ends) {
        let place = |byte: usize| at.saturating_add(digit_of(byte).saturating_sub(first));
        let mut byte = byte_from(first);
        let last = byte_from(end);
        // A byte whose second digit stands behind the gap is shown by its first alone.
        let cut = last > byte && digit_of(last.saturating_sub(1)).saturating_add(1) == end;
        let whole = if cut { last.saturating_sub(1) } else { last };
        // Bytes up to the next whole quad stand one by one: a run of quads begins at a quad.
        while byte < whole && byte % 3 != 0 {
            runs.push((place(byte), 1, 2));
            byte = byte.saturating_add(1);
        }
        if byte < whole {
            runs.push((place(byte), whole.saturating_sub(byte), 2));
        }
        if cut {
            runs.push((place(last.saturating_sub(1)), 1, 1));
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_points_at_its_first_digit() {
        let text = "EAwA\nBE1\r\nRVFQ";
        let mut out = Output::default();
        decode(&mut out, text, 0..text.len()).unwrap();
        let decoded = out.finish(crate::text::Format::Base64, text).unwrap();
        assert_eq!(decoded.bytes, b"\x10\x0c\x00\x04MQTT");
        let starts: Vec<_> = (0..8)
            .filter_map(|n| decoded.source.span(n))
            .map(|span| span.start)
            .collect();
        assert_eq!(starts, [0, 1, 2, 5, 6, 7, 11, 12]);
    }

    #[test]
    fn a_byte_cut_by_a_line_end_is_shown_by_its_first_digit() {
        let text = "E\nAw\n\nA";
        let mut out = Output::default();
        decode(&mut out, text, 0..text.len()).unwrap();
        let decoded = out.finish(crate::text::Format::Base64, text).unwrap();
        let spans: Vec<_> = (0..3).filter_map(|n| decoded.source.span(n)).collect();
        assert_eq!(spans, [0..1, 2..4, 3..4]);
    }
}
