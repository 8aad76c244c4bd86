//! One connection through a tap with faults.
//!
//! Call one `handle_*`, then drain [`Link::poll_action`], then look at [`Link::poll_timeout`]. Without a fault that is for
//! its client, every byte comes out as it went in, in its order. What does not come out is counted and told.

use std::collections::VecDeque;
use std::sync::Arc;

use mqttscope_wire::{Framed, Framer, PacketType, ProtocolVersion, Sender};

use super::change::change;
use super::clients::Faults;
use super::half::{Half, Held, Item, LARGEST, Waiting};
use super::plan::{Fault, Rule, When};
use super::strike::held_until;

/// Bytes of a direction that wait at most before its sender is read no further.
const MOST_WAITING: usize = 1 << 20;

/// A packet under a throttle goes in pieces, one each so many milliseconds.
const PIECE: u64 = 100;

/// What the transport is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
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
    Say(String),
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
pub(crate) struct Link {
    pub(super) rules: Arc<[Rule]>,
    /// Which rules of a moment are done with, here.
    pub(super) done: Vec<bool>,
    /// Its client, and when that first connected. Faults are for no link without.
    pub(super) client: Option<(Arc<str>, u64)>,
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
    pub(crate) fn new(faults: &Faults, now: u64) -> Self {
        let rules = faults.rules();
        Self {
            done: vec![false; rules.len()],
            rules,
            client: None,
            opened: now,
            version: ProtocolVersion::V5,
            up: Half::new(),
            down: Half::new(),
            phase: Phase::Open,
            actions: VecDeque::new(),
            lost: 0,
        }
    }

    /// Whether more of this side's bytes can be taken.
    pub(crate) fn wants(&self, from: Sender) -> bool {
        match self.phase {
            Phase::Open => self.half(from).len < MOST_WAITING,
            Phase::HalfOpen => from == Sender::Client,
            Phase::Over => false,
        }
    }

    /// The next thing to do.
    pub(crate) fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When something is due, in milliseconds.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
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
        let moments = (0..self.rules.len()).filter_map(|rule| self.moment(rule));
        waiting.chain(held).chain(moments).min()
    }

    /// A side sent bytes.
    pub(crate) fn handle_bytes(
        &mut self,
        faults: &mut Faults,
        now: u64,
        from: Sender,
        bytes: &[u8],
    ) {
        self.advance(now);
        match self.phase {
            Phase::Open => {}
            Phase::HalfOpen | Phase::Over => return self.lose(bytes.len()),
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
    pub(crate) fn handle_end(&mut self, now: u64, from: Sender) {
        self.advance(now);
        if self.phase == Phase::HalfOpen && from == Sender::Client {
            let lost = self.lost;
            self.say(format!(
                "half-open: the client has gone; {lost} bytes went nowhere"
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
    pub(crate) fn handle_timeout(&mut self, now: u64) {
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
        let elapsed = now.saturating_sub(since);
        let count = faults.count(&client, kind, from);
        let rules = Arc::clone(&self.rules);
        let own = rules.iter().enumerate();
        let own: Vec<(usize, &Rule)> = own.filter(|(_, rule)| is_for(rule, &client)).collect();
        for (_, rule) in &own {
            if let Fault::Change {
                packet: which,
                change: how,
            } = &rule.fault
                && count.is(*which)
            {
                let what = format!("line {}: {} {}", rule.line, kind.name(), which.nth.n);
                match change(&packet, how, self.version, from) {
                    Ok((changed, said)) => {
                        self.say(format!("{what} is changed: {said}"));
                        packet = changed;
                    }
                    Err(why) => self.say(format!("{what} is not changed: {why}")),
                }
            }
        }
        for (_, rule) in &own {
            if self.stops(rule, count, elapsed, kind, from, packet.len()) {
                return;
            }
        }
        let breaks = own.iter().filter(|(_, rule)| match &rule.fault {
            Fault::Cut(When::After(which)) | Fault::HalfOpen(When::After(which)) => {
                count.is(*which)
            }
            _ => false,
        });
        let breaks: Vec<usize> = breaks.map(|(index, _)| *index).collect();
        if let Some(until) = held_until(&own, elapsed, kind, from) {
            let until = since.saturating_add(until);
            let left = until.saturating_sub(now);
            self.say(format!("{} is held back for {left} ms", kind.name()));
            let half = self.half_mut(from);
            half.len = half.len.saturating_add(packet.len());
            half.held.push_back(Held {
                until,
                packet,
                breaks,
            });
        } else {
            self.pass(now, from, packet);
            self.break_behind(now, from, breaks);
        }
        self.release(now);
    }

    /// These rules strike behind what waits now.
    fn break_behind(&mut self, now: u64, from: Sender, rules: Vec<usize>) {
        let half = self.half_mut(from);
        let due = half.last_due.max(now);
        half.waiting.extend(rules.into_iter().map(|rule| Item {
            due,
            what: Waiting::Break(rule),
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
        let elapsed = now.saturating_sub(*since);
        for rule in self.rules.iter().filter(|rule| is_for(rule, client)) {
            match rule.fault {
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
                    Waiting::Break(rule) => self.strike(rule, " behind its packet"),
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

    pub(super) fn say(&mut self, text: String) {
        self.actions.push_back(Action::Say(text));
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

pub(super) fn is_for(rule: &Rule, client: &str) -> bool {
    rule.client.as_deref().is_none_or(|name| name == client)
}
