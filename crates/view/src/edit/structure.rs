//! Fields that decide what stands elsewhere in the packet.

use std::cell::Cell;

use mqttscope_wire::{
    Dissection, Field, PacketType, PropertyId, ProtocolVersion, Tree, Value, varint,
};

use super::kind::{prefixed, property_default};
use super::patch::Patch;

/// Makes the change if the field is one of those; says whether it was.
pub(super) fn set(
    patch: &mut Patch<'_>,
    packet: &[u8],
    dissection: &Dissection,
    leaf: usize,
    number: u32,
) -> bool {
    let tree = &dissection.tree;
    let Some(node) = tree.get(leaf) else {
        return false;
    };
    match node.field {
        Field::QoS if dissection.packet_type == PacketType::Publish => {
            patch.bits(node.span, number);
            identifier(patch, packet, tree, number > 0);
        }
        Field::PacketType => {
            patch.bits(node.span, number);
            header_flags(patch, dissection, number);
        }
        Field::WillFlag | Field::UserNameFlag | Field::PasswordFlag => {
            announce(patch, tree, dissection.version, node.field, number != 0);
        }
        Field::ProtocolVersion => {
            patch.bits(node.span, number);
            if let Some(version) = u8::try_from(number)
                .ok()
                .and_then(ProtocolVersion::from_level)
            {
                convert(patch, packet, tree, dissection.version, version);
            }
        }
        Field::PropertyIdentifier => return property(patch, tree, leaf, number),
        _ => return false,
    }
    true
}

thread_local! {
    /// The Packet Identifier that was taken out last, and how long the packet was with it: whoever tries other values of
    /// QoS has it back.
    static TAKEN: Cell<(usize, [u8; 2])> = const { Cell::new((0, [0, 1])) };
}

/// A PUBLISH has a Packet Identifier above QoS 0.
fn identifier(patch: &mut Patch<'_>, packet: &[u8], tree: &Tree, wanted: bool) {
    let Some(topic) = tree.find(Field::TopicName) else {
        return;
    };
    let end = tree.get(topic).map_or(0, |node| node.span.bytes().1);
    match (wanted, tree.find(Field::PacketIdentifier)) {
        (false, Some(node)) => {
            if let Some(taken) = packet.get(end..).and_then(|rest| rest.first_chunk()) {
                TAKEN.set((packet.len(), *taken));
            }
            patch.remove(node);
        }
        (true, None) => {
            let (len, taken) = TAKEN.get();
            let is_it = len == packet.len().saturating_add(2);
            let bytes = if is_it { taken } else { [0, 1] };
            patch.insert(end, bytes.to_vec(), tree.parent(topic));
        }
        _ => {}
    }
}

/// The low four bits that the new type must have; a PUBLISH keeps what is there as its flags, and
/// what was a PUBLISH's flags becomes those of the new type.
fn header_flags(patch: &mut Patch<'_>, dissection: &Dissection, number: u32) {
    let flags = match number {
        3 if dissection.packet_type == PacketType::Publish => return,
        6 | 8 | 10 => 2,
        _ => 0,
    };
    patch.bits(mqttscope_wire::Span { start: 4, len: 4 }, flags);
}

