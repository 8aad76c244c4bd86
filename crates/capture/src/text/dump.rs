//! Dumps of tools: an offset, bytes or words, and often a column of readable text.
//!
//! The offsets are the truth about how many bytes a line holds, so a text column that happens to
//! look like hex is never taken for bytes, whatever became of the spaces on the way.

use super::error::Fault;
use super::output::Output;
use super::scan::{self, is_hex, words};
use super::{Format, Note, Side, TextErrorKind};

/// A dump line's words that hold its bytes, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// The radix of the offsets.
    offsets: u32,
    /// The radix of the words.
    words: u32,
    /// Words of several bytes have the low one first.
    little_endian: bool,
}

/// A line that begins with an offset.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    /// Where the line begins in the text.
    pub(super) start: usize,
    /// The line's number, from 1.
    number: usize,
    pub(super) line: &'a str,
    pub(super) indented: bool,
    pub(super) digits: &'a str,
    /// `0x` before the offset.
    pub(super) prefixed: bool,
    /// `:` after the offset.
    pub(super) colon: bool,
    /// Where in the line the offset ends.
    rest: usize,
    /// A `*` line stands before this one; where.
    star: Option<usize>,
}

impl<'a> Row<'a> {
    pub(super) fn parse(start: usize, number: usize, line: &'a str) -> Option<Self> {
        let (indent, body) = scan::trim(line);
        let bare = body.strip_prefix("0x");
        let after_prefix = bare.unwrap_or(body);
        let len = after_prefix.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(after_prefix.len());
        let digits = after_prefix.get(..len)?;
        if !(4..=16).contains(&len) {
            return None;
        }
        let after = after_prefix.get(len..)?;
        let colon = after.starts_with(':');
        let rest = indent + body.len() - after.len() + usize::from(colon);
        let next = line.get(rest..)?.chars().next();
        if next.is_some_and(|c| !scan::is_blank(c)) || (bare.is_some() && !colon) {
            return None;
        }
        let indented = line.starts_with(scan::is_blank);
        Some(Self { start, number, line, indented, digits, prefixed: bare.is_some(), colon, rest, star: None })
    }

    /// The words behind the offset, each with its place in the line.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let rest = self.line.get(self.rest..).unwrap_or_default();
        words(rest).map(|(at, word)| (self.rest + at, word))
    }

    fn offset(&self, radix: u32) -> Option<u64> {
        u64::from_str_radix(self.digits, radix).ok()
    }

    /// The line up to a text column that a sign begins.
    fn before(&self, sign: char) -> usize {
        let rest = self.line.get(self.rest..).unwrap_or_default();
        rest.find(sign).map_or(self.line.len(), |i| self.rest + i)
    }
}

/// The lines that begin with an offset, and how many others hold something.
pub(super) fn rows(text: &str, most: usize) -> (Vec<Row<'_>>, usize, Option<usize>) {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut others = 0;
    let mut star = None;
    let mut number = 0;
    let mut after_return = false;
    for (start, line) in scan::lines(text) {
        // The empty line within CR LF is none.
        let halved = after_return && line.is_empty();
        after_return = text.get(start + line.len()..).is_some_and(|rest| rest.starts_with('\r'));
        number += usize::from(!halved);
        let (indent, body) = scan::trim(line);
        if body == "*" {
            star = Some(start + indent);
        } else if let Some(mut row) = Row::parse(start, number, line) {
            row.star = star.take();
            rows.push(row);
        } else if !body.is_empty() && !is_ruler(body) {
            others += 1;
        }
        if rows.len() >= most {
            break;
        }
    }
    (rows, others, star)
}

/// The head that some dumps have: `00 01 02 … 0F`.
fn is_ruler(line: &str) -> bool {
    let mut words = words(line).map(|(_, word)| word).filter(|word| *word != "Offset");
    (0..16).all(|n| words.next().is_some_and(|word| u32::from_str_radix(word, 16) == Ok(n)))
}

