//! Which rows of the tree are shown, and what they say.

use std::collections::BTreeSet;

use mqttscope_protocol::{ConnectionId, RecordId, TopicRow, Tree};

use super::{Level, Narrowed, Topics};
use crate::view::cut::cut;

/// Characters of a level's name that a row shows.
const MOST_NAME: usize = 200;
/// Bytes of the longest topic that a row gives whole.
const MOST_TOPIC: u32 = 2_048;
/// Bytes of the longest topic in which a text with a `/` is looked for.
const MOST_SEARCHED: u32 = 1_024;

/// Which branches are open, and what the tree is narrowed to.
#[derive(Debug)]
pub(crate) struct Unfolded<'a> {
    tree: &'a Tree,
    toggled: BTreeSet<u32>,
    /// Only topics with messages that were found.
    narrowed: Option<&'a Narrowed>,
}

impl<'a> Unfolded<'a> {
    pub(crate) fn new(tree: &'a Tree, narrowed: Option<&'a Narrowed>) -> Self {
        Self {
            tree,
            toggled: tree.toggled.iter().copied().collect(),
            narrowed,
        }
    }

    /// Whether messages that were found are on a level or below.
    fn has(&self, number: u32) -> bool {
        (self.narrowed).is_none_or(|narrowed| narrowed.level(number).is_some())
    }

    /// What is narrowed is shown whole.
    fn is_open(&self, number: u32) -> bool {
        let is_narrowed = self.tree.retained || !self.tree.text.is_empty();
        is_narrowed || self.tree.unfolded != self.toggled.contains(&number)
    }
}

impl Topics {
    /// The numbers of the rows that are shown, top to bottom: topics that one connection has seen, or
    /// any.
    pub(crate) fn shown(&self, of: Option<ConnectionId>, unfolded: &Unfolded<'_>) -> Vec<u32> {
        let tree = unfolded.tree;
        let found = (!tree.text.is_empty()).then(|| self.found(&tree.text));
        let mut shown = Vec::new();
        let mut left: Vec<u32> = self.roots.values().rev().copied().collect();
        while let Some(number) = left.pop() {
            let Some(level) = self.levels.get(number as usize) else {
                continue;
            };
            let is_found = |found: &Vec<bool>| found.get(number as usize) == Some(&true);
            let is_in = unfolded.has(number)
                && level
                    .seen_by(of)
                    .is_some_and(|seen| !tree.retained || seen.retained_below > 0)
                && found.as_ref().is_none_or(is_found);
            if !is_in {
                continue;
            }
            shown.push(number);
            if !level.children.is_empty() && unfolded.is_open(number) {
                left.extend(level.children.values().rev());
            }
        }
        shown
    }

    /// For every level, whether its topic has this text, or one below it, or one above it.
    fn found(&self, text: &str) -> Vec<bool> {
        let text = text.to_lowercase();
        let is_path = text.contains('/');
        let mut found = vec![false; self.levels.len()];
        for (at, level) in self.levels.iter().enumerate() {
            let above = level.parent.and_then(|parent| found.get(parent as usize));
            let is_it = above == Some(&true) || self.has(at, level, &text, is_path);
            if let Some(found) = found.get_mut(at) {
                *found = is_it;
            }
        }
        // A parent's number is smaller than its children's.
        for (at, level) in self.levels.iter().enumerate().rev() {
            if found.get(at) == Some(&true)
                && let Some(above) = level.parent.and_then(|it| found.get_mut(it as usize))
            {
                *above = true;
            }
        }
        found
    }

    fn has(&self, at: usize, level: &Level, text: &str, is_path: bool) -> bool {
        let in_name = |name: &str| name.to_lowercase().contains(text);
        if !is_path {
            return in_name(&level.name);
        }
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        level.length <= MOST_SEARCHED && self.topic(number).is_some_and(|topic| in_name(&topic))
    }

    /// A row; `preview` gives the beginning of a packet's payload.
    pub(crate) fn row(
        &self,
        number: u32,
        of: Option<ConnectionId>,
        unfolded: &Unfolded<'_>,
        preview: impl FnOnce(RecordId) -> Option<String>,
    ) -> Option<TopicRow> {
        let level = self.levels.get(number as usize)?;
        let mut seen = level.seen_by(of)?;
        let found = unfolded.narrowed.and_then(|it| it.level(number));
        if let Some(found) = found {
            (seen.received, seen.sent) = (found.received, found.sent);
            if seen.last != found.last {
                (seen.last, seen.last_size) = (found.last, 0);
            }
        }
        let is_seen = |&number: &u32| {
            let child = self.levels.get(number as usize);
            unfolded.has(number) && child.is_some_and(|child| child.seen_by(of).is_some())
        };
        Some(TopicRow {
            number,
            topic: self.topic(number).filter(|_| level.length <= MOST_TOPIC),
            level: cut(&level.name, MOST_NAME),
            depth: level.depth,
            has_children: level.children.values().any(is_seen),
            is_open: unfolded.is_open(number),
            received: seen.received,
            sent: seen.sent,
            last: seen.last.and_then(preview),
            last_size: seen.last_size,
            last_record: seen.last,
            retained: seen.retained,
            retained_below: seen.retained_below,
        })
    }
}
