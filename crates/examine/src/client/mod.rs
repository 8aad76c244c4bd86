//! Examines a client: is the server that it connects to, leads it through situations, and says of each whether it keeps the
//! statements that the situation shows.
//!
//! Behind it stands a whole broker, so that a client does what it always does. A situation steps in where it has to: it holds
//! packets back, cuts the link, announces limits, loses the session. Whatever the monitor finds meanwhile counts as well.
//!
//! Its owner accepts connections, carries bytes and tells the time. One law holds: call one `handle_*`, then drain
//! [`ClientExamination::poll_command`], then look at [`ClientExamination::poll_timeout`].

mod judging;
mod lead;
mod link;
mod serving;
mod situation;

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_broker::{self as broker, Broker};
use mqttscope_monitor::{self as monitor, Monitor};
use mqttscope_shared::Instant;
use mqttscope_wire::{Framed, ProtocolVersion, QoS, Sender, mask_passwords};

use crate::answer::{self, Answer};
use crate::verdict::{Card, Fact, Happened, Report, Verdict};
use crate::words::{self, Names, Variables};
use lead::{Do, Event, Judged, Lead};
use link::{Link, Subscribed};
use situation::Held;
pub use situation::{Need, Situation};

/// The situations, in the order in which they are tried.
const FILE: &str = include_str!("../../situations/situations.txt");

/// All situations.
///
/// # Errors
/// The line that cannot be read. The tests read all of them.
pub fn situations() -> Result<Vec<Situation>, String> {
    situation::read(FILE)
}

/// The bytes of a packet in the words of situations, for a [`Mutation`](crate::Mutation).
#[must_use]
pub fn written(line: &[&str], version: ProtocolVersion) -> Option<Vec<u8>> {
    words::packet(
        line,
        version,
        "client",
        &Names::default(),
        &Variables::new(),
    )
    .ok()
}

/// A connection that a client opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientConnection(u32);

/// What the owner is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCommand {
    /// Send these bytes.
    Send(ClientConnection, Vec<u8>),
    /// Close the transport, once everything before is sent. The connection is no longer known afterwards.
    Close(ClientConnection),
}

/// How far a situation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It begins when the client does what [`Situation::ask`] says.
    Waiting,
    /// It waits for this, in the notation of situations.
    Running(&'static str),
    /// It has a report.
    Done(Verdict),
}

/// What is known of a client beside its connections.
#[derive(Debug, Default)]
struct Client {
    has_session: Option<bool>,
    takes_aliases: bool,
    subscribed: Vec<Subscribed>,
    /// Identifiers of its messages that were not answered.
    open: BTreeSet<u16>,
}

impl Client {
    /// The newest stand last. Where it is too much, the oldest go: situations ask for one of a QoS, whichever.
    fn subscribes(&mut self, new: Subscribed) {
        let takes = |known: &Subscribed| known.filter.len().saturating_add(OF_EACH);
        self.subscribed.retain(|known| known.filter != new.filter);
        self.subscribed.push(new);
        let mut all: usize = self.subscribed.iter().map(takes).sum();
        let mut more = 0_usize;
        for known in &self.subscribed {
            if all <= MOST_SUBSCRIBED {
                break;
            }
            all = all.saturating_sub(takes(known));
            more = more.saturating_add(1);
        }
        self.subscribed.drain(..more);
    }
}

/// What a situation asks for, and its end.
#[derive(Debug, Default)]
struct Led {
    todo: Vec<Do>,
    judged: Option<Judged>,
}

/// The examination of whatever connects.
#[derive(Debug)]
pub struct ClientExamination<'s> {
    situations: &'s [Situation],
    phases: Vec<Phase>,
    reports: Vec<Report>,
    /// When the situation of each began.
    began: Vec<Instant>,
    told: usize,
    card: Card,
    broker: Broker,
    monitor: Monitor,
    links: BTreeMap<ClientConnection, Link>,
    /// The broker's names for connections.
    behind: BTreeMap<broker::ConnectionId, ClientConnection>,
    clients: BTreeMap<String, Client>,
    /// The version that clients were seen to speak last.
    version: Option<ProtocolVersion>,
    lead: Option<Lead>,
    limits: Option<Vec<&'static str>>,
    held: Option<Held>,
    withheld: Vec<(ClientConnection, Vec<u8>)>,
    /// What that takes of memory.
    withheld_bytes: usize,
    commands: VecDeque<ClientCommand>,
    next_id: u32,
    now: Instant,
    /// Since when no situation runs.
    idle_since: Instant,
    /// No situation begins.
    is_paused: bool,
}

