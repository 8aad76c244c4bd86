//! One look at bytes of one or two sides: what they are, and what is left when it is taken off.

use core::ops::Range;

use super::flows::Chunk;
use super::peel::{Layer, Peeled, peel};
use super::{
    Foreign, Protocol, Soundness, capture_file, connections, counted, recognize, soundness,
};

/// The start of a part of the bytes, such as a marked block of a text or a packet of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index of its first byte.
    pub start: usize,
    /// Whether the first side sent it, where that is told.
    pub is_first: Option<bool>,
}

/// What bytes are, other than MQTT on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// What they are; none where only headers were taken off.
    pub foreign: Option<Foreign>,
    /// What is inside, where something can be taken off.
    pub inside: Option<Inside>,
    /// What stands inside is MQTT beyond doubt, so it is shown at once.
    pub is_sure: bool,
    /// Names of the connections to choose from, where there are several.
    pub streams: Vec<String>,
    /// Which of them was taken.
    pub stream: usize,
}

/// The bytes inside, with where they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// The bytes, in the order in which they were given.
    pub bytes: Vec<u8>,
    /// Where they stood, in order.
    pub pieces: Vec<InsidePiece>,
    /// What was taken off.
    pub layers: Vec<Layer>,
    /// What else was seen.
    pub notes: Vec<String>,
    /// Text frames carry MQTT.
    pub has_text_frame: bool,
    /// Whether the first side is the client, where that was seen.
    pub first_is_client: Option<bool>,
}

/// Bytes inside that stood together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsidePiece {
    /// Where they stood in what was given; empty for those out of a capture file.
    pub given: Range<usize>,
    /// Index of the first of them among the bytes inside.
    pub at: usize,
    /// Whether the first side sent them.
    pub is_first: Option<bool>,
    /// When, in microseconds since any moment.
    pub at_us: Option<u64>,
}

/// Looks at bytes, whose parts may tell who sent them. `stream` is the connection that is wanted
/// where there are several. `None`: these are MQTT packets, or nothing that is known.
#[must_use]
pub fn examine(bytes: &[u8], parts: &[Part], stream: usize) -> Option<Examined> {
    if let Some(examined) = capture_file::examine(bytes, stream) {
        return Some(examined);
    }
    let chunks = chunks(bytes, parts);
    if let Some(examined) = connections::of_parts(bytes, &chunks, stream) {
        return Some(examined);
    }
    sides(bytes, &chunks)
}

fn chunks(bytes: &[u8], parts: &[Part]) -> Vec<Chunk> {
    let chunk = |given, is_first| Chunk {
        given,
        is_first,
        at_us: None,
    };
    if parts.is_empty() {
        return vec![chunk(0..bytes.len(), None)];
    }
    let ends = parts.iter().skip(1).map(|part| part.start);
    let both = parts.iter().zip(ends.chain([bytes.len()]));
    both.map(|(part, end)| chunk(part.start.min(end)..end, part.is_first))
        .collect()
}

/// Bytes of one side, or of two: each side's are a stream of their own.
pub(super) fn sides(bytes: &[u8], chunks: &[Chunk]) -> Option<Examined> {
    let mut inside = Inside::default();
    let mut foreign: Option<Foreign> = None;
    let (mut has_taken, mut is_sure, mut has_mqtt) = (false, true, false);
    // Bytes inside with the chunk that they stood in, to be put in order at the end.
    let mut kept: Vec<(usize, Range<usize>, Vec<u8>)> = Vec::new();
    for side in [Some(true), Some(false), None] {
        let own: Vec<(usize, &Chunk)> = chunks
            .iter()
            .enumerate()
            .filter(|(_, chunk)| chunk.is_first == side)
            .collect();
        let stream: Vec<&[u8]> = own
            .iter()
            .filter_map(|(_, chunk)| bytes.get(chunk.given.clone()))
            .collect();
        let stream = stream.concat();
        if stream.is_empty() {
            continue;
        }
        let (found, peeled) = (recognize(&stream), peel(&stream));
        let Some(found) = found.or_else(|| peeled.as_ref().map(prefixed)) else {
            has_mqtt |= soundness(&stream) >= Soundness::Framed;
            for (at, chunk) in own {
                let bytes = bytes.get(chunk.given.clone()).unwrap_or_default();
                kept.push((at, chunk.given.clone(), bytes.to_vec()));
            }
            continue;
        };
        if side.is_some() {
            inside.first_is_client = inside
                .first_is_client
                .or_else(|| is_client(&stream).map(|client| client == (side == Some(true))));
        }
        has_taken = true;
        match peeled {
            Some(peeled) => {
                let is_mqtt = peeled.is_mqtt();
                has_mqtt |= is_mqtt;
                is_sure &= is_mqtt;
                if !is_mqtt {
                    foreign = foreign.or(peeled.inside()).or(Some(found));
                }
                inside.add(&peeled);
                spread(&peeled, &own, &mut kept);
            }
            // An upgrade without a frame behind it carries nothing.
            None if found.protocol == Protocol::WebSocket || is_upgrade_answer(&stream) => {
                foreign = foreign.or(Some(found));
            }
            None => {
                is_sure = is_sure && side.is_some();
                if side.is_some() {
                    let len = counted(stream.len(), "byte");
                    inside
                        .notes
                        .push(format!("{len} of one side left out: {}", found.what));
                }
                foreign = foreign.or(Some(found));
            }
        }
    }
    if !has_taken {
        return None;
    }
    kept.sort_by_key(|(chunk, given, _)| (*chunk, given.start));
    for (chunk, given, bytes) in kept {
        if let Some(chunk) = chunks.get(chunk) {
            inside.push(chunk, given, &bytes);
        }
    }
    let has_inside = !inside.bytes.is_empty();
    Some(Examined {
        is_sure: is_sure && has_inside && has_mqtt,
        foreign,
        inside: has_inside.then_some(inside),
        ..Examined::default()
    })
}

