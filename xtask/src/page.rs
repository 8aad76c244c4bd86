//! Building and serving the page.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::context::{self, Context, step};
use crate::{csp, glue, order, pack, tools};

/// What makes trunk build for size, by the profile in Cargo.toml.
const RELEASE: &[&str] = &["--release", "--cargo-profile", "page"];

/// Leaves the places of panics out: names of files that nobody reads in a page that just stops.
const NO_PLACES: &str = "-Zlocation-detail=none";

/// A panic stops the page where it happens, and its words are left out as well. The standard library
/// has such words in every part, so it must be built anew.
const NO_WORDS: &str = "-Zunstable-options -Cpanic=immediate-abort";

/// Has Cargo build the standard library from its source, for size.
const BUILD_STD: [(&str, &str); 2] = [
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];

/// The folder of the built page.
pub(crate) fn dist(cx: &Context) -> PathBuf {
    cx.root.join("dist")
}

/// Gets what is missing and serves the page on 127.0.0.1, rebuilding when a file changes.
pub(crate) fn serve(cx: &Context, port: u16, release: bool) -> Result<()> {
    let sh = &cx.sh;
    tools::for_page(cx)?;
    eprintln!("\n== building the page, then serving it on http://127.0.0.1:{port}/ (Ctrl-C stops)");
    let flags = if release { flags(cx)? } else { Vec::new() };
    let release: &[&str] = if release { RELEASE } else { &[] };
    let port = port.to_string();
    cmd!(
        sh,
        "trunk serve {release...} --address 127.0.0.1 --port {port}"
    )
    .env("TRUNK_SKIP_VERSION_CHECK", "true")
    .envs(flags)
    .run()
    .context("trunk stopped; if the port is taken, choose another with --port")
}

/// Builds the release page into `dist/`: a folder for any static host, at any path.
pub(crate) fn build(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    tools::for_page(cx)?;
    step(
        "building the release page into dist/ (2 to 4 minutes from scratch)",
        || {
            // What an earlier build left there of scripts, Trunk would name in the page.
            sh.remove_path(context::target_folder(cx).join("wasm-bindgen"))?;
            cmd!(sh, "trunk build {RELEASE...}")
                .env("TRUNK_SKIP_VERSION_CHECK", "true")
                .envs(flags(cx)?)
                .run()?;
            shrink_program(cx)?;
            pack::run(cx)?;
            let index = dist(cx).join("index.html");
            let html = sh.read_file(&index)?;
            Ok(sh.write_file(&index, csp::with_policy(&html)?)?)
        },
    )
}

/// What Trunk does not do for the size of a program, and only of the one that is loaded first: `app-<hash>.js` with its `app-<hash>_bg.wasm`.
fn shrink_program(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    for file in sh.read_dir(dist(cx))? {
        let name = file.file_name().and_then(|name| name.to_str());
        let stem = name.and_then(|name| name.strip_suffix(".js"));
        let Some(stem) = stem.filter(|stem| stem.starts_with("app-")) else {
            continue;
        };
        let program = file.with_file_name(format!("{stem}_bg.wasm"));
        order::run(sh, &program)?;
        let (script, short) =
            glue::shorten(&sh.read_file(&file)?, &sh.read_binary_file(&program)?)?;
        sh.write_file(&file, script)?;
        sh.write_file(&program, short)?;
    }
    Ok(())
}

/// The variables that make the build small with what is not stable: [`NO_PLACES`], and a standard library
/// built with [`NO_WORDS`]. What this compiler does not know is left out, and the page is larger.
fn flags(cx: &Context) -> Result<Vec<(&'static str, String)>> {
    // Cargo takes this one alone, whatever else is set, and it is not ours to change.
    if env::var_os("CARGO_ENCODED_RUSTFLAGS").is_some() || !is_known(&cx.sh, NO_PLACES) {
        return Ok(Vec::new());
    }
    let with_std = is_known(&cx.sh, NO_WORDS) && tools::std_source(cx)?;
    let ours = if with_std {
        format!("{NO_PLACES} {NO_WORDS}")
    } else {
        NO_PLACES.to_owned()
    };
    let (name, value) = with_given(&ours, |name| env::var(name).ok());
    let mut flags = vec![("RUSTC_BOOTSTRAP", "1".to_owned()), (name, value)];
    if with_std {
        flags.extend(BUILD_STD.map(|(name, value)| (name, value.to_owned())));
    }
    Ok(flags)
}

/// Whether rustc knows these options.
fn is_known(sh: &Shell, options: &str) -> bool {
    let options = options.split(' ');
    cmd!(sh, "rustc {options...} --print cfg")
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_ok()
}

/// The variable to set, and to what: flags that are there stay. Cargo looks at the flags of the
/// target only where there are none for all.
fn with_given(ours: &str, var: impl Fn(&str) -> Option<String>) -> (&'static str, String) {
    let given = |name| var(name).filter(|flags| !flags.trim().is_empty());
    let all = "RUSTFLAGS";
    let of_target = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    if let Some(flags) = given(all) {
        return (all, format!("{flags} {ours}"));
    }
    let flags = given(of_target).map_or_else(String::new, |flags| flags + " ");
    (of_target, flags + ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_are_there_stay() {
        let with = |all: &str, of_target: &str| {
            with_given(NO_PLACES, |name| {
                let value = if name == "RUSTFLAGS" { all } else { of_target };
                Some(value.to_owned())
            })
        };
        let of_target = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
        assert_eq!(with("", ""), (of_target, NO_PLACES.to_owned()));
        assert_eq!(with("", "-Ca"), (of_target, format!("-Ca {NO_PLACES}")));
        assert_eq!(
            with("-Cb", "-Ca"),
            ("RUSTFLAGS", format!("-Cb {NO_PLACES}"))
        );
    }
}
