//! npm packages that tests and benches need, as their lock files name them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::context::{Context, step};
use crate::tools;

/// Installs what the folder's package-lock.json names, unless the last run did so from the same
/// lock file.
pub(crate) fn install(cx: &Context, folder: &Path) -> Result<()> {
    let sh = &cx.sh;
    tools::require_npm(cx)?;
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("no {}", lock.display()))?;
    let stamp = folder.join("node_modules").join(".installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let name = folder.strip_prefix(&cx.root).unwrap_or(folder).display();
    step(
        &format!("getting the npm packages of {name} (seconds)"),
        || {
            let _folder = sh.push_dir(folder);
            cmd!(sh, "npm ci --no-audit --no-fund")
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .run()?;
            Ok(fs::write(&stamp, lock)?)
        },
    )
}
