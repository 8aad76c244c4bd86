//! What firmware prints: bytes that became whole numbers on their way, characters beside bytes, registers and identifiers. All of it
//! is put into a notation that is read anyway, or blanked out: of the same length, so that every place stays the one in the
//! original text.

use core::ops::Range;

use super::plausible::{Class, mqtt};
use super::scan::{self, is_blank, is_hex};

/// A blank of three bytes that is not seen, and counts for nothing between two groups of digits.
pub(super) const FILLER: char = '\u{2060}';

pub(super) const FILLER_LEN: usize = FILLER.len_utf8();

/// Blanks of so many bytes that do not part digits.
fn filler(len: usize) -> String {
    let mut out = FILLER.to_string().repeat(len / FILLER_LEN);
    out.extend(core::iter::repeat_n(' ', len % FILLER_LEN));
    out
}

/// The text with something else in place of some ranges, which must be in order and keep their length.
fn replaced(text: &str, ranges: Vec<(Range<usize>, String)>) -> Option<String> {
    if ranges.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (range, other) in ranges {
        out.push_str(text.get(out.len()..range.start)?);
        out.push_str(&other);
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// Digits without the `0x` before them, and whether there was one.
fn bare(word: &str) -> (&str, bool) {
    let prefixed = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    (prefixed.unwrap_or(word), prefixed.is_some())
}

/// The letters and digits of a text that stand together, each with its place.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_within = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c: char| !is_within(c))
        .filter(|word| !word.is_empty())
        .map(move |word| {
            (
                word.as_ptr().addr().saturating_sub(text.as_ptr().addr()),
                word,
            )
        })
}

/// The text with one byte in place of each that a `signed char` was widened to: `FFFFFFC2` among other bytes. Numbers of
/// four bytes among their like stay.
pub(super) fn narrowed(text: &str) -> Option<(String, usize)> {
    scan::find_ignoring_case(text, "ffffff")?;
    let mut all = Vec::new();
    // Wide numbers of one run of digits, and how many bytes are in it.
    let (mut wide, mut bytes): (Vec<(usize, &str)>, usize) = (Vec::new(), 0);
    for (at, word) in tokens(text).chain([(text.len(), "_")]) {
        let (digits, _) = bare(word);
        if is_hex(digits) && digits.len() <= 2 {
            bytes = bytes.saturating_add(1);
        } else if is_wide(digits) {
            wide.push((at, word));
        } else {
            let fits = bytes >= wide.len();
            all.extend(wide.drain(..).filter(|_| fits));
            bytes = 0;
        }
    }
    let count = all.len();
    let ranges = all.into_iter().filter_map(|(at, word)| {
        let (digits, is_prefixed) = bare(word);
        let last = digits.get(digits.len().checked_sub(2)?..)?;
        let prefix = if is_prefixed { "0x" } else { "" };
        let blanks = word
            .len()
            .checked_sub(prefix.len())?
            .checked_sub(last.len())?;
        Some((
            at..at.saturating_add(word.len()),
            filler(blanks) + prefix + last,
        ))
    });
    Some((replaced(text, ranges.collect())?, count))
}

/// Whether a number of four or eight bytes is a negative one of one byte.
fn is_wide(digits: &str) -> bool {
    let Some((ones, last)) = digits
        .len()
        .checked_sub(2)
        .and_then(|at| digits.split_at_checked(at))
    else {
        return false;
    };
    matches!(ones.len(), 6 | 14)
        && ones.bytes().all(|b| matches!(b, b'f' | b'F'))
        && u8::from_str_radix(last, 16).is_ok_and(|byte| byte >= 0x80)
}

/// The text with a list of bytes in place of Adafruit's `M [0x4D], Q [0x51],`: each byte in brackets behind its character.
pub(super) fn without_characters(text: &str) -> Option<String> {
    const OPEN: &str = "[0x";
    const LEN: usize = "[0x4D]".len();
    let is_byte = |at: usize| {
        let cell = text.get(at..at.saturating_add(LEN))?;
        u8::from_str_radix(cell.strip_prefix(OPEN)?.strip_suffix(']')?, 16).ok()
    };
    let found: Vec<(usize, u8)> = text
        .match_indices(OPEN)
        .filter_map(|(at, _)| Some((at, is_byte(at)?)))
        .collect();
    // An index or an address stands alone.
    if found.len() < 2 {
        return None;
    }
    let mut ranges: Vec<(Range<usize>, String)> = Vec::new();
    for (n, &(at, byte)) in found.iter().enumerate() {
        // What stands before the first byte of a line: its character.
        let before = text.get(..at)?;
        let character = before
            .strip_suffix(' ')
            .and_then(|rest| rest.chars().next_back());
        let start = character
            .filter(|c| u8::try_from(*c).is_ok_and(|c| c == byte))
            .map_or(at, |c| at.saturating_sub(c.len_utf8()).saturating_sub(1));
        let start = start.max(ranges.last().map_or(0, |(range, _)| range.end));
        ranges.push((
            start..at.saturating_add(1),
            filler(at.saturating_add(1).saturating_sub(start)),
        ));
        // What stands behind it: up to the next byte of the line.
        let end = at.saturating_add(LEN);
        let next = found
            .get(n.saturating_add(1))
            .map_or(text.len(), |(next, _)| *next);
        let between = text.get(end..next)?;
        let is_row = between.len() <= 8 && !between.contains(['\n', '\r']);
        if is_row && next < text.len() {
            let len = next.saturating_sub(end);
            ranges.push((end.saturating_sub(1)..next, format!(",{}", filler(len))));
        } else {
            let len = 1_usize.saturating_add(usize::from(between.starts_with(',')));
            ranges.push((
                end.saturating_sub(1)..end.saturating_sub(1).saturating_add(len),
                " ".repeat(len),
            ));
        }
    }
    replaced(text, ranges)
}

/// Registers of processors, as crash reports name them; of those with a number only the letters.
const REGISTERS: [&str; 49] = [
    "pc", "lr", "sp", "msp", "psp", "psr", "xpsr", "apsr", "cpsr", "ps", "fp", "ip", "ra", "gp",
    "tp", "sar", "epc", "excvaddr", "exccause", "lbeg", "lend", "lcount", "cfsr", "hfsr", "bfar",
    "mmfar", "mmar", "dfsr", "afsr", "shcsr", "icsr", "vtor", "mepc", "mcause", "mtval", "mstatus",
    "mtvec", "r", "a", "x", "s", "t", "control", "primask", "basepri", "ccr", "demcr", "uid",
    "depc",
];

/// The text with blanks in place of what has the digits of bytes and is none: registers with their values, and UUIDs. What
/// stands in quotes may be a part of packets.
pub(super) fn without_numbers(text: &str) -> Option<String> {
    let (mut ranges, mut is_crash) = (Vec::new(), false);
    for (start, line) in scan::lines(text) {
        if line.contains(['"', '\'', '\\', '`']) {
            continue;
        }
        for (at, word) in tokens(line) {
            let (digits, _) = bare(word);
            if digits.len() != 8 || !is_hex(digits) {
                continue;
            }
            if let Some(len) = uuid(line, at) {
                let at = start.saturating_add(at);
                ranges.push((at..at.saturating_add(len), false));
                continue;
            }
            let Some(is_telling) = line.get(..at).and_then(register) else {
                continue;
            };
            let value = u32::from_str_radix(digits, 16)
                .unwrap_or_default()
                .to_be_bytes();
            is_crash |= is_telling || mqtt(&value) == Class::Nothing;
            let at = start.saturating_add(at);
            ranges.push((at..at.saturating_add(word.len()), true));
        }
    }
    let ranges = ranges
        .into_iter()
        .filter(|(_, is_register)| !is_register || is_crash);
    let ranges = ranges.map(|(range, _)| (range.clone(), " ".repeat(range.len())));
    replaced(text, ranges.collect())
}

/// Whether a line that goes on with a value names a register before it, and whether nothing else has such a name.
fn register(before: &str) -> Option<bool> {
    let name = before.trim_end_matches(is_blank);
    let name = name.strip_suffix(['=', ':'])?.trim_end_matches(is_blank);
    let name = name
        .rsplit(|c: char| is_blank(c) || matches!(c, ',' | ';' | '(' | '['))
        .next()?;
    if name
        .split_once("->")
        .is_some_and(|(unit, _)| !unit.is_empty())
    {
        return Some(true);
    }
    let is_register = |name: &str| {
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_one = letters.len() > 1 || letters.len() < name.len();
        is_one
            && REGISTERS
                .iter()
                .any(|register| register.eq_ignore_ascii_case(letters))
    };
    name.split('/').all(is_register).then_some(false)
}

/// How long the UUID is that begins at `at`.
fn uuid(line: &str, at: usize) -> Option<usize> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let rest = line.get(at..)?;
    let len = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .unwrap_or(rest.len());
    let word = rest.get(..len)?;
    let is_uuid = word.split('-').map(str::len).eq(GROUPS) && word.split('-').all(is_hex);
    let is_begun = line.get(..at)?.ends_with('-');
    (is_uuid && !is_begun).then_some(len)
}

