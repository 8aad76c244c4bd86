//! A tree with what the views ask it again and again: parents, sections, and the leaf of a bit.

use mqttscope_wire::{Section, Span, Tree};

/// Made in one pass over the tree; all questions are then answered without searching it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    /// Of each node, itself when it has none.
    parents: Vec<usize>,
    sections: Vec<Section>,
    /// First bit and node of each leaf, in reading order.
    leaves: Vec<(u32, usize)>,
}

impl Index {
    pub(crate) fn new(tree: &Tree) -> Self {
        let nodes = tree.nodes();
        let mut index = Self::default();
        // The nodes that are open where the pass stands, outermost first.
        let mut open: Vec<(usize, u8)> = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            while open.last().is_some_and(|&(_, depth)| depth >= node.depth) {
                open.pop();
            }
            let parent = open.last().map(|&(parent, _)| parent);
            index.parents.push(parent.unwrap_or(at));
            let inherited = parent
                .and_then(|parent| index.sections.get(parent))
                .copied();
            index.sections.push(
                node.field
                    .section()
                    .or(inherited)
                    .unwrap_or(Section::Unread),
            );
            if nodes
                .get(at.saturating_add(1))
                .is_none_or(|next| next.depth <= node.depth)
            {
                // A group that nothing could be read of tiles nothing.
                if node.span.len > 0 {
                    index.leaves.push((node.span.start, at));
                }
            } else {
                open.push((at, node.depth));
            }
        }
        index
    }

    pub(crate) fn parent(&self, node: usize) -> Option<usize> {
        self.parents
            .get(node)
            .copied()
            .filter(|&parent| parent != node)
    }

    pub(crate) fn section(&self, node: usize) -> Section {
        self.sections.get(node).copied().unwrap_or(Section::Unread)
    }

    /// The leaf that holds a bit, or the last before it.
    pub(crate) fn leaf_at(&self, bit: u32) -> Option<usize> {
        self.place_of(bit)
            .and_then(|place| self.leaves.get(place))
            .map(|&(_, node)| node)
    }

    /// The leaves that hold a bit of `span`, in order.
    pub(crate) fn leaves_in(&self, span: Span) -> impl Iterator<Item = usize> {
        let from = self.place_of(span.start).unwrap_or(0);
        let leaves = self.leaves.get(from..).unwrap_or_default();
        leaves
            .iter()
            .take_while(move |&&(start, _)| start < span.end())
            .map(|&(_, node)| node)
    }

    fn place_of(&self, bit: u32) -> Option<usize> {
        self.leaves
            .partition_point(|&(start, _)| start <= bit)
            .checked_sub(1)
    }

    /// The smallest node that holds all of `span`, if any does; else the leaf where it begins.
    pub(crate) fn node_of(&self, tree: &Tree, span: Span) -> Option<usize> {
        let leaf = self.leaf_at(span.start)?;
        let mut at = Some(leaf);
        while let Some(node) = at {
            if tree.get(node).is_some_and(|node| node.span.contains(span)) {
                return Some(node);
            }
            at = self.parent(node);
        }
        Some(leaf)
    }

    /// The node that stands for a byte: a group of just its bits, else the leaf of its first bit.
    pub(crate) fn node_of_byte(&self, tree: &Tree, byte: usize) -> Option<usize> {
        let span = Span::of_bytes(byte, byte.saturating_add(1));
        let leaf = self.leaf_at(span.start)?;
        let node = tree.get(leaf)?;
        if node.span.end() <= span.start {
            return None;
        }
        let parent = self
            .parent(leaf)
            .filter(|&parent| tree.get(parent).is_some_and(|parent| parent.span == span));
        Some(if node.span.len < 8 {
            parent.unwrap_or(leaf)
        } else {
            leaf
        })
    }
}
