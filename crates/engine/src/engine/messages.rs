//! Where the packets of messages are that the page is told about.

use mqttscope_wire::PacketType;

use super::Engine;
use crate::protocol::{ConnectionId, Direction, MessageDraft, RecordId, Report};
use crate::view::cut::cut;
use crate::view::rows;

/// Packets among which that of a response is looked for.
const LOOKED_BACK: u64 = 5_000;
/// Characters of the topic of a message that was sent.
const SENT_TOPIC: usize = 120;

impl Engine {
    /// The packet of a message that has just come.
    pub(super) fn answer_record(&self, id: ConnectionId, payload: &[u8]) -> Option<RecordId> {
        let end = self.log.end();
        let is_it = |record: &RecordId| {
            self.log.get(*record).is_some_and(|record| {
                record.connection == id
                    && record.direction == Direction::In
                    && rows::publish(&self.log, record).is_some_and(|it| it.payload == payload)
            })
        };
        // What came with it in the same bytes is recorded too.
        (end.saturating_sub(LOOKED_BACK)..end)
            .rev()
            .map(RecordId)
            .find(is_it)
    }

    /// Publishes what a person asked for, and says so.
    pub(super) fn publish_once(&mut self, now_ms: f64, id: ConnectionId, draft: &MessageDraft) {
        let before = self.log.end();
        if !self.publish(now_ms, id, draft) {
            return;
        }
        let is_sent = |record: &RecordId| {
            self.log.get(*record).is_some_and(|record| {
                record.connection == id && record.packet_type() == PacketType::Publish
            })
        };
        let record = (before..self.log.end()).map(RecordId).find(is_sent);
        let topic = cut(&draft.topic, SENT_TOPIC);
        self.answers.push(Report::Published(id, topic, record));
    }
}
