//! JSON documents: what a browser, tshark or a program exports, and what is no recording at all.
//!
//! A document that is JSON is never read as bytes by its characters. [`read`] finds the packets in it,
//! or says what it is and what to do. Lists of numbers and of hex strings are text formats like any
//! other and stay with [`text`](crate::text).

pub(crate) mod har;
mod node;
mod tshark;

use crate::foreign::{Confidence, Foreign, Protocol, Soundness, soundness};
use crate::reading::Part;
use crate::text::{Roles, Side, SourceMap, WAYS, way_of};
use node::{Failure, Node, parse};

/// The longest document that is read, in bytes.
pub const MAX_JSON: usize = 48 << 20;

/// What a JSON document holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// Bytes of packets.
    Recording(Recording),
    /// No bytes of packets: what it is, and what to do.
    Named(Foreign),
}

/// Bytes out of a JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// What the document is, as a noun phrase.
    pub what: String,
    /// The bytes, in order, with sender and time where they are told.
    pub parts: Vec<Part>,
    /// What was left out, one sentence each, without a full stop.
    pub notes: Vec<String>,
    /// MQTT came in WebSocket text frames, which is not allowed \[MQTT-6.0.0-1].
    pub has_text_frame: bool,
}

/// Reads a JSON document; `None` when the text is none, or is a list that is read as text.
#[must_use]
pub fn read(text: &str) -> Option<Json> {
    let body = text.trim_start_matches('\u{feff}').trim_start();
    if !body.starts_with(['{', '[']) {
        return None;
    }
    let named = |what: &str, advice: &str| {
        Some(Json::Named(Foreign {
            protocol: Protocol::Json,
            confidence: Confidence::Certain,
            what: what.to_owned(),
            advice: advice.to_owned(),
        }))
    };
    let too_large = || {
        named(
            "a JSON document that is too large to be read here",
            "Export fewer entries: only the WebSocket connection, or only the MQTT packets.",
        )
    };
    if text.len() > MAX_JSON {
        // Far too long for a list that someone typed.
        return too_large();
    }
    let document = match parse(body) {
        Ok(document) => document,
        Err(Failure::NotJson) => return None,
        Err(Failure::TooLarge) => return too_large(),
    };
    if is_list_of_bytes(&document) {
        return None;
    }
    let start = text.len().saturating_sub(body.len());
    if let Some(bytes) = indexed(&document) {
        let part = Part::new(bytes, start..text.trim_end().len());
        return Some(Json::Recording(Recording {
            what: "a JSON object with the index of each byte".to_owned(),
            parts: vec![part],
            ..Recording::default()
        }));
    }
    if let Some(found) = har::read(&document, text).or_else(|| tshark::read(&document, text)) {
        return Some(found);
    }
    if is_mqttx(&document) {
        return named(
            "connection profiles exported by MQTTX",
            "They hold no packets. Import them on the Live page: New, then Import.",
        );
    }
    let mut buffers = Vec::new();
    buffers_in(&document, &mut buffers);
    if !buffers.is_empty() {
        let range = start..text.trim_end().len();
        let parts = buffers.into_iter();
        return Some(Json::Recording(Recording {
            what: "a JSON document with Node.js buffers".to_owned(),
            parts: parts.map(|bytes| Part::new(bytes, range.clone())).collect(),
            ..Recording::default()
        }));
    }
    let mut found = Vec::new();
    packets_in(&document, text, None, &mut found);
    let parts = with_roles(found);
    if !parts.is_empty() {
        return Some(Json::Recording(Recording {
            what: "a JSON document with packets in hex".to_owned(),
            parts,
            ..Recording::default()
        }));
    }
    if document.get("topic").is_some() && document.get("payload").is_some() {
        return named(
            "a message as JSON (topic and payload)",
            "It holds a message, not the bytes of a packet. To dissect the packet, copy its bytes from a log or capture.",
        );
    }
    named(
        "a JSON document without bytes of packets",
        "If it is the payload of a message, the packet around it is missing. Lists of numbers, Node.js buffers, HAR files \
         with WebSocket messages and the output of tshark -T json can be read.",
    )
}

/// Numbers that are bytes, hex in strings, or one Node.js buffer: formats of texts.
fn is_list_of_bytes(document: &Node<'_>) -> bool {
    let is_number = |item: &Node<'_>| matches!(item, Node::Number(number) if number.fract() == 0.0 && (-128.0..=255.0).contains(number));
    let is_hex = |item: &Node<'_>| {
        item.text().is_some_and(|text| {
            let digits = text.trim_start_matches("0x");
            let digits = digits.chars().filter(|c| !matches!(c, ' ' | ':' | '-'));
            text.len() > 1
                && digits.clone().count() % 2 == 0
                && digits.clone().all(|c| c.is_ascii_hexdigit())
        })
    };
    match document {
        Node::List(items) if !items.is_empty() => {
            items.iter().all(is_number) || items.iter().all(is_hex)
        }
        Node::Object(_) => buffer(document).is_some(),
        _ => false,
    }
}

