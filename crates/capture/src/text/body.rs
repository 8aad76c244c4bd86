//! Logs that give a packet's body alone: the words before it hold the fixed header.

use core::ops::Range;

use super::islands::Island;
use super::{Format, scan};

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

/// A fixed header, and where in the text each of its bytes is told.
pub(super) type Header = Vec<(u8, Range<usize>)>;

/// The longest packet that the Remaining Length can tell of.
const MOST: usize = 268_435_455;

/// How far before a body its header is looked for, in bytes.
const BEFORE: usize = 1600;

/// The fixed header that the words before an island tell.
pub(super) fn header(text: &str, island: &Island) -> Option<Header> {
    named(text, island).or_else(|| match island.format {
        Format::NumberList => printed(text, island).or_else(|| fields(text, island)),
        Format::NodeBuffer => parser(text, island),
        _ => None,
    })
}

/// Two numbers on the line above, the first byte and the length, as a reader prints what it read:
/// `48, 9` and `[0 3 97 …]` below it. The length must be that of the body.
fn printed(text: &str, island: &Island) -> Option<Header> {
    let before = scan::tail(text.get(..island.range.start)?, 64);
    let above = before.strip_suffix('\n')?;
    let above = above.strip_suffix('\r').unwrap_or(above);
    let start = island
        .range
        .start
        .saturating_sub(before.len())
        .saturating_add(above.rfind('\n').map_or(0, |at| at.saturating_add(1)));
    let line = above.rsplit('\n').next()?;
    let (first, length) = line.split_once([',', ' '])?;
    let byte = first
        .parse()
        .ok()
        .filter(|byte: &u8| *byte >= 0x10 && first.len() <= 3)?;
    let said: usize = length.trim().parse().ok()?;
    if said != island.bytes().len() {
        return None;
    }
    let end = start.saturating_add(line.trim_end().len());
    let place = end.saturating_sub(length.trim().len());
    whole(
        byte,
        start..start.saturating_add(first.len()),
        said,
        place..end,
    )
}

/// What mqtt-packet's parser logs on its way: `Packet { cmd: 'connect', …, qos: 0, dup: false`,
/// `_parseLength 16`, and then the buffer that the header was taken from.
fn parser(text: &str, island: &Island) -> Option<Header> {
    let before = scan::tail(text.get(..island.range.start)?, BEFORE);
    let start = island.range.start.saturating_sub(before.len());
    let name_at = before.rfind("cmd: '")?.saturating_add("cmd: '".len());
    let behind = before.get(name_at..)?;
    let name = behind.get(..behind.find('\'')?)?;
    let (_, byte) = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let of = |label: &str| {
        let rest = behind.get(behind.find(label)?.saturating_add(label.len())..)?;
        rest.split([',', ' ', '\n', '}']).next()
    };
    let mut byte = *byte;
    if byte == 0x30 {
        let qos: u8 = of("qos: ")?.parse().ok().filter(|qos| *qos < 4)?;
        byte |=
            qos << 1 | u8::from(of("retain: ")? == "true") | u8::from(of("dup: ")? == "true") << 3;
    }
    let length_at = behind
        .rfind("_parseLength ")?
        .saturating_add("_parseLength ".len());
    let digits = behind.get(length_at..)?.split([' ', '\n']).next()?;
    let said: usize = digits.parse().ok()?;
    // Further packets may stand behind the one that is parsed.
    if said > island.bytes().len() {
        return None;
    }
    let (name_at, length_at) = (
        start.saturating_add(name_at),
        start.saturating_add(name_at).saturating_add(length_at),
    );
    whole(
        byte,
        name_at..name_at.saturating_add(name.len()),
        said,
        length_at..length_at.saturating_add(digits.len()),
    )
}

/// Fields that a client logs each in its line, as CocoaMQTT does: `fixedHeader [48]`,
/// `remainingLen(len: len) [74]`, `variableHeader [0, 28, …`. The payload follows as another list.
fn fields(text: &str, island: &Island) -> Option<Header> {
    let before = scan::tail(text.get(..island.range.start)?, 400);
    let start = island.range.start.saturating_sub(before.len());
    if !before.trim_end().ends_with("variableHeader") {
        return None;
    }
    // The numbers in the brackets behind a label.
    let list = |label: &str| {
        let at = before.rfind(label)?.saturating_add(label.len());
        let open = at
            .saturating_add(before.get(at..)?.find('[')?)
            .saturating_add(1);
        let inside = before.get(open..)?;
        let inside = inside.get(..inside.find(']')?)?;
        let numbers: Option<Vec<u8>> = inside
            .split(',')
            .map(|number| number.trim().parse().ok())
            .collect();
        Some((
            numbers?,
            start.saturating_add(open)..start.saturating_add(open).saturating_add(inside.len()),
        ))
    };
    let (first, first_place) = list("fixedHeader ")?;
    let (length, length_place) = list("remainingLen")?;
    let [byte] = *first.as_slice() else {
        return None;
    };
    if byte < 0x10 {
        return None;
    }
    let mut said = 0_usize;
    for (n, low) in length.iter().enumerate().take(4) {
        said |= usize::from(low & 0x7f) << n.saturating_mul(7);
    }
    if said < island.bytes().len() {
        return None;
    }
    whole(byte, first_place, said, length_place)
}

