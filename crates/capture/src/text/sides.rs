//! Text of both sides of a connection: who sent what, told by marks at the beginning of lines.
//!
//! A mark and what stands before it are blanked out and the rest is read as any other text, so all
//! formats work behind marks, and every place is the one in the original text.

use super::detect::is_dump;
use super::error::Fault;
use super::marks::{Mark, mark};
use super::output::Output;
use super::scan;
use super::{
    Decoded, Format, MAX_TEXT, Marks, Side, TextError, TextErrorKind, decode, decode_as, detect,
};

/// How a text of both sides is cut up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turns {
    /// Marks say who sent what: `>` and `<`, `C:` and `S:`, `TX` and `RX` and their like, or what
    /// the format itself has.
    Marked,
    /// The sides take turns, with blank lines between them; the first block is the first side's.
    Alternating,
}

/// How much of a long text is read at first, in bytes, to see whether all of it need be.
const TRIED: usize = 64 << 10;

/// Lines of one side, one after the other.
struct Block {
    side: Side,
    /// Where it begins in the text.
    start: usize,
    /// Its text, as long as in the original, without its marks.
    text: String,
    /// Whether its first line is all that it has so far.
    is_fresh: bool,
    /// Whether its first line is one of a dump, once that was asked.
    is_dump: Option<bool>,
}

/// How the lines of a text are marked: each side at least once, and the first line too.
#[must_use]
pub fn marks(text: &str) -> Option<Marks> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut found: [Option<Marks>; 2] = [None; 2];
    for (_, line) in scan::lines(text) {
        match mark(line) {
            Some(mark) => {
                let [first, second] = &mut found;
                let same = match mark.side {
                    Side::First => first,
                    Side::Second => second,
                };
                *same = Some(mark.kind);
            }
            None if found == [None; 2] && !scan::trim(line).1.is_empty() => return None,
            None => {}
        }
        if let [Some(first), Some(_)] = found {
            return Some(first);
        }
    }
    None
}

/// Turns text of both sides into bytes. [`Decoded::parts`] say where each side's bytes begin.
///
/// A text that has no such marks, or no such blocks, is read by [`decode`].
///
/// # Errors
/// As [`decode`], with the place in the whole text.
pub fn decode_sides(
    text: &str,
    format: Option<Format>,
    turns: Turns,
) -> Result<Decoded, TextError> {
    match (turns, marks(text)) {
        // Bytes as they are have no marks: those would be bytes too.
        _ if format == Some(Format::Binary) => decode(text, format),
        (Turns::Marked, None) => decode(text, format),
        (Turns::Marked, Some(kind)) => {
            // What is a log of words is one from its beginning on: a long one need not be cut up for that.
            if text.len() > TRIED && format.is_none() {
                read_blocks(text, None, marked(text, TRIED), kind)?;
            }
            read_blocks(text, format, marked(text, usize::MAX), kind)
        }
        (Turns::Alternating, _) => read_blocks(text, format, alternating(text), Marks::Turns),
    }
}

fn read_blocks(
    text: &str,
    format: Option<Format>,
    blocks: Vec<Block>,
    kind: Marks,
) -> Result<Decoded, TextError> {
    let longest = blocks.iter().max_by_key(|block| block.text.len());
    let wanted = format.or_else(|| {
        let best = detect(&longest?.text);
        best.first().map(|candidate| candidate.format)
    });
    let mut out = Output::default();
    out.marks = Some(kind);
    let read = blocks.into_iter().try_for_each(|block| {
        let format = format.or_else(|| block.format(wanted));
        block.read(text, format, &mut out)
    });
    let format = wanted.unwrap_or(Format::Binary);
    read.and_then(|()| out.finish(format, text))
        .map_err(|fault| fault.in_text(text, format))
}

impl Block {
    fn new(side: Side, start: usize, first: String) -> Self {
        Self {
            side,
            start,
            text: first,
            is_fresh: true,
            is_dump: None,
        }
    }

