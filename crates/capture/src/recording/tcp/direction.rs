//! One direction of a TCP connection: segments in whatever order become a stream (RFC 9293, section 3.10). Of bytes
//! that come twice the first are kept. What the other side acknowledges was sent: bytes that are not here by then are missing
//! in the capture.

use std::collections::BTreeMap;

use super::super::event::Moment;
use super::super::link::Segment;
use super::Counts;
use super::awaited::Patience;

/// What a segment costs in memory beside its bytes.
const SEGMENT_COST: usize = 96;

/// A segment as far back as this is no retransmission: no window is so large in practice.
const FARTHEST_BACK: i32 = -(16 << 20);

/// When a segment came, and what its sender knew then.
#[derive(Clone, Copy)]
pub(super) struct Arrival {
    pub(super) moment: Moment,
    /// The place in the other side's stream that it acknowledges: what is before may be what it answers.
    pub(super) needs: u64,
    /// That place is not reached yet.
    pub(super) is_early: bool,
}

/// Bytes that wait.
enum Held {
    Bytes(Vec<u8>, Arrival),
    /// Bytes that the capture left out of a segment.
    Missing(u64),
}

/// What comes next in the stream.
pub(super) enum Ready {
    Bytes(Vec<u8>, Moment),
    Gap(Option<u64>),
}

/// What becomes of a segment.
pub(super) enum Taken {
    /// Its payload from here on is next.
    Now(usize),
    /// It is kept, or was here before, or has no payload.
    Kept,
}

#[derive(Default)]
pub(super) struct Direction {
    /// The sequence number that comes next, once one is known.
    next: Option<u32>,
    /// Bytes of the stream before it, those that are missing included.
    position: u64,
    waiting: BTreeMap<u64, Held>,
    held: usize,
    /// Where the stream ends.
    fin: Option<u64>,
    /// The first sequence number, of a SYN.
    pub(super) initial: Option<u32>,
    /// The last segment that brought something: sequence number, interface, identification.
    last: (u32, u32, Option<u16>),
    /// What would follow a segment that stands far off.
    stray: Option<u32>,
    restart: bool,
    /// The other side has all before this place.
    acknowledged: u64,
    /// What it acknowledged is not all here: it is waited for, or was for long enough.
    awaited: Awaited,
    /// The gap that was given up last because of that, with nothing behind it yet: should it come after all, the stream goes on there.
    hole: Option<u64>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd)]
enum Awaited {
    #[default]
    No,
    Yes,
    /// Frames may stand a few places off in a capture, and so far away none was seen.
    Briefly,
    Overdue,
}

/// What is done next with what waits.
enum Step {
    Restart,
    /// Up to here bytes are missing.
    Gap(u64),
    Give,
}