/// Whether all lines begin with a letter and a colon, and go on with bytes: a letter that may be a digit is a label there.
pub(super) fn has_letters(text: &str) -> bool {
    let is_labelled = |line: &str| {
        let Some((label, bytes)) = line.split_once(':') else {
            return false;
        };
        let is_byte = |(_, word)| {
            let (digits, _) = bare(word);
            digits.len() == 2 && is_hex(digits)
        };
        label.len() == 1
            && bytes.starts_with(is_blank)
            && scan::words(bytes).count() > 1
            && scan::words(bytes).all(is_byte)
    };
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some() && lines.all(is_labelled)
}

#[cfg(test)]
mod tests {
    use super::super::{Note, Turns, read};
    use super::*;

    fn bytes(text: &str) -> (Vec<u8>, bool) {
        let reading =
            read(text, None, Turns::Marked).unwrap_or_else(|error| panic!("{text}: {error}"));
        (reading.decoded.bytes, reading.sure)
    }

    #[test]
    fn places_stay() {
        for text in [
            "TX: 10 10 00 04 FFFFFFC2 01",
            "0x4, 0xffffffc2,0x1",
            "4 ffffffffffffffc2 1",
        ] {
            let (narrowed, count) = narrowed(text).unwrap();
            assert_eq!((narrowed.len(), count), (text.len(), 1), "{text}");
            assert_eq!(
                narrowed.to_lowercase().find("c2"),
                text.to_lowercase().find("c2")
            );
        }
        let text = "A: M [0x4D], , [0x2C],   [0x00], \n5 [0x35], ";
        let plain = without_characters(text).unwrap();
        assert_eq!(plain.len(), text.len());
        assert_eq!(plain.replace([FILLER, ' '], ""), "A:0x4D,0x2C,0x00\n0x35");
    }

