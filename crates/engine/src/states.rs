//! What both ends know around a packet of the log: a monitor of its own goes through the log again,
//! a slice at a time, and the one that watches is left alone.
//!
//! The log says whose each packet is, by the page's connections. One of those may open many sockets,
//! one after the other, and to the monitor each is a connection: here is written down when they
//! opened and closed.

use core::ops::Range;
use mqttscope_shared::Instant;
use std::collections::{BTreeMap, VecDeque};

use mqttscope_monitor::{self as monitor, Monitor};
use mqttscope_protocol::{ConnectionId, Moment, RecordId, StateAt};
use mqttscope_shared::Recorded;
use mqttscope_view::states::{Passed, Replay, Source, StateView};

use crate::connection::SocketId;
use crate::log::{Index, Record, Wanted, WireLog};
use crate::sieve::Facts;
use crate::topics::Topics;
use crate::view::cut::cut;

/// Characters of a name or a value.
const MOST_TEXT: usize = 300;

/// Packets that are gone through in one go, so that everything else is heard in between.
const SLICE: u64 = 10_000;
/// Openings and closings that are remembered.
const MOST_TURNS: usize = 1 << 18;

/// What happened to a socket between two packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It was opened.
    Opens,
    /// It was open before the log begins.
    WasOpen,
    /// Bytes of it are missing.
    Gap,
    /// It was closed.
    Closes,
}

/// What happened, where and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned {
    /// Before this packet of the log.
    pub(crate) record: u64,
    pub(crate) at: Instant,
    pub(crate) connection: ConnectionId,
    pub(crate) socket: SocketId,
    pub(crate) server: usize,
    pub(crate) turn: Turn,
}

/// A socket, from a packet of the log on.
#[derive(Clone, Copy, Debug)]
struct Since {
    record: u64,
    socket: SocketId,
    server: usize,
}

/// When sockets opened and closed, and whose they are.
#[derive(Debug, Default)]
struct Turns {
    all: VecDeque<Turned>,
    of: BTreeMap<ConnectionId, VecDeque<Since>>,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct States {
    turns: Turns,
    replay: Replay,
    /// Whose connections the replay is of.
    server: usize,
    /// The packets of the connection that is looked at.
    packets: Index,
    /// Packets of the log are left to be found.
    finding: bool,
    /// The packet whose state is known, and the state.
    known: Option<(RecordId, StateView)>,
    /// The packet that is on its way to be known, and how many come before it.
    left: Option<(RecordId, u64)>,
}

impl States {
    /// Something happened to a socket.
    pub(crate) fn note(&mut self, turned: Turned) {
        self.turns.push(turned);
    }

    /// The log was cleared, or what was cleared is back: states are found anew. When sockets opened
    /// and closed stays known for as long as the packets are there.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            turns: core::mem::take(&mut self.turns),
            ..Self::default()
        };
    }

    /// Goes on towards the packet that is looked at; whether there is more to do.
    pub(crate) fn extend(&mut self, moment: Moment, log: &WireLog, topics: &Topics) -> bool {
        self.turns.forget_before(log.oldest());
        let record = match moment {
            Moment::Packet(record) => log.get(record).map(|record| record.connection),
            Moment::Row(connection, _) => Some(connection),
        };
        let Some(connection) = record else {
            return false;
        };
        self.packets.want(Wanted {
            packets: true,
            connection: Some(connection),
            ..Wanted::default()
        });
        self.finding = self.packets.extend(log, topics, Facts::default());
        let more = match self.record(moment) {
            Some(record) => self.replay(record, log),
            None => false,
        };
        self.finding || more
    }

    /// What is known by now; none: the packet is not there.
    pub(crate) fn report(&self, moment: Moment, log: &WireLog) -> Option<StateAt> {
        let id = self.record(moment)?;
        let record = log.get(id)?;
        let (row, total) = self.packets.place(id);
        let known = self.known.as_ref().filter(|known| known.0 == id);
        let left = self.left.filter(|left| left.0 == id);
        Some(StateAt {
            moment,
            record: id,
            connection: record.connection,
            packet_type: record.packet_type(),
            sender: record.sender,
            at: record.at,
            row,
            total,
            view: known.map(|(_, view)| view.clone()),
            left: left.map_or(0, |(_, left)| left),
        })
    }

    fn record(&self, moment: Moment) -> Option<RecordId> {
        match moment {
            Moment::Packet(record) => Some(record),
            Moment::Row(_, row) => {
                let last = || self.packets.last().filter(|_| !self.finding);
                self.packets.at(row).or_else(last)
            }
        }
    }

    /// A slice of work; whether there is more.
    fn replay(&mut self, id: RecordId, log: &WireLog) -> bool {
        if self.known.as_ref().is_some_and(|known| known.0 == id) {
            return false;
        }
        let since = log
            .get(id)
            .and_then(|record| self.turns.since(id.0, record));
        let Some(since) = since else {
            self.left = None;
            return false;
        };
        if since.server != self.server {
            self.server = since.server;
            self.replay = Replay::default();
        }
        let source = OfServer {
            log,
            turns: &self.turns,
            server: self.server,
        };
        match self.replay.look(&source, id.0, SLICE) {
            Passed::More(left) => {
                self.left = Some((id, left));
                true
            }
            Passed::There(around) => {
                let view = StateView::of(around.before.as_ref(), &around.after, around.at);
                let view = shortened(view);
                self.known = Some((id, view));
                self.left = None;
                false
            }
            Passed::Gone => {
                self.left = None;
                false
            }
        }
    }
}

