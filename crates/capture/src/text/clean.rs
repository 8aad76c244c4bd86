//! What stands in a text for a terminal or a mail program and means nothing: blanked out, so that
//! every place stays the one in the original text.

use std::borrow::Cow;

use super::firmware::{narrowed, without_characters, without_numbers};
use super::notations::{in_known_digits, without_indexes};
use super::{names, scan};

/// The text with blanks in place of colour codes, quoting marks at all lines, line numbers and indexes, and in digits that
/// are read.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let mut cleaned = Cow::Borrowed(text);
    if ["\u{1b}", "^[[", "[0m"]
        .iter()
        .any(|sign| text.contains(sign))
    {
        cleaned = Cow::Owned(without_colours(text));
    }
    if let Some(quoted) = without_quoting(&cleaned) {
        cleaned = Cow::Owned(quoted);
    }
    let narrowed = |text: &str| narrowed(text).map(|(text, _)| text);
    let plain: [fn(&str) -> Option<String>; 12] = [
        |text| names::in_numbers(text).map(|(text, _)| text),
        super::dump_rows::plain,
        super::counts::without,
        super::notations::without_brackets,
        without_line_numbers,
        in_known_digits,
        without_indexes,
        without_characters,
        without_numbers,
        narrowed,
        super::routes::as_arrows,
        with_colons,
    ];
    for plain in plain {
        if let Some(plain) = plain(&cleaned) {
            cleaned = Cow::Owned(plain);
        }
    }
    cleaned
}

