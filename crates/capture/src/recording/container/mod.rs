//! The file's own layer: which kind it is, and the frames in it.

mod flow;
mod gzip;
mod har;
mod json;
mod log;
mod names;
mod pcap;
mod pcapng;

use super::streams::{Key, Told};
use flow::Flows;
use gzip::Gzip;
use har::Har;
use log::Log;
use pcap::Pcap;
use pcapng::Pcapng;

/// A frame as the file holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// The link type's number (`LINKTYPE_…`).
    pub(super) link: u16,
    pub(super) at_ns: Option<u64>,
    /// What was captured, without a frame check sequence where the file says that there is one.
    pub(super) bytes: &'a [u8],
    /// Bytes of the frame that were not captured.
    pub(super) cut: usize,
    /// The interface, in files that have several.
    pub(super) interface: u32,
    /// What a tap did behind it, as [`crate::mark`] has it; empty: nothing.
    pub(super) comment: &'a [u8],
}

/// What a recording without frames tells of a connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tell {
    pub(super) key: Key,
    pub(super) at_ns: Option<u64>,
    /// The message by its number, the line of a log.
    pub(super) frame: u64,
    pub(super) told: Told,
}

/// Seconds since 1970, as JavaScript and Python write them.
fn nanoseconds(seconds: f64) -> Option<u64> {
    let microseconds = (seconds * 1e6).round();
    // Such a number holds microseconds, and not much more.
    let is_time = (0.0..1.8e16).contains(&microseconds);
    is_time.then(|| (microseconds as u64).saturating_mul(1000))
}

/// Messages may be so many times as long as frames.
const MESSAGE: usize = 16;

/// What a file gives next.
pub(super) enum Item<'a> {
    Packet(Packet<'a>),
    Tell(Tell),
    /// A key log for TLS.
    KeyLog(&'a [u8]),
    /// Something that is not read.
    Note(String),
}

/// Bytes of the file that were not read yet.
#[derive(Default)]
pub(super) struct Input {
    buffer: Vec<u8>,
    done: usize,
    /// Bytes still to come that nobody wants.
    passing: u64,
    /// Bytes of the file before the buffer.
    before: u64,
    is_ended: bool,
}

impl Input {
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.make_room();
        let passed = usize::try_from(self.passing).unwrap_or(usize::MAX);
        let passed = passed.min(chunk.len());
        self.passing = self.passing.saturating_sub(passed as u64);
        self.before = self.before.saturating_add(passed as u64);
        let rest = chunk.get(passed..).unwrap_or_default();
        self.buffer.extend_from_slice(rest);
    }

    fn make_room(&mut self) {
        if self.done > 0 {
            self.buffer.drain(..self.done);
            self.before = self.before.saturating_add(self.done as u64);
            self.done = 0;
        }
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.done..).unwrap_or_default()
    }

    /// Where in the file (or in what it holds compressed) the rest begins.
    fn offset(&self) -> u64 {
        self.before.saturating_add(self.done as u64)
    }

    /// Passes over bytes, also such that are not there yet.
    fn skip(&mut self, len: u64) {
        let there = self.buffer.len().saturating_sub(self.done);
        let now = usize::try_from(len).unwrap_or(usize::MAX).min(there);
        self.done = self.done.saturating_add(now);
        self.passing = self.passing.saturating_add(len.saturating_sub(now as u64));
    }

    /// Gives the next bytes away.
    fn take(&mut self, len: usize) -> &[u8] {
        let start = self.done;
        self.done = start.saturating_add(len).min(self.buffer.len());
        self.buffer.get(start..self.done).unwrap_or_default()
    }

    fn drop_all(&mut self) {
        self.skip(u64::MAX);
    }
}

#[derive(Default)]
enum Kind {
    #[default]
    Unknown,
    Pcap(Pcap),
    Pcapng(Pcapng),
    Har(Box<Har>),
    Flows(Box<Flows>),
    Log(Box<Log>),
    /// Named, and not read any more.
    Nothing,
}

