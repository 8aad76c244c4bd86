//! The size of a panel that a splitter resizes: its limits, and what a key does to it.

/// Pixels that an arrow key moves a splitter.
const STEP: i32 = 16;
/// The same with Shift.
const LONG_STEP: i32 = 64;

/// What a panel may measure, in CSS pixels along the axis that the splitter moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The smallest size.
    pub least: i32,
    /// The largest size.
    pub most: i32,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// This size.
    To(i32),
    /// The size of the style sheet.
    Usual,
}

impl Limits {
    /// Limits of a panel that is at least `least`, in a container that measures `whole` and of which
    /// `rest` must be left to the other panels. Where there is too little room, `least` holds.
    #[must_use]
    pub fn new(least: u32, rest: u32, whole: i32) -> Self {
        let least = i32::try_from(least).unwrap_or(i32::MAX);
        let rest = i32::try_from(rest).unwrap_or(i32::MAX);
        Self {
            least,
            most: whole.saturating_sub(rest).max(least),
        }
    }

    /// The nearest allowed size.
    #[must_use]
    pub fn clamp(self, size: i32) -> i32 {
        size.clamp(self.least, self.most)
    }

    /// What a key does to a panel of this size; none: the key is not the splitter's. `grows` tells which
    /// pair of arrow keys applies, and whether the second of the pair makes the panel larger.
    #[must_use]
    pub fn key(self, key: &str, shift: bool, size: i32, is_row: bool, grows: bool) -> Option<Move> {
        let (back, on) = if is_row {
            ("ArrowUp", "ArrowDown")
        } else {
            ("ArrowLeft", "ArrowRight")
        };
        let step = if shift { LONG_STEP } else { STEP };
        let step = if grows { step } else { step.saturating_neg() };
        let size = match key {
            "Home" => self.least,
            "End" => self.most,
            "Enter" => return Some(Move::Usual),
            key if key == on => size.saturating_add(step),
            key if key == back => size.saturating_sub(step),
            _ => return None,
        };
        Some(Move::To(self.clamp(size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        least: 200,
        most: 500,
    };

    #[test]
    fn room_is_left_for_the_other_panels() {
        assert_eq!(Limits::new(200, 400, 900), LIMITS);
        assert_eq!(Limits::new(200, 400, 500).most, 200);
        assert_eq!(
            [0, 300, 900].map(|size| LIMITS.clamp(size)),
            [200, 300, 500]
        );
    }

    #[test]
    fn keys_move_it_along_its_axis_only() {
        let key = |key, shift| LIMITS.key(key, shift, 300, false, true);
        assert_eq!(key("ArrowRight", false), Some(Move::To(316)));
        assert_eq!(key("ArrowLeft", true), Some(Move::To(236)));
        assert_eq!(key("Home", false), Some(Move::To(200)));
        assert_eq!(key("End", false), Some(Move::To(500)));
        assert_eq!(key("Enter", false), Some(Move::Usual));
        assert_eq!(key("ArrowDown", false), None);
        assert_eq!(
            LIMITS.key("ArrowDown", true, 490, true, false),
            Some(Move::To(426))
        );
    }
}
