//! A point in time that the caller names.

use core::ops::{Add, AddAssign, Sub};
use core::time::Duration;

/// A moment: whole microseconds since a moment that the caller chooses, 1970 or the start of its
/// program. Arithmetic saturates: nothing is before [`Instant::ZERO`] or behind [`Instant::END`].
///
/// The clock is the caller's: nothing here knows the time. Times must not go backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instant(u64);

impl Instant {
    /// The moment the caller counts from.
    pub const ZERO: Self = Self(0);

    /// The last moment there is.
    pub const END: Self = Self(u64::MAX);

    /// So many microseconds after [`Instant::ZERO`].
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// So many milliseconds after [`Instant::ZERO`].
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Whole microseconds after [`Instant::ZERO`].
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds after [`Instant::ZERO`].
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Microseconds since `earlier`; negative when that lies ahead, as it may between two packets of a
    /// recording.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        let (far, back) = (
            self.0.saturating_sub(earlier.0),
            earlier.0.saturating_sub(self.0),
        );
        if far > i64::MAX as u64 {
            i64::MAX
        } else if back > i64::MAX as u64 {
            i64::MIN
        } else {
            // One of the two is 0.
            (far as i64).wrapping_sub(back as i64)
        }
    }
}

/// Whole microseconds of a duration.
fn whole_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_micros(duration)))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        self.0 = self.0.saturating_add(whole_micros(duration));
    }
}

impl Sub for Instant {
    type Output = Duration;
    /// The time since `earlier`; none when that lies ahead.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Instant::from_millis(u64::MAX), Instant::END);
        assert_eq!(Instant::END + Duration::from_micros(1), Instant::END);
        assert_eq!(Instant::ZERO + Duration::MAX, Instant::END);
        assert_eq!(Instant::ZERO - Instant::END, Duration::ZERO);
        let mut moment = Instant::from_millis(500);
        moment += Duration::from_micros(250);
        assert_eq!((moment.micros(), moment.millis()), (500_250, 500));
        assert_eq!(
            Instant::from_millis(1_500) - moment,
            Duration::from_micros(999_750)
        );
    }

    #[test]
    fn microseconds_between_two_moments_have_a_sign() {
        let [early, late] = [3, 10].map(Instant::from_micros);
        assert_eq!(late.micros_since(early), 7);
        assert_eq!(early.micros_since(late), -7);
        assert_eq!(Instant::END.micros_since(Instant::ZERO), i64::MAX);
        assert_eq!(Instant::ZERO.micros_since(Instant::END), i64::MIN);
    }
}