/// What a reader of one kind of file says.
enum Step {
    /// Something stands in the input at this place, which is taken.
    Packet {
        link: u16,
        at_ns: Option<u64>,
        interface: u32,
        /// Bytes before the frame's.
        skip: usize,
        len: usize,
        /// Where a comment stands behind the frame's first byte, and its length.
        comment: Option<(usize, usize)>,
        /// Bytes of the frame at its end that are no payload.
        fcs: usize,
        /// Bytes behind the frame.
        behind: usize,
        cut: usize,
    },
    KeyLog {
        skip: usize,
        len: usize,
        behind: usize,
    },
    Tell(Tell),
    /// Passed over, or only the reader's own matter.
    Skip(u64),
    Note(String, u64),
    /// More bytes are needed.
    More,
    /// Nothing behind can be read.
    Broken(String),
}

/// Reads the frames of a capture file.
pub(super) struct Container {
    input: Input,
    gzip: Option<Gzip>,
    is_begun: bool,
    kind: Kind,
    /// The longest record that is read.
    longest: usize,
    /// The most that is inflated.
    inflated: u64,
    is_told: bool,
}

impl Container {
    pub(super) fn new(longest: usize, inflated: u64) -> Self {
        Self {
            input: Input::default(),
            gzip: None,
            is_begun: false,
            kind: Kind::Unknown,
            longest,
            inflated,
            is_told: false,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        match &mut self.gzip {
            Some(gzip) => gzip.input.push(chunk),
            None => self.input.push(chunk),
        }
    }

    pub(super) fn end(&mut self) {
        match &mut self.gzip {
            Some(gzip) => gzip.input.is_ended = true,
            None => self.input.is_ended = true,
        }
    }

    /// Bytes that wait to be read.
    pub(super) fn held(&self) -> usize {
        let compressed = self.gzip.as_ref().map_or(0, |gzip| gzip.input.rest().len());
        let kept = match &self.kind {
            Kind::Har(har) => har.held(),
            Kind::Flows(flows) => flows.held(),
            _ => 0,
        };
        let waiting = self.input.rest().len().saturating_add(compressed);
        waiting.saturating_add(kept)
    }

    /// What comes next; `None` until more bytes are there.
    pub(super) fn next_item(&mut self) -> Option<Item<'_>> {
        loop {
            let step = match &mut self.kind {
                Kind::Unknown => self.recognize(),
                Kind::Pcap(pcap) => pcap.step(&self.input, self.longest),
                Kind::Pcapng(pcapng) => pcapng.step(&self.input, self.longest),
                Kind::Har(har) => har.step(&mut self.input, self.longest.saturating_mul(MESSAGE)),
                Kind::Flows(flows) => {
                    flows.step(&mut self.input, self.longest.saturating_mul(MESSAGE))
                }
                Kind::Log(log) => log.step(&mut self.input, self.longest),
                Kind::Nothing => Step::More,
            };
            match step {
                Step::Skip(len) => self.input.skip(len),
                Step::Tell(tell) => return Some(Item::Tell(tell)),
                Step::Packet {
                    link,
                    at_ns,
                    interface,
                    skip,
                    len,
                    comment,
                    fcs,
                    behind,
                    cut,
                } => {
                    self.input.skip(skip as u64);
                    let end = len.saturating_add(behind);
                    let taken = self.input.take(end);
                    let bytes = taken.get(..len.saturating_sub(fcs));
                    let comment = comment
                        .and_then(|(start, len)| taken.get(start..start.saturating_add(len)));
                    return Some(Item::Packet(Packet {
                        link,
                        at_ns,
                        bytes: bytes.unwrap_or_default(),
                        cut,
                        interface,
                        comment: comment.unwrap_or_default(),
                    }));
                }
                Step::KeyLog { skip, len, behind } => {
                    self.input.skip(skip as u64);
                    let bytes = self.input.take(len.saturating_add(behind)).get(..len);
                    return Some(Item::KeyLog(bytes.unwrap_or_default()));
                }
                Step::Note(note, len) => {
                    self.input.skip(len);
                    return Some(Item::Note(note));
                }
                Step::Broken(note) => {
                    self.kind = Kind::Nothing;
                    self.input.drop_all();
                    if let Some(gzip) = &mut self.gzip {
                        gzip.input.drop_all();
                    }
                    return Some(Item::Note(note));
                }
                // What is inside something compressed is no capture: it is not inflated to its end.
                Step::More if matches!(self.kind, Kind::Nothing) => return None,
                Step::More => match self.refill() {
                    Refill::Some => {}
                    Refill::Note(note) => return Some(Item::Note(note)),
                    Refill::None => return self.told_end(),
                },
            }
        }
    }

