//! The rows of the page's lists.

use serde::{Deserialize, Serialize};

use super::{ConnectionId, EventKind, RecordId};

/// Which way a packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Client to server.
    Out,
    /// Server to client.
    In,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Nothing wrong, worth knowing.
    Note,
    /// Allowed, but rarely meant.
    Warning,
    /// A broken rule.
    Error,
}

/// A packet in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireRow {
    /// Its place in the log.
    pub record: RecordId,
    /// Whose packet.
    pub connection: ConnectionId,
    /// Milliseconds since 1970.
    pub at_ms: f64,
    /// Milliseconds since the packet before it in this list.
    pub delta_ms: f64,
    /// Which way.
    pub direction: Direction,
    /// The packet type's name.
    pub packet_type: String,
    /// Bytes.
    pub size: u32,
    /// The Packet Identifier.
    pub packet_identifier: Option<u16>,
    /// What it says, in one line.
    pub summary: String,
    /// The worst that is wrong with it.
    pub grade: Option<Grade>,
    /// What it acknowledges or answers, or the packet that acknowledges it.
    pub linked: Option<RecordId>,
    /// Milliseconds between the two, on the answer.
    pub round_trip_ms: Option<f64>,
    /// It is no packet: the connection opened or closed here. Its name stands in `packet_type`.
    pub event: Option<EventKind>,
}

/// A message in the list: a PUBLISH that came or went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    /// The PUBLISH in the log.
    pub record: RecordId,
    /// Whose.
    pub connection: ConnectionId,
    /// Milliseconds since 1970.
    pub at_ms: f64,
    /// Which way.
    pub direction: Direction,
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
    /// What the payload seems to be: `JSON`, `text`, `hex`, `CBOR`, …
    pub kind: String,
    /// Whether it has properties.
    pub has_properties: bool,
    /// The colour of the first filter that it matches.
    pub colour: Option<u8>,
}

/// A row of the topic tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicRow {
    /// The whole topic.
    pub topic: String,
    /// Its last level.
    pub level: String,
    /// 0 at the top.
    pub depth: u16,
    /// Whether it has levels below it.
    pub has_children: bool,
    /// Whether they are shown.
    pub is_open: bool,
    /// Messages here and below.
    pub messages: u64,
    /// The beginning of the last payload.
    pub last: Option<String>,
    /// Its bytes.
    pub last_size: u32,
    /// Its PUBLISH in the log.
    pub last_record: Option<RecordId>,
    /// Whether a retained message is known to be here.
    pub retained: bool,
}

/// A handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowView {
    /// Whose.
    pub connection: ConnectionId,
    /// `QoS 2 PUBLISH`, `SUBSCRIBE`, `PING`, …
    pub name: String,
    /// The topic or filter it is about.
    pub about: String,
    /// The Packet Identifier.
    pub packet_identifier: Option<u16>,
    /// Who began it.
    pub direction: Direction,
    /// Where it stands.
    pub state: FlowState,
    /// The state in words: `complete`, `waits for PUBREC`, …
    pub state_text: String,
    /// Its packets, in order.
    pub packets: Vec<RecordId>,
    /// When it began: milliseconds since 1970.
    pub began_ms: f64,
    /// From the first packet to the last, in milliseconds; none while it is open.
    pub took_ms: Option<f64>,
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
}

/// What was found on the wire: a broken rule of a packet or of a conversation, or something else that is
/// worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// Whose.
    pub connection: ConnectionId,
    /// The rule's name; empty: none is broken.
    pub rule: String,
    /// The statement that it rests on.
    pub statement: Option<String>,
    /// The version whose standard has that statement: `3.1`, `3.1.1` or `5`.
    pub version: String,
    /// How bad.
    pub grade: Grade,
    /// Who broke the rule.
    pub by: Option<Direction>,
    /// How often this very line holds.
    pub count: u32,
    /// What happened, in a sentence.
    pub message: String,
    /// The packets it is about.
    pub packets: Vec<RecordId>,
}
