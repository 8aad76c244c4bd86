//! The rows of the page's lists.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_view::payload::DiffLine;
use mqttscope_wire::{PacketType, ProtocolVersion, Sender, Severity};
use serde::{Deserialize, Serialize};

use super::{ConnectionId, EventKind, Fate, RecordId, micros};

/// A packet in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireRow {
    /// Its place in the log.
    pub record: RecordId,
    /// Whose packet.
    pub connection: ConnectionId,
    /// When, since 1970.
    pub at: Instant,
    /// Microseconds since the packet before it in this list, below 0 where that has a later time; none: it is the first.
    pub delta_us: Option<i64>,
    /// Which way.
    pub sender: Sender,
    /// The packet's type; none: it is no packet.
    pub packet_type: Option<PacketType>,
    /// Bytes.
    pub size: u32,
    /// The Packet Identifier.
    pub packet_identifier: Option<u16>,
    /// What it says, in one line.
    pub summary: String,
    /// The beginning of a message's payload.
    pub preview: Option<String>,
    /// The worst that is wrong with it.
    pub severity: Option<Severity>,
    /// What it acknowledges or answers, or the packet that acknowledges it.
    pub linked: Option<RecordId>,
    /// The time between the two, on the answer.
    #[serde(with = "micros::option")]
    pub round_trip: Option<Duration>,
    /// What its connection is called, where those of several are listed.
    pub of: Option<String>,
    /// The connection opened or closed here, or a log tells of the packet in words.
    pub event: Option<EventKind>,
    /// What a fault of the tap that recorded it made of it.
    pub fate: Option<Fate>,
}

impl WireRow {
    /// The name of the packet's type, or what happened to the connection.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match (self.packet_type, self.event) {
            (Some(packet_type), _) => packet_type.name(),
            (None, Some(event)) => event.name(),
            (None, None) => "",
        }
    }
}

/// A message in the list: a PUBLISH that came or went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    /// The PUBLISH in the log.
    pub record: RecordId,
    /// The connection of the packet.
    pub connection: ConnectionId,
    /// When, since 1970.
    pub at: Instant,
    /// When the one before it in this list was; none: it is the first.
    pub before: Option<Instant>,
    /// Which way.
    pub sender: Sender,
    /// The Topic Name, an alias resolved where it is known.
    pub topic: String,
    /// 0, 1 or 2.
    pub qos: u8,
    /// RETAIN.
    pub retain: bool,
    /// DUP.
    pub dup: bool,
    /// The payload's bytes.
    pub size: u32,
    /// The beginning of the payload, as text or hex.
    pub preview: String,
    /// What the payload seems to be: `JSON`, `text`, `hex`, `CBOR`, …; `malformed`, where none can be read.
    pub kind: String,
    /// Whether it has properties.
    pub has_properties: bool,
    /// The name of the Reason Code that it was refused with.
    pub refused: Option<String>,
    /// The worst that is wrong with it.
    pub severity: Option<Severity>,
    /// What its connection is called, where those of several are listed.
    pub of: Option<String>,
    /// The colour of the first filter that it matches.
    pub colour: Option<u8>,
}

/// A row of the topic tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicRow {
    /// The level's number, until the log is cleared.
    pub number: u32,
    /// The whole topic; none: it is too long to be told.
    pub topic: Option<String>,
    /// Its last level, shortened where it is long.
    pub level: String,
    /// 0 at the top.
    pub depth: u16,
    /// Whether it has levels below it.
    pub has_children: bool,
    /// Whether they are shown.
    pub is_open: bool,
    /// Messages that came, here and below.
    pub received: u64,
    /// Messages that were sent, here and below.
    pub sent: u64,
    /// The beginning of the last payload.
    pub last: Option<String>,
    /// Its bytes.
    pub last_size: u32,
    /// Its PUBLISH in the log.
    pub last_record: Option<RecordId>,
    /// Whether a retained message is known to be here.
    pub retained: bool,
    /// Topics here and below with a retained message.
    pub retained_below: u32,
}

