//! What is counted: how often each message arrived where, and what it cost.

use std::collections::{BTreeMap, BTreeSet};

use mqttscope_shared::Message;
use mqttscope_sim::World;
use mqttscope_wire::{PacketType, Sender};

use crate::packet::{Fate, Packet};

/// How often a message reached an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Whose application.
    pub client: usize,
    /// Where it was published.
    pub topic: String,
    /// What it says.
    pub payload: Vec<u8>,
    /// How often.
    pub times: u32,
}

/// The sums of a run up to a moment. Each message that was published is one of six at every moment: it has
/// reached an application, it waits, it was lost, it was replaced, it was deleted, or it has expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that applications handed in, and wills that the broker published.
    pub published: u32,
    /// Deliveries to applications, each message once an application.
    pub delivered: u32,
    /// Deliveries beyond the first.
    pub duplicated: u32,
    /// Messages that at least one application got.
    pub reached: u32,
    /// Messages that no application got yet, and that somebody stores or that are on their way.
    pub waiting: u32,
    /// Messages that no application got and nobody remembers any more.
    pub lost: u32,
    /// Retained messages that no application got before the next one took their place.
    pub replaced: u32,
    /// Retained messages that no application got before an empty one deleted them, and empty ones that the broker
    /// got to delete.
    pub deleted: u32,
    /// Messages that no application got before their time was over.
    pub expired: u32,
    /// Messages that died with the application that worked on them, and that nobody stores and nobody works on any more.
    /// They had reached it, so they are among those, too.
    pub lost_at_work: u32,
    /// Packets that were sent.
    pub packets: usize,
    /// Bytes of them.
    pub bytes: usize,
    /// Milliseconds from the first publishing to the last delivery.
    pub time: u64,
}

impl Counts {
    /// What became of messages beside being delivered, with its word, as far as there is any.
    pub(crate) fn others(&self) -> impl Iterator<Item = (u32, &'static str)> {
        let all = [
            (self.duplicated, "duplicated"),
            (self.lost, "lost"),
            (self.replaced, "replaced"),
            (self.deleted, "deleted"),
            (self.expired, "expired"),
            (self.lost_at_work, "lost at work"),
            (self.waiting, "not yet delivered"),
        ];
        all.into_iter().filter(|(count, _)| *count > 0)
    }
}

/// Topic and payload: what names a message in a run.
pub(super) type Key = (String, Vec<u8>);

/// What was published under one name.
#[derive(Debug, Default)]
struct Published {
    times: u32,
    /// When its last one expires, milliseconds after the beginning.
    expires: Option<u64>,
    /// The broker retained it when it was looked at last.
    retained: bool,
    /// What became of those that reached nobody, once nobody has them any more, and how many these are.
    end: Option<End>,
    ended: u32,
    /// The same of those before: another one that is alike changes nothing of it.
    over: Vec<(End, u32)>,
}

impl Published {
    /// How many there are but for those that are over.
    fn live(&self) -> u32 {
        let over = self.over.iter().map(|(_, count)| count);
        self.times.saturating_sub(over.sum())
    }
}

/// What became of the work on messages of one name.
#[derive(Debug, Default)]
struct Jobs {
    /// It is being done.
    now: u32,
    done: u32,
    /// The application died.
    dead: u32,
    /// Those of them that nobody does again.
    lost: u32,
}

/// How a message ends that reaches nobody.
#[derive(Clone, Copy, Debug)]
enum End {
    Lost,
    Replaced,
    Deleted,
    Expired,
}

/// Counts while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Book {
    published: BTreeMap<Key, Published>,
    arrived: BTreeMap<(usize, Key), u32>,
    /// Whose work; where a message goes to one of several, it is the work of all of them.
    jobs: BTreeMap<(Option<usize>, Key), Jobs>,
    /// A message goes to one of several subscribers.
    shares: bool,
    first: Option<u64>,
    last: u64,
}

impl Book {
    /// `shares` says whether a message may go to one of several subscribers.
    pub(super) fn new(shares: bool) -> Self {
        Self {
            shares,
            ..Self::default()
        }
    }

