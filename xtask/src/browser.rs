//! The browser that the tests drive.

use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::cmd;

use crate::context::{Context, step};

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
const HOW: &str =
    "install Chromium and chromedriver, or set CHROME and CHROMEDRIVER to their paths";

/// A Chromium and its driver, by their paths.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds Chromium and its driver, or has Debian's package manager install them.
pub(crate) fn ensure(cx: &Context) -> Result<Browser> {
    if let Some(browser) = find(cx) {
        return Ok(browser);
    }
    let Some(apt) = apt_get(cx) else {
        bail!("no Chromium with chromedriver here: {HOW}");
    };
    let sh = &cx.sh;
    step(
        "installing chromium and chromium-driver with apt-get (1 to 2 minutes)",
        || {
            cmd!(sh, "env {apt...} update")
                .quiet()
                .ignore_stdout()
                .run()?;
            let packages = ["chromium", "chromium-driver"];
            Ok(cmd!(
                sh,
                "env {apt...} install --yes --no-install-recommends {packages...}"
            )
            .ignore_stdout()
            .run()?)
        },
    )?;
    match find(cx) {
        Some(browser) => Ok(browser),
        None => bail!("apt-get ran, but there is still no Chromium with chromedriver: {HOW}"),
    }
}

fn find(cx: &Context) -> Option<Browser> {
    let chosen = |variable, names| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .or_else(|| cx.find_program(names))
    };
    Some(Browser {
        chrome: chosen("CHROME", BROWSERS)?,
        driver: chosen("CHROMEDRIVER", &["chromedriver"])?,
    })
}

/// How `env` is to call apt-get here: as root, or by a sudo that asks for no password.
fn apt_get(cx: &Context) -> Option<&'static [&'static str]> {
    let sh = &cx.sh;
    cx.find_program(&["apt-get"])?;
    let is_root = cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0");
    if is_root {
        return Some(&["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    }
    cx.find_program(&["sudo"])?;
    let may = cmd!(sh, "sudo --non-interactive true")
        .quiet()
        .ignore_stderr()
        .run();
    may.is_ok()
        .then_some(&["sudo", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
}
