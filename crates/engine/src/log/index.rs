//! The rows of a list: which packets are in it, found a slice at a time as they come.

use mqttscope_shared::Instant;
use std::collections::{HashMap, VecDeque};

use mqttscope_filter::covers;
use mqttscope_protocol::{ConnectionId, RecordId, Window};
use mqttscope_wire::PacketType;

use super::{Entry, Record, Tally, WireLog};
use crate::sieve::{Facts, Sieve};
use crate::topics::{NONE, Topics};
use crate::view::rows::topic_of;

/// Packets that are looked at in one go; a worker that searches a million still hears *stop*.
const SLICE: u64 = 50_000;
/// The same by their bytes: filters may take each packet apart.
const SLICE_BYTES: u64 = 16 << 20;

/// What a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// None: all.
    pub(crate) connection: Option<ConnectionId>,
    /// Only PUBLISH packets.
    pub(crate) messages: bool,
    /// No openings and closings of connections.
    pub(crate) packets: bool,
    /// See [`mqttscope_protocol::Looking::span`].
    pub(crate) span: Option<(Instant, Instant)>,
    /// See [`mqttscope_protocol::Looking::search`].
    pub(crate) search: String,
    /// Filters whose messages are hidden, unless another one that is not brings them too.
    pub(crate) muted: Vec<(ConnectionId, String)>,
    /// The other filters.
    pub(crate) heard: Vec<(ConnectionId, String)>,
}

impl Wanted {
    fn is_within(&self, record: &Record) -> bool {
        (self.span).is_none_or(|(from, to)| (from..to).contains(&record.at))
    }
}

/// The packets of a list, in order.
#[derive(Debug, Default)]
pub(crate) struct Index {
    wanted: Wanted,
    hits: VecDeque<u64>,
    /// Hits that are openings and closings of connections.
    events: VecDeque<u64>,
    /// Hits that went with the oldest packets.
    dropped: u64,
    /// The next packet to look at.
    next: u64,
    /// What is searched for.
    sieve: Sieve,
    /// Whether a topic is hidden, as found before.
    topics: HashMap<(ConnectionId, u32), bool>,
    /// Whose its packets are, where that is counted.
    tally: Option<Box<Tally>>,
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Part {
    /// The row that the first is.
    pub(crate) first: u64,
    /// Rows there are.
    pub(crate) total: u64,
    /// Rows that went with the oldest packets.
    pub(crate) dropped: u64,
    /// Rows there are that are no packets.
    pub(crate) events: u64,
    /// Its packets.
    pub(crate) ids: Vec<RecordId>,
    /// The packet in the row before the first.
    pub(crate) before: Option<RecordId>,
}

impl Index {
    /// One that counts whose its packets are.
    pub(crate) fn counting() -> Self {
        Self {
            tally: Some(Box::default()),
            ..Self::default()
        }
    }

