//! Clearing the log, and the way back.
//!
//! What is cleared is hidden, not thrown away: it stays in the log's budget, where the oldest make room
//! for what is new, until it is brought back or forgotten. Numbers of packets go on, so that whatever
//! names one stays right on both ways. Only the tree of topics begins anew, and is put together again.

use std::collections::HashMap;

use mqttscope_protocol::RecordId;

use super::Engine;
use crate::log::Entry;
use crate::topics::{NONE, Noted, Topics};
use crate::view::gone::Gone;
use crate::view::rows;

impl Engine {
    /// Hides all that was recorded.
    pub(super) fn clear(&mut self) {
        // Whoever clears twice has not asked to lose what the first time hid.
        if !self.log.clear() {
            return;
        }
        let empty = self.topics.emptied();
        let before = core::mem::replace(&mut self.topics, empty);
        for connection in self.connections.values_mut() {
            let topics = &mut self.topics;
            connection.move_topics(|number| number_in(topics, &before, number));
        }
        self.topics_before = Some(before);
        self.watch.clear(self.log.end());
        self.list_anew();
    }

    /// Brings back what was cleared last, before what came since.
    pub(super) fn restore(&mut self) {
        let since = self.log.first();
        let Some(mut topics) = self.topics_before.take() else {
            return;
        };
        topics.keep_out_as(&self.topics);
        if !self.log.restore() {
            return;
        }
        let after = core::mem::replace(&mut self.topics, topics);
        self.count_again(&after, since);
        self.watch.restore();
        self.list_anew();
    }

    /// What was cleared will not be wanted back.
    pub(super) fn forget_cleared(&mut self) {
        self.log.forget_cleared();
        self.topics_before = None;
    }

    /// The tree is needed as long as there is a packet to bring back.
    pub(super) fn drop_tree_of_gone(&mut self) {
        if self.log.view().cleared == 0 {
            self.topics_before = None;
        }
    }

    /// Counts the messages from this packet on in the tree, whose numbers they get.
    fn count_again(&mut self, after: &Topics, since: u64) {
        let mut moved: HashMap<u32, u32> = HashMap::new();
        for number in since..self.log.end() {
            let id = RecordId(number);
            let Some(Entry::Packet(record)) = self.log.entry(id) else {
                continue;
            };
            let Some(publish) = rows::publish(&self.log, record) else {
                continue;
            };
            let topics = &mut self.topics;
            let topic = if record.topic == NONE {
                // It was not kept, and may be counted with those that are not.
                let name = publish.topic_name.as_str();
                if name.is_empty() {
                    NONE
                } else {
                    topics.number(name)
                }
            } else {
                *moved
                    .entry(record.topic)
                    .or_insert_with(|| number_in(topics, after, record.topic))
            };
            topics.note(
                topic,
                Noted {
                    connection: record.connection,
                    sender: record.sender,
                    record: id,
                    size: u32::try_from(publish.payload.len()).unwrap_or(u32::MAX),
                    retain: publish.retain,
                },
            );
            self.log.set_topic(id, topic);
        }
        for connection in self.connections.values_mut() {
            let topics = &mut self.topics;
            connection.move_topics(|number| number_in(topics, after, number));
        }
    }

    /// Lists, counts and states are of other packets now.
    pub(super) fn list_anew(&mut self) {
        self.wire.clear();
        self.messages.clear();
        self.found.clear();
        self.narrowed = None;
        self.charting.clear();
        self.timeline.clear();
        self.states.clear();
        self.flows_gone = Gone::default();
        self.findings_gone = Gone::default();
        self.rewant();
    }
}

/// The number in one tree of what has this number in the other.
fn number_in(topics: &mut Topics, other: &Topics, number: u32) -> u32 {
    other
        .topic(number)
        .map_or(NONE, |topic| topics.number(&topic))
}
