//! Which rules a run is about.

use std::str::FromStr;

use mqttscope_wire::Rule;

/// An entry of `--rules`: a rule's name, or a rule's name behind `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    rule: &'static str,
    is_left_out: bool,
}

impl FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, is_left_out) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let rule = Rule::from_name(name)
            .ok_or_else(|| format!("there is no rule named {name}{}", similar(name)))?;
        Ok(Self {
            rule: rule.name(),
            is_left_out,
        })
    }
}

/// A rule that shares the most of its beginning with this name, as a proposal.
fn similar(name: &str) -> String {
    let shared = |rule: &Rule| {
        let pairs = rule.name().bytes().zip(name.bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    let nearest = Rule::ALL.into_iter().max_by_key(shared);
    nearest
        .filter(|rule| shared(rule) >= 3)
        .map_or_else(String::new, |rule| {
            format!("; did you mean {}?", rule.name())
        })
}

/// Whether findings of this rule are reported: it is named, or no rule is named but those that are left out.
pub(super) fn is_wanted(rule: &str, entries: &[Entry]) -> bool {
    let named = entries.iter().rfind(|entry| entry.rule == rule);
    named.map_or_else(
        || entries.iter().all(|entry| entry.is_left_out),
        |entry| !entry.is_left_out,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        text.split(',')
            .map(|entry| entry.parse().unwrap())
            .collect()
    }

    #[test]
    fn named_rules_alone_or_all_but_those_left_out() {
        let only = entries("topic-null,string-null");
        assert!(is_wanted("topic-null", &only) && !is_wanted("packet-type-0", &only));
        let without = entries("-topic-null");
        assert!(!is_wanted("topic-null", &without) && is_wanted("packet-type-0", &without));
        assert!(is_wanted("topic-null", &[]));
    }

    #[test]
    fn a_wrong_name_is_refused_with_the_nearest_one() {
        let refused = "publish-qos-reserve".parse::<Entry>().unwrap_err();
        assert!(
            refused.contains("did you mean publish-qos-reserved?"),
            "{refused}"
        );
        let refused = "-xyz".parse::<Entry>().unwrap_err();
        assert_eq!(refused, "there is no rule named xyz");
    }
}
