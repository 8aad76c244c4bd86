//! A finding, as a line for people and as a line of JSON.

use std::fmt;
use std::io::{self, Write};

use mqttscope_wire::{Citation, Diagnostic, Sender, Severity};
use serde::Serialize;

/// A rule that is broken.
#[derive(Clone)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) statement: Option<&'static str>,
    pub(crate) severity: Severity,
    /// Who broke it, where that is known.
    pub(crate) by: Option<Sender>,
    /// The packets of the connection that show it, from 0, the one that breaks the rule last.
    pub(crate) packets: Vec<usize>,
    /// Frame and time of that last packet.
    pub(crate) frame: Option<u64>,
    pub(crate) at_ms: Option<u64>,
    pub(crate) message: String,
    /// The ends of the connection.
    pub(crate) connection: Option<String>,
}

/// The same as JSON, with the keys of the npm package's `Finding`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<&'a str>,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a str>,
    severity: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    packets: &'a [usize],
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
    message: &'a str,
}

impl Finding {
    /// Writes it as a line of JSON.
    pub(crate) fn json(&self, file: &str, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &self.line(file))?;
        writeln!(out)
    }

    /// Where the packet that breaks the rule stands: its frame in a capture, its number elsewhere, both from 1.
    pub(super) fn place(&self) -> String {
        self.frame.map_or_else(
            || {
                let number = self.packets.last().map_or(0, |last| last.saturating_add(1));
                format!("packet {number}")
            },
            |frame| format!("frame {frame}"),
        )
    }

    /// What formats of others have no place for, with the keys of the npm package's `Finding`.
    pub(super) fn properties(&self) -> serde_json::Value {
        serde_json::json!({
            "statement": self.statement,
            "by": self.by.map(sender),
            "packets": self.packets,
            "frame": self.frame,
            "atMs": self.at_ms,
        })
    }

    fn line<'a>(&'a self, file: &'a str) -> Line<'a> {
        Line {
            file,
            connection: self.connection.as_deref(),
            rule: self.rule,
            statement: self.statement,
            severity: severity(self.severity),
            by: self.by.map(sender),
            packets: &self.packets,
            frame: self.frame,
            at_ms: self.at_ms,
            message: &self.message,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(connection) = &self.connection {
            write!(f, "{connection}, ")?;
        }
        write!(f, "{}: ", self.place())?;
        write!(f, "{}: ", severity(self.severity))?;
        if let Some(by) = self.by {
            write!(f, "{}: ", sender(by))?;
        }
        write!(f, "{} [{}", self.message, self.rule)?;
        if let Some(statement) = self.statement {
            write!(f, ", {statement}")?;
        }
        f.write_str("]")
    }
}

pub(crate) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(crate) const fn sender(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "client",
        Sender::Server => "server",
    }
}

/// The nearest statement of the standard, where it has a number.
pub(crate) fn statement(diagnostic: &Diagnostic) -> Option<&'static str> {
    match diagnostic.citation() {
        Citation::Statements(ids) => ids.first().copied(),
        _ => None,
    }
}
