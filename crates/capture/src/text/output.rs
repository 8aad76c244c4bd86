//! What decoding yields, and how the decoders build it up.

use core::mem::discriminant;
use core::ops::Range;

use super::error::Fault;
use super::{Format, MAX_FILLED, Marks, Note, Place, SourceMap, TextErrorKind};

/// Bytes read from a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What the text was written as.
    pub format: Format,
    /// The bytes; never empty.
    pub bytes: Vec<u8>,
    /// Where in the text each byte stands.
    pub source: SourceMap,
    /// Where the text's own parts begin (packets, directions, literals, log lines), when there
    /// are several; otherwise empty.
    pub parts: Vec<Part>,
    /// What tells the sides apart, where the parts have any.
    pub marks: Option<Marks>,
    /// What was passed over, filled in or guessed.
    pub notes: Vec<Note>,
}

/// The start of a part of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index of the part's first byte.
    pub start: usize,
    /// Who sent it, where the text tells.
    pub side: Option<Side>,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Most often the client: whose lines begin with `>` or are not indented.
    First,
    /// The other.
    Second,
}

impl Side {
    /// The one at the other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    source: SourceMap,
    parts: Vec<Part>,
    notes: Vec<Note>,
    filled: usize,
    /// What tells the sides apart, unless the format itself does.
    pub(super) marks: Option<Marks>,
}

impl Output {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn source(&self) -> &SourceMap {
        &self.source
    }

