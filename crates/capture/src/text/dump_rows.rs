//! Rows of dumps with signs that no reader knows: frames of bars, a dash or a wide gap in the middle, a column of text that
//! nothing sets apart. Each becomes a row of pairs, of the same length, so that every place stays the one in the original
//! text.

use super::firmware::{FILLER, FILLER_LEN};
use super::scan::{self, is_blank, is_hex};

/// Bytes behind which the two halves of a row are parted.
const HALF: usize = 8;

/// The most bytes of a row.
const MOST: usize = 64;

/// What `hexyl` frames its rows with, and what parts them in the middle.
const BAR: char = '│';
const MIDDLE: char = '┊';

/// The text with plain rows in place of the others; none where all are plain.
pub(super) fn plain(text: &str) -> Option<String> {
    let mut out = String::new();
    for (start, line) in scan::lines(text) {
        if let Some(plain) = row(line) {
            out.push_str(text.get(out.len()..start)?);
            out.push_str(&plain);
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// A line as a plain row, where it is one that is not.
fn row(line: &str) -> Option<String> {
    let (indent, body) = scan::trim(line);
    let is_framed = body.starts_with(BAR);
    let head = head(body);
    if is_framed && head.is_none() {
        return None;
    }
    let has_offset = head.is_some();
    let (head, rest, is_signed) = head.unwrap_or((String::new(), body, false));
    let pairs = Pairs::read(rest)?;
    let column = rest.get(pairs.end..)?;
    let shows = !has_offset && is_shown(&pairs.bytes, column);
    let is_odd = (is_signed || pairs.is_signed) && !pairs.is_wide;
    if !is_odd && !shows {
        return None;
    }
    let mut out = line.get(..indent)?.to_owned() + &head + &pairs.plain;
    if is_framed || shows {
        out.extend(core::iter::repeat_n(' ', column.len()));
    }
    out.push_str(line.get(out.len()..)?);
    Some(out)
}

/// The offset that a row begins with, with a colon behind it; what follows; whether another sign than a colon stood there.
fn head(body: &str) -> Option<(String, &str, bool)> {
    let framed = body.strip_prefix(BAR);
    let digits = framed.unwrap_or(body);
    let len = digits.find(|c: char| !c.is_ascii_hexdigit())?;
    let (digits, behind) = digits.split_at_checked(len)?;
    if !(4..=16).contains(&len) {
        return None;
    }
    if framed.is_some() {
        let rest = behind.strip_prefix(BAR)?;
        return Some((format!("   {digits}:  "), rest, true));
    }
    if let Some(rest) = behind.strip_prefix(" - ") {
        return Some((format!("{digits}:  "), rest, true));
    }
    Some((format!("{digits}:"), behind.strip_prefix(':')?, false))
}

/// The pairs that a text begins with.
struct Pairs {
    bytes: Vec<u8>,
    /// They and what stands between them, in signs that are read.
    plain: String,
    /// Where they end.
    end: usize,
    /// A dash or a bar parts their halves.
    is_signed: bool,
    /// A wide gap does.
    is_wide: bool,
}

impl Pairs {
    fn read(text: &str) -> Option<Self> {
        let (indent, _) = scan::trim(text);
        let mut read = Self {
            bytes: Vec::new(),
            plain: text.get(..indent)?.to_owned(),
            end: indent,
            is_signed: false,
            is_wide: false,
        };
        let mut at = indent;
        while let Some(byte) = text.get(at..).and_then(pair)
            && read.bytes.len() < MOST
        {
            read.plain
                .push_str(text.get(read.plain.len()..at.saturating_add(2))?);
            read.bytes.push(byte);
            read.end = at.saturating_add(2);
            let behind = text.get(read.end..)?;
            let len = behind.find(|c: char| !(is_blank(c) || matches!(c, '-' | MIDDLE)));
            let gap = behind.get(..len.unwrap_or(behind.len()))?;
            at = read.end.saturating_add(gap.len());
            if text.get(at..).and_then(pair).is_none() {
                break;
            }
            let is_half = read.bytes.len().is_multiple_of(HALF);
            match (gap.trim_matches(is_blank), gap.chars().count()) {
                ("", 1) => {}
                ("", 2) if is_half => {}
                ("", 3..=6) if is_half => {
                    read.is_wide = true;
                    read.plain.push_str(&narrow(gap.len()));
                }
                ("-" | "┊", _) if is_half => {
                    read.is_signed = true;
                    read.plain.push_str(&narrow(gap.len()));
                }
                _ => break,
            }
        }
        (!read.bytes.is_empty()).then_some(read)
    }
}

/// The byte that a text begins with, as a word of two digits.
fn pair(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| is_hex(digits))?;
    let behind = text.get(2..)?.chars().next();
    let is_word = behind.is_none_or(|c| is_blank(c) || matches!(c, '-' | BAR | MIDDLE | '|'));
    is_word.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Blanks of so many bytes, as few characters as may be.
fn narrow(len: usize) -> String {
    let mut out = FILLER.to_string().repeat(len / FILLER_LEN);
    out.push_str(match len % FILLER_LEN {
        1 => " ",
        2 => "\u{ad}",
        _ => "",
    });
    out
}

/// Whether what stands behind bytes is the column of text that shows them.
fn is_shown(bytes: &[u8], column: &str) -> bool {
    let is_frame = |c: char| is_blank(c) || matches!(c, '|' | BAR);
    let body = column.trim_matches(is_frame);
    let chars: Vec<char> = column.chars().take(MOST.saturating_mul(3)).collect();
    let Some(first) = chars.iter().position(|c| !is_frame(*c)) else {
        return false;
    };
    // Dots may say that bytes are left out, and pairs are bytes.
    let is_cut = bytes.len() <= 3 && matches!(body, "..." | "…");
    if is_cut || scan::words(body).all(|(_, word)| word.len() == 2 && is_hex(word)) {
        return false;
    }
    let shows = |byte: u8, c: char| match byte {
        b' ' => c == ' ' || c == '.',
        b'!'..=b'~' => c == char::from(byte),
        _ => !c.is_ascii_alphanumeric(),
    };
    // Where the column begins, a blank may be the first byte.
    (first.saturating_sub(bytes.len())..=first).any(|begin| {
        let before = chars.get(..begin).unwrap_or_default();
        let is_apart = before.len() >= 2 || before.ends_with(&['|']) || before.ends_with(&[BAR]);
        let rest = chars.get(begin..).unwrap_or_default();
        let mut shown = rest.iter().copied().chain(core::iter::repeat(' '));
        is_apart
            && before.iter().all(|c| is_frame(*c))
            && bytes
                .iter()
                .all(|byte| shown.next().is_some_and(|c| shows(*byte, c)))
            && rest.iter().skip(bytes.len()).all(|c| is_frame(*c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows without what is not seen.
    fn squeezed(text: &str) -> Vec<String> {
        let is_filler = |c: char| matches!(c, FILLER | '\u{ad}');
        let lines = text.lines().map(|line| line.replace(is_filler, " "));
        lines
            .map(|line| {
                scan::words(&line)
                    .map(|(_, word)| word)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn rows_become_plain_in_their_places() {
        for (text, wanted) in [
            (
                "│00000010│ 76 31 20 02 00 00 41 42 ┊ 43                      │v1 •⋄⋄AB┊C       │",
                "00000010: 76 31 20 02 00 00 41 42 43",
            ),
            (
                "│00000000│ 20 02 00 05   ┊      │ •⋄•    ┊        │",
                "00000000: 20 02 00 05",
            ),
            (
                "0000 - 10 10 00 04 4d 51 54 54-04 02   ....MQTT..",
                "0000: 10 10 00 04 4d 51 54 54 04 02 ....MQTT..",
            ),
            (
                " 0000: 10 10 00 04 4d 51 54 54 - 04 02 | ....MQTT..",
                "0000: 10 10 00 04 4d 51 54 54 04 02 | ....MQTT..",
            ),
            (
                "  10 10 00 04 4d 51 54 54    04 02    ....MQTT..   ",
                "10 10 00 04 4d 51 54 54 04 02",
            ),
            (" 76 31                    v1", "76 31"),
            (" 20 02 00 05                 ...  ", "20 02 00 05"),
        ] {
            let plain = plain(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(plain.len(), text.len(), "{text}");
            assert_eq!(squeezed(&plain), [wanted], "{text}");
            for (at, word) in scan::words(&plain) {
                let word = word.trim_end_matches(':');
                let own = text.get(at..at.saturating_add(word.len()));
                assert!(own == Some(word) || !is_hex(word), "{text}: {word}");
            }
        }
    }

    #[test]
    fn other_lines_stay() {
        for text in [
            "",
            "c0 00",
            "20 02 00   ...",
            "30 31  01",
            "40 02 00 01 40 02 00 02    d0 00",
            "10-10-00-04",
            "20 02 00 05  refused",
            "76 31   v2",
            "00000010  76 31  |v1|",
            "│ Byte │ Value │",
            "1234 - 5 of 6",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
