//! Dumps of tools: an offset, bytes or words, and often a column of readable text.
//!
//! The offsets are the truth about how many bytes a line holds, so a text column that happens to
//! look like hex is never taken for bytes, whatever became of the spaces on the way.

use super::error::Fault;
use super::low_first::{self, Words};
use super::output::Output;
use super::rows::{Row, rows, word_width};
use super::scan::{self, is_hex};
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
    /// How wide the place of such a word is, where a shorter one stands on its right.
    place: Option<usize>,
}

pub(super) fn decode(out: &mut Output, text: &str, format: Format) -> Result<(), Fault> {
    if format == Format::WiresharkFollow && super::follow::is_yaml(text) {
        return super::follow::decode(out, text);
    }
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
    let counts_rows = counts_rows(&rows);
    let mut width = None;
    let mut last = out.len()..out.len();
    for (i, row) in rows.iter().enumerate() {
        let Some(offset) = row.offset(layout.offsets) else {
            let at = row
                .start
                .saturating_add(row.line.find(row.digits).unwrap_or_default());
            return Err(Fault::over(
                at..at.saturating_add(row.digits.len()),
                TextErrorKind::NotOctal,
            ));
        };
        let side = follow && row.indented;
        let Some(expected) = sides.get_mut(usize::from(side)) else {
            continue;
        };
        let has_bytes = row.words().next().is_some();
        if i == 0 && offset > 0 {
            // A dump may begin anywhere.
            *expected = offset;
        }
        if offset == 0 && *expected != 0 && has_bytes || i == 0 && !follow {
            *expected = offset;
            out.begin_part(None);
            width = None;
        }
        if follow && has_bytes {
            out.begin_part(Some(if side { Side::Second } else { Side::First }));
        }
        if counts_rows && has_bytes {
            *expected = offset;
        }
        if offset != *expected {
            if let Some(at) = row.star.filter(|_| offset > *expected) {
                out.fill(last.clone(), offset.saturating_sub(*expected), at)?;
            } else {
                out.note_mismatch(row.number, *expected, offset);
            }
            *expected = offset;
        }
        // How much this line holds, as far as the next line of the same side tells.
        let mut later = rows.get(i.saturating_add(1)..).unwrap_or_default().iter();
        let next = if follow {
            later.take(64).find(|next| next.indented == row.indented)
        } else {
            later.next()
        };
        let step = next
            .filter(|next| next.star.is_none())
            .and_then(|next| next.offset(layout.offsets)?.checked_sub(offset))
            .filter(|step| (1..=256).contains(step) && !counts_rows);
        let limit = Limit {
            bytes: step
                .or(width)
                .and_then(|most| usize::try_from(most).ok())
                .unwrap_or(usize::MAX),
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
        out.note(Note::RepeatsFilled {
            bytes: out.filled(),
        });
    }
    if others > 0 {
        out.note(Note::LinesIgnored { lines: others });
    }
    if layout.little_endian {
        out.note(Note::LittleEndianWords);
    }
    Ok(())
}

/// Whether the offsets count rows rather than bytes, as Chromium's developer tools do.
fn counts_rows(rows: &[Row<'_>]) -> bool {
    let offset = |row: &Row<'_>| row.offset(16);
    let mut steps = rows
        .iter()
        .zip(rows.iter().skip(1))
        .filter_map(|(row, next)| {
            let step = offset(next)?.checked_sub(offset(row)?)?;
            Some((
                step,
                row.words()
                    .take(4)
                    .filter(|(_, word)| is_hex(word) && word.len() >= 2)
                    .count(),
            ))
        });
    let mut any = false;
    steps.all(|(step, words)| {
        any = true;
        step == 1 && words >= 3
    }) && any
}

/// How many bytes a line can hold.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bytes: usize,
    /// The next line's offset says so; otherwise it is a guess from the lines before.
    exact: bool,
}

/// Reads the bytes of one line and stops where its text column begins.
fn decode_row(
    out: &mut Output,
    row: &Row<'_>,
    format: Format,
    layout: Layout,
    limit: Limit,
) -> Result<(), Fault> {
    let end = match format {
        Format::HexdumpC => row.before('|'),
        Format::Od => row.before('>'),
        _ => row.line.len(),
    };
    let grid = matches!(format, Format::WiresharkHex | Format::WiresharkFollow);
    let begin = out.len();
    let mut previous_end = None;
    for (count, (at, word)) in row.words().enumerate() {
        let room = limit.bytes.saturating_sub(out.len().saturating_sub(begin));
        // A wide gap ends the bytes; one of two spaces does so except in the middle of a line.
        let gap = previous_end
            .and_then(|end| row.line.get(end..at))
            .map_or(0, |gap| gap.chars().count());
        let column = match format {
            Format::Xxd if ends_place(row, at.saturating_add(word.len()), layout) => false,
            Format::Xxd | Format::TcpdumpX => gap >= 2,
            _ if grid => gap >= 4 || gap >= 2 && (count != 8 || !is_pair(word)),
            _ => false,
        };
        // Where a chat made one space of many, the last line's text is told by its looks.
        let slip = word.len() == 2 && word.contains(|c: char| c.is_ascii_hexdigit());
        let text = grid && count > 0 && !limit.exact && !slip;
        if at >= end || room == 0 || column || text {
            out.note(Note::AsciiColumnIgnored);
            return Ok(());
        }
        if layout.words == 8 {
            octal_word(out, word, row.start.saturating_add(at), room)?;
        } else {
            hex_word(
                out,
                word,
                row.start.saturating_add(at),
                layout.little_endian,
                room,
            )?;
        }
        previous_end = Some(at.saturating_add(word.len()));
    }
    if end < row.line.len() {
        out.note(Note::AsciiColumnIgnored);
    }
    Ok(())
}

/// Whether a word that ends here in the line ends where its place does.
fn ends_place(row: &Row<'_>, end: usize, layout: Layout) -> bool {
    let place = layout.place.zip(end.checked_sub(row.rest));
    place.is_some_and(|(width, end)| low_first::ends_place(end, width))
}

fn is_pair(word: &str) -> bool {
    word.len() == 2 && is_hex(word)
}

fn hex_word(
    out: &mut Output,
    word: &str,
    at: usize,
    little_endian: bool,
    most: usize,
) -> Result<(), Fault> {
    if !is_hex(word) {
        return Err(Fault::over(
            at..at.saturating_add(word.len()),
            TextErrorKind::NotHex,
        ));
    }
    if !word.len().is_multiple_of(2) {
        return Err(Fault::over(
            at.saturating_add(word.len()).saturating_sub(1)..at.saturating_add(word.len()),
            TextErrorKind::OddDigits,
        ));
    }
    let count = word.len() / 2;
    for n in 0..count.min(most) {
        let pair = if little_endian {
            count.saturating_sub(1).saturating_sub(n)
        } else {
            n
        }
        .saturating_mul(2);
        let value = word
            .get(pair..pair.saturating_add(2))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        out.push(
            value.unwrap_or_default(),
            at.saturating_add(pair)..at.saturating_add(pair).saturating_add(2),
        );
    }
    Ok(())
}

/// Octal digits do not part into bytes, so both bytes of a word stand where the word stands.
fn octal_word(out: &mut Output, word: &str, at: usize, most: usize) -> Result<(), Fault> {
    let span = at..at.saturating_add(word.len());
    let value = u32::from_str_radix(word, 8)
        .map_err(|_| Fault::over(span.clone(), TextErrorKind::NotOctal))?;
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
    let hex = Layout {
        offsets: 16,
        words: 16,
        little_endian: false,
        place: None,
    };
    match format {
        Format::Hexdump => {
            let octal = word_width(rows) == Some(3);
            Layout {
                words: if octal { 8 } else { 16 },
                little_endian: !octal,
                // `od -x` writes the same and counts in octal.
                offsets: offsets(rows, word_width(rows).unwrap_or(4), [16, 8, 10]),
                ..hex
            }
        }
        Format::Od => {
            let width = word_width(rows).unwrap_or(2);
            let words = if width.is_multiple_of(3) { 8 } else { 16 };
            // An offset of 6 digits is od -A x; one of 7 is octal, or decimal if it grows so.
            let offsets = if rows.iter().any(|row| row.digits.len() == 7) {
                offsets(rows, width, [8, 10, 16])
            } else {
                16
            };
            Layout {
                offsets,
                words,
                little_endian: width > 3,
                place: None,
            }
        }
        Format::Xxd => {
            let place = low_first::is_low_first(&words_of(rows));
            Layout {
                little_endian: place.is_some(),
                place,
                ..hex
            }
        }
        _ => hex,
    }
}

/// Lines that are asked for the order of their bytes.
const ASKED: usize = 64;

/// The first lines behind their offsets, with their words up to the column of text.
fn words_of<'a>(rows: &[Row<'a>]) -> Vec<Words<'a>> {
    let words = |row: &Row<'a>| {
        let mut words: Vec<core::ops::Range<usize>> = Vec::new();
        for (at, word) in row.words() {
            let at = at.saturating_sub(row.rest);
            let end = at.saturating_add(word.len());
            let gap = words.last().map_or(0, |last| at.saturating_sub(last.end));
            // A shorter word may stand on the right of its place.
            let width = words.first().map_or(0, |first| first.end.saturating_sub(1));
            let fits = gap <= 1 || low_first::ends_place(end, width);
            if !is_hex(word) || !word.len().is_multiple_of(2) || !fits {
                break;
            }
            words.push(at..end);
        }
        Words {
            line: row.line.get(row.rest..).unwrap_or_default(),
            words,
        }
    };
    rows.iter().take(ASKED).map(words).collect()
}

