//! Warnings about single packets: nothing is wrong with them, and yet something is odd.
//!
//! A sound packet is decoded and never taken apart, which would cost more than all else. So the few
//! that may be odd are told first.

use mqttscope_wire::{Context, ControlPacket, PropertyValue, ProtocolVersion, Severity, dissect};

use super::Finding;
use super::connection::Connection;
use super::log::Judge;

/// Packets above this are not taken apart: one of a few megabytes can have millions of fields.
const TAKEN_APART: usize = 256 << 10;

impl Connection {
    /// Reports the warnings of a sound packet.
    #[inline]
    pub(super) fn remark(&self, judge: &mut Judge<'_>, bytes: &[u8], packet: &ControlPacket<'_>) {
        if bytes.len() <= TAKEN_APART && may_be_odd(bytes, packet, self.version) {
            self.remark_on(judge, bytes);
        }
    }

    #[cold]
    fn remark_on(&self, judge: &mut Judge<'_>, bytes: &[u8]) {
        let dissection = dissect(bytes, Context::new(self.version).from(judge.from));
        for diagnostic in &dissection.diagnostics {
            if diagnostic.severity() == Severity::Warning {
                let finding = Finding {
                    version: dissection.version,
                    span: Some(diagnostic.span),
                    value: diagnostic.value,
                    ..judge.found(diagnostic.rule)
                };
                judge.report(finding);
            }
        }
    }
}

/// Whether a warning is possible.
#[inline]
fn may_be_odd(bytes: &[u8], packet: &ControlPacket<'_>, version: ProtocolVersion) -> bool {
    let &[first, length, ..] = bytes else {
        return false;
    };
    // A Remaining Length below 128 in more than one byte, or one that ends in an empty byte.
    let is_long = length >= 0x80 && has_empty_length_byte(bytes);
    let properties = match packet {
        ControlPacket::Publish(publish) => {
            if is_odd(publish.topic_name.as_str()) {
                return true;
            }
            publish.properties
        }
        ControlPacket::Puback(answer)
        | ControlPacket::Pubrec(answer)
        | ControlPacket::Pubrel(answer)
        | ControlPacket::Pubcomp(answer) => {
            if version == ProtocolVersion::V3_1 && !matches!(first & 15, 0 | 2) {
                return true;
            }
            answer.properties
        }
        ControlPacket::Pingreq | ControlPacket::Pingresp => {
            return is_long || first & 15 != 0;
        }
        _ => return true,
    };
    is_long
        || properties.set().has_text()
            && properties.iter().any(|property| match property.value() {
                PropertyValue::Text(text) => is_odd(text),
                PropertyValue::Pair(name, value) => is_odd(name) || is_odd(value),
                PropertyValue::Number(_) | PropertyValue::Data(_) => false,
            })
}

/// Whether the last byte of the Remaining Length, which has several, adds nothing.
fn has_empty_length_byte(bytes: &[u8]) -> bool {
    let mut length = bytes.iter().skip(1);
    length.find(|&&byte| byte < 0x80) == Some(&0)
}

/// Whether control characters or noncharacters are possible.
#[inline]
fn is_odd(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| {
        found | (byte < 0x20) | (byte == 0x7f) | (byte == 0xc2) | (byte >= 0xef)
    })
}

#[cfg(test)]
mod tests;
