//! Bytes without leading zeros, as Arduino's `Serial.print(byte, HEX)` writes them: `10 13 0 4 4D`; and
//! decimals with nothing but blanks between them.
//!
//! A single digit may as well be half a byte, or the text no bytes at all. So the bytes must read as
//! packets, and nothing in the text may have a leading zero: who writes `00` once writes it always, and a
//! `0` beside it is a slip of the finger.

use core::ops::Range;

use super::hex::is_separator;
use super::output::Output;
use super::plausible::{Class, begins_connect, class, mqtt};
use super::scan::{self, is_blank, is_hex};
use super::{Format, Note};

/// The fewest groups: a packet of two bytes says too little.
const LEAST: usize = 4;

/// The fewest bytes of packets that break a rule.
const LEAST_AT_FAULT: usize = 8;

/// Groups of digits, each with its place in the text.
pub(super) type Groups<'a> = [(usize, &'a str)];

/// Reads groups of one or two hex digits.
pub(super) fn hex(groups: &Groups<'_>) -> Option<Output> {
    // The last digit may be half a byte that somebody types.
    let (_, before) = groups.split_last()?;
    let singles = before.iter().any(|(_, digits)| digits.len() == 1);
    let out = read(groups, 16, 2).filter(|_| singles)?;
    let fits = match mqtt(out.bytes()) {
        Class::Sound => true,
        Class::Framed => out.len() >= LEAST_AT_FAULT,
        _ => begins_connect(out.bytes()),
    };
    let mut out = out;
    out.note(Note::SingleDigits);
    fits.then_some(out)
}

/// Reads groups behind a mark of who sent them, which a packet of a few bytes may be at fault in, too.
pub(super) fn marked_hex(groups: &Groups<'_>) -> Option<Output> {
    let mut out = read(groups, 16, 2)?;
    out.note(Note::SingleDigits);
    (mqtt(out.bytes()) >= Class::Framed).then_some(out)
}

/// Takes decimals of which some are negative, each with its place.
pub(super) fn signed(groups: Vec<(u8, Range<usize>)>) -> Option<Output> {
    let mut out = Output::default();
    for (byte, place) in groups {
        out.push(byte, place);
    }
    let fits = match mqtt(out.bytes()) {
        Class::Sound => out.len() >= LEAST,
        Class::Framed => out.len() >= LEAST_AT_FAULT,
        _ => begins_connect(out.bytes()),
    };
    fits.then_some(out)
}

/// Reads groups of one to three decimal digits.
pub(super) fn decimals(groups: &Groups<'_>) -> Option<Output> {
    let out = read(groups, 10, 3)?;
    (mqtt(out.bytes()) == Class::Sound || begins_connect(out.bytes())).then_some(out)
}

/// Reads groups of three digits with leading zeros: decimals, or octal digits as `od -b` prints them.
pub(super) fn padded(groups: &Groups<'_>) -> Option<Output> {
    if groups.len() < LEAST || groups.iter().any(|(_, digits)| digits.len() != 3) {
        return None;
    }
    [10, 8].into_iter().find_map(|radix| {
        let mut out = Output::default();
        for (at, digits) in groups {
            let value = u8::from_str_radix(digits, radix).ok()?;
            out.push(value, *at..(*at).saturating_add(digits.len()));
        }
        (mqtt(out.bytes()) == Class::Sound || begins_connect(out.bytes())).then_some(out)
    })
}

/// Reads groups as whichever they are; as hex first.
pub(super) fn either(groups: &Groups<'_>) -> Option<(Format, Output)> {
    let hex = hex(groups).map(|out| (Format::Hex, out));
    hex.or_else(|| decimals(groups).map(|out| (Format::NumberList, out)))
}

fn read(groups: &Groups<'_>, radix: u32, most: usize) -> Option<Output> {
    if groups.len() < LEAST {
        return None;
    }
    let mut out = Output::default();
    for (at, digits) in groups {
        let zeros = digits.len() > 1 && digits.starts_with('0');
        if digits.len() > most || zeros {
            return None;
        }
        let value = u8::from_str_radix(digits, radix).ok()?;
        out.push(value, *at..(*at).saturating_add(digits.len()));
    }
    Some(out)
}

/// The groups of a text that holds nothing else.
fn groups(text: &str) -> Option<Vec<(usize, &str)>> {
    let mut groups = Vec::new();
    let mut at = 0_usize;
    for group in text.split(is_separator) {
        let start = at;
        at = at.saturating_add(group.len());
        at = at.saturating_add(text.get(at..)?.chars().next().map_or(0, char::len_utf8));
        if group.is_empty() {
            continue;
        }
        if !is_hex(group) || group.len() > 3 {
            return None;
        }
        groups.push((start, group));
    }
    Some(groups)
}

/// Reads a whole text of hex digits.
pub(super) fn whole_hex(text: &str) -> Option<Output> {
    hex(&groups(text)?)
}

/// Reads a whole text of decimals.
pub(super) fn whole_decimals(text: &str) -> Option<Output> {
    let groups = groups(text)?;
    decimals(&groups).or_else(|| padded(&groups))
}

/// Whether a list of decimals makes no packets and the same digits as hex do.
pub(super) fn is_rather_hex(text: &str, decimals: &Output) -> bool {
    let is_bare = scan::trim(text).1.starts_with(|c: char| c.is_ascii_digit());
    is_bare && class(decimals.bytes()) < Class::Known && whole_hex(text).is_some()
}

