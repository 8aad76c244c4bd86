//! How long bytes are waited for that were acknowledged and are not here: a capture may have their frames a little later.

use std::collections::VecDeque;

use super::super::event::Moment;

/// Which bytes are given up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Those behind which others stand.
    Brief,
    /// All bytes that are missing.
    Long,
}

/// Each with the longest time in nanoseconds and in frames.
const ALL: [(Patience, u64, u64); 2] = [
    (Patience::Brief, 10_000_000, 32),
    (Patience::Long, 200_000_000, 4096),
];

/// A side of a connection, by its slot, and since when its bytes are waited for.
type Side = (Moment, usize, usize);

/// The sides of which bytes are waited for.
#[derive(Default)]
pub(super) struct AwaitedSides {
    sides: [VecDeque<Side>; ALL.len()],
}

impl AwaitedSides {
    /// Bytes of a side are waited for from now on.
    pub(super) fn begin(&mut self, now: Moment, slot: usize, side: usize) {
        for sides in &mut self.sides {
            sides.push_back((now, slot, side));
        }
    }

    /// The next side whose bytes were waited for long enough.
    pub(super) fn overdue(&mut self, now: Moment) -> Option<(Patience, usize, usize)> {
        for (sides, (patience, most_ns, most_frames)) in self.sides.iter_mut().zip(ALL) {
            let Some(&(since, slot, side)) = sides.front() else {
                continue;
            };
            let frames = now.frame.saturating_sub(since.frame);
            let times = now.at_ns.zip(since.at_ns);
            let waited = times.map_or(0, |(now, since)| now.saturating_sub(since));
            if waited >= most_ns || frames >= most_frames {
                sides.pop_front();
                return Some((patience, slot, side));
            }
        }
        None
    }
}