impl Turns {
    fn push(&mut self, turned: Turned) {
        if matches!(turned.turn, Turn::Opens | Turn::WasOpen) {
            self.of
                .entry(turned.connection)
                .or_default()
                .push_back(Since {
                    record: turned.record,
                    socket: turned.socket,
                    server: turned.server,
                });
        }
        self.all.push_back(turned);
        if self.all.len() > MOST_TURNS
            && let Some(oldest) = self.all.pop_front()
        {
            self.forget_before(oldest.record.saturating_add(1));
        }
    }

    /// What was before this packet is not needed any more, but for the sockets that were open.
    fn forget_before(&mut self, first: u64) {
        while let Some(oldest) = self.all.pop_front_if(|turned| turned.record < first) {
            if let Some(sockets) = self.of.get_mut(&oldest.connection) {
                while sockets.get(1).is_some_and(|next| next.record <= first) {
                    sockets.pop_front();
                }
            }
        }
    }

    /// The socket that a packet went over.
    fn since(&self, number: u64, record: &Record) -> Option<Since> {
        let sockets = self.of.get(&record.connection)?;
        let behind = sockets.partition_point(|since| since.record <= number);
        sockets.get(behind.checked_sub(1)?).copied()
    }
}

/// The packets of one server's connections.
struct OfServer<'a> {
    log: &'a WireLog,
    turns: &'a Turns,
    server: usize,
}

impl Source for OfServer<'_> {
    fn packets(&self) -> Range<u64> {
        self.log.first()..self.log.end()
    }

    fn packet(&self, number: u64) -> Option<Recorded<'_>> {
        let record = self.log.get(RecordId(number))?;
        let since = self.turns.since(number, record)?;
        (since.server == self.server).then(|| Recorded {
            connection: since.socket.0,
            sender: record.sender,
            version: record.version,
            at: record.at,
            bytes: self.log.bytes(record),
        })
    }

    fn lead_in(&self, number: u64, monitor: &mut Monitor) {
        let turns = &self.turns.all;
        let from = turns.partition_point(|turn| turn.record < number);
        for turn in turns.range(from..).take_while(|turn| turn.record == number) {
            if turn.server != self.server {
                continue;
            }
            let connection = monitor::ConnectionId(turn.socket.0);
            match turn.turn {
                Turn::Opens => monitor.open(connection),
                Turn::WasOpen => {}
                Turn::Gap => monitor.handle_gap(connection, None, turn.at),
                Turn::Closes => monitor.close(connection, turn.at),
            }
        }
    }
}

/// A view with short names and values: topics, filters and identifiers can have 65,535 bytes each.
fn shortened(mut view: StateView) -> StateView {
    for section in [&mut view.client, &mut view.server, &mut view.session] {
        for row in section.groups.iter_mut().flat_map(|group| &mut group.rows) {
            row.name = cut(&row.name, MOST_TEXT);
            row.value = cut(&row.value, MOST_TEXT);
        }
    }
    view
}
