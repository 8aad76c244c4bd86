//! One connection through a tap with faults.
//!
//! Call one `handle_*`, then drain [`Link::poll_action`], then look at [`Link::poll_timeout`]. Without a fault that is for
//! its client, every byte comes out as it went in, in its order. What does not come out is counted and told.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use mqttscope_capture::mark::{Effect, MarkedPacket};
use mqttscope_wire::{Framed, Framer, PacketType, ProtocolVersion, Sender};

use super::change::change;
use super::clients::{Active, Faults};
use super::foreign::Foreign;
use super::half::{Half, Held, Item, LARGEST, Waiting};
use super::plan::{Change, Fault, When};
use super::said::counted;
use super::said::{Said, named};
use super::strike::holds;

/// Bytes of a direction that wait at most before its sender is read no further.
const MOST_WAITING: usize = 1 << 20;

/// The same where its sender is read on all the same, and the pieces in which they wait.
const MOST_KEPT: usize = 32 << 20;
const MOST_PIECES: usize = 1 << 18;

/// A packet under a throttle goes in pieces, one each so many milliseconds.
const PIECE: u64 = 100;

/// What the transport is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes to this side.
    Send(Sender, Vec<u8>),
    /// Send nothing more to this side.
    End(Sender),
    /// Close this side's connection, behind what was sent.
    Close(Sender),
    /// Close both, behind what was sent; the link is over, by a fault or since both sides are done.
    Over {
        /// Whether it was a fault.
        by_fault: bool,
    },
    /// Tell this.
    Say(Said),
}

/// How far the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// The broker's side is closed; what the client sends goes nowhere.
    HalfOpen,
    Over,
}

/// A connection through a tap with faults.
#[derive(Debug)]
pub struct Link {
    pub(super) rules: Arc<[Arc<Active>]>,
    /// Faults of a moment that are done with here, by their numbers.
    pub(super) done: BTreeSet<u32>,
    /// Those that only take time, or do nothing here, and were told of.
    pub(super) told: BTreeSet<u32>,
    /// Its client, and when that first connected. Faults are for no link without.
    pub(super) client: Option<(Arc<str>, u64)>,
    /// Its first bytes show that it is no MQTT by itself: no fault is for it, which is told.
    pub(super) foreign: Option<Foreign>,
    /// The client has sent something.
    has_begun: bool,
    pub(super) opened: u64,
    pub(super) version: ProtocolVersion,
    pub(super) up: Half,
    pub(super) down: Half,
    pub(super) phase: Phase,
    pub(super) actions: VecDeque<Action>,
    /// Bytes that came and do not go on.
    pub(super) lost: u64,
}

impl Link {
    /// A connection opens at `now`, in milliseconds.
    pub fn new(faults: &Faults, now: u64) -> Self {
        Self {
            done: BTreeSet::new(),
            told: BTreeSet::new(),
            rules: faults.rules(),
            client: None,
            foreign: None,
            has_begun: false,
            opened: now,
            version: ProtocolVersion::V5,
            up: Half::new(),
            down: Half::new(),
            phase: Phase::Open,
            actions: VecDeque::new(),
            lost: 0,
        }
    }

    /// The same of a connection that has been open before, as faults are set: from `now` on, in milliseconds. `begun`: of the
    /// server's next packet what has come, which has not gone on. With `within` a packet of the client has gone on in part:
    /// nobody knows where its next one begins, so no fault is for its packets.
    pub fn of_open(
        faults: &mut Faults,
        now: u64,
        client: &str,
        version: ProtocolVersion,
        begun: &[u8],
        within: bool,
    ) -> Self {
        let since = faults.connects(client, now);
        let mut link = Self::new(faults, now);
        link.client = Some((client.into(), since));
        link.has_begun = true;
        link.version = version;
        link.down.framer.push(begun);
        link.up.is_unframed = within;
        link
    }

    /// A side closes the connection and waits for nothing: what waits goes on at once, in its order, before its end.
    pub fn handle_closing(&mut self, now: u64, from: Sender) {
        self.handle_end(now, from);
        for half in [&mut self.up, &mut self.down] {
            for held in &mut half.held {
                held.until = held.until.min(now);
            }
        }
        // What was held back goes behind what waits, and takes its time there.
        self.release(now);
        self.up.hurry(now);
        self.down.hurry(now);
        self.release(now);
    }

    /// Whether more of this side waits than is to be kept, where nobody can be read any slower.
    #[must_use]
    pub fn is_overfull(&self, from: Sender) -> bool {
        let half = self.half(from);
        half.len > MOST_KEPT || half.waiting.len() > MOST_PIECES
    }

