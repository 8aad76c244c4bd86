//! Which of the stretches that may stand for bytes are taken: those whose bytes read as packets,
//! and those that belong to them.

mod joined;

use core::ops::Range;

use super::dropped::dropped;
use super::error::{Fault, TextErrorKind};
use super::islands::{Context, Island, Records, Strength, line_context};
use super::output::Output;
use super::plausible::{Class, class, missing, mqtt};
use super::reader::{Reading, side_of};
use super::roles::Roles;
use super::{Format, Marks, Note, Side, SourceMap, body, scan};
use crate::reading::Role;

/// Islands that are asked whether they are another protocol: it would show in the first ones.
const MOST_FOREIGN: usize = 64;

/// Chunks of one packet that are looked at together at most.
const MOST_CHUNKS: usize = 64;

/// How many bytes of the words before a number that makes no packet are looked at.
const NEAR: usize = 120;

/// How far apart two lines of a log are that tell of the same event.
const MOMENT_MS: u64 = 100;

/// What was chosen of a text's islands.
pub(super) struct Choice {
    /// How well the bytes read.
    pub(super) class: Class,
    /// What most of them are written as.
    pub(super) format: Format,
    pub(super) alternatives: Vec<Format>,
    kept: Vec<Kept>,
    left_out: Vec<Range<usize>>,
    /// Digits among the bytes were not read.
    drops: bool,
    headers: usize,
}

/// An island with what is known of it.
struct Kept {
    island: Island,
    context: Context,
    /// The letters of the words before it: those of one kind of line are alike.
    shape: String,
    class: Class,
    /// It goes on with the packet of the one before it.
    goes_on: bool,
    /// Who sends the packet that it is a piece of.
    sender: Option<Role>,
    /// The fixed header that the words tell: bytes and where they stand.
    header: Vec<(u8, Range<usize>)>,
}

impl Kept {
    fn of(text: &str, island: Island, records: &mut Records<'_>, may_be_foreign: bool) -> Self {
        let class = if may_be_foreign {
            class(island.bytes())
        } else {
            mqtt(island.bytes())
        };
        let mut told = island.words.clone();
        // A number that makes no packet is asked for little: thousands of them share the words before them.
        if island.strength == Strength::Weak && class < Class::Framed {
            let near = text.ceil_char_boundary(told.end.saturating_sub(NEAR));
            told.start = told.start.max(near).min(told.end);
        }
        let words = text.get(told.clone()).unwrap_or_default();
        let mut context = line_context(text, told, records.side(island.words.end));
        // A system call says itself who sent it.
        let side = |sent| if sent { Side::First } else { Side::Second };
        context.side = (island.sent.map(|sent| (side(sent), Marks::Verbs))).or(context.side);
        let shape = scan::tail(words, 200)
            .chars()
            .filter(|c| c.is_alphabetic())
            .collect();
        let header = body::header(text, &island).unwrap_or_default();
        let mut kept = Self {
            class,
            island,
            context,
            shape,
            goes_on: false,
            sender: None,
            header: Vec::new(),
        };
        if kept.class < Class::Framed && !header.is_empty() {
            kept.header = header;
            kept.class = super::plausible::class(&kept.bytes());
        }
        kept.read_otherwise();
        kept
    }

    /// With the header that the words tell.
    fn bytes(&self) -> Vec<u8> {
        let header = self.header.iter().map(|(byte, _)| *byte);
        header.chain(self.island.bytes().iter().copied()).collect()
    }

    /// Takes digits the other way where that reads better.
    fn read_otherwise(&mut self) {
        let Some((_, other)) = &self.island.otherwise else {
            return;
        };
        if class(other.bytes()) > self.class
            && let Some((format, other)) = self.island.otherwise.take()
        {
            self.class = class(other.bytes());
            let ours = core::mem::replace(&mut self.island.out, other);
            let before = core::mem::replace(&mut self.island.format, format);
            self.island.otherwise = Some((before, ours));
        }
    }

