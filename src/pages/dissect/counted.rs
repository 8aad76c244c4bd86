//! Numbers with what they count.

use mqttscope_view::digits::grouped;

/// A number with its noun, thousands apart.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let mut out = grouped(number as u64);
    out.push(' ');
    out.push_str(noun);
    if number != 1 {
        out.push('s');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(0, "byte"), "0 bytes");
        assert_eq!(counted(1_048_576, "byte"), "1,048,576 bytes");
        assert_eq!(counted(999, "packet"), "999 packets");
    }
}
