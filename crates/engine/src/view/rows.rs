//! Rows of the lists, made for what is on screen only.

use std::collections::BTreeMap;

use mqttscope_capture::recording::SaidMessage;
use mqttscope_protocol::{
    ConnectionId, EventView, MessageRow, Packet, PayloadForm, RecordId, TimedPacket, WireRow,
};
use mqttscope_shared::Instant;
use mqttscope_view::escape;
use mqttscope_view::payload::{self, View};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissection, Dissector, Field, Limits, PacketType, Publish,
    Rule, Sender, Severity, decode, dissect_within, summary,
};

use crate::captures::Captures;
use crate::connection::Connection;
use crate::log::{Entry, Part, Record, WireLog};
use crate::payloads::Payloads;
use crate::topics::Topics;
use crate::view::cut::cut;

/// Characters of a payload that a row shows.
const PREVIEW: usize = 120;
/// The same in the tree of topics, which is narrower.
const SHORT_PREVIEW: usize = 56;
/// Payloads above this are not looked into for a row.
const LOOKED_INTO: usize = 16 << 10;
/// Packets above this are not dissected for a row: a packet of a few megabytes can have millions of fields.
const DISSECTED: usize = 64 << 10;
/// A message's topic and payload are among the first fields of its packet.
const FEW: Limits = Limits {
    nodes: 256,
    diagnostics: 0,
};
/// Characters of a row's summary.
pub(crate) const MOST_SUMMARY: usize = 300;
/// Characters of a topic in a row.
const MOST_TOPIC: usize = 500;

pub(crate) const fn context(record: &Record) -> Context {
    Context::new(record.version).sent_by(record.sender)
}

/// The rows of a part of a list.
pub(crate) fn wire(
    log: &WireLog,
    topics: &Topics,
    payloads: &Payloads,
    dissector: &mut Dissector,
    captures: &Captures,
    part: &Part,
    name: impl Fn(ConnectionId) -> Option<String>,
) -> Vec<WireRow> {
    let mut before = part.before.and_then(|id| Some(log.entry(id)?.record().at));
    let mut rows = Vec::with_capacity(part.ids.len());
    for &id in &part.ids {
        let Some(entry) = log.entry(id) else { continue };
        let record = entry.record();
        let since = before.replace(record.at);
        // In a log without times nothing is known of how far apart its packets were.
        let since = since.filter(|since| *since != Instant::ZERO && record.at != Instant::ZERO);
        let delta_us = since.map(|since| record.at.micros_since(since));
        if let Entry::Event(record) = entry {
            let row = event_row(log, captures, id, record, delta_us);
            rows.extend(row.map(|row| WireRow {
                of: name(record.connection),
                ..row
            }));
            continue;
        }
        let bytes = log.bytes(record);
        let (says, worst) = if bytes.len() > DISSECTED {
            (large(log, topics, record), None)
        } else {
            let dissection = dissector.dissect(bytes, context(record));
            (summary(dissection, bytes), worst(dissection))
        };
        rows.push(WireRow {
            record: id,
            connection: record.connection,
            at: record.at,
            delta_us,
            sender: record.sender,
            packet_type: Some(record.packet_type()),
            size: record.size(),
            packet_identifier: (record.packet_identifier != 0).then_some(record.packet_identifier),
            summary: cut(&says, MOST_SUMMARY),
            preview: preview_of(log, topics, payloads, id),
            severity: record.severity.max(worst),
            linked: log.linked(id),
            round_trip: record.round_trip(),
            of: name(record.connection),
            event: None,
            fate: record.fate,
        });
    }
    rows
}

/// The worst that is wrong with a packet by itself.
fn worst(dissection: &Dissection) -> Option<Severity> {
    // That a server may refuse the identifier is marked where one has, by the monitor.
    let diagnostics = (dissection.diagnostics.iter())
        .filter(|diagnostic| diagnostic.rule != Rule::ConnectClientIdNotGuaranteed);
    diagnostics.map(|diagnostic| diagnostic.severity()).max()
}

/// What a packet says that is too large to be dissected for a row.
fn large(log: &WireLog, topics: &Topics, record: &Record) -> String {
    match (publish(log, record), topic_of(log, topics, record)) {
        (Some(publish), Some(topic)) => {
            format!("{topic} · {} bytes of payload", publish.payload.len())
        }
        _ => "select it to see its fields".to_owned(),
    }
}

