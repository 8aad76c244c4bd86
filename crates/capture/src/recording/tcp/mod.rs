//! TCP connections of a capture: which segment belongs to which, and when one ends.

mod awaited;
mod direction;
mod series;

use std::collections::{HashMap, VecDeque};

use super::event::{Ending, Moment, Queue, Transport};
use super::inside::{Head, Inside, Out};
use super::link::Segment;
use super::tls::TlsSessions;
use super::{Counts, Limits};
use crate::foreign::Endpoint;
use crate::reading::Role;
use awaited::{AwaitedSides, Patience};
use direction::{Arrival, Direction, Ready, Taken};

/// Both ends, in an order that both directions share, and the VLANs and tunnels around them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    low: Endpoint,
    high: Endpoint,
    path: u64,
}

impl Key {
    pub(super) fn of([one, other]: [Endpoint; 2], path: u64) -> Self {
        Self {
            low: one.min(other),
            high: one.max(other),
            path,
        }
    }
}

struct Connection {
    key: Key,
    head: Head,
    /// Of the lower and of the higher end.
    sides: [Direction; 2],
    inside: Inside,
    state: State,
    /// It began in the file before.
    is_of_before: bool,
    last_frame: u64,
    /// Memory of what is inside, as it was counted last.
    counted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Gaps are given up, then it ends.
    Finishing(Option<(Ending, Option<usize>, Moment)>),
    /// Kept so that what comes late opens nothing new.
    Done,
}

/// What is done before the next frame is read.
enum Task {
    /// Bytes of a side that follow without a gap, or behind one that is given up for room.
    Release(usize, usize),
    Finish(usize),
}

/// The connections.
pub(super) struct Flows {
    map: HashMap<Key, usize>,
    slots: Vec<Option<Connection>>,
    free: Vec<usize>,
    /// The connection of the frame before.
    last: Option<(Key, usize)>,
    tasks: VecDeque<Task>,
    told: u32,
    /// TCP connections so far, and the numbers of those whose frames told nothing yet.
    streams: u32,
    unopened: HashMap<Key, u32>,
    /// Memory of all that waits.
    held: usize,
    live: usize,
    /// The next to be finished at the end.
    ending: Option<usize>,
    /// Sides of which bytes are acknowledged that are not here, and since when: a capture may have them a little later.
    awaited: AwaitedSides,
}

/// What the rest of the reader lends.
pub(super) struct Around<'a> {
    pub(super) queue: &'a mut Queue,
    pub(super) counts: &'a mut Counts,
    pub(super) limits: &'a Limits,
    pub(super) tls: &'a mut Option<Box<dyn TlsSessions>>,
}

impl Flows {
    pub(super) fn new() -> Self {
        Self {
            map: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            last: None,
            tasks: VecDeque::new(),
            told: 0,
            streams: 0,
            unopened: HashMap::new(),
            held: 0,
            live: 0,
            ending: None,
            awaited: AwaitedSides::default(),
        }
    }

    /// A frame comes: what was waited for long enough is given up.
    pub(super) fn pass_time(&mut self, now: Moment) {
        while let Some((patience, slot, side)) = self.awaited.overdue(now) {
            let connection = self.slots.get_mut(slot).and_then(Option::as_mut);
            if let Some(direction) = connection.and_then(|it| it.sides.get_mut(side)) {
                direction.lose_patience(patience);
                self.tasks.push_back(Task::Release(slot, side));
            }
        }
    }

    /// Memory of what waits in connections.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Takes a segment; `is_told`: its frame says whose it is.
    pub(super) fn take(
        &mut self,
        segment: &Segment<'_>,
        is_told: bool,
        moment: Moment,
        around: &mut Around<'_>,
    ) {
        let (source, destination) = (segment.source, segment.destination);
        let side = usize::from(source > destination);
        let key = Key::of([source, destination], segment.path);
        let found = match self.last {
            Some((last, slot)) if last == key => Some(slot),
            _ => self.map.get(&key).copied(),
        };
        let found = found.filter(|&slot| !self.is_reused(slot, side, segment, moment));
        let slot = match found {
            Some(slot) => slot,
            None => {
                // A reset or an acknowledgement of what was never seen tells nothing.
                if segment.payload.is_empty() && !segment.has(Segment::SYN) && !is_told {
                    self.stream_of(key, around);
                    return;
                }
                self.open(key, side, segment, moment, around)
            }
        };
        self.last = Some((key, slot));
        self.segment(slot, side, segment, moment, around);
    }

