//! What is missing in the requirement tables, or between them and the tests.

use std::collections::BTreeSet;

use super::cited::{self, Cited};
use super::examined::CHECKS;
use super::{CASES, TESTS, Tested};
use crate::requirements::{Labelled, Requirements, Seen};

/// A rule's name, or a standard and the id of its statement; and what is wrong there.
type Gap = (String, String);

/// Every gap, one a line. Accepted ones are left out; an accepted one that is gone is a gap itself.
pub(super) fn find(requirements: &Requirements, tested: &Tested, cited: &Cited) -> Vec<String> {
    let mut found = Vec::new();
    for labelled in requirements.standards() {
        incomplete(&labelled, &mut found);
        citations(requirements, &labelled, &mut found);
        enforcers(requirements, &labelled, &mut found);
        behaviour(&labelled, cited, &mut found);
    }
    let rules = requirements.rules_by_name();
    if rules.len() != requirements.rules.len() {
        found.push(gap("rules.toml", "two rules have the same name"));
    }
    for (name, rule) in &rules {
        if !tested.rules.contains_key(*name) {
            let folder = match rule.seen {
                Seen::Packet => TESTS,
                Seen::Conversation | Seen::Never => CASES,
            };
            found.push(gap(*name, format!("has no test in {folder}")));
        }
    }
    for labelled in requirements.standards() {
        untried(&labelled, tested, &mut found);
        unexamined(&labelled, tested, &mut found);
    }
    for case in &tested.cases {
        for rule in case
            .broken
            .iter()
            .filter(|rule| !rules.contains_key(rule.as_str()))
        {
            found.push(gap(
                rule,
                format!("stands in {}, but is no rule", case.file),
            ));
        }
    }
    without_exceptions(requirements, found)
}

/// Statements that are missing, doubled, or stand for nothing.
fn incomplete(
    Labelled {
        label, standard, ..
    }: &Labelled<'_>,
    found: &mut Vec<Gap>,
) {
    let listed = standard.statements.len();
    if listed != standard.count {
        let what = format!("{listed} statements in the table, of {}", standard.count);
        found.push(gap(*label, what));
    }
    let mut ids = BTreeSet::new();
    for statement in &standard.statements {
        let place = format!("{label} {}", statement.id);
        if !ids.insert(&statement.id) {
            found.push(gap(&place, "stands twice in the table"));
        }
        match statement.seen {
            Seen::Packet if statement.rules.is_empty() => {
                found.push(gap(place, "is seen in one packet, but has no rule"));
            }
            Seen::Conversation if statement.rules.is_empty() => {
                found.push(gap(place, "is seen in a conversation, but has no rule"));
            }
            Seen::Conversation | Seen::Never if statement.why.is_none() => {
                found.push(gap(place, "is not seen in one packet, with no word why"));
            }
            Seen::Packet | Seen::Conversation | Seen::Never => {}
        }
    }
}

/// Statements of a conversation that no test of the end they bind cites, and citations of none.
fn behaviour(labelled: &Labelled<'_>, cited: &Cited, found: &mut Vec<Gap>) {
    let statements = &labelled.standard.statements;
    for statement in statements {
        let place = (labelled.label, statement.id.clone());
        let folders = cited::folders(&statement.binds);
        let held = cited.get(&place).is_some_and(|files| {
            let mut files = files.iter();
            files.any(|file| folders.iter().any(|folder| file.starts_with(folder)))
        });
        if statement.seen == Seen::Conversation && !held {
            let what = format!("is cited by no test in {}", folders.join(" or "));
            found.push(gap(format!("{} {}", place.0, place.1), what));
        }
    }
    let of_this = cited
        .iter()
        .filter(|((label, _), _)| *label == labelled.label);
    for ((label, id), files) in of_this {
        if !statements.iter().any(|statement| statement.id == *id) {
            let what = format!("cites an unknown {label} {id}");
            found.extend(files.iter().map(|file| gap(file, what.clone())));
        }
    }
}

