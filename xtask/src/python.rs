//! Packages of PyPI, each set in a virtual environment of its own.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use crate::context::{Context, step};

/// A Python that has these packages of PyPI, in the folder of tools; none where there is no Python.
pub(crate) fn with(cx: &Context, packages: &[&str]) -> Result<Option<PathBuf>> {
    let sh = &cx.sh;
    let folder = cx.cache.join(packages.join("-").replace("==", "-"));
    let python = folder.join("bin").join("python");
    if python.is_file() {
        return Ok(Some(python));
    }
    if cx.find_program(&["python3"]).is_none() {
        return Ok(None);
    }
    let what = packages.join(" and ");
    // A virtual environment cannot be moved: one that is not complete is removed.
    let made = step(&format!("getting {what} from PyPI (seconds)"), || {
        let pip = folder.join("bin").join("pip");
        cmd!(sh, "python3 -m venv {folder}").run()?;
        Ok(cmd!(
            sh,
            "{pip} install --quiet --disable-pip-version-check --timeout 20 {packages...}"
        )
        .run()?)
    });
    if let Err(error) = made {
        eprintln!("{error:#}");
        sh.remove_path(&folder)?;
        return Ok(None);
    }
    Ok(Some(python))
}
