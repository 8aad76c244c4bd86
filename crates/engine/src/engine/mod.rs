//! The engine itself; see [`Engine`].

mod answering;
mod capturing;
mod clearing;
mod closing;
mod commands;
mod events;
mod examining;
mod faulty;
mod marked;
mod messages;
mod pace;
mod record;
mod recorded;
mod report;
mod retained;
mod searching;
mod text;
mod told;

use core::time::Duration;
use std::collections::{BTreeMap, HashMap, VecDeque};

use mqttscope_client::Phase as ClientPhase;
use mqttscope_faults::Faults;
use mqttscope_protocol::{
    ActiveFault, BridgeEnd, BridgeFailure, BridgeOpened, BridgeRequest, BridgeSays, ConnectionId,
    FaultRow, Looking, Notice, RecordId, Report, SearchView, Target, without_address_secrets,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{Dissector, Sender, Severity};

use crate::captures::Captures;
use crate::connection::Connection;
pub(crate) use closing::CUT_BY_YOU;
pub(crate) use examining::address_of;

pub use crate::connection::SocketId;
use crate::doctor::Phase;
use crate::examining::Examining;
use crate::log::{Index, Links, WireLog};
use crate::payloads::Payloads;
use crate::sieve::{Facts, Sieve};
use crate::states::{States, Turn, Turned};
use crate::topics::{Narrowed, Topics};
use crate::view::charting::Charting;
use crate::view::cut::cut;
use crate::view::gone::Gone;
use crate::view::timeline::Counting;
use crate::watch::Watch;
use crate::worked::WorkedAddresses;
use pace::Pace;
pub use recorded::BrokenRule;

/// Between two summaries when nothing else happens, so that rates fall to zero.
const BETWEEN_SUMMARIES: Duration = Duration::from_secs(1);

/// Characters of a notice: it may quote what a server sent.
const MOST_NOTICE: usize = 400;

/// What a socket is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Open it.
    Open {
        /// Its number.
        socket: SocketId,
        /// Where to.
        target: Target,
        /// The WebSocket subprotocol to offer, exactly one.
        subprotocol: &'static str,
        /// The companion opens it.
        bridge: Option<Box<Bridging>>,
    },
    /// Send these bytes.
    Send {
        /// Its number.
        socket: SocketId,
        /// Whole packets.
        bytes: Vec<u8>,
    },
    /// Close it once everything before is sent.
    Close {
        /// Its number.
        socket: SocketId,
    },
}

/// How the companion is asked to open a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridging {
    /// The address of its WebSocket.
    pub address: String,
    /// The first message there.
    pub request: BridgeRequest,
}

/// How a socket ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The WebSocket close code; 1006: the connection just broke.
    pub code: u16,
    /// What the other side said.
    pub reason: String,
    /// Whether it was open before.
    pub was_open: bool,
    /// What the companion said, where it had opened it.
    pub bridged: Option<Box<BridgeSays>>,
}

impl Closed {
    /// The end of a connection that the companion has opened, or was to open. An orderly end has the code 1005, as if it
    /// were a close frame without one, and a broken one 1006.
    #[must_use]
    pub fn by_bridge(says: BridgeSays, was_open: bool) -> Self {
        let (code, reason) = match &says {
            // Trying again would change nothing.
            BridgeSays::Failed(
                BridgeFailure::NoCompanion
                | BridgeFailure::NotAllowed(_)
                | BridgeFailure::Misunderstood
                | BridgeFailure::Address(_)
                | BridgeFailure::Given { .. },
            ) => (0, String::new()),
            BridgeSays::Ended(BridgeEnd::WebSocket { code, reason }) => (*code, reason.clone()),
            BridgeSays::Ended(BridgeEnd::Fin | BridgeEnd::FinWithinTls) => (1005, String::new()),
            _ => (1006, String::new()),
        };
        Self {
            code,
            reason,
            was_open,
            bridged: Some(Box::new(says)),
        }
    }

    /// The same, where the browser's reason quotes an address that holds secrets: reasons are logged.
    fn without_secrets_of(&self, target: &Target) -> Self {
        let mut closed = self.clone();
        if let Some(address) = target.address() {
            let masked = without_address_secrets(address);
            if masked != *address {
                closed.reason = closed.reason.replace(address.as_str(), &masked);
            }
        }
        closed
    }
}

