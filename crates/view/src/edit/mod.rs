//! Changing a packet through its fields: the inspector is the form.
//!
//! [`set`], [`add`] and [`remove`] keep a packet whole: lengths around a change follow it, and a
//! flag that announces a field brings it in or takes it out. [`set_bit`], [`set_byte`] and
//! [`override_length`] change what they name and nothing else, to make a packet wrong on purpose.
//! Nothing here judges values: whatever fits the bits is written, and the next dissection says
//! what it breaks. Broken packets are edited as far as their tree reaches.
//!
//! A packet and its dissection belong together; with others the outcome is unspecified, but
//! nothing panics.

mod error;
mod kind;
mod patch;
mod place;
mod structure;

pub use error::EditError;
pub use kind::{Editable, editable, typed};
pub use place::{Addition, add, added, additions, is_removable, remove};

use mqttscope_wire::{Dissection, Field, Node, PropertyId, PropertyType, Tree, Value, varint};
use patch::{Patch, count_bytes};

use crate::escape;

/// What a field is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewValue<'a> {
    /// A number or flag.
    Number(u32),
    /// What a person typed: a number (`60`, `0x3c`, `0b11`, `true`) or text with escapes, as the
    /// field needs it.
    Typed(&'a str),
    /// The bytes of a string, binary data or payload.
    Bytes(&'a [u8]),
}

/// Changes the field at `node`; the packet comes back changed.
///
/// A length is changed as by [`override_length`]. QoS of a PUBLISH, the flags of a CONNECT that
/// announce fields, its Protocol Version and a Property Identifier bring what belongs to them.
///
/// # Errors
/// The field takes no such value, or the packet would grow too long.
pub fn set(
    packet: &[u8],
    dissection: &Dissection,
    node: usize,
    value: NewValue<'_>,
) -> Result<Vec<u8>, EditError> {
    let tree = &dissection.tree;
    let found = *tree.get(node).ok_or(EditError::NoSuchField)?;
    let name = found.field.name_in(dissection.version);
    if let Some(leaf) = number_leaf(tree, node) {
        let leaf_node = *tree.get(leaf).ok_or(EditError::NoSuchField)?;
        let max = greatest(tree, leaf, &leaf_node);
        let number = number(name, max, value)?;
        if leaf_node.value == Value::Number(number) {
            return Ok(packet.to_vec());
        }
        return set_number(packet, dissection, leaf, &leaf_node, number);
    }
    let bytes = bytes(name, value)?;
    let mut patch = Patch::new(packet, tree);
    if has_length(tree, node) {
        patch.content(node, bytes);
    } else if matches!(found.value, Value::Text | Value::Bytes) && tree.is_leaf(node) {
        let (start, end) = found.span.bytes();
        // Inside a string: its length follows.
        patch.replace(start..end, bytes, tree.parent(node));
    } else {
        return Err(EditError::NotEditable { name });
    }
    patch.finish()
}

fn set_number(
    packet: &[u8],
    dissection: &Dissection,
    leaf: usize,
    node: &Node,
    number: u32,
) -> Result<Vec<u8>, EditError> {
    let tree = &dissection.tree;
    if matches!(
        node.field,
        Field::Length | Field::PropertyLength | Field::RemainingLength
    ) {
        return override_length(packet, dissection, leaf, number);
    }
    let mut patch = Patch::new(packet, tree);
    if structure::set(&mut patch, packet, dissection, leaf, number) {
        return patch.finish();
    }
    if is_variable(tree, leaf, node.field) {
        let (start, end) = node.span.bytes();
        patch.replace(
            start..end,
            count_bytes(Field::PropertyLength, number),
            tree.parent(leaf),
        );
    } else {
        patch.bits(node.span, number);
    }
    patch.finish()
}

/// Writes a length that need not be true. The counts around it keep counting what is there.
///
/// # Errors
/// `node` is no length, or `number` does not fit into one.
pub fn override_length(
    packet: &[u8],
    dissection: &Dissection,
    node: usize,
    number: u32,
) -> Result<Vec<u8>, EditError> {
    let found = dissection.tree.get(node).ok_or(EditError::NoSuchField)?;
    let name = found.field.name_in(dissection.version);
    if !matches!(
        found.field,
        Field::Length | Field::PropertyLength | Field::RemainingLength
    ) {
        return Err(EditError::NotEditable { name });
    }
    let max = greatest(&dissection.tree, node, found);
    if number > max {
        return Err(EditError::Range { name, max });
    }
    let mut patch = Patch::new(packet, &dissection.tree);
    patch.count(node, count_bytes(found.field, number));
    patch.finish()
}

/// Sets one bit, counted from the most significant of the first byte, and touches nothing else.
#[must_use]
pub fn set_bit(packet: &[u8], bit: u32, on: bool) -> Vec<u8> {
    let mut out = packet.to_vec();
    patch::set_bit(&mut out, bit, on);
    out
}

/// Sets one byte and touches nothing else.
#[must_use]
pub fn set_byte(packet: &[u8], at: usize, value: u8) -> Vec<u8> {
    let mut out = packet.to_vec();
    if let Some(byte) = out.get_mut(at) {
        *byte = value;
    }
    out
}

/// The leaf that holds a node's number: itself, or a property's value.
fn number_leaf(tree: &Tree, node: usize) -> Option<usize> {
    let found = tree.get(node)?;
    if !matches!(found.value, Value::Number(_)) || found.field == Field::Omitted {
        return None;
    }
    if tree.is_leaf(node) {
        return Some(node);
    }
    let inside = node.saturating_add(1)..tree.end_of(node);
    inside.into_iter().find(|&index| {
        tree.get(index)
            .is_some_and(|child| child.field == Field::PropertyValue)
    })
}

/// Whether the node is a string or binary data with its length.
fn has_length(tree: &Tree, node: usize) -> bool {
    let is_part = tree
        .get(node)
        .is_some_and(|found| found.field.section().is_none());
    is_part && tree.length_of(node).is_some()
}

/// Whether a number is a Variable Byte Integer, which may change its size.
fn is_variable(tree: &Tree, leaf: usize, field: Field) -> bool {
    match field {
        Field::PropertyLength | Field::RemainingLength | Field::PropertyIdentifier => true,
        Field::PropertyValue => tree
            .parent(leaf)
            .and_then(|group| tree.get(group))
            .and_then(|group| PropertyId::of_field(group.field))
            .is_some_and(|id| id.property_type() == Some(PropertyType::VariableByteInteger)),
        _ => false,
    }
}

/// The greatest number that fits.
fn greatest(tree: &Tree, leaf: usize, node: &Node) -> u32 {
    if is_variable(tree, leaf, node.field) {
        return varint::MAX;
    }
    1_u32
        .checked_shl(node.span.len)
        .map_or(u32::MAX, |limit| limit.saturating_sub(1))
}

fn number(name: &'static str, max: u32, value: NewValue<'_>) -> Result<u32, EditError> {
    let error = EditError::Range { name, max };
    let number = match value {
        NewValue::Number(number) => number,
        NewValue::Typed(typed) => parse_number(typed).ok_or_else(|| error.clone())?,
        NewValue::Bytes(_) => return Err(error),
    };
    if number > max { Err(error) } else { Ok(number) }
}

fn parse_number(typed: &str) -> Option<u32> {
    let plain: String = typed
        .trim()
        .chars()
        .filter(|c| *c != '_' && *c != ',')
        .collect::<String>()
        .to_ascii_lowercase();
    let digits = |digits: &str, radix| {
        // The standard library would take a sign here.
        if digits.starts_with('+') {
            None
        } else {
            u32::from_str_radix(digits, radix).ok()
        }
    };
    match plain.as_str() {
        "true" | "on" | "yes" => return Some(1),
        "false" | "off" | "no" => return Some(0),
        _ => {}
    }
    if let Some(hex) = plain.strip_prefix("0x") {
        digits(hex, 16)
    } else if let Some(binary) = plain.strip_prefix("0b") {
        digits(binary, 2)
    } else {
        digits(&plain, 10)
    }
}

fn bytes(name: &'static str, value: NewValue<'_>) -> Result<Vec<u8>, EditError> {
    match value {
        NewValue::Bytes(bytes) => Ok(bytes.to_vec()),
        NewValue::Typed(typed) => {
            escape::unescape(typed).map_err(|error| EditError::Escape { name, error })
        }
        NewValue::Number(_) => Err(EditError::NotEditable { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_type_them() {
        let table = [
            ("60", Some(60)),
            (" 0x3C ", Some(60)),
            ("0b11", Some(3)),
            ("65,535", Some(65535)),
            ("65_535", Some(65535)),
            ("true", Some(1)),
            ("Off", Some(0)),
            ("4294967296", None),
            ("-1", None),
            ("+1", None),
            ("0x", None),
            ("0x+1", None),
            ("", None),
            ("1.5", None),
        ];
        for (typed, number) in table {
            assert_eq!(parse_number(typed), number, "{typed:?}");
        }
    }
}