impl Direction {
    /// Memory that waiting segments take.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    pub(super) fn segments(&self) -> usize {
        self.waiting.len()
    }

    pub(super) const fn is_seen(&self) -> bool {
        self.next.is_some()
    }

    /// Whether bytes were given and no SYN was seen.
    pub(super) const fn gave_before_syn(&self) -> bool {
        self.initial.is_none() && self.position > 0
    }

    /// Whether all up to the FIN was given.
    pub(super) fn is_finished(&self) -> bool {
        self.fin.is_some_and(|end| self.position >= end)
    }

    /// Whether a segment could belong to this stream, or its ports must have been used again.
    pub(super) fn is_near(&self, sequence: u32) -> bool {
        self.next.is_none_or(|next| {
            let distance = sequence.wrapping_sub(next).cast_signed();
            (FARTHEST_BACK..=-FARTHEST_BACK).contains(&distance)
        })
    }

    /// What the other side has to have seen for an answer: where it stands, or all where it ended.
    pub(super) fn reached(&self) -> u64 {
        if self.is_finished() {
            u64::MAX
        } else {
            self.position
        }
    }

    /// The other side acknowledges what comes before a sequence number: gives its place, 0 where that is old or odd.
    pub(super) fn acknowledge(&mut self, number: u32) -> u64 {
        let Some(next) = self.next else {
            return 0;
        };
        let ahead = number.wrapping_sub(next).cast_signed();
        if !(1..=-FARTHEST_BACK).contains(&ahead) || self.is_finished() {
            return 0;
        }
        let place = self
            .position
            .saturating_add(u64::from(ahead.unsigned_abs()));
        // A FIN takes a number.
        let place = self.fin.map_or(place, |end| place.min(end));
        self.acknowledged = self.acknowledged.max(place);
        place
    }

    /// Nothing of this side was seen: its stream begins at a number.
    pub(super) const fn begin_at(&mut self, sequence: u32) {
        self.next = Some(sequence);
    }

    /// Whether bytes that were acknowledged are waited for from now on.
    pub(super) fn begins_to_wait(&mut self) -> bool {
        let begins = self.awaited == Awaited::No && self.acknowledged > self.reached();
        if begins {
            self.awaited = Awaited::Yes;
        }
        begins
    }

    /// They were waited for long enough.
    pub(super) fn lose_patience(&mut self, patience: Patience) {
        self.awaited = match (self.awaited, patience) {
            (Awaited::No, _) => Awaited::No,
            (Awaited::Yes, Patience::Brief) => Awaited::Briefly,
            (awaited, Patience::Brief) => awaited,
            (_, Patience::Long) => Awaited::Overdue,
        };
    }

    /// Takes a segment, and says whether its payload is next.
    pub(super) fn take(
        &mut self,
        segment: &Segment<'_>,
        arrival: Arrival,
        counts: &mut Counts,
    ) -> Taken {
        let mut sequence = segment.sequence;
        if segment.has(Segment::SYN) {
            self.initial = Some(sequence);
            sequence = sequence.wrapping_add(1);
            self.next = self.next.or(Some(sequence));
        }
        let there = segment.payload.len();
        let len = there.saturating_add(segment.missing);
        let is_fin = segment.has(Segment::FIN);
        if len == 0 && !is_fin {
            return Taken::Kept;
        }
        let next = *self.next.get_or_insert(sequence);
        let distance = sequence.wrapping_sub(next).cast_signed();
        if distance < 0 && self.is_in_hole(distance) {
            self.restart = true;
            self.next = Some(sequence);
        }
        if distance < FARTHEST_BACK && !self.restarts(sequence, len) {
            counts.retransmitted = counts.retransmitted.saturating_add(1);
            return Taken::Kept;
        }
        let position = if self.restart {
            self.position
        } else {
            let ahead = u64::from(distance.unsigned_abs());
            if distance >= 0 {
                self.position.saturating_add(ahead)
            } else if ahead > self.position {
                // Before the first byte that was seen.
                let before = usize::try_from(ahead.saturating_sub(self.position));
                return self.from(
                    before.unwrap_or(usize::MAX),
                    0,
                    segment,
                    arrival,
                    is_fin,
                    counts,
                );
            } else {
                self.position.saturating_sub(ahead)
            }
        };
        self.from(0, position, segment, arrival, is_fin, counts)
    }

    /// Takes a segment whose place in the stream is known; `skip` bytes of it stand before the stream.
    fn from(
        &mut self,
        skip: usize,
        position: u64,
        segment: &Segment<'_>,
        arrival: Arrival,
        is_fin: bool,
        counts: &mut Counts,
    ) -> Taken {
        let there = segment.payload.len();
        let len = there.saturating_add(segment.missing);
        let inside = len.saturating_sub(skip) as u64;
        let end = position.saturating_add(inside);
        if is_fin && (self.fin.is_none() || self.fin > Some(end)) {
            self.fin = Some(end.max(self.position));
        }
        let copy = (segment.sequence, segment.interface, segment.identification);
        if len > 0 && end <= self.position {
            self.count_old(copy, len, end, counts);
            return Taken::Kept;
        }
        if len == 0 {
            return Taken::Kept;
        }
        self.last = copy;
        if self.waiting.is_empty()
            && position <= self.position
            && segment.missing == 0
            && !self.restart
            && !arrival.is_early
        {
            let old = usize::try_from(self.position.saturating_sub(position)).unwrap_or(usize::MAX);
            let fresh = inside.saturating_sub(old as u64);
            self.advance(fresh);
            return Taken::Now(skip.saturating_add(old));
        }
        let payload = segment.payload.get(skip..).unwrap_or_default();
        self.keep(position, payload, arrival, counts);
        if segment.missing > 0 {
            let behind = position.saturating_add(payload.len() as u64);
            self.keep_hole(behind, end);
        }
        Taken::Kept
    }

    /// Whether a second segment goes on from one that is as far off: then what is between is lost.
    fn restarts(&mut self, sequence: u32, len: usize) -> bool {
        let follows = self.stray == Some(sequence);
        let len = u32::try_from(len).unwrap_or(0);
        self.stray = Some(sequence.wrapping_add(len));
        if follows && self.waiting.is_empty() {
            self.restart = true;
            self.next = Some(sequence);
            self.stray = None;
        }
        follows && self.restart
    }

    fn count_old(
        &mut self,
        (sequence, interface, identification): (u32, u32, Option<u16>),
        len: usize,
        end: u64,
        counts: &mut Counts,
    ) {
        let (last, last_interface, last_identification) = self.last;
        let is_same = last == sequence;
        let is_copy = is_same
            && (last_interface != interface
                || identification.is_some() && identification == last_identification);
        let count = if is_copy {
            &mut counts.copies
        } else if len == 1 && end == self.position {
            &mut counts.keep_alives
        } else {
            &mut counts.retransmitted
        };
        *count = count.saturating_add(1);
    }

    /// Whether a place so far back is in the gap that was given up last, behind which nothing came.
    fn is_in_hole(&mut self, distance: i32) -> bool {
        let back = u64::from(distance.unsigned_abs());
        let hole = self.hole.filter(|len| back <= *len);
        hole.is_some() && self.waiting.is_empty()
    }

    fn advance(&mut self, len: u64) {
        self.hole = None;
        self.position = self.position.saturating_add(len);
        if self.acknowledged <= self.position {
            self.awaited = Awaited::No;
        }
        // Sequence numbers wrap; the lower 32 bits are what counts.
        let low = u32::try_from(len & u64::from(u32::MAX)).unwrap_or(0);
        self.next = self.next.map(|next| next.wrapping_add(low));
    }

    /// Keeps what is not there yet of some bytes.
    fn keep(&mut self, position: u64, bytes: &[u8], arrival: Arrival, counts: &mut Counts) {
        let end = position.saturating_add(bytes.len() as u64);
        let part = |from: u64, to: u64| {
            let index =
                |at: u64| usize::try_from(at.saturating_sub(position)).unwrap_or(usize::MAX);
            bytes.get(index(from)..index(to)).unwrap_or_default()
        };
        let mut at = position.max(self.position);
        if at >= end {
            return;
        }
        let mut fresh: Vec<(u64, u64)> = Vec::new();
        let mut overlaps = false;
        let from = self.start_before(at);
        for (&start, held) in self.waiting.range(from..end) {
            let until = start.saturating_add(held.len());
            if until <= at {
                continue;
            }
            if at < start {
                fresh.push((at, start));
            }
            if let Held::Bytes(kept, _) = held {
                let (low, high) = (at.max(start), until.min(end));
                let index =
                    |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                overlaps |= kept.get(index(low)..index(high)) != Some(part(low, high));
            }
            at = until;
        }
        if at < end {
            fresh.push((at, end));
        }
        if overlaps {
            counts.contradicted = counts.contradicted.saturating_add(1);
        }
        if fresh.is_empty() {
            counts.retransmitted = counts.retransmitted.saturating_add(1);
        }
        for (from, to) in fresh {
            let bytes = part(from, to).to_vec();
            self.held = self
                .held
                .saturating_add(bytes.len().saturating_add(SEGMENT_COST));
            self.waiting.insert(from, Held::Bytes(bytes, arrival));
        }
    }

    /// Keeps that bytes were left out, where none are there.
    fn keep_hole(&mut self, position: u64, end: u64) {
        let position = position.max(self.position);
        if position >= end {
            return;
        }
        let from = self.start_before(position);
        let is_taken = self
            .waiting
            .range(from..end)
            .any(|(start, held)| start.saturating_add(held.len()) > position);
        if !is_taken {
            self.held = self.held.saturating_add(SEGMENT_COST);
            let len = end.saturating_sub(position);
            self.waiting.insert(position, Held::Missing(len));
        }
    }

    /// The start of the last that begins before a place: it may reach over it.
    fn start_before(&self, at: u64) -> u64 {
        let before = self.waiting.range(..at).next_back();
        before.map_or(at, |(start, _)| *start)
    }

    /// What is done next beside the other side; `force`: also behind a gap.
    fn step(&self, force: bool, other: &Self) -> Option<Step> {
        if self.restart {
            return Some(Step::Restart);
        }
        match self.waiting.first_key_value() {
            Some((&start, _))
                if start > self.position
                    && (force
                        || start <= self.acknowledged && self.awaited >= Awaited::Briefly) =>
            {
                return self.gap(start, other);
            }
            // Its place may still come.
            Some((&start, _)) if start > self.position && start <= self.acknowledged => {
                return None;
            }
            Some((&start, _)) if start > self.position => {}
            Some((_, Held::Bytes(_, arrival))) if !force && arrival.needs > other.reached() => {
                return None;
            }
            Some(_) => return Some(Step::Give),
            None => {}
        }
        let is_over = self.fin.is_some_and(|end| end <= self.acknowledged);
        let is_overdue = force || is_over || self.awaited == Awaited::Overdue;
        let ends = self.fin.filter(|_| force).unwrap_or(0);
        let known = self.acknowledged.max(ends);
        // A FIN that is missing counts as a byte: nobody can tell.
        if is_overdue && known > self.reached() {
            self.gap(known, other)
        } else {
            None
        }
    }

    /// A gap that ends at a place, or before that where the other side answered a part of it: its answer comes before
    /// the rest.
    fn gap(&self, end: u64, other: &Self) -> Option<Step> {
        let answered = other.waiting.first_key_value().and_then(|(start, held)| {
            let Held::Bytes(_, arrival) = held else {
                return None;
            };
            (*start <= other.position).then_some(arrival.needs)
        });
        match answered {
            Some(needs) if needs <= self.position => None,
            Some(needs) => Some(Step::Gap(needs.min(end))),
            None => Some(Step::Gap(end)),
        }
    }

    /// What comes next of that which waits; `force`: also behind a gap.
    pub(super) fn release(&mut self, force: bool, other: &Self) -> Option<Ready> {
        match self.step(force, other)? {
            Step::Restart => {
                self.restart = false;
                Some(Ready::Gap(None))
            }
            Step::Gap(end) => {
                let gap = end.saturating_sub(self.position);
                self.advance(gap);
                self.hole = self.waiting.is_empty().then_some(gap);
                Some(Ready::Gap(Some(gap)))
            }
            Step::Give => self.give(),
        }
    }

    fn give(&mut self) -> Option<Ready> {
        let (start, held) = self.waiting.pop_first()?;
        self.held = self.held.saturating_sub(SEGMENT_COST);
        let old = self.position.saturating_sub(start);
        Some(match held {
            Held::Missing(len) => {
                let len = len.saturating_sub(old);
                self.advance(len);
                Ready::Gap(Some(len))
            }
            Held::Bytes(mut bytes, arrival) => {
                self.held = self.held.saturating_sub(bytes.len());
                let old = usize::try_from(old).unwrap_or(usize::MAX).min(bytes.len());
                bytes.drain(..old);
                self.advance(bytes.len() as u64);
                Ready::Bytes(bytes, arrival.moment)
            }
        })
    }

    /// Whether something could be given now.
    pub(super) fn has_ready(&self, other: &Self) -> bool {
        self.step(false, other).is_some()
    }

    /// The frame of the first that waits.
    pub(super) fn first_frame(&self) -> Option<u64> {
        self.waiting.values().find_map(|held| match held {
            Held::Bytes(_, arrival) => Some(arrival.moment.frame),
            Held::Missing(_) => None,
        })
    }
}

impl Held {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes, _) => bytes.len() as u64,
            Self::Missing(len) => *len,
        }
    }
}

impl Direction {
    /// What is remembered of a direction whose connection ended: where it stood.
    pub(super) fn ended(sides: &[Self; 2], side: usize) -> Self {
        let Some(own) = sides.get(side) else {
            return Self::default();
        };
        Self {
            next: own.next,
            position: own.position,
            initial: own.initial,
            ..Self::default()
        }
    }
}