/// Connections, the log of the wire, and what the page is told of them.
///
/// Its owner hands in commands, what sockets say and the time, and takes out what sockets are to do
/// and what the page is told. One law holds: call one `handle_*`, then drain
/// [`Engine::poll_transport`], then [`Engine::poll_timeout`] says when to call
/// [`Engine::handle_timeout`] at the latest. [`Engine::reports`] gives what the page has not heard.
#[derive(Debug)]
pub struct Engine {
    log: WireLog,
    links: Links,
    topics: Topics,
    /// The tree as it was before the log was cleared, for as long as that can be undone.
    topics_before: Option<Topics>,
    dissector: Dissector,
    connections: BTreeMap<ConnectionId, Connection>,
    sockets: HashMap<SocketId, ConnectionId>,
    next_socket: u32,
    seed: u64,
    /// The origin of the page; empty: it is not known.
    page: String,
    /// The companion's WebSocket, where there is a companion.
    bridge: Option<String>,
    /// How far the clocks here are behind UTC.
    minutes_behind: f64,
    /// Addresses where a connection was accepted.
    worked: WorkedAddresses,
    looking: Looking,
    /// What the search is taken for.
    sought: SearchView,
    /// The last text of the search that could be used.
    usable: String,
    /// The search in the list of handshakes.
    flows_sieve: Sieve,
    wire: Index,
    messages: Index,
    /// What the search and the span leave, of captures of all connections: it narrows lists that are no lists of packets.
    found: Index,
    /// Whether there were findings when they were counted last.
    has_findings: bool,
    /// The tree of topics with only that.
    narrowed: Option<Narrowed>,
    charting: Charting,
    timeline: Counting,
    watch: Watch,
    payloads: Payloads,
    states: States,
    captures: Captures,
    examining: Examining,
    /// The case that a person wrote.
    case: Examining,
    /// Those of our own connections.
    faults: Faults,
    /// As the page was told of them.
    faults_told: (Vec<ActiveFault>, Vec<FaultRow>),
    /// When the last of what was captured came.
    captured_at: Instant,
    /// When bytes of a file were read last, by the clock of this machine.
    read_at: Instant,
    /// First bytes of packets on their way to be counted: kept for its room.
    firsts: Vec<u8>,
    flows_gone: Gone,
    findings_gone: Gone,
    transport: VecDeque<Transport>,
    answers: Vec<Report>,
    /// Something has changed since the last reports.
    changed: bool,
    pace: Pace,
    /// Packets are left to be searched.
    searching: bool,
    /// See [`mqttscope_protocol::Summary::settled`].
    settled: Option<u32>,
}

