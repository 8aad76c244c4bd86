//! What is thrown of packets.

use js_sys::Array;
use mqttscope_monitor::words;
use mqttscope_wire::{Citation, Context, DecodeError, EncodeError, ProtocolVersion, Rule, dissect};
use wasm_bindgen::prelude::*;

use super::Failure;

impl Failure {
    /// A packet, which begins at `offset` and with `packet`, breaks a rule.
    pub(crate) fn decode(offset: u64, packet: &[u8], error: DecodeError, context: Context) -> Self {
        // The dissector says the same with the numbers that the strict decoder has no place for.
        let dissection = dissect(packet, context);
        let message = dissection
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.rule == error.rule && diagnostic.span == error.span)
            .map_or_else(
                || words(error.rule).summary.to_owned(),
                |diagnostic| diagnostic.message(packet),
            );
        let (byte, _) = error.span.bytes();
        Self {
            rule: Some(error.rule.name()),
            statement: statement(error.rule, dissection.version),
            offset: Some(offset.saturating_add(byte as u64) as f64),
            index: None,
            message,
        }
    }

    /// The input ends inside the packet that begins at `offset`.
    pub(crate) fn incomplete(offset: usize, missing: usize) -> Self {
        Self {
            rule: Some("incomplete"),
            statement: None,
            offset: Some(offset as f64),
            index: None,
            message: format!(
                "the packet at byte {offset} is not complete: at least {missing} more bytes are needed"
            ),
        }
    }

    /// The packet that begins at `offset` has more bytes than the caller accepts.
    pub(crate) fn too_large(offset: u64, len: usize, maximum: usize) -> Self {
        Self {
            rule: Some("too-large"),
            statement: None,
            offset: Some(offset as f64),
            index: None,
            message: format!(
                "the packet at byte {offset} has {len} bytes, more than maximumPacketSize, {maximum}"
            ),
        }
    }

    /// More packets than are taken apart at once; the next begins at `offset`.
    pub(crate) fn too_many(offset: usize, maximum: usize) -> Self {
        Self {
            rule: Some("too-many-packets"),
            statement: None,
            offset: Some(offset as f64),
            index: None,
            message: format!(
                "more than {maximum} packets, the next at byte {offset}: raise maximumPackets, or give the bytes in parts"
            ),
        }
    }

    /// A packet of this type cannot be written.
    pub(crate) fn encode(packet_type: &str, error: EncodeError, version: ProtocolVersion) -> Self {
        let rule = match error {
            EncodeError::Breaks(rule) => Some(rule),
            _ => None,
        };
        Self {
            rule: rule.map(Rule::name),
            statement: rule.and_then(|rule| statement(rule, version)),
            offset: None,
            index: None,
            message: match rule {
                Some(rule) => format!("{packet_type}: {}", words(rule).summary),
                None => format!("{packet_type}: {error}"),
            },
        }
    }

    /// A field of a packet is not what it must be.
    pub(crate) fn field(place: &str, field: &str, must: &str) -> Self {
        Self::message(format!("{place}: {field} must be {must}"))
    }

    /// The same of a packet in a list.
    pub(crate) fn at(self, index: usize) -> Self {
        Self {
            index: u32::try_from(index).ok(),
            ..self
        }
    }

    /// The Error to be thrown, with the packets that were read before it.
    pub(crate) fn with(self, packets: &Array) -> JsValue {
        self.error(Some(packets))
    }
}

/// The nearest numbered statement of the version's standard.
pub(crate) fn statement(rule: Rule, version: ProtocolVersion) -> Option<&'static str> {
    match rule.citation(version) {
        Citation::Statements(ids) => ids.first().copied(),
        Citation::Section(_) | Citation::None => None,
    }
}

/// The section of the version's standard, where no statement with a number says it.
pub(crate) fn section(rule: Rule, version: ProtocolVersion) -> Option<&'static str> {
    match rule.citation(version) {
        Citation::Section(section) => Some(section),
        Citation::Statements(_) | Citation::None => None,
    }
}
