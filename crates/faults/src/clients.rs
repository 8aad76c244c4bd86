//! The faults that are in force, and what is known of clients over all their connections: when they first came, and what
//! they and the broker have sent.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mqttscope_wire::{PacketType, Sender};

use super::plan::Rule;

/// Clients that are remembered: those that connected last.
const MOST: usize = 10_000;

/// The most faults that are in force at a time.
pub const MOST_ACTIVE: usize = 200;

/// Faults, and the clients that they are for.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Arc<[Arc<Active>]>,
    clients: HashMap<Box<str>, Client>,
    /// Their names by the number of their newest connection.
    newest: BTreeMap<u64, Box<str>>,
    connections: u64,
    /// Faults that ever were in force.
    count: u32,
}

/// A fault that is in force.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) rule: Rule,
    /// Its number among all that ever were, from 1.
    pub(crate) number: u32,
    /// It came while the tap runs, at this time in milliseconds: what was before is not for it. None: it was there first.
    since: Option<u64>,
    struck: AtomicU64,
}

#[derive(Debug)]
struct Client {
    /// When it first connected, in milliseconds.
    since: u64,
    /// The number of its newest connection.
    newest: u64,
    /// By the number of a fault: packets that it counts.
    counts: HashMap<u32, u32>,
}

impl Active {
    /// How often it has struck.
    pub(crate) fn struck(&self) -> u64 {
        self.struck.load(Ordering::Relaxed)
    }

    pub(super) fn strike(&self) {
        self.struck.fetch_add(1, Ordering::Relaxed);
    }

    /// When its time begins for a client that first connected at `client`.
    pub(super) fn begins(&self, client: u64) -> u64 {
        client.max(self.since.unwrap_or(0))
    }

    pub(super) fn is_for(&self, client: &str) -> bool {
        self.rule
            .client
            .as_deref()
            .is_none_or(|name| name == client)
    }
}

impl fmt::Display for Active {
    /// What it is called in what is said of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.since {
            None => write!(f, "line {}", self.rule.line),
            Some(_) => write!(f, "fault {}", self.number),
        }
    }
}

impl Faults {
    /// Faults that are in force before the first connection.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut faults = Self::default();
        faults.begin(rules, None);
        faults
    }

    /// All that are in force, the oldest first.
    pub(crate) fn rules(&self) -> Arc<[Arc<Active>]> {
        Arc::clone(&self.rules)
    }

    /// Whether these are all that are in force.
    pub(super) fn are(&self, rules: &Arc<[Arc<Active>]>) -> bool {
        Arc::ptr_eq(&self.rules, rules)
    }

    /// Adds some from now on. False: there would be too many, and nothing has changed.
    pub(crate) fn add(&mut self, rules: Vec<Rule>, now: u64) -> bool {
        let is_room = self.rules.len().saturating_add(rules.len()) <= MOST_ACTIVE;
        if is_room {
            self.begin(rules, Some(now));
        }
        is_room
    }

    fn begin(&mut self, rules: Vec<Rule>, since: Option<u64>) {
        let mut all = self.rules.to_vec();
        for rule in rules {
            self.count = self.count.saturating_add(1);
            all.push(Arc::new(Active {
                rule,
                number: self.count,
                since,
                struck: AtomicU64::new(0),
            }));
        }
        self.rules = all.into();
    }

    /// Keeps those that `stay` says. Whether any is gone.
    pub(crate) fn retain(&mut self, stay: impl Fn(&Active) -> bool) -> bool {
        let before = self.rules.len();
        let mut all = self.rules.to_vec();
        all.retain(|active| stay(active));
        if all.len() == before {
            return false;
        }
        for client in self.clients.values_mut() {
            let is_there = |number| all.iter().any(|active| active.number == number);
            client.counts.retain(|number, _| is_there(*number));
        }
        self.rules = all.into();
        true
    }

    /// A client connects. Gives when it first did, as far as it is remembered.
    pub(crate) fn connects(&mut self, name: &str, now: u64) -> u64 {
        self.connections = self.connections.saturating_add(1);
        let number = self.connections;
        self.newest.insert(number, name.into());
        if let Some(client) = self.clients.get_mut(name) {
            self.newest.remove(&client.newest);
            client.newest = number;
            return client.since;
        }
        if self.clients.len() >= MOST
            && let Some((_, oldest)) = self.newest.pop_first()
        {
            self.clients.remove(&oldest);
        }
        let client = Client {
            since: now,
            newest: number,
            counts: HashMap::new(),
        };
        self.clients.insert(name.into(), client);
        now
    }

    /// Counts a packet. Gives the numbers of the faults that wait for just this one.
    pub(crate) fn count(&mut self, name: &str, kind: PacketType, from: Sender) -> Vec<u32> {
        let mut struck = Vec::new();
        let Some(client) = self.clients.get_mut(name) else {
            return struck;
        };
        for active in self.rules.iter().filter(|active| active.is_for(name)) {
            if let Some(which) = active.rule.fault.packet()
                && which.counts(kind, from)
            {
                let count = client.counts.entry(active.number).or_default();
                *count = count.saturating_add(1);
                if *count == which.nth.n {
                    struck.push(active.number);
                }
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::parse;

    #[test]
    fn of_many_clients_those_that_connected_last_are_remembered() {
        let mut faults = Faults::new(parse("lose * PUBACK 2").unwrap());
        let strikes = |faults: &mut Faults, name: &str| {
            !faults
                .count(name, PacketType::Puback, Sender::Server)
                .is_empty()
        };
        faults.connects("stays", 0);
        faults.connects("goes", 0);
        assert!(!strikes(&mut faults, "stays") && !strikes(&mut faults, "goes"));
        for number in 0..MOST as u64 * 2 {
            faults.connects(&number.to_string(), number);
            if number % 1000 == 0 {
                assert_eq!(faults.connects("stays", number), 0);
            }
        }
        assert_eq!((faults.clients.len(), faults.newest.len()), (MOST, MOST));
        assert!(strikes(&mut faults, "stays"));
        // It begins anew.
        assert_eq!(faults.connects("goes", 7), 7);
        assert!(!strikes(&mut faults, "goes") && strikes(&mut faults, "goes"));
    }
}
