//! `mqttscope lint`: files against the rules.

mod rules;

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::{io, thread};

use anyhow::Result;
use clap::{Args, ValueEnum};
use mqttscope_view::conversation::Conversation;
use mqttscope_wire::frame::{self, Header};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, ProtocolVersion, ReasonCode, Rule, Sender,
    Severity, decode, dissect,
};

use crate::arguments::Version;
use crate::input::{self, Connection, Packet};
use crate::report::{self, Finding, Incomplete, Linted, LintedConnection, Missing, Report, Totals};
use crate::series;

#[derive(Args)]
pub(crate) struct Options {
    /// Captures, dumps, logs; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only these rules; with `-` before each name, all rules but these.
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    rules: Vec<rules::Entry>,
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
    /// A line for each finding.
    #[default]
    Text,
    /// A line of JSON for each finding.
    Json,
    /// JUnit's XML: a suite for each file, a test case for each connection and for each finding that fails the run.
    Junit,
    /// SARIF 2.1.0, as code scanning of GitHub and GitLab takes it.
    Sarif,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    #[default]
    Error,
    Warning,
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub(crate) fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Never => false,
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
    // Whoever reads has enough where it fails.
    report(options, &keys, version).map_or(ExitCode::from(2), |totals| {
        eprintln!("{totals}");
        match (totals.unread > 0, totals.is_failed) {
            (true, _) => ExitCode::from(2),
            (false, true) => ExitCode::from(1),
            (false, false) => ExitCode::SUCCESS,
        }
    })
}

fn report(options: &Options, keys: &[u8], version: Option<ProtocolVersion>) -> io::Result<Totals> {
    let out = BufWriter::new(io::stdout().lock());
    let mut report = Report::new(options.format, options.fail_on, out)?;
    let all = series::of(&options.files);
    let paths_of = |series: &[usize]| -> Vec<&Path> {
        let paths = series.iter().filter_map(|&at| options.files.get(at));
        paths.map(PathBuf::as_path).collect()
    };
    in_order(
        &all,
        |series| files(&paths_of(series), keys, version, &options.rules),
        |series, linted| {
            let mut paths = paths_of(series).into_iter();
            match linted {
                Ok(linted) => {
                    (paths.zip(linted)).try_for_each(|(path, linted)| report.file(path, &linted))
                }
                Err(error) => paths.try_for_each(|path| report.unread(path, &format!("{error:#}"))),
            }
        },
    )?;
    report.end()
}

/// Does `work` for all series of files on all cores, and `then` for each result in their order.
fn in_order<T: Send>(
    all: &[Vec<usize>],
    work: impl Fn(&[usize]) -> T + Sync,
    mut then: impl FnMut(&[usize], T) -> io::Result<()>,
) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        for _ in 0..cores.min(all.len()) {
            let (done, next, work) = (done.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((at, series)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    all.get(at).map(|series| (at, series))
                } {
                    // Nobody listens any more: the output is closed.
                    if done.send((at, work(series))).is_err() {
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
                if let Some(series) = all.get(expected) {
                    then(series, result)?;
                }
                expected = expected.saturating_add(1);
            }
        }
        Ok(())
    })
}

/// What these files show, which were recorded one behind the other, or the one file.
fn files(
    paths: &[&Path],
    keys: &[u8],
    version: Option<ProtocolVersion>,
    entries: &[rules::Entry],
) -> Result<Vec<Linted>> {
    let (input, notes) = match paths {
        [one] => {
            let input = input::read(one, keys, version)?;
            let notes = input.notes.len();
            (input, vec![notes])
        }
        _ => input::read_series(paths, keys, version)?,
    };
    let mut told = input.notes.into_iter();
    let mut before = 0_usize;
    let mut all: Vec<Linted> = (notes.into_iter())
        .map(|notes| {
            let own = notes.saturating_sub(before);
            before = notes;
            Linted {
                connections: Vec::new(),
                notes: told.by_ref().take(own).collect(),
            }
        })
        .collect();
    if let Some(last) = all.last_mut() {
        last.notes.extend(told);
    }
    for (index, connection) in input.connections.iter().enumerate() {
        let mut findings = of_connection(connection);
        findings.retain(|finding| rules::is_wanted(finding.rule, entries));
        let mut incomplete = incomplete(connection);
        let first = connection.packets.first().map_or(0, |packet| packet.file);
        let last = connection.packets.last().map_or(0, |packet| packet.file);
        let file_of = |index: usize| connection.packets.get(index).map_or(last, |it| it.file);
        for (file, linted) in all.iter_mut().enumerate() {
            let own = connection.packets.iter().filter(|it| it.file == file);
            let packets = own.count();
            if packets == 0 && file != first {
                continue;
            }
            let gaps = connection.gaps.iter();
            let gaps = gaps.filter(|gap| file_of(gap.after) == file);
            let is_here = |index: Option<usize>| file_of(index.unwrap_or(0)) == file;
            let linted_here = LintedConnection {
                number: index.saturating_add(1),
                name: connection.name.clone(),
                goes_on: file != first,
                packets,
                missing: Missing::of(gaps),
                incomplete: (incomplete.extract_if(.., |it| is_here(Some(it.index)))).collect(),
                findings: (findings.extract_if(.., |it| is_here(it.packets.last().copied())))
                    .collect(),
            };
            if file == first {
                linted.notes.extend(marks(connection));
            }
            let notes = report::incomplete_notes(&linted_here);
            linted.notes.extend(notes);
            let missing = linted_here.missing.says();
            let name = connection.name.as_deref().unwrap_or("a connection");
            linted
                .notes
                .extend(missing.map(|missing| format!("{name}: {missing}")));
            linted.connections.push(linted_here);
        }
    }
    Ok(all)
}

