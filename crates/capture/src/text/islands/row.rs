//! Rows of dumps, whatever a log puts before them: an offset or an address, bytes, perhaps a gutter.

use core::ops::Range;

use super::super::low_first::ends_place;
use super::super::output::Output;
use super::super::scan::{self, is_blank, is_hex, words};

/// The most bytes that a row holds.
const MOST: usize = 64;

/// A row of a dump.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Where the line begins in the text.
    pub(super) line: usize,
    /// Where what stands before the offset ends: the prefix of a log.
    pub(super) prefix: usize,
    /// The offset's digits, in the text.
    pub(super) offset: Range<usize>,
    /// Where each word of bytes stands in the text.
    pub(super) words: Vec<Range<usize>>,
    /// `|00000000|`: the offset stands between bars.
    pub(super) framed: bool,
    /// The offset has a colon.
    pub(super) colon: bool,
    /// The words have `0x` each.
    pub(super) prefixed: bool,
}

impl Row {
    /// How long what stands before the offset is.
    pub(super) fn prefix_len(&self) -> usize {
        self.prefix.saturating_sub(self.line)
    }
}

/// What a line is in a dump.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Row(Row),
    /// A ruler or a frame: it holds nothing and interrupts nothing.
    Frame,
    /// An offset alone, which says where the bytes end.
    End(Range<usize>),
}

/// Reads the line that begins at `start` as one of a dump.
pub(super) fn line(start: usize, line: &str) -> Option<Line> {
    if is_frame(line) {
        return Some(Line::Frame);
    }
    let mut prefix = 0;
    for (place, word) in words(line).take(14) {
        let before = line.get(..place)?.trim_matches(is_blank);
        // Digits behind a bar are those of a gutter, unless a frame begins the line.
        if before.ends_with('|') && before != "|" && !word.contains(':') {
            return None;
        }
        if let Some(found) = offset(line, place, word)
            && let Some(read) = row(line, start, prefix, found)
        {
            return Some(read);
        }
        prefix = place.saturating_add(word.len());
    }
    None
}

/// The line as a row whose offset was found.
fn row(line: &str, start: usize, prefix: usize, offset: Offset) -> Option<Line> {
    let (digits, shape, rest) = offset;
    let at = |place: usize| start.saturating_add(place);
    let bytes = row_words(line, rest, shape)?;
    let Some(first) = bytes.first() else {
        let alone = line.get(rest..)?.trim_matches(is_blank).is_empty() && prefix == 0;
        return alone.then(|| Line::End(at(digits.start)..at(digits.end)));
    };
    let end = bytes.last()?.end;
    let gutter = !line.get(end..)?.trim_matches(is_blank).is_empty();
    let width = first.len();
    // Without a sign the offset must differ from the words, or nothing says that it is one.
    if shape == Shape::Bare {
        let differs = width == 2 || digits.len() > width;
        let apart = line.get(digits.end..)?.starts_with("  ")
            || width == 4 && digits.len() == 7
            || bytes.len() >= 8
            || gutter && line.get(end..)?.starts_with("  ");
        if !differs || !apart {
            return None;
        }
    }
    let prefixed = line.get(first.clone())?.starts_with("0x");
    Some(Line::Row(Row {
        line: start,
        prefix: at(prefix),
        offset: at(digits.start)..at(digits.end),
        words: bytes
            .iter()
            .map(|word| at(word.start)..at(word.end))
            .collect(),
        framed: shape == Shape::Framed,
        colon: shape == Shape::Colon,
        prefixed,
    }))
}

/// How an offset is told from bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `0000:`
    Colon,
    /// `|00000000|`
    Framed,
    /// `0x3ffb2a10`
    Address,
    /// `00000010`
    Bare,
}

type Offset = (Range<usize>, Shape, usize);

