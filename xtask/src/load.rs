//! The Live page under load, beside a page that only counts with MQTT.js; and the frames of the Flows page.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::context::{Context, step};
use crate::{browser, npm, page};

/// Builds the page and prints the report of `benches/load`; fails when a goal is missed.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let browser = browser::ensure(cx)?;
    cmd!(sh, "mosquitto -h")
        .quiet()
        .ignore_stdout()
        .ignore_status()
        .run()
        .context("mosquitto is missing: install it, in Debian with `apt-get install mosquitto`")?;
    let folder = cx.root.join("benches").join("load");
    npm::install(cx, &folder)?;
    page::build(cx)?;
    let (site, chrome) = (page::dist(cx), browser.chrome);
    let _folder = sh.push_dir(&folder);
    step("the Live page under load", || {
        cmd!(sh, "node run.mjs --site {site} --chrome {chrome}")
            .run()
            .map_err(Into::into)
    })?;
    step("the frames of the Flows page", || {
        cmd!(sh, "node frames.mjs --site {site} --chrome {chrome}")
            .run()
            .map_err(Into::into)
    })
}
