//! Commands of xtask that run while others do.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::context::{self, Context, step};

/// Commands that run one after the other, and what they say, which is kept until they are over.
pub(crate) struct Beside {
    running: JoinHandle<Result<()>>,
    said: PathBuf,
}

impl Beside {
    pub(crate) fn start(cx: &Context, commands: &[&[&str]]) -> Self {
        let said = context::target_folder(cx).join("beside.txt");
        let commands: Vec<_> = commands
            .iter()
            .map(|arguments| {
                let mut command = Command::new(&cx.program);
                command.args(*arguments).current_dir(&cx.root);
                command
            })
            .collect();
        let names: Vec<_> = commands
            .iter()
            .map(|command| format!("{command:?}"))
            .collect();
        eprintln!("\n== meanwhile: {}", names.join(", "));
        let log = said.clone();
        Self {
            running: thread::spawn(move || run(commands, &log)),
            said,
        }
    }

    /// Waits for them, and prints what they said.
    pub(crate) fn finish(self) -> Result<()> {
        let ended = step("waiting for what ran beside this", || {
            let ended = self.running.join();
            ended.map_err(|_| anyhow!("its thread panicked"))
        })?;
        eprint!("{}", fs::read_to_string(self.said)?);
        ended
    }
}

fn run(commands: Vec<Command>, said: &Path) -> Result<()> {
    let log = File::create(said).with_context(|| said.display().to_string())?;
    for mut command in commands {
        command.stdout(log.try_clone()?).stderr(log.try_clone()?);
        let status = command.status()?;
        ensure!(status.success(), "{command:?} failed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_ends_the_row_and_all_that_was_said_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("said");
        let cargo = |argument: &str| {
            let mut command = Command::new("cargo");
            command.arg(argument);
            command
        };
        run(vec![cargo("--version")], &log).unwrap();
        assert!(fs::read_to_string(&log).unwrap().starts_with("cargo "));
        let error = run(vec![cargo("--no-such-option"), cargo("--version")], &log).unwrap_err();
        assert!(error.to_string().contains("--no-such-option"), "{error}");
        assert!(!fs::read_to_string(&log).unwrap().starts_with("cargo "));
    }
}
