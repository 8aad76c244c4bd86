//! The tools that Cargo does not bring: pinned, installed once a machine, outside `target/`.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use xshell::cmd;

use crate::context::{Context, step};
use crate::python;

/// A tool from the Rust registry, built here.
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
    program: &'static str,
    options: &'static [&'static str],
    /// What the build takes on two cores, for the person who waits.
    takes: &'static str,
}

/// Its version is the one of the `wasm-bindgen` crate in Cargo.lock: the two only work as a pair.
pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    name: "wasm-bindgen-cli",
    version: "0.2.126",
    program: "wasm-bindgen",
    options: &[],
    takes: "1 to 2 minutes",
};

pub(crate) const TRUNK: CargoTool = CargoTool {
    name: "trunk",
    version: "0.21.14",
    program: "trunk",
    // Without its search for updates and its TLS: it serves plain HTTP on 127.0.0.1.
    options: &["--no-default-features"],
    takes: "2 to 4 minutes",
};

pub(crate) const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
    program: "cargo-deny",
    options: &[],
    takes: "1 to 2 minutes",
};

const TYPOS: CargoTool = CargoTool {
    name: "typos-cli",
    version: "1.52.0",
    program: "typos",
    options: &[],
    takes: "1 to 2 minutes",
};

pub(crate) const CARGO_FUZZ: CargoTool = CargoTool {
    name: "cargo-fuzz",
    version: "0.13.1",
    program: "cargo-fuzz",
    options: &[],
    takes: "half a minute",
};

const BINARYEN: &str = "132.0.0";
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What it takes to build the page: the wasm target, wasm-bindgen, wasm-opt and trunk.
pub(crate) fn for_page(cx: &Context) -> Result<()> {
    wasm_target(cx)?;
    wasm_opt(cx)?;
    cargo_tools(cx, &[&WASM_BINDGEN, &TRUNK])
}

/// What it takes to build the npm package: wasm-bindgen and wasm-opt.
pub(crate) fn for_package(cx: &Context) -> Result<()> {
    wasm_opt(cx)?;
    cargo_tools(cx, &[&WASM_BINDGEN])
}

/// The checker of spelling: as PyPI has it ready to run, or else built here.
pub(crate) fn typos(cx: &Context) -> Result<PathBuf> {
    let CargoTool {
        version, program, ..
    } = TYPOS;
    if cx.find_program(&[program]).is_none() || !is_version(cx, &TYPOS) {
        if let Some(python) = python::with(cx, &[&format!("{program}=={version}")])? {
            return Ok(python.with_file_name(program));
        }
        cargo_tools(cx, &[&TYPOS])?;
    }
    Ok(PathBuf::from(program))
}

/// Makes sure that rustc can build for the browser.
pub(crate) fn wasm_target(cx: &Context) -> Result<()> {
    rust_target(cx, WASM_TARGET)
}

/// Adds a target to rustc where it is missing.
pub(crate) fn rust_target(cx: &Context, target: &str) -> Result<()> {
    let sh = &cx.sh;
    let libdir = cmd!(sh, "rustc --print target-libdir --target {target}")
        .quiet()
        .read()?;
    if Path::new(&libdir).is_dir() {
        return Ok(());
    }
    ensure!(
        cx.find_program(&["rustup"]).is_some(),
        "rustc has no target {target} and there is no rustup to add it: install the target \
         the way your Rust was installed"
    );
    step(
        &format!("adding the target {target} to rustc (seconds)"),
        || Ok(cmd!(sh, "rustup target add {target}").run()?),
    )
}

/// Puts these tools on PATH. What is not there in its exact version is built first.
pub(crate) fn cargo_tools(cx: &Context, tools: &[&CargoTool]) -> Result<()> {
    let mut built = false;
    let mut turn = None;
    for tool in tools {
        if cx.find_program(&[tool.program]).is_some() && is_version(cx, tool) {
            continue;
        }
        let folder = cx.cache.join(format!("{}-{}", tool.name, tool.version));
        let program = folder
            .join("bin")
            .join(tool.program)
            .with_extension(std::env::consts::EXE_EXTENSION);
        if !program.is_file() {
            if turn.is_none() {
                turn = Some(take_turn(cx)?);
            }
            // Whoever had the turn before may have built it.
            if !program.is_file() {
                install(cx, tool, &folder)?;
                built = true;
            }
        }
        cx.prepend_path(&folder.join("bin"))?;
    }
    if built {
        cx.sh.remove_path(build_folder(cx))?;
    }
    Ok(())
}

