//! The bytes of a packet in lines, each byte with its field, section and faults.

use mqttscope_wire::{Dissection, Section, Severity, Span};

use crate::order::sorted;

/// One byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The byte.
    pub byte: u8,
    /// The node to select when it is clicked; `None`: no field holds it.
    pub node: Option<usize>,
    /// What it is coloured by.
    pub section: Section,
    /// The worst fault of its bits.
    pub fault: Option<Severity>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first byte's place in the packet.
    pub offset: usize,
    /// The bytes; the last line may have fewer than the others.
    pub cells: Vec<Cell>,
}

/// What lines are made of, on demand: a packet of megabytes costs what is on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// In order of their first bits.
    faults: Vec<(Span, Severity)>,
    /// The longest span of a fault: no fault begins further before what it reaches.
    longest: u32,
}

impl Layout {
    /// Prepares the bytes of a packet.
    #[must_use]
    pub fn new(dissection: &Dissection) -> Self {
        let by_span = sorted(&dissection.diagnostics, |fault| {
            (fault.span.start as usize, fault.span.len as usize)
        });
        let faults: Vec<_> = by_span
            .into_iter()
            .map(|fault| (fault.span, fault.severity()))
            .collect();
        let longest = faults.iter().map(|(span, _)| span.len).max().unwrap_or(0);
        Self { faults, longest }
    }

    /// The number of lines with `width` bytes each.
    #[must_use]
    pub fn line_count(packet: &[u8], width: usize) -> usize {
        packet.len().div_ceil(width.max(1))
    }

    /// The line with this number, from 0; without cells behind the last.
    #[must_use]
    pub fn line(
        &self,
        dissection: &Dissection,
        packet: &[u8],
        number: usize,
        width: usize,
    ) -> Line {
        let width = width.max(1);
        let offset = number.saturating_mul(width);
        let bytes = packet
            .get(offset..offset.saturating_add(width).min(packet.len()))
            .unwrap_or_default();
        let line = Span::of_bytes(offset, offset.saturating_add(bytes.len()));
        let first = line.start.saturating_sub(self.longest);
        let from = self.faults.partition_point(|(span, _)| span.start < first);
        let near: Vec<_> = self
            .faults
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|(span, _)| span.start < line.end())
            .filter(|(span, _)| overlap(*span, line))
            .collect();
        let cells = bytes.iter().enumerate().map(|(index, &byte)| {
            let at = offset.saturating_add(index);
            let span = Span::of_bytes(at, at.saturating_add(1));
            let node = dissection.tree.node_of_byte(at);
            Cell {
                byte,
                node,
                section: node.map_or(Section::Unread, |node| dissection.tree.section(node)),
                fault: near
                    .iter()
                    .filter(|(fault, _)| overlap(*fault, span))
                    .map(|&&(_, severity)| severity)
                    .max(),
            }
        });
        Line {
            offset,
            cells: cells.collect(),
        }
    }
}

/// Whether two spans share a bit.
fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end() && b.start < a.end()
}

/// All lines of a packet.
#[must_use]
pub fn lines(dissection: &Dissection, packet: &[u8], width: usize) -> Vec<Line> {
    let layout = Layout::new(dissection);
    (0..Layout::line_count(packet, width))
        .map(|number| layout.line(dissection, packet, number, width))
        .collect()
}

/// The character that a hex view shows for a byte.
#[must_use]
pub const fn ascii(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        byte as char
    } else {
        '.'
    }
}