    /// `expiry` is in seconds.
    pub(super) fn published(&mut self, at: u64, topic: &str, payload: &[u8], expiry: Option<u32>) {
        self.first.get_or_insert(at);
        let published = self
            .published
            .entry((topic.to_owned(), payload.to_vec()))
            .or_default();
        published.times = published.times.saturating_add(1);
        published.expires =
            expiry.map(|seconds| at.saturating_add(u64::from(seconds).saturating_mul(1000)));
        if let Some(end) = published.end.take() {
            published.over.push((end, published.ended));
        }
    }

    /// Whether such a message was published, and is not over without having reached anybody.
    pub(super) fn has(&self, topic: &str, payload: &[u8]) -> bool {
        let key = (topic.to_owned(), payload.to_vec());
        let found = self.published.get(&key);
        found.is_some_and(|found| found.end.is_none())
    }

    /// A message arrived; gives how often this one has come by now, from 1. Of several that are alike, each
    /// comes once before one comes again. A retained message that comes to a new subscription comes for the
    /// first time or does not count.
    pub(super) fn arrived(
        &mut self,
        at: u64,
        client: usize,
        topic: &str,
        payload: &[u8],
        retained: bool,
    ) -> u32 {
        self.last = self.last.max(at);
        let key = (topic.to_owned(), payload.to_vec());
        let alike = self.published.get(&key).map_or(1, Published::live);
        let times = self.arrived.entry((client, key)).or_default();
        if *times == 0 || !retained {
            *times = times.saturating_add(1);
        }
        times.saturating_sub(alike).saturating_add(1)
    }

    /// An application begins to work on a message.
    pub(super) fn takes_up(&mut self, client: usize, key: &Key) {
        let now = &mut self.jobs_of(client, key).now;
        *now = now.saturating_add(1);
    }

    /// It has done it, or it died.
    pub(super) fn lets_go(&mut self, client: usize, key: &Key, is_done: bool) {
        let jobs = self.jobs_of(client, key);
        jobs.now = jobs.now.saturating_sub(1);
        let count = if is_done {
            &mut jobs.done
        } else {
            &mut jobs.dead
        };
        *count = count.saturating_add(1);
    }

    fn jobs_of(&mut self, client: usize, key: &Key) -> &mut Jobs {
        let client = (!self.shares).then_some(client);
        self.jobs.entry((client, key.clone())).or_default()
    }

    /// The topics that were published to.
    pub(super) fn topics(&self) -> impl Iterator<Item = &str> + Clone {
        self.published.keys().map(|(topic, _)| &**topic)
    }

    pub(super) fn tallies(&self) -> Vec<Tally> {
        self.arrived
            .iter()
            .map(|((client, (topic, payload)), &times)| Tally {
                client: *client,
                topic: topic.clone(),
                payload: payload.clone(),
                times,
            })
            .collect()
    }

    /// What became of each message by now.
    pub(super) fn counts(&mut self, packets: &[Packet], world: &World, clients: usize) -> Counts {
        let mut counts = Counts {
            time: self
                .first
                .map_or(0, |first| self.last.saturating_sub(first)),
            ..Counts::default()
        };
        // How many of each name reached somebody.
        let mut reached: BTreeMap<&Key, u32> = BTreeMap::new();
        for ((_, key), &times) in &self.arrived {
            let once = self.published.get(key).map_or(1, Published::live);
            let once = once.min(times);
            counts.delivered = counts.delivered.saturating_add(once);
            counts.duplicated = counts.duplicated.saturating_add(times.saturating_sub(once));
            let sum = reached.entry(key).or_default();
            *sum = if self.shares {
                sum.saturating_add(once)
            } else {
                once.max(*sum)
            };
        }
        let all_reached = |(key, found): (&Key, &Published)| {
            reached.get(key).is_some_and(|sum| *sum >= found.live())
        };
        let is_all_alive = self.jobs.values().all(|jobs| jobs.dead == 0);
        let present = if self.published.iter().all(all_reached) && is_all_alive {
            Present::default()
        } else {
            Present::of(packets, world, clients)
        };
        for ((_, key), jobs) in &mut self.jobs {
            // What is still stored comes again.
            if !present.has(key) {
                let to_do = self.published.get(key).map_or(1, Published::live);
                let others = jobs.done.saturating_add(jobs.now);
                let dead = jobs.dead.min(to_do.saturating_sub(others));
                jobs.lost = jobs.lost.max(dead);
            }
            counts.lost_at_work = counts.lost_at_work.saturating_add(jobs.lost);
        }
        let now = world.now().millis();
        for (key, found) in &mut self.published {
            counts.published = counts.published.saturating_add(found.times);
            let mut add = |end: End, more: u32| {
                let sum = match end {
                    End::Lost => &mut counts.lost,
                    End::Replaced => &mut counts.replaced,
                    End::Deleted => &mut counts.deleted,
                    End::Expired => &mut counts.expired,
                };
                *sum = sum.saturating_add(more);
            };
            for &(end, count) in &found.over {
                add(end, count);
            }
            let live = found.live();
            let reached = reached.get(key).copied().unwrap_or_default().min(live);
            let rest = live.saturating_sub(reached);
            counts.reached = counts.reached.saturating_add(reached);
            if rest == 0 {
                continue;
            }
            if present.has(key) {
                found.end = None;
                found.retained = present.retains(key);
                counts.waiting = counts.waiting.saturating_add(rest);
            } else {
                let is_over = found.expires.is_some_and(|end| end <= now);
                let end = if is_over {
                    End::Expired
                } else if found.retained && present.retains_topic(&key.0) {
                    End::Replaced
                } else if (found.retained || key.1.is_empty()) && present.deletes(&key.0) {
                    End::Deleted
                } else {
                    End::Lost
                };
                found.ended = rest;
                add(*found.end.get_or_insert(end), rest);
            }
        }
        counts
    }
}

