//! How long the rest of an examination takes, told from what has been measured in it.

use alloc::vec::Vec;
use core::time::Duration;

use crate::check::{Act, Line, What};

/// How long openings and answers have taken so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    openings: Mean,
    answers: Mean,
    /// Those answers that were not there already.
    waits: Mean,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    count: u32,
    sum: Duration,
}

impl Mean {
    fn add(&mut self, one: Duration) {
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(one);
    }

    fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            sum: self.sum.saturating_add(other.sum),
        }
    }

    fn value(self) -> Duration {
        self.sum.checked_div(self.count).unwrap_or_default()
    }
}

impl Measured {
    pub(crate) fn opened(&mut self, after: Duration) {
        self.openings.add(after);
    }

    pub(crate) fn answered(&mut self, after: Duration) {
        self.answers.add(after);
        if !after.is_zero() {
            self.waits.add(after);
        }
    }

    /// How long it takes where one does wait: the last answer of a check is not there already.
    pub(crate) fn wait(&self) -> Duration {
        self.waits.value()
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            openings: self.openings.and(other.openings),
            answers: self.answers.and(other.answers),
            waits: self.waits.and(other.waits),
        }
    }

    /// Whether anything can be told from it.
    pub(crate) const fn is_enough(&self) -> bool {
        self.openings.count > 0 && self.answers.count > 0
    }

    /// How long this takes at the broker.
    pub(crate) fn time(&self, cost: Cost) -> Duration {
        let openings = self.openings.value().saturating_mul(cost.openings);
        let answers = self.answers.value().saturating_mul(cost.answers);
        cost.fixed.saturating_add(openings).saturating_add(answers)
    }
}

/// What a check, or the rest of it, costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// What it waits in any case.
    pub(crate) fixed: Duration,
    /// Connections that it opens.
    pub(crate) openings: u32,
    /// Times that it waits for the broker.
    pub(crate) answers: u32,
}

impl Cost {
    /// A connection on which a session is ended.
    pub(crate) const SESSION: Self = Self {
        fixed: Duration::ZERO,
        openings: 1,
        answers: 1,
    };

    /// Of these lines; connections that a line before has opened are no longer to be opened.
    pub(crate) fn of(
        lines: &[Line<'_>],
        is_v5: bool,
        mut is_open: impl FnMut(&str) -> bool,
    ) -> Self {
        let mut cost = Self::default();
        let mut opened: Vec<&str> = Vec::new();
        let (mut keeps, mut is_doubted) = (false, false);
        for line in lines {
            if line.only_v5.is_some_and(|v5| v5 != is_v5) {
                continue;
            }
            match &line.act {
                Act::Pause(millis) | Act::Silence(millis, _) => cost.wait(*millis),
                Act::Wait(wait) => {
                    match wait.what {
                        What::CloseWithin(from, _) => cost.wait(from),
                        _ => cost.answers = cost.answers.saturating_add(1),
                    }
                    is_doubted |= !matches!(wait.what, What::Packet { .. });
                }
                Act::Send(name, words) => {
                    if !opened.contains(name) && !is_open(name) {
                        opened.push(name);
                        cost.openings = cost.openings.saturating_add(1);
                    }
                    keeps |= words.contains(&"resume") || words.contains(&"retain");
                }
                // What may come instead is waited for together with the line behind it.
                _ => {}
            }
        }
        // Whether the broker is there still is asked behind a close.
        cost.answers = cost.answers.saturating_add(is_doubted.into());
        if keeps { cost.and(Self::SESSION) } else { cost }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            fixed: self.fixed.saturating_add(other.fixed),
            openings: self.openings.saturating_add(other.openings),
            answers: self.answers.saturating_add(other.answers),
        }
    }

    fn wait(&mut self, millis: u64) {
        self.fixed = self.fixed.saturating_add(Duration::from_millis(millis));
    }
}

/// When the last of these ends, if each is begun as soon as one of `places` is free, and none less than `interval` behind
/// the one before. `running` are those that have a place already.
pub(crate) fn end(
    running: impl Iterator<Item = Duration>,
    waiting: impl Iterator<Item = Duration>,
    places: usize,
    interval: Duration,
) -> Duration {
    let mut busy: Vec<Duration> = running.collect();
    busy.resize(busy.len().max(places.max(1)), Duration::ZERO);
    let mut begin = Duration::ZERO;
    for takes in waiting {
        let Some(first) = busy.iter_mut().min() else {
            break;
        };
        begin = begin.max(*first);
        *first = begin.saturating_add(takes);
        begin = begin.saturating_add(interval);
    }
    busy.into_iter().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn checks_side_by_side_take_the_first_free_place() {
        let all = |running: &[u64], waiting: &[u64], places| {
            let times = |of: &[u64]| of.iter().copied().map(seconds).collect::<Vec<_>>();
            let (running, waiting) = (times(running), times(waiting));
            end(
                running.into_iter(),
                waiting.into_iter(),
                places,
                Duration::ZERO,
            )
        };
        assert_eq!(all(&[], &[4, 3, 2, 1], 1), seconds(10));
        assert_eq!(all(&[], &[4, 3, 2, 1], 2), seconds(5));
        assert_eq!(all(&[9, 1], &[2, 2], 2), seconds(9));
        assert_eq!(all(&[], &[], 2), seconds(0));
    }

    #[test]
    fn the_pace_counts_where_checks_are_shorter() {
        let short = core::iter::repeat_n(Duration::from_millis(1), 100);
        let all = end(core::iter::empty(), short, 8, Duration::from_millis(10));
        assert_eq!(all, Duration::from_millis(991));
    }
}
