//! Which interactive elements of the page no end-to-end test operates, by mouse or by keyboard.
//!
//! `tests/e2e/operated.ts` writes what each page showed and what real presses and keys came to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::context::{self, Context};

/// What cannot be operated in a test, each with its reason.
const EXCEPTIONS: &str = "tests/e2e/operated.toml";
/// Stands in the folder when every test ran: only then is a missing line a gap.
const WHOLE: &str = "whole";

/// Where the tests write what they operate.
pub(crate) fn folder(cx: &Context) -> PathBuf {
    context::target_folder(cx).join("operated")
}

/// Forgets what earlier tests operated.
pub(crate) fn begin(cx: &Context) -> Result<()> {
    let folder = folder(cx);
    cx.sh.remove_path(&folder)?;
    Ok(cx.sh.create_dir(&folder).map(drop)?)
}

/// Every test ran and passed.
pub(crate) fn finish(cx: &Context) -> Result<()> {
    Ok(cx.sh.write_file(folder(cx).join(WHOLE), "")?)
}

/// Says what no test operates, and fails where that is a gap.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let folder = folder(cx);
    if !folder.is_dir() {
        println!("the end-to-end tests did not run here: what they operate is not known");
        return Ok(());
    }
    let seen = Seen::read(&folder)?;
    let text = fs::read_to_string(cx.root.join(EXCEPTIONS))
        .with_context(|| format!("reading {EXCEPTIONS}"))?;
    let exceptions = toml::from_str(&text).with_context(|| format!("reading {EXCEPTIONS}"))?;
    let Found { gaps, needless } = seen.judge(&exceptions);
    for gap in &gaps {
        eprintln!("{gap}");
    }
    let count = seen.shown.len();
    if !folder.join(WHOLE).exists() {
        println!("{count} interactive elements; not all end-to-end tests ran, so none is a gap");
        return Ok(());
    }
    for element in needless {
        println!("{EXCEPTIONS}: `{element}` needs no exception any more");
    }
    ensure!(
        gaps.is_empty(),
        "{} gaps in what the end-to-end tests operate",
        gaps.len()
    );
    println!("each of {count} interactive elements is operated by mouse and by keyboard");
    Ok(())
}

/// What a look at the tests finds.
struct Found {
    gaps: Vec<String>,
    /// Exceptions for what is operated, or is no longer shown.
    needless: Vec<String>,
}

/// Elements, each as its place, its role and its name.
#[derive(Default)]
struct Seen {
    shown: BTreeSet<String>,
    /// What keys have to work: the rest is a short way of the mouse, for what a key does elsewhere.
    reached: BTreeSet<String>,
    mouse: BTreeSet<String>,
    keys: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    Mouse,
    Keys,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    element: String,
    /// What does not operate it; none: neither does.
    by: Option<By>,
    why: String,
}

impl Seen {
    fn read(folder: &Path) -> Result<Self> {
        let mut seen = Self::default();
        for entry in fs::read_dir(folder)? {
            seen.add(&fs::read_to_string(entry?.path())?)?;
        }
        Ok(seen)
    }

    fn add(&mut self, lines: &str) -> Result<()> {
        for line in lines.lines() {
            let (how, element) = line.split_once('\t').context(line.to_owned())?;
            let into = match how {
                "shown" => &mut self.shown,
                "reached" => &mut self.reached,
                "mouse" => &mut self.mouse,
                "keys" => &mut self.keys,
                _ => anyhow::bail!("`{how}` is nothing that a test does"),
            };
            into.insert(element.replace('\t', " "));
        }
        Ok(())
    }

    fn judge(&self, exceptions: &Exceptions) -> Found {
        let mut open: BTreeMap<&str, BTreeSet<By>> = BTreeMap::new();
        let ways = [
            (&self.shown, &self.mouse, By::Mouse),
            (&self.reached, &self.keys, By::Keys),
        ];
        for (elements, operated, by) in ways {
            for element in elements.difference(operated) {
                open.entry(element).or_default().insert(by);
            }
        }
        let (mut gaps, mut needless) = (Vec::new(), Vec::new());
        for Exception { element, by, why } in &exceptions.exception {
            let ways = by.map_or_else(|| vec![By::Mouse, By::Keys], |by| vec![by]);
            let is_needed = open.get_mut(element.as_str()).is_some_and(|missing| {
                let before = missing.len();
                missing.retain(|by| !ways.contains(by));
                missing.len() < before
            });
            if why.is_empty() {
                gaps.push(format!("{EXCEPTIONS}: `{element}` has no reason"));
            }
            if !is_needed {
                needless.push(element.clone());
            }
        }
        gaps.extend(open.into_iter().filter_map(|(element, missing)| {
            let missing: Vec<_> = missing
                .into_iter()
                .map(|by| match by {
                    By::Mouse => "mouse",
                    By::Keys => "keyboard",
                })
                .collect();
            (!missing.is_empty())
                .then(|| format!("no test operates `{element}` by {}", missing.join(" or ")))
        }));
        Found { gaps, needless }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(lines: &str, exceptions: &str) -> Found {
        let mut seen = Seen::default();
        seen.add(lines).unwrap();
        seen.judge(&toml::from_str(exceptions).unwrap())
    }

    fn gaps(lines: &str, exceptions: &str) -> Vec<String> {
        judge(lines, exceptions).gaps
    }

    #[test]
    fn what_is_shown_needs_the_mouse_and_what_is_reached_needs_keys() {
        let lines =
            "shown\tlive\tbutton\tclear\nreached\tlive\tbutton\tclear\nshown\tlive\tbutton\tfold\n";
        assert_eq!(
            gaps(lines, ""),
            [
                "no test operates `live button clear` by mouse or keyboard",
                "no test operates `live button fold` by mouse",
            ]
        );
        let more =
            "mouse\tlive\tbutton\tclear\nkeys\tlive\tbutton\tclear\nmouse\tlive\tbutton\tfold\n";
        assert!(gaps(&format!("{lines}{more}"), "").is_empty());
    }

    #[test]
    fn an_exception_is_of_one_way_or_both_and_is_named_when_nothing_needs_it() {
        let lines = "shown\tlive\tlink\tout\nreached\tlive\tlink\tout\n";
        let exception = "[[exception]]\nelement = \"live link out\"\nwhy = \"another site\"\n";
        assert!(gaps(lines, exception).is_empty());
        assert_eq!(
            gaps(lines, &format!("{exception}by = \"keys\"\n")),
            ["no test operates `live link out` by mouse"]
        );
        let needless = judge("", exception);
        assert!(needless.gaps.is_empty());
        assert_eq!(needless.needless, ["live link out"]);
        let silent = exception.replace("another site", "");
        assert_eq!(
            gaps(lines, &silent),
            ["tests/e2e/operated.toml: `live link out` has no reason"]
        );
    }

    #[test]
    fn a_line_of_another_kind_is_an_error() {
        assert!(Seen::default().add("touched\tlive\tbutton\tx").is_err());
        assert!(Seen::default().add("shown").is_err());
    }
}
