//! A simulated network in virtual time: a byte stream both ways that can be slow, cut into pieces,
//! held back, broken at any byte, or dead without a word.
//!
//! It does what TCP does to MQTT and no more: bytes that arrive are whole and in order, and what is
//! lost is lost with the connection.
//!
//! ```
//! use core::time::Duration;
//! use mqttscope_sim::{Arrival, End, Impairments, Instant, Link};
//! let mut link = Link::new(Impairments { delay: Duration::from_millis(20), ..Impairments::default() });
//! link.send(Instant::ZERO, End::Client, b"hello");
//! assert_eq!(link.receive(Instant::from_millis(19), End::Server), None);
//! assert_eq!(link.next_arrival(Instant::ZERO), Some(Instant::from_millis(20)));
//! assert_eq!(
//!     link.receive(Instant::from_millis(20), End::Server),
//!     Some(Arrival::Bytes(b"hello".to_vec()))
//! );
//! ```
#![no_std]

extern crate alloc;

mod world;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::num::NonZeroUsize;
use core::time::Duration;

pub use mqttscope_shared::Instant;
pub use world::{Crossing, World};

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The one that opened it.
    Client,
    /// The one that accepted it.
    Server,
}

impl End {
    /// The end at the other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What a link does to the bytes, the same both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Impairments {
    /// From sending to arriving.
    pub delay: Duration,
    /// Bytes that arrive at once at most.
    pub split: Option<NonZeroUsize>,
    /// Bytes arrive only at multiples of this, and then all together. Zero: each as it was sent.
    pub coalesce: Duration,
}

/// What arrives at an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Bytes, at least one.
    Bytes(Vec<u8>),
    /// The connection is gone; nothing follows.
    Closed,
}

/// The bytes of one direction, from the end that it is kept under.
#[derive(Clone, Debug, Default)]
struct Way {
    /// When they arrive, and what.
    flying: VecDeque<(Instant, Vec<u8>)>,
    held: bool,
    /// Bytes that still arrive before the link breaks.
    until_cut: Option<usize>,
    /// The sender closed; the receiver learns it behind the bytes.
    closed_at: Option<Instant>,
    sent: u64,
    delivered: u64,
}

/// What an end knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Knows {
    #[default]
    Open,
    /// It will be told that the connection is gone.
    Breaking,
    /// It was told, or closed itself.
    Closed,
    /// The connection is gone and it is not told.
    HalfOpen,
}

/// One connection between two ends.
#[derive(Clone, Debug, Default)]
pub struct Link {
    impairments: Impairments,
    from_client: Way,
    from_server: Way,
    client: Knows,
    server: Knows,
}

impl Link {
    /// An open connection.
    #[must_use]
    pub fn new(impairments: Impairments) -> Self {
        Self {
            impairments,
            ..Self::default()
        }
    }

    /// Other impairments for what is sent from now on.
    pub const fn set_impairments(&mut self, impairments: Impairments) {
        self.impairments = impairments;
    }

    /// Sends bytes from an end. They vanish when the connection is gone, as with a socket that has
    /// not noticed.
    pub fn send(&mut self, now: Instant, from: End, bytes: &[u8]) {
        if bytes.is_empty() || self.is_broken() || self.knows(from) != Knows::Open {
            return;
        }
        let due = self.arrival(now);
        let way = self.way_mut(from);
        way.sent = way.sent.saturating_add(bytes.len() as u64);
        way.flying.push_back((due, bytes.into()));
    }

    /// Closes the connection from an end: the other learns it behind the bytes that were sent.
    pub fn close(&mut self, now: Instant, from: End) {
        let due = self.arrival(now);
        if self.knows(from) == Knows::Open {
            self.way_mut(from).closed_at = Some(due);
        }
        *self.knows_mut(from) = Knows::Closed;
        // What the other end sends from now on is read by nobody.
        self.way_mut(from.peer()).flying.clear();
    }

    /// Breaks the connection: both ends learn it at once and what was on its way is lost.
    pub fn cut(&mut self) {
        for end in [End::Client, End::Server] {
            self.way_mut(end).flying.clear();
            self.way_mut(end).closed_at = None;
            if self.knows(end) == Knows::Open {
                *self.knows_mut(end) = Knows::Breaking;
            }
        }
    }

    /// Breaks the connection when so many more bytes from an end have arrived.
    pub const fn cut_after(&mut self, from: End, bytes: usize) {
        self.way_mut(from).until_cut = Some(bytes);
    }

