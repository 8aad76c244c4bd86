//! What has to be seen of a step from side to side, where the lanes are wider than their room.

use super::{Arrow, Diagram};
use crate::caption::Beat;

/// Pixels that are seen beside an arrow: a lane's line, and the packet that stands on it.
const BESIDE: u32 = 24;

/// Where a step's arrow is, in pixels from the left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The height from which on it is seen.
    pub top: u32,
    /// From one lane to the other, with the label.
    pub whole: (u32, u32),
    /// The client's lane with the label: what is shown where the whole arrow has no room.
    pub end: (u32, u32),
}

impl Diagram {
    /// Where the arrow of each step is; none: the step is no packet.
    #[must_use]
    pub fn reaches_of(&self, beats: &[Beat]) -> Vec<Option<Reach>> {
        let arrow = |beat: &Beat| self.arrows.get(beat.packet?);
        let reach = |beat| arrow(beat).map(|arrow| self.reach_of(arrow));
        beats.iter().map(reach).collect()
    }

    fn reach_of(&self, arrow: &Arrow) -> Reach {
        let broker = self.lane_of(None);
        let client = if arrow.from == broker {
            arrow.to
        } else {
            arrow.from
        };
        let (broker, client) = (self.look.x(broker), self.look.x(client));
        let label = arrow.label_place.covers(arrow.label.chars().count());
        let around = |left: u32, right: u32| {
            let right = right.saturating_add(BESIDE).min(self.width);
            (left.saturating_sub(BESIDE), right)
        };
        let (left, right) = (label.left.min(client), label.right.max(client));
        Reach {
            top: arrow.top,
            whole: around(left.min(broker), right.max(broker)),
            end: around(left, right),
        }
    }
}

impl Reach {
    /// Where a view of so many pixels has to begin to show it, if it begins at `left` now: there, as long as that
    /// shows it. What is before the picture is below 0.
    #[must_use]
    pub fn seen_from(&self, left: i64, wide: u32) -> i64 {
        let fits = self.whole.1.saturating_sub(self.whole.0) <= wide;
        let (from, to) = if fits { self.whole } else { self.end };
        let last = i64::from(to).saturating_sub(wide.into());
        left.max(last).min(from.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Look, Run, gallery};

    const PHONE: u32 = 372;

    fn of(title: &str) -> (Run, Diagram) {
        let mut gallery = gallery().into_iter();
        let scenario = gallery.find(|scenario| scenario.title == title).unwrap();
        let run = Run::of(&scenario);
        let lanes = scenario.clients.len() + 1;
        let diagram = Diagram::of(&run, Look::fit(lanes, PHONE));
        (run, diagram)
    }

    #[test]
    fn each_step_can_be_seen_on_a_phone() {
        for title in ["Shared subscription", "Jobs for five workers"] {
            each_step_can_be_seen(title);
        }
    }

    fn each_step_can_be_seen(title: &str) {
        let (run, diagram) = of(title);
        assert!(diagram.width > PHONE, "all lanes fit");
        let beats = run.beats();
        let mut left = 0;
        let mut moved = 0;
        for (beat, reach) in beats.iter().zip(diagram.reaches_of(&beats)) {
            let Some(reach) = reach else { continue };
            let arrow = &diagram.arrows[beat.packet.unwrap()];
            let now = reach.seen_from(left, PHONE);
            moved += u32::from(now != left);
            left = now;
            let seen = u32::try_from(left).unwrap()..=u32::try_from(left).unwrap() + PHONE;
            // Nothing is scrolled beyond the lanes.
            assert!(*seen.end() <= diagram.width);
            let at = |lane| diagram.look.x(lane);
            let is_too_wide =
                at(arrow.from).abs_diff(at(arrow.to)) + 2 * diagram.look.margin > PHONE;
            let broker = diagram.lane_of(None);
            for lane in [arrow.from, arrow.to] {
                assert!(
                    seen.contains(&at(lane)) || is_too_wide && lane == broker,
                    "{beat:?}"
                );
            }
            let label = arrow.label_place.covers(arrow.label.chars().count());
            assert!(
                seen.contains(&label.left) && seen.contains(&label.right),
                "{beat:?}"
            );
            // Shown once, it stays where it is.
            assert_eq!(reach.seen_from(left, PHONE), left);
        }
        assert!(moved > 2, "moved {moved} times");
    }

    #[test]
    fn of_an_arrow_without_room_the_clients_end_is_seen() {
        let reach = Reach {
            top: 0,
            whole: (0, 700),
            end: (560, 700),
        };
        assert_eq!(reach.seen_from(0, 390), 310);
        assert_eq!(reach.seen_from(310, 390), 310);
        let other_way = Reach {
            end: (0, 140),
            ..reach
        };
        assert_eq!(other_way.seen_from(310, 390), 0);
    }
}
