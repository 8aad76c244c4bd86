//! What was found, in the formats of `mqttscope lint`.

mod finding;
mod junit;
mod sarif;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use mqttscope_capture::recording::Gap;
use mqttscope_wire::{PacketType, Severity};

pub(crate) use self::finding::{Finding, sender, severity, statement};
use self::sarif::Sarif;
use crate::lint::{FailOn, Format};

/// What a file shows.
pub(crate) struct Linted {
    pub(crate) connections: Vec<LintedConnection>,
    /// What was not read, and why.
    pub(crate) notes: Vec<String>,
}

/// What a connection of a file shows.
pub(crate) struct LintedConnection {
    /// Its number among those of its file, or of files that were recorded one behind the other, from 1.
    pub(crate) number: usize,
    /// It began in a file before, where it is counted.
    pub(crate) goes_on: bool,
    /// Its ends, where a capture tells them.
    pub(crate) name: Option<String>,
    /// The number of its packets in the file.
    pub(crate) packets: usize,
    /// Those whose end is missing.
    pub(crate) incomplete: Vec<Incomplete>,
    pub(crate) missing: Missing,
    pub(crate) findings: Vec<Finding>,
}

/// What the recording lacks of what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    gaps: u64,
    /// Bytes in them, as far as that is known.
    bytes: u64,
    /// Nobody can know it of all of them.
    or_more: bool,
}

impl Missing {
    /// Of these gaps.
    pub(crate) fn of<'g>(gaps: impl Iterator<Item = &'g Gap>) -> Self {
        let mut missing = Self::default();
        for gap in gaps {
            missing.add(Self {
                gaps: 1,
                bytes: gap.bytes.unwrap_or(0),
                or_more: gap.bytes.is_none(),
            });
        }
        missing
    }

    fn add(&mut self, other: Self) {
        self.gaps = self.gaps.saturating_add(other.gaps);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.or_more |= other.or_more;
    }

    /// What is said of it; `None`: nothing is missing.
    pub(crate) fn says(self) -> Option<String> {
        let Self {
            gaps,
            bytes,
            or_more,
        } = self;
        let more = if or_more { " or more" } else { "" };
        let are = if bytes == 1 { "is" } else { "are" };
        let (gaps_said, bytes) = (counted(gaps, "gap"), counted(bytes, "byte"));
        (gaps > 0).then(|| format!("{gaps_said}, {bytes}{more} {are} missing in the recording"))
    }
}

/// A packet whose end is not in the file, which breaks no rule: what recorded it may have stopped there.
pub(crate) struct Incomplete {
    /// Its number in the connection, from 0.
    pub(crate) index: usize,
    pub(crate) frame: Option<u64>,
    pub(crate) packet_type: PacketType,
    /// Bytes that are missing at least.
    pub(crate) missing: usize,
}

/// What is said of packets whose end is missing.
pub(crate) fn incomplete_notes(connection: &LintedConnection) -> impl Iterator<Item = String> + '_ {
    connection.incomplete.iter().map(|it| {
        let place = it.frame.map_or_else(
            || format!("packet {}", it.index.saturating_add(1)),
            |frame| format!("frame {frame}"),
        );
        let name = connection.name.as_deref();
        let name = name.map_or_else(String::new, |name| format!("{name}, "));
        format!(
            "{name}{place}: {} is incomplete, {} or more of it {} missing: rules are checked as far as it goes",
            it.packet_type.name(),
            counted(it.missing as u64, "byte"),
            if it.missing == 1 { "is" } else { "are" },
        )
    })
}

/// What all files show.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) files: usize,
    pub(crate) unread: usize,
    pub(crate) packets: usize,
    /// Those whose end is missing.
    pub(crate) incomplete: usize,
    pub(crate) missing: Missing,
    pub(crate) connections: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
    /// Whether a finding fails the run.
    pub(crate) is_failed: bool,
}

/// A report that is being written, file by file.
pub(crate) struct Report<W> {
    out: W,
    written: Written,
    fail_on: FailOn,
    totals: Totals,
}

/// What a format keeps while it is written.
enum Written {
    Text,
    Json,
    Junit,
    Sarif(Sarif),
}

