//! Numbers as a person reads them.

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

#[cfg(test)]
mod tests {
    use super::{bytes, grouped};

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
}
