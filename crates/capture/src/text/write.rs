//! Bytes as text, for the clipboard.

use core::fmt::Write as _;

use base64::engine::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// `10 0c 00 04`, on one line.
    Hex,
    /// `100c0004`, on one line.
    HexStream,
    /// As `hexdump -C` prints, without `*` lines.
    HexDump,
    /// Base64 with padding, on one line.
    Base64,
    /// Base64 for addresses, without padding.
    Base64Url,
    /// A C array with its declaration.
    CArray,
    /// A Rust byte string: `b"\x10\x0c"`.
    RustLiteral,
    /// Python bytes: `b'\x10\x0c'`.
    PythonLiteral,
    /// `new Uint8Array([0x10, 0x0c])`.
    JsArray,
    /// `[]byte{0x10, 0x0c}`.
    GoSlice,
}

impl Style {
    /// Every style, in the order in which a menu may list them.
    pub const ALL: [Self; 10] = [
        Self::Hex,
        Self::HexStream,
        Self::HexDump,
        Self::Base64,
        Self::Base64Url,
        Self::CArray,
        Self::RustLiteral,
        Self::PythonLiteral,
        Self::JsArray,
        Self::GoSlice,
    ];

    /// A label for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::HexStream => "hex stream",
            Self::HexDump => "hex dump",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::CArray => "C array",
            Self::RustLiteral => "Rust literal",
            Self::PythonLiteral => "Python literal",
            Self::JsArray => "JavaScript array",
            Self::GoSlice => "Go slice",
        }
    }
}

/// Writes bytes in a style that [`decode`](super::decode) reads back.
#[must_use]
pub fn write(bytes: &[u8], style: Style) -> String {
    match style {
        Style::Hex => join(bytes, "", " ", usize::MAX),
        Style::HexStream => join(bytes, "", "", usize::MAX),
        Style::HexDump => dump(bytes),
        Style::Base64 => STANDARD.encode(bytes),
        Style::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        Style::CArray => {
            let len = bytes.len();
            format!(
                "const uint8_t packet[{len}] = {{\n    {}\n}};",
                join(bytes, "0x", ", ", 12)
            )
        }
        Style::RustLiteral => quoted(bytes, '"'),
        Style::PythonLiteral => quoted(bytes, '\''),
        Style::JsArray => format!("new Uint8Array([{}])", join(bytes, "0x", ", ", usize::MAX)),
        Style::GoSlice => format!("[]byte{{{}}}", join(bytes, "0x", ", ", usize::MAX)),
    }
}

/// Pairs of hex digits; lines of so many bytes, indented by four.
fn join(bytes: &[u8], prefix: &str, separator: &str, per_line: usize) -> String {
    let each = prefix
        .len()
        .saturating_add(separator.len())
        .saturating_add(2);
    let mut text = String::with_capacity(bytes.len().saturating_mul(each));
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 && i.checked_rem(per_line) == Some(0) {
            text.push_str(separator.trim_end());
            text.push_str("\n    ");
        } else if i > 0 {
            text.push_str(separator);
        }
        text.push_str(prefix);
        push_hex(&mut text, *byte);
    }
    text
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0x0f] {
        text.extend(char::from_digit(digit.into(), 16));
    }
}

/// A byte string as Rust and Python both read it.
fn quoted(bytes: &[u8], quote: char) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(4).saturating_add(3));
    text.push('b');
    text.push(quote);
    for byte in bytes {
        match *byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            printable @ b' '..=b'~' => {
                if char::from(printable) == quote {
                    text.push('\\');
                }
                text.push(char::from(printable));
            }
            byte => {
                text.push_str("\\x");
                push_hex(&mut text, byte);
            }
        }
    }
    text.push(quote);
    text
}

fn dump(bytes: &[u8]) -> String {
    // A line is 79 characters long.
    let mut text = String::with_capacity((bytes.len() / 16).saturating_add(2).saturating_mul(79));
    for (line, row) in bytes.chunks(16).enumerate() {
        push_offset(&mut text, line.saturating_mul(16));
        for n in 0..16 {
            text.push_str(if n % 8 == 0 { "  " } else { " " });
            match row.get(n) {
                Some(byte) => push_hex(&mut text, *byte),
                None => text.push_str("  "),
            }
        }
        text.push_str("  |");
        text.extend(row.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        }));
        text.push_str("|\n");
    }
    push_offset(&mut text, bytes.len());
    text
}

fn push_offset(text: &mut String, offset: usize) {
    // Writing into a String cannot fail.
    let _ = write!(text, "{offset:08x}");
}