/// A flag of a CONNECT comes with its fields.
pub(super) fn announce(
    patch: &mut Patch<'_>,
    tree: &Tree,
    version: ProtocolVersion,
    flag: Field,
    on: bool,
) {
    let Some(node) = tree.find(flag).and_then(|index| tree.get(index)) else {
        return;
    };
    patch.bits(node.span, u32::from(on));
    let fields: &[Field] = match flag {
        Field::WillFlag => &[Field::WillProperties, Field::WillTopic, Field::WillPayload],
        Field::UserNameFlag => &[Field::UserName],
        _ => &[Field::Password],
    };
    if !on {
        for node in fields.iter().filter_map(|&field| tree.find(field)) {
            patch.remove(node);
        }
        if flag == Field::WillFlag {
            // They say how the will is published.
            for node in [Field::WillQoS, Field::WillRetain]
                .into_iter()
                .filter_map(|field| tree.find(field))
            {
                if let Some(node) = tree.get(node) {
                    patch.bits(node.span, 0);
                }
            }
        }
        return;
    }
    if fields.iter().any(|&field| tree.find(field).is_some()) {
        return;
    }
    let bytes = match flag {
        Field::WillFlag => {
            let mut bytes = if version.is_v5() { vec![0] } else { Vec::new() };
            bytes.extend(prefixed(b"will"));
            bytes.extend(prefixed(b""));
            bytes
        }
        Field::UserNameFlag => prefixed(b"user"),
        _ => prefixed(b"password"),
    };
    let before: &[Field] = match flag {
        Field::WillFlag => &[Field::ClientIdentifier],
        Field::UserNameFlag => &[Field::WillPayload, Field::ClientIdentifier],
        _ => &[Field::UserName, Field::WillPayload, Field::ClientIdentifier],
    };
    let (at, owner) = behind(tree, before);
    patch.insert(at, bytes, owner);
}

/// The place behind the first of `fields` that is there, else at the end of the packet.
fn behind(tree: &Tree, fields: &[Field]) -> (usize, Option<usize>) {
    for &field in fields {
        if let Some(index) = tree.find(field)
            && let Some(node) = tree.get(index)
        {
            return (node.span.bytes().1, tree.parent(index));
        }
    }
    (end(tree), None)
}

/// One past the last byte of the packet.
pub(super) fn end(tree: &Tree) -> usize {
    tree.nodes().last().map_or(0, |node| node.span.bytes().1)
}

/// A CONNECT in another version: its name, and properties from version 5 on.
fn convert(
    patch: &mut Patch<'_>,
    packet: &[u8],
    tree: &Tree,
    from: ProtocolVersion,
    to: ProtocolVersion,
) {
    if let Some(name) = tree.find(Field::ProtocolName)
        && tree.content(name, packet) == from.protocol_name().as_bytes()
        && from.protocol_name() != to.protocol_name()
    {
        patch.content(name, to.protocol_name().as_bytes().to_vec());
    }
    if from.is_v5() == to.is_v5() {
        return;
    }
    for (group, follower) in [
        (Field::Properties, Field::ClientIdentifier),
        (Field::WillProperties, Field::WillTopic),
    ] {
        match tree.find(group) {
            Some(node) if !to.is_v5() => patch.remove(node),
            None if to.is_v5() => {
                if let Some(index) = tree.find(follower)
                    && let Some(node) = tree.get(index)
                {
                    patch.insert(node.span.bytes().0, vec![0], None);
                }
            }
            _ => {}
        }
    }
}

/// Another identifier keeps the value when it is written in the same way, else gets one that fits.
fn property(patch: &mut Patch<'_>, tree: &Tree, leaf: usize, number: u32) -> bool {
    let after = PropertyId(number);
    let Some(group) = tree.parent(leaf) else {
        return false;
    };
    let (Some(group_node), Some(leaf_node)) = (tree.get(group), tree.get(leaf)) else {
        return false;
    };
    let before = PropertyId::of_field(group_node.field);
    // A string's length does not count the identifier before it.
    let owner = if before.is_some() {
        tree.parent(group)
    } else {
        Some(group)
    };
    let (start, end) = leaf_node.span.bytes();
    let mut bytes = Vec::new();
    varint::write(number, &mut bytes);
    let same = before.map(PropertyId::property_type) == Some(after.property_type());
    let whole = matches!(
        group_node.value,
        Value::Number(_) | Value::Text | Value::Bytes
    ) || tree.end_of(group) > group.saturating_add(2);
    if before.is_none() || same || after.property_type().is_none() || !whole {
        patch.replace(start..end, bytes, owner);
    } else {
        bytes.extend(property_default(after));
        patch.replace(start..group_node.span.bytes().1, bytes, owner);
    }
    true
}
