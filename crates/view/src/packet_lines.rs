//! Packets as lines of hex, as this program writes them: `30 08 00 03 …`, and behind `C: ` or `S: ` where both
//! sides speak. What people paste may be anything else, and has a reader of its own ([`crate::reader`]).

use mqttscope_capture::text::{self, SourceMap, Style};
use mqttscope_wire::Sender;

use crate::recording::Recording;
use crate::sides::{self, Run};

/// Lines as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketLines {
    /// The bytes of all packets.
    pub bytes: Vec<u8>,
    /// Where each side's bytes begin; empty unless each line says whose it is.
    pub runs: Vec<Run>,
    /// Where in the text each byte stands.
    pub source: SourceMap,
}

/// All packets in hex, a line for each. One that has the other side's bytes between its own takes a line for each piece.
#[must_use]
pub fn write(recording: &Recording) -> String {
    let pieces = recording.pieces().into_iter();
    let lines: Vec<_> = pieces
        .map(|(from, bytes)| {
            let hex = text::write(bytes, Style::Hex);
            match from {
                None => hex,
                Some(Sender::Client) => format!("C: {hex}"),
                Some(Sender::Server) => format!("S: {hex}"),
            }
        })
        .collect();
    lines.join("\n")
}

/// Reads such lines; `None`: they are others.
#[must_use]
pub fn read(text: &str) -> Option<PacketLines> {
    let mut read = PacketLines::default();
    let mut starts = Vec::new();
    let mut at = 0_usize;
    let mut lines = 0_usize;
    for line in text.split('\n') {
        let from = at;
        at = at.saturating_add(line.len()).saturating_add(1);
        if line.is_empty() {
            continue;
        }
        lines = lines.saturating_add(1);
        let (skipped, hex) = match line.split_at_checked(3) {
            Some(("C: ", hex)) => {
                starts.push((read.bytes.len(), true));
                (3, hex)
            }
            Some(("S: ", hex)) => {
                starts.push((read.bytes.len(), false));
                (3, hex)
            }
            _ => (0, line),
        };
        let mut place = from.saturating_add(skipped);
        for byte in hex.split(' ') {
            if byte.len() != 2 || !byte.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            read.bytes.push(u8::from_str_radix(byte, 16).ok()?);
            read.source.push(place, 2);
            place = place.saturating_add(3);
        }
    }
    if starts.len() == lines {
        read.runs = sides::named(&starts, true);
    }
    (starts.is_empty() || starts.len() == lines).then_some(read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_byte_knows_its_place() {
        let lines = read("C: c0 00\nS: d0 00").unwrap();
        assert_eq!(lines.bytes, [0xc0, 0x00, 0xd0, 0x00]);
        let senders: Vec<_> = lines.runs.iter().map(|run| (run.start, run.from)).collect();
        assert_eq!(senders, [(0, Sender::Client), (2, Sender::Server)]);
        assert_eq!(lines.source.span(2), Some(12..14));
    }

    #[test]
    fn other_texts_are_none_of_ours() {
        for text in ["c0 0", "c0  00", "C: c0 00\nd0 00", "+1 00", "TX: c0", "é0"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let recording = Recording::read(bytes.clone(), None, None);
            let lines = read(&write(&recording)).unwrap();
            prop_assert_eq!(lines.bytes, bytes);
            prop_assert!(lines.runs.is_empty());
        }

        #[test]
        fn what_both_sides_sent_is_read(
            client in proptest::collection::vec(any::<u8>(), 1..100),
            server in proptest::collection::vec(any::<u8>(), 1..100),
        ) {
            let runs = sides::named(&[(0, true), (client.len(), false)], true);
            let recording = Recording::of_sides(&[client, server].concat(), &runs, None);
            let lines = read(&write(&recording)).unwrap();
            prop_assert_eq!(&lines.bytes, recording.as_given().0);
            let again = Recording::of_sides(&lines.bytes, &lines.runs, None);
            prop_assert_eq!(write(&again), write(&recording));
        }
    }
}