    /// More of what is compressed.
    fn refill(&mut self) -> Refill {
        let Some(gzip) = &mut self.gzip else {
            return Refill::None;
        };
        self.input.make_room();
        gzip.inflate(&mut self.input)
    }

    /// Says once where a file is cut.
    fn told_end(&mut self) -> Option<Item<'_>> {
        // They say themselves where they end.
        if matches!(self.kind, Kind::Har(_) | Kind::Log(_)) {
            return None;
        }
        let left = self.input.rest().len();
        let is_open = matches!(&self.kind, Kind::Flows(flows) if flows.is_open());
        let is_short = left > 0 || self.input.passing > 0 || is_open;
        if !self.input.is_ended || self.is_told || matches!(self.kind, Kind::Nothing) {
            return None;
        }
        self.is_told = true;
        let at = self.input.offset();
        self.input.drop_all();
        is_short.then(|| {
            Item::Note(format!(
                "the file is cut short in its last record, which begins at byte {at}"
            ))
        })
    }

    fn recognize(&mut self) -> Step {
        let rest = self.input.rest();
        if !self.is_begun && Gzip::begins(rest) == Some(true) {
            let mut gzip = Gzip::new(self.inflated);
            core::mem::swap(&mut gzip.input, &mut self.input);
            self.gzip = Some(gzip);
            self.is_begun = true;
            return Step::Skip(0);
        }
        if rest.len() < names::ENOUGH && !self.input.is_ended {
            return Step::More;
        }
        if rest.is_empty() {
            if self.is_told {
                return Step::More;
            }
            return Step::Broken("the file is empty".to_owned());
        }
        self.is_begun = true;
        if Pcapng::begins(rest) {
            self.kind = Kind::Pcapng(Pcapng::default());
            return Step::Skip(0);
        }
        match Pcap::open(rest, self.input.is_ended, self.longest) {
            pcap::Opening::Open(pcap, skip) => {
                self.kind = Kind::Pcap(pcap);
                Step::Skip(skip)
            }
            pcap::Opening::More => Step::More,
            pcap::Opening::Broken(note) => Step::Broken(note),
            pcap::Opening::Other => self.recognize_text(),
        }
    }

    /// What is no capture of a network.
    fn recognize_text(&mut self) -> Step {
        let (rest, is_ended) = (self.input.rest(), self.input.is_ended);
        let is_more = |answer: Option<bool>| answer.is_none() && !is_ended;
        let (har, flows) = (Har::begins(rest), Flows::begins(rest));
        if is_more(har) || is_more(flows) {
            return Step::More;
        }
        if har == Some(true) {
            self.kind = Kind::Har(Box::default());
            let mark = if rest.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            return Step::Skip(mark);
        }
        if flows == Some(true) {
            self.kind = Kind::Flows(Box::default());
            return Step::Skip(0);
        }
        if names::magic(rest).is_some() {
            return Step::Broken(names::name(rest));
        }
        if !is_ended && rest.len() < log::SAMPLE {
            return Step::More;
        }
        if log::begins(rest) {
            self.kind = Kind::Log(Box::default());
            return Step::Skip(0);
        }
        Step::Broken(names::name(rest))
    }
}

/// What a file that is no capture of a network is, by its beginning: "har", "mitmproxy" or "log".
pub(super) fn text_format(file: &[u8]) -> Option<&'static str> {
    match () {
        () if Har::begins(file) == Some(true) => Some("har"),
        () if Flows::begins(file) == Some(true) => Some("mitmproxy"),
        () if names::magic(file).is_none() && log::begins(file) => Some("log"),
        () => None,
    }
}

enum Refill {
    Some,
    None,
    Note(String),
}
