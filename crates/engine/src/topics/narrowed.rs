//! The tree with only what a search or a span of time leaves: topics with messages that were found.

use mqttscope_protocol::ConnectionId;

use super::Topics;
use crate::log::{Messages, Tally};

/// Messages that were found, for every level.
#[derive(Debug)]
pub(crate) struct Narrowed {
    made: (Option<ConnectionId>, u64, usize),
    /// Here and below, by the level's number; the last is of the level itself.
    levels: Vec<Messages>,
    /// Topics that have any, and all that have messages.
    topics: (u64, u64),
}

impl Narrowed {
    /// What was found of one connection, or of all.
    pub(crate) fn new(topics: &Topics, of: Option<ConnectionId>, found: &Tally) -> Self {
        let mut levels = vec![Messages::default(); topics.levels.len()];
        for (number, messages) in found.messages(of) {
            if let Some(level) = levels.get_mut(number as usize) {
                level.add(messages);
                level.last = level.last.max(messages.last);
            }
        }
        let is_found = |level: &&Messages| level.count() > 0;
        let found_topics = levels.iter().filter(is_found).count() as u64;
        let is_topic = |level: &&super::Level| {
            let last = level.seen_by(of).and_then(|seen| seen.last);
            last.is_some()
        };
        let all_topics = topics.levels.iter().filter(is_topic).count() as u64;
        // A parent's number is smaller than its children's.
        for (at, level) in topics.levels.iter().enumerate().rev() {
            let own = levels.get(at).copied().unwrap_or_default();
            let above = level.parent.and_then(|it| levels.get_mut(it as usize));
            if let Some(above) = above {
                above.add(&own);
            }
        }
        Self {
            made: (of, found.revision(), topics.levels.len()),
            levels,
            topics: (found_topics, all_topics),
        }
    }

    /// Whether another one made now would be the same.
    pub(crate) fn is_of(&self, topics: &Topics, of: Option<ConnectionId>, found: &Tally) -> bool {
        self.made == (of, found.revision(), topics.levels.len())
    }

    /// Topics with messages that were found, and all with messages.
    pub(crate) const fn topics(&self) -> (u64, u64) {
        self.topics
    }

    /// What was found on a level and below; none: nothing was.
    pub(super) fn level(&self, number: u32) -> Option<&Messages> {
        self.levels
            .get(number as usize)
            .filter(|level| level.count() > 0)
    }
}

impl Messages {
    const fn count(&self) -> u64 {
        self.received.saturating_add(self.sent)
    }

    const fn add(&mut self, other: &Self) {
        self.received = self.received.saturating_add(other.received);
        self.sent = self.sent.saturating_add(other.sent);
    }
}
