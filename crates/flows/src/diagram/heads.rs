//! The names above the lanes: none is cut by the picture's edge or runs into the next one.

use super::{Diagram, Look};

/// Pixels of a letter, and between two names.
const LETTER: u32 = 8;
const APART: u32 = 8;
/// Letters that a name keeps at least.
const LEAST: u32 = 4;

/// A name above a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it is anchored, in pixels from the left.
    pub x: u32,
    /// How, as SVG says it: `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// The name, with an ellipsis where there is no room for all of it.
    pub text: String,
}

impl Diagram {
    /// The name above each lane, from left to right.
    #[must_use]
    pub fn heads(&self) -> Vec<Head> {
        let last = self.lanes.len().saturating_sub(1);
        let Look {
            spacing, margin, ..
        } = self.look;
        let between = spacing.saturating_sub(APART);
        let name = |index: usize| self.lanes.get(index).map_or("", |lane| lane.name.as_str());
        // A name between others has half of the way to either; an outer one has what its neighbour leaves.
        let inner = |index: usize| shortened(name(index), between);
        let outer = |neighbour: usize| {
            let taken = match last {
                0 | 1 => spacing / 2,
                _ => wide(&inner(neighbour)) / 2,
            };
            spacing
                .saturating_add(margin)
                .saturating_sub(taken)
                .saturating_sub(APART)
        };
        let head = |index: usize| {
            let at = |x: u32, anchor: &'static str, text: String| Head { x, anchor, text };
            let is_centred = wide(name(index)) <= margin.saturating_mul(2);
            match index {
                _ if last == 0 || is_centred => at(self.look.x(index), "middle", inner(index)),
                0 => at(0, "start", shortened(name(0), outer(1))),
                _ if index == last => {
                    let neighbour = last.saturating_sub(1);
                    at(self.width, "end", shortened(name(last), outer(neighbour)))
                }
                _ => at(self.look.x(index), "middle", inner(index)),
            }
        };
        (0..self.lanes.len()).map(head).collect()
    }
}

/// How wide a name is, in pixels.
fn wide(name: &str) -> u32 {
    let letters = u32::try_from(name.chars().count()).unwrap_or(u32::MAX);
    letters.saturating_mul(LETTER)
}

/// As many letters of a name as so many pixels hold.
fn shortened(name: &str, room: u32) -> String {
    if wide(name) <= room {
        return name.to_owned();
    }
    let letters = (room / LETTER).max(LEAST).saturating_sub(1);
    let most = usize::try_from(letters).unwrap_or(usize::MAX);
    let mut text: String = name.chars().take(most).collect();
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Run, Scenario};

    #[test]
    fn names_stay_within_the_picture_and_apart() {
        for (left, right) in [
            ("Publisher", "Subscriber"),
            ("Publisher", "S"),
            ("A-sensor-of-the-east", "Another-one-so-long"),
        ] {
            let text =
                format!("version 5\npublisher {left}\nsubscriber {right}\nat 0 {left} connect");
            let run = Run::of(&Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}")));
            for look in [Look::WIDE, Look::NARROW, Look::TIGHT] {
                let diagram = Diagram::of(&run, look);
                let mut free = 0;
                for head in diagram.heads() {
                    let wide = wide(&head.text);
                    let start = match head.anchor {
                        "start" => Some(head.x),
                        "end" => head.x.checked_sub(wide),
                        _ => head.x.checked_sub(wide / 2),
                    };
                    let start = start.unwrap_or_else(|| panic!("{look:?} {head:?}"));
                    assert!(start >= free, "{look:?} {head:?}");
                    free = start + wide;
                }
                assert!(free <= diagram.width, "{look:?}");
            }
        }
        assert_eq!(shortened("Subscriber", 6 * LETTER), "Subsc…");
        assert_eq!(shortened("Subscriber", 10 * LETTER), "Subscriber");
    }
}
