//! The task that owns the broker: bytes and time in, bytes and closings out.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use mqttscope_broker::Instant;
use mqttscope_broker::{Broker, Chunk, ConnectionId, Options, SavedBroker, Transmit};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant as Clock, sleep_until};

use super::kept::Kept;
use crate::net::Stop;

/// Bytes that may wait for a connection before the broker holds back.
pub(super) const HIGH_WATER: usize = 256 << 10;

/// What the connections' tasks tell the broker's.
pub(super) enum Input {
    Opened(Opened),
    Bytes(ConnectionId, Vec<u8>),
    /// What waited for this connection is written.
    Drained(ConnectionId),
    Closed(ConnectionId),
}

/// A new connection.
pub(super) struct Opened {
    pub(super) to_writer: mpsc::UnboundedSender<Chunk>,
    pub(super) waiting: Arc<AtomicUsize>,
    pub(super) tell: oneshot::Sender<ConnectionId>,
}

pub(super) type Inputs = mpsc::Sender<Input>;

/// The broker's side of a connection. Its writer ends when this does, and closes behind the last bytes.
struct Peer {
    to_writer: mpsc::UnboundedSender<Chunk>,
    waiting: Arc<AtomicUsize>,
    congested: bool,
}

/// The broker and its connections.
pub(super) struct Owner {
    broker: Broker,
    peers: HashMap<ConnectionId, Peer>,
    start: Clock,
    kept: Option<(Kept, Duration)>,
    verbose: bool,
}

impl Owner {
    /// A broker that goes on with what was saved, and how long ago.
    pub(super) fn new(
        options: Options,
        saved: Option<(SavedBroker, Duration)>,
        kept: Option<(Kept, Duration)>,
        verbose: bool,
    ) -> Self {
        let broker = match saved {
            Some((saved, away)) => Broker::restore(options, saved, Instant::ZERO, away),
            None => Broker::new(options),
        };
        Self {
            broker,
            peers: HashMap::new(),
            start: Clock::now(),
            kept,
            verbose,
        }
    }

    /// Serves until it is time to stop; then tells everybody, and keeps what is to be kept.
    pub(super) async fn run(
        mut self,
        mut coming: mpsc::Receiver<Input>,
        mut stop: Stop,
    ) -> Result<()> {
        let asked = stop.asked();
        tokio::pin!(asked);
        let every = self.kept.as_ref().map(|(_, every)| *every);
        let mut keeps_at = every.map(|every| Clock::now() + every);
        let mut is_changed = false;
        loop {
            let due = self
                .broker
                .poll_timeout()
                .map(|at| self.start + (at - Instant::ZERO));
            let keeps = keeps_at.filter(|_| is_changed);
            tokio::select! {
                input = coming.recv() => match input {
                    Some(input) => {
                        is_changed = true;
                        self.handle(input);
                    }
                    None => break,
                },
                () = sleep_until(due.unwrap_or(self.start)), if due.is_some() => {
                    is_changed = true;
                    let now = self.now();
                    self.broker.handle_timeout(now);
                }
                () = sleep_until(keeps.unwrap_or(self.start)), if keeps.is_some() => {
                    if let Err(error) = self.keep() {
                        eprintln!("mqttscope: {error:#}");
                    }
                    is_changed = false;
                    keeps_at = every.map(|every| Clock::now() + every);
                }
                () = &mut asked => break,
            }
            self.drain();
        }
        // What has come already was sent before the end was asked for, and may be acknowledged.
        while let Ok(input) = coming.try_recv() {
            self.handle(input);
            self.drain();
        }
        let now = self.now();
        self.broker.shut_down(now);
        self.drain();
        self.peers.clear();
        self.keep()
    }

    fn handle(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Opened(opened) => {
                let id = self.broker.handle_open(now);
                let peer = Peer {
                    to_writer: opened.to_writer,
                    waiting: opened.waiting,
                    congested: false,
                };
                self.peers.insert(id, peer);
                if opened.tell.send(id).is_err() {
                    self.peers.remove(&id);
                    self.broker.handle_closed(now, id);
                }
            }
            Input::Bytes(id, bytes) => self.broker.handle_bytes(now, id, &bytes),
            Input::Drained(id) => {
                if let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.congested) {
                    peer.congested = false;
                    self.broker.handle_congestion(now, id, false);
                }
            }
            Input::Closed(id) => {
                self.peers.remove(&id);
                self.broker.handle_closed(now, id);
            }
        }
    }

    fn drain(&mut self) {
        let now = self.now();
        while let Some((id, transmit)) = self.broker.poll_transmit() {
            match transmit {
                Transmit::Bytes(bytes) => self.send(now, id, bytes),
                Transmit::Close => drop(self.peers.remove(&id)),
            }
        }
        while let Some(event) = self.broker.poll_event() {
            if self.verbose {
                println!("{event:?}");
            }
        }
    }

    fn send(&mut self, now: Instant, id: ConnectionId, bytes: Chunk) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let len = bytes.len();
        let waiting = peer
            .waiting
            .fetch_add(len, Ordering::AcqRel)
            .saturating_add(len);
        if peer.to_writer.send(bytes).is_ok() && waiting > HIGH_WATER && !peer.congested {
            peer.congested = true;
            self.broker.handle_congestion(now, id, true);
        }
    }

    fn keep(&self) -> Result<()> {
        match &self.kept {
            Some((kept, _)) => kept.write(&self.broker.save(self.now())),
            None => Ok(()),
        }
    }

    /// Microseconds since the start, rounded up: what is due then is due now.
    fn now(&self) -> Instant {
        let micros = self.start.elapsed().as_nanos().div_ceil(1_000);
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}
