//! A notation for packets that people can read and write, right ones and wrong ones.
//!
//! ```text
//! 30 | "a/b" {23 0007} 'hi'    # PUBLISH with a Topic Alias
//! c0 00                        # PINGREQ
//! ```
//!
//! Each line is a packet, or a part of one: its bytes follow those of the line before. In a line
//!
//! - digits are bytes in hexadecimal, two digits a byte, also as `0x30, 0x03`;
//! - `"…"` is a UTF-8 Encoded String (section 1.5.4): two bytes of length, then the text;
//! - `'…'` is the text alone;
//! - `{…}` is what stands in it behind its length as a Variable Byte Integer, as properties are;
//! - `|` stands behind the first byte: what follows it to the end of the line stands behind its length, as
//!   what the Remaining Length counts;
//! - `#` begins a comment.

use alloc::vec::Vec;
use core::fmt;

use crate::varint;

/// Why a text is no packet in this notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotationError {
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub fault: NotationFault,
}

/// What is wrong with a text in this notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotationFault {
    /// A character that means nothing here.
    Character(char),
    /// A byte has two digits.
    HalfByte,
    /// A quote that is not closed in its line.
    OpenText,
    /// A `{` without `}`, or a `}` without `{`.
    Brace,
    /// A second `|`, or one within braces.
    Bar,
    /// More than a length of its kind can say: 65,535 bytes of a string, 268,435,455 of a block.
    TooLong,
}

impl fmt::Display for NotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}, character {}: ", self.line, self.column)?;
        match self.fault {
            NotationFault::Character(c) => {
                write!(f, "“{}” is no hexadecimal digit.", c.escape_default())
            }
            NotationFault::HalfByte => f.write_str("a byte has two digits."),
            NotationFault::OpenText => f.write_str("this quote is not closed."),
            NotationFault::Brace => f.write_str("this brace has no partner."),
            NotationFault::Bar => f.write_str("a line has one “|” at most, outside of braces."),
            NotationFault::TooLong => f.write_str("this is longer than its length can say."),
        }
    }
}

impl core::error::Error for NotationError {}

/// The bytes that a text stands for.
///
/// # Errors
/// The first place that cannot be read.
pub fn parse(text: &str) -> Result<Vec<u8>, NotationError> {
    let mut out = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        parse_line(line, &mut out).map_err(|(column, fault)| NotationError {
            line: number,
            column,
            fault,
        })?;
    }
    Ok(out)
}

/// A block that is read: where it began, and its bytes so far.
type Open = (usize, Vec<u8>);
type Fault = (usize, NotationFault);

fn parse_line(line: &str, out: &mut Vec<u8>) -> Result<(), Fault> {
    // What stands before `|` and behind it; braces are open blocks above.
    let mut body = Vec::new();
    let mut remaining: Option<(usize, Vec<u8>)> = None;
    let mut blocks: Vec<Open> = Vec::new();
    let mut high: Option<(usize, u8)> = None;
    let mut characters = line.chars().zip(1_usize..);
    while let Some((c, column)) = characters.next() {
        if let Some((at, first)) = high.take() {
            if first == 0 && matches!(c, 'x' | 'X') {
                continue;
            }
            let low = digit(c).ok_or((at, NotationFault::HalfByte))?;
            top(&mut body, &mut remaining, &mut blocks).push(first << 4 | low);
            continue;
        }
        match c {
            '#' => break,
            '"' | '\'' => {
                let mut text = Vec::new();
                loop {
                    let (next, _) = characters.next().ok_or((column, NotationFault::OpenText))?;
                    if next == c {
                        break;
                    }
                    text.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
                }
                let top = top(&mut body, &mut remaining, &mut blocks);
                if c == '"' {
                    let len = u16::try_from(text.len());
                    let len = len.map_err(|_| (column, NotationFault::TooLong))?;
                    top.extend_from_slice(&len.to_be_bytes());
                }
                top.extend_from_slice(&text);
            }
            '{' => blocks.push((column, Vec::new())),
            '}' => {
                let (begin, block) = blocks.pop().ok_or((column, NotationFault::Brace))?;
                let top = top(&mut body, &mut remaining, &mut blocks);
                with_length(&block, top).ok_or((begin, NotationFault::TooLong))?;
            }
            '|' if remaining.is_none() && blocks.is_empty() => {
                remaining = Some((column, Vec::new()));
            }
            '|' => return Err((column, NotationFault::Bar)),
            c if c.is_whitespace() || c == ',' => {}
            c => {
                let digit = digit(c).ok_or((column, NotationFault::Character(c)))?;
                high = Some((column, digit));
            }
        }
    }
    if let Some((column, _)) = high {
        return Err((column, NotationFault::HalfByte));
    }
    if let Some((column, _)) = blocks.pop() {
        return Err((column, NotationFault::Brace));
    }
    out.append(&mut body);
    match remaining {
        Some((column, rest)) => with_length(&rest, out).ok_or((column, NotationFault::TooLong)),
        None => Ok(()),
    }
}