/// A fixed header from its first byte and the length of the body.
fn whole(byte: u8, place: Range<usize>, said: usize, said_place: Range<usize>) -> Option<Header> {
    if said > MOST {
        return None;
    }
    let mut rest = said;
    let mut header = vec![(byte, place)];
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        header.push((if rest > 0 { low | 0x80 } else { low }, said_place.clone()));
        if rest == 0 {
            return Some(header);
        }
    }
}

/// A line that names the packet, with just as many bytes for the body as there are:
/// `+++ PUBLISH flags: 10  length: 20  data:`, `receive 32 PUBLISH connect=15: len=46`.
fn named(text: &str, island: &Island) -> Option<Header> {
    let words = text.get(island.words.clone())?;
    let tail = scan::tail(words, 400);
    let last = tail
        .trim_end()
        .rfind('\n')
        .map_or(0, |at| at.saturating_add(1));
    let line = tail.get(last..)?;
    let start = island.range.start.saturating_sub(line.len());
    let mut first = None;
    let mut length = None;
    let mut before: Option<(usize, &str)> = None;
    for (at, word) in scan::words(line) {
        let place = |at: usize, len: usize| {
            start.saturating_add(at)..start.saturating_add(at).saturating_add(len)
        };
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
                .get(word.len().saturating_sub(digits)..)?
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
    whole(byte, place, said, said_place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::islands::find;

    /// The header of each list or buffer in a text.
    fn headers(text: &str) -> Vec<Vec<u8>> {
        let islands = find(text);
        let own = islands
            .iter()
            .filter(|island| matches!(island.format, Format::NumberList | Format::NodeBuffer));
        own.map(|island| {
            let found = header(text, island).unwrap_or_default();
            found.into_iter().map(|(byte, _)| byte).collect()
        })
        .collect()
    }

    #[test]
    fn numbers_above_a_body_are_its_header_where_the_length_fits() {
        let body = "[0 3 97 98 99 116]\n";
        assert_eq!(headers(&format!("48, 6\n{body}")), [[0x30, 6]]);
        assert_eq!(headers(&format!("x\r\n50 6\r\n{body}")), [[0x32, 6]]);
        for above in [
            "48, 7\n",
            "2, 6\n",
            "48, 6, 1\n",
            "48, 6 bytes\n",
            "48, 6\n\n",
        ] {
            assert_eq!(headers(&format!("{above}{body}")), [[0_u8; 0]], "{above}");
        }
    }

    #[test]
    fn the_log_of_a_parser_tells_the_header() {
        let log = |cmd: &str, length: usize| {
            format!(
                "Packet {{ cmd: '{cmd}', retain: true, qos: 1, dup: false, length: -1 }}\n_parseLength {length} +0ms\n<Buffer 00 01 61 00 01>\n"
            )
        };
        assert_eq!(headers(&log("publish", 5)), [[0x33, 5]]);
        assert_eq!(headers(&log("subscribe", 5)), [[0x82, 5]]);
        // What is longer than the buffer is another packet's.
        assert_eq!(headers(&log("publish", 6)), [[0_u8; 0]]);
        assert_eq!(headers(&log("nothing", 5)), [[0_u8; 0]]);
    }

    #[test]
    fn fields_in_their_lines_tell_the_header() {
        let log = |length: &str| {
            format!(
                "fixedHeader [48]\nremainingLen(len: len) [{length}]\nvariableHeader [0, 2, 97, 98]\n"
            )
        };
        assert_eq!(headers(&log("9")).last(), Some(&vec![0x30, 9]));
        assert_eq!(headers(&log("137, 1")).last(), Some(&vec![0x30, 0x89, 1]));
        assert_eq!(headers(&log("3")).last(), Some(&vec![]));
    }
}
