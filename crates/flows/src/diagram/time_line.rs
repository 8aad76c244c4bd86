//! Moments and heights.

use std::collections::BTreeMap;

/// Above the first moment, and below the last.
const EDGE: u32 = 28;
/// Between what arrives and what is sent at the same moment.
const TURN: u32 = 22;
/// Between two packets that take the same way at the same moment.
pub(super) const BESIDE: u32 = 20;

/// Which moment is at which height. At one moment packets arrive first, and others are sent then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeLine {
    /// Moment, where arrivals are, where sendings are, where the moment ends.
    marks: Vec<(u64, u32, u32, u32)>,
}

/// What there is at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crowd {
    /// Packets beside each other that arrive or are lost; 0: none.
    pub(super) arriving: u32,
    /// The same of those that are sent.
    pub(super) leaving: u32,
}

impl TimeLine {
    pub(super) fn new(crowds: &BTreeMap<u64, Crowd>) -> Self {
        let mut marks = Vec::with_capacity(crowds.len());
        let mut height = EDGE;
        let mut before: Option<u64> = None;
        for (&at, crowd) in crowds {
            if let Some(before) = before {
                height = height.saturating_add(gap(at.saturating_sub(before)));
            }
            let arrivals = height;
            let room = |count: u32| count.saturating_sub(1).saturating_mul(BESIDE);
            let mut sendings = arrivals.saturating_add(room(crowd.arriving));
            if crowd.arriving > 0 && crowd.leaving > 0 {
                sendings = sendings.saturating_add(TURN);
            }
            height = sendings.saturating_add(room(crowd.leaving));
            marks.push((at, arrivals, sendings, height));
            before = Some(at);
        }
        Self { marks }
    }

    /// Where things are at a moment: arrivals, and sendings.
    #[must_use]
    pub fn heights(&self, at: u64) -> (u32, u32) {
        let after = self.marks.partition_point(|mark| mark.0 <= at);
        let before = after.checked_sub(1).and_then(|index| self.marks.get(index));
        let next = self.marks.get(after);
        match (before, next) {
            (Some(&(moment, arrivals, sendings, _)), _) if moment == at => (arrivals, sendings),
            (Some(&(from, _, _, top)), Some(&(to, bottom, _, _))) => {
                let part = |span: u64| u64::from(bottom.saturating_sub(top)).saturating_mul(span);
                let down = part(at.saturating_sub(from))
                    .checked_div(to.saturating_sub(from))
                    .unwrap_or_default();
                let height = top.saturating_add(u32::try_from(down).unwrap_or_default());
                (height, height)
            }
            (Some(&(_, _, _, end)), None) => (end, end),
            (None, Some(&(_, first, _, _))) => (first, first),
            (None, None) => (EDGE, EDGE),
        }
    }

    /// The moment at a height.
    #[must_use]
    pub fn moment(&self, height: u32) -> u64 {
        let after = self.marks.partition_point(|mark| mark.1 <= height);
        let before = after.checked_sub(1).and_then(|index| self.marks.get(index));
        match (before, self.marks.get(after)) {
            (Some(&(from, _, _, end)), Some(&(to, top, _, _))) if height > end => {
                let span = to.saturating_sub(from);
                let part = u64::from(height.saturating_sub(end)).saturating_mul(span);
                let room = u64::from(top.saturating_sub(end));
                from.saturating_add(part.checked_div(room).unwrap_or_default())
            }
            (Some(&(at, ..)), _) => at,
            (None, Some(&(at, ..))) => at,
            (None, None) => 0,
        }
    }

    /// All of it, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.end().saturating_add(EDGE)
    }

    /// Where the last moment ends.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.marks.last().map_or(EDGE, |mark| mark.3)
    }
}

/// The room for a wait: it grows with the logarithm.
fn gap(millis: u64) -> u32 {
    // 12, 22, 32 … pixels more for each doubling beyond 20 ms.
    let scaled = millis.saturating_add(20).saturating_mul(16) / 20;
    let whole = scaled.checked_ilog2().unwrap_or_default();
    // Between two powers of two, in sixteenths, so that it grows with every millisecond or two.
    let base = 1_u64.checked_shl(whole).unwrap_or(u64::MAX);
    let part = scaled
        .saturating_sub(base)
        .saturating_mul(10)
        .checked_div(base)
        .unwrap_or_default();
    let steps = whole.saturating_sub(4).saturating_mul(10);
    12_u32
        .saturating_add(steps)
        .saturating_add(u32::try_from(part).unwrap_or_default())
        .min(92)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_slowly() {
        let gaps: Vec<u32> = [0, 1, 20, 50, 100, 1000, 10_000, 3_600_000].map(gap).into();
        assert_eq!(gaps, [12, 12, 22, 29, 37, 67, 92, 92]);
        assert!((0..2000).all(|millis| gap(millis) <= gap(millis + 1)));
    }

    #[test]
    fn moments_and_heights_agree() {
        let crowd = |arriving, leaving| Crowd { arriving, leaving };
        let line = TimeLine::new(&BTreeMap::from([
            (0, crowd(0, 2)),
            (50, crowd(2, 1)),
            (100, crowd(1, 0)),
        ]));
        assert_eq!(line.heights(0), (28, 28));
        assert_eq!(line.heights(50), (77, 119));
        assert_eq!(line.heights(100), (148, 148));
        assert_eq!(line.height(), 176);
        for at in 0..=100 {
            let back = line.moment(line.heights(at).0);
            assert!(back.abs_diff(at) <= 2, "{at} {back}");
        }
        assert_eq!(line.moment(0), 0);
        assert_eq!(line.moment(9999), 100);
        assert_eq!(TimeLine::default().heights(7), (28, 28));
    }
}
