//! A monitor that watches both directions of any number of connections to one server and says who
//! broke the protocol.
//!
//! Bytes with their direction and time go in; [`Finding`]s, [`Flow`]s, [`Explanation`]s and the
//! [`ConnectionState`] of both ends come out. The packet rules and the conversation rules are one
//! table (`requirements/rules.toml`). What cannot be known is not claimed: a connection may begin
//! in the middle, and what passed the monitor may still be lost when the connection breaks.
//!
//! ```
//! use mqttscope_monitor::Instant;
//! use mqttscope_monitor::{ConnectionId, Monitor};
//! use mqttscope_wire::{Rule, Sender};
//! let mut monitor = Monitor::new();
//! let connection = ConnectionId(1);
//! monitor.open(connection);
//! monitor.push(connection, Sender::Client, &[0xc0, 0x00], Instant::ZERO);
//! let finding = monitor.poll_finding().unwrap();
//! assert_eq!(finding.rule, Rule::FirstPacketNotConnect);
//! assert_eq!(finding.packets.as_slice(), [0]);
//! ```
//!
//! Memory is bounded: findings, flows, connections, sessions and messages that are remembered have
//! limits, and what is dropped is counted.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod authentication;
mod both;
mod causes;
mod clock;
mod connection;
mod content;
mod copies;
mod delivery;
mod ending;
mod explain;
mod finding;
mod flow;
mod foreign;
mod gaps;
mod judge;
mod log;
mod matched;
mod messages;
mod numbers;
mod opening;
mod recall;
mod remarks;
mod requests;
mod session;
mod shown;
mod state;
mod stream;
mod subscriptions;
mod trace;
mod view;
mod wills;
mod window;
mod words;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use mqttscope_wire::{Frame, Framed, PacketType, Rule, Sender};

use connection::Connection;
use log::{Judge, Log};
use view::View;
use window::Window;

pub use explain::Explanation;
pub use finding::Finding;
pub use flow::{Flow, FlowKind, FlowState};
pub use judge::{Judged, Judgement, judge, shown_by_one_side};
pub use log::PacketPlace;
pub use numbers::PacketNumbers;
pub use state::{
    ConnectionState, EndState, HandshakeState, HandshakeStep, KeepAliveState, Limits, Phase,
    SubscriptionState,
};
pub use words::words;

pub use mqttscope_shared::Instant;

/// Connections that are kept at most; closed ones make room first.
const MAXIMUM_CONNECTIONS: usize = 1000;
/// Places for messages in flight that are kept at most, of all connections and sessions together:
/// enough for one connection on which every identifier is in use both ways.
const MAXIMUM_IN_FLIGHT: usize = 1 << 18;
/// Packets after which the monitor counts what is in flight again.
const RECOUNT: u64 = 1 << 14;
/// How often the monitor looks for what is late.
const TICK: Duration = Duration::from_secs(1);

/// A connection, as the caller numbers them. A number is used once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u32);

/// Watches the connections to one server. Connections to several servers need a monitor each.
///
/// Packets are numbered from 0, all connections together, in the order in which they are complete; or
/// they have the numbers that a caller of [`Monitor::handle_frame`] gives them.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    connections: BTreeMap<ConnectionId, Connection>,
    view: View,
    log: Log,
    next_tick: Instant,
    /// The packet at which what is in flight is counted again.
    next_count: u64,
}

impl Monitor {
    /// Has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports all that a packet shows by itself: notes, too, and warnings of one that breaks a rule. Without it the findings
    /// of single packets are errors, and warnings of packets that break none.
    #[must_use]
    pub const fn with_notes(mut self) -> Self {
        self.log.has_notes = true;
        self
    }

    /// Says that a connection is new, so that the first bytes of both ends are its beginning.
    ///
    /// It may be left out: a connection that begins with a CONNECT is taken as new anyway. Without
    /// both, the connection began before the recording.
    pub fn open(&mut self, connection: ConnectionId) {
        self.connection(connection).begun = true;
    }

    /// Takes bytes of one direction, in chunks of any size. Gives the numbers of the packets that
    /// they complete.
    ///
    /// The order of the calls is evidence: what is pushed first came first, in both directions. Where
    /// that order is not known, as with one file a side, use [`judge`].
    ///
    /// Times may not go back by much: an earlier time than before counts as no time passed.
    pub fn push(
        &mut self,
        connection: ConnectionId,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) -> Range<u64> {
        let first = self.log.packets;
        if let Some(places) = &mut self.log.places {
            places.clear();
        }
        self.judging(connection, from, at, |connection, log, view| {
            connection.receive(log, view, from, bytes, at);
        });
        first..self.log.packets
    }

