//! What only people read, taken out of the style sheets and scripts of a release: comments and indentation. Lines stay
//! lines, so that nothing means anything else.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::names;

/// Does so in all style sheets and scripts of a built page.
pub(crate) fn all(site: &Path) -> Result<()> {
    for file in names::files_below(site)? {
        let lean: fn(&str) -> String = match file.extension().and_then(|end| end.to_str()) {
            Some("css") => style,
            Some("js") => script,
            _ => continue,
        };
        let text = fs::read_to_string(&file)?;
        fs::write(&file, lean(&text))?;
    }
    Ok(())
}

/// A script without lines of comments. In a template a line keeps its indentation.
fn script(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_comment, mut in_template) = (false, false);
    for line in text.lines() {
        let mut body = if in_template { line } else { line.trim() };
        in_comment |= !in_template && body.starts_with("/*");
        if in_comment {
            let Some((_, behind)) = body.split_once("*/") else {
                continue;
            };
            in_comment = false;
            body = behind.trim();
        }
        if !in_template && (body.is_empty() || body.starts_with("//")) {
            continue;
        }
        in_template ^= body.matches('`').count() % 2 == 1;
        out.push_str(body);
        out.push('\n');
    }
    out
}

/// A style sheet without comments, and without blanks where none are needed; lines with strings keep theirs.
fn style(text: &str) -> String {
    let mut rest = text;
    let mut bare = String::with_capacity(text.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
    }
    bare.push_str(rest);
    let mut out = String::with_capacity(bare.len());
    for line in bare.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.contains(['"', '\'']) {
            out.push_str(line);
        } else {
            let tight = [
                ("; }", "}"),
                (" {", "{"),
                ("{ ", "{"),
                ("; ", ";"),
                (": ", ":"),
                ("} ", "}"),
            ];
            let tight = tight.iter().fold(line.to_owned(), |line, (wide, tight)| {
                line.replace(wide, tight)
            });
            out.push_str(&tight);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{script, style};

    #[test]
    fn scripts_lose_comments_and_indentation() {
        let text = "// Why.\n/**\n * @param {x}\n */ function a() {\n    const b = 1; // kept\n\n    return `1\n    // 2\n  `;\n}\n";
        let wanted = "function a() {\nconst b = 1; // kept\nreturn `1\n    // 2\n  `;\n}\n";
        assert_eq!(script(text), wanted);
    }

    #[test]
    fn style_sheets_lose_comments_and_blanks() {
        let text = "/* Why. */\n.a > .b { color: red; }\n@media (width: 1px) {\n  .c { margin: 0 1px; } .d:hover { top: 0; }\n}\n.e::before { content: \"; \"; }\n";
        let wanted = ".a > .b{color:red}\n@media (width:1px){\n.c{margin:0 1px}.d:hover{top:0}\n}\n.e::before { content: \"; \"; }\n";
        assert_eq!(style(text), wanted);
    }
}
