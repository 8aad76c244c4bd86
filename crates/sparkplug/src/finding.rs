//! What is found broken.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mqttscope_wire::{Sender, Severity};

use crate::rule::Rule;
use crate::topic::MessageType;

/// A broken rule of Sparkplug, and the packets that show it. Text is made where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The connection that it was seen on, as the caller numbers them.
    pub connection: u32,
    /// Which end sent the packet. A server passes on what others have made.
    pub by: Sender,
    /// Who sent it has made it, and all of it was seen: otherwise it is a warning at most.
    pub is_certain: bool,
    /// What kind of message; none: a host's STATE.
    pub message_type: Option<MessageType>,
    /// Whether the message is the will in a CONNECT.
    pub is_will: bool,
    /// The numbers of its packets, the one that breaks the rule last.
    pub packets: Vec<u64>,
    /// The number that breaks the rule.
    pub value: u64,
    /// The number that it is measured by.
    pub limit: u64,
    /// A metric or a device, shortened.
    pub name: Option<Box<str>>,
}

impl Finding {
    /// How sure it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self.rule.severity() {
            Severity::Error if !self.is_certain => Severity::Warning,
            severity => severity,
        }
    }

    /// The statement of the Sparkplug specification.
    #[must_use]
    pub fn statement(&self) -> Option<&'static str> {
        match (self.rule, self.message_type, self.is_will) {
            (Rule::QosWrong, None, true) => Some("tck-id-payloads-state-will-message-qos"),
            (Rule::RetainWrong, None, true) => Some("tck-id-payloads-state-will-message-retain"),
            (Rule::StateForm, None, true) => Some("tck-id-payloads-state-will-message-payload"),
            (rule, of, _) => rule.statement(of),
        }
    }

    /// What is wrong, in a sentence or two.
    #[must_use]
    pub fn message(&self) -> String {
        let name = match self.message_type {
            Some(it) => it.name(),
            None => "STATE",
        };
        let will = if self.is_will { " (the will)" } else { "" };
        let mut text = self
            .rule
            .template()
            .replace("this {type}", &alloc::format!("this {name}{will}"))
            .replace("This {type}", &alloc::format!("This {name}{will}"))
            .replace("{type}", name)
            .replace("{value}", &self.value.to_string())
            .replace("{limit}", &self.limit.to_string())
            .replace("{name}", self.name.as_deref().unwrap_or_default());
        if !self.is_certain && self.rule.severity() == Severity::Error {
            text.push_str(match self.by {
                Sender::Client => {
                    " It may be that this client passes on what others have sent, or that this recording lacks a part."
                }
                Sender::Server => {
                    " It may be that the subscription leaves messages out, or that they were lost on their way here."
                }
            });
        }
        text
    }
}
