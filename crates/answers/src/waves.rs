//! Numbers as a sensor gives them: waves over time, and walks.

use core::f64::consts::TAU;

use crate::random::Random;

/// Two numbers between which others stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    low: f64,
    high: f64,
    /// Digits behind the point of what is between them.
    digits: usize,
}

impl Bounds {
    /// Of two numbers as they are written: what is between them has a digit more behind the point than they have, and at least
    /// two.
    pub(crate) fn new(low: &str, high: &str) -> Option<Self> {
        let digits = |text: &str| text.split_once('.').map_or(0, |(_, behind)| behind.len());
        let more = digits(low).max(digits(high)).saturating_add(1);
        let (low, high) = (low.parse::<f64>().ok()?, high.parse::<f64>().ok()?);
        (low.is_finite() && high.is_finite()).then(|| Self {
            low: low.min(high),
            high: low.max(high),
            digits: more.clamp(2, 9),
        })
    }

    /// The number so far between the two, as text. `part`: from 0 to 1.
    fn at(&self, part: f64) -> f64 {
        // Not the difference of the two: it may be greater than all numbers.
        self.low * (1.0 - part) + self.high * part
    }

    /// A number of these as text.
    pub(crate) fn text(&self, number: f64) -> String {
        format!("{number:.*}", self.digits)
    }

    /// The number behind another one, at most `step` from it; where there is none, any.
    pub(crate) fn walk(&self, before: Option<f64>, step: f64, random: &mut Random) -> f64 {
        let part = random.part();
        let Some(before) = before else {
            return self.at(part);
        };
        let next = before + step * (2.0 * part - 1.0);
        next.clamp(self.low, self.high)
    }

    /// The number of a wave at a time; `phase`: how many turns it is ahead.
    pub(crate) fn wave(&self, shape: Shape, seconds: f64, phase: f64, now_ms: u64) -> f64 {
        let turns = now_ms as f64 / 1000.0 / seconds + phase;
        self.at(shape.part(turns - turns.floor()))
    }
}

/// How many turns the waves of a client are ahead, from 0 to 1, so that several devices do not go up and down together.
pub(crate) fn phase_of(client: &str) -> f64 {
    // FNV-1a; neighbouring names become far apart by what Random does with it.
    let hash = client
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
    Random::new(hash).part()
}

/// How a wave goes between its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Sine,
    Triangle,
    Sawtooth,
    Square,
}

impl Shape {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "sine" => Self::Sine,
            "triangle" => Self::Triangle,
            "sawtooth" => Self::Sawtooth,
            "square" => Self::Square,
            _ => return None,
        })
    }

    /// How far it is from the lower bound to the upper one, from 0 to 1; `turn`: how much of a turn is over, from 0 to 1.
    fn part(self, turn: f64) -> f64 {
        match self {
            Self::Sine => (1.0 - (TAU * turn).cos()) / 2.0,
            Self::Triangle => 1.0 - (2.0 * turn - 1.0).abs(),
            Self::Sawtooth => turn,
            Self::Square => f64::from(u8::from(turn >= 0.5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_goes_between_its_bounds_in_its_time() {
        let bounds = Bounds::new("18", "24").unwrap();
        for (shape, at) in [
            (Shape::Sine, [18.0, 21.0, 24.0, 21.0]),
            (Shape::Triangle, [18.0, 21.0, 24.0, 21.0]),
            (Shape::Sawtooth, [18.0, 19.5, 21.0, 22.5]),
            (Shape::Square, [18.0, 18.0, 24.0, 24.0]),
        ] {
            for (quarter, wanted) in at.into_iter().enumerate() {
                let ms = 60_000 + quarter as u64 * 15_000;
                let number = bounds.wave(shape, 60.0, 0.0, ms);
                assert!(
                    (number - wanted).abs() < 1e-9,
                    "{shape:?} {quarter} {number}"
                );
            }
        }
    }

    #[test]
    fn a_phase_is_that_much_of_a_turn_and_differs_from_client_to_client() {
        let bounds = Bounds::new("0", "1").unwrap();
        let at = |phase, ms| bounds.wave(Shape::Sawtooth, 60.0, phase, ms);
        assert!((at(0.25, 60_000) - at(0.0, 75_000)).abs() < 1e-9);
        let mut phases: Vec<f64> = (1..=20)
            .map(|device| phase_of(&format!("dev-{device}")))
            .collect();
        phases.sort_by(f64::total_cmp);
        let apart = phases.windows(2).map(|two| two[1] - two[0]);
        assert!(apart.fold(1.0, f64::min) > 0.001, "{phases:?}");
        assert!(phases[0] < 0.3 && phases[19] > 0.7, "{phases:?}");
    }

    #[test]
    fn a_walk_stays_between_its_bounds_and_makes_short_steps() {
        let bounds = Bounds::new("10", "-10").unwrap();
        let mut random = Random::new(3);
        let mut at = bounds.walk(None, 2.0, &mut random);
        let mut lowest = at;
        let mut highest = at;
        for _ in 0..2000 {
            let next = bounds.walk(Some(at), 2.0, &mut random);
            assert!((-10.0..=10.0).contains(&next) && (next - at).abs() <= 2.0);
            at = next;
            (lowest, highest) = (lowest.min(at), highest.max(at));
        }
        assert!(lowest < -8.0 && highest > 8.0, "{lowest} {highest}");
    }

    #[test]
    fn a_number_has_a_digit_more_than_its_bounds() {
        let text = |low, high| Bounds::new(low, high).unwrap().text(0.123_456_789_01);
        assert_eq!(text("0", "1"), "0.12");
        assert_eq!(text("0.25", "1"), "0.123");
        assert_eq!(text("0", "1.00000000000"), "0.123456789");
        for (low, high) in [("x", "1"), ("1", "inf"), ("NaN", "1")] {
            assert_eq!(Bounds::new(low, high), None);
        }
        let wide = Bounds::new("-1.7e308", "1.7e308").unwrap();
        assert!(wide.wave(Shape::Sine, 1.0, 0.0, 250).is_finite());
    }
}
