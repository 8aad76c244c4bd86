//! `mqttscope examine`: a broker against the statements of the standards.

mod carry;
pub(crate) mod client;
mod compare;
mod entrance;
mod guide;
mod led;
pub(crate) mod page;
mod report;
mod url;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant as Clock};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use mqttscope_examine::{
    Card, Check, Command, ConnectionId, Examination, Examined, Instant, Report, Verdict, checks,
};
use mqttscope_wire::ProtocolVersion;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::net::tls::Outwards;
use crate::net::{Stop, stop};
use carry::{Told, Way};
use url::Url;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    other: Option<Other>,
    /// The broker: mqtt://, mqtts://, ws:// or wss://, with USER:PASSWORD@ where it wants a login.
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<Url>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only these checks, by their names or by statements (MQTT-3.1.0-2); several, with commas between them.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// The version to speak.
    #[arg(long, value_enum, default_value_t)]
    version: Version,
    /// Also what strains a broker: huge topics and lengths.
    #[arg(long)]
    hostile: bool,
    /// How many checks run at a time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    side_by_side: u8,
    /// List the checks, and connect to nobody.
    #[arg(long)]
    list: bool,
    /// Trust the certificates in this PEM file, in place of those that this machine trusts.
    #[arg(long, value_name = "FILE")]
    cafile: Option<PathBuf>,
    /// The client certificate, with its chain (PEM).
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The key of the client certificate (PEM, not encrypted).
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Do not verify who the broker is. Whoever stands in between reads all.
    #[arg(long, conflicts_with = "cafile")]
    insecure: bool,
}

#[derive(Subcommand)]
enum Other {
    /// Set two reports (JSON) beside each other: what was found, and each verdict. Exit codes: 0: nothing differs,
    /// 1: something does, 2: one could not be read.
    Compare(compare::Options),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Junit,
    Html,
}