/// The offset that a word of a line is, and where the bytes behind it begin.
fn offset(line: &str, place: usize, word: &str) -> Option<Offset> {
    let found = offset_of(line, place, word)?;
    // Bytes or nothing must follow.
    let rest = line.get(found.2..)?;
    let next = words(rest).next();
    let fits = next.is_none_or(|(_, next)| {
        let bare = next.strip_prefix("0x").unwrap_or(next);
        is_hex(bare) && (bare.len().is_multiple_of(2) || bare.len() == 1 && next.len() > 1)
    });
    fits.then_some(found)
}

fn offset_of(line: &str, place: usize, word: &str) -> Option<Offset> {
    let framed = word.strip_prefix('|');
    let body = framed.unwrap_or(word);
    let bare = body.strip_prefix("0x").unwrap_or(body);
    let len = bare
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(bare.len());
    let start = place.saturating_add(word.len()).saturating_sub(bare.len());
    let digits = start..start.saturating_add(len);
    let behind = bare.get(len..)?;
    let colon = behind == ":";
    let fits = if colon {
        (2..=16).contains(&len)
    } else {
        (4..=16).contains(&len)
    };
    if !fits {
        return None;
    }
    let mut rest = place.saturating_add(word.len());
    let shape = match behind {
        "|" if framed.is_some() => Shape::Framed,
        ":" => Shape::Colon,
        "" if bare.len() < body.len() && len >= 6 => Shape::Address,
        "" if bare.len() == body.len() && framed.is_none() => Shape::Bare,
        _ => return None,
    };
    // gdb names the symbol: `0x20000930 <buf+8>:`.
    if shape == Shape::Address
        && let Some(after) = line.get(rest..)
        && let Some(symbol) = after.trim_start_matches(is_blank).strip_prefix('<')
        && let Some((name, behind)) = symbol.split_once(">:")
        && !name.contains('>')
    {
        rest = line.len().saturating_sub(behind.len());
        return Some((digits, Shape::Colon, rest));
    }
    Some((digits, shape, rest))
}

/// The words of bytes from `from` on, up to the gutter.
fn row_words(line: &str, from: usize, shape: Shape) -> Option<Vec<Range<usize>>> {
    let rest = line.get(from..)?;
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut count = 0_usize;
    let mut width = 0;
    for (place, word) in words(rest) {
        let place = from.saturating_add(place);
        let bare = word.strip_prefix("0x").unwrap_or(word);
        let prefixed = bare.len() < word.len();
        let even = bare.len().is_multiple_of(2) || prefixed && bare.len() == 1;
        // Behind a colon a whole row may be one word.
        let most = if shape == Shape::Colon { 64 } else { 16 };
        if !is_hex(bare) || !even || bare.len() > most {
            break;
        }
        if let Some(last) = found.last() {
            let first_prefixed = line.get(found.first()?.clone())?.starts_with("0x");
            let gap = line.get(last.end..place)?.chars().count();
            let middle = gap <= 4 && matches!(count, 8 | 16 | 24) && bare.len() == width;
            let fits = bare.len() == width
                || prefixed
                || bare.len() < width && line.get(last.clone())?.len() == width;
            // The last word of `xxd -e` stands on the right of its place.
            let start = found.first()?.start.saturating_sub(1);
            let end = place.saturating_add(word.len()).saturating_sub(start);
            let is_right = shape == Shape::Colon && width > 2 && ends_place(end, width);
            let is_apart = gap > 1 && !middle && !prefixed && !is_right;
            if prefixed != first_prefixed || !fits || is_apart {
                break;
            }
        } else {
            width = bare.len();
        }
        count = count.saturating_add(bare.len().div_ceil(2));
        found.push(place..place.saturating_add(word.len()));
        // A row of sixteen is full where a gutter may follow; frames say so by their bar.
        if count >= MOST
            || count == 16
                && width == 2
                && shape != Shape::Framed
                && has_gutter(line, place.saturating_add(word.len()))
        {
            break;
        }
    }
    Some(found)
}