    /// Shows something else from now on.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        if wanted != self.wanted {
            *self = Self {
                sieve: Sieve::new(&wanted.search).of_one(wanted.connection.is_some()),
                wanted,
                tally: self.counted_anew(),
                ..Self::default()
            };
        }
    }

    /// Counts when the packets of this connection came, or of all, where it counts.
    pub(crate) fn time(&mut self, of: Option<ConnectionId>, log: &WireLog) {
        if let Some(tally) = &mut self.tally {
            let records = self.hits.iter().filter_map(|&hit| log.entry(RecordId(hit)));
            tally.of(of, records.map(Entry::record));
        }
    }

    fn counted_anew(&self) -> Option<Box<Tally>> {
        (self.tally.as_ref()).map(|tally| Box::new(tally.anew()))
    }

    /// Whose its packets are; none where nothing is left out, or where it is not counted.
    pub(crate) fn tally(&self) -> Option<&Tally> {
        self.tally.as_deref().filter(|_| !self.is_whole())
    }

    /// Whether it shows what the other one does.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.wanted == other.wanted
    }

    /// Whether a packet is in it. Not for a list that leaves nothing out.
    pub(crate) fn contains(&self, id: RecordId) -> bool {
        self.hits.binary_search(&id.0).is_ok()
    }

    /// Whether this is what it shows.
    pub(crate) fn wants(&self, wanted: &Wanted) -> bool {
        *wanted == self.wanted
    }

    /// The packets in it from this number on; not for a list that leaves nothing out.
    pub(crate) fn since(&self, number: u64) -> impl Iterator<Item = RecordId> + '_ {
        let from = self.hits.partition_point(|&hit| hit < number);
        self.hits.range(from..).copied().map(RecordId)
    }

    /// Forgets what it found.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            tally: self.counted_anew(),
            ..Self::default()
        };
    }

    /// Looks at what was added, and again at what has changed; whether there is more to look at.
    pub(crate) fn extend(&mut self, log: &WireLog, topics: &Topics, facts: Facts<'_>) -> bool {
        while self.hits.front().is_some_and(|&hit| hit < log.first()) {
            self.hits.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        while self.events.front().is_some_and(|&hit| hit < log.first()) {
            self.events.pop_front();
        }
        if self.is_whole() {
            return false;
        }
        self.next = self.next.max(log.first());
        self.judge_again(log, topics, facts);
        let end = log.end().min(self.next.saturating_add(SLICE));
        let mut bytes = 0_u64;
        while self.next < end && bytes < SLICE_BYTES {
            let number = self.next;
            self.next = number.saturating_add(1);
            let entry = log.entry(RecordId(number));
            let size = entry.map_or(0, |entry| entry.record().size());
            bytes = bytes.saturating_add(size.into());
            if self.has(number, log, topics, facts) {
                self.hits.push_back(number);
                if let (Some(tally), Some(entry)) = (&mut self.tally, entry) {
                    tally.add(RecordId(number), entry.record());
                }
                if is_no_packet(entry) {
                    self.events.push_back(number);
                }
            }
        }
        self.next < log.end()
    }

    /// What the search is about may have changed of packets that were looked at before.
    fn judge_again(&mut self, log: &WireLog, topics: &Topics, facts: Facts<'_>) {
        let mut changes = self.sieve.refresh(log, facts);
        if !changes.is_any() {
            return;
        }
        if changes.all {
            self.hits.clear();
            self.events.clear();
            self.tally = self.counted_anew();
            self.next = log.first();
            return;
        }
        for number in changes.entries(log, self.next) {
            let has = self.has(number, log, topics, facts);
            let entry = log.entry(RecordId(number));
            let is_new = put(&mut self.hits, number, has);
            if let (Some(tally), Some(entry), true) = (&mut self.tally, entry, is_new) {
                let (id, record) = (RecordId(number), entry.record());
                if has {
                    tally.add(id, record);
                } else {
                    tally.remove(id, record);
                }
            }
            if is_no_packet(entry) {
                put(&mut self.events, number, has);
            }
        }
    }

    fn has(&mut self, number: u64, log: &WireLog, topics: &Topics, facts: Facts<'_>) -> bool {
        let id = RecordId(number);
        match log.entry(id) {
            Some(Entry::Packet(record)) => self.is_in(id, record, log, topics, facts),
            Some(Entry::Event(record)) => self.has_event(id, record, log, topics, facts),
            None => false,
        }
    }

    /// The window's packets, and where they stand.
    pub(crate) fn window(&self, log: &WireLog, window: Window) -> Part {
        let dropped = if self.is_whole() {
            log.dropped()
        } else {
            self.dropped
        };
        let total = if self.is_whole() {
            log.end().saturating_sub(log.first())
        } else {
            self.hits.len() as u64
        };
        let last = total.saturating_sub(u64::from(window.count));
        let first = if window.tail {
            last
        } else {
            let since = dropped.saturating_sub(window.dropped);
            window.first.saturating_sub(since).min(total)
        };
        let end = first.saturating_add(u64::from(window.count)).min(total);
        let at = |row: u64| {
            if self.is_whole() {
                Some(log.first().saturating_add(row))
            } else {
                self.hits.get(usize::try_from(row).ok()?).copied()
            }
        };
        Part {
            first,
            total,
            dropped,
            events: if self.is_whole() {
                log.events()
            } else {
                self.events.len() as u64
            },
            ids: (first..end).filter_map(at).map(RecordId).collect(),
            before: first.checked_sub(1).and_then(at).map(RecordId),
        }
    }

    /// The row of a packet; none: it is not in the list, or not yet.
    pub(crate) fn row_of(&self, log: &WireLog, id: RecordId) -> Option<u64> {
        log.entry(id)?;
        if self.is_whole() {
            return id.0.checked_sub(log.first());
        }
        self.hits.binary_search(&id.0).ok().map(|row| row as u64)
    }

    /// The packet in this row. Not for a list that leaves nothing out.
    pub(crate) fn at(&self, row: u64) -> Option<RecordId> {
        let row = usize::try_from(row).ok()?;
        self.hits.get(row).copied().map(RecordId)
    }

    /// The packet in the last row. Not for a list that leaves nothing out.
    pub(crate) fn last(&self) -> Option<RecordId> {
        self.hits.back().copied().map(RecordId)
    }

    /// How many packets of the list stand before this one, and how many there are. Not for a list
    /// that leaves nothing out.
    pub(crate) fn place(&self, id: RecordId) -> (u64, u64) {
        let before = self.hits.partition_point(|&hit| hit < id.0);
        (before as u64, self.hits.len() as u64)
    }

    /// Every packet in it.
    pub(crate) fn all<'a>(&'a self, log: &'a WireLog) -> impl Iterator<Item = RecordId> + 'a {
        let whole = self.is_whole().then(|| log.first()..log.end());
        let hits = (!self.is_whole()).then(|| self.hits.iter().copied());
        whole
            .into_iter()
            .flatten()
            .chain(hits.into_iter().flatten())
            .map(RecordId)
    }

    /// Whether a text has the words that are looked for.
    pub(crate) fn is_said_in(&self, text: &str) -> bool {
        self.sieve.is_said_in(text)
    }

    /// A search or a span leaves something out.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.sieve.is_open() || self.wanted.span.is_some()
    }

    /// Nothing is left out, so that nothing need be listed.
    pub(crate) fn is_whole(&self) -> bool {
        self.wanted == Wanted::default()
    }

    fn has_event(
        &mut self,
        id: RecordId,
        record: &Record,
        log: &WireLog,
        topics: &Topics,
        facts: Facts<'_>,
    ) -> bool {
        let wanted = &self.wanted;
        !wanted.packets
            && (!wanted.messages
                || record.is_packet() && record.packet_type() == PacketType::Publish)
            && wanted.connection.is_none_or(|of| of == record.connection)
            && wanted.is_within(record)
            && self.sieve.passes_event(id, record, log, topics, facts)
    }

    fn is_in(
        &mut self,
        id: RecordId,
        record: &Record,
        log: &WireLog,
        topics: &Topics,
        facts: Facts<'_>,
    ) -> bool {
        let wanted = &self.wanted;
        if wanted.connection.is_some_and(|of| of != record.connection) || !wanted.is_within(record)
        {
            return false;
        }
        let is_publish = record.packet_type() == PacketType::Publish;
        if wanted.messages && !is_publish {
            return false;
        }
        if is_publish && !wanted.muted.is_empty() {
            let key = (record.connection, record.topic);
            let is_kept = record.topic != NONE;
            let hidden = match self.topics.get(&key).filter(|_| is_kept) {
                Some(&hidden) => hidden,
                None => {
                    let hidden = is_hidden(wanted, record, log, topics);
                    if is_kept {
                        self.topics.insert(key, hidden);
                    }
                    hidden
                }
            };
            if hidden {
                return false;
            }
        }
        self.sieve.passes(id, record, log, topics, facts)
    }
}

