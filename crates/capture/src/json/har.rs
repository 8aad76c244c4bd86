//! HAR files: the WebSocket messages that a browser or a proxy recorded.

use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mqttscope_wire::explain::shown;

use super::node::{self, Node};
use super::{Json, Recording, milliseconds};
use crate::foreign::{Confidence, Foreign, Protocol, Soundness, soundness};
use crate::reading::{Part, Role};
use crate::text::SourceMap;

/// Base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The longest address that is shown.
const LONGEST_ADDRESS: usize = 80;

/// One WebSocket of the file.
struct Socket {
    url: String,
    parts: Vec<Part>,
    has_text_frame: bool,
    /// Messages that could not be read.
    unread: usize,
}

/// Who sent a message of a type.
pub(crate) fn role(kind: &[u8]) -> Option<Role> {
    match kind {
        b"send" | b"request" => Some(Role::Client),
        b"receive" | b"response" => Some(Role::Server),
        _ => None,
    }
}

/// The bytes of a binary message.
pub(crate) fn decoded(data: &[u8]) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(data).or_else(|_| LENIENT.decode(data));
    bytes.ok()
}

/// What a file without messages is, and what to do; by whom it was made, and whether a WebSocket is in it.
pub(crate) fn without_messages(creator: &str, has_websocket: bool) -> (String, &'static str) {
    if !has_websocket {
        return (
            "a HAR file without a WebSocket connection".to_owned(),
            "Open the developer tools before the page connects, so that the WebSocket is recorded, and export again.",
        );
    }
    let browser = if creator == "Firefox" {
        " of Firefox"
    } else {
        ""
    };
    (
        format!("a HAR file{browser} with a WebSocket, but without its messages"),
        "Firefox and Safari do not save WebSocket messages in HAR files. Record with Chrome or Edge, with the \
         developer tools open before the page connects, or copy single messages as hex.",
    )
}

pub(super) fn read(document: &Node<'_>, text: &str) -> Option<Json> {
    let log = document.get("log")?;
    let entries = log.get("entries")?.items();
    let creator = log
        .get("creator")
        .and_then(|creator| creator.get("name")?.text().cloned())
        .unwrap_or_default();
    let named = |what: &str, advice: &str| {
        Some(Json::Named(Foreign {
            protocol: Protocol::Json,
            confidence: Confidence::Certain,
            what: what.to_owned(),
            advice: advice.to_owned(),
        }))
    };
    let messages = |entry: &Node<'_>| {
        entry
            .get("_webSocketMessages")
            .is_some_and(|messages| !messages.items().is_empty())
    };
    if !entries.iter().any(messages) {
        let is_websocket = |entry: &Node<'_>| {
            let url = entry.get("request").and_then(|it| it.get("url")?.text());
            url.is_some_and(|url| url.starts_with("ws"))
                || entry
                    .get("response")
                    .and_then(|it| it.get("status")?.number())
                    == Some(101.0)
        };
        let (what, advice) = without_messages(&creator, entries.iter().any(is_websocket));
        return named(&what, advice);
    }
    let sockets: Vec<Socket> = entries
        .iter()
        .filter(|entry| messages(entry))
        .map(|entry| socket(entry, text))
        .collect();
    let count = sockets.len();
    // The one that carries MQTT, else the first.
    let chosen = sockets.iter().position(is_mqtt);
    let socket = sockets.into_iter().nth(chosen.unwrap_or(0))?;
    if socket.parts.is_empty() {
        return named(
            "a HAR file whose WebSocket messages hold no bytes",
            "Record the connection again and export it with content.",
        );
    }
    let mut notes = Vec::new();
    if count > 1 {
        let url = shown(socket.url.as_bytes(), LONGEST_ADDRESS);
        notes.push(format!(
            "the file has {count} WebSocket connections; the one to {url} is shown"
        ));
    }
    if socket.unread > 0 {
        notes.push(format!(
            "{} of its messages could not be read",
            socket.unread
        ));
    }
    let url = shown(socket.url.as_bytes(), LONGEST_ADDRESS);
    let count = socket.parts.len();
    let plural = if count == 1 { "" } else { "s" };
    Some(Json::Recording(Recording {
        what: format!("a HAR file with {count} WebSocket message{plural} ({url})"),
        parts: socket.parts,
        notes,
        has_text_frame: socket.has_text_frame,
    }))
}

fn socket(entry: &Node<'_>, text: &str) -> Socket {
    let url = entry
        .get("request")
        .and_then(|request| request.get("url")?.text());
    let mut socket = Socket {
        // What follows the path may hold a token.
        url: url
            .map(|url| url.split(['?', '#']).next().unwrap_or_default().to_owned())
            .unwrap_or_default(),
        parts: Vec::new(),
        has_text_frame: false,
        unread: 0,
    };
    let messages = entry.get("_webSocketMessages").map_or(&[][..], Node::items);
    for message in messages {
        let from = message.get("type").and_then(Node::text);
        let from = from.and_then(|kind| role(kind.as_bytes()));
        let opcode = message.get("opcode").and_then(Node::byte);
        let (Some(data), Some(from)) = (message.get("data").and_then(Node::text), from) else {
            socket.unread = socket.unread.saturating_add(1);
            continue;
        };
        if data.is_empty() || matches!(opcode, Some(8..=10)) {
            continue;
        }
        let range = node::place(text, data);
        let part = match opcode {
            Some(1) => {
                socket.has_text_frame = true;
                Some(plain(data, range))
            }
            _ => base64(data, range),
        };
        let Some(part) = part else {
            socket.unread = socket.unread.saturating_add(1);
            continue;
        };
        let time = message.get("time").and_then(Node::number);
        socket
            .parts
            .push(part.sent_by(Some(from)).at(time.and_then(milliseconds)));
    }
    socket
}

fn plain(data: &str, range: Option<Range<usize>>) -> Part {
    let mut part = Part::new(data.as_bytes().to_vec(), range.clone().unwrap_or_default());
    if let Some(range) = range {
        part.source.push_dense(range.start, 1, data.len());
    }
    part
}

fn base64(data: &str, range: Option<Range<usize>>) -> Option<Part> {
    let bytes = decoded(data.as_bytes())?;
    let mut part = Part::new(bytes, range.clone().unwrap_or_default());
    if let Some(range) = range {
        let mut source = SourceMap::default();
        source.push_quads(range.start, part.bytes.len(), 2);
        part.source = source;
    }
    Some(part)
}

/// Whether what the client sends, or the server, reads as MQTT.
fn is_mqtt(socket: &Socket) -> bool {
    let of = |role: Role| {
        let parts = socket.parts.iter().filter(|part| part.from == Some(role));
        parts
            .flat_map(|part| part.bytes.clone())
            .collect::<Vec<u8>>()
    };
    [Role::Client, Role::Server]
        .into_iter()
        .any(|role| soundness(&of(role)) >= Soundness::Framed)
}
