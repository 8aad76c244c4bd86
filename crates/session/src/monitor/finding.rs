//! What the monitor finds: a broken rule, who broke it, and the packets that show it.

use alloc::format;
use alloc::string::{String, ToString};

use mqttscope_wire::{
    Citation, Diagnostic, PacketType, ProtocolVersion, ReasonCode, Rule, Sender, Severity, Span,
};

use super::{ConnectionId, PacketNumbers, words};
use crate::common::Instant;

/// A broken rule. Text is made where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The version of the connection, by which it was judged.
    pub version: ProtocolVersion,
    /// Where.
    pub connection: ConnectionId,
    /// Who broke it.
    pub by: Sender,
    /// The packets that show it, the one that broke the rule last.
    pub packets: PacketNumbers,
    /// The bits of that last packet, where one packet alone breaks the rule.
    pub span: Option<Span>,
    /// The type of that last packet.
    pub packet_type: PacketType,
    /// The number that breaks the rule: an identifier, a count, seconds.
    pub value: u32,
    /// The number that it is measured by: a maximum, another identifier, seconds.
    pub limit: u32,
    /// When it was found.
    pub at: Instant,
}

impl Finding {
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

    /// The nearest statement of the standard, where it has a number.
    #[must_use]
    pub fn statement(&self) -> Option<&'static str> {
        match self.citation() {
            Citation::Statements(ids) => ids.first().copied(),
            Citation::Section(_) | Citation::None => None,
        }
    }

    /// What is wrong, for a person.
    #[must_use]
    pub fn message(&self) -> String {
        if let Some(span) = self.span {
            // The name that stands there is in the packet, which is not kept.
            if self.rule == Rule::ConnectProtocolName {
                return words(self.rule).summary.to_string();
            }
            let diagnostic = Diagnostic {
                rule: self.rule,
                version: self.version,
                span,
                value: self.value,
            };
            return diagnostic.message(&[]);
        }
        let template = words(self.rule).message;
        if !template.contains('{') {
            return template.to_string();
        }
        template
            .replace("{value}", &self.value.to_string())
            .replace("{limit}", &self.limit.to_string())
            .replace("{type}", self.packet_type.name())
            .replace("{reason}", &self.reason())
    }

    /// The value read as the reason code of its packet.
    fn reason(&self) -> String {
        let code = (self.value & 0xff) as u8;
        match ReasonCode(code).name(self.packet_type, self.version) {
            Some(name) => format!("0x{code:02X} ({name})"),
            None => format!("0x{code:02X}"),
        }
    }
}