/// `{"type":"Buffer","data":[…]}`, as Node.js writes a buffer.
fn buffer(node: &Node<'_>) -> Option<Vec<u8>> {
    let kind = node.get("type")?.text()?;
    let data = node.get("data")?;
    (kind == "Buffer").then_some(())?;
    data.items().iter().map(Node::byte).collect()
}

fn buffers_in(node: &Node<'_>, found: &mut Vec<Vec<u8>>) {
    if let Some(bytes) = buffer(node) {
        if !bytes.is_empty() {
            found.push(bytes);
        }
        return;
    }
    match node {
        Node::List(items) => items.iter().for_each(|item| buffers_in(item, found)),
        Node::Object(members) => members
            .iter()
            .for_each(|(_, value)| buffers_in(value, found)),
        _ => {}
    }
}

/// Strings that are packets in hex, under whatever names: the lines of a program's own log. Each with the way that its
/// record tells (`"dir": "tx"`).
fn packets_in(
    node: &Node<'_>,
    whole: &str,
    way: Option<Side>,
    found: &mut Vec<(Part, Option<Side>)>,
) {
    match node {
        Node::Text(text) => {
            let part = hex(text, whole);
            let part = part.filter(|part| soundness(&part.bytes) == Soundness::Sound);
            found.extend(part.map(|part| (part, way)));
        }
        Node::List(items) => {
            for item in items {
                packets_in(item, whole, way, found);
            }
        }
        Node::Object(members) => {
            let mut told = WAYS
                .iter()
                .filter_map(|name| way_of(node.get(name)?.text()?));
            let way = told.next().map(|(side, _)| side).or(way);
            for (_, value) in members {
                packets_in(value, whole, way, found);
            }
        }
        _ => {}
    }
}

/// Who sent each: as the records tell, the other way round where the packets show that.
fn with_roles(found: Vec<(Part, Option<Side>)>) -> Vec<Part> {
    let sides = found.iter().map(|(part, side)| (*side, &part.bytes));
    let roles = Roles::of(sides, false);
    let parts = found.into_iter();
    parts
        .map(|(part, side)| Part {
            from: roles.role(side, &part.bytes),
            ..part
        })
        .collect()
}

/// `{"0":192,"1":0}`, as a typed array is written.
fn indexed(node: &Node<'_>) -> Option<Vec<u8>> {
    let Node::Object(members) = node else {
        return None;
    };
    let in_order = members.iter().enumerate();
    let bytes = in_order.map(|(index, (name, value))| {
        (name.parse() == Ok(index)).then_some(())?;
        value.byte()
    });
    bytes
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| !bytes.is_empty())
}

fn is_mqttx(document: &Node<'_>) -> bool {
    let is_connection =
        |node: &Node<'_>| node.get("host").is_some() && node.get("mqttVersion").is_some();
    is_connection(document) || document.items().iter().any(is_connection)
}

/// A part of hex with or without separators; `None` if it is not hex.
fn hex(text: &str, whole: &str) -> Option<Part> {
    let place = node::place(whole, text);
    let mut bytes = Vec::new();
    let mut source = SourceMap::default();
    let mut high: Option<(usize, u32)> = None;
    for (at, c) in text.char_indices() {
        let Some(digit) = c.to_digit(16) else {
            if matches!(c, ':' | ' ' | '-') && high.is_none() {
                continue;
            }
            return None;
        };
        high = match high {
            None => Some((at, digit)),
            Some((first, tens)) => {
                bytes.push(u8::try_from(tens << 4 | digit).ok()?);
                let start = place.as_ref().map_or(0, |place| place.start);
                source.push(start.saturating_add(first), 2);
                None
            }
        };
    }
    if bytes.is_empty() || high.is_some() {
        return None;
    }
    let mut part = Part::new(bytes, place.clone().unwrap_or_default());
    if place.is_some() {
        part.source = source;
    }
    Some(part)
}

/// Milliseconds of a time in seconds, where it is not before 1970 and can be counted.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked before"
)]
fn milliseconds(seconds: f64) -> Option<u64> {
    let milliseconds = (seconds * 1000.0).round();
    (0.0..9.0e15)
        .contains(&milliseconds)
        .then_some(milliseconds as u64)
}

#[cfg(test)]
mod tests;
