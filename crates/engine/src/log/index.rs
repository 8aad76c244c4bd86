//! The rows of a list: which packets are in it, found a slice at a time as they come.

use std::collections::{HashMap, VecDeque};

use mqttscope_protocol::{ConnectionId, EventKind, RecordId, Window};
use mqttscope_shared::topic_tree;
use mqttscope_wire::{PacketType, TopicFilter};

use super::{Entry, Record, WireLog};
use crate::topics::{NONE, Topics};
use crate::view::rows::topic_of;
use crate::view::timeline::micros;

/// Packets that are looked at in one go; a worker that searches a million still hears *stop*.
const SLICE: u64 = 50_000;

/// What a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// None: all.
    pub(crate) connection: Option<ConnectionId>,
    /// Only PUBLISH packets.
    pub(crate) messages: bool,
    /// No openings and closings of connections.
    pub(crate) packets: bool,
    /// See [`mqttscope_protocol::Looking::span_us`].
    pub(crate) span_us: Option<(u64, u64)>,
    /// See [`mqttscope_protocol::Looking::search`].
    pub(crate) search: String,
    /// Filters whose messages are hidden, unless another one that is not brings them too.
    pub(crate) muted: Vec<(ConnectionId, String)>,
    /// The other filters.
    pub(crate) heard: Vec<(ConnectionId, String)>,
}

impl Wanted {
    fn is_within(&self, record: &Record) -> bool {
        (self.span_us).is_none_or(|(from, to)| (from..to).contains(&micros(record.at_ms)))
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
    /// Whether a topic matches the search or is hidden, as found before.
    topics: HashMap<(ConnectionId, u32), bool>,
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
    /// Shows something else from now on.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        if wanted != self.wanted {
            *self = Self {
                wanted,
                ..Self::default()
            };
        }
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
        *self = Self::default();
    }

    /// Looks at what was added; whether there is more to look at.
    pub(crate) fn extend(&mut self, log: &WireLog, topics: &Topics) -> bool {
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
        let end = log.end().min(self.next.saturating_add(SLICE));
        for number in self.next..end {
            match log.entry(RecordId(number)) {
                Some(Entry::Packet(record)) if self.is_in(record, log, topics) => {
                    self.hits.push_back(number);
                }
                Some(Entry::Event(record)) if self.has_event(record, log) => {
                    let is_packet = record.is_packet();
                    self.hits.push_back(number);
                    if !is_packet {
                        self.events.push_back(number);
                    }
                }
                _ => {}
            }
        }
        self.next = end;
        end < log.end()
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

    /// Nothing is left out, so that nothing need be listed.
    fn is_whole(&self) -> bool {
        self.wanted == Wanted::default()
    }

    fn has_event(&self, record: &Record, log: &WireLog) -> bool {
        let wanted = &self.wanted;
        let search = &wanted.search;
        !wanted.packets
            && !wanted.messages
            && wanted.connection.is_none_or(|of| of == record.connection)
            && wanted.is_within(record)
            && (search.is_empty()
                || log.event(record).is_some_and(|event| {
                    let name = match event.kind {
                        EventKind::Told(_) => &event.reason,
                        _ => event.name(),
                    };
                    let line = format!("{name} {} {}", event.line(), event.address);
                    contains(line.as_bytes(), search.as_bytes())
                }))
    }

    fn is_in(&mut self, record: &Record, log: &WireLog, topics: &Topics) -> bool {
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
        matches_search(&self.wanted.search, record, log, topics)
    }
}

fn is_hidden(wanted: &Wanted, record: &Record, log: &WireLog, topics: &Topics) -> bool {
    let Some(topic) = topic_of(log, topics, record) else {
        return false;
    };
    let brings =
        |(of, filter): &(ConnectionId, String)| *of == record.connection && covers(filter, &topic);
    wanted.muted.iter().any(brings) && !wanted.heard.iter().any(brings)
}

/// Whether a Topic Filter, shared or not, matches a topic.
pub(crate) fn covers(filter: &str, topic: &str) -> bool {
    let filter = TopicFilter::new(filter)
        .and_then(TopicFilter::shared)
        .map_or(filter, |shared| shared.topic_filter.as_str());
    topic_tree::matches(filter, topic)
}

/// Whether a packet is what is searched for; see [`mqttscope_protocol::Looking::search`].
pub(crate) fn matches_search(
    search: &str,
    record: &Record,
    log: &WireLog,
    topics: &Topics,
) -> bool {
    if search.is_empty() {
        return true;
    }
    if let Some(filter) = search.strip_prefix("topic:") {
        let topic = topic_of(log, topics, record);
        return topic.is_some_and(|topic| covers(filter.trim(), &topic));
    }
    if let Some(digits) = search.strip_prefix("hex:") {
        return contains_hex(log.bytes(record), digits);
    }
    // A topic that is not in the packet's own bytes is one that came by an alias.
    record.packet_type().name().eq_ignore_ascii_case(search)
        || contains(log.bytes(record), search.as_bytes())
        || topics
            .topic(record.topic)
            .is_some_and(|topic| contains(topic.as_bytes(), search.as_bytes()))
}

/// Bytes of a search in hex.
const MOST_HEX: usize = 64;

/// Whether the bytes that these hex digits stand for are in there. What stands between bytes (blanks, colons,
/// commas, `0x`) does not matter, and a last digit without its pair is not looked for yet.
fn contains_hex(bytes: &[u8], digits: &str) -> bool {
    let mut wanted = [0_u8; MOST_HEX];
    let mut len = 0_usize;
    let mut high = None;
    for character in digits
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, ':' | ',' | '-'))
    {
        if matches!(character, 'x' | 'X') && high == Some(0) {
            high = None;
            continue;
        }
        let Some(digit) = character.to_digit(16) else {
            return false;
        };
        match (high.take(), wanted.get_mut(len)) {
            (Some(high), Some(byte)) => {
                *byte = (high << 4 | digit) as u8;
                len = len.saturating_add(1);
            }
            (None, Some(_)) => high = Some(digit),
            (_, None) => return false,
        }
    }
    let wanted = wanted.get(..len).unwrap_or_default();
    memchr::memmem::find(bytes, wanted).is_some()
}

/// Whether the text is in there, with ASCII letters in either case.
fn contains(bytes: &[u8], text: &[u8]) -> bool {
    let Some((&head, tail)) = text.split_first() else {
        return true;
    };
    let (lower, upper) = (head.to_ascii_lowercase(), head.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, bytes).any(|at| {
        let rest = at.saturating_add(1);
        bytes
            .get(rest..rest.saturating_add(tail.len()))
            .is_some_and(|found| found.eq_ignore_ascii_case(tail))
    })
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
                at_ms: n as f64,
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
        while index.extend(&log, &topics) {}
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
        index.extend(&log, &topics);
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
                    at_ms: 0.0,
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
            while index.extend(&log, &topics) {}
            let asked = Window {
                first: 2_500,
                count: 5,
                tail: false,
                dropped: 0,
            };
            let before = index.window(&log, asked);
            assert_eq!((before.first, before.dropped), (2_500, 0));
            filler(&mut log, 3_000);
            while index.extend(&log, &topics) {}
            let after = index.window(&log, asked);
            assert!(after.dropped > 0);
            assert_eq!(after.ids, before.ids);
            assert_eq!(after.first + after.dropped, before.first);
        }
    }
}
