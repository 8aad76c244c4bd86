//! `mqttscope lint`: files against the rules.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::{io, thread};

use anyhow::Result;
use clap::{Args, ValueEnum};
use mqttscope_view::conversation::Conversation;
use mqttscope_wire::{Context, ProtocolVersion, Sender, Severity, dissect};

use crate::input::{self, Connection, Packet};
use crate::report::{self, Finding, Linted, Totals};

#[derive(Args)]
pub(crate) struct Options {
    /// Captures, dumps, logs; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How findings are written: a line each for people, or a line of JSON each.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// From which severity on a finding fails the run.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
    /// The secrets of TLS connections (SSLKEYLOGFILE).
    #[arg(long, value_name = "FILE")]
    key_log: Option<PathBuf>,
    /// Read all packets as this version, in place of the one that their connection names or that fits.
    #[arg(long, value_enum, value_name = "VERSION")]
    mqtt: Option<Version>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Version {
    #[value(name = "3.1")]
    V3_1,
    #[value(name = "3.1.1")]
    V3_1_1,
    #[value(name = "5")]
    V5,
}

impl From<Version> for ProtocolVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V3_1 => Self::V3_1,
            Version::V3_1_1 => Self::V3_1_1,
            Version::V5 => Self::V5,
        }
    }
}

/// Lints all files and writes what was found, in the order in which they are named.
pub(crate) fn run(options: &Options) -> ExitCode {
    let keys = match input::key_log(options.key_log.as_deref()) {
        Ok(keys) => keys,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            return ExitCode::from(2);
        }
    };
    let version = options.mqtt.map(ProtocolVersion::from);
    let mut totals = Totals::default();
    let mut out = io::stdout().lock();
    let result = in_order(
        &options.files,
        |path| file(path, &keys, version),
        |path, linted| match linted {
            Ok(linted) => linted.write(path, options.format, &mut totals, &mut out),
            Err(error) => {
                totals.unread = totals.unread.saturating_add(1);
                eprintln!("{}: not read: {error:#}", path.display());
                Ok(())
            }
        },
    );
    // Whoever reads has enough.
    if result.is_err() {
        return ExitCode::from(2);
    }
    eprintln!("{totals}");
    let is_failed = match options.fail_on {
        FailOn::Error => totals.errors > 0,
        FailOn::Warning => totals.errors > 0 || totals.warnings > 0,
        FailOn::Never => false,
    };
    match (totals.unread > 0, is_failed) {
        (true, _) => ExitCode::from(2),
        (false, true) => ExitCode::from(1),
        (false, false) => ExitCode::SUCCESS,
    }
}

/// Does `work` for all paths on all cores, and `then` for each result in the order of the paths.
fn in_order<T: Send>(
    paths: &[PathBuf],
    work: impl Fn(&Path) -> T + Sync,
    mut then: impl FnMut(&Path, T) -> io::Result<()>,
) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        for _ in 0..cores.min(paths.len()) {
            let (done, next, work) = (done.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((at, path)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    paths.get(at).map(|path| (at, path))
                } {
                    // Nobody listens any more: the output is closed.
                    if done.send((at, work(path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut waiting = std::collections::BTreeMap::new();
        let mut expected = 0_usize;
        for (at, result) in results {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&expected) {
                if let Some(path) = paths.get(expected) {
                    then(path, result)?;
                }
                expected = expected.saturating_add(1);
            }
        }
        Ok(())
    })
}

fn file(path: &Path, keys: &[u8], version: Option<ProtocolVersion>) -> Result<Linted> {
    let input = input::read(path, keys, version)?;
    let mut linted = Linted {
        notes: input.notes,
        ..Linted::default()
    };
    for connection in input.connections {
        linted.packets = linted.packets.saturating_add(connection.packets.len());
        linted.connections = linted.connections.saturating_add(1);
        linted.findings.extend(of_connection(&connection));
    }
    Ok(linted)
}

/// What each packet breaks by itself, and what only the conversation shows, in the order of the packets.
pub(crate) fn of_connection(connection: &Connection) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut start = 0_usize;
    for (index, packet) in connection.packets.iter().enumerate() {
        let end = start.saturating_add(packet.len);
        let bytes = connection.bytes.get(start..end).unwrap_or_default();
        start = end;
        findings.extend(of_packet(connection, index, packet, bytes));
    }
    findings.extend(of_conversation(connection));
    findings.sort_by_key(|finding| finding.packets.last().copied());
    findings
}

fn of_packet(connection: &Connection, index: usize, packet: &Packet, bytes: &[u8]) -> Vec<Finding> {
    if packet.is_skipped {
        return Vec::new();
    }
    let context = Context {
        version: packet.version,
        sender: packet.from,
    };
    let dissection = dissect(bytes, context);
    let diagnostics = dissection.diagnostics.iter();
    diagnostics
        .map(|diagnostic| Finding {
            rule: diagnostic.rule.name(),
            statement: report::statement(diagnostic),
            severity: diagnostic.severity(),
            by: packet.from,
            packets: vec![index],
            frame: packet.frame,
            at_ms: packet.at_ms,
            message: diagnostic.message(bytes),
            connection: connection.name.clone(),
        })
        .collect()
}

/// What the packets before the first gap show together. What is missing behind could be what a rule asks for.
fn of_conversation(connection: &Connection) -> Vec<Finding> {
    let before = connection.packets.get(..connection.before_gap);
    let packets = before.unwrap_or(&connection.packets);
    let spoken: Option<Vec<(usize, Sender)>> = packets
        .iter()
        .map(|packet| Some((packet.len, packet.from?)))
        .collect();
    let Some(spoken) = spoken.filter(|spoken| spoken.len() > 1) else {
        return Vec::new();
    };
    let times: Vec<Option<u64>> = packets.iter().map(|packet| packet.at_ms).collect();
    let bytes = connection.bytes.clone();
    let judged = Conversation::new(bytes, spoken).with_times(&times).judge();
    let findings = judged.findings.into_iter();
    findings
        .map(|finding| {
            let last = finding.packets.last().and_then(|&last| packets.get(last));
            Finding {
                rule: finding.rule,
                statement: finding.statement,
                severity: finding.severity,
                by: Some(finding.by),
                frame: last.and_then(|packet| packet.frame),
                at_ms: last.and_then(|packet| packet.at_ms),
                packets: finding.packets,
                message: finding.message,
                connection: connection.name.clone(),
            }
        })
        .collect()
}

impl Totals {
    /// Counts a finding.
    pub(crate) fn count(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        };
        *count = count.saturating_add(1);
    }
}
