//! Small questions about characters and lines, forgiving of what chats and word processors do.

use super::TextErrorKind;
use super::error::Fault;

/// Spaces of every kind, and what is there but not seen: zero-width marks, soft hyphens, BOM.
#[inline]
pub(super) fn is_blank(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' ' | '\t'..='\r');
    }
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

/// Quotes as keyboards and as word processors write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Single,
    Double,
    Back,
}

pub(super) fn quote(c: char) -> Option<Quote> {
    match c {
        '\'' | '‘' | '’' | '‚' | '‛' => Some(Quote::Single),
        '"' | '“' | '”' | '„' | '‟' => Some(Quote::Double),
        '`' => Some(Quote::Back),
        _ => None,
    }
}

/// The value of a hex digit.
pub(super) fn hex_digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

pub(super) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The lines of a text without their ends, each with its offset. CR, LF and CR LF end a line; the
/// empty line that CR LF seems to hold does no harm to any reader here.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0_usize;
    text.split(['\n', '\r']).map(move |line| {
        let start = at;
        at = at.saturating_add(line.len()).saturating_add(1);
        (start, line)
    })
}

/// The words of a line, each with its offset in the line.
pub(super) fn words(line: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    line.split(is_blank)
        .filter(|word| !word.is_empty())
        .map(move |word| {
            (
                (word.as_ptr() as usize).saturating_sub(line.as_ptr() as usize),
                word,
            )
        })
}

/// The text without blanks around it, and its offset.
pub(super) fn trim(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches(is_blank);
    (
        text.len().saturating_sub(rest.len()),
        rest.trim_end_matches(is_blank),
    )
}

/// A fault over the word that a text begins with.
pub(super) fn first_word(text: &str, kind: TextErrorKind) -> Fault {
    let word = words(text).next();
    word.map_or(Fault::at(0, kind), |(at, word)| {
        Fault::over(at..at.saturating_add(word.len()), kind)
    })
}

/// Finds ASCII text, whatever its case.
pub(super) fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes()
        .windows(wanted.len().max(1))
        .position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// A text that is searched whole, however long it is. Tests count how much of one is.
#[inline]
pub(super) fn searched(text: &str) -> &str {
    #[cfg(test)]
    steps::add(text.len());
    text
}

/// The beginning of a text, up to so many bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// The end of a text, up to so many bytes.
pub(super) fn tail(text: &str, most: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(most))..)
        .unwrap_or(text)
}

/// What a test counts in place of time: how many bytes were searched.
#[cfg(test)]
pub(super) mod steps {
    use core::cell::Cell;

    std::thread_local! {
        static SEARCHED: Cell<usize> = const { Cell::new(0) };
    }

    pub(in super::super) fn add(bytes: usize) {
        SEARCHED.with(|all| all.set(all.get().saturating_add(bytes)));
    }

    /// How many bytes were searched since this was asked last.
    pub(in super::super) fn take() -> usize {
        SEARCHED.with(Cell::take)
    }
}
