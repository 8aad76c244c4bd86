//! Retained messages: the last one of each topic.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_shared::topic_tree::TopicTree;

use super::message::Stored;

#[derive(Debug, Default)]
pub(crate) struct Retained {
    tree: TopicTree<Arc<Stored>>,
}

/// No more can be kept, or not so deep.
pub(crate) struct Full;

impl Retained {
    pub(crate) const fn len(&self) -> usize {
        self.tree.len()
    }

    /// Keeps the message for its topic, or clears the topic when the payload is empty.
    pub(crate) fn set(
        &mut self,
        stored: &Arc<Stored>,
        limit: usize,
        now: Instant,
    ) -> Result<(), Full> {
        if stored.message.payload.is_empty() {
            //= [MQTT-3.3.1-6] v5, [MQTT-3.3.1-10] v3.1.1: an empty payload clears the topic
            //= [MQTT-3.3.1-7] v5, [MQTT-3.3.1-11] v3.1.1: and is not kept itself
            self.tree.remove(&stored.topic);
            return Ok(());
        }
        if self.tree.len() >= limit && self.tree.get(&stored.topic).is_none() {
            self.forget_expired(now);
            if self.tree.len() >= limit {
                return Err(Full);
            }
        }
        //= [MQTT-3.3.1-5] v5 and v3.1.1: the new message replaces the one before
        self.tree
            .insert(&stored.topic, Arc::clone(stored))
            .map(|_| ())
            .map_err(|_| Full)
    }

    /// The messages that a filter (without `$share/NAME/`) matches.
    pub(crate) fn matching(&self, levels: &str, now: Instant) -> Vec<Arc<Stored>> {
        let mut found = Vec::new();
        self.tree.visit_matched_by(levels, |stored| {
            //= [MQTT-3.3.2-5] v5: what has expired is not delivered any more
            if !stored.is_expired(now) {
                found.push(Arc::clone(stored));
            }
        });
        found
    }

    pub(crate) fn visit<'a>(&'a self, visit: impl FnMut(&'a Arc<Stored>)) {
        self.tree.visit(visit);
    }

    fn forget_expired(&mut self, now: Instant) {
        let mut expired = Vec::new();
        self.tree.visit(|stored| {
            if stored.is_expired(now) {
                expired.push(stored.topic.to_string());
            }
        });
        for topic in expired {
            self.tree.remove(&topic);
        }
    }
}
