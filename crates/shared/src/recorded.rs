//! A packet as it was recorded.

use mqttscope_wire::{Context, ProtocolVersion, Sender};

use crate::Instant;

/// A packet of a recording, wherever that comes from: a pasted text, the log of the wire, a capture,
/// a handshake that was seen. Who works on packets in order takes these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded<'a> {
    /// The number of its connection.
    pub connection: u32,
    /// Who sent it.
    pub sender: Sender,
    /// In which version it is read.
    pub version: ProtocolVersion,
    /// When it was sent or received.
    pub at: Instant,
    /// All of it.
    pub bytes: &'a [u8],
}

impl Recorded<'_> {
    /// What its reader must know beforehand.
    #[must_use]
    pub const fn context(&self) -> Context {
        Context::new(self.version).sent_by(self.sender)
    }
}
