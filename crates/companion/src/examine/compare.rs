//! `mqttscope examine compare A.json B.json`: two reports, or cards, beside each other.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, ValueEnum};
use mqttscope_examine::{Compared, SavedCard, Verdict};

#[derive(Args)]
pub(super) struct Options {
    /// What `mqttscope examine --format json` wrote, or a card as JSON of the page.
    a: PathBuf,
    /// Another one.
    b: PathBuf,
    /// How it is written: as text only what differs, in the other forms all, with what differs marked.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Html,
}

/// 0: nothing differs, 1: something does; an error is 2.
pub(super) fn run(options: &Options) -> Result<ExitCode> {
    let (a, b) = (read(&options.a)?, read(&options.b)?);
    let compared = Compared::new(&a, &b);
    let mut out = io::stdout().lock();
    match options.format {
        Format::Text => text(&compared, options, &mut out),
        Format::Json => writeln!(out, "{}", compared.json()),
        Format::Html => write!(out, "{}", compared.html()),
    }
    .context("writing the comparison")?;
    out.flush()?;
    Ok(ExitCode::from(u8::from(!compared.is_same())))
}

fn read(file: &Path) -> Result<SavedCard> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("reading {name}"))?;
    SavedCard::read(&text).map_err(|why| anyhow!("{name}: {why}"))
}

fn text(compared: &Compared<'_>, options: &Options, out: &mut impl Write) -> io::Result<()> {
    for (letter, file, card) in [("A", &options.a, compared.a), ("B", &options.b, compared.b)] {
        let counts = Verdict::ALL.map(|of| format!("{} {}", card.count(of), of.name()));
        let (file, counts) = (file.display(), counts.join(", "));
        writeln!(out, "{letter}: {} ({file}): {counts}", card.name())?;
    }
    for note in compared.notes() {
        writeln!(out, "{note}")?;
    }
    let facts = compared.facts.iter().filter(|fact| fact.differs());
    for fact in facts {
        let (a, b) = (fact.a.unwrap_or("none"), fact.b.unwrap_or("none"));
        let version = fact.version.name();
        writeln!(out, "{} (MQTT {version}): A {a}, B {b}", fact.name)?;
    }
    let checks = compared.checks.iter().filter(|check| check.differs());
    for check in checks {
        let name = |verdict: Option<Verdict>| verdict.map_or("not run", Verdict::name);
        let version = check.version.name();
        let (a, b) = (name(check.a), name(check.b));
        writeln!(out, "{} (MQTT {version}): A {a}, B {b}", check.id)?;
    }
    if compared.is_same() {
        writeln!(out, "nothing differs")?;
    }
    Ok(())
}
