//! What captures hold and what in them breaks rules, for programs that list all of it and have no page.

use mqttscope_capture::recording;
use mqttscope_protocol::RecordId;
use mqttscope_shared::Instant;
use mqttscope_wire::{ProtocolVersion, Sender, Severity, Span};

use super::Engine;
use crate::watch::Found;

/// A rule of MQTT that a connection of a capture breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// Findings that there were before it.
    pub number: u64,
    /// Its connection, as the capture numbers it.
    pub connection: recording::ConnectionId,
    /// The rule's name.
    pub rule: &'static str,
    /// The nearest statement of the standard, where it has a number.
    pub statement: Option<&'static str>,
    /// How sure it is.
    pub severity: Severity,
    /// Who broke it.
    pub by: Sender,
    /// When it was found.
    pub at: Instant,
    /// The packets that show it, the one that breaks the rule last.
    pub packets: Vec<RecordId>,
    /// The bits of that last packet, where it breaks the rule by itself.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
}

impl Engine {
    /// Reads the packets of captures as this version, in place of the one that their connection names or that fits. To be
    /// called before there are files.
    pub const fn read_as(&mut self, version: ProtocolVersion) {
        self.captures.read_as = Some(version);
    }

    /// The packets of captures from this record on, each with its connection as the capture numbers it, and its bytes.
    pub fn recorded_from(
        &self,
        first: RecordId,
    ) -> impl Iterator<Item = (RecordId, recording::ConnectionId, &[u8])> {
        let records = (first.0..self.log.end()).map(RecordId);
        records.filter_map(|id| {
            let record = self.log.get(id)?;
            let captured = self.captures.by_number(record.connection)?;
            Some((id, captured.opened.connection, self.log.bytes(record)))
        })
    }

    /// The broken rules of captures from this number on: those that the page lists, without what it remarks besides.
    pub fn broken_from(&self, number: u64) -> impl Iterator<Item = BrokenRule> {
        let found = self.watch.found_since(number);
        found.filter_map(|found| self.broken(found))
    }

    fn broken(&self, found: &Found) -> Option<BrokenRule> {
        let captured = self.captures.by_number(found.connection)?;
        let finding = found.finding();
        Some(BrokenRule {
            number: found.number,
            connection: captured.opened.connection,
            rule: finding.rule.name(),
            statement: finding.statement(),
            severity: finding.severity(),
            by: finding.by,
            at: finding.at,
            packets: found.packets().to_vec(),
            span: finding.span,
            message: finding.message(),
        })
    }

    /// Broken rules that are counted and not listed: of each rule a connection has the first 100.
    #[must_use]
    pub fn broken_left_out(&self) -> u64 {
        self.watch.left_out(None)
    }
}
