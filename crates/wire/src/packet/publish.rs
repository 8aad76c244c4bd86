//! PUBLISH (v5 and v3.1.1 section 3.3).

use super::fields::{payload_format, payload_leaf};
use crate::encode::{Encode, EncodeError, Writer};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketIdentifier, PacketType, Properties, PropertyId, PropertyOwner, ProtocolVersion,
    QoS, Rule, Span, TopicName, property, text,
};

/// A message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Publish<'a> {
    /// Sent again, maybe.
    pub dup: bool,
    /// How hard to try.
    pub qos: QoS,
    /// To be kept for later subscribers, or kept before now.
    pub retain: bool,
    /// Where to; empty only in version 5, with a Topic Alias.
    pub topic_name: TopicName<'a>,
    /// Present exactly when the QoS is 1 or 2.
    pub packet_identifier: Option<PacketIdentifier>,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// The application message.
    pub payload: &'a [u8],
}

const DUP: Span = Span { start: 4, len: 1 };
const QOS: Span = Span { start: 5, len: 2 };

#[inline(always)]
pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>, flags: u8) -> Read<Publish<'a>, S> {
    let dup = flags & 8 != 0;
    let retain = flags & 1 != 0;
    let level = (flags >> 1) & 3;
    let qos = match QoS::new(level) {
        Some(qos) => qos,
        None => {
            //= [MQTT-3.3.1-4] v5 and v3.1.1: not both QoS bits
            c.fault_value(Rule::PublishQoSReserved, QOS, 3)?;
            QoS::ExactlyOnce
        }
    };
    if dup && level == 0 {
        //= [MQTT-3.3.1-2] v5 and v3.1.1: DUP is 0 at QoS 0
        c.fault(Rule::PublishDupQoS0, DUP)?;
    }
    let (topic_name, packet_identifier, properties) = c.group(Field::VariableHeader, |c| {
        //= [MQTT-3.3.2-2] v5 and v3.1.1: no wildcard
        let topic = c.topic(Field::TopicName, Rule::PublishTopicWildcard)?;
        //= [MQTT-2.2.1-2] v5, [MQTT-2.3.1-5] v3.1.1: no identifier at QoS 0
        let identifier = if level == 0 {
            None
        } else {
            Some(c.identifier()?)
        };
        let properties = if c.is_v5() {
            property::properties(
                c,
                Field::Properties,
                PropertyOwner::Packet(PacketType::Publish),
            )?
        } else {
            Properties::NONE
        };
        if topic.raw.is_empty() && !properties.set().contains(PropertyId::TOPIC_ALIAS) {
            //= [MQTT-4.7.3-1] v5 and v3.1.1: at least one character
            c.absent(
                Rule::PublishTopicEmpty,
                Span {
                    start: topic.span.start.saturating_sub(16),
                    len: 16,
                },
            )?;
        }
        Ok((
            TopicName::trusted(topic.string().as_str()),
            identifier,
            properties,
        ))
    })?;
    let payload = c.rest();
    c.at = c.end;
    payload_leaf(c, payload);
    if S::RECORDS
        && level == 0
        && let Some(prefix) = prefix(payload)
    {
        let start = c.at.saturating_sub(payload.len());
        let span = Span::of_bytes(start, start.saturating_add(2));
        c.fault_value(Rule::PublishPayloadPrefixed, span, u32::from(prefix))?;
    }
    payload_format(c, properties, payload, Rule::PublishPayloadNotUtf8)?;
    Ok(Publish {
        dup,
        qos,
        retain,
        topic_name,
        packet_identifier,
        properties,
        payload,
    })
}

impl Publish<'_> {
    /// The number in the first two bytes of the payload, where they look like a Packet Identifier or a length that does
    /// not belong there ([`Rule::PublishPayloadPrefixed`]).
    #[must_use]
    pub fn payload_prefix(&self) -> Option<u16> {
        prefix(self.payload).filter(|_| self.qos == QoS::AtMostOnce)
    }
}