/// What is said of bytes before packets that are otherwise sound.
fn prefixed(_: &Peeled) -> Foreign {
    Foreign::new(
        Protocol::Text,
        super::Confidence::Likely,
        "text before MQTT packets",
        "The packets begin after the text.",
    )
}

fn is_upgrade_answer(stream: &[u8]) -> bool {
    stream.starts_with(b"HTTP/1.1 101")
}

/// Whether a stream shows by itself that the client (or the server) sent it.
fn is_client(stream: &[u8]) -> Option<bool> {
    if stream.starts_with(b"HTTP/") {
        return Some(false);
    }
    if stream.starts_with(b"GET ") {
        return Some(true);
    }
    match stream {
        [22, 3, _, _, _, 1, ..] => Some(true),
        [22, 3, _, _, _, 2, ..] => Some(false),
        [0x81 | 0x82, masked, ..] => Some(masked & 0x80 != 0),
        _ => None,
    }
}

/// Whether the first of two sides is the client, where what they send shows it whatever it is.
#[must_use]
pub fn first_is_client(first: &[u8], second: &[u8]) -> Option<bool> {
    let is_plain = |stream: &[u8]| soundness(stream) == Soundness::Sound;
    let of = |stream: &[u8]| is_client(stream).filter(|_| !is_plain(stream));
    of(first).or_else(|| of(second).map(|second| !second))
}

/// Puts the bytes inside back to the chunks of their stream.
fn spread(
    peeled: &Peeled,
    own: &[(usize, &Chunk)],
    kept: &mut Vec<(usize, Range<usize>, Vec<u8>)>,
) {
    for piece in &peeled.pieces {
        let mut begins = 0_usize;
        for (at, chunk) in own {
            let ends = begins.saturating_add(chunk.given.len());
            let from = piece.given.start.max(begins);
            let to = piece.given.end.min(ends);
            if from < to {
                let start = chunk
                    .given
                    .start
                    .saturating_add(from.saturating_sub(begins));
                let len = to.saturating_sub(from);
                let first = piece
                    .at
                    .saturating_add(from.saturating_sub(piece.given.start));
                let bytes = peeled.bytes.get(first..first.saturating_add(len));
                kept.push((
                    *at,
                    start..start.saturating_add(len),
                    bytes.unwrap_or_default().to_vec(),
                ));
            }
            begins = ends;
        }
    }
}

impl Inside {
    fn add(&mut self, peeled: &Peeled) {
        for layer in &peeled.layers {
            match self.layers.iter_mut().find(|has| has.name == layer.name) {
                Some(has) => {
                    has.count = has.count.saturating_add(layer.count);
                    has.bytes = has.bytes.saturating_add(layer.bytes);
                }
                None => self.layers.push(layer.clone()),
            }
        }
        self.notes.extend(peeled.notes.iter().cloned());
        if let Some((source, destination)) = peeled.endpoints {
            self.notes.push(format!("from {source} to {destination}"));
        }
        self.has_text_frame |= peeled.has_text_frame;
    }

    pub(super) fn take(&mut self, bytes: &[u8], chunk: &Chunk, given: Range<usize>) {
        let bytes = bytes.get(given.clone()).unwrap_or_default().to_vec();
        self.push(chunk, given, &bytes);
    }

    fn push(&mut self, chunk: &Chunk, given: Range<usize>, bytes: &[u8]) {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        match self.pieces.last_mut() {
            Some(last)
                if last.given.end == given.start
                    && last.is_first == chunk.is_first
                    && last.at_us == chunk.at_us =>
            {
                last.given.end = given.end;
            }
            _ => self.pieces.push(InsidePiece {
                given,
                at,
                is_first: chunk.is_first,
                at_us: chunk.at_us,
            }),
        }
    }
}
