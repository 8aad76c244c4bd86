//! Every check that needs no test run.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Result, bail};
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::{tidy, tools};

/// Runs all checks, in the order of how soon they answer.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    step("our own tidy checks", || tidy::run(cx))?;
    step("cargo fmt", || {
        Ok(cmd!(sh, "cargo fmt --all --check").run()?)
    })?;
    spelling(cx)?;
    step("clippy for this machine", || {
        Ok(cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings").run()?)
    })?;
    wasm_clippy(cx)?;
    bare_metal(cx)?;
    step("rustdoc", || {
        Ok(cmd!(sh, "cargo doc --workspace --no-deps")
            .env("RUSTDOCFLAGS", "-D warnings")
            .run()?)
    })?;
    dependencies(cx)
}

/// All that the page is made of, with the list of what fails in a browser.
fn wasm_clippy(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    tools::wasm_target(cx)?;
    let target = "wasm32-unknown-unknown";
    step("clippy for the browser", || {
        cmd!(
            sh,
            "cargo clippy --workspace --exclude xtask --exclude mqttscope-companion --target {target} -- -D warnings"
        )
        .env("CLIPPY_CONF_DIR", cx.root.join("clippy").join("wasm"))
        .run()
        .map_err(Into::into)
    })
}

/// The `no_std` crates on a target that has no standard library to fall back on, then what a registry would get of
/// those that may be used alone, each built from its package.
fn bare_metal(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let target = "thumbv7em-none-eabi";
    let has_target = tools::rust_target(cx, target);
    let packages = |names: &[&str]| -> Vec<String> {
        let named = names.iter();
        named
            .map(|name| format!("--package=mqttscope-{name}"))
            .collect()
    };
    let no_std = packages(&[
        "wire",
        "shared",
        "client",
        "broker",
        "monitor",
        "sim",
        "examine",
        "sparkplug",
        "schema",
    ]);
    match has_target {
        Ok(()) => step("the no_std crates on bare metal", || {
            Ok(cmd!(
                sh,
                "cargo check --no-default-features --target {target} {no_std...}"
            )
            .run()?)
        })?,
        Err(error) => eprintln!("   bare metal skipped: {error:#}"),
    }
    let alone = packages(&["wire", "shared", "client", "broker", "monitor", "examine"]);
    step("cargo package", || {
        let folder = context::target_folder(cx).join("packages");
        forget_packages(cx, &folder)?;
        Ok(cmd!(
            sh,
            "cargo package --target-dir {folder} --offline --quiet --allow-dirty {alone...}"
        )
        .run()?)
    })
}

/// Cargo takes a package of the same version for the same, and the version stays from run to run: what an earlier run
/// built in `folder` would stand in for this one's, and what it unpacked. That is beside the registry's own sources, in
/// folders whose names begin with a dash.
fn forget_packages(cx: &Context, folder: &Path) -> Result<()> {
    cx.sh.remove_path(folder)?;
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let Some(cargo) = cargo.or_else(|| env::home_dir().map(|home| home.join(".cargo"))) else {
        return Ok(());
    };
    let Ok(sources) = fs::read_dir(cargo.join("registry/src")) else {
        return Ok(());
    };
    for source in sources.filter_map(Result::ok) {
        if !source.file_name().to_string_lossy().starts_with('-') {
            continue;
        }
        for package in fs::read_dir(source.path())?.filter_map(Result::ok) {
            if package
                .file_name()
                .to_string_lossy()
                .starts_with("mqttscope-")
            {
                cx.sh.remove_path(package.path())?;
            }
        }
    }
    Ok(())
}

fn spelling(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let typos = tools::typos(cx)?;
    step("typos", || Ok(cmd!(sh, "{typos}").run()?))
}

/// Licences, sources and duplicates always; advisories where their database can be fetched.
fn dependencies(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    tools::cargo_tools(cx, &[&tools::CARGO_DENY])?;
    step("cargo deny", || {
        cmd!(sh, "cargo-deny check bans licenses sources").run()?;
        let fetched = cmd!(sh, "cargo-deny fetch db")
            .quiet()
            .ignore_stdout()
            .ignore_stderr();
        if fetched.run().is_err() {
            eprintln!("   advisories skipped: their database cannot be reached from here");
            return Ok(());
        }
        if cmd!(sh, "cargo-deny check advisories").run().is_err() {
            bail!("a dependency has an advisory, listed above");
        }
        Ok(())
    })
}
