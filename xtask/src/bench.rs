//! The benches, ours and the peers' in one run.

use anyhow::Result;
use xshell::cmd;

use crate::context::{Context, step};
use crate::{browser, js, npm};

/// Runs all benches of the workspace, or those of the npm package in Node and in Chromium. `benches/tshark.sh` needs tshark and is run
/// by itself.
pub(crate) fn run(cx: &Context, js_only: bool) -> Result<()> {
    let sh = &cx.sh;
    if js_only {
        let browser = browser::ensure(cx)?;
        js::build(cx)?;
        let folder = cx.root.join("benches").join("js");
        npm::install(cx, &folder)?;
        let _folder = sh.push_dir(folder);
        return step("benches of the npm package", || {
            let bench = cmd!(sh, "npm run --silent bench").env("CHROME", &browser.chrome);
            Ok(bench.run()?)
        });
    }
    step("benches", || {
        Ok(cmd!(sh, "cargo bench --workspace --benches").run()?)
    })
}
