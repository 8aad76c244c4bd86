//! What the monitor writes down, with bounds: findings, flows that are over, and facts.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, ProtocolVersion, Rule, Sender};

use super::explain::{FactKind, Facts};
use super::gaps::Gaps;
use super::{ConnectionId, Finding, Flow, PacketNumbers};

/// Findings that are kept at most and were not polled.
pub(super) const MAXIMUM_FINDINGS: usize = 10_000;
/// Connections of which it is counted how often each rule was broken.
const MAXIMUM_COUNTED: usize = 2_000;
/// Findings of one rule on one connection that are kept at most.
const MAXIMUM_OF_ONE_RULE: u32 = 100;
/// Flows that are over and kept at most.
const MAXIMUM_FLOWS: usize = 10_000;

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) findings: Vec<Finding>,
    /// How many of `findings` were polled: they make room when there is none.
    polled: usize,
    counts: BTreeMap<ConnectionId, BTreeMap<Rule, u32>>,
    pub(super) findings_dropped: u64,
    /// Findings wait in `doubtful` for gaps to show.
    pub(super) keeps_doubtful: bool,
    /// Bytes are missing somewhere.
    pub(super) has_gap: bool,
    pub(super) doubtful: VecDeque<Finding>,
    /// The newest time of all.
    pub(super) now: Instant,
    /// What clients may have sent that is missing.
    pub(super) gaps: Gaps,
    /// Notes about single packets are wanted, too.
    pub(super) has_notes: bool,
    pub(super) flows: VecDeque<Flow>,
    pub(super) flows_dropped: u64,
    pub(super) facts: Facts,
    /// The number of the next packet.
    pub(super) packets: u64,
    /// The number of the newest packet; 0 before the first.
    pub(super) newest: u64,
    /// Where the packets of the latest bytes stand, if somebody wants to know.
    pub(super) places: Option<Vec<PacketPlace>>,
}

/// A packet that bytes have completed, and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketPlace {
    /// The packet, as [`Finding::packets`] names it.
    pub number: u64,
    /// From its first byte.
    pub packet_type: PacketType,
    /// Bytes of its direction of its connection that came before it.
    pub offset: u64,
    /// Its bytes.
    pub len: usize,
}

impl Log {
    /// Writes a finding down, if the version has the rule. What others have sent from `since` on may explain it.
    #[cold]
    pub(super) fn report(&mut self, finding: Finding, since: Instant) {
        if finding.rule.is_in(finding.version) && !self.keep_doubtful(&finding, since) {
            self.write(finding);
        }
    }

    pub(super) fn write(&mut self, finding: Finding) {
        if self.counts.len() >= MAXIMUM_COUNTED && !self.counts.contains_key(&finding.connection) {
            self.counts.pop_first();
        }
        let of_connection = self.counts.entry(finding.connection).or_default();
        let count = of_connection.entry(finding.rule).or_default();
        *count = count.saturating_add(1);
        let waiting = self.findings.len().saturating_sub(self.polled);
        if *count > MAXIMUM_OF_ONE_RULE || waiting >= MAXIMUM_FINDINGS {
            self.findings_dropped = self.findings_dropped.saturating_add(1);
            return;
        }
        // Many at a time, since those behind them move.
        if self.findings.len() >= MAXIMUM_FINDINGS && self.polled >= MAXIMUM_FINDINGS / 2 {
            self.findings.drain(..self.polled);
            self.polled = 0;
        }
        self.findings.push(finding);
    }

    /// Rules that connections broke more often than is kept, and how often more.
    pub(super) fn left_out(&self) -> impl Iterator<Item = (ConnectionId, Rule, u32)> + '_ {
        let each = |(&connection, counts): (&ConnectionId, &'_ BTreeMap<Rule, u32>)| {
            let more = |(&rule, &count): (&Rule, &u32)| {
                let more = count.saturating_sub(MAXIMUM_OF_ONE_RULE);
                (more > 0).then_some((connection, rule, more))
            };
            counts.iter().filter_map(more).collect::<Vec<_>>()
        };
        self.counts.iter().flat_map(each)
    }

    /// The next finding that was not polled yet.
    pub(super) fn poll_finding(&mut self) -> Option<Finding> {
        let finding = self.findings.get(self.polled).copied()?;
        self.polled = self.polled.saturating_add(1);
        Some(finding)
    }

    /// Forgets findings and flows that are over.
    pub(super) fn forget(&mut self) {
        self.findings = Vec::new();
        self.polled = 0;
        self.counts = BTreeMap::new();
        self.flows = VecDeque::new();
    }

    /// Forgets how often a connection broke rules.
    pub(super) fn forget_connection(&mut self, connection: ConnectionId) {
        self.counts.remove(&connection);
        self.gaps.forget_connection(connection);
    }

    /// Notes where the next packet stands.
    #[inline]
    pub(super) fn place(&mut self, start: &[u8], offset: u64, len: usize) {
        if let Some(places) = &mut self.places {
            places.push(PacketPlace {
                number: self.packets,
                packet_type: PacketType::from_first_byte(start.first().copied().unwrap_or(0)),
                offset,
                len,
            });
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
    pub(super) number: u64,
    pub(super) at: Instant,
    /// What others have sent from then on may explain what is judged.
    pub(super) since: Instant,
}

impl Judge<'_> {
    /// Whether missing bytes of a client may explain what is judged.
    pub(super) fn is_doubtful(&self) -> bool {
        self.log.gaps.explain(self.since)
    }

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
    pub(super) fn found_with(&self, rule: Rule, earlier: u64) -> Finding {
        Finding {
            packets: PacketNumbers::one(earlier).and(self.number),
            ..self.found(rule)
        }
    }

    /// Writes a finding down.
    pub(super) fn report(&mut self, finding: Finding) {
        self.log.report(finding, self.since);
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
