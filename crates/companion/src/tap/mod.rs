//! `mqttscope tap`: between clients and a broker, byte for byte, with every packet in view.

pub(crate) mod blocks;
pub(crate) mod faulty;
pub(crate) mod health;
pub(crate) mod inner;
pub(crate) mod keep;
pub(crate) mod masking;
pub(crate) mod relay;
pub(crate) mod screen;
pub(crate) mod serve;
pub(crate) mod tape;
pub(crate) mod watch;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use mqttscope_faults::{Faults, Rule, parse};

use crate::arguments::Format;
use crate::net::address::{Listen, Target};
use crate::net::stop::{self, Stopper};
use crate::net::tls::{Inwards, Outwards};
use crate::net::{Stop, proxy};
use crate::paint::{Paint, When};
use faulty::Faulty;
use health::Health;
use keep::Keep;
use screen::Screen;
use serve::Tap;
use tape::Tape;
use watch::{Seen, Show, Watcher};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) carried: Carried,
    /// How packets and findings are written: for people, or a line of JSON each.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// When to colour.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: When,
}

/// What is carried where, and how.
#[derive(Args)]
pub(crate) struct Carried {
    /// Where clients connect to: a port (of 127.0.0.1), or ADDRESS:PORT; several are several taps.
    #[arg(required = true, value_name = "LISTEN")]
    listen: Vec<Listen>,
    /// The broker; one for all taps, or one for each in their order.
    #[arg(long, required = true, value_name = "HOST:PORT")]
    to: Vec<Target>,
    #[command(flatten)]
    ways: Ways,
}