/// Reads the longest block of lines with one group each, where other lines have words.
pub(super) fn column(text: &str) -> Option<(Format, Output)> {
    let (mut best, mut block) = (Vec::new(), Vec::new());
    for (start, line) in scan::lines(text) {
        let word = line.trim_matches(|c| is_blank(c) || c == ',');
        if is_hex(word) && word.len() <= 3 {
            block.push((start.saturating_add(line.find(word)?), word));
        } else if !word.is_empty() {
            if block.len() > best.len() {
                best = core::mem::take(&mut block);
            }
            block.clear();
        }
    }
    if block.len() > best.len() {
        best = block;
    }
    let (format, mut out) = either(&best)?;
    out.note(Note::WordsIgnored);
    Some((format, out))
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Note, Side, TextErrorKind, Turns, read};

    const CONNECT: &[u8] = b"\x10\x13\0\x04MQTT\x04\x02\0\x3c\0\x07sensor1";
    const PRINTED: &str = "10 13 0 4 4D 51 54 54 4 2 0 3C 0 7 73 65 6E 73 6F 72 31";
    const DECIMALS: &str = "16 19 0 4 77 81 84 84 4 2 0 60 0 7 115 101 110 115 111 114 49";

    #[test]
    fn digits_without_leading_zeros_become_bytes() {
        let quoted = format!("[ '{}' ]", PRINTED.replace(' ', "', '"));
        for text in [
            PRINTED.to_owned(),
            PRINTED.to_lowercase(),
            PRINTED.replace(' ', ","),
            PRINTED.replace(' ', ", "),
            PRINTED.replace(' ', ":"),
            PRINTED.replace(' ', "\n"),
            PRINTED.replace(' ', "\r\n"),
            format!("[{PRINTED}]"),
            format!("Sending: {PRINTED}"),
            format!("12:01:33 Sending: {PRINTED}"),
            format!("Sending: {}", PRINTED.replace(' ', ",")),
            format!("Connecting\n{}\nfailed", PRINTED.replace(' ', "\n")),
            quoted.clone(),
            quoted.replace('\'', "\""),
            format!("packet {quoted} sent"),
        ] {
            let reading =
                read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(reading.decoded.bytes, CONNECT, "{text}");
            assert!(reading.sure, "{text}");
            assert!(
                reading.decoded.notes.contains(&Note::SingleDigits),
                "{text}"
            );
        }
        // CONNACK, as hex rather than as decimals that make no packet.
        for text in ["20 2 0 5", "20,2,0,5"] {
            let reading = read(text, None, Turns::Marked).map(|reading| reading.decoded.bytes);
            assert_eq!(reading.as_deref(), Ok(&b"\x20\x02\0\x05"[..]), "{text}");
        }
    }

    #[test]
    fn both_sides_may_be_printed_so() {
        for text in [
            format!("TX: {PRINTED}\nRX: 20 2 0 5\n"),
            format!("Sending: {PRINTED}\nReceived: 20 2 0 5\n"),
        ] {
            let reading =
                read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
            let parts: Vec<_> = reading
                .decoded
                .parts
                .iter()
                .map(|p| (p.start, p.side))
                .collect();
            assert_eq!(parts, [(0, Some(Side::First)), (21, Some(Side::Second))]);
            assert_eq!(
                reading.decoded.bytes.get(21..),
                Some(&b"\x20\x02\0\x05"[..])
            );
        }
    }

    #[test]
    fn decimals_with_blanks_become_bytes() {
        for text in [
            DECIMALS.to_owned(),
            DECIMALS.replace(' ', "\n"),
            format!("sent bytes: {DECIMALS}"),
        ] {
            let reading =
                read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(reading.decoded.bytes, CONNECT, "{text}");
        }
        let reading = read(DECIMALS, None, Turns::Marked);
        assert_eq!(reading.map(|r| r.decoded.format), Ok(Format::NumberList));
    }

    #[test]
    fn half_a_byte_stays_a_fault() {
        for text in [
            "c0 00 d",
            "c0 0",
            "10 13 0",
            "20 02 00 0",
            // Leading zeros elsewhere: a digit was lost.
            "10 13 00 0 4d 51 54 54 04 02 00 3c 00 07 73 65 6e 73 6f 72 31",
            "20 2 00 0",
            // No packets.
            "1 2 3 4 5 6 7",
            "10 2 30 4",
            "5 6 7 8 9 10 11 12 13",
        ] {
            let error = read(text, None, Turns::Marked).map_err(|error| error.kind);
            assert_eq!(error.err(), Some(TextErrorKind::OddDigits), "{text}");
        }
        for text in [
            "call 40 2 1 5 people",
            "scores: 1 2 3 4 5 6",
            "v 1 2 3 4 0 0",
        ] {
            assert!(read(text, None, Turns::Marked).is_err(), "{text}");
        }
    }

    #[test]
    fn the_fault_hints_at_leading_zeros() {
        let error = read("10 13 0 9 4D 51", None, Turns::Marked).map_err(|e| e.to_string());
        assert_eq!(
            error.err().as_deref(),
            Some(
                "`0` at line 1, column 7 is left over: a byte is two hex digits, so write `00` if it is one"
            )
        );
    }
}
