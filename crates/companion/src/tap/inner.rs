//! What a connection's bytes are: MQTT, or a WebSocket that carries it.
//!
//! The bytes themselves pass the tap as they came; this reads a copy of them.

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{FromWebSocket, WebSocketReader};
use mqttscope_wire::Sender;

use super::tape::Ends;

/// See [the module](self).
pub(crate) enum Inner {
    /// These are the client's first bytes, and not enough to say.
    Unknown(Vec<u8>),
    /// They are read as they are.
    Plain,
    WebSocket(Box<WebSocketReader>),
}

impl Inner {
    /// Of a connection that opens. What began before cannot be known by its beginning.
    pub(super) const fn of(ends: &Ends) -> Self {
        if ends.begins {
            Self::Unknown(Vec::new())
        } else {
            Self::Plain
        }
    }

    /// Looks at bytes of a connection that is not known yet. `Some`: they are read as they are, behind these of the client
    /// that came before.
    pub(super) fn settle(&mut self, from: Sender, bytes: &[u8]) -> Option<Vec<u8>> {
        let Self::Unknown(held) = self else {
            return None;
        };
        // A server that speaks first speaks no HTTP.
        let is_plain = from == Sender::Server || {
            let begins = if held.is_empty() {
                WebSocketReader::begins(bytes)
            } else {
                WebSocketReader::begins(&[held, bytes].concat())
            };
            begins == Some(false)
        };
        is_plain.then(|| std::mem::take(held))
    }

    /// Takes bytes that were not [settled](Self::settle). Whether a WebSocket is asked for with them.
    pub(super) fn handle(&mut self, from: Sender, bytes: &[u8]) -> bool {
        let mut asks = false;
        if let Self::Unknown(held) = self {
            held.extend_from_slice(bytes);
            asks = WebSocketReader::begins(held) == Some(true);
            if asks {
                let mut reader = Box::<WebSocketReader>::default();
                reader.handle_bytes(role_of(from), held);
                *self = Self::WebSocket(reader);
            }
        } else if let Self::WebSocket(reader) = self {
            reader.handle_bytes(role_of(from), bytes);
        }
        asks
    }

    /// What was found in a WebSocket.
    pub(super) fn poll(&mut self) -> Option<FromWebSocket<'_>> {
        match self {
            Self::WebSocket(reader) => reader.poll(),
            Self::Unknown(_) | Self::Plain => None,
        }
    }
}

/// A side as a capture names it.
pub(crate) const fn role_of(sender: Sender) -> Role {
    match sender {
        Sender::Client => Role::Client,
        Sender::Server => Role::Server,
    }
}

/// The same the other way.
pub(crate) const fn sender_of(role: Role) -> Sender {
    match role {
        Role::Client => Sender::Client,
        Role::Server => Sender::Server,
    }
}
