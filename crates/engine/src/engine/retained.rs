//! Clearing retained messages.

use mqttscope_protocol::{ConnectionId, MessageDraft};
use mqttscope_shared::Instant;

use super::Engine;

/// Topics that are cleared in one go.
const MOST: usize = 1_000;

impl Engine {
    /// Publishes an empty retained message to each topic of a branch that is known to have one.
    pub(super) fn clear_retained(&mut self, now: Instant, id: ConnectionId, level: u32) {
        let topics = self
            .topics
            .retained_below(level, id, MOST.saturating_add(1));
        let mut cleared = 0_usize;
        for topic in topics.iter().take(MOST) {
            //= [MQTT-3.3.1-6] v5, [MQTT-3.3.1-10] v3.1.1: an empty payload removes the retained message
            let draft = MessageDraft {
                topic: topic.clone(),
                retain: true,
                ..MessageDraft::default()
            };
            if !self.publish(now, id, &draft) {
                // Why, it has said.
                return;
            }
            cleared = cleared.saturating_add(1);
        }
        let text = match (cleared, topics.len() > MOST) {
            (0, _) => "There is no retained message to clear.".to_owned(),
            (_, true) => format!("Cleared {cleared} retained messages; there are more."),
            (1, _) => "Cleared one retained message.".to_owned(),
            _ => format!("Cleared {cleared} retained messages."),
        };
        self.notice(Some(id), false, text);
    }
}
