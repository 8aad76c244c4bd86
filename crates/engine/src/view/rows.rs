//! Rows of the lists, made for what is on screen only.

use std::collections::BTreeMap;

use mqttscope_inspect::escape;
use mqttscope_inspect::payload::{self, View};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissector, Publish, Sender, Severity, decode, summary,
};

use crate::connection::Connection;
use crate::log::{Entry, Record, WireLog};
use crate::protocol::{
    ConnectionId, Direction, EventView, Grade, MessageRow, Packet, RecordId, TimedPacket, WireRow,
};
use crate::topics::Topics;

/// Characters of a payload that a row shows.
const PREVIEW: usize = 120;
/// The same in the tree of topics, which is narrower.
const SHORT_PREVIEW: usize = 56;
/// Payloads above this are not looked into for a row.
const LOOKED_INTO: usize = 16 << 10;

pub(crate) const fn context(record: &Record) -> Context {
    Context::new(record.version).from(match record.direction {
        Direction::Out => Sender::Client,
        Direction::In => Sender::Server,
    })
}

/// The rows of these packets.
pub(crate) fn wire(log: &WireLog, dissector: &mut Dissector, ids: &[RecordId]) -> Vec<WireRow> {
    let mut before = None;
    let mut rows = Vec::with_capacity(ids.len());
    for &id in ids {
        let Some(entry) = log.entry(id) else { continue };
        let record = entry.record();
        // The first row's time is counted from the packet before it in the log.
        let since = before.or_else(|| {
            let earlier = RecordId(id.0.checked_sub(1)?);
            Some(log.entry(earlier)?.record().at_ms)
        });
        before = Some(record.at_ms);
        if let Entry::Event(record) = entry {
            let delta_ms = since.map_or(0.0, |since| record.at_ms - since);
            rows.extend(event_row(log, id, record, delta_ms));
            continue;
        }
        let bytes = log.bytes(record);
        let dissection = dissector.dissect(bytes, context(record));
        let worst = dissection
            .diagnostics
            .iter()
            .map(|diagnostic| grade(diagnostic.severity()))
            .max();
        rows.push(WireRow {
            record: id,
            connection: record.connection,
            at_ms: record.at_ms,
            delta_ms: since.map_or(0.0, |since| record.at_ms - since),
            direction: record.direction,
            packet_type: record.packet_type().name().to_owned(),
            size: record.size(),
            packet_identifier: (record.packet_identifier != 0).then_some(record.packet_identifier),
            summary: summary(dissection, bytes),
            grade: record.grade.max(worst),
            linked: log.linked(id),
            round_trip_ms: (!record.round_trip_ms.is_nan()).then(|| record.round_trip_ms.into()),
            event: None,
        });
    }
    rows
}

/// The row of an opening or a closing.
fn event_row(log: &WireLog, id: RecordId, record: &Record, delta_ms: f64) -> Option<WireRow> {
    let event = log.event(record)?;
    Some(WireRow {
        record: id,
        connection: record.connection,
        at_ms: record.at_ms,
        delta_ms,
        direction: record.direction,
        packet_type: event.name().to_owned(),
        size: 0,
        packet_identifier: None,
        summary: event.line(),
        grade: None,
        linked: None,
        round_trip_ms: None,
        event: Some(event.kind),
    })
}

/// What is known of an opening or a closing.
pub(crate) fn event(log: &WireLog, id: RecordId) -> Option<EventView> {
    let record = log.entry(id)?.record();
    Some(EventView {
        record: id,
        connection: record.connection,
        at_ms: record.at_ms,
        event: log.event(record)?,
    })
}

const fn grade(severity: Severity) -> Grade {
    match severity {
        Severity::Error => Grade::Error,
        Severity::Warning => Grade::Warning,
        Severity::Note => Grade::Note,
    }
}

/// The message in a record, if it is a sound PUBLISH.
pub(crate) fn publish<'a>(log: &'a WireLog, record: &Record) -> Option<Publish<'a>> {
    match decode(log.bytes(record), context(record)) {
        Ok(Decoded::Packet {
            packet: ControlPacket::Publish(publish),
            ..
        }) => Some(publish),
        _ => None,
    }
}