    /// A tap did something to the connection of these ends: `comment` says what.
    pub(super) fn mark(
        &mut self,
        (ends, path): ([Endpoint; 2], u64),
        moment: Moment,
        comment: &[u8],
        around: &mut Around<'_>,
    ) {
        // What came before it is told before it.
        while self.work(around) {}
        let key = Key::of(ends, path);
        let slot = self.map.get(&key).copied();
        let connection = slot.and_then(|slot| self.slots.get_mut(slot)?.as_mut());
        let Some(connection) = connection.filter(|it| it.state == State::Open) else {
            return;
        };
        let mut out = Out::new(&mut connection.head, &mut self.told, around);
        let id = out.tell();
        out.queue.mark(id, moment, comment);
    }

    /// Whether the ports are used again: a SYN with another number, or one behind the end. The old connection is
    /// then finished.
    fn is_reused(
        &mut self,
        slot: usize,
        side: usize,
        segment: &Segment<'_>,
        moment: Moment,
    ) -> bool {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return true;
        };
        let Some(direction) = connection.sides.get(side) else {
            return false;
        };
        let opens = segment.has(Segment::SYN) && !segment.has(Segment::ACK);
        let is_done = connection.state == State::Done;
        let is_other = match direction.initial {
            _ if connection.is_of_before => true,
            Some(initial) => initial != segment.sequence,
            None => direction.is_seen() && !direction.is_near(segment.sequence.wrapping_add(1)),
        };
        let is_new = opens && (is_done || is_other)
            || is_done && !segment.payload.is_empty() && !direction.is_near(segment.sequence);
        if !is_new {
            return false;
        }
        self.map.remove(&connection.key);
        match connection.state {
            State::Done => self.forget(slot),
            State::Open => {
                connection.state = State::Finishing(Some((Ending::Reused, None, moment)));
                self.tasks.push_back(Task::Finish(slot));
            }
            State::Finishing(_) => {}
        }
        true
    }

    fn forget(&mut self, slot: usize) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = None;
            self.free.push(slot);
            self.live = self.live.saturating_sub(1);
        }
        if self.last.is_some_and(|(_, last)| last == slot) {
            self.last = None;
        }
    }

    fn open(
        &mut self,
        key: Key,
        side: usize,
        segment: &Segment<'_>,
        moment: Moment,
        around: &mut Around<'_>,
    ) -> usize {
        if self.live >= around.limits.connections {
            self.evict(moment, around);
        }
        let stream = self.stream_of(key, around);
        self.unopened.remove(&key);
        let connection = Connection {
            key,
            head: Head::new([key.low, key.high], side, segment, (stream, moment)),
            sides: [Direction::default(), Direction::default()],
            inside: Inside::new(),
            state: State::Open,
            is_of_before: false,
            last_frame: moment.frame,
            counted: 0,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(place) = self.slots.get_mut(slot) {
                    *place = Some(connection);
                }
                slot
            }
            None => {
                self.slots.push(Some(connection));
                self.slots.len().saturating_sub(1)
            }
        };
        self.live = self.live.saturating_add(1);
        self.map.insert(key, slot);
        slot
    }

    /// Lets go of the quarter of the connections that nothing was heard of for the longest time; those that ended
    /// go first.
    fn evict(&mut self, moment: Moment, around: &mut Around<'_>) {
        let mut all: Vec<(bool, u64, usize)> = Vec::with_capacity(self.live);
        for (slot, connection) in self.slots.iter().enumerate() {
            if let Some(connection) = connection
                && !matches!(connection.state, State::Finishing(_))
            {
                let is_open = connection.state == State::Open;
                all.push((is_open, connection.last_frame, slot));
            }
        }
        all.sort_unstable();
        let number = all.len().div_ceil(4);
        for (is_open, _, slot) in all.into_iter().take(number) {
            let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
                continue;
            };
            self.map.remove(&connection.key);
            if is_open {
                connection.state = State::Finishing(Some((Ending::Evicted, None, moment)));
                while self.finish_one(slot, around) {}
            } else {
                self.forget(slot);
            }
        }
        self.last = None;
        around
            .queue
            .note("there are more connections at once than are kept: those that were quiet are closed here");
    }

    fn segment(
        &mut self,
        slot: usize,
        side: usize,
        segment: &Segment<'_>,
        moment: Moment,
        around: &mut Around<'_>,
    ) {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        connection.last_frame = moment.frame;
        if connection.state != State::Open {
            let is_late = u64::from(!segment.payload.is_empty());
            around.counts.late = around.counts.late.saturating_add(is_late);
            return;
        }
        let [low, high] = &mut connection.sides;
        let (direction, other) = if side == 0 { (low, high) } else { (high, low) };
        if segment.has(Segment::SYN) {
            let is_first = !direction.is_seen();
            let is_late = direction.gave_before_syn();
            connection.head.syn(side, segment.has(Segment::ACK));
            if is_first {
                connection.inside.begins(side);
            }
            if is_late {
                // The frames are out of order: what was given may stand before what it answers.
                let mut out = Out::new(&mut connection.head, &mut self.told, around);
                connection.inside.gap(side, None, &mut out);
            }
        }
        let mut needs = 0;
        if let Some(number) = segment.acknowledges {
            if !other.is_seen() && connection.head.has_syn() {
                // Its SYN is missing.
                other.begin_at(number);
                connection.inside.begins(1_usize.saturating_sub(side));
            }
            needs = other.acknowledge(number);
            if other.begins_to_wait() {
                let other = 1_usize.saturating_sub(side);
                self.awaited.begin(moment, slot, other);
            }
        }
        let arrival = Arrival {
            moment,
            needs,
            is_early: needs > other.reached(),
        };
        let before = direction.held();
        let taken = direction.take(segment, arrival, around.counts);
        self.held = self
            .held
            .saturating_sub(before)
            .saturating_add(direction.held());
        if let Taken::Now(skip) = taken {
            let bytes = segment.payload.get(skip..).unwrap_or_default();
            let mut out = Out::new(&mut connection.head, &mut self.told, around);
            connection.inside.handle(side, bytes, moment, &mut out);
            Self::count(&mut self.held, connection);
            self.make_room(slot, around);
        }
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        let [low, high] = &connection.sides;
        let (direction, other) = if side == 0 { (low, high) } else { (high, low) };
        let is_full = direction.held() > around.limits.waiting
            || direction.segments() > around.limits.segments
            || self.held > around.limits.total && direction.held() > 0;
        // What it answers comes before it.
        if other.has_ready(direction) {
            let other = 1_usize.saturating_sub(side);
            self.tasks.push_back(Task::Release(slot, other));
        }
        if direction.has_ready(other) || is_full {
            self.tasks.push_back(Task::Release(slot, side));
        }
        if segment.has(Segment::RST) && Self::is_reset(direction, segment) {
            connection.state = State::Finishing(Some((Ending::Reset, Some(side), moment)));
            self.tasks.push_back(Task::Finish(slot));
            return;
        }
        if segment.has(Segment::FIN) && connection.head.first_fin.is_none() {
            connection.head.first_fin = Some((side, moment));
        }
        if segment.has(Segment::FIN) || connection.head.first_fin.is_some() {
            self.close_if_finished(slot, moment, around);
        }
    }

    /// Whether a reset stands where its sender is, as far as is known: others are forged or of an older
    /// connection.
    fn is_reset(direction: &Direction, segment: &Segment<'_>) -> bool {
        segment.sequence == 0 || direction.is_near(segment.sequence)
    }

    fn close_if_finished(&mut self, slot: usize, moment: Moment, around: &mut Around<'_>) {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        if let Some((side, fin)) = connection.head.first_fin
            && !connection.head.is_fin_told
            && connection.state == State::Open
            && connection
                .sides
                .get(side)
                .is_some_and(Direction::is_finished)
            && connection.inside.is_told()
            && let Some(id) = connection.head.id()
        {
            connection.head.is_fin_told = true;
            let role = connection.head.role(side);
            around.queue.fin(id, role, fin);
        }
        if connection.state == State::Open && connection.sides.iter().all(Direction::is_finished) {
            let side = connection.head.first_fin.map(|(side, _)| side);
            connection.state = State::Finishing(Some((Ending::Fin, side, moment)));
            self.tasks.push_back(Task::Finish(slot));
        }
    }

    /// Where there is no room, what is inside of a connection must be decided now.
    fn make_room(&mut self, slot: usize, around: &mut Around<'_>) {
        if self.held <= around.limits.total {
            return;
        }
        if let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) {
            let mut out = Out::new(&mut connection.head, &mut self.told, around);
            connection.inside.decide(&mut out);
            Self::count(&mut self.held, connection);
        }
    }

    /// Brings the count of memory up to date.
    fn count(held: &mut usize, connection: &mut Connection) {
        let now = connection.inside.held();
        *held = held.saturating_sub(connection.counted).saturating_add(now);
        connection.counted = now;
    }

    /// Does the next thing that must be done before the next frame; false when there is none.
    pub(super) fn work(&mut self, around: &mut Around<'_>) -> bool {
        match self.tasks.front() {
            None => return false,
            Some(&Task::Release(slot, side)) => {
                if !self.release(slot, side, around) {
                    self.tasks.pop_front();
                }
            }
            Some(&Task::Finish(slot)) => {
                if !self.finish_one(slot, around) {
                    self.tasks.pop_front();
                }
            }
        }
        true
    }

    fn release(&mut self, slot: usize, side: usize, around: &mut Around<'_>) -> bool {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return false;
        };
        let [low, high] = &mut connection.sides;
        let (direction, other) = if side == 0 { (low, high) } else { (high, low) };
        let before = direction.held();
        let is_full = before > around.limits.waiting
            || direction.segments() > around.limits.segments
            || self.held > around.limits.total && before > 0;
        let ready = direction.release(is_full, other);
        let after = direction.held();
        self.held = self.held.saturating_sub(before).saturating_add(after);
        let Some(ready) = ready else {
            // What answers these bytes may go on.
            if other.has_ready(direction) {
                let other = 1_usize.saturating_sub(side);
                self.tasks.push_back(Task::Release(slot, other));
            }
            let moment = connection.head.first_fin.map(|(_, moment)| moment);
            if let Some(moment) = moment {
                self.close_if_finished(slot, moment, around);
            }
            return false;
        };
        let mut out = Out::new(&mut connection.head, &mut self.told, around);
        give(ready, side, &mut connection.inside, &mut out);
        Self::count(&mut self.held, connection);
        self.make_room(slot, around);
        true
    }

    /// One step of finishing a connection: what waits is given, gaps included, then it ends.
    fn finish_one(&mut self, slot: usize, around: &mut Around<'_>) -> bool {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return false;
        };
        let State::Finishing(how) = connection.state else {
            return false;
        };
        // What waits goes on in the order of the file.
        let [low, high] = &connection.sides;
        let side = match (low.first_frame(), high.first_frame()) {
            (Some(low), Some(high)) => usize::from(high < low),
            (_, Some(_)) => 1,
            (Some(_), _) => 0,
            (None, None) => usize::from(low.held() == 0),
        };
        let other = 1_usize.saturating_sub(side);
        // What is known to be missing is told before what answers it.
        for (side, force) in [(side, false), (other, false), (side, true), (other, true)] {
            let [low, high] = &mut connection.sides;
            let (direction, other) = if side == 0 { (low, high) } else { (high, low) };
            if !force {
                direction.lose_patience(Patience::Long);
            }
            let before = direction.held();
            let ready = direction.release(force, other);
            let after = direction.held();
            self.held = self.held.saturating_sub(before).saturating_add(after);
            if let Some(ready) = ready {
                let mut out = Out::new(&mut connection.head, &mut self.told, around);
                give(ready, side, &mut connection.inside, &mut out);
                Self::count(&mut self.held, connection);
                return true;
            }
        }
        let mut out = Out::new(&mut connection.head, &mut self.told, around);
        connection.inside.finish(&mut out);
        let id = out.tell();
        if out.head.is_silent {
            let [client, server] =
                [Role::Client, Role::Server].map(|role| connection.sides.get(out.head.side(role)));
            let is_begun = client.is_some_and(|it| it.initial.is_some());
            let (transport, why) = match how {
                _ if !is_begun || server.is_some_and(Direction::is_seen) => {
                    (Transport::Nothing, "no bytes were seen")
                }
                Some((Ending::Reset, Some(side), _)) if out.head.role(side) == Role::Server => {
                    (Transport::Refused, "the server answered the SYN by RST")
                }
                _ => (Transport::Unanswered, "nothing answered the SYN"),
            };
            out.queue.transport(id, transport, why);
        }
        if let Some((how, side, moment)) = how {
            let role = side.map(|side| out.head.role(side));
            out.queue.closed(id, how, role, moment);
        }
        connection.inside = Inside::done();
        connection.sides = [
            Direction::ended(&connection.sides, 0),
            Direction::ended(&connection.sides, 1),
        ];
        connection.state = State::Done;
        Self::count(&mut self.held, connection);
        // Its ports are used again already, or there was no room.
        if self.map.get(&connection.key) != Some(&slot) {
            self.forget(slot);
        }
        false
    }

    /// The file ended: finishes the next connection that is still open; false when there is none.
    pub(super) fn end(&mut self) -> bool {
        let mut slot = self.ending.unwrap_or(0);
        while let Some(place) = self.slots.get_mut(slot) {
            slot = slot.saturating_add(1);
            if let Some(connection) = place
                && connection.state == State::Open
            {
                // One side may never have been captured.
                let fin = connection.head.first_fin;
                let how = fin.map(|(side, moment)| (Ending::Fin, Some(side), moment));
                connection.state = State::Finishing(how);
                self.tasks.push_back(Task::Finish(slot.saturating_sub(1)));
                self.ending = Some(slot);
                return true;
            }
        }
        self.ending = Some(slot);
        false
    }
}

fn give(ready: Ready, side: usize, inside: &mut Inside, out: &mut Out<'_>) {
    match ready {
        Ready::Bytes(bytes, moment) => inside.handle(side, &bytes, moment, out),
        Ready::Gap(len) => inside.gap(side, len, out),
    }
}
