//! The packet that an inspector shows, cheap to pass on.

use std::rc::Rc;

use mqttscope_wire::{Dissection, Span, Tree};

/// A packet with its dissection. Two are the same when they are the same one in memory.
#[derive(Clone)]
pub struct Shown(Rc<Inner>);

struct Inner {
    bytes: Rc<[u8]>,
    dissection: Dissection,
    offset: usize,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Shown {
    /// A packet, taken apart, that begins at `offset` of what it stands in.
    #[must_use]
    pub fn new(bytes: Rc<[u8]>, dissection: Dissection, offset: usize) -> Self {
        Self(Rc::new(Inner { bytes, dissection, offset }))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Its fields and broken rules.
    #[must_use]
    pub fn dissection(&self) -> &Dissection {
        &self.0.dissection
    }

    /// Its fields.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.0.dissection.tree
    }

    /// Where it begins in what it stands in, in bytes.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The field that a byte is selected as: the leaf that fills it, or the smallest group that
    /// holds all its bits.
    #[must_use]
    pub fn node_at(&self, byte: usize) -> Option<usize> {
        let tree = self.tree();
        let span = Span::of_bytes(byte, byte.saturating_add(1));
        let leaf = tree.leaf_at(span.start)?;
        if tree.get(leaf)?.span.contains(span) {
            return Some(leaf);
        }
        // A section is too much for one byte: its first part says more.
        tree.node_of(span).filter(|&node| tree.get(node).is_some_and(|node| node.depth > 0)).or(Some(leaf))
    }

    /// The field that a broken rule is about.
    #[must_use]
    pub fn node_of_diagnostic(&self, index: usize) -> Option<usize> {
        self.tree().node_of(self.dissection().diagnostics.get(index)?.span)
    }
}
