//! What passed the taps, as frames of pcapng, for pages that come and read as they can.
//!
//! The newest frames are kept, up to a number of bytes, and each page has its own place among them. A page that is so slow
//! that its place is dropped goes on with the oldest that is kept: the frames between are counted and told in its stream,
//! and missing numbers of TCP show where bytes are missing. Neither the traffic nor another page ever waits for one.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::body::Bytes;
use mqttscope_capture::mark::{Mark, NOT_KEPT};
use mqttscope_capture::pcapng;
use mqttscope_wire::Sender;
use tokio::sync::watch;

use crate::record::Written;
use crate::tap::blocks::Blocks;
use crate::tap::keep::Keep;
use crate::tap::tape::{Closed, ConnectionId, Ends, now_ns};

/// Bytes that are kept.
pub(super) const MOST: usize = 64 << 20;

/// Bytes of a piece from which on another is begun.
const PIECE: usize = 256 << 10;

/// Whole frames.
#[derive(Clone, Debug)]
struct Piece {
    bytes: Bytes,
    /// Frames before it, in all.
    before: u64,
    frames: u64,
}

#[derive(Debug, Default)]
struct Inner {
    pieces: VecDeque<Piece>,
    /// The number of the first of these.
    first: u64,
    /// Bytes of all of these.
    size: usize,
    /// Frames in all, those that are dropped included.
    frames: u64,
    is_over: bool,
}

/// See [the module](self).
pub(crate) struct Shelf {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
    most: usize,
    /// Where all of it is besides.
    written: Option<Arc<Written>>,
}

/// A page's place.
pub(crate) struct Reader {
    shelf: Arc<Shelf>,
    changed: watch::Receiver<()>,
    /// The number of the piece that is next; none: it has not begun.
    next: Option<u64>,
    /// Frames before that.
    before: u64,
    /// Frames that it did not get.
    left_out: u64,
}

impl Shelf {
    /// Keeps so many bytes, and the newest piece in any case.
    pub(crate) fn new(most: usize, written: Option<Arc<Written>>) -> Self {
        Self {
            inner: Mutex::default(),
            changed: watch::Sender::default(),
            most,
            written,
        }
    }

    fn push(&self, bytes: Vec<u8>) {
        let frames = pcapng::count_blocks(&bytes);
        let mut inner = self.lock();
        let before = inner.frames;
        inner.frames = before.saturating_add(frames);
        inner.size = inner.size.saturating_add(bytes.len());
        inner.pieces.push_back(Piece {
            bytes: bytes.into(),
            before,
            frames,
        });
        while inner.size > self.most && inner.pieces.len() > 1 {
            let dropped = inner.pieces.pop_front();
            let len = dropped.map_or(0, |piece| piece.bytes.len());
            inner.size = inner.size.saturating_sub(len);
            inner.first = inner.first.saturating_add(1);
        }
        drop(inner);
        self.changed.send_replace(());
    }

    fn end(&self) {
        self.lock().is_over = true;
        self.changed.send_replace(());
    }

    /// Reads from the oldest frame that is kept, and on until the taps have ended.
    pub(crate) fn read(shelf: &Arc<Self>) -> Reader {
        Reader {
            shelf: Arc::clone(shelf),
            changed: shelf.changed.subscribe(),
            next: None,
            before: 0,
            left_out: 0,
        }
    }

    /// Reads on behind so many frames, and behind the beginning of the stream.
    pub(crate) fn read_behind(shelf: &Arc<Self>, frames: u64) -> Reader {
        let inner = shelf.lock();
        let before = frames.min(inner.frames);
        let read = |piece: &&Piece| piece.before.saturating_add(piece.frames) <= before;
        let read = inner.pieces.iter().take_while(read).count() as u64;
        let next = Some(inner.first.saturating_add(read));
        drop(inner);
        Reader {
            next,
            before,
            ..Self::read(shelf)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// What comes next, when it is there; `None`: the taps have ended.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        let Some(mut next) = self.next else {
            self.next = Some(0);
            let mut blocks = Blocks::default();
            blocks.begin();
            return Some(blocks.made.into());
        };
        loop {
            self.changed.borrow_and_update();
            {
                let inner = self.shelf.lock();
                let (first, before) = (inner.first, self.before);
                let place = usize::try_from(next.max(first).saturating_sub(first));
                let piece = place.ok().and_then(|place| inner.pieces.get(place));
                if let Some(piece) = piece.cloned() {
                    drop(inner);
                    next = next.max(first);
                    let missed = piece.before.saturating_sub(before);
                    if missed > 0 {
                        // Its place was dropped, or it came late.
                        self.next = Some(next);
                        self.before = piece.before;
                        return Some(self.left_out(missed));
                    }
                    self.next = Some(next.saturating_add(1));
                    self.before = piece.before.saturating_add(piece.frames);
                    // Whoever reads on may have some of it.
                    let had = before.saturating_sub(piece.before);
                    let rest = pcapng::behind_blocks(&piece.bytes, had);
                    return Some(piece.bytes.slice_ref(rest));
                }
                if inner.is_over {
                    return None;
                }
            }
            self.changed.changed().await.ok()?;
        }
    }

