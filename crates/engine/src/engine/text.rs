//! Text frames of a WebSocket, which are no MQTT: a row of the log, a finding, and the end of the connection.

use mqttscope_protocol::{ConnectionEvent, ConnectionId, EventKind};
use mqttscope_shared::Instant;

use super::{Closed, Engine, Transport, closing};
use crate::connection::SocketId;
use crate::doctor::End;
use crate::view::cut::cut;

/// Characters of a text frame that are kept.
const MOST_KEPT: usize = 400;

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
        let notice = format!(
            "The server of “{name}” sent text where MQTT wants binary WebSocket frames, so the connection was closed. \
             What answers there may not be an MQTT broker."
        );
        self.notice(Some(id), true, notice);
        self.text_came(now, id, Some((text, length)));
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.ended(End::TextFrame);
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
        let says = match text {
            Some((text, 1)) => format!("1 character of text, not binary: {text}"),
            Some((text, length)) => {
                let shown = cut(text, MOST_KEPT);
                format!("{length} characters of text, not binary: {shown}")
            }
            None => "text, not binary".to_owned(),
        };
        let version = connection.stream.version;
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
