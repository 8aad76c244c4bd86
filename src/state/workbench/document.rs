//! One state of the work: what was given, the bytes in it, how they are read, what is selected.

use std::rc::Rc;

use mqttscope_capture::foreign::examine;
use mqttscope_capture::text::{
    self, Decoded, Format, Marks, Note, Piece, Reading, Side, SourceMap, Style, TextError,
    TextErrorKind, Turns,
};
use mqttscope_inspect::recording::Recording;
use mqttscope_inspect::sides::{self, Run};
use mqttscope_wire::{ProtocolVersion, Sender};

use super::foreign::{Other, Taking, parts_of};
use super::{Given, OpenBytes, Sides};

/// Everything that one step back restores.
#[derive(Clone)]
pub struct Document {
    /// What was given.
    pub given: Given,
    /// The format that was asked for.
    pub format: Option<Format>,
    /// The format that the text was read as.
    pub read_as: Option<Format>,
    /// Whether no other format is nearly as likely.
    pub is_sure: bool,
    /// Other formats that the text may be in, the likeliest first.
    pub alternatives: Rc<[Format]>,
    /// Where parts with a time begin among the bytes that were given, and their times in milliseconds.
    pub times: Rc<[(usize, u64)]>,
    /// What was passed over or guessed in the text.
    pub notes: Rc<[Note]>,
    /// Why the text could not be read.
    pub fault: Option<Rc<TextError>>,
    /// Where in the text each byte stands.
    pub source: Option<Rc<SourceMap>>,
    /// The version that was asked for.
    pub version: Option<ProtocolVersion>,
    /// The version in which the packets were read before one of them was changed here. It holds while
    /// they are changed: a broken packet must not be read as another version's.
    pub held: Option<ProtocolVersion>,
    /// Whose packets they are, where it was said.
    pub sides: Option<Sides>,
    /// What tells the sides apart in the text.
    pub marks: Option<Marks>,
    /// What the given bytes are, where they are not packets on their own.
    pub other: Option<Rc<Other>>,
    /// What was chosen to do with such bytes.
    pub taking: Taking,
    /// Which of several connections was chosen.
    pub stream: usize,
    /// The bytes and the packets in them.
    pub recording: Rc<Recording>,
    /// The packet that is looked at.
    pub packet: usize,
    /// The field of it that is looked at.
    pub node: Option<usize>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            given: Given::default(),
            format: None,
            read_as: None,
            is_sure: true,
            alternatives: Rc::default(),
            times: Rc::default(),
            notes: Rc::default(),
            fault: None,
            source: None,
            version: None,
            held: None,
            sides: None,
            marks: None,
            other: None,
            taking: Taking::Found,
            stream: 0,
            recording: nothing(),
            packet: 0,
            node: None,
        }
    }
}

pub(super) fn nothing() -> Rc<Recording> {
    Rc::new(Recording::read(Vec::new(), None, None))
}

impl Document {
    /// A document of bytes; its text is their hex, a line for each packet.
    pub(super) fn of_bytes(open: OpenBytes) -> Self {
        let made = Self {
            version: open.version,
            sides: open.sender.map(Sides::From),
            ..Self::default()
        };
        let is_plain = open.runs.is_empty() && examine(&open.bytes, &[], 0).is_some();
        if is_plain {
            // Bytes that are not MQTT are told as such, wherever they come from.
            let hex = text::write(&open.bytes, Style::Hex);
            return made.with_given(Given::Typed(hex.into()));
        }
        made.with_bytes(open.bytes.to_vec(), &open.runs)
            .selecting(open.packet, open.node)
    }

    /// The same way of reading, without what was chosen for these bytes alone.
    pub(super) fn for_another(&self) -> Self {
        Self {
            taking: Taking::Found,
            stream: 0,
            ..self.clone()
        }
    }

