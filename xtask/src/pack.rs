//! What a build still does for the size of the page: scripts and style sheets without what only people
//! read, and the style sheets of the start page in one file, which packs better than six.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use xshell::{Shell, cmd};

use crate::context::Context;
use crate::{page, tools};

/// Packs the page in `dist/`.
pub(crate) fn run(cx: &Context) -> Result<()> {
    tools::esbuild(cx)?;
    let (sh, dist) = (&cx.sh, page::dist(cx));
    for entry in fs::read_dir(&dist)? {
        let file = entry?.path();
        match file.extension().and_then(|end| end.to_str()) {
            Some("js") => minify(sh, &file, "js")?,
            // The other pages' sheets; those of the start page end in one.
            Some("css") => minify(sh, &file, "css")?,
            _ => {}
        }
    }
    let index = dist.join("index.html");
    let html = join_sheets(&dist, &fs::read_to_string(&index)?)?;
    Ok(fs::write(index, html)?)
}

/// Names stay where another file may use them: nothing is renamed that a module gives to others.
fn minify(sh: &Shell, file: &Path, kind: &str) -> Result<()> {
    let source = fs::read_to_string(file)?;
    let small = cmd!(sh, "esbuild --minify --format=esm --loader={kind}")
        .quiet()
        .stdin(source)
        .read()
        .with_context(|| format!("esbuild cannot read {}", file.display()))?;
    Ok(fs::write(file, small)?)
}

/// Puts one style sheet in the place of all that the page names, in their order, and takes their files
/// away. Its name has a hash, as theirs had.
fn join_sheets(dist: &Path, html: &str) -> Result<String> {
    let mut sheet = String::new();
    let mut lines: Vec<String> = Vec::new();
    let mut place = None;
    for line in html.lines() {
        let Some(name) = sheet_of(line) else {
            lines.push(line.to_owned());
            continue;
        };
        let file = dist.join(name);
        sheet.push_str(fs::read_to_string(&file)?.trim_end());
        sheet.push('\n');
        fs::remove_file(file)?;
        place.get_or_insert(lines.len());
    }
    let place = place.context("the page names no style sheet")?;
    let hash: String = Sha256::digest(&sheet)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("page-{hash}.css");
    fs::write(dist.join(&name), sheet)?;
    lines.insert(
        place,
        format!("<link rel=\"stylesheet\" href=\"./{name}\">"),
    );
    Ok(lines.join("\n"))
}

/// The file of a line that is a link to a style sheet, as Trunk writes them.
fn sheet_of(line: &str) -> Option<&str> {
    let (_, rest) = line
        .trim()
        .strip_prefix("<link rel=\"stylesheet\"")?
        .split_once("href=\"./")?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_become_one_in_their_order_and_in_the_place_of_the_first() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("b-1.css"), "b{}\n").unwrap();
        fs::write(dist.path().join("a-2.css"), "a{}\n").unwrap();
        let html = "<head>\n<link rel=\"stylesheet\" href=\"./b-1.css\" integrity=\"x\"/>\n\
                    <link rel=\"stylesheet\" href=\"./a-2.css\"/>\n<script></script>\n</head>";
        let html = join_sheets(dist.path(), html).unwrap();
        let lines: Vec<_> = html.lines().collect();
        assert_eq!(lines.len(), 4);
        let name = sheet_of(lines[1]).unwrap();
        assert_eq!(
            fs::read_to_string(dist.path().join(name)).unwrap(),
            "b{}\na{}\n"
        );
        assert_eq!(fs::read_dir(dist.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_page_without_sheets_is_refused() {
        let dist = tempfile::tempdir().unwrap();
        assert!(join_sheets(dist.path(), "<head></head>").is_err());
    }
}