    /// Whether its bytes read as packets, the better the less it looks like bytes.
    fn is_packets(&self) -> bool {
        self.class == Class::Sound
            || self.class == Class::Framed && (self.is_strong() || self.goes_on)
    }

    /// Whether it is all that stands behind a colon in its line.
    fn has_label(&self, text: &str) -> bool {
        let before = text.get(self.island.words.clone()).unwrap_or_default();
        let behind = text.get(self.island.range.end..).unwrap_or_default();
        let is_break = |c: char| matches!(c, '\n' | '\r');
        let is_end = |c: char| scan::is_blank(c) && !is_break(c) || c == ',';
        let rest = behind.trim_start_matches(is_end);
        before
            .trim_end_matches(scan::is_blank)
            .ends_with([':', '：'])
            && (rest.is_empty() || rest.starts_with(is_break))
    }

    /// Whether a packet may go on in another piece: bytes are broken off at a line's end. A number within a sentence is none
    /// of a packet's bytes.
    fn may_break_off(&self, text: &str) -> bool {
        let behind = text.get(self.island.range.end..).unwrap_or_default();
        let rest = scan::head(behind, 24).split(['\n', '\r']).next();
        let is_end = |c: char| scan::is_blank(c) || c.is_ascii_punctuation();
        let is_last = rest.is_some_and(|rest| rest.trim_start_matches(is_end).is_empty());
        self.is_strong() || is_last || behind.starts_with(|c| scan::quote(c).is_some())
    }

    fn is_strong(&self) -> bool {
        self.island.strength >= Strength::Ordinary
    }
}

/// Chooses among a text's islands; `None` where nothing in it stands for bytes.
pub(super) fn choose(text: &str, islands: Vec<Island>) -> Option<Choice> {
    let mut records = Records::of(text);
    let mut all: Vec<Kept> = islands
        .into_iter()
        .enumerate()
        .map(|(n, island)| Kept::of(text, island, &mut records, n < MOST_FOREIGN))
        .collect();
    joined::join(text, &mut all);
    drop_masks(&mut all);
    let best = best_format(&all)?;
    let top = all
        .iter()
        .filter(|kept| kept.island.format == best && kept.is_strong() || kept.is_packets())
        .map(|kept| kept.class)
        .max()?;
    let together = has_frames(&all, best);
    let shapes: Vec<String> = all
        .iter()
        .filter(|kept| kept.class == top && kept.island.format == best)
        .map(|kept| kept.shape.clone())
        .take(64)
        .collect();
    let labelled = all.iter().filter(|kept| kept.is_packets());
    let are_labelled = labelled.filter(|kept| kept.has_label(text)).count() > 1;
    let takes = |kept: &Kept| {
        let own = kept.island.format == best && kept.is_strong();
        // One of several packets that are at fault, each behind its name.
        let is_one = own
            && are_labelled
            && kept.class == Class::Possible
            && !kept.context.partial
            && kept.has_label(text);
        let alike = own && !kept.context.partial && shapes.contains(&kept.shape);
        // What stands behind a gap is the rest of a packet whose middle is not there.
        if kept.island.is_behind_cut {
            false
        } else if together || top <= Class::Possible {
            own
        } else if top >= Class::Framed {
            let is_begun = own && kept.island.cut.is_some() && kept.class >= Class::Possible;
            kept.is_packets() || is_begun || is_one || alike && !kept.shape.is_empty()
        } else {
            own && (kept.class == top || alike)
        }
    };
    let mut chosen: Vec<Kept> = Vec::new();
    let mut left_out = Vec::new();
    let mut others = Vec::new();
    for kept in all {
        let is_example = kept.context.expected && !chosen.is_empty();
        if !takes(&kept) || is_example {
            let is_meant = is_example && kept.is_packets() || kept.island.is_behind_cut;
            if kept.is_strong() || is_meant {
                left_out.push(kept.island.range.clone());
            }
            if kept.is_strong() || is_example {
                others.push(kept.island.range);
            }
            continue;
        }
        match chosen.last() {
            Some(last) if is_copy(text, last, &kept) => {
                others.push(kept.island.range.clone());
                // The line that tells who sent it is the better one.
                if last.context.side.is_none() && kept.context.side.is_some() {
                    chosen.pop();
                    chosen.push(kept);
                }
            }
            _ => chosen.push(kept),
        }
    }
    let first = chosen.first()?;
    let mut alternatives = Vec::new();
    if let Some((format, _)) = &first.island.otherwise {
        alternatives.push(*format);
    }
    let class = chosen.iter().map(|kept| kept.class).max()?;
    let headers = chosen.iter().filter(|kept| !kept.header.is_empty()).count();
    let read: Vec<_> = chosen
        .iter()
        .map(|kept| kept.island.range.clone())
        .collect();
    let dropped = dropped(text, &read, &others);
    let drops = !dropped.is_empty();
    left_out.extend(dropped);
    left_out.sort_by_key(|range| range.start);
    Some(Choice {
        class,
        format: best,
        alternatives,
        kept: chosen,
        left_out,
        drops,
        headers,
    })
}

