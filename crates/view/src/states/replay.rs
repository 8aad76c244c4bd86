//! The state at an earlier packet: a monitor is fed again, from a copy that was kept on the way.

use core::ops::Range;

use mqttscope_monitor::{ConnectionId, ConnectionState, Instant, Monitor};
use mqttscope_shared::Recorded;

/// Copies that are kept at most. When there are too many, every other one goes.
pub(super) const MOST_COPIES: usize = 16;
/// Packets between two copies, at first.
pub(super) const SPACING: u64 = 1_000;
/// A copy so close before the packet that is looked at makes steps back quick.
const NEAR: u64 = 200;
/// Bytes that are fed in one slice of work, at most.
const MOST_BYTES: usize = 4 << 20;

/// What was recorded of the connections to one server.
pub trait Source {
    /// The number of the oldest packet that is there, and the one behind the newest. A number is a
    /// packet's for good, also when older ones are dropped.
    fn packets(&self) -> Range<u64>;

    /// A packet; none for one that is not to be fed.
    fn packet(&self, number: u64) -> Option<Recorded<'_>>;

    /// Tells the monitor which connections were opened and closed between the packet before this one
    /// and this one.
    fn lead_in(&self, number: u64, monitor: &mut Monitor);
}

/// What is known around a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// The state of its connection before it; none: the connection was not known.
    pub before: Option<ConnectionState>,
    /// The state behind it.
    pub after: ConnectionState,
    /// When it came.
    pub at: Instant,
}

/// How far a slice of work came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// There is more to feed: so many packets are left.
    More(u64),
    /// The packet is reached.
    There(Box<Around>),
    /// There is no such packet, or it was dropped.
    Gone,
}

/// Feeds a monitor up to any packet, in slices.
///
/// It keeps 18 copies of a monitor at most, so its memory is bounded.
#[derive(Debug)]
pub struct Replay {
    monitor: Monitor,
    /// The packet that the monitor is to be fed next; what [`Source::lead_in`] says of it was not
    /// told yet.
    next: u64,
    /// In the order of their packets.
    pub(super) copies: Vec<Copied>,
    near: Option<Copied>,
    pub(super) spacing: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Copied {
    next: u64,
    monitor: Monitor,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            monitor: Monitor::new(),
            next: 0,
            copies: Vec::new(),
            near: None,
            spacing: SPACING,
        }
    }
}

impl Replay {
    /// Goes on towards a packet, by `most` packets at a time. Call it again while it says
    /// [`Passed::More`]; another packet may be asked for at any time.
    pub fn look(&mut self, source: &impl Source, number: u64, most: u64) -> Passed {
        let there = source.packets();
        if !there.contains(&number) {
            return Passed::Gone;
        }
        self.go_back(number, there.start);
        let end = number.min(self.next.saturating_add(most.max(1)));
        let mut bytes = 0_usize;
        while self.next < end && bytes < MOST_BYTES {
            self.keep(number);
            source.lead_in(self.next, &mut self.monitor);
            if let Some(packet) = source.packet(self.next) {
                bytes = bytes.saturating_add(packet.bytes.len());
                feed(&mut self.monitor, packet);
            }
            self.next = self.next.saturating_add(1);
        }
        if self.next < number {
            return Passed::More(number.saturating_sub(self.next));
        }
        self.around(source)
    }

    /// Feeds the packet that is next, and tells what it changed.
    fn around(&mut self, source: &impl Source) -> Passed {
        let Some(packet) = source.packet(self.next) else {
            return Passed::Gone;
        };
        self.keep(self.next);
        source.lead_in(self.next, &mut self.monitor);
        let before = self.monitor.state(ConnectionId(packet.connection));
        feed(&mut self.monitor, packet);
        self.next = self.next.saturating_add(1);
        match self.monitor.state(ConnectionId(packet.connection)) {
            Some(after) => Passed::There(Box::new(Around {
                before,
                after,
                at: packet.at,
            })),
            None => Passed::Gone,
        }
    }

    /// Takes the newest copy that is not behind the packet, unless the monitor is better.
    fn go_back(&mut self, number: u64, oldest: u64) {
        // What was fed before a gap in the recording says nothing about what is behind it.
        self.copies.retain(|copy| copy.next >= oldest);
        let fits = |next: u64| next >= oldest && next <= number;
        let near = self.near.as_ref();
        let best = self
            .copies
            .iter()
            .chain(near)
            .filter(|copy| fits(copy.next))
            .max_by_key(|copy| copy.next);
        if fits(self.next) && best.is_none_or(|copy| copy.next <= self.next) {
            return;
        }
        (self.next, self.monitor) = match best {
            Some(copy) => (copy.next, copy.monitor.clone()),
            None => (oldest, Monitor::new()),
        };
    }

    /// Keeps a copy on the way to a packet, if it is time for one.
    fn keep(&mut self, number: u64) {
        let last = self.copies.last().map(|copy| copy.next);
        let is_due = match last {
            Some(last) => self.next >= last.saturating_add(self.spacing),
            None => self.next > 0,
        };
        let is_near = self.next == number.saturating_sub(NEAR);
        if !is_due && !is_near {
            return;
        }
        self.monitor.forget_findings();
        let copy = Copied {
            next: self.next,
            monitor: self.monitor.clone(),
        };
        if is_due {
            self.copies.push(copy);
            if self.copies.len() > MOST_COPIES {
                let mut place = 0_usize;
                self.copies.retain(|_| {
                    place = place.saturating_add(1);
                    place.is_multiple_of(2)
                });
                self.spacing = self.spacing.saturating_mul(2);
            }
        } else {
            self.near = Some(copy);
        }
    }
}

fn feed(monitor: &mut Monitor, packet: Recorded<'_>) {
    let connection = ConnectionId(packet.connection);
    monitor.push(connection, packet.sender, packet.bytes, packet.at);
}
