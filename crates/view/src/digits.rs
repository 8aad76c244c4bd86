//! Numbers as a person reads them.

use core::time::Duration;

/// A number with its noun in the singular or plural: `1 byte`, `1,204 bytes`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    let mut out = grouped(number as u64);
    out.push(' ');
    out.push_str(noun);
    if number != 1 {
        out.push('s');
    }
    out
}

/// A number with commas between thousands: 65,535.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes, short: `41 B`, `3.2 kB`, `38 MB`. The one unit of the page is a power of 1,000.
#[must_use]
pub fn bytes(number: u64) -> String {
    let mut unit = 1_000_u64;
    for (name, is_last) in [("kB", false), ("MB", false), ("GB", true)] {
        if number < 1_000 {
            break;
        }
        // Rounded to tenths below ten, else to the whole number.
        let tenths = number.saturating_add(unit / 20) / (unit / 10);
        let whole = number.saturating_add(unit / 2) / unit;
        if is_last || whole < 1_000 {
            return match (tenths / 10, tenths % 10) {
                (10.., _) => format!("{whole} {name}"),
                (small, 0) => format!("{small} {name}"),
                (small, tenth) => format!("{small}.{tenth} {name}"),
            };
        }
        unit = unit.saturating_mul(1_000);
    }
    format!("{number} B")
}

/// A duration, short: `0.8 ms`, `107 ms`, `2.1 s`, `3 min`, `5 h`, `3 days`, `7.5 years`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    if ms < 1000.0 {
        format!("{} ms", short(ms))
    } else if ms < 60_000.0 {
        format!("{} s", short(ms / 1e3))
    } else if ms < 120.0 * MINUTE {
        format!("{} min", short(ms / MINUTE))
    } else if ms < 2.0 * DAY {
        format!("{} h", short(ms / 60.0 / MINUTE))
    } else if ms < 730.0 * DAY {
        format!("{} days", short(ms / DAY))
    } else {
        format!("{} years", short(ms / 365.25 / DAY))
    }
}

/// Milliseconds.
const MINUTE: f64 = 6e4;
const DAY: f64 = 1_440.0 * MINUTE;

/// A digit behind the point below ten, none where it is a whole number or large.
#[must_use]
pub fn short(number: f64) -> String {
    if number >= 9.95 {
        format!("{number:.0}")
    } else {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{bytes, counted, duration, grouped};

    #[test]
    fn bytes_are_short() {
        for (number, says) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (3_210, "3.2 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (38_000_000, "38 MB"),
            (67_108_864, "67 MB"),
            (2_500_000_000, "2.5 GB"),
            (u64::MAX, "18446744073 GB"),
        ] {
            assert_eq!(bytes(number), says);
        }
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, says) in [
            (0, "0"),
            (999, "999"),
            (1_204, "1,204"),
            (16_777_216, "16,777,216"),
        ] {
            assert_eq!(grouped(number), says);
        }
    }

    #[test]
    fn a_noun_is_in_the_plural_but_for_one() {
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(0, "byte"), "0 bytes");
        assert_eq!(counted(1_048_576, "byte"), "1,048,576 bytes");
    }

    #[test]
    fn durations_are_short() {
        for (micros, says) in [
            (840, "0.8 ms"),
            (107_200, "107 ms"),
            (2_100_000, "2.1 s"),
            (180_000_000, "3 min"),
            (18_000_000_000, "5 h"),
            (259_200_000_000, "3 days"),
            (238_829_400_000_000, "7.6 years"),
        ] {
            assert_eq!(duration(Duration::from_micros(micros)), says);
        }
    }
}
