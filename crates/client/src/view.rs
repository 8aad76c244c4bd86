//! What a client remembers, to be looked at.

use mqttscope_shared::{
    Incoming, IncomingAliases, Instant, Outgoing, OutgoingAliases, PacketIdentifiers,
};
use mqttscope_wire::PacketIdentifier;

use super::{Authentication, Client, Phase, Queued, Sent, ServerLimits};

/// What a client remembers at this moment. Making one copies nothing.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Where it stands.
    pub phase: Phase,
    /// The identifier in force, assigned or chosen.
    pub client_identifier: &'a str,
    /// Seconds in force.
    pub keep_alive: u16,
    /// Whether there is Session State that the server may know of.
    pub has_session: bool,
    /// What the server accepts.
    pub server: &'a ServerLimits,
    /// PUBLISH packets of QoS 1 and 2 that may still go out.
    pub send_quota: u16,
    /// PUBLISH packets of QoS 1 and 2 that the server may still send.
    pub receive_quota: u16,
    /// Messages that were sent and not seen through.
    pub outgoing: &'a Outgoing<Sent>,
    /// QoS 2 messages that came and were not let go.
    pub incoming: &'a Incoming,
    /// Packet Identifiers in use by this client.
    pub identifiers: &'a PacketIdentifiers,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer, and those that wait to be sent.
    pub requests: (usize, usize),
    /// Messages that wait to be sent.
    pub queued: usize,
    /// Bytes of them.
    pub queued_bytes: usize,
    /// Messages that wait for the application's acknowledgement.
    pub unacknowledged: usize,
    /// Aliases that the server has set.
    pub incoming_aliases: &'a IncomingAliases,
    /// Aliases that this client has set.
    pub outgoing_aliases: &'a OutgoingAliases,
    /// A step of an authentication that is due.
    pub authentication: Authentication,
    /// Attempts to connect that failed in a row, see [`super::Reconnect::stable`].
    pub failures: u32,
    /// When a PINGREQ is due.
    pub keep_alive_deadline: Option<Instant>,
    /// When the oldest PINGREQ without a PINGRESP was sent.
    pub pinged: Option<Instant>,
    /// When a PINGRESP must be there.
    pub ping_deadline: Option<Instant>,
    /// When the CONNACK must be there.
    pub connect_deadline: Option<Instant>,
}

impl Client {
    /// What it remembers.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let connected = self.phase == Phase::Connected;
        let quota = |maximum: u16, open: usize| {
            maximum.saturating_sub(u16::try_from(open).unwrap_or(u16::MAX))
        };
        View {
            phase: self.phase,
            client_identifier: self
                .session
                .assigned
                .as_deref()
                .unwrap_or(&self.options.client_identifier),
            keep_alive: if connected {
                self.connection.keep_alive
            } else {
                self.options.keep_alive
            },
            has_session: self.session.known,
            server: &self.connection.server,
            send_quota: quota(
                self.connection.server.receive_maximum,
                self.session.outgoing.in_flight(),
            ),
            receive_quota: quota(self.options.receive_maximum(), self.connection.open.len()),
            outgoing: &self.session.outgoing,
            incoming: &self.session.incoming,
            identifiers: &self.session.identifiers,
            requests: (self.session.requested.len(), self.session.requests.len()),
            queued: self.session.queue.len(),
            queued_bytes: self.session.queued_bytes,
            unacknowledged: self.connection.due.len(),
            incoming_aliases: &self.connection.incoming_aliases,
            outgoing_aliases: &self.connection.outgoing_aliases,
            authentication: self.connection.authentication,
            failures: self.backoff.failures,
            keep_alive_deadline: connected.then(|| self.keep_alive_deadline()).flatten(),
            pinged: (self.connection.pings.front().copied()).filter(|_| connected),
            ping_deadline: connected.then(|| self.ping_deadline()).flatten(),
            connect_deadline: self.connection.connect_deadline,
        }
    }

    /// Messages that wait to be sent, the next one first.
    pub fn queue(&self) -> impl Iterator<Item = &Queued> {
        self.session.queue.iter()
    }

    /// Packet Identifiers of SUBSCRIBE and UNSUBSCRIBE packets without an answer.
    pub fn requested(&self) -> impl Iterator<Item = PacketIdentifier> + '_ {
        self.session.requested.keys().copied()
    }
}
