//! Two payloads of a topic, one behind the other: what the later one changed, line by line.

use mqttscope_wire::{Publish, Utf8EncodedString};
use serde::{Deserialize, Serialize};

use super::{View, views};
use crate::escape::visible;

/// Bytes of a payload above which nothing is compared.
const COMPARED: usize = 32 << 10;
/// Lines that are compared, and characters of each that are shown.
const LINES: usize = 300;
const LINE: usize = 300;

/// A line of two payloads that are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// What became of it.
    pub change: LineChange,
    /// The line.
    pub text: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineChange {
    /// It is in both.
    Same,
    /// It was in the payload before.
    Removed,
    /// It is new.
    Added,
}

/// A payload, and what the properties of its message say of it.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// Its bytes.
    pub payload: &'a [u8],
    /// Its Content Type.
    pub content_type: Option<&'a str>,
    /// Its Payload Format Indicator.
    pub format_indicator: Option<u32>,
}

impl<'a> Content<'a> {
    /// Of a message.
    #[must_use]
    pub fn of(publish: &Publish<'a>) -> Self {
        let properties = &publish.properties;
        Self {
            payload: publish.payload,
            content_type: properties.content_type().map(Utf8EncodedString::as_str),
            format_indicator: properties.payload_format_indicator().map(u32::from),
        }
    }
}

/// What became of the lines of a payload with the one behind it: of the texts that were `told` of both, else of the likeliest
/// form that both have. They are compared as what they say, not as their bytes. Nothing: both are empty, or one is too large.
pub fn compare(
    before: &Content<'_>,
    now: &Content<'_>,
    told: impl FnOnce() -> Option<(String, String)>,
) -> Vec<DiffLine> {
    if before.payload.len().max(now.payload.len()) > COMPARED {
        return Vec::new();
    }
    let pair = told().or_else(|| in_one_form(before, now));
    pair.map_or_else(Vec::new, |(before, now)| diff(&before, &now))
}

fn in_one_form(before: &Content<'_>, now: &Content<'_>) -> Option<(String, String)> {
    let views = |it: &Content<'_>| views(it.payload, it.content_type, it.format_indicator);
    let mut old = views(before);
    let new = views(now).into_iter();
    // Of images the bytes are compared.
    let mut new = new.filter(|view| !matches!(view, View::Image(_)));
    new.find_map(|new| {
        let same = old.iter().position(|old| old.name() == new.name())?;
        Some((old.swap_remove(same).into_content(), new.into_content()))
    })
}

/// What became of the lines of a text: the longest common lines stay.
fn diff(before: &str, now: &str) -> Vec<DiffLine> {
    // Where something follows that did not, a line of JSON gets a comma and says what it said.
    let has_members = [before, now]
        .iter()
        .all(|text| text.starts_with(['{', '[']));
    let alike = |gone: &str, came: &str| {
        let said = |line| str::strip_suffix(line, ',').unwrap_or(line);
        gone == came || has_members && said(gone) == said(came)
    };
    let old: Vec<&str> = before.lines().take(LINES).collect();
    let new: Vec<&str> = now.lines().take(LINES).collect();
    let width = new.len().saturating_add(1);
    // Of each pair of places, how many lines the rests behind them have in common.
    let mut common = vec![0_u32; old.len().saturating_add(1).saturating_mul(width)];
    let place = |at: usize, to: usize| at.saturating_mul(width).saturating_add(to);
    let get = |common: &[u32], at, to| common.get(place(at, to)).copied().unwrap_or(0);
    for (at, line) in old.iter().enumerate().rev() {
        for (to, other) in new.iter().enumerate().rev() {
            let (next, over) = (at.saturating_add(1), to.saturating_add(1));
            let count = if alike(line, other) {
                get(&common, next, over).saturating_add(1)
            } else {
                get(&common, next, to).max(get(&common, at, over))
            };
            if let Some(cell) = common.get_mut(place(at, to)) {
                *cell = count;
            }
        }
    }
    let line = |change, text: &str| DiffLine {
        change,
        text: shortened(text),
    };
    let (mut lines, mut at, mut to) = (Vec::new(), 0_usize, 0_usize);
    loop {
        let (next, over) = (at.saturating_add(1), to.saturating_add(1));
        match (old.get(at), new.get(to)) {
            (Some(gone), Some(came)) if alike(gone, came) => {
                lines.push(line(LineChange::Same, came));
                (at, to) = (next, over);
            }
            (Some(gone), came)
                if came.is_none() || get(&common, next, to) >= get(&common, at, over) =>
            {
                lines.push(line(LineChange::Removed, gone));
                at = next;
            }
            (_, Some(came)) => {
                lines.push(line(LineChange::Added, came));
                to = over;
            }
            _ => return lines,
        }
    }
}

