//! Numbers, sizes, times and foreign text, as sentences and lists show them.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;

use super::escape::escaped;

/// `1 byte`, `26 bytes`, `1,048,576 bytes`.
pub(crate) fn bytes(count: usize) -> String {
    counted(count, "byte", "bytes")
}

/// A count with its noun.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", thousands(count))
}

/// A number, with commas from 10,000 on.
pub(crate) fn thousands(number: usize) -> String {
    let digits = format!("{number}");
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::new();
    for (place, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        out.push(digit);
        if place > 0 && place.is_multiple_of(3) {
            out.push(',');
        }
    }
    out
}

/// A size for a narrow column: `64 B`, `1.5 kB`, `2 MB`. The page has one unit, a power of 1,000.
pub(crate) fn size(count: usize) -> String {
    // Tenths, rounded down: a size is never overstated.
    for (unit, tenths) in [("MB", count / 100_000), ("kB", count / 100)] {
        match (tenths / 10, tenths % 10) {
            (0, _) => {}
            (whole, 0) => return format!("{whole} {unit}"),
            (whole, tenths) => return format!("{whole}.{tenths} {unit}"),
        }
    }
    format!("{count} B")
}

/// A time: seconds up to two minutes, then days, hours, minutes and seconds: `90 s`, `1 h 30 min`.
pub(crate) fn duration(seconds: u32) -> String {
    if seconds < 120 {
        return format!("{seconds} s");
    }
    let mut out = String::new();
    let mut left = seconds;
    for (unit, one, many) in [
        (86_400, "day", "days"),
        (3600, "h", "h"),
        (60, "min", "min"),
        (1, "s", "s"),
    ] {
        let count = left.checked_div(unit).unwrap_or_default();
        left = left.checked_rem(unit).unwrap_or_default();
        if count > 0 {
            let noun = if count == 1 { one } else { many };
            let space = if out.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(out, "{space}{count} {noun}");
        }
    }
    out
}

/// `12 bytes, 9 characters`; characters only where they differ from bytes.
pub(crate) fn text_size(content: &[u8]) -> String {
    let Ok(text) = core::str::from_utf8(content) else {
        return format!("{}, not well-formed UTF-8", bytes(content.len()));
    };
    let characters = text.chars().count();
    if characters == content.len() {
        return bytes(content.len());
    }
    format!(
        "{}, {}",
        bytes(content.len()),
        counted(characters, "character", "characters")
    )
}

/// Foreign text for a line: control characters, invisible ones and bytes that are no text are
/// escaped; what is longer than about `max` characters loses its middle.
#[must_use]
pub fn shown(content: &[u8], max: usize) -> String {
    let mut out = String::new();
    let mut width = 0_usize;
    for piece in pieces(content) {
        width = width.saturating_add(piece.width());
        if width > max {
            return cut(content, max);
        }
        piece.push_to(&mut out);
    }
    out
}

/// The beginning and end of text that is too long.
fn cut(content: &[u8], max: usize) -> String {
    let room = max.saturating_sub(1);
    let tail_room = room / 2;
    let mut out = String::new();
    let mut left = room.saturating_sub(tail_room);
    for piece in pieces(content) {
        let Some(rest) = left.checked_sub(piece.width()) else {
            break;
        };
        left = rest;
        piece.push_to(&mut out);
    }
    out.push('…');
    // No character has more than four bytes: the tail is in here. It begins on a character.
    let from = content.len().saturating_sub(tail_room.saturating_mul(4));
    let window = content.get(from..).unwrap_or_default();
    let inside = window
        .iter()
        .take(3)
        .take_while(|&&byte| byte & 0xC0 == 0x80)
        .count();
    let tail: Vec<Piece> = pieces(window.get(inside..).unwrap_or_default()).collect();
    let mut left = tail_room;
    let fits = tail
        .iter()
        .rev()
        .take_while(|piece| match left.checked_sub(piece.width()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
    let skip = tail.len().saturating_sub(fits.count());
    for piece in tail.iter().skip(skip) {
        piece.push_to(&mut out);
    }
    out
}

/// A character, or a byte that is part of none.
#[derive(Clone, Copy)]
enum Piece {
    Character(char),
    Byte(u8),
}

impl Piece {
    fn push_to(self, out: &mut String) {
        match self {
            Self::Character(character) => match escaped(character) {
                Some(escape) => out.push_str(&escape),
                None => out.push(character),
            },
            Self::Byte(byte) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02X}");
            }
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Character(character) => escaped(character).map_or(1, |escape| escape.len()),
            Self::Byte(_) => 4,
        }
    }
}

fn pieces(content: &[u8]) -> impl Iterator<Item = Piece> {
    content.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(Piece::Character);
        valid.chain(chunk.invalid().iter().copied().map(Piece::Byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes() {
        for (number, text) in [
            (0, "0"),
            (9999, "9999"),
            (10_000, "10,000"),
            (268_435_455, "268,435,455"),
        ] {
            assert_eq!(thousands(number), text);
        }
        let sizes = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1536, "1.5 kB"),
            (65_535, "65.5 kB"),
            (2_000_000, "2 MB"),
        ];
        for (number, text) in sizes {
            assert_eq!(size(number), text);
        }
        assert_eq!((bytes(1), bytes(0)), ("1 byte".into(), "0 bytes".into()));
    }

    #[test]
    fn times() {
        for (seconds, text) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (3600, "1 h"),
            (5400, "1 h 30 min"),
            (86_400, "1 day"),
            (180_061, "2 days 2 h 1 min 1 s"),
            (u32::MAX, "49710 days 6 h 28 min 15 s"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn foreign_text_is_made_safe() {
        for (content, max, text) in [
            (&b"a/b"[..], 10, "a/b"),
            (b"a\nb\x1b", 20, "a\\nb\\u001B"),
            (b"a\xffb", 20, "a\\xFFb"),
            ("a\u{202E}b".as_bytes(), 20, "a\\u202Eb"),
            ("größe".as_bytes(), 5, "größe"),
            (b"0123456789", 10, "0123456789"),
            (b"0123456789x", 10, "01234…789x"),
            ("ääääääääää".as_bytes(), 5, "ää…ää"),
            (b"\xff\xff\xff\xff", 9, "\\xFF…\\xFF"),
            ("€€€€€€".as_bytes(), 1, "…"),
            (b"abc", 0, "…"),
            (b"", 0, ""),
        ] {
            assert_eq!(shown(content, max), text, "{content:?} {max}");
        }
    }

    #[test]
    fn shown_text_never_outgrows_its_room() {
        let contents: [&[u8]; 4] = [
            &[0x80; 300],
            "äöü€😀".repeat(40).as_bytes().to_vec().leak(),
            &[0; 300],
            b"plain/topic/name/that/is/long/enough/to/cut",
        ];
        for content in contents {
            for max in 1..60 {
                let width = shown(content, max).chars().count();
                assert!(width <= max, "{width} > {max}");
            }
        }
    }

    #[test]
    fn text_sizes_tell_characters_from_bytes() {
        assert_eq!(text_size(b"abc"), "3 bytes");
        assert_eq!(text_size("größe".as_bytes()), "7 bytes, 5 characters");
        assert_eq!(text_size(b"\xff"), "1 byte, not well-formed UTF-8");
    }
}
