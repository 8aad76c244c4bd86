//! Bytes that are not MQTT on their own: what they are, what is inside, and what a person chose to do.

use mqttscope_capture::foreign::{Confidence, Foreign, Protocol};
use serde::{Deserialize, Serialize};

/// What a person chose to do with bytes that are not MQTT on their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Taking {
    /// What is inside where that is MQTT beyond doubt; else nothing is shown as packets.
    #[default]
    Found,
    /// All bytes, as if they were packets.
    AsTheyAre,
    /// What is inside, also where that is doubtful.
    Inside,
}

impl Taking {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Found, Self::AsTheyAre, Self::Inside];
}

/// What the given bytes are, other than packets, as it is told to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// What the bytes are and what was done with them, in one sentence.
    pub headline: String,
    /// What else there is to say, sentence by sentence.
    pub details: Vec<String>,
    /// MQTT came in WebSocket text frames.
    pub has_text_frame: bool,
    /// What is shown as packets.
    pub shown: Shown,
    /// What takes off what can be taken off, as a button says it.
    pub unwrap: Option<String>,
    /// Whether all bytes may be read as packets: not those of a document or a file of some other kind, in which packets
    /// are not bytes of it.
    pub may_take_all: bool,
    /// Connections to choose from, where there are several.
    pub streams: Vec<String>,
    /// Which of them is shown.
    pub stream: usize,
    /// What of the bytes a link may carry, so that the other end names them too: nothing that may hold words of a
    /// person, such as the headers of HTTP or what is said to a modem.
    #[serde(with = "serde_bytes")]
    pub shareable: Vec<u8>,
}

/// What is shown as packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// Nothing: these are no packets.
    #[default]
    Nothing,
    /// What stands inside.
    Inside,
    /// All bytes.
    All,
}

/// What the given bytes are, other than packets, as it was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What they are.
    pub(super) foreign: Option<Foreign>,
    /// Names of what was taken off, or can be, with sizes.
    pub(super) layers: Vec<String>,
    /// What else was seen, or left out.
    pub(super) notes: Vec<String>,
    /// MQTT came in WebSocket text frames.
    pub(super) has_text_frame: bool,
    /// What is shown as packets.
    pub(super) shown: Shown,
    /// What takes off what can be taken off, as a button says it.
    pub(super) unwrap: Option<String>,
    /// Connections to choose from, where there are several.
    pub(super) streams: Vec<String>,
    /// Which of them is shown.
    pub(super) stream: usize,
    /// All bytes that were given; none for a JSON document.
    pub(super) bytes: Vec<u8>,
}

impl Seen {
    pub(super) fn told(self) -> Other {
        Other {
            headline: self.headline(),
            details: self.details(),
            shareable: {
                let mut bytes = self.shareable();
                mqttscope_wire::mask_passwords(&mut bytes);
                bytes
            },
            may_take_all: !(self.bytes.is_empty() || self.shown == Shown::Inside && self.is_file()),
            has_text_frame: self.has_text_frame,
            shown: self.shown,
            unwrap: self.unwrap,
            streams: self.streams,
            stream: self.stream,
        }
    }

    fn headline(&self) -> String {
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

    fn shareable(&self) -> Vec<u8> {
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
                | Protocol::Modbus
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
    fn is_file(&self) -> bool {
        let protocol = self.foreign.as_ref().map(|foreign| foreign.protocol);
        matches!(
            protocol,
            Some(Protocol::Capture | Protocol::Compressed | Protocol::File)
        )
    }

    fn details(&self) -> Vec<String> {
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