/// The row of a message.
pub(crate) fn message(
    log: &WireLog,
    topics: &Topics,
    connections: &BTreeMap<ConnectionId, Connection>,
    id: RecordId,
) -> Option<MessageRow> {
    let record = log.get(id)?;
    let publish = publish(log, record);
    let body = publish.map_or(&[][..], |publish| publish.payload);
    let topic = topics
        .topic(record.topic)
        .or_else(|| publish.map(|publish| publish.topic_name.as_str()))
        .unwrap_or_default();
    Some(MessageRow {
        record: id,
        connection: record.connection,
        at_ms: record.at_ms,
        direction: record.direction,
        topic: topic.to_owned(),
        qos: (record.first >> 1) & 3,
        retain: record.first & 1 != 0,
        dup: record.first & 8 != 0,
        size: u32::try_from(body.len()).unwrap_or(u32::MAX),
        preview: preview(body, PREVIEW),
        kind: kind(body).to_owned(),
        has_properties: publish.is_some_and(|publish| publish.properties.iter().next().is_some()),
        colour: connections
            .get(&record.connection)
            .filter(|_| record.direction == Direction::In)
            .and_then(|connection| connection.colour(topic)),
    })
}

/// The beginning of the payload of this packet.
pub(crate) fn preview_of(log: &WireLog, id: RecordId) -> Option<String> {
    let record = log.get(id)?;
    Some(preview(publish(log, record)?.payload, SHORT_PREVIEW))
}

/// The beginning of a payload, so many characters at most, in one line: as text, as what CBOR or
/// MessagePack in it says, or else in hex.
fn preview(body: &[u8], most: usize) -> String {
    let head = body.get(..most.min(body.len())).unwrap_or(body);
    let is_text = match std::str::from_utf8(head) {
        Ok(text) => !text.chars().any(|c| c.is_control() && !c.is_whitespace()),
        // A character that was cut at the end is text still.
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    if is_text {
        return escape::escape_start(body, most);
    }
    if body.len() <= LOOKED_INTO
        && let Some(View::Cbor(text) | View::MessagePack(text)) =
            payload::views(body, None, None).into_iter().next()
    {
        let line: Vec<_> = text.lines().map(str::trim).collect();
        return escape::escape_start(line.join(" ").as_bytes(), most);
    }
    let hex: Vec<String> = head
        .iter()
        .take(most / 3)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.join(" ")
}

fn kind(body: &[u8]) -> &'static str {
    if body.is_empty() {
        return "empty";
    }
    let head = body.get(..LOOKED_INTO.min(body.len())).unwrap_or(body);
    payload::views(head, None, None)
        .first()
        .map_or("hex", View::name)
}

/// A packet with its bytes.
pub(crate) fn packet(log: &WireLog, id: RecordId) -> Option<Packet> {
    let record = log.get(id)?;
    Some(Packet {
        record: id,
        direction: record.direction,
        version: record.version.name().to_owned(),
        bytes: log.bytes(record).to_vec(),
        findings: Vec::new(),
        linked: log.linked(id),
        round_trip_ms: (!record.round_trip_ms.is_nan()).then(|| record.round_trip_ms.into()),
    })
}

/// The same with its time.
pub(crate) fn timed_packet(log: &WireLog, id: RecordId) -> Option<TimedPacket> {
    Some(TimedPacket {
        at_ms: log.get(id)?.at_ms,
        packet: packet(log, id)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_what_a_payload_says() {
        for (body, says) in [
            (&b"21.5"[..], "21.5"),
            (b"a\nb", "a\\nb"),
            (b"\xff\xfe\x00\x01", "ff fe 00 01"),
            (b"\xa2\x61t\x15\x61x\x01", "{ \"t\": 21, \"x\": 1 }"),
            (b"\x82\xa1t\x15\xa1x\x01", "{ \"t\": 21, \"x\": 1 }"),
        ] {
            assert_eq!(preview(body, PREVIEW), says);
        }
    }
}
