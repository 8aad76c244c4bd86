//! Dates with times of day, in UTC.

use core::fmt;

const DAY: i64 = 86_400_000_000;

/// Reads `2026-11-29`, `2026-11-29 13:05`, `2026-11-29T13:05:01.25Z` into microseconds since 1970.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (date, clock) = match text.split_once([' ', 'T', 't']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_of(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let micros = clock.map_or(Some(0), clock_micros)?;
    days.checked_mul(DAY)?.checked_add(micros)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let are_digits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| are_digits)
}

fn clock_micros(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours = digits(parts.next()?, 2).filter(|&hours| hours < 24)?;
    let minutes = digits(parts.next()?, 2).filter(|&minutes| minutes < 60)?;
    let (seconds, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
        None => ("00", ""),
    };
    let seconds = digits(seconds, 2).filter(|&seconds| seconds < 60)?;
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let whole = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)?;
    whole
        .checked_mul(1_000_000)?
        .checked_add(fraction.parse().ok()?)
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_sub((month <= 2) as i64);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = month.saturating_add(9) % 12;
    let day_of_year = from_march.saturating_mul(153).saturating_add(2) / 5 + day - 1;
    let day_of_era =
        year_of_era.saturating_mul(365) + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era.saturating_mul(146_097) + day_of_era - 719_468
}

/// Microseconds from 1970 to a date, with or without a time of day, as filters read it: `2026-11-29`, `2026-11-29 13:05`.
/// None: it is no date, or one before 1970.
#[must_use]
pub fn moment(text: &str) -> Option<u64> {
    u64::try_from(parse(text)?).ok()
}

/// The date of a day since 1970.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era.saturating_mul(400) + (month <= 2) as i64;
    (year, month, day)
}

/// Microseconds since 1970 as [`parse`] reads them.
pub(crate) struct Written(pub(crate) i64);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let micros = self.0.rem_euclid(DAY);
        let seconds = micros / 1_000_000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}"
        )?;
        match micros % 1_000_000 {
            0 => Ok(()),
            fraction => write!(f, ".{fraction:06}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        for (text, micros) in [
            ("1970-01-01", 0),
            ("1970-01-02 00:00", DAY),
            ("2000-02-29 12:00:01", 951_825_601_000_000),
            ("2026-11-29T13:05:01.25Z", 1_795_957_501_250_000),
            ("1969-12-31 23:59:59.999999", -1),
        ] {
            assert_eq!(parse(text), Some(micros), "{text}");
            assert_eq!(parse(&Written(micros).to_string()), Some(micros), "{text}");
        }
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "13:05",
            "2026-11-29 25:00",
            "",
            "2026-11-29 1:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