    /// Takes a packet that the caller has framed, read and numbered, in place of [`Monitor::push`].
    ///
    /// Numbers grow from packet to packet, all connections together; they may leave others out. The
    /// order of the calls and the times mean what they mean there. Nothing happens where nobody knows
    /// who sent the packet.
    pub fn handle_frame(
        &mut self,
        connection: ConnectionId,
        number: u64,
        frame: &Frame<'_>,
        at: Instant,
    ) {
        let Some(from) = frame.sender() else {
            return;
        };
        self.log.packets = number;
        self.judging(connection, from, at, |connection, log, view| {
            connection.receive_frame(log, view, from, frame, at);
        });
    }

    /// Takes what a [`Framer`](mqttscope_wire::Framer) gave that is no whole packet, under the number that
    /// it has with the caller.
    pub fn handle_unread(
        &mut self,
        connection: ConnectionId,
        number: u64,
        from: Sender,
        framed: Framed<'_>,
        at: Instant,
    ) {
        self.log.packets = number;
        self.judging(connection, from, at, |connection, log, view| {
            connection.receive_unread(log, view, from, framed, at);
        });
    }

    /// Looks at the first bytes of a side before its first packet is handed in, for callers of
    /// [`Monitor::handle_frame`]: another protocol may begin here, and its bytes are no packets. `number`
    /// is what the first packet will have, were it one.
    pub fn handle_beginning(
        &mut self,
        connection: ConnectionId,
        number: u64,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) {
        self.log.packets = number;
        self.judging(connection, from, at, |connection, log, _| {
            connection.judge_beginning(log, from, bytes, at);
        });
    }