/// Whether the chunks of a format are WebSocket frames or another protocol together.
fn has_frames(all: &[Kept], format: Format) -> bool {
    let own: Vec<u8> = all
        .iter()
        .filter(|kept| kept.island.format == format && kept.is_strong())
        .take(MOST_CHUNKS)
        .flat_map(|kept| kept.island.bytes().iter().copied().take(1 << 16))
        .collect();
    super::plausible::is_framed(&own)
}

/// Whether an island only repeats the one before it, in another line that tells nothing more. A byte may
/// well be followed by its equal: that is no packet twice.
fn is_copy(text: &str, last: &Kept, kept: &Kept) -> bool {
    let between = last.island.range.end..kept.island.range.start;
    let is_next_line = text
        .get(between)
        .is_some_and(|between| between.contains(['\n', '\r']));
    if !is_next_line || kept.island.bytes().len() < 2 {
        return false;
    }
    let is_other_line = last.shape != kept.shape || last.island.format != kept.island.format;
    let both_told = last.context.side.is_some() && kept.context.side.is_some();
    // The line that has the header is the one that prints the packet.
    let both_headed = !last.header.is_empty() && !kept.header.is_empty();
    last.bytes() == kept.bytes()
        && (is_other_line && !both_told && !both_headed || is_same_buffer(last, kept))
}

/// Whether a buffer that ends within a packet is printed once more at the same moment: on the wire
/// the rest of the packet would follow.
fn is_same_buffer(last: &Kept, kept: &Kept) -> bool {
    let (Some(before), Some(now)) = (last.context.at_ms, kept.context.at_ms) else {
        return false;
    };
    now.abs_diff(before) < MOMENT_MS
        && last.context.side == kept.context.side
        && last.island.bytes().len() >= 4
        && missing(&last.bytes()).is_some()
}

/// Drops a few bytes in noughts and ones, each by itself, that make no packets: bit masks, as `"11100000"` of a modem.
fn drop_masks(all: &mut Vec<Kept>) {
    const FEW: usize = 4;
    let is_mask =
        |kept: &Kept| kept.island.format == Format::BinaryDigits && kept.island.bytes().len() == 1;
    let masks: Vec<u8> = all
        .iter()
        .filter(|kept| is_mask(kept))
        .flat_map(|kept| kept.island.bytes().iter().copied())
        .collect();
    if masks.len() < FEW && mqtt(&masks) < Class::Framed {
        all.retain(|kept| !is_mask(kept));
    }
}

