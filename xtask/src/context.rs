//! Where things are, and how a step says what it does.

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use xshell::Shell;

/// The repository, the folder of fetched tools, and a shell that stands in the repository.
pub(crate) struct Context {
    /// This program: what stands there, when the tests have built it anew, is the same.
    pub(crate) program: PathBuf,
    pub(crate) sh: Shell,
    pub(crate) root: PathBuf,
    pub(crate) cache: PathBuf,
}

impl Context {
    pub(crate) fn new() -> Result<Self> {
        // As `cargo run` says it, not as it was at build time: a target folder may outlive a move.
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").context("xtask runs through `cargo xtask`")?;
        let root = Path::new(&manifest)
            .parent()
            .context("xtask has no parent folder")?
            .to_owned();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        Ok(Self {
            program: env::current_exe()?,
            sh,
            root,
            cache: cache_folder()?,
        })
    }

    /// Puts a folder in front of PATH, for every command that this run starts later.
    pub(crate) fn prepend_path(&self, folder: &Path) -> Result<()> {
        let old = self.sh.var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&old));
        self.sh.set_var("PATH", env::join_paths(folders)?);
        Ok(())
    }

    /// The first program of these names on the PATH of this run.
    pub(crate) fn find_program(&self, names: &[&str]) -> Option<PathBuf> {
        let path = self.sh.var_os("PATH")?;
        names
            .iter()
            .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
            .map(|program| program.with_extension(env::consts::EXE_EXTENSION))
            .find(|program| program.is_file())
    }
}

/// The folder that Cargo builds into.
pub(crate) fn target_folder(cx: &Context) -> PathBuf {
    let chosen = env::var_os("CARGO_TARGET_DIR");
    cx.root.join(chosen.unwrap_or_else(|| "target".into()))
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("MQTTSCOPE_TOOLS") {
        return Ok(PathBuf::from(folder));
    }
    if let Some(folder) = env::var_os("XDG_CACHE_HOME") {
        return Ok(Path::new(&folder).join("mqttscope"));
    }
    let home = env::home_dir().context("no home folder: set MQTTSCOPE_TOOLS to a folder")?;
    Ok(home.join(".cache").join("mqttscope"))
}

/// Says what a step does and, when it is over, how long it took.
pub(crate) fn step<T>(what: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("\n== {what}");
    let started = Instant::now();
    let done = run().with_context(|| what.to_owned())?;
    eprintln!("== done in {}: {what}", minutes(started.elapsed()));
    Ok(done)
}

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_step_is_told_in_minutes() {
        assert_eq!(minutes(Duration::from_secs(119)), "119 s");
        assert_eq!(minutes(Duration::from_secs(125)), "2 min 5 s");
    }
}
