//! TCP streams out of network packets: who sent which bytes, in order, without copies.

use core::ops::Range;
use std::collections::BTreeMap;

use super::network::{Endpoint, Segment};

/// The most streams that are told apart.
const MOST_STREAMS: usize = 1000;

/// The most segments that wait for one before them, in a stream.
const MOST_WAITING: usize = 4096;

/// Bytes of one side of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Where they stand in what was given.
    pub(crate) given: Range<usize>,
    /// Whether the client (or the first side) sent them, where that is known.
    pub(crate) is_first: Option<bool>,
    /// When, in microseconds since any moment.
    pub(crate) at_us: Option<u64>,
}

/// One TCP connection.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) client: Endpoint,
    pub(crate) server: Endpoint,
    pub(crate) chunks: Vec<Chunk>,
    /// Segments that came again and were left out.
    pub(crate) repeated: usize,
    /// Bytes that are not in the recording.
    pub(crate) missing: usize,
    sides: [Direction; 2],
    /// Somebody was seen to open it, so who is the client is known.
    is_opened: bool,
}

#[derive(Clone, Debug, Default)]
struct Direction {
    /// The sequence number that comes next.
    next: Option<u32>,
    /// Segments behind a gap, by their distance from the first one.
    waiting: BTreeMap<u32, (u32, Range<usize>, Option<u64>)>,
}

/// The streams of a recording.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams {
    pub(crate) all: Vec<Stream>,
    /// Packets that belong to streams beyond the limit.
    pub(crate) left_out: usize,
}

impl Streams {
    /// Takes the next segment; `start` is where its frame begins in what was given.
    pub(crate) fn push(&mut self, segment: &Segment, start: usize, at_us: Option<u64>) {
        let Some(tcp) = segment.tcp else { return };
        let (a, b) = (segment.source, segment.destination);
        let is_of = |stream: &Stream| {
            (stream.client, stream.server) == (a, b) || (stream.client, stream.server) == (b, a)
        };
        let opens = tcp.is_syn && !tcp.is_ack;
        let found = self.all.iter().rposition(is_of);
        // The same ports again with another number to begin with are another connection.
        let found = found.filter(|&at| {
            let begun = self.all.get(at).and_then(|stream| {
                let from_client = stream.client == a;
                stream.sides.get(usize::from(!from_client))?.next
            });
            !(opens && begun.is_some_and(|next| next != tcp.sequence.wrapping_add(1)))
        });
        let at = match found {
            Some(at) => at,
            None if self.all.len() < MOST_STREAMS => {
                let (client, server) = sides_of(segment, tcp.is_syn, tcp.is_ack);
                self.all.push(Stream {
                    client,
                    server,
                    chunks: Vec::new(),
                    repeated: 0,
                    missing: 0,
                    sides: [Direction::default(), Direction::default()],
                    is_opened: tcp.is_syn,
                });
                self.all.len().saturating_sub(1)
            }
            None => {
                self.left_out = self.left_out.saturating_add(1);
                return;
            }
        };
        if let Some(stream) = self.all.get_mut(at) {
            stream.push(segment, start, at_us);
        }
    }

    /// Gives up waiting for what never came.
    pub(crate) fn finish(&mut self) {
        for stream in &mut self.all {
            stream.release(0, true);
            stream.release(1, true);
        }
    }
}

/// Client and server: who opens is the client, else the well-known port is the server's, else the
/// lower port.
fn sides_of(segment: &Segment, is_syn: bool, is_ack: bool) -> (Endpoint, Endpoint) {
    let (from, to) = (segment.source, segment.destination);
    let is_known = |port: u16| matches!(port, 1883 | 8883 | 80 | 443 | 8080..=8084 | 9001 | 1884);
    let from_client = match (is_syn, is_ack) {
        (true, is_answer) => !is_answer,
        _ if is_known(to.port) != is_known(from.port) => is_known(to.port),
        _ => to.port < from.port,
    };
    if from_client { (from, to) } else { (to, from) }
}

impl Stream {
    fn push(&mut self, segment: &Segment, start: usize, at_us: Option<u64>) {
        let Some(tcp) = segment.tcp else { return };
        let side = usize::from(segment.source != self.client);
        let mut sequence = tcp.sequence;
        if tcp.is_syn {
            self.is_opened = true;
            sequence = sequence.wrapping_add(1);
        }
        let Some(direction) = self.sides.get_mut(side) else {
            return;
        };
        if tcp.is_syn || direction.next.is_none() {
            direction.next = Some(sequence);
        }
        let len = u32::try_from(segment.payload.len()).unwrap_or(u32::MAX);
        if len == 0 {
            return;
        }
        let from = start.saturating_add(segment.payload.start);
        let given = from..start.saturating_add(segment.payload.end);
        self.missing = self.missing.saturating_add(segment.missing);
        direction
            .waiting
            .entry(sequence)
            .and_modify(|held| {
                // The longer of two that begin alike.
                if held.1.len() < given.len() {
                    held.1 = given.clone();
                }
                self.repeated = self.repeated.saturating_add(1);
            })
            .or_insert((sequence, given, at_us));
        let is_full = direction.waiting.len() > MOST_WAITING;
        self.release(side, is_full);
    }

    /// Takes what follows without a gap; `all`: also what stands behind gaps.
    fn release(&mut self, side: usize, all: bool) {
        let Some(direction) = self.sides.get_mut(side) else {
            return;
        };
        let mut next = direction.next.unwrap_or(0);
        while !direction.waiting.is_empty() {
            // The nearest first, as far as numbers that wrap have an order.
            let distance = |sequence: u32| sequence.wrapping_sub(next).cast_signed();
            let nearest = direction.waiting.keys().copied();
            let Some(nearest) = nearest.min_by_key(|&sequence| distance(sequence)) else {
                break;
            };
            let ahead = distance(nearest);
            if ahead > 0 && !all {
                break;
            }
            let Some((_, given, at_us)) = direction.waiting.remove(&nearest) else {
                break;
            };
            let seen = usize::try_from(ahead.min(0).unsigned_abs()).unwrap_or(usize::MAX);
            if ahead > 0 {
                let gap = usize::try_from(ahead).unwrap_or(0);
                self.missing = self.missing.saturating_add(gap);
            }
            if seen >= given.len() {
                self.repeated = self.repeated.saturating_add(1);
                continue;
            }
            next = nearest.wrapping_add(u32::try_from(given.len()).unwrap_or(0));
            self.chunks.push(Chunk {
                given: given.start.saturating_add(seen)..given.end,
                is_first: Some(side == 0),
                at_us,
            });
        }
        direction.next = Some(next);
    }
}
