//! A text into words, strings and signs, each with its place.

use crate::problem::Problem;

/// Bytes of a filter.
pub(crate) const MOST_TEXT: usize = 16 << 10;

/// What stands in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name, a number, an address, anything without quotes.
    Word(&'a str),
    /// A string in quotes, its escapes resolved.
    Text(Vec<u8>),
    /// `==`, `(` and the like.
    Sign(&'static str),
}

/// A token and the bytes that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At<'a> {
    pub(crate) token: Token<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The longest first.
const SIGNS: [&str; 25] = [
    "===", "!==", "==", "!=", ">=", "<=", "&&", "||", "^^", "..", "(", ")", "[", "]", "{", "}",
    ",", "!", ">", "<", "~", "=", "&", "|", "^",
];

/// Whether a character may stand in a word.
pub(crate) const fn is_of_word(character: char) -> bool {
    !character.is_whitespace()
        && !matches!(
            character,
            '(' | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | ','
                | '='
                | '!'
                | '<'
                | '>'
                | '&'
                | '|'
                | '^'
                | '~'
                | '"'
                | '\''
        )
}

/// Splits a text. A string without its end is a problem that more typing may solve.
pub(crate) fn tokens(text: &str) -> Result<Vec<At<'_>>, Problem> {
    let mut tokens = Vec::new();
    if text.len() > MOST_TEXT {
        let says = format!("a filter has {MOST_TEXT} bytes at most");
        return Err(Problem::wrong((0, text.len()), says));
    }
    let mut at = 0;
    let mut braces = 0_u32;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len().saturating_sub(rest.trim_start().len());
        let rest = rest.get(blank..).unwrap_or_default();
        at = at.saturating_add(blank);
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };
        let (token, len) = if let Some(quoted) = rest.strip_prefix("r\"") {
            raw(quoted, at)?
        } else if first == '"' || first == '\'' {
            string(rest.get(1..).unwrap_or_default(), first, at)?
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            match *sign {
                "{" => braces = braces.saturating_add(1),
                "}" => braces = braces.saturating_sub(1),
                _ => {}
            }
            (Token::Sign(sign), sign.len())
        } else {
            let len = rest.find(|character| !is_of_word(character));
            let mut word = rest.get(..len.unwrap_or(rest.len())).unwrap_or_default();
            if braces > 0
                && let Some(range) = word.find("..")
            {
                word = word.get(..range).unwrap_or_default();
            }
            (Token::Word(word), word.len())
        };
        let end = at.saturating_add(len.max(1));
        tokens.push(At {
            token,
            start: at,
            end,
        });
        at = end;
    }
}

/// What stands behind `r"`: nothing in it is escaped.
fn raw(rest: &str, at: usize) -> Result<(Token<'_>, usize), Problem> {
    match rest.find('"') {
        Some(end) => {
            let text = rest.get(..end).unwrap_or_default();
            Ok((Token::Text(text.into()), end.saturating_add(3)))
        }
        None => Err(open(at, rest, 2)),
    }
}

fn open(at: usize, rest: &str, quotes: usize) -> Problem {
    let end = at.saturating_add(rest.len()).saturating_add(quotes);
    Problem::unfinished((at, end), "the closing quote is missing")
}

/// What stands behind a quote.
fn string(rest: &str, quote: char, at: usize) -> Result<(Token<'_>, usize), Problem> {
    let mut out = Vec::new();
    let mut characters = rest.char_indices();
    while let Some((place, character)) = characters.next() {
        if character == quote {
            return Ok((Token::Text(out), place.saturating_add(2)));
        }
        if character != '\\' {
            let mut room = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
            continue;
        }
        let behind = rest.get(place.saturating_add(1)..).unwrap_or_default();
        let Some(escaped) = behind.chars().next() else {
            break;
        };
        let start = at.saturating_add(place).saturating_add(1);
        let Some(len) = escape(behind, &mut out) else {
            // Its digits may still come.
            if "xuU01234567".contains(escaped) && !behind.contains(quote) {
                break;
            }
            let end = start.saturating_add(1).saturating_add(escaped.len_utf8());
            let says =
                r#"strings know \" \' \\ \n \r \t \0 \x41 \101 \u0041; a raw string is r"…""#;
            return Err(Problem::wrong((start, end), says));
        };
        for _ in behind.get(..len).unwrap_or_default().chars() {
            characters.next();
        }
    }
    Err(open(at, rest, 1))
}

/// Resolves what stands behind a backslash; how many bytes of it.
fn escape(behind: &str, out: &mut Vec<u8>) -> Option<usize> {
    let first = behind.chars().next()?;
    let simple = match first {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        '"' | '\'' | '\\' => Some(first as u8),
        _ => None,
    };
    if let Some(byte) = simple {
        out.push(byte);
        return Some(1);
    }
    let digits = |from: usize, count: usize, radix: u32| -> Option<u32> {
        let digits = behind.get(from..from.checked_add(count)?)?;
        let are_digits = digits.chars().all(|digit| digit.is_digit(radix));
        u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| are_digits)
    };
    match first {
        'x' => {
            out.push(u8::try_from(digits(1, 2, 16)?).ok()?);
            Some(3)
        }
        'u' => {
            let character = char::from_u32(digits(1, 4, 16)?)?;
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            Some(5)
        }
        'U' => {
            let character = char::from_u32(digits(1, 8, 16)?)?;
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            Some(9)
        }
        '0'..='7' => {
            if let Some(byte) = digits(0, 3, 8).and_then(|byte| u8::try_from(byte).ok()) {
                out.push(byte);
                return Some(3);
            }
            (first == '0').then(|| out.push(0)).map(|()| 1)
        }
        _ => None,
    }
}
