//! Building and serving the page.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::context::{Context, step};
use crate::{csp, tools};

/// What makes trunk build for size, by the profile in Cargo.toml.
const RELEASE: &[&str] = &["--release", "--cargo-profile", "page"];

/// The folder of the built page.
pub(crate) fn dist(cx: &Context) -> PathBuf {
    cx.root.join("dist")
}

/// Gets what is missing and serves the page on 127.0.0.1, rebuilding when a file changes.
pub(crate) fn serve(cx: &Context, port: u16, release: bool) -> Result<()> {
    let sh = &cx.sh;
    tools::for_page(cx)?;
    eprintln!("\n== building the page, then serving it on http://127.0.0.1:{port}/ (Ctrl-C stops)");
    let release: &[&str] = if release { RELEASE } else { &[] };
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
        "building the release page into dist/ (1 to 3 minutes from scratch)",
        || {
            cmd!(sh, "trunk build {RELEASE...}")
                .env("TRUNK_SKIP_VERSION_CHECK", "true")
                .run()?;
            let index = dist(cx).join("index.html");
            let html = sh.read_file(&index)?;
            Ok(sh.write_file(&index, csp::with_policy(&html)?)?)
        },
    )
}
