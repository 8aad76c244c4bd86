//! What the scripts that wasm-bindgen writes lack: a call that is cut off leaves the module's stack as it stands, and a
//! method takes any object for its own. `crates/js/src/given.js` has what is put in here.

use anyhow::{Result, ensure};

/// Names that are asked for from our own script.
const NAMES: &str = "guarded, pointerOf, MqttError";

/// Where a script gets the exports of the module, by the build.
const EXPORTS: [&str; 3] = ["wasmInstance.exports;", "instance.exports;", "val;"];

/// The script with its exports guarded, and with methods that know their own objects.
///
/// # Errors
/// The script is not as wasm-bindgen has written it so far.
pub(super) fn guarded(script: &str) -> Result<String> {
    let mut out = String::with_capacity(script.len() + 4096);
    let (mut imports, mut exports, mut methods) = (0_usize, 0_usize, 0_usize);
    let mut class = None;
    for line in script.lines() {
        let code = line.trim_start();
        let rest = code.strip_prefix("export ").unwrap_or(code);
        if let Some(name) = rest.strip_prefix("class ").filter(|_| line == code) {
            class = name.split_whitespace().next();
        } else if line == "}" {
            class = None;
        }
        let is_import = code.contains("given.js") && !code.contains("* as");
        let opening = ["import { ", "const { "]
            .into_iter()
            .find(|opening| is_import && imports == 0 && code.starts_with(opening));
        let written = if let Some(opening) = opening {
            imports += 1;
            code.replacen(opening, &format!("{opening}{NAMES}, "), 1)
        } else if let Some(from) = EXPORTS.into_iter().find(|from| {
            let assigned = rest.strip_prefix("let ").unwrap_or(rest);
            assigned.strip_prefix("wasm = ") == Some(from)
        }) {
            exports += 1;
            let value = from.trim_end_matches(';');
            line.replacen(from, &format!("guarded({value});"), 1)
        } else if let Some(class) = class
            && code.contains("wasm.")
            && line.contains("(this.__wbg_ptr")
        {
            methods += 1;
            let own = format!("(pointerOf(this, {class}, \"{class}\")");
            line.replacen("(this.__wbg_ptr", &own, 1)
        } else {
            line.to_owned()
        };
        out.push_str(&written);
        out.push('\n');
    }
    // The class of what is thrown is one of the package's exports.
    let is_module = script.lines().any(|line| line.starts_with("import "));
    out.push_str(if is_module {
        "\nexport { MqttError };\n"
    } else {
        "\nexports.MqttError = MqttError;\n"
    });
    ensure!(
        imports == 1 && exports == 1 && methods > 0,
        "wasm-bindgen writes its scripts otherwise than xtask/src/js/glue.rs knows: {imports} imports of given.js, \
         {exports} places with the exports of the module, {methods} methods were found"
    );
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_guarded_and_methods_know_their_objects() {
        let script = "import { copyOf } from './given.js';\nexport class A {\n    push(chunk) {\n        \
            const ret = wasm.a_push(this.__wbg_ptr, chunk);\n    }\n}\nlet wasm;\nfunction f(val) {\n    wasm = val;\n}\n";
        let guarded = guarded(script).unwrap();
        assert_eq!(
            guarded,
            "import { guarded, pointerOf, MqttError, copyOf } from './given.js';\nexport class A {\n    push(chunk) {\n        \
            const ret = wasm.a_push(pointerOf(this, A, \"A\"), chunk);\n    }\n}\nlet wasm;\nfunction f(val) {\n    \
            wasm = guarded(val);\n}\n\nexport { MqttError };\n"
        );
    }

    #[test]
    fn another_script_is_not_left_without_its_guard() {
        assert!(guarded("let wasm = load();\n").is_err());
    }
}
