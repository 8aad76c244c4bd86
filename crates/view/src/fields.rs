//! The rows of the field tree.
//!
//! A field that is one thing to a person (a string, a property) is folded over its length and
//! identifier; a group that only gathers fields is open. What the reader has toggled is the
//! opposite of that.

use mqttscope_wire::{Dissection, Field, Node, PacketType, ReasonCode, Section, Span, Tree, Value};

use crate::digits::grouped;
use crate::edit::{Editable, editable, is_removable};
use crate::order::sorted;
use crate::{escape, words};

/// The nodes that are open or folded against the default, each once and in order: they are few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toggled(Vec<usize>);

impl Toggled {
    /// Whether the node is one of them.
    #[must_use]
    pub fn contains(&self, node: usize) -> bool {
        self.0.binary_search(&node).is_ok()
    }

    /// All of them, in order.
    #[must_use]
    pub fn nodes(&self) -> &[usize] {
        &self.0
    }

    /// Opens what is folded, folds what is open.
    pub fn toggle(&mut self, node: usize) {
        match self.0.binary_search(&node) {
            Ok(at) => {
                self.0.remove(at);
            }
            Err(at) => self.0.insert(at, node),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// Its node.
    pub node: usize,
    /// 0 for the sections.
    pub depth: u8,
    /// Its place among the fields of the same parent, from 1.
    pub position: usize,
    /// How many fields that parent has.
    pub siblings: usize,
    /// What it is coloured by.
    pub section: Section,
    /// The field.
    pub field: Field,
    /// The standard's name, as the packet's version has it.
    pub name: &'static str,
    /// The value, short; empty for a group.
    pub value: String,
    /// What the value means; empty when it says all itself.
    pub meaning: String,
    /// The faults that stand beside it, by their place in the dissection; of very many the first.
    pub diagnostics: Vec<usize>,
    /// Faults beside it that are not among those.
    pub more_diagnostics: usize,
    /// Its bits.
    pub span: Span,
    /// Whether it can be opened.
    pub has_children: bool,
    /// Whether it is open.
    pub is_open: bool,
    /// What can be typed into it.
    pub editable: Editable,
    /// Whether [`crate::edit::remove`] takes it out.
    pub is_removable: bool,
}

/// Faults that are shown beside one field.
const MOST_BESIDE: usize = 8;

/// How many faults stand beside a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Those that are shown.
    pub beside: usize,
    /// Those that are only counted.
    pub more: usize,
}

/// The rows that are to be seen, each made when it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldList {
    rows: Vec<Place>,
    /// Parents with rows below them (`None`: the packet), in order, and how many.
    families: Vec<(Option<u32>, u32)>,
    /// Row and diagnostic, in order of rows.
    diagnostics: Vec<(usize, usize)>,
}

/// A row's node, and its place among its siblings, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    node: u32,
    position: u32,
}

impl FieldList {
    /// The rows of a packet; `toggled` are the nodes that are open or folded against the default.
    #[must_use]
    pub fn new(dissection: &Dissection, toggled: &Toggled) -> Self {
        let tree = &dissection.tree;
        let mut list = Self::default();
        // The groups that are open where the pass stands, outermost first: their ends, their
        // families, and the rows in them so far.
        let mut open: Vec<(usize, Option<u32>, u32)> = vec![(tree.nodes().len(), None, 0)];
        let mut at = 0_usize;
        while let Some(node) = tree.get(at) {
            while open.len() > 1 && open.last().is_some_and(|&(end, ..)| end <= at) {
                list.families
                    .extend(open.pop().map(|(_, parent, n)| (parent, n)));
            }
            let position = open.last_mut().map_or(1, |(.., count)| {
                *count = count.saturating_add(1);
                *count
            });
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            list.rows.push(Place {
                node: index,
                position,
            });
            let end = tree.end_of(at);
            if end > at.saturating_add(1) && is_open(node, toggled.contains(at)) {
                open.push((end, Some(index), 0));
                at = at.saturating_add(1);
            } else {
                at = end.max(at.saturating_add(1));
            }
        }
        list.families
            .extend(open.into_iter().map(|(_, parent, count)| (parent, count)));
        let parent =
            |parent: Option<u32>| parent.map_or(0, |node| (node as usize).saturating_add(1));
        list.families = sorted(&list.families, |&(of, count)| (parent(of), count as usize))
            .into_iter()
            .copied()
            .collect();
        for (number, diagnostic) in dissection.diagnostics.iter().enumerate() {
            let row = tree
                .node_of(diagnostic.span)
                .and_then(|node| list.row_of(tree, node));
            // A fault beside no field is shown with the last.
            let row = row.or_else(|| list.rows.len().checked_sub(1));
            list.diagnostics.extend(row.map(|row| (row, number)));
        }
        list.diagnostics = sorted(&list.diagnostics, |&place| place)
            .into_iter()
            .copied()
            .collect();
        list
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The node of a row.
    #[must_use]
    pub fn node(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|place| place.node as usize)
    }

