//! The dissector: every field and every broken rule of whatever the bytes are. It never fails.

use alloc::vec::Vec;

use crate::grammar::{Cursor, Record};
use crate::{
    Context, Diagnostic, Field, Node, PacketType, ProtocolVersion, Rule, Sender, Severity, Tree,
    frame,
};

/// How much of a packet is written down. It is read and judged to its end whatever they are, and
/// what every packet has (headers, topic, payload) is always there: only the entries of lists
/// (properties, filters, codes) and faults can be too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes from which on the entries of a list become one [`Field::Omitted`].
    pub nodes: usize,
    /// Diagnostics that are kept; the rest is counted.
    pub diagnostics: usize,
}

impl Limits {
    /// Faults are counted and nothing is kept of them; no entry of a list has nodes.
    pub const COUNTS: Self = Self {
        nodes: 0,
        diagnostics: 0,
    };
}

impl Default for Limits {
    /// Two million nodes, about 60 MB, and a thousand diagnostics.
    fn default() -> Self {
        Self {
            nodes: 2_000_000,
            diagnostics: 1_000,
        }
    }
}

/// How many rules are broken, those that are not kept as diagnostics included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Of severity error.
    pub errors: u32,
    /// Of severity warning.
    pub warnings: u32,
    /// Of severity note.
    pub notes: u32,
}

impl FaultCounts {
    pub(crate) fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        };
        *count = count.saturating_add(1);
    }

    /// All of them.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.errors
            .saturating_add(self.warnings)
            .saturating_add(self.notes)
    }
}

/// One packet, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissection {
    /// The version it was read by: a CONNECT's own, else the one that was given.
    pub version: ProtocolVersion,
    /// Who sent it, where that was given.
    pub sender: Option<Sender>,
    /// From the first four bits.
    pub packet_type: PacketType,
    /// Bytes of the packet that are there.
    pub len: usize,
    /// Bytes that must at least be added to complete it; 0 for a whole packet.
    pub missing: usize,
    /// The fields.
    pub tree: Tree,
    /// The broken rules, in the order of reading; of very many only the first.
    pub diagnostics: Vec<Diagnostic>,
    /// How many they are.
    pub counts: FaultCounts,
}

impl Dissection {
    /// What its fields are explained by.
    #[must_use]
    pub const fn context(&self) -> Context {
        Context {
            version: self.version,
            sender: self.sender,
        }
    }

    /// Whether a rule of severity error is broken.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.counts.errors > 0
    }
}

/// Which statement fits a string that is not UTF-8.
impl Dissection {
    /// Whether a statement that a rule rests on is about the field that breaks it here. A rule of
    /// all strings rests on a statement for each of them.
    #[must_use]
    pub fn cites(&self, diagnostic: &Diagnostic, statement: &str) -> bool {
        if diagnostic.rule != Rule::StringNotUtf8 {
            return true;
        }
        let is_v5 = diagnostic.version.is_v5();
        if statement
            == (if is_v5 {
                "MQTT-1.5.4-1"
            } else {
                "MQTT-1.5.3-1"
            })
        {
            return true;
        }
        let field = |node: Option<usize>| Some(self.tree.get(node?)?.field);
        let mut at = self.tree.node_of(diagnostic.span);
        while let Some(node) = at {
            let wanted = match (field(Some(node)), is_v5) {
                (Some(Field::TopicName), _) => "MQTT-3.3.2-1",
                (Some(Field::ClientIdentifier), _) => "MQTT-3.1.3-4",
                (Some(Field::WillTopic), true) => "MQTT-3.1.3-11",
                (Some(Field::WillTopic), false) => "MQTT-3.1.3-10",
                (Some(Field::UserName), true) => "MQTT-3.1.3-12",
                (Some(Field::UserName), false) => "MQTT-3.1.3-11",
                (Some(Field::TopicFilter), _) if self.packet_type == PacketType::Unsubscribe => {
                    "MQTT-3.10.3-1"
                }
                (Some(Field::TopicFilter), _) => "MQTT-3.8.3-1",
                (Some(Field::ResponseTopic), _) => "MQTT-3.3.2-13",
                (Some(Field::ContentType), _) => "MQTT-3.3.2-19",
                (Some(Field::UserProperty), _) => "MQTT-1.5.7-1",
                _ => {
                    at = self.tree.parent(node);
                    continue;
                }
            };
            return statement == wanted;
        }
        false
    }
}

/// Dissects packet after packet without allocating anew.
#[derive(Clone, Debug)]
pub struct Dissector {
    dissection: Dissection,
    limits: Limits,
}

impl Default for Dissector {
    fn default() -> Self {
        Self::new()
    }
}

impl Dissector {
    /// Holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::within(Limits::default())
    }

    /// The same with other limits.
    #[must_use]
    pub const fn within(limits: Limits) -> Self {
        Self {
            limits,
            dissection: Dissection {
                version: ProtocolVersion::V5,
                sender: None,
                packet_type: PacketType::Reserved,
                len: 0,
                missing: 2,
                tree: Tree::new(),
                diagnostics: Vec::new(),
                counts: FaultCounts {
                    errors: 0,
                    warnings: 0,
                    notes: 0,
                },
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
            tree,
            diagnostics,
            counts,
            ..
        } = &mut self.dissection;
        tree.clear();
        diagnostics.clear();
        *counts = FaultCounts::default();
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
            tree,
            diagnostics,
            counts,
            limits: self.limits,
            until_error,
            omitted: None,
        };
        let mut cursor = Cursor {
            bytes,
            at: 0,
            end: len,
            limit: len.saturating_add(missing),
            incomplete: missing > 0,
            lost: false,
            in_properties: false,
            context,
            sink,
        };
        // How it ended does not matter: all that was found is written down.
        let _ = crate::packet::read(&mut cursor, header_len, |_| ());
        cursor.skip(Field::Unread);
        self.dissection.version = cursor.context.version;
        self.dissection.sender = context.sender;
        self.dissection.packet_type =
            PacketType::from_nibble(bytes.first().map_or(0, |byte| byte >> 4));
        self.dissection.len = len;
        self.dissection.missing = missing;
        &self.dissection
    }

    /// What the last packet was taken apart into.
    #[must_use]
    pub const fn dissection(&self) -> &Dissection {
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

/// Takes the packet at the start of `bytes` apart within limits.
#[must_use]
pub fn dissect_within(bytes: &[u8], context: Context, limits: Limits) -> Dissection {
    let mut dissector = Dissector::within(limits);
    dissector.dissect(bytes, context);
    dissector.into_dissection()
}
