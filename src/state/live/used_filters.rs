//! Filters that were used, the last one first, as lines of one text.

use mqttscope_filter::Search;

/// How many are kept.
const MOST: usize = 10;
/// Bytes of the longest that is kept.
const LONGEST: usize = 500;
/// Parts of names of fields that hold secrets: what is compared with them is not to be kept.
const SECRET: [&str; 2] = ["mqtt.passwd", "authentication_data"];

/// The filters of a text.
pub fn read(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty()).take(MOST)
}

/// Whether it may hold a secret that somebody looks for.
#[must_use]
pub fn is_secret(filter: &str) -> bool {
    SECRET.iter().any(|part| filter.contains(part))
}

/// The text with a filter that was used now; none: it stays as it is.
#[must_use]
pub fn with(text: &str, used: &str) -> Option<String> {
    let used = used.trim();
    let is_filter = matches!(
        Search::read(used),
        Ok(Search::Filter(_) | Search::Topic(_) | Search::Hex(_))
    );
    if !is_filter || is_secret(used) || used.len() > LONGEST || read(text).next() == Some(used) {
        return None;
    }
    let others = read(text).filter(|other| *other != used);
    let all: Vec<&str> = core::iter::once(used).chain(others).take(MOST).collect();
    Some(all.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_are_kept_the_newest_first_and_each_once() {
        let mut text = String::new();
        for length in 0..12 {
            text = with(&text, &format!("frame.len > {length}")).unwrap();
        }
        text = with(&text, "  frame.len > 5 ").unwrap();
        let all: Vec<&str> = read(&text).collect();
        assert_eq!(all.len(), 10);
        assert_eq!(
            all[..3],
            ["frame.len > 5", "frame.len > 11", "frame.len > 10"]
        );
        assert_eq!(all.iter().filter(|one| **one == "frame.len > 5").count(), 1);
        assert_eq!(with(&text, "frame.len > 5"), None);
    }

    #[test]
    fn what_is_no_filter_and_what_names_a_secret_is_not_kept() {
        for not in [
            "",
            "  ",
            "temperature",
            "mqtt.qos == ",
            "mqtt.passwd == \"hunter2\"",
        ] {
            assert_eq!(with("", not), None, "{not:?}");
        }
        for kept in ["topic:a/#", "hex:30 0A", "mqtt.qos == 1"] {
            assert_eq!(with("", kept).as_deref(), Some(kept));
        }
    }
}
