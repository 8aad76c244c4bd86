//! What a broker allows: features, the most it keeps, and who may do what.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_wire::{ProtocolVersion, QoS, ReasonCode};

use super::ConnectionId;

/// How a broker behaves. Every limit is refused with a reason code when it is met.
#[derive(Debug)]
pub struct Options {
    /// The most that the broker keeps.
    pub limits: Limits,
    /// The highest QoS it accepts; announced as Maximum QoS when below 2.
    pub maximum_qos: QoS,
    /// Whether messages may be retained.
    pub retain_available: bool,
    /// Whether subscriptions may have wildcards.
    pub wildcard_subscription_available: bool,
    /// Whether subscriptions may have identifiers.
    pub subscription_identifier_available: bool,
    /// Whether subscriptions may be shared.
    pub shared_subscription_available: bool,
    /// Whether `$share/NAME/FILTER` shares before version 5 too, where the standard knows no such
    /// thing and it would be an ordinary filter.
    pub shared_before_v5: bool,
    /// Seconds that replace the client's Keep Alive in version 5.
    pub server_keep_alive: Option<u16>,
    /// What Response Information begins with; none gives none.
    pub response_information: Option<String>,
    /// Milliseconds between two rounds of `$SYS` messages, while somebody is subscribed to them.
    pub sys_interval: u64,
    /// Whether each message that clients publish is told as [`super::Event::Published`], which copies
    /// it: for an owner who logs messages or hands them on without a client of its own.
    pub tell_published: bool,
    /// See [`Options::new`].
    pub seed: u64,
    /// Who may connect, publish and subscribe.
    pub access: Box<dyn Access + Send>,
}

impl Options {
    /// Everything is on and everybody may do everything. `seed` makes the identifiers that are given to
    /// clients without one hard to guess: another for each broker, from where the program gets what is random.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            limits: Limits::default(),
            maximum_qos: QoS::ExactlyOnce,
            retain_available: true,
            wildcard_subscription_available: true,
            subscription_identifier_available: true,
            shared_subscription_available: true,
            shared_before_v5: true,
            server_keep_alive: None,
            response_information: Some("response/".into()),
            sys_interval: 10_000,
            tell_published: false,
            seed,
            access: Box::new(Anyone),
        }
    }
}

/// The most that a broker keeps. What would exceed a limit is refused or, where a message cannot
/// be refused, dropped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time, those that have not sent their CONNECT included.
    pub connections: usize,
    /// Sessions, connected or kept.
    pub sessions: usize,
    /// Subscriptions of one session.
    pub subscriptions: usize,
    /// Retained messages.
    pub retained: usize,
    /// Messages that wait for one session.
    pub queue: usize,
    /// Bytes of all messages that are held, each counted once.
    pub message_bytes: usize,
    /// The largest CONNECT that is accepted, in bytes: it comes from anybody.
    pub connect_size: usize,
    /// Bytes of unfinished packets that are held for all connections together.
    pub input: usize,
    /// The largest packet that is accepted, in bytes; announced as Maximum Packet Size.
    pub packet_size: usize,
    /// QoS 2 handshakes that a client may have open; announced as Receive Maximum.
    pub receive_maximum: u16,
    /// QoS 1 and 2 messages in flight to one client, whatever its Receive Maximum is.
    pub in_flight: u16,
    /// The greatest alias that is accepted; announced as Topic Alias Maximum.
    pub topic_alias_maximum: u16,
    /// Aliases used towards one client, at most its Topic Alias Maximum; 0 uses none.
    pub topic_aliases_out: u16,
    /// Seconds that a session is kept at most; `u32::MAX` has no end.
    pub session_expiry: u32,
    /// Milliseconds until a new connection must be done with its CONNECT.
    pub connect_time: u64,
    /// Bytes that wait to be sent to one client, messages not included that still wait as values.
    pub output: usize,
    /// Events that wait for [`super::Broker::poll_event`]; older ones are then forgotten.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            sessions: 10_000,
            subscriptions: 1_000,
            retained: 100_000,
            queue: 10_000,
            message_bytes: 256 << 20,
            connect_size: 512 << 10,
            input: 256 << 20,
            packet_size: 16 << 20,
            receive_maximum: 100,
            in_flight: 100,
            topic_alias_maximum: 32,
            topic_aliases_out: 32,
            session_expiry: u32::MAX,
            connect_time: 10_000,
            output: 4 << 20,
            events: 10_000,
        }
    }
}

/// What a client says of itself in its CONNECT.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// Its connection.
    pub connection: ConnectionId,
    /// The version it speaks.
    pub version: ProtocolVersion,
    /// Empty when the broker is to choose one.
    pub client_identifier: &'a str,
    /// If it gave one.
    pub user_name: Option<&'a str>,
    /// If it gave one.
    pub password: Option<&'a [u8]>,
}

/// The next step of an enhanced authentication (v5 section 4.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The client must answer this Authentication Data.
    Continue(Vec<u8>),
    /// The client is who it says; with last Authentication Data if the method has some.
    Accept(Option<Vec<u8>>),
    /// It is not.
    Refuse(ReasonCode),
}

/// Decides who may connect, publish and subscribe. Everything is allowed unless a method says
/// otherwise, except authentication methods, of which none is known.
pub trait Access: core::fmt::Debug {
    /// A client connects without an authentication method.
    ///
    /// # Errors
    /// The reason code of the refusal.
    fn connect(&mut self, credentials: &Credentials<'_>) -> Result<(), ReasonCode> {
        let _ = credentials;
        Ok(())
    }

    /// A client begins an authentication, goes on with it or begins it anew (`first` then).
    fn authenticate(
        &mut self,
        connection: ConnectionId,
        method: &str,
        data: &[u8],
        first: bool,
    ) -> Authentication {
        let _ = (connection, method, data, first);
        Authentication::Refuse(ReasonCode::BAD_AUTHENTICATION_METHOD)
    }

    /// A connection ended; what was kept of its authentication can go.
    fn closed(&mut self, connection: ConnectionId) {
        let _ = connection;
    }

    /// Whether a client may publish to a topic.
    fn may_publish(&mut self, client_identifier: &str, topic_name: &str) -> bool {
        let _ = (client_identifier, topic_name);
        true
    }

    /// Whether a client may subscribe to a filter (`$share/NAME/` included).
    fn may_subscribe(&mut self, client_identifier: &str, topic_filter: &str) -> bool {
        let _ = (client_identifier, topic_filter);
        true
    }
}

/// [`Access`] for everybody to everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anyone;

impl Access for Anyone {}