/// The format that accounts for most: for packets first, then for what else is known, then for bytes.
fn best_format(all: &[Kept]) -> Option<Format> {
    let mut scores: Vec<(Format, [usize; 4])> = Vec::new();
    for kept in all {
        let len = kept.bytes().len();
        let strong = kept.is_strong();
        let add = [
            if kept.is_packets() { len } else { 0 },
            if kept.class == Class::Known && strong {
                len
            } else {
                0
            },
            if kept.class == Class::Possible && strong {
                len
            } else {
                0
            },
            if strong { len } else { 0 },
        ];
        let format = kept.island.format;
        match scores.iter_mut().find(|(has, _)| *has == format) {
            Some((_, score)) => {
                for (sum, more) in score.iter_mut().zip(add) {
                    *sum = sum.saturating_add(more);
                }
            }
            None => scores.push((format, add)),
        }
    }
    let (format, score) = scores.into_iter().rev().max_by_key(|(_, score)| *score)?;
    (score != [0; 4]).then_some(format)
}

impl Choice {
    pub(super) fn len(&self) -> usize {
        self.kept.iter().map(|kept| kept.island.bytes().len()).sum()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.kept.iter().flat_map(Kept::bytes).collect()
    }

    /// Whether there is reason enough to take it where the text as a whole is in no format.
    pub(super) fn is_likely(&self, text: &str) -> bool {
        match self.class {
            Class::Nothing | Class::Possible => {
                let strong = self
                    .kept
                    .iter()
                    .any(|kept| kept.island.strength == Strength::Strong);
                let partial = self.kept.iter().all(|kept| kept.context.partial);
                let named = super::reader::tells_of_packets(text);
                !named || strong && !partial
            }
            _ => true,
        }
    }

    /// Whether whole packets stand where another reading has no bytes.
    pub(super) fn has_packets_outside(&self, source: &SourceMap) -> bool {
        let is_outside = |range: &Range<usize>| {
            let last = source.byte_at(range.end.saturating_sub(1));
            let span = last.and_then(|byte| source.span(byte));
            span.is_none_or(|span| span.end <= range.start)
        };
        self.kept.iter().any(|kept| {
            kept.class >= Class::Framed && kept.is_strong() && is_outside(&kept.island.range)
        })
    }

    pub(super) fn has_times(&self) -> bool {
        self.kept
            .iter()
            .filter(|kept| kept.context.at_ms.is_some())
            .count()
            > 1
    }

    pub(super) fn has_sides(&self) -> bool {
        self.kept.iter().any(|kept| kept.context.side.is_some())
    }

    pub(super) fn parts(&self) -> usize {
        self.kept.len()
    }

    /// Whether digits were taken otherwise than as hex.
    pub(super) fn is_other_digits(&self) -> bool {
        matches!(
            self.format,
            Format::BinaryDigits | Format::NumberList | Format::Bytea
        )
    }

    /// Whether the single digits of a text have their meaning in it: they are bytes without leading zeros, or
    /// the numbers of another format.
    pub(super) fn explains_single_digits(&self) -> bool {
        let is_numbers = matches!(self.format, Format::IndexTable | Format::ErlangBinary);
        is_numbers || self.kept.iter().any(|kept| kept.island.is_short)
    }

