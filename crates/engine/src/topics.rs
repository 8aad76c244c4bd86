//! The tree of topics that were seen.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use crate::protocol::{RecordId, TopicRow};

/// Levels that are kept; what comes under others is counted nowhere.
const MOST: usize = 100_000;
/// The topic of a record that has none, or none that is kept.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Level {
    /// The whole topic down to here.
    topic: Box<str>,
    /// Where the level's own name begins in it.
    name: usize,
    parent: Option<u32>,
    depth: u16,
    children: BTreeMap<Box<str>, u32>,
    /// Messages here and below.
    messages: u64,
    last: Option<RecordId>,
    last_size: u32,
    retained: bool,
}

/// The tree. A level keeps its number until the tree is cleared.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    levels: Vec<Level>,
    by_topic: HashMap<Box<str>, u32>,
    roots: BTreeMap<Box<str>, u32>,
}

impl Topics {
    /// The number of a topic, made if there is room.
    pub(crate) fn number(&mut self, topic: &str) -> u32 {
        if let Some(&number) = self.by_topic.get(topic) {
            return number;
        }
        let mut parent = None;
        let mut number = NONE;
        let ends = topic
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([topic.len()]);
        let mut start = 0;
        for (depth, end) in ends.enumerate() {
            let (Some(whole), Some(name)) = (topic.get(..end), topic.get(start..end)) else {
                return NONE;
            };
            number = match self.child(parent, name) {
                Some(number) => number,
                None => match self.add(parent, whole, name, start, depth) {
                    Some(number) => number,
                    None => return NONE,
                },
            };
            parent = Some(number);
            start = end.saturating_add(1);
        }
        number
    }

    fn child(&self, parent: Option<u32>, name: &str) -> Option<u32> {
        let children = match parent {
            Some(parent) => &self.levels.get(parent as usize)?.children,
            None => &self.roots,
        };
        children.get(name).copied()
    }

    fn add(
        &mut self,
        parent: Option<u32>,
        topic: &str,
        name: &str,
        start: usize,
        depth: usize,
    ) -> Option<u32> {
        if self.levels.len() >= MOST {
            return None;
        }
        let number = u32::try_from(self.levels.len()).ok()?;
        self.levels.push(Level {
            topic: topic.into(),
            name: start,
            parent,
            depth: u16::try_from(depth).unwrap_or(u16::MAX),
            ..Level::default()
        });
        let children = match parent {
            Some(parent) => &mut self.levels.get_mut(parent as usize)?.children,
            None => &mut self.roots,
        };
        children.insert(name.into(), number);
        self.by_topic.insert(topic.into(), number);
        Some(number)
    }

    /// Counts a message.
    pub(crate) fn note(&mut self, number: u32, record: RecordId, size: u32, retain: bool) {
        if let Some(level) = self.levels.get_mut(number as usize) {
            level.last = Some(record);
            level.last_size = size;
            // An empty retained message takes away the one that was kept.
            level.retained = if retain { size > 0 } else { level.retained };
        }
        let mut next = Some(number);
        while let Some(level) = next.and_then(|number| self.levels.get_mut(number as usize)) {
            level.messages = level.messages.saturating_add(1);
            next = level.parent;
        }
    }

    /// The topic of this number.
    pub(crate) fn topic(&self, number: u32) -> Option<&str> {
        self.levels.get(number as usize).map(|level| &*level.topic)
    }

    /// Forgets every topic.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The numbers of the rows that are shown when these branches are open, top to bottom.
    pub(crate) fn shown(&self, open: &BTreeSet<String>) -> Vec<u32> {
        let mut shown = Vec::new();
        let mut left: Vec<u32> = self.roots.values().rev().copied().collect();
        while let Some(number) = left.pop() {
            shown.push(number);
            if let Some(level) = self.levels.get(number as usize)
                && !level.children.is_empty()
                && open.contains(&*level.topic)
            {
                left.extend(level.children.values().rev());
            }
        }
        shown
    }

    /// A row; `preview` gives the beginning of a packet's payload.
    pub(crate) fn row(
        &self,
        number: u32,
        open: &BTreeSet<String>,
        preview: impl FnOnce(RecordId) -> Option<String>,
    ) -> Option<TopicRow> {
        let level = self.levels.get(number as usize)?;
        Some(TopicRow {
            topic: level.topic.to_string(),
            level: level.topic.get(level.name..)?.to_owned(),
            depth: level.depth,
            has_children: !level.children.is_empty(),
            is_open: open.contains(&*level.topic),
            messages: level.messages,
            last: level.last.and_then(preview),
            last_size: level.last_size,
            last_record: level.last,
            retained: level.retained,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(topics: &Topics, open: &[&str]) -> Vec<String> {
        let open = open.iter().map(|&topic| topic.to_owned()).collect();
        let row = |number| topics.row(number, &open, |record| Some(format!("#{}", record.0)));
        topics
            .shown(&open)
            .into_iter()
            .filter_map(row)
            .map(|row| {
                let last = row.last.unwrap_or_default();
                let mark = if row.retained { " R" } else { "" };
                let level = if row.level.is_empty() {
                    "(empty)"
                } else {
                    &row.level
                };
                format!(
                    "{}{level} {}{mark} {last}",
                    " ".repeat(row.depth.into()),
                    row.messages
                )
            })
            .collect()
    }

    #[test]
    fn messages_are_counted_on_every_level_above() {
        let mut topics = Topics::default();
        for (record, (topic, retain, size)) in [
            ("site/a/temp", false, 2),
            ("site/b", true, 1),
            ("site/a/temp", false, 2),
            ("/x", false, 0),
        ]
        .into_iter()
        .enumerate()
        {
            let number = topics.number(topic);
            topics.note(number, RecordId(record as u64), size, retain);
        }
        assert_eq!(rows(&topics, &[]), ["(empty) 1 ", "site 3 "]);
        assert_eq!(
            rows(&topics, &["site", "site/a", "nowhere"]),
            ["(empty) 1 ", "site 3 ", " a 2 ", "  temp 2 #2", " b 1 R #1"]
        );
        let number = topics.number("site/b");
        topics.note(number, RecordId(9), 0, true);
        assert_eq!(rows(&topics, &["site"])[3], " b 2 #9");
    }

    #[test]
    fn the_tree_is_bounded() {
        let mut topics = Topics::default();
        for n in 0..MOST + 10 {
            topics.number(&n.to_string());
        }
        assert_eq!(topics.levels.len(), MOST);
        assert_eq!(topics.number("one/more"), NONE);
        assert_ne!(topics.number("5"), NONE);
    }
}