/// The beginning of a line, with nothing in it that cannot be seen.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", visible(line.get(..end).unwrap_or_default())),
        None => visible(line).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(lines: Vec<DiffLine>) -> Vec<String> {
        let sign = |change| match change {
            LineChange::Same => ' ',
            LineChange::Removed => '-',
            LineChange::Added => '+',
        };
        (lines.into_iter())
            .map(|line| format!("{}{}", sign(line.change), line.text))
            .collect()
    }

    #[test]
    fn lines_that_stay_are_found() {
        let drawn = |before, now| drawn(diff(before, now));
        assert_eq!(drawn("a\nb\nc", "a\nc\nd"), [" a", "-b", " c", "+d"]);
        assert_eq!(drawn("", "x"), ["+x"]);
        assert_eq!(drawn("x", ""), ["-x"]);
        assert_eq!(drawn("1", "2"), ["-1", "+2"]);
        assert_eq!(drawn("", ""), Vec::<String>::new());
    }

    fn content<'a>(content_type: &'a str, payload: &'a [u8]) -> Content<'a> {
        Content {
            payload,
            content_type: Some(content_type).filter(|it| !it.is_empty()),
            format_indicator: None,
        }
    }

    #[test]
    fn a_comma_behind_a_line_is_no_change_of_it() {
        let drawn_of = |before, now| drawn(diff(before, now));
        let (before, now) = ("{\n  \"k\": 1\n}", "{\n  \"k\": 1,\n  \"b\": 2\n}");
        assert_eq!(
            drawn_of(before, now),
            [" {", "   \"k\": 1,", "+  \"b\": 2", " }"]
        );
        assert_eq!(drawn_of("a", "a,"), ["-a", "+a,"]);
    }

    #[test]
    fn payloads_are_compared_in_a_form_that_both_have() {
        for (content_type, before, now, lines) in [
            (
                "",
                &b"{\"t\":1,\"u\":2}"[..],
                &b"{\"t\":1,\"u\":3}"[..],
                &["-  \"u\": 2", "+  \"u\": 3"][..],
            ),
            (
                "",
                b"\xa2\x61t\x01\x61u\x02",
                b"\xa2\x61t\x01\x61u\x03",
                &["-  \"u\": 2", "+  \"u\": 3"],
            ),
            (
                "",
                b"\x82\xa1t\x01\xa1u\x02",
                b"\x82\xa1t\x01\xa1u\x03",
                &["-  \"u\": 2", "+  \"u\": 3"],
            ),
            (
                "",
                b"<a><b>1</b></a>",
                b"<a><b>2</b></a>",
                &["-  <b>1</b>", "+  <b>2</b>"],
            ),
            (
                "application/cbor",
                b"\x82\x01\x02",
                b"\x82\x01\x03",
                &["-  2", "+  3"],
            ),
            (
                "application/protobuf",
                b"\x08\x01",
                b"\x08\x00",
                &["-  1: varint 1", "+  1: varint 0"],
            ),
            // One of them is no JSON: their texts are compared.
            ("", b"{\"t\":1}", b"off", &["-{\"t\":1}", "+off"]),
        ] {
            let (before, later) = (content(content_type, before), content(content_type, now));
            let changed = drawn(compare(&before, &later, || None)).into_iter();
            let changed: Vec<_> = changed.filter(|line| !line.starts_with(' ')).collect();
            assert_eq!(changed, lines, "{now:02x?}");
        }
    }

    #[test]
    fn what_is_said_of_both_comes_before_what_is_detected() {
        let (before, now) = (content("", b"{\"t\":1}"), content("", b"{\"t\":2}"));
        let told = || Some(("a".to_owned(), "a\nb".to_owned()));
        assert_eq!(drawn(compare(&before, &now, told)), [" a", "+b"]);
    }

    #[test]
    fn long_texts_are_compared_in_part() {
        let long = "x\n".repeat(10_000);
        assert_eq!(diff(&long, &long).len(), LINES);
        let large = vec![b'x'; COMPARED + 1];
        let (small, large) = (content("", b"x"), content("", &large));
        assert_eq!(compare(&small, &large, || None), []);
        assert_eq!(shortened("a\u{202e}b"), "a\\u202Eb");
        assert_eq!(shortened(&"é".repeat(LINE + 1)), "é".repeat(LINE) + "…");
    }
}
