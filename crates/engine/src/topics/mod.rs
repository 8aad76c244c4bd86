//! The tree of topics that were seen.
//!
//! A level keeps its own name only: a whole topic is put together from the levels above it. What a
//! server sends decides how large the tree grows, so its bytes and its depth are bounded; topics beyond
//! that are counted and not kept.

mod narrowed;
mod natural;
mod shown;

use core::hash::{BuildHasher as _, Hasher as _};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::rc::Rc;

use hashbrown::{DefaultHashBuilder, HashTable};
use mqttscope_wire::Sender;

use mqttscope_protocol::{ConnectionId, RecordId};
pub(crate) use narrowed::Narrowed;
use natural::Name;
pub(crate) use shown::Unfolded;

/// Bytes that the tree may take.
const MOST_BYTES: usize = 48_000_000;
/// Levels of a topic that is kept. Brokers allow 200 at most, as a rule.
const MOST_LEVELS: usize = 200;
/// Topics that are not kept and still told apart, to be counted.
const MOST_COUNTED: usize = 50_000;
/// What a level takes beside its name: the level, its place in its parent's map, in the table and in
/// the allocator. Measured, and rounded up.
const LEVEL_BYTES: usize = 400;
/// What another connection takes on a level.
const SEEN_BYTES: usize = 2 * size_of::<(ConnectionId, Seen)>();

/// Parts of topics that are remembered to be kept out: of the latest examinations.
const MOST_KEPT_OUT: usize = 16;

/// Connections of a level for which no room is kept in advance.
const FEW: usize = 8;

/// The topic of a record that has none, or none that is kept.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug)]
struct Level {
    name: Rc<str>,
    parent: Option<u32>,
    depth: u16,
    /// Bytes of the whole topic down to here.
    length: u32,
    children: BTreeMap<Name, u32>,
    /// Whose messages went here or below, in the order of their numbers: mostly those of one connection.
    seen: Vec<(ConnectionId, Seen)>,
}

/// What a level has seen.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Messages that came, here and below.
    received: u64,
    /// Messages that went out, here and below.
    sent: u64,
    last: Option<RecordId>,
    last_size: u32,
    /// A retained message is known to be here.
    retained: bool,
    /// Topics here and below with a retained message.
    retained_below: u32,
}

impl Level {
    fn seen_by(&self, of: Option<ConnectionId>) -> Option<Seen> {
        let seen = self.seen.iter();
        let theirs = seen.filter(|(connection, _)| of.is_none_or(|of| of == *connection));
        theirs.map(|(_, seen)| *seen).reduce(|a, b| {
            let newer = if b.last > a.last { b } else { a };
            Seen {
                received: a.received.saturating_add(b.received),
                sent: a.sent.saturating_add(b.sent),
                retained: a.retained || b.retained,
                retained_below: a.retained_below.max(b.retained_below),
                ..newer
            }
        })
    }
}

/// A message that is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noted {
    pub(crate) connection: ConnectionId,
    pub(crate) sender: Sender,
    pub(crate) record: RecordId,
    /// Bytes of the payload.
    pub(crate) size: u32,
    pub(crate) retain: bool,
}

/// The tree. A level keeps its number until the tree is cleared, and a parent's is smaller than those
/// of its children.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    levels: Vec<Level>,
    /// Levels that are the end of a topic, by its hash.
    by_topic: HashTable<u32>,
    hasher: DefaultHashBuilder,
    roots: BTreeMap<Name, u32>,
    bytes: usize,
    /// Hashes of topics that are not kept.
    left_out: HashSet<u64>,
    /// Those of them that have too many levels.
    too_deep: u64,
    /// What topics have in them that are not kept at all, nor counted.
    kept_out: VecDeque<String>,
}

impl Topics {
    /// The number of a topic, made if there is room.
    pub(crate) fn number(&mut self, topic: &str) -> u32 {
        let hash = hash_of(&self.hasher, topic);
        if let Some(number) = self.known(hash, topic) {
            return number;
        }
        if (self.kept_out.iter()).any(|part| topic.contains(part.as_str())) {
            return NONE;
        }
        // Counting stops early: a topic may have 65,535 levels.
        let depth = topic.split('/').take(MOST_LEVELS.saturating_add(1)).count();
        let number = (depth <= MOST_LEVELS)
            .then(|| self.make(topic, hash))
            .flatten();
        if number.is_none() && self.left_out.len() < MOST_COUNTED && self.left_out.insert(hash) {
            let is_deep = depth > MOST_LEVELS;
            self.too_deep = self.too_deep.saturating_add(is_deep.into());
        }
        number.unwrap_or(NONE)
    }

