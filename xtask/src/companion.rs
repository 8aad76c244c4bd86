//! The native program, with the release page inside.

use anyhow::Result;
use xshell::cmd;

use crate::context::{Context, step};
use crate::page;

/// Builds the page, and then the program around it.
pub(crate) fn build(cx: &Context) -> Result<()> {
    page::build(cx)?;
    let sh = &cx.sh;
    let page = page::dist(cx);
    step("the companion", || {
        let build = cmd!(
            sh,
            "cargo build --release --package mqttscope-companion --features page"
        );
        Ok(build.env("MQTTSCOPE_PAGE", page).run()?)
    })
}