    fn left_out(&mut self, frames: u64) -> Bytes {
        self.left_out = self.left_out.saturating_add(frames);
        let mut comment = format!("{frames}{NOT_KEPT}");
        match &self.shelf.written {
            Some(written) if !written.has_failed() => {
                // Writing to a string does not fail.
                let _ = write!(
                    comment,
                    "; the recording to {} has them",
                    written.path.display()
                );
            }
            Some(_) => comment.push_str(", and the recording has ended before"),
            None => {}
        }
        let mut block = Vec::new();
        pcapng::left_out(self.left_out, &comment, now_ns(), &mut block);
        block.into()
    }
}

/// Puts on the shelf what passes.
pub(crate) struct Shelving {
    shelf: Arc<Shelf>,
    blocks: Blocks,
}

impl Shelving {
    pub(crate) fn new(shelf: Arc<Shelf>) -> Self {
        Self {
            shelf,
            blocks: Blocks::default(),
        }
    }

    fn step(&mut self, most: usize) {
        if self.blocks.made.len() > most {
            self.shelf.push(std::mem::take(&mut self.blocks.made));
        }
    }
}

impl Keep for Shelving {
    fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64) {
        self.blocks.opened(id, ends, at_ns);
        self.step(PIECE);
    }

    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        self.blocks.bytes(id, from, bytes, at_ns);
        self.step(PIECE);
    }

    fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        self.blocks.ended(id, from, at_ns);
    }

    fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64) {
        self.blocks.closed(id, how, at_ns);
        self.step(PIECE);
    }

    fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64) {
        self.blocks.marked(id, mark, at_ns);
    }

    fn flush(&mut self, _: u64) {
        self.step(0);
    }

    fn finish(&mut self) -> Result<()> {
        self.step(0);
        self.shelf.end();
        Ok(())
    }
}

