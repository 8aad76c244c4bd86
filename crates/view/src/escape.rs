//! Bytes as a person reads and types them: text as it is, everything else escaped.
//!
//! `\\` is a backslash; `\0 \t \n \r` are what they are elsewhere; `\xFF` is one byte, whatever it
//! does to the text around it; `\uD800` and `\u{1F600}` are the bytes that UTF-8 would write for a
//! code point, surrogates included, so that wrong text can be made on purpose.

use std::borrow::Cow;
use std::fmt;

use mqttscope_wire::explain::escaped;

/// A backslash that begins nothing known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EscapeError {
    /// Where the backslash stands, counted in characters from 0.
    pub at: usize,
}

impl fmt::Display for EscapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the backslash at character {} begins no escape; there are \\\\ \\0 \\t \\n \\r \\xFF \\u0000 \\u{{1F600}}",
            self.at.saturating_add(1)
        )
    }
}

impl std::error::Error for EscapeError {}

/// Writes bytes so that [`unescape`] gives them back and nothing in them can break a line or hide.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push_str("\\\\"),
                _ => push_char(&mut out, character),
            }
        }
        for byte in chunk.invalid() {
            push_byte(&mut out, *byte);
        }
    }
    out
}

/// At most `limit` characters of bytes for a person to look at, with an ellipsis when there are more. What cannot be
/// seen or is no text is escaped; it is not to be typed back: a backslash stays one.
#[must_use]
pub fn escape_start(bytes: &[u8], limit: usize) -> String {
    // A character has at most four bytes; what is cut within one is shown escaped and dropped.
    let start = bytes
        .get(..limit.saturating_mul(4).min(bytes.len()))
        .unwrap_or_default();
    let mut out = String::new();
    let mut left = limit;
    for chunk in start.utf8_chunks() {
        for character in chunk.valid().chars() {
            if left == 0 {
                out.push('…');
                return out;
            }
            push_char(&mut out, character);
            left = left.saturating_sub(1);
        }
        for byte in chunk.invalid() {
            if left == 0 {
                out.push('…');
                return out;
            }
            push_byte(&mut out, *byte);
            left = left.saturating_sub(1);
        }
    }
    if start.len() < bytes.len() {
        out.push('…');
    }
    out
}

/// Text for a person to look at, with [`escaped`] what cannot be seen or would move other text about. It
/// is not to be typed back: a backslash stays one.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| escaped(character).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push_char(&mut out, character);
    }
    Cow::Owned(out)
}

fn push_char(out: &mut String, character: char) {
    match escaped(character) {
        Some(escape) => out.push_str(&escape),
        None => out.push(character),
    }
}

fn push_byte(out: &mut String, byte: u8) {
    out.push_str(&format!("\\x{byte:02X}"));
}

