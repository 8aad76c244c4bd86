//! Lines for whoever looks on. A terminal that is slow keeps nobody waiting: what it has no time for is left out and
//! counted.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Bytes of lines from which on rows are left out.
const MOST: usize = 1 << 20;

/// Bytes of lines that wait at most: what is rare and short, as that a connection was closed, has this room more.
const MOST_OF_ALL: usize = 2 << 20;

#[derive(Debug, Default)]
struct Inner {
    lines: Vec<u8>,
    /// Lines that were left out since the last that was not.
    left_out: u64,
    is_over: bool,
    /// Nobody reads any more.
    is_closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    filled: Condvar,
    emptied: Condvar,
    /// Nothing is left out: whoever has lines waits.
    is_whole: bool,
}

/// The lines, and the thread that writes them.
#[derive(Debug)]
pub(crate) struct Screen {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Screen {
    /// Writes to `to` from now on, and calls `closed` should nobody read any more.
    pub(crate) fn new(
        to: impl Write + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self::with(Shared::default(), to, closed)
    }

    /// The same with nothing left out: whoever has lines waits until there is room.
    pub(crate) fn whole(
        to: impl Write + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) -> Self {
        let shared = Shared {
            is_whole: true,
            ..Shared::default()
        };
        Self::with(shared, to, closed)
    }

    fn with(
        shared: Shared,
        to: impl Write + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) -> Self {
        let shared = Arc::new(shared);
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            if theirs.write(to).is_err() {
                theirs.lock().is_closed = true;
                theirs.emptied.notify_all();
                closed();
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    /// Whether there is room for lines now. One that finds none is counted as left out.
    pub(crate) fn has_room(&self) -> bool {
        let mut inner = self.shared.lock();
        if self.shared.is_whole {
            let is_full = |inner: &mut Inner| inner.lines.len() >= MOST && !inner.is_closed;
            inner = (self.shared.emptied)
                .wait_while(inner, is_full)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let has_room = inner.lines.len() < MOST && !inner.is_closed;
        if !has_room {
            inner.left_out = inner.left_out.saturating_add(1);
        }
        has_room
    }

    /// Adds whole lines and empties them.
    pub(crate) fn add(&self, lines: &mut Vec<u8>, words: impl FnOnce(u64) -> String) {
        if lines.is_empty() {
            return;
        }
        let mut inner = self.shared.lock();
        if inner.is_closed || (inner.lines.len() >= MOST_OF_ALL && !self.shared.is_whole) {
            let count = lines.iter().filter(|&&byte| byte == b'\n').count();
            inner.left_out = inner.left_out.saturating_add(count as u64);
            return lines.clear();
        }
        let left_out = std::mem::take(&mut inner.left_out);
        if left_out > 0 {
            inner.lines.extend(words(left_out).into_bytes());
        }
        inner.lines.append(lines);
        drop(inner);
        self.shared.filled.notify_one();
    }

    /// Lines that were left out and not told.
    pub(crate) fn left_out(&self) -> u64 {
        self.shared.lock().left_out
    }
}

impl Drop for Screen {
    /// Waits until all is written.
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // It has nothing to fail by but what it was given to write to.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn write(&self, mut to: impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        loop {
            let mut inner = self
                .filled
                .wait_while(self.lock(), |inner| {
                    inner.lines.is_empty() && !inner.is_over
                })
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut inner.lines, &mut lines);
            drop(inner);
            self.emptied.notify_all();
            if lines.is_empty() {
                return Ok(());
            }
            to.write_all(&lines)?;
            to.flush()?;
            lines.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Lets a write through for each word that it is sent.
    struct Gate(Receiver<()>, Sender<usize>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.send(bytes.len()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_reader_is_told_how_much_it_missed() {
        let (open, gate) = channel();
        let (sent, written) = channel();
        let screen = Screen::new(Gate(gate, sent), || {});
        let mut shown = 0;
        while screen.has_room() {
            screen.add(&mut vec![b'x'; 1000], |_| unreachable!());
            shown += 1;
        }
        assert!((MOST / 1000..=3 * MOST / 1000).contains(&shown), "{shown}");
        assert!(!screen.has_room());
        for _ in 0..3 {
            open.send(()).unwrap();
        }
        written.recv().unwrap();
        while !screen.has_room() {
            std::thread::yield_now();
        }
        let mut told = 0;
        screen.add(&mut b"y".to_vec(), |left_out| {
            told = left_out;
            "left out".into()
        });
        assert!(told >= 2, "{told}");
        drop(open);
    }

    #[test]
    fn lines_that_are_added_all_the_same_have_a_bound() {
        let (open, gate) = channel();
        let (sent, _written) = channel();
        let screen = Screen::new(Gate(gate, sent), || {});
        for _ in 0..10_000 {
            screen.add(&mut vec![b'\n'; 1000], |_| String::new());
        }
        assert!(screen.shared.lock().lines.len() <= MOST_OF_ALL + 1000);
        assert!(screen.left_out() > 1_000_000);
        drop(open);
    }

    #[test]
    fn a_whole_screen_leaves_nothing_out() {
        let (open, gate) = channel();
        let (sent, written) = channel();
        let screen = Screen::whole(Gate(gate, sent), || {});
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..5000 {
                    assert!(screen.has_room());
                    screen.add(&mut vec![b'x'; 1000], |_| unreachable!());
                }
            });
            let mut len = 0;
            while len < 5_000_000 {
                open.send(()).unwrap();
                len += written.recv().unwrap();
            }
        });
        assert_eq!(screen.left_out(), 0);
    }

    #[test]
    fn who_reads_no_more_is_noticed() {
        let (open, gate) = channel();
        let (sent, _) = channel();
        drop(open);
        let (say, heard) = channel();
        let screen = Screen::new(Gate(gate, sent), move || say.send(()).unwrap());
        screen.add(&mut b"x".to_vec(), |_| String::new());
        heard.recv().unwrap();
        assert!(!screen.has_room());
    }
}
