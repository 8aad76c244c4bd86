//! Wireshark's "follow stream" as YAML: who sent each packet and when, and its bytes in base64.

use core::ops::Range;

use super::error::Fault;
use super::output::Output;
use super::reader::Piece;
use super::{Side, TextErrorKind, base64, scan};

/// How the bytes of a packet are marked.
const MARK: &str = "!!binary";

/// A packet of the stream.
struct Packet {
    peer: Option<u32>,
    at_ms: Option<u64>,
    /// Where its base64 stands.
    body: Range<usize>,
}

/// Whether a text is a stream as YAML.
pub(super) fn is_yaml(text: &str) -> bool {
    let head = scan::head(text, 64 << 10);
    let has = |key: &str| head.lines().any(|line| value(line, key).is_some());
    head.contains(MARK) && has("peer") && has("data")
}

/// The value of a line's key: `peer: 0`, also as the first of an item, `- peer: 0`.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let body = line.trim();
    let body = body.strip_prefix("- ").unwrap_or(body).trim_start();
    Some(body.strip_prefix(key)?.strip_prefix(':')?.trim())
}

fn packets(text: &str) -> Vec<Packet> {
    let mut packets: Vec<Packet> = Vec::new();
    let (mut peer, mut at_ms) = (None, None);
    // The column of the key whose lines of base64 follow.
    let mut open: Option<usize> = None;
    for (start, line) in scan::lines(text) {
        let body = line.trim_matches(scan::is_blank);
        let indent = line.len().saturating_sub(line.trim_start().len());
        let is_base64 = !body.is_empty() && body.chars().all(|c| base64::is_digit(c) || c == '=');
        if open.is_some_and(|column| is_base64 && indent > column) {
            if let Some(packet) = packets.last_mut() {
                packet.body.end = start.saturating_add(line.len());
            }
            continue;
        }
        if !body.is_empty() {
            open = None;
        }
        if let Some(number) = value(line, "peer") {
            peer = number.parse().ok();
        } else if let Some(time) = value(line, "timestamp") {
            at_ms = millis(time);
        } else if let Some(mark) = value(line, "data")
            && let Some(inline) = mark.strip_prefix(MARK)
        {
            let inline = inline.trim_start_matches([' ', '|', '>', '-']);
            let end = start.saturating_add(line.trim_end().len());
            packets.push(Packet {
                peer,
                at_ms: at_ms.take(),
                body: end.saturating_sub(inline.len())..end,
            });
            open = inline.is_empty().then_some(indent);
        }
    }
    packets
}

/// Seconds with their part, in milliseconds.
fn millis(time: &str) -> Option<u64> {
    let (whole, part) = time.split_once('.').unwrap_or((time, ""));
    let digits = part.get(..part.len().min(3))?;
    let part: u64 = format!("{digits:0<3}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(part)
}

/// Reads the packets of both peers.
pub(super) fn decode(out: &mut Output, text: &str) -> Result<(), Fault> {
    let packets = packets(text);
    if packets.is_empty() {
        return Err(scan::first_word(text, TextErrorKind::Unrecognised));
    }
    for packet in packets {
        out.begin_part(match packet.peer {
            Some(0) => Some(Side::First),
            Some(1) => Some(Side::Second),
            _ => None,
        });
        base64::decode(out, text, packet.body)?;
    }
    Ok(())
}

/// The pieces, one for each packet, with their times.
pub(super) fn with_times(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut starts = Vec::new();
    let mut all = Output::default();
    for packet in packets(text) {
        let start = all.len();
        if base64::decode(&mut all, text, packet.body.clone()).is_err() {
            return pieces;
        }
        if all.len() > start {
            starts.push((start..all.len(), packet));
        }
    }
    let mut timed = Vec::new();
    let mut at = 0;
    for (bytes, packet) in starts {
        // Both are in order.
        while pieces
            .get(at)
            .is_some_and(|piece| piece.bytes.end <= bytes.start)
        {
            at = at.saturating_add(1);
        }
        let Some(piece) = pieces.get(at).filter(|piece| bytes.end <= piece.bytes.end) else {
            return pieces;
        };
        timed.push(Piece {
            place: all.source().span_of(bytes.clone()).unwrap_or(packet.body),
            bytes,
            from: piece.from,
            at_ms: packet.at_ms,
        });
    }
    timed
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Turns, read};
    use crate::reading::Role;

    const NEW: &str = "\
peers:
  - peer: 0
    host: 127.0.0.1
    port: 51234
  - peer: 1
    host: 127.0.0.1
    port: 1883
packets:
  - packet: 4
    peer: 0
    index: 0
    timestamp: 1700000000.000000000
    data: !!binary |
      EBMABE1RVFQEAgA8AAdzZW5zb3Ix
  - packet: 6
    peer: 1
    index: 0
    timestamp: 1700000000.010000000
    data: !!binary |
      IAIAAA==
  - packet: 8
    peer: 0
    index: 1
    timestamp: 1700000001.500000000
    data: !!binary |
      MAcA
      A2Ev
      YmhoaA==
  - packet: 9
    peer: 0
    index: 2
    timestamp: 1700000002.5
    data: !!binary |
      4AA=
";

    const OLD: &str = "\
# Packet 4
peer: 0
index: 0
timestamp: 1700000000.000000000
data: !!binary |
  EBMABE1RVFQEAgA8AAdzZW5zb3Ix
# Packet 5
peer: 1
index: 0
timestamp: 1700000000.010000000
data: !!binary |
  IAIAAA==
";

    #[test]
    fn a_followed_stream_as_yaml_keeps_its_sides_and_times() {
        let (client, server) = (Some(Role::Client), Some(Role::Server));
        let first = 1_700_000_000_000_u64;
        let all = [
            (client, Some(first), 0..21),
            (server, Some(first + 10), 21..25),
            (client, Some(first + 1500), 25..35),
            (client, Some(first + 2500), 35..37),
        ];
        let windows = NEW.replace('\n', "\r\n");
        for (text, wanted) in [(NEW, &all[..]), (&windows, &all[..]), (OLD, &all[..2])] {
            let reading = read(text, None, Turns::Marked).unwrap_or_else(|e| panic!("{e}\n{text}"));
            assert_eq!(reading.decoded.format, Format::WiresharkFollow);
            assert!(reading.sure);
            let parts = reading.parts.iter();
            let parts: Vec<_> = parts.map(|p| (p.from, p.at_ms, p.bytes.clone())).collect();
            assert_eq!(parts, wanted, "{text}");
            let place = reading
                .parts
                .get(1)
                .and_then(|part| text.get(part.place.clone()));
            assert!(place.is_some_and(|place| "IAIAAA==".starts_with(place) && place.len() > 4));
        }
    }

    #[test]
    fn a_stream_without_times_keeps_its_sides() {
        let text: String = NEW
            .lines()
            .filter(|line| !line.contains("timestamp"))
            .map(|l| format!("{l}\n"))
            .collect();
        let reading = read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let parts: Vec<_> = reading
            .parts
            .iter()
            .map(|p| (p.from.is_some(), p.at_ms))
            .collect();
        assert_eq!(parts, [(true, None); 4]);
    }
}
