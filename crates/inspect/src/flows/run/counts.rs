//! What is counted: how often each message arrived where, and what it cost.

use std::collections::BTreeMap;

use mqttscope_session::network::World;

use crate::flows::packet::Packet;

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

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that applications handed in, and wills that the broker published.
    pub published: u32,
    /// Deliveries to applications, each message once an application.
    pub delivered: u32,
    /// Deliveries beyond the first.
    pub duplicated: u32,
    /// Messages that no application got and nobody remembers any more.
    pub lost: u32,
    /// Messages that no application got yet, and somebody remembers.
    pub kept: u32,
    /// Packets that were sent.
    pub packets: usize,
    /// Bytes of them.
    pub bytes: usize,
    /// Milliseconds from the first publishing to the last delivery.
    pub time: u64,
}

/// Topic and payload: what names a message in a run.
type Key = (String, Vec<u8>);

/// Counts while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Book {
    published: BTreeMap<Key, u32>,
    arrived: BTreeMap<(usize, Key), u32>,
    first: Option<u64>,
    last: u64,
}

impl Book {
    pub(super) fn published(&mut self, at: u64, topic: &str, payload: &[u8]) {
        self.first.get_or_insert(at);
        let times = self
            .published
            .entry((topic.to_owned(), payload.to_vec()))
            .or_default();
        *times = times.saturating_add(1);
    }

    /// A message arrived; gives which time it is, from 1. A retained message that comes to a new
    /// subscription comes for the first time or does not count.
    pub(super) fn arrived(
        &mut self,
        at: u64,
        client: usize,
        topic: &str,
        payload: &[u8],
        retained: bool,
    ) -> u32 {
        self.last = self.last.max(at);
        let times = self
            .arrived
            .entry((client, (topic.to_owned(), payload.to_vec())))
            .or_default();
        if *times == 0 || !retained {
            *times = times.saturating_add(1);
        }
        *times
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

    pub(super) fn counts(&self, packets: &[Packet], world: &World, clients: usize) -> Counts {
        let mut counts = Counts {
            published: self.published.values().sum(),
            packets: packets.len(),
            bytes: packets.iter().map(|packet| packet.bytes.len()).sum(),
            time: self
                .first
                .map_or(0, |first| self.last.saturating_sub(first)),
            ..Counts::default()
        };
        for ((_, key), &times) in &self.arrived {
            let once = self.published.get(key).copied().unwrap_or(1).min(times);
            counts.delivered = counts.delivered.saturating_add(once);
            counts.duplicated = counts.duplicated.saturating_add(times.saturating_sub(once));
        }
        for (key, &times) in &self.published {
            if self.arrived.keys().any(|(_, arrived)| arrived == key) {
                continue;
            }
            if remembers(world, clients, key) {
                counts.kept = counts.kept.saturating_add(times);
            } else {
                counts.lost = counts.lost.saturating_add(times);
            }
        }
        counts
    }
}

/// Whether any side still has the message or its place in a handshake.
fn remembers(world: &World, clients: usize, (topic, payload): &Key) -> bool {
    let at_clients = (0..clients)
        .filter_map(|number| world.client(number))
        .any(|client| {
            let queued = client.queue().map(|queued| &queued.message);
            let view = client.view();
            let sent = view
                .outgoing
                .iter()
                .filter_map(|(_, entry)| entry.message.as_ref().map(|sent| &sent.message));
            queued.chain(sent).any(|message| {
                message.topic_name().as_str() == topic && message.payload == *payload
            })
        });
    let in_sessions = world.broker().sessions().any(|session| {
        session.queued().any(|(found, _)| found == topic)
            || session
                .unacknowledged()
                .any(|entry| entry.topic_name == Some(topic.as_str()))
    });
    let mut retained = false;
    world.broker().visit_retained(|found| {
        retained |= found.topic_name() == topic && found.payload() == payload;
    });
    at_clients || in_sessions || retained
}
