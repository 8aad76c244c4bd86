//! Checks of our own on the files that the repository holds.

use std::fs;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::context::Context;

/// Lines of a Rust file, of a component or page, and the files that may be longer, each for a reason.
/// The limits catch what grew without anybody looking; a file that has one purpose is not cut in two to fit.
/// Tests do not count: theirs are tables of facts, which only grow.
const FILE_LIMIT: usize = 600;
const COMPONENT_LIMIT: usize = 250;
const LONGER: &[(&str, &str)] = &[
    ("crates/wire/src/rule/table.rs", "generated"),
    ("crates/monitor/src/words/table.rs", "generated"),
];

/// The one style file where a colour may be written as such.
const COLOURS: &str = "tokens.css";

/// Prints every finding and fails when there is one.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let files = cmd!(sh, "git ls-files --cached --others --exclude-standard")
        .quiet()
        .read()?;
    let mut findings = Vec::new();
    for name in files.lines() {
        // Binary files, and files deleted but not yet committed, have no text to check.
        if let Ok(text) = fs::read_to_string(cx.root.join(name)) {
            check(name, &text, &mut findings);
        }
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    ensure!(findings.is_empty(), "{} findings", findings.len());
    Ok(())
}

fn check(name: &str, text: &str, findings: &mut Vec<String>) {
    let lines = text
        .lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .count();
    if let Some(limit) = line_limit(name)
        && lines > limit
    {
        findings.push(format!(
            "{name}: {lines} lines, of {limit}: look for the seam"
        ));
    }
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(what) = fault(name, line) {
            findings.push(format!("{name}:{number}: {what}"));
        }
    }
    if name.ends_with(".rs") {
        for number in one_word_docs(text) {
            findings.push(format!("{name}:{number}: one word that documents nothing"));
        }
    }
}

/// The lines of doc comments that are one word alone. A unit, a packet's or flag's name, and code say enough.
fn one_word_docs(text: &str) -> Vec<usize> {
    const UNITS: [&str; 6] = [
        "Bytes.",
        "Packets.",
        "Seconds.",
        "Milliseconds.",
        "Microseconds.",
        "Nanoseconds.",
    ];
    let doc = |line: &&str| line.trim_start().starts_with("///");
    let lines: Vec<&str> = text.lines().collect();
    let says_nothing = |index: &usize| {
        let (before, after) = (index.checked_sub(1), index + 1);
        let stands_alone = !before.and_then(|it| lines.get(it)).is_some_and(doc)
            && !lines.get(after).is_some_and(doc);
        let words = lines.get(*index).map(|line| line.trim_start());
        let Some(said) = words.and_then(|line| line.strip_prefix("/// ")) else {
            return false;
        };
        let is_name = said.starts_with(['`', '[']) || !said.contains(|it: char| it.is_lowercase());
        stands_alone && !said.contains(' ') && !is_name && !UNITS.contains(&said)
    };
    let found = (0..lines.len()).filter(says_nothing);
    found.map(|index| index + 1).collect()
}

fn line_limit(name: &str) -> Option<usize> {
    let is_listed = LONGER.iter().any(|(listed, _)| *listed == name);
    let is_test = name.starts_with("tests/") || name.contains("/tests/");
    if is_listed || is_test || !name.ends_with(".rs") {
        return None;
    }
    let is_component = name.starts_with("src/components/") || name.starts_with("src/pages/");
    Some(if is_component {
        COMPONENT_LIMIT
    } else {
        FILE_LIMIT
    })
}

fn fault(name: &str, line: &str) -> Option<&'static str> {
    // Split, so that this file does not find itself.
    let machine_paths = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
    ];
    if machine_paths.iter().any(|path| line.contains(path)) {
        return Some("a path of one machine");
    }
    if line.contains(concat!("TO", "DO")) || line.contains(concat!("FIX", "ME")) {
        return Some("unfinished work: finish it or leave it out");
    }
    if name.starts_with("src/components/") && line.contains("crate::pages::") {
        return Some("a component that knows a page");
    }
    if name.starts_with("src/") && line.contains("Rc::as_ptr(") {
        return Some("an address as identity: another value may have it later; see `state::same`");
    }
    if name.ends_with(".css") && !name.ends_with(COLOURS) && has_hex_colour(line) {
        return Some("a colour: it belongs in tokens.css");
    }
    None
}

/// Whether a declaration's value has a `#rgb`, `#rrggbb` or the like.
fn has_hex_colour(line: &str) -> bool {
    let Some((_, value)) = line.split_once(':') else {
        return false;
    };
    value.split('#').skip(1).any(|after| {
        let digits = after
            .bytes()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let ends = after
            .chars()
            .nth(digits)
            .is_none_or(|next| !next.is_alphanumeric() && next != '-' && next != '_');
        ends && matches!(digits, 3 | 4 | 6 | 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        check(name, text, &mut findings);
        findings
    }

    #[test]
    fn a_long_file_is_found_and_a_generated_one_is_not() {
        let text = "x\n".repeat(FILE_LIMIT + 1);
        assert_eq!(findings("crates/a/src/b.rs", &text).len(), 1);
        assert_eq!(findings("crates/wire/src/rule/table.rs", &text).len(), 0);
        assert_eq!(findings("docs/long.md", &text).len(), 0);
    }

    #[test]
    fn tests_do_not_count() {
        let text = "x\n".repeat(FILE_LIMIT) + "#[cfg(test)]\nmod tests {}\n";
        assert_eq!(findings("crates/a/src/b.rs", &text).len(), 0);
        assert_eq!(findings("crates/a/tests/b.rs", &text.repeat(2)).len(), 0);
    }

    #[test]
    fn a_component_has_a_smaller_limit() {
        let text = "x\n".repeat(COMPONENT_LIMIT + 1);
        assert_eq!(findings("src/components/a.rs", &text).len(), 1);
        assert_eq!(findings("src/state/a.rs", &text).len(), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found_with_its_line() {
        let text = concat!("a\nsee /ho", "me/me/notes\n");
        assert_eq!(findings("a.md", text), ["a.md:2: a path of one machine"]);
    }

    #[test]
    fn one_word_that_says_nothing_is_found() {
        let text = "/// Whose.\nid: u8,\n/// Seconds.\nage: u8,\n/// DUP.\ndup: bool,\n/// Two words.\nx: u8,\n";
        assert_eq!(
            findings("crates/a/src/b.rs", text),
            ["crates/a/src/b.rs:1: one word that documents nothing"]
        );
        let heading = "/// First.\n///\n/// Second.\nfn a() {}\n";
        assert_eq!(findings("crates/a/src/b.rs", heading).len(), 0);
    }

    #[test]
    fn addresses_and_pages_are_found_where_they_may_not_be() {
        let text = "let key = Rc::as_ptr(&value).addr();\nuse crate::pages::live;\n";
        assert_eq!(findings("src/components/a.rs", text).len(), 2);
        assert_eq!(findings("src/pages/a.rs", text).len(), 1);
    }

    #[test]
    fn colours_stand_in_the_tokens_only() {
        assert_eq!(
            findings("www/styles/page.css", "a { color: #fffa; }").len(),
            1
        );
        assert_eq!(findings("www/styles/tokens.css", "--ink: #fffa;").len(), 0);
        assert_eq!(
            findings("www/styles/page.css", "#face { margin: 0 }").len(),
            0
        );
    }
}
