//! What the page is told of capture files and of the connections in them.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{ProtocolVersion, Severity};
use serde::{Deserialize, Serialize};

use super::{ConnectionId, RecordId, micros};

/// What was read of capture files so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaptureView {
    /// The files, in the order in which they are read.
    pub files: Vec<CaptureFile>,
    /// Frames of all of them.
    pub frames: u64,
    /// Connections with MQTT in them.
    pub connections: u64,
    /// Connections with something else in them, or with nothing.
    pub others: u64,
    /// TLS connections that no key opens, which are among the others.
    pub sealed: u64,
    /// Different Client Identifiers.
    pub clients: u64,
    /// Connections of each version: 3.1, 3.1.1, 5.
    pub versions: [u64; 3],
    /// PUBLISH packets of each QoS: 0, 1, 2, and 3, which no version allows.
    pub messages: [u64; 4],
    /// Packets that logs tell of in words, without bytes.
    pub told: u64,
    /// Errors, warnings and notes of all connections.
    pub findings: [u64; 3],
    /// Places where bytes are missing, and how many are, as far as that is known.
    pub gaps: (u64, u64),
    /// When the first and the last packet came, since 1970.
    pub times: Option<(Instant, Instant)>,
    /// What was not read, and why: sentences without a full stop.
    pub notes: Vec<String>,
    /// The last connection of an earlier reading, which is gone with all before it; none: nothing was read again.
    pub gone: Option<ConnectionId>,
    /// What the faults of taps did, by file and number.
    pub faults: Vec<FaultRow>,
}

/// What a fault of a tap did in a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultRow {
    /// The place of its file.
    pub file: usize,
    /// Its number among those of its tap.
    pub number: u32,
    /// How often the recording tells of it.
    pub count: u64,
    /// What came of the newest, the oldest first.
    pub strikes: Vec<FaultStrike>,
}

/// What a fault did once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultStrike {
    /// The row that tells of it.
    pub record: RecordId,
    /// What the connection that it struck is called: its Client Identifier, or where its client is.
    pub client: String,
    /// What it did.
    pub words: String,
    /// How far what is to be sent again is; none: nothing is awaited, or it is answered.
    pub awaits: Option<String>,
    /// What became of that.
    pub answer: Option<FaultAnswer>,
}

/// What a fault of a tap made of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fate {
    /// The other side got it later.
    Late,
    /// The other side got another one.
    Changed,
    /// The other side did not get it.
    Lost,
}

impl Fate {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Changed => "changed",
            Self::Lost => "lost",
        }
    }

    /// In a sentence.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Late => "A fault of the tap held it back: the other side got it later.",
            Self::Changed => "A fault of the tap changed it: the other side got another packet.",
            Self::Lost => "A fault of the tap took it away: the other side did not get it.",
        }
    }
}

/// Whether a packet was sent again that a fault took away, or whose acknowledgement it took away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultAnswer {
    /// A sentence.
    pub says: String,
    /// A note where all is as it should be.
    pub severity: Severity,
    /// The rows that show it, oldest first.
    pub packets: Vec<RecordId>,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureFile {
    /// Its name.
    pub name: String,
    /// Its bytes; none: it grows, and nobody knows how far.
    pub size: Option<u64>,
    /// Those that were read.
    pub read: u64,
    /// How far it is.
    pub state: CaptureState,
    /// Its frames, so far as it is read to its end.
    pub frames: u64,
    /// Packets of MQTT that were found in it so far.
    pub packets: u64,
    /// Bytes of it that were read in a second, on average; none: it is not known yet.
    pub rate: Option<u64>,
    /// Connections with MQTT in it.
    pub connections: u64,
    /// Connections with something else, or with nothing.
    pub others: u64,
    /// TLS connections that no key opens, which are among the others.
    pub sealed: u64,
    /// What was not read of it, and why: sentences without a full stop, the first ones.
    pub notes: Vec<String>,
    /// Servers in it that clients did not reach, and how often: sentences without a full stop.
    pub unreached: Vec<String>,
    /// Why its packets do not stand among those of the other files by their times; none: they do.
    pub apart: Option<Apart>,
}