/// A row of a table whose cells are one byte each: `Hex | 30 | 08 | 00 |`. Numbers of two digits are
/// in many tables, so the first cell must name bytes, or the row be long and plainly hex.
pub(super) fn cells(start: usize, line: &str) -> Option<Vec<Range<usize>>> {
    if !line.contains('|') || line.len() > 4096 {
        return None;
    }
    let mut found = Vec::new();
    let mut label = "";
    let mut place = 0_usize;
    for (n, cell) in line.split('|').enumerate() {
        let word = cell.trim_matches(is_blank);
        let at = place.saturating_add(
            cell.len()
                .saturating_sub(cell.trim_start_matches(is_blank).len()),
        );
        place = place.saturating_add(cell.len().saturating_add(1));
        let is_byte = word.len() == 2 && is_hex(word);
        if is_byte {
            found.push(
                start.saturating_add(at)..start.saturating_add(at).saturating_add(word.len()),
            );
        } else if n <= 1 && found.is_empty() && label.is_empty() {
            label = word;
        } else if !matches!(word, "" | "..." | "…") {
            return None;
        }
    }
    let named = ["hex", "byte", "data"]
        .iter()
        .any(|name| scan::find_ignoring_case(label, name).is_some());
    let plain = line.split('|').any(|cell| {
        let word = cell.trim_matches(is_blank);
        is_hex(word) && (word.starts_with('0') || word.bytes().any(|b| b.is_ascii_alphabetic()))
    });
    // The numbers of columns count up.
    let counts = found.iter().enumerate().all(|(n, cell)| {
        let word = line.get(cell.start.saturating_sub(start)..cell.end.saturating_sub(start));
        word.and_then(|word| word.parse().ok()) == Some(n)
    });
    let enough = found.len() >= 8 || named && found.len() >= 4;
    (enough && plain && !counts).then_some(found)
}

/// Whether a wide gap follows.
fn has_gutter(line: &str, end: usize) -> bool {
    line.get(end..).is_some_and(|rest| rest.starts_with("  "))
}

/// `+-----+`, and the numbers of columns.
fn is_frame(line: &str) -> bool {
    let body = line.trim_matches(is_blank);
    if body.len() > 8 && body.starts_with('+') && body.bytes().all(|b| matches!(b, b'+' | b'-')) {
        return true;
    }
    let body = body.trim_matches(['|', ' ']);
    let mut numbers = words(body).map(|(_, word)| word).peekable();
    numbers.next_if(|word| word.eq_ignore_ascii_case("offset"));
    (0..16_u32).all(|n| {
        numbers
            .next()
            .is_some_and(|word| u32::from_str_radix(word, 16) == Ok(n))
    })
}

/// The bytes of a row; of words with the low byte first, turned round.
pub(super) fn push(out: &mut Output, text: &str, row: &Row, low_first: bool, most: usize) {
    let begin = out.len();
    for word in &row.words {
        let digits = text.get(word.clone()).unwrap_or_default();
        let bare = digits.strip_prefix("0x").unwrap_or(digits);
        let start = word.end.saturating_sub(bare.len());
        let pairs = bare.len().div_ceil(2);
        let turned = low_first || row.prefixed && bare.len() > 2;
        for n in 0..pairs {
            if out.len().saturating_sub(begin) >= most {
                return;
            }
            let pair = if turned {
                pairs.saturating_sub(1).saturating_sub(n)
            } else {
                n
            }
            .saturating_mul(2);
            let end = pair.saturating_add(2).min(bare.len());
            let value = bare
                .get(pair..end)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok());
            out.push(
                value.unwrap_or_default(),
                start.saturating_add(pair)..start.saturating_add(end),
            );
        }
    }
}

/// How many bytes the words of a row hold.
pub(super) fn count(text: &str, row: &Row) -> usize {
    let digits = |word: &Range<usize>| {
        let word = text.get(word.clone()).unwrap_or_default();
        word.strip_prefix("0x").unwrap_or(word).len().div_ceil(2)
    };
    row.words.iter().map(digits).sum()
}