    /// Topics with this in them are not kept from now on.
    pub(crate) fn keep_out(&mut self, part: String) {
        if self.kept_out.contains(&part) {
            return;
        }
        if self.kept_out.len() >= MOST_KEPT_OUT {
            self.kept_out.pop_front();
        }
        self.kept_out.push_back(part);
    }

    /// Keeps out what another tree does.
    pub(crate) fn keep_out_as(&mut self, other: &Self) {
        self.kept_out.clone_from(&other.kept_out);
    }

    /// An empty tree that keeps out what this one does.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            kept_out: self.kept_out.clone(),
            ..Self::default()
        }
    }

    fn known(&self, hash: u64, topic: &str) -> Option<u32> {
        let is_it = |&number: &u32| self.is_topic(number, topic);
        self.by_topic.find(hash, is_it).copied()
    }

    /// Whether this level's whole topic is that.
    fn is_topic(&self, number: u32, topic: &str) -> bool {
        let mut rest = topic;
        let mut next = self.levels.get(number as usize);
        while let Some(level) = next {
            let Some(before) = rest.strip_suffix(&*level.name) else {
                return false;
            };
            let Some(parent) = level.parent else {
                return before.is_empty();
            };
            let Some(before) = before.strip_suffix('/') else {
                return false;
            };
            rest = before;
            next = self.levels.get(parent as usize);
        }
        false
    }

    /// The level of a topic, made with those above it where it is missing; none: there is no room.
    fn make(&mut self, topic: &str, hash: u64) -> Option<u32> {
        let mut parent = None;
        let mut end = 0_usize;
        for (depth, name) in topic.split('/').enumerate() {
            end = end.saturating_add(name.len());
            let name = Name(name.into());
            parent = Some(match self.child(parent, &name) {
                Some(number) => number,
                None => self.add(parent, name, end, depth)?,
            });
            end = end.saturating_add(1);
        }
        let number = parent?;
        let (levels, hasher) = (&self.levels, &self.hasher);
        // A table that grows asks for the hashes of what is in it.
        self.by_topic.insert_unique(hash, number, |&number| {
            hash_of(hasher, &topic_of(levels, number).unwrap_or_default())
        });
        Some(number)
    }

    fn child(&self, parent: Option<u32>, name: &Name) -> Option<u32> {
        let children = match parent {
            Some(parent) => &self.levels.get(parent as usize)?.children,
            None => &self.roots,
        };
        children.get(name).copied()
    }

    fn add(&mut self, parent: Option<u32>, name: Name, length: usize, depth: usize) -> Option<u32> {
        let bytes = LEVEL_BYTES.saturating_add(name.0.len());
        if self.bytes.saturating_add(bytes) > MOST_BYTES {
            return None;
        }
        let number = u32::try_from(self.levels.len()).ok()?;
        self.bytes = self.bytes.saturating_add(bytes);
        self.levels.push(Level {
            name: name.0.clone(),
            parent,
            depth: u16::try_from(depth).unwrap_or(u16::MAX),
            length: u32::try_from(length).unwrap_or(u32::MAX),
            children: BTreeMap::new(),
            seen: Vec::new(),
        });
        let children = match parent {
            Some(parent) => &mut self.levels.get_mut(parent as usize)?.children,
            None => &mut self.roots,
        };
        children.insert(name, number);
        Some(number)
    }

    /// Counts a message.
    pub(crate) fn note(&mut self, number: u32, noted: Noted) {
        let retained = noted.retain.then_some(noted.size > 0);
        let mut change = 0_i32;
        if let Some(seen) = self.seen_mut(number, noted.connection) {
            seen.last = Some(noted.record);
            seen.last_size = noted.size;
            // An empty retained message takes away the one that was kept.
            if let Some(retained) = retained {
                change = i32::from(retained).saturating_sub(i32::from(seen.retained));
                seen.retained = retained;
            }
        }
        let mut next = Some(number);
        while let Some(at) = next {
            if let Some(seen) = self.seen_mut(at, noted.connection) {
                let count = match noted.sender {
                    Sender::Server => &mut seen.received,
                    Sender::Client => &mut seen.sent,
                };
                *count = count.saturating_add(1);
                seen.retained_below = seen.retained_below.saturating_add_signed(change);
            }
            next = self.levels.get(at as usize).and_then(|level| level.parent);
        }
    }

    /// What this connection has seen on a level; none: the level is not there, or there is no room.
    fn seen_mut(&mut self, number: u32, connection: ConnectionId) -> Option<&mut Seen> {
        let level = self.levels.get_mut(number as usize)?;
        // A capture may have a hundred thousand connections on one topic.
        let at = match level.seen.binary_search_by_key(&connection, |(of, _)| *of) {
            Ok(at) => at,
            Err(at) => {
                // The first one is in what a level takes.
                let bytes = if level.seen.is_empty() { 0 } else { SEEN_BYTES };
                if self.bytes.saturating_add(bytes) > MOST_BYTES {
                    return None;
                }
                self.bytes = self.bytes.saturating_add(bytes);
                if level.seen.len() < FEW {
                    level.seen.reserve_exact(1);
                }
                level.seen.insert(at, (connection, Seen::default()));
                at
            }
        };
        level.seen.get_mut(at).map(|(_, seen)| seen)
    }

    /// The topic of this number.
    pub(crate) fn topic(&self, number: u32) -> Option<String> {
        topic_of(&self.levels, number)
    }

    /// Appends the topic of this number, if there is one.
    pub(crate) fn write_topic(&self, number: u32, into: &mut String) {
        write_topic(&self.levels, number, into);
    }

    /// Those of the topics that are left out that have too many levels.
    pub(crate) const fn too_deep(&self) -> u64 {
        self.too_deep
    }

    /// Topics that there was no room for; counted up to a limit.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out.len() as u64
    }

    /// Topics below a root that had a message, in their order, with the packet of the last.
    pub(crate) fn last_below(
        &self,
        root: &str,
        of: Option<ConnectionId>,
        most: usize,
    ) -> Vec<(String, RecordId)> {
        let mut topics = Vec::new();
        let mut left: Vec<u32> = self
            .roots
            .get(&Name(root.into()))
            .copied()
            .into_iter()
            .collect();
        while let Some(number) = left.pop().filter(|_| topics.len() < most) {
            let Some(level) = self.levels.get(number as usize) else {
                continue;
            };
            if let Some(record) = level.seen_by(of).and_then(|seen| seen.last) {
                topics.extend(self.topic(number).map(|topic| (topic, record)));
            }
            left.extend(level.children.values().rev());
        }
        topics
    }

    /// Topics here and below that have a retained message, as far as one connection has seen.
    pub(crate) fn retained_below(&self, number: u32, of: ConnectionId, most: usize) -> Vec<String> {
        let mut topics = Vec::new();
        let mut left = vec![number];
        while let Some(number) = left.pop().filter(|_| topics.len() < most) {
            let Some(level) = self.levels.get(number as usize) else {
                continue;
            };
            match level.seen_by(Some(of)) {
                Some(seen) if seen.retained_below > 0 => {
                    if seen.retained {
                        topics.extend(self.topic(number));
                    }
                    left.extend(level.children.values().rev());
                }
                _ => {}
            }
        }
        topics
    }
}

fn hash_of(hasher: &DefaultHashBuilder, topic: &str) -> u64 {
    let mut state = hasher.build_hasher();
    state.write(topic.as_bytes());
    state.finish()
}

/// The whole topic of a level.
fn topic_of(levels: &[Level], number: u32) -> Option<String> {
    let level = levels.get(number as usize)?;
    let mut topic = String::with_capacity(level.length as usize);
    write_topic(levels, number, &mut topic);
    Some(topic)
}

/// Appends the whole topic of a level, if there is one.
fn write_topic(levels: &[Level], number: u32, into: &mut String) {
    let mut names = [""; MOST_LEVELS.saturating_add(1)];
    let mut next = levels.get(number as usize);
    let mut depth = 0_usize;
    while let Some(level) = next {
        let Some(name) = names.get_mut(depth) else {
            return;
        };
        *name = &level.name;
        depth = depth.saturating_add(1);
        next = level.parent.and_then(|parent| levels.get(parent as usize));
    }
    for (index, name) in names.iter().take(depth).rev().enumerate() {
        if index > 0 {
            into.push('/');
        }
        into.push_str(name);
    }
}

#[cfg(test)]
mod tests;
