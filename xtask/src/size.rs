//! The size budget: what the first load of the page takes over the network.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::context::Context;
use crate::{names, page};

/// Bytes of the whole first load, gzipped: all that a person waits for before the start page works.
/// The reader of pasted text comes behind it, the other pages when they are first asked for.
const BUDGET: usize = 314_500;

/// Prints a table of the first load of `dist/` and fails above the budget.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let dist = page::dist(cx);
    let files =
        first_load(&dist).context("no page to measure in dist/: `cargo xtask build` makes it")?;
    let total = table(&dist, "first load, bytes", &files)?;
    println!("{:>9} {total:>9}  in all, of {BUDGET} allowed", "");
    let mut later = names::files_below(&dist)?;
    later.retain(|file| !files.contains(file));
    let later = table(&dist, "loaded later", &later)?;
    println!("{:>9} {later:>9}  in all", "");
    ensure!(
        total <= BUDGET,
        "the first load is {} bytes over its budget",
        total - BUDGET
    );
    Ok(())
}

/// Prints the sizes of files below `dist`, and gives the sum of what gzip makes of each.
fn table(dist: &Path, what: &str, files: &[PathBuf]) -> Result<usize> {
    println!("\n{:>9} {:>9}  {what}", "raw", "gzipped");
    let mut total = 0;
    for file in files {
        let bytes = fs::read(file)?;
        let gzipped = gzipped(&bytes)?;
        total += gzipped;
        let name = file.strip_prefix(dist)?.display();
        println!("{:>9} {gzipped:>9}  {name}", bytes.len());
    }
    Ok(total)
}

/// index.html, and every file whose name stands in the markup, style or script of one that counts.
fn first_load(dist: &Path) -> Result<Vec<PathBuf>> {
    let index = dist.join("index.html");
    let mut left = names::files_below(dist)?;
    left.retain(|file| *file != index);
    let mut found = vec![index];
    let mut looked_at = 0;
    while let Some(file) = found.get(looked_at) {
        looked_at += 1;
        let is_text = file
            .extension()
            .is_some_and(|end| end == "html" || end == "css" || end == "js");
        if !is_text {
            continue;
        }
        // The page names in a <meta> what it loads later.
        let text: String = fs::read_to_string(file)?
            .lines()
            .filter(|line| !line.contains("mqttscope-files"))
            .collect();
        let (named, others) = left.into_iter().partition(|file: &PathBuf| {
            file.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| text.contains(name))
        });
        let mut named: Vec<PathBuf> = named;
        found.append(&mut named);
        left = others;
    }
    Ok(found)
}

/// The number of bytes that gzip makes of these.
pub(crate) fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_names_counts_and_the_rest_does_not() {
        let dist = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dist.path().join(name), text).unwrap();
        fs::create_dir(dist.path().join("snippets")).unwrap();
        write(
            "index.html",
            "<script type=module>import './app-1.js'</script>",
        );
        write(
            "app-1.js",
            "import './snippets/inline0.js'; fetch('app-1_bg.wasm')",
        );
        write("snippets/inline0.js", "");
        write("app-1_bg.wasm", "later.bin");
        write("later.bin", "");
        let found = first_load(dist.path()).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|file| file.strip_prefix(dist.path()).unwrap().to_str().unwrap())
            .collect();
        let expected = [
            "index.html",
            "app-1.js",
            "app-1_bg.wasm",
            "snippets/inline0.js",
        ];
        assert_eq!(names, expected);
    }
}