    /// Puts the bytes together.
    pub(super) fn finish(self, text: &str) -> Result<Reading, Fault> {
        let roles = Roles::of(
            self.kept
                .iter()
                .map(|kept| (kept.context.side.map(|side| side.0), kept.bytes())),
            self.kept
                .iter()
                .filter_map(|kept| kept.context.side)
                .any(|(_, marks)| marks.is_certain()),
        );
        let marks = self
            .kept
            .iter()
            .find_map(|kept| kept.context.side)
            .map(|side| side.1);
        let mut out = Output::default();
        let mut pieces: Vec<super::reader::Piece> = Vec::new();
        let mut cut = None;
        let log = self.format == Format::Hex
            && self.kept.iter().any(|kept| {
                kept.shape.len() > 1 || kept.context.at_ms.is_some() || kept.context.side.is_some()
            });
        let sure = self.is_sure();
        let covered: usize = self.kept.iter().map(|kept| kept.island.range.len()).sum();
        let mut last_shape = String::new();
        for kept in self.kept {
            let start = out.len();
            let role = roles.role(kept.context.side.map(|side| side.0), &kept.bytes());
            let role = role.or(kept.sender);
            let joins = kept.goes_on && kept.shape == last_shape && !kept.shape.is_empty();
            out.begin_part(role.filter(|_| roles.both).map(side_of));
            for (byte, place) in kept.header {
                out.push(byte, place);
            }
            cut = cut.or((kept.island.cut)
                .map(|bytes| (bytes, (kept.island.format, kept.island.range.start))));
            let range = kept.island.range;
            out.append(kept.island.out, text, 0);
            match pieces.last_mut().filter(|_| joins) {
                Some(last) => {
                    last.bytes.end = out.len();
                    last.place.end = range.end;
                }
                None => pieces.push(super::reader::Piece {
                    bytes: start..out.len(),
                    place: range,
                    from: role,
                    at_ms: kept.context.at_ms,
                }),
            }
            last_shape = kept.shape;
        }
        match cut {
            Some((bytes, (Format::Hex, at))) => out.note(Note::LeavesOut {
                bytes,
                line: line_of(text, at),
            }),
            Some((bytes, _)) => out.note(Note::CutShort { bytes }),
            None => {}
        }
        if self.headers > 0 {
            out.note(Note::HeadersAdded {
                packets: self.headers,
            });
        }
        // A line of hex that is not whole is told by itself.
        let torn = self.left_out.iter().find_map(|range| {
            let words = text.get(range.clone())?;
            (super::dropped::torn_digits(words) == Some(0)).then_some((range.start, words))
        });
        if let Some((at, words)) = torn {
            let line = line_of(text, at);
            let bare = words.trim_start_matches("0x");
            let digits = bare.bytes().filter(u8::is_ascii_hexdigit).count();
            let has_dots = words.contains(['.', '…']);
            out.note(match has_dots {
                true => Note::LeavesOut { bytes: None, line },
                false => Note::OddDigits { digits, line },
            });
        }
        if let Some(first) = self.left_out.first() {
            out.note(Note::LeftOut {
                runs: self.left_out.len(),
                line: line_of(text, first.start),
            });
        }
        let letters = text.chars().filter(|c| !scan::is_blank(*c)).count();
        if covered.saturating_add(8) < letters {
            let times = pieces.iter().any(|piece| piece.at_ms.is_some());
            let sides = roles.both && marks.is_some();
            out.note(if times || sides {
                Note::WordsUsed { times, sides }
            } else {
                Note::WordsIgnored
            });
        }
        out.marks = marks.filter(|_| roles.both);
        let format = if log { Format::LogLines } else { self.format };
        let decoded = out.finish(format, text)?;
        if decoded.bytes.is_empty() {
            return Err(Fault::at(0, TextErrorKind::NoBytes));
        }
        let is_guessed = |note: &Note| matches!(note, Note::BareLetters { .. });
        let mut reading = Reading {
            sure: sure && !decoded.notes.iter().any(is_guessed),
            decoded,
            examined: None,
            parts: pieces,
            alternatives: self.alternatives,
            left_out: self.left_out,
        };
        reading.examine();
        Ok(reading)
    }

    fn is_sure(&self) -> bool {
        // A few digits in a sentence may be a telephone number.
        let few = match self.kept.as_slice() {
            [only] => {
                only.island.format == Format::Hex
                    && only.island.strength < Strength::Strong
                    && only.island.is_decimal
                    && only.shape.len() > 2
            }
            _ => false,
        };
        self.class >= Class::Known && !few && !self.drops
    }
}

/// The number of the line, from 1, that a place is in.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.matches('\n').count().saturating_add(1)
}

/// All that is written in one format, judged by nothing else: somebody asked for it.
pub(super) fn all_of(out: &mut Output, text: &str, format: Format) -> Result<(), Fault> {
    for island in super::islands::find(text) {
        let fits = island.format == format;
        let other = island.otherwise.filter(|(other, _)| *other == format);
        if fits || other.is_some() {
            out.begin_part(None);
            out.append(other.map_or(island.out, |(_, out)| out), text, 0);
        }
    }
    if out.len() == 0 {
        return Err(scan::first_word(text, TextErrorKind::Unrecognised));
    }
    Ok(())
}
