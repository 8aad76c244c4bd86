//! Bytes with comments, as they are copied out of a source: `0x10 // CONNECT`, `0x00, 0x04, 'M', 'Q', 'T', 'T', /* name */`.

use super::Note;
use super::output::Output;
use super::plausible::{Class, class};
use super::scan::{is_blank, is_hex};

/// Bytes that must stand there at least.
const LEAST: usize = 2;

/// Reads a text that is bytes and comments and nothing else, of which at least one begins with `0x`.
pub(super) fn read(text: &str) -> Option<Output> {
    if !["//", "/*", "#"].iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let mut out = Output::default();
    let (mut at, mut comments, mut prefixed) = (0_usize, 0_usize, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        if let Some(len) = comment(rest) {
            comments = comments.saturating_add(1);
            at = at.saturating_add(len);
        } else if is_blank(first) || matches!(first, ',' | ';') {
            at = at.saturating_add(first.len_utf8());
        } else {
            let (byte, len) = byte(rest)?;
            prefixed = prefixed.saturating_add(usize::from(rest.starts_with("0x")));
            let end = at.saturating_add(len);
            out.push(byte, at..end);
            at = end;
        }
    }
    let fits = comments > 0 && prefixed > 0 && out.len() >= LEAST;
    if !fits || class(out.bytes()) == Class::Nothing {
        return None;
    }
    out.note(Note::WordsIgnored);
    Some(out)
}

/// How long the comment is that a text begins with.
fn comment(text: &str) -> Option<usize> {
    if let Some(body) = text.strip_prefix("/*") {
        return Some(body.find("*/")?.saturating_add(4));
    }
    let is_line = text.starts_with("//") || text.starts_with('#');
    is_line.then(|| text.find(['\n', '\r']).unwrap_or(text.len()))
}

/// The byte that a text begins with, and how long it stands there: a number, or a character in quotes.
fn byte(text: &str) -> Option<(u8, usize)> {
    if let Some(body) = text.strip_prefix('\'') {
        let (character, behind) = body.split_at_checked(1)?;
        let byte = *character.as_bytes().first()?;
        let is_plain = byte.is_ascii_graphic() && byte != b'\\' || byte == b' ';
        return (is_plain && behind.starts_with('\'')).then_some((byte, 3));
    }
    let is_within = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '\'' | '"');
    let len = text.find(|c| !is_within(c)).unwrap_or(text.len());
    let word = text.get(..len)?;
    let byte = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) if is_hex(digits) && digits.len() <= 2 => {
            u8::from_str_radix(digits, 16).ok()?
        }
        Some(_) => return None,
        None => word.parse().ok()?,
    };
    Some((byte, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_bytes() {
        for text in [
            "0x10 // CONNECT\n0x0C // 12 bytes\n0x00 0x04 'M' 'Q' 'T' 'T'\n0x04 // 3.1.1\n0x02\n0x00 0x3C // 60 s\n0x00 0x00",
            "0x10, /* CONNECT */ 12,\n0x00, 0x04, 'M', 'Q', 'T', 'T', // name\n4, 2,\n0, 0x3C, 0, 0,\n",
            "0x10 0x0c # CONNECT\n0x00 0x04 0x4d 0x51 0x54 0x54 # MQTT\n0x04 0x02 0x00 0x3c 0x00 0x00",
        ] {
            let out = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                out.bytes(),
                b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0",
                "{text}"
            );
            let places = (0..out.len()).filter_map(|byte| text.get(out.source().span(byte)?));
            assert!(
                places.clone().count() == 14 && places.eq(places_of(text)),
                "{text}"
            );
        }
        for text in [
            "",
            "// nothing",
            "0x10 CONNECT // 1",
            "0x10 // one",
            "c0 00 // PINGREQ",
            "0x1000 // address\n0x10",
            "0x12 0x34 /* open",
            "'long' 0x10 // a",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    /// The words of a text outside of its comments.
    fn places_of(text: &str) -> impl Iterator<Item = &str> {
        let parts = text.split("/*").flat_map(|part| part.rsplit("*/").next());
        parts
            .flat_map(str::lines)
            .filter_map(|line| line.split("//").next()?.split('#').next())
            .flat_map(|line| line.split([' ', ',']))
            .filter(|word| !word.is_empty())
    }
}