    /// Whether nothing goes on either way any more, and the client does not know.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.phase == Phase::HalfOpen
    }

    /// Whether more of this side's bytes can be taken.
    pub fn wants(&self, from: Sender) -> bool {
        match self.phase {
            Phase::Open => self.half(from).len < MOST_WAITING,
            Phase::HalfOpen => from == Sender::Client,
            Phase::Over => false,
        }
    }

    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When something is due, in milliseconds.
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.phase != Phase::Open {
            return None;
        }
        let halves = [&self.up, &self.down];
        let waiting = halves
            .iter()
            .filter_map(|half| half.waiting.front().map(|item| item.due));
        let held = halves
            .iter()
            .filter_map(|half| half.held.front().map(|held| held.until));
        let moments = self.rules.iter().filter_map(|active| self.moment(active));
        waiting.chain(held).chain(moments).min()
    }

    /// Other faults may be in force than before: what a fault that is gone held back goes on.
    pub fn handle_faults(&mut self, faults: &Faults, now: u64) {
        if faults.are(&self.rules) {
            return;
        }
        self.rules = faults.rules();
        self.tell_foreign();
        let rules = Arc::clone(&self.rules);
        let is_slow = self.client.as_ref().is_some_and(|(client, _)| {
            let mut own = rules.iter().filter(|active| active.is_for(client));
            own.any(|active| {
                matches!(
                    active.rule.fault,
                    Fault::Slow { .. } | Fault::Throttle { .. }
                )
            })
        });
        for half in [&mut self.up, &mut self.down] {
            for held in &mut half.held {
                if !rules.iter().any(|active| active.number == held.by) {
                    held.until = held.until.min(now);
                }
            }
            if !is_slow {
                half.hurry(now);
            }
        }
        self.advance(now);
    }

    /// A side sent bytes.
    pub fn handle_bytes(&mut self, faults: &mut Faults, now: u64, from: Sender, bytes: &[u8]) {
        self.handle_faults(faults, now);
        self.advance(now);
        match self.phase {
            Phase::Open => {}
            Phase::HalfOpen | Phase::Over => return self.lose(bytes.len()),
        }
        if from == Sender::Client && !std::mem::replace(&mut self.has_begun, true) {
            self.foreign = Foreign::of(bytes);
            if self.foreign.is_some() {
                self.up.is_unframed = true;
                self.down.is_unframed = true;
                self.tell_foreign();
            }
        }
        let half = self.half_mut(from);
        let passes = if half.is_unframed {
            bytes.len()
        } else {
            half.passing.min(bytes.len())
        };
        half.passing = half.passing.saturating_sub(passes);
        let (passed, rest) = bytes.split_at_checked(passes).unwrap_or((bytes, &[]));
        self.pass(now, from, passed.to_vec());
        if !rest.is_empty() {
            let mut framer =
                std::mem::replace(&mut self.half_mut(from).framer, Framer::new(LARGEST));
            framer.push(rest);
            self.frames(faults, now, from, framer);
        }
        self.release(now);
    }

    fn frames(&mut self, faults: &mut Faults, now: u64, from: Sender, mut framer: Framer) {
        while self.phase == Phase::Open {
            match framer.next_frame() {
                Some(Framed::Packet(packet)) => {
                    let packet = packet.to_vec();
                    self.packet(faults, now, from, packet);
                }
                Some(Framed::TooLarge { start, len }) => {
                    let start = start.to_vec();
                    let passing = len.saturating_sub(start.len());
                    self.pass(now, from, start);
                    if passing > 0 {
                        // The framer would pass over what this link passes on.
                        self.half_mut(from).passing = passing;
                        return;
                    }
                }
                Some(Framed::Unframed(rest)) => {
                    let rest = rest.to_vec();
                    self.half_mut(from).is_unframed = true;
                    return self.pass(now, from, rest);
                }
                None => break,
            }
        }
        if self.phase == Phase::Open {
            self.half_mut(from).framer = framer;
        } else {
            self.lose(framer.rest().len());
        }
    }

    /// A side will send no more.
    pub fn handle_end(&mut self, now: u64, from: Sender) {
        self.advance(now);
        if self.phase == Phase::HalfOpen && from == Sender::Client {
            let lost = counted(self.lost, "byte");
            self.tell(format!(
                "half-open: the client has gone; {lost} went nowhere"
            ));
            return self.over();
        }
        if self.phase != Phase::Open || self.half(from).is_ended {
            return;
        }
        let rest = self.half(from).framer.rest().to_vec();
        self.pass(now, from, rest);
        let half = self.half_mut(from);
        half.framer.clear();
        half.is_ended = true;
        self.end(now, from);
        self.release(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: u64) {
        self.advance(now);
        self.release(now);
    }

    /// A packet is whole.
    fn packet(&mut self, faults: &mut Faults, now: u64, from: Sender, mut packet: Vec<u8>) {
        let kind = PacketType::from_first_byte(packet.first().copied().unwrap_or(0));
        if kind == PacketType::Connect && from == Sender::Client && self.client.is_none() {
            self.connects(faults, now, &packet);
        }
        let Some((client, since)) = self.client.clone() else {
            return self.pass(now, from, packet);
        };
        if self.rules.is_empty() {
            self.pass(now, from, packet);
            return self.release(now);
        }
        let struck = faults.count(&client, kind, from);
        let rules = Arc::clone(&self.rules);
        let own = rules.iter().filter(|active| active.is_for(&client));
        let own: Vec<&Active> = own.map(AsRef::as_ref).collect();
        if own.is_empty() {
            self.pass(now, from, packet);
            return self.release(now);
        }
        let waits = |active: &Active| struck.contains(&active.number);
        for active in &own {
            if let Fault::Change { change: how, .. } = &active.rule.fault
                && waits(active)
            {
                self.change(active, how, &mut packet, from);
            }
        }
        let mark = named(&packet, self.version, from);
        for active in &own {
            let elapsed = now.checked_sub(active.begins(since));
            if self.stops(active, waits(active), elapsed, mark, packet.len()) {
                return;
            }
        }
        if let Some(active) = (own.iter())
            .find(|active| matches!(active.rule.fault, Fault::Duplicate(_)) && waits(active))
        {
            packet.extend_from_within(..);
            active.strike();
            let n = active.rule.fault.packet().map_or(0, |which| which.nth.n);
            let text = format!("{active}: {} {n} goes on twice", kind.name());
            self.say(active, Effect::Twice, Some(mark), text);
        }
        self.tell_late(&own, now, since);
        let breaks = own.iter().filter(|active| match active.rule.fault {
            Fault::Cut(When::After(_)) | Fault::HalfOpen(When::After(_)) => waits(active),
            _ => false,
        });
        let behind = MarkedPacket {
            goes_on: true,
            ..mark
        };
        let breaks: Vec<(u32, MarkedPacket)> = breaks.map(|it| (it.number, behind)).collect();
        if let Some((active, until)) = holds(&own, now, since, kind, from) {
            let left = until.saturating_sub(now);
            active.strike();
            let text = format!("{active}: {} is held back for {left} ms", kind.name());
            self.say(active, Effect::Late, Some(mark), text);
            let half = self.half_mut(from);
            half.len = half.len.saturating_add(packet.len());
            half.held.push_back(Held {
                until,
                by: active.number,
                packet,
                breaks,
            });
        } else {
            self.pass(now, from, packet);
            self.break_behind(now, from, breaks);
        }
        self.release(now);
    }

    fn change(&mut self, active: &Active, how: &Change, packet: &mut Vec<u8>, from: Sender) {
        let mark = named(packet, self.version, from);
        let n = active.rule.fault.packet().map_or(0, |which| which.nth.n);
        let what = format!("{active}: {} {n}", mark.packet_type.name());
        match change(packet, how, self.version, from) {
            Ok((changed, said)) => {
                active.strike();
                let text = format!("{what} is changed: {said}");
                self.say(active, Effect::Changed, Some(mark), text);
                *packet = changed;
            }
            Err(why) => {
                let text = format!("{what} is not changed: {why}");
                self.say(active, Effect::Nothing, Some(mark), text);
            }
        }
    }

    /// Counts a packet that takes its time, and says so of the first of them.
    fn tell_late(&mut self, own: &[&Active], now: u64, since: u64) {
        for active in own {
            let elapsed = now.checked_sub(active.begins(since));
            let what = match (&active.rule.fault, elapsed) {
                (Fault::Slow { at, by }, Some(elapsed)) if elapsed >= *at => {
                    format!("what is sent takes {by} ms longer from here on")
                }
                (Fault::Throttle { at, to }, Some(elapsed)) if elapsed >= *at => {
                    format!("{} a second each way from here on", counted(*to, "byte"))
                }
                _ => continue,
            };
            active.strike();
            if self.told.insert(active.number) {
                self.say(active, Effect::Late, None, format!("{active}: {what}"));
            }
        }
    }

    /// These faults strike behind what waits now.
    fn break_behind(&mut self, now: u64, from: Sender, breaks: Vec<(u32, MarkedPacket)>) {
        let half = self.half_mut(from);
        let due = half.last_due.max(now);
        half.waiting
            .extend(breaks.into_iter().map(|(rule, mark)| Item {
                due,
                what: Waiting::Break(rule, mark),
            }));
    }

    /// Takes bytes into the direction from `from`, behind what waits there.
    fn pass(&mut self, now: u64, from: Sender, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let (delay, rate) = self.pace(now);
        let half = self.half_mut(from);
        half.len = half.len.saturating_add(bytes.len());
        let mut due = half.last_due.max(now.saturating_add(delay));
        let Some(rate) = rate else {
            half.last_due = due;
            half.waiting.push_back(Item {
                due,
                what: Waiting::Bytes(bytes),
            });
            return;
        };
        let piece = usize::try_from(rate.saturating_mul(PIECE) / 1000).unwrap_or(usize::MAX);
        for piece in bytes.chunks(piece.max(1)) {
            let takes = (piece.len() as u64).saturating_mul(1000).div_ceil(rate);
            half.free_at = half.free_at.max(now).saturating_add(takes);
            due = due.max(half.free_at.saturating_add(delay));
            half.waiting.push_back(Item {
                due,
                what: Waiting::Bytes(piece.to_vec()),
            });
        }
        half.last_due = due;
    }

    /// How long what is sent now takes, and how many bytes a second there are. Later lines come before earlier ones.
    fn pace(&self, now: u64) -> (u64, Option<u64>) {
        let (mut delay, mut rate) = (0, None);
        let Some((client, since)) = &self.client else {
            return (delay, rate);
        };
        for active in self.rules.iter().filter(|active| active.is_for(client)) {
            let Some(elapsed) = now.checked_sub(active.begins(*since)) else {
                continue;
            };
            match active.rule.fault {
                Fault::Slow { at, by } if elapsed >= at => delay = by,
                Fault::Throttle { at, to } if elapsed >= at => rate = Some(to.max(1)),
                _ => {}
            }
        }
        (delay, rate)
    }

    /// The end of a side goes behind all that it has sent, what is held back included.
    fn end(&mut self, now: u64, from: Sender) {
        let half = self.half_mut(from);
        if half.is_ended && half.held.is_empty() {
            let due = half.last_due.max(now);
            half.waiting.push_back(Item {
                due,
                what: Waiting::End,
            });
        }
    }

    /// Gives out what is due.
    pub(super) fn release(&mut self, now: u64) {
        for from in [Sender::Client, Sender::Server] {
            let mut has_released = false;
            while let Some(held) = self
                .half_mut(from)
                .held
                .pop_front_if(|held| held.until <= now)
            {
                let half = self.half_mut(from);
                half.len = half.len.saturating_sub(held.packet.len());
                self.pass(now, from, held.packet);
                self.break_behind(now, from, held.breaks);
                has_released = true;
            }
            if has_released {
                self.end(now, from);
            }
            while self.phase == Phase::Open
                && let Some(item) = self
                    .half_mut(from)
                    .waiting
                    .pop_front_if(|item| item.due <= now)
            {
                match item.what {
                    Waiting::Bytes(bytes) => {
                        let half = self.half_mut(from);
                        half.len = half.len.saturating_sub(bytes.len());
                        self.actions.push_back(Action::Send(from.peer(), bytes));
                    }
                    Waiting::End => self.actions.push_back(Action::End(from.peer())),
                    Waiting::Break(rule, mark) => self.strike(rule, Some(mark)),
                }
            }
        }
        let is_done =
            |half: &Half| half.is_ended && half.waiting.is_empty() && half.held.is_empty();
        if self.phase == Phase::Open && is_done(&self.up) && is_done(&self.down) {
            self.phase = Phase::Over;
            self.actions.push_back(Action::Over { by_fault: false });
        }
    }

    pub(super) fn lose_waiting(&mut self, from: Sender) {
        let half = self.half_mut(from);
        let len = half.len.saturating_add(half.framer.rest().len());
        half.waiting.clear();
        half.held.clear();
        half.framer.clear();
        half.len = 0;
        self.lose(len);
    }

    pub(super) const fn lose(&mut self, bytes: usize) {
        self.lost = self.lost.saturating_add(bytes as u64);
    }

    /// A fault did this.
    pub(super) fn say(
        &mut self,
        active: &Active,
        effect: Effect,
        packet: Option<MarkedPacket>,
        text: String,
    ) {
        let said = Said::of(active, effect, packet, text);
        self.actions.push_back(Action::Say(said));
    }

    /// No fault did this.
    pub(super) fn tell(&mut self, text: String) {
        self.actions.push_back(Action::Say(Said::plain(text)));
    }

    pub(super) const fn half(&self, from: Sender) -> &Half {
        match from {
            Sender::Client => &self.up,
            Sender::Server => &self.down,
        }
    }

    const fn half_mut(&mut self, from: Sender) -> &mut Half {
        match from {
            Sender::Client => &mut self.up,
            Sender::Server => &mut self.down,
        }
    }

    /// Bytes that came and did not go on.
    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }
}
