//! Byte literals of programming languages: lists of numbers, strings, and calls that decode a string.
//!
//! All languages share one reader, since people paste fragments: whatever stands around the
//! literals (declarations, assignments, a log's words) is passed over.

use core::iter::Peekable;
use core::ops::Range;

use super::error::Fault;
use super::escape::{self, Escapes};
use super::output::Output;
use super::scan::Quote;
use super::token::{Token, Tokens};
use super::{Format, Side, TextErrorKind, base64, hex, scan};

/// What a call makes of the string it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    Hex,
    Base64,
}

/// Calls that turn hex or base64 into bytes. A needle that begins with a comma comes after the string.
const CALLS: [(&str, Inner); 20] = [
    ("fromhex(", Inner::Hex),
    ("unhexlify(", Inner::Hex),
    ("fromHex(", Inner::Hex),
    ("parseHex(", Inner::Hex),
    ("FromHexString(", Inner::Hex),
    ("DecodeString(", Inner::Hex),
    ("hex::decode(", Inner::Hex),
    ("hex!(", Inner::Hex),
    (", 'hex')", Inner::Hex),
    (",'hex')", Inner::Hex),
    (", \"hex\")", Inner::Hex),
    (",\"hex\")", Inner::Hex),
    ("b64decode(", Inner::Base64),
    ("atob(", Inner::Base64),
    ("fromBase64(", Inner::Base64),
    ("FromBase64String(", Inner::Base64),
    (", 'base64')", Inner::Base64),
    (",'base64')", Inner::Base64),
    (", \"base64\")", Inner::Base64),
    (",\"base64\")", Inner::Base64),
];

/// Finds a call that decodes a string, and where the search for the string begins.
pub(super) fn find_call(text: &str) -> Option<(usize, Inner)> {
    let head = scan::head(text, 4096);
    let tail = scan::tail(text, 256);
    CALLS
        .iter()
        .find_map(|(needle, inner)| match head.find(needle) {
            Some(at) if !needle.starts_with(',') => Some((at.saturating_add(needle.len()), *inner)),
            None if !(needle.starts_with(',') && tail.contains(needle)) => None,
            _ => Some((0, *inner)),
        })
}

pub(super) fn decode(out: &mut Output, text: &str, language: Format) -> Result<(), Fault> {
    if let Some((at, inner)) = find_call(text) {
        return call(out, text, at, inner, language);
    }
    // Bytes that are marked as such are not in a list of numbers; in Rust b'M' is a number.
    let marked = |token| match token {
        Token::Quoted {
            bytes: true, quote, ..
        } => language == Format::PythonLiteral || quote == Quote::Double,
        _ => false,
    };
    if matches!(language, Format::PythonLiteral | Format::RustLiteral)
        && Tokens::new(text, 0, language, true).any(marked)
    {
        return strings(out, text, language);
    }
    match group_sign(text, language) {
        Some(sign) => lists(out, text, sign, language),
        None if language == Format::NumberList => elements(
            out,
            text,
            &mut Tokens::new(text, 0, language, false).peekable(),
            None,
            language,
        ),
        None => strings(out, text, language),
    }
}

fn call(
    out: &mut Output,
    text: &str,
    at: usize,
    inner: Inner,
    language: Format,
) -> Result<(), Fault> {
    let mut begun = false;
    for token in Tokens::new(text, at, language, false) {
        match token {
            Token::Quoted {
                body, closed: true, ..
            } => {
                begun = true;
                match inner {
                    Inner::Hex => hex::decode(out, text, body)?,
                    Inner::Base64 => base64::decode(out, text, body)?,
                }
            }
            Token::Quoted { span, .. } => {
                return Err(Fault::over(span, TextErrorKind::Unterminated));
            }
            // Strings side by side are one; what follows the first comma is the call's business.
            _ if begun => break,
            _ => {}
        }
    }
    Ok(())
}

