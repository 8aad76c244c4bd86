//! What a client knows of one connection, and forgets with it.

use alloc::collections::{BTreeSet, VecDeque};

use mqttscope_shared::{IncomingAliases, Instant, OutgoingAliases};
use mqttscope_wire::{
    PacketIdentifier, Properties, PropertiesBuf, Property, PropertyId, QoS, ReasonCode,
};

use super::options::{maximum_packet_size, receive_maximum, topic_alias_maximum};

/// What the server accepts, from its CONNACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// PUBLISH packets of QoS 1 and 2 that may be open.
    pub receive_maximum: u16,
    /// Bytes; `usize::MAX`: no limit.
    pub maximum_packet_size: usize,
    /// The greatest Topic Alias; 0: none.
    pub topic_alias_maximum: u16,
    /// The highest QoS of a PUBLISH.
    pub maximum_qos: QoS,
    /// Retained messages.
    pub retain_available: bool,
    /// Subscriptions with `+` or `#`.
    pub wildcard_subscription_available: bool,
    /// Subscription Identifiers.
    pub subscription_identifiers_available: bool,
    /// Shared subscriptions.
    pub shared_subscription_available: bool,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self::from_connack(Properties::NONE)
    }
}

impl ServerLimits {
    pub(super) fn from_connack(properties: Properties<'_>) -> Self {
        let unless_zero = |id| match properties.get(id) {
            Some(
                Property::RetainAvailable(flag)
                | Property::WildcardSubscriptionAvailable(flag)
                | Property::SubscriptionIdentifierAvailable(flag)
                | Property::SharedSubscriptionAvailable(flag),
            ) => flag != 0,
            _ => true,
        };
        let maximum_qos = match properties.get(PropertyId::MAXIMUM_QOS) {
            Some(Property::MaximumQoS(level)) => QoS::new(level).unwrap_or(QoS::ExactlyOnce),
            _ => QoS::ExactlyOnce,
        };
        Self {
            //= [MQTT-4.9.0-1] v5: the send quota begins within the receiver's Receive Maximum
            receive_maximum: receive_maximum(properties),
            maximum_packet_size: maximum_packet_size(properties),
            //= [MQTT-3.2.2-18] v5: nothing said means no Topic Alias
            topic_alias_maximum: topic_alias_maximum(properties),
            maximum_qos,
            retain_available: unless_zero(PropertyId::RETAIN_AVAILABLE),
            wildcard_subscription_available: unless_zero(
                PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE,
            ),
            subscription_identifiers_available: unless_zero(
                PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE,
            ),
            shared_subscription_available: unless_zero(PropertyId::SHARED_SUBSCRIPTION_AVAILABLE),
        }
    }
}

/// A message whose PUBACK or PUBREC has not gone out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DueAcknowledgement {
    pub(super) packet_identifier: PacketIdentifier,
    pub(super) qos: QoS,
    /// Of its delivery.
    pub(super) number: u64,
    /// What the application said.
    pub(super) answer: Option<(ReasonCode, PropertiesBuf)>,
}

/// An authentication by AUTH packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// None goes on.
    #[default]
    None,
    /// The server is to say something.
    AwaitServer,
    /// The application is to answer the server.
    AwaitApplication,
}

/// What belongs to one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection {
    pub(super) server: ServerLimits,
    pub(super) incoming_aliases: IncomingAliases,
    pub(super) outgoing_aliases: OutgoingAliases,
    /// Seconds in force.
    pub(super) keep_alive: u16,
    /// Clean Start of its CONNECT.
    pub(super) clean_start: bool,
    /// Session Expiry Interval that the server set in place of the client's.
    pub(super) session_expiry_interval: Option<u32>,
    pub(super) last_sent: Instant,
    /// PINGREQs without a PINGRESP.
    pub(super) pings: VecDeque<Instant>,
    /// When the CONNACK accepted the client.
    pub(super) accepted_at: Option<Instant>,
    /// When the CONNACK must be there.
    pub(super) connect_deadline: Option<Instant>,
    /// Messages of QoS 1 and 2 that the server has open.
    pub(super) open: BTreeSet<PacketIdentifier>,
    pub(super) due: VecDeque<DueAcknowledgement>,
    pub(super) authentication: Authentication,
}
