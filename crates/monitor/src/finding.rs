//! What the monitor finds: a broken rule, who broke it, and the packets that show it.

use alloc::format;
use alloc::string::{String, ToString};

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Citation, Diagnostic, PacketType, ProtocolVersion, QoS, ReasonCode, Rule, Sender, Severity,
    Span,
};

use super::{ConnectionId, PacketNumbers, words};

/// A broken rule. Text is made where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The version of the connection, by which it was judged.
    pub version: ProtocolVersion,
    /// The connection it happened on.
    pub connection: ConnectionId,
    /// Who broke it.
    pub by: Sender,
    /// The packets that show it, the one that broke the rule last.
    pub packets: PacketNumbers,
    /// The bits of that last packet, where one packet alone breaks the rule.
    pub span: Option<Span>,
    /// The type of that last packet.
    pub packet_type: PacketType,
    /// The QoS of the PUBLISH that it is about, where the rule's statements differ by QoS.
    pub qos: Option<QoS>,
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

    /// The nearest statement of the standard, where it has a number: where each QoS has one, that of
    /// the QoS in question, and for what has no QoS one that speaks of none.
    #[must_use]
    pub fn statement(&self) -> Option<&'static str> {
        let Citation::Statements(ids) = self.citation() else {
            return None;
        };
        let has_qos = !matches!(
            self.packet_type,
            PacketType::Subscribe | PacketType::Unsubscribe
        );
        let nearest = ids
            .iter()
            .filter(|_| self.qos.is_some() || !has_qos)
            .find(|id| qos_of(id) == self.qos);
        nearest.or(ids.first()).copied()
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
            .replace("{protocol}", super::foreign::name(self.value))
            .replace("{type}", self.packet_type.name())
            .replace("{reason}", &self.reason())
    }

    /// The protocol that was taken for MQTT, where the rule is about that.
    #[must_use]
    pub fn protocol(&self) -> Option<&'static str> {
        let is_about_it = self.rule == Rule::StreamOfAnotherProtocol;
        is_about_it.then(|| super::foreign::name(self.value))
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

impl core::fmt::Display for Finding {
    /// `error: server: acknowledgement-unknown [MQTT-4.3.2-4]: …`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}: {}", self.severity(), self.by, self.rule)?;
        match (self.statement(), self.citation()) {
            (Some(statement), _) => write!(f, " [{statement}]")?,
            (None, Citation::None) => {}
            (None, citation) => write!(f, " [{citation}]")?,
        }
        write!(f, ": {}", self.message())
    }
}

/// The QoS whose handshake a statement is about: both versions give each QoS a section of its own.
fn qos_of(statement: &str) -> Option<QoS> {
    let is_in = |section| statement.starts_with(section);
    if is_in("MQTT-4.3.2-") {
        Some(QoS::AtLeastOnce)
    } else if is_in("MQTT-4.3.3-") {
        Some(QoS::ExactlyOnce)
    } else {
        None
    }
}