    /// Breaks the connection so that one end is told and the other is not.
    pub fn cut_unnoticed_by(&mut self, end: End) {
        self.cut();
        if self.knows(end) == Knows::Breaking {
            *self.knows_mut(end) = Knows::HalfOpen;
        }
    }

    /// Holds back what comes from an end, or lets it go.
    pub const fn hold(&mut self, from: End, held: bool) {
        self.way_mut(from).held = held;
    }

    /// What arrives at an end now; none when nothing does.
    pub fn receive(&mut self, now: Instant, at: End) -> Option<Arrival> {
        match self.knows(at) {
            Knows::Closed | Knows::HalfOpen => return None,
            Knows::Breaking => {
                *self.knows_mut(at) = Knows::Closed;
                return Some(Arrival::Closed);
            }
            Knows::Open => {}
        }
        let split = self.impairments.split.map_or(usize::MAX, NonZeroUsize::get);
        let together = !self.impairments.coalesce.is_zero();
        let way = self.way_mut(at.peer());
        if way.held {
            return None;
        }
        let limit = split.min(way.until_cut.unwrap_or(usize::MAX));
        let bytes = way.take(now, limit, together);
        way.delivered = way.delivered.saturating_add(bytes.len() as u64);
        if let Some(left) = &mut way.until_cut {
            *left = left.saturating_sub(bytes.len());
        }
        let closed = way.flying.is_empty() && way.closed_at.is_some_and(|due| due <= now);
        let cut = way.until_cut == Some(0);
        if cut {
            way.until_cut = None;
            self.cut();
        }
        if !bytes.is_empty() {
            return Some(Arrival::Bytes(bytes));
        }
        if closed || cut {
            *self.knows_mut(at) = Knows::Closed;
            return Some(Arrival::Closed);
        }
        None
    }

    /// When to call [`Link::receive`] next: something arrives at one of the ends. Not before `now`.
    #[must_use]
    pub fn next_arrival(&self, now: Instant) -> Option<Instant> {
        [End::Client, End::Server]
            .into_iter()
            .filter_map(|at| match self.knows(at) {
                Knows::Breaking => Some(now),
                Knows::Open => {
                    let way = self.way(at.peer());
                    let first = way.flying.front().map(|(due, _)| *due).or(way.closed_at);
                    let due = if way.until_cut == Some(0) {
                        Some(now)
                    } else {
                        first
                    };
                    due.filter(|_| !way.held).map(|due| due.max(now))
                }
                Knows::Closed | Knows::HalfOpen => None,
            })
            .min()
    }

    /// Bytes that an end has sent, and those of them that have arrived.
    #[must_use]
    pub const fn traffic(&self, from: End) -> (u64, u64) {
        let way = self.way(from);
        (way.sent, way.delivered)
    }

    /// Bytes from an end that are on their way.
    #[must_use]
    pub fn in_flight(&self, from: End) -> usize {
        self.way(from)
            .flying
            .iter()
            .map(|(_, bytes)| bytes.len())
            .sum()
    }

    /// Whether an end may still send and receive, as far as it knows.
    #[must_use]
    pub fn is_open_at(&self, end: End) -> bool {
        matches!(
            self.knows(end),
            Knows::Open | Knows::HalfOpen | Knows::Breaking
        )
    }

    /// When what is sent now arrives.
    fn arrival(&self, now: Instant) -> Instant {
        let due = now + self.impairments.delay;
        let step = u64::try_from(self.impairments.coalesce.as_micros()).unwrap_or(u64::MAX);
        match due.micros().checked_next_multiple_of(step) {
            Some(micros) => Instant::from_micros(micros),
            None => due,
        }
    }

    fn is_broken(&self) -> bool {
        [self.client, self.server]
            .iter()
            .any(|knows| matches!(knows, Knows::Breaking | Knows::HalfOpen))
            || (self.client == Knows::Closed || self.server == Knows::Closed)
    }

    const fn knows(&self, end: End) -> Knows {
        match end {
            End::Client => self.client,
            End::Server => self.server,
        }
    }

    const fn knows_mut(&mut self, end: End) -> &mut Knows {
        match end {
            End::Client => &mut self.client,
            End::Server => &mut self.server,
        }
    }

    const fn way(&self, from: End) -> &Way {
        match from {
            End::Client => &self.from_client,
            End::Server => &self.from_server,
        }
    }

    const fn way_mut(&mut self, from: End) -> &mut Way {
        match from {
            End::Client => &mut self.from_client,
            End::Server => &mut self.from_server,
        }
    }
}

