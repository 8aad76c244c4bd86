//! Whether the words of a dump have their low byte first, as `xxd -e` prints them. Nothing in its lines says so, but a shorter
//! last word stands on the right of its place, and the column of text has the bytes in their order.

use core::cmp::Ordering;
use core::ops::Range;

use super::plausible::{Class, class};

/// A line behind the colon of its offset, and where its words stand in it.
pub(super) struct Words<'a> {
    pub(super) line: &'a str,
    pub(super) words: Vec<Range<usize>>,
}

/// Where the place of a word ends that begins behind one blank; none: it is no place of several bytes.
fn width(words: &[Range<usize>]) -> Option<usize> {
    let width = words.first()?.end.checked_sub(1)?;
    matches!(width, 4 | 8 | 16).then_some(width)
}

/// Whether a word that ends here ends where its place does, in lines of places that are so wide.
pub(super) const fn ends_place(end: usize, width: usize) -> bool {
    let Some(end) = end.checked_sub(1) else {
        return false;
    };
    match end.checked_rem(width.saturating_add(1)) {
        Some(within) => within == width,
        None => false,
    }
}

/// How wide the places of words are that have their low byte first; none: the words are as they are read.
pub(super) fn is_low_first(lines: &[Words<'_>]) -> Option<usize> {
    let width = width(&lines.first()?.words)?;
    let mut words = lines.iter().flat_map(|line| &line.words);
    if !words.all(|word| ends_place(word.end, width)) {
        return None;
    }
    let mut words = lines.iter().flat_map(|line| &line.words);
    let is_short = words.any(|word| word.len() < width);
    let most = lines.iter().map(|line| line.words.len()).max()?;
    let (mut low, mut high) = (Vec::new(), Vec::new());
    let (mut low_differs, mut high_differs) = (0_usize, 0_usize);
    for line in lines {
        let (from, before) = (low.len(), high.len());
        for word in &line.words {
            let bytes = bytes(line.line.get(word.clone())?)?;
            low.extend(bytes.iter().rev());
            high.extend(bytes);
        }
        let text = column(line, low.len().saturating_sub(from), width, most);
        low_differs = low_differs.saturating_add(differ(low.get(from..)?, text));
        high_differs = high_differs.saturating_add(differ(high.get(before..)?, text));
    }
    let is_low = is_short
        || match low_differs.cmp(&high_differs) {
            Ordering::Less => low_differs == 0,
            Ordering::Greater => false,
            Ordering::Equal => class(&low) >= Class::Framed && class(&low) > class(&high),
        };
    is_low.then_some(width)
}

fn bytes(word: &str) -> Option<Vec<u8>> {
    let pairs = word.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// The column of text of a line with so many bytes. It may begin with blanks that stand for bytes.
fn column<'a>(line: &Words<'a>, count: usize, width: usize, most: usize) -> &'a str {
    let of = |places: usize| {
        let places = places.saturating_mul(width.saturating_add(1));
        places.saturating_add(2)
    };
    let end = line.words.last().map_or(0, |word| word.end);
    // A line that is not cut ends with its last byte's.
    let whole = line.line.len().checked_sub(count);
    let whole = whole.filter(|&start| {
        start > end
            && start
                .checked_sub(2)
                .and_then(|all| all.checked_rem(width.saturating_add(1)))
                == Some(0)
    });
    let start = whole.unwrap_or_else(|| of(most));
    line.line.get(start..).unwrap_or_default()
}

/// How many bytes are others than the text beside them shows.
fn differ(bytes: &[u8], text: &str) -> usize {
    let shown = |byte: u8| match byte {
        b' '..=b'~' => byte,
        _ => b'.',
    };
    let beside = bytes.iter().zip(text.bytes());
    beside.filter(|(byte, sign)| shown(**byte) != *sign).count()
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Note, Turns, read};

    /// What `xxd -e` prints, in its own words.
    const CASES: [(&str, &[u8]); 5] = [
        (
            "00000000: 04001510 5454514d 3c000204 61680900  ....MQTT...<..ha\n00000010: 372d6c6c   62612d                    ll-7-ab",
            b"\x10\x15\0\x04MQTT\x04\x02\0\x3c\0\x09hall-7-ab",
        ),
        (
            "00000000: 00000220                              ...",
            b"\x20\x02\0\0",
        ),
        (
            "00000000:     00c0                            ..",
            b"\xc0\0",
        ),
        ("00000000: 61000530 6968 ", b""),
        ("00000000: 1510 0400 4d 51", b""),
    ];

    #[test]
    fn words_are_turned_where_something_says_so() {
        for (text, wanted) in CASES {
            let reading = read(text, None, Turns::Marked);
            if wanted.is_empty() {
                let low =
                    reading.is_ok_and(|it| it.decoded.notes.contains(&Note::LittleEndianWords));
                assert!(!low, "{text}");
                continue;
            }
            let decoded = reading.unwrap_or_else(|e| panic!("{text}: {e}")).decoded;
            assert_eq!(decoded.bytes, wanted, "{text}");
            assert_eq!(decoded.format, Format::Xxd);
            assert!(decoded.notes.contains(&Note::LittleEndianWords), "{text}");
            let first = decoded.source.span(0).and_then(|place| text.get(place));
            assert_eq!(first, Some(format!("{:02x}", wanted[0]).as_str()));
        }
    }

    #[test]
    fn words_with_their_high_byte_first_stay_as_they_are() {
        for text in [
            "00000000: 10150004 4d515454 0402003c 00096861  ....MQTT...<..ha\n00000010: 6c6c2d37 2d6162                      ll-7-ab",
            "00000000: 1015 0004 4d51 5454 0402 003c 0009 6861  ....MQTT...<..ha\n00000010: 6c6c 2d37 2d61 62                        ll-7-ab",
        ] {
            let decoded = read(text, None, Turns::Marked)
                .unwrap_or_else(|e| panic!("{text}: {e}"))
                .decoded;
            assert_eq!(
                decoded.bytes, b"\x10\x15\0\x04MQTT\x04\x02\0\x3c\0\x09hall-7-ab",
                "{text}"
            );
        }
    }
}
