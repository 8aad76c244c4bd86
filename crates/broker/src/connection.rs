//! One network connection: bytes in, bytes out, and what ends with it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_shared::{IncomingAliases, Instant, OutgoingAliases};
use mqttscope_wire::{ControlPacket, Framer, PacketIdentifier, ProtocolVersion, Publish};

use super::SessionId;
use super::message::Stored;
use super::output::Output;

/// How far a connection has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has come yet.
    AwaitConnect,
    /// The CONNECT is kept until its authentication is done.
    Authenticating { connect: Vec<u8> },
    /// A CONNACK with success was sent.
    Connected(SessionId),
    /// What is to be sent is sent, then the transport is closed.
    Closing,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) phase: Phase,
    pub(crate) version: ProtocolVersion,
    /// Holds the beginning of a packet whose end has not come.
    pub(crate) framer: Framer,
    pub(crate) output: Output,
    /// Whether it stands in the list of those with something to send.
    pub(crate) listed: bool,
    /// The transport cannot take more at the moment.
    pub(crate) congested: bool,
    pub(crate) last_received: Instant,
    /// Milliseconds without a packet after which the client is gone; 0: never.
    pub(crate) silence: u64,
    /// Its entry among the timers.
    pub(crate) timer: Option<Instant>,
    /// The client's Receive Maximum, at most our own limit.
    pub(crate) window: u16,
    /// The client's Maximum Packet Size.
    pub(crate) maximum_packet_size: usize,
    pub(crate) aliases_in: IncomingAliases,
    pub(crate) aliases_out: OutgoingAliases,
    /// QoS 2 messages received on this connection whose PUBCOMP is not sent: they use up the
    /// Receive Maximum that we announced.
    pub(crate) received: BTreeSet<PacketIdentifier>,
    pub(crate) authentication_method: Option<String>,
    /// An authentication after the CONNACK is under way.
    pub(crate) reauthenticating: bool,
    /// The Session Expiry Interval of the CONNECT, which binds a later DISCONNECT.
    pub(crate) asked_expiry: u32,
}

impl Connection {
    /// A connection whose packets have up to `maximum` bytes.
    pub(crate) fn new(now: Instant, maximum: usize) -> Self {
        Self {
            phase: Phase::AwaitConnect,
            version: ProtocolVersion::V3_1_1,
            framer: Framer::new(maximum),
            output: Output::default(),
            listed: false,
            congested: false,
            last_received: now,
            silence: 0,
            timer: None,
            window: u16::MAX,
            maximum_packet_size: usize::MAX,
            aliases_in: IncomingAliases::default(),
            aliases_out: OutgoingAliases::default(),
            received: BTreeSet::new(),
            authentication_method: None,
            reauthenticating: false,
            asked_expiry: 0,
        }
    }

    pub(crate) const fn session(&self) -> Option<SessionId> {
        match self.phase {
            Phase::Connected(session) => Some(session),
            _ => None,
        }
    }

    /// Writes a packet behind the others; false when the client would not take one of its size,
    /// or the version cannot say it, and then nothing is written.
    pub(crate) fn write(&mut self, packet: &ControlPacket<'_>) -> bool {
        self.write_with(packet, None)
    }

    /// The same for a PUBLISH whose payload is the one of `stored`.
    pub(crate) fn write_publish(&mut self, publish: &Publish<'_>, stored: &Arc<Stored>) -> bool {
        self.write_with(&ControlPacket::Publish(*publish), Some(stored))
    }

    fn write_with(&mut self, packet: &ControlPacket<'_>, stored: Option<&Arc<Stored>>) -> bool {
        //= [MQTT-3.1.2-24] v5: no packet above the client's Maximum Packet Size
        let fits = packet
            .encoded_len(self.version)
            .is_ok_and(|len| len <= self.maximum_packet_size);
        fits && self.output.write(packet, stored, self.version).is_ok()
    }
}