    /// The row that shows a node: its own, or that of what it is folded into.
    #[must_use]
    pub fn row_of(&self, tree: &Tree, node: usize) -> Option<usize> {
        let mut at = Some(node);
        while let Some(node) = at {
            let found = self
                .rows
                .binary_search_by_key(&node, |place| place.node as usize);
            if let Ok(row) = found {
                return Some(row);
            }
            at = tree.parent(node);
        }
        None
    }

    /// The row with a fault that is next behind `row`.
    #[must_use]
    pub fn fault_behind(&self, row: usize) -> Option<usize> {
        let at = self.diagnostics.partition_point(|&(other, _)| other <= row);
        self.diagnostics.get(at).map(|&(row, _)| row)
    }

    /// The row with a fault that is next before `row`.
    #[must_use]
    pub fn fault_before(&self, row: usize) -> Option<usize> {
        let at = self.diagnostics.partition_point(|&(other, _)| other < row);
        let before = at.checked_sub(1)?;
        self.diagnostics.get(before).map(|&(row, _)| row)
    }

    /// Rows with faults, in order.
    #[must_use]
    pub fn faulty(&self) -> Vec<(usize, Faults)> {
        let mut out: Vec<(usize, Faults)> = Vec::new();
        for &(row, _) in &self.diagnostics {
            if out.last().is_none_or(|&(last, _)| last != row) {
                out.push((row, Faults::default()));
            }
            if let Some((_, faults)) = out.last_mut() {
                let count = if faults.beside < MOST_BESIDE {
                    &mut faults.beside
                } else {
                    &mut faults.more
                };
                *count = count.saturating_add(1);
            }
        }
        out
    }

    /// A row.
    #[must_use]
    pub fn row(
        &self,
        dissection: &Dissection,
        packet: &[u8],
        toggled: &Toggled,
        row: usize,
    ) -> Option<FieldRow> {
        let place = self.rows.get(row)?;
        let at = place.node as usize;
        let tree = &dissection.tree;
        let node = tree.get(at)?;
        let from = self.diagnostics.partition_point(|&(other, _)| other < row);
        let behind = self.diagnostics.partition_point(|&(other, _)| other <= row);
        let faults = self.diagnostics.get(from..behind).unwrap_or_default();
        let parent = tree.parent(at).and_then(|at| u32::try_from(at).ok());
        let siblings = self
            .families
            .binary_search_by_key(&parent, |&(parent, _)| parent)
            .ok()
            .and_then(|family| self.families.get(family))
            .map_or(1, |&(_, count)| count as usize);
        let has_children = !tree.is_leaf(at);
        let value = value(dissection, packet, at);
        Some(FieldRow {
            node: at,
            depth: node.depth,
            position: place.position as usize,
            siblings,
            section: tree.section(at),
            field: node.field,
            name: node.field.name_in(dissection.version),
            meaning: words::meaning(dissection, at, packet, &value),
            value,
            diagnostics: faults
                .iter()
                .take(MOST_BESIDE)
                .map(|&(_, number)| number)
                .collect(),
            more_diagnostics: faults.len().saturating_sub(MOST_BESIDE),
            span: node.span,
            has_children,
            is_open: has_children && is_open(node, toggled.contains(at)),
            editable: editable(dissection, at),
            is_removable: is_removable(dissection, at),
        })
    }
}

/// All rows at once; a packet of a hundred thousand fields is better asked for what is on screen.
#[must_use]
pub fn rows(dissection: &Dissection, packet: &[u8], toggled: &Toggled) -> Vec<FieldRow> {
    let list = FieldList::new(dissection, toggled);
    (0..list.len())
        .filter_map(|row| list.row(dissection, packet, toggled, row))
        .collect()
}

/// Toggles whatever hides a node.
pub fn reveal(tree: &Tree, node: usize, toggled: &mut Toggled) {
    let mut at = tree.parent(node);
    while let Some(parent) = at {
        if let Some(found) = tree.get(parent)
            && !is_open(found, toggled.contains(parent))
        {
            toggled.toggle(parent);
        }
        at = tree.parent(parent);
    }
}