    /// The same way of reading for something else that was given.
    pub(super) fn with_given(&self, given: Given) -> Self {
        let is_made = matches!(given, Given::Made(_));
        let fresh = Self {
            format: self.format,
            version: self.version,
            held: self.held.filter(|_| is_made),
            sides: self.sides,
            packet: self.packet,
            node: self.node,
            taking: self.taking,
            stream: self.stream,
            ..Self::default()
        };
        if let Some(json) = fresh.of_json(&given) {
            return json;
        }
        let decoded = match &given {
            // The next text says anew what it is.
            Given::Nothing => return Self::default(),
            Given::Typed(text) | Given::Made(text) => match self.decode(text) {
                Err(fault) if fault.kind == TextErrorKind::OddDigits => {
                    return fresh.without_last(given.clone(), fault);
                }
                decoded => decoded,
            },
            Given::File { bytes, .. } => match self.format {
                // Asked for as text: what is no text in it is a fault with a place.
                Some(format) if format != Format::Binary => {
                    self.decode(&String::from_utf8_lossy(bytes))
                }
                _ => {
                    let bytes = bytes.to_vec();
                    return fresh
                        .given_as(given, Some(Format::Binary))
                        .examined(bytes, &[], &[]);
                }
            },
        };
        fresh.decoded(given, decoded)
    }

    pub(super) fn decode(&self, text: &str) -> Result<Reading, TextError> {
        let turns = match self.sides {
            Some(Sides::Turns) => Turns::Alternating,
            _ => Turns::Marked,
        };
        text::read(text, self.format, turns)
    }

    /// While someone types, the last byte is half there: what stands before it is read all the same.
    fn without_last(self, given: Given, fault: TextError) -> Self {
        let text = given.text().cloned().unwrap_or_default();
        let before = text.get(..fault.place.byte).unwrap_or_default();
        let is_last = text
            .get(fault.place.byte..)
            .is_some_and(|rest| rest.trim_end().chars().count() <= 1);
        let decoded = if is_last {
            self.decode(before).map_err(|_| fault.clone())
        } else {
            Err(fault.clone())
        };
        Self {
            fault: Some(Rc::new(fault)),
            ..self.decoded(given, decoded)
        }
    }

    fn given_as(self, given: Given, read_as: Option<Format>) -> Self {
        Self {
            given,
            read_as,
            ..self
        }
    }

    fn decoded(self, given: Given, reading: Result<Reading, TextError>) -> Self {
        match reading {
            Ok(Reading {
                decoded,
                sure,
                alternatives,
                parts: pieces,
                ..
            }) => {
                let (parts, runs) = parts_of(&decoded);
                let read = Self {
                    marks: decoded.marks,
                    notes: decoded.notes.into(),
                    source: Some(Rc::new(decoded.source)),
                    is_sure: sure,
                    alternatives: alternatives.into(),
                    times: times(&pieces),
                    ..self.given_as(given, Some(decoded.format))
                };
                read.examined(decoded.bytes, &parts, &runs)
            }
            Err(error) => Self {
                fault: Some(Rc::new(error)),
                recording: nothing(),
                packet: 0,
                node: None,
                ..self.given_as(given, None)
            },
        }
    }

    /// Reads these bytes as the document says.
    pub(super) fn reading(self, bytes: Vec<u8>, runs: &[Run]) -> Self {
        let recording = Rc::new(self.recorded(bytes, runs));
        let (packet, node) = (self.packet, self.node);
        Self { recording, ..self }.selecting(packet, node)
    }

    fn recorded(&self, bytes: Vec<u8>, runs: &[Run]) -> Recording {
        let version = self.version_asked();
        match self.sides {
            Some(Sides::From(sender)) => Recording::read(bytes, version, Some(sender)),
            None | Some(Sides::Marked | Sides::Turns) if !runs.is_empty() => {
                Recording::of_sides(&bytes, runs, version)
            }
            _ => Recording::read(bytes, version, None),
        }
    }

