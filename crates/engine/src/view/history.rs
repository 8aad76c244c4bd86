//! The messages of a topic before one of them, and what it changed.

use mqttscope_protocol::{DiffLine, History, HistoryRow, LineChange, RecordId};
use mqttscope_view::payload;

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
    let body = |id: RecordId| Some(publish(log, log.get(id)?)?.payload);
    let row = |&id: &RecordId| {
        let payload = body(id)?;
        Some(HistoryRow {
            record: id,
            at: log.get(id)?.at,
            size: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            preview: (payloads.line(&topic, id, payload, PREVIEW))
                .map_or_else(|| preview(payload, PREVIEW), |(_, line)| line),
        })
    };
    let before = found.get(1).copied();
    let text =
        |id: RecordId, body: &[u8]| (payloads.text(&topic, id, body)).unwrap_or_else(|| text(body));
    let diff = match (before.and_then(body), body(id)) {
        (Some(earlier), Some(now)) if earlier.len().max(now.len()) <= COMPARED => {
            diff(&text(before.unwrap_or(id), earlier), &text(id, now))
        }
        _ => Vec::new(),
    };
    Some(History {
        record: id,
        rows: found.iter().filter_map(row).collect(),
        diff,
    })
}

/// A payload as the page shows it, one member a line where it has members.
fn text(payload: &[u8]) -> String {
    let first = payload::views(payload, None, None).into_iter().next();
    first.map_or_else(String::new, |view| view.content().to_owned())
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

    #[test]
    fn members_of_json_are_compared() {
        let before = text(b"{\"t\":1,\"u\":2}");
        let now = text(b"{\"t\":1,\"u\":3}");
        let changed: Vec<_> = drawn(&before, &now)
            .into_iter()
            .filter(|line| !line.starts_with(' '))
            .collect();
        assert_eq!(changed.len(), 2);
        assert!(changed[0].starts_with('-') && changed[0].contains("\"u\": 2"));
        assert!(changed[1].starts_with('+') && changed[1].contains("\"u\": 3"));
    }

    #[test]
    fn long_texts_are_compared_in_part() {
        let long = "x\n".repeat(10_000);
        assert_eq!(diff(&long, &long).len(), LINES);
    }
}
