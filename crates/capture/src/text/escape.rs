//! Backslash escapes, in the habits of each language.

use core::ops::Range;

use super::error::Fault;
use super::output::Output;
use super::plausible::{Class, mqtt};
use super::scan::{is_blank, trim};
use super::{Format, TextErrorKind};

/// Which escapes a piece of text has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Escapes {
    /// `\012`; without it only `\0` is a number.
    octal: bool,
    /// `\u000c` and `\U0000000c`, which Python's bytes do not have.
    unicode: bool,
    /// Python keeps a backslash that begins no escape; the others call it a fault.
    keeps_unknown: bool,
    /// Rust drops the blanks that begin the line after a continued one.
    drops_indent: bool,
    /// Line ends are the work of a window's edge and no bytes.
    drops_lines: bool,
    /// Lua's numbers are decimal: `\\192`.
    decimal: bool,
    /// `echo` has three octal digits behind the zero: `\\0300`.
    echo: bool,
}

impl Escapes {
    pub(super) fn of(format: Format) -> Self {
        let python = format == Format::PythonLiteral;
        let rust = format == Format::RustLiteral;
        Self {
            octal: !rust,
            unicode: !python,
            keeps_unknown: python,
            drops_indent: rust,
            drops_lines: format == Format::EscapedString,
            decimal: format == Format::LuaLiteral,
            echo: false,
        }
    }

    /// What `echo -e` and `printf` take.
    pub(super) fn shell() -> Self {
        Self {
            keeps_unknown: true,
            echo: true,
            ..Self::of(Format::CLiteral)
        }
    }
}

/// Whether escapes of digits may be Lua's: what they are as octal digits is read, or is none.
pub(super) fn may_be_lua(text: &str, octal: Option<&[u8]>) -> bool {
    let mut pairs = text.as_bytes().windows(2);
    pairs.any(|pair| matches!(pair, [b'\\', b'0'..=b'9']))
        && octal.is_none_or(|bytes| mqtt(bytes) < Class::Framed)
}

/// Reads the text between quotes; `range` is without them.
pub(super) fn decode(
    out: &mut Output,
    text: &str,
    range: Range<usize>,
    escapes: Escapes,
) -> Result<(), Fault> {
    let mut at = range.start;
    let body = text.get(..range.end).unwrap_or_default();
    while let Some(c) = body.get(at..).and_then(|rest| rest.chars().next()) {
        let next = at.saturating_add(c.len_utf8());
        if c == '\\' {
            at = escape(out, body, at, escapes)?;
        } else {
            if !(escapes.drops_lines && matches!(c, '\n' | '\r')) {
                out.push_char(c, at..next);
            }
            at = next;
        }
    }
    Ok(())
}

/// Reads the escape whose backslash is at `at` and says where it ends.
fn escape(out: &mut Output, text: &str, at: usize, escapes: Escapes) -> Result<usize, Fault> {
    let rest = text.get(at.saturating_add(1)..).unwrap_or_default();
    let Some(kind) = rest.chars().next() else {
        return Err(Fault::over(
            at..at.saturating_add(1),
            TextErrorKind::BadEscape,
        ));
    };
    let end = at.saturating_add(1).saturating_add(kind.len_utf8());
    let bad = Fault::over(at..end, TextErrorKind::BadEscape);
    let simple = match kind {
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'a' => 0x07,
        'b' => 0x08,
        'v' => 0x0b,
        'f' => 0x0c,
        'e' => 0x1b,
        '\\' | '\'' | '"' | '`' | '/' | '?' => u8::try_from(kind).unwrap_or_default(),
        'x' | 'X' => {
            let (digits, value) = number(rest.get(1..), 16, 2);
            let span = at..end.saturating_add(digits);
            let value = u8::try_from(value).ok().filter(|_| digits > 0).ok_or(bad)?;
            out.push(value, span.clone());
            return Ok(span.end);
        }
        '0'..='9' if escapes.decimal || kind == '0' || escapes.octal && kind < '8' => {
            let most = match kind {
                _ if !escapes.octal => 1,
                '0' if escapes.echo => 4,
                _ => 3,
            };
            let radix = if escapes.decimal { 10 } else { 8 };
            let (digits, value) = number(Some(rest), radix, most);
            let span = at..at.saturating_add(1).saturating_add(digits);
            let out_of_range = Fault::over(span.clone(), TextErrorKind::OutOfRange);
            out.push(u8::try_from(value).map_err(|_| out_of_range)?, span.clone());
            return Ok(span.end);
        }
        'u' | 'U' if escapes.unicode => return unicode(out, text, at, kind).ok_or(bad),
        '\n' | '\r' => return Ok(continued(text, end, escapes)),
        _ if escapes.keeps_unknown => {
            out.push(b'\\', at..at.saturating_add(1));
            return Ok(at.saturating_add(1));
        }
        _ => return Err(bad),
    };
    out.push(simple, at..end);
    Ok(end)
}

