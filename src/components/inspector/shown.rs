//! The packet that an inspector shows, cheap to pass on.

use std::ops::Range;
use std::rc::Rc;

use mqttscope_view::bytes::{Layout, Line};
use mqttscope_view::payload::{Asked, Form};
use mqttscope_view::recording::Recording;
use mqttscope_view::repair::Repair;
use mqttscope_wire::{Dissection, Tree};

use crate::hooks::TextsStage;

/// The most missing bytes that get a place.
const MISSING_SHOWN: usize = 32;

/// A packet with its dissection, and with what is said about it. Two are the same when they are the
/// same one in memory and as much can be said.
#[derive(Clone)]
pub struct Shown(Rc<Inner>, pub(super) TextsStage);

struct Inner {
    bytes: Rc<[u8]>,
    dissection: Dissection,
    offset: usize,
    /// All bytes of what it stands in, where that is known.
    total: Option<usize>,
    layout: Layout,
    repairs: Vec<Repair>,
    forms: Vec<Form>,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.is_packet_of(other) && self.1 == other.1
    }
}

impl Shown {
    /// Whether both show one packet, however much can be said of it.
    #[must_use]
    pub fn is_packet_of(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// A packet, taken apart, that begins at `offset` of what it stands in.
    ///
    /// `forms` are those in which its payload can be shown, the likeliest first.
    #[must_use]
    pub fn new(bytes: Rc<[u8]>, dissection: Dissection, offset: usize, forms: Vec<Form>) -> Self {
        let layout = Layout::new(&dissection);
        let inner = Inner {
            bytes,
            dissection,
            offset,
            total: None,
            layout,
            repairs: Vec::new(),
            forms,
        };
        Self(Rc::new(inner), TextsStage::Coming)
    }

    /// The packet with this index of a recording, and what was probably meant by it, where it is wrong. `read` gives the
    /// forms of its payload.
    #[must_use]
    pub fn of(
        recording: &Recording,
        packet: usize,
        repairs: Vec<Repair>,
        read: impl FnOnce(&Asked<'_>) -> Vec<Form>,
    ) -> Option<Self> {
        let offset = recording.packets().get(packet)?.at.offset;
        let dissection = recording.dissect(packet);
        let asked = Asked::of(&dissection, recording.bytes_of(packet));
        let forms = asked.map(|asked| read(&asked.among(recording, packet)));
        let inner = Inner {
            bytes: recording.bytes_of(packet).into(),
            offset,
            total: Some(recording.bytes().len()),
            layout: Layout::new(&dissection),
            dissection,
            repairs,
            forms: forms.unwrap_or_default(),
        };
        Some(Self(Rc::new(inner), TextsStage::Coming))
    }

    /// What was probably meant, where it is wrong.
    #[must_use]
    pub(super) fn repairs(&self) -> &[Repair] {
        &self.0.repairs
    }

    /// The forms of its payload, the likeliest first.
    pub(super) fn forms(&self) -> &[Form] {
        &self.0.forms
    }

    /// A line of its bytes.
    #[must_use]
    pub fn line(&self, number: usize, width: usize) -> Line {
        self.0
            .layout
            .line(self.dissection(), self.bytes(), number, width)
    }

    /// The bytes of a field.
    #[must_use]
    pub fn byte_range(&self, node: usize) -> Option<Range<usize>> {
        let (start, end) = self.tree().get(node)?.span.bytes();
        (start < end).then_some(start..end)
    }

    /// The bytes there are, and some places for those that are missing.
    #[must_use]
    pub fn len_with_missing(&self) -> usize {
        self.bytes()
            .len()
            .saturating_add(self.dissection().missing.min(MISSING_SHOWN))
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

    /// How many bytes there are in what it stands in, where that is known.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        self.0.total
    }

    /// The field that a byte is selected as.
    #[must_use]
    pub fn node_at(&self, byte: usize) -> Option<usize> {
        self.line(byte, 1).cells.first()?.node
    }

    /// The field that a broken rule is about.
    #[must_use]
    pub fn node_of_diagnostic(&self, index: usize) -> Option<usize> {
        self.tree()
            .node_of(self.dissection().diagnostics.get(index)?.span)
    }
}
