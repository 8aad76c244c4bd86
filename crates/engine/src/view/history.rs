//! The messages of a topic before one of them, and what it changed.

use mqttscope_protocol::{DiffLine, History, HistoryRow, LineChange, RecordId};
use mqttscope_view::payload::{self, View};
use mqttscope_wire::Publish;

use crate::log::WireLog;
use crate::payloads::Payloads;
use crate::topics::Topics;
use crate::view::cut::cut;
use crate::view::rows::{preview, publish, topic_of};

/// Messages that are given.
const ROWS: usize = 20;
/// Packets among which they are looked for.
const LOOKED_BACK: u64 = 50_000;
/// Characters of a row's payload.
const PREVIEW: usize = 120;
/// Bytes of a payload above which nothing is compared.
const COMPARED: usize = 32 << 10;
/// Lines that are compared, and characters of each that are shown.
const LINES: usize = 300;
const LINE: usize = 300;

/// Of a PUBLISH: itself and earlier ones of its connection and topic, the newest first.
pub(crate) fn of(
    log: &WireLog,
    topics: &Topics,
    payloads: &Payloads,
    id: RecordId,
) -> Option<History> {
    let record = log.get(id)?;
    let topic = topic_of(log, topics, record)?;
    let oldest = log.first().max(id.0.saturating_sub(LOOKED_BACK));
    let is_of = |id: &RecordId| {
        log.get(*id).is_some_and(|other| {
            // A number stands for one topic; without one the names are compared.
            other.connection == record.connection
                && other.sender == record.sender
                && other.topic == record.topic
                && (record.topic != crate::topics::NONE
                    || topic_of(log, topics, other).as_ref() == Some(&topic))
        })
    };
    let earlier = (oldest..=id.0).rev().map(RecordId).filter(is_of);
    let found: Vec<RecordId> = earlier.take(ROWS).collect();
    let message = |id: RecordId| publish(log, log.get(id)?);
    let row = |&id: &RecordId| {
        let payload = message(id)?.payload;
        Some(HistoryRow {
            record: id,
            at: log.get(id)?.at,
            size: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            preview: (payloads.line(&topic, id, payload, PREVIEW))
                .map_or_else(|| preview(payload, PREVIEW), |(_, line)| line),
        })
    };
    let pair = found.get(1).copied().zip(Some(id));
    let pair = pair.and_then(|(before, now)| {
        let (earlier, later) = (message(before)?, message(now)?);
        let is_small = earlier.payload.len().max(later.payload.len()) <= COMPARED;
        is_small.then_some(())?;
        let text = |id, body| payloads.text(&topic, id, body);
        let by_topic = text(before, earlier.payload).zip(text(now, later.payload));
        by_topic.or_else(|| in_one_form(&earlier, &later))
    });
    let diff = pair.map_or_else(Vec::new, |(before, now)| diff(&before, &now));
    Some(History {
        record: id,
        rows: found.iter().filter_map(row).collect(),
        diff,
    })
}

/// Two payloads in the likeliest form that both have: they are compared as what they say, not as their bytes.
fn in_one_form(before: &Publish<'_>, now: &Publish<'_>) -> Option<(String, String)> {
    let views = |publish: &Publish<'_>| {
        let (of, properties) = (publish.payload, &publish.properties);
        let indicator = properties.payload_format_indicator().map(u32::from);
        payload::views(of, properties.content_type().as_deref(), indicator)
    };
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
            let count = if line == other {
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
        text: cut(text, LINE),
    };
    let (mut lines, mut at, mut to) = (Vec::new(), 0_usize, 0_usize);
    loop {
        let (next, over) = (at.saturating_add(1), to.saturating_add(1));
        match (old.get(at), new.get(to)) {
            (Some(gone), Some(came)) if gone == came => {
                lines.push(line(LineChange::Same, gone));
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

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_wire::{Context, ControlPacket, Decoded, ProtocolVersion, decode};

    fn drawn(before: &str, now: &str) -> Vec<String> {
        let sign = |change| match change {
            LineChange::Same => ' ',
            LineChange::Removed => '-',
            LineChange::Added => '+',
        };
        diff(before, now)
            .into_iter()
            .map(|line| format!("{}{}", sign(line.change), line.text))
            .collect()
    }

    #[test]
    fn lines_that_stay_are_found() {
        assert_eq!(drawn("a\nb\nc", "a\nc\nd"), [" a", "-b", " c", "+d"]);
        assert_eq!(drawn("", "x"), ["+x"]);
        assert_eq!(drawn("x", ""), ["-x"]);
        assert_eq!(drawn("1", "2"), ["-1", "+2"]);
        assert_eq!(drawn("", ""), Vec::<String>::new());
    }

    fn compared(content_type: &str, before: &[u8], now: &[u8]) -> Vec<String> {
        let packet = |payload: &[u8]| {
            let properties: Vec<u8> = [
                &[3, 0, content_type.len() as u8][..],
                content_type.as_bytes(),
            ]
            .concat();
            let properties = if content_type.is_empty() {
                Vec::new()
            } else {
                properties
            };
            let body = [
                &[0, 1, b'a', properties.len() as u8][..],
                &properties,
                payload,
            ]
            .concat();
            [&[0x30, body.len() as u8][..], &body].concat()
        };
        let (before, now) = (packet(before), packet(now));
        let publish = |packet| match decode(packet, Context::new(ProtocolVersion::V5)) {
            Ok(Decoded::Packet {
                packet: ControlPacket::Publish(publish),
                ..
            }) => publish,
            other => panic!("{other:?}"),
        };
        let (old, new) = in_one_form(&publish(&before), &publish(&now)).unwrap();
        let lines = drawn(&old, &new).into_iter();
        lines.filter(|line| !line.starts_with(' ')).collect()
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
            assert_eq!(compared(content_type, before, now), lines, "{now:02x?}");
        }
    }

    #[test]
    fn long_texts_are_compared_in_part() {
        let long = "x\n".repeat(10_000);
        assert_eq!(diff(&long, &long).len(), LINES);
    }
}