/// Every string of the text in order, or only those marked as bytes if there are such.
fn strings(out: &mut Output, text: &str, language: Format) -> Result<(), Fault> {
    let marked = matches!(language, Format::RustLiteral | Format::PythonLiteral)
        && Tokens::new(text, 0, language, true).any(|token| matches!(token, Token::Quoted { .. }));
    let escapes = Escapes::of(language);
    let mut adjacent = false;
    let is_shortened = text.contains("<repeats ");
    for token in Tokens::new(text, 0, language, marked) {
        let Token::Quoted {
            span,
            body,
            raw,
            closed,
            ..
        } = token
        else {
            // A backslash only continues the line; gdb says how often a character stands there, and goes on behind a comma.
            let goes_on = match token {
                Token::Sign(_, '\\') => true,
                Token::Sign(at, '<') => out.repeat_last(text, at).is_some(),
                _ => is_shortened,
            };
            adjacent &= goes_on;
            continue;
        };
        if !closed {
            return Err(Fault::over(span, TextErrorKind::Unterminated));
        }
        if !adjacent {
            out.begin_part(None);
        }
        adjacent = true;
        if raw {
            for (i, c) in text.get(body.clone()).unwrap_or_default().char_indices() {
                out.push_char(
                    c,
                    body.start.saturating_add(i)
                        ..body.start.saturating_add(i).saturating_add(c.len_utf8()),
                );
            }
        } else {
            escape::decode(out, text, body, escapes)?;
        }
    }
    Ok(())
}

/// Whether the next tokens begin a list of bytes: a number, a character, or a cast before one.
fn begins_list(tokens: &Peekable<Tokens<'_>>, text: &str, language: Format) -> bool {
    let mut ahead = tokens.clone();
    match ahead.next() {
        Some(Token::Word(word)) if is_number(text, &word) => match ahead.next() {
            // `[12:00]` is a time and `[0; 4]` says how often.
            Some(Token::Sign(_, sign)) => matches!(sign, ',' | '}' | ']' | ')' | '-'),
            Some(Token::Word(next)) => {
                is_number(text, &next) || text.get(next).is_some_and(is_type_name)
            }
            next => next.is_none(),
        },
        Some(Token::Quoted {
            quote: Quote::Single,
            ..
        }) => has_chars(language),
        Some(Token::Sign(_, '-')) => {
            matches!(ahead.next(), Some(Token::Word(word)) if is_number(text, &word))
        }
        Some(Token::Sign(_, '(')) => {
            matches!(ahead.next(), Some(Token::Word(word)) if text.get(word.clone()).is_some_and(is_type_name))
        }
        _ => false,
    }
}

fn is_number(text: &str, word: &Range<usize>) -> bool {
    text.get(word.clone())
        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether single quotes hold one character rather than a string.
fn has_chars(language: Format) -> bool {
    !matches!(language, Format::PythonLiteral | Format::JsLiteral)
}

/// The brackets that this text keeps its numbers in: braces before square before round.
pub(super) fn group_sign(text: &str, language: Format) -> Option<char> {
    let mut tokens = Tokens::new(text, 0, language, false).peekable();
    let mut best = None;
    let mut word_end = 0;
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(range) => word_end = range.end,
            Token::Sign(at, sign)
                if opens_list(sign, at, word_end) && begins_list(&tokens, text, language) =>
            {
                let rank = |sign: char| "([{".find(sign);
                if best.is_none_or(|best| rank(best) < rank(sign)) {
                    best = Some(sign);
                }
                if sign == '{' {
                    break;
                }
            }
            _ => {}
        }
    }
    best
}

/// Whether a bracket may hold a list. In `name[4]` it holds a length.
fn opens_list(sign: char, at: usize, word_end: usize) -> bool {
    matches!(sign, '{' | '(') || sign == '[' && (word_end != at || at == 0)
}

