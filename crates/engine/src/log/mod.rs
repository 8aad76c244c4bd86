//! The log of the wire: every packet's bytes, in order, within a budget.
//!
//! Bytes lie in large chunks, and each packet has a record of fixed size beside them: adding a packet
//! allocates nothing most of the time, and a row is found at once however many there are. When the
//! budget is spent the oldest chunk goes, with the records of what was in it. Packets that were cleared are
//! hidden at first, and go like all others.

mod arena;
mod entry;
mod index;
mod journal;
mod links;
mod records;
mod tally;

use core::time::Duration;
use std::collections::VecDeque;

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, ProtocolVersion, Sender, Severity};

use arena::{Arena, Place};
pub(crate) use entry::Entry;
pub(crate) use index::{Index, Part, Wanted};
pub(crate) use journal::Journal;
pub(crate) use links::Links;
use mqttscope_protocol::{ConnectionEvent, ConnectionId, Fate, LogView, RecordId};
use records::Records;
pub(crate) use tally::{Messages, Tally};

/// Bytes that the log may take when nobody says otherwise.
const BUDGET: u64 = 256_000_000;
/// The least that a person may set: below, a single packet might not fit.
const LEAST_BUDGET: u64 = 1 << 20;

/// What is kept of a packet beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Record {
    /// When, since 1970.
    pub(crate) at: Instant,
    place: Place,
    pub(crate) connection: ConnectionId,
    /// The topic by its number in the tree of topics; `u32::MAX`: none, or the tree is full.
    pub(crate) topic: u32,
    /// Microseconds from what it answers, on an answer: NaN where there is none. Four bytes of each packet.
    round_trip_us: f32,
    /// How far before or behind it the packet is that it answers or that answers it; 0: none.
    link: i32,
    /// See [`Record::frame`].
    frame: u32,
    pub(crate) packet_identifier: u16,
    /// The first byte: packet type and flags.
    pub(crate) first: u8,
    pub(crate) sender: Sender,
    pub(crate) version: ProtocolVersion,
    pub(crate) severity: Option<Severity>,
    /// What a fault of a tap made of it.
    pub(crate) fate: Option<Fate>,
    /// It is no packet: a connection opened or closed here, and its bytes say how.
    is_event: bool,
}

impl Record {
    /// The frame of the capture file in which it ends, from 1; none: it is not of a capture.
    pub(crate) const fn frame(&self) -> Option<u32> {
        if self.frame == 0 {
            None
        } else {
            Some(self.frame)
        }
    }

    pub(crate) const fn packet_type(&self) -> PacketType {
        PacketType::from_nibble(self.first >> 4)
    }

    /// Whether it is a packet, with its bytes or without.
    pub(crate) const fn is_packet(&self) -> bool {
        !self.is_event || self.first != 0
    }

    /// Bytes of the packet.
    pub(crate) const fn size(&self) -> u32 {
        self.place.len
    }

    /// The time from what it answers, on an answer; none where the clock went back in between.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        (self.round_trip_us >= 0.0).then(|| Duration::from_micros(self.round_trip_us as u64))
    }

    /// Whether a later packet answers it.
    pub(crate) const fn is_answered(&self) -> bool {
        self.link > 0
    }
}

/// What is known of a packet when it is added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct New {
    pub(crate) at: Instant,
    pub(crate) connection: ConnectionId,
    pub(crate) sender: Sender,
    pub(crate) version: ProtocolVersion,
    pub(crate) packet_identifier: u16,
    pub(crate) topic: u32,
    pub(crate) severity: Option<Severity>,
}

/// Where the records begin that are shown.
#[derive(Clone, Copy, Debug, Default)]
struct Floor {
    number: u64,
    /// Records before it that were no packets.
    events: u64,
}

/// The log.
#[derive(Debug)]
pub(crate) struct WireLog {
    arena: Arena,
    records: Records,
    /// The number of the oldest record that is there.
    oldest: u64,
    /// Records before it are hidden: they were cleared.
    floor: Floor,
    /// What the floor was before the log was cleared last, for as long as that can be undone.
    floor_before: Option<Floor>,
    /// The numbers of the records that are there and are no packets.
    events: VecDeque<u64>,
    /// Records that were no packets and are gone.
    events_gone: u64,
    /// Packets that were answered or judged when they were there already.
    touched: Journal<u64>,
    /// When the first record came that is shown, and what that was before the log was cleared last.
    begins: [Instant; 2],
    budget: u64,
    /// The frame of a capture file that is read now; 0: none is.
    frame: u32,
}

impl Default for WireLog {
    fn default() -> Self {
        Self {
            arena: Arena::default(),
            records: Records::default(),
            oldest: 0,
            floor: Floor::default(),
            floor_before: None,
            events: VecDeque::new(),
            events_gone: 0,
            touched: Journal::default(),
            begins: [Instant::ZERO; 2],
            budget: BUDGET,
            frame: 0,
        }
    }
}

