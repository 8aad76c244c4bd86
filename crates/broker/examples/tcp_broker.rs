//! The broker over plain TCP: `cargo run --release --example tcp_broker -- 127.0.0.1:1883`.
//!
//! `--verbose` prints what happens, `--queue N` lets N messages wait for each session.
//!
//! One thread owns the broker. Each connection has a thread that reads and one that writes; they
//! know nothing of MQTT. The last line that is printed before clients are served is the address.

use std::collections::HashMap;
use std::io::{Error, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant as Clock};

use mqttscope_broker::{Broker, Chunk, ConnectionId, Instant, Limits, Options, Transmit};

/// What the connections' threads tell the broker's.
enum Input {
    Opened(TcpStream),
    Bytes(ConnectionId, Vec<u8>),
    /// What waited for this connection is written.
    Drained(ConnectionId),
    Closed(ConnectionId),
}

/// Bytes that may wait for a connection before the broker holds back.
const HIGH_WATER: usize = 256 << 10;

/// The broker's side of a connection.
struct Peer {
    stream: TcpStream,
    to_writer: Sender<Chunk>,
    waiting: Arc<AtomicUsize>,
    congested: bool,
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:1883".into());
    let mut verbose = false;
    let mut limits = Limits::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--verbose" => verbose = true,
            "--queue" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                limits.queue = number
                    .ok_or("--queue wants a number")
                    .map_err(Error::other)?;
            }
            other => return Err(Error::other(format!("unknown: {other}"))),
        }
    }
    let listener = TcpListener::bind(&address)?;
    println!("listening on {}", listener.local_addr()?);
    let (to_broker, inputs) = channel();
    let accepted = to_broker.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if accepted.send(Input::Opened(stream)).is_err() {
                return;
            }
        }
    });
    serve(limits, &inputs, &to_broker, verbose);
    Ok(())
}

/// Runs until every other thread is gone, which is never.
fn serve(limits: Limits, inputs: &Receiver<Input>, to_broker: &Sender<Input>, verbose: bool) {
    let start = Clock::now();
    let now = || Instant::ZERO + start.elapsed();
    let mut broker = Broker::new(Options {
        limits,
        ..Options::new(u64::from(std::process::id()))
    });
    let mut peers: HashMap<ConnectionId, Peer> = HashMap::new();
    loop {
        let wait = broker
            .poll_timeout()
            .map_or(Duration::from_secs(3600), |at| at - now());
        match inputs.recv_timeout(wait) {
            Ok(input) => handle(&mut broker, &mut peers, input, now(), to_broker),
            Err(RecvTimeoutError::Timeout) => broker.handle_timeout(now()),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some((id, transmit)) = broker.poll_transmit() {
            send(&mut broker, &mut peers, id, transmit, now());
        }
        while let Some(event) = broker.poll_event() {
            if verbose {
                println!("{event:?}");
            }
        }
    }
}

fn handle(
    broker: &mut Broker,
    peers: &mut HashMap<ConnectionId, Peer>,
    input: Input,
    now: Instant,
    to_broker: &Sender<Input>,
) {
    match input {
        Input::Opened(stream) => {
            let id = broker.handle_open(now);
            match start_threads(id, stream, to_broker) {
                Ok(peer) => drop(peers.insert(id, peer)),
                Err(_) => broker.handle_closed(now, id),
            }
        }
        Input::Bytes(id, bytes) => broker.handle_bytes(now, id, &bytes),
        Input::Drained(id) => {
            if let Some(peer) = peers.get_mut(&id).filter(|peer| peer.congested) {
                peer.congested = false;
                broker.handle_congestion(now, id, false);
            }
        }
        Input::Closed(id) => {
            peers.remove(&id);
            broker.handle_closed(now, id);
        }
    }
}

fn send(
    broker: &mut Broker,
    peers: &mut HashMap<ConnectionId, Peer>,
    id: ConnectionId,
    transmit: Transmit,
    now: Instant,
) {
    match transmit {
        Transmit::Bytes(bytes) => {
            let Some(peer) = peers.get_mut(&id) else {
                return;
            };
            let waiting = peer
                .waiting
                .fetch_add(bytes.len(), Ordering::AcqRel)
                .saturating_add(bytes.len());
            if peer.to_writer.send(bytes).is_ok() && waiting > HIGH_WATER && !peer.congested {
                peer.congested = true;
                broker.handle_congestion(now, id, true);
            }
        }
        // The writer ends when its channel does, and closes the stream behind the last bytes.
        Transmit::Close => drop(peers.remove(&id)),
    }
}

fn start_threads(
    id: ConnectionId,
    stream: TcpStream,
    to_broker: &Sender<Input>,
) -> std::io::Result<Peer> {
    stream.set_nodelay(true)?;
    let mut reader = stream.try_clone()?;
    let mut writer = stream.try_clone()?;
    let (to_writer, outgoing) = channel::<Chunk>();
    let waiting = Arc::new(AtomicUsize::new(0));
    let written = Arc::clone(&waiting);
    let drained = to_broker.clone();
    thread::spawn(move || {
        for bytes in outgoing {
            if writer.write_all(&bytes).is_err() {
                break;
            }
            let before = written.fetch_sub(bytes.len(), Ordering::AcqRel);
            let below = |waiting: usize| waiting <= HIGH_WATER / 2;
            if !below(before)
                && below(before.saturating_sub(bytes.len()))
                && drained.send(Input::Drained(id)).is_err()
            {
                break;
            }
        }
        // The other end may be gone already; closed is closed.
        let _ = writer.shutdown(Shutdown::Both);
    });
    let received = to_broker.clone();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(len @ 1..) = reader.read(&mut buffer) {
            let bytes = buffer.get(..len).unwrap_or_default().to_vec();
            if received.send(Input::Bytes(id, bytes)).is_err() {
                return;
            }
        }
        // Without the broker there is nobody to tell.
        let _ = received.send(Input::Closed(id));
    });
    Ok(Peer {
        stream,
        to_writer,
        waiting,
        congested: false,
    })
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The reader wakes up; the writer still sends what it has.
        let _ = self.stream.shutdown(Shutdown::Read);
    }
}
