//! What a CONNACK says of the server, in the standard's names.

use mqttscope_client::Connected;
use mqttscope_protocol::ServerLimit;
use mqttscope_view::digits::grouped;
use mqttscope_wire::{Property, PropertyId, ProtocolVersion};

use crate::view::cut::cut;

/// User Properties that are shown. A packet can have more than two million.
const USER_PROPERTIES: usize = 50;
/// Characters of a text that the server chose.
const MOST_VALUE: usize = 300;

/// Everything that the CONNACK says or leaves to the standard's defaults (v5 section 3.2.2.3). `maximum_qos` is the value
/// that was sent, also one that is not allowed.
pub(crate) fn of_connack(
    version: ProtocolVersion,
    connected: &Connected,
    maximum_qos: Option<u8>,
) -> Vec<ServerLimit> {
    let keep_alive = ServerLimit {
        name: "Keep Alive".into(),
        value: if connected.keep_alive == 0 {
            "off".into()
        } else {
            format!("{} s", connected.keep_alive)
        },
        is_default: false,
    };
    if !version.is_v5() {
        return vec![keep_alive];
    }
    let properties = connected.properties.as_properties();
    let yes_no = |flag: u8| if flag == 0 { "no" } else { "yes" }.to_owned();
    let said = |id| {
        properties
            .get(id)
            .map(|property| in_words(&property, yes_no))
    };
    let defaults = [
        (PropertyId::MAXIMUM_QOS, "Maximum QoS", "2"),
        (PropertyId::RECEIVE_MAXIMUM, "Receive Maximum", "65,535"),
        (
            PropertyId::MAXIMUM_PACKET_SIZE,
            "Maximum Packet Size",
            "no limit",
        ),
        (PropertyId::TOPIC_ALIAS_MAXIMUM, "Topic Alias Maximum", "0"),
        (PropertyId::RETAIN_AVAILABLE, "Retain Available", "yes"),
        (
            PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE,
            "Wildcard Subscription Available",
            "yes",
        ),
        (
            PropertyId::SHARED_SUBSCRIPTION_AVAILABLE,
            "Shared Subscription Available",
            "yes",
        ),
        (
            PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE,
            "Subscription Identifier Available",
            "yes",
        ),
    ];
    let optional = [
        (
            PropertyId::SESSION_EXPIRY_INTERVAL,
            "Session Expiry Interval",
        ),
        (
            PropertyId::ASSIGNED_CLIENT_IDENTIFIER,
            "Assigned Client Identifier",
        ),
        (PropertyId::SERVER_KEEP_ALIVE, "Server Keep Alive"),
        (PropertyId::RESPONSE_INFORMATION, "Response Information"),
        (PropertyId::SERVER_REFERENCE, "Server Reference"),
        (PropertyId::REASON_STRING, "Reason String"),
        (PropertyId::AUTHENTICATION_METHOD, "Authentication Method"),
    ];
    let limit = |name: &str, value, is_default| ServerLimit {
        name: name.into(),
        value,
        is_default,
    };
    let mut limits = vec![keep_alive];
    for (id, name, default) in defaults {
        let not_allowed = maximum_qos.filter(|&level| id == PropertyId::MAXIMUM_QOS && level > 1);
        let value = said(id).or_else(|| {
            not_allowed.map(|level| format!("{level} was sent, which is not allowed: taken as 2"))
        });
        let is_default = value.is_none();
        limits.push(limit(
            name,
            value.unwrap_or_else(|| default.into()),
            is_default,
        ));
    }
    for (id, name) in optional {
        if let Some(value) = said(id) {
            limits.push(limit(name, value, false));
        }
    }
    let mut user = properties
        .into_iter()
        .filter_map(|property| match property {
            Property::UserProperty(name, value) => Some((name.as_str(), value.as_str())),
            _ => None,
        });
    for (name, value) in user.by_ref().take(USER_PROPERTIES) {
        let text = format!("{} = {}", cut(name, MOST_VALUE), cut(value, MOST_VALUE));
        limits.push(limit("User Property", text, false));
    }
    let more = user.count() as u64;
    if more > 0 {
        let text = format!("{} more, in the CONNACK", grouped(more));
        limits.push(limit("User Properties", text, false));
    }
    limits
}

fn in_words(property: &Property<'_>, yes_no: impl Fn(u8) -> String) -> String {
    match *property {
        Property::RetainAvailable(flag)
        | Property::WildcardSubscriptionAvailable(flag)
        | Property::SharedSubscriptionAvailable(flag)
        | Property::SubscriptionIdentifierAvailable(flag) => yes_no(flag),
        Property::MaximumQoS(level) => level.to_string(),
        Property::ReceiveMaximum(number) | Property::TopicAliasMaximum(number) => {
            grouped(number.into())
        }
        Property::MaximumPacketSize(bytes) => format!("{} bytes", grouped(bytes.into())),
        Property::ServerKeepAlive(seconds) => format!("{seconds} s"),
        Property::SessionExpiryInterval(u32::MAX) => "never".into(),
        Property::SessionExpiryInterval(seconds) => format!("{seconds} s"),
        Property::AssignedClientIdentifier(text)
        | Property::ResponseInformation(text)
        | Property::ServerReference(text)
        | Property::ReasonString(text)
        | Property::AuthenticationMethod(text) => cut(text.as_str(), MOST_VALUE),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_wire::{PropertiesBuf, Utf8EncodedString};

    #[test]
    fn what_is_not_said_is_the_default() {
        let connected = Connected {
            session_present: false,
            client_identifier: "me".into(),
            keep_alive: 60,
            properties: PropertiesBuf::new()
                .with(Property::ReceiveMaximum(20))
                .and_then(|properties| properties.with(Property::MaximumPacketSize(16_777_216)))
                .and_then(|properties| properties.with(Property::RetainAvailable(0)))
                .unwrap(),
        };
        let limits = of_connack(ProtocolVersion::V5, &connected, None);
        let find = |name: &str| {
            let limit = limits.iter().find(|limit| limit.name == name).unwrap();
            (limit.value.as_str(), limit.is_default)
        };
        assert_eq!(find("Receive Maximum"), ("20", false));
        assert_eq!(find("Maximum Packet Size"), ("16,777,216 bytes", false));
        assert_eq!(find("Retain Available"), ("no", false));
        assert_eq!(find("Maximum QoS"), ("2", true));
        assert_eq!(
            of_connack(ProtocolVersion::V3_1_1, &connected, None).len(),
            1
        );
    }
    #[test]
    fn many_and_long_user_properties_are_shortened() {
        let mut properties = PropertiesBuf::new();
        let long = "x".repeat(60_000);
        for _ in 0..2_000 {
            let text = Utf8EncodedString::new("a").unwrap();
            properties.push(Property::UserProperty(text, text)).unwrap();
        }
        let long = Utf8EncodedString::new(&long).unwrap();
        properties.push(Property::ReasonString(long)).unwrap();
        let connected = Connected {
            session_present: false,
            client_identifier: "me".into(),
            keep_alive: 60,
            properties,
        };
        let limits = of_connack(ProtocolVersion::V5, &connected, None);
        let user = limits.iter().filter(|limit| limit.name == "User Property");
        assert_eq!(user.count(), USER_PROPERTIES);
        assert_eq!(limits.last().unwrap().value, "1,950 more, in the CONNACK");
        assert!(limits.iter().all(|limit| limit.value.len() < 1_000));
    }
}