/// What a tap did on purpose.
fn marks(connection: &Connection) -> impl Iterator<Item = String> + '_ {
    let name = connection.name.as_deref().unwrap_or("a connection");
    connection.marks.iter().map(move |marked| {
        let judged = if marked.mark.effect.disturbs() {
            "; what follows is not judged by what comes before"
        } else {
            ""
        };
        let (frame, words) = (marked.frame, &marked.mark.words);
        format!("{name}, frame {frame}: the tap did this on purpose: {words}{judged}")
    })
}

/// Packets whose end is missing, and how many bytes of each at least.
fn incomplete(connection: &Connection) -> Vec<Incomplete> {
    let mut start = 0_usize;
    let packets = connection.packets.iter().enumerate();
    let incomplete = packets.filter_map(move |(index, packet)| {
        let end = start.saturating_add(packet.len);
        let bytes = connection.bytes.get(start..end).unwrap_or_default();
        start = end;
        // Nearly all are whole, which their length tells.
        let is_whole =
            matches!(frame::header(bytes), Header::Complete { len, .. } if len <= bytes.len());
        if is_whole || packet.is_skipped || packet.said.is_some() {
            return None;
        }
        let context = Context {
            version: packet.version,
            sender: packet.from,
        };
        let dissection = dissect(bytes, context);
        (dissection.missing > 0).then_some(Incomplete {
            index,
            frame: packet.frame,
            packet_type: dissection.packet_type,
            missing: dissection.missing,
        })
    });
    incomplete.collect()
}

/// What each packet breaks by itself, and what only the conversation shows, in the order of the packets.
pub(crate) fn of_connection(connection: &Connection) -> Vec<Finding> {
    if let Some(findings) = &connection.findings {
        return findings.clone();
    }
    let mut findings = Vec::new();
    let is_refused = is_identifier_refused(connection);
    let mut start = 0_usize;
    for (index, packet) in connection.packets.iter().enumerate() {
        let end = start.saturating_add(packet.len);
        let bytes = connection.bytes.get(start..end).unwrap_or_default();
        start = end;
        let mut own = of_packet(connection, index, packet, bytes);
        // Nearly every client has an identifier that a server may refuse: it is worth saying where one does.
        own.retain(|finding| {
            is_refused || finding.rule != Rule::ConnectClientIdNotGuaranteed.name()
        });
        findings.extend(own);
    }
    findings.extend(of_conversation(connection));
    findings.sort_by_key(|finding| finding.packets.last().copied());
    findings
}

/// Whether the server refuses the Client Identifier.
fn is_identifier_refused(connection: &Connection) -> bool {
    let mut start = 0_usize;
    connection.packets.iter().any(|packet| {
        let end = start.saturating_add(packet.len);
        let bytes = connection.bytes.get(start..end).unwrap_or_default();
        start = end;
        if bytes
            .first()
            .map(|first| PacketType::from_first_byte(*first))
            != Some(PacketType::Connack)
        {
            return false;
        }
        let context = Context {
            version: packet.version,
            sender: packet.from,
        };
        let Ok(Decoded::Packet {
            packet: ControlPacket::Connack(connack),
            ..
        }) = decode(bytes, context)
        else {
            return false;
        };
        connack.reason_code
            == if packet.version.is_v5() {
                ReasonCode::CLIENT_IDENTIFIER_NOT_VALID
            } else {
                ReasonCode(2)
            }
    })
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

/// What the packets show together.
fn of_conversation(connection: &Connection) -> Vec<Finding> {
    let packets = &connection.packets;
    let spoken: Option<Vec<(usize, Sender)>> = packets
        .iter()
        .map(|packet| Some((packet.len, packet.from?)))
        .collect();
    let Some(spoken) = spoken.filter(|spoken| spoken.len() > 1) else {
        return Vec::new();
    };
    let conversation = Conversation::new(connection.bytes.clone(), spoken);
    let conversation = conversation.with_times(&connection.times);
    let judged = conversation.with_gaps(connection.has_gaps).judge();
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
