//! Bytes that the page sends as they are, and what the server did then.

use core::time::Duration;

use mqttscope_wire::PacketType;
use serde::{Deserialize, Serialize};

use super::{ConnectionId, RecordId, micros};

/// Bytes that the page sent as they are, and what followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BytesSent {
    /// On which connection.
    pub connection: ConnectionId,
    /// How many bytes.
    pub size: usize,
    /// The first packet that they complete; none: they complete none.
    pub record: Option<RecordId>,
    /// The first packets that came from the server then, at most [`BytesSent::MOST`].
    pub followed: Vec<Followed>,
    /// How long after them the connection ended.
    #[serde(with = "micros::option")]
    pub ended_after: Option<Duration>,
}

impl BytesSent {
    /// The most packets that are told.
    pub const MOST: usize = 4;
}

/// A packet of the server behind bytes that were sent as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The number of its record.
    pub record: RecordId,
    /// Its type.
    pub packet_type: PacketType,
    /// How long after them it came.
    #[serde(with = "micros")]
    pub after: Duration,
}