impl WireLog {
    /// What is added from here on ends in this frame of a capture file, counted from 1. The frame before.
    pub(crate) fn set_frame(&mut self, frame: u64) -> u64 {
        let frame = u32::try_from(frame).unwrap_or(u32::MAX);
        core::mem::replace(&mut self.frame, frame).into()
    }

    /// Adds a packet; the oldest go when there is no room.
    pub(crate) fn push(&mut self, new: New, packet: &[u8]) -> RecordId {
        let first = packet.first().copied().unwrap_or_default();
        self.add(new, packet, first, false)
    }

    /// Adds the opening or the closing of a connection, between the packets before and after it.
    pub(crate) fn push_event(
        &mut self,
        at: Instant,
        connection: ConnectionId,
        version: ProtocolVersion,
        event: &ConnectionEvent,
    ) -> RecordId {
        let new = New {
            at,
            connection,
            sender: Sender::Client,
            version,
            packet_identifier: 0,
            topic: u32::MAX,
            severity: None,
        };
        self.events.push_back(self.end());
        self.add(new, &entry::write(event), 0, true)
    }

    /// Adds a packet of which there are only words.
    pub(crate) fn push_told(&mut self, new: New, first: u8, event: &ConnectionEvent) -> RecordId {
        self.add(new, &entry::write(event), first, true)
    }

    fn add(&mut self, new: New, bytes: &[u8], first: u8, is_event: bool) -> RecordId {
        if self.end() == self.floor.number {
            self.begins[0] = new.at;
        }
        let place = self.arena.push(bytes);
        self.records.push(Record {
            at: new.at,
            place,
            connection: new.connection,
            topic: new.topic,
            round_trip_us: f32::NAN,
            link: 0,
            frame: self.frame,
            packet_identifier: new.packet_identifier,
            first,
            sender: new.sender,
            version: new.version,
            severity: new.severity,
            fate: None,
            is_event,
        });
        self.shrink();
        RecordId(self.end().saturating_sub(1))
    }

    /// Ties an answer to what it answers, both ways.
    pub(crate) fn link(&mut self, asked: RecordId, answer: RecordId) {
        // One that was cleared is asked and answered as any other.
        let Some(from) = self.get_mut(asked).map(|record| record.at) else {
            return;
        };
        let Ok(far) = i32::try_from(answer.0.saturating_sub(asked.0)) else {
            return;
        };
        if let Some(record) = self.get_mut(answer) {
            record.link = far.wrapping_neg();
            record.round_trip_us = record.at.micros_since(from) as f32;
        }
        if let Some(record) = self.get_mut(asked) {
            record.link = far;
        }
        self.touched.push(asked.0);
    }

    /// What a packet answers, or what answers it.
    pub(crate) fn linked(&self, id: RecordId) -> Option<RecordId> {
        let record = self.record(id)?;
        let other = id.0.checked_add_signed(i64::from(record.link))?;
        (record.link != 0 && self.record(RecordId(other)).is_some()).then_some(RecordId(other))
    }

    /// Marks a packet as worse than was known.
    pub(crate) fn judge(&mut self, id: RecordId, severity: Severity) {
        if let Some(record) = self.get_mut(id) {
            record.severity = record.severity.max(Some(severity));
            self.touched.push(id.0);
        }
    }

    /// A fault of a tap made this of a packet.
    pub(crate) fn doom(&mut self, id: RecordId, fate: Fate) {
        if let Some(record) = self.get_mut(id) {
            record.fate = record.fate.max(Some(fate));
        }
    }

    /// The packet of this number, if it is one and still there.
    pub(crate) fn get(&self, id: RecordId) -> Option<&Record> {
        self.record(id).filter(|record| !record.is_event)
    }

