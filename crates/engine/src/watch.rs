//! The monitor's eyes on all connections: handshakes, and what breaks the rules of a conversation.
//!
//! A monitor watches the connections to one server, so there is one for each address. It numbers
//! packets by itself; here its numbers become places in the log.

mod listed;

pub(crate) use listed::Listed;

use core::ops::Range;
use std::collections::{BTreeMap, VecDeque};

use mqttscope_session::common::Instant;
use mqttscope_session::monitor::{self, Finding, Flow, Monitor, PacketNumbers};
use mqttscope_wire::{Sender, Severity};

use crate::connection::SocketId;
use crate::protocol::{ConnectionId, Direction, FindingView, Grade, RecordId, Target};
use crate::view::cut::cut;

/// Findings that are kept.
const MOST_FINDINGS: usize = 10_000;
/// Pieces of the log that are remembered for each server.
const MOST_PIECES: usize = 50_000;
/// Characters of a finding's or an explanation's text: it may quote what a server sent.
const MOST_TEXT: usize = 600;
/// Sockets whose connection is remembered, for findings and flows that name them.
const MOST_SOCKETS: usize = 10_000;

/// Packets that stand side by side both here and there.
#[derive(Clone, Copy, Debug)]
struct Piece {
    number: u32,
    record: u64,
    len: u32,
}

#[derive(Debug)]
struct Server {
    target: Target,
    monitor: Monitor,
    pieces: VecDeque<Piece>,
    /// Packets that it had seen when the log was cleared, and the time before.
    cleared: [u32; 2],
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

/// A handshake. There may be thousands, of which a few are on screen: where its packets are is
/// asked for with [`Watch::packets`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) flow: Flow,
    pub(crate) connection: ConnectionId,
    first: RecordId,
    server: usize,
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
}

impl Watch {
    /// A socket is asked for.
    pub(crate) fn open(&mut self, target: &Target, socket: SocketId, connection: ConnectionId) {
        let known = self
            .servers
            .iter()
            .position(|server| server.target == *target);
        let at = known.unwrap_or_else(|| {
            self.servers.push(Server {
                target: target.clone(),
                monitor: Monitor::new(),
                pieces: VecDeque::new(),
                cleared: [0; 2],
            });
            self.servers.len().saturating_sub(1)
        });
        if let Some(server) = self.servers.get_mut(at) {
            server.monitor.open(monitor::ConnectionId(socket.0));
        }
        self.sockets.insert(socket, (at, connection));
        if self.sockets.len() > MOST_SOCKETS {
            self.sockets.pop_first();
        }
    }

    /// Bytes that were just written down as these records. Gives the new findings: how bad each is,
    /// and the packet that it is about.
    pub(crate) fn push(
        &mut self,
        socket: SocketId,
        direction: Direction,
        bytes: &[u8],
        records: Range<u64>,
        now: Instant,
    ) -> Vec<(Grade, Option<RecordId>)> {
        let Some((server, _)) = self.server(socket) else {
            return Vec::new();
        };
        let from = match direction {
            Direction::Out => Sender::Client,
            Direction::In => Sender::Server,
        };
        let id = monitor::ConnectionId(socket.0);
        let numbers = server.monitor.push(id, from, bytes, now);
        server.note(numbers, records);
        self.take(socket)
    }

    /// The socket is closed.
    pub(crate) fn close(
        &mut self,
        socket: SocketId,
        now: Instant,
    ) -> Vec<(Grade, Option<RecordId>)> {
        let Some((server, _)) = self.server(socket) else {
            return Vec::new();
        };
        server.monitor.close(monitor::ConnectionId(socket.0), now);
        self.take(socket)
    }

    /// Time has passed.
    pub(crate) fn handle_time(&mut self, now: Instant) -> Vec<(Grade, Option<RecordId>)> {
        let mut grades = Vec::new();
        for at in 0..self.servers.len() {
            if let Some(server) = self.servers.get_mut(at) {
                server.monitor.handle_time(now);
            }
            grades.append(&mut self.take_from(at));
        }
        grades
    }

    /// The log was cleared: nothing of before is shown until it is brought back.
    pub(crate) fn clear(&mut self) {
        self.cleared = [self.count, self.cleared[0]];
        for server in &mut self.servers {
            server.cleared = [server.monitor.packets(), server.cleared[0]];
        }
    }

