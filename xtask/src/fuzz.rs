//! A short run of every fuzz target: enough to see that each still works on its corpus.

use anyhow::Result;
use xshell::cmd;

use crate::context::{self, Context, step};
use crate::tools;

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
    let time = format!("-max_total_time={seconds}");
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
                    "cargo +nightly fuzz run {target} {corpora...} -- {time}"
                )
                .run()?)
            },
        )?;
    }
    Ok(())
}