impl Way {
    /// What has arrived, up to `limit` bytes: of one sending, or of all `together`.
    fn take(&mut self, now: Instant, limit: usize, together: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < limit {
            let Some((due, chunk)) = self.flying.front_mut() else {
                break;
            };
            if *due > now {
                break;
            }
            let room = limit.saturating_sub(bytes.len());
            if chunk.len() > room {
                let behind = chunk.split_off(room);
                bytes.append(chunk);
                *chunk = behind;
                break;
            }
            bytes.append(chunk);
            self.flying.pop_front();
            if !together {
                break;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Instant = Instant::ZERO;

    fn bytes(bytes: &[u8]) -> Option<Arrival> {
        Some(Arrival::Bytes(bytes.into()))
    }

    #[test]
    fn splits_and_keeps_order() {
        let mut link = Link::new(Impairments {
            split: NonZeroUsize::new(2),
            ..Impairments::default()
        });
        link.send(T0, End::Client, b"abc");
        link.send(T0, End::Client, b"d");
        assert_eq!(link.in_flight(End::Client), 4);
        assert_eq!(link.receive(T0, End::Server), bytes(b"ab"));
        assert_eq!(link.receive(T0, End::Server), bytes(b"c"));
        assert_eq!(link.receive(T0, End::Server), bytes(b"d"));
        assert_eq!(link.receive(T0, End::Server), None);
        assert_eq!(link.traffic(End::Client), (4, 4));
    }

    #[test]
    fn coalesces_at_multiples() {
        let mut link = Link::new(Impairments {
            coalesce: Duration::from_millis(10),
            ..Impairments::default()
        });
        link.send(Instant::from_millis(1), End::Server, b"a");
        link.send(Instant::from_millis(9), End::Server, b"b");
        link.send(Instant::from_millis(11), End::Server, b"c");
        assert_eq!(link.receive(Instant::from_millis(9), End::Client), None);
        assert_eq!(link.next_arrival(T0), Some(Instant::from_millis(10)));
        assert_eq!(
            link.receive(Instant::from_millis(10), End::Client),
            bytes(b"ab")
        );
        assert_eq!(
            link.receive(Instant::from_millis(20), End::Client),
            bytes(b"c")
        );
    }

    #[test]
    fn holds_and_lets_go() {
        let mut link = Link::new(Impairments::default());
        link.hold(End::Client, true);
        link.send(T0, End::Client, b"a");
        assert_eq!(
            (link.receive(T0, End::Server), link.next_arrival(T0)),
            (None, None)
        );
        link.hold(End::Client, false);
        assert_eq!(
            link.next_arrival(Instant::from_millis(5)),
            Some(Instant::from_millis(5))
        );
        assert_eq!(link.receive(T0, End::Server), bytes(b"a"));
    }

    #[test]
    fn cut_at_any_byte() {
        for at in 0..=4 {
            let mut link = Link::new(Impairments::default());
            link.cut_after(End::Client, at);
            link.send(T0, End::Client, b"abcd");
            link.send(T0, End::Server, b"xy");
            if at > 0 {
                assert_eq!(link.receive(T0, End::Server), bytes(&b"abcd"[..at]));
            }
            assert_eq!(link.receive(T0, End::Server), Some(Arrival::Closed));
            assert_eq!(link.receive(T0, End::Server), None);
            assert_eq!(
                link.receive(T0, End::Client),
                Some(Arrival::Closed),
                "what flew the other way is lost"
            );
            assert_eq!(link.receive(T0, End::Client), None);
        }
    }

    #[test]
    fn close_comes_behind_the_bytes() {
        let mut link = Link::new(Impairments {
            delay: Duration::from_millis(5),
            ..Impairments::default()
        });
        link.send(T0, End::Client, b"bye");
        link.close(T0, End::Client);
        let later = Instant::from_millis(5);
        assert_eq!(link.receive(T0, End::Server), None);
        assert_eq!(link.receive(later, End::Server), bytes(b"bye"));
        assert_eq!(link.receive(later, End::Server), Some(Arrival::Closed));
        assert_eq!(
            link.receive(later, End::Client),
            None,
            "the end that closed is not told"
        );
        assert_eq!(link.next_arrival(later), None);
    }

    #[test]
    fn half_open() {
        let mut link = Link::new(Impairments::default());
        link.cut_unnoticed_by(End::Client);
        assert_eq!(link.receive(T0, End::Server), Some(Arrival::Closed));
        assert!(link.is_open_at(End::Client));
        link.send(T0, End::Client, b"a");
        assert_eq!(
            (link.receive(T0, End::Client), link.receive(T0, End::Server)),
            (None, None)
        );
    }
}
