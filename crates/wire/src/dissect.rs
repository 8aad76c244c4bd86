//! The dissector: every field and every broken rule of whatever the bytes are. It never fails.

use alloc::vec::Vec;

use crate::grammar::{Cursor, Record, packet};
use crate::{Context, Diagnostic, Field, Node, PacketType, ProtocolVersion, Severity, Tree, frame};

/// One packet, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissection {
    /// The version it was read by: a CONNECT's own, else the one that was given.
    pub version: ProtocolVersion,
    /// From the first four bits.
    pub packet_type: PacketType,
    /// Bytes of the packet that are there.
    pub len: usize,
    /// Bytes that must at least be added to complete it; 0 for a whole packet.
    pub missing: usize,
    /// The fields.
    pub tree: Tree,
    /// The broken rules, in the order of reading.
    pub diagnostics: Vec<Diagnostic>,
}

impl Dissection {
    /// Whether a rule of severity error is broken.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity() == Severity::Error)
    }
}

/// Dissects packet after packet without allocating anew.
#[derive(Clone, Debug)]
pub struct Dissector {
    dissection: Dissection,
}

impl Default for Dissector {
    fn default() -> Self {
        Self::new()
    }
}

impl Dissector {
    /// Holds nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            dissection: Dissection {
                version: ProtocolVersion::V5,
                packet_type: PacketType::Reserved,
                len: 0,
                missing: 2,
                tree: Tree { nodes: Vec::new() },
                diagnostics: Vec::new(),
            },
        }
    }

    /// Takes the packet at the start of `bytes` apart, as far as it is there.
    pub fn dissect(&mut self, bytes: &[u8], context: Context) -> &Dissection {
        self.read(bytes, context, false)
    }

    /// Whether `bytes`, which hold a whole packet, begin with a valid one: what the strict decoder
    /// says, without its code, which a program that only reads recordings shall not carry.
    pub(crate) fn is_valid(&mut self, bytes: &[u8], context: Context) -> bool {
        !self.read(bytes, context, true).has_errors()
    }

    fn read(&mut self, bytes: &[u8], context: Context, until_error: bool) -> &Dissection {
        let Dissection {
            tree, diagnostics, ..
        } = &mut self.dissection;
        tree.nodes.clear();
        diagnostics.clear();
        let (header_len, len, missing) = match frame::header(bytes) {
            frame::Header::Complete { header_len, len } => (
                header_len,
                len.min(bytes.len()),
                len.saturating_sub(bytes.len()),
            ),
            frame::Header::Incomplete { missing } => (bytes.len(), bytes.len(), missing),
            // Nothing says where the packet ends: it takes the header only, so that a reader can
            // look for the next packet behind it.
            frame::Header::TooLong => (5, bytes.len().min(5), 0),
        };
        let bytes = bytes.get(..len).unwrap_or(bytes);
        let sink = Record {
            nodes: &mut tree.nodes,
            diagnostics,
            depth: 0,
            until_error,
        };
        let mut cursor = Cursor {
            bytes,
            at: 0,
            end: len,
            incomplete: missing > 0,
            lost: false,
            in_properties: false,
            context,
            sink,
        };
        // How it ended does not matter: all that was found is written down.
        let _ = packet(&mut cursor, header_len, |_| ());
        cursor.skip(Field::Unread);
        self.dissection.version = cursor.context.version;
        self.dissection.packet_type =
            PacketType::from_nibble(bytes.first().map_or(0, |byte| byte >> 4));
        self.dissection.len = len;
        self.dissection.missing = missing;
        &self.dissection
    }

    /// The nodes of the last packet.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        self.dissection.tree.nodes()
    }

    /// Gives the last dissection away.
    #[must_use]
    pub fn into_dissection(self) -> Dissection {
        self.dissection
    }
}

/// Takes the packet at the start of `bytes` apart.
#[must_use]
pub fn dissect(bytes: &[u8], context: Context) -> Dissection {
    let mut dissector = Dissector::new();
    dissector.dissect(bytes, context);
    dissector.into_dissection()
}
