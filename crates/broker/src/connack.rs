//! The CONNACK of success: what the client must know of this broker (v5 section 3.2.2.3).

use alloc::format;
use alloc::vec::Vec;

use mqttscope_wire::{
    BinaryData, Connack, Connect, ControlPacket, PropertiesBuf, Property, PropertyId,
    ProtocolVersion, QoS, ReasonCode, Utf8EncodedString,
};

use super::{Broker, ConnectionId, SessionId};

/// What was settled with the client.
pub(super) struct Accepted<'a> {
    pub(super) session_present: bool,
    pub(super) assigned: Option<&'a str>,
    /// Session Expiry Interval, when it is not what the client asked for.
    pub(super) expiry: Option<u32>,
    pub(super) server_keep_alive: Option<u16>,
    pub(super) session: SessionId,
    pub(super) authentication_data: Option<Vec<u8>>,
}

impl Broker {
    /// Writes the CONNACK; false when the client would not take it.
    pub(super) fn write_connack(
        &mut self,
        id: ConnectionId,
        connect: &Connect<'_>,
        accepted: &Accepted<'_>,
    ) -> bool {
        let mut properties = PropertiesBuf::new();
        if connect.version.is_v5() {
            for property in self.announced(accepted) {
                // Each is there once and in its range.
                let _ = properties.push(property);
            }
            self.push_texts(id, connect, accepted, &mut properties);
        }
        //= [MQTT-3.2.2-2] v5, [MQTT-3.2.2-1] v3.1.1: Clean Start gives Session Present 0
        //= [MQTT-3.2.2-3] v5, [MQTT-3.2.2-2] and [MQTT-3.2.2-3] v3.1.1: else it tells of a kept session
        let session_present = accepted.session_present && connect.version != ProtocolVersion::V3_1;
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        //= [MQTT-3.1.4-5] v5, [MQTT-3.1.4-4] v3.1.1: success is told with code 0
        //= [MQTT-3.2.0-1] v5 and v3.1.1: before any other packet
        connection.write(&ControlPacket::Connack(Connack {
            session_present,
            reason_code: ReasonCode::SUCCESS,
            properties: properties.as_properties(),
        }))
    }

    /// The numbers, where they differ from what their absence means.
    fn announced(
        &self,
        accepted: &Accepted<'_>,
    ) -> impl Iterator<Item = Property<'static>> + use<> {
        let options = &self.options;
        let limits = &options.limits;
        //= [MQTT-3.2.2-9] v5: a lower Maximum QoS is announced
        let maximum_qos = (options.maximum_qos != QoS::ExactlyOnce)
            .then_some(Property::MaximumQoS(options.maximum_qos as u8));
        let unless = |available: bool, property| (!available).then_some(property);
        [
            accepted.expiry.map(Property::SessionExpiryInterval),
            (limits.receive_maximum != u16::MAX)
                .then_some(Property::ReceiveMaximum(limits.receive_maximum.max(1))),
            maximum_qos,
            unless(options.retain_available, Property::RetainAvailable(0)),
            u32::try_from(limits.packet_size)
                .ok()
                .map(Property::MaximumPacketSize),
            (limits.topic_alias_maximum > 0)
                .then_some(Property::TopicAliasMaximum(limits.topic_alias_maximum)),
            unless(
                options.wildcard_subscription_available,
                Property::WildcardSubscriptionAvailable(0),
            ),
            unless(
                options.subscription_identifier_available,
                Property::SubscriptionIdentifierAvailable(0),
            ),
            unless(
                options.shared_subscription_available,
                Property::SharedSubscriptionAvailable(0),
            ),
            accepted.server_keep_alive.map(Property::ServerKeepAlive),
        ]
        .into_iter()
        .flatten()
    }

    fn push_texts(
        &self,
        id: ConnectionId,
        connect: &Connect<'_>,
        accepted: &Accepted<'_>,
        properties: &mut PropertiesBuf,
    ) {
        let mut push = |property: Option<Property<'_>>| {
            // Each is there once and has no range.
            let _ = property.map(|property| properties.push(property));
        };
        //= [MQTT-3.1.3-7] v5: the client must learn the identifier it was given
        push(
            accepted
                .assigned
                .and_then(Utf8EncodedString::new)
                .map(Property::AssignedClientIdentifier),
        );
        //= [MQTT-3.1.2-28] v5: Response Information only for who asks
        if connect
            .properties
            .get(PropertyId::REQUEST_RESPONSE_INFORMATION)
            == Some(Property::RequestResponseInformation(1))
            && let Some(prefix) = &self.options.response_information
        {
            // The session's own number keeps two clients apart whatever their identifiers contain.
            let information = format!("{prefix}{:x}", accepted.session.0);
            push(Utf8EncodedString::new(&information).map(Property::ResponseInformation));
        }
        //= [MQTT-4.12.0-5] and [MQTT-4.12.0-6] v5: the method of the CONNECT, and none without
        if let Some(method) = self
            .connections
            .get(&id)
            .and_then(|connection| connection.authentication_method.as_deref())
        {
            push(Utf8EncodedString::new(method).map(Property::AuthenticationMethod));
            let data = accepted
                .authentication_data
                .as_deref()
                .and_then(BinaryData::new);
            push(data.map(Property::AuthenticationData));
        }
    }
}
