//! SUBSCRIBE (v5 and v3.1.1 section 3.8).

use super::Subscriptions;
use crate::encode::{Encode, EncodeError, Writer, breaks, check_properties};
use crate::grammar::{Cursor, Read, Sink, Text};
use crate::{
    Field, PacketIdentifier, PacketType, Properties, PropertyOwner, ProtocolVersion, QoS, Rule,
    Span, TopicFilter, Value, property, topic,
};

/// A client asks for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscribe<'a> {
    /// Comes back in the SUBACK.
    pub packet_identifier: PacketIdentifier,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// At least one.
    pub subscriptions: Subscriptions<'a>,
}

/// What is asked for, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription<'a> {
    /// Which topics.
    pub topic_filter: TopicFilter<'a>,
    /// The options of the subscription.
    pub options: SubscriptionOptions,
}

impl<'a> Subscription<'a> {
    /// The options as they are by default, but for the QoS.
    #[must_use]
    pub const fn new(topic_filter: TopicFilter<'a>, maximum_qos: QoS) -> Self {
        Self {
            topic_filter,
            options: SubscriptionOptions {
                maximum_qos,
                no_local: false,
                retain_as_published: false,
                retain_handling: RetainHandling::Send,
            },
        }
    }
}

/// The byte behind a topic filter; before version 5 only the QoS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionOptions {
    /// The most that the server may use.
    pub maximum_qos: QoS,
    /// Not what this very connection publishes.
    pub no_local: bool,
    /// RETAIN as the publisher set it.
    pub retain_as_published: bool,
    /// Whether retained messages are sent at once.
    pub retain_handling: RetainHandling,
}

/// When retained messages are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum RetainHandling {
    /// At each SUBSCRIBE.
    #[default]
    Send = 0,
    /// When the subscription is new.
    SendIfNew = 1,
    /// Retained messages are never sent for this subscription.
    DoNotSend = 2,
}

impl SubscriptionOptions {
    /// Reads a byte; none when a reserved bit or value is used.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        let retain_handling = match byte >> 4 {
            0 => RetainHandling::Send,
            1 => RetainHandling::SendIfNew,
            2 => RetainHandling::DoNotSend,
            _ => return None,
        };
        let Some(maximum_qos) = QoS::new(byte & 3) else {
            return None;
        };
        Some(Self {
            maximum_qos,
            no_local: byte & 4 != 0,
            retain_as_published: byte & 8 != 0,
            retain_handling,
        })
    }

    /// Writes the byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        (self.retain_handling as u8) << 4
            | (self.retain_as_published as u8) << 3
            | (self.no_local as u8) << 2
            | self.maximum_qos as u8
    }
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Subscribe<'a>, S> {
    let (packet_identifier, properties) = identifier_and_properties(c, PacketType::Subscribe)?;
    let bytes = c.rest();
    if bytes.is_empty() {
        //= [MQTT-3.8.3-2] v5, [MQTT-3.8.3-3] v3.1.1: at least one filter
        c.absent(Rule::SubscribeNoFilters, c.ahead())?;
    } else {
        c.group(Field::Payload, |c| {
            while c.left() > 0 {
                c.sink.entry(c.at);
                c.group(Field::Subscription, subscription)?;
            }
            Ok(())
        })?;
    }
    let meant = if c.is_v5() { u8::MAX } else { 3 };
    Ok(Subscribe {
        packet_identifier,
        properties,
        subscriptions: Subscriptions { bytes, meant },
    })
}

/// The variable header that SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK share.
pub(super) fn identifier_and_properties<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
) -> Read<(PacketIdentifier, Properties<'a>), S> {
    c.group(Field::VariableHeader, |c| {
        let identifier = c.identifier()?;
        let properties = if c.is_v5() {
            property::properties(c, Field::Properties, PropertyOwner::Packet(packet_type))?
        } else {
            Properties::NONE
        };
        Ok((identifier, properties))
    })
}

/// Writes what the other three have alike: identifier, properties, and a list.
pub(super) fn write_list<W: Writer>(
    version: ProtocolVersion,
    identifier: PacketIdentifier,
    properties: Properties<'_>,
    list: &[u8],
    out: &mut W,
) {
    out.u16(identifier.get());
    out.properties(version, properties);
    out.bytes(list);
}

