//! `mqttscope examine-client`: a client against the statements of the standards, as the broker that it connects to.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use mqttscope_examine::{Examined, Report, Situation, Verdict, situations};
use tokio::net::TcpListener;

use super::Format;
use super::guide::Guide;
use crate::broker::accept::Door;
use crate::net::address::Listen;
use crate::net::tls::Inwards;
use crate::net::{Stop, stop};

#[derive(Args)]
pub(crate) struct Options {
    /// Where the client connects to: a port (of 127.0.0.1), or ADDRESS:PORT.
    #[arg(value_name = "LISTEN", default_value = "1883")]
    listen: Listen,
    #[command(flatten)]
    inwards: Inwards,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only these situations, by their names or by statements (MQTT-4.4.0-1); several, with commas between them.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// End after so many seconds, whatever is still open. Without it, it ends when all is done, or with Ctrl+C.
    #[arg(long, value_name = "SECONDS")]
    within: Option<u64>,
    /// List the situations, and listen to nobody.
    #[arg(long)]
    list: bool,
}

/// Examines whoever connects, and writes the report. 0: nothing broken, 1: something broken, 2: nobody came.
pub(crate) fn run(options: &Options) -> ExitCode {
    match options.run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

impl Options {
    fn run(&self) -> Result<ExitCode> {
        let mut all = situations().map_err(anyhow::Error::msg)?;
        for id in &self.only {
            if !all.iter().any(|situation| situation.is_meant_by(id)) {
                bail!(
                    "no situation has the name or shows the statement `{id}`; --list names them all"
                );
            }
        }
        if !self.only.is_empty() {
            let is_meant = |situation: &Situation| {
                let mut only = self.only.iter();
                only.any(|id| situation.is_meant_by(id))
            };
            all.retain(is_meant);
        }
        if self.list {
            for situation in &all {
                println!(
                    "{}: {}\n    {}",
                    situation.id, situation.title, situation.ask
                );
            }
            return Ok(ExitCode::SUCCESS);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(self.examine(&all))
    }

    async fn examine(&self, all: &[Situation]) -> Result<ExitCode> {
        let listener = TcpListener::bind(self.listen.0).await;
        let listener = listener.with_context(|| format!("listening at {}", self.listen.0))?;
        let at = listener.local_addr()?;
        let tls = self.inwards.acceptor(at.ip())?;
        let scheme = if tls.is_some() { "mqtts" } else { "mqtt" };
        let url = format!("{scheme}://{at}");
        eprintln!(
            "mqttscope: examines the client that connects to {at} ({scheme}). What to do with it is said here; Ctrl+C ends it and \
             writes the report."
        );
        let door = Door {
            listener,
            tls,
            is_web: false,
            trouble: None,
        };
        let (stopper, stop) = Stop::new();
        stop::on_signals(stopper)?;
        let mut guide = Guide::open(door, all);
        let end = self.within.map(Duration::from_secs);
        lead(&mut guide, stop, end).await;
        let is_cut = !guide.is_done();
        let reports = guide.examination.finish(guide.now());
        let examined = Examined {
            url: &url,
            reports: &reports,
            card: guide.examination.card(),
            round_trip: Duration::ZERO,
            took: guide.took(),
            is_cut,
        };
        self.format.write(&examined)?;
        Ok(if !guide.was_there() {
            eprintln!("mqttscope: nobody connected");
            ExitCode::from(2)
        } else if examined.count(Verdict::Broken) > 0 {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// Says what to do with the client and what came of it, until all is done.
async fn lead(guide: &mut Guide<'_>, mut stop: Stop, end: Option<Duration>) {
    let end = async {
        match end {
            Some(end) => tokio::time::sleep(end).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    // What was last said that is to be done.
    let mut asked = None;
    loop {
        while let Some(report) = guide.examination.poll_report() {
            said(report);
        }
        if let Some((next, of)) = guide.next()
            && asked != Some(next.ask)
        {
            asked = Some(next.ask);
            eprintln!("     next, of {of}  {}", next.ask);
        }
        if guide.is_done() {
            return;
        }
        tokio::select! {
            () = guide.step() => {}
            () = stop.asked() => return,
            () = &mut end => return,
        }
    }
}

fn said(report: &Report) {
    eprintln!(
        "{:>14}  {}: {}",
        report.verdict.name(),
        report.id,
        report.why
    );
}
