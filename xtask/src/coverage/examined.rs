//! The checks that a broker is examined with, as far as coverage needs them: which statements each shows. How a check
//! reads: crates/examine/README.md.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::test_files;
use crate::context::Context;

pub(super) const CHECKS: &str = "crates/examine/checks";

/// `5.0 MQTT-3.1.0-1`, and the names of the checks that show it.
pub(super) type Examined = BTreeMap<String, BTreeSet<String>>;

/// Reads the files of checks.
pub(super) fn read(cx: &Context) -> Result<Examined> {
    let mut examined = Examined::new();
    for (_, text) in test_files(&cx.root.join(CHECKS))? {
        shown(&text, &mut examined);
    }
    Ok(examined)
}

fn shown(text: &str, examined: &mut Examined) {
    let mut name = "";
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("== ") {
            name = next;
        }
        let mut words = line.split_whitespace();
        let label = match words.next() {
            Some("v5") => "5.0",
            Some("v3.1.1") => "3.1.1",
            _ => continue,
        };
        for id in words.filter(|word| word.starts_with("MQTT-")) {
            let names = examined.entry(format!("{label} {id}")).or_default();
            names.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_has_the_checks_that_show_it() {
        let mut examined = Examined::new();
        let text = "== one\nA title.\nv5 must MQTT-1.1.1-1 MQTT-1.1.1-2\nv3.1.1 should MQTT-1.1.1-1\nv3.1 must\n\
            -- shown\na connect\n== two\nAnother.\nv5 must MQTT-1.1.1-1\n";
        shown(text, &mut examined);
        let of = |place: &str| -> Vec<&str> { examined[place].iter().map(|it| &**it).collect() };
        assert_eq!(of("5.0 MQTT-1.1.1-1"), ["one", "two"]);
        assert_eq!(of("5.0 MQTT-1.1.1-2"), ["one"]);
        assert_eq!(of("3.1.1 MQTT-1.1.1-1"), ["one"]);
        assert_eq!(examined.len(), 3);
    }
}