/// The first of some radices unless the second offset shows otherwise.
fn offsets(rows: &[Row<'_>], width: usize, radices: [u32; 3]) -> u32 {
    let [usual, ..] = radices;
    let bytes = match width {
        2 | 3 => 1,
        4 | 6 => 2,
        width => width / 2,
    };
    let [first, second, ..] = rows else {
        return usual;
    };
    if second.star.is_some() {
        return usual;
    }
    let count = first
        .words()
        .take_while(|(at, _)| *at < first.before('>'))
        .count()
        .saturating_mul(bytes);
    let grows =
        |radix| Some(second.offset(radix)?.checked_sub(first.offset(radix)?)? == count as u64);
    radices
        .into_iter()
        .find(|radix| grows(*radix) == Some(true))
        .unwrap_or(usual)
}

/// Whether a followed stream came raw: hex lines, the other side's indented.
fn is_raw_follow(text: &str) -> bool {
    scan::lines(text)
        .take(16)
        .any(|(_, line)| line.starts_with("Follow: ") && line.trim_end().ends_with(",raw"))
}

fn decode_raw_follow(out: &mut Output, text: &str) -> Result<(), Fault> {
    let mut others = 0_usize;
    for (start, line) in scan::lines(text) {
        let (indent, body) = scan::trim(line);
        let head = ["===", "Follow: ", "Filter: ", "Node "]
            .iter()
            .any(|head| body.starts_with(head));
        if head {
            others = others.saturating_add(1);
        } else if !body.is_empty() {
            out.begin_part(Some(if indent > 0 {
                Side::Second
            } else {
                Side::First
            }));
            super::hex::decode(
                out,
                text,
                start.saturating_add(indent)
                    ..start.saturating_add(indent).saturating_add(body.len()),
            )?;
        }
    }
    out.note(Note::LinesIgnored { lines: others });
    Ok(())
}
