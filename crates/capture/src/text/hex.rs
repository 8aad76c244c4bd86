//! Hex digits with whatever people put between them.

use core::ops::Range;

use super::error::Fault;
use super::output::Output;
use super::scan::{self, hex_digit, is_blank, quote};
use super::{Note, TextErrorKind};

/// What may stand between bytes.
pub(super) fn is_separator(c: char) -> bool {
    is_blank(c)
        || quote(c).is_some()
        || matches!(
            c,
            ',' | ';' | ':' | '-' | '_' | '|' | '\\' | '%' | '$' | '\u{2010}'..='\u{2015}'
        )
        || matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>')
}

/// The first pair with a letter in place of a digit, `1O` or `l0`, in a text that is pairs and nothing else.
pub(super) fn letter_for_digit(text: &str) -> Option<Fault> {
    /// Pairs that a text must have: two words may be anything.
    const LEAST: usize = 4;
    let mut found = None;
    let mut pairs = 0_usize;
    for (at, word) in scan::words(text) {
        let word = word.trim_end_matches(',');
        if word.len() != 2 {
            return None;
        }
        if !scan::is_hex(word) {
            let meant = word.replace(['O', 'o'], "0").replace(['l', 'I'], "1");
            let is_meant = scan::is_hex(&meant) && word.contains(|c: char| c.is_ascii_digit());
            found = found.or(is_meant.then(|| at..at.saturating_add(2)));
            found.as_ref()?;
        }
        pairs = pairs.saturating_add(1);
    }
    let range = found.filter(|_| pairs >= LEAST)?;
    Some(Fault::over(range, TextErrorKind::LetterForDigit))
}

/// Reads the hex in `range`. `#` and `//` begin a comment that ends with its line.
pub(super) fn decode(out: &mut Output, text: &str, range: Range<usize>) -> Result<(), Fault> {
    let base = range.start;
    let part = text.get(range).unwrap_or_default();
    out.reserve(part.len() / 3);
    let mut chars = part
        .char_indices()
        .map(|(i, c)| (base.saturating_add(i), c))
        .peekable();
    let mut high: Option<(usize, u8)> = None;
    // Where the digits after a `0x` begin, until the first byte is complete.
    let mut prefixed = false;
    while let Some((at, c)) = chars.next() {
        if let Some(digit) = hex_digit(c) {
            if let Some((start, high_digit)) = high.take() {
                out.push(high_digit << 4 | digit, start..at.saturating_add(1));
                prefixed = false;
            } else if digit == 0 && chars.next_if(|(_, x)| matches!(x, 'x' | 'X')).is_some() {
                prefixed = true;
            } else {
                high = Some((at, digit));
            }
            continue;
        }
        let escaped = matches!(c, 'x' | 'X')
            && at > base
            && text.get(..at).is_some_and(|t| t.ends_with('\\'));
        let comment = c == '#' || (c == '/' && chars.peek().is_some_and(|(_, next)| *next == '/'));
        if !(escaped || comment || is_separator(c)) {
            return Err(not_hex(text, base, at));
        }
        if let Some((start, _)) = high
            && matches!(c, '\n' | '\r')
            && is_wrapped(
                text.get(base..start).unwrap_or_default(),
                text.get(at..).unwrap_or_default(),
            )
        {
            // The byte goes on in the next line.
            continue;
        }
        flush(out, &mut high, &mut prefixed)?;
        prefixed |= escaped;
        if comment {
            while chars.next_if(|(_, c)| !matches!(c, '\n' | '\r')).is_some() {}
        }
    }
    flush(out, &mut high, &mut prefixed)
}

/// Whether a long line of digits goes on in the next one, broken wherever a window ended.
fn is_wrapped(before: &str, behind: &str) -> bool {
    const LONG: usize = 16;
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let line = scan::tail(before, LONG);
    let next = behind.trim_start_matches(['\n', '\r']);
    let len = next
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(next.len());
    line.len() == LONG && is_digits(line) && len > 0 && behind.len().saturating_sub(next.len()) <= 2
}

/// A single digit at the end of a group is a byte of its own only after `0x`: `0x0, 0xc`.
fn flush(
    out: &mut Output,
    high: &mut Option<(usize, u8)>,
    prefixed: &mut bool,
) -> Result<(), Fault> {
    let alone = core::mem::take(prefixed);
    match high.take() {
        Some((at, digit)) if alone => out.push(digit, at..at.saturating_add(1)),
        Some((at, _)) => {
            return Err(Fault::over(
                at..at.saturating_add(1),
                TextErrorKind::OddDigits,
            ));
        }
        None => {}
    }
    Ok(())
}

/// A fault over the whole group that the stray character is in.
fn not_hex(text: &str, base: usize, at: usize) -> Fault {
    let before = text.get(base..at).unwrap_or_default();
    let after = text.get(at..).unwrap_or_default();
    // A group is short; an endless one is cut, so that a fault costs no long walk.
    let start = before
        .char_indices()
        .rev()
        .take(8)
        .take_while(|(_, c)| !is_separator(*c))
        .last();
    let start = start.map_or(at, |(i, _)| base.saturating_add(i));
    let len = after.find(is_separator).unwrap_or(after.len());
    // A long run of digits is not what is wrong: then only the stray part is named.
    let start = if at.saturating_sub(start) > 3 {
        at
    } else {
        start
    };
    Fault::over(start..at.saturating_add(len), TextErrorKind::NotHex)
}

/// Reads `<Buffer 10 0c ... 19 more bytes>`, once or several times.
pub(super) fn decode_node_buffer(out: &mut Output, text: &str) -> Result<(), Fault> {
    const OPEN: &str = "<Buffer";
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(OPEN)) {
        let start = at.saturating_add(found).saturating_add(OPEN.len());
        let rest = text.get(start..).unwrap_or_default();
        let body = rest
            .get(..rest.find('>').unwrap_or(rest.len()))
            .unwrap_or_default();
        out.begin_part(None);
        let dots = body.find("...").or_else(|| body.find('…'));
        decode(
            out,
            text,
            start..start.saturating_add(dots.unwrap_or(body.len())),
        )?;
        if let Some(dots) = dots {
            let said = body.get(dots..).unwrap_or_default();
            let digits = said
                .split(|c: char| !c.is_ascii_digit())
                .find(|part| !part.is_empty());
            out.note(Note::CutShort {
                bytes: digits.and_then(|digits| digits.parse().ok()),
            });
        }
        at = start.saturating_add(body.len());
    }
    Ok(())
}
