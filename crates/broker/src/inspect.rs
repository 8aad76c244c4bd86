//! What the broker remembers, to be looked at: borrowed, so that asking costs nothing.

use mqttscope_shared::{Instant, OutgoingEntry, OutgoingStep};
use mqttscope_wire::{PacketIdentifier, Properties, ProtocolVersion, QoS, SubscriptionOptions};

use super::connection::{Connection, Phase};
use super::message::{Delivery, Stored};
use super::session::Session;
use super::{Broker, ConnectionId, Timer};

/// What was counted since the broker began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes from clients.
    pub bytes_received: u64,
    /// Bytes handed to transports.
    pub bytes_sent: u64,
    /// Packets from clients that kept the rules.
    pub packets_received: u64,
    /// PUBLISH packets from clients.
    pub messages_received: u64,
    /// PUBLISH packets to clients.
    pub messages_sent: u64,
    /// Messages that somebody did not get.
    pub messages_dropped: u64,
}

/// A connection.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionView<'a> {
    id: ConnectionId,
    connection: &'a Connection,
}

impl<'a> ConnectionView<'a> {
    /// Which one.
    #[must_use]
    pub const fn id(&self) -> ConnectionId {
        self.id
    }

    /// The version it speaks, once its CONNECT has come.
    #[must_use]
    pub fn version(&self) -> Option<ProtocolVersion> {
        (self.connection.phase != Phase::AwaitConnect).then_some(self.connection.version)
    }

    /// Whether the CONNACK with success was sent.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.connection.session().is_some()
    }

    /// QoS 1 and 2 messages that may be in flight to the client.
    #[must_use]
    pub const fn receive_maximum(&self) -> u16 {
        self.connection.window
    }

    /// QoS 2 messages of the client that use up our Receive Maximum.
    #[must_use]
    pub fn receiving(&self) -> usize {
        self.connection.received.len()
    }

    /// Topic aliases that the client has set.
    pub fn aliases_in(&self) -> impl Iterator<Item = (u16, &'a str)> + use<'a> {
        self.connection.aliases_in.iter()
    }

    /// Topic aliases that are set towards the client.
    pub fn aliases_out(&self) -> impl Iterator<Item = (u16, &'a str)> + use<'a> {
        self.connection.aliases_out.iter()
    }

    /// Bytes that wait for the transport.
    #[must_use]
    pub fn output(&self) -> usize {
        self.connection.output.len()
    }
}

/// A session.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a>(&'a Session);

/// A subscription of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionView<'a> {
    /// With `$share/NAME/` if it is shared.
    pub topic_filter: &'a str,
    /// With the QoS that was granted.
    pub options: SubscriptionOptions,
    /// Subscription Identifier.
    pub identifier: Option<u32>,
}

/// A message to the client whose handshake is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnacknowledgedView<'a> {
    /// Its Packet Identifier.
    pub packet_identifier: PacketIdentifier,
    /// What is waited for.
    pub step: OutgoingStep,
    /// Whether it was sent on the present connection.
    pub sent: bool,
    /// Where it belongs; none once the client has the message and only PUBCOMP is missing.
    pub topic_name: Option<&'a str>,
}

impl<'a> UnacknowledgedView<'a> {
    fn new(packet_identifier: PacketIdentifier, entry: &'a OutgoingEntry<Delivery>) -> Self {
        let topic_name = entry
            .message
            .as_ref()
            .map(|delivery| &*delivery.stored.topic);
        Self {
            packet_identifier,
            step: entry.step,
            sent: entry.sent,
            topic_name,
        }
    }
}