    /// The same document with bytes that were made here. Where both sides speak, marks say so.
    pub(super) fn with_bytes(&self, bytes: Vec<u8>, runs: &[Run]) -> Self {
        let recording = self.recorded(bytes, runs);
        let has_both = recording.has_both();
        let text: Rc<str> = hex_of(&recording).into();
        Self {
            sides: self.sides.filter(|_| !has_both),
            marks: has_both.then_some(Marks::Names),
            given: if text.is_empty() {
                Given::Nothing
            } else {
                Given::Made(text)
            },
            format: None,
            read_as: Some(Format::Hex),
            is_sure: true,
            alternatives: Rc::default(),
            times: Rc::default(),
            notes: Rc::default(),
            fault: None,
            source: None,
            other: None,
            recording: Rc::new(recording),
            ..self.clone()
        }
    }

    /// The text read as another format.
    pub(super) fn read_as(&self, format: Option<Format>) -> Self {
        Self {
            format,
            ..self.clone()
        }
        .read_again()
    }

    /// The bytes read as another version.
    pub(super) fn read_version(&self, version: Option<ProtocolVersion>) -> Self {
        Self {
            version,
            held: None,
            node: None,
            ..self.clone()
        }
        .read_again()
    }

    /// The text read as of other sides.
    pub(super) fn read_sides(&self, sides: Option<Sides>) -> Self {
        Self {
            sides,
            node: None,
            ..self.clone()
        }
        .read_again()
    }

    /// The bytes taken otherwise, where they are not packets on their own.
    pub(super) fn taken(&self, taking: Taking) -> Self {
        Self {
            taking,
            node: None,
            ..self.clone()
        }
        .read_again()
    }

    /// Another of several connections.
    pub(super) fn of_stream(&self, stream: usize) -> Self {
        Self {
            stream,
            packet: 0,
            node: None,
            ..self.clone()
        }
        .read_again()
    }

    fn read_again(self) -> Self {
        self.with_given(self.given.clone())
    }

    /// Looking at another packet or field; one that is not there is the last one, or none.
    pub(super) fn selecting(&self, packet: usize, node: Option<usize>) -> Self {
        let packet = packet.min(self.recording.packets().len().saturating_sub(1));
        let node = node.filter(|&node| self.recording.dissect(packet).tree.get(node).is_some());
        Self {
            packet,
            node,
            ..self.clone()
        }
    }

    /// About how much memory it holds on to, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.given
            .weight()
            .saturating_add(self.recording.bytes().len().saturating_mul(2))
    }
}

/// The times that the text tells of its parts.
fn times(pieces: &[Piece]) -> Rc<[(usize, u64)]> {
    let times = pieces.iter();
    times
        .filter_map(|piece| Some((piece.bytes.start, piece.at_ms?)))
        .collect()
}

/// Where each side's bytes begin; empty unless both speak.
pub(crate) fn runs_of(decoded: &Decoded) -> Vec<Run> {
    let starts = decoded
        .parts
        .iter()
        .map(|part| Some((part.start, part.side? == Side::First)));
    let starts: Vec<_> = starts.collect::<Option<_>>().unwrap_or_default();
    match decoded.marks {
        Some(marks) if !starts.is_empty() => {
            sides::runs(&decoded.bytes, &starts, marks.is_certain())
        }
        _ => Vec::new(),
    }
}

/// All bytes in hex, a line for each packet.
fn hex_of(recording: &Recording) -> String {
    let lines: Vec<_> = recording
        .packets()
        .iter()
        .enumerate()
        .map(|(index, packet)| {
            let hex = text::write(recording.bytes_of(index), Style::Hex);
            match packet.from.filter(|_| recording.has_both()) {
                None => hex,
                Some(Sender::Client) => format!("C: {hex}"),
                Some(Sender::Server) => format!("S: {hex}"),
            }
        })
        .collect();
    lines.join("\n")
}
