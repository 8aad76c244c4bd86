//! What a dissection leaves: a flat tree in reading order.
//!
//! Nodes stand in pre-order with their depth; a node's children are the nodes behind it that are
//! deeper, up to the next that is not. The leaves tile the packet: no bit is left out, none is in
//! two leaves.
//!
//! A packet may have millions of nodes, so each knows its parent and its end, and no question about
//! one node searches its siblings.

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
    /// The node that it stands in; [`NONE`] for a section.
    parent: u32,
    /// One past its last descendant.
    end: u32,
}

/// No node: no tree has so many, since a packet has fewer bits.
const NONE: u32 = u32::MAX;

/// The fields of one packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The first node of each field.
    first: [u32; Field::ALL.len()],
    /// The innermost group that is still open while the tree is made.
    open: u32,
    depth: u8,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

/// A node's index as it is kept.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no packet has 2^32 bits, and a node that has none is a group that could not be read"
)]
const fn small(index: usize) -> u32 {
    index as u32
}

/// Making a tree, in reading order.
impl Tree {
    pub(crate) const fn new() -> Self {
        Self {
            nodes: Vec::new(),
            first: [NONE; Field::ALL.len()],
            open: NONE,
            depth: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.first = [NONE; Field::ALL.len()];
        self.open = NONE;
        self.depth = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A group begins at byte `at`.
    #[inline]
    pub(crate) fn open(&mut self, field: Field, at: usize) -> usize {
        let mark = self.nodes.len();
        self.leaf(field, Value::Group, Span::of_bytes(at, at));
        self.open = small(mark);
        self.depth = self.depth.saturating_add(1);
        mark
    }

    /// The group that was opened last ends before byte `at`.
    #[inline]
    pub(crate) fn close(&mut self, mark: usize, value: Value, at: usize) {
        self.depth = self.depth.saturating_sub(1);
        let end = small(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(mark) {
            node.value = value;
            node.span.len = Span::of_bytes(0, at).len.saturating_sub(node.span.start);
            node.end = end;
            self.open = node.parent;
        }
    }

    /// A field without parts.
    #[inline]
    pub(crate) fn leaf(&mut self, field: Field, value: Value, span: Span) {
        let index = small(self.nodes.len());
        if let Some(first) = self.first.get_mut(field as usize)
            && *first == NONE
        {
            *first = index;
        }
        self.nodes.push(Node {
            field,
            depth: self.depth,
            value,
            span,
            parent: self.open,
            end: index.wrapping_add(1),
        });
    }
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
        self.first
            .get(field as usize)
            .filter(|&&first| first != NONE)
            .map(|&first| first as usize)
    }

    /// The number of the first node with this field.
    #[must_use]
    pub fn number(&self, field: Field) -> Option<u32> {
        match self.get(self.find(field)?)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// One past the last descendant of the node at `index`.
    #[must_use]
    pub fn end_of(&self, index: usize) -> usize {
        self.get(index)
            .map_or(self.nodes.len(), |node| node.end as usize)
    }

    /// Whether the node at `index` has no children.
    #[must_use]
    pub fn is_leaf(&self, index: usize) -> bool {
        self.end_of(index) == index.saturating_add(1)
    }

    /// The node that the node at `index` stands in.
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        let parent = self.get(index)?.parent;
        (parent != NONE).then_some(parent as usize)
    }

    /// The nodes directly below the node at `index`, with their indices. What is below them is
    /// passed over, not looked at.
    pub fn children(&self, index: usize) -> impl Iterator<Item = (usize, &Node)> {
        let end = match self.get(index) {
            Some(node) => node.end as usize,
            None => 0,
        };
        let mut at = index.saturating_add(1);
        core::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let child = self.get(at)?;
            let found = at;
            // A node ends behind itself, so this goes on.
            at = (child.end as usize).max(at.saturating_add(1));
            Some((found, child))
        })
    }

    /// The leaves, with their indices.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .filter(|&(index, _)| self.is_leaf(index))
    }

    /// The leaf that holds a bit.
    #[must_use]
    pub fn leaf_at(&self, bit: u32) -> Option<usize> {
        self.leaf_before(bit).filter(|&leaf| {
            self.get(leaf)
                .is_some_and(|node| node.span.start <= bit && bit < node.span.end())
        })
    }

    /// The leaf that holds a bit, or the last before it: a group that nothing could be read of
    /// holds none.
    fn leaf_before(&self, bit: u32) -> Option<usize> {
        // Starts never fall in reading order.
        let mut at = self.nodes.partition_point(|node| node.span.start <= bit);
        while let Some(index) = at.checked_sub(1) {
            let node = self.get(index)?;
            if node.span.len > 0 && self.is_leaf(index) {
                return Some(index);
            }
            at = index;
        }
        None
    }

    /// The leaves that hold a bit of `span`, in order.
    pub fn leaves_in(&self, span: Span) -> impl Iterator<Item = usize> {
        let from = self.leaf_before(span.start).unwrap_or(0);
        self.nodes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .zip(from..)
            .take_while(move |(node, _)| node.span.start < span.end())
            .filter(move |&(node, index)| node.span.end() > span.start && self.is_leaf(index))
            .map(|(_, index)| index)
    }

    /// The smallest node whose span holds all of `span`, if any does; else the leaf where it begins.
    #[must_use]
    pub fn node_of(&self, span: Span) -> Option<usize> {
        let leaf = self.leaf_before(span.start)?;
        let mut at = Some(leaf);
        while let Some(index) = at {
            if self.get(index)?.span.contains(span) {
                return Some(index);
            }
            at = self.parent(index);
        }
        Some(leaf)
    }

    /// The node that stands for a byte: a group of just its bits, else the leaf of its first bit.
    #[must_use]
    pub fn node_of_byte(&self, byte: usize) -> Option<usize> {
        let span = Span::of_bytes(byte, byte.saturating_add(1));
        let leaf = self.leaf_at(span.start)?;
        let node = self.get(leaf)?;
        if node.span.len >= 8 {
            return Some(leaf);
        }
        let group = self
            .parent(leaf)
            .filter(|&parent| self.get(parent).is_some_and(|parent| parent.span == span));
        Some(group.unwrap_or(leaf))
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
        let (_, length) = self.length_of(index)?;
        let start = length.span.end();
        Some(Span {
            start,
            len: node.span.end().saturating_sub(start),
        })
    }

    /// The length of a string or binary node, if it is one: a string's is its first part, a
    /// property's its second, behind the identifier.
    #[must_use]
    pub fn length_of(&self, index: usize) -> Option<(usize, &Node)> {
        self.children(index)
            .take(2)
            .find(|(_, child)| child.field == Field::Length)
    }
}
