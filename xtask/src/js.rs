//! The npm package `mqttscope`: one folder with a build each for Node, for bundlers and for pages.

mod glue;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::tools;

const WASM: &str = "wasm32-unknown-unknown";

/// The modules of the package: whoever reads packets does not load what reads payloads by schemas. Each has a feature of the
/// crate, and a profile, and with it a folder, of its own: cargo has one file for both, and takes either for the other.
const MODULES: [Module; 2] = [
    Module {
        name: "mqttscope",
        feature: "packets",
        // The page's worker is built in it, too, so that what both need is compiled once.
        profile: "worker",
    },
    Module {
        name: "schemas",
        feature: "schemas",
        profile: "page",
    },
];

struct Module {
    name: &'static str,
    feature: &'static str,
    profile: &'static str,
}

/// Folder of the package, target of wasm-bindgen, and how Node reads the folder's `.js` files.
const BUILDS: [(&str, &str, &str); 3] = [
    ("node", "nodejs", "commonjs"),
    ("bundler", "bundler", "module"),
    ("web", "web", "module"),
];

/// How the list of exports begins in the entry of a bundler's build.
const EXPORTS: &str = "export {\n    ";

/// What rustc uses by itself; wasm-opt must neither miss it nor add more.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The folder of the built package.
pub(crate) fn package(cx: &Context) -> PathBuf {
    sources(cx).join("pkg")
}

fn sources(cx: &Context) -> PathBuf {
    cx.root.join("crates").join("js")
}

/// Builds the package into `crates/js/pkg/`, ready for `npm pack`.
pub(crate) fn build(cx: &Context) -> Result<()> {
    tools::wasm_target(cx)?;
    tools::for_package(cx)?;
    step(
        "building the npm package into crates/js/pkg/ (2 to 3 minutes from scratch)",
        || {
            let sh = &cx.sh;
            sh.remove_path(package(cx))?;
            for module in &MODULES {
                let Module {
                    feature, profile, ..
                } = module;
                cmd!(
                    sh,
                    "cargo build --profile {profile} --package mqttscope-js --target {WASM} --no-default-features --features {feature}"
                )
                .run()?;
                for (folder, target, kind) in BUILDS {
                    bind(cx, module, folder, target, kind)?;
                }
                share_wasm(cx, module.name)?;
            }
            describe(cx)
        },
    )
}

fn bind(cx: &Context, module: &Module, folder: &str, target: &str, kind: &str) -> Result<()> {
    let sh = &cx.sh;
    let wasm = context::target_folder(cx)
        .join(WASM)
        .join(module.profile)
        .join("mqttscope_js.wasm");
    let module = module.name;
    let out = package(cx).join(folder);
    cmd!(
        sh,
        "wasm-bindgen --target {target} --out-dir {out} --out-name {module} {wasm}"
    )
    .run()?;
    // The raw exports of the wasm are nobody's business.
    sh.remove_path(out.join(format!("{module}_bg.wasm.d.ts")))?;
    // The bundler's build has the classes in a script of their own.
    let script = match target {
        "bundler" => out.join(format!("{module}_bg.js")),
        _ => out.join(format!("{module}.js")),
    };
    sh.write_file(&script, glue::guarded(&sh.read_file(&script)?)?)?;
    if target == "bundler" {
        let entry = out.join(format!("{module}.js"));
        let exports = sh.read_file(&entry)?;
        if !exports.contains(EXPORTS) {
            bail!(
                "wasm-bindgen writes the exports of a bundler's build otherwise than xtask knows"
            );
        }
        sh.write_file(
            &entry,
            exports.replacen(EXPORTS, &format!("{EXPORTS}MqttError, "), 1),
        )?;
    }
    if kind == "commonjs" {
        as_commonjs(cx, &out)?;
    }
    let marker = format!("{{ \"type\": \"{kind}\" }}\n");
    Ok(sh.write_file(out.join("package.json"), marker)?)
}

/// Leaves one WebAssembly module of three, that of the bundlers' build, and optimizes it: it names the
/// script that it imports, which stands beside it.
fn share_wasm(cx: &Context, module: &str) -> Result<()> {
    let sh = &cx.sh;
    let bound = package(cx)
        .join("bundler")
        .join(format!("{module}_bg.wasm"));
    let shared = sh.read_binary_file(&bound)?;
    for (folder, own, common) in [
        (
            "node",
            format!("`${{__dirname}}/{module}_bg.wasm`"),
            format!("`${{__dirname}}/../bundler/{module}_bg.wasm`"),
        ),
        (
            "web",
            format!("new URL('{module}_bg.wasm'"),
            format!("new URL('../bundler/{module}_bg.wasm'"),
        ),
    ] {
        let folder = package(cx).join(folder);
        let wasm = folder.join(format!("{module}_bg.wasm"));
        let script = folder.join(format!("{module}.js"));
        let text = sh.read_file(&script)?;
        if sh.read_binary_file(&wasm)? != shared || !text.contains(&own) {
            bail!(
                "the builds of the package are no longer alike, or load their module in another way"
            );
        }
        sh.remove_path(wasm)?;
        sh.write_file(script, text.replacen(&own, &common, 1))?;
    }
    Ok(cmd!(sh, "wasm-opt -O3 {FEATURES...} {bound} -o {bound}").run()?)
}

/// Our own script, which wasm-bindgen copies as it is, as what Node's `require` reads: Node 20 does
/// not take an ECMAScript module there.
fn as_commonjs(cx: &Context, out: &Path) -> Result<()> {
    let sh = &cx.sh;
    let Some(copied) = sh.read_dir(out.join("snippets"))?.pop() else {
        bail!("wasm-bindgen copied no script of the package");
    };
    let copied = copied.join("src").join("given.js");
    let module = sh.read_file(&copied)?;
    Ok(sh.write_file(&copied, commonjs(&module))?)
}

/// A script whose exports are functions and classes, each declared at the beginning of a line.
fn commonjs(module: &str) -> String {
    let names: Vec<&str> = module
        .lines()
        .filter_map(|line| line.strip_prefix("export "))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(_, declared)| declared.split(['(', ' ']).next())
        .collect();
    let script = module.replace("\nexport ", "\n");
    format!("{script}\nmodule.exports = {{ {} }};\n", names.join(", "))
}

/// package.json with the workspace's version, README and licences.
fn describe(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let package = package(cx);
    let manifest = sh.read_file(sources(cx).join("npm").join("package.json"))?;
    let version = env!("CARGO_PKG_VERSION");
    let manifest = manifest.replacen('{', &format!("{{\n  \"version\": \"{version}\","), 1);
    sh.write_file(package.join("package.json"), manifest)?;
    sh.copy_file(sources(cx).join("README.md"), &package)?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        sh.copy_file(cx.root.join(licence), &package)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_functions_becomes_a_script() {
        let module =
            "let n = 0;\nexport function a() { return n; }\nexport class B extends Error {}\n";
        let script = "let n = 0;\nfunction a() { return n; }\nclass B extends Error {}\n\nmodule.exports = { a, B };\n";
        assert_eq!(commonjs(module), script);
    }
}