/// A handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowView {
    /// The connection of the event.
    pub connection: ConnectionId,
    /// `QoS 2 PUBLISH`, `SUBSCRIBE`, `PING`, …
    pub name: String,
    /// The topic or filter it is about.
    pub about: String,
    /// The Packet Identifier.
    pub packet_identifier: Option<u16>,
    /// Who began it.
    pub sender: Sender,
    /// Where it stands.
    pub state: FlowState,
    /// The state in words: `complete`, `waits for PUBREC`, …
    pub state_text: String,
    /// Its packets, in order.
    pub packets: Vec<RecordId>,
    /// When it began, since 1970.
    pub began: Instant,
    /// From the first packet to the last; none while it is open.
    #[serde(with = "micros::option")]
    pub took: Option<Duration>,
    /// What its connection is called, where those of several are listed.
    pub of: Option<String>,
}

/// Where a handshake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowState {
    /// All has been said.
    Complete,
    /// An answer is missing.
    Waiting,
    /// Sent again on a later connection.
    Resent,
    /// Refused with a reason code.
    Refused,
    /// Its end will not come: the session is over.
    Broken,
    /// Bytes are missing in the capture, which may have held its end.
    Unknown,
}

/// What was found on the wire: a broken rule of a packet or of a conversation, or something else that is
/// worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// The connection of the handshake.
    pub connection: ConnectionId,
    /// The rule's name; empty: none is broken, or (with [`FindingView::by`]) it is one of no packet.
    pub rule: String,
    /// The statement that it rests on.
    pub statement: Option<String>,
    /// The version whose standard has that statement.
    pub version: ProtocolVersion,
    /// How bad.
    pub severity: Severity,
    /// Who broke the rule.
    pub by: Option<Sender>,
    /// How often this very line holds; of a row that stands for several findings, how many these are.
    pub count: u32,
    /// What happened, in a sentence.
    pub message: String,
    /// The packets it is about.
    pub packets: Vec<RecordId>,
    /// When the last of them was sent or came.
    pub at: Option<Instant>,
    /// What its connection is called, where those of several are listed; of a row that stands for several, the first ones.
    pub of: Option<String>,
    /// Where the same happened to several connections, all of these.
    pub connections: Vec<ConnectionId>,
    /// Those that it stands for follow it in the list.
    pub is_open: bool,
    /// It is one of those that a row above it stands for.
    pub is_part: bool,
}

/// What findings have in common that are one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingKey {
    /// The connection of the finding.
    pub connection: ConnectionId,
    /// The rule's name.
    pub rule: String,
    /// Who broke it.
    pub by: Sender,
}

impl FindingView {
    /// Its words, as a row of the list says them.
    #[must_use]
    pub fn says(&self) -> String {
        let statement = self.statement.as_deref().unwrap_or_default();
        format!(
            "{} {statement} {}",
            self.message.replace('`', ""),
            self.rule
        )
    }

    /// What it has in common with those that it stands for, or is one of; none: it is a row by itself.
    #[must_use]
    pub fn key(&self) -> Option<FindingKey> {
        Some(FindingKey {
            connection: self.connection,
            rule: self.rule.clone(),
            by: self.by?,
        })
    }
}

/// The messages of a topic up to one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The message.
    pub record: RecordId,
    /// It and earlier ones of its connection, sender and topic, the newest first.
    pub rows: Vec<HistoryRow>,
    /// What it changed in the payload of the one before; none: there is none, or it is too large.
    pub diff: Vec<DiffLine>,
}

/// A message of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The PUBLISH in the log.
    pub record: RecordId,
    /// When, since 1970.
    pub at: Instant,
    /// The payload's bytes.
    pub size: u32,
    /// Its beginning.
    pub preview: String,
}
