//! `mqttscope examine-client`: a client against the statements of the standards, as the broker that it connects to.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use mqttscope_examine::{
    ClientCommand, ClientConnection, ClientExamination, Examined, Instant, Phase, Report,
    Situation, Verdict, situations,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::Format;
use crate::broker::accept::{Door, Placed, accept};
use crate::net::address::Listen;
use crate::net::tls::Inwards;
use crate::net::{Stop, stop};

/// Connections at a time.
const MOST: usize = 64;
/// Bytes that are read at a time.
const PIECE: usize = 16 << 10;
/// How long a client may take to read what was last sent to it.
const LINGER: Duration = Duration::from_secs(2);

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
        };
        let (stopper, stop) = Stop::new();
        stop::on_signals(stopper)?;
        let begun = Clock::now();
        let seed = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        let mut guide = Guide {
            examination: ClientExamination::new(all, seed),
            begun,
            peers: HashMap::new(),
            asked: None,
        };
        let end = self.within.map(Duration::from_secs);
        let was_there = guide.drive(door, stop, end).await;
        let reports = guide.examination.finish(guide.now());
        let examined = Examined {
            url: &url,
            reports: &reports,
            card: guide.examination.card(),
            round_trip: Duration::ZERO,
            took: begun.elapsed(),
        };
        self.format.write(&examined)?;
        Ok(if !was_there {
            eprintln!("mqttscope: nobody connected");
            ExitCode::from(2)
        } else if examined.count(Verdict::Broken) > 0 {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// What a connection tells.
enum Told {
    Bytes(Vec<u8>),
    Closed,
}

struct Guide<'s> {
    examination: ClientExamination<'s>,
    begun: Clock,
    peers: HashMap<ClientConnection, mpsc::UnboundedSender<Vec<u8>>>,
    /// What was last said that is to be done.
    asked: Option<&'static str>,
}

impl Guide<'_> {
    fn now(&self) -> Instant {
        let millis = self.begun.elapsed().as_millis();
        Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// Carries between the examination and its clients until all is done. Whether anybody came.
    async fn drive(&mut self, door: Door, mut stop: Stop, end: Option<Duration>) -> bool {
        let (tell, mut told) = mpsc::channel::<(ClientConnection, Told)>(256);
        let (send, mut accepted) = mpsc::channel::<(Placed, SocketAddr)>(16);
        let places = Arc::new(Semaphore::new(MOST));
        tokio::spawn(accept(door, places, send, stop.clone()));
        let end = async {
            match end {
                Some(end) => tokio::time::sleep(end).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(end);
        let mut was_there = false;
        loop {
            self.act();
            if was_there && self.is_done() {
                break;
            }
            let until = self.examination.poll_timeout().and_then(|at| {
                let after = Duration::from_millis(at.millis());
                self.begun.checked_add(after)
            });
            let wait = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some((stream, from)) = accepted.recv() => {
                    was_there = true;
                    eprintln!("mqttscope: {from} connected");
                    let id = self.examination.handle_opened(self.now());
                    let (to_writer, outgoing) = mpsc::unbounded_channel();
                    self.peers.insert(id, to_writer);
                    tokio::spawn(carry(stream, id, outgoing, tell.clone()));
                }
                Some((id, what)) = told.recv() => match what {
                    Told::Bytes(bytes) => self.examination.handle_bytes(self.now(), id, &bytes),
                    Told::Closed => {
                        self.peers.remove(&id);
                        self.examination.handle_closed(self.now(), id);
                    }
                },
                () = wait => self.examination.handle_timeout(self.now()),
                () = stop.asked() => break,
                () = &mut end => break,
            }
        }
        was_there
    }

    fn act(&mut self) {
        while let Some(command) = self.examination.poll_command() {
            match command {
                ClientCommand::Send(id, bytes) => {
                    if let Some(peer) = self.peers.get(&id) {
                        // A connection that has ended takes nothing more.
                        let _ = peer.send(bytes);
                    }
                }
                ClientCommand::Close(id) => drop(self.peers.remove(&id)),
            }
        }
        while let Some(report) = self.examination.poll_report() {
            said(report);
        }
        if self.examination.is_idle() {
            self.ask();
        }
    }

    /// Says what is to be done next with the client, where that is something new.
    fn ask(&mut self) {
        let open: Vec<&Situation> = self.examination.open().collect();
        // Once there is a connection, what begins with another comes by itself: the link is cut for it.
        let is_next =
            |situation: &&&Situation| situation.begins_with_connect() == self.peers.is_empty();
        let next = open.iter().find(is_next);
        let Some(ask) = next.or(open.first()).map(|situation| situation.ask) else {
            return;
        };
        if self.asked != Some(ask) {
            self.asked = Some(ask);
            eprintln!("     next, of {}  {ask}", open.len());
        }
    }

    /// Whether nothing is left that the client could show.
    fn is_done(&self) -> bool {
        let mut all = self.examination.situations();
        self.examination.is_idle()
            && self.examination.open().next().is_none()
            && all.any(|(_, phase)| matches!(phase, Phase::Done(_)))
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

/// Carries until either end closes; the channel's end is ours. The last packet is read before TCP goes.
async fn carry(
    stream: Placed,
    id: ClientConnection,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    tell: mpsc::Sender<(ClientConnection, Told)>,
) {
    let (mut from, mut to) = tokio::io::split(stream);
    let reading = async {
        let mut piece = vec![0_u8; PIECE];
        while let Ok(len @ 1..) = from.read(&mut piece).await {
            let bytes = piece.get(..len).unwrap_or_default().to_vec();
            if tell.send((id, Told::Bytes(bytes))).await.is_err() {
                return;
            }
        }
    };
    let writing = async {
        while let Some(bytes) = outgoing.recv().await {
            if to.write_all(&bytes).await.is_err() || to.flush().await.is_err() {
                return;
            }
        }
        // A socket that is gone is closed already.
        let _ = to.shutdown().await;
    };
    tokio::pin!(reading, writing);
    tokio::select! {
        () = &mut reading => {}
        () = &mut writing => {
            let _ = timeout(LINGER, reading).await;
        }
    }
    // Whoever asked may be gone.
    let _ = tell.send((id, Told::Closed)).await;
}
