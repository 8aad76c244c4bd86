//! What the monitor writes down, with bounds: findings, flows that are over, and facts.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use mqttscope_wire::{PacketType, ProtocolVersion, Rule, Sender};

use super::explain::{FactKind, Facts};
use super::{ConnectionId, Finding, Flow, PacketNumbers};
use crate::common::Instant;

/// Findings that are kept at most.
const MAXIMUM_FINDINGS: usize = 10_000;
/// Findings of one rule on one connection that are kept at most.
const MAXIMUM_OF_ONE_RULE: u32 = 100;
/// Flows that are over and kept at most.
const MAXIMUM_FLOWS: usize = 10_000;

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) findings: Vec<Finding>,
    counts: BTreeMap<(ConnectionId, Rule), u32>,
    pub(super) findings_dropped: u64,
    pub(super) flows: VecDeque<Flow>,
    pub(super) flows_dropped: u64,
    pub(super) facts: Facts,
    /// Packets so far: the number of the next one.
    pub(super) packets: u32,
}

impl Log {
    /// Writes a finding down, if the version has the rule.
    #[cold]
    pub(super) fn report(&mut self, finding: Finding) {
        if !finding.rule.is_in(finding.version) {
            return;
        }
        let count = self
            .counts
            .entry((finding.connection, finding.rule))
            .or_default();
        *count = count.saturating_add(1);
        if *count > MAXIMUM_OF_ONE_RULE || self.findings.len() >= MAXIMUM_FINDINGS {
            self.findings_dropped = self.findings_dropped.saturating_add(1);
        } else {
            self.findings.push(finding);
        }
    }

    /// Keeps a flow that is over; the oldest makes room.
    pub(super) fn finish(&mut self, flow: Flow) {
        if self.flows.len() >= MAXIMUM_FLOWS {
            self.flows.pop_front();
            self.flows_dropped = self.flows_dropped.saturating_add(1);
        }
        self.flows.push_back(flow);
    }
}

/// The packet that is being judged, or the moment, and where to write.
pub(super) struct Judge<'a> {
    pub(super) log: &'a mut Log,
    pub(super) connection: ConnectionId,
    pub(super) version: ProtocolVersion,
    pub(super) from: Sender,
    pub(super) packet_type: PacketType,
    pub(super) number: u32,
    pub(super) at: Instant,
}

impl Judge<'_> {
    /// A finding that the present packet shows, by its sender.
    pub(super) const fn found(&self, rule: Rule) -> Finding {
        Finding {
            rule,
            version: self.version,
            connection: self.connection,
            by: self.from,
            packets: PacketNumbers::one(self.number),
            span: None,
            packet_type: self.packet_type,
            qos: None,
            value: 0,
            limit: 0,
            at: self.at,
        }
    }

    /// A finding that another packet and the present one show.
    pub(super) fn found_with(&self, rule: Rule, earlier: u32) -> Finding {
        Finding {
            packets: PacketNumbers::one(earlier).and(self.number),
            ..self.found(rule)
        }
    }

    /// Writes a finding down.
    pub(super) fn report(&mut self, finding: Finding) {
        self.log.report(finding);
    }

    /// A rule that the present packet breaks, with the number that breaks it.
    #[cold]
    pub(super) fn broken(&mut self, rule: Rule, value: u32) {
        let finding = Finding {
            value,
            ..self.found(rule)
        };
        self.report(finding);
    }

    /// Something worth knowing.
    pub(super) fn fact(&mut self, kind: FactKind, value: u32) {
        let (version, number) = (self.version, self.number);
        self.log
            .facts
            .note(kind, self.connection, value, version, number);
    }
}