/// Why the packets of a file stand behind those of other files, whatever their times are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Apart {
    /// It has no times, or such that do not count from 1970.
    NoClock,
    /// Packets that are later were there already, and cannot be read again.
    CameLate,
}

/// How far a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureState {
    /// Others come first.
    #[default]
    Waiting,
    /// It is read now.
    Reading,
    /// What it comes from has ended or cannot be reached, and is asked again and again: it goes on then.
    Awaited,
    /// To its end.
    Read,
    /// A person stopped it.
    Stopped,
    /// It could not be read: why.
    Failed(String),
    /// It is a TLS key log with so many lines that were taken.
    Keys(u64),
}

/// By what the list of captured connections is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CapturedOrder {
    /// In the order in which they began in the file.
    #[default]
    Begin,
    /// By Client Identifier.
    Client,
    /// Most packets first.
    Packets,
    /// Longest first.
    Duration,
    /// Most errors first, then most warnings.
    Findings,
}

impl CapturedOrder {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Begin, "time"),
        (Self::Client, "client"),
        (Self::Packets, "packets"),
        (Self::Duration, "duration"),
        (Self::Findings, "findings"),
    ];
}

/// A captured connection in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapturedRow {
    /// Its number.
    pub id: ConnectionId,
    /// The Client Identifier, shortened where it is long; empty: none was seen.
    pub client_identifier: String,
    /// What it is called in lists: the identifier, with the port where several connections have the same, or the client.
    pub name: String,
    /// Who opened it: address and port, or what the recording calls it, such as `browser`.
    pub client: String,
    /// The other end: address and port, or the host.
    pub server: String,
    /// What carries the MQTT: `TCP`, `TLS`, `WebSocket`, `WebSocket in TLS`.
    pub transport: String,
    /// The version that its packets are read in; none: a log tells of packets and not of their version.
    pub version: Option<ProtocolVersion>,
    /// Whether a CONNECT names that version.
    pub is_named: bool,
    /// Why it is that version: phrases without a full stop; empty: none is known.
    pub known_by: String,
    /// When its first packet came, since 1970.
    pub begins: Instant,
    /// The time from its first packet to its last, or to its end.
    #[serde(with = "micros")]
    pub lasts: Duration,
    /// Packets.
    pub packets: u64,
    /// Those that a search or a span of time leaves; none: all are left.
    pub found: Option<u64>,
    /// Bytes of the packets.
    pub bytes: u64,
    /// Errors, warnings and notes.
    pub findings: [u64; 3],
    /// How often bytes are missing.
    pub gaps: u64,
    /// How it ended; none: not in the capture.
    pub ended: Option<String>,
    /// The name of the CONNACK's Reason Code, where the server refused it.
    pub refused: Option<String>,
    /// Why its TLS was not opened, so that nothing more is known of it: the end of a sentence that begins with it.
    pub sealed: Option<String>,
}

/// How many packets came when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// When the first bar begins, since 1970.
    pub from: Instant,
    /// Microseconds that each bar is wide.
    pub width_us: u64,
    /// When the first and the last packet came, which stand somewhere in the first and the last bar.
    pub ends: Option<(Instant, Instant)>,
    /// A filter or a stretch of time leaves packets out.
    pub is_narrowed: bool,
    /// The bars, without a gap between them.
    pub bars: Vec<TimelineBar>,
}

/// What came in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineBar {
    /// Packets.
    pub packets: u32,
    /// PUBLISH packets among them.
    pub messages: u32,
    /// Packets that are listed, where some are left out.
    pub left: u32,
    /// The worst that was found at one of them.
    pub worst: Option<Severity>,
}
