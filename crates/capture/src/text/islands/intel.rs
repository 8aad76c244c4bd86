//! Hex in Intel's notation, as assemblers and the manuals of controllers write it: `30h`, `0C0h`.
//!
//! `12h` and `24h` are hours, and `2Ah` is a battery: numbers that may be such are bytes only where they make sound
//! packets.

use core::ops::Range;

use super::super::Format;
use super::super::output::Output;
use super::super::scan::{self, is_blank};
use super::{Island, Strength};

/// The longest remark behind a row, and the longest string in one.
const NEAR: usize = 256;

/// One element of a list.
struct Element {
    byte: u8,
    end: usize,
    /// No number of hours or the like is written so.
    is_telling: bool,
}

/// Reads the list that begins at `at`. It may go on in the next lines, each perhaps behind `db`.
pub(super) fn read(text: &str, at: usize) -> Option<(Island, usize)> {
    // Behind a letter or a digit it is the end of a word.
    let before = text.get(..at)?.chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
        return None;
    }
    let first = element(text, at)?;
    let mut out = Output::default();
    let (mut count, mut telling) = (0_usize, 0_usize);
    let mut range = at..first.end;
    let mut next = Some((at, first));
    while let Some((place, element)) = next {
        out.push(element.byte, place..element.end);
        count = count.saturating_add(1);
        telling = telling.saturating_add(usize::from(element.is_telling));
        range.end = element.end;
        let mut place = separator(text, range.end);
        // What assemblers write readable bytes as.
        while let Some((body, behind)) = place.and_then(|place| string(text, place)) {
            for (offset, c) in text.get(body.clone())?.char_indices() {
                let start = body.start.saturating_add(offset);
                out.push_char(c, start..start.saturating_add(c.len_utf8()));
            }
            range.end = behind;
            place = separator(text, behind);
        }
        next = place.and_then(|place| Some((place, self::element(text, place)?)));
    }
    let strength = match () {
        () if telling == 0 => Strength::Weak,
        () if count >= 8 => Strength::Strong,
        () if count >= 4 => Strength::Ordinary,
        () => Strength::Weak,
    };
    let end = range.end;
    Some((Island::new(range, Format::IntelHex, strength, out), end))
}

/// `30h`, `0C0h`, `C0h`: one or two digits, or three of which the first is zero.
fn element(text: &str, at: usize) -> Option<Element> {
    let word = scan::head(text.get(at..)?, 5);
    let len = word.find(|c: char| !c.is_ascii_hexdigit())?;
    let digits = word.get(..len)?;
    let behind = word.get(len..)?.strip_prefix(['h', 'H'])?;
    if behind.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let has_zero = len == 3 && digits.starts_with('0');
    if !(1..=2).contains(&len) && !has_zero {
        return None;
    }
    Some(Element {
        byte: u8::from_str_radix(digits, 16).ok()?,
        end: at.saturating_add(len).saturating_add(1),
        // `2Ah` may be a charge.
        is_telling: has_zero
            || digits
                .strip_suffix(['a', 'A'])
                .unwrap_or(digits)
                .contains(|c: char| c.is_ascii_alphabetic()),
    })
}

/// Where the element behind `at` begins: behind blanks, a comma, a remark, and what a new row begins with.
fn separator(text: &str, at: usize) -> Option<usize> {
    let rest = scan::head(text.get(at..)?, NEAR);
    let mut body = rest.trim_start_matches(is_blank);
    if let Some(behind) = body.strip_prefix([',', ';', '-', ':']) {
        let remark = body.starts_with(';') && !behind.trim_start().starts_with(is_digit);
        body = if remark {
            behind.get(behind.find('\n')?..)?
        } else {
            behind
        };
        body = body.trim_start_matches(is_blank);
        if body.starts_with(';') {
            body = body.get(body.find('\n')?..)?.trim_start_matches(is_blank);
        }
    } else if body.len() == rest.len() {
        return None;
    }
    let word_len = body.find(is_blank).unwrap_or(0);
    let is_directive = body.get(..word_len).is_some_and(|word| {
        [".byte", ".db", "db", "dc.b", "defb", "fcb"]
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name))
    });
    if is_directive {
        body = body.get(word_len..)?.trim_start_matches(is_blank);
    }
    Some(at.saturating_add(rest.len()).saturating_sub(body.len()))
}

const fn is_digit(c: char) -> bool {
    c.is_ascii_hexdigit() || matches!(c, '\'' | '"')
}

/// `'MQTT'`: where its inside stands, and where it ends.
fn string(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let rest = scan::head(text.get(at..)?, NEAR);
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let body = rest.get(1..)?;
    let len = body.find([quote, '\n'])?;
    (len > 0 && body.get(len..)?.starts_with(quote)).then_some((
        at.saturating_add(1)..at.saturating_add(1).saturating_add(len),
        at.saturating_add(len).saturating_add(2),
    ))
}
