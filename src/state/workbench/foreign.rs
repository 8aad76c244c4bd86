//! Bytes that are not MQTT on their own: what they are, what is inside, and what a person chose to do.

use std::rc::Rc;

use mqttscope_capture::foreign::{
    Confidence, Examined, Foreign, Inside, Layer, Part, Protocol, examine,
};
use mqttscope_capture::json::{self, Json, Recording};
use mqttscope_capture::reading::Role;
use mqttscope_capture::text::{Decoded, Note, Side, SourceMap};
use mqttscope_inspect::sides::{self, Run};
use mqttscope_wire::Sender;

use super::document::nothing;
use super::{Document, Given, runs_of};

/// What a person chose to do with bytes that are not MQTT on their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Taking {
    /// What is inside where that is MQTT beyond doubt; else nothing is shown as packets.
    #[default]
    Found,
    /// All bytes, as if they were packets.
    AsTheyAre,
    /// What is inside, also where that is doubtful.
    Inside,
}

/// What the given bytes are, other than packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Other {
    /// What they are.
    pub foreign: Option<Foreign>,
    /// Names of what was taken off, or can be, with sizes.
    pub layers: Vec<String>,
    /// What else was seen, or left out.
    pub notes: Vec<String>,
    /// MQTT came in WebSocket text frames.
    pub has_text_frame: bool,
    /// What is shown as packets.
    pub shown: Shown,
    /// What takes off what can be taken off, as a button says it.
    pub unwrap: Option<String>,
    /// Connections to choose from, where there are several.
    pub streams: Vec<String>,
    /// Which of them is shown.
    pub stream: usize,
    /// All bytes that were given; none for a JSON document.
    pub bytes: Rc<[u8]>,
}

/// What is shown as packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Nothing: these are no packets.
    #[default]
    Nothing,
    /// What stands inside.
    Inside,
    /// All bytes.
    All,
}

impl Other {
    /// What the bytes are and what was done with them, in one sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        let what = self.foreign.as_ref().map(|foreign| foreign.what.as_str());
        let confidence = self
            .foreign
            .as_ref()
            .map_or(Confidence::Certain, |foreign| foreign.confidence);
        let is_document = self.bytes.is_empty();
        match (self.shown, what, confidence) {
            (Shown::Nothing, Some(what), _) if is_document => format!("No packets here: {what}."),
            (Shown::Nothing, Some(what), Confidence::Certain) => {
                format!("This is not MQTT: {what}.")
            }
            (Shown::Nothing, Some(what), Confidence::Likely) => {
                format!("This is very likely not MQTT: {what}.")
            }
            (Shown::Nothing | Shown::All, Some(what), Confidence::Possible) => {
                format!("This may not be MQTT on its own: {what}.")
            }
            (Shown::All, Some(what), _) => {
                format!("Read as MQTT because you chose so. It looks like {what}.")
            }
            (Shown::Inside, Some(what), _) => format!("Read from {what}."),
            (Shown::Inside, None, _) => {
                format!("Taken off before reading: {}.", self.layers.join(", "))
            }
            (_, None, _) => format!(
                "There is something around the packets: {}.",
                self.layers.join(", ")
            ),
        }
    }

    /// What of the bytes a link may carry, so that the other end names them too: nothing that may hold
    /// words of a person, such as the headers of HTTP or what is said to a modem.
    #[must_use]
    pub fn shareable(&self) -> Vec<u8> {
        match self.foreign.as_ref().map(|foreign| foreign.protocol) {
            Some(Protocol::Http) => {
                let ends = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'?');
                let end = self.bytes.iter().position(ends);
                let line = self.bytes.get(..end.unwrap_or(self.bytes.len()));
                line.unwrap_or_default().to_vec()
            }
            Some(
                Protocol::Tls
                | Protocol::MqttSn
                | Protocol::Nanomsg
                | Protocol::ZeroMq
                | Protocol::Amqp
                | Protocol::Ssh
                | Protocol::Proxy,
            ) => self.bytes.to_vec(),
            _ => Vec::new(),
        }
    }

    /// Whether the bytes are a file of some other kind, in which packets are not bytes of it.
    #[must_use]
    pub fn is_file(&self) -> bool {
        let protocol = self.foreign.as_ref().map(|foreign| foreign.protocol);
        matches!(
            protocol,
            Some(Protocol::Capture | Protocol::Compressed | Protocol::File)
        )
    }

    /// What else there is to say, sentence by sentence.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        let mut details = Vec::new();
        let advice = self.foreign.iter().map(|foreign| foreign.advice.clone());
        details.extend(advice.filter(|advice| !advice.is_empty()));
        if self.shown == Shown::Inside && self.foreign.is_some() && !self.layers.is_empty() {
            details.push(format!("Taken off: {}.", self.layers.join(", ")));
        }
        let notes = self.notes.iter().filter(|note| !note.is_empty());
        details.extend(notes.map(|note| sentence(note)));
        details
    }
}