    #[test]
    fn numbers_of_four_bytes_stay() {
        for text in [
            "20001a30: ffffffc2 ffffff80",
            "ffffffc2",
            "0xffffff90 0xffffff80 12",
            "ffffff12 01 02",
        ] {
            assert_eq!(narrowed(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_were_widened_are_one_each() {
        let connect: &[u8] = b"\x10\x10\0\x04MQTT\x04\xc2\x01\x2c\0\0\0\0\0\0";
        let suback: &[u8] = &[0x90, 3, 0, 1, 0x80];
        for (text, wanted, count) in [
            (
                "TX: 10 10 00 04 4D 51 54 54 04 FFFFFFC2 01 2C 00 00 00 00 00 00",
                connect,
                1,
            ),
            (
                "0x10 0x10 0x0 0x4 0x4D 0x51 0x54 0x54 0x4 0xFFFFFFC2 0x1 0x2C 0x0 0x0 0x0 0x0 0x0 0x0",
                connect,
                1,
            ),
            (
                "10 10 0 4 4D 51 54 54 4 FFFFFFC2 1 2C 0 0 0 0 0 0",
                connect,
                1,
            ),
            (
                "{0x10,0x10,0,4,0x4D,0x51,0x54,0x54,4,0xffffffc2,1,0x2C,0,0,0,0,0,0}",
                connect,
                1,
            ),
            (
                "10\n10\n0\n4\n4D\n51\n54\n54\n4\nFFFFFFC2\n1\n2C\n0\n0\n0\n0\n0\n0\n",
                connect,
                1,
            ),
            ("RX: FFFFFF90 3 0 1 FFFFFF80", suback, 2),
            ("rx: FFFFFF90 03 00 01 FFFFFF80", suback, 2),
            ("recv: -112 3 0 1 -128", suback, 0),
        ] {
            assert_eq!(bytes(text), (wanted.to_vec(), true), "{text}");
            let notes = read(text, None, Turns::Marked).unwrap().decoded.notes;
            let note = Note::SignExtended { bytes: count };
            assert_eq!(notes.contains(&note), count > 0, "{text}: {notes:?}");
        }
        for (text, wanted) in [
            (
                "tx: 10 c 0 4 4d 51 54 54 4 2 0 3c 0 0\nrx: 20 2 0 ffffff80",
                &b"\x20\x02\0\x80"[..],
            ),
            (
                "sent: 48 7 0 1 116 50 49 46 53\nrecv: -112 3 0 1 -128",
                suback,
            ),
        ] {
            let (bytes, is_sure) = bytes(text);
            assert!(bytes.ends_with(wanted) && is_sure, "{text}: {bytes:02x?}");
        }
    }

    #[test]
    fn packets_of_adafruit_are_whole_whatever_is_wrong_in_them() {
        let start = "MQTT connect packet:\n  [0x10],   [0x0C],   [0x00],   [0x04], M [0x4D], Q [0x51], T [0x54], T [0x54], \n  \
            [0x04],   [0x02],   [0x01], , [0x2C],   [0x00],   [0x00], \nRead packet:\t  [0x20],   [0x02],   [0x00],   [0x00], \n\
            MQTT subscription packet:\n";
        for (rows, wanted) in [
            (
                "  [0x82],   [0x06],   [0x00],   [0x00],   [0x00],   [0x01], a [0x61], \n  [0x00], \n",
                &b"\x82\x06\0\0\0\x01a\0"[..],
            ),
            (
                "  [0x80],   [0x06],   [0x00],   [0x01],   [0x00],   [0x01], a [0x61], \n  [0x00], \n\n",
                b"\x80\x06\0\x01\0\x01a\0",
            ),
            (
                "  [0x82],   [0x17],   [0x00],   [0x00],   [0x00],   [0x12], a [0x61]",
                b"\x82\x17\0\0\0\x12a",
            ),
            (
                "0 [0x30],   [0x07],   [0x00],   [0x01], t [0x74], 2 [0x32], 1 [0x31], . [0x2E], \n5 [0x35], \n",
                b"0\x07\0\x01t21.5",
            ),
        ] {
            let (bytes, is_sure) = bytes(&format!("{start}{rows}"));
            let connack = b"\x20\x02\0\0";
            assert_eq!(bytes.get(14..18), Some(&connack[..]), "{rows}");
            assert_eq!(bytes.get(18..), Some(wanted), "{rows}");
            assert!(is_sure, "{rows}");
        }
    }

    #[test]
    fn registers_and_identifiers_are_no_bytes() {
        for text in [
            "HardFault: R0=00000000 R1=20001A30 R2=0000000C R3=E000ED00 R12=00000000 LR=08001235 PC=08002468 PSR=61000000",
            "HardFault\nR0  = 00000000\nR1  = 40023800\nR2  = 0000000C\nR3  = E000ED00\nPC  = 08002468\n",
            "SCB->CFSR = 0x00008200\nSCB->HFSR = 0x40000000\nSCB->BFAR = 0xE000ED00\n",
            "[00:00:12.345,678] <err> os: r0/a1:  0x00000000  r1/a2:  0x20001a30  r2/a3:  0x0000000c\n\
             [00:00:12.345,700] <err> os: r3/a4:  0xe000ed00 r12/ip:  0x00000000 r14/lr:  0x08001235\n",
            "e0001523-1212-efde-1523-785feabcd123",
            "service e0001523-1212-efde-1523-785feabcd123 found",
        ] {
            let reading = read(text, None, Turns::Marked);
            assert!(reading.is_err(), "{text}: {reading:?}");
        }
        // A packet behind a name that a register may have.
        assert_eq!(bytes("R1: 20020000").0, b"\x20\x02\0\0");
        let text = "HardFault: R3=E000ED00 PC=08002468\nTX: C0 00 30 07 00 01 74 32 31 2e 35";
        assert_eq!(bytes(text).0, b"\xc0\0\x30\x07\0\x01t21.5");
    }

    #[test]
    fn letters_may_be_labels() {
        for text in [
            "D: 30 07 00 01 74 32 31 2e 35",
            "A: 30 07 00 01 74\nB: 32 31 2e 35",
        ] {
            assert_eq!(bytes(text).0, b"\x30\x07\0\x01t21.5", "{text}");
        }
        assert!(!has_letters("A 10\n") && !has_letters("a:10:0c") && !has_letters(""));
    }
}
