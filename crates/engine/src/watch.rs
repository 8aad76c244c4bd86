//! The monitor's eyes on all connections: handshakes, and what breaks the rules of a conversation.
//!
//! A monitor watches the connections to one server, so there is one for each address. Packets have the
//! numbers of the log in all of them.

mod endings;
mod grouped;
mod listed;

pub(crate) use endings::Ending;
pub(crate) use grouped::{Entry, grouped};
pub(crate) use listed::Listed;

use std::collections::{BTreeMap, VecDeque};

use endings::Endings;
use mqttscope_filter::Broken;
use mqttscope_monitor::{self as monitor, Finding, Flow, FlowKind, Monitor, PacketNumbers};
use mqttscope_protocol::{ConnectionId, FaultAnswer, FindingView, RecordId, Target};
use mqttscope_shared::Instant;
use mqttscope_sparkplug as sparkplug;
use mqttscope_wire::{ProtocolVersion, Rule, Sender, Severity};

use crate::connection::SocketId;
use crate::view::cut::cut;

/// Findings that are kept.
const MOST_FINDINGS: usize = 10_000;
/// Characters of a finding's or an explanation's text: it may quote what a server sent.
const MOST_TEXT: usize = 600;
/// Findings among which that of the newest packet is.
const NEWEST: usize = 1_000;
/// Remarks that are kept.
const MOST_REMARKS: usize = 1_000;
/// Sockets whose connection is remembered, for findings and flows that name them.
const MOST_SOCKETS: usize = 1 << 17;

/// Whether a rule is about a packet that is sent again.
const fn is_of_resending(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::DupOnFirstSend
            | Rule::IdentifierInUse
            | Rule::OldSessionContinued
            | Rule::PublishAfterPubrel
            | Rule::ResentAfterRefusal
            | Rule::ResentOutOfOrder
            | Rule::ResentWhileConnected
            | Rule::ResentWithOtherIdentifier
            | Rule::ResentWithoutDup
            | Rule::RetriedWhileConnected
            | Rule::SessionStateForgotten
    )
}

#[derive(Debug)]
struct Server {
    target: Target,
    monitor: Monitor,
    /// Findings that it never gave, as far as they were counted.
    left_out: u64,
}

/// A broken rule, with the packets that show it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    finding: Finding,
    /// Findings that there were before it.
    pub(crate) number: u64,
    pub(crate) connection: ConnectionId,
    packets: Vec<RecordId>,
}

/// A broken rule of Sparkplug.
#[derive(Clone, Debug)]
pub(crate) struct FoundOfSparkplug {
    pub(crate) rule: Broken,
    /// Findings of Sparkplug that there were before it.
    pub(crate) number: u64,
    pub(crate) view: FindingView,
}

/// A handshake.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) flow: Flow,
    pub(crate) connection: ConnectionId,
    first: RecordId,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Watch {
    servers: Vec<Server>,
    sockets: BTreeMap<SocketId, (usize, ConnectionId)>,
    found: VecDeque<Found>,
    /// Findings so far, those that were dropped too.
    count: u64,
    /// Findings that there were when the log was cleared, and the time before.
    cleared: [u64; 2],
    /// The number of the next packet then.
    cleared_before: [u64; 2],
    /// Findings of each connection beyond those of one rule that are kept; of none: only time showed
    /// them.
    left_out: LeftOut,
    /// The same when the log was cleared, and the time before.
    left_out_cleared: [LeftOut; 2],
    /// Handshakes that were not kept when the log was cleared, and the time before.
    flows_cleared: [u64; 2],
    /// Text frames of servers, and what a log says of ends: the monitor sees packets only.
    remarks: VecDeque<FindingView>,
    /// Broken rules of Sparkplug, which its own monitor sees.
    sparkplug: VecDeque<FoundOfSparkplug>,
    endings: Endings,
}

type LeftOut = BTreeMap<Option<ConnectionId>, u64>;

impl Watch {
    /// A socket is asked for.
    pub(crate) fn open(&mut self, target: &Target, socket: SocketId, connection: ConnectionId) {
        self.enter(target, socket, connection, Monitor::new);
        if let Some((id, monitor)) = self.monitor(socket) {
            monitor.open(id);
        }
    }

    /// A recorded connection to this server is watched from here on. Its beginning may be in the past, and bytes may be missing.
    pub(crate) fn join(&mut self, target: &Target, socket: SocketId, connection: ConnectionId) {
        self.enter(target, socket, connection, || Monitor::new().of_recording());
    }

