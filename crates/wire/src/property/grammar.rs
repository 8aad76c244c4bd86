//! The property block, read once for both sinks.

use super::plain::plain_set;
use super::{Properties, PropertyId, PropertyOwner, PropertySet, PropertyType};
use crate::grammar::{Cursor, Read, Sink, Text};
use crate::{Field, PacketType, Rule, Sender, Span, Value, text};

/// Property Length and as many bytes of properties.
#[inline]
pub(crate) fn properties<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    field: Field,
    owner: PropertyOwner,
) -> Read<Properties<'a>, S> {
    c.group(field, |c| {
        //= [MQTT-2.2.2-1] v5: no properties are a Property Length of zero, not nothing
        let start = c.at;
        let len = c.variable(Field::PropertyLength)? as usize;
        if len == 0 {
            return Ok(Properties::NONE);
        }
        if len > c.announced() {
            c.fault_value(
                Rule::PropertyLengthPastEnd,
                Span::of_bytes(start, c.at),
                len as u32,
            )?;
        }
        let bytes = c.rest().get(..len).unwrap_or_default();
        if !S::RECORDS
            && bytes.len() == len
            && let Some(set) = plain_set(bytes, owner)
        {
            c.at = c.at.saturating_add(len);
            return Ok(Properties { bytes, set });
        }
        let set = c.region(len, |c| {
            c.in_properties = true;
            let set = block(c, owner);
            c.in_properties = false;
            set
        })?;
        Ok(Properties { bytes, set })
    })
}

fn block<S: Sink>(c: &mut Cursor<'_, S>, owner: PropertyOwner) -> Read<PropertySet, S> {
    let mut set = PropertySet::EMPTY;
    let mut first = PropertySpans::default();
    while c.left() > 0 {
        c.sink.entry(c.at);
        property(c, owner, &mut set, &mut first)?;
    }
    if owner == PropertyOwner::Packet(PacketType::Connect)
        && set.contains(PropertyId::AUTHENTICATION_DATA)
        && !set.contains(PropertyId::AUTHENTICATION_METHOD)
    {
        c.absent(
            Rule::ConnectAuthenticationDataAlone,
            first.authentication_data,
        )?;
    }
    Ok(set)
}

/// Where properties stand that are judged when all are known.
#[derive(Default)]
struct PropertySpans {
    authentication_data: Span,
}

#[inline]
fn property<S: Sink>(
    c: &mut Cursor<'_, S>,
    owner: PropertyOwner,
    set: &mut PropertySet,
    first: &mut PropertySpans,
) -> Read<(), S> {
    let start = c.at;
    // The group's field is known only behind the identifier, which is read without a leaf first.
    let id = match c.bytes.get(start) {
        Some(&byte) if byte < 0x80 => PropertyId(u32::from(byte)),
        _ => match crate::varint::read(c.rest()) {
            crate::varint::Read::Complete { value, .. } => PropertyId(value),
            _ => PropertyId(u32::MAX),
        },
    };
    let Some(definition) = id.definition() else {
        c.variable(Field::PropertyIdentifier)?;
        let span = Span::of_bytes(start, c.at);
        return Err(c
            .sink
            .end(c.context.version, Rule::PropertyUnknown, span, id.0));
    };
    let mark = c.sink.open(definition.field, c.at);
    let read = value(c, id, definition.property_type);
    let shown = match read {
        Ok(shown) => shown,
        Err(_) => Value::Group,
    };
    c.sink.close(mark, shown, c.at);
    read?;
    let span = Span::of_bytes(start, c.at);
    if definition.owners & owner.bit() == 0 {
        c.fault_value(Rule::PropertyNotAllowed, span, id.0)?;
    }
    if set.has(definition) {
        repeated(c, id, owner, span)?;
    }
    set.add(definition);
    if !definition.judged {
        return Ok(());
    }
    judge(c, id, owner, span, shown, first)
}

/// User Property may repeat, and Subscription Identifier in a PUBLISH.
#[cold]
fn repeated<S: Sink>(
    c: &mut Cursor<'_, S>,
    id: PropertyId,
    owner: PropertyOwner,
    span: Span,
) -> Read<(), S> {
    let may = match id {
        PropertyId::USER_PROPERTY => true,
        PropertyId::SUBSCRIPTION_IDENTIFIER => owner == PropertyOwner::Packet(PacketType::Publish),
        _ => false,
    };
    if may {
        Ok(())
    } else {
        c.fault_value(Rule::PropertyRepeated, span, id.0)
    }
}