fn is_version(cx: &Context, tool: &CargoTool) -> bool {
    let sh = &cx.sh;
    let program = tool.program;
    cmd!(sh, "{program} --version")
        .quiet()
        .ignore_stderr()
        .read()
        .is_ok_and(|said| said.split_whitespace().any(|word| word == tool.version))
}

/// One folder for the builds of all tools, so that what they share is compiled once.
fn build_folder(cx: &Context) -> PathBuf {
    cx.cache.join("build")
}

fn install(cx: &Context, tool: &CargoTool, folder: &Path) -> Result<()> {
    let sh = &cx.sh;
    let CargoTool {
        name,
        version,
        takes,
        ..
    } = tool;
    let options = tool.options;
    let what = format!("building {name} {version} (about {takes}, once on this machine)");
    step(&what, || {
        let target = build_folder(cx);
        // A tool that runs for a second or two need not be optimized for minutes.
        cmd!(
            sh,
            "cargo install {name}@{version} --locked {options...} --root {folder}"
        )
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .run()
        .with_context(|| {
            format!("`cargo install {name}@{version} --locked` by hand puts it on PATH, too")
        })
    })
}

/// Puts `wasm-opt` on PATH, from the npm package `binaryen` unless that very version is there.
fn wasm_opt(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let (major, _) = BINARYEN.split_once('.').unwrap_or((BINARYEN, ""));
    let there = cx.find_program(&["wasm-opt"]).is_some()
        && cmd!(sh, "wasm-opt --version")
            .quiet()
            .read()
            .is_ok_and(|said| said.split_whitespace().any(|word| word == major));
    if there {
        return Ok(());
    }
    npm_tool(cx, "binaryen", BINARYEN)
}

/// Waits until no other run of xtask sets up tools on this machine; it is our turn as long as the file is open.
fn take_turn(cx: &Context) -> Result<File> {
    cx.sh.create_dir(&cx.cache)?;
    let file = File::create(cx.cache.join("lock"))?;
    if file.try_lock().is_err() {
        step(
            "waiting for another run that sets up tools (minutes)",
            || Ok(file.lock()?),
        )?;
    }
    Ok(file)
}

/// Puts the programs of an npm package in front of PATH.
fn npm_tool(cx: &Context, name: &str, version: &str) -> Result<()> {
    let folder = cx.cache.join(format!("{name}-{version}"));
    if !folder.is_dir() {
        require_npm(cx)?;
        let _turn = take_turn(cx)?;
        get_from_npm(cx, name, version, &folder)?;
    }
    cx.prepend_path(&folder.join("node_modules").join(".bin"))
}

fn get_from_npm(cx: &Context, name: &str, version: &str, folder: &Path) -> Result<()> {
    // Whoever had the turn before may have got it.
    if folder.is_dir() {
        return Ok(());
    }
    let sh = &cx.sh;
    step(&format!("getting npm's {name} {version} (seconds)"), || {
        // Renamed when complete: a folder of that name is always a whole one.
        let partial = cx.cache.join(format!("{name}-{version}.partial"));
        sh.remove_path(&partial)?;
        sh.create_dir(&partial)?;
        cmd!(
            sh,
            "npm install --silent --no-save --prefix {partial} {name}@{version}"
        )
        .run()?;
        Ok(std::fs::rename(&partial, folder)?)
    })
}

/// Fails with the one thing to do when there is no npm.
pub(crate) fn require_npm(cx: &Context) -> Result<()> {
    if cx.find_program(&["npm"]).is_none() {
        bail!("npm is not on PATH: install Node.js 20 or newer");
    }
    Ok(())
}