    /// Nothing more comes of recorded connections: gives what was found as [`Watch::take`] does.
    pub(crate) fn end_recording(&mut self) -> Vec<(Severity, Option<RecordId>)> {
        let mut judged = Vec::new();
        for at in 0..self.servers.len() {
            if let Some(server) = self.servers.get_mut(at) {
                server.monitor.handle_recording_end();
            }
            judged.append(&mut self.take_from(at, None));
        }
        judged
    }

    fn enter(
        &mut self,
        target: &Target,
        socket: SocketId,
        connection: ConnectionId,
        monitor: fn() -> Monitor,
    ) {
        let known = self
            .servers
            .iter()
            .position(|server| server.target == *target);
        let at = known.unwrap_or_else(|| {
            self.servers.push(Server {
                target: target.clone(),
                monitor: monitor().with_notes(),
                left_out: 0,
            });
            self.servers.len().saturating_sub(1)
        });
        self.sockets.insert(socket, (at, connection));
        if self.sockets.len() > MOST_SOCKETS {
            self.sockets.pop_first();
        }
    }

    /// The socket is closed; `rest` is what came of a packet that is not whole.
    pub(crate) fn close(
        &mut self,
        socket: SocketId,
        now: Instant,
    ) -> Vec<(Severity, Option<RecordId>)> {
        if let Some((id, monitor)) = self.monitor(socket) {
            monitor.close(id, now);
        }
        self.take(socket)
    }

    /// A connection has ended, or could not be opened; `socket` was its link.
    pub(crate) fn note_ending(&mut self, socket: Option<SocketId>, ending: Ending) {
        self.endings.note(socket, ending);
    }

    /// A server sent a WebSocket text frame.
    pub(crate) fn note_text(
        &mut self,
        connection: ConnectionId,
        version: ProtocolVersion,
        record: RecordId,
        says: String,
    ) {
        // None of MQTT 3.1, which has no WebSocket.
        let statement = (version != ProtocolVersion::V3_1).then(|| "MQTT-6.0.0-1".to_owned());
        self.tell(FindingView {
            statement,
            severity: Severity::Error,
            by: Some(Sender::Server),
            ..remark(connection, version, record, &says)
        });
    }

    /// Something worth knowing that no monitor sees, and the record that shows it.
    pub(crate) fn remark(
        &mut self,
        connection: ConnectionId,
        version: ProtocolVersion,
        record: RecordId,
        says: &str,
    ) {
        self.tell(remark(connection, version, record, says));
    }

    /// What came of a fault of a tap.
    pub(crate) fn answer(
        &mut self,
        connection: ConnectionId,
        version: ProtocolVersion,
        answer: &FaultAnswer,
    ) {
        let record = answer.packets.last().copied().unwrap_or(RecordId(0));
        self.tell(FindingView {
            severity: answer.severity,
            packets: answer.packets.clone(),
            ..remark(connection, version, record, &answer.says)
        });
    }

    /// The worst that a monitor has found of how this packet was sent again, which came a moment ago.
    pub(crate) fn verdict(&self, record: RecordId) -> Option<Severity> {
        let newest = self.found.iter().rev().take(NEWEST);
        let own = newest.filter(|found| {
            found.packets.last() == Some(&record) && is_of_resending(found.finding.rule)
        });
        own.map(|found| found.finding.severity()).max()
    }

    /// The oldest make room.
    fn tell(&mut self, finding: FindingView) {
        if self.remarks.len() >= MOST_REMARKS {
            self.remarks.pop_front();
        }
        self.remarks.push_back(finding);
    }

    /// A broken rule of Sparkplug.
    pub(crate) fn tell_sparkplug(
        &mut self,
        finding: &sparkplug::Finding,
        at: Instant,
        version: ProtocolVersion,
    ) {
        let before = self.sparkplug.back();
        let number = before.map_or(0, |before| before.number.saturating_add(1));
        if self.sparkplug.len() >= MOST_FINDINGS {
            self.sparkplug.pop_front();
        }
        let view = FindingView {
            connection: ConnectionId(finding.connection),
            rule: finding.rule.name().to_owned(),
            statement: finding.statement().map(str::to_owned),
            version,
            severity: finding.severity(),
            by: Some(finding.by),
            count: 1,
            message: cut(&finding.message(), MOST_TEXT),
            packets: finding.packets.iter().copied().map(RecordId).collect(),
            at: Some(at),
            of: None,
            is_open: false,
            is_part: false,
            connections: Vec::new(),
        };
        self.sparkplug.push_back(FoundOfSparkplug {
            rule: Broken::Sparkplug(finding.rule, finding.statement()),
            number,
            view,
        });
    }

