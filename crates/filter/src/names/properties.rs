//! Properties of version 5 by their full names, those of the will included. Wireshark has fields of their own for three:
//! they stand in its table. And what has no field there though it stands in packets.

use mqttscope_wire::{Field as P, PacketType};

use super::{Described, row};
use crate::kind::Kind;
use crate::names::Names;
use crate::packet::{ANY, In, Source, Take, bit};

/// Packets with reason codes.
const REASONS: u16 = bit(PacketType::Connack)
    | bit(PacketType::Puback)
    | bit(PacketType::Pubrec)
    | bit(PacketType::Pubrel)
    | bit(PacketType::Pubcomp)
    | bit(PacketType::Suback)
    | bit(PacketType::Unsuback)
    | bit(PacketType::Disconnect)
    | bit(PacketType::Auth);

pub(super) static TABLE: &[Described] = &[
    row(
        "mqtt.property.payload_format_indicator",
        Kind::Bool,
        Source::Parts(&[P::PayloadFormatIndicator], Take::Number, ANY, In::All),
        "Payload Format Indicator",
    ),
    row(
        "mqtt.property.message_expiry_interval",
        Kind::Number(u32::MAX as u64),
        Source::Parts(&[P::MessageExpiryInterval], Take::Number, ANY, In::All),
        "Message Expiry Interval, in seconds",
    ),
    row(
        "mqtt.property.response_topic",
        Kind::Text,
        Source::Parts(&[P::ResponseTopic], Take::Content, ANY, In::All),
        "Response Topic",
    ),
    row(
        "mqtt.property.correlation_data",
        Kind::Bytes,
        Source::Parts(&[P::CorrelationData], Take::Content, ANY, In::All),
        "Correlation Data",
    ),
    row(
        "mqtt.property.subscription_identifier",
        Kind::Number(u32::MAX as u64),
        Source::Parts(&[P::SubscriptionIdentifier], Take::Number, ANY, In::All),
        "Subscription Identifier",
    ),
    row(
        "mqtt.property.session_expiry_interval",
        Kind::Number(u32::MAX as u64),
        Source::Parts(&[P::SessionExpiryInterval], Take::Number, ANY, In::All),
        "Session Expiry Interval, in seconds",
    ),
    row(
        "mqtt.property.assigned_client_identifier",
        Kind::Text,
        Source::Parts(&[P::AssignedClientIdentifier], Take::Content, ANY, In::All),
        "Assigned Client Identifier",
    ),
    row(
        "mqtt.property.server_keep_alive",
        Kind::Number(65_535),
        Source::Parts(&[P::ServerKeepAlive], Take::Number, ANY, In::All),
        "Server Keep Alive, in seconds",
    ),
    row(
        "mqtt.property.authentication_method",
        Kind::Text,
        Source::Parts(&[P::AuthenticationMethod], Take::Content, ANY, In::All),
        "Authentication Method",
    ),
    row(
        "mqtt.property.authentication_data",
        Kind::Bytes,
        Source::Parts(&[P::AuthenticationData], Take::Content, ANY, In::All),
        "Authentication Data",
    ),
    row(
        "mqtt.property.request_problem_information",
        Kind::Bool,
        Source::Parts(&[P::RequestProblemInformation], Take::Number, ANY, In::All),
        "Request Problem Information",
    ),
    row(
        "mqtt.property.will_delay_interval",
        Kind::Number(u32::MAX as u64),
        Source::Parts(&[P::WillDelayInterval], Take::Number, ANY, In::All),
        "Will Delay Interval, in seconds",
    ),
    row(
        "mqtt.property.request_response_information",
        Kind::Bool,
        Source::Parts(&[P::RequestResponseInformation], Take::Number, ANY, In::All),
        "Request Response Information",
    ),
    row(
        "mqtt.property.response_information",
        Kind::Text,
        Source::Parts(&[P::ResponseInformation], Take::Content, ANY, In::All),
        "Response Information",
    ),
    row(
        "mqtt.property.server_reference",
        Kind::Text,
        Source::Parts(&[P::ServerReference], Take::Content, ANY, In::All),
        "Server Reference",
    ),
    row(
        "mqtt.property.reason_string",
        Kind::Text,
        Source::Parts(&[P::ReasonString], Take::Content, ANY, In::All),
        "Reason String",
    ),
    row(
        "mqtt.property.receive_maximum",
        Kind::Number(65_535),
        Source::Parts(&[P::ReceiveMaximum], Take::Number, ANY, In::All),
        "Receive Maximum",
    ),
    row(
        "mqtt.property.topic_alias_maximum",
        Kind::Number(65_535),
        Source::Parts(&[P::TopicAliasMaximum], Take::Number, ANY, In::All),
        "Topic Alias Maximum",
    ),
    row(
        "mqtt.property.maximum_qos",
        Kind::Named(255, Names::QoS),
        Source::Parts(&[P::MaximumQoS], Take::Number, ANY, In::All),
        "Maximum QoS, as mqtt.property.max_qos",
    ),
    row(
        "mqtt.property.retain_available",
        Kind::Bool,
        Source::Parts(&[P::RetainAvailable], Take::Number, ANY, In::All),
        "Retain Available",
    ),
    row(
        "mqtt.property.user_property",
        Kind::Presence,
        Source::Parts(&[P::UserProperty], Take::Presence, ANY, In::All),
        "a User Property: see mqtt.prop_key and mqtt.prop_value",
    ),
    row(
        "mqtt.property.maximum_packet_size",
        Kind::Number(u32::MAX as u64),
        Source::Parts(&[P::MaximumPacketSize], Take::Number, ANY, In::All),
        "Maximum Packet Size, in bytes",
    ),
    row(
        "mqtt.property.wildcard_subscription_available",
        Kind::Bool,
        Source::Parts(
            &[P::WildcardSubscriptionAvailable],
            Take::Number,
            ANY,
            In::All,
        ),
        "Wildcard Subscription Available",
    ),
    row(
        "mqtt.property.subscription_identifier_available",
        Kind::Bool,
        Source::Parts(
            &[P::SubscriptionIdentifierAvailable],
            Take::Number,
            ANY,
            In::All,
        ),
        "Subscription Identifier Available",
    ),
    row(
        "mqtt.property.shared_subscription_available",
        Kind::Bool,
        Source::Parts(
            &[P::SharedSubscriptionAvailable],
            Take::Number,
            ANY,
            In::All,
        ),
        "Shared Subscription Available",
    ),
    row(
        "mqtt.reason_code",
        Kind::Named(255, Names::AnyReason),
        Source::Parts(&[P::ReasonCode], Take::Number, REASONS, In::All),
        "a reason or return code of any packet",
    ),
];
