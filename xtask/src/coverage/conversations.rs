//! The case files of conversations, as far as coverage needs them: which statements a case is about,
//! and which rules it breaks. How a case reads: crates/monitor/tests/monitor/cases.rs.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::Case;

/// The cases of a file that both break a rule and keep it.
pub(super) fn cases(file: &str, text: &str) -> Result<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut in_head = false;
    let mut branch = "";
    for line in text.lines() {
        let line = line.split(';').next().unwrap_or_default().trim();
        if let Some(head) = line.strip_prefix("== ") {
            if !in_head {
                ensure!(
                    cases.is_empty() || branch == "kept",
                    "{file}: a case before `{line}` lacks its kept half"
                );
                branch = "";
                cases.push(Case {
                    file: file.to_owned(),
                    statements: BTreeSet::new(),
                    broken: BTreeSet::new(),
                });
            }
            in_head = true;
            if let Some(case) = cases.last_mut() {
                case.statements.extend(statements(head));
            }
        } else if !line.is_empty() {
            in_head = false;
            if let Some(name) = line.strip_prefix("-- ") {
                branch = if name == "kept" { "kept" } else { "broken" };
            } else if branch == "broken"
                && let Some((_, rules)) = line.split_once('!')
                && let Some(case) = cases.last_mut()
            {
                let rules = rules.split_whitespace().map(str::to_owned);
                case.broken.extend(rules);
            }
        }
    }
    Ok(cases)
}

/// `v5 MQTT-3.1.0-1` as `5.0 MQTT-3.1.0-1`.
fn statements(head: &str) -> impl Iterator<Item = String> {
    let mut words = head.split_whitespace();
    let label = match words.next() {
        Some("v5") => "5.0",
        Some("v3.1.1") => "3.1.1",
        _ => "3.1",
    };
    words.map(move |id| format!("{label} {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_about_its_statements_and_breaks_its_rules() {
        let text = "; words\n== v5 MQTT-1.1.1-1 MQTT-1.1.1-2\n== v3.1.1 MQTT-1.1.1-3\na> X  ! top\n\
            -- broken\na> Y  ! a-b c-d\n-- kept\na> Z  ! e-f\n";
        let cases = cases("f", text).unwrap();
        assert_eq!(cases.len(), 1);
        let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(
            cases[0].statements,
            strings(&["5.0 MQTT-1.1.1-1", "5.0 MQTT-1.1.1-2", "3.1.1 MQTT-1.1.1-3"])
        );
        assert_eq!(cases[0].broken, strings(&["a-b", "c-d"]));
    }

    #[test]
    fn half_a_case_is_refused() {
        assert!(cases("f", "== v5\n-- broken\na> X ! a-b\n== v5\n").is_err());
    }
}
