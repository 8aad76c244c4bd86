//! An MQTT client without I/O.
//!
//! Call one `handle_*`, then drain: [`Client::poll_transmit`] until it is empty, then
//! [`Client::poll_event`], then [`Client::poll_timeout`] says when to call
//! [`Client::handle_timeout`] at the latest. Three things are easily missed in a loop (the example
//! `tcp_client` is a whole one):
//!
//! - What is done at an event (a command, [`Client::handle_connected`] at [`Event::Open`]) makes new
//!   bytes: send what [`Client::poll_transmit`] gives behind the events, too, before waiting.
//! - A deadline that is due gives a wait of zero, which `TcpStream::set_read_timeout` refuses.
//! - Behind [`Event::Close`] the transport is closed, and nothing of it is handed in any more, its end
//!   (`handle_disconnected`) neither.
//!
//! ```
//! use mqttscope_client::{Client, Command, Event, Instant, Options};
//! use mqttscope_wire::ProtocolVersion;
//! let now = Instant::ZERO;
//! let mut client = Client::new(Options::new(ProtocolVersion::V5, "me")).unwrap();
//! client.handle_command(now, Command::Connect).unwrap();
//! assert_eq!(client.poll_event(), Some(Event::Open));
//! client.handle_connected(now); // the transport is there
//! let connect = client.poll_transmit().unwrap();
//! assert_eq!(connect[0], 0x10);
//! client.handle_bytes(now, &[0x20, 3, 0, 0, 0]);
//! assert!(matches!(client.poll_event(), Some(Event::Connected(_))));
//! ```
#![no_std]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod acknowledge;
mod authentication;
mod backoff;
mod command;
mod connection;
mod event;
mod lifecycle;
mod options;
mod perform;
mod receive;
mod renew;
mod saved;
#[cfg(feature = "scram")]
pub mod scram;
mod send;
mod session;
mod view;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_wire::{
    Context, Frame, Framed, Framer, PacketType, PropertiesBuf, ReasonCode, Sender,
};

pub use command::{Command, CommandError, Delivery, Ticket};
pub use connection::{Authentication, ServerLimits};
pub use event::{Cause, Connected, Deviation, Event, Failure, ProtocolError};
pub use options::{Limits, Options, Reconnect};
pub use renew::KeptSubscription;
pub use saved::{RestoreError, SavedHandshake, SavedSession};
pub use session::{Queued, Sent};
pub use view::View;

pub use mqttscope_shared::{
    AliasError, Incoming, IncomingAliases, IncomingStep, Instant, Message, NotFound, Outgoing,
    OutgoingAlias, OutgoingAliases, OutgoingEntry, OutgoingStep, PacketIdentifiers, Received,
    Resend,
};

use backoff::Backoff;
use connection::Connection;
use session::Session;

/// PINGREQs that may be without an answer at once.
const PINGS: usize = 64;

/// Where a client stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No connection, and none is wanted.
    #[default]
    Idle,
    /// A transport was asked for.
    Opening,
    /// The CONNECT is out.
    Connecting,
    /// The server has accepted.
    Connected,
    /// No connection; another attempt is due at this time.
    Waiting(Instant),
}

/// An MQTT client without I/O; see [the module](self).
#[derive(Clone, Debug)]
pub struct Client {
    options: Options,
    phase: Phase,
    session: Session,
    connection: Connection,
    framer: Framer,
    transmit: Vec<u8>,
    events: VecDeque<Event>,
    backoff: Backoff,
    /// A CONNACK has come since the last [`Command::Connect`].
    accepted: bool,
    tickets: u64,
    deliveries: u64,
    /// See [`Client::set_wanted`].
    wanted: Vec<String>,
}

impl Client {
    /// A client that does nothing yet.
    ///
    /// # Errors
    /// When no CONNECT can be made of the options.
    pub fn new(options: Options) -> Result<Self, CommandError> {
        check(&options)?;
        let seed = (options.seed).unwrap_or_else(|| backoff::seed_of(&options.client_identifier));
        Ok(Self {
            backoff: Backoff::new(seed),
            options,
            phase: Phase::Idle,
            session: Session::default(),
            connection: Connection::default(),
            framer: Framer::default(),
            transmit: Vec::new(),
            events: VecDeque::new(),
            wanted: Vec::new(),
            accepted: false,
            tickets: 0,
            deliveries: 0,
        })
    }

    /// Other options, from the next CONNECT on: a fresh token, new Authentication Data. The session
    /// stays. They may be set while a transport is being opened, at [`Event::Open`], too.
    ///
    /// # Errors
    /// When there is a connection, or no CONNECT can be made of them.
    pub fn set_options(&mut self, options: Options) -> Result<(), CommandError> {
        if matches!(self.phase, Phase::Connecting | Phase::Connected) {
            return Err(CommandError::AlreadyConnected);
        }
        check(&options)?;
        if options.client_identifier != self.options.client_identifier {
            self.session.assigned = None;
        }
        self.options = options;
        Ok(())
    }

    /// Topic Filters, without `$share/…/`, of messages that are given as [`Event::Message`] although
    /// [`Options::answers_only`] leaves them out.
    pub fn set_wanted(&mut self, filters: Vec<String>) {
        self.wanted = filters;
    }

