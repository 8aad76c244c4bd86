//! The broker: the server end of MQTT 3.1, 3.1.1 and 5, all at once and without I/O.
//!
//! Its owner opens connections, hands in what arrives and the time, and takes out what is to be
//! sent. One law holds: call one `handle_*`, then drain [`Broker::poll_transmit`], then look at
//! [`Broker::poll_timeout`].
//!
//! What is kept is bounded by [`Limits`]; what goes beyond is refused with a reason code. No bytes
//! from a client make it panic.
//!
//! ```
//! use mqttscope_broker::{Broker, Instant, Options, Transmit};
//!
//! let mut broker = Broker::new(Options::new(0));
//! let connection = broker.handle_open(Instant::ZERO);
//! broker.handle_bytes(Instant::ZERO, connection, &[0x10, 12, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 0]);
//! assert_eq!(broker.poll_transmit(), Some((connection, Transmit::Bytes(vec![0x20, 2, 0, 0].into()))));
//! assert_eq!(broker.poll_transmit(), None);
//! ```
#![no_std]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod authenticate;
mod close;
mod connack;
mod connect;
mod connection;
mod deliver;
mod event;
mod inspect;
mod message;
mod options;
mod output;
mod packets;
mod publish;
mod retained;
mod routing;
mod saved;
mod session;
mod subscribe;
mod sys;
mod timers;
mod will;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use event::{Cause, Dropped, Event};
pub use inspect::{
    ConnectionView, Counters, RetainedView, SessionView, SubscriptionView, UnacknowledgedView,
};
pub use options::{Access, Anyone, Authentication, Credentials, Limits, Options};
pub use output::Chunk;
pub use saved::{
    SavedBroker, SavedDelivery, SavedHandshake, SavedMessage, SavedSession, SavedSubscription,
    SavedWill,
};
pub use timers::Timer;

pub use mqttscope_shared::{Instant, Message, OutgoingStep};

use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;

use connection::{Connection, Phase};
use message::{Held, Stored};
use mqttscope_wire::ReasonCode;
use retained::Retained;
use routing::Routes;
use session::Session;
use timers::Timers;

/// Names a connection for as long as the broker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// A number that no other connection of this broker has.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Names a session for as long as the broker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(u64);

/// What the transport of a connection is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transmit {
    /// Send these bytes behind the ones before. They are whole packets, but for a PUBLISH with a large
    /// payload: that is two, the last bytes of the first and the payload, which is not copied for
    /// each receiver.
    Bytes(Chunk),
    /// Close it once everything before is sent. The connection is no longer known afterwards.
    Close,
}

/// An MQTT broker without I/O.
#[derive(Debug)]
pub struct Broker {
    options: Options,
    now: Instant,
    started: Instant,
    connections: BTreeMap<ConnectionId, Connection>,
    sessions: BTreeMap<SessionId, Session>,
    clients: BTreeMap<Arc<str>, SessionId>,
    routes: Routes,
    retained: Retained,
    timers: Timers,
    /// Connections with something to send.
    ready: VecDeque<ConnectionId>,
    events: VecDeque<Event>,
    held: Held,
    /// Bytes of unfinished packets.
    input: usize,
    counters: Counters,
    /// Subscriptions to `$SYS`.
    sys_subscriptions: usize,
    sys_armed: bool,
    next_id: u64,
}

/// Packets are made as long as fewer bytes than this wait for the transport; the rest waits as
/// values, where messages that expire can still be dropped.
const ENOUGH_OUTPUT: usize = 64 << 10;

