//! Real brokers, started for the tests from `tests/brokers/`, and stopped after them.

use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::cmd;

use crate::context::{Context, step};

/// Installed in seconds.
const QUICK: &[&str] = &[
    "mosquitto",
    "ejabberd",
    "rabbitmq",
    "aedes",
    "amqtt",
    "activemq",
];
/// Compiled, which takes minutes; only when all are asked for.
const SLOW: &[&str] = &["mqttv5", "rumqttd"];
/// Without this one there is no proof at all.
const REQUIRED: &str = "mosquitto";

/// Runs the client of the session crate against each broker that can be had here.
pub(crate) fn run(cx: &Context, all: bool) -> Result<()> {
    let running = start_all(cx, all)?;
    let names = running.names();
    if names.is_empty() {
        return Ok(());
    }
    let sh = &cx.sh;
    step(&format!("the client against {names}"), || {
        cmd!(sh, "cargo test --workspace --test brokers")
            .env("MQTTSCOPE_BROKERS", &names)
            .run()
            .map_err(Into::into)
    })
}

/// Starts each broker that can be had here, the slow ones only if `all` are wanted.
pub(crate) fn start_all(cx: &Context, all: bool) -> Result<Running<'_>> {
    let wanted = QUICK.iter().chain(SLOW.iter().filter(|_| all));
    let mut running = Running {
        cx,
        names: Vec::new(),
    };
    if !cfg!(target_os = "linux") {
        println!("real brokers skipped: their scripts are for Linux");
        return Ok(running);
    }
    step("starting real brokers", || {
        for &name in wanted {
            if start(cx, name) {
                running.names.push(name);
            } else if name == REQUIRED {
                bail!("{name} does not start: `tests/brokers/brokers.sh {name} start` says why");
            } else {
                println!("{name} skipped: it could not be installed or started");
            }
        }
        Ok(())
    })?;
    Ok(running)
}

/// Installs and starts one; a download that hangs is given up.
fn start(cx: &Context, name: &str) -> bool {
    let sh = &cx.sh;
    let script = script(cx);
    let seconds = if SLOW.contains(&name) { "1800" } else { "180" };
    let tried = cmd!(sh, "timeout {seconds} {script} {name} install")
        .run()
        .and_then(|()| cmd!(sh, "{script} {name} start").run());
    tried.is_ok()
}

/// Brokers that end with this value.
pub(crate) struct Running<'a> {
    cx: &'a Context,
    names: Vec<&'static str>,
}

impl Running<'_> {
    /// Their names with spaces between, as the tests want them.
    pub(crate) fn names(&self) -> String {
        self.names.join(" ")
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let sh = &self.cx.sh;
        let script = script(self.cx);
        for name in &self.names {
            if let Err(error) = cmd!(sh, "{script} {name} stop").run() {
                eprintln!("{error}");
            }
        }
    }
}

fn script(cx: &Context) -> PathBuf {
    cx.root.join("tests").join("brokers").join("brokers.sh")
}
