//! Lists of strings with one byte each: `['0x30', '0x7']`, as `print([hex(x) for x in packet])` writes
//! them. They are one stretch, not one for each string.

use core::ops::Range;

use super::super::output::Output;
use super::super::scan::{self, is_blank, is_hex, quote};
use super::super::{Format, short};
use super::{Island, Strength};

/// One string of the list: where its digits stand with their `0x`, and the digits.
type Item<'a> = (Range<usize>, &'a str);

/// Reads the list whose bracket opens at `at`.
pub(super) fn read(text: &str, at: usize) -> Option<Island> {
    let (open, behind) = first(text.get(at..)?)?;
    let close = match open {
        '[' => ']',
        '{' => '}',
        '(' => ')',
        _ => return None,
    };
    let (items, place) = items(text, text.len().saturating_sub(behind.len()));
    let rest = text.get(place..)?.trim_start_matches(is_blank);
    let (_, behind) = first(rest).filter(|(sign, _)| *sign == close)?;
    island(&items, at..text.len().saturating_sub(behind.len()))
}

/// Reads the list without brackets that begins at `at`; from its middle on it is none.
pub(super) fn bare(text: &str, at: usize) -> Option<Island> {
    let before = scan::tail(text.get(..at)?, 16).trim_end_matches(is_blank);
    if before.ends_with(',') {
        return None;
    }
    let (items, _) = items(text, at);
    let end = items.last()?.0.end;
    let (_, behind) = first(text.get(end..)?)?;
    (items.len() >= 4).then_some(())?;
    island(&items, at..text.len().saturating_sub(behind.len()))
}

/// The strings from `at` on, and where they end.
fn items(text: &str, at: usize) -> (Vec<Item<'_>>, usize) {
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut place = at;
    loop {
        let rest = text.get(place..).unwrap_or_default();
        let rest = rest.trim_start_matches(is_blank);
        let Some((range, digits, next)) = item(text, text.len().saturating_sub(rest.len())) else {
            return (items, place);
        };
        items.push((range, digits));
        let behind = text.get(next..).unwrap_or_default();
        // Strings side by side are one string.
        let Some(behind) = behind.trim_start_matches(is_blank).strip_prefix(',') else {
            return (items, next);
        };
        place = text.len().saturating_sub(behind.len());
    }
}

fn island(items: &[Item<'_>], range: Range<usize>) -> Option<Island> {
    let (out, format) = bytes(items)?;
    let strength = match items.len() {
        0..=3 => Strength::Weak,
        4..=7 => Strength::Ordinary,
        _ => Strength::Strong,
    };
    Some(Island::new(range, format, strength, out))
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    Some((chars.next()?, chars.as_str()))
}

/// The string at `at`, and where it ends.
fn item(text: &str, at: usize) -> Option<(Range<usize>, &str, usize)> {
    let (sign, behind) = first(text.get(at..)?)?;
    let kind = quote(sign)?;
    let start = text.len().saturating_sub(behind.len());
    let len = scan::head(behind, 8).find(|c| quote(c) == Some(kind))?;
    let word = behind.get(..len)?;
    let bare = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    let digits = bare.unwrap_or(word);
    if !is_hex(digits) || digits.len() > 3 {
        return None;
    }
    let (_, rest) = first(behind.get(len..)?)?;
    Some((
        start..start.saturating_add(len),
        digits,
        text.len().saturating_sub(rest.len()),
    ))
}

/// The bytes of the strings: all of them with `0x`, or none.
fn bytes(items: &[Item<'_>]) -> Option<(Output, Format)> {
    let prefixed = items
        .iter()
        .filter(|(range, digits)| digits.len() < range.len())
        .count();
    let pairs = items.iter().all(|(_, digits)| digits.len() == 2);
    if prefixed == 0 && !pairs {
        let groups: Vec<_> = items
            .iter()
            .map(|(range, digits)| (range.start, *digits))
            .collect();
        return short::either(&groups).map(|(format, out)| (out, format));
    }
    if items.len() < 2 || prefixed != items.len() && !(prefixed == 0 && pairs) {
        return None;
    }
    let mut out = Output::default();
    for (range, digits) in items {
        out.push(u8::from_str_radix(digits, 16).ok()?, range.clone());
    }
    Some((out, Format::Hex))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Turns, read};

    fn bytes(text: &str) -> Vec<u8> {
        let reading = read(text, None, Turns::Marked);
        reading
            .map(|reading| reading.decoded.bytes)
            .unwrap_or_default()
    }

    #[test]
    fn a_printed_list_of_strings_gives_all_its_bytes() {
        let first = b"\x30\x07\x00\x03a/bhh";
        let second = b"\x30\x06\x00\x00hiii";
        let list = "['0x30', '0x07', '0x00', '0x03', '0x61', '0x2f', '0x62', '0x68', '0x68']";
        assert_eq!(bytes(list), first);
        assert_eq!(bytes(&list.replace(", ", ",\n  ")), first);
        assert_eq!(bytes(&list.replace("0x0", "0x").replace('\'', "\"")), first);
        assert_eq!(bytes(&format!("packet {list} was sent")), first);
        assert_eq!(
            bytes(&format!("packet {} was sent", list.replace("0x", ""))),
            first
        );
        let list = "['0x30','0x06','0x00','0x00','0x68','0x69','0x69','0x69']";
        assert_eq!(bytes(list), second);
        assert_eq!(bytes(&format!("sent packet {list} to broker")), second);
        // Of no list, too.
        let line = "'0x30', '0x06', '0x00', '0x00', '0x68', '0x69', '0x69', '0x69'";
        assert_eq!(bytes(&format!("got {line}")), second);
    }

    #[test]
    fn strings_that_are_no_bytes_stay_words() {
        for text in ["print(['0x68', '0x68'])", "call('10', name)"] {
            assert_eq!(bytes(text), b"", "{text}");
        }
    }
}