/// How both sides of a tap are spoken to.
#[derive(Args)]
pub(crate) struct Ways {
    #[command(flatten)]
    outwards: Outwards,
    #[command(flatten)]
    inwards: Inwards,
    /// Clients come through a proxy, which says who they are (PROXY protocol, version 1 or 2).
    #[arg(long)]
    proxy_in: bool,
    /// Say to the broker who the client is (PROXY protocol).
    #[arg(long, value_enum, value_name = "VERSION")]
    proxy_out: Option<proxy::Version>,
    /// Connections of a tap at a time; more are closed at once.
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    max_connections: usize,
    /// Bytes of the largest packet that is judged; a larger one is carried as any other.
    #[arg(long, default_value_t = 1 << 20, value_name = "BYTES")]
    max_packet: usize,
    /// What is to go wrong, as lines of a file: `cut * before PUBACK 1`, `hold * until 900`, … (see the README). On a WebSocket
    /// nothing of it is possible, which is said.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

/// Taps until it is told to end.
pub(crate) fn run(options: &Options) -> ExitCode {
    let show = |stopper: Stopper| Show {
        screen: Screen::new(std::io::stdout(), move || stopper.stop()),
        format: options.format,
        paint: Paint::new(options.color),
    };
    ended(options.carried.run(Some(&show), None))
}

/// Says what was seen, or why nothing was.
pub(crate) fn ended(seen: Result<Seen>) -> ExitCode {
    match seen {
        Ok(seen) => {
            eprintln!("mqttscope: {seen}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

impl Carried {
    /// Carries until it is told to end.
    pub(crate) fn run(
        &self,
        show: Option<&dyn Fn(Stopper) -> Show>,
        keep: Option<Box<dyn Keep>>,
    ) -> Result<Seen> {
        let ready = self.ways.listen(&self.listen, &self.to, false)?;
        let (stopper, stop) = Stop::new();
        {
            let _entered = ready.runtime.enter();
            stop::on_signals(stopper.clone())?;
        }
        let show = show.map(|show| show(stopper.clone()));
        ready.carry(stopper, &stop, show, keep)
    }
}

/// Taps that listen, before anything is carried.
pub(crate) struct Ready {
    runtime: tokio::runtime::Runtime,
    taps: Vec<Tap>,
    max_packet: usize,
    faulty: Option<Arc<Faulty>>,
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taps: Vec<String> = self.taps.iter().map(ToString::to_string).collect();
        f.write_str(&taps.join(", "))
    }
}

impl Ready {
    /// The faults of its taps; none: there are none, and there will be none.
    pub(crate) fn faulty(&self) -> Option<Arc<Faulty>> {
        self.faulty.clone()
    }

    /// How its taps are.
    pub(crate) fn health(&self) -> Vec<Arc<Health>> {
        self.taps
            .iter()
            .map(|tap| Arc::clone(&tap.health))
            .collect()
    }

    /// Carries until it is told to end. Whoever is to be told of that end is told by `stopper`, too.
    pub(crate) fn carry(
        self,
        stopper: Stopper,
        stop: &Stop,
        show: Option<Show>,
        keep: Option<Box<dyn Keep>>,
    ) -> Result<Seen> {
        let Self {
            runtime,
            taps,
            max_packet,
            faulty: _,
        } = self;
        let tape = Arc::new(Tape::default());
        let watcher = Watcher::new(taps.len(), max_packet, show, keep);
        let looked_at = Looked(Arc::clone(&tape), stopper);
        let watching = thread::spawn(move || watcher.run(&looked_at.0));
        runtime.block_on(serve::all(taps, &tape, stop));
        // What is left of connections that would not end goes before the tape does.
        drop(runtime);
        tape.end();
        match watching.join() {
            Ok(seen) => seen,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Ways {
    /// Listens at all addresses. `with_faults`: there may be some later, where there are none now.
    ///
    /// # Errors
    /// What cannot be listened at, and why; a file that cannot be used.
    pub(crate) fn listen(
        &self,
        listen: &[Listen],
        to: &[Target],
        with_faults: bool,
    ) -> Result<Ready> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let rules = self.faults.as_deref().map(faults).transpose()?;
        let rules = rules.or_else(|| with_faults.then(Vec::new));
        let faulty = rules.map(|rules| Arc::new(Faulty::new(Faults::new(rules))));
        let taps = runtime.block_on(self.taps(listen, to, faulty.as_ref()))?;
        Ok(Ready {
            runtime,
            taps,
            max_packet: self.max_packet,
            faulty,
        })
    }

    async fn taps(
        &self,
        listen: &[Listen],
        to: &[Target],
        faulty: Option<&Arc<Faulty>>,
    ) -> Result<Vec<Tap>> {
        if to.len() != 1 && to.len() != listen.len() {
            bail!(
                "{} taps and {} brokers: name one broker for all taps, or one for each",
                listen.len(),
                to.len()
            );
        }
        let mut taps = Vec::new();
        let targets = to.iter().cycle();
        for (index, (listen, target)) in listen.iter().zip(targets).enumerate() {
            let address = listen.0;
            let listener = tokio::net::TcpListener::bind(address)
                .await
                .with_context(|| format!("listening at {address}"))?;
            let listen = listener.local_addr()?;
            let tap = Tap {
                index: u16::try_from(index)?,
                listener,
                listen,
                target: target.clone(),
                acceptor: self.inwards.acceptor(listen.ip())?,
                connector: self.outwards.connector(&target.host)?,
                proxy_in: self.proxy_in,
                proxy_out: self.proxy_out,
                most: self.max_connections,
                faulty: faulty.cloned(),
                health: Arc::default(),
            };
            let tap = tap.named();
            eprintln!("mqttscope: {tap}");
            taps.push(tap);
        }
        Ok(taps)
    }
}

/// The tape, as long as somebody looks at it: nobody is to wait for a tape that nobody empties.
struct Looked(Arc<Tape>, Stopper);

impl Drop for Looked {
    fn drop(&mut self) {
        self.0.end();
        self.1.stop();
    }
}

/// The faults that a file names.
fn faults(path: &Path) -> Result<Vec<Rule>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading the faults of {}", path.display()))?;
    parse(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("{}: {}", path.display(), lines.join("\n  "))
    })
}
