//! The criterion benches, ours and the peers' in one run.

use anyhow::Result;
use xshell::cmd;

use crate::context::{Context, step};

/// Runs all benches of the workspace.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    step("benches", || {
        Ok(cmd!(sh, "cargo bench --workspace --benches").run()?)
    })
}