    /// Leaves out all bytes behind the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.source.truncate(len);
    }

    pub(super) fn forget_notes(&mut self) {
        self.notes.clear();
    }

    /// Makes room for what a text of this many characters may become.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    pub(super) fn push(&mut self, byte: u8, span: Range<usize>) {
        self.bytes.push(byte);
        self.source.push(span.start, span.len());
    }

    /// The bytes of one character, each of which stands where the character stands.
    pub(super) fn push_char(&mut self, c: char, span: Range<usize>) {
        let mut buffer = [0; 4];
        for byte in c.encode_utf8(&mut buffer).bytes() {
            self.push(byte, span.clone());
        }
    }

    pub(super) fn push_verbatim(&mut self, bytes: &[u8]) {
        self.source.push_dense(0, 1, bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes out of base64, with runs of (place of the first character, number of bytes, width).
    pub(super) fn push_quads(
        &mut self,
        bytes: &[u8],
        runs: impl Iterator<Item = (usize, usize, u8)>,
    ) {
        for (at, count, width) in runs {
            self.source.push_quads(at, count, width);
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes over another's bytes, which all stand in the same place.
    pub(super) fn push_all_at(&mut self, other: Self, span: Range<usize>) {
        self.source
            .push_repeat(span.start, span.len(), other.bytes.len());
        self.bytes.extend_from_slice(&other.bytes);
        self.notes.extend(other.notes);
    }

    /// Takes over what was read from a part of `text` that begins at `start`.
    pub(super) fn append(&mut self, other: Self, text: &str, start: usize) {
        self.source.append(other.source, start);
        self.bytes.extend_from_slice(&other.bytes);
        for note in other.notes {
            let kind = discriminant(&note);
            let same = self.notes.iter_mut().find(|n| discriminant(*n) == kind);
            match (same, note) {
                (Some(Note::LinesIgnored { lines }), Note::LinesIgnored { lines: more })
                | (Some(Note::PrefixesIgnored { lines }), Note::PrefixesIgnored { lines: more })
                | (
                    Some(Note::RepeatsFilled { bytes: lines }),
                    Note::RepeatsFilled { bytes: more },
                ) => {
                    *lines = lines.saturating_add(more);
                }
                (Some(_), _) => {}
                (
                    None,
                    Note::OffsetMismatch {
                        line,
                        expected,
                        found,
                    },
                ) => {
                    let before = Place::of(text, start).line.saturating_sub(1);
                    self.note_mismatch(line.saturating_add(before), expected, found);
                }
                (None, note) => self.notes.push(note),
            }
        }
    }

    /// Repeats the bytes in `pattern` until `count` more stand at the end.
    pub(super) fn fill(
        &mut self,
        pattern: Range<usize>,
        count: u64,
        at: usize,
    ) -> Result<(), Fault> {
        let too_large = Fault::over(at..at.saturating_add(1), TextErrorKind::TooLarge);
        let count = usize::try_from(count).map_err(|_| too_large)?;
        let pattern = self.bytes.get(pattern).unwrap_or_default().to_vec();
        if pattern.is_empty() {
            return Ok(());
        }
        self.filled = self.filled.saturating_add(count);
        if self.filled > MAX_FILLED {
            return Err(too_large);
        }
        // So many bytes are claimed, and do not stand in the text.
        self.bytes.try_reserve(count).map_err(|_| too_large)?;
        self.bytes.extend(pattern.iter().cycle().take(count));
        self.source.push_repeat(at, 1, count);
        Ok(())
    }

    /// Repeats the last byte as often as a debugger says at `at`: `<repeats 12 times>`. Gives where that ends; none:
    /// it says something else there.
    pub(super) fn repeat_last(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = text.get(at..)?.strip_prefix("<repeats ")?;
        let (digits, behind) = rest.split_at_checked(rest.find(' ')?)?;
        let times: u64 = digits.parse().ok()?;
        let behind = behind.strip_prefix(" times>")?;
        let last = self.bytes.len().checked_sub(1)?;
        self.fill(last..self.bytes.len(), times.checked_sub(1)?, at)
            .ok()?;
        Some(text.len().saturating_sub(behind.len()))
    }

    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Says that a part begins here. A part that continues the same side is no new part.
    pub(super) fn begin_part(&mut self, side: Option<Side>) {
        let start = self.bytes.len();
        match self.parts.last_mut() {
            Some(last) if side.is_some() && last.side == side => {}
            Some(last) if last.start == start => last.side = side,
            _ => self.parts.push(Part { start, side }),
        }
    }

    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Tells of an offset that does not follow; the first such line is enough.
    pub(super) fn note_mismatch(&mut self, line: usize, expected: u64, found: u64) {
        if !self
            .notes
            .iter()
            .any(|note| matches!(note, Note::OffsetMismatch { .. }))
        {
            self.notes.push(Note::OffsetMismatch {
                line,
                expected,
                found,
            });
        }
    }

    pub(super) fn finish(mut self, format: Format, text: &str) -> Result<Decoded, Fault> {
        if self.bytes.is_empty() {
            return Err(Fault::at(text.len(), TextErrorKind::NoBytes));
        }
        self.parts.retain(|part| part.start < self.bytes.len());
        let sides = |side| self.parts.iter().any(|part| part.side == Some(side));
        if sides(Side::First) && sides(Side::Second) {
            let marks = *self.marks.get_or_insert(Marks::Format);
            self.note(Note::BothSides { marks });
        } else if self.parts.len() > 1 {
            self.note(Note::Joined {
                parts: self.parts.len(),
            });
        } else {
            self.parts.clear();
        }
        if matches!(format, Format::TcpdumpX | Format::WiresharkHex)
            && let Some(note) = lower_layer(&self.bytes)
        {
            self.note(note);
        }
        let Self {
            bytes,
            source,
            parts,
            notes,
            marks,
            ..
        } = self;
        Ok(Decoded {
            format,
            bytes,
            source,
            parts,
            marks,
            notes,
        })
    }
}

/// Sees whether a dumped packet begins below MQTT. Nothing is taken off: a person may want to see it.
fn lower_layer(bytes: &[u8]) -> Option<Note> {
    match bytes {
        [0x45..=0x4f, _, _, _, _, _, _, _, _, 0x06 | 0x11, ..] => {
            Some(Note::IpPacket { version: 4 })
        }
        [0x60..=0x6f, _, _, _, _, _, 0x06 | 0x11, ..] if bytes.len() > 40 => {
            Some(Note::IpPacket { version: 6 })
        }
        [
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            0x08,
            0x00,
            0x45..=0x4f,
            ..,
        ]
        | [
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            0x86,
            0xdd,
            0x60..=0x6f,
            ..,
        ] => Some(Note::EthernetFrame),
        _ => None,
    }
}
