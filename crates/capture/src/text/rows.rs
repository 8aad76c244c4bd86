//! The lines of a dump: an offset, and words behind it.

use super::scan::{self, words};

/// A line that begins with an offset.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    /// Where the line begins in the text.
    pub(super) start: usize,
    /// The line's number, from 1.
    pub(super) number: usize,
    pub(super) line: &'a str,
    pub(super) indented: bool,
    pub(super) digits: &'a str,
    /// `0x` before the offset.
    pub(super) prefixed: bool,
    /// `:` after the offset.
    pub(super) colon: bool,
    /// Where in the line the offset ends.
    pub(super) rest: usize,
    /// A `*` line stands before this one; where.
    pub(super) star: Option<usize>,
}

impl<'a> Row<'a> {
    pub(super) fn parse(start: usize, number: usize, line: &'a str) -> Option<Self> {
        let (indent, body) = scan::trim(line);
        let bare = body.strip_prefix("0x");
        let after_prefix = bare.unwrap_or(body);
        let len = after_prefix
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(after_prefix.len());
        let digits = after_prefix.get(..len)?;
        if !(4..=16).contains(&len) {
            return None;
        }
        let after = after_prefix.get(len..)?;
        let colon = after.starts_with(':');
        let rest = indent
            .saturating_add(body.len())
            .saturating_sub(after.len())
            .saturating_add(usize::from(colon));
        let next = line.get(rest..)?.chars().next();
        if next.is_some_and(|c| !scan::is_blank(c)) || (bare.is_some() && !colon) {
            return None;
        }
        let indented = line.starts_with(scan::is_blank);
        Some(Self {
            start,
            number,
            line,
            indented,
            digits,
            prefixed: bare.is_some(),
            colon,
            rest,
            star: None,
        })
    }

    /// The words behind the offset, each with its place in the line.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let rest = self.line.get(self.rest..).unwrap_or_default();
        words(rest).map(|(at, word)| (self.rest.saturating_add(at), word))
    }

    pub(super) fn offset(&self, radix: u32) -> Option<u64> {
        u64::from_str_radix(self.digits, radix).ok()
    }

    /// The line up to a text column that a sign begins.
    pub(super) fn before(&self, sign: char) -> usize {
        let rest = self.line.get(self.rest..).unwrap_or_default();
        rest.find(sign)
            .map_or(self.line.len(), |i| self.rest.saturating_add(i))
    }
}

/// The lines that begin with an offset, and how many others hold something.
pub(super) fn rows(text: &str, most: usize) -> (Vec<Row<'_>>, usize, Option<usize>) {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut others = 0_usize;
    let mut star = None;
    let mut number = 0_usize;
    let mut after_return = false;
    for (start, line) in scan::lines(text) {
        // The empty line within CR LF is none.
        let halved = after_return && line.is_empty();
        after_return = text
            .get(start.saturating_add(line.len())..)
            .is_some_and(|rest| rest.starts_with('\r'));
        number = number.saturating_add(usize::from(!halved));
        let (indent, body) = scan::trim(line);
        if body == "*" {
            star = Some(start.saturating_add(indent));
        } else if let Some(mut row) = Row::parse(start, number, line) {
            row.star = star.take();
            rows.push(row);
        } else if !body.is_empty() && !is_ruler(body) {
            others = others.saturating_add(1);
        }
        if rows.len() >= most {
            break;
        }
    }
    (rows, others, star)
}

/// The head that some dumps have: `00 01 02 … 0F`.
fn is_ruler(line: &str) -> bool {
    let mut words = words(line)
        .map(|(_, word)| word)
        .filter(|word| *word != "Offset");
    (0..16).all(|n| {
        words
            .next()
            .is_some_and(|word| u32::from_str_radix(word, 16) == Ok(n))
    })
}

/// The number of digits in the first word.
pub(super) fn word_width(rows: &[Row<'_>]) -> Option<usize> {
    rows.iter()
        .find_map(|row| row.words().next())
        .map(|(_, word)| word.len())
}