/// A node by what it is, to find it again when the packet has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The field.
    pub field: Field,
    /// How many of the same stand before it.
    pub nth: usize,
}

/// The key of a node.
#[must_use]
pub fn key(tree: &Tree, node: usize) -> Option<Key> {
    let field = tree.get(node)?.field;
    let before = tree.nodes().get(..node)?;
    Some(Key {
        field,
        nth: before.iter().filter(|other| other.field == field).count(),
    })
}

/// The node with a key, or the last of its field.
#[must_use]
pub fn by_key(tree: &Tree, key: Key) -> Option<usize> {
    let mut found = None;
    for (at, _) in tree
        .nodes()
        .iter()
        .enumerate()
        .filter(|(_, node)| node.field == key.field)
        .take(key.nth.saturating_add(1))
    {
        found = Some(at);
    }
    found
}

fn is_open(node: &Node, toggled: bool) -> bool {
    let by_default = match node.field {
        // Flags and options are numbers, but their bits are what one wants to see.
        Field::ConnectFlags | Field::ConnectAcknowledgeFlags | Field::SubscriptionOptions => true,
        Field::UserProperty => false,
        _ => node.value == Value::Group,
    };
    by_default != toggled
}

/// Characters of a text and bytes of data that a row shows.
const MAX_CHARACTERS: usize = 200;
const MAX_DATA: usize = 32;

/// The value of a node, short.
#[must_use]
pub fn value(dissection: &Dissection, packet: &[u8], at: usize) -> String {
    let tree = &dissection.tree;
    let Some(node) = tree.get(at) else {
        return String::new();
    };
    match node.value {
        Value::Number(number) => match node.field {
            Field::PacketType => format!(
                "{number} {}",
                PacketType::from_nibble((number & 15) as u8).name()
            ),
            Field::ReasonCode => {
                let known = ReasonCode((number & 0xff) as u8)
                    .name(dissection.packet_type, dissection.version);
                known.map_or_else(
                    || format!("0x{number:02X}"),
                    |name| format!("0x{number:02X} {name}"),
                )
            }
            Field::PropertyIdentifier
            | Field::ConnectFlags
            | Field::SubscriptionOptions
            | Field::ConnectAcknowledgeFlags => {
                format!("0x{number:02X}")
            }
            Field::ReservedFlags => format!("{number:04b}"),
            Field::Omitted => grouped(u64::from(number)),
            _ => number.to_string(),
        },
        Value::Text => format!(
            "\"{}\"",
            escape::escape_start(tree.content(at, packet), MAX_CHARACTERS)
        ),
        Value::Bytes => data(tree.content(at, packet)),
        Value::Group if node.field == Field::UserProperty => pair(tree, packet, at),
        Value::Group => String::new(),
    }
}

fn data(bytes: &[u8]) -> String {
    // Each character takes at most four bytes; the rest of a long payload is not looked at.
    let start = bytes
        .get(..MAX_CHARACTERS.saturating_mul(4).saturating_add(4))
        .unwrap_or(bytes);
    let start = match std::str::from_utf8(start) {
        Ok(text) => Some(text),
        // A character that is cut where the look ends.
        Err(error) if error.error_len().is_none() && start.len() < bytes.len() => start
            .get(..error.valid_up_to())
            .and_then(|start| std::str::from_utf8(start).ok()),
        Err(_) => None,
    };
    if let Some(text) = start
        && !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return format!("\"{}\"", escape::escape_start(bytes, MAX_CHARACTERS));
    }
    let shown = bytes
        .iter()
        .take(MAX_DATA)
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(" ");
    if bytes.len() > MAX_DATA {
        format!("{shown} …")
    } else {
        shown
    }
}

fn pair(tree: &Tree, packet: &[u8], at: usize) -> String {
    let inside = at..tree.end_of(at);
    let part = |field| {
        inside
            .clone()
            .find(|&index| {
                tree.get(index)
                    .is_some_and(|node| node.field == field && node.value == Value::Text)
            })
            .map(|index| escape::escape_start(tree.content(index, packet), MAX_CHARACTERS / 2))
    };
    match (
        part(Field::UserPropertyName),
        part(Field::UserPropertyValue),
    ) {
        (Some(name), Some(value)) => format!("\"{name}\" = \"{value}\""),
        _ => String::new(),
    }
}