    /// Says what has come of a packet that is not whole, before [`Monitor::close`], for callers of
    /// [`Monitor::handle_frame`].
    pub fn handle_rest(&mut self, connection: ConnectionId, from: Sender, rest: &[u8]) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.halves.of_mut(from).framer.push(rest);
        }
    }

    /// What surrounds every piece of a connection: time, and what other connections have to do with it.
    #[inline]
    fn judging(
        &mut self,
        connection: ConnectionId,
        from: Sender,
        at: Instant,
        receive: impl FnOnce(&mut Connection, &mut Log, &mut View),
    ) {
        self.pass_time(at);
        match self.connections.get_mut(&connection) {
            Some(known) if known.phase != Phase::Connecting => {
                receive(known, &mut self.log, &mut self.view);
            }
            _ => {
                let begins = self.connection(connection).phase == Phase::Connecting;
                if begins && from == Sender::Server {
                    self.lend_session(connection, at);
                }
                if let Some(known) = self.connections.get_mut(&connection) {
                    receive(known, &mut self.log, &mut self.view);
                }
                if begins {
                    self.take_over(connection, at);
                }
            }
        }
        if self.log.packets >= self.next_count {
            self.next_count = self.log.packets.saturating_add(RECOUNT);
            self.bound_in_flight();
        }
    }

    /// From now on notes where packets stand, for [`Monitor::places`].
    pub fn note_places(&mut self) {
        self.log.places.get_or_insert_default();
    }

    /// The packets that the latest [`Monitor::push`] completed, and their places; none unless
    /// [`Monitor::note_places`] was called.
    #[must_use]
    pub fn places(&self) -> &[PacketPlace] {
        self.log.places.as_deref().unwrap_or_default()
    }

    /// Says that a connection is closed, by whichever end or by the network. Bytes that are pushed
    /// after that are left out.
    pub fn close(&mut self, connection: ConnectionId, at: Instant) {
        self.pass_time(at);
        let Self {
            connections,
            view,
            log,
            ..
        } = self;
        if let Some(connection) = connections.get_mut(&connection) {
            let mut judge = judge_of(log, connection, at);
            connection.close(&mut judge, view);
            log.gaps.end(connection, at);
        }
    }

    /// Says that a side will send no more, as the FIN of TCP does, while the other still may: nothing is expected of it
    /// any more. A connection that ends as a whole needs only [`Monitor::close`].
    pub fn handle_end(&mut self, connection: ConnectionId, from: Sender, at: Instant) {
        self.pass_time(at);
        if let Some(known) = self.connections.get_mut(&connection) {
            let mut judge = judge_of(&mut self.log, known, at);
            known.leave(&mut judge, from);
        }
    }

    /// Says that the end of a connection, which stands at `number`, is the work of another with its client identifier: a
    /// server may close the older one before it accepts the newer. To be said before [`Monitor::close`].
    pub fn handle_takeover(&mut self, connection: ConnectionId, number: u64, at: Instant) {
        if let Some(known) = self.connections.get_mut(&connection)
            && known.closed.is_none()
            && known.taken_over.is_none()
            && !known.is_thrown_off
        {
            let mut judge = judge_of(&mut self.log, known, at);
            judge.number = number;
            judge.fact(explain::FactKind::TakenOver, 0);
            known.is_thrown_off = true;
        }
    }

    /// Says that time has passed, so that silence is found while no packets come. Once a second is
    /// often enough.
    pub fn handle_time(&mut self, now: Instant) {
        self.pass_time(now);
    }

    fn pass_time(&mut self, now: Instant) {
        self.log.now = self.log.now.max(now);
        if now < self.next_tick {
            return;
        }
        self.next_tick = now + TICK;
        self.log.settle(now);
        let Self {
            connections,
            view,
            log,
            ..
        } = self;
        for connection in connections.values_mut() {
            let mut judge = judge_of(log, connection, now);
            connection.tick(&mut judge);
        }
        wills::judge_wills(log, view, connections, now);
    }

    /// Gives up the fullest windows while more is in flight than is kept: a peer that never
    /// acknowledges anything, on many connections, would fill all memory.
    #[cold]
    fn bound_in_flight(&mut self) {
        let Self {
            connections,
            view,
            log,
            ..
        } = self;
        let mut places: usize = windows(connections, view).map(|w| w.places()).sum();
        if places <= MAXIMUM_IN_FLIGHT {
            return;
        }
        let mut windows: Vec<&mut Window> = windows(connections, view).collect();
        windows.sort_by_key(|window| core::cmp::Reverse(window.places()));
        for window in windows {
            if places <= MAXIMUM_IN_FLIGHT {
                break;
            }
            places = places.saturating_sub(window.places());
            log.flows_dropped = log.flows_dropped.saturating_add(window.give_up() as u64);
        }
    }

    /// The CONNACK may say that the connection goes on with a session which another one has.
    #[cold]
    fn lend_session(&mut self, newer: ConnectionId, at: Instant) {
        let Some(name) = self.client_identifier(newer) else {
            return;
        };
        let Self {
            connections, view, ..
        } = self;
        for connection in connections.values_mut() {
            if connection.is_rival(newer, &name) {
                connection.leave_session(view, at);
            }
        }
    }

    /// A connection that was accepted ends others with its client identifier.
    #[cold]
    fn take_over(&mut self, newer: ConnectionId, at: Instant) {
        let Some(connection) = self.connections.get(&newer) else {
            return;
        };
        let (Phase::Open | Phase::Ending, Some(number)) = (connection.phase, connection.connack)
        else {
            return;
        };
        let was_assigned = connection.asked.is_some_and(|asked| asked.anonymous);
        let Some(name) = self.client_identifier(newer) else {
            return;
        };
        let Self {
            connections, log, ..
        } = self;
        for connection in connections.values_mut() {
            if !connection.is_rival(newer, &name) {
                continue;
            }
            let mut judge = judge_of(log, connection, at);
            judge.number = number;
            if was_assigned {
                // A missing CONNECT may have taken its connection over.
                judge.since = connection.accepted.unwrap_or_default();
                //= [MQTT-3.2.2-16] v5: an identifier that nobody else has
                let finding = Finding {
                    connection: newer,
                    by: Sender::Server,
                    packet_type: PacketType::Connack,
                    ..judge.found(Rule::AssignedClientIdInUse)
                };
                judge.report(finding);
            }
            if !connection.is_thrown_off {
                judge.fact(explain::FactKind::TakenOver, 0);
            }
            connection.taken_over = Some(number);
            connection.phase = Phase::Ending;
        }
    }

    fn connection(&mut self, id: ConnectionId) -> &mut Connection {
        if self.connections.len() >= MAXIMUM_CONNECTIONS && !self.connections.contains_key(&id) {
            let closed = self
                .connections
                .values()
                .find(|connection| connection.closed.is_some())
                .map(|connection| connection.id);
            let oldest = closed.or_else(|| self.connections.keys().next().copied());
            if let Some(oldest) = oldest {
                self.connections.remove(&oldest);
                self.log.forget_connection(oldest);
            }
        }
        self.connections
            .entry(id)
            .or_insert_with(|| Connection::new(id))
    }

    /// All findings that are kept, in the order in which they were found. Beyond 10,000 those that
    /// were polled make room for new ones.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.log.findings
    }

    /// The next finding that was not polled yet. Who polls them all gets all but those that
    /// [`Monitor::findings_dropped`] counts, for as long as the monitor runs.
    pub fn poll_finding(&mut self) -> Option<Finding> {
        self.log.poll_finding()
    }

    /// Findings that were never given: beyond 100 of one rule on one connection, or beyond 10,000
    /// that nobody polled.
    #[must_use]
    pub const fn findings_dropped(&self) -> u64 {
        self.log.findings_dropped
    }

    /// Rules that connections broke more than 100 times, and how many findings of each were never given.
    pub fn findings_left_out(&self) -> impl Iterator<Item = (ConnectionId, Rule, u32)> + '_ {
        self.log.left_out()
    }

    /// Forgets findings and the flows that are over, so that a copy is small. What both ends know is
    /// kept, and so are explanations that rest on no finding. A rule may be reported 100 times anew.
    pub fn forget_findings(&mut self) {
        self.log.forget();
    }

    /// Packets so far: the number of the next one.
    #[must_use]
    pub const fn packets(&self) -> u64 {
        self.log.packets
    }

    /// Flows that are kept: those that are over in the order in which they ended, then open ones. A
    /// handshake whose connection ended is [`FlowState::Broken`] until another connection goes on with it.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        let mut open: Vec<Flow> = Vec::new();
        for connection in self.connections.values() {
            connection.open_flows(&mut open);
        }
        let sessions = self.view.sessions();
        let mut broken: Vec<Flow> = sessions.flat_map(session::Session::broken_flows).collect();
        if !broken.is_empty() {
            // A refused CONNECT leaves a copy of a session that its connection goes on with.
            let mark = |flow: &Flow| flow.packets.as_slice().first().copied();
            let is_message = |flow: &&Flow| matches!(flow.kind, FlowKind::Publish(_));
            let listed = open.iter().chain(&self.log.flows).filter(is_message);
            let listed: BTreeSet<Option<u64>> = listed.map(mark).collect();
            broken.retain(|flow| !listed.contains(&mark(flow)));
        }
        open.append(&mut broken);
        open.sort_by_key(|flow| flow.packets.as_slice().first().copied());
        self.log.flows.iter().copied().chain(open).collect()
    }

    /// Flows that were not kept: the oldest that are over beyond 10,000, and messages in flight
    /// of the fullest connections when all together take too much.
    #[must_use]
    pub const fn flows_dropped(&self) -> u64 {
        self.log.flows_dropped
    }

    /// Connections that are kept, in the order of their numbers.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        self.connections.keys().copied()
    }

    /// What both ends of a connection know, after the newest packet.
    #[must_use]
    pub fn state(&self, connection: ConnectionId) -> Option<ConnectionState> {
        self.connections.get(&connection).map(Connection::state)
    }

    /// The recording in plain words: findings and what else is worth knowing, the most important
    /// first.
    #[must_use]
    pub fn explanations(&self) -> Vec<Explanation> {
        explain::explain(&self.log.findings, &self.log.facts, |id| {
            self.connections
                .get(&id)
                .map_or_else(|| alloc::format!("connection {}", id.0), Connection::name)
        })
    }

    /// What else is worth knowing though no rule is broken: the lines of [`Monitor::explanations`] that
    /// rest on no finding.
    #[must_use]
    pub fn remarks(&self) -> Vec<Explanation> {
        explain::explain(&[], &self.log.facts, |id| {
            self.connections
                .get(&id)
                .map_or_else(|| alloc::format!("connection {}", id.0), Connection::name)
        })
    }

    /// The client identifier of a connection, where it is known.
    #[must_use]
    pub fn client_identifier(&self, connection: ConnectionId) -> Option<String> {
        let name = &self.connections.get(&connection)?.session.client_identifier;
        (!name.is_empty()).then(|| name.as_ref().into())
    }
}

/// What is in flight, on connections and for clients that are away.
fn windows<'a>(
    connections: &'a mut BTreeMap<ConnectionId, Connection>,
    view: &'a mut View,
) -> impl Iterator<Item = &'a mut Window> {
    let connected = connections.values_mut().map(|c| &mut c.session);
    connected
        .chain(view.sessions_mut())
        .flat_map(|session| [&mut session.windows.client, &mut session.windows.server])
}

/// Judges a moment rather than a packet.
fn judge_of<'a>(log: &'a mut Log, connection: &Connection, at: Instant) -> Judge<'a> {
    Judge {
        number: connection.newest.unwrap_or(log.newest),
        log,
        connection: connection.id,
        version: connection.version,
        from: Sender::Client,
        packet_type: PacketType::Reserved,
        at,
        since: at,
    }
}
