//! Bytes that a person sends as they are, right or wrong, and what the server does then.

use mqttscope_protocol::{BytesSent, Followed, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::PacketType;

/// The last such bytes of a connection.
#[derive(Debug)]
pub(crate) struct ByHand {
    at: Instant,
    sent: BytesSent,
    /// Whether the page has not been told what is known by now.
    is_news: bool,
}

impl ByHand {
    pub(crate) const fn new(at: Instant, sent: BytesSent) -> Self {
        Self {
            at,
            sent,
            is_news: true,
        }
    }

    /// A packet has come from the server; `first` is its first byte.
    pub(crate) fn followed(&mut self, now: Instant, record: RecordId, first: u8) {
        if self.sent.ended_after.is_some() || self.sent.followed.len() >= BytesSent::MOST {
            return;
        }
        self.sent.followed.push(Followed {
            record,
            packet_type: PacketType::from_nibble(first >> 4),
            after: now - self.at,
        });
        self.is_news = true;
    }

    /// The connection has ended.
    pub(crate) fn ended(&mut self, now: Instant) {
        if self.sent.ended_after.is_none() {
            self.sent.ended_after = Some(now - self.at);
            self.is_news = true;
        }
    }

    /// What the page is to be told now.
    pub(crate) fn news(&mut self) -> Option<BytesSent> {
        core::mem::take(&mut self.is_news).then(|| self.sent.clone())
    }
}
