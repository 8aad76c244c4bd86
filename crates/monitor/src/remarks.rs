//! Warnings about single packets: nothing is wrong with them, and yet something is odd.
//!
//! A sound packet is decoded and never taken apart, which would cost more than all else. So the few
//! that may be odd are told first.

use mqttscope_wire::{
    Context, ControlPacket, Dissection, PacketType, PropertyValue, ProtocolVersion, Rule, Severity,
    Span, dissect,
};

use super::Finding;
use super::connection::Connection;
use super::log::Judge;

/// Packets above this are not taken apart: one of a few megabytes can have millions of fields.
const TAKEN_APART: usize = 256 << 10;

impl Connection {
    /// Reports the warnings of a sound packet, and its notes where they are wanted.
    #[inline]
    pub(super) fn remark(&self, judge: &mut Judge<'_>, bytes: &[u8], packet: &ControlPacket<'_>) {
        if bytes.len() <= TAKEN_APART && may_be_odd(bytes, packet, self.version) {
            let dissection = dissect(bytes, Context::new(self.version).sent_by(judge.from));
            remark_on(judge, &dissection);
        } else if judge.log.has_notes
            && let ControlPacket::Publish(publish) = packet
            && let Some(prefix) = publish.payload_prefix()
        {
            // The only note that a packet may have which is not taken apart.
            let start = bytes.len().saturating_sub(publish.payload.len());
            let finding = Finding {
                span: Some(Span::of_bytes(start, start.saturating_add(2))),
                value: prefix.into(),
                ..judge.found(Rule::PublishPayloadPrefixed)
            };
            judge.report(finding);
        }
    }
}

/// Reports what is no error: warnings, and notes where they are wanted. That a server may refuse a client identifier
/// is of interest where one does, so it waits for that (`Connection::connack`).
#[cold]
pub(super) fn remark_on(judge: &mut Judge<'_>, dissection: &Dissection) {
    let least = if judge.log.has_notes {
        Severity::Note
    } else {
        Severity::Warning
    };
    for diagnostic in &dissection.diagnostics {
        if (least..=Severity::Warning).contains(&diagnostic.severity())
            && diagnostic.rule != Rule::ConnectClientIdNotGuaranteed
        {
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
            // MQTT 3.1 lets them be what they want, which is odd.
            let usual = PacketType::from_first_byte(first).reserved_flags();
            if version == ProtocolVersion::V3_1 && first & 15 != usual {
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
