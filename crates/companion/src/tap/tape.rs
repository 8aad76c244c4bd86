//! What passes a tap, on its way from the tasks that carry it to the thread that looks at it.
//!
//! One lock and one copy for each piece that was read, and no allocation: two buffers change places. The tape is bounded:
//! when it is full the traffic waits, as nothing that is judged or recorded may be left out. What is slow by nature, a
//! terminal, stands behind the thread and has its own way to leave things out ([`super::screen`]).

use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mqttscope_faults::Said;
use mqttscope_wire::Sender;
use tokio::sync::Notify;

/// Bytes that the tape holds at most, with what is noted of them.
const MOST: usize = 16 << 20;

/// What the note of a piece takes beside its bytes, about.
const NOTE: usize = 48;

/// How long the reader lets pieces gather. It need not be woken for each.
const GATHERING: Duration = Duration::from_millis(2);

/// A connection through any tap of this program, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u32);

/// The ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) client: SocketAddr,
    /// Where it connected to.
    pub(crate) tap: SocketAddr,
    pub(crate) broker: SocketAddr,
    /// Whether its first bytes are seen.
    pub(crate) begins: bool,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum What {
    Opened(Box<Ends>),
    /// A side sent so many bytes.
    Bytes(Sender, usize),
    /// Bytes of a side are missing here.
    Gap(Sender),
    /// A side will send no more.
    Ended(Sender),
    /// It is over, and how.
    Closed(Closed),
    /// The tap did something to it, in words.
    Did(Box<Said>),
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Both sides were done.
    Done,
    /// A side broke it off.
    Broken(Sender, Box<str>),
    /// The tap did.
    ByTap(Box<str>),
}

/// Something that happened, and when.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Which tap, from 0.
    pub(crate) tap: u16,
    pub(crate) connection: ConnectionId,
    /// Nanoseconds since 1970.
    pub(crate) at_ns: u64,
    pub(crate) what: What,
}

/// What happened since the last look.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    pub(crate) entries: Vec<Entry>,
    /// The bytes of all pieces, one behind the other.
    pub(crate) bytes: Vec<u8>,
}

impl Roll {
    fn size(&self) -> usize {
        self.bytes
            .len()
            .saturating_add(self.entries.len().saturating_mul(NOTE))
    }

    /// Forgets what it holds. Its room stays, for what comes next.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
    }
}

#[derive(Debug, Default)]
struct Inner {
    roll: Roll,
    is_awaited: bool,
    is_over: bool,
}

/// The tape.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    inner: Mutex<Inner>,
    filled: Condvar,
    emptied: Notify,
}

impl Tape {
    /// A piece of a side's bytes; waits while the tape is full.
    pub(crate) async fn bytes(&self, to: Place, from: Sender, bytes: &[u8]) {
        loop {
            let emptied = self.emptied.notified();
            if self.try_bytes(to, from, bytes) {
                return;
            }
            emptied.await;
        }
    }

    fn try_bytes(&self, to: Place, from: Sender, bytes: &[u8]) -> bool {
        let mut inner = self.lock();
        if inner.roll.size() >= MOST {
            // Nobody waits for what nobody looks at.
            return inner.is_over;
        }
        inner.roll.bytes.extend_from_slice(bytes);
        self.note(inner, to, What::Bytes(from, bytes.len()));
        true
    }

    /// Anything else, for which there is always room: it is little, and bounded by the number of connections.
    pub(crate) fn say(&self, to: Place, what: What) {
        self.note(self.lock(), to, what);
    }