fn lists(out: &mut Output, text: &str, sign: char, language: Format) -> Result<(), Fault> {
    let close = match sign {
        '{' => '}',
        '[' => ']',
        _ => ')',
    };
    let mut tokens = Tokens::new(text, 0, language, false).peekable();
    let mut word_end = 0;
    let mut side = None;
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(range) => {
                word_end = range.end;
                // Wireshark names the arrays of a followed stream peer0_0, peer1_0 and so on.
                side = match text.get(range) {
                    Some(name) if name.starts_with("peer0_") => Some(Side::First),
                    Some(name) if name.starts_with("peer1_") => Some(Side::Second),
                    _ => side,
                };
            }
            Token::Sign(at, c)
                if c == sign
                    && opens_list(c, at, word_end)
                    && begins_list(&tokens, text, language) =>
            {
                out.begin_part(side);
                elements(out, text, &mut tokens, Some(close), language)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads numbers and characters up to the closing bracket, or to the end.
fn elements(
    out: &mut Output,
    text: &str,
    tokens: &mut Peekable<Tokens<'_>>,
    close: Option<char>,
    language: Format,
) -> Result<(), Fault> {
    let mut minus: Option<usize> = None;
    for token in tokens {
        match token {
            Token::Sign(_, c) if Some(c) == close => return Ok(()),
            Token::Sign(at, '-') => minus = Some(at),
            Token::Sign(_, ',' | '(' | ')' | '[' | ']' | '{' | '}') => {}
            Token::Sign(at, c) => {
                return Err(Fault::over(
                    at..at.saturating_add(c.len_utf8()),
                    TextErrorKind::NotANumber,
                ));
            }
            Token::Word(range) => {
                let word = text.get(range.clone()).unwrap_or_default();
                let span = minus.take().unwrap_or(range.start)..range.end;
                if is_number(text, &range) {
                    let negative = span.start != range.start;
                    let value = number(word, language).ok_or(TextErrorKind::NotANumber);
                    let value = value
                        .and_then(|value| byte(value, negative).ok_or(TextErrorKind::OutOfRange));
                    out.push(value.map_err(|kind| Fault::over(span.clone(), kind))?, span);
                } else if !is_type_name(word) {
                    return Err(Fault::over(range, TextErrorKind::NotANumber));
                }
            }
            Token::Quoted {
                span,
                closed: false,
                ..
            } => {
                return Err(Fault::over(span, TextErrorKind::Unterminated));
            }
            Token::Quoted {
                span,
                body,
                quote: Quote::Single,
                ..
            } if has_chars(language) => {
                let before = out.len();
                escape::decode(out, text, body, Escapes::of(language))?;
                if out.len() == before {
                    return Err(Fault::over(span, TextErrorKind::NotANumber));
                }
            }
            Token::Quoted { span, .. } => return Err(Fault::over(span, TextErrorKind::NotANumber)),
        }
    }
    Ok(())
}

/// Words that may stand beside a number: casts and types.
fn is_type_name(word: &str) -> bool {
    [
        "as", "byte", "sbyte", "char", "unsigned", "signed", "u8", "i8", "uint8", "int8",
        "uint8_t", "int8_t", "BYTE",
    ]
    .contains(&word)
}

/// The value of `12`, `0x0c`, `0b1100`, `0o14`, `0x0cu8`, `1_2`.
fn number(word: &str, language: Format) -> Option<u32> {
    let lower = word.to_ascii_lowercase();
    let (digits, radix) = if let Some(hex) = lower.strip_prefix("0x") {
        (hex, 16)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (binary, 2)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        (octal, 8)
    } else {
        let leading_zero = matches!(
            language,
            Format::CLiteral | Format::GoLiteral | Format::JavaLiteral
        ) && lower.len() > 1
            && lower.starts_with('0')
            && lower.bytes().all(|b| matches!(b, b'0'..=b'7'));
        (lower.as_str(), if leading_zero { 8 } else { 10 })
    };
    // Suffixes of type begin with a letter that is no digit in any radix: u8, UL, i8.
    let digits = digits.split(['u', 'l', 'i', 'n']).next()?.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    // Digits only, so what does not parse is too large.
    Some(u32::from_str_radix(&digits, radix).unwrap_or(u32::MAX))
}

fn byte(value: u32, negative: bool) -> Option<u8> {
    if negative {
        let value = i8::try_from(i64::from(value).saturating_neg()).ok()?;
        return Some(value.cast_unsigned());
    }
    u8::try_from(value).ok()
}

/// The one string that a text consists of, without its quotes.
pub(super) fn sole_string(text: &str) -> Option<Range<usize>> {
    let mut tokens = Tokens::new(text, 0, Format::JsLiteral, false);
    let Some(Token::Quoted {
        body,
        closed: true,
        bytes: false,
        ..
    }) = tokens.next()
    else {
        return None;
    };
    tokens.next().is_none().then_some(body)
}
