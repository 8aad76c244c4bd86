//! Building and serving the page.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::{csp, names, tools};

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

/// Builds the release page unless the one in `dist/` is newer than all that it is made of.
pub(crate) fn build_if_older(cx: &Context) -> Result<()> {
    let built = fs::metadata(dist(cx).join("index.html")).and_then(|page| page.modified());
    let Ok(built) = built else {
        return build(cx);
    };
    let mut made_of = Vec::new();
    for name in ["Cargo.lock", "Cargo.toml", "Trunk.toml", "index.html"] {
        made_of.push(cx.root.join(name));
    }
    for folder in ["crates", "src", "www", "xtask"] {
        made_of.append(&mut names::files_below(&cx.root.join(folder))?);
    }
    for file in made_of {
        if fs::metadata(&file)?.modified()? > built {
            return build(cx);
        }
    }
    println!("the page in dist/ is newer than all that it is made of");
    Ok(())
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
    names::hash_all(&site)?;
    let index = site.join("index.html");
    let html = fs::read_to_string(&index)?;
    Ok(fs::write(index, csp::with_policy(&html)?)?)
}
