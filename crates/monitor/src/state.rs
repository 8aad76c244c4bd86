//! A connection as the monitor knows it: plain values, for a view of both ends.
//!
//! The state is that after the newest packet. For the state at an earlier one, feed a new monitor
//! up to there, or keep a clone of the monitor every so many packets and go on from it.

use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::{ProtocolVersion, QoS, Sender, SubscriptionOptions};

use super::{ConnectionId, PacketNumbers};

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No CONNECT was seen; the recording may begin in the middle.
    Unknown,
    /// CONNECT was sent.
    Connecting,
    /// CONNACK accepted it.
    Open,
    /// CONNACK refused it.
    Refused,
    /// A side sent DISCONNECT or will send no more, or another connection took over.
    Ending,
    /// It is closed.
    Closed,
}

/// A connection and what both ends know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionState {
    /// The connection it is about.
    pub connection: ConnectionId,
    /// How far it is.
    pub phase: Phase,
    /// Its version, and whether a CONNECT named it; else it was worked out from the packets.
    pub version: ProtocolVersion,
    /// Whether a CONNECT named the version.
    pub version_is_certain: bool,
    /// The client identifier, also one that the server assigned. Empty when not known.
    pub client_identifier: String,
    /// Clean Start (before version 5: Clean Session) of the CONNECT.
    pub clean_start: Option<bool>,
    /// Session Present of the CONNACK; MQTT 3.1 has none.
    pub session_present: Option<bool>,
    /// Seconds for which the session outlives the connection; `u32::MAX`: for ever.
    pub session_expiry: Option<u32>,
    /// Keep Alive.
    pub keep_alive: Option<KeepAliveState>,
    /// What the client knows and allows.
    pub client: EndState,
    /// What the server knows and allows.
    pub server: EndState,
    /// The client's subscriptions, as the server keeps them.
    pub subscriptions: Vec<SubscriptionState>,
    /// Whether these are all: false where the session began before the recording.
    pub subscriptions_are_complete: bool,
    /// Packet identifiers of SUBSCRIBE and UNSUBSCRIBE packets that wait for their answer.
    pub requests: Vec<u16>,
    /// PINGREQs that wait for their PINGRESP.
    pub pings: u32,
}

/// The clock of Keep Alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAliveState {
    /// Seconds in force; 0: off.
    pub seconds: u16,
    /// Whether the server set them, in place of the client's wish.
    pub by_server: bool,
    /// The client's last packet.
    pub last_packet: Instant,
    /// When the server may close the connection; none when Keep Alive is off.
    pub closes: Option<Instant>,
}

/// One end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndState {
    /// What it announced that it accepts.
    pub limits: Limits,
    /// Topic aliases that it has set, in the order of their numbers. They bind the other end.
    pub aliases: Vec<(u16, String)>,
    /// Messages of QoS 1 and 2 that it sends and has not seen through, in the order in which they
    /// were first sent.
    pub in_flight: Vec<HandshakeState>,
    /// How many of its PUBLISHes of this connection count against the other end's Receive Maximum.
    pub window_used: u32,
    /// Packets that it sent on this connection.
    pub packets: u64,
    /// When it sent the last one.
    pub last_packet: Option<Instant>,
    /// Bytes of a packet that is not whole yet.
    pub pending: usize,
}

/// What an end announced in its CONNECT or CONNACK, with the standard's values for what it left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whether the packet that announces them was seen. If not, nothing is held against them.
    pub known: bool,
    /// PUBLISHes of QoS 1 and 2 at a time.
    pub receive_maximum: u16,
    /// Bytes; none: no limit of its own.
    pub maximum_packet_size: Option<u32>,
    /// The greatest topic alias; 0: none is accepted.
    pub topic_alias_maximum: u16,
    /// The highest QoS that a server takes.
    pub maximum_qos: QoS,
    /// Whether Maximum QoS was announced.
    pub maximum_qos_is_announced: bool,
    /// Whether a server keeps retained messages.
    pub retain_available: bool,
    /// Whether a server takes wildcards.
    pub wildcard_subscription_available: bool,
    /// Whether a server takes Subscription Identifiers.
    pub subscription_identifier_available: bool,
    /// Whether a server takes shared subscriptions.
    pub shared_subscription_available: bool,
}

impl Limits {
    /// Before the announcement.
    pub(super) const UNKNOWN: Self = Self {
        known: false,
        receive_maximum: u16::MAX,
        maximum_packet_size: None,
        topic_alias_maximum: 0,
        maximum_qos: QoS::ExactlyOnce,
        maximum_qos_is_announced: false,
        retain_available: true,
        wildcard_subscription_available: true,
        subscription_identifier_available: true,
        shared_subscription_available: true,
    };
}

/// What comes next in a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandshakeStep {
    /// QoS 1: the receiver's PUBACK.
    Puback,
    /// QoS 2: the receiver's PUBREC.
    Pubrec,
    /// QoS 2: the sender's PUBREL.
    Pubrel,
    /// QoS 2: the receiver's PUBCOMP.
    Pubcomp,
}

/// A message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeState {
    /// Its packet identifier.
    pub identifier: u16,
    /// What comes next.
    pub step: HandshakeStep,
    /// Its packets so far.
    pub packets: PacketNumbers,
    /// When it began.
    pub started: Instant,
    /// Whether it was sent, or sent again, on the present connection.
    pub sent_here: bool,
}

/// A subscription of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionState {
    /// The filter, with `$share/NAME/` if it has that.
    pub topic_filter: String,
    /// What was asked for.
    pub options: SubscriptionOptions,
    /// What was granted; none until the SUBACK.
    pub granted: Option<QoS>,
    /// Its Subscription Identifier.
    pub identifier: Option<u32>,
    /// The SUBSCRIBE.
    pub packet: u64,
}

impl ConnectionState {
    /// One end.
    #[must_use]
    pub const fn end(&self, sender: Sender) -> &EndState {
        match sender {
            Sender::Client => &self.client,
            Sender::Server => &self.server,
        }
    }
}
