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

#[cfg(test)]
mod tests {
    use super::grouped;

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
