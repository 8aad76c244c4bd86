//! Clients that are examined: accepts their connections, and carries between them and the examination.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use mqttscope_examine::{
    ClientCommand, ClientConnection, ClientExamination, Instant, Phase, Situation,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::broker::accept::{Door, Placed, accept};
use crate::net::{Stop, stop::Stopper};

/// Connections at a time.
const MOST: usize = 64;
/// Bytes that are read at a time.
const PIECE: usize = 16 << 10;
/// How long a client may take to read what was last sent to it.
const LINGER: Duration = Duration::from_secs(2);

/// What a connection tells.
enum Told {
    Bytes(Vec<u8>),
    Closed,
}

/// An examination with its clients. When it is dropped, nobody is accepted any more and all connections are closed.
pub(super) struct Guide<'s> {
    pub(super) examination: ClientExamination<'s>,
    begun: Clock,
    peers: HashMap<ClientConnection, mpsc::UnboundedSender<Vec<u8>>>,
    /// Somebody has connected.
    was_there: bool,
    accepted: mpsc::Receiver<(Placed, SocketAddr)>,
    tell: mpsc::Sender<(ClientConnection, Told)>,
    told: mpsc::Receiver<(ClientConnection, Told)>,
    /// Why the last one did not come in.
    trouble: watch::Receiver<Option<String>>,
    is_troubled: bool,
    /// Ends the task that accepts.
    closer: Stopper,
    accepting: Option<JoinHandle<()>>,
}

impl Drop for Guide<'_> {
    fn drop(&mut self) {
        self.closer.stop();
    }
}

impl<'s> Guide<'s> {
    /// Opens the door: clients are led through these situations.
    pub(super) fn open(mut door: Door, situations: &'s [Situation]) -> Self {
        let seed = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        let (tell, told) = mpsc::channel(256);
        let (send, accepted) = mpsc::channel(16);
        let (closer, stop) = Stop::new();
        let (kept_out, trouble) = watch::channel(None);
        door.trouble = Some(kept_out);
        let accepting = tokio::spawn(accept(door, Arc::new(Semaphore::new(MOST)), send, stop));
        Self {
            examination: ClientExamination::new(situations, seed),
            begun: Clock::now(),
            peers: HashMap::new(),
            was_there: false,
            accepted,
            tell,
            told,
            trouble,
            is_troubled: false,
            closer,
            accepting: Some(accepting),
        }
    }

    /// Accepts nobody any more and closes all connections; the port is free then.
    pub(super) async fn close(&mut self) {
        self.closer.stop();
        self.peers.clear();
        if let Some(accepting) = self.accepting.take() {
            // It ends, or has failed: the port is free either way.
            let _ = accepting.await;
        }
    }

    pub(super) fn now(&self) -> Instant {
        let millis = self.took().as_millis();
        Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    pub(super) fn took(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether anybody has connected.
    pub(super) const fn was_there(&self) -> bool {
        self.was_there
    }

    /// Connections that are open.
    pub(super) fn connected(&self) -> usize {
        self.peers.len()
    }

    /// Why the last one that came did not get in, in a sentence; none: it did.
    pub(super) fn trouble(&self) -> Option<String> {
        let last = self.trouble.borrow();
        last.clone().filter(|_| self.is_troubled)
    }

    /// Waits for what happens next, and does what follows of it. It may be dropped at any moment and begun again.
    pub(super) async fn step(&mut self) {
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
            Some((stream, from)) = self.accepted.recv() => {
                self.was_there = true;
                self.is_troubled = false;
                eprintln!("mqttscope: {from} connected");
                let id = self.examination.handle_opened(self.now());
                let (to_writer, outgoing) = mpsc::unbounded_channel();
                self.peers.insert(id, to_writer);
                tokio::spawn(carry(stream, id, outgoing, self.tell.clone()));
            }
            Some((id, what)) = self.told.recv() => match what {
                Told::Bytes(bytes) => self.examination.handle_bytes(self.now(), id, &bytes),
                Told::Closed => {
                    self.peers.remove(&id);
                    self.examination.handle_closed(self.now(), id);
                }
            },
            Ok(()) = self.trouble.changed() => self.is_troubled = true,
            () = wait => self.examination.handle_timeout(self.now()),
        }
        self.act();
    }

    /// Does what the examination asks for.
    pub(super) fn act(&mut self) {
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
    }

    /// The situation that the client is to be led into next, and how many it could be; none while one runs.
    pub(super) fn next(&self) -> Option<(&'s Situation, usize)> {
        if !self.examination.is_idle() {
            return None;
        }
        let open: Vec<&Situation> = self.examination.open().collect();
        // Once there is a connection, what begins with another comes by itself: the link is cut for it.
        let is_next =
            |situation: &&&Situation| situation.begins_with_connect() == self.peers.is_empty();
        let next = open.iter().find(is_next).or(open.first())?;
        Some((next, open.len()))
    }

    /// Whether nothing is left that the client could show.
    pub(super) fn is_done(&self) -> bool {
        let mut all = self.examination.situations();
        self.was_there
            && self.examination.is_idle()
            && self.examination.open().next().is_none()
            && all.any(|(_, phase)| matches!(phase, Phase::Done(_)))
    }
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