/// Statements of conversations that no case breaks and keeps, and cases about none that is there.
fn untried(
    Labelled {
        label, standard, ..
    }: &Labelled<'_>,
    tested: &Tested,
    found: &mut Vec<Gap>,
) {
    let mut known = BTreeSet::new();
    for statement in &standard.statements {
        let place = format!("{label} {}", statement.id);
        let tried = tested.cases_of(&place, &statement.rules).next().is_some();
        if statement.seen == Seen::Conversation && !statement.rules.is_empty() && !tried {
            found.push(gap(&place, format!("is not broken and kept in {CASES}")));
        }
        known.insert(place);
    }
    let all = tested.cases.iter().flat_map(|case| &case.statements);
    let of_this = all.filter(|place| place.starts_with(&format!("{label} ")));
    for place in of_this.filter(|place| !known.contains(*place)) {
        found.push(gap(place, "is no statement, but a case is about it"));
    }
}

/// Statements that bind a server and that no check asks for, with no word why; and words where there is nothing to say.
fn unexamined(
    Labelled {
        label, standard, ..
    }: &Labelled<'_>,
    tested: &Tested,
    found: &mut Vec<Gap>,
) {
    for statement in &standard.statements {
        let place = format!("{label} {}", statement.id);
        let has_check = tested.examined.contains_key(&place);
        match (
            statement.binds_server(),
            has_check,
            statement.unchecked.as_deref(),
        ) {
            (true, false, None | Some("")) => {
                let what = format!("binds a server, but has no check in {CHECKS} and no word why");
                found.push(gap(place, what));
            }
            (_, true, Some(_)) => {
                found.push(gap(place, "has a check, and a word why it has none"));
            }
            (false, _, Some(_)) => {
                found.push(gap(
                    place,
                    "has a word why it has no check, but binds no server",
                ));
            }
            _ => {}
        }
    }
}

/// Rules that cite a statement which is not there, or does not name the rule.
fn citations(requirements: &Requirements, labelled: &Labelled<'_>, found: &mut Vec<Gap>) {
    let Labelled {
        label,
        standard,
        basis,
    } = labelled;
    for rule in &requirements.rules {
        for id in basis(rule).ids() {
            let mut statements = standard.statements.iter();
            match statements.find(|statement| statement.id == *id) {
                None => found.push(gap(&rule.name, format!("cites an unknown {label} {id}"))),
                Some(statement) if !statement.rules.contains(&rule.name) => {
                    let what = format!("cites {label} {id}, which does not name it");
                    found.push(gap(&rule.name, what));
                }
                Some(_) => {}
            }
        }
    }
}

/// Statements that name a rule which is not there, or does not cite the statement.
fn enforcers(requirements: &Requirements, labelled: &Labelled<'_>, found: &mut Vec<Gap>) {
    let Labelled {
        label,
        standard,
        basis,
    } = labelled;
    let rules = requirements.rules_by_name();
    for statement in &standard.statements {
        let place = format!("{label} {}", statement.id);
        for name in &statement.rules {
            match rules.get(name.as_str()) {
                None => found.push(gap(&place, format!("names an unknown rule {name}"))),
                Some(rule) if !basis(rule).ids().contains(&statement.id) => {
                    found.push(gap(&place, format!("names {name}, which does not cite it")));
                }
                Some(_) => {}
            }
        }
    }
}

fn without_exceptions(requirements: &Requirements, found: Vec<Gap>) -> Vec<String> {
    let accepted: BTreeSet<_> = requirements
        .exceptions
        .iter()
        .map(|exception| exception.what.as_str())
        .collect();
    let places: BTreeSet<_> = found.iter().map(|(place, _)| place.as_str()).collect();
    let gone = accepted
        .difference(&places)
        .map(|place| format!("{place}: accepted as a gap, but is none: take it off the list"));
    let open = found
        .iter()
        .filter(|(place, _)| !accepted.contains(place.as_str()))
        .map(|(place, what)| format!("{place}: {what}"));
    gone.chain(open).collect()
}

