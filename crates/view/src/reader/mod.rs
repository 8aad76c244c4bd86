//! Reads what a person gave: text in any notation, a file, or bytes. Finds the bytes in it, what they are where they
//! are not MQTT on their own, who sent them and when.
//!
//! A [`Request`] and what is [`Found`] are plain values: the page asks a program of its own, which is loaded behind it.

use core::ops::Range;

mod examined;
mod other;

use mqttscope_capture::foreign::{Part, Protocol, recognize};
use mqttscope_capture::json;
use mqttscope_capture::reading::Role;
use mqttscope_capture::text::{
    self, Decoded, Format, Marks, Note, Piece, Reading, Side, SourceMap, TextError, TextErrorKind,
    Turns,
};
use mqttscope_wire::{Context, PacketAt, PacketType, ProtocolVersion, Sender, packets};
use serde::{Deserialize, Serialize};

use crate::lines;
use crate::sides::{self, Run};
use crate::told;
pub use other::{Other, Shown, Taking};

/// What is to be read, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request<'a> {
    /// What was given.
    #[serde(borrow)]
    pub given: Given<'a>,
    /// The notation of a text; `None`: what it is likeliest to be.
    pub format: Option<Format>,
    /// Blank lines of the text are where the other side goes on.
    pub takes_turns: bool,
    /// What to do with bytes that are not MQTT on their own.
    pub taking: Taking,
    /// Which of several connections is wanted.
    pub stream: usize,
}

impl<'a> Request<'a> {
    /// To read this as what it is likeliest to be.
    #[must_use]
    pub const fn of(given: Given<'a>) -> Self {
        Self {
            given,
            format: None,
            takes_turns: false,
            taking: Taking::Found,
            stream: 0,
        }
    }
}

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Given<'a> {
    /// Text that was typed or pasted.
    Text(&'a str),
    /// All bytes of a file, which may be text.
    File(#[serde(with = "serde_bytes")] &'a [u8]),
    /// Bytes of one sender.
    Bytes(#[serde(with = "serde_bytes")] &'a [u8]),
}

/// What was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The text of a file that is text; places are places in it.
    pub text: Option<String>,
    /// The bytes that are to be read as packets.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Where each side's bytes begin; empty unless both speak.
    pub runs: Vec<Run>,
    /// The notation that the text was read as.
    pub format: Option<Format>,
    /// Whether another notation is nearly as likely.
    pub is_doubtful: bool,
    /// Other notations that the text may be in, the likeliest first.
    pub alternatives: Vec<Format>,
    /// Where parts with a time begin among the bytes, and their times in milliseconds.
    pub times: Vec<(usize, u64)>,
    /// Where packets begin among the bytes, whatever the one before says: one of several that stand on lines of their
    /// own has a wrong length. Empty: each begins where the one before ends.
    pub cuts: Vec<usize>,
    /// What was passed over or guessed in the text, a sentence each without a full stop.
    pub notes: Vec<String>,
    /// Where in the text bytes may stand that were left out, in bytes of UTF-8.
    pub left_out: Vec<Range<usize>>,
    /// The text says that bytes are missing in it, or a line of it could not be read.
    pub has_gaps: bool,
    /// Why the text, or its end, could not be read.
    pub fault: Option<Fault>,
    /// Where in the text each byte stands.
    pub source: Option<SourceMap>,
    /// What tells the sides apart in the text.
    pub marks: Option<Marks>,
    /// What the bytes are, where they are not packets on their own.
    pub other: Option<Other>,
}

/// Why a text could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong and where, without a full stop.
    pub says: String,
    /// The characters at fault, in units of UTF-16 from the beginning of the text.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// The line that they stand in, from 1.
    pub line: usize,
    /// It is a log that tells of packets in words, as the Captures page reads it.
    pub is_log: bool,
}

impl From<&TextError> for Fault {
    fn from(error: &TextError) -> Self {
        let range = error.utf16_range();
        Self {
            says: error.to_string(),
            start: range.start,
            end: range.end,
            line: error.place.line,
            is_log: error.kind == TextErrorKind::LogInWords,
        }
    }
}

/// Reads what was given.
#[must_use]
pub fn read(request: &Request<'_>) -> Found {
    let found = match request.given {
        Given::Text(text) => request.read_text(text),
        Given::File(bytes) => request.read_file(bytes),
        Given::Bytes(bytes) => Found::default().examined(request, bytes.to_vec(), &[], Vec::new()),
    };
    found.told_by_types()
}

