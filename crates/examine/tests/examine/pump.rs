//! An examination and our broker, in one virtual time, without sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mqttscope_broker::{self as broker, Broker, Transmit};
use mqttscope_examine::{
    Card, Check, Command, ConnectionId, Examination, Instant, Mutation, Options, Report,
};
use mqttscope_wire::{Framed, Framer, ProtocolVersion, QoS, ReasonCode};

/// A run that takes longer in virtual time does not end.
const LONGEST: Duration = Duration::from_secs(3600);

/// What it is like to reach the broker.
#[derive(Clone)]
pub(crate) struct Peer {
    /// How long bytes are under way.
    pub(crate) way: Duration,
    /// What the broker sends is up to so much later.
    pub(crate) think: Duration,
    /// Times during which the broker is not there: it loses all connections and all it knows, and then acts so.
    pub(crate) away: Vec<(Duration, Duration, How)>,
    /// More connections than so many within a second are treated so.
    pub(crate) limit: Option<(usize, How)>,
    /// What a CONNECT is answered with in place of the broker, before the connection is closed.
    pub(crate) connack: fn(&[u8]) -> Option<&'static [u8]>,
    /// What the broker has and lacks.
    pub(crate) broker: fn() -> broker::Options,
    /// Ends the examination behind so many steps.
    pub(crate) cancel: Option<usize>,
    /// Holds it behind so many steps, and lets it go on when nothing else happens any more.
    pub(crate) pause: Option<usize>,
}

/// How a broker keeps clients out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It takes no connection.
    Refuses,
    /// It closes it when the first bytes come.
    Closes,
    /// It takes it, and says nothing.
    IsSilent,
    /// It answers CONNECT with this, and closes.
    Says(&'static [u8]),
}

/// A broker that lacks what is optional, and takes no long client identifiers.
pub(crate) fn lesser() -> broker::Options {
    broker::Options {
        maximum_qos: QoS::AtLeastOnce,
        retain_available: false,
        access: Box::new(ShortNames),
        ..broker::Options::new(0)
    }
}

#[derive(Debug)]
struct ShortNames;

impl broker::Access for ShortNames {
    fn connect(&mut self, credentials: &broker::Credentials<'_>) -> Result<(), ReasonCode> {
        if credentials.client_identifier.len() > 1000 {
            return Err(ReasonCode::CLIENT_IDENTIFIER_NOT_VALID);
        }
        Ok(())
    }
}

impl Peer {
    pub(crate) fn at(way: Duration) -> Self {
        Self {
            way,
            think: Duration::ZERO,
            away: Vec::new(),
            limit: None,
            connack: |_| None,
            broker: || broker::Options::new(0),
            cancel: None,
            pause: None,
        }
    }
}

enum Going {
    Open(ConnectionId),
    Failed(ConnectionId),
    Away,
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
    /// When it said how long the rest takes, and what it said.
    pub(crate) said: Vec<(Duration, Duration)>,
    /// Why nothing more could be told of the broker.
    pub(crate) lost: Option<String>,
    /// Connections that nobody closed.
    pub(crate) open: usize,
    /// Steps that it took.
    pub(crate) steps: usize,
    /// Connections that it asked for.
    pub(crate) opened: usize,
}

struct Pump<'c> {
    now: Instant,
    began: Instant,
    peer: Peer,
    random: u64,
    /// How each connection is treated that is kept out, and when the last ones were opened.
    kept_out: BTreeMap<ConnectionId, How>,
    openings: Vec<Instant>,
    open: BTreeSet<ConnectionId>,
    opened: usize,
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
    run_at(checks, options, Peer::at(way), mutation)
}

