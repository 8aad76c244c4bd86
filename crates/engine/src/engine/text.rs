//! Text frames of a WebSocket, which are no MQTT: a row of the log, a finding, and the end of the connection.

use mqttscope_protocol::{ConnectionEvent, ConnectionId, EventKind};
use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Decoded, PacketType, ProtocolVersion, Sender, decode};

use super::{Closed, Engine, Transport, closing};
use crate::connection::SocketId;
use crate::doctor::End;
use crate::view::cut::cut;

/// Characters of a text frame that are kept.
const MOST_KEPT: usize = 400;
/// Bytes of a packet in one that are shown.
const MOST_HEX: usize = 64;

impl Engine {
    /// A WebSocket brought text, which MQTT does not use: it is closed, and the page is told. `text` may be
    /// the beginning of it only; `length` counts the characters of all of it.
    pub fn handle_text(&mut self, now: Instant, socket: SocketId, text: &str, length: u64) {
        //= [MQTT-6.0.0-1] v5 and v3.1.1: binary frames only
        let Some(&id) = self.sockets.get(&socket) else {
            return self.examined_text(now, socket);
        };
        let name = (self.connections.get(&id)).map(|it| it.profile.shown_name());
        let name = name.unwrap_or_default();
        let version = (self.connections.get(&id)).map(|it| it.stream.version);
        let packet = version.and_then(|version| packet_in(text, version));
        let what = match packet {
            Some(packet) => format!(
                "The text is a {}: it speaks MQTT, in frames of the wrong kind.",
                packet.name()
            ),
            None => "What answers there may not be an MQTT broker.".to_owned(),
        };
        let notice = format!(
            "The server of “{name}” sent text where MQTT wants binary WebSocket frames, so the connection was closed. {what}"
        );
        self.notice(Some(id), true, notice);
        self.text_came(now, id, Some((text, length)));
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.ended(End::TextFrame(packet));
        }
        self.transport.push_back(Transport::Close { socket });
        self.handle_closed(
            now,
            socket,
            &Closed {
                code: 1003,
                was_open: true,
                ..Closed::default()
            },
        );
    }

    /// Writes it down where it came, and as a finding; `text`: its beginning, and how many characters it has. The
    /// companion does not tell what it was.
    pub(super) fn text_came(&mut self, now: Instant, id: ConnectionId, text: Option<(&str, u64)>) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let version = connection.stream.version;
        let says = match text {
            Some((text, length)) => {
                let count = match length {
                    1 => "1 character".to_owned(),
                    length => format!("{length} characters"),
                };
                match packet_in(text, version) {
                    Some(packet) => format!(
                        "{count} of text, not binary, which are a {}: {}",
                        packet.name(),
                        hex(text.as_bytes())
                    ),
                    None => format!("{count} of text, not binary: “{}”", cut(text, MOST_KEPT)),
                }
            }
            None => "text, not binary".to_owned(),
        };
        let event = ConnectionEvent {
            kind: EventKind::TextFrame,
            address: closing::address(&connection.profile.target),
            after: now
                - connection
                    .attempt
                    .opened
                    .unwrap_or(connection.attempt.began),
            by: None,
            code: None,
            reason: String::new(),
            cause: says.clone(),
            was_accepted: false,
            client_identifier: String::new(),
            last_sent: None,
            last_received: None,
            retry_in: None,
            advice: Vec::new(),
        };
        let record = self.log.push_event(now, id, version, &event);
        let says =
            format!("MQTT comes in binary WebSocket frames only, and the server sent {says}");
        self.watch.note_text(id, version, record, says);
    }
}

/// The packet of a server that a text is, byte for byte. No text that people write has its length in a control character.
fn packet_in(text: &str, version: ProtocolVersion) -> Option<PacketType> {
    let context = Context::new(version).sent_by(Sender::Server);
    let first = *text.as_bytes().first()?;
    let is_one = text.contains(char::is_control)
        && matches!(decode(text.as_bytes(), context), Ok(Decoded::Packet { .. }));
    is_one.then(|| PacketType::from_nibble(first >> 4))
}

/// The first bytes of a packet, as hex.
fn hex(bytes: &[u8]) -> String {
    let shown = bytes
        .iter()
        .take(MOST_HEX)
        .map(|byte| format!("{byte:02x}"));
    let mut shown = shown.collect::<Vec<_>>().join(" ");
    if bytes.len() > MOST_HEX {
        shown.push('…');
    }
    shown
}
