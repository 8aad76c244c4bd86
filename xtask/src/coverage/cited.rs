//! Which statements the tests of client and broker cite, in the comments above them:
//! `[MQTT-4.1.0-1], [MQTT-4.3.3-1] to [MQTT-4.3.3-3] v5; [MQTT-4.1.0-1] v5 and v3.1.1`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::test_files;
use crate::context::Context;

const BROKER: &str = "crates/broker/tests/broker";
const CLIENT: &str = "crates/client/tests/client";

/// A standard's short name and a statement's id, and the files that cite it.
pub(super) type Cited = BTreeMap<(&'static str, String), BTreeSet<String>>;

/// The folders, one of which must hold a test of a statement that binds this end.
pub(super) fn folders(binds: &str) -> &'static [&'static str] {
    match binds {
        "server" => &[BROKER],
        "client" => &[CLIENT],
        _ => &[BROKER, CLIENT],
    }
}

/// Reads the tests of client and broker.
pub(super) fn read(cx: &Context) -> Result<Cited> {
    let mut cited = Cited::new();
    for folder in [BROKER, CLIENT] {
        for (file, text) in test_files(&cx.root.join(folder))? {
            for paragraph in paragraphs(&text) {
                for citation in citations(&paragraph) {
                    let files = cited.entry(citation).or_default();
                    files.insert(format!("{folder}/{file}"));
                }
            }
        }
    }
    Ok(cited)
}

/// The comments of documentation, their lines joined.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in text.lines() {
        let line = line.trim_start();
        match line.strip_prefix("///").or(line.strip_prefix("//!")) {
            Some(comment) => {
                if let Some(last) = found.last_mut() {
                    *last += comment;
                    last.push(' ');
                }
            }
            None => found.push(String::new()),
        }
    }
    found
}

/// The ids before a version belong to it; a semicolon, or an id behind a version, begins anew.
fn citations(paragraph: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut told = false;
    let mut range = false;
    for word in paragraph.split_whitespace() {
        let core = word.trim_matches(|c: char| "(),;:.".contains(c));
        let version = match core {
            "v5" => Some("5.0"),
            "v3.1.1" => Some("3.1.1"),
            _ => None,
        };
        if let Some(id) = core.strip_prefix('[').and_then(|id| id.strip_suffix(']')) {
            if told {
                ids.clear();
                told = false;
            }
            if range && let Some(first) = ids.last().cloned() {
                ids.extend(between(&first, id));
            }
            ids.push(id.to_owned());
        } else if let Some(version) = version {
            found.extend(ids.iter().map(|id| (version, id.clone())));
            told = true;
        }
        range = core == "to";
        if word.ends_with(';') {
            ids.clear();
        }
    }
    found
}

/// The ids behind `first` and before `last` in one section.
fn between(first: &str, last: &str) -> Vec<String> {
    let parts = |id: &str| {
        let (section, number) = id.rsplit_once('-')?;
        Some((section.to_owned(), number.parse::<u32>().ok()?))
    };
    match (parts(first), parts(last)) {
        (Some((section, from)), Some((same, to))) if section == same => (from + 1..to)
            .map(|number| format!("{section}-{number}"))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cited(text: &str) -> Vec<String> {
        let found = paragraphs(text);
        let found = found.iter().flat_map(|paragraph| citations(paragraph));
        found.map(|(label, id)| format!("{label} {id}")).collect()
    }

    #[test]
    fn ids_belong_to_the_versions_behind_them() {
        let text =
            "/// [MQTT-1.1.1-1], [MQTT-1.1.1-2]\n/// v5; [MQTT-1.1.1-1] v5 and v3.1.1: words\n";
        assert_eq!(
            cited(text),
            [
                "5.0 MQTT-1.1.1-1",
                "5.0 MQTT-1.1.1-2",
                "5.0 MQTT-1.1.1-1",
                "3.1.1 MQTT-1.1.1-1"
            ]
        );
        assert_eq!(
            cited("//! ([MQTT-1.1.1-1] v5, [MQTT-1.1.1-3] v3.1.1)."),
            ["5.0 MQTT-1.1.1-1", "3.1.1 MQTT-1.1.1-3"]
        );
    }

    #[test]
    fn a_range_stands_for_all_in_it() {
        assert_eq!(
            cited("/// [MQTT-1.1.1-2] to [MQTT-1.1.1-4] v5"),
            ["5.0 MQTT-1.1.1-2", "5.0 MQTT-1.1.1-3", "5.0 MQTT-1.1.1-4"]
        );
    }

    #[test]
    fn only_comments_count_and_only_with_a_version() {
        assert_eq!(cited("let a = \"[MQTT-1.1.1-1] v5\";"), [""; 0]);
        assert_eq!(cited("/// [MQTT-1.1.1-1]\nfn a() {}\n/// v5"), [""; 0]);
    }
}