    fn note(&self, mut inner: MutexGuard<'_, Inner>, to: Place, what: What) {
        inner.roll.entries.push(Entry {
            tap: to.tap,
            connection: to.connection,
            at_ns: now_ns(),
            what,
        });
        let wakes = std::mem::take(&mut inner.is_awaited);
        drop(inner);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// Nothing will come any more.
    pub(crate) fn end(&self) {
        self.lock().is_over = true;
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }

    /// Gives what has come into `roll`, which is empty, and takes that for what comes next. Waits for something to
    /// come, though not for long; false when it is over and nothing is left.
    pub(crate) fn take(&self, roll: &mut Roll, patience: Duration) -> bool {
        let mut inner = self.lock();
        if inner.roll.entries.is_empty() && !inner.is_over {
            inner.is_awaited = true;
            (inner, _) = self
                .filled
                .wait_timeout_while(inner, patience, |inner| {
                    inner.roll.entries.is_empty() && !inner.is_over
                })
                .unwrap_or_else(PoisonError::into_inner);
            inner.is_awaited = false;
            if !inner.roll.entries.is_empty() && !inner.is_over {
                drop(inner);
                std::thread::sleep(GATHERING);
                inner = self.lock();
            }
        }
        let was_full = inner.roll.size() >= MOST;
        std::mem::swap(&mut inner.roll, roll);
        let goes_on = !inner.is_over || !roll.entries.is_empty();
        drop(inner);
        if was_full {
            self.emptied.notify_waiters();
        }
        goes_on
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose entry it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) tap: u16,
    pub(crate) connection: ConnectionId,
}

/// Nanoseconds since 1970.
pub(crate) fn now_ns() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const PLACE: Place = Place {
        tap: 0,
        connection: ConnectionId(1),
    };

    #[test]
    fn pieces_come_out_in_their_order() {
        let tape = Tape::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            tape.bytes(PLACE, Sender::Client, b"ab").await;
            tape.say(PLACE, What::Ended(Sender::Client));
            tape.bytes(PLACE, Sender::Server, b"cde").await;
        });
        tape.end();
        let mut roll = Roll::default();
        assert!(tape.take(&mut roll, Duration::ZERO));
        let kinds: Vec<String> = roll
            .entries
            .iter()
            .map(|entry| format!("{:?}", entry.what))
            .collect();
        assert_eq!(
            kinds,
            ["Bytes(Client, 2)", "Ended(Client)", "Bytes(Server, 3)"]
        );
        assert_eq!(roll.bytes, b"abcde");
        roll.clear();
        assert!(!tape.take(&mut roll, Duration::ZERO));
    }

    #[test]
    fn nothing_is_allocated_for_a_piece() {
        let (tape, mut roll) = (Tape::default(), Roll::default());
        let mut pass = || {
            for _ in 0..1000 {
                assert!(tape.try_bytes(PLACE, Sender::Client, &[0; 64]));
            }
            assert!(tape.take(&mut roll, Duration::ZERO));
            roll.clear();
        };
        // Both buffers have their room after one pass each.
        pass();
        pass();
        let counted = allocation_counter::measure(pass);
        assert_eq!(counted.count_total, 0);
    }

    #[test]
    fn nobody_waits_for_a_tape_that_is_over() {
        let tape = Tape::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            tape.bytes(PLACE, Sender::Client, &vec![0; MOST]).await;
            tape.end();
            tape.bytes(PLACE, Sender::Client, &[0; 64]).await;
        });
    }

    #[test]
    fn a_full_tape_makes_the_traffic_wait_and_loses_nothing() {
        let tape = Arc::new(Tape::default());
        let writer = Arc::clone(&tape);
        let pieces = 3 * MOST / (1 << 16);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            runtime.block_on(async {
                for piece in 0..pieces {
                    let bytes = vec![u8::try_from(piece % 251).unwrap(); 1 << 16];
                    writer.bytes(PLACE, Sender::Client, &bytes).await;
                }
            });
            writer.end();
        });
        let (mut roll, mut seen) = (Roll::default(), 0_usize);
        while tape.take(&mut roll, Duration::from_secs(1)) {
            assert!(roll.size() < MOST + (1 << 17), "{}", roll.size());
            for piece in roll.bytes.chunks(1 << 16) {
                assert!(piece.iter().all(|&byte| usize::from(byte) == seen % 251));
                seen += 1;
            }
            roll.clear();
        }
        thread.join().unwrap();
        assert_eq!(seen, pieces);
    }
}
