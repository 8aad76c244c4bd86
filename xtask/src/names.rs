//! Content hashes in the names of all files that the page loads, so that a browser's cache never mixes the files
//! of two releases.
//!
//! Trunk hashes only what `index.html` links. The files that the page loads later (the second program, the worker,
//! their style sheets, the texts) keep fixed names in the source; the built `index.html` maps these to the hashed
//! ones in a `<meta>`, which `src/services/assets.rs` reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

/// The page itself keeps its name.
const INDEX: &str = "index.html";

/// Renames every file below `site` but the page itself, and adapts what scripts, style sheets and the page say of them.
///
/// # Errors
/// When a file cannot be read or written, two files have one name, or scripts name each other in a circle.
pub(crate) fn hash_all(site: &Path) -> Result<()> {
    let mut left: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files_below(site)? {
        let name = file_name(&file)?;
        if name != INDEX && left.insert(name.clone(), file).is_some() {
            bail!("two files of the page are named {name}");
        }
    }
    let mut hashed = BTreeMap::new();
    while !left.is_empty() {
        // A file's hash covers the names of the files that it loads, so those come first.
        let ready: Vec<String> = left
            .iter()
            .filter_map(|(name, file)| match names_one_of(file, name, &left) {
                Ok(true) => None,
                Ok(false) => Some(Ok(name.clone())),
                Err(error) => Some(Err(error)),
            })
            .collect::<Result<_>>()?;
        if ready.is_empty() {
            bail!("these files of the page name each other in a circle: {left:?}");
        }
        for name in ready {
            let file = left.remove(&name).context("listed a moment ago")?;
            hashed.insert(name.clone(), rename(&file, &name, &hashed)?);
        }
    }
    let index = site.join(INDEX);
    let html = with_names(fs::read_to_string(&index)?, &hashed);
    let map: Vec<String> = hashed
        .iter()
        .filter(|(_, hashed)| !html.contains(hashed.as_str()))
        .map(|(name, hashed)| format!("{name}={hashed}"))
        .collect();
    let meta = format!(
        "<meta name=\"mqttscope-files\" content=\"{}\">",
        map.join(" ")
    );
    let (before, after) = html
        .split_once("</head>")
        .context("the page has no </head>")?;
    Ok(fs::write(index, format!("{before}{meta}\n</head>{after}"))?)
}

/// Whether a script, style sheet or page names a file that has no hash yet.
fn names_one_of(file: &Path, own: &str, others: &BTreeMap<String, PathBuf>) -> Result<bool> {
    if !is_text(file) {
        return Ok(false);
    }
    let text = fs::read_to_string(file)?;
    Ok(others
        .keys()
        .any(|name| name != own && text.contains(name.as_str())))
}

/// Gives a file its hashed name and returns that name.
fn rename(file: &Path, name: &str, hashed: &BTreeMap<String, String>) -> Result<String> {
    let bytes = if is_text(file) {
        with_names(fs::read_to_string(file)?, hashed).into_bytes()
    } else {
        fs::read(file)?
    };
    let hash: String = Sha256::digest(&bytes)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (stem, end) = name
        .rsplit_once('.')
        .with_context(|| format!("{name} has no extension"))?;
    let new = format!("{stem}-{hash}.{end}");
    fs::write(file.with_file_name(&new), bytes)?;
    fs::remove_file(file)?;
    Ok(new)
}

fn with_names(mut text: String, hashed: &BTreeMap<String, String>) -> String {
    // Longer names first: one name may end in another.
    let mut names: Vec<_> = hashed.iter().collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, new) in names {
        text = text.replace(name.as_str(), new);
    }
    text
}

fn is_text(file: &Path) -> bool {
    file.extension()
        .is_some_and(|end| end == "js" || end == "css" || end == "html")
}

fn file_name(file: &Path) -> Result<String> {
    let name = file.file_name().and_then(|name| name.to_str());
    Ok(name
        .with_context(|| format!("{} has no plain name", file.display()))?
        .to_owned())
}

/// All files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_a_file_changes_the_names_of_all_that_load_it() {
        let names = |wasm: &str| {
            let site = tempfile::tempdir().unwrap();
            let write = |name: &str, text: &str| fs::write(site.path().join(name), text).unwrap();
            fs::create_dir(site.path().join("snippets")).unwrap();
            write(
                INDEX,
                "<head><script>import './app.js'</script>\n</head><p>",
            );
            write(
                "app.js",
                "import './snippets/later.js'; fetch('app_bg.wasm')",
            );
            write("app_bg.wasm", wasm);
            write("snippets/later.js", "1");
            write("texts.txt", "app.js");
            hash_all(site.path()).unwrap();
            let html = fs::read_to_string(site.path().join(INDEX)).unwrap();
            let files = files_below(site.path()).unwrap();
            let names: Vec<_> = files.iter().map(|file| file_name(file).unwrap()).collect();
            (html, names)
        };
        let ((html, first), (_, second)) = (names("a"), names("b"));
        assert_eq!(first.len(), 5);
        let same: Vec<_> = first.iter().filter(|name| second.contains(name)).collect();
        assert_eq!(same.len(), 3, "{same:?}");
        let hashed = |stem: &str| first.iter().find(|name| name.starts_with(stem)).unwrap();
        assert!(html.contains(&format!("import './{}'", hashed("app-"))));
        let map = format!(
            "<meta name=\"mqttscope-files\" content=\"app_bg.wasm={} later.js={} texts.txt={}\">",
            hashed("app_bg-"),
            hashed("later-"),
            hashed("texts-")
        );
        assert!(html.contains(&map), "{html}");
    }
}
