//! A short run of every fuzz target: enough to see that each still works on its corpus.

use anyhow::Result;
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
    let targets = cmd!(sh, "cargo +nightly fuzz list").quiet().read()?;
    let bounds = [
        format!("-max_total_time={seconds}"),
        format!("-rss_limit_mb={MEMORY}"),
        format!("-timeout={LONGEST}"),
    ];
    let bounds = &bounds;
    for target in targets.lines() {
        // What this run finds goes beside the kept corpus, not into it.
        let found = context::target_folder(cx).join("fuzz-found").join(target);
        sh.create_dir(&found)?;
        let kept = cx.root.join("fuzz").join("corpus").join(target);
        let corpora = [Some(found), kept.is_dir().then_some(kept)];
        let corpora: Vec<_> = corpora.into_iter().flatten().collect();
        step(
            &format!("fuzzing {target} for {seconds} seconds, after its build"),
            || {
                Ok(cmd!(
                    sh,
                    "cargo +nightly fuzz run {target} {corpora...} -- {bounds...}"
                )
                .run()?)
            },
        )?;
    }
    Ok(())
}
