//! The script between the page and its program, made shorter.
//!
//! The program asks for each function of the browser by a name that wasm-bindgen made: long, half of
//! it a hash, which nobody reads and gzip cannot shrink. It stands in the program and in the script.

use anyhow::{Context as _, Result, ensure};

use crate::wasm::{self, CUSTOM, EXPORTS, FUNCTION, IMPORTS, number, put_number, put_sized, sized};

/// What all imports come from, in place of the script's own name.
const MODULE: &str = "$";
/// What the script calls all that the program gives it.
const PROGRAM: &str = "wasm.";

/// The script and the program with short names for what the program imports and exports; the script
/// without indentation and comments, the program without what only tools read.
///
/// # Errors
/// Where one of the two is not as wasm-bindgen writes it.
pub(crate) fn shorten(script: &str, program: &[u8]) -> Result<(String, Vec<u8>)> {
    let lines = script.lines().map(str::trim);
    let mut lines: Vec<String> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(str::to_owned)
        .collect();
    let mut out = wasm::PREAMBLE.to_vec();
    for (id, section) in wasm::sections(program)? {
        let section = match id {
            IMPORTS => imports(section, &mut lines)?,
            EXPORTS => exports(section, &mut lines)?,
            CUSTOM => continue,
            _ => section.to_vec(),
        };
        wasm::put_section(&mut out, id, &section);
    }
    Ok((lines.join("\n") + "\n", out))
}

/// The section of imports with other names, which the script gets too.
fn imports(section: &[u8], lines: &mut [String]) -> Result<Vec<u8>> {
    let (count, mut rest) = number(section)?;
    let mut out = Vec::new();
    put_number(&mut out, count);
    let mut modules = Vec::new();
    for index in 0..count {
        let (module, after) = sized(rest)?;
        let (name, after) = sized(after)?;
        let (&kind, after) = after.split_first().context("an import without a kind")?;
        ensure!(kind == FUNCTION, "an import that is no function");
        let (signature, after) = number(after)?;
        rest = after;
        let short = short_name(index);
        let key = format!("{}:", std::str::from_utf8(name)?);
        let mut places = lines.iter_mut().filter(|line| line.starts_with(&key));
        let place = places
            .next()
            .with_context(|| format!("the script has no {key}"))?;
        place.replace_range(..key.len(), &format!("{short}:"));
        put_sized(&mut out, MODULE.as_bytes());
        put_sized(&mut out, short.as_bytes());
        out.push(kind);
        put_number(&mut out, signature);
        modules.push(format!("\"{}\":", std::str::from_utf8(module)?));
    }
    ensure!(
        modules.iter().all(|module| Some(module) == modules.first()),
        "imports from several modules"
    );
    let module = modules.first().context("a program without imports")?;
    let place = lines.iter_mut().find(|line| line.starts_with(module));
    let place = place.with_context(|| format!("the script has no {module}"))?;
    place.replace_range(..module.len(), &format!("\"{MODULE}\":"));
    Ok(out)
}

/// The section of exports with other names, which the script gets too.
fn exports(section: &[u8], lines: &mut [String]) -> Result<Vec<u8>> {
    let (count, mut rest) = number(section)?;
    let mut out = Vec::new();
    put_number(&mut out, count);
    for index in 0..count {
        let (name, after) = sized(rest)?;
        let (&kind, after) = after.split_first().context("an export without a kind")?;
        let (item, after) = number(after)?;
        rest = after;
        let short = short_name(index);
        let name = std::str::from_utf8(name)?;
        for line in lines.iter_mut() {
            *line = with_name(line, name, &short);
        }
        put_sized(&mut out, short.as_bytes());
        out.push(kind);
        put_number(&mut out, item);
    }
    Ok(out)
}

/// The line with another name wherever it takes `name`, and none that only begins so, from the program.
fn with_name(line: &str, name: &str, short: &str) -> String {
    let mut parts = line.split(PROGRAM);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(PROGRAM);
        let rest = part.strip_prefix(name);
        let rest = rest.filter(|rest| {
            !rest.starts_with(|next: char| next == '_' || next.is_ascii_alphanumeric())
        });
        match rest {
            Some(rest) => out.extend([short, rest]),
            None => out.push_str(part),
        }
    }
    out
}

/// One letter, then two, and so on.
fn short_name(index: usize) -> String {
    let mut name = String::new();
    let mut left = index;
    loop {
        name.insert(0, char::from(b'a' + (left % 26) as u8));
        left /= 26;
        if left == 0 {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: u8 = 1;

    /// A program with these imports of functions from one module, these exports of functions, a section
    /// of another kind, and one for tools.
    fn program(imports: &[&str], exports: &[&str]) -> Vec<u8> {
        let mut out = wasm::PREAMBLE.to_vec();
        wasm::put_section(&mut out, SECTION, &[9; 200]);
        let mut section = vec![imports.len() as u8];
        for name in imports {
            put_sized(&mut section, b"./app_bg.js");
            put_sized(&mut section, name.as_bytes());
            section.extend([FUNCTION, 7]);
        }
        wasm::put_section(&mut out, IMPORTS, &section);
        let mut section = vec![exports.len() as u8];
        for name in exports {
            put_sized(&mut section, name.as_bytes());
            section.extend([FUNCTION, 3]);
        }
        wasm::put_section(&mut out, EXPORTS, &section);
        wasm::put_section(&mut out, CUSTOM, b"\x09producers");
        out
    }

    #[test]
    fn both_sides_get_the_same_names() {
        let script = "const import0 = {\n    // a note\n\n    __wbg_focus_1f: function() {},\n    \
                      __wbg_blur_2f: function() { wasm.__free(wasm.__free_all); },\n};\nreturn {\n    \
                      \"./app_bg.js\": import0,\n};\n";
        let program = program(
            &["__wbg_blur_2f", "__wbg_focus_1f"],
            &["__free", "__free_all"],
        );
        let (script, short) = shorten(script, &program).unwrap();
        assert_eq!(
            script,
            "const import0 = {\nb: function() {},\na: function() { wasm.a(wasm.b); },\n};\nreturn {\n\
             \"$\": import0,\n};\n"
        );
        let expected: [(u8, &[u8]); 3] = [
            (SECTION, &[9; 200]),
            (IMPORTS, b"\x02\x01$\x01a\0\x07\x01$\x01b\0\x07"),
            (EXPORTS, b"\x02\x01a\0\x03\x01b\0\x03"),
        ];
        assert_eq!(wasm::sections(&short).unwrap(), expected);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let missing = shorten(
            "a\n\"./app_bg.js\": import0",
            &program(&["__wbg_focus_1f"], &[]),
        );
        assert!(missing.unwrap_err().to_string().contains("__wbg_focus_1f:"));
        let mut cut = program(&["__wbg_focus_1f"], &[]);
        cut.truncate(cut.len() - 1);
        assert!(shorten("__wbg_focus_1f: f\n\"./app_bg.js\": import0", &cut).is_err());
    }

    #[test]
    fn names_go_on() {
        assert_eq!(short_name(0), "a");
        assert_eq!(short_name(25), "z");
        assert_eq!(short_name(26 + 6), "bg");
    }
}