/// With a capital letter and a full stop.
fn sentence(note: &str) -> String {
    let mut note = format!("{note}.");
    if let Some(first) = note.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    note
}

fn unwrap(layers: &[Layer]) -> String {
    let frames = layers
        .iter()
        .find(|layer| layer.name.starts_with("WebSocket"));
    if let Some(frames) = frames {
        let plural = if frames.count == 1 { "" } else { "s" };
        return format!("Unwrap {} WebSocket frame{plural}", frames.count);
    }
    let bytes = layers
        .iter()
        .fold(0_usize, |sum, layer| sum.saturating_add(layer.bytes));
    format!("Skip {bytes} bytes of headers")
}

impl Document {
    /// Reads bytes, after a look at what they are. `source` says where in the text they stand.
    pub(super) fn examined(self, bytes: Vec<u8>, parts: &[Part], runs: &[Run]) -> Self {
        let Some(examined) = examine(&bytes, parts, self.stream) else {
            return self.reading(bytes, runs);
        };
        let shown = shown(&examined, self.taking);
        // The reader of text says that headers stand before MQTT; here they are taken off.
        let notes = self.notes.iter().copied();
        let notes =
            notes.filter(|note| !matches!(note, Note::IpPacket { .. } | Note::EthernetFrame));
        let notes = notes.collect();
        let this = Self { notes, ..self };
        let mut other = Other {
            shown,
            unwrap: examined
                .inside
                .as_ref()
                .map(|inside| unwrap(&inside.layers)),
            foreign: examined.foreign,
            streams: examined.streams,
            stream: examined.stream,
            ..Other::default()
        };
        if let Some(inside) = &examined.inside {
            other.layers = inside.layers.iter().map(|layer| layer.says()).collect();
            other.notes.clone_from(&inside.notes);
            other.has_text_frame = inside.has_text_frame;
        }
        match (shown, examined.inside) {
            (Shown::All, _) => {
                other.bytes = bytes.as_slice().into();
                this.with_other(other).reading(bytes, runs)
            }
            (Shown::Inside, Some(inside)) => {
                other.bytes = bytes.into();
                this.with_other(other).reading_inside(inside)
            }
            _ => {
                other.bytes = bytes.into();
                Self {
                    recording: nothing(),
                    packet: 0,
                    node: None,
                    ..this.with_other(other)
                }
            }
        }
    }

    fn with_other(self, other: Other) -> Self {
        Self {
            other: Some(Rc::new(other)),
            ..self
        }
    }

    fn reading_inside(self, inside: Inside) -> Self {
        let is_certain = self.marks.is_some_and(|marks| marks.is_certain());
        let runs = runs_inside(&inside, is_certain);
        let ranges = inside.pieces.iter().map(|piece| piece.given.clone());
        let source = self.source.as_ref().map(|source| source.select(ranges));
        Self {
            source: source.map(Rc::new),
            times: times_inside(&inside, &self.times),
            ..self
        }
        .reading(inside.bytes, &runs)
    }

    /// Reads a text that is a JSON document; `None` when it is none.
    pub(super) fn of_json(&self, given: &Given) -> Option<Self> {
        let text = given.text().filter(|_| self.format.is_none())?;
        let fresh = Self {
            given: given.clone(),
            ..self.clone()
        };
        Some(match json::read(text)? {
            Json::Named(foreign) => Self {
                recording: nothing(),
                packet: 0,
                node: None,
                ..fresh.with_other(Other {
                    foreign: Some(foreign),
                    ..Other::default()
                })
            },
            Json::Recording(found) => fresh.of_recording(found),
        })
    }