fn gap(place: impl Into<String>, what: impl Into<String>) -> Gap {
    (place.into(), what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[rule]]\nname = \"a-b\"\nseverity = \"error\"\nreason = \"protocol-error\"\n\
        summary = \"s\"\nmessage = \"m\"\n";
    const FILE: &str = "crates/broker/tests/broker/a.rs";
    const NONE: &str = "count = 0\nstatement = []";

    /// The gaps of tables whose statements are all cited.
    fn gaps(rules: &str, v5: &str, exceptions: &str, tested: &[&str]) -> Vec<String> {
        let cited: &[_] = if v5 == NONE { &[] } else { &["MQTT-1.1.1-1"] };
        gaps_citing(rules, v5, exceptions, tested, cited)
    }

    fn gaps_citing(
        rules: &str,
        v5: &str,
        exceptions: &str,
        tested: &[&str],
        cited: &[&str],
    ) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("rules.toml", rules);
        write("v5.toml", v5);
        write("v3_1_1.toml", NONE);
        write("exceptions.toml", exceptions);
        let rules = tested
            .iter()
            .map(|name| ((*name).to_owned(), BTreeSet::new()))
            .collect();
        let tested = Tested {
            rules,
            examined: [("5.0 MQTT-1.1.1-1".to_owned(), BTreeSet::new())].into(),
            ..Tested::default()
        };
        let cite = |id: &&str| (("5.0", (*id).to_owned()), BTreeSet::from([FILE.to_owned()]));
        let cited = cited.iter().map(cite).collect();
        find(&Requirements::read(folder.path()).unwrap(), &tested, &cited)
    }

    fn statement(keys: &str) -> String {
        let common = "id = \"MQTT-1.1.1-1\"\nbinds = \"both\"\nsummary = \"s\"\n";
        format!("count = 1\n[[statement]]\n{common}{keys}")
    }

    #[test]
    fn tables_that_agree_have_no_gap() {
        let rule = format!("{RULE}v5 = [\"MQTT-1.1.1-1\"]");
        let v5 = statement("seen = \"packet\"\nrules = [\"a-b\"]");
        assert_eq!(gaps(&rule, &v5, "", &["a-b"]), [""; 0]);
    }

    #[test]
    fn a_rule_needs_a_test() {
        assert_eq!(
            gaps(RULE, NONE, "", &[]),
            ["a-b: has no test in crates/wire/tests"]
        );
    }

    #[test]
    fn an_accepted_gap_is_left_out_until_it_is_none() {
        let accepted = "[[exception]]\nwhat = \"a-b\"\nreason = \"r\"";
        assert_eq!(gaps(RULE, NONE, accepted, &[]), [""; 0]);
        let gone = "a-b: accepted as a gap, but is none: take it off the list";
        assert_eq!(gaps(RULE, NONE, accepted, &["a-b"]), [gone]);
    }

    #[test]
    fn rules_and_statements_name_each_other() {
        let citing = format!("{RULE}v5 = [\"MQTT-1.1.1-1\"]");
        let conversation = statement("seen = \"conversation\"\nwhy = \"w\"");
        let naming = statement("seen = \"packet\"\nrules = [\"a-b\"]");
        let other = statement("seen = \"packet\"\nrules = [\"c-d\"]");
        let tested = &["a-b"];
        assert_eq!(
            gaps(&citing, NONE, "", tested),
            ["a-b: cites an unknown 5.0 MQTT-1.1.1-1"]
        );
        assert_eq!(
            gaps(&citing, &conversation, "", tested),
            [
                "5.0 MQTT-1.1.1-1: is seen in a conversation, but has no rule",
                "a-b: cites 5.0 MQTT-1.1.1-1, which does not name it"
            ]
        );
        assert_eq!(
            gaps(RULE, &naming, "", tested),
            ["5.0 MQTT-1.1.1-1: names a-b, which does not cite it"]
        );
        assert_eq!(
            gaps(RULE, &other, "", tested),
            ["5.0 MQTT-1.1.1-1: names an unknown rule c-d"]
        );
    }

    #[test]
    fn what_a_conversation_shows_is_cited_by_a_test() {
        let rule = format!("{RULE}seen = \"conversation\"\nv5 = [\"MQTT-1.1.1-1\"]");
        let table = statement("seen = \"conversation\"\nwhy = \"w\"\nrules = [\"a-b\"]");
        let gaps = |cited: &[&str]| gaps_citing(&rule, &table, "", &["a-b"], cited);
        let missing = "5.0 MQTT-1.1.1-1: is cited by no test in crates/broker/tests/broker or \
            crates/client/tests/client"
            .to_owned();
        let unknown = format!("{FILE}: cites an unknown 5.0 MQTT-1.1.1-2");
        assert!(gaps(&[]).contains(&missing));
        let found = gaps(&["MQTT-1.1.1-1", "MQTT-1.1.1-2"]);
        assert!(!found.contains(&missing) && found.contains(&unknown));
        let for_the_client = table.replace("\"both\"", "\"client\"");
        let found = gaps_citing(&rule, &for_the_client, "", &["a-b"], &["MQTT-1.1.1-1"]);
        let missing = "5.0 MQTT-1.1.1-1: is cited by no test in crates/client/tests/client";
        assert!(found.iter().any(|gap| gap == missing), "{found:?}");
    }

    #[test]
    fn a_statement_of_a_conversation_is_broken_and_kept() {
        let rule = format!("{RULE}seen = \"conversation\"\nv5 = [\"MQTT-1.1.1-1\"]");
        let v5 = statement("seen = \"conversation\"\nwhy = \"w\"\nrules = [\"a-b\"]");
        assert_eq!(
            gaps(&rule, &v5, "", &["a-b"]),
            ["5.0 MQTT-1.1.1-1: is not broken and kept in crates/monitor/tests/monitor/cases"]
        );
        assert_eq!(
            gaps(&rule, NONE, "", &[]),
            [
                "a-b: cites an unknown 5.0 MQTT-1.1.1-1",
                "a-b: has no test in crates/monitor/tests/monitor/cases"
            ]
        );
    }

    #[test]
    fn a_statement_that_binds_a_server_has_a_check_or_a_word_why_not() {
        let of = |keys: &str| {
            let keys = format!("seen = \"never\"\nwhy = \"w\"\n{keys}");
            statement(&keys).replace("MQTT-1.1.1-1", "MQTT-1.1.1-2")
        };
        let missing = "5.0 MQTT-1.1.1-2: binds a server, but has no check in crates/examine/checks and no word why";
        let gaps = |v5: &str| gaps_citing(RULE, v5, "", &["a-b"], &[]);
        assert_eq!(gaps(&of("")), [missing]);
        assert_eq!(gaps(&of("unchecked = \"\"")), [missing]);
        assert_eq!(gaps(&of("unchecked = \"w\"")), [""; 0]);
        let of_client = |keys: &str| of(keys).replace("\"both\"", "\"client\"");
        assert_eq!(gaps(&of_client("")), [""; 0]);
        assert_eq!(
            gaps(&of_client("unchecked = \"w\"")),
            ["5.0 MQTT-1.1.1-2: has a word why it has no check, but binds no server"]
        );
        let checked = of("unchecked = \"w\"").replace("MQTT-1.1.1-2", "MQTT-1.1.1-1");
        assert_eq!(
            gaps(&checked),
            ["5.0 MQTT-1.1.1-1: has a check, and a word why it has none"]
        );
    }

    #[test]
    fn a_statement_stands_once_and_for_something() {
        let short = statement("seen = \"packet\"\n").replace("count = 1", "count = 2");
        assert_eq!(
            gaps(RULE, &short, "", &["a-b"]),
            [
                "5.0: 1 statements in the table, of 2",
                "5.0 MQTT-1.1.1-1: is seen in one packet, but has no rule"
            ]
        );
        let silent = statement("seen = \"never\"\n");
        assert_eq!(
            gaps(RULE, &silent, "", &["a-b"]),
            ["5.0 MQTT-1.1.1-1: is not seen in one packet, with no word why"]
        );
    }
}
