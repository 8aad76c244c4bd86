//! Replacing bytes of a packet while the lengths around them stay right.
//!
//! Three things count bytes: the length before a string or binary data, a Property Length, and the
//! Remaining Length. A cut names the node that it happens in, and every count whose group holds
//! that node grows or shrinks with it. Counts that are wrong stay wrong by as much: they may be
//! wrong on purpose. Only the count of content that is replaced as a whole is set to what is right.

use std::ops::Range;

use mqttscope_wire::{Field, Span, Tree, varint};

use super::EditError;
use crate::order::sorted;

/// Changes to one packet, made all at once by [`Patch::finish`].
pub(super) struct Patch<'a> {
    tree: &'a Tree,
    /// The packet, with changes that keep its length already made.
    bytes: Vec<u8>,
    cuts: Vec<Cut>,
    /// Groups whose count is set to what is right, whatever it was.
    exact: Vec<usize>,
    /// Counts that stay as they are.
    frozen: Vec<usize>,
}

struct Cut {
    range: Range<usize>,
    bytes: Vec<u8>,
    /// The node whose content changes; `None`: no group's.
    owner: Option<usize>,
}

impl<'a> Patch<'a> {
    pub(super) fn new(packet: &[u8], tree: &'a Tree) -> Self {
        Self {
            tree,
            bytes: packet.to_vec(),
            cuts: Vec::new(),
            exact: Vec::new(),
            frozen: Vec::new(),
        }
    }

    /// Writes `number` into the bits of `span`, high bit first.
    pub(super) fn bits(&mut self, span: Span, number: u32) {
        for offset in 0..span.len {
            let shift = span.len.saturating_sub(offset).saturating_sub(1);
            let bit = number.checked_shr(shift).unwrap_or(0) & 1;
            set_bit(&mut self.bytes, span.start.saturating_add(offset), bit == 1);
        }
    }

    /// Puts `bytes` in the place of `range`; `owner` is the innermost group that counts them.
    pub(super) fn replace(&mut self, range: Range<usize>, bytes: Vec<u8>, owner: Option<usize>) {
        self.cuts.push(Cut {
            range,
            bytes,
            owner,
        });
    }

    /// Inserts `bytes` before byte `at`.
    pub(super) fn insert(&mut self, at: usize, bytes: Vec<u8>, owner: Option<usize>) {
        self.replace(at..at, bytes, owner);
    }

    /// Takes a node out with all that is in it.
    pub(super) fn remove(&mut self, node: usize) {
        if let Some(found) = self.tree.get(node) {
            let (start, end) = found.span.bytes();
            self.replace(start..end, Vec::new(), self.tree.parent(node));
        }
    }

    /// Replaces all that the count of `group` counts.
    pub(super) fn content(&mut self, group: usize, bytes: Vec<u8>) {
        if let Some(span) = self.tree.content_span(group) {
            let (start, end) = span.bytes();
            self.replace(start..end, bytes, Some(group));
            self.exact.push(group);
        }
    }

    /// Writes a count that is to be wrong: the leaf at `node` gets the bytes, and is not corrected.
    pub(super) fn count(&mut self, node: usize, bytes: Vec<u8>) {
        let Some(found) = self.tree.get(node) else {
            return;
        };
        let (start, end) = found.span.bytes();
        // The count stands in its group but is not among what the group counts.
        let owner = self
            .tree
            .parent(node)
            .and_then(|group| self.tree.parent(group));
        self.frozen.push(node);
        self.replace(start..end, bytes, owner);
    }

    /// The packet with all changes made.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, EditError> {
        self.correct_counts()?;
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut at = 0_usize;
        for cut in sorted(&self.cuts, |cut| (cut.range.start, cut.range.end)) {
            let start = cut.range.start.min(self.bytes.len());
            out.extend_from_slice(self.bytes.get(at..start).unwrap_or_default());
            out.extend_from_slice(&cut.bytes);
            at = at.max(cut.range.end.min(self.bytes.len()));
        }
        out.extend_from_slice(self.bytes.get(at..).unwrap_or_default());
        Ok(out)
    }

    /// From the last count to the first: an inner one stands behind the outer one, and may itself
    /// need another number of bytes.
    fn correct_counts(&mut self) -> Result<(), EditError> {
        let tree = self.tree;
        for (index, node) in tree.nodes().iter().enumerate().rev() {
            let remaining = node.field == Field::RemainingLength;
            if !(remaining || matches!(node.field, Field::Length | Field::PropertyLength))
                || self.frozen.contains(&index)
            {
                continue;
            }
            let mqttscope_wire::Value::Number(before) = node.value else {
                continue;
            };
            let Some(group) = tree.parent(index) else {
                continue;
            };
            let (start, end) = node.span.bytes();
            if self
                .cuts
                .iter()
                .any(|cut| cut.range.start <= start && end <= cut.range.end)
            {
                // It is taken out with what it counts.
                continue;
            }
            // The fixed header does not count itself; every other group counts what is in it.
            let inside = group..tree.end_of(group);
            let counted = |cut: &&Cut| {
                let within = cut.owner.is_some_and(|owner| inside.contains(&owner));
                if remaining { !within } else { within }
            };
            let (mut gained, mut lost) = (0_usize, 0_usize);
            for cut in self.cuts.iter().filter(counted) {
                gained = gained.saturating_add(cut.bytes.len());
                lost = lost.saturating_add(cut.range.len());
            }
            let base = if self.exact.contains(&group) {
                tree.content_span(group)
                    .map_or(0, |span| (span.len / 8) as usize)
            } else {
                before as usize
            };
            let after = base.saturating_add(gained).saturating_sub(lost);
            if after == before as usize {
                continue;
            }
            let (name, max) = match node.field {
                Field::Length => (
                    tree.get(group).map_or("Length", |node| node.field.name()),
                    0xffff,
                ),
                Field::PropertyLength => ("Properties", varint::MAX as usize),
                _ => ("A packet", varint::MAX as usize),
            };
            if after > max {
                return Err(EditError::TooLong {
                    name,
                    len: after,
                    max,
                });
            }
            let after = u32::try_from(after).unwrap_or(varint::MAX);
            let mut bytes = count_bytes(node.field, after);
            if node.field != Field::Length && end.saturating_sub(start) > varint::len(before) {
                // It was wider than need be, which may be on purpose.
                widen(&mut bytes, end.saturating_sub(start));
            }
            let owner = if remaining {
                Some(group)
            } else {
                tree.parent(group)
            };
            self.replace(start..end, bytes, owner);
        }
        Ok(())
    }
}

/// A count as it is written.
pub(super) fn count_bytes(field: Field, number: u32) -> Vec<u8> {
    if field == Field::Length {
        return u16::try_from(number)
            .unwrap_or(u16::MAX)
            .to_be_bytes()
            .to_vec();
    }
    let mut out = Vec::new();
    varint::write(number, &mut out);
    out
}

/// Writes a Variable Byte Integer in more bytes than it needs.
fn widen(bytes: &mut Vec<u8>, width: usize) {
    while bytes.len() < width {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(0);
    }
}

/// Sets a bit, counted from the most significant of the first byte.
pub(super) fn set_bit(bytes: &mut [u8], bit: u32, on: bool) {
    let mask = 0x80_u8 >> (bit % 8);
    if let Some(byte) = bytes.get_mut((bit / 8) as usize) {
        if on {
            *byte |= mask;
        } else {
            *byte &= !mask;
        }
    }
}