/// Whether a connection opened or closed here.
fn is_no_packet(entry: Option<Entry<'_>>) -> bool {
    matches!(entry, Some(Entry::Event(record)) if !record.is_packet())
}

/// Puts a number into an ordered list, or takes it out; whether it was not so before.
fn put(list: &mut VecDeque<u64>, number: u64, is_in: bool) -> bool {
    match (list.binary_search(&number), is_in) {
        (Err(place), true) => list.insert(place, number),
        (Ok(place), false) => {
            list.remove(place);
        }
        _ => return false,
    }
    true
}

fn is_hidden(wanted: &Wanted, record: &Record, log: &WireLog, topics: &Topics) -> bool {
    let Some(topic) = topic_of(log, topics, record) else {
        return false;
    };
    let brings =
        |(of, filter): &(ConnectionId, String)| *of == record.connection && covers(filter, &topic);
    wanted.muted.iter().any(brings) && !wanted.heard.iter().any(brings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::New;
    use mqttscope_wire::{ProtocolVersion, Sender};

    fn log(count: u64) -> (WireLog, Topics) {
        let (mut log, mut topics) = (WireLog::default(), Topics::default());
        for n in 0..count {
            let topic = topics.number(if n % 2 == 0 { "even/t" } else { "odd/t" });
            let new = New {
                at: Instant::from_millis(n),
                connection: ConnectionId((n % 3) as u32),
                sender: Sender::Server,
                version: ProtocolVersion::V5,
                packet_identifier: 0,
                topic,
                severity: None,
            };
            log.push(new, format!("\x30 Payload {n}").as_bytes());
        }
        (log, topics)
    }

    fn found(wanted: Wanted, count: u64) -> usize {
        let (log, topics) = log(count);
        let mut index = Index::default();
        index.want(wanted);
        while index.extend(&log, &topics, Facts::default()) {}
        index.all(&log).count()
    }

    #[test]
    fn lists_hold_what_is_wanted() {
        let search = |search: &str| Wanted {
            search: search.into(),
            ..Wanted::default()
        };
        assert_eq!(found(Wanted::default(), 120_000), 120_000);
        assert_eq!(found(search("topic:even/#"), 120_000), 60_000);
        assert_eq!(found(search("hex:"), 10), 10);
        assert_eq!(found(search("hex: 64 2031 3"), 20), 1 + 10);
        assert_eq!(found(search("hex:c0 00"), 10), 0);
        assert_eq!(found(search("hex:3x"), 10), 0);
        assert_eq!(found(search("hex:0x64, 0x20 31:3"), 20), 1 + 10);
        assert_eq!(found(search("hex:x"), 10), 0);
        assert_eq!(found(search("topic:$share/g/odd/+"), 10), 5);
        assert_eq!(found(search("pAYLOAD 11"), 120), 1 + 10);
        assert_eq!(found(search("publish"), 7), 7);
        assert_eq!(found(search("nothing"), 7), 0);
        let of = |connection| Wanted {
            connection: Some(ConnectionId(connection)),
            ..Wanted::default()
        };
        assert_eq!(found(of(2), 9), 3);
    }

    #[test]
    fn a_slice_of_a_search_ends_with_what_it_has_read() {
        let mut log = WireLog::default();
        for n in 0..40_u8 {
            let new = New {
                at: Instant::from_millis(n.into()),
                connection: ConnectionId(0),
                sender: Sender::Server,
                version: ProtocolVersion::V5,
                packet_identifier: 0,
                topic: NONE,
                severity: None,
            };
            log.push(new, &vec![0x30; 1 << 20]);
        }
        let (topics, mut index) = (Topics::default(), Index::default());
        index.want(Wanted {
            search: "mqtt.msgtype == PUBLISH".into(),
            ..Wanted::default()
        });
        let mut found = Vec::new();
        while index.extend(&log, &topics, Facts::default()) {
            found.push(index.all(&log).count());
        }
        assert_eq!(found, [16, 32]);
        assert_eq!(index.all(&log).count(), 40);
    }

    #[test]
    fn a_muted_filter_hides_what_no_other_brings() {
        let all = |filter: &str| (0..3).map(|n| (ConnectionId(n), filter.into())).collect();
        let muted = Wanted {
            muted: all("#"),
            ..Wanted::default()
        };
        assert_eq!(found(muted.clone(), 10), 0);
        let heard = Wanted {
            heard: all("even/+"),
            ..muted
        };
        assert_eq!(found(heard, 10), 5);
    }

    #[test]
    fn windows_follow_the_end_or_stand_still() {
        let (log, topics) = log(100);
        let mut index = Index::default();
        index.want(Wanted {
            search: "topic:even/#".into(),
            ..Wanted::default()
        });
        index.extend(&log, &topics, Facts::default());
        let window = |first, tail| Window {
            first,
            count: 3,
            tail,
            dropped: 0,
        };
        let ids = |part: &Part| part.ids.iter().map(|id| id.0).collect::<Vec<_>>();
        let part = index.window(&log, window(0, true));
        assert_eq!(
            (part.first, part.total, ids(&part)),
            (47, 50, vec![94, 96, 98])
        );
        let part = index.window(&log, window(1, false));
        assert_eq!((part.first, ids(&part)), (1, vec![2, 4, 6]));
        assert_eq!(index.window(&log, window(900, false)).ids, []);
    }

    #[test]
    fn rows_that_are_dropped_do_not_move_those_behind_them() {
        let filler = |log: &mut WireLog, count: u64| {
            for _ in 0..count {
                let new = New {
                    at: Instant::ZERO,
                    connection: ConnectionId(1),
                    sender: Sender::Server,
                    version: ProtocolVersion::V5,
                    packet_identifier: 0,
                    topic: NONE,
                    severity: None,
                };
                log.push(new, &[0x30; 1_000]);
            }
        };
        let one = Wanted {
            connection: Some(ConnectionId(1)),
            ..Wanted::default()
        };
        for wanted in [Wanted::default(), one] {
            let (mut log, topics) = (WireLog::default(), Topics::default());
            log.set_budget(4 << 20);
            let mut index = Index::default();
            index.want(wanted);
            filler(&mut log, 3_000);
            while index.extend(&log, &topics, Facts::default()) {}
            let asked = Window {
                first: 2_500,
                count: 5,
                tail: false,
                dropped: 0,
            };
            let before = index.window(&log, asked);
            assert_eq!((before.first, before.dropped), (2_500, 0));
            filler(&mut log, 3_000);
            while index.extend(&log, &topics, Facts::default()) {}
            let after = index.window(&log, asked);
            assert!(after.dropped > 0);
            assert_eq!(after.ids, before.ids);
            assert_eq!(after.first + after.dropped, before.first);
        }
    }
}