/// The end of a line that a backslash continues on the next.
fn continued(text: &str, mut end: usize, escapes: Escapes) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    if text.get(..end).is_some_and(|t| t.ends_with('\r')) && rest.starts_with('\n') {
        end = end.saturating_add(1);
    }
    let rest = text.get(end..).unwrap_or_default();
    if escapes.drops_indent {
        end.saturating_add(rest.len())
            .saturating_sub(rest.trim_start().len())
    } else {
        end
    }
}

/// The number that up to `most` digits make, and how many there are.
fn number(text: Option<&str>, radix: u32, most: usize) -> (usize, u32) {
    let digits = text
        .unwrap_or_default()
        .chars()
        .map_while(|c| c.to_digit(radix))
        .take(most);
    digits.fold((0, 0), |(count, value), digit| {
        (
            count.saturating_add(1),
            value.saturating_mul(radix).saturating_add(digit),
        )
    })
}

/// `\u000c`, `\u{c}`, `\U0000000c`, and a pair of surrogates as JSON writes it.
fn unicode(out: &mut Output, text: &str, at: usize, kind: char) -> Option<usize> {
    let rest = text.get(at.saturating_add(2)..)?;
    if let Some(braced) = rest.strip_prefix('{') {
        let (digits, value) = number(Some(braced), 16, 6);
        let end = at.saturating_add(3).saturating_add(digits);
        let closed = text.get(end..)?.starts_with('}');
        out.push_char(
            char::from_u32(value).filter(|_| closed && digits > 0)?,
            at..end.saturating_add(1),
        );
        return Some(end.saturating_add(1));
    }
    let width = if kind == 'U' { 8 } else { 4 };
    // Eight digits may be more than a character needs but never more than 32 bits.
    let value = u32::from_str_radix(rest.get(..width)?, 16).ok()?;
    let mut end = at.saturating_add(2).saturating_add(width);
    let mut value = Some(value);
    if let Some(high @ 0xd800..=0xdbff) = value {
        let low = text.get(end..)?.strip_prefix("\\u")?.get(..4)?;
        let low = u32::from_str_radix(low, 16)
            .ok()?
            .checked_sub(0xdc00)
            .filter(|low| *low < 0x400);
        value = low.map(|low| {
            (high.saturating_sub(0xd800) << 10)
                .saturating_add(0x1_0000)
                .saturating_add(low)
        });
        end = end.saturating_add(6);
    }
    out.push_char(char::from_u32(value?)?, at..end);
    Some(end)
}

/// Reads text with escapes but no quotes. When it is nothing but escapes, blanks separate them.
pub(super) fn decode_unquoted(out: &mut Output, text: &str) -> Result<(), Fault> {
    let (start, body) = trim(text);
    let escapes = Escapes::of(Format::EscapedString);
    let parts = || body.split(is_blank).filter(|part| !part.is_empty());
    let only_escapes = parts().all(|part| part.starts_with('\\') && part.len() % 4 == 0)
        && parts()
            .flat_map(|part| part.split("\\x").skip(1))
            .all(|digits| digits.len() == 2);
    if !only_escapes {
        return decode(out, text, start..start.saturating_add(body.len()), escapes);
    }
    for part in parts() {
        let at =
            start.saturating_add((part.as_ptr() as usize).saturating_sub(body.as_ptr() as usize));
        decode(out, text, at..at.saturating_add(part.len()), escapes)?;
    }
    Ok(())
}
