//! What was found, as lines for people and as lines of JSON.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use mqttscope_wire::{Citation, Diagnostic, Sender, Severity};
use serde::Serialize;

use crate::lint::Format;

/// What a file shows.
#[derive(Default)]
pub(crate) struct Linted {
    pub(crate) findings: Vec<Finding>,
    /// What was not read, and why.
    pub(crate) notes: Vec<String>,
    pub(crate) packets: usize,
    pub(crate) connections: usize,
}

/// A rule that is broken.
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

/// What all files show.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) files: usize,
    pub(crate) unread: usize,
    pub(crate) packets: usize,
    pub(crate) connections: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl Linted {
    /// Writes the findings of a file, and what was not read of it to the standard error.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub(crate) fn write(
        &self,
        path: &Path,
        format: Format,
        totals: &mut Totals,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let file = path.display().to_string();
        for note in &self.notes {
            eprintln!("{file}: {note}");
        }
        for finding in &self.findings {
            totals.count(finding.severity);
            match format {
                Format::Text => writeln!(out, "{file}: {finding}")?,
                Format::Json => finding.json(&file, out)?,
            }
        }
        totals.files = totals.files.saturating_add(1);
        totals.packets = totals.packets.saturating_add(self.packets);
        totals.connections = totals.connections.saturating_add(self.connections);
        Ok(())
    }
}

impl Finding {
    /// Writes it as a line of JSON.
    pub(crate) fn json(&self, file: &str, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &self.line(file))?;
        writeln!(out)
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
        match self.frame {
            Some(frame) => write!(f, "frame {frame}: ")?,
            None => {
                let number = self.packets.last().map_or(0, |last| last.saturating_add(1));
                write!(f, "packet {number}: ")?;
            }
        }
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

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {} in {} on {} of {}",
            counted(self.errors as u64, "error"),
            counted(self.warnings as u64, "warning"),
            counted(self.notes as u64, "note"),
            counted(self.packets as u64, "packet"),
            counted(self.connections as u64, "connection"),
            counted(self.files as u64, "file"),
        )?;
        if self.unread > 0 {
            write!(f, "; {} not read", counted(self.unread as u64, "file"))?;
        }
        Ok(())
    }
}

/// So many of something.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
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