/// Examines a broker that is reached so.
pub(crate) fn run_at(
    checks: &[Check],
    options: Options,
    peer: Peer,
    mutation: Option<(&'static str, ProtocolVersion, Mutation)>,
) -> Run {
    let now = Instant::from_millis(1000);
    let mut pump = Pump {
        now,
        began: now,
        random: 0x9e37_79b9 ^ peer.way.as_millis() as u64,
        kept_out: BTreeMap::new(),
        openings: Vec::new(),
        open: BTreeSet::new(),
        opened: 0,
        broker: Broker::new((peer.broker)()),
        peer,
        examination: Examination::new(checks, options, now),
        going: BTreeMap::new(),
        sequence: 0,
        at_broker: BTreeMap::new(),
        framers: BTreeMap::new(),
        gone: BTreeSet::new(),
        mutated: mutation.as_ref().map_or("", |(id, ..)| *id),
        mutation: mutation.map(|(_, version, mutation)| (version, mutation)),
    };
    for (from, ..) in pump.peer.away.clone() {
        pump.go(from, Going::Away);
    }
    let mut reports = Vec::new();
    let (mut said, mut steps) = (Vec::new(), 0);
    let mut is_held = false;
    loop {
        pump.drain();
        while let Some(report) = pump.examination.poll_report() {
            reports.push(report);
        }
        if pump.examination.is_done() {
            let is_away = |going: &Going| matches!(going, Going::Away);
            if pump.going.values().all(is_away) {
                break;
            }
        } else if steps % 16 == 0
            && let Some(left) = pump.examination.progress().left
        {
            said.push((pump.now - now, left));
        }
        steps += 1;
        if pump.peer.cancel == Some(steps) {
            pump.examination.handle_cancel(pump.now);
            continue;
        }
        if pump.peer.pause == Some(steps) {
            pump.examination.handle_pause(pump.now);
            is_held = true;
            continue;
        }
        if is_held && pump.examination.running().count() == 0 {
            pump.examination.handle_resume(pump.now);
            is_held = false;
            continue;
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
        said,
        lost: pump.examination.lost().map(ToOwned::to_owned),
        open: pump.open.len(),
        steps,
        opened: pump.opened,
    }
}

impl Pump<'_> {
    /// When what the broker sends arrives.
    fn later(&mut self) -> Duration {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let most = self.peer.think.as_millis() as u64;
        self.peer.way + Duration::from_millis(self.random % (most + 1))
    }

    /// How a connection is treated that is opened now; none: well.
    fn how(&mut self) -> Option<How> {
        let at = self.now - self.began;
        let mut away = self.peer.away.iter();
        if let Some((.., how)) = away.find(|(from, to, _)| at >= *from && at < *to) {
            return Some(*how);
        }
        let (most, how) = self.peer.limit?;
        let now = self.now;
        self.openings
            .retain(|at| now - *at < Duration::from_secs(1));
        if self.openings.len() >= most {
            return Some(how);
        }
        self.openings.push(now);
        None
    }

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
                if let Some(how) = self.how() {
                    if how == How::Refuses {
                        return self.go(self.peer.way, Going::Failed(id));
                    }
                    self.kept_out.insert(id, how);
                    return self.go(self.peer.way, Going::Opened(id));
                }
                let at_broker = self.broker.handle_open(self.now);
                self.at_broker.insert(id, at_broker);
                self.framers.insert(id, Framer::default());
                self.go(self.peer.way, Going::Opened(id));
            }
            Going::Failed(id) => {
                self.open.remove(&id);
                self.examination.handle_failed(self.now, id, "refused");
            }
            Going::Away => {
                for (id, _) in core::mem::take(&mut self.at_broker) {
                    self.go(self.peer.way, Going::Closed(id));
                }
                self.broker = Broker::new((self.peer.broker)());
            }
            Going::Opened(id) => self.examination.handle_opened(self.now, id),
            Going::Up(id, bytes) => {
                let says = (self.peer.connack)(&bytes).map(How::Says);
                match self.kept_out.get(&id).copied().or(says) {
                    Some(How::IsSilent) => return,
                    Some(how) => {
                        if let Some(at_broker) = self.at_broker.remove(&id) {
                            self.broker.handle_closed(self.now, at_broker);
                        }
                        if let How::Says(connack) = how {
                            self.go(self.peer.way, Going::Down(id, connack.to_vec()));
                        }
                        return self.go(self.peer.way, Going::Closed(id));
                    }
                    None => {}
                }
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
            Going::Closed(id) => {
                self.open.remove(&id);
                self.examination.handle_closed(self.now, id);
            }
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
                Command::Open(id) => {
                    self.opened += 1;
                    self.open.insert(id);
                    self.go(self.peer.way, Going::Open(id));
                }
                Command::Send(id, bytes) => self.up(id, bytes),
                Command::Close(id) => {
                    self.open.remove(&id);
                    if !self.gone.contains(&id) {
                        self.go(self.peer.way, Going::Cut(id));
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
            self.go(self.peer.way, Going::Closed(id));
        }
    }

    fn up(&mut self, id: ConnectionId, bytes: Vec<u8>) {
        let Some(name) = self.name(id) else {
            self.go(self.peer.way, Going::Up(id, bytes));
            return;
        };
        let (_, mutation) = self.mutation.as_mut().unwrap();
        let write = |words: &[&str]| self.examination.written(id, words);
        let passed = mutation.from_client(name, &bytes, &write);
        for bytes in passed.to_server {
            self.go(self.peer.way, Going::Up(id, bytes));
        }
        for bytes in passed.to_client {
            self.go(self.peer.way * 2, Going::Down(id, bytes));
        }
        if passed.is_cut && self.gone.insert(id) {
            self.go(self.peer.way, Going::Cut(id));
        }
        if passed.is_closed {
            self.go(self.peer.way, Going::Closed(id));
        }
    }

    fn down(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Some(name) = self.name(id) else {
            let later = self.later();
            self.go(later, Going::Down(id, bytes.to_vec()));
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
                self.go(self.peer.way, Going::Down(id, bytes));
            }
            if passed.is_closed {
                self.go(self.peer.way, Going::Closed(id));
            }
        }
    }
}