impl Found {
    /// With both sides, where nothing marks them and the packets' types tell them.
    fn told_by_types(self) -> Self {
        // As one stream, lines that are packets of their own would be cut in the wrong places.
        let is_stream = self.other.is_none() && self.cuts.is_empty();
        let is_unmarked = self.runs.is_empty() && self.marks.is_none() && is_stream;
        match is_unmarked.then(|| told::by_types(&self.bytes)).flatten() {
            Some(runs) => {
                let says = "no mark that is known here says who sent what; the packets' types tell it, so they are read as one conversation";
                let mut notes = self.notes;
                notes.push(says.to_owned());
                Self {
                    runs,
                    marks: Some(Marks::Types),
                    notes,
                    ..self
                }
            }
            None => self,
        }
    }
}

impl Found {
    /// With each line as a packet of its own, where one of them has a wrong length, or the text leaves bytes of it out.
    fn line_by_line(mut self, text: &str, leaves_out: bool) -> Self {
        let (Some(source), Some(format), None) = (&self.source, self.format, &self.other) else {
            return self;
        };
        if let Some(lines) = lines::of_text(text, format, source, &self.bytes, &self.runs) {
            self.cuts = lines.cuts;
            self.notes.push(match leaves_out {
                true => "each line is read as a packet of its own, as the text leaves bytes out"
                    .to_owned(),
                false => lines.says,
            });
        }
        self
    }

    /// With the client as the sender of all.
    fn of_client(mut self) -> Self {
        if self.runs.is_empty() && self.other.is_none() {
            let from = Sender::Client;
            self.runs.push(Run { start: 0, from });
            let says = "all of it was sent by the client, as its CONNECT shows";
            self.notes.push(says.to_owned());
        }
        self
    }
}

/// Whether all parts of a text are a client's, as their marks and a CONNECT among them show.
fn is_of_client(text: &str, pieces: &[Piece], decoded: &Decoded) -> bool {
    let bytes = decoded.bytes.as_slice();
    let begins = |piece: &Piece| bytes.get(piece.bytes.start).copied();
    let connects =
        |piece| begins(piece).map(PacketType::from_first_byte) == Some(PacketType::Connect);
    pieces.iter().all(|piece| piece.from == Some(Role::Client))
        && pieces.iter().any(connects)
        && (pieces.len() > 1 || is_stream_of_client(text, decoded))
}

/// Whether bytes are one stream that only a client can have sent: a CONNECT, and behind it on the same lines, as packets
/// that were put together do not stand, others that a client may send.
fn is_stream_of_client(text: &str, decoded: &Decoded) -> bool {
    let place = |byte: usize| decoded.source.span(byte);
    let goes_on = |at: &PacketAt| {
        let before = place(at.offset.checked_sub(1)?)?.end;
        let between = text.get(before..place(at.offset)?.start)?;
        Some(!between.contains(['\n', '\r']))
    };
    let mut packets = packets(&decoded.bytes, Context::new(ProtocolVersion::V5)).peekable();
    let connect = packets.next();
    connect.is_some_and(|at| at.packet_type == PacketType::Connect && !at.skipped)
        && packets.peek().is_some()
        && packets.all(|at| {
            let by = at.packet_type.sent_by(at.version);
            !at.skipped && by.allows(Sender::Client) && goes_on(&at) == Some(true)
        })
}

