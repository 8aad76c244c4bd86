//! What a dissection leaves: a flat tree in reading order.
//!
//! Nodes stand in pre-order with their depth; a node's children are the nodes behind it that are
//! deeper, up to the next that is not. The leaves tile the packet: no bit is left out, none is in
//! two leaves.

use alloc::vec::Vec;

use crate::{Field, Section, Span};

/// What a node's bits mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Only its children say something.
    Group,
    /// A number: a flag, a count, an identifier.
    Number(u32),
    /// A UTF-8 Encoded String; the characters are those of [`Tree::content`].
    Text,
    /// Bytes that are not text; they are those of [`Tree::content`].
    Bytes,
}

/// One field of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which field.
    pub field: Field,
    /// 0 for the sections, one more for each level below.
    pub depth: u8,
    /// What it holds.
    pub value: Value,
    /// The bits it stands in, children included.
    pub span: Span,
}

/// The fields of one packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// All nodes, in reading order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Node> {
        self.nodes.get(index)
    }

    /// The first node with this field.
    #[must_use]
    pub fn find(&self, field: Field) -> Option<usize> {
        self.nodes.iter().position(|node| node.field == field)
    }

    /// The number of the first node with this field.
    #[must_use]
    pub fn number(&self, field: Field) -> Option<u32> {
        self.nodes
            .iter()
            .find(|node| node.field == field)
            .and_then(|node| match node.value {
                Value::Number(number) => Some(number),
                _ => None,
            })
    }

    /// One past the last descendant of the node at `index`.
    #[must_use]
    pub fn end_of(&self, index: usize) -> usize {
        let Some(node) = self.get(index) else {
            return self.nodes.len();
        };
        let below = index.saturating_add(1);
        self.nodes
            .get(below..)
            .and_then(|rest| rest.iter().position(|other| other.depth <= node.depth))
            .map_or(self.nodes.len(), |n| below.saturating_add(n))
    }

    /// Whether the node at `index` has no children.
    #[must_use]
    pub fn is_leaf(&self, index: usize) -> bool {
        self.end_of(index) == index.saturating_add(1)
    }

    /// The node that the node at `index` stands in.
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        let depth = self.get(index)?.depth;
        self.nodes
            .get(..index)?
            .iter()
            .rposition(|node| node.depth < depth)
    }

    /// The leaves, with their indices.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|&(index, node)| {
            self.nodes
                .get(index.saturating_add(1))
                .is_none_or(|next| next.depth <= node.depth)
        })
    }

    /// The leaf that holds a bit.
    #[must_use]
    pub fn leaf_at(&self, bit: u32) -> Option<usize> {
        self.leaves()
            .find(|(_, node)| node.span.start <= bit && bit < node.span.end())
            .map(|(index, _)| index)
    }

    /// The smallest node whose span holds all of `span`.
    #[must_use]
    pub fn node_of(&self, span: Span) -> Option<usize> {
        self.nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.span.contains(span))
            .min_by_key(|(index, node)| (node.span.len, core::cmp::Reverse(*index)))
            .map(|(index, _)| index)
    }

    /// The section that the node at `index` belongs to.
    #[must_use]
    pub fn section(&self, index: usize) -> Section {
        let mut at = Some(index);
        while let Some(index) = at {
            if let Some(section) = self.get(index).and_then(|node| node.field.section()) {
                return section;
            }
            at = self.parent(index);
        }
        Section::Unread
    }

    /// The characters or bytes of a string or binary node, without the length before them.
    #[must_use]
    pub fn content<'a>(&self, index: usize, packet: &'a [u8]) -> &'a [u8] {
        self.content_span(index)
            .map_or(&[], |span| span.slice(packet))
    }

    /// Where [`Tree::content`] stands.
    #[must_use]
    pub fn content_span(&self, index: usize) -> Option<Span> {
        let node = self.get(index)?;
        if self.is_leaf(index) {
            return Some(node.span);
        }
        // Everything behind the length: text may be split into the parts of a shared subscription.
        let inside = self
            .nodes
            .get(index.saturating_add(1)..self.end_of(index))?;
        let length = inside.iter().find(|child| child.field == Field::Length)?;
        let start = length.span.end();
        Some(Span {
            start,
            len: node.span.end().saturating_sub(start),
        })
    }
}
