//! Bytes that a person sends as they are, right or wrong, and what the server does then.

use core::time::Duration;

use mqttscope_protocol::{BytesSent, Followed, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::PacketType;

/// What comes later hardly comes of the bytes.
const WINDOW: Duration = Duration::from_secs(30);

/// The last such bytes of a connection.
#[derive(Debug)]
pub(crate) struct ByHand {
    at: Instant,
    sent: BytesSent,
    is_stopped: bool,
    /// Whether the page has not been told what is known by now.
    is_news: bool,
}

impl ByHand {
    pub(crate) const fn new(at: Instant, sent: BytesSent) -> Self {
        Self {
            at,
            sent,
            is_stopped: false,
            is_news: true,
        }
    }

    /// A packet has come from the server; `first` is its first byte.
    pub(crate) fn followed(&mut self, now: Instant, record: RecordId, first: u8) {
        if self.is_over(now) || self.sent.followed.len() >= BytesSent::MOST {
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
        if !self.is_over(now) {
            self.sent.ended_after = Some(now - self.at);
            self.is_news = true;
        }
    }

    /// Something else is asked for: what comes from now on may come of that.
    pub(crate) const fn stop(&mut self) {
        self.is_stopped = true;
    }

    fn is_over(&self, now: Instant) -> bool {
        self.is_stopped || self.sent.ended_after.is_some() || now - self.at > WINDOW
    }

    /// What the page is to be told now.
    pub(crate) fn news(&mut self) -> Option<BytesSent> {
        core::mem::take(&mut self.is_news).then(|| self.sent.clone())
    }
}