impl<'a> SessionView<'a> {
    /// Whose it is.
    #[must_use]
    pub fn client_identifier(&self) -> &'a str {
        &self.0.client_identifier
    }

    /// The connection it has.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        self.0.connection
    }

    /// The version of its last connection.
    #[must_use]
    pub const fn version(&self) -> ProtocolVersion {
        self.0.version
    }

    /// Seconds; `u32::MAX` has no end.
    #[must_use]
    pub const fn session_expiry_interval(&self) -> u32 {
        self.0.expiry
    }

    /// When it ends, if no connection comes before.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Instant> {
        self.0.expires_at
    }

    /// The topic of its Will Message and, if that is already due, when it is published.
    #[must_use]
    pub fn will(&self) -> Option<(&'a str, Option<Instant>)> {
        let will = self.0.will.as_ref()?;
        Some((will.topic(), self.0.will_at))
    }

    /// In the order of their filters.
    pub fn subscriptions(&self) -> impl Iterator<Item = SubscriptionView<'a>> + use<'a> {
        self.0
            .subscriptions
            .iter()
            .map(|(topic_filter, terms)| SubscriptionView {
                topic_filter,
                options: terms.options,
                identifier: terms.identifier,
            })
    }

    /// Messages to the client that are not acknowledged, in the order in which they were sent.
    pub fn unacknowledged(&self) -> impl Iterator<Item = UnacknowledgedView<'a>> + use<'a> {
        self.0
            .outgoing
            .iter()
            .map(|(identifier, entry)| UnacknowledgedView::new(identifier, entry))
    }

    /// Packet Identifiers of QoS 2 messages from the client whose PUBREL has not come.
    pub fn received(&self) -> impl Iterator<Item = PacketIdentifier> + use<'a> {
        self.0.incoming.iter().map(|(identifier, _)| identifier)
    }

    /// QoS 1 and 2 messages that wait for their turn: topic and QoS.
    pub fn queued(&self) -> impl ExactSizeIterator<Item = (&'a str, QoS)> + use<'a> {
        self.0
            .queue
            .iter()
            .map(|delivery| (&*delivery.stored.topic, delivery.qos))
    }
}

/// A retained message.
#[derive(Clone, Copy, Debug)]
pub struct RetainedView<'a>(&'a Stored);

impl<'a> RetainedView<'a> {
    /// Its topic.
    #[must_use]
    pub fn topic_name(&self) -> &'a str {
        &self.0.topic
    }

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        &self.0.message.payload
    }

    /// The QoS it was published with.
    #[must_use]
    pub const fn qos(&self) -> QoS {
        self.0.message.qos
    }

    /// The publisher's properties, without Message Expiry Interval.
    #[must_use]
    pub fn properties(&self) -> Properties<'a> {
        self.0.message.properties.as_properties()
    }

    /// Seconds that it still lives, if it expires.
    #[must_use]
    pub fn expiry_interval(&self, now: Instant) -> Option<u32> {
        self.0.expiry_interval(now)
    }
}

impl Broker {
    /// All connections, oldest first.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionView<'_>> {
        self.connections
            .iter()
            .map(|(&id, connection)| ConnectionView { id, connection })
    }

    /// All sessions, oldest first.
    pub fn sessions(&self) -> impl Iterator<Item = SessionView<'_>> {
        self.sessions.values().map(SessionView)
    }

    /// The session of a client.
    #[must_use]
    pub fn session(&self, client_identifier: &str) -> Option<SessionView<'_>> {
        self.sessions
            .get(self.clients.get(client_identifier)?)
            .map(SessionView)
    }

    /// Calls `visit` for each retained message, `$SYS` included, in the order of their levels.
    pub fn visit_retained<'a>(&'a self, mut visit: impl FnMut(RetainedView<'a>)) {
        self.retained.visit(|stored| visit(RetainedView(stored)));
    }

    /// Subscriptions of all sessions together.
    #[must_use]
    pub const fn subscription_count(&self) -> usize {
        self.routes.len()
    }

    /// Bytes of all messages that are held: queued, in flight, retained.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.held.bytes()
    }

    /// What was counted.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Deadlines, the next one first.
    pub fn timers(&self) -> impl Iterator<Item = (Instant, Timer)> + '_ {
        self.timers.iter()
    }
}
