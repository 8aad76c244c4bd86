//! The text of the faults, a line each.

use mqttscope_protocol::TapFaults;

/// The lines that are in force, to be changed.
pub(super) fn in_force(told: &TapFaults) -> String {
    let lines = told.active.iter().map(|active| active.line.as_str());
    lines.collect::<Vec<_>>().join("\n")
}

/// The text with a line more, behind what is there.
pub(super) fn with_line(text: &str, line: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        line.to_owned()
    } else {
        format!("{text}\n{line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::ActiveFault;

    #[test]
    fn a_line_is_added_behind_the_others() {
        assert_eq!(with_line("", "cut * at 0"), "cut * at 0");
        assert_eq!(with_line("\n\n", "cut * at 0"), "cut * at 0");
        assert_eq!(with_line("a\n", "b"), "a\nb");
    }

    #[test]
    fn what_is_in_force_is_text_again() {
        let active = |number, line: &str| ActiveFault {
            number,
            line: line.to_owned(),
            struck: 0,
        };
        let told = TapFaults {
            allowed: true,
            active: vec![active(3, "cut * at 0"), active(4, "lose * PUBACK 1")],
        };
        assert_eq!(in_force(&told), "cut * at 0\nlose * PUBACK 1");
        assert_eq!(in_force(&TapFaults::default()), "");
    }
}