    /// What stands at this number: a packet, or the opening or closing of a connection.
    pub(crate) fn entry(&self, id: RecordId) -> Option<Entry<'_>> {
        let record = self.record(id)?;
        Some(if record.is_event {
            Entry::Event(record)
        } else {
            Entry::Packet(record)
        })
    }

    /// What the record of an opening or closing says.
    pub(crate) fn event(&self, record: &Record) -> Option<ConnectionEvent> {
        entry::read(self.arena.get(record.place)).filter(|_| record.is_event)
    }

    /// Openings and closings that are kept.
    pub(crate) fn events(&self) -> u64 {
        (self.all_events()).saturating_sub(self.events_gone.max(self.floor.events))
    }

    fn record(&self, id: RecordId) -> Option<&Record> {
        if id.0 < self.floor.number {
            return None;
        }
        let at = id.0.checked_sub(self.oldest)?;
        self.records.get(usize::try_from(at).ok()?)
    }

    /// Also one that was cleared: what is learnt of it must be right when it is brought back.
    fn get_mut(&mut self, id: RecordId) -> Option<&mut Record> {
        let at = id.0.checked_sub(self.oldest)?;
        self.records.get_mut(usize::try_from(at).ok()?)
    }

    /// What was answered or judged when it was there already.
    pub(crate) const fn touched(&self) -> &Journal<u64> {
        &self.touched
    }

    /// When the first record came since the log was last cleared, dropped or not.
    pub(crate) const fn begins(&self) -> Instant {
        self.begins[0]
    }

    /// A packet's bytes.
    pub(crate) fn bytes(&self, record: &Record) -> &[u8] {
        self.arena.get(record.place)
    }

    /// The number of the oldest packet that is shown.
    pub(crate) fn first(&self) -> u64 {
        self.oldest.max(self.floor.number)
    }

    /// The number of the oldest packet, one that was cleared included.
    pub(crate) const fn oldest(&self) -> u64 {
        self.oldest
    }

    /// The number that the first packet had, or would have had, after the log was last cleared.
    pub(crate) const fn floor(&self) -> u64 {
        self.floor.number
    }

    /// Records that made room for newer ones since the log was last cleared.
    pub(crate) const fn dropped(&self) -> u64 {
        self.oldest.saturating_sub(self.floor.number)
    }

    /// Records so far that were no packets.
    fn all_events(&self) -> u64 {
        self.events_gone.saturating_add(self.events.len() as u64)
    }

    /// The number that the next packet gets.
    pub(crate) fn end(&self) -> u64 {
        self.oldest.saturating_add(self.records.len() as u64)
    }

    /// Its size.
    pub(crate) fn view(&self) -> LogView {
        LogView {
            packets: (self.end().saturating_sub(self.first())).saturating_sub(self.events()),
            dropped: (self.dropped())
                .saturating_sub(self.events_gone.saturating_sub(self.floor.events)),
            cleared: self.cleared(),
            bytes: self.size(),
            budget: self.budget,
        }
    }

    /// Sets the budget in bytes.
    pub(crate) fn set_budget(&mut self, budget: u64) {
        self.budget = budget.max(LEAST_BUDGET);
        self.shrink();
    }

    /// Hides every packet, and forgets those that were hidden before. Whether there was any to hide.
    pub(crate) fn clear(&mut self) -> bool {
        if self.first() >= self.end() {
            return false;
        }
        self.forget_cleared();
        self.floor_before = Some(self.floor);
        self.floor = Floor {
            number: self.end(),
            events: self.all_events(),
        };
        self.begins = [Instant::ZERO, self.begins[0]];
        true
    }

    /// Shows again what was hidden last. Whether there was anything left of it.
    pub(crate) fn restore(&mut self) -> bool {
        let Some(before) = self
            .floor_before
            .take()
            .filter(|_| self.oldest < self.floor.number)
        else {
            return false;
        };
        self.floor = before;
        self.begins[0] = self.begins[1];
        true
    }

    /// Lets go what is hidden.
    pub(crate) fn forget_cleared(&mut self) {
        self.floor_before = None;
        let shown = self.record(RecordId(self.floor.number));
        match shown.map(|record| record.place.chunk) {
            Some(chunk) => {
                while self.arena.first_chunk() < chunk && self.arena.drop_first() {}
                self.drop_records();
            }
            // Nothing that is there is shown.
            None if self.floor.number >= self.end() => {
                self.oldest = self.end();
                self.arena = Arena::default();
                self.records = Records::default();
                self.events_gone = self.all_events();
                self.events.clear();
            }
            None => {}
        }
    }

    /// Packets that can be shown again.
    fn cleared(&self) -> u64 {
        let Some(before) = self.floor_before else {
            return 0;
        };
        let from = self.oldest.max(before.number);
        let events = (self.floor.events).saturating_sub(self.events_gone.max(before.events));
        (self.floor.number.saturating_sub(from)).saturating_sub(events)
    }

    /// Gives a packet the number that its topic has in another tree.
    pub(crate) fn set_topic(&mut self, id: RecordId, topic: u32) {
        if let Some(record) = self.get_mut(id) {
            record.topic = topic;
        }
    }

    fn size(&self) -> u64 {
        self.arena.size().saturating_add(self.records.size() as u64)
    }

    /// Drops whole chunks until the budget holds; the newest packet always stays.
    fn shrink(&mut self) {
        while self.size() > self.budget && self.arena.drop_first() {
            self.drop_records();
        }
    }

    /// Drops the records of chunks that are gone.
    fn drop_records(&mut self) {
        let first_chunk = self.arena.first_chunk();
        let gone = self
            .records
            .drop_while(|record| record.place.chunk < first_chunk);
        self.oldest = self.oldest.saturating_add(gone as u64);
        let oldest = self.oldest;
        while self.events.front().is_some_and(|&event| event < oldest) {
            self.events.pop_front();
            self.events_gone = self.events_gone.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests;