    fn of_recording(self, found: Recording) -> Self {
        let mut parts = Vec::new();
        let mut bytes = Vec::new();
        let mut times = Vec::new();
        for part in &found.parts {
            times.extend(part.at_ms.map(|at_ms| (bytes.len(), at_ms)));
            parts.push(Part {
                start: bytes.len(),
                is_first: part.from.map(|from| from == Role::Client),
            });
            bytes.extend_from_slice(&part.bytes);
        }
        let runs = clients(parts.iter().map(|part| (part.start, part.is_first)));
        let source = SourceMap::of_parts(&found.parts);
        let read = Self {
            source: Some(Rc::new(source)),
            times: times.into(),
            ..self
        }
        .examined(bytes, &parts, &runs);
        let has_none = read.other.is_none();
        let mut other = read.other.as_deref().cloned().unwrap_or_default();
        if has_none {
            other.shown = Shown::Inside;
        }
        other.notes.extend(found.notes);
        other.has_text_frame |= found.has_text_frame;
        // What the document is comes first, unless its bytes are no MQTT.
        other.foreign = other
            .foreign
            .filter(|_| other.shown == Shown::Nothing)
            .or(Some(Foreign {
                protocol: Protocol::Json,
                confidence: Confidence::Certain,
                what: found.what,
                advice: String::new(),
            }));
        read.with_other(other)
    }
}

fn shown(examined: &Examined, taking: Taking) -> Shown {
    let is_doubtful = examined
        .foreign
        .as_ref()
        .is_none_or(|foreign| foreign.confidence == Confidence::Possible);
    match taking {
        Taking::AsTheyAre => Shown::All,
        Taking::Inside if examined.inside.is_some() => Shown::Inside,
        _ if examined.is_sure => Shown::Inside,
        _ if is_doubtful => Shown::All,
        _ => Shown::Nothing,
    }
}

/// Where parts with a time begin among the bytes inside: a capture tells it of each piece, a text of where
/// it began in what was given.
fn times_inside(inside: &Inside, given: &[(usize, u64)]) -> Rc<[(usize, u64)]> {
    let mut times = Vec::new();
    for piece in &inside.pieces {
        if let Some(at_us) = piece.at_us {
            times.push((piece.at, at_us / 1000));
            continue;
        }
        let (start, end) = (piece.given.start, piece.given.end);
        let behind = given.partition_point(|(at, _)| *at <= start);
        let (before, behind) = given.split_at_checked(behind).unwrap_or_default();
        times.extend(before.last().map(|&(_, at_ms)| (piece.at, at_ms)));
        let within = behind.iter().take_while(|(at, _)| *at < end);
        times.extend(within.map(|&(at, at_ms)| {
            let into = at.saturating_sub(start);
            (piece.at.saturating_add(into), at_ms)
        }));
    }
    times.into()
}

/// Where each side's bytes begin among those inside; empty unless every piece has a side.
fn runs_inside(inside: &Inside, is_certain: bool) -> Vec<Run> {
    let starts = inside.pieces.iter().map(|piece| (piece.at, piece.is_first));
    match inside.first_is_client {
        Some(true) => clients(starts),
        Some(false) => clients(starts.map(|(at, first)| (at, first.map(|first| !first)))),
        None => {
            let starts: Option<Vec<(usize, bool)>> =
                starts.map(|(at, first)| Some((at, first?))).collect();
            let starts = starts.unwrap_or_default();
            if starts.is_empty() {
                return Vec::new();
            }
            sides::runs(&inside.bytes, &starts, is_certain)
        }
    }
}

/// Runs where it is known which side is the client; empty unless all are.
fn clients(starts: impl Iterator<Item = (usize, Option<bool>)>) -> Vec<Run> {
    let runs: Option<Vec<Run>> = starts
        .map(|(start, is_client)| {
            let from = if is_client? {
                Sender::Client
            } else {
                Sender::Server
            };
            Some(Run { start, from })
        })
        .collect();
    runs.unwrap_or_default()
}

/// The parts of a decoded text, and where each side's bytes begin.
pub(super) fn parts_of(decoded: &Decoded) -> (Vec<Part>, Vec<Run>) {
    let parts = decoded.parts.iter().map(|part| Part {
        start: part.start,
        is_first: part.side.map(|side| side == Side::First),
    });
    (parts.collect(), runs_of(decoded))
}
