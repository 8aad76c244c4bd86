//! Records of the log that are no packets: connections that opened or closed.
//!
//! They are numbered with the packets, so that a list shows them where they happened and every
//! number keeps pointing at what it pointed at. What they say lies in the arena as JSON: it is rare,
//! it is bounded by the log's budget, and it goes with the packets around it.

use mqttscope_protocol::ConnectionEvent;

use super::Record;

/// What stands at a number of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry<'a> {
    /// A packet.
    Packet(&'a Record),
    /// A connection opened or closed; see [`super::WireLog::event`].
    Event(&'a Record),
}

impl<'a> Entry<'a> {
    pub(crate) const fn record(self) -> &'a Record {
        match self {
            Self::Packet(record) | Self::Event(record) => record,
        }
    }
}

pub(super) fn write(event: &ConnectionEvent) -> Vec<u8> {
    // A struct of text and numbers can always be written.
    serde_json::to_vec(event).unwrap_or_default()
}

pub(super) fn read(bytes: &[u8]) -> Option<ConnectionEvent> {
    serde_json::from_slice(bytes).ok()
}