/// Identifier and value, inside the property's group.
#[inline]
fn value<S: Sink>(
    c: &mut Cursor<'_, S>,
    id: PropertyId,
    property_type: PropertyType,
) -> Read<Value, S> {
    c.variable(Field::PropertyIdentifier)?;
    Ok(match property_type {
        PropertyType::Byte => Value::Number(u32::from(c.u8(Field::PropertyValue)?)),
        PropertyType::TwoByteInteger => Value::Number(u32::from(c.u16(Field::PropertyValue)?)),
        PropertyType::FourByteInteger => Value::Number(c.u32(Field::PropertyValue)?),
        PropertyType::VariableByteInteger => Value::Number(c.variable(Field::PropertyValue)?),
        PropertyType::Utf8EncodedString => {
            let text = c.text(Field::PropertyValue)?;
            if id == PropertyId::RESPONSE_TOPIC {
                response_topic(c, text)?;
            }
            Value::Text
        }
        PropertyType::BinaryData => {
            c.data(Field::PropertyValue)?;
            Value::Bytes
        }
        PropertyType::Utf8StringPair => {
            c.string(Field::UserPropertyName)?;
            c.string(Field::UserPropertyValue)?;
            Value::Group
        }
    })
}

fn response_topic<S: Sink>(c: &mut Cursor<'_, S>, topic: Text<'_>) -> Read<(), S> {
    if text::has_wildcard(topic.raw) {
        //= [MQTT-3.3.2-14] v5: no wildcard
        c.wildcard(Rule::ResponseTopicWildcard, topic)?;
    }
    if topic.raw.is_empty() {
        //= [MQTT-4.7.3-1] v5: at least one character
        c.fault(Rule::ResponseTopicEmpty, c.behind(2))?;
    }
    Ok(())
}

/// The rules for the value of each property.
#[inline]
fn judge<S: Sink>(
    c: &mut Cursor<'_, S>,
    id: PropertyId,
    owner: PropertyOwner,
    span: Span,
    value: Value,
    first: &mut PropertySpans,
) -> Read<(), S> {
    let number = match value {
        Value::Number(number) => number,
        _ => {
            if id == PropertyId::AUTHENTICATION_DATA {
                first.authentication_data = span;
            }
            if id == PropertyId::SERVER_REFERENCE
                && owner == PropertyOwner::Packet(PacketType::Disconnect)
                && c.context.sender == Some(Sender::Client)
            {
                c.fault(Rule::DisconnectServerReferenceFromClient, span)?;
            }
            return Ok(());
        }
    };
    let rule = match id {
        PropertyId::PAYLOAD_FORMAT_INDICATOR if number > 1 => Rule::PayloadFormatIndicatorValue,
        PropertyId::REQUEST_PROBLEM_INFORMATION if number > 1 => {
            Rule::RequestProblemInformationValue
        }
        PropertyId::REQUEST_RESPONSE_INFORMATION if number > 1 => {
            Rule::RequestResponseInformationValue
        }
        PropertyId::MAXIMUM_QOS if number > 1 => Rule::MaximumQoSValue,
        PropertyId::RETAIN_AVAILABLE if number > 1 => Rule::RetainAvailableValue,
        PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE if number > 1 => {
            Rule::WildcardSubscriptionAvailableValue
        }
        PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE if number > 1 => {
            Rule::SubscriptionIdentifiersAvailableValue
        }
        PropertyId::SHARED_SUBSCRIPTION_AVAILABLE if number > 1 => {
            Rule::SharedSubscriptionAvailableValue
        }
        PropertyId::RECEIVE_MAXIMUM if number == 0 => Rule::ReceiveMaximumZero,
        PropertyId::MAXIMUM_PACKET_SIZE if number == 0 => Rule::MaximumPacketSizeZero,
        //= [MQTT-3.3.2-8] v5: an alias is not 0
        PropertyId::TOPIC_ALIAS if number == 0 => Rule::TopicAliasZero,
        PropertyId::SUBSCRIPTION_IDENTIFIER if number == 0 => Rule::SubscriptionIdentifierZero,
        //= [MQTT-3.3.4-6] v5: a client sends no Subscription Identifier in a PUBLISH
        PropertyId::SUBSCRIPTION_IDENTIFIER
            if owner == PropertyOwner::Packet(PacketType::Publish)
                && c.context.sender == Some(Sender::Client) =>
        {
            Rule::PublishSubscriptionIdentifierFromClient
        }
        //= [MQTT-3.14.2-2] v5: a server sends no Session Expiry Interval in a DISCONNECT
        PropertyId::SESSION_EXPIRY_INTERVAL
            if owner == PropertyOwner::Packet(PacketType::Disconnect)
                && c.context.sender == Some(Sender::Server) =>
        {
            Rule::DisconnectSessionExpiryFromServer
        }
        _ => return Ok(()),
    };
    c.fault_value(rule, span, number)
}
