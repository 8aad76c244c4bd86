//! Logs that name a packet and give its body alone: the words hold the fixed header.

use core::ops::Range;

use super::islands::Island;
use super::scan;

/// Packets by name, with their type and the flags that all but PUBLISH must have.
const NAMES: [(&str, u8); 15] = [
    ("CONNECT", 0x10),
    ("CONNACK", 0x20),
    ("PUBLISH", 0x30),
    ("PUBACK", 0x40),
    ("PUBREC", 0x50),
    ("PUBREL", 0x62),
    ("PUBCOMP", 0x70),
    ("SUBSCRIBE", 0x82),
    ("SUBACK", 0x90),
    ("UNSUBSCRIBE", 0xa2),
    ("UNSUBACK", 0xb0),
    ("PINGREQ", 0xc0),
    ("PINGRESP", 0xd0),
    ("DISCONNECT", 0xe0),
    ("AUTH", 0xf0),
];

/// The fixed header that the words before an island tell, where they give just as many bytes for
/// the body: `+++ PUBLISH flags: 10  length: 20  data:`, `receive 32 PUBLISH connect=15: len=46`.
pub(super) fn header(text: &str, island: &Island) -> Option<Vec<(u8, Range<usize>)>> {
    let words = text.get(island.words.clone())?;
    let tail = scan::tail(words, 400);
    let last = tail.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let line = tail.get(last..)?;
    let start = island.range.start - line.len();
    let mut first = None;
    let mut length = None;
    let mut before: Option<(usize, &str)> = None;
    for (at, word) in scan::words(line) {
        let place = |at: usize, len: usize| start + at..start + at + len;
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if let Some((_, byte)) = NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(bare))
        {
            // The first byte itself may stand before the name.
            let own = before
                .filter(|(_, word)| word.len() == 2)
                .and_then(|(at, word)| Some((u8::from_str_radix(word, 16).ok()?, place(at, 2))))
                .filter(|(own, _)| own >> 4 == byte >> 4);
            first = Some(own.unwrap_or_else(|| (*byte, place(at, word.len()))));
        }
        let label = before.map_or("", |(_, word)| word).to_ascii_lowercase();
        let number = |prefixes: [&str; 3], labels: [&str; 2]| -> Option<(usize, Range<usize>)> {
            let lower = word.to_ascii_lowercase();
            let digits = prefixes
                .iter()
                .find_map(|prefix| lower.strip_prefix(prefix))
                .map(str::len)
                .or_else(|| labels.contains(&label.as_str()).then_some(word.len()))?;
            let digits = word
                .get(word.len() - digits..)?
                .trim_end_matches(|c: char| !c.is_ascii_digit());
            let value = digits.parse().ok()?;
            Some((value, place(at, word.len())))
        };
        if let Some((flags, _)) = number(["flags=", "flags:", "flags:"], ["flags:", "flags"])
            && let (Some((byte, _)), Ok(flags)) = (&mut first, u8::try_from(flags))
            && flags < 16
        {
            *byte = *byte & 0xf0 | flags;
        }
        length = number(["len=", "length=", "len:"], ["length:", "len:"]).or(length);
        before = Some((at, word));
    }
    let ((byte, place), (said, said_place)) = (first?, length?);
    if said != island.bytes().len() {
        return None;
    }
    let mut rest = u32::try_from(said)
        .ok()
        .filter(|said| *said < 268_435_456)?;
    let mut header = vec![(byte, place)];
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        header.push((if rest > 0 { low | 0x80 } else { low }, said_place.clone()));
        if rest == 0 {
            break;
        }
    }
    Some(header)
}