impl Format {
    fn write(self, examined: &Examined<'_>) -> Result<()> {
        let mut out = io::stdout().lock();
        let written = match self {
            Self::Text => report::text(examined, &mut out),
            Self::Json => report::json(examined, &mut out),
            Self::Junit => report::junit(examined, &mut out),
            Self::Html => report::html(examined, &mut out),
        };
        written.context("writing the report")?;
        Ok(out.flush()?)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Version {
    #[value(name = "3.1")]
    V3_1,
    #[value(name = "3.1.1")]
    V3_1_1,
    #[value(name = "5")]
    V5,
    #[default]
    All,
}

impl Version {
    fn versions(self) -> Vec<ProtocolVersion> {
        match self {
            Self::V3_1 => vec![ProtocolVersion::V3_1],
            Self::V3_1_1 => vec![ProtocolVersion::V3_1_1],
            Self::V5 => vec![ProtocolVersion::V5],
            Self::All => ProtocolVersion::ALL.into_iter().rev().collect(),
        }
    }
}

/// What an examination gave, for those who write it.
struct Gave {
    url: String,
    reports: Vec<Report>,
    card: Card,
    round_trip: Duration,
    took: Duration,
    /// Why nothing more could be told of the broker.
    lost: Option<String>,
    /// It was ended by who began it.
    is_stopped: bool,
}

impl Gave {
    fn examined(&self) -> Examined<'_> {
        Examined {
            url: &self.url,
            reports: &self.reports,
            card: &self.card,
            round_trip: self.round_trip,
            took: self.took,
            is_cut: self.is_stopped || self.lost.is_some(),
        }
    }
}

/// Examines, and writes the report. 0: nothing broken, 1: something broken, 2: it could not be examined.
pub(crate) fn run(options: &Options) -> ExitCode {
    match examined(options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn examined(options: &Options) -> Result<ExitCode> {
    if let Some(Other::Compare(options)) = &options.other {
        return compare::run(options);
    }
    let checks = checks().map_err(anyhow::Error::msg)?;
    for id in &options.only {
        if !checks.iter().any(|check| check.is_meant_by(id)) {
            bail!("no check has the name or shows the statement `{id}`; --list names them all");
        }
    }
    let Some(url) = options.url.as_ref().filter(|_| !options.list) else {
        report::list(&checks, &mut io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let gave = runtime.block_on(examine(options, url, &checks))?;
    let examined = gave.examined();
    options.format.write(&examined)?;
    let mut probes = examined
        .reports
        .iter()
        .filter(|report| report.id == "probe");
    let takes = |report: &Report| report.verdict == Verdict::Kept;
    let is_taken = probes.clone().any(takes);
    let refused = || probes.next_back().map(|probe| &*probe.why);
    let lost = gave.lost.as_deref();
    if let Some(why) = lost.or_else(|| (!is_taken).then(refused).flatten()) {
        let how_far = if is_taken { " to the end" } else { "" };
        eprintln!(
            "mqttscope: {} could not be examined{how_far}: {why}",
            url.shown
        );
        return Ok(ExitCode::from(2));
    }
    Ok(if examined.count(Verdict::Broken) > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

async fn examine(options: &Options, url: &Url, checks: &[Check]) -> Result<Gave> {
    let tls = Outwards {
        tls: url.is_tls,
        cafile: options.cafile.clone(),
        cert: options.cert.clone(),
        key: options.key.clone(),
        insecure: options.insecure,
        ..Outwards::default()
    };
    let way = Way {
        url: url.clone(),
        connector: tls.connector(&url.target.host)?,
    };
    // A broker that nobody reaches needs no hundred tries.
    drop(way.open().await?);
    let wanted = mqttscope_examine::Options {
        versions: options.version.versions(),
        only: options.only.clone(),
        is_hostile: options.hostile,
        side_by_side: options.side_by_side.into(),
        seed: std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish(),
        user_name: url.user_name.clone(),
        password: url.password.clone(),
        ..mqttscope_examine::Options::default()
    };
    let seed = wanted.seed & 0xff_ffff;
    let begun = Clock::now();
    let mut examination = Examination::new(checks, wanted, Instant::ZERO);
    let progress = examination.progress();
    eprintln!(
        "mqttscope: {} checks of {}, up to {} at a time. Their client identifiers begin with mq{seed:06x}, their \
         topics with mqttscope-{seed:06x} (behind mqttscope/, $mqttscope/ and / too); some send wrong packets, over which a \
         broker closes that connection{}. Sessions and retained messages of theirs are removed.",
        progress.total,
        url.shown,
        options.side_by_side,
        if options.hostile {
            ", and some strain it"
        } else {
            ""
        },
    );
    let (stopper, stop) = Stop::new();
    stop::on_signals(stopper)?;
    let (reports, is_stopped) = drive(&mut examination, &way, begun, stop).await;
    Ok(Gave {
        url: url.shown.clone(),
        reports,
        card: examination.card().clone(),
        round_trip: examination.round_trip(),
        took: begun.elapsed(),
        lost: examination.lost().map(ToOwned::to_owned),
        is_stopped,
    })
}

/// Carries between the examination and its connections until all is done. Gives what was found, and whether it was ended
/// before.
async fn drive(
    examination: &mut Examination<'_>,
    way: &Way,
    begun: Clock,
    mut stop: Stop,
) -> (Vec<Report>, bool) {
    let (tell, mut told) = mpsc::channel::<(ConnectionId, Told)>(256);
    let mut out: HashMap<ConnectionId, mpsc::UnboundedSender<Vec<u8>>> = HashMap::new();
    let mut carried = JoinSet::new();
    let mut reports = Vec::new();
    let mut is_stopped = false;
    let now =
        || Instant::from_millis(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    let shows = io::stderr().is_terminal();
    loop {
        while let Some(command) = examination.poll_command() {
            match command {
                Command::Open(id) => {
                    let (sender, receiver) = mpsc::unbounded_channel();
                    out.insert(id, sender);
                    carried.spawn(carry::carry(way.clone(), id, receiver, tell.clone()));
                }
                Command::Send(id, bytes) => {
                    if let Some(sender) = out.get(&id) {
                        // A connection that has ended takes nothing more.
                        let _ = sender.send(bytes);
                    }
                }
                Command::Close(id) => drop(out.remove(&id)),
            }
        }
        while let Some(report) = examination.poll_report() {
            reports.push(report);
        }
        if shows {
            show(examination);
        }
        if examination.is_done() {
            break;
        }
        let until = examination.poll_timeout().map(|at| {
            begun
                .checked_add(Duration::from_millis(at.millis()))
                .unwrap_or(begun)
        });
        let wait = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some((id, what)) = told.recv() => match what {
                Told::Opened => examination.handle_opened(now(), id),
                Told::Failed(why) => examination.handle_failed(now(), id, &why),
                Told::Bytes(bytes) => examination.handle_bytes(now(), id, &bytes),
                Told::Closed => examination.handle_closed(now(), id),
            },
            () = wait => examination.handle_timeout(now()),
            () = stop.asked(), if !is_stopped => {
                is_stopped = true;
                examination.handle_cancel(now());
            }
        }
    }
    if shows {
        eprint!("\r\x1b[K");
    }
    // What is still to be sent goes out before the program ends.
    drop(out);
    let rest = async { while carried.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), rest).await;
    reports.sort_by_key(|report| (std::cmp::Reverse(report.version), report.id));
    (reports, is_stopped)
}

/// One line that is written over.
fn show(examination: &Examination<'_>) {
    let progress = examination.progress();
    let left = progress.left.map_or_else(String::new, |left| {
        format!(", about {} s left", left.as_secs().saturating_add(1))
    });
    let mut line = format!(
        "{} of {} checks{left}: {}",
        progress.done,
        progress.total,
        progress.running.join(", ")
    );
    if let Some((end, _)) = line.char_indices().nth(100) {
        line.truncate(end);
        line.push('…');
    }
    eprint!("\r\x1b[K{line}");
}
