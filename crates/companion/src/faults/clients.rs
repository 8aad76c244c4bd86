//! What is known of clients over all their connections: when they first came, and what they and the broker have sent.

use std::collections::HashMap;
use std::sync::Arc;

use mqttscope_wire::{PacketType, Sender};

use super::plan::{Rule, Which};

/// Clients that are remembered; faults are for no others.
const MOST: usize = 10_000;

/// Faults, and the clients that they are for.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Arc<[Rule]>,
    clients: HashMap<Box<str>, Client>,
}

#[derive(Debug)]
struct Client {
    /// When it first connected, in milliseconds.
    since: u64,
    /// Packets of each type, by who sent them.
    counts: [[u32; 2]; 16],
}

/// How many packets of a type there were, with the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    kind: Option<PacketType>,
    from: Option<Sender>,
    /// Of its sender, and of both.
    own: u32,
    both: u32,
}

impl Count {
    /// Whether the newest packet is this one.
    pub(crate) fn is(self, which: Which) -> bool {
        if self.kind != Some(which.nth.kind) {
            return false;
        }
        match which.from {
            None => self.both == which.nth.n,
            from => from == self.from && self.own == which.nth.n,
        }
    }
}

impl Faults {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self {
            rules: rules.into(),
            clients: HashMap::new(),
        }
    }

    /// All rules, in the order of their lines.
    pub(crate) fn rules(&self) -> Arc<[Rule]> {
        Arc::clone(&self.rules)
    }

    /// A client connects. Gives when it first did; `None`: it is one too many to be remembered.
    pub(crate) fn connects(&mut self, name: &str, now: u64) -> Option<u64> {
        if let Some(client) = self.clients.get(name) {
            return Some(client.since);
        }
        if self.clients.len() >= MOST {
            return None;
        }
        let counts = [[0; 2]; 16];
        self.clients
            .insert(name.into(), Client { since: now, counts });
        Some(now)
    }

    /// Counts a packet.
    pub(crate) fn count(&mut self, name: &str, kind: PacketType, from: Sender) -> Count {
        let Some(client) = self.clients.get_mut(name) else {
            return Count::default();
        };
        let Some(counts) = client.counts.get_mut(usize::from(kind as u8 & 15)) else {
            return Count::default();
        };
        let [own, other] = match (from, counts) {
            (Sender::Client, [client, server]) => [client, server],
            (Sender::Server, [client, server]) => [server, client],
        };
        *own = own.saturating_add(1);
        Count {
            kind: Some(kind),
            from: Some(from),
            own: *own,
            both: own.saturating_add(*other),
        }
    }
}
