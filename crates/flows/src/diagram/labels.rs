//! Where each label is: on its arrow, and where no other arrow strikes it through.

use super::{Arrow, Diagram, Look};

/// Pixels of a letter, from a label to its lane, and above and below its baseline.
const LETTER: u32 = 7;
const BESIDE: u32 = 14;
const ABOVE: u32 = 10;
const BELOW: u32 = 3;
/// From a line to the baseline of what is above it, and of what is below it.
const OVER: u32 = 5;
const UNDER: u32 = 14;
/// What it costs to be on another label, to be struck through, and not to be at the usual place.
const ON_LABEL: usize = 30;
const STRUCK: usize = 10;

/// Where a label begins, or ends where `is_end`, in pixels from the left; and its baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelPlace {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// It ends there.
    pub is_end: bool,
}

/// What a label covers, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelBox {
    /// From the left.
    pub left: u32,
    /// From the left.
    pub right: u32,
    /// From the top.
    pub top: u32,
    /// From the top.
    pub bottom: u32,
}

impl LabelPlace {
    /// What a label of so many letters covers.
    #[must_use]
    pub const fn covers(&self, letters: usize) -> LabelBox {
        let wide = (letters as u32).saturating_mul(LETTER);
        let (left, right) = if self.is_end {
            (self.x.saturating_sub(wide), self.x)
        } else {
            (self.x, self.x.saturating_add(wide))
        };
        LabelBox {
            left,
            right,
            top: self.y.saturating_sub(ABOVE),
            bottom: self.y.saturating_add(BELOW),
        }
    }
}

impl Look {
    /// How many letters have room between two lanes.
    pub(super) const fn letters(&self) -> usize {
        (self.spacing.saturating_sub(2 * BESIDE) / LETTER) as usize
    }
}

impl Diagram {
    /// Places all labels, in order.
    pub(super) fn place_labels(&mut self) {
        let mut boxes: Vec<LabelBox> = Vec::with_capacity(self.arrows.len());
        let mut places = Vec::with_capacity(self.arrows.len());
        for (index, arrow) in self.arrows.iter().enumerate() {
            let letters = arrow.label.chars().count();
            let cost = |(rank, place): (usize, &LabelPlace)| {
                let covers = place.covers(letters);
                let on = boxes.iter().filter(|other| overlap(&covers, other)).count();
                let struck = self.struck_by(covers, index).count();
                on.saturating_mul(ON_LABEL)
                    .saturating_add(struck.saturating_mul(STRUCK))
                    .saturating_add(rank)
            };
            let own = self.own_gap(arrow);
            let candidates = self.candidates(arrow, own);
            let mut place = (0..)
                .zip(&candidates)
                .min_by_key(|&candidate| cost(candidate))
                .map_or_else(LabelPlace::default, |(_, place)| *place);
            let covered = |place: &LabelPlace| {
                let covers = place.covers(letters);
                boxes.iter().filter(|other| overlap(&covers, other)).count()
            };
            if covered(&place) > 0 {
                // The rest of its way: nobody reads a label that is on another.
                let rest = self.gaps(arrow).filter(|gap| *gap != own);
                let rest = rest.flat_map(|gap| self.candidates(arrow, gap));
                let struck = |place: &LabelPlace| {
                    let covers = place.covers(letters);
                    self.struck_by(covers, index).count()
                };
                place = core::iter::once(place)
                    .chain(rest)
                    .min_by_key(|place| (covered(place), struck(place)))
                    .unwrap_or(place);
            }
            boxes.push(place.covers(letters));
            places.push(place);
        }
        for (arrow, place) in self.arrows.iter_mut().zip(places) {
            arrow.label_place = place;
        }
    }

    /// The arrows other than one that go through a place, as indexes.
    pub fn struck_by(&self, place: LabelBox, but: usize) -> impl Iterator<Item = usize> {
        let crossing = self
            .arrows
            .iter()
            .enumerate()
            .filter(move |(index, arrow)| {
                *index != but
                    && arrow.top <= place.bottom
                    && place.top <= arrow.bottom
                    && self.crosses(arrow, &place)
            });
        crossing.map(|(index, _)| index)
    }

    fn crosses(&self, arrow: &Arrow, place: &LabelBox) -> bool {
        let (from, to) = (self.look.x(arrow.from), self.x_at(arrow, arrow.bottom));
        let (left, right) = (from.min(to).max(place.left), from.max(to).min(place.right));
        if left > right {
            return false;
        }
        let heights = [left, right].map(|x| self.height_at(arrow, x));
        let [one, other] = heights;
        one.min(other) <= place.bottom && place.top <= one.max(other)
    }

    /// The height of an arrow at a place between its ends.
    fn height_at(&self, arrow: &Arrow, x: u32) -> u32 {
        let (from, to) = (self.look.x(arrow.from), self.x_at(arrow, arrow.bottom));
        let high = u64::from(arrow.bottom.saturating_sub(arrow.top));
        let down = high
            .saturating_mul(u64::from(from.abs_diff(x)))
            .checked_div(u64::from(from.abs_diff(to)))
            .unwrap_or_default()
            .min(high);
        arrow
            .top
            .saturating_add(u32::try_from(down).unwrap_or_default())
    }

    /// The lane to the left of the client's part of the way.
    fn own_gap(&self, arrow: &Arrow) -> usize {
        let broker = self.lane_of(None);
        let client = if arrow.from == broker {
            arrow.to
        } else {
            arrow.from
        };
        if client < broker {
            client
        } else {
            client.saturating_sub(1)
        }
    }

    /// The lanes to the left of each part of the way that it takes, from the client on.
    fn gaps(&self, arrow: &Arrow) -> impl Iterator<Item = usize> {
        let (left, right) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
        let is_right = right > self.lane_of(None);
        (left..right).map(move |gap| {
            if is_right {
                left.saturating_add(right)
                    .saturating_sub(gap)
                    .saturating_sub(1)
            } else {
                gap
            }
        })
    }

    /// Places on the part of an arrow to the right of a lane, the usual one first: above its first half, in the
    /// middle, and below its second half, where its own slope does not strike it through.
    fn candidates(&self, arrow: &Arrow, left_lane: usize) -> [LabelPlace; 4] {
        let (left, right) = (
            self.look.x(left_lane),
            self.look.x(left_lane.saturating_add(1)),
        );
        let (start, end) = (left.saturating_add(BESIDE), right.saturating_sub(BESIDE));
        let middle = left.midpoint(right);
        let leftwards = arrow.to < arrow.from;
        let (first, second) = if leftwards {
            (end, start)
        } else {
            (start, end)
        };
        let quarter = first.midpoint(middle);
        let above = |x: u32| LabelPlace {
            x,
            y: self.height_at(arrow, x).saturating_sub(OVER),
            is_end: leftwards,
        };
        let below = |x: u32| LabelPlace {
            x,
            y: self.height_at(arrow, x).saturating_add(UNDER),
            is_end: !leftwards,
        };
        [
            above(first),
            above(quarter),
            below(second),
            below(second.midpoint(middle)),
        ]
    }
}

const fn overlap(one: &LabelBox, other: &LabelBox) -> bool {
    one.left <= other.right
        && other.left <= one.right
        && one.top <= other.bottom
        && other.top <= one.bottom
}