/// How often the monitor looks for what is late.
const TICK: Duration = Duration::from_secs(1);
/// After so long without a situation, a client that could be led on by connecting again is made to.
const IDLE: Duration = Duration::from_secs(15);
/// The most memory of packets that are held back from clients.
const MOST_WITHHELD: usize = 1 << 20;
/// Clients that are known at a time, beside those that are connected.
const MOST_CLIENTS: usize = 64;
/// The most memory of a client's subscriptions.
const MOST_SUBSCRIBED: usize = 64 << 10;
/// What a packet that is kept takes beside its bytes.
const OF_EACH: usize = 64;

impl<'s> ClientExamination<'s> {
    /// Nobody has connected. `seed` makes what the broker behind it hands out hard to guess.
    #[must_use]
    pub fn new(situations: &'s [Situation], seed: u64) -> Self {
        Self {
            situations,
            phases: situations.iter().map(|_| Phase::Waiting).collect(),
            reports: Vec::new(),
            began: Vec::new(),
            told: 0,
            card: Card::default(),
            broker: Broker::new(broker::Options::new(seed)),
            monitor: Monitor::new(),
            links: BTreeMap::new(),
            behind: BTreeMap::new(),
            clients: BTreeMap::new(),
            version: None,
            lead: None,
            limits: None,
            held: None,
            withheld: Vec::new(),
            withheld_bytes: 0,
            commands: VecDeque::new(),
            next_id: 0,
            now: Instant::ZERO,
            idle_since: Instant::ZERO,
            is_paused: false,
        }
    }

