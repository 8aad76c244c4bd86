//! Building and serving the page.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::{csp, lean, names, tools};

/// The folder of the built page.
pub(crate) fn dist(cx: &Context) -> PathBuf {
    cx.root.join("dist")
}

/// Gets what is missing and serves the page on 127.0.0.1, rebuilding when a file changes.
pub(crate) fn serve(cx: &Context, port: u16, release: bool) -> Result<()> {
    let sh = &cx.sh;
    tools::for_page(cx)?;
    eprintln!("\n== building the page, then serving it on http://127.0.0.1:{port}/ (Ctrl-C stops)");
    let release: &[&str] = if release { &["--release"] } else { &[] };
    let port = port.to_string();
    cmd!(
        sh,
        "trunk serve {release...} --address 127.0.0.1 --port {port}"
    )
    .env("TRUNK_SKIP_VERSION_CHECK", "true")
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
            Ok(cmd!(sh, "trunk build --release")
                .env("TRUNK_SKIP_VERSION_CHECK", "true")
                .run()?)
        },
    )
}

/// What Trunk.toml has Trunk call behind each build: a release gets content hashes in all file names and a
/// Content-Security-Policy. Trunk says by variables where the files are.
pub(crate) fn finish() -> Result<()> {
    let variable =
        |name| env::var(name).with_context(|| format!("{name} is not set: only Trunk calls this"));
    if variable("TRUNK_PROFILE")? != "release" {
        return Ok(());
    }
    let site = PathBuf::from(variable("TRUNK_STAGING_DIR")?);
    lean::all(&site)?;
    names::hash_all(&site)?;
    let index = site.join("index.html");
    let html = fs::read_to_string(&index)?;
    Ok(fs::write(index, csp::with_policy(&html)?)?)
}