    /// The options in force.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The transport that [`Event::Open`] asked for is open.
    pub fn handle_connected(&mut self, now: Instant) {
        if self.phase != Phase::Opening {
            return;
        }
        let options = &self.options;
        let clean_start = options.clean_start && !(options.version.is_v5() && self.accepted);
        self.connection = Connection {
            clean_start,
            keep_alive: options.keep_alive,
            incoming_aliases: IncomingAliases::new(options.topic_alias_maximum()),
            connect_deadline: Some(now + options.connect_timeout),
            ..Connection::default()
        };
        self.framer = Framer::new(options.maximum_packet_size());
        self.transmit.clear();
        self.phase = Phase::Connecting;
        if options.authentication_method().is_some() {
            self.connection.authentication = Authentication::AwaitServer;
        }
        let identifier = self
            .session
            .assigned
            .as_deref()
            .unwrap_or(&options.client_identifier);
        //= [MQTT-3.1.0-1] v5 and v3.1.1: CONNECT comes first
        // The options were checked when they were set, and an assigned identifier was read from a
        // packet, so this cannot fail.
        let _ = options.with_connect(identifier, clean_start, |connect| {
            connect.encode(options.version, &mut self.transmit)
        });
        self.connection.last_sent = now;
    }

    /// The transport is gone, or could not be opened.
    pub fn handle_disconnected(&mut self, now: Instant) {
        match self.phase {
            Phase::Opening => self.end(now, Cause::NotOpened),
            Phase::Connecting | Phase::Connected => self.end(now, Cause::Lost),
            Phase::Idle | Phase::Waiting(_) => {}
        }
    }

    /// Bytes came from the server, cut anywhere.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        let mut framer = core::mem::take(&mut self.framer);
        framer.push(bytes);
        while self.is_listening() {
            match framer.next_frame() {
                Some(Framed::Packet(bytes) | Framed::Unframed(bytes)) => {
                    if let Some(frame) = Frame::read(bytes, self.context()) {
                        self.receive_frame(now, &frame);
                    }
                }
                Some(Framed::TooLarge { len, .. }) => {
                    self.fault(now, ProtocolError::TooLarge { len })
                }
                None => {
                    self.receive_beginning(now, framer.rest());
                    break;
                }
            }
        }
        if self.is_listening() {
            self.framer = framer;
            self.flush(now);
        }
    }

    /// A packet came that the caller has framed and read, in place of [`Client::handle_bytes`]. Behind the
    /// packets of a chunk [`Client::handle_rest`] is due.
    pub fn handle_frame(&mut self, now: Instant, frame: &Frame<'_>) {
        let len = frame.bytes.len();
        if !self.is_listening() {
            return;
        }
        if len > self.options.maximum_packet_size() {
            self.fault(now, ProtocolError::TooLarge { len });
        } else if frame.context == self.context() {
            self.receive_frame(now, frame);
        } else if let Some(frame) = Frame::read(frame.bytes, self.context()) {
            self.receive_frame(now, &frame);
        }
    }

    /// What a chunk has behind its packets: nothing, or the beginning of the next packet, which may show
    /// already that it is too large or breaks a rule. What the packets before made due is sent now.
    pub fn handle_rest(&mut self, now: Instant, rest: &[u8]) {
        if self.is_listening() {
            self.receive_beginning(now, rest);
            self.flush(now);
        }
    }

    const fn is_listening(&self) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Connected)
    }

    const fn context(&self) -> Context {
        Context::new(self.options.version).sent_by(Sender::Server)
    }

    /// The time that [`Client::poll_timeout`] named has come; calling it early does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.phase {
            Phase::Waiting(due) if due <= now => self.open(now),
            Phase::Opening | Phase::Connecting
                if self
                    .connection
                    .connect_deadline
                    .is_some_and(|due| due <= now) =>
            {
                self.close(now, Cause::TimedOut(PacketType::Connack), None);
            }
            Phase::Connected => {
                if self.ping_deadline().is_some_and(|due| due <= now) {
                    let say = (ReasonCode::UNSPECIFIED_ERROR, PropertiesBuf::new());
                    return self.close(now, Cause::TimedOut(PacketType::Pingresp), Some(say));
                }
                //= [MQTT-3.1.2-20] v5, [MQTT-3.1.2-23] v3.1.1: a PINGREQ when nothing else was sent
                if self.keep_alive_deadline().is_some_and(|due| due <= now) {
                    self.ping(now);
                }
                self.flush(now);
            }
            _ => {}
        }
    }

    /// Bytes for the transport; none when there are no more.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        (!self.transmit.is_empty()).then(|| core::mem::take(&mut self.transmit))
    }

    /// What has happened; none when there is no more.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`Client::handle_timeout`] at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle => None,
            Phase::Waiting(due) => Some(due),
            Phase::Opening | Phase::Connecting => self.connection.connect_deadline,
            Phase::Connected => [self.ping_deadline(), self.keep_alive_deadline()]
                .into_iter()
                .flatten()
                .min(),
        }
    }

    fn ping_deadline(&self) -> Option<Instant> {
        self.connection
            .pings
            .front()
            .map(|&sent| sent + self.options.ping_timeout)
    }

    /// A fifth before the Keep Alive is over, so that a late timer still keeps the promise.
    fn keep_alive_deadline(&self) -> Option<Instant> {
        let millis = u64::from(self.connection.keep_alive).saturating_mul(800);
        (millis > 0 && self.connection.pings.len() < PINGS)
            .then(|| self.connection.last_sent + Duration::from_millis(millis))
    }
}

fn check(options: &Options) -> Result<(), CommandError> {
    options
        .check()
        .map_err(|error| error.map_or(CommandError::TooLong, CommandError::Encode))
}
