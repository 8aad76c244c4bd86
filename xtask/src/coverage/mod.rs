//! Which statements of the standards are enforced and tested, where the tables have gaps, and what of the page no test
//! operates.

mod cited;
mod conversations;
mod examined;
mod gaps;
pub(crate) mod operated;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::context::Context;
use crate::requirements::{Requirements, Seen};

const PAGE: &str = "docs/spec-coverage.md";
/// Where a packet rule's name, quoted, counts as its test.
const TESTS: &str = "crates/wire/tests";
/// The packets that break one rule each, over all of which the tests in [`RULES`] run.
const BROKEN: &str = "crates/wire/src/rule/broken.rs";
const RULES: &str = "rules.rs";
/// Where a conversation rule that a case breaks counts as tested.
const CASES: &str = "crates/monitor/tests/monitor/cases";

/// What the tests try.
#[derive(Default)]
pub(super) struct Tested {
    /// The names of rules, with the files that try them.
    rules: BTreeMap<String, BTreeSet<String>>,
    /// Rules that a case breaks and keeps, with the version and the statements it is about.
    cases: Vec<Case>,
    /// Checks of a broker, by the statements that they show.
    examined: examined::Examined,
}

/// A conversation that breaks statements, and one that keeps them.
pub(super) struct Case {
    file: String,
    /// `5.0 MQTT-3.1.0-1`
    statements: BTreeSet<String>,
    broken: BTreeSet<String>,
}

impl Tested {
    /// The files in which a case about the statement breaks one of these rules.
    fn cases_of<'a>(
        &'a self,
        statement: &'a str,
        rules: &'a [String],
    ) -> impl Iterator<Item = &'a String> {
        let about = move |case: &&Case| {
            case.statements.contains(statement)
                && rules.iter().any(|rule| case.broken.contains(rule))
        };
        self.cases.iter().filter(about).map(|case| &case.file)
    }
}

/// Writes the page (with `check` it only compares) and fails on any gap, of the requirements or of what the tests
/// operate.
pub(crate) fn run(cx: &Context, check: bool) -> Result<()> {
    requirements(cx, check)?;
    operated::run(cx)
}

/// Writes the page (with `check` it only compares) and fails on any gap in the requirements.
pub(crate) fn requirements(cx: &Context, check: bool) -> Result<()> {
    write_page(cx, check)?;
    let requirements = Requirements::read(&cx.root.join("requirements"))?;
    let tested = tested(cx, &requirements)?;
    let gaps = gaps::find(&requirements, &tested, &cited::read(cx)?);
    for gap in &gaps {
        eprintln!("{gap}");
    }
    ensure!(gaps.is_empty(), "{} gaps in the requirements", gaps.len());
    println!("every rule has a test, and every statement stands where it must");
    Ok(())
}

/// Writes docs/spec-coverage.md, or with `check` fails where it differs.
pub(crate) fn write_page(cx: &Context, check: bool) -> Result<()> {
    let requirements = Requirements::read(&cx.root.join("requirements"))?;
    let wanted = page::page(&requirements, &tested(cx, &requirements)?)?;
    let file = cx.root.join(PAGE);
    if fs::read_to_string(&file).unwrap_or_default() == wanted {
        println!("{PAGE} is up to date");
    } else if check {
        bail!("{PAGE} is not up to date: run `cargo xtask coverage`");
    } else {
        cx.sh
            .write_file(&file, wanted)
            .with_context(|| format!("writing {PAGE}"))?;
        println!("wrote {PAGE}");
    }
    Ok(())
}

fn tested(cx: &Context, requirements: &Requirements) -> Result<Tested> {
    let mut tested = Tested {
        examined: examined::read(cx)?,
        ..Tested::default()
    };
    let broken = fs::read_to_string(cx.root.join(BROKEN))?;
    let broken = (RULES.to_owned(), broken);
    for (file, text) in test_files(&cx.root.join(TESTS))?
        .into_iter()
        .chain([broken])
    {
        let packet_rules = requirements.rules.iter();
        for rule in packet_rules.filter(|rule| rule.seen == Seen::Packet) {
            if text.contains(&format!("\"{}\"", rule.name)) {
                let files = tested.rules.entry(rule.name.clone()).or_default();
                files.insert(file.clone());
            }
        }
    }
    for (file, text) in test_files(&cx.root.join(CASES))? {
        for case in conversations::cases(&file, &text)? {
            for rule in &case.broken {
                let files = tested.rules.entry(rule.clone()).or_default();
                files.insert(file.clone());
            }
            tested.cases.push(case);
        }
    }
    Ok(tested)
}

/// Every `.rs`, `.toml` and `.txt` file below a folder: its name and its text.
fn test_files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            found.append(&mut test_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "toml" || end == "txt")
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(found)
}
