//! Which statements of the standards are enforced and tested, and where the tables have gaps.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::context::Context;
use crate::requirements::{Labelled, Requirements, Seen, Standard, Statement};

const PAGE: &str = "docs/spec-coverage.md";
/// Where a rule's name, quoted, counts as its test.
const TESTS: &str = "crates/wire/tests";

/// Writes the page (with `check` it only compares) and fails on any gap.
pub(crate) fn run(cx: &Context, check: bool) -> Result<()> {
    let requirements = Requirements::read(&cx.root.join("requirements"))?;
    let tested = tested_names(cx, &requirements)?;
    write_page(cx, check)?;
    let gaps = gaps(&requirements, &tested);
    for gap in &gaps {
        eprintln!("{gap}");
    }
    ensure!(gaps.is_empty(), "{} gaps in the requirements", gaps.len());
    Ok(())
}

/// Writes docs/spec-coverage.md, or with `check` fails where it differs.
pub(crate) fn write_page(cx: &Context, check: bool) -> Result<()> {
    let requirements = Requirements::read(&cx.root.join("requirements"))?;
    let tested = tested_names(cx, &requirements)?;
    let wanted = page(&requirements, &tested)?;
    let file = cx.root.join(PAGE);
    if fs::read_to_string(&file).unwrap_or_default() == wanted {
        println!("{PAGE} is up to date");
    } else if check {
        bail!("{PAGE} is not up to date: run `cargo xtask coverage`");
    } else {
        fs::write(&file, wanted).with_context(|| format!("writing {PAGE}"))?;
        println!("wrote {PAGE}");
    }
    Ok(())
}

/// The rules whose name stands in quotes in a test of `crates/wire`.
fn tested_names(cx: &Context, requirements: &Requirements) -> Result<BTreeSet<String>> {
    let text = text_below(&cx.root.join(TESTS))?;
    Ok(requirements
        .rules
        .iter()
        .map(|rule| rule.name.clone())
        .filter(|name| text.contains(&format!("\"{name}\"")))
        .collect())
}