    /// So many findings more are not listed, of whichever connection.
    pub(crate) fn leave_out(&mut self, more: u64) {
        if more > 0 {
            let count = self.left_out.entry(None).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// Time has passed.
    pub(crate) fn handle_time(&mut self, now: Instant) -> Vec<(Severity, Option<RecordId>)> {
        let mut judged = Vec::new();
        for at in 0..self.servers.len() {
            if let Some(server) = self.servers.get_mut(at) {
                server.monitor.handle_time(now);
            }
            judged.append(&mut self.take_from(at, None));
        }
        judged
    }

    /// The log was cleared: nothing of before is shown until it is brought back. `end` is the number of the
    /// next packet.
    pub(crate) fn clear(&mut self, end: u64) {
        self.cleared = [self.count, self.cleared[0]];
        self.cleared_before = [end, self.cleared_before[0]];
        self.left_out_cleared.swap(0, 1);
        self.left_out_cleared[0] = self.left_out.clone();
        self.flows_cleared = [self.flows_dropped(), self.flows_cleared[0]];
    }

    /// What was cleared last is back.
    pub(crate) fn restore(&mut self) {
        self.cleared = [self.cleared[1]; 2];
        self.cleared_before = [self.cleared_before[1]; 2];
        self.left_out_cleared[0] = self.left_out_cleared[1].clone();
        self.flows_cleared = [self.flows_cleared[1]; 2];
    }

    /// Findings of one connection, or of all.
    pub(crate) fn findings(
        &self,
        of: Option<ConnectionId>,
    ) -> impl DoubleEndedIterator<Item = &Found> {
        let cleared = self.cleared[0];
        let is_of = move |found: &&Found| {
            found.number >= cleared && of.is_none_or(|of| found.connection == of)
        };
        self.found.iter().filter(is_of)
    }

    /// Findings of one connection, or of all, that are not listed: of each rule only the first are.
    pub(crate) fn left_out(&self, of: Option<ConnectionId>) -> u64 {
        let sum = |counts: &LeftOut| -> u64 {
            let counted = counts.iter().filter(|(by, _)| of.is_none() || **by == of);
            counted.map(|(_, count)| count).sum()
        };
        sum(&self.left_out).saturating_sub(sum(&self.left_out_cleared[0]))
    }

    /// Findings from this number on, also of what was cleared since.
    pub(crate) fn found_since(&self, number: u64) -> impl Iterator<Item = &Found> {
        let from = self.found.partition_point(|found| found.number < number);
        self.found.range(from..)
    }

    /// Findings of Sparkplug from this number on.
    pub(crate) fn sparkplug_since(&self, number: u64) -> impl Iterator<Item = &FoundOfSparkplug> {
        let from = (self.sparkplug).partition_point(|found| found.number < number);
        self.sparkplug.range(from..)
    }

    /// The protocol other than MQTT with which the server of a connection began since then, and the first record of it.
    pub(crate) fn other_protocol(
        &self,
        of: ConnectionId,
        since: Instant,
    ) -> Option<(&'static str, RecordId)> {
        let is_it = |found: &&Found| {
            let finding = &found.finding;
            finding.rule == Rule::StreamOfAnotherProtocol
                && finding.by == Sender::Server
                && found.connection == of
                && finding.at >= since
        };
        let found = self.found.iter().rev().find(is_it)?;
        Some((found.finding.protocol()?, *found.packets.first()?))
    }

    /// What is wrong with a packet.
    pub(crate) fn findings_about(&self, record: RecordId) -> Vec<FindingView> {
        let about = |found: &&Found| found.packets.contains(&record);
        let found = self.found.iter().filter(about).map(Found::view);
        let sparkplug = self.sparkplug.iter().map(|found| &found.view);
        let sparkplug = sparkplug.filter(|it| it.packets.contains(&record));
        found.chain(sparkplug.cloned()).collect()
    }

    /// Handshakes of one connection, or of all, in the order in which they began. Those whose
    /// packets are all older than `oldest` are left out.
    pub(crate) fn flows(&self, of: Option<ConnectionId>, oldest: RecordId) -> Vec<Watched> {
        let mut flows = Vec::new();
        for server in &self.servers {
            for flow in server.monitor.flows() {
                let Some(&(_, connection)) = self.sockets.get(&SocketId(flow.connection.0)) else {
                    continue;
                };
                if of.is_some_and(|of| of != connection) {
                    continue;
                }
                let mut records = records(&flow.packets);
                if let Some(first) = records.find(|&record| record >= oldest) {
                    flows.push(Watched {
                        flow,
                        connection,
                        first,
                    });
                }
            }
        }
        flows.sort_by_key(|flow| flow.first);
        flows
    }

    fn flows_dropped(&self) -> u64 {
        let servers = self.servers.iter();
        servers.map(|server| server.monitor.flows_dropped()).sum()
    }

    /// Handshakes of all connections that are not kept any more.
    pub(crate) fn flows_left_out(&self) -> u64 {
        self.flows_dropped().saturating_sub(self.flows_cleared[0])
    }

    /// Which server a socket leads to, by a number that stays.
    pub(crate) fn server_of(&self, socket: SocketId) -> Option<usize> {
        self.sockets.get(&socket).map(|&(at, _)| at)
    }

    /// The monitor of the server that a socket leads to, and the connection's number there.
    pub(crate) fn monitor(
        &mut self,
        socket: SocketId,
    ) -> Option<(monitor::ConnectionId, &mut Monitor)> {
        let &(at, _) = self.sockets.get(&socket)?;
        let server = self.servers.get_mut(at)?;
        Some((monitor::ConnectionId(socket.0), &mut server.monitor))
    }

    /// What was found since on the connections to the same server: how bad each is, and the packet that
    /// it is about.
    pub(crate) fn take(&mut self, socket: SocketId) -> Vec<(Severity, Option<RecordId>)> {
        match self.sockets.get(&socket) {
            Some(&(at, connection)) => self.take_from(at, Some(connection)),
            None => Vec::new(),
        }
    }

    /// What a server's monitor has found since, when it heard `from`.
    fn take_from(
        &mut self,
        at: usize,
        from: Option<ConnectionId>,
    ) -> Vec<(Severity, Option<RecordId>)> {
        let mut judged = Vec::new();
        let Some(server) = self.servers.get_mut(at) else {
            return judged;
        };
        let dropped = server.monitor.findings_dropped();
        let more = dropped.saturating_sub(server.left_out);
        if more > 0 {
            server.left_out = dropped;
            let count = self.left_out.entry(from).or_default();
            *count = count.saturating_add(more);
        }
        while let Some(finding) = server.monitor.poll_finding() {
            let Some(&(_, connection)) = self.sockets.get(&SocketId(finding.connection.0)) else {
                continue;
            };
            let packets: Vec<RecordId> = records(&finding.packets).collect();
            judged.push((finding.severity(), packets.last().copied()));
            if self.found.len() >= MOST_FINDINGS {
                self.found.pop_front();
            }
            let number = self.count;
            self.count = number.saturating_add(1);
            self.found.push_back(Found {
                finding,
                number,
                connection,
                packets,
            });
        }
        judged
    }
}

impl Watched {
    /// Stands for it as long as it is kept.
    pub(crate) fn number(&self) -> u64 {
        let first = self.flow.packets.as_slice().first().copied();
        first.unwrap_or(u64::MAX)
    }

    /// Its packets, oldest first.
    pub(crate) fn packets(&self) -> Vec<RecordId> {
        records(&self.flow.packets).collect()
    }

    /// Whether it is a request with its answer, whose messages have handshakes of their own.
    pub(crate) const fn is_request(&self) -> bool {
        matches!(self.flow.kind, FlowKind::RequestResponse)
    }
}

/// Of one record, with no rule and nobody who broke it.
fn remark(
    connection: ConnectionId,
    version: ProtocolVersion,
    record: RecordId,
    says: &str,
) -> FindingView {
    FindingView {
        connection,
        rule: String::new(),
        statement: None,
        version,
        severity: Severity::Warning,
        by: None,
        count: 1,
        message: cut(says, MOST_TEXT),
        packets: vec![record],
        at: None,
        of: None,
        is_open: false,
        is_part: false,
        connections: Vec::new(),
    }
}

fn records(numbers: &PacketNumbers) -> impl Iterator<Item = RecordId> + '_ {
    numbers.as_slice().iter().copied().map(RecordId)
}

impl Found {
    pub(crate) const fn finding(&self) -> &Finding {
        &self.finding
    }

    pub(crate) const fn rule(&self) -> Rule {
        self.finding.rule
    }

    pub(crate) fn severity(&self) -> Severity {
        self.finding.severity()
    }

    /// The packets that show it.
    pub(crate) fn packets(&self) -> &[RecordId] {
        &self.packets
    }

    /// As the page shows it.
    pub(crate) fn view(&self) -> FindingView {
        FindingView {
            connection: self.connection,
            rule: self.finding.rule.name().to_owned(),
            statement: self.finding.statement().map(str::to_owned),
            version: self.finding.version,
            severity: self.finding.severity(),
            by: Some(self.finding.by),
            count: 1,
            message: cut(&self.finding.message(), MOST_TEXT),
            packets: self.packets.clone(),
            at: Some(self.finding.at),
            of: None,
            is_open: false,
            is_part: false,
            connections: Vec::new(),
        }
    }
}