/// The topic of a PUBLISH, an alias resolved where it is known.
pub(crate) fn topic_of(log: &WireLog, topics: &Topics, record: &Record) -> Option<String> {
    if record.packet_type() != PacketType::Publish {
        return None;
    }
    topics.topic(record.topic).or_else(|| {
        // It may be one that the tree does not keep.
        let name = publish(log, record)?.topic_name.as_str();
        (!name.is_empty()).then(|| name.to_owned())
    })
}

/// The row of an opening or a closing.
fn event_row(
    log: &WireLog,
    captures: &Captures,
    id: RecordId,
    record: &Record,
    delta_us: Option<i64>,
) -> Option<WireRow> {
    let event = captures.event(log, record)?;
    Some(WireRow {
        record: id,
        connection: record.connection,
        at: record.at,
        delta_us,
        sender: record.sender,
        packet_type: record.is_packet().then(|| record.packet_type()),
        size: 0,
        packet_identifier: (record.packet_identifier != 0).then_some(record.packet_identifier),
        summary: cut(&event.row(), MOST_SUMMARY),
        preview: None,
        severity: None,
        linked: log.linked(id),
        round_trip: record.round_trip(),
        of: None,
        event: Some(event.kind),
        fate: None,
    })
}

/// What is known of an opening or a closing.
pub(crate) fn event(log: &WireLog, captures: &Captures, id: RecordId) -> Option<EventView> {
    let record = log.entry(id)?.record();
    Some(EventView {
        record: id,
        connection: record.connection,
        at: record.at,
        event: captures.event(log, record)?,
    })
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

/// Of a PUBLISH that breaks the grammar: its topic and its payload, as far as they can be read.
fn malformed<'a>(bytes: &'a [u8], record: &Record) -> (String, &'a [u8]) {
    let dissection = dissect_within(bytes, context(record), FEW);
    let content = |field| {
        let index = dissection.tree.find(field);
        index.map_or(&[][..], |index| dissection.tree.content(index, bytes))
    };
    let topic = escape::escape_start(content(Field::TopicName), MOST_TOPIC);
    (topic, content(Field::ApplicationMessage))
}

/// The row of a message.
pub(crate) fn message(
    log: &WireLog,
    topics: &Topics,
    payloads: &Payloads,
    dissector: &mut Dissector,
    connections: &BTreeMap<ConnectionId, Connection>,
    id: RecordId,
) -> Option<MessageRow> {
    let record = match log.entry(id)? {
        Entry::Packet(record) => record,
        Entry::Event(record) => return told_message(log, topics, id, record),
    };
    let bytes = log.bytes(record);
    let publish = publish(log, record);
    let (topic, body) = match &publish {
        Some(publish) => (topic_of(log, topics, record), publish.payload),
        None => {
            let (topic, body) = malformed(bytes, record);
            (Some(topic), body)
        }
    };
    let topic = topic.unwrap_or_default();
    let worst = match publish {
        None => Some(Severity::Error),
        Some(_) if bytes.len() > DISSECTED => None,
        Some(_) => worst(dissector.dissect(bytes, context(record))),
    };
    let line = match publish {
        None if body.is_empty() => Some(("malformed", "(no payload can be read)".to_owned())),
        _ => payloads.line(&topic, id, body, PREVIEW),
    };
    Some(MessageRow {
        record: id,
        connection: record.connection,
        at: record.at,
        before: None,
        sender: record.sender,
        topic: cut(&topic, MOST_TOPIC),
        qos: (record.first >> 1) & 3,
        retain: record.first & 1 != 0,
        dup: record.first & 8 != 0,
        size: u32::try_from(body.len()).unwrap_or(u32::MAX),
        kind: (line.as_ref())
            .map_or_else(|| kind(body), |(kind, _)| kind)
            .to_owned(),
        preview: line.map_or_else(|| preview(body, PREVIEW), |(_, line)| line),
        has_properties: publish.is_some_and(|publish| publish.properties.iter().next().is_some()),
        refused: refusal(log, id),
        severity: record.severity.max(worst),
        of: None,
        colour: connections
            .get(&record.connection)
            .filter(|_| record.sender == Sender::Server)
            .and_then(|connection| {
                connection.colour(&topic, publish.map(|publish| publish.properties))
            }),
    })
}