/// The messages that somebody stores or that are on their way.
#[derive(Debug, Default)]
struct Present {
    stored: BTreeSet<Key>,
    retained: BTreeSet<Key>,
    /// Topics whose retained message the broker was told to delete, by an empty one.
    deleted: BTreeSet<String>,
}

impl Present {
    fn of(packets: &[Packet], world: &World, clients: usize) -> Self {
        let mut stored = BTreeSet::new();
        let key = |message: &Message| {
            let topic = message.topic_name().as_str().to_owned();
            (topic, message.payload.to_vec())
        };
        for client in (0..clients).filter_map(|number| world.client(number)) {
            stored.extend(client.queue().map(|queued| key(&queued.message)));
            let outgoing = client.view().outgoing.iter();
            let sent = outgoing.filter_map(|(_, entry)| entry.message.as_ref());
            stored.extend(sent.map(|sent| key(&sent.message)));
        }
        let saved = world.broker().save(world.now());
        let indexes = saved.retained.iter();
        let retained = indexes
            .filter_map(|index| saved.messages.get(*index))
            .map(|saved| key(&saved.message))
            .collect();
        stored.extend(saved.messages.iter().map(|saved| key(&saved.message)));
        let flying = packets.iter().filter(|packet| {
            packet.fate == Fate::Flying && packet.facts.kind == PacketType::Publish
        });
        for packet in flying {
            let topic = topic_of(packets, packet).to_owned();
            stored.insert((topic, packet.facts.payload.clone()));
        }
        let deletes = packets.iter().filter(|packet| {
            packet.sender == Sender::Client
                && packet.facts.kind == PacketType::Publish
                && packet.facts.retain
                && packet.facts.payload.is_empty()
                && packet.arrived().is_some()
        });
        let deleted = deletes
            .map(|packet| topic_of(packets, packet).to_owned())
            .collect();
        Self {
            stored,
            retained,
            deleted,
        }
    }

    fn has(&self, key: &Key) -> bool {
        self.stored.contains(key)
    }

    fn retains(&self, key: &Key) -> bool {
        self.retained.contains(key)
    }

    fn deletes(&self, topic: &str) -> bool {
        self.deleted.contains(topic)
    }

    fn retains_topic(&self, topic: &str) -> bool {
        self.retained.iter().any(|(found, _)| found == topic)
    }
}

/// The topic of a PUBLISH, which may be under an alias of its connection.
fn topic_of<'a>(packets: &'a [Packet], packet: &'a Packet) -> &'a str {
    if !packet.facts.topic.is_empty() {
        return &packet.facts.topic;
    }
    let before = packets.iter().rev().find(|other| {
        other.connection == packet.connection
            && other.sender == packet.sender
            && other.facts.alias == packet.facts.alias
            && !other.facts.topic.is_empty()
            && other.sent <= packet.sent
    });
    before.map_or("", |found| &found.facts.topic)
}
