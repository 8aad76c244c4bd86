//! What a field takes, and the text that an input for it starts with.

use mqttscope_wire::{
    Dissection, Field, PacketType, PropertyId, PropertyType, ProtocolVersion, ReasonCode, Value,
};

use super::{greatest, has_length, number_leaf};
use crate::escape;

/// What kind of input a field needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Editable {
    /// None: it is changed through its parts.
    No,
    /// One bit.
    Flag,
    /// A number from 0 to `max`.
    Number {
        /// The greatest that fits.
        max: u32,
    },
    /// One of these, by number and name; the present value is always among them. Other numbers
    /// that fit are taken too.
    Choice(Vec<(u32, &'static str)>),
    /// Text with escapes, of at most `max` bytes.
    Text {
        /// The most that its length can say.
        max: usize,
    },
    /// Bytes, typed as text with escapes, of at most `max` bytes.
    Bytes {
        /// The most that its length can say.
        max: usize,
    },
}

/// What kind of input the field at `node` needs.
#[must_use]
pub fn editable(dissection: &Dissection, node: usize) -> Editable {
    let tree = &dissection.tree;
    let Some(found) = tree.get(node) else {
        return Editable::No;
    };
    if found.field == Field::Omitted {
        return Editable::No;
    }
    if let Some(leaf) = number_leaf(tree, node)
        && let Some(leaf_node) = tree.get(leaf)
    {
        let Value::Number(now) = leaf_node.value else {
            return Editable::No;
        };
        let max = greatest(tree, leaf, leaf_node);
        let owner = tree
            .parent(leaf)
            .and_then(|group| tree.get(group))
            .map(|group| group.field);
        return match choices(dissection, leaf_node.field, owner) {
            Some(mut choices) => {
                if !choices.iter().any(|&(number, _)| number == now) {
                    choices.push((now, "not defined"));
                }
                Editable::Choice(choices)
            }
            None if leaf_node.span.len == 1 => Editable::Flag,
            None => Editable::Number { max },
        };
    }
    let whole = has_length(tree, node);
    let max = if whole || found.field == Field::Text {
        0xffff
    } else {
        mqttscope_wire::varint::MAX as usize
    };
    match found.value {
        Value::Text if whole || tree.is_leaf(node) => Editable::Text { max },
        Value::Bytes if whole || tree.is_leaf(node) => Editable::Bytes { max },
        // A string whose bytes ran out has no value of its own.
        Value::Group if whole => Editable::Text { max },
        _ => Editable::No,
    }
}

/// What an input for the field starts with; typed back it changes nothing.
#[must_use]
pub fn typed(dissection: &Dissection, node: usize, packet: &[u8]) -> String {
    match dissection.tree.get(node).map(|node| node.value) {
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => escape::escape(dissection.tree.content(node, packet)),
        None => String::new(),
    }
}

fn choices(
    dissection: &Dissection,
    field: Field,
    owner: Option<Field>,
) -> Option<Vec<(u32, &'static str)>> {
    let version = dissection.version;
    let yes_no: [(u32, &str); 2] = [(0, "not available"), (1, "available")];
    Some(match (field, owner) {
        (Field::PacketType, _) => PacketType::ALL
            .iter()
            .map(|&kind| (kind as u32, kind.name()))
            .collect(),
        (Field::QoS | Field::WillQoS | Field::MaximumQoSOption, _) => {
            vec![
                (0, "at most once"),
                (1, "at least once"),
                (2, "exactly once"),
                (3, "not allowed"),
            ]
        }
        (Field::RetainHandling, _) => {
            vec![
                (0, "send retained"),
                (1, "send retained if new"),
                (2, "send none"),
                (3, "not allowed"),
            ]
        }
        (Field::ProtocolVersion, _) => ProtocolVersion::ALL
            .iter()
            .map(|v| (u32::from(v.level()), v.name()))
            .collect(),
        (Field::ReasonCode, _) => reasons(dissection.packet_type, version),
        (Field::PropertyIdentifier, _) => {
            PropertyId::ALL.iter().map(|id| (id.0, id.name())).collect()
        }
        (Field::PropertyValue, Some(Field::PayloadFormatIndicator)) => {
            vec![(0, "bytes"), (1, "UTF-8 text")]
        }
        (Field::PropertyValue, Some(Field::MaximumQoS)) => {
            vec![(0, "at most once"), (1, "at least once")]
        }
        (
            Field::PropertyValue,
            Some(
                Field::RetainAvailable
                | Field::WildcardSubscriptionAvailable
                | Field::SubscriptionIdentifierAvailable
                | Field::SharedSubscriptionAvailable,
            ),
        ) => yes_no.to_vec(),
        (
            Field::PropertyValue,
            Some(Field::RequestProblemInformation | Field::RequestResponseInformation),
        ) => {
            vec![(0, "no"), (1, "yes")]
        }
        _ => return None,
    })
}

/// The reason codes of a packet type, with their names.
#[must_use]
pub(super) fn reasons(
    packet_type: PacketType,
    version: ProtocolVersion,
) -> Vec<(u32, &'static str)> {
    (0..=255_u8)
        .filter_map(|code| {
            ReasonCode(code)
                .name(packet_type, version)
                .map(|name| (u32::from(code), name))
        })
        .collect()
}

/// The smallest value of a property that breaks nothing, as it is written behind the identifier.
#[must_use]
pub(super) fn property_default(id: PropertyId) -> Vec<u8> {
    // A sample says more than an empty string where empty is not allowed or says nothing.
    let sample: &[u8] = match id {
        PropertyId::CONTENT_TYPE => b"text/plain",
        PropertyId::RESPONSE_TOPIC => b"response",
        PropertyId::AUTHENTICATION_METHOD => b"SCRAM-SHA-1",
        PropertyId::ASSIGNED_CLIENT_IDENTIFIER => b"client",
        PropertyId::REASON_STRING => b"reason",
        PropertyId::SERVER_REFERENCE => b"other.example",
        PropertyId::RESPONSE_INFORMATION => b"response/",
        _ => b"",
    };
    match id.property_type() {
        Some(PropertyType::Byte) => vec![1],
        Some(PropertyType::TwoByteInteger) => vec![0, 1],
        // A great one: a small Maximum Packet Size or Message Expiry Interval would surprise.
        Some(PropertyType::FourByteInteger) => vec![0, 0, 0x0e, 0x10],
        Some(PropertyType::VariableByteInteger) => vec![1],
        Some(PropertyType::Utf8EncodedString | PropertyType::BinaryData) => prefixed(sample),
        Some(PropertyType::Utf8StringPair) => [prefixed(b"name"), prefixed(b"value")].concat(),
        None => Vec::new(),
    }
}

/// Content behind its length.
pub(super) fn prefixed(content: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes()
        .to_vec();
    out.extend_from_slice(content);
    out
}
