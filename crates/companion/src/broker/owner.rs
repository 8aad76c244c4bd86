//! The task that owns the broker: bytes and time in, bytes and closings out.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use mqttscope_broker::Instant;
use mqttscope_broker::{Broker, Chunk, ConnectionId, Options, SavedBroker, Transmit};
use mqttscope_wire::{PacketType, frame};
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
    keeping: Option<Keeping>,
    /// There is something that is not kept yet.
    is_changed: bool,
    verbose: bool,
}

/// How sessions are kept.
pub(super) struct Keeping {
    pub(super) kept: Kept,
    pub(super) every: Duration,
    /// They are also written before anything is sent that a client relies on.
    pub(super) writes_first: bool,
}

/// Inputs that are written together at most.
const MOST_TOGETHER: usize = 1024;

/// How long until it is tried again to write what cannot be written.
const AGAIN: Duration = Duration::from_secs(1);

impl Owner {
    /// A broker that goes on with what was saved, and how long ago.
    pub(super) fn new(
        options: Options,
        saved: Option<(SavedBroker, Duration)>,
        keeping: Option<Keeping>,
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
            keeping,
            is_changed: false,
            verbose,
        }
    }

    /// Serves until it is time to stop; then tells everybody, and keeps what is to be kept.
    pub(super) async fn run(
        mut self,
        mut coming: mpsc::Receiver<Input>,
        mut stop: Stop,
    ) -> Result<()> {
        let mut stops = stop.clone();
        let asked = stop.asked();
        tokio::pin!(asked);
        let every = self.keeping.as_ref().map(|keeping| keeping.every);
        let mut keeps_at = every.map(|every| Clock::now() + every);
        loop {
            let due = self
                .broker
                .poll_timeout()
                .map(|at| self.start + (at - Instant::ZERO));
            let keeps = keeps_at.filter(|_| self.is_changed);
            tokio::select! {
                input = coming.recv() => match input {
                    Some(input) => {
                        self.handle(input);
                        if self.writes_first() {
                            self.handle_more(&mut coming);
                        }
                    }
                    None => break,
                },
                () = sleep_until(due.unwrap_or(self.start)), if due.is_some() => {
                    self.is_changed = true;
                    let now = self.now();
                    self.broker.handle_timeout(now);
                }
                () = sleep_until(keeps.unwrap_or(self.start)), if keeps.is_some() => {
                    if let Err(error) = self.keep() {
                        eprintln!("mqttscope: {error:#}");
                    }
                    self.is_changed = false;
                    keeps_at = every.map(|every| Clock::now() + every);
                }
                () = &mut asked => break,
            }
            self.drain(&mut stops).await;
        }
        // What has come already was sent before the end was asked for, and may be acknowledged.
        while let Ok(input) = coming.try_recv() {
            self.handle(input);
            self.handle_more(&mut coming);
            self.drain(&mut stops).await;
        }
        let now = self.now();
        self.broker.shut_down(now);
        self.drain(&mut stops).await;
        self.peers.clear();
        self.keep()
    }

    /// Takes what is there, so that it is written together.
    fn handle_more(&mut self, coming: &mut mpsc::Receiver<Input>) {
        for _ in 0..MOST_TOGETHER {
            let Ok(input) = coming.try_recv() else { return };
            self.handle(input);
        }
    }

    fn handle(&mut self, input: Input) {
        self.is_changed = true;
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

    async fn drain(&mut self, stop: &mut Stop) {
        let now = self.now();
        loop {
            let all: Vec<_> = std::iter::from_fn(|| self.broker.poll_transmit()).collect();
            if all.is_empty() {
                break;
            }
            if self.writes_first() && is_relied_on(&all) && !self.write(stop).await {
                // Nobody is told what is not kept.
                break;
            }
            for (id, transmit) in all {
                match transmit {
                    Transmit::Bytes(bytes) => self.send(now, id, bytes),
                    Transmit::Close => drop(self.peers.remove(&id)),
                }
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

    /// Writes what is to be kept, however long that takes. False: it cannot be written, and it is time to stop.
    async fn write(&mut self, stop: &mut Stop) -> bool {
        let mut is_told = false;
        while let Err(error) = self.keep() {
            if !std::mem::replace(&mut is_told, true) {
                eprintln!("mqttscope: {error:#}; nothing is acknowledged until it is written");
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = stop.asked() => return false,
            }
        }
        if is_told {
            eprintln!("mqttscope: sessions are written again");
        }
        self.is_changed = false;
        true
    }

    fn writes_first(&self) -> bool {
        self.keeping.as_ref().is_some_and(|it| it.writes_first)
    }

    fn keep(&self) -> Result<()> {
        match &self.keeping {
            Some(keeping) => keeping.kept.write(&self.broker.save(self.now())),
            None => Ok(()),
        }
    }

    /// Microseconds since the start, rounded up: what is due then is due now.
    fn now(&self) -> Instant {
        let micros = self.start.elapsed().as_nanos().div_ceil(1_000);
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// Whether a client goes by something of this after the broker was killed: everything but messages of QoS 0, answers to
/// pings, and ends.
fn is_relied_on(all: &[(ConnectionId, Transmit)]) -> bool {
    // The end of a packet may be a piece of its own, behind the others.
    let mut behind = None;
    all.iter().any(|(id, transmit)| {
        let Transmit::Bytes(bytes) = transmit else {
            return false;
        };
        let owed = behind
            .take()
            .filter(|(of, _)| of == id)
            .map_or(0, |(_, owed)| owed);
        let mut rest = bytes.get(owed..).unwrap_or_default();
        while let Some(&first) = rest.first() {
            let is_light = match PacketType::from_first_byte(first) {
                PacketType::Publish => first & 0x06 == 0,
                kind => matches!(kind, PacketType::Pingresp | PacketType::Disconnect),
            };
            let frame::Header::Complete { len, .. } = frame::header(rest) else {
                return true;
            };
            if !is_light {
                return true;
            }
            if len > rest.len() {
                behind = Some((*id, len.saturating_sub(rest.len())));
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relied_on(pieces: &[&[u8]]) -> bool {
        let mut broker = Broker::new(Options::new(0));
        let id = broker.handle_open(Instant::ZERO);
        let bytes = |piece: &&[u8]| (id, Transmit::Bytes(piece.to_vec().into()));
        is_relied_on(&pieces.iter().map(bytes).collect::<Vec<_>>())
    }

    #[test]
    fn what_clients_rely_on_is_told_from_the_rest() {
        let light: &[u8] = b"\xd0\x00\x30\x04\x00\x01ax\xe0\x00";
        assert!(!relied_on(&[light]));
        assert!(!relied_on(&[]));
        // A payload of its own looks like a PUBACK.
        assert!(!relied_on(&[
            b"\x30\x07\x00\x01a",
            b"\x40\x02\x00\x01",
            light
        ]));
        assert!(relied_on(&[
            b"\x30\x07\x00\x01a",
            b"\x40\x02\x00\x01",
            b"\x40\x02\x00\x01"
        ]));
        for heavy in [
            &b"\x20\x02\x00\x00"[..],
            b"\x40\x02\x00\x01",
            b"\x50\x02\x00\x01",
            b"\x62\x02\x00\x01",
            b"\x70\x02\x00\x01",
            b"\x90\x03\x00\x01\x00",
            b"\x32\x06\x00\x01a\x00\x01x",
        ] {
            assert!(relied_on(&[heavy]), "{heavy:02x?}");
            assert!(relied_on(&[&[light, heavy].concat()]), "{heavy:02x?}");
        }
    }
}
