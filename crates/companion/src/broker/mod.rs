//! `mqttscope broker`: the built-in broker over TCP and WebSocket, for tests and workshops.

pub(crate) mod accept;
mod connection;
mod kept;
mod owner;
mod users;
mod websocket;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use mqttscope_broker::{Anyone, Limits, Options as Settings};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::net::address::Listen;
use crate::net::tls::Inwards;
use crate::net::{Stop, stop};
use accept::Door;
use kept::Kept;
use owner::{Inputs, Keeping, Owner};
use users::Users;

/// How long clients may take to read what was last said to them.
const DRAINING: Duration = Duration::from_secs(5);

/// How long what nobody acknowledges may wait until it is written.
const USUAL: Duration = Duration::from_secs(10);

/// Pieces of bytes that wait for the broker at most; those who send more wait.
const MOST_INPUTS: usize = 1024;

/// Bytes of a packet's Fixed Header at most.
const HEADER: usize = 5;

#[derive(Args)]
pub(crate) struct Options {
    /// Where clients connect to over TCP: a port (of 127.0.0.1), or ADDRESS:PORT; 1883 if nothing else is asked for.
    #[arg(value_name = "LISTEN")]
    tcp: Vec<Listen>,
    /// Where clients connect to over WebSocket.
    #[arg(long, value_name = "LISTEN")]
    ws: Vec<Listen>,
    /// Where clients connect to over TLS.
    #[arg(long, value_name = "LISTEN")]
    tls: Vec<Listen>,
    /// Where clients connect to over WebSocket in TLS.
    #[arg(long, value_name = "LISTEN")]
    wss: Vec<Listen>,
    #[command(flatten)]
    inwards: Inwards,
    /// Who may connect: a line `name:password` each. Without it, anyone may.
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// Keep sessions and retained messages in this file, and go on with what is in it. It is written before anything is
    /// acknowledged, with all that came meanwhile: of what was acknowledged nothing is lost when this program is killed.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Write that file only every so many seconds and at the end, which is faster: when this program is killed, messages and
    /// subscriptions of these seconds are lost, although they were acknowledged.
    #[arg(long, value_name = "SECONDS", requires = "keep")]
    keep_every: Option<u64>,
    /// Connections at a time.
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    max_connections: usize,
    /// Bytes of the largest packet that is taken.
    #[arg(long, default_value_t = 1 << 20, value_name = "BYTES")]
    max_packet: usize,
    /// Messages that wait for each client.
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    max_queue: usize,
    /// Bytes of all messages that are kept.
    #[arg(long, default_value_t = 256 << 20, value_name = "BYTES")]
    max_memory: usize,
    /// Say what happens.
    #[arg(long, short)]
    verbose: bool,
}

/// Serves until it is told to end.
pub(crate) fn run(options: &Options) -> ExitCode {
    match options.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

impl Options {
    fn run(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Result<()> {
        let kept = self.keep.clone().map(Kept::new);
        let saved = kept.as_ref().map(Kept::read).transpose()?.flatten();
        let (stopper, stop) = Stop::new();
        let (inputs, coming) = mpsc::channel(MOST_INPUTS);
        let doors = self.doors().await?;
        let keeping = kept.map(|kept| Keeping {
            kept,
            every: self
                .keep_every
                .map_or(USUAL, |seconds| Duration::from_secs(seconds.max(1))),
            writes_first: self.keep_every.is_none(),
        });
        let owner = Owner::new(self.settings()?, saved, keeping, self.verbose);
        stop::on_signals(stopper)?;
        let places = Arc::new(Semaphore::new(self.max_connections));
        let mut open = JoinSet::new();
        for door in doors {
            open.spawn(self.open(door, &inputs, &places, &stop));
        }
        drop(inputs);
        let owned = owner.run(coming, stop).await;
        // A client still reads why it is let go.
        if timeout(DRAINING, async {
            while open.join_next().await.is_some() {}
        })
        .await
        .is_err()
        {
            eprintln!("mqttscope: some clients would not close and are broken off");
        }
        owned
    }

    fn settings(&self) -> Result<Settings> {
        let limits = Limits {
            connections: self.max_connections,
            packet_size: self.max_packet,
            connect_size: self.max_packet.min(Limits::default().connect_size),
            queue: self.max_queue,
            message_bytes: self.max_memory,
            input: self.max_memory,
            ..Limits::default()
        };
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        // Of a client without an identifier nobody must guess the one that it is given.
        let seed = u64::from(std::process::id()) ^ u64::from(now.subsec_nanos()) << 32;
        Ok(Settings {
            limits,
            access: match &self.users {
                Some(path) => Box::new(Users::read(path)?),
                None => Box::new(Anyone),
            },
            ..Settings::new(seed)
        })
    }

    /// Listens at all addresses.
    async fn doors(&self) -> Result<Vec<Door>> {
        let usual = ["1883".parse::<Listen>().map_err(anyhow::Error::msg)?];
        let has_others = [&self.ws, &self.tls, &self.wss]
            .iter()
            .any(|all| !all.is_empty());
        let tcp: &[Listen] = match self.tcp.as_slice() {
            [] if !has_others => &usual,
            all => all,
        };
        let all = [
            (tcp, false, false),
            (&*self.tls, true, false),
            (&*self.ws, false, true),
            (&*self.wss, true, true),
        ];
        let mut doors = Vec::new();
        for (addresses, is_secure, is_web) in all {
            for address in addresses {
                let listener = TcpListener::bind(address.0).await;
                let listener = listener.with_context(|| format!("listening at {}", address.0))?;
                let at = listener.local_addr()?;
                let tls = if is_secure {
                    Some(self.acceptor(at)?)
                } else {
                    None
                };
                let scheme = match (is_web, is_secure) {
                    (false, false) => "mqtt",
                    (false, true) => "mqtts",
                    (true, false) => "ws",
                    (true, true) => "wss",
                };
                eprintln!("mqttscope: broker at {at} ({scheme})");
                doors.push(Door {
                    listener,
                    tls,
                    is_web,
                    trouble: None,
                });
            }
        }
        Ok(doors)
    }

    fn acceptor(&self, at: std::net::SocketAddr) -> Result<TlsAcceptor> {
        match self.inwards.acceptor(at.ip())? {
            Some(acceptor) => Ok(acceptor),
            None => bail!(
                "--tls and --wss need a certificate: --listen-cert with --listen-key, or --listen-make"
            ),
        }
    }

    /// Serves one address until it is time to stop and its connections have ended.
    fn open(
        &self,
        door: Door,
        inputs: &Inputs,
        places: &Arc<Semaphore>,
        stop: &Stop,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (inputs, places, stop) = (inputs.clone(), Arc::clone(places), stop.clone());
        let largest = self.max_packet.saturating_add(HEADER);
        async move {
            if door.is_web {
                websocket::serve(door, places, inputs, stop, largest).await;
            } else {
                accept::serve(door, places, inputs, stop).await;
            }
        }
    }
}