impl Broker {
    /// A broker without connections and sessions.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            now: Instant::ZERO,
            started: Instant::ZERO,
            connections: BTreeMap::new(),
            sessions: BTreeMap::new(),
            clients: BTreeMap::new(),
            routes: Routes::default(),
            retained: Retained::default(),
            timers: Timers::default(),
            ready: VecDeque::new(),
            events: VecDeque::new(),
            held: Held::default(),
            input: 0,
            counters: Counters::default(),
            sys_subscriptions: 0,
            sys_armed: false,
            next_id: 0,
        }
    }

    /// How it behaves.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// A transport connection was opened. When there are too many, it is closed at once.
    pub fn handle_open(&mut self, now: Instant) -> ConnectionId {
        self.advance(now);
        let id = ConnectionId(self.number());
        let full = self.connections.len() >= self.options.limits.connections;
        let mut connection = Connection::new(self.now, self.options.limits.packet_size);
        connection.silence = self.options.limits.connect_time;
        if full {
            connection.phase = Phase::Closing;
        }
        self.connections.insert(id, connection);
        if full {
            self.list(id);
        } else {
            self.watch_silence(id);
        }
        id
    }

    /// The transport was closed by the other end or failed. Connections that the broker does not
    /// know any more are ignored.
    pub fn handle_closed(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        self.close(id, Cause::Closed);
        self.forget_connection(id);
    }

    /// The transport cannot take more for now, or can again. While it cannot, nothing is given out
    /// for it and messages wait as values.
    pub fn handle_congestion(&mut self, now: Instant, id: ConnectionId, congested: bool) {
        self.advance(now);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.congested = congested;
        }
        if !congested {
            self.pump(id);
            self.list(id);
        }
    }

    /// The next thing to be sent, for any connection. Both chunks of a packet come one after the other
    /// unless the transport is congested between them.
    pub fn poll_transmit(&mut self) -> Option<(ConnectionId, Transmit)> {
        while let Some(id) = self.ready.pop_front() {
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            connection.listed = false;
            let closing = connection.phase == Phase::Closing;
            if connection.congested && !closing {
                continue;
            }
            if let Some(chunk) = connection.output.next() {
                self.counters.bytes_sent =
                    self.counters.bytes_sent.saturating_add(chunk.len() as u64);
                if !connection.output.is_empty() {
                    // So that a packet of two chunks is not torn apart by other connections'.
                    connection.listed = true;
                    self.ready.push_front(id);
                } else if closing {
                    self.list(id);
                } else {
                    self.pump(id);
                }
                return Some((id, Transmit::Bytes(chunk)));
            }
            if closing {
                //= [MQTT-3.14.4-2] v5: behind a DISCONNECT the connection is closed
                self.forget_connection(id);
                return Some((id, Transmit::Close));
            }
        }
        None
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Publishes a message of the broker's owner. False when it cannot be held.
    pub fn publish(&mut self, now: Instant, message: Message) -> bool {
        self.advance(now);
        let limit = self.options.limits.message_bytes;
        let topic = message.topic_name().as_str().into();
        let Some(stored) = Stored::new(message, topic, None, self.now, &self.held, limit) else {
            return false;
        };
        self.distribute(&stored, None, self.now);
        true
    }

    /// Ends a connection; a version 5 client is told the reason.
    pub fn disconnect(&mut self, now: Instant, id: ConnectionId, reason: ReasonCode) {
        self.advance(now);
        self.fail(id, reason, None);
    }

    /// Ends all connections; sessions that have not expired are kept.
    pub fn shut_down(&mut self, now: Instant) {
        self.advance(now);
        let all: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in all {
            self.fail(id, ReasonCode::SERVER_SHUTTING_DOWN, None);
        }
    }

    /// Time does not go back, whatever the caller says.
    fn advance(&mut self, now: Instant) {
        if self.next_id == 0 && self.started == Instant::ZERO {
            self.started = now;
        }
        self.now = self.now.max(now);
    }

    fn number(&mut self) -> u64 {
        self.next_id = self.next_id.saturating_add(1);
        self.next_id
    }

    fn event(&mut self, event: Event) {
        if self.events.len() >= self.options.limits.events {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// Notes that the connection has something to send.
    fn list(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id)
            && !connection.listed
        {
            connection.listed = true;
            self.ready.push_back(id);
        }
    }

    /// Forgets a connection whose session, if it had one, is already detached.
    fn forget_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        if let Some(at) = connection.timer {
            self.timers.cancel(at, Timer::Silence(id));
        }
    }
}
