//! The bits of a field, drawn as the standard's figures draw them: a row a byte, bit 7 first, the
//! names of the bits below them.

use mqttscope_wire::{Dissection, Field, PropertyId, PropertyType, Section, Span, Tree, Value};

/// The bytes of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// One row a byte.
    pub rows: Vec<BitRow>,
    /// Bytes of the field that are not drawn.
    pub more: usize,
    /// How the bytes make the number, where there are several: `1·1 + 2·128 = 257`.
    pub sum: Option<String>,
}

/// One byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitRow {
    /// Its place in the packet.
    pub offset: usize,
    /// Its bits, the most significant first.
    pub bits: [bool; 8],
    /// What they are, from left to right, without gap.
    pub groups: Vec<BitGroup>,
}

/// Bits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitGroup {
    /// What they are called.
    pub name: String,
    /// The first of them, 0 the most significant.
    pub from: u8,
    /// How many.
    pub len: u8,
    /// What they hold.
    pub value: String,
    /// The node to select when they are clicked.
    pub node: Option<usize>,
    /// What they are coloured by.
    pub section: Section,
}

/// Rows of one figure; a long text would only repeat itself.
const MAX_ROWS: usize = 8;

/// The figure of the field at `node`.
#[must_use]
pub fn figure(dissection: &Dissection, packet: &[u8], node: usize) -> Figure {
    let tree = &dissection.tree;
    let Some(found) = tree.get(node) else {
        return Figure::default();
    };
    let (start, end) = found.span.bytes();
    let end = end.min(packet.len());
    let rows = (start..end)
        .take(MAX_ROWS)
        .map(|at| row(dissection, packet, at))
        .collect();
    Figure {
        rows,
        more: end.saturating_sub(start).saturating_sub(MAX_ROWS),
        sum: sum(tree, packet, node),
    }
}

fn row(dissection: &Dissection, packet: &[u8], offset: usize) -> BitRow {
    let byte = packet.get(offset).copied().unwrap_or_default();
    let mut bits = [false; 8];
    for (place, bit) in bits.iter_mut().enumerate() {
        *bit = byte
            .checked_shr(7_u32.saturating_sub(place as u32))
            .unwrap_or_default()
            & 1
            == 1;
    }
    let span = Span::of_bytes(offset, offset.saturating_add(1));
    let mut groups = Vec::new();
    for leaf in dissection.tree.leaves_in(span) {
        leaf_groups(&mut groups, dissection, leaf, byte, span);
    }
    BitRow {
        offset,
        bits,
        groups,
    }
}

/// The part of a leaf that lies in one byte.
fn leaf_groups(
    groups: &mut Vec<BitGroup>,
    dissection: &Dissection,
    leaf: usize,
    byte: u8,
    span: Span,
) {
    let tree = &dissection.tree;
    let Some(node) = tree.get(leaf) else { return };
    if node.span.end() <= span.start {
        return;
    }
    let name = title(dissection, leaf);
    let group = |name: String, from: u8, len: u8, value: String| BitGroup {
        name,
        from,
        len,
        value,
        node: Some(leaf),
        section: tree.section(leaf),
    };
    if is_variable(tree, leaf) {
        let more = byte >= 0x80;
        let follows = if more {
            "another byte follows"
        } else {
            "last byte"
        };
        groups.push(group(
            "Continuation bit".to_owned(),
            0,
            1,
            follows.to_owned(),
        ));
        groups.push(group(name, 1, 7, (byte & 0x7f).to_string()));
        return;
    }
    if node.span.len < 8 {
        let from = u8::try_from(node.span.start.saturating_sub(span.start)).unwrap_or_default();
        let len = u8::try_from(node.span.len).unwrap_or(8);
        let value = match node.value {
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        groups.push(group(name, from, len, value));
        return;
    }
    let name = match (node.value, node.span.len) {
        // As the standard's figures call the halves of a Two Byte Integer.
        (Value::Number(_), 16) if node.span.start == span.start => format!("{name} MSB"),
        (Value::Number(_), 16) => format!("{name} LSB"),
        _ => name,
    };
    let value = match node.value {
        Value::Text if byte.is_ascii_graphic() => format!("0x{byte:02X} {}", char::from(byte)),
        _ => format!("0x{byte:02X}"),
    };
    groups.push(group(name, 0, 8, value));
}

/// What a leaf is called where it stands alone: a length says whose.
fn title(dissection: &Dissection, leaf: usize) -> String {
    let name = |node: usize| {
        dissection
            .tree
            .get(node)
            .map_or("", |node| node.field.name_in(dissection.version))
    };
    let field = dissection.tree.get(leaf).map(|node| node.field);
    match (field, dissection.tree.parent(leaf)) {
        (Some(Field::Length), Some(parent)) => format!("{} length", name(parent)),
        (Some(Field::Text | Field::Data | Field::PropertyValue), Some(parent)) => {
            name(parent).to_owned()
        }
        _ => name(leaf).to_owned(),
    }
}

fn is_variable(tree: &Tree, leaf: usize) -> bool {
    let Some(node) = tree.get(leaf) else {
        return false;
    };
    match node.field {
        Field::RemainingLength | Field::PropertyLength | Field::PropertyIdentifier => true,
        Field::PropertyValue => tree
            .parent(leaf)
            .and_then(|parent| tree.get(parent))
            .and_then(|parent| PropertyId::of_field(parent.field))
            .is_some_and(|id| id.property_type() == Some(PropertyType::VariableByteInteger)),
        _ => false,
    }
}

/// How a number of several bytes is made.
fn sum(tree: &Tree, packet: &[u8], node: usize) -> Option<String> {
    let leaf = if tree.is_leaf(node) {
        node
    } else {
        let inside = node.saturating_add(1)..tree.end_of(node);
        inside.into_iter().find(|&index| {
            tree.get(index)
                .is_some_and(|child| child.field == Field::PropertyValue)
        })?
    };
    let found = tree.get(leaf)?;
    let Value::Number(number) = found.value else {
        return None;
    };
    let bytes = found.span.slice(packet);
    if bytes.len() < 2 || bytes.len() > 4 {
        return None;
    }
    let parts: Vec<String> = if is_variable(tree, leaf) {
        let weight = |place: usize| {
            1_u32
                .checked_shl(u32::try_from(place.saturating_mul(7)).unwrap_or(31))
                .unwrap_or(0)
        };
        bytes
            .iter()
            .enumerate()
            .map(|(place, byte)| format!("{}·{}", byte & 0x7f, weight(place)))
            .collect()
    } else {
        let weight = |place: usize| {
            let places = bytes.len().saturating_sub(place).saturating_sub(1);
            1_u32
                .checked_shl(u32::try_from(places.saturating_mul(8)).unwrap_or(31))
                .unwrap_or(0)
        };
        bytes
            .iter()
            .enumerate()
            .map(|(place, byte)| format!("{byte}·{}", weight(place)))
            .collect()
    };
    Some(format!("{} = {number}", parts.join(" + ")))
}