/// What was typed, as bytes.
///
/// # Errors
/// A backslash that begins no escape.
pub fn unescape(typed: &str) -> Result<Vec<u8>, EscapeError> {
    let mut out = Vec::with_capacity(typed.len());
    let mut rest = typed.chars();
    let mut at = 0_usize;
    while let Some(character) = rest.next() {
        if character == '\\' {
            let error = EscapeError { at };
            let before = rest.as_str().chars().count();
            one(&mut rest, &mut out).ok_or(error)?;
            at = at.saturating_add(before.saturating_sub(rest.as_str().chars().count()));
        } else {
            let mut buffer = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        at = at.saturating_add(1);
    }
    Ok(out)
}

/// What stands behind one backslash.
fn one(rest: &mut std::str::Chars<'_>, out: &mut Vec<u8>) -> Option<()> {
    match rest.next()? {
        '\\' => out.push(b'\\'),
        '"' => out.push(b'"'),
        '0' => out.push(0),
        't' => out.push(b'\t'),
        'n' => out.push(b'\n'),
        'r' => out.push(b'\r'),
        'x' => out.push(u8::try_from(digits(rest, 2)?).ok()?),
        'u' => {
            let code = if rest.as_str().starts_with('{') {
                rest.next();
                let (number, behind) = rest.as_str().split_once('}')?;
                if number.is_empty()
                    || number.len() > 6
                    || !number.bytes().all(|b| b.is_ascii_hexdigit())
                {
                    return None;
                }
                *rest = behind.chars();
                u32::from_str_radix(number, 16).ok()?
            } else {
                digits(rest, 4)?
            };
            push_code_point(code, out)?;
        }
        _ => return None,
    }
    Some(())
}

fn digits(rest: &mut std::str::Chars<'_>, count: usize) -> Option<u32> {
    let number = rest.as_str().get(..count)?;
    if !number.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    *rest = rest.as_str().get(count..)?.chars();
    u32::from_str_radix(number, 16).ok()
}

/// UTF-8 by its arithmetic alone: surrogates become the three bytes they must not become.
#[expect(clippy::cast_possible_truncation, reason = "six bits are kept of each")]
fn push_code_point(code: u32, out: &mut Vec<u8>) -> Option<()> {
    let tail = |shift: u32| 0x80 | ((code >> shift) & 0x3f) as u8;
    match code {
        0..=0x7f => out.push(code as u8),
        0x80..=0x7ff => out.extend([0xc0 | (code >> 6) as u8, tail(0)]),
        0x800..=0xffff => out.extend([0xe0 | (code >> 12) as u8, tail(6), tail(0)]),
        0x1_0000..=0x10_ffff => out.extend([0xf0 | (code >> 18) as u8, tail(12), tail(6), tail(0)]),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_in_and_out() {
        let table: &[(&str, &[u8])] = &[
            ("site/a", b"site/a"),
            ("grün", "grün".as_bytes()),
            ("a\\\\b", b"a\\b"),
            ("\\0\\t\\n\\r", b"\0\t\n\r"),
            ("\\xFFx", b"\xffx"),
            ("\\u200E", "\u{200e}".as_bytes()),
            ("😀", "😀".as_bytes()),
        ];
        for (typed, bytes) in table {
            assert_eq!(unescape(typed).as_deref(), Ok(*bytes), "{typed}");
            assert_eq!(escape(bytes), *typed);
        }
        assert_eq!(unescape("\\uD800"), Ok(vec![0xed, 0xa0, 0x80]));
        assert_eq!(unescape("\\u{1F600}"), Ok("😀".as_bytes().to_vec()));
        assert_eq!(unescape("\\u0000"), Ok(vec![0]));
        assert_eq!(escape(&[0xed, 0xa0, 0x80]), "\\xED\\xA0\\x80");
    }

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        assert_eq!(visible("a/b \\ 😀"), "a/b \\ 😀");
        assert_eq!(visible("x\u{202e}y\u{200b}\n"), "x\\u202Ey\\u200B\\n");
    }

    #[test]
    fn wrong_escapes_say_where() {
        for (typed, at) in [
            ("a\\", 1),
            ("\\q", 0),
            ("é\\x4", 1),
            ("\\n\\xZZ", 2),
            ("\\u12", 0),
            ("\\u{110000}", 0),
            ("\\u{}", 0),
            ("\\x+1", 0),
        ] {
            assert_eq!(unescape(typed), Err(EscapeError { at }), "{typed}");
        }
        assert!(
            unescape("ab\\q")
                .unwrap_err()
                .to_string()
                .contains("character 3")
        );
    }

    #[test]
    fn the_start_is_cut_at_a_character() {
        assert_eq!(escape_start("grün".as_bytes(), 3), "grü…");
        assert_eq!(escape_start("grün".as_bytes(), 4), "grün");
        assert_eq!(escape_start(b"\0\0", 1), "\\0…");
        assert_eq!(escape_start(b"", 0), "");
        // What it says of JSON is that JSON.
        let json = "{\"a\":\"say \\\"hi\\\" \\n é\",\"p\":\"C:\\\\x\"}";
        assert_eq!(escape_start(json.as_bytes(), 100), json);
        assert_eq!(escape_start(json.as_bytes(), 100), visible(json));
        assert_eq!(escape_start("😀😀😀".as_bytes(), 2), "😀😀…");
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(bytes: Vec<u8>) {
            prop_assert_eq!(unescape(&escape(&bytes)), Ok(bytes));
        }

        #[test]
        fn nothing_typed_panics(typed in "(\\\\|\\\\x|\\\\u|\\{|\\}|[0-9a-f]|é|.){0,40}", limit in 0..50_usize) {
            let _ = unescape(&typed);
            let start = escape_start(typed.as_bytes(), limit);
            let start = start.strip_suffix('…').unwrap_or(&start);
            prop_assert!(visible(&typed).starts_with(start));
        }
    }
}