/// What is written to now: the innermost block, what stands behind `|`, or the line.
fn top<'a>(
    body: &'a mut Vec<u8>,
    remaining: &'a mut Option<Open>,
    blocks: &'a mut [Open],
) -> &'a mut Vec<u8> {
    match (blocks.last_mut(), remaining) {
        (Some((_, block)), _) => block,
        (None, Some((_, rest))) => rest,
        (None, None) => body,
    }
}

/// Writes bytes behind their length as a Variable Byte Integer; nothing if it cannot say it.
fn with_length(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let len = u32::try_from(bytes.len()).ok()?;
    if len > varint::MAX {
        return None;
    }
    varint::write(len, out);
    out.extend_from_slice(bytes);
    Some(())
}

fn digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString as _};

    #[test]
    fn every_part_is_read() {
        for (text, bytes) in [
            ("c0 00", &[0xc0, 0][..]),
            ("C000 # PINGREQ", &[0xc0, 0]),
            (
                "30 | \"a\" {23 0007} 'hi'",
                &[0x30, 9, 0, 1, b'a', 3, 0x23, 0, 7, b'h', b'i'],
            ),
            ("0xC0, 0x00,", &[0xc0, 0]),
            ("{{}{ff}}", &[3, 0, 1, 0xff]),
            ("30 | 'é'\n\nc0 |", &[0x30, 2, 0xc3, 0xa9, 0xc0, 0]),
            ("'#' # \"", b"#"),
            ("", &[]),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn faults_have_their_places() {
        for (text, says) in [
            ("c0 0", "Line 1, character 4: a byte has two digits."),
            ("c0 0 0", "Line 1, character 4: a byte has two digits."),
            (
                "c0\nzz",
                "Line 2, character 1: “z” is no hexadecimal digit.",
            ),
            ("30 | \"a", "Line 1, character 6: this quote is not closed."),
            ("{ 00", "Line 1, character 1: this brace has no partner."),
            ("00 }", "Line 1, character 4: this brace has no partner."),
            (
                "30 | 00 | 00",
                "Line 1, character 9: a line has one “|” at most, outside of braces.",
            ),
            (
                "{ | }",
                "Line 1, character 3: a line has one “|” at most, outside of braces.",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), says, "{text}");
        }
        let long = alloc::format!("\"{}\"", "x".repeat(65_536));
        assert_eq!(parse(&long).unwrap_err().fault, NotationFault::TooLong);
    }

    proptest::proptest! {
        #[test]
        fn hexadecimal_is_what_it_says(bytes: Vec<u8>) {
            let text: String = bytes.iter().map(|byte| alloc::format!("{byte:02x} ")).collect();
            assert_eq!(parse(&text), Ok(bytes));
        }

        #[test]
        fn no_text_panics(text in "[0-9a-f{}|\"'# \n\\PC]*") {
            let _ = parse(&text);
        }
    }
}
