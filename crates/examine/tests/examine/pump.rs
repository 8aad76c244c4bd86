//! An examination and our broker, in one virtual time, without sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mqttscope_broker::{self as broker, Broker, Transmit};
use mqttscope_examine::{
    Card, Check, Command, ConnectionId, Examination, Instant, Mutation, Options, Report,
};
use mqttscope_wire::{Framed, Framer, ProtocolVersion};

/// A run that takes longer in virtual time does not end.
const LONGEST: Duration = Duration::from_secs(3600);

enum Going {
    Open(ConnectionId),
    Opened(ConnectionId),
    Up(ConnectionId, Vec<u8>),
    Down(ConnectionId, Vec<u8>),
    Cut(ConnectionId),
    Closed(ConnectionId),
}

pub(crate) struct Run {
    pub(crate) reports: Vec<Report>,
    pub(crate) card: Card,
    pub(crate) took: Duration,
    /// What the broker still holds afterwards: sessions and retained messages.
    pub(crate) left: (usize, usize),
}

struct Pump<'c> {
    now: Instant,
    way: Duration,
    broker: Broker,
    examination: Examination<'c>,
    going: BTreeMap<(u64, u64), Going>,
    sequence: u64,
    at_broker: BTreeMap<ConnectionId, broker::ConnectionId>,
    framers: BTreeMap<ConnectionId, Framer>,
    gone: BTreeSet<ConnectionId>,
    mutation: Option<(ProtocolVersion, Mutation)>,
    mutated: &'static str,
}

/// Examines our broker, `way` of time away; one check may be broken by a mutation in one version.
pub(crate) fn run(
    checks: &[Check],
    options: Options,
    way: Duration,
    mutation: Option<(&'static str, ProtocolVersion, Mutation)>,
) -> Run {
    let now = Instant::from_millis(1000);
    let mut pump = Pump {
        now,
        way,
        broker: Broker::new(broker::Options::new(0)),
        examination: Examination::new(checks, options, now),
        going: BTreeMap::new(),
        sequence: 0,
        at_broker: BTreeMap::new(),
        framers: BTreeMap::new(),
        gone: BTreeSet::new(),
        mutated: mutation.as_ref().map_or("", |(id, ..)| *id),
        mutation: mutation.map(|(_, version, mutation)| (version, mutation)),
    };
    let mut reports = Vec::new();
    loop {
        pump.drain();
        while let Some(report) = pump.examination.poll_report() {
            reports.push(report);
        }
        if pump.examination.is_done() && pump.going.is_empty() {
            break;
        }
        pump.next();
        assert!(pump.now - now < LONGEST, "it does not end");
    }
    Run {
        reports,
        card: pump.examination.card().clone(),
        took: pump.now - now,
        left: (pump.broker.sessions().count(), {
            let mut count = 0;
            pump.broker.visit_retained(|_| count += 1);
            count
        }),
    }
}

impl Pump<'_> {
    fn go(&mut self, after: Duration, going: Going) {
        self.sequence += 1;
        let at = (self.now + after).millis();
        self.going.insert((at, self.sequence), going);
    }

    /// The next moment at which something happens.
    fn next(&mut self) {
        let going = self
            .going
            .keys()
            .next()
            .map(|(at, _)| Instant::from_millis(*at));
        let examination = self.examination.poll_timeout();
        let broker = self.broker.poll_timeout();
        let at = [going, examination, broker].into_iter().flatten().min();
        self.now = self.now.max(at.expect("somebody waits for something"));
        if broker.is_some_and(|at| at <= self.now) {
            self.broker.handle_timeout(self.now);
            return;
        }
        if going.is_some_and(|at| at <= self.now) {
            let (_, going) = self.going.pop_first().unwrap();
            self.arrive(going);
            return;
        }
        self.examination.handle_timeout(self.now);
    }

    fn arrive(&mut self, going: Going) {
        match going {
            Going::Open(id) => {
                let at_broker = self.broker.handle_open(self.now);
                self.at_broker.insert(id, at_broker);
                self.framers.insert(id, Framer::default());
                self.go(self.way, Going::Opened(id));
            }
            Going::Opened(id) => self.examination.handle_opened(self.now, id),
            Going::Up(id, bytes) => {
                if let Some(at_broker) = self.at_broker.get(&id) {
                    self.broker.handle_bytes(self.now, *at_broker, &bytes);
                }
            }
            Going::Cut(id) => {
                if let Some(at_broker) = self.at_broker.remove(&id) {
                    self.broker.handle_closed(self.now, at_broker);
                }
            }
            Going::Down(id, bytes) => self.examination.handle_bytes(self.now, id, &bytes),
            Going::Closed(id) => self.examination.handle_closed(self.now, id),
        }
    }

    /// The name of a connection of the mutated check.
    fn name(&self, id: ConnectionId) -> Option<&'static str> {
        let (check, version, name) = self.examination.connection(id)?;
        let mutated = self.mutation.as_ref()?;
        (check == self.mutated && version == mutated.0).then_some(name)
    }

    fn drain(&mut self) {
        while let Some(command) = self.examination.poll_command() {
            match command {
                Command::Open(id) => self.go(self.way, Going::Open(id)),
                Command::Send(id, bytes) => self.up(id, bytes),
                Command::Close(id) => {
                    if !self.gone.contains(&id) {
                        self.go(self.way, Going::Cut(id));
                    }
                }
            }
        }
        while let Some((at_broker, transmit)) = self.broker.poll_transmit() {
            let mut known = self.at_broker.iter();
            let Some((&id, _)) = known.find(|(_, known)| **known == at_broker) else {
                continue;
            };
            match transmit {
                Transmit::Bytes(bytes) => self.down(id, &bytes),
                Transmit::Close => {
                    self.at_broker.remove(&id);
                    self.close(id);
                }
            }
        }
    }

    fn close(&mut self, id: ConnectionId) {
        let name = self.name(id);
        let passes = match (&mut self.mutation, name) {
            (Some((_, mutation)), Some(name)) => mutation.passes_close(name),
            _ => true,
        };
        if passes {
            self.go(self.way, Going::Closed(id));
        }
    }

    fn up(&mut self, id: ConnectionId, bytes: Vec<u8>) {
        let Some(name) = self.name(id) else {
            self.go(self.way, Going::Up(id, bytes));
            return;
        };
        let (_, mutation) = self.mutation.as_mut().unwrap();
        let write = |words: &[&str]| self.examination.written(id, words);
        let passed = mutation.from_client(name, &bytes, &write);
        for bytes in passed.to_server {
            self.go(self.way, Going::Up(id, bytes));
        }
        for bytes in passed.to_client {
            self.go(self.way * 2, Going::Down(id, bytes));
        }
        if passed.is_cut && self.gone.insert(id) {
            self.go(self.way, Going::Cut(id));
        }
        if passed.is_closed {
            self.go(self.way, Going::Closed(id));
        }
    }

    fn down(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Some(name) = self.name(id) else {
            self.go(self.way, Going::Down(id, bytes.to_vec()));
            return;
        };
        let framer = self.framers.get_mut(&id).unwrap();
        framer.push(bytes);
        let mut all = Vec::new();
        while let Some(Framed::Packet(packet)) = framer.next_frame() {
            let (_, mutation) = self.mutation.as_mut().unwrap();
            let write = |words: &[&str]| self.examination.written(id, words);
            all.push(mutation.from_server(name, packet, &write));
        }
        for passed in all {
            for bytes in passed.to_client {
                self.go(self.way, Going::Down(id, bytes));
            }
            if passed.is_closed {
                self.go(self.way, Going::Closed(id));
            }
        }
    }
}
