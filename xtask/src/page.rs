//! Building and serving the page.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::context::{Context, step};
use crate::{csp, tools};

/// What makes trunk build for size, by the profile in Cargo.toml.
const RELEASE: &[&str] = &["--release", "--cargo-profile", "page"];

/// Leaves the places of panics out: names of files that nobody reads in a page that just stops.
const NO_PLACES: &str = "-Zlocation-detail=none";

/// The folder of the built page.
pub(crate) fn dist(cx: &Context) -> PathBuf {
    cx.root.join("dist")
}

/// Gets what is missing and serves the page on 127.0.0.1, rebuilding when a file changes.
pub(crate) fn serve(cx: &Context, port: u16, release: bool) -> Result<()> {
    let sh = &cx.sh;
    tools::for_page(cx)?;
    eprintln!("\n== building the page, then serving it on http://127.0.0.1:{port}/ (Ctrl-C stops)");
    let flags = if release { flags(sh) } else { Vec::new() };
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
        "building the release page into dist/ (1 to 3 minutes from scratch)",
        || {
            cmd!(sh, "trunk build {RELEASE...}")
                .env("TRUNK_SKIP_VERSION_CHECK", "true")
                .envs(flags(sh))
                .run()?;
            let index = dist(cx).join("index.html");
            let html = sh.read_file(&index)?;
            Ok(sh.write_file(&index, csp::with_policy(&html)?)?)
        },
    )
}

/// The variables that bring [`NO_PLACES`] to the compiler; none where it does not know the option,
/// which is not stable: the page is then a little larger.
fn flags(sh: &Shell) -> Vec<(&'static str, String)> {
    let known = cmd!(sh, "rustc {NO_PLACES} --print cfg")
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_ok();
    // Cargo takes this one alone, whatever else is set, and it is not ours to change.
    if !known || env::var_os("CARGO_ENCODED_RUSTFLAGS").is_some() {
        return Vec::new();
    }
    let (name, value) = with_no_places(|name| env::var(name).ok());
    vec![("RUSTC_BOOTSTRAP", "1".to_owned()), (name, value)]
}

/// The variable to set, and to what: flags that are there stay. Cargo looks at the flags of the
/// target only where there are none for all.
fn with_no_places(var: impl Fn(&str) -> Option<String>) -> (&'static str, String) {
    let given = |name| var(name).filter(|flags| !flags.trim().is_empty());
    let all = "RUSTFLAGS";
    let of_target = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    if let Some(flags) = given(all) {
        return (all, format!("{flags} {NO_PLACES}"));
    }
    let flags = given(of_target).map_or_else(String::new, |flags| flags + " ");
    (of_target, flags + NO_PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_are_there_stay() {
        let with = |all: &str, of_target: &str| {
            with_no_places(|name| {
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
