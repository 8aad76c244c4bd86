//! One state of the work: what was given, the bytes in it, how they are read, what is selected.

use std::ops::Range;
use std::rc::Rc;

use mqttscope_capture::text::{self, Format, Marks, SourceMap, Style};
use mqttscope_view::packet_lines::{self, PacketLines};
use mqttscope_view::reader::{self, Fault, Found, Other, Request, Taking};
use mqttscope_view::recording::Recording;
use mqttscope_view::sides::Run;
use mqttscope_wire::ProtocolVersion;

use super::{Given, OpenBytes, Sides};

/// Bytes of a packet above which taking it apart can be felt.
const LARGE: usize = 1 << 16;

/// Reads what was given; `None`: the program that does is not here yet.
pub type Read = fn(&Request<'_>) -> Option<Found>;

/// What is still to be done with what was given, when the program that reads it is here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Awaiting {
    /// Nothing: all that was given has been read.
    #[default]
    Nothing,
    /// To read it: no bytes are known.
    Reading,
    /// To look whether the bytes are something else than MQTT.
    Examination,
}

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
    pub notes: Rc<[String]>,
    /// The file that a text was in.
    pub name: Option<Rc<str>>,
    /// Where packets begin among the bytes, whatever the one before says
    /// ([`Recording::read_cut`]).
    pub cuts: Rc<[usize]>,
    /// Where in the text bytes may stand that were left out, in bytes of UTF-8.
    pub left_out: Rc<[Range<usize>]>,
    /// The text says that bytes are missing in it, or a line of it could not be read.
    pub has_gaps: bool,
    /// Why the text could not be read.
    pub fault: Option<Rc<Fault>>,
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
    /// What is still to be done with what was given.
    pub awaiting: Awaiting,
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
            name: None,
            cuts: Rc::default(),
            left_out: Rc::default(),
            has_gaps: false,
            fault: None,
            source: None,
            version: None,
            held: None,
            sides: None,
            marks: None,
            other: None,
            taking: Taking::Found,
            stream: 0,
            awaiting: Awaiting::Nothing,
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
    pub(super) fn of_bytes(open: OpenBytes, read: Read) -> Self {
        let made = Self {
            version: open.version,
            sides: open.sender.map(Sides::From),
            cuts: open.cuts.into(),
            ..Self::default()
        };
        let request = Request::of(reader::Given::Bytes(&open.bytes));
        // Where both sides speak, they are packets: a link holds no runs of anything else.
        let found = if open.runs.is_empty() {
            read(&request)
        } else {
            Some(Found::default())
        };
        let document = made
            .with_bytes(open.bytes.to_vec(), &open.runs, &[])
            .selecting(open.packet, open.node);
        match found {
            // Bytes that are not MQTT are told as such, wherever they come from.
            Some(found) if found.other.is_some() => {
                let hex = text::write(&open.bytes, Style::Hex);
                made.with_given(Given::Typed(hex.into()), read)
            }
            Some(_) => document,
            None => Self {
                awaiting: Awaiting::Examination,
                ..document
            },
        }
    }

    /// The same way of reading for something else that was given.
    pub(super) fn with_given(&self, given: Given, read: Read) -> Self {
        if given.is_nothing() {
            // The next text says anew what it is.
            return Self::default();
        }
        let is_made = matches!(given, Given::Made(_));
        let is_same = given == self.given;
        let fresh = Self {
            given,
            name: self.name.clone().filter(|_| is_same),
            // Of a text they are found again.
            cuts: if is_made && is_same {
                self.cuts.clone()
            } else {
                Rc::default()
            },
            times: if is_made && is_same {
                self.times.clone()
            } else {
                Rc::default()
            },
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
        if let Some(lines) = fresh.made_lines() {
            return Self {
                read_as: Some(Format::Hex),
                marks: (!lines.runs.is_empty()).then_some(Marks::Names),
                ..fresh
            }
            .reading(lines.bytes, &lines.runs);
        }
        let request = Request {
            given: match &fresh.given {
                Given::File { bytes, .. } => reader::Given::File(bytes),
                other => reader::Given::Text(other.text().map_or("", |text| text)),
            },
            format: self.format,
            takes_turns: self.sides == Some(Sides::Turns),
            taking: self.taking,
            stream: self.stream,
        };
        match read(&request) {
            Some(found) => fresh.with_found(found),
            None => Self {
                awaiting: Awaiting::Reading,
                ..fresh
            },
        }
    }

    /// The packets of a text that was made here, unless it is to be read as something else.
    fn made_lines(&self) -> Option<PacketLines> {
        let as_made = self.format.is_none() && self.sides != Some(Sides::Turns);
        match &self.given {
            Given::Made(text) if as_made => packet_lines::read(text),
            _ => None,
        }
    }

    fn with_found(self, found: Found) -> Self {
        let (given, name) = match (found.text, &self.given) {
            (Some(text), Given::File { name, .. }) => {
                (Given::Typed(text.into()), Some(name.clone()))
            }
            (Some(text), _) => (Given::Typed(text.into()), None),
            (None, given) => (given.clone(), self.name.clone()),
        };
        Self {
            given,
            name,
            cuts: found.cuts.into(),
            read_as: found.format,
            is_sure: !found.is_doubtful,
            alternatives: found.alternatives.into(),
            times: found.times.into(),
            notes: found.notes.into(),
            left_out: found.left_out.into(),
            has_gaps: found.has_gaps,
            fault: found.fault.map(Rc::new),
            source: found.source.map(Rc::new),
            marks: found.marks,
            other: found.other.map(Rc::new),
            ..self
        }
        .reading(found.bytes, &found.runs)
    }

    /// The same document, with what could not be done before the program that reads was here.
    pub(super) fn awaited(&self, read: Read) -> Self {
        match self.awaiting {
            Awaiting::Nothing => self.clone(),
            Awaiting::Reading => self.with_given(self.given.clone(), read),
            Awaiting::Examination => Self::of_bytes(
                OpenBytes {
                    bytes: self.recording.bytes().into(),
                    version: self.version,
                    sender: self.recording.sender(),
                    runs: Vec::new(),
                    cuts: self.cuts.to_vec(),
                    packet: self.packet,
                    node: self.node,
                },
                read,
            ),
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
            Some(Sides::From(sender)) => {
                Recording::read_cut(bytes, &self.cuts, version, Some(sender))
            }
            None | Some(Sides::Marked | Sides::Turns) if !runs.is_empty() => {
                Recording::of_sides_cut(&bytes, runs, &self.cuts, version)
            }
            _ => Recording::read_cut(bytes, &self.cuts, version, None),
        }
    }

    /// The same document with bytes that were made here. Where both sides speak, marks say so, and times stand before the
    /// packets that have some.
    pub(super) fn with_bytes(&self, bytes: Vec<u8>, runs: &[Run], times: &[(usize, u64)]) -> Self {
        let recording = self.recorded(bytes, runs);
        let has_both = recording.has_both();
        let text: Rc<str> = packet_lines::write(&recording, times).into();
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
            times: times.into(),
            notes: Rc::default(),
            name: None,
            left_out: Rc::default(),
            has_gaps: false,
            fault: None,
            source: None,
            other: None,
            awaiting: Awaiting::Nothing,
            recording: Rc::new(recording),
            ..self.clone()
        }
    }

    /// The text read as another format.
    pub(super) fn read_as(&self, format: Option<Format>, read: Read) -> Self {
        Self {
            format,
            ..self.clone()
        }
        .read_again(read)
    }

    /// The bytes read as another version.
    pub(super) fn read_version(&self, version: Option<ProtocolVersion>, read: Read) -> Self {
        Self {
            version,
            held: None,
            node: None,
            ..self.clone()
        }
        .read_again(read)
    }

    /// The text read as of other sides.
    pub(super) fn read_sides(&self, sides: Option<Sides>, read: Read) -> Self {
        Self {
            sides,
            node: None,
            ..self.clone()
        }
        .read_again(read)
    }

    /// The bytes taken otherwise, where they are not packets on their own.
    pub(super) fn taken(&self, taking: Taking, read: Read) -> Self {
        Self {
            taking,
            node: None,
            ..self.clone()
        }
        .read_again(read)
    }

    /// Another of several connections.
    pub(super) fn of_stream(&self, stream: usize, read: Read) -> Self {
        Self {
            stream,
            packet: 0,
            node: None,
            ..self.clone()
        }
        .read_again(read)
    }

    fn read_again(self, read: Read) -> Self {
        self.with_given(self.given.clone(), read)
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

    /// Looking at another field of the same packet. A large packet is not taken apart once more for it: whoever shows
    /// it knows which fields it has.
    pub(super) fn looking_at(&self, node: Option<usize>) -> Self {
        if self.recording.bytes_of(self.packet).len() <= LARGE {
            return self.selecting(self.packet, node);
        }
        Self {
            node,
            ..self.clone()
        }
    }

    /// The time of each packet in milliseconds, as the text tells it; none: it does not.
    #[must_use]
    pub fn packet_times(&self) -> Vec<Option<u64>> {
        self.recording.times(&self.times)
    }

    /// About how much memory it holds on to, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.given
            .weight()
            .saturating_add(self.recording.bytes().len().saturating_mul(2))
    }
}
