//! A broken rule at a place.

use alloc::{
    format,
    string::{String, ToString},
};

use crate::explain::shown;
use crate::explain::words::duration;
use crate::{
    Citation, Field, PacketType, PropertyId, ProtocolVersion, ReasonCode, Rule, Sender, Severity,
    Span,
};

/// Characters of a protocol name that a message repeats: it is as long as somebody made it.
const MOST_OF_NAME: usize = 40;

/// What a strict reader stops at. Text is made where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The rule that the packet breaks.
    pub rule: Rule,
    /// The bits that break it.
    pub span: Span,
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{} ({}), byte {}",
            self.rule.summary(),
            self.rule.name(),
            self.span.start / 8
        )
    }
}

impl core::error::Error for DecodeError {}

/// A broken rule, as a dissection notes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub rule: Rule,
    /// The version it was judged by.
    pub version: ProtocolVersion,
    /// The bits that break it.
    pub span: Span,
    /// The number that breaks it: a value, a count, an identifier.
    pub value: u32,
}

impl Diagnostic {
    /// How sure the rule is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// Where the standard of its version says it.
    #[must_use]
    pub fn citation(&self) -> Citation {
        self.rule.citation(self.version)
    }

    /// What is wrong, for a person who looks at these bits of `packet`.
    #[must_use]
    pub fn message(&self, packet: &[u8]) -> String {
        match self.rule.words() {
            Some(words) => self.filled(words.message, packet),
            None => self.rule.name().to_string(),
        }
    }

    /// A rule's [message](crate::Words::message) with the value that was found in `packet`.
    #[must_use]
    pub fn filled(&self, message: &str, packet: &[u8]) -> String {
        if message.contains("{value}") {
            message.replace("{value}", &self.value_text(packet))
        } else {
            message.to_string()
        }
    }

    /// The value in the form that fits its rule.
    fn value_text(&self, packet: &[u8]) -> String {
        let value = self.value;
        let byte = (value & 0xff) as u8;
        match self.rule {
            Rule::HeaderFlagsReserved
            | Rule::PubrelHeaderFlags
            | Rule::SubscribeHeaderFlags
            | Rule::UnsubscribeHeaderFlags
            | Rule::DisconnectHeaderFlags
            | Rule::AuthHeaderFlags => format!("{value:04b}"),
            Rule::SubscribeOptionsReserved | Rule::UnusedBitsSet => {
                format!("{value:0width$b}", width = self.span.len.min(32) as usize)
            }
            Rule::ConnackFlagsReserved => format!("0x{value:02X}"),
            Rule::PacketNotFromClient | Rule::PacketNotFromServer => {
                PacketType::from_nibble(byte).name().to_string()
            }
            Rule::PacketTooShort | Rule::ConnectWillMissing | Rule::ConnectCredentialsAbsent => {
                Field::ALL.get(value as usize).map_or_else(
                    || value.to_string(),
                    |field| field.name_in(self.version).to_string(),
                )
            }
            Rule::PropertyNotAllowed | Rule::PropertyRepeated => {
                PropertyId(value).name().to_string()
            }
            Rule::PropertyUnknown => format!("0x{value:02X}"),
            Rule::ConnectKeepAliveUnlikely => duration(value),
            Rule::PublishPayloadPrefixed => {
                let [_, _, high, low] = value.to_be_bytes();
                format!("{high:02X} {low:02X}")
            }
            Rule::StringSurrogate | Rule::StringControlCharacter | Rule::StringNoncharacter => {
                format!("U+{value:04X}")
            }
            Rule::ConnectProtocolName => shown(self.span.slice(packet), MOST_OF_NAME),
            Rule::ConnackReasonUndefined
            | Rule::PubackReasonUndefined
            | Rule::PubrecReasonUndefined
            | Rule::PubrelReasonUndefined
            | Rule::PubcompReasonUndefined
            | Rule::SubackReasonUndefined
            | Rule::UnsubackReasonUndefined
            | Rule::DisconnectReasonUndefined => format!("0x{value:02X}"),
            Rule::AuthReasonUndefined => format!("0x{value:02X}"),
            Rule::DisconnectOfV5 => {
                let code = ReasonCode(byte);
                let name = code.name(PacketType::Disconnect, ProtocolVersion::V5);
                let by = |sender| code.may_be_sent_by(PacketType::Disconnect, sender);
                let from = match (by(Sender::Client), by(Sender::Server)) {
                    (false, true) => ", from the server",
                    (true, false) => ", from the client",
                    _ => "",
                };
                format!("0x{byte:02X} means {}{from}", name.unwrap_or("nothing"))
            }
            Rule::ConnackOfV311 => {
                let name = ReasonCode(byte).name(PacketType::Connack, ProtocolVersion::V3_1_1);
                let name = name.unwrap_or("which has no name");
                // Each name begins so.
                let name = name.strip_prefix("Connection Refused, ").unwrap_or(name);
                format!("{byte}, {name}")
            }
            Rule::DisconnectReasonDirection => reason(byte, PacketType::Disconnect, self.version),
            Rule::AuthReasonDirection => reason(byte, PacketType::Auth, self.version),
            _ => value.to_string(),
        }
    }
}

/// A reason code by number and name.
fn reason(code: u8, packet_type: PacketType, version: ProtocolVersion) -> String {
    match ReasonCode(code).name(packet_type, version) {
        Some(name) => format!("0x{code:02X} ({name})"),
        None => format!("0x{code:02X}"),
    }
}
