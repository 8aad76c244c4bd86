//! `mqttscope open`: the page on this machine, and what it is lent: files, a pipe, a tap.

mod faults;
mod lend;
mod page;
mod pipe;
mod serve;
mod shelf;
mod token;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio::net::TcpListener;

use crate::bridge;
use crate::growing::Growing;
use crate::net::address::{Listen, Target};
use crate::net::{Stop, stop};
use crate::record::Writing;
use crate::tap::keep::{Both, Keep};
use crate::tap::{Ready, Ways};
use lend::{Lent, Source};
use page::Page;
use pipe::Pipe;
use serve::Served;
use shelf::Shelf;

#[derive(Args)]
pub(crate) struct Options {
    /// Captures, logs and TLS key logs that the page opens; `-` is a capture that comes through a pipe.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A capture that is still written: the page shows it as it grows, as `tail -f` does.
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "tap")]
    follow: Option<PathBuf>,
    /// Stand between clients and a broker, and show on the page what passes: a port (of 127.0.0.1), or ADDRESS:PORT; may
    /// be given several times.
    #[arg(long, value_name = "LISTEN", requires = "to")]
    tap: Vec<Listen>,
    /// The broker behind the tap; one for all taps, or one for each in their order.
    #[arg(long, value_name = "HOST:PORT", requires = "tap")]
    to: Vec<Target>,
    #[command(flatten)]
    ways: Ways,
    /// Write what passes the tap into this file, too: it has what a page did not see.
    #[arg(long, short, value_name = "FILE", requires = "tap")]
    out: Option<PathBuf>,
    #[command(flatten)]
    writing: Writing,
    /// The page may not set the faults of the tap; those of --faults stay as they are.
    #[arg(long, requires = "tap")]
    no_page_faults: bool,
    #[command(flatten)]
    bridge: bridge::Options,
    /// The port, of 127.0.0.1 only. What the browser keeps for the page is kept for this port. [default: 8437]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Do not open the browser.
    #[arg(long)]
    no_browser: bool,
    /// Serve the page from this folder, in place of the one in this program.
    #[arg(long, value_name = "FOLDER")]
    page: Option<PathBuf>,
}

/// The port unless another is asked for: what the browser keeps belongs to it, so it is the same each time.
const USUAL: u16 = 8437;

/// How long a page may take for the last of what it is lent.
const DRAINING: Duration = Duration::from_secs(5);

/// Whether the page is in this program.
pub(crate) const HAS_PAGE: bool = cfg!(feature = "page");

