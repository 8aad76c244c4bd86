//! The style sheets of the page that is loaded first, as one file: gzip finds in one what it cannot
//! find in six, and the browser asks once.

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

/// How a style sheet stands in the built page, up to its name.
const LINK: &str = "<link rel=\"stylesheet\" href=\"./";

/// The page with one style sheet, that sheet's name and what is in it, and the names of those that
/// went into it.
pub(crate) struct Joined {
    pub(crate) html: String,
    pub(crate) name: String,
    pub(crate) css: String,
    pub(crate) parts: Vec<String>,
}

/// Joins the style sheets of a page in their order; `read` gives what is in one.
///
/// # Errors
/// When the page has none, or one cannot be read.
pub(crate) fn join(html: &str, read: impl Fn(&str) -> Result<String>) -> Result<Joined> {
    let (mut css, mut parts) = (String::new(), Vec::new());
    let mut pieces = html.split(LINK);
    let before = pieces.next().unwrap_or_default();
    let mut behind = String::new();
    for piece in pieces {
        let (name, after) = piece.split_once('"').context("a link without an end")?;
        let (_, after) = after.split_once('>').context("a link without an end")?;
        css.push_str(&bare(&read(name)?));
        parts.push(name.to_owned());
        behind.push_str(after.trim_start());
    }
    ensure!(!parts.is_empty(), "the page has no style sheets");
    // Named by what is in it, as Trunk names files, so that a browser never takes an old one.
    let hash = Sha256::digest(css.as_bytes());
    let hash: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("style-{hash}.css");
    Ok(Joined {
        html: format!("{before}{LINK}{name}\">\n{behind}"),
        name,
        css,
        parts,
    })
}

/// A style sheet without comments, indentation and empty lines.
fn bare(css: &str) -> String {
    let mut pieces = css.split("/*");
    let mut code = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        code.push_str(piece.split_once("*/").map_or("", |(_, after)| after));
    }
    code.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_become_one_in_their_order() {
        let html = "<head>\n<link rel=\"stylesheet\" href=\"./a-1.css\" integrity=\"sha384-x\"/>\n\
                    <link rel=\"stylesheet\" href=\"./b-2.css\"/>\n</head>";
        let joined = join(html, |name| {
            Ok(format!("/* {name} */\n.{} {{\n  x: 0;\n}}\n", &name[..1]))
        });
        let joined = joined.unwrap();
        assert_eq!(joined.css, ".a {\nx: 0;\n}\n.b {\nx: 0;\n}\n");
        assert_eq!(joined.parts, ["a-1.css", "b-2.css"]);
        let name = &joined.name;
        assert_eq!(
            joined.html,
            format!("<head>\n<link rel=\"stylesheet\" href=\"./{name}\">\n</head>")
        );
    }

    #[test]
    fn a_page_without_sheets_is_an_error() {
        assert!(join("<head></head>", |_| Ok(String::new())).is_err());
    }
}
