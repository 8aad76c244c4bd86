//! Other people's clients against the project's broker: Paho and mosquitto's own.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use crate::context::{Context, step};
use crate::python;

const PAHO: &str = "2.2.0";
/// The last before its calls changed.
const OLD_PAHO: &str = "1.6.1";
const DJANGO: &str = "5.2.19";

/// Runs the scripts of `tests/clients/`; those whose client cannot be had here are skipped.
pub(crate) fn run(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let folder = cx.root.join("tests").join("clients");
    // Of the whole workspace, here and elsewhere: `--package` chooses other features of what is shared, and all of it
    // would be compiled once more.
    cmd!(sh, "cargo build --workspace --example tcp_broker").run()?;
    match python_with_paho(cx)? {
        Some(python) => {
            let script = folder.join("paho_against_broker.py");
            step("Paho's client against the broker", || {
                Ok(cmd!(sh, "{python} {script}").run()?)
            })?;
        }
        None => println!("Paho's client skipped: there is no python3 with venv here"),
    }
    if cx.find_program(&["mosquitto_rr"]).is_none() {
        let install = cx.root.join("tests/brokers/brokers.sh");
        // What it says is for people; whether it worked is seen below.
        let _ = cmd!(sh, "{install} mosquitto install").run();
    }
    if cx.find_program(&["mosquitto_rr"]).is_none() {
        println!("mosquitto's clients skipped: install mosquitto-clients");
        return Ok(());
    }
    let script = folder.join("mosquitto_against_broker.sh");
    step("mosquitto's clients against the broker", || {
        Ok(cmd!(sh, "bash {script}").run()?)
    })
}

/// A Python that has Paho, in the folder of tools; none where there is no Python.
pub(crate) fn python_with_paho(cx: &Context) -> Result<Option<PathBuf>> {
    python::with(cx, &[&format!("paho-mqtt=={PAHO}")])
}

/// Pythons that have Django, one with each line of Paho's versions; none where there is no Python.
pub(crate) fn pythons_with_django(cx: &Context) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for paho in [OLD_PAHO, PAHO] {
        let packages = [format!("paho-mqtt=={paho}"), format!("django=={DJANGO}")];
        all.extend(python::with(cx, &packages.each_ref().map(String::as_str))?);
    }
    Ok(all)
}