impl<W: Write> Report<W> {
    /// Begins a report.
    ///
    /// # Errors
    /// Nobody reads it, as for all that writes.
    pub(crate) fn new(format: Format, fail_on: FailOn, mut out: W) -> io::Result<Self> {
        let written = match format {
            Format::Text => Written::Text,
            Format::Json => Written::Json,
            Format::Junit => {
                junit::begin(&mut out)?;
                Written::Junit
            }
            Format::Sarif => Written::Sarif(Sarif::begin(&mut out)?),
        };
        Ok(Self {
            out,
            written,
            fail_on,
            totals: Totals::default(),
        })
    }

    /// Writes what a file shows, and what was not read of it to the standard error.
    pub(crate) fn file(&mut self, path: &Path, linted: &Linted) -> io::Result<()> {
        let file = path.display().to_string();
        for note in &linted.notes {
            eprintln!("{file}: {note}");
        }
        self.totals.count(linted, self.fail_on);
        let findings = linted.connections.iter().flat_map(|of| &of.findings);
        match &mut self.written {
            Written::Text => {
                for finding in findings {
                    writeln!(self.out, "{file}: {finding}")?;
                }
            }
            Written::Json => {
                for finding in findings {
                    finding.json(&file, &mut self.out)?;
                }
            }
            Written::Junit => junit::suite(&file, linted, self.fail_on, &mut self.out)?,
            Written::Sarif(sarif) => {
                for finding in findings {
                    sarif.result(&file, finding, &mut self.out)?;
                }
                for note in &linted.notes {
                    sarif.note(&file, note);
                }
            }
        }
        // A line can be read as soon as its file is done.
        self.out.flush()
    }

    /// Writes that a file could not be read.
    pub(crate) fn unread(&mut self, path: &Path, why: &str) -> io::Result<()> {
        let file = path.display().to_string();
        eprintln!("{file}: not read: {why}");
        self.totals.unread = self.totals.unread.saturating_add(1);
        match &mut self.written {
            Written::Text | Written::Json => Ok(()),
            Written::Junit => junit::unread(&file, why, &mut self.out),
            Written::Sarif(sarif) => {
                sarif.unread(&file, why);
                Ok(())
            }
        }
    }

    /// Ends the report.
    pub(crate) fn end(mut self) -> io::Result<Totals> {
        match self.written {
            Written::Text | Written::Json => {}
            Written::Junit => junit::end(&mut self.out)?,
            Written::Sarif(sarif) => sarif.end(self.totals.unread == 0, &mut self.out)?,
        }
        self.out.flush()?;
        Ok(self.totals)
    }
}

impl Totals {
    fn count(&mut self, linted: &Linted, fail_on: FailOn) {
        let add = |to: &mut usize, number: usize| *to = to.saturating_add(number);
        add(&mut self.files, 1);
        let begun = linted.connections.iter().filter(|it| !it.goes_on);
        add(&mut self.connections, begun.count());
        for connection in &linted.connections {
            add(&mut self.packets, connection.packets);
            add(&mut self.incomplete, connection.incomplete.len());
            self.missing.add(connection.missing);
            for finding in &connection.findings {
                self.is_failed |= fail_on.fails(finding.severity);
                let count = match finding.severity {
                    Severity::Error => &mut self.errors,
                    Severity::Warning => &mut self.warnings,
                    Severity::Note => &mut self.notes,
                };
                add(count, 1);
            }
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {} in {} on {} of {}",
            counted(self.errors as u64, "error"),
            counted(self.warnings as u64, "warning"),
            counted(self.notes as u64, "note"),
            counted(self.packets as u64, "packet"),
            counted(self.connections as u64, "connection"),
            counted(self.files as u64, "file"),
        )?;
        if self.incomplete > 0 {
            write!(
                f,
                "; {} incomplete",
                counted(self.incomplete as u64, "packet")
            )?;
        }
        if let Some(missing) = self.missing.says() {
            write!(f, "; {missing}")?;
        }
        if self.unread > 0 {
            write!(f, "; {} not read", counted(self.unread as u64, "file"))?;
        }
        Ok(())
    }
}

/// So many of something.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
