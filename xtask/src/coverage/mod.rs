//! Which statements of the standards are enforced and tested, and where the tables have gaps.

mod cited;
mod gaps;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::context::Context;
use crate::requirements::Requirements;

const PAGE: &str = "docs/spec-coverage.md";
/// Where a rule's name, quoted, counts as its test.
const TESTS: &str = "crates/wire/tests";

/// The names of rules that stand in quotes in a test, with the files they stand in.
type Tested = BTreeMap<String, BTreeSet<String>>;

/// Writes the page (with `check` it only compares) and fails on any gap.
pub(crate) fn run(cx: &Context, check: bool) -> Result<()> {
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
    let mut tested = Tested::new();
    for (file, text) in test_files(&cx.root.join(TESTS))? {
        for rule in &requirements.rules {
            if text.contains(&format!("\"{}\"", rule.name)) {
                let files = tested.entry(rule.name.clone()).or_default();
                files.insert(file.clone());
            }
        }
    }
    Ok(tested)
}

/// Every `.rs` and `.toml` file below a folder: its name and its text.
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
            .is_some_and(|end| end == "rs" || end == "toml")
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(found)
}