/// Two bytes before text that look like a packet identifier, which are small where somebody counts by
/// hand, or like the length of the text.
fn prefix(payload: &[u8]) -> Option<u16> {
    let (&prefix, text) = payload.split_first_chunk::<2>()?;
    let number = u16::from_be_bytes(prefix);
    let looked_at = text.get(..64).unwrap_or(text);
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let is_prefix = number < 0x20 || usize::from(number) == text.len();
    (text.len() >= 4 && is_prefix && looked_at.iter().all(is_text)).then_some(number)
}

/// A PUBLISH about which nothing need be said, as nearly every one; else nothing, and the grammar has
/// to look. `bytes` is the packet, its fixed header `header_len` bytes.
///
/// The grammar keeps its place in memory so that it can say what is wrong there; this keeps all in
/// registers. In `benches/benches/codec.rs` a PUBLISH of version 3.1.1 takes 10.6 ns with it and 16.6 ns
/// without.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], header_len: usize, is_v5: bool) -> Option<Publish<'_>> {
    let (&first, _) = bytes.split_first()?;
    let (header, rest) = bytes.split_at_checked(header_len)?;
    let is_minimal = header_len == 2 || header.last() != Some(&0);
    let (&len, rest) = rest.split_first_chunk::<2>()?;
    let (topic, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(len)))?;
    if !is_minimal || topic.is_empty() || !text::is_plain_topic(topic) {
        return None;
    }
    let (qos, packet_identifier, rest) = match (first >> 1) & 3 {
        0 if first & 8 == 0 => (QoS::AtMostOnce, None, rest),
        level @ (1 | 2) => {
            let (&identifier, rest) = rest.split_first_chunk::<2>()?;
            let identifier = PacketIdentifier::new(u16::from_be_bytes(identifier))?;
            (QoS::new(level)?, Some(identifier), rest)
        }
        _ => return None,
    };
    let (properties, payload) = if is_v5 {
        let owner = PropertyOwner::Packet(PacketType::Publish);
        let (properties, payload) = property::plain(rest, owner)?;
        if properties
            .set()
            .contains(PropertyId::PAYLOAD_FORMAT_INDICATOR)
        {
            return None;
        }
        (properties, payload)
    } else {
        (Properties::NONE, rest)
    };
    Some(Publish {
        dup: first & 8 != 0,
        qos,
        retain: first & 1 != 0,
        topic_name: TopicName::trusted(text::utf8(topic)?),
        packet_identifier,
        properties,
        payload,
    })
}

impl Encode for Publish<'_> {
    #[inline]
    fn flags(&self, _: PacketType) -> u8 {
        u8::from(self.dup) << 3 | (self.qos as u8) << 1 | u8::from(self.retain)
    }

    #[inline]
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        let set = self.properties.set();
        if self.dup && self.qos == QoS::AtMostOnce {
            return Err(EncodeError::Breaks(Rule::PublishDupQoS0));
        }
        if self.packet_identifier.is_some() != (self.qos != QoS::AtMostOnce) {
            return Err(EncodeError::PacketIdentifier);
        }
        if self.topic_name.as_str().is_empty() && !set.contains(PropertyId::TOPIC_ALIAS) {
            return Err(EncodeError::Breaks(Rule::PublishTopicEmpty));
        }
        if set.is_empty() {
            return Ok(());
        }
        crate::encode::check_properties(
            version,
            self.properties,
            PropertyOwner::Packet(packet_type),
        )?;
        crate::encode::check_format(self.properties, self.payload, Rule::PublishPayloadNotUtf8)
    }

    #[inline(always)]
    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.string(self.topic_name.as_str());
        if let Some(identifier) = self.packet_identifier {
            out.u16(identifier.get());
        }
        out.properties(version, self.properties);
        out.payload(self.payload);
    }
}
