//! A short run of every fuzz target: enough to see that each still works on its corpus.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::tools;

/// Megabytes that a target may take for any one input, with what the sanitizer and the corpus take beside it.
const MEMORY: u32 = 1024;

/// Seconds that one input may take: a thousand times what any takes, so that a slow machine fails nothing.
const LONGEST: u32 = 20;

/// Runs each target of `fuzz/` for so many seconds, or says why it cannot.
pub(crate) fn run(cx: &Context, seconds: u32) -> Result<()> {
    let sh = &cx.sh;
    if !cx.root.join("fuzz").join("Cargo.toml").is_file() {
        println!("fuzzing skipped: there is no fuzz/ here");
        return Ok(());
    }
    let nightly = cmd!(sh, "cargo +nightly --version")
        .quiet()
        .ignore_stderr()
        .read();
    if nightly.is_err() {
        println!("fuzzing skipped: no nightly toolchain (`rustup toolchain install nightly`)");
        return Ok(());
    }
    tools::cargo_tools(cx, &[&tools::CARGO_FUZZ])?;
    step("building the fuzz targets", || {
        Ok(cmd!(sh, "cargo +nightly fuzz build").run()?)
    })?;
    let targets = cmd!(sh, "cargo +nightly fuzz list").quiet().read()?;
    let targets = targets.lines().map(|name| Target::new(cx, name, seconds));
    let targets: Vec<_> = targets.collect::<Result<_>>()?;
    step(
        &format!("fuzzing each of them for {seconds} seconds"),
        || all(targets),
    )
}

/// A target, ready to run.
struct Target {
    name: String,
    command: Command,
}

impl Target {
    fn new(cx: &Context, name: &str, seconds: u32) -> Result<Self> {
        // What this run finds goes beside the kept corpus, not into it.
        let found = context::target_folder(cx).join("fuzz-found").join(name);
        cx.sh.create_dir(&found)?;
        let kept = cx.root.join("fuzz").join("corpus").join(name);
        let corpora = [Some(found), kept.is_dir().then_some(kept)];
        let corpora: Vec<PathBuf> = corpora.into_iter().flatten().collect();
        let mut command = Command::new("cargo");
        command
            .args(["+nightly", "fuzz", "run", name])
            .args(corpora)
            .args([
                "--",
                &format!("-max_total_time={seconds}"),
                &format!("-rss_limit_mb={MEMORY}"),
                &format!("-timeout={LONGEST}"),
            ])
            .current_dir(&cx.root);
        if let Some(path) = cx.sh.var_os("PATH") {
            command.env("PATH", path);
        }
        Ok(Self {
            name: name.to_owned(),
            command,
        })
    }

    fn run(mut self) -> Result<()> {
        let Output { status, stderr, .. } = self
            .command
            .output()
            .with_context(|| format!("starting {}", self.name))?;
        let said = String::from_utf8_lossy(&stderr);
        ensure!(status.success(), "{} failed:\n{said}", self.name);
        let last = said.lines().rev().find(|line| line.starts_with("Done "));
        eprintln!("   {}: {}", self.name, last.unwrap_or("done"));
        Ok(())
    }
}

/// A target keeps one core busy, so there run as many as there are cores.
fn all(targets: Vec<Target>) -> Result<()> {
    let left = Mutex::new(targets.into_iter());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    let work = || -> Result<()> {
        while let Some(target) = next() {
            target.run()?;
        }
        Ok(())
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            let ended = worker.join();
            ended.unwrap_or_else(|_| bail!("a thread of the fuzzing panicked"))
        })
    })
}
