//! The script between the page and its program, made shorter.
//!
//! The program asks for each function of the browser by a name that wasm-bindgen made: long, half of
//! it a hash, which nobody reads and gzip cannot shrink. It stands in the program and in the script.

use anyhow::{Context as _, Result, ensure};

/// The section of a program that names its imports, and what a function is among them.
const IMPORTS: u8 = 2;
const FUNCTION: u8 = 0;
/// The magic number and the version, before the sections.
const PREAMBLE: usize = 8;
/// What all imports come from, in place of the script's own name.
const MODULE: &str = "$";

/// The script and the program with short names for what the program imports; the script without
/// indentation and comments.
///
/// # Errors
/// Where one of the two is not as wasm-bindgen writes it.
pub(crate) fn shorten(script: &str, program: &[u8]) -> Result<(String, Vec<u8>)> {
    let lines = script.lines().map(str::trim);
    let mut lines: Vec<String> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(str::to_owned)
        .collect();
    let (preamble, mut rest) = program.split_at_checked(PREAMBLE).context("no program")?;
    let mut out = preamble.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (section, after) = sized(after)?;
        let section = if id == IMPORTS {
            renamed(section, &mut lines)?
        } else {
            section.to_vec()
        };
        out.push(id);
        put_sized(&mut out, &section);
        rest = after;
    }
    Ok((lines.join("\n") + "\n", out))
}

/// The section of imports with other names, which the script gets too.
fn renamed(section: &[u8], lines: &mut [String]) -> Result<Vec<u8>> {
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

/// A number in LEB128, and what comes behind it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    anyhow::bail!("a number that does not end")
}

fn put_number(out: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes behind their number, and what comes behind them.
fn sized(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let (len, rest) = number(bytes)?;
    rest.split_at_checked(len).context("a program that is cut")
}

fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program with these imports of functions from one module, and a section that is none.
    fn program(names: &[&str]) -> Vec<u8> {
        let mut imports = vec![names.len() as u8];
        for name in names {
            put_sized(&mut imports, b"./app_bg.js");
            put_sized(&mut imports, name.as_bytes());
            imports.extend([FUNCTION, 7]);
        }
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        out.push(IMPORTS);
        put_sized(&mut out, &imports);
        out.push(0);
        put_sized(&mut out, &[9; 200]);
        out
    }

    #[test]
    fn both_sides_get_the_same_names() {
        let script = "const import0 = {\n    // a note\n\n    __wbg_focus_1f: function() {},\n    \
                      __wbg_blur_2f: function() {},\n};\nreturn {\n    \"./app_bg.js\": import0,\n};\n";
        let (script, short) =
            shorten(script, &program(&["__wbg_blur_2f", "__wbg_focus_1f"])).unwrap();
        assert_eq!(
            script,
            "const import0 = {\nb: function() {},\na: function() {},\n};\nreturn {\n\"$\": import0,\n};\n"
        );
        let (_, behind) = sized(&short[PREAMBLE + 1..]).unwrap();
        assert_eq!(behind.len(), 203, "the other sections stay");
        let imports = &short[PREAMBLE + 2..];
        assert_eq!(&imports[..8], b"\x02\x01$\x01a\0\x07\x01");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let missing = shorten("a\n\"./app_bg.js\": import0", &program(&["__wbg_focus_1f"]));
        assert!(missing.unwrap_err().to_string().contains("__wbg_focus_1f:"));
        let mut cut = program(&["__wbg_focus_1f"]);
        cut.truncate(cut.len() - 1);
        assert!(shorten("__wbg_focus_1f: f\n\"./app_bg.js\": import0", &cut).is_err());
    }

    #[test]
    fn numbers_and_names_go_on() {
        for value in [0, 1, 127, 128, 300, 70_000] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            assert_eq!(number(&bytes).unwrap(), (value, &[][..]));
        }
        assert_eq!(short_name(0), "a");
        assert_eq!(short_name(25), "z");
        assert_eq!(short_name(26 + 6), "bg");
    }
}