/// Blanks out `ESC [ 0 ; 32 m`, also where the ESC was written as `^[` or lost on the way.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '[', '^']) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let len = code(behind).unwrap_or(0);
        if len == 0 {
            let first = behind.chars().next().map_or(0, char::len_utf8);
            let (kept, more) = behind.split_at(first);
            out.push_str(if kept == "\u{1b}" { " " } else { kept });
            rest = more;
        } else {
            out.extend(core::iter::repeat_n(' ', len));
            rest = behind.get(len..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// How long the code is that a text begins with.
fn code(text: &str) -> Option<usize> {
    let bare = text
        .strip_prefix('\u{1b}')
        .or_else(|| text.strip_prefix("^["));
    let escape = bare.is_some();
    let body = bare.unwrap_or(text).strip_prefix('[')?;
    let len = body.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    let last = body.get(len..)?.chars().next()?;
    let fits = len <= 16 && (last == 'm' || escape && last.is_ascii_alphabetic());
    fits.then_some(
        text.len()
            .saturating_sub(body.len())
            .saturating_add(len)
            .saturating_add(1),
    )
}

/// Blanks out the `>` that all lines begin with, as an answer to a mail has them.
fn without_quoting(text: &str) -> Option<String> {
    let filled = || scan::lines(text).filter(|(_, line)| !scan::trim(line).1.is_empty());
    let all = filled().count() > 1 && filled().all(|(_, line)| line.trim_start().starts_with('>'));
    // `>>>` marks a side or a prompt.
    if !all || filled().any(|(_, line)| line.trim_start().starts_with(">>>")) {
        return None;
    }
    let marks = |line: &str| {
        line.find(|c: char| !matches!(c, '>' | ' '))
            .unwrap_or(line.len())
    };
    Some(blank_starts(text, marks))
}

/// Puts a colon behind the addresses that lines begin with, where pairs follow: `0x20001a40  10 0c`, `[0x20001a40] 10 0c` and
/// `0x20001a40 | 10 0c` are lines of a dump, and the address is none of its bytes.
fn with_colons(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for (start, line) in scan::lines(text) {
        let Some((begin, end)) = address(line) else {
            continue;
        };
        out.push_str(text.get(out.len()..start.saturating_add(begin))?);
        let address = line.get(begin..end)?;
        let bare = address.trim_start_matches('[');
        out.extend(core::iter::repeat_n(
            ' ',
            address.len().saturating_sub(bare.len()),
        ));
        let digits = bare.trim_end_matches([']', '|', ' ', '\t']);
        out.push_str(digits);
        out.push(':');
        let rest = bare.len().saturating_sub(digits.len()).saturating_sub(1);
        out.extend(core::iter::repeat_n(' ', rest));
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// Where an address stands that a line begins with, with what parts it from the pairs behind it.
fn address(line: &str) -> Option<(usize, usize)> {
    /// Digits of an address at least.
    const FEW: usize = 6;
    let (begin, body) = scan::trim(line);
    let bare = body.strip_prefix('[').unwrap_or(body);
    let hex = bare.strip_prefix("0x")?;
    let len = hex.find(|c: char| !c.is_ascii_hexdigit())?;
    let behind = hex.get(len..)?;
    let is_closed = bare.len() == body.len() || behind.starts_with(']');
    let rest = behind.trim_start_matches([']', '|', ' ', '\t']);
    let next = scan::words(rest).next()?.1;
    let digits = next.strip_prefix("0x").unwrap_or(next);
    let are_pairs = scan::is_hex(digits) && (next.len() == 2 || digits.len() == 2);
    let fits = (FEW..=16).contains(&len) && is_closed && are_pairs && rest.len() < behind.len();
    fits.then(|| {
        let end = body.len().saturating_sub(rest.len());
        (begin, begin.saturating_add(end))
    })
}

/// Blanks out numbers that count the lines, as editors and web pages show them.
fn without_line_numbers(text: &str) -> Option<String> {
    let number = |line: &str| -> Option<(usize, usize)> {
        let (indent, body) = scan::trim(line);
        let len = body.find(|c: char| !c.is_ascii_digit())?;
        let value = body.get(..len)?.parse().ok()?;
        let behind = body.get(len..)?;
        // One sign behind the number, and a blank; a bar of a dump's frame stays.
        let blanks = behind
            .len()
            .saturating_sub(behind.trim_start_matches(' ').len());
        let sign = behind.get(blanks..)?.chars().next()?;
        let apart = match sign {
            ':' | '.' | ')' => blanks == 0 && behind.get(1..)?.starts_with([' ', '\t']),
            '|' | '\t' => true,
            _ => false,
        };
        if !apart {
            return None;
        }
        let sign_len = blanks.saturating_add(1);
        let digits = behind.get(sign_len..)?.trim();
        // A table of bytes has such lines, too, with one number in each.
        let fits = !(digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()));
        fits.then_some((value, indent.saturating_add(len).saturating_add(sign_len)))
    };
    let mut next = None;
    let mut count = 0_u64;
    for (_, line) in scan::lines(text) {
        if scan::trim(line).1.is_empty() {
            continue;
        }
        let (value, _) = number(line)?;
        if next.is_some_and(|next| value != next) || value > 100_000 {
            return None;
        }
        next = Some(value.saturating_add(1));
        count = count.saturating_add(1);
    }
    (count >= 2).then(|| blank_starts(text, |line| number(line).map_or(0, |(_, end)| end)))
}

/// Blanks out as much of each line's beginning as `len` says.
pub(super) fn blank_starts(text: &str, len: impl Fn(&str) -> usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (start, line) in scan::lines(text) {
        // The line end before this line.
        out.push_str(text.get(out.len()..start).unwrap_or_default());
        let marks = line.floor_char_boundary(len(line));
        out.extend(core::iter::repeat_n(' ', marks));
        out.push_str(line.get(marks..).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_blank() {
        for (text, wanted) in [
            ("\u{1b}[0;32mI c0 00\u{1b}[0m", "       I c0 00    "),
            ("[0;32mI c0 00[0m", "      I c0 00   "),
            ("^[[1;31m[error] c0 00", "        [error] c0 00"),
            ("> c0 00\n> d0 00", "  c0 00\n  d0 00"),
            ("> > c0 00\n> d0 00\r\n", "    c0 00\n  d0 00\r\n"),
            ("1: c0 00\n2: d0 00", "   c0 00\n   d0 00"),
            ("  9 | c0 00\n 10 | d0 00", "      c0 00\n      d0 00"),
        ] {
            assert_eq!(clean(text), wanted);
        }
        for text in [
            "c0 00",
            "> c0\n< d0",
            ">>> c0\n>>> 00",
            "10 13\n11 00",
            "0:   16\n1:   0",
            "[16, 0]",
        ] {
            assert!(matches!(clean(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