pub(super) fn decode(out: &mut Output, text: &str, format: Format) -> Result<(), Fault> {
    if format == Format::WiresharkFollow && is_raw_follow(text) {
        return decode_raw_follow(out, text);
    }
    let (rows, others, star) = rows(text, usize::MAX);
    if rows.is_empty() {
        return Err(scan::first_word(text, TextErrorKind::NotHex));
    }
    out.reserve(text.len() / 4);
    let layout = layout(&rows, format);
    let follow = format == Format::WiresharkFollow;
    let mut sides: [u64; 2] = [0; 2];
    let mut width = None;
    let mut last = out.len()..out.len();
    for (i, row) in rows.iter().enumerate() {
        let Some(offset) = row.offset(layout.offsets) else {
            let at = row.start + row.line.find(row.digits).unwrap_or_default();
            return Err(Fault::over(at..at + row.digits.len(), TextErrorKind::NotOctal));
        };
        let side = follow && row.indented;
        let Some(expected) = sides.get_mut(usize::from(side)) else { continue };
        let has_bytes = row.words().next().is_some();
        if i == 0 && offset > 0 {
            // A dump may begin anywhere.
            *expected = offset;
        }
        if offset == 0 && *expected != 0 && has_bytes || i == 0 && !follow {
            *expected = offset;
            out.begin_part(None);
        }
        if follow && has_bytes {
            out.begin_part(Some(if side { Side::Second } else { Side::First }));
        }
        if offset != *expected {
            if let Some(at) = row.star.filter(|_| offset > *expected) {
                out.fill(last.clone(), offset - *expected, at)?;
            } else {
                out.note_mismatch(row.number, *expected, offset);
            }
            *expected = offset;
        }
        // How much this line holds, as far as the next line of the same side tells.
        let mut later = rows.get(i + 1..).unwrap_or_default().iter();
        let next = if follow { later.take(64).find(|next| next.indented == row.indented) } else { later.next() };
        let step = next
            .filter(|next| next.star.is_none())
            .and_then(|next| next.offset(layout.offsets)?.checked_sub(offset))
            .filter(|step| (1..=256).contains(step));
        let limit = Limit {
            bytes: step.or(width).and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX),
            exact: step.is_some(),
        };
        let begin = out.len();
        decode_row(out, row, format, layout, limit)?;
        if out.len() > begin {
            last = begin..out.len();
            *expected = offset.saturating_add(last.len() as u64);
            width = width.max(Some(last.len() as u64));
        }
    }
    if star.is_some() {
        out.note(Note::RepeatsUnknown);
    }
    if out.filled() > 0 {
        out.note(Note::RepeatsFilled { bytes: out.filled() });
    }
    if others > 0 {
        out.note(Note::LinesIgnored { lines: others });
    }
    if layout.little_endian {
        out.note(Note::LittleEndianWords);
    }
    Ok(())
}

/// How many bytes a line can hold.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bytes: usize,
    /// The next line's offset says so; otherwise it is a guess from the lines before.
    exact: bool,
}

/// Reads the bytes of one line and stops where its text column begins.
fn decode_row(out: &mut Output, row: &Row<'_>, format: Format, layout: Layout, limit: Limit) -> Result<(), Fault> {
    let end = match format {
        Format::HexdumpC => row.before('|'),
        Format::Od => row.before('>'),
        _ => row.line.len(),
    };
    let grid = matches!(format, Format::WiresharkHex | Format::WiresharkFollow);
    let begin = out.len();
    let mut previous_end = None;
    let mut count = 0_usize;
    for (at, word) in row.words() {
        let room = limit.bytes.saturating_sub(out.len() - begin);
        // A wide gap ends the bytes; one of two spaces does so except in the middle of a line.
        let gap = previous_end.and_then(|end| row.line.get(end..at)).map_or(0, |gap| gap.chars().count());
        let column = match format {
            Format::Xxd | Format::TcpdumpX => gap >= 2,
            _ if grid => gap >= 3 || gap == 2 && (count != 8 || !is_hex(word)),
            _ => false,
        };
        // Where a chat made one space of many, the last line's text is told by its looks.
        let text = grid && count > 0 && !limit.exact && word.len() != 2;
        if at >= end || room == 0 || column || text {
            out.note(Note::AsciiColumnIgnored);
            return Ok(());
        }
        if layout.words == 8 {
            octal_word(out, word, row.start + at, room)?;
        } else {
            hex_word(out, word, row.start + at, layout.little_endian, room)?;
        }
        count += 1;
        previous_end = Some(at + word.len());
    }
    if end < row.line.len() {
        out.note(Note::AsciiColumnIgnored);
    }
    Ok(())
}

