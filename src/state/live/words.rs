//! Numbers as a person reads them.

/// A number of bytes, short.
pub use mqttscope_view::digits::bytes;
/// A whole number, thousands apart.
pub use mqttscope_view::digits::grouped as whole;

/// A rate: whole where it is large, with a digit behind the point where it is small.
#[must_use]
pub fn rate(number: f64) -> String {
    if number >= 10.0 {
        whole(number.round() as u64)
    } else {
        short(number)
    }
}

/// Milliseconds, short: `0.8 ms`, `107 ms`, `2.1 s`, `3 min`.
#[must_use]
pub fn duration(ms: f64) -> String {
    if ms < 1000.0 {
        format!("{} ms", short(ms))
    } else if ms < 60_000.0 {
        format!("{} s", short(ms / 1e3))
    } else {
        format!("{} min", short(ms / 6e4))
    }
}

/// The time between two packets, with a sign: `+0.4`, `+107`, in milliseconds; longer with a unit.
#[must_use]
pub fn delta(ms: f64) -> String {
    if ms < 10_000.0 {
        format!("+{}", short(ms))
    } else {
        format!("+{}", duration(ms))
    }
}

/// The time of day of milliseconds since 1970, where clocks are this many minutes behind UTC.
#[must_use]
pub fn time(at_ms: f64, minutes_behind: f64) -> String {
    // A recording without times has none.
    if at_ms <= 0.0 {
        return String::new();
    }
    let local = (at_ms - minutes_behind * 6e4).max(0.0);
    let day = local % 86_400_000.0;
    let whole = day.floor() as u64;
    let (hours, minutes, seconds) = (whole / 3_600_000, whole / 60_000 % 60, whole / 1000 % 60);
    let tenths = ((day - day.floor()) * 10.0) as u64;
    format!(
        "{hours:02}:{minutes:02}:{seconds:02}.{:03}{tenths}",
        whole % 1000
    )
}

/// A digit behind the point below ten, none where it is a whole number or large.
fn short(number: f64) -> String {
    if number >= 9.95 {
        format!("{number:.0}")
    } else {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            (rate(0.0), rate(1.25), rate(1203.6)),
            ("0".into(), "1.2".into(), "1,204".into())
        );
        for (ms, says) in [
            (0.84, "0.8 ms"),
            (107.2, "107 ms"),
            (2_100.0, "2.1 s"),
            (180_000.0, "3 min"),
        ] {
            assert_eq!(duration(ms), says);
        }
        assert_eq!(
            (delta(0.44), delta(107.0), delta(12_000.0)),
            ("+0.4".into(), "+107".into(), "+12 s".into())
        );
    }

    #[test]
    fn the_time_of_day_is_the_place_s() {
        let noon = 1_700_000_000_000.0 + 480.25;
        assert_eq!(time(noon, 0.0), "22:13:20.4802");
        assert_eq!(time(noon, -60.0), "23:13:20.4802");
    }
}