impl Drop for Shelving {
    fn drop(&mut self) {
        // Whatever ends the taps ends the streams.
        self.shelf.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_capture::recording::{CaptureReader, Event, Limits};

    fn ends(port: u16) -> Ends {
        Ends {
            client: ([127, 0, 0, 1], port).into(),
            tap: ([127, 0, 0, 1], 1883).into(),
            broker: ([127, 0, 0, 1], 1884).into(),
            begins: true,
        }
    }

    fn connect(client: char) -> Vec<u8> {
        let mut bytes = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01".to_vec();
        bytes.extend(client.to_string().bytes());
        bytes
    }

    /// A PUBLISH of 1000 bytes.
    fn publish(number: u16) -> Vec<u8> {
        let mut bytes = vec![0x30, 0xe5, 0x07, 0, 1, b'a'];
        bytes.extend(number.to_be_bytes());
        bytes.resize(1000, 0);
        bytes
    }

    /// What a reader of captures makes of a stream: bytes of the clients, and whether something is missing.
    fn read(stream: &[u8]) -> (Vec<u8>, Vec<u64>) {
        let mut reader = CaptureReader::new(Limits::default());
        reader.handle_bytes(stream);
        reader.handle_end();
        let (mut bytes, mut gaps) = (Vec::new(), Vec::new());
        while let Some(event) = reader.poll_event() {
            match event {
                Event::Bytes { bytes: more, .. } => bytes.extend_from_slice(more),
                Event::Gap { bytes: missing, .. } => gaps.extend(missing),
                _ => {}
            }
        }
        (bytes, gaps)
    }

    async fn rest(mut reader: Reader, mut stream: Vec<u8>) -> Vec<u8> {
        while let Some(bytes) = reader.next().await {
            stream.extend_from_slice(&bytes);
        }
        stream
    }

    #[tokio::test]
    async fn each_reader_gets_all_of_it() {
        let shelf = Arc::new(Shelf::new(MOST, None));
        let mut keep = Shelving::new(Arc::clone(&shelf));
        let early = tokio::spawn(rest(Shelf::read(&shelf), Vec::new()));
        let id = ConnectionId(1);
        keep.opened(id, &ends(5000), 1);
        keep.bytes(id, Sender::Client, &connect('a'), 2);
        keep.flush(3);
        let late = tokio::spawn(rest(Shelf::read(&shelf), Vec::new()));
        keep.bytes(id, Sender::Client, &publish(1), 4);
        keep.closed(id, &Closed::Done, 5);
        keep.finish().unwrap();
        let (early, late) = (early.await.unwrap(), late.await.unwrap());
        assert_eq!(early, late);
        assert_eq!(read(&early), ([connect('a'), publish(1)].concat(), vec![]));
    }

    #[tokio::test]
    async fn a_slow_reader_misses_what_it_left_and_is_told() {
        let shelf = Arc::new(Shelf::new(10_000, None));
        let mut keep = Shelving::new(Arc::clone(&shelf));
        let mut slow = Shelf::read(&shelf);
        let id = ConnectionId(1);
        keep.opened(id, &ends(5000), 1);
        keep.bytes(id, Sender::Client, &connect('a'), 2);
        keep.flush(2);
        let mut stream = Vec::new();
        for _ in 0..2 {
            stream.extend_from_slice(&slow.next().await.unwrap());
        }
        // Nobody waits for it.
        for number in 0..100 {
            keep.bytes(id, Sender::Client, &publish(number), 3);
            keep.flush(3);
        }
        assert!(shelf.lock().size <= 10_000);
        let kept = shelf.lock().pieces.len();
        keep.closed(id, &Closed::Done, 5);
        keep.finish().unwrap();
        let stream = rest(slow, stream).await;
        // The frames of the end took room, too.
        let (bytes, gaps) = read(&stream);
        let numbers = bytes.len() / 1000;
        assert!(numbers > 0 && numbers <= kept, "{numbers} {kept}");
        let missing = 100 - numbers;
        assert_eq!(gaps, [missing as u64 * 1000]);
        let newest: Vec<u8> = (missing as u16..100).flat_map(publish).collect();
        assert_eq!(bytes, [connect('a'), newest].concat());
        let says = format!("{missing} frames before this place are not kept for this reader");
        assert!(
            stream
                .windows(says.len())
                .any(|part| part == says.as_bytes()),
            "{says}"
        );
    }

    #[tokio::test]
    async fn whoever_breaks_off_reads_on_where_it_was() {
        let shelf = Arc::new(Shelf::new(MOST, None));
        let mut keep = Shelving::new(Arc::clone(&shelf));
        let id = ConnectionId(1);
        keep.opened(id, &ends(5000), 1);
        keep.bytes(id, Sender::Client, &connect('a'), 2);
        for number in 0..20 {
            // Some stand together in a piece.
            if number % 3 == 0 {
                keep.flush(3);
            }
            keep.bytes(id, Sender::Client, &publish(number), 3);
        }
        drop(keep);
        let whole = rest(Shelf::read(&shelf), Vec::new()).await;
        for cut in (0..whole.len()).step_by(97) {
            let mut place = pcapng::Place::default();
            let mut all = place.handle_bytes(&whole[..cut]);
            if place.frames() == 0 {
                // That one begins anew.
                continue;
            }
            let on = Shelf::read_behind(&shelf, place.frames());
            all.extend(rest(on, Vec::new()).await);
            let begun = pcapng::whole_blocks(&whole[..cut]);
            assert_eq!(&all[..begun], &whole[..begun], "{cut}");
            assert!(read(&all) == read(&whole), "{cut}");
        }
    }

    #[tokio::test]
    async fn whoever_breaks_off_for_long_is_told_what_it_missed() {
        let shelf = Arc::new(Shelf::new(5_000, None));
        let mut keep = Shelving::new(Arc::clone(&shelf));
        let id = ConnectionId(1);
        keep.opened(id, &ends(5000), 1);
        for number in 0..20 {
            keep.flush(3);
            keep.bytes(id, Sender::Client, &publish(number), 3);
        }
        drop(keep);
        let stream = rest(Shelf::read_behind(&shelf, 5), Vec::new()).await;
        let mut place = pcapng::Place::default();
        assert_eq!(place.handle_bytes(&stream), stream);
        // All of those that were made, but the five.
        assert_eq!(place.frames(), shelf.lock().frames - 5);
        assert!(
            rest(Shelf::read_behind(&shelf, u64::MAX), Vec::new())
                .await
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_reader_that_comes_late_begins_with_what_is_kept() {
        let shelf = Arc::new(Shelf::new(5_000, None));
        let mut keep = Shelving::new(Arc::clone(&shelf));
        let id = ConnectionId(1);
        keep.opened(id, &ends(5000), 1);
        keep.bytes(id, Sender::Client, &connect('a'), 2);
        for number in 0..20 {
            keep.flush(3);
            keep.bytes(id, Sender::Client, &publish(number), 3);
        }
        drop(keep);
        let stream = rest(Shelf::read(&shelf), Vec::new()).await;
        let (bytes, _) = read(&stream);
        assert!(bytes.ends_with(&publish(18)) && bytes.len() < 5_000);
    }
}
