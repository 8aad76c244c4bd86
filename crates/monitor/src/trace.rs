//! Messages that clients published lately, so that what the server sends on is known again.
//!
//! A message is known by its topic and payload. Somebody outside the recording may publish the
//! same, so nothing that rests on this is more than a warning.

use alloc::collections::VecDeque;

use hashbrown::HashMap;
use mqttscope_shared::Instant;
use mqttscope_wire::QoS;

use super::{ConnectionId, content};

/// Messages that are remembered.
const MAXIMUM: usize = 2048;
/// Messages of the same content that are looked at.
const SAME: usize = 16;

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    /// Counts from 1; 0 stands for none.
    pub(super) mark: u64,
    pub(super) content: u64,
    topic: u64,
    pub(super) properties: u64,
    pub(super) v5: bool,
    pub(super) qos: QoS,
    pub(super) retain: bool,
    /// The publisher's client identifier.
    pub(super) client: u64,
    pub(super) packet: u64,
    pub(super) at: Instant,
    /// Message Expiry Interval.
    pub(super) expiry: Option<u32>,
    /// The server refused it.
    pub(super) refused: bool,
    /// It was sent again, so the server may have had it before and need not forward it; or whether it took it is missing.
    pub(super) again: bool,
    /// Who has it of a shared subscription, and whether it is settled that nobody else may.
    pub(super) taken: Option<(u64, ConnectionId, bool)>,
    /// The one before with the same content.
    before: u64,
    /// Its client, topic and QoS.
    pub(super) row: u64,
    /// The one before of the same client, topic and QoS.
    pub(super) before_in_row: u64,
}

/// What a PUBLISH brings.
pub(super) struct Published {
    pub(super) content: u64,
    pub(super) topic: u64,
    pub(super) properties: u64,
    pub(super) v5: bool,
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) client: u64,
    pub(super) packet: u64,
    pub(super) at: Instant,
    pub(super) expiry: Option<u32>,
    pub(super) again: bool,
}

/// The messages published last.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces {
    ring: VecDeque<Trace>,
    next: u64,
    newest: HashMap<u64, u64>,
    /// How many there are of each topic.
    topics: HashMap<u64, u32>,
    newest_in_row: HashMap<u64, u64>,
}

impl Traces {
    /// Remembers a message and gives its mark.
    pub(super) fn note(&mut self, published: &Published) -> u64 {
        if self.ring.len() >= MAXIMUM
            && let Some(old) = self.ring.pop_front()
        {
            self.forget_topic(old.topic);
            if self.newest.get(&old.content) == Some(&old.mark) {
                self.newest.remove(&old.content);
            }
            if self.newest_in_row.get(&old.row) == Some(&old.mark) {
                self.newest_in_row.remove(&old.row);
            }
        }
        self.next = self.next.saturating_add(1);
        let mark = self.next;
        let Published {
            content,
            topic,
            properties,
            v5,
            qos,
            retain,
            client,
            packet,
            at,
            expiry,
            again,
        } = *published;
        let count = self.topics.entry(topic).or_insert(0);
        *count = count.saturating_add(1);
        let row = content::of_pair(topic, client ^ qos as u64);
        let trace = Trace {
            mark,
            content,
            topic,
            properties,
            v5,
            qos,
            retain,
            client,
            packet,
            at,
            expiry,
            refused: false,
            again,
            taken: None,
            before: self.newest.insert(content, mark).unwrap_or(0),
            row,
            before_in_row: self.newest_in_row.insert(row, mark).unwrap_or(0),
        };
        self.ring.push_back(trace);
        mark
    }

    fn forget_topic(&mut self, topic: u64) {
        if let Some(count) = self.topics.get_mut(&topic) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.topics.remove(&topic);
            }
        }
    }

    /// Whether a message of this topic is remembered.
    pub(super) fn has_topic(&self, topic: u64) -> bool {
        !self.topics.is_empty() && self.topics.contains_key(&topic)
    }

    fn place(&self, mark: u64) -> Option<usize> {
        let first = self.ring.front()?.mark;
        usize::try_from(mark.checked_sub(first)?).ok()
    }

    /// The message with this mark, while it is remembered.
    pub(super) fn get(&self, mark: u64) -> Option<&Trace> {
        self.ring.get(self.place(mark)?)
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, mark: u64) -> Option<&mut Trace> {
        let place = self.place(mark)?;
        self.ring.get_mut(place)
    }

    /// Bytes of this client or to it are missing: the server may have refused any of its messages.
    pub(super) fn doubt(&mut self, client: u64) {
        let own = self.ring.iter_mut().filter(|trace| trace.client == client);
        own.for_each(|trace| trace.again = true);
    }

    /// Messages of this content that were not refused, newest first.
    pub(super) fn of_content(&self, content: u64) -> impl Iterator<Item = &Trace> {
        let newest = self.newest.get(&content).copied().unwrap_or(0);
        let mut next = self.get(newest);
        core::iter::from_fn(move || {
            let trace = next?;
            next = self.get(trace.before);
            Some(trace)
        })
        .take(SAME)
        .filter(|trace| !trace.refused)
    }
}