fn text_below(folder: &Path) -> Result<String> {
    let mut text = String::new();
    if !folder.is_dir() {
        return Ok(text);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            text.push_str(&text_below(&path)?);
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "toml")
        {
            text.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(text)
}

/// Every gap, one a line. Listed exceptions are left out; one that is no gap any more is a gap.
fn gaps(requirements: &Requirements, tested: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let rules = requirements.rules_by_name();
    if rules.len() != requirements.rules.len() {
        found.push((
            "rules.toml".to_owned(),
            "two rules have the same name".to_owned(),
        ));
    }
    for Labelled {
        label,
        standard,
        basis,
    } in requirements.standards()
    {
        standard_gaps(label, standard, &mut found);
        for rule in &requirements.rules {
            for id in basis(rule).ids() {
                let listed = standard
                    .statements
                    .iter()
                    .find(|statement| statement.id == *id);
                let gap = match listed {
                    None => format!("cites {label} {id}, which is not in the table"),
                    Some(statement) if !statement.rules.contains(&rule.name) => {
                        format!("cites {label} {id}, which does not list the rule back")
                    }
                    Some(_) => continue,
                };
                found.push((rule.name.clone(), gap));
            }
        }
        for statement in &standard.statements {
            for name in &statement.rules {
                let gap = match rules.get(name.as_str()) {
                    None => format!("names the rule {name}, which is not in rules.toml"),
                    Some(rule) if !basis(rule).ids().contains(&statement.id) => {
                        format!("names the rule {name}, which does not cite it")
                    }
                    Some(_) => continue,
                };
                found.push((format!("{label} {}", statement.id), gap));
            }
        }
    }
    for name in rules.keys().filter(|name| !tested.contains(**name)) {
        found.push(((*name).to_owned(), format!("has no test in {TESTS}")));
    }
    without_exceptions(requirements, found)
}

fn standard_gaps(label: &str, standard: &Standard, found: &mut Vec<(String, String)>) {
    let ids: BTreeSet<_> = standard
        .statements
        .iter()
        .map(|statement| &statement.id)
        .collect();
    let listed = standard.statements.len();
    if ids.len() != listed {
        found.push((
            label.to_owned(),
            "an id stands twice in the table".to_owned(),
        ));
    }
    if listed != standard.count {
        let gap = format!("{listed} statements in the table, of {}", standard.count);
        found.push((label.to_owned(), gap));
    }
    for statement in &standard.statements {
        let gap = match statement.seen {
            Seen::Packet if statement.rules.is_empty() => "is seen in a packet but has no rule",
            Seen::OffWire if statement.why.is_none() => "is off the wire, with no word why",
            _ => continue,
        };
        found.push((format!("{label} {}", statement.id), gap.to_owned()));
    }
}

fn without_exceptions(requirements: &Requirements, found: Vec<(String, String)>) -> Vec<String> {
    let mut gaps = Vec::new();
    for exception in &requirements.exceptions {
        if !found.iter().any(|(what, _)| *what == exception.what) {
            gaps.push(format!(
                "{}: an exception that is no gap any more: take it off the list",
                exception.what
            ));
        }
    }
    let is_exception = |what: &str| requirements.exceptions.iter().any(|one| one.what == what);
    gaps.extend(
        found
            .iter()
            .filter(|(what, _)| !is_exception(what))
            .map(|(what, gap)| format!("{what}: {gap}")),
    );
    gaps
}

fn page(requirements: &Requirements, tested: &BTreeSet<String>) -> Result<String> {
    let mut page = String::from(
        "<!-- Generated by `cargo xtask coverage` from requirements/. Do not edit. -->\n\n\
         # Coverage of the standards\n\n\
         | standard | statements | seen in one packet | in a conversation | off the wire | with rules | rules tested |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let is_tested = |statement: &&Statement| {
        !statement.rules.is_empty() && statement.rules.iter().all(|rule| tested.contains(rule))
    };
    for Labelled {
        label, standard, ..
    } in requirements.standards()
    {
        let all = &standard.statements;
        let seen = |seen| {
            all.iter()
                .filter(|statement| statement.seen == seen)
                .count()
        };
        writeln!(
            page,
            "| MQTT {} | {} of {} | {} | {} | {} | {} | {} |",
            label.trim_start_matches('v'),
            all.len(),
            standard.count,
            seen(Seen::Packet),
            seen(Seen::Conversation),
            seen(Seen::OffWire),
            all.iter()
                .filter(|statement| !statement.rules.is_empty())
                .count(),
            all.iter().filter(is_tested).count(),
        )?;
    }
    writeln!(
        page,
        "\n{} rules of our own, {} with a test, {} exceptions.",
        requirements.rules.len(),
        tested.len(),
        requirements.exceptions.len(),
    )?;
    for exception in &requirements.exceptions {
        writeln!(page, "- {}: {}", exception.what, exception.reason)?;
    }
    for Labelled {
        label, standard, ..
    } in requirements.standards()
    {
        write!(
            page,
            "\n## MQTT {}\n\n| id | binds | seen | rules | tests | what it asks |\n|---|---|---|---|---|---|\n",
            label.trim_start_matches('v')
        )?;
        for statement in &standard.statements {
            writeln!(page, "{}", table_row(statement))?;
        }
    }
    Ok(page)
}

fn table_row(statement: &Statement) -> String {
    let code = |names: &[String]| {
        let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(" ")
    };
    let seen = match statement.seen {
        Seen::Packet => "packet",
        Seen::Conversation => "conversation",
        Seen::OffWire => "off the wire",
    };
    let why = statement
        .why
        .as_deref()
        .map(|why| format!(" ({why})"))
        .unwrap_or_default();
    format!(
        "| {} | {} | {seen} | {} | {} | {}{why} |",
        statement.id,
        statement.binds,
        code(&statement.rules),
        code(&statement.tests),
        statement.summary.replace('|', "\\|"),
    )
}
