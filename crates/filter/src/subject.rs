//! What a filter is held against.

use core::time::Duration;
use std::net::{IpAddr, SocketAddr};

use mqttscope_shared::{Instant, Recorded};
use mqttscope_sparkplug as sparkplug;
use mqttscope_wire::{Citation, PacketType, ProtocolVersion, Rule, Sender, Severity};

/// How far a handshake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandshakeState {
    /// An answer is missing.
    Waiting,
    /// All has been said.
    Complete,
    /// Sent again on a later connection, and an answer is missing.
    Resent,
    /// Refused with a reason code.
    Refused,
    /// Its end will not come.
    Broken,
    /// Bytes are missing, which may have held its end.
    Unknown,
}

impl HandshakeState {
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Waiting, "waiting"),
        (Self::Complete, "complete"),
        (Self::Resent, "resent"),
        (Self::Refused, "refused"),
        (Self::Broken, "broken"),
        (Self::Unknown, "unknown"),
    ];
}

/// The ends of a connection and what carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Who opened it.
    pub client: Option<SocketAddr>,
    /// The other end.
    pub server: Option<SocketAddr>,
    /// The port of the other end, also where its address is not known.
    pub server_port: Option<u16>,
    /// Its number among all TCP connections of its capture, from 0.
    pub stream: Option<u32>,
    /// Whether TLS is around it.
    pub tls: bool,
    /// Whether WebSocket is around it.
    pub websocket: bool,
}

impl Ends {
    /// The port of who sent it and of who got it.
    pub(crate) fn ports(&self, sender: Sender) -> [Option<u16>; 2] {
        let client = self.client.map(|client| client.port());
        let server = self.server.map(|server| server.port());
        let server = server.or(self.server_port);
        match sender {
            Sender::Client => [client, server],
            Sender::Server => [server, client],
        }
    }

    /// Source and destination of what one of them sent.
    pub(crate) const fn of(&self, sender: Sender) -> (Option<SocketAddr>, Option<SocketAddr>) {
        match sender {
            Sender::Client => (self.client, self.server),
            Sender::Server => (self.server, self.client),
        }
    }

    pub(crate) fn is_v6(address: SocketAddr) -> bool {
        matches!(address.ip(), IpAddr::V6(_))
    }
}

/// A rule that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// One of MQTT's.
    Mqtt(Rule),
    /// One of Sparkplug's, with the statement that the message breaks.
    Sparkplug(sparkplug::Rule, Option<&'static str>),
}

impl Broken {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mqtt(rule) => rule.name(),
            Self::Sparkplug(rule, _) => rule.name(),
        }
    }

    /// Whether one of the statements that it breaks is the one that is looked for.
    pub(crate) fn breaks(
        self,
        version: ProtocolVersion,
        mut is_it: impl FnMut(&str) -> bool,
    ) -> bool {
        match self {
            Self::Mqtt(rule) => match rule.citation(version) {
                Citation::Statements(statements) => statements.iter().any(|it| is_it(it)),
                Citation::Section(_) | Citation::None => false,
            },
            Self::Sparkplug(_, statement) => statement.is_some_and(is_it),
        }
    }
}

/// A packet with what is known of it. What costs something is asked for only where a filter needs it.
pub trait Subject {
    /// The frame of the capture in which it ends, or its place in the list; from 1.
    fn number(&self) -> u64;
    /// The packet. Without bytes a log tells of it in words, or it is none.
    fn packet(&self) -> Recorded<'_>;
    /// When the first packet of the recording came.
    fn first_at(&self) -> Instant;
    /// When the packet before it came, of whatever connection.
    fn before(&self) -> Option<Instant>;
    /// Its type; none: this is no packet, but the opening or closing of its connection.
    fn packet_type(&self) -> Option<PacketType> {
        self.packet()
            .bytes
            .first()
            .map(|&first| PacketType::from_first_byte(first))
    }
    /// Its first byte, which holds type and flags: also of a packet in words, as far as these tell it.
    fn first_byte(&self) -> Option<u8> {
        self.packet().bytes.first().copied()
    }
    /// The Packet Identifier of a packet in words, where these tell it.
    fn packet_identifier(&self) -> Option<u16> {
        None
    }
    /// The ends of its connection.
    fn ends(&self) -> Ends {
        Ends::default()
    }
    /// The Client Identifier of its connection.
    fn client_identifier(&self) -> Option<&str> {
        None
    }
    /// Appends the topic of a PUBLISH that has an alias in its place, or of one in words; nothing where it is not known.
    fn aliased_topic(&self, _into: &mut String) {}
    /// The time from what it answers, on an answer.
    fn round_trip(&self) -> Option<Duration> {
        None
    }
    /// Whether a later packet answers it.
    fn is_answered(&self) -> bool {
        false
    }
    /// How far its handshake is.
    fn handshake(&self) -> Option<HandshakeState> {
        None
    }
    /// What its conversation shows to be wrong with it; no rule: which one is not kept. What the packet alone shows is found
    /// without it.
    fn findings(&self, _each: &mut dyn FnMut(Option<Broken>, Severity)) {}
}