impl Engine {
    /// An engine without connections. `seed` makes identifiers and waiting times differ from those
    /// of another page.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            log: WireLog::default(),
            links: Links::default(),
            topics: Topics::default(),
            topics_before: None,
            dissector: Dissector::new(),
            connections: BTreeMap::new(),
            sockets: HashMap::new(),
            next_socket: 0,
            seed,
            page: String::new(),
            bridge: None,
            minutes_behind: 0.0,
            worked: WorkedAddresses::default(),
            looking: Looking::default(),
            sought: SearchView::default(),
            usable: String::new(),
            flows_sieve: Sieve::default(),
            wire: Index::default(),
            messages: Index::default(),
            found: Index::counting(),
            has_findings: false,
            narrowed: None,
            charting: Charting::default(),
            timeline: Counting::default(),
            watch: Watch::default(),
            payloads: Payloads::default(),
            states: States::default(),
            captures: Captures::default(),
            examining: Examining::default(),
            case: Examining::default(),
            faults: Faults::default(),
            faults_told: Default::default(),
            captured_at: Instant::ZERO,
            read_at: Instant::ZERO,
            firsts: Vec::new(),
            flows_gone: Gone::default(),
            findings_gone: Gone::default(),
            transport: VecDeque::new(),
            answers: Vec::new(),
            changed: true,
            pace: Pace::default(),
            searching: false,
            settled: None,
        }
    }

    /// Says where the page came from: its origin, `https://example.org:8443`. From a page over HTTPS a browser opens no
    /// `ws://` address elsewhere, and on the page's own port a web server listens.
    #[must_use]
    pub fn on_page(mut self, origin: String) -> Self {
        self.page = origin;
        self
    }

    /// Says how many minutes the clocks here are behind UTC, for times of day.
    #[must_use]
    pub const fn in_time_zone(mut self, minutes_behind: f64) -> Self {
        self.minutes_behind = minutes_behind;
        self
    }

    /// The companion has opened a connection.
    pub fn handle_bridged(&mut self, now: Instant, socket: SocketId, opened: BridgeOpened) {
        let id = self.sockets.get(&socket);
        if let Some(connection) = id.and_then(|id| self.connections.get_mut(id)) {
            connection.attempt.link = Some(Box::new(opened));
        }
        self.handle_open(now, socket);
    }

    /// A socket is open.
    pub fn handle_open(&mut self, now: Instant, socket: SocketId) {
        let Some(&id) = self.sockets.get(&socket) else {
            return self.examined_open(now, socket);
        };
        self.opened(now, id);
        self.begin_faults(now, id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.reached(now, Phase::Opened);
            connection.client.handle_connected(now);
        }
        self.settle(now, id);
    }

    /// A socket brought bytes.
    pub fn handle_bytes(&mut self, now: Instant, socket: SocketId, bytes: &[u8]) {
        let Some(&id) = self.sockets.get(&socket) else {
            return self.examined_bytes(now, socket, bytes);
        };
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.heard(now);
        }
        self.faults_due(now, id);
        self.record(now, id, Sender::Server, bytes);
        self.through_faults(now, id, Sender::Server, bytes);
        self.settle(now, id);
    }

    /// A socket is closed, or could not be opened.
    pub fn handle_closed(&mut self, now: Instant, socket: SocketId, closed: &Closed) {
        let Some(id) = self.sockets.remove(&socket) else {
            return self.examined_closed(now, socket, closed);
        };
        if let Some(BridgeSays::Ended(BridgeEnd::Text)) = closed.bridged.as_deref() {
            self.text_came(now, id, None);
        }
        self.end_faults(now, id, Sender::Server);
        if (self.connections.get(&id)).is_none_or(|it| it.socket != Some(socket)) {
            // A fault that was due has broken it before.
            return self.settle(now, id);
        }
        self.unlink(now, id, socket);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.socket = None;
            let closed = closed.without_secrets_of(&connection.profile.target);
            connection.attempt.closed(&closed);
            connection.cause = events::words_of(&closed);
            connection.client.handle_disconnected(now);
        }
        self.settle(now, id);
    }

    /// The time that [`Engine::poll_timeout`] named has come; calling it early does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        let due: Vec<ConnectionId> = self
            .connections
            .values()
            .filter(|connection| next_of(connection).is_some_and(|next| next <= now))
            .map(|connection| connection.id)
            .collect();
        for id in due {
            self.faults_due(now, id);
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.client.handle_timeout(now);
            }
            self.repeat(now, id);
            self.handle_timers(now, id);
            self.give_up_requests(now, id);
            self.settle(now, id);
        }
        self.examined_timeout(now);
        // The clock of this machine says nothing of what was captured.
        if !self.captures.is_used() {
            let judged = self.watch.handle_time(now);
            self.judged(judged);
        }
        self.hear_nothing(now);
        self.search();
    }

    /// What a socket is to do next.
    pub fn poll_transport(&mut self) -> Option<Transport> {
        self.transport.pop_front()
    }

    /// When to call [`Engine::handle_timeout`]; the next reports are due then too.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let connections = self.connections.values().filter_map(next_of);
        let is_open = |connection: &Connection| connection.client.view().phase != ClientPhase::Idle;
        let is_drawn = self.pace.is_drawn();
        let report = if self.searching {
            Some(Instant::ZERO)
        } else if is_drawn && self.changed {
            Some(self.report_due())
        } else if is_drawn && (self.connections.values().any(is_open) || self.is_examining()) {
            Some(self.summary_due())
        } else {
            None
        };
        let examining = [&self.examining, &self.case];
        let examining = examining.into_iter().filter_map(Examining::poll_timeout);
        let answers = self.answers_due();
        let others = connections.chain(report).chain(examining);
        others.chain(answers).min()
    }

    /// Drains a client: what it sends and what has happened.
    fn settle(&mut self, now: Instant, id: ConnectionId) {
        self.changed = true;
        loop {
            self.send(now, id);
            let event = self
                .connections
                .get_mut(&id)
                .and_then(|connection| connection.client.poll_event());
            match event {
                Some(event) => self.happened(now, id, event),
                None => break,
            }
        }
        self.tell_doubts(id);
    }

    fn send(&mut self, now: Instant, id: ConnectionId) {
        self.faults_due(now, id);
        while let Some((bytes, socket)) = self
            .connections
            .get_mut(&id)
            .and_then(|connection| Some((connection.client.poll_transmit()?, connection.socket)))
        {
            let Some(socket) = socket else { continue };
            self.record(now, id, Sender::Client, &bytes);
            self.forward(now, id, socket, bytes);
        }
    }

    /// Goes on searching for what lists show.
    fn search(&mut self) {
        let facts = Facts {
            connections: Some(&self.connections),
            captures: Some(&self.captures),
            watch: Some(&self.watch),
            minutes_behind: self.minutes_behind,
        };
        let (log, topics) = (&self.log, &self.topics);
        let (is_listed, looking) = (self.looking.wire.is_some(), &self.looking);
        // The list of packets is often of all connections, too: then it is searched once.
        let is_same = self.found.is_like(&self.wire) && !self.found.is_whole();
        let wire = is_listed && !is_same && self.wire.extend(log, topics, facts);
        let is_narrowing = looking.captured.is_some()
            || looking.findings.is_some()
            || looking.timeline
            // How many of them a search leaves stands beside every list.
            || self.has_findings
            || looking.topics.is_some() && self.captures.is_used();
        let is_narrowing = is_narrowing && self.found.is_narrowed();
        let found = (is_narrowing || is_same && is_listed) && self.found.extend(log, topics, facts);
        let messages = self.looking.messages.is_some() && self.messages.extend(log, topics, facts);
        if !wire && !messages && !found {
            self.settled = Some(self.looking.number);
        }
        let chart = self.looking.chart
            && self
                .charting
                .extend(&self.log, &self.topics, &self.payloads);
        let timeline = self.looking.timeline && self.timeline.extend(&self.log);
        let state = (self.looking.state)
            .is_some_and(|moment| self.states.extend(moment, &self.log, &self.topics));
        self.searching = wire || messages || found || chart || timeline || state;
        self.changed |= self.searching;
    }

    fn notice(
        &mut self,
        connection: Option<ConnectionId>,
        is_problem: bool,
        text: impl Into<String>,
    ) {
        self.answers.push(Report::Notice(Notice {
            connection,
            text: cut(&text.into(), MOST_NOTICE),
            is_problem,
            record: None,
        }));
    }

    /// A socket is gone: nothing more comes over it, and nothing is answered there.
    fn unlink(&mut self, now: Instant, id: ConnectionId, socket: SocketId) {
        self.record_rest(now, id, socket);
        if let Some(by_hand) = (self.connections.get_mut(&id)).and_then(|it| it.by_hand.as_mut()) {
            by_hand.ended(now);
        }
        self.tell_bytes_sent(id);
        self.links.forget(id);
        if self.captures.awaits() {
            self.hear_none_of(id);
        }
        self.turned(now, id, socket, Turn::Closes);
        let judged = self.watch.close(socket, now);
        self.judged(judged);
    }

    /// Remembers what happened to a socket here, for the states around a packet.
    fn turned(&mut self, at: Instant, connection: ConnectionId, socket: SocketId, turn: Turn) {
        if let Some(server) = self.watch.server_of(socket) {
            self.states.note(Turned {
                record: self.log.end(),
                at,
                connection,
                socket,
                server,
                turn,
            });
        }
    }

    /// Lists what Sparkplug's monitor has found since, and marks the packets.
    fn judge_sparkplug(&mut self) {
        while let Some(finding) = self.payloads.sparkplug.poll() {
            let record = finding.packets.last().copied().map(RecordId);
            let Some((id, record)) = record.and_then(|id| Some((id, self.log.get(id)?))) else {
                continue;
            };
            let (at, version) = (record.at, record.version);
            // The list of captured connections counts it as it counts remarks.
            self.log.judge(id, finding.severity());
            self.watch.tell_sparkplug(&finding, at, version);
        }
        self.watch.leave_out(self.payloads.sparkplug.left_out());
    }

    /// Marks the packets that findings are about.
    fn judged(&mut self, judged: Vec<(Severity, Option<RecordId>)>) {
        for (severity, record) in judged {
            let Some(id) = record else { continue };
            self.log.judge(id, severity);
            if self.captures.is_used()
                && let Some(record) = self.log.get(id)
                && let Some(captured) = self.captures.of_number(record.connection)
            {
                captured.judged(severity);
            }
        }
    }
}

/// When a connection has something to do.
fn next_of(connection: &Connection) -> Option<Instant> {
    let client = connection.client.poll_timeout();
    let repeating = connection
        .repeating
        .as_ref()
        .map(|repeating| repeating.next);
    let requests = connection.requests.iter().map(|request| request.until);
    let timer = connection.next_timer();
    let faulty = connection.faulty.as_ref();
    let faults = faulty.and_then(|link| Some(Instant::from_millis(link.poll_timeout()?)));
    let timer = timer.into_iter().chain(faults);
    let all = client.into_iter().chain(repeating).chain(timer);
    all.chain(requests).min()
}
