//! Notations of bytes that only few write, put into one that is read anyway: of the same length, so that every place
//! stays the one in the original text.

use super::scan::{self, is_blank};

/// What stands for `0x` or for nothing at all, and what is put there: both as long in UTF-8. What follows must be a digit
/// where it stands before one, and a digit must come before it where it stands behind one.
const ALIKE: [(&str, &str, Place); 8] = [
    ("，", ",  ", Place::Between),
    ("、", ",  ", Place::Between),
    (".toByte()", "         ", Place::Behind),
    (".toUByte()", "          ", Place::Behind),
    (".toByte", "       ", Place::Behind),
    ("&H", "0x", Place::Before),
    ("16#", " 0x", Place::Before),
    ("8'h", " 0x", Place::Before),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Behind,
    Between,
}

/// The text in digits that are read, where any of it is not.
pub(super) fn in_known_digits(text: &str) -> Option<String> {
    let mut all: Option<String> = None;
    for (sign, alike, place) in ALIKE {
        all = replaced(all.as_deref().unwrap_or(text), sign, alike, place).or(all);
    }
    all
}

/// The text with `alike` in place of each `sign` that stands where it must; none where none does.
fn replaced(text: &str, sign: &str, alike: &str, place: Place) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_hexdigit();
    // Of an Erlang binary it is a part.
    if sign == "16#" && text.contains("<<") {
        return None;
    }
    let mut out = String::new();
    for (at, _) in text.match_indices(sign) {
        let (before, behind) = text.split_at_checked(at)?;
        let behind = behind.get(sign.len()..)?.trim_start_matches(is_blank);
        let fits = match place {
            Place::Before => {
                behind.starts_with(is_digit) && !before.ends_with(char::is_alphanumeric)
            }
            Place::Behind => before.ends_with(is_digit),
            Place::Between => before.ends_with(is_digit) && behind.starts_with(is_digit),
        };
        if fits {
            out.push_str(text.get(out.len()..at)?);
            out.push_str(alike);
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// The text with blanks in place of brackets around numbers that stand each in its own: `[32] [2] [0] [5]`.
pub(super) fn without_brackets(text: &str) -> Option<String> {
    /// Numbers of a line at least: fewer may be anything.
    const FEW: usize = 4;
    let number = |rest: &str| {
        let body = rest.strip_prefix('[')?;
        let len = body.find(|c: char| !c.is_ascii_hexdigit())?;
        let is_one = (1..=3).contains(&len) && body.get(len..)?.starts_with(']');
        is_one.then(|| len.saturating_add(2))
    };
    let mut out = String::new();
    for (start, line) in scan::lines(text) {
        let Some(first) = line.find('[') else {
            continue;
        };
        let (head, rest) = line.split_at_checked(first)?;
        let all = rest.trim_end_matches(is_blank);
        let mut words = all.split(' ').filter(|word| !word.is_empty());
        let count = all.split(' ').filter(|word| !word.is_empty()).count();
        if count < FEW || !words.all(|word| number(word) == Some(word.len())) {
            continue;
        }
        out.push_str(text.get(out.len()..start)?);
        out.push_str(head);
        out.push_str(&rest.replace(['[', ']'], " "));
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// How many numbers must have their index: fewer may be anything.
const LEAST: usize = 4;

/// An index: where it and its sign stand, whether it has a sign, and its value.
struct Index {
    start: usize,
    end: usize,
    value: usize,
    has_sign: bool,
    in_brackets: bool,
}

/// The text with blanks and commas in place of indexes that count on, of which each number has one: `[0]=0x10 [1]=0x0d`,
/// PHP's `[1]=> int(16)`, `0 => 16, 1 => 13`, `{0: 16, 1: 13}`.
pub(super) fn without_indexes(text: &str) -> Option<String> {
    if !["[0", "[1]", "=>", "{0:", "{1:"]
        .iter()
        .any(|mark| text.contains(mark))
    {
        return None;
    }
    let mut found: Vec<Index> = Vec::new();
    let mut at = 0;
    while let Some(len) = text.get(at..)?.find(|c: char| c.is_ascii_digit()) {
        let start = at.saturating_add(len);
        let digits = text.get(start..)?;
        let len = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        at = start.saturating_add(len);
        let Some(index) = index(text, start, at) else {
            continue;
        };
        at = index.end;
        let fits = match found.last() {
            // A list of its own begins.
            _ if index.value <= 1 && found.last().is_none_or(|last| last.value != 0) => true,
            Some(last) => {
                index.value == last.value.saturating_add(1)
                    && index.in_brackets == last.in_brackets
                    && index.start.saturating_sub(last.end) <= 64
            }
            None => false,
        };
        if !fits {
            return None;
        }
        found.push(index);
    }
    if found.len() < LEAST {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (n, index) in found.iter().enumerate() {
        out.push_str(text.get(out.len()..index.start)?);
        // A comma parts the numbers, as most lists of numbers have them.
        let is_first = n == 0 || index.value == 0 || !index.has_sign;
        out.push(if is_first { ' ' } else { ',' });
        let value = text.get(index.end..)?;
        let cast = if value.starts_with("int(") {
            4_usize
        } else {
            0
        };
        let blanks = index.end.saturating_add(cast).saturating_sub(out.len());
        out.extend(core::iter::repeat_n(' ', blanks));
        // The bounds keep a long line from being read again and again.
        let value = scan::head(text.get(out.len()..)?, 8);
        if cast > 0
            && let Some((number, _)) = value.split_once(')')
        {
            out.push_str(number);
            out.push(' ');
        }
        // A debugger shows the character beside the number: `16 '\x10' unsigned char`.
        let near = scan::head(text.get(out.len()..)?, 128);
        let line = near
            .split(['\n', '\r'])
            .next()
            .filter(|line| line.len() < 128);
        let line = line.unwrap_or_default();
        let digits = line
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(line.len());
        let rest = line.get(digits..)?;
        if index.in_brackets && rest.trim_start_matches([' ', '\t']).starts_with('\'') {
            out.push_str(line.get(..digits)?);
            out.extend(core::iter::repeat_n(' ', rest.len()));
        }
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// The digits from `start` to `end` as an index, with the brackets and the sign that make them one.
fn index(text: &str, start: usize, end: usize) -> Option<Index> {
    let value = text.get(start..end)?.parse().ok()?;
    let (before, behind) = (text.get(..start)?, text.get(end..)?);
    let bracket = before.strip_suffix('[').filter(|_| behind.starts_with(']'));
    if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '"' | '\''))
    {
        return None;
    }
    let rest = match bracket {
        // `buffer[0] = 16` names what it is in.
        Some(before) if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') => return None,
        Some(_) => behind.strip_prefix(']')?,
        None => behind,
    };
    let bare = rest.trim_start_matches([' ', '\t']);
    let signed = bare.strip_prefix("=>");
    let signed = match bracket {
        Some(_) => signed.or_else(|| bare.strip_prefix(['=', ':'])),
        // A colon alone is one only within braces.
        None => signed.or_else(|| {
            let opens = scan::tail(before, 16)
                .trim_end_matches(is_blank)
                .ends_with(['{', ',']);
            rest.strip_prefix(':').filter(|_| opens)
        }),
    };
    if bracket.is_none() && signed.is_none() || signed.is_none() && bare.len() == rest.len() {
        return None;
    }
    let value_at = signed.unwrap_or(bare).trim_start_matches(is_blank);
    value_at
        .starts_with(|c: char| c.is_ascii_hexdigit() || c == '-' || c == '\'' || c == 'i')
        .then(|| Index {
            start: bracket.map_or(start, str::len),
            end: text.len().saturating_sub(value_at.len()),
            value,
            has_sign: signed.is_some(),
            in_brackets: bracket.is_some(),
        })
}

/// Control characters as terminals show them, `^P^M^@^D`: the byte, where a caret begins one.
pub(super) fn caret(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'^', b'?', ..] => Some(0x7f),
        [b'^', sign @ b'@'..=b'_', ..] => Some(sign ^ 0x40),
        _ => None,
    }
}
