//! A byte in each line behind words that are the same in all of them, as decoders of a serial line print it:
//! `uart-1: TX data: 30`, `11:02:44.001 20`.

use super::islands::{Records, line_context};
use super::output::Output;
use super::plausible::{Class, class};
use super::scan::{self, is_hex};
use super::{Note, Side};

/// The fewest bytes of a side.
const LEAST: usize = 4;

/// Lines that are looked at before it is given up.
const TRIED: usize = 64;

/// Reads such lines, where all lines are, and the bytes of each side make packets.
pub(super) fn read(text: &str) -> Option<Output> {
    let mut rows = Vec::new();
    let mut records = Records::of(text);
    let mut kind: Option<String> = None;
    for (start, line) in scan::lines(text).filter(|(_, line)| !scan::trim(line).1.is_empty()) {
        let (at, word) = scan::words(line).next_back()?;
        let digits = word.strip_prefix("0x").unwrap_or(word);
        let before = line.get(..at)?;
        let letters =
            |text: &str| -> String { text.chars().filter(|c| !c.is_ascii_digit()).collect() };
        let words = start..start.saturating_add(at);
        let side = line_context(text, words.clone(), records.side(words.end)).side;
        // The words of both sides differ in who sent it.
        let own = letters(before).replace("TX", "RX").replace("tx", "rx");
        let is_alike = kind.get_or_insert_with(|| own.clone()) == &own;
        // An index alone is that of a table, and so is one with a sign behind it.
        let is_words = before.contains(char::is_alphabetic) || before.matches(':').count() > 1;
        let is_index = before.trim_end().ends_with(['=', ']']);
        if digits.len() != 2 || !is_hex(digits) || !is_words || is_index || !is_alike {
            return None;
        }
        let place = start.saturating_add(at);
        let byte = u8::from_str_radix(digits, 16).ok()?;
        rows.push((
            side.map(|side| side.0),
            byte,
            place..place.saturating_add(word.len()),
        ));
        if rows.len() == TRIED && !are_packets(&rows) {
            return None;
        }
    }
    if !are_packets(&rows) {
        return None;
    }
    let both = [Side::First, Side::Second].map(|side| rows.iter().any(|row| row.0 == Some(side)));
    let mut out = Output::default();
    let mut last = None;
    for (side, byte, place) in rows {
        if both == [true, true] && last != Some(side) {
            out.begin_part(side);
            last = Some(side);
        }
        out.push(byte, place);
    }
    out.note(if both == [true, true] {
        Note::WordsUsed {
            times: false,
            sides: true,
        }
    } else {
        Note::WordsIgnored
    });
    Some(out)
}

/// A line: who sent it, the byte, and where it stands.
type Row = (Option<Side>, u8, core::ops::Range<usize>);

/// Whether the bytes of each side are packets, or begin as a CONNECT does.
fn are_packets(rows: &[Row]) -> bool {
    let sides = [None, Some(Side::First), Some(Side::Second)];
    let of_side = |side| {
        rows.iter()
            .filter(move |row| row.0 == side)
            .map(|row| row.1)
    };
    let mut sides = sides
        .into_iter()
        .map(|side| of_side(side).collect::<Vec<u8>>())
        .filter(|bytes| !bytes.is_empty())
        .peekable();
    sides.peek().is_some_and(|bytes| bytes.len() >= LEAST)
        && sides.all(|bytes| class(&bytes) >= Class::Known)
}

#[cfg(test)]
mod tests {
    use super::super::{Side, TextErrorKind, Turns, read};

    const PUBLISH: &[u8] = b"0\x0b\0\x03a/bhello!";

    fn lines(bytes: &[u8], line: impl Fn(usize, u8) -> String) -> String {
        bytes
            .iter()
            .enumerate()
            .map(|(n, byte)| line(n, *byte))
            .collect()
    }

    #[test]
    fn a_byte_a_line_is_read() {
        for text in [
            lines(PUBLISH, |_, byte| format!("uart-1: TX data: {byte:02X}\n")),
            lines(PUBLISH, |_, byte| format!("uart-1: {byte:02X}\n")),
            lines(PUBLISH, |n, byte| {
                format!(
                    "{0}-{1} UART: TX data: {byte:02X}\n",
                    n * 100,
                    n * 100 + 100
                )
            }),
            lines(PUBLISH, |n, byte| format!("11:02:44.{n:03} {byte:02x}\n")),
            lines(PUBLISH, |n, byte| {
                format!("11:02:44.{n:03} 0x{byte:02x}\r\n")
            }),
        ] {
            let reading =
                read(&text, None, Turns::Marked).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (&reading.decoded.bytes[..], reading.sure),
                (PUBLISH, true),
                "{text}"
            );
        }
    }

    #[test]
    fn both_directions_are_sides() {
        let text = lines(PUBLISH, |_, byte| format!("uart-1: TX data: {byte:02X}\n"))
            + &lines(&[0xd0, 0, 0xd0, 0], |_, byte| {
                format!("uart-1: RX data: {byte:02X}\n")
            });
        let reading = read(&text, None, Turns::Marked).unwrap();
        let parts = reading
            .decoded
            .parts
            .iter()
            .map(|part| (part.start, part.side));
        let parts: Vec<_> = parts.collect();
        assert_eq!(parts, [(0, Some(Side::First)), (13, Some(Side::Second))]);
    }

    #[test]
    fn numbers_are_not() {
        let text = lines(&[1, 2, 3, 4, 5], |n, byte| {
            format!("11:02:44.{n:03} {byte:02x}\n")
        });
        assert!(read(&text, None, Turns::Marked).is_err(), "{text}");
        let padded = "016 012 000 004 077 081 084 084 004 002 000 060 000 000";
        let octal = "020 014 000 004 115 121 124 124 004 002 000 074 000 000";
        for text in [padded, octal] {
            let reading =
                read(text, None, Turns::Marked).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                reading.decoded.bytes, b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0",
                "{text}"
            );
            let words = read(&format!("sent: {text}\n"), None, Turns::Marked);
            assert_eq!(
                words.map(|reading| reading.decoded.bytes),
                Ok(reading.decoded.bytes),
                "{text}"
            );
        }
        let error = read("016 012 000", None, Turns::Marked).map_err(|error| error.kind);
        assert_eq!(error.err(), Some(TextErrorKind::OddDigits));
    }
}