/// Serves the page until it is told to end.
pub(crate) fn run(options: &Options) -> ExitCode {
    let page = options.page.clone().map(Page::Folder).or(page::inside());
    let Some(page) = page else {
        eprintln!(
            "mqttscope: the page is not in this program: `cargo xtask companion` builds one that has it, and --page \
             names a folder with one"
        );
        return ExitCode::from(2);
    };
    match open(options, page) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn open(options: &Options, page: Page) -> Result<()> {
    if page.file("index.html").is_none() {
        bail!("there is no index.html in the folder of --page");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut sources = sources(&options.files)?;
    let has_pipe = options.files.iter().any(|file| is_pipe(file));
    if let Some(path) = &options.follow {
        if has_pipe {
            bail!("a pipe and a file that grows go on for ever: give one of them");
        }
        Growing::open(path).with_context(|| format!("opening {}", path.display()))?;
        sources.push(Source::Growing(path.clone()));
    }
    if has_pipe && !options.tap.is_empty() {
        bail!(
            "a pipe and a tap go on for ever, and the page reads one behind the other: give one of them"
        );
    }
    let may_set = !options.no_page_faults;
    let ready = (!options.tap.is_empty())
        .then(|| (options.ways).listen(&options.tap, &options.to, may_set));
    let ready = ready.transpose()?;
    let recording = options.out.as_deref().map(|out| options.writing.begin(out));
    let (recording, written) = recording.transpose()?.unzip();
    let shelf = Arc::new(Shelf::new(shelf::MOST, written));
    if let Some(ready) = &ready {
        sources.push(Source::Tap(ready.to_string(), Arc::clone(&shelf)));
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port.unwrap_or(USUAL)));
    let listener = runtime.block_on(TcpListener::bind(address));
    let listener =
        listener.with_context(|| format!("listening at {address} (--port has another)"))?;
    let address = listener.local_addr()?;
    let (stopper, stop) = Stop::new();
    {
        let _entered = runtime.enter();
        stop::on_signals(stopper.clone())?;
    }
    if has_pipe {
        for source in &sources {
            if let Source::Pipe(pipe) = source {
                Pipe::fill(pipe, std::io::stdin());
            }
        }
    }
    let lent = Lent::new(sources, options.port.unwrap_or(USUAL), stop.clone())?;
    let bridge = options.bridge.bridge(stop.clone());
    let url = format!("http://{address}/{}", lent.hash(bridge.is_some()));
    eprintln!("mqttscope: the page is at {url}");
    if !options.no_browser && !browse(&url) {
        eprintln!("mqttscope: no browser could be started: open that address in one");
    }
    let faults = ready.as_ref().map(|ready| faults::Lent {
        faulty: ready.faulty(),
        taps: ready.health(),
        is_allowed: may_set,
    });
    let shelving = Box::new(shelf::Shelving::new(shelf));
    let keep: Box<dyn Keep> = match recording {
        Some(recording) => Box::new(Both(recording, shelving)),
        None => shelving,
    };
    let carrying = ready.map(|ready| carry(ready, keep, stopper.clone(), stop.clone()));
    let carried = bridge.clone();
    let served = runtime.block_on(async {
        let served = Served::new(page, address, lent, bridge).with_faults(faults);
        let served = serve(listener, served, stop).await;
        // Whatever ended the page ends the taps and the connections of pages, too.
        stopper.stop();
        if let Some(bridge) = carried {
            bridge.ended(DRAINING).await;
        }
        served
    });
    match carrying.map(thread::JoinHandle::join) {
        None => {}
        Some(Ok(seen)) => eprintln!("mqttscope: {}", seen?),
        Some(Err(panic)) => std::panic::resume_unwind(panic),
    }
    // A thread may wait for the pipe for ever.
    runtime.shutdown_background();
    served
}

/// Carries what passes the taps, on a thread of its own.
fn carry(
    ready: Ready,
    keep: Box<dyn Keep>,
    stopper: stop::Stopper,
    stop: Stop,
) -> thread::JoinHandle<Result<crate::tap::watch::Seen>> {
    thread::spawn(move || ready.carry(stopper, &stop, None, Some(keep)))
}

async fn serve(listener: TcpListener, served: Served, stop: Stop) -> Result<()> {
    let (mut asked, mut late) = (stop.clone(), stop);
    let served = axum::serve(listener, serve::app(served))
        .with_graceful_shutdown(async move { asked.asked().await });
    tokio::select! {
        served = served.into_future() => Ok(served?),
        // A page that reads no more is not waited for.
        () = async { late.asked().await; tokio::time::sleep(DRAINING).await } => Ok(()),
    }
}

/// What is lent of files: all of them can be opened.
fn sources(files: &[PathBuf]) -> Result<Vec<Source>> {
    if files.iter().filter(|file| is_pipe(file)).count() > 1 {
        bail!("there is one standard input: `-` may be given once");
    }
    // What goes on for ever stands behind what ends, since the page reads one behind the other.
    let (pipes, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
        files.iter().partition(|file| is_pipe(file));
    let files = files.into_iter().map(|path| {
        let what = || format!("opening {}", path.display());
        let file = std::fs::File::open(path).with_context(what)?;
        if file.metadata().with_context(what)?.is_dir() {
            bail!("{}: it is a folder", what());
        }
        Ok(Source::File(path.clone()))
    });
    let pipes = pipes
        .into_iter()
        .map(|_| Ok(Source::Pipe(Arc::new(Pipe::new()?))));
    files.chain(pipes).collect()
}

fn is_pipe(path: &Path) -> bool {
    path == Path::new("-")
}

fn browse(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[url])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", "", url])
    } else {
        ("xdg-open", &[url])
    };
    let mut command = Command::new(program);
    let silent = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.spawn().is_ok()
}