impl Request<'_> {
    fn read_file(&self, bytes: &[u8]) -> Found {
        // Asked for as text: what is no text in it is a fault with a place.
        if self.format.is_some_and(|format| format != Format::Binary) {
            return self.read_text(&String::from_utf8_lossy(bytes));
        }
        let binary = || {
            Found {
                format: Some(Format::Binary),
                ..Found::default()
            }
            .examined(self, bytes.to_vec(), &[], Vec::new())
        };
        if self.format.is_some() {
            return binary();
        }
        // A JSON document is shown as text, so that what was found in it can be seen there.
        if let Ok(text) = core::str::from_utf8(bytes)
            && let Some(found) = json::read(text)
        {
            return Found {
                text: Some(text.to_owned()),
                ..Found::of_json(self, found)
            };
        }
        let Some((text, reading)) = text::read_file(bytes) else {
            return binary();
        };
        let reading = if self.takes_turns {
            self.decode(&text)
        } else {
            reading
        };
        let found = self.of_reading(&text, reading);
        Found {
            text: Some(text),
            ..found
        }
    }

    fn read_text(&self, text: &str) -> Found {
        if self.format.is_none()
            && let Some(found) = json::read(text)
        {
            return Found::of_json(self, found);
        }
        self.of_reading(text, self.decode(text))
    }

    fn of_reading(&self, text: &str, reading: Result<Reading, TextError>) -> Found {
        match reading {
            Ok(reading) => {
                let leaves_out = (reading.decoded.notes.iter()).any(leaves_out);
                let found = self.found(text, reading);
                if self.format.is_none() {
                    found.line_by_line(text, leaves_out)
                } else {
                    found
                }
            }
            Err(fault) => {
                if let Some(found) = self.named(text, &fault) {
                    return found;
                }
                let before = self.before_last(text, &fault);
                Found {
                    fault: Some(Fault::from(&fault)),
                    ..before.unwrap_or_default()
                }
            }
        }
    }

    /// A text without bytes that is known all the same: what a modem answers, a request of HTTP.
    fn named(&self, text: &str, fault: &TextError) -> Option<Found> {
        let is_other = self.format.is_none()
            && matches!(
                fault.kind,
                TextErrorKind::NoBytes
                    | TextErrorKind::ModemTrace
                    | TextErrorKind::Unrecognised
                    | TextErrorKind::NoBytesAmongWords
            );
        let foreign = is_other.then(|| recognize(text.as_bytes()))??;
        (foreign.protocol != Protocol::Text).then(|| Found::of_foreign(text, foreign))
    }

    fn decode(&self, text: &str) -> Result<Reading, TextError> {
        let turns = if self.takes_turns {
            Turns::Alternating
        } else {
            Turns::Marked
        };
        text::read(text, self.format, turns)
    }

    /// While someone types, the last byte is half there: what stands before it is read all the same.
    fn before_last(&self, text: &str, fault: &TextError) -> Option<Found> {
        let (before, rest) = text.split_at_checked(fault.place.byte)?;
        let is_last =
            fault.kind == TextErrorKind::OddDigits && rest.trim_end().chars().count() <= 1;
        let reading = is_last.then(|| self.decode(before).ok())??;
        Some(self.found(before, reading))
    }

    fn found(&self, text: &str, reading: Reading) -> Found {
        let decoded = reading.decoded;
        let mut left_out = reading.left_out;
        left_out.sort_by_key(|range| range.start);
        let (parts, runs) = parts_of(&decoded);
        let is_of_client = is_of_client(text, &reading.parts, &decoded);
        // Headers that the reader of text sees before MQTT are taken off here, so nothing need be said of them.
        let is_header = |note: &Note| matches!(note, Note::IpPacket { .. } | Note::EthernetFrame);
        let (headers, notes): (Vec<Note>, Vec<Note>) =
            decoded.notes.into_iter().partition(is_header);
        let is_gap = |note: &Note| leaves_out(note) || matches!(note, Note::OddDigits { .. });
        let has_gaps = notes.iter().any(is_gap);
        let says = |notes: Vec<Note>| notes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let found = Found {
            marks: decoded.marks,
            notes: says(notes),
            source: Some(decoded.source),
            is_doubtful: !reading.sure,
            alternatives: reading.alternatives,
            times: times(&reading.parts),
            left_out,
            has_gaps,
            format: Some(decoded.format),
            ..Found::default()
        };
        let mut found = found.examined(self, decoded.bytes, &parts, runs);
        if is_of_client {
            found = found.of_client();
        }
        if has_gaps && !found.runs.is_empty() {
            let says = "what rests on the bytes that are missing is not judged";
            found.notes.push(says.to_owned());
        }
        if found.other.is_none() {
            found.notes.extend(says(headers));
        }
        found
    }
}

/// Whether a text itself says that bytes are missing in it.
const fn leaves_out(note: &Note) -> bool {
    matches!(note, Note::LeavesOut { .. } | Note::CutShort { .. })
}

/// The times that the text tells of its parts.
fn times(pieces: &[Piece]) -> Vec<(usize, u64)> {
    let times = pieces.iter();
    times
        .filter_map(|piece| Some((piece.bytes.start, piece.at_ms?)))
        .collect()
}

/// The parts of a decoded text, and where each side's bytes begin.
fn parts_of(decoded: &Decoded) -> (Vec<Part>, Vec<Run>) {
    let parts = decoded.parts.iter().map(|part| Part {
        start: part.start,
        is_first: part.side.map(|side| side == Side::First),
    });
    (parts.collect(), runs_of(decoded))
}

/// Where each side's bytes begin; empty unless both speak.
fn runs_of(decoded: &Decoded) -> Vec<Run> {
    let starts = decoded
        .parts
        .iter()
        .map(|part| Some((part.start, part.side? == Side::First)));
    let starts: Vec<_> = starts.collect::<Option<_>>().unwrap_or_default();
    match decoded.marks {
        Some(marks) if !starts.is_empty() => {
            clients_of(&decoded.bytes, &starts, marks.is_certain())
        }
        _ => Vec::new(),
    }
}

/// Runs of two sides, of which the first is the client where `is_certain`, or else by what they send.
fn clients_of(bytes: &[u8], starts: &[(usize, bool)], is_certain: bool) -> Vec<Run> {
    if is_certain {
        sides::named(starts, true)
    } else {
        sides::runs(bytes, starts)
    }
}

#[cfg(test)]
mod tests;