    /// What was cleared last is back.
    pub(crate) fn restore(&mut self) {
        self.cleared = [self.cleared[1]; 2];
        for server in &mut self.servers {
            server.cleared = [server.cleared[1]; 2];
        }
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

    /// What is wrong with a packet.
    pub(crate) fn findings_about(&self, record: RecordId) -> Vec<FindingView> {
        let about = |found: &&Found| found.packets.contains(&record);
        self.found.iter().filter(about).map(Found::view).collect()
    }

    /// Handshakes of one connection, or of all, in the order in which they began. Those whose
    /// packets are all older than `oldest` are left out.
    pub(crate) fn flows(&self, of: Option<ConnectionId>, oldest: RecordId) -> Vec<Watched> {
        let mut flows = Vec::new();
        for (at, server) in self.servers.iter().enumerate() {
            for flow in server.monitor.flows() {
                let Some(&(_, connection)) = self.sockets.get(&SocketId(flow.connection.0)) else {
                    continue;
                };
                if of.is_some_and(|of| of != connection) {
                    continue;
                }
                let mut records = server.records(&flow.packets);
                if let Some(first) = records.find(|&record| record >= oldest) {
                    flows.push(Watched {
                        flow,
                        connection,
                        first,
                        server: at,
                    });
                }
            }
        }
        flows.sort_by_key(|flow| flow.first);
        flows
    }

    /// The packets of a handshake, oldest first.
    pub(crate) fn packets(&self, watched: &Watched) -> Vec<RecordId> {
        let server = self.servers.get(watched.server);
        let records = server.map(|server| server.records(&watched.flow.packets));
        records.into_iter().flatten().collect()
    }

    /// Which server a socket leads to, by a number that stays.
    pub(crate) fn server_of(&self, socket: SocketId) -> Option<usize> {
        self.sockets.get(&socket).map(|&(at, _)| at)
    }

    fn server(&mut self, socket: SocketId) -> Option<(&mut Server, usize)> {
        let &(at, _) = self.sockets.get(&socket)?;
        Some((self.servers.get_mut(at)?, at))
    }

    fn take(&mut self, socket: SocketId) -> Vec<(Grade, Option<RecordId>)> {
        match self.sockets.get(&socket) {
            Some(&(at, _)) => self.take_from(at),
            None => Vec::new(),
        }
    }

    fn take_from(&mut self, at: usize) -> Vec<(Grade, Option<RecordId>)> {
        let mut grades = Vec::new();
        let Some(server) = self.servers.get_mut(at) else {
            return grades;
        };
        while let Some(finding) = server.monitor.poll_finding() {
            let Some(&(_, connection)) = self.sockets.get(&SocketId(finding.connection.0)) else {
                continue;
            };
            let packets: Vec<RecordId> = server.records(&finding.packets).collect();
            grades.push((grade(finding.severity()), packets.last().copied()));
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
        grades
    }
}

impl Watched {
    /// Stands for it as long as it is kept.
    pub(crate) fn number(&self) -> u64 {
        let first = self.flow.packets.as_slice().first().copied();
        (self.server as u64) << 32 | u64::from(first.unwrap_or(u32::MAX))
    }
}

impl Server {
    /// Notes where packets are in the log.
    fn note(&mut self, numbers: Range<u32>, records: Range<u64>) {
        // Both count alike, except behind a length that cannot be, where nobody can.
        let len = u64::from(numbers.end.saturating_sub(numbers.start))
            .min(records.end.saturating_sub(records.start));
        let Some(len) = u32::try_from(len).ok().filter(|&len| len > 0) else {
            return;
        };
        if let Some(last) = self.pieces.back_mut()
            && last.number.checked_add(last.len) == Some(numbers.start)
            && last.record.saturating_add(u64::from(last.len)) == records.start
        {
            last.len = last.len.saturating_add(len);
            return;
        }
        if self.pieces.len() >= MOST_PIECES {
            self.pieces.pop_front();
        }
        self.pieces.push_back(Piece {
            number: numbers.start,
            record: records.start,
            len,
        });
    }

    fn records<'a>(&'a self, numbers: &'a PacketNumbers) -> impl Iterator<Item = RecordId> + 'a {
        let record = |&number: &u32| {
            let behind = self.pieces.partition_point(|piece| piece.number <= number);
            let piece = self.pieces.get(behind.checked_sub(1)?)?;
            let far = number.checked_sub(piece.number)?;
            (far < piece.len).then(|| RecordId(piece.record.saturating_add(u64::from(far))))
        };
        numbers.as_slice().iter().filter_map(record)
    }
}

impl Found {
    /// As the page shows it.
    pub(crate) fn view(&self) -> FindingView {
        FindingView {
            connection: self.connection,
            rule: self.finding.rule.name().to_owned(),
            statement: self.finding.statement().map(str::to_owned),
            version: self.finding.version.name().to_owned(),
            grade: grade(self.finding.severity()),
            by: Some(direction(self.finding.by)),
            count: 1,
            message: cut(&self.finding.message(), MOST_TEXT),
            packets: self.packets.clone(),
        }
    }
}

/// A client's packets go out.
pub(crate) const fn direction(by: Sender) -> Direction {
    match by {
        Sender::Client => Direction::Out,
        Sender::Server => Direction::In,
    }
}

const fn grade(severity: Severity) -> Grade {
    match severity {
        Severity::Note => Grade::Note,
        Severity::Warning => Grade::Warning,
        Severity::Error => Grade::Error,
    }
}
