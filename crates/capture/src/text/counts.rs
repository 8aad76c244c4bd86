//! The number of bytes beside them: `18: 10 10 00 04 …`, `20 02 00 00 (4)`. A number that says just how many pairs its line has
//! is none of them, and is blanked out.

use core::ops::Range;

use super::scan::{self, is_blank, is_hex};

/// The text without such numbers; none where it has none. One before the bytes must stand in all lines of bytes, as
/// otherwise it may be the first of them.
pub(super) fn without(text: &str) -> Option<String> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before: Vec<Range<usize>> = Vec::new();
    let mut all_before = true;
    for (start, line) in scan::lines(text) {
        let place = |range: Range<usize>| {
            start.saturating_add(range.start)..start.saturating_add(range.end)
        };
        let behind = count_behind(line);
        found.extend(behind.clone().map(place));
        match count_before(line) {
            Some(range) => before.push(place(range)),
            None => {
                let begin = scan::words(line).nth(1).map_or(line.len(), |(at, _)| at);
                let rest = |at: usize| line.get(at..).and_then(pairs).unwrap_or_default();
                all_before &= behind.is_none() && rest(0) == 0 && rest(begin) == 0;
            }
        }
    }
    if all_before {
        found.append(&mut before);
    }
    found.sort_by_key(|range| range.start);
    if found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for range in found {
        out.push_str(text.get(out.len()..range.start)?);
        out.extend(core::iter::repeat_n(' ', range.len()));
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// How many bytes a text has that is nothing but hex; none where it is something else.
fn pairs(text: &str) -> Option<usize> {
    let mut digits = 0_usize;
    for (_, word) in scan::words(text) {
        let word = word.trim_end_matches(',');
        let bare = word.strip_prefix("0x").unwrap_or(word);
        if !is_hex(bare) || bare.len() % 2 == 1 {
            return None;
        }
        digits = digits.saturating_add(bare.len());
    }
    Some(digits / 2)
}

/// Whether a text is a number of bytes and nothing else but a word or two: `18`, `len 18`, `18 bytes`, `0x12`.
fn is_count(text: &str, bytes: usize) -> bool {
    const WORDS: [&str; 7] = ["len", "length", "size", "bytes", "byte", "B", "b"];
    let mut numbers = 0_usize;
    let is_told = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            let value = match word.strip_prefix("0x") {
                Some(hex) => usize::from_str_radix(hex, 16).ok(),
                None => word.parse().ok(),
            };
            numbers = numbers.saturating_add(usize::from(value.is_some()));
            value.map_or_else(|| WORDS.contains(&word), |value| value == bytes)
        });
    is_told && numbers == 1 && bytes >= 2
}

/// Where the count stands that a line begins with, with its sign.
fn count_before(line: &str) -> Option<Range<usize>> {
    let (start, body) = scan::trim(line);
    let sign = match body.chars().next()? {
        '[' => ']',
        '(' => ')',
        _ => ':',
    };
    let head = scan::head(body, 16);
    let len = head.find(sign)?.saturating_add(1);
    let (count, rest) = body.split_at_checked(len)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if !rest.starts_with(is_blank) {
        return None;
    }
    is_count(count, pairs(rest)?).then(|| start..start.saturating_add(len))
}

/// Where the count in brackets stands that a line ends with.
fn count_behind(line: &str) -> Option<Range<usize>> {
    let (start, body) = scan::trim(line);
    let open = match body.chars().next_back()? {
        ')' => '(',
        ']' => '[',
        _ => return None,
    };
    let near = scan::tail(body, 24);
    let at = body
        .len()
        .saturating_sub(near.len())
        .saturating_add(near.rfind(open)?);
    let (bytes, count) = body.split_at_checked(at)?;
    // Words may stand before the bytes.
    let mut digits = 0_usize;
    for (_, word) in scan::words(bytes).rev() {
        let word = word.trim_end_matches(',');
        let bare = word.strip_prefix("0x").unwrap_or(word);
        if !is_hex(bare) || bare.len() % 2 == 1 {
            break;
        }
        digits = digits.saturating_add(bare.len());
    }
    is_count(count, digits / 2).then(|| {
        let at = start.saturating_add(at);
        at..at.saturating_add(count.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_count_the_bytes_are_blank() {
        for (text, wanted) in [
            ("04: 20 02 00 00", "    20 02 00 00"),
            ("2: c0 00\n04: 20 02 00 00", "   c0 00\n    20 02 00 00"),
            ("[4] 20020000", "    20020000"),
            ("4 bytes: 20 02 00 00", "         20 02 00 00"),
            ("TX: 20 02 00 00 (4)", "TX: 20 02 00 00    "),
            (
                "20 02 00 00 (len 4)\nc0 00 [2 bytes]",
                "20 02 00 00        \nc0 00          ",
            ),
        ] {
            assert_eq!(without(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "05: 20 02 00 00",
            // One line has none, so the other's is no count.
            "02: c0 00\n20 02 00 00",
            "0000: 20 02 00 00",
            "20 02 00 00 (5)",
            "20 02 00 00 (refused 4)",
            "call(4)",
            "c0:00",
            "",
        ] {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
