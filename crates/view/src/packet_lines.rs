//! Packets as lines of hex, as this program writes them: `30 08 00 03 …`, and behind `C: ` or `S: ` where both
//! sides speak. Where packets have times, these stand before it, as in a log: `12:00:01.050 C: c0 00`, so that whoever types
//! in the text keeps them. What people paste may be anything else, and has a reader of its own ([`crate::reader`]).

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
/// `times`: from which place among the bytes on a time holds, in milliseconds.
#[must_use]
pub fn write(recording: &Recording, times: &[(usize, u64)]) -> String {
    let mut place = 0_usize;
    let pieces = recording.pieces().into_iter();
    let lines: Vec<_> = pieces
        .map(|(from, bytes)| {
            let known = times.partition_point(|(begins, _)| *begins <= place);
            place = place.saturating_add(bytes.len());
            let at = known.checked_sub(1).and_then(|last| times.get(last));
            let time = at.map_or_else(String::new, |(_, at)| time(*at));
            let side = match from {
                None => "",
                Some(Sender::Client) => "C: ",
                Some(Sender::Server) => "S: ",
            };
            format!("{time}{side}{}", text::write(bytes, Style::Hex))
        })
        .collect();
    lines.join("\n")
}

/// A time of the day, with the date where it is of one: `12:00:01.050 `, `2026-11-30 12:00:01.050 `.
fn time(ms: u64) -> String {
    let (days, ms) = (ms / 86_400_000, ms % 86_400_000);
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let clock = format!("{hours:02}:{minutes:02}:{seconds:02}.{:03} ", ms % 1_000);
    if days == 0 {
        return clock;
    }
    // Years that begin in March have their leap day at the end; 400 of them have 146,097 days.
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = day.saturating_sub(day / 1_460).saturating_add(day / 36_524);
    let year = year.saturating_sub(day / 146_096) / 365;
    let before = (year.saturating_mul(365).saturating_add(year / 4)).saturating_sub(year / 100);
    let day = day.saturating_sub(before);
    let month = day.saturating_mul(5).saturating_add(2) / 153;
    let day = day.saturating_sub(month.saturating_mul(153).saturating_add(2) / 5);
    let is_next_year = month > 9;
    let month = if is_next_year {
        month.saturating_sub(9)
    } else {
        month.saturating_add(3)
    };
    let year = era
        .saturating_mul(400)
        .saturating_add(year)
        .saturating_add(is_next_year.into());
    format!("{year:04}-{month:02}-{:02} {clock}", day.saturating_add(1))
}

/// How long the time is that a line begins with.
const fn time_len(line: &str) -> usize {
    match line.as_bytes() {
        [_, _, b':', ..] => 13,
        [_, _, _, _, b'-', ..] => 24,
        _ => 0,
    }
}

/// Reads such lines; `None`: they are others.
#[must_use]
pub fn read(text: &str) -> Option<PacketLines> {
    let mut read = PacketLines::default();
    let mut starts = Vec::new();
    let mut at = 0_usize;
    let mut lines = 0_usize;
    for line in text.split('\n') {
        at = at.saturating_add(line.len()).saturating_add(1);
        if line.is_empty() {
            continue;
        }
        lines = lines.saturating_add(1);
        let (_, line) = line.split_at_checked(time_len(line))?;
        let (is_client, hex) = match line.split_at_checked(3) {
            Some(("C: ", hex)) => (Some(true), hex),
            Some(("S: ", hex)) => (Some(false), hex),
            _ => (None, line),
        };
        starts.extend(is_client.map(|is_client| (read.bytes.len(), is_client)));
        // The line ends where the next one begins, but for the break.
        let mut place = at.saturating_sub(hex.len()).saturating_sub(1);
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
    fn times_stand_before_the_lines() {
        let lines = read("12:00:01.000 C: c0 00\n2026-11-30 12:00:01.000 S: d0 00").unwrap();
        assert_eq!(lines.bytes, [0xc0, 0x00, 0xd0, 0x00]);
        assert_eq!(lines.source.span(2), Some(49..51));
        let recording = Recording::of_sides(&lines.bytes, &lines.runs, None);
        let day = |days: u64| days * 86_400_000;
        for (at, written) in [
            (43_201_050, "12:00:01.050 S: d0 00"),
            (day(11_016), "2000-02-29 00:00:00.000 S: d0 00"),
            (day(11_017), "2000-03-01 00:00:00.000 S: d0 00"),
            (day(19_722), "2023-12-31 00:00:00.000 S: d0 00"),
            (day(20_787) + 1, "2026-11-30 00:00:00.001 S: d0 00"),
            (day(47_540), "2100-02-28 00:00:00.000 S: d0 00"),
            (day(47_541), "2100-03-01 00:00:00.000 S: d0 00"),
        ] {
            let text = write(&recording, &[(2, at)]);
            assert_eq!(text, format!("C: c0 00\n{written}"));
        }
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
            let lines = read(&write(&recording, &[])).unwrap();
            prop_assert_eq!(&lines.bytes, &bytes);
            prop_assert!(lines.runs.is_empty());
            let timed = read(&write(&recording, &[(1, 250), (9, 1_700_000_000_123)])).unwrap();
            prop_assert_eq!(timed.bytes, bytes);
        }

        #[test]
        fn what_both_sides_sent_is_read(
            client in proptest::collection::vec(any::<u8>(), 1..100),
            server in proptest::collection::vec(any::<u8>(), 1..100),
        ) {
            let runs = sides::named(&[(0, true), (client.len(), false)], true);
            let recording = Recording::of_sides(&[client, server].concat(), &runs, None);
            let lines = read(&write(&recording, &[])).unwrap();
            prop_assert_eq!(&lines.bytes, recording.as_given().0);
            let again = Recording::of_sides(&lines.bytes, &lines.runs, None);
            prop_assert_eq!(write(&again, &[]), write(&recording, &[]));
        }
    }
}
