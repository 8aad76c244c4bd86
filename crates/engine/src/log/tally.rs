//! How much of a list is whose, and when: its rows by connection, its messages by topic, its packets by time.

use std::collections::HashMap;

use mqttscope_protocol::{ConnectionId, RecordId};
use mqttscope_wire::{PacketType, Sender};

use super::Record;
use crate::topics::NONE;
use crate::view::timeline::Bars;

/// Messages of one topic on one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    pub(crate) received: u64,
    pub(crate) sent: u64,
    /// The last of them; none: it turned out not to be in the list, and none came since.
    pub(crate) last: Option<RecordId>,
}

/// Rows of one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rows {
    packets: u64,
    /// Those that are no packets: its beginning, its end, a gap.
    events: u64,
}

/// See [the module](self). What went with the oldest packets stays counted, as it does with the connections themselves.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: HashMap<ConnectionId, Rows>,
    messages: HashMap<(ConnectionId, u32), Messages>,
    /// Of this connection, or of all: when its packets came.
    of: Option<ConnectionId>,
    bars: Bars,
    revision: u64,
}

impl Tally {
    /// One of another list.
    pub(super) fn anew(&self) -> Self {
        Self {
            revision: self.revision.wrapping_add(1),
            of: self.of,
            ..Self::default()
        }
    }

    /// Counts when the packets of another connection came; `all` are those that have come.
    pub(super) fn of<'a>(
        &mut self,
        of: Option<ConnectionId>,
        all: impl Iterator<Item = &'a Record>,
    ) {
        if self.of != of {
            (self.of, self.bars) = (of, Bars::default());
            all.for_each(|record| self.time(record, Bars::add));
        }
    }

    fn time(&mut self, record: &Record, count: impl Fn(&mut Bars, &Record)) {
        if self.of.is_none_or(|of| of == record.connection) {
            count(&mut self.bars, record);
        }
    }

    /// When packets came.
    pub(crate) const fn bars(&self) -> &Bars {
        &self.bars
    }

    /// A row came.
    pub(super) fn add(&mut self, id: RecordId, record: &Record) {
        self.revision = self.revision.wrapping_add(1);
        let count = (self.rows.entry(record.connection).or_default()).of(record);
        *count = count.saturating_add(1);
        self.time(record, Bars::add);
        if let Some(key) = key(record) {
            let messages = self.messages.entry(key).or_default();
            let count = messages.of(record.sender);
            *count = count.saturating_add(1);
            messages.last = messages.last.max(Some(id));
        }
    }

    /// A row that had come is taken out.
    pub(super) fn remove(&mut self, id: RecordId, record: &Record) {
        self.revision = self.revision.wrapping_add(1);
        self.time(record, Bars::remove);
        if let Some(rows) = self.rows.get_mut(&record.connection) {
            let count = rows.of(record);
            *count = count.saturating_sub(1);
            if *rows == Rows::default() {
                self.rows.remove(&record.connection);
            }
        }
        let Some(key) = key(record) else { return };
        if let Some(messages) = self.messages.get_mut(&key) {
            let count = messages.of(record.sender);
            *count = count.saturating_sub(1);
            messages.last = messages.last.filter(|last| *last != id);
            if (messages.received, messages.sent) == (0, 0) {
                self.messages.remove(&key);
            }
        }
    }

    /// Different whenever a count may be, also for another list.
    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    /// Packets of a connection.
    pub(crate) fn packets(&self, of: ConnectionId) -> u64 {
        self.rows.get(&of).map_or(0, |rows| rows.packets)
    }

    /// Whether any row is of a connection, a packet or not.
    pub(crate) fn has(&self, of: ConnectionId) -> bool {
        self.rows.contains_key(&of)
    }

    /// Messages of one connection or of all, each with the number of its topic. A topic comes once for each
    /// connection.
    pub(crate) fn messages(
        &self,
        of: Option<ConnectionId>,
    ) -> impl Iterator<Item = (u32, &Messages)> {
        let all = self.messages.iter();
        all.filter(move |((connection, _), _)| of.is_none_or(|of| of == *connection))
            .map(|((_, topic), messages)| (*topic, messages))
    }
}

impl Rows {
    const fn of(&mut self, record: &Record) -> &mut u64 {
        if record.is_packet() {
            &mut self.packets
        } else {
            &mut self.events
        }
    }
}

impl Messages {
    const fn of(&mut self, sender: Sender) -> &mut u64 {
        match sender {
            Sender::Server => &mut self.received,
            Sender::Client => &mut self.sent,
        }
    }
}

/// Where a message is counted.
fn key(record: &Record) -> Option<(ConnectionId, u32)> {
    let is_message = record.packet_type() == PacketType::Publish && record.topic != NONE;
    is_message.then_some((record.connection, record.topic))
}
