//! Properties.

use alloc::{format, string::String};

use super::words::{bytes, counted, duration, shown, text_size, thousands};
use super::{At, Meaning, connect, fixed, message};
use crate::{Field, PacketType, PropertyId, Value};

/// The meaning of `value` as the value of the property `field`.
pub(super) fn value(at: At<'_>, field: Field, value: Value) -> Meaning {
    match field {
        Field::Properties | Field::WillProperties => {
            let count = at
                .children()
                .filter(|(_, node)| is_property(node.field))
                .count();
            let claims_some = at.children().any(|(_, node)| {
                node.field == Field::PropertyLength && node.value != Value::Number(0)
            });
            if count == 0 {
                fixed(if claims_some {
                    "none that can be read"
                } else {
                    "none"
                })
            } else {
                Some(counted(count, "property", "properties").into())
            }
        }
        Field::PropertyLength => match super::number_of(value)? {
            0 => fixed("no properties"),
            length => Some(format!("{} of properties", bytes(length as usize)).into()),
        },
        Field::PropertyIdentifier => identifier(at),
        Field::PropertyValue => {
            let parent = at.parent().filter(|&parent| is_property(parent))?;
            number(at, parent, super::number_of(value)?)
        }
        Field::UserProperty => user_property(at),
        Field::UserPropertyName | Field::UserPropertyValue => Some(text_size(at.content()).into()),
        Field::ResponseTopic => message::topic(at.content()),
        Field::CorrelationData | Field::AuthenticationData => match at.content() {
            [] => fixed("empty"),
            content => Some(bytes(content.len()).into()),
        },
        Field::ContentType
        | Field::AssignedClientIdentifier
        | Field::AuthenticationMethod
        | Field::ResponseInformation
        | Field::ServerReference
        | Field::ReasonString => Some(text_size(at.content()).into()),
        _ if is_property(field) => number(at, field, super::number_of(value)?),
        _ => None,
    }
}

/// Whether the field is one of the properties.
fn is_property(field: Field) -> bool {
    PropertyId::of_field(field).is_some()
}

fn identifier(at: At<'_>) -> Meaning {
    let number = at.number()?;
    Some(match at.parent().filter(|&parent| is_property(parent)) {
        Some(property) => format!("0x{number:02X}, {}", property.name()).into(),
        None => format!("0x{number:02X} is not a property of MQTT").into(),
    })
}

fn user_property(at: At<'_>) -> Meaning {
    let part = |field: Field| -> Option<String> {
        let (index, _) = at.children().find(|(_, node)| node.field == field)?;
        Some(shown(at.tree.content(index, at.packet), 28))
    };
    let name = part(Field::UserPropertyName)?;
    let value = part(Field::UserPropertyValue).unwrap_or_default();
    Some(format!("{name} = {value}").into())
}

fn number(at: At<'_>, property: Field, number: u32) -> Meaning {
    let count = thousands(number as usize);
    Some(match (property, number) {
        (Field::PayloadFormatIndicator, 0) => "just bytes".into(),
        (Field::PayloadFormatIndicator, 1) => "UTF-8 text".into(),

        (Field::MessageExpiryInterval, 0) => "dropped unless delivered at once".into(),
        (Field::MessageExpiryInterval, seconds) => {
            format!("dropped if not delivered within {}", duration(seconds)).into()
        }
        (Field::SessionExpiryInterval, 0) => "the session ends with the connection".into(),
        (Field::SessionExpiryInterval, u32::MAX) => "never expires".into(),
        (Field::SessionExpiryInterval, seconds) => format!(
            "the session is kept for {} after the connection",
            duration(seconds)
        )
        .into(),
        (Field::WillDelayInterval, 0) => "published as soon as the connection breaks".into(),
        (Field::WillDelayInterval, seconds) => format!(
            "published after {}, or when the session ends",
            duration(seconds)
        )
        .into(),
        (Field::ServerKeepAlive, seconds) => return connect::keep_alive(seconds),

        (
            Field::SubscriptionIdentifier
            | Field::ReceiveMaximum
            | Field::TopicAlias
            | Field::MaximumPacketSize,
            0,
        ) => "0 is not allowed".into(),
        (Field::SubscriptionIdentifier, _) if at.packet_type() == PacketType::Publish => {
            format!("matches the subscription with identifier {count}").into()
        }
        (Field::SubscriptionIdentifier, _) => format!("its messages will carry {count}").into(),
        (Field::ReceiveMaximum, 1) => "1 unacknowledged QoS 1 or 2 message at a time".into(),
        (Field::ReceiveMaximum, _) => {
            format!("up to {count} unacknowledged QoS 1 and 2 messages").into()
        }
        (Field::TopicAliasMaximum, 0) => "no topic aliases".into(),
        (Field::TopicAliasMaximum, 1) => "topic alias 1 only".into(),
        (Field::TopicAliasMaximum, _) => format!("topic aliases 1 to {count}").into(),
        (Field::TopicAlias, _) => return topic_alias(at, number),
        (Field::MaximumPacketSize, _) => return maximum_packet_size(number),

        (Field::RequestProblemInformation, 0) => {
            "explanations only in CONNACK, PUBLISH and DISCONNECT".into()
        }
        (Field::RequestProblemInformation, 1) => "explanations are welcome in every packet".into(),
        (Field::RequestResponseInformation, 0) => "not asked for".into(),
        (Field::RequestResponseInformation, 1) => "asked for; the server may leave it out".into(),
        (Field::MaximumQoS, 0) => "no QoS 1 and 2".into(),
        (Field::MaximumQoS, 1) => "no QoS 2".into(),
        (Field::RetainAvailable, 0) => "messages with RETAIN are refused".into(),
        (Field::RetainAvailable, 1) => "messages can be retained".into(),
        (
            Field::WildcardSubscriptionAvailable
            | Field::SubscriptionIdentifierAvailable
            | Field::SharedSubscriptionAvailable,
            0,
        ) => "not supported".into(),
        (
            Field::WildcardSubscriptionAvailable
            | Field::SubscriptionIdentifierAvailable
            | Field::SharedSubscriptionAvailable,
            1,
        ) => "supported".into(),
        (
            Field::PayloadFormatIndicator
            | Field::RequestProblemInformation
            | Field::RequestResponseInformation
            | Field::MaximumQoS
            | Field::RetainAvailable
            | Field::WildcardSubscriptionAvailable
            | Field::SubscriptionIdentifierAvailable
            | Field::SharedSubscriptionAvailable,
            _,
        ) => format!("{count} is not allowed: 0 or 1").into(),
        _ => return None,
    })
}

/// A topic alias is set by a message with a topic, and used by one without.
fn topic_alias(at: At<'_>, alias: u32) -> Meaning {
    let topic = at
        .tree
        .find(Field::TopicName)
        .map(|index| at.tree.content(index, at.packet));
    match topic {
        Some([]) => fixed("stands for the topic it was last sent with"),
        Some(topic) => Some(format!("from now on {alias} stands for {}", shown(topic, 32)).into()),
        None => None,
    }
}

fn maximum_packet_size(number: u32) -> Meaning {
    // Remaining Length at its greatest, with the five bytes before it.
    const LARGEST: u32 = 268_435_460;
    if number >= LARGEST {
        return fixed("no limit: no packet is larger");
    }
    let size = super::words::size(number as usize);
    Some(match number {
        0..1000 => format!("packets of up to {size}").into(),
        _ if number.is_multiple_of(1000) => format!("packets of up to {size}").into(),
        _ => format!(
            "packets of up to {} bytes, about {size}",
            thousands(number as usize)
        )
        .into(),
    })
}