    /// Takes a line without a mark. Where the marked line was a headline, it held no bytes.
    fn go_on(&mut self, text: &str, start: usize, line: &str) {
        if scan::trim(line).1.is_empty() {
            return;
        }
        if core::mem::take(&mut self.is_fresh) && is_headline(&self.text) {
            self.text = blank_out(&self.text, self.text.len());
        }
        self.reach(text, start.saturating_add(line.len()));
    }

    /// Takes the text up to `end` as it is.
    fn reach(&mut self, text: &str, end: usize) {
        let from = self.start.saturating_add(self.text.len());
        self.text.push_str(text.get(from..end).unwrap_or_default());
    }

    /// Whether a marked line belongs to it: the lines of one dump do, though each has its mark.
    fn takes(&mut self, side: Side) -> bool {
        self.side == side && *self.is_dump.get_or_insert_with(|| is_dump(&self.text))
    }

    /// The format to read it in: `wanted`, if it can be that at all.
    fn format(&self, wanted: Option<Format>) -> Option<Format> {
        if wanted == Some(Format::Hex) && is_pairs(&self.text) {
            return wanted;
        }
        let found = detect(&self.text);
        let fits = found
            .iter()
            .any(|candidate| Some(candidate.format) == wanted);
        if fits || found.is_empty() {
            return wanted;
        }
        found.first().map(|candidate| candidate.format)
    }

    /// Adds its bytes to `out`.
    fn read(self, text: &str, format: Option<Format>, out: &mut Output) -> Result<(), Fault> {
        let (indent, body) = scan::trim(&self.text);
        if body.is_empty() {
            return Ok(());
        }
        let start = self.start.saturating_add(indent);
        let unknown = || scan::first_word(body, TextErrorKind::Unrecognised);
        let read = format
            .ok_or_else(unknown)
            .and_then(|format| decode_as(body, format))
            .map_err(|fault| fault.shifted(start))?;
        out.begin_part(Some(self.side));
        out.append(read, text, start);
        Ok(())
    }
}

/// The blocks of a marked text, up to the first one that begins behind the place `most`.
fn marked(text: &str, most: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (start, line) in scan::lines(text) {
        let Some(Mark { side, end, .. }) = mark(line) else {
            if let Some(block) = blocks.last_mut() {
                block.go_on(text, start, line);
            }
            continue;
        };
        let unmarked = blank_out(line, end);
        if let Some(block) = blocks.last_mut()
            && block.takes(side)
        {
            block.reach(text, start);
            block.text.push_str(&unmarked);
        } else if start > most {
            break;
        } else {
            blocks.push(Block::new(side, start, unmarked));
        }
    }
    blocks
}

/// The blocks of a text that blank lines cut up.
fn alternating(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut side = Side::Second;
    let mut is_open = false;
    for (start, line) in scan::lines(text) {
        if scan::trim(line).1.is_empty() {
            // The empty line within CR LF is none.
            let before = text.get(..start).unwrap_or_default();
            let behind = text.get(start..).unwrap_or_default();
            is_open &= before.ends_with('\r') && behind.starts_with('\n');
        } else if is_open && let Some(block) = blocks.last_mut() {
            block.go_on(text, start, line);
        } else {
            is_open = true;
            side = side.other();
            blocks.push(Block::new(side, start, line.into()));
        }
    }
    blocks
}

/// Whether a line is words about bytes. A word may look like base64, but that breaks off later.
fn is_headline(line: &str) -> bool {
    let is_short = scan::trim(line).1.len() < 16;
    detect(line)
        .iter()
        .all(|candidate| is_short && matches!(candidate.format, Format::Base64 | Format::Base64Url))
}

/// Whether a line is pairs of hex digits and nothing else, as nearly all lines of a log of hex are.
fn is_pairs(line: &str) -> bool {
    !line.contains(['\n', '\r'])
        && scan::words(line).all(|(_, word)| word.len() == 2 && scan::is_hex(word))
}

/// The line with blanks in place of its first `end` bytes: as long as before.
fn blank_out(line: &str, end: usize) -> String {
    let mut out = " ".repeat(end);
    out.push_str(line.get(end..).unwrap_or_default());
    out
}
