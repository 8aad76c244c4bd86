//! Digits that nothing was made of: the rest of a line whose beginning was read, and lines of one side among others.

use core::ops::Range;

use super::marks::mark;
use super::scan::{self, is_blank, is_hex};

/// The digits of a text that are in none of the stretches which were read, though they stand where bytes do. `read` and
/// `others` are in the order of the text; `others` were seen, and left out for a reason.
pub(super) fn dropped(
    text: &str,
    read: &[Range<usize>],
    others: &[Range<usize>],
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut next, mut next_other) = (0, 0);
    let like = shapes(text, read);
    for (start, line) in scan::lines(text) {
        let end = start.saturating_add(line.len());
        let last = last_before(read, &mut next, end).filter(|range| range.end > start);
        let other = last_before(others, &mut next_other, end).filter(|range| range.end > start);
        let from = match (last, other) {
            (Some(last), _) if last.end >= end => continue,
            // Behind what was read, unless something else stands there.
            (Some(last), other) if other.is_none_or(|other| other.end <= last.end) => last.end,
            (None, None) => {
                if let Some(at) = torn_digits(line).filter(|at| {
                    mark(line).is_some()
                        || line
                            .get(..*at)
                            .is_some_and(|own| like.contains(&shape(own)))
                }) {
                    found.push(start.saturating_add(at)..end);
                    continue;
                }
                match mark(line) {
                    Some(mark) => start.saturating_add(mark.end),
                    None => continue,
                }
            }
            _ => continue,
        };
        let least = if last.is_some() { 1 } else { 2 };
        if let Some(range) = digits(text, from..end, least) {
            found.push(range);
        }
    }
    found
}

/// Lines whose beginnings are looked at.
const SHAPES: usize = 64;

/// What stands in their lines before stretches that were read.
fn shapes(text: &str, read: &[Range<usize>]) -> Vec<String> {
    let mut all = Vec::new();
    for range in read.iter().take(SHAPES) {
        let before = scan::tail(text.get(..range.start).unwrap_or_default(), 256);
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let own = shape(line);
        if !own.is_empty() && !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

/// The letters of what stands before bytes.
fn shape(before: &str) -> String {
    before.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Where the digits begin that a line ends with, if they are no whole bytes: a word of an odd number of digits and of more than a
/// number has, or words with dots between them.
pub(super) fn torn_digits(line: &str) -> Option<usize> {
    let is_dots = |word: &str| word.len() >= 2 && word.chars().all(|c| matches!(c, '.' | '…'));
    let (mut start, mut has_dots, mut digits) = (None, false, 0_usize);
    for (at, word) in scan::words(line).rev() {
        let bare = word.strip_prefix("0x").unwrap_or(word);
        if is_dots(word) {
            has_dots = true;
        } else if is_hex(bare) {
            digits = digits.saturating_add(bare.len());
        } else {
            break;
        }
        start = Some(at);
        // One word alone is what it is, whatever stands before it.
        if !has_dots && bare.len() % 2 == 1 && bare.len() >= 5 {
            break;
        }
    }
    let is_odd = !has_dots && digits % 2 == 1 && digits >= 5;
    start.filter(|_| is_odd || has_dots && digits >= 3)
}

/// The last stretch that begins before `end`.
fn last_before<'a>(
    all: &'a [Range<usize>],
    next: &mut usize,
    end: usize,
) -> Option<&'a Range<usize>> {
    while all.get(*next).is_some_and(|range| range.start < end) {
        *next = next.saturating_add(1);
    }
    all.get(next.checked_sub(1)?)
}

/// Where digits stand, if the rest of a line is nothing else: numbers of bytes, and one with digits in it.
fn digits(text: &str, range: Range<usize>, least: usize) -> Option<Range<usize>> {
    let is_between = |c: char| is_blank(c) || matches!(c, ',' | ';');
    let rest = text.get(range.clone())?;
    // Digits that touch what was read are a part of it.
    let body = rest.trim_matches(is_between);
    let mut count = 0_usize;
    for word in body.split(is_between).filter(|word| !word.is_empty()) {
        let bare = word.strip_prefix('-').unwrap_or(word);
        let bare = bare.strip_prefix("0x").unwrap_or(bare);
        if !is_hex(bare) || bare.len() > 16 {
            return None;
        }
        count = count.saturating_add(1);
    }
    let start = range.start.saturating_add(rest.find(body)?);
    (count >= least && body.contains(|c: char| c.is_ascii_digit()))
        .then(|| start..start.saturating_add(body.len()))
}

#[cfg(test)]
mod tests {
    use super::super::{Turns, read};
    use super::*;

    #[test]
    fn lines_and_their_ends_are_told() {
        let text = "tx: c0 00 ffff1\nrx: 1 2 3 4\nv: 1 2 3\nrx: d0 00 | 12\n";
        let read = [4..9, 41..46];
        let places: Vec<_> = (dropped(text, &read, &[]).into_iter())
            .filter_map(|range| text.get(range))
            .collect();
        assert_eq!(places, ["ffff1", "1 2 3 4"]);
        let other = 20..27;
        assert_eq!(dropped(text, &read, core::slice::from_ref(&other)).len(), 1);
    }

    #[test]
    fn what_drops_digits_is_not_sure_and_says_where() {
        for (text, line) in [
            (
                "sent: 48 7 0 1 116 50 49 46 53\nrecv: 300 3 0 1 128\n",
                "line 2",
            ),
            (
                "10 C 0 4 4D 51 54 54 4 C2 0 1E 0 0 FFFF12 0 0\nrx: 20 2 0 0\n",
                "line 1",
            ),
        ] {
            let reading = read(text, None, Turns::Marked);
            let reading = reading.unwrap_or_else(|error| panic!("{text}: {error}"));
            let notes = reading.decoded.notes.iter().map(ToString::to_string);
            let notes: Vec<String> = notes.collect();
            assert!(!reading.sure, "{text}: {notes:?}");
            assert!(
                notes.iter().any(|note| note.contains(line)),
                "{text}: {notes:?}"
            );
            assert_eq!(reading.left_out.len(), 1, "{text}");
        }
    }

    #[test]
    fn digits_that_are_no_whole_bytes() {
        for (line, at) in [
            ("Client hex: 8206001", Some(12)),
            ("hex: 5002 ... 07", Some(5)),
            ("5002 … 07", Some(0)),
            ("hex: 82060010", None),
            ("state: 200", None),
            ("done ... 7", None),
            ("", None),
        ] {
            assert_eq!(torn_digits(line), at, "{line}");
        }
    }
}
