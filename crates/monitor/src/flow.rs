//! Packets that belong together: a handshake, a request and its answer.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, QoS, ReasonCode, Sender};

use super::{ConnectionId, PacketNumbers};

/// What the packets are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowKind {
    /// CONNECT, possibly AUTHs, CONNACK.
    Connect,
    /// AUTHs on an open connection.
    Authenticate,
    /// A PUBLISH with QoS 1 or 2 and its acknowledgements.
    Publish(QoS),
    /// SUBSCRIBE and SUBACK.
    Subscribe,
    /// UNSUBSCRIBE and UNSUBACK.
    Unsubscribe,
    /// PINGREQ and PINGRESP.
    Ping,
    /// A client's PUBLISH with a Response Topic, and the message with its Correlation Data that
    /// comes back to this client.
    RequestResponse,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowState {
    /// This packet is to come next.
    WaitsFor(PacketType),
    /// All packets are there.
    Done,
    /// All packets are there, and the answer is no.
    Refused(ReasonCode),
    /// The connection ended before.
    Broken,
    /// Bytes are missing in the recording: they may have held the rest.
    Unknown,
}

/// Packets that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Where; for a handshake that was broken and went on, where it began.
    pub connection: ConnectionId,
    /// What it is about.
    pub kind: FlowKind,
    /// Who began it.
    pub by: Sender,
    /// Its packet identifier; 0 where there is none.
    pub identifier: u16,
    /// Its packets, oldest first.
    pub packets: PacketNumbers,
    /// When the first came.
    pub started: Instant,
    /// When the last came so far.
    pub updated: Instant,
    /// How far it is.
    pub state: FlowState,
}

impl Flow {
    /// One that begins.
    pub(super) const fn begin(
        connection: ConnectionId,
        kind: FlowKind,
        by: Sender,
        identifier: u16,
        packet: u64,
        at: Instant,
        waits_for: PacketType,
    ) -> Self {
        Self {
            connection,
            kind,
            by,
            identifier,
            packets: PacketNumbers::one(packet),
            started: at,
            updated: at,
            state: FlowState::WaitsFor(waits_for),
        }
    }

    /// Another packet of it.
    pub(super) fn add(&mut self, packet: u64, at: Instant, state: FlowState) {
        self.packets.push(packet);
        self.updated = at;
        self.state = state;
    }

    /// From its first packet to its last so far.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.updated - self.started
    }

    /// Whether no packet of it is to come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        !matches!(self.state, FlowState::WaitsFor(_))
    }
}