fn hex_word(out: &mut Output, word: &str, at: usize, little_endian: bool, most: usize) -> Result<(), Fault> {
    if !is_hex(word) {
        return Err(Fault::over(at..at + word.len(), TextErrorKind::NotHex));
    }
    if word.len() % 2 != 0 {
        return Err(Fault::over(at + word.len() - 1..at + word.len(), TextErrorKind::OddDigits));
    }
    let count = word.len() / 2;
    for n in 0..count.min(most) {
        let pair = if little_endian { count - 1 - n } else { n } * 2;
        let value = word.get(pair..pair + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        out.push(value.unwrap_or_default(), at + pair..at + pair + 2);
    }
    Ok(())
}

/// Octal digits do not part into bytes, so both bytes of a word stand where the word stands.
fn octal_word(out: &mut Output, word: &str, at: usize, most: usize) -> Result<(), Fault> {
    let span = at..at + word.len();
    let value = u32::from_str_radix(word, 8).map_err(|_| Fault::over(span.clone(), TextErrorKind::NotOctal))?;
    let [low, high, rest @ ..] = value.to_le_bytes();
    let is_byte = word.len() <= 3;
    if rest != [0, 0] || is_byte && high != 0 {
        return Err(Fault::over(span, TextErrorKind::OutOfRange));
    }
    out.push(low, span.clone());
    if !is_byte && most > 1 {
        out.push(high, span);
    }
    Ok(())
}

/// Finds the radices of offsets and words from the first lines.
fn layout(rows: &[Row<'_>], format: Format) -> Layout {
    let hex = Layout { offsets: 16, words: 16, little_endian: false };
    match format {
        Format::Hexdump => {
            let octal = word_width(rows) == Some(3);
            Layout { words: if octal { 8 } else { 16 }, little_endian: !octal, ..hex }
        }
        Format::Od => {
            let width = word_width(rows).unwrap_or(2);
            let words = if width % 3 == 0 { 8 } else { 16 };
            // An offset of 6 digits is od -A x; one of 7 is octal, or decimal if it grows so.
            let offsets = if rows.iter().any(|row| row.digits.len() == 7) { od_offsets(rows, width) } else { 16 };
            Layout { offsets, words, little_endian: width > 3 }
        }
        _ => hex,
    }
}

/// The number of digits in the first word.
pub(super) fn word_width(rows: &[Row<'_>]) -> Option<usize> {
    rows.iter().find_map(|row| row.words().next()).map(|(_, word)| word.len())
}

/// Octal unless the second offset shows otherwise.
fn od_offsets(rows: &[Row<'_>], width: usize) -> u32 {
    let bytes = match width {
        2 | 3 => 1,
        4 | 6 => 2,
        width => width / 2,
    };
    let [first, second, ..] = rows else { return 8 };
    if second.star.is_some() {
        return 8;
    }
    let count = first.words().take_while(|(at, _)| *at < first.before('>')).count() * bytes;
    let grows = |radix| Some(second.offset(radix)?.checked_sub(first.offset(radix)?)? == count as u64);
    [8, 10, 16].into_iter().find(|radix| grows(*radix) == Some(true)).unwrap_or(8)
}

/// Whether a followed stream came raw: hex lines, the other side's indented.
fn is_raw_follow(text: &str) -> bool {
    scan::lines(text).take(16).any(|(_, line)| line.starts_with("Follow: ") && line.trim_end().ends_with(",raw"))
}

fn decode_raw_follow(out: &mut Output, text: &str) -> Result<(), Fault> {
    let mut others = 0;
    for (start, line) in scan::lines(text) {
        let (indent, body) = scan::trim(line);
        let head = ["===", "Follow: ", "Filter: ", "Node "].iter().any(|head| body.starts_with(head));
        if head {
            others += 1;
        } else if !body.is_empty() {
            out.begin_part(Some(if indent > 0 { Side::Second } else { Side::First }));
            super::hex::decode(out, text, start + indent..start + indent + body.len())?;
        }
    }
    out.note(Note::LinesIgnored { lines: others });
    Ok(())
}