/// The row of a message that a log tells of in words.
fn told_message(
    log: &WireLog,
    topics: &Topics,
    id: RecordId,
    record: &Record,
) -> Option<MessageRow> {
    let event = log.event(record).filter(|_| record.is_packet())?;
    let said = SaidMessage::of(&event.cause);
    let topic = topics.topic(record.topic);
    let topic = topic.or_else(|| Some(said?.topic.to_owned()));
    let text = said.and_then(|said| said.text);
    Some(MessageRow {
        record: id,
        connection: record.connection,
        at: record.at,
        before: None,
        sender: record.sender,
        topic: cut(&topic.unwrap_or_default(), MOST_TOPIC),
        qos: (record.first >> 1) & 3,
        retain: record.first & 1 != 0,
        dup: record.first & 8 != 0,
        size: said.map_or(0, |said| said.size()),
        preview: text.map_or_else(
            || "(not in the log)".to_owned(),
            |text| preview(text.as_bytes(), PREVIEW),
        ),
        kind: "from a log".to_owned(),
        has_properties: false,
        refused: None,
        severity: None,
        of: None,
        colour: None,
    })
}

/// What the PUBACK or PUBREC of a message refused it with.
fn refusal(log: &WireLog, id: RecordId) -> Option<String> {
    let answer = log.get(log.linked(id)?)?;
    let code = match decode(log.bytes(answer), context(answer)).ok()? {
        Decoded::Packet {
            packet: ControlPacket::Puback(packet) | ControlPacket::Pubrec(packet),
            ..
        } => packet.reason_code,
        _ => return None,
    };
    code.is_error().then(|| {
        code.name(PacketType::Puback, context(answer).version)
            .map_or_else(|| format!("0x{:02X}", code.0), str::to_owned)
    })
}

/// The beginning of the payload of this packet.
pub(crate) fn preview_of(
    log: &WireLog,
    topics: &Topics,
    payloads: &Payloads,
    id: RecordId,
) -> Option<String> {
    let record = log.get(id)?;
    if record.packet_type() != PacketType::Publish {
        return None;
    }
    let payload = publish(log, record)?.payload;
    let line = || {
        let topic = topic_of(log, topics, record)?;
        Some(payloads.line(&topic, id, payload, SHORT_PREVIEW)?.1)
    };
    (!payload.is_empty()).then(|| line().unwrap_or_else(|| preview(payload, SHORT_PREVIEW)))
}

/// The beginning of a payload, so many characters at most, in one line: as text, as what CBOR or
/// MessagePack in it says, or else in hex.
pub(crate) fn preview(body: &[u8], most: usize) -> String {
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
    in_hex(head, most)
}

/// So many characters of a payload at most, in pairs of hex digits.
pub(crate) fn in_hex(body: &[u8], most: usize) -> String {
    let bytes = body.iter().take(most / 3);
    let pairs: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
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

/// The payload of this packet in the forms that take more than its bytes.
pub(crate) fn forms(
    log: &WireLog,
    topics: &Topics,
    payloads: &Payloads,
    id: RecordId,
) -> Vec<PayloadForm> {
    let message = log.get(id).and_then(|record| {
        let topic = topic_of(log, topics, record)?;
        Some((topic, publish(log, record)?.payload))
    });
    message.map_or_else(Vec::new, |(topic, body)| payloads.forms(&topic, id, body))
}

/// A packet with its bytes.
pub(crate) fn packet(log: &WireLog, id: RecordId) -> Option<Packet> {
    let record = log.get(id)?;
    Some(Packet {
        record: id,
        sender: record.sender,
        version: record.version,
        bytes: log.bytes(record).to_vec(),
        findings: Vec::new(),
        forms: Vec::new(),
        frame: record.frame(),
        fate: record.fate,
        linked: log.linked(id),
        round_trip: record.round_trip(),
    })
}

/// The same with its time.
pub(crate) fn timed_packet(log: &WireLog, id: RecordId) -> Option<TimedPacket> {
    Some(TimedPacket {
        at: log.get(id)?.at,
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