    /// A client opened a connection.
    pub fn handle_opened(&mut self, now: Instant) -> ClientConnection {
        self.advance(now);
        let id = ClientConnection(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let behind = self.broker.handle_open(now);
        self.behind.insert(behind, id);
        self.monitor.open(monitor::ConnectionId(id.0));
        self.links.insert(id, Link::new(behind));
        self.drain(now);
        id
    }

    /// Bytes of a client, in chunks of any size.
    pub fn handle_bytes(&mut self, now: Instant, id: ClientConnection, bytes: &[u8]) {
        self.advance(now);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.from_client.push(bytes);
        while let Some(link) = self.links.get_mut(&id) {
            let packet = match link.from_client.next_frame() {
                Some(Framed::Packet(packet)) => packet.to_owned(),
                // The broker knows what to do with such bytes.
                Some(Framed::TooLarge { start: rest, .. } | Framed::Unframed(rest)) => {
                    rest.to_owned()
                }
                None => break,
            };
            self.received(now, id, &packet);
        }
    }

    /// The client closed a connection, or it was lost.
    pub fn handle_closed(&mut self, now: Instant, id: ClientConnection) {
        self.advance(now);
        let Some(link) = self.links.remove(&id) else {
            return;
        };
        self.behind.remove(&link.behind);
        self.broker.handle_closed(now, link.behind);
        self.monitor.close(monitor::ConnectionId(id.0), now);
        if self.is_led(&link) {
            self.note(now, Happened::ClosedThere);
            self.judge(now);
            self.moves(now, Event::Closed);
        }
        self.drain(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.broker.handle_timeout(now);
        self.monitor.handle_time(now);
        self.judge(now);
        self.moves(now, Event::Time);
        if now >= self.idle_since + IDLE {
            self.nudge(now);
        }
        self.drain(now);
    }

    fn advance(&mut self, now: Instant) {
        self.now = now;
        if self.lead.is_some() || self.links.is_empty() || self.is_paused {
            self.idle_since = now;
        }
    }

    /// Ends a connection so that the client connects again, where a situation waits for that.
    fn nudge(&mut self, now: Instant) {
        self.idle_since = now;
        let begins = |situation: &Situation, client: &str, version| {
            situation.shows.iter().any(|shows| shows.version == version)
                && situation.begins_with_connect()
                && situation.needs.iter().all(|need| self.has(client, *need))
        };
        let waits = |link: &Link| {
            let mut all = self.situations.iter().zip(&self.phases);
            all.any(|(situation, phase)| {
                *phase == Phase::Waiting && begins(situation, &link.client, link.version)
            })
        };
        let led_on = self.links.iter().find(|(_, link)| waits(link));
        if let Some(id) = led_on.map(|(id, _)| *id) {
            self.cut(now, id);
        }
    }

    /// When [`Self::handle_timeout`] is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let lead = self.lead.as_ref().and_then(|lead| lead.deadline);
        let tick = (!self.links.is_empty()).then(|| self.now + TICK);
        [lead, tick, self.broker.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What is to be done next.
    pub fn poll_command(&mut self) -> Option<ClientCommand> {
        self.commands.pop_front()
    }

    /// The next situation that is done.
    pub fn poll_report(&mut self) -> Option<&Report> {
        let report = self.reports.get(self.told)?;
        self.told = self.told.saturating_add(1);
        Some(report)
    }

    /// All situations, and how far each is.
    pub fn situations(&self) -> impl Iterator<Item = (&'s Situation, &Phase)> {
        self.situations.iter().zip(&self.phases)
    }

    /// The situations that the client can be led into next: those for its version, and for what it was seen to have.
    pub fn open(&self) -> impl Iterator<Item = &'s Situation> {
        let is_open = |(situation, phase): &(&'s Situation, &Phase)| {
            **phase == Phase::Waiting && self.is_for(situation)
        };
        let all = self.situations().filter(is_open);
        all.map(|(situation, _)| situation)
    }

    /// Begins no more situations, or begins them again; one that runs goes on to its end.
    pub const fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// Leaves a situation out, also one that runs. Its report says so; one that has a report already keeps it.
    pub fn skip(&mut self, now: Instant, id: &str) {
        let Some(which) = self.situations.iter().position(|known| known.id == id) else {
            return;
        };
        let why = "It was left out.".to_owned();
        if self.lead.as_ref().is_some_and(|lead| lead.which == which) {
            self.ended(now, (Verdict::Unknown, why));
            self.drain(now);
        } else if let Some(phase @ Phase::Waiting) = self.phases.get_mut(which) {
            *phase = Phase::Done(Verdict::Unknown);
            let version = self.version.or_else(|| {
                let shows = self.situations.get(which)?.shows.first()?;
                Some(shows.version)
            });
            let version = version.unwrap_or(ProtocolVersion::V5);
            self.report(which, version, (Verdict::Unknown, why), Vec::new());
        }
    }

    /// What has been found so far, in the order in which it was found, and when each situation began.
    pub fn reports(&self) -> impl Iterator<Item = (&Report, Instant)> {
        self.reports.iter().zip(self.began.iter().copied())
    }

    /// The version that clients were seen to speak last.
    #[must_use]
    pub const fn version(&self) -> Option<ProtocolVersion> {
        self.version
    }

    /// Whether no situation runs.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.lead.is_none()
    }

    /// What was found out beside the verdicts.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// Ends it: what was never shown is said to be so. Gives all reports, in the order of the situations, with what clients
    /// broke beside them behind.
    pub fn finish(&mut self, now: Instant) -> Vec<Report> {
        if self.lead.is_some() {
            let why = "The examination was ended before the client had shown it.".to_owned();
            self.ended(now, (Verdict::Unknown, why));
        }
        let version = self.version.unwrap_or(ProtocolVersion::V5);
        for (which, situation) in self.situations.iter().enumerate() {
            if self.phases.get(which) != Some(&Phase::Waiting) {
                continue;
            }
            let shown = situation.shows.iter().any(|shows| shows.version == version);
            let missing = (situation.needs.iter()).find(|need| !self.any_has(**need));
            let (verdict, why) = match (shown, missing) {
                (false, _) => continue,
                (true, Some(need)) if !self.clients.is_empty() => {
                    (Verdict::NotApplicable, need.missing().to_owned())
                }
                _ => {
                    let why = format!("It was never shown. {}", situation.ask);
                    (Verdict::Unknown, why)
                }
            };
            self.report(which, version, (verdict, why), Vec::new());
        }
        let place = |report: &Report| {
            let mut ids = self.situations.iter().map(|situation| situation.id);
            ids.position(|id| id == report.id).unwrap_or(usize::MAX)
        };
        let mut reports = self.reports.clone();
        reports.sort_by_key(place);
        reports
    }

    /// A packet of the client.
    fn received(&mut self, now: Instant, id: ClientConnection, packet: &[u8]) {
        let connection = monitor::ConnectionId(id.0);
        self.monitor.push(connection, Sender::Client, packet, now);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.learn(packet);
        let (version, behind) = (link.version, link.behind);
        self.knows(id, packet);
        let read = answer::read(packet, version, Sender::Client);
        let answer = read.ok().map(|(answer, _)| answer);
        if let Some(answer) = &answer {
            self.begins(now, id, version, answer);
            self.opens(id, answer);
        }
        if self.links.get(&id).is_some_and(|link| self.is_led(link)) {
            // Reports are passed on.
            let mut shown = packet.to_owned();
            mask_passwords(&mut shown);
            self.note(now, Happened::Received(shown));
        }
        self.judge(now);
        let is_led = self.links.get(&id).is_some_and(|link| self.is_led(link));
        let (mut is_passed, mut led) = (true, Led::default());
        if let (Some(answer), true) = (&answer, is_led) {
            (is_passed, led) = self.goes_on(now, Event::Packet(answer));
        }
        // What changes the broker's answers comes before them.
        let (before, behind_it) = core::mem::take(&mut led.todo)
            .into_iter()
            .partition(is_before);
        led.todo = before;
        self.act(now, id, &mut led);
        if is_passed {
            self.broker.handle_bytes(now, behind, packet);
        }
        led.todo = behind_it;
        self.act(now, id, &mut led);
        self.ends(now, led);
        self.drain(now);
    }

    /// What the client's own packets say of it.
    fn knows(&mut self, id: ClientConnection, packet: &[u8]) {
        let Some(link) = self.links.get(&id) else {
            return;
        };
        if self.clients.len() >= MOST_CLIENTS && !self.clients.contains_key(&link.client) {
            let is_away = |name: &&String| !self.links.values().any(|link| link.client == **name);
            let away = self.clients.keys().find(is_away).cloned();
            away.and_then(|name| self.clients.remove(&name));
        }
        let client = self.clients.entry(link.client.clone()).or_default();
        if let Some(connected) = link.connected(packet) {
            self.version = Some(link.version);
            client.has_session = Some(connected.has_session);
            client.takes_aliases = connected.takes_aliases;
            for (name, value) in connected.facts {
                let fact = Fact {
                    version: link.version,
                    name: name.to_owned(),
                    value,
                };
                self.card.put(fact);
            }
        }
        for subscribed in link.subscribed(packet) {
            client.subscribes(subscribed);
        }
    }

    /// Goes on without a packet.
    fn moves(&mut self, now: Instant, event: Event<'_>) {
        let (_, mut led) = self.goes_on(now, event);
        self.act(now, ClientConnection(u32::MAX), &mut led);
        self.ends(now, led);
    }

    /// Begins a situation where one begins with this packet.
    fn begins(
        &mut self,
        now: Instant,
        id: ClientConnection,
        version: ProtocolVersion,
        answer: &Answer,
    ) {
        let is_free = self.lead.is_none() && !self.is_paused;
        let Some(link) = self.links.get(&id).filter(|_| is_free) else {
            return;
        };
        let mut all = self.situations.iter().enumerate();
        let next = all.find(|(which, situation)| {
            self.phases.get(*which) == Some(&Phase::Waiting)
                && situation.shows.iter().any(|shows| shows.version == version)
                && situation
                    .needs
                    .iter()
                    .all(|need| self.has(&link.client, *need))
                && Lead::begins(situation, version, answer)
        });
        if let Some((which, _)) = next {
            self.lead = Some(Lead::new(which, version, &link.client, now));
        }
    }

    /// Goes on with the situation that runs. Gives whether the broker is to get the packet, what is to be done, and the end.
    fn goes_on(&mut self, now: Instant, event: Event<'_>) -> (bool, Led) {
        let Some(lead) = &mut self.lead else {
            return (true, Led::default());
        };
        let Some(situation) = self.situations.get(lead.which) else {
            return (true, Led::default());
        };
        let (is_passed, judged) = lead.go_on(situation, event, now);
        let todo = core::mem::take(&mut lead.todo);
        if let (Some(phase), Some(step)) = (self.phases.get_mut(lead.which), lead.step(situation)) {
            *phase = Phase::Running(step.text);
        }
        (is_passed, Led { todo, judged })
    }

    fn ends(&mut self, now: Instant, led: Led) {
        if let Some(judged) = led.judged {
            self.ended(now, judged);
        }
    }

    fn is_for(&self, situation: &Situation) -> bool {
        let is = |version| situation.shows.iter().any(|shows| shows.version == version);
        self.version.is_none_or(is) && situation.needs.iter().all(|need| self.any_has(*need))
    }

    fn any_has(&self, need: Need) -> bool {
        self.clients.keys().any(|client| self.has(client, need))
    }

    fn has(&self, client: &str, need: Need) -> bool {
        self.clients.get(client).is_some_and(|client| match need {
            Need::Session => client.has_session == Some(true),
            Need::Subscription1 => client
                .subscribed
                .iter()
                .any(|subscribed| subscribed.qos >= QoS::AtLeastOnce),
            Need::Subscription2 => client
                .subscribed
                .iter()
                .any(|subscribed| subscribed.qos == QoS::ExactlyOnce),
            Need::Aliases => client.takes_aliases,
            Need::NothingOpen => client.open.is_empty(),
        })
    }

    fn is_led(&self, link: &Link) -> bool {
        (self.lead.as_ref()).is_some_and(|lead| lead.client == link.client)
    }

    fn note(&mut self, now: Instant, what: Happened) {
        if let Some(lead) = &mut self.lead {
            lead.note(now, what);
        }
    }
}

const fn is_before(act: &Do) -> bool {
    matches!(act, Do::Hold(_) | Do::Limits(_))
}
