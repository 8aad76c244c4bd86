//! The messages of a topic before one of them, and what it changed.

use mqttscope_protocol::{History, HistoryRow, RecordId};
use mqttscope_view::payload::{Content, compare};

use crate::log::WireLog;
use crate::payloads::Payloads;
use crate::topics::Topics;
use crate::view::rows::{preview, publish, topic_of};

/// Messages that are given.
const ROWS: usize = 20;
/// Packets among which they are looked for.
const LOOKED_BACK: u64 = 50_000;
/// Characters of a row's payload.
const PREVIEW: usize = 120;

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
    let diff = pair.and_then(|(before, now)| {
        let (earlier, later) = (message(before)?, message(now)?);
        let text = |id, body| payloads.text(&topic, id, body);
        let told = || text(before, earlier.payload).zip(text(now, later.payload));
        Some(compare(&Content::of(&earlier), &Content::of(&later), told))
    });
    Some(History {
        record: id,
        rows: found.iter().filter_map(row).collect(),
        diff: diff.unwrap_or_default(),
    })
}