fn subscription<S: Sink>(c: &mut Cursor<'_, S>) -> Read<(), S> {
    let filter = filter(c)?;
    let (byte, span) = c.valued(Field::SubscriptionOptions, |c| {
        let byte = c.raw_u8(Field::SubscriptionOptions)?;
        if c.is_v5() {
            c.bits(Field::OptionsReserved, byte, 0, 2);
            c.bits(Field::RetainHandling, byte, 2, 2);
            c.bits(Field::RetainAsPublished, byte, 4, 1);
            c.bits(Field::NoLocal, byte, 5, 1);
        } else {
            c.bits(Field::OptionsReserved, byte, 0, 6);
        }
        c.bits(Field::MaximumQoSOption, byte, 6, 2);
        Ok(((byte, c.behind(1)), Value::Number(u32::from(byte))))
    })?;
    let bits = |from: u32, len| Span {
        start: span.start.saturating_add(from),
        len,
    };
    if byte & 3 == 3 {
        c.fault_value(Rule::SubscribeQoSReserved, bits(6, 2), 3)?;
    }
    if !c.is_v5() {
        if byte > 3 {
            let rule = if c.version() == ProtocolVersion::V3_1 {
                Rule::UnusedBitsSet
            } else {
                Rule::SubscribeOptionsReserved
            };
            c.fault_value(rule, bits(0, 6), u32::from(byte >> 2))?;
        }
        return Ok(());
    }
    if byte >> 6 != 0 {
        //= [MQTT-3.8.3-5] v5: reserved bits are 0
        c.fault_value(
            Rule::SubscribeOptionsReserved,
            bits(0, 2),
            u32::from(byte >> 6),
        )?;
    }
    if (byte >> 4) & 3 == 3 {
        c.fault_value(Rule::SubscribeRetainHandlingReserved, bits(2, 2), 3)?;
    }
    if byte & 4 != 0 && filter.raw.starts_with(topic::SHARE_PREFIX) {
        //= [MQTT-3.8.3-4] v5: no No Local on a shared subscription
        c.fault(Rule::SubscribeNoLocalShared, bits(5, 1))?;
    }
    Ok(())
}

/// A Topic Filter, a shared one in its parts.
pub(super) fn filter<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Text<'a>, S> {
    c.valued(Field::TopicFilter, |c| {
        let raw = c.prefixed(Field::TopicFilter)?;
        let span = c.behind(raw.len());
        let shared = c.is_v5();
        if S::RECORDS {
            parts(c, raw, span, shared);
        }
        //= [MQTT-3.8.3-1] and [MQTT-3.10.3-1] v5 and v3.1.1: a UTF-8 Encoded String
        c.check_text(raw, span)?;
        c.topic_null(raw, span)?;
        topic::faults(raw, shared, |fault, at| {
            let at = span.bytes().0.saturating_add(at);
            // A fault at the end of the filter points at its last byte, or at the empty length.
            let at = at.min(span.bytes().1.saturating_sub(1));
            c.fault(fault.rule(), Span::of_bytes(at, at.saturating_add(1)))
        })?;
        Ok((Text { raw, span }, Value::Text))
    })
}

fn parts<S: Sink>(c: &mut Cursor<'_, S>, raw: &[u8], span: Span, shared: bool) {
    let (start, end) = span.bytes();
    let mut leaf = |field, from: usize, to: usize| {
        if from < to {
            c.sink.leaf(
                field,
                Value::Text,
                Span::of_bytes(start.saturating_add(from), start.saturating_add(to)),
            );
        }
    };
    match topic::shared_parts(raw) {
        Some(parts) if shared => {
            leaf(Field::SharePrefix, 0, topic::SHARE_PREFIX.len());
            leaf(Field::ShareName, topic::SHARE_PREFIX.len(), parts.name_end);
            leaf(Field::ShareSeparator, parts.name_end, parts.filter);
            leaf(Field::Text, parts.filter, raw.len());
        }
        _ => leaf(Field::Text, 0, end.saturating_sub(start)),
    }
}

/// Whether a version can say all of the options and accepts the filter.
fn check(version: ProtocolVersion, subscription: Subscription<'_>) -> Result<(), EncodeError> {
    let options = subscription.options;
    let plain = SubscriptionOptions {
        maximum_qos: options.maximum_qos,
        ..SubscriptionOptions::default()
    };
    if !version.is_v5() && options != plain {
        return Err(EncodeError::NotInVersion);
    }
    if version.is_v5() && options.no_local && subscription.topic_filter.shared().is_some() {
        return Err(EncodeError::Breaks(Rule::SubscribeNoLocalShared));
    }
    check_filter(version, subscription.topic_filter)
}

/// A filter read in an older version may be no filter in version 5.
pub(super) fn check_filter(
    version: ProtocolVersion,
    filter: TopicFilter<'_>,
) -> Result<(), EncodeError> {
    topic::faults(filter.as_str().as_bytes(), version.is_v5(), |fault, _| {
        Err(EncodeError::Breaks(fault.rule()))
    })
}

impl Encode for Subscribe<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if self.subscriptions.is_empty() {
            return breaks(version, Rule::SubscribeNoFilters);
        }
        self.subscriptions
            .iter()
            .try_for_each(|subscription| check(version, subscription))
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.u16(self.packet_identifier.get());
        out.properties(version, self.properties);
        self.subscriptions.write(out);
    }
}
