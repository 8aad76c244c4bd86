//! The tree of topics that were seen.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use crate::protocol::{ConnectionId, RecordId, TopicRow};

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
    /// Whose messages went here or below: mostly those of one connection.
    seen: Vec<(ConnectionId, Seen)>,
}

/// What a level has seen.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Messages here and below.
    messages: u64,
    last: Option<RecordId>,
    last_size: u32,
    retained: bool,
}

impl Level {
    fn of(&mut self, connection: ConnectionId) -> Option<&mut Seen> {
        let known = self.seen.iter().position(|(of, _)| *of == connection);
        let at = known.unwrap_or_else(|| {
            self.seen.push((connection, Seen::default()));
            self.seen.len().saturating_sub(1)
        });
        self.seen.get_mut(at).map(|(_, seen)| seen)
    }

    /// Of one connection, or of all; none: nothing was seen here.
    fn seen_by(&self, of: Option<ConnectionId>) -> Option<Seen> {
        let seen = self.seen.iter();
        let theirs = seen.filter(|(connection, _)| of.is_none_or(|of| of == *connection));
        theirs.map(|(_, seen)| *seen).reduce(|a, b| {
            let messages = a.messages.saturating_add(b.messages);
            let newer = if b.last > a.last { b } else { a };
            Seen { messages, ..newer }
        })
    }
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

    /// Counts a message of a connection.
    pub(crate) fn note(
        &mut self,
        number: u32,
        connection: ConnectionId,
        record: RecordId,
        size: u32,
        retain: bool,
    ) {
        let level = self.levels.get_mut(number as usize);
        if let Some(seen) = level.and_then(|level| level.of(connection)) {
            seen.last = Some(record);
            seen.last_size = size;
            // An empty retained message takes away the one that was kept.
            seen.retained = if retain { size > 0 } else { seen.retained };
        }
        let mut next = Some(number);
        while let Some(level) = next.and_then(|number| self.levels.get_mut(number as usize)) {
            if let Some(seen) = level.of(connection) {
                seen.messages = seen.messages.saturating_add(1);
            }
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

    /// The numbers of the rows that are shown when these branches are open, top to bottom: topics
    /// that one connection has seen, or any.
    pub(crate) fn shown(&self, of: Option<ConnectionId>, open: &BTreeSet<String>) -> Vec<u32> {
        let mut shown = Vec::new();
        let mut left: Vec<u32> = self.roots.values().rev().copied().collect();
        while let Some(number) = left.pop() {
            let Some(level) = self.levels.get(number as usize) else {
                continue;
            };
            if level.seen_by(of).is_none() {
                continue;
            }
            shown.push(number);
            if !level.children.is_empty() && open.contains(&*level.topic) {
                left.extend(level.children.values().rev());
            }
        }
        shown
    }

    /// A row; `preview` gives the beginning of a packet's payload.
    pub(crate) fn row(
        &self,
        number: u32,
        of: Option<ConnectionId>,
        open: &BTreeSet<String>,
        preview: impl FnOnce(RecordId) -> Option<String>,
    ) -> Option<TopicRow> {
        let level = self.levels.get(number as usize)?;
        let seen = level.seen_by(of)?;
        let is_seen = |child: &u32| {
            let child = self.levels.get(*child as usize);
            child.is_some_and(|child| child.seen_by(of).is_some())
        };
        Some(TopicRow {
            topic: level.topic.to_string(),
            level: level.topic.get(level.name..)?.to_owned(),
            depth: level.depth,
            has_children: level.children.values().any(is_seen),
            is_open: open.contains(&*level.topic),
            messages: seen.messages,
            last: seen.last.and_then(preview),
            last_size: seen.last_size,
            last_record: seen.last,
            retained: seen.retained,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    fn rows(topics: &Topics, open: &[&str]) -> Vec<String> {
        rows_of(topics, None, open)
    }

    fn rows_of(topics: &Topics, of: Option<ConnectionId>, open: &[&str]) -> Vec<String> {
        let open = open.iter().map(|&topic| topic.to_owned()).collect();
        let row = |number| topics.row(number, of, &open, |record| Some(format!("#{}", record.0)));
        topics
            .shown(of, &open)
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
            topics.note(number, A, RecordId(record as u64), size, retain);
        }
        assert_eq!(rows(&topics, &[]), ["(empty) 1 ", "site 3 "]);
        assert_eq!(
            rows(&topics, &["site", "site/a", "nowhere"]),
            ["(empty) 1 ", "site 3 ", " a 2 ", "  temp 2 #2", " b 1 R #1"]
        );
        let number = topics.number("site/b");
        topics.note(number, A, RecordId(9), 0, true);
        assert_eq!(rows(&topics, &["site"])[3], " b 2 #9");
    }

    #[test]
    fn each_connection_has_its_own_topics() {
        let mut topics = Topics::default();
        for (record, (topic, of)) in [("site/a", A), ("site/b", B), ("site/a", B), ("x", B)]
            .into_iter()
            .enumerate()
        {
            let number = topics.number(topic);
            topics.note(number, of, RecordId(record as u64), 1, false);
        }
        let open = ["site"];
        assert_eq!(rows_of(&topics, Some(A), &open), ["site 1 ", " a 1 #0"]);
        assert_eq!(
            rows_of(&topics, Some(B), &open),
            ["site 2 ", " a 1 #2", " b 1 #1", "x 1 #3"]
        );
        assert_eq!(
            rows(&topics, &open),
            ["site 3 ", " a 2 #2", " b 1 #1", "x 1 #3"]
        );
        assert_eq!(
            rows_of(&topics, Some(ConnectionId(9)), &open),
            Vec::<String>::new()
        );
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
