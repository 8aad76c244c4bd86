//! Both sides of a connection in one recording: each side's packets are found in its own bytes, and
//! all stand in the order in which they were complete.

use std::ops::Range;

use mqttscope_capture::foreign::first_is_client;
use mqttscope_wire::{Context, PacketAt, PacketType, ProtocolVersion, Sender, detect, packets};
use serde::{Deserialize, Serialize};

use crate::lines;

/// Where bytes of one side begin; they end where the next run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its first byte.
    pub start: usize,
    /// Who sent it.
    #[serde(with = "by_server")]
    pub from: Sender,
}

/// A sender as whether it is the server.
mod by_server {
    use mqttscope_wire::Sender;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(from: &Sender, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(*from == Sender::Server)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Sender, D::Error> {
        Ok(if bool::deserialize(from)? {
            Sender::Server
        } else {
            Sender::Client
        })
    }
}

/// A packet of one side, and where its bytes stand in what was given: in one piece, unless it goes
/// on in another run of its side.
pub(crate) struct Found {
    pub(crate) at: PacketAt,
    pub(crate) from: Sender,
    pub(crate) pieces: Vec<Range<usize>>,
}

/// Runs where it is known that the first side is the client, or that it is not.
///
/// `starts` says where runs begin, and whether they are of the first side.
#[must_use]
pub fn named(starts: &[(usize, bool)], first_is_client: bool) -> Vec<Run> {
    let runs = starts.iter().map(|&(start, is_first)| Run {
        start,
        from: if is_first == first_is_client {
            Sender::Client
        } else {
            Sender::Server
        },
    });
    runs.collect()
}

/// Says which of two sides is the client: the first, unless what they send shows the opposite.
///
/// `starts` says where runs begin, and whether they are of the first side.
#[must_use]
pub fn runs(bytes: &[u8], starts: &[(usize, bool)]) -> Vec<Run> {
    let (straight, swapped) = (named(starts, true), named(starts, false));
    // What is no MQTT shows its side too, and is no packet of the wrong one: HTTP, TLS, masked frames.
    let all_of = |first: bool| -> Vec<u8> {
        let ends = starts.iter().skip(1).map(|&(start, _)| start);
        let runs = starts.iter().zip(ends.chain([bytes.len()]));
        let own = runs.filter(|((_, is_first), _)| *is_first == first);
        let own = own.filter_map(|(&(start, _), end)| bytes.get(start..end));
        own.collect::<Vec<_>>().concat()
    };
    if let Some(is_client) = first_is_client(&all_of(true), &all_of(false)) {
        return if is_client { straight } else { swapped };
    }
    let wrong = |runs: &[Run]| {
        let found = find(bytes, runs, &[]).into_iter();
        let of_others = |found: &Found| {
            let direction = found.at.packet_type.sent_by(found.at.version);
            found.at.packet_type != PacketType::Reserved && !direction.allows(found.from)
        };
        found.filter(of_others).count()
    };
    if wrong(&swapped) < wrong(&straight) {
        swapped
    } else {
        straight
    }
}

/// The packets of both sides in the order in which they are complete. Their offsets count on from
/// one to the next, as if their bytes stood in this order. No packet goes on behind a cut.
pub(crate) fn find(bytes: &[u8], runs: &[Run], cuts: &[usize]) -> Vec<Found> {
    if !cuts.is_empty() {
        return find_cut(bytes, runs, cuts);
    }
    let end = |found: &Found| found.pieces.last().map(|piece| piece.end);
    // Each side's stand in their order already.
    let mut client = of_side(bytes, runs, Sender::Client).into_iter().peekable();
    let mut server = of_side(bytes, runs, Sender::Server).into_iter().peekable();
    let mut all = Vec::new();
    let mut offset = 0_usize;
    loop {
        let next = match (client.peek(), server.peek()) {
            (Some(of_client), Some(of_server)) if end(of_server) < end(of_client) => server.next(),
            (None, _) => server.next(),
            _ => client.next(),
        };
        let Some(mut found) = next else {
            return all;
        };
        found.at.offset = offset;
        offset = offset.saturating_add(found.at.len);
        all.push(found);
    }
}

/// The packets of lines that are packets of their own.
fn find_cut(bytes: &[u8], runs: &[Run], cuts: &[usize]) -> Vec<Found> {
    let ends = runs.iter().skip(1).map(|run| run.start);
    // A CONNECT whose length ends before its level says no version.
    let version = detect(&lines::put_right(bytes, cuts), None).version;
    let mut all = Vec::new();
    let mut offset = 0_usize;
    for (run, end) in runs.iter().zip(ends.chain([bytes.len()])) {
        let context = Context {
            version,
            sender: Some(run.from),
        };
        for line in lines::pieces(run.start..end, cuts) {
            let own = bytes.get(line.clone()).unwrap_or_default();
            for mut at in lines::packets_of(own, context) {
                let start = line.start.saturating_add(at.offset);
                let piece = start..start.saturating_add(at.len);
                at.offset = offset;
                offset = offset.saturating_add(at.len);
                all.push(Found {
                    at,
                    from: run.from,
                    pieces: vec![piece],
                });
            }
        }
    }
    all
}

fn of_side(bytes: &[u8], runs: &[Run], from: Sender) -> Vec<Found> {
    let ends = runs.iter().skip(1).map(|run| run.start);
    let pieces: Vec<Range<usize>> = runs
        .iter()
        .zip(ends.chain([bytes.len()]))
        .filter(|(run, _)| run.from == from)
        .map(|(run, end)| run.start..end)
        .collect();
    let stream = join(bytes, &pieces);
    // The version matters little for where packets begin.
    let context = Context {
        version: ProtocolVersion::V5,
        sender: Some(from),
    };
    let mut rest = pieces.into_iter();
    let mut piece = 0..0;
    packets(&stream, context)
        .map(|at| {
            let mut wanted = at.len;
            let mut taken = Vec::new();
            while wanted > 0 {
                if piece.is_empty() {
                    let Some(next) = rest.next() else { break };
                    piece = next;
                    continue;
                }
                let part = piece.start..piece.end.min(piece.start.saturating_add(wanted));
                wanted = wanted.saturating_sub(part.len());
                piece.start = part.end;
                taken.push(part);
            }
            Found {
                at,
                from,
                pieces: taken,
            }
        })
        .collect()
}

/// The bytes of all pieces.
pub(crate) fn join(bytes: &[u8], pieces: &[Range<usize>]) -> Vec<u8> {
    let parts = pieces.iter().filter_map(|piece| bytes.get(piece.clone()));
    parts.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "HTTP/1.1 101" reads as a PUBACK, "GET " as another: neither says who sends packets.
    #[test]
    fn http_tells_the_sides_and_swaps_nothing() {
        let request = b"GET /mqtt HTTP/1.1\r\n\r\n";
        let answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
        let of = |first: &[u8], second: &[u8]| {
            let bytes = [first, second].concat();
            let starts = [(0, true), (first.len(), false)];
            runs(&bytes, &starts).first().map(|run| run.from)
        };
        assert_eq!(of(request, answer), Some(Sender::Client));
        assert_eq!(of(answer, request), Some(Sender::Server));
        let frames = b"\x82\x82\0\0\0\0\xd0\0";
        assert_eq!(of(b"\x82\x02\xc0\0", frames), Some(Sender::Server));
    }
}
