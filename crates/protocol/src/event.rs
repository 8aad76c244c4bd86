//! The opening and the closing of a connection: rows of the wire's list that are no packets.

use core::fmt::Write as _;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_view::digits;
use mqttscope_wire::{PacketType, Sender};
use serde::{Deserialize, Serialize};

use super::{Advice, ConnectionId, RecordId, micros};

/// What happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// Its WebSocket, or its link to the built-in broker, opened.
    Opened,
    /// It could not be opened.
    NotOpened,
    /// It closed after it had been open.
    Closed,
    /// The server sent a WebSocket text frame, which is no MQTT.
    TextFrame,
    /// A captured connection begins.
    Begins,
    /// Bytes of a captured connection are missing.
    Gap,
    /// A tap did something to a captured connection on purpose.
    Fault,
    /// A captured connection ended.
    Ended,
    /// A packet that a log tells of in words: by whom. Its bytes are not there.
    Told(Sender),
}

impl EventKind {
    /// What stands in the list where a packet has its type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::NotOpened => "not opened",
            Self::Closed => "closed",
            Self::TextFrame => "text frame",
            Self::Begins => "begins",
            Self::Gap => "gap",
            Self::Fault => "fault",
            Self::Ended => "ended",
            Self::Told(_) => "told",
        }
    }
}

/// Who closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClosedBy {
    /// The person at the page: Disconnect, Cut, Stop, other settings.
    You,
    /// This client by itself, because of something that the server did or did not do.
    Client,
    /// The server said so: with a DISCONNECT, a refusing CONNACK or a WebSocket close frame.
    Server,
    /// The server ended it with a DISCONNECT or a refusing CONNACK, and this client then closed the socket.
    ServerThenClient,
    /// The connection ended without a close frame. A browser does not tell whether the server, a
    /// proxy or the network ended it.
    Unknown,
    /// The tab with the built-in broker was closed.
    Tab,
}

/// The last packet of one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastPacket {
    /// Its place in the log.
    pub record: RecordId,
    /// Its type.
    pub packet_type: PacketType,
    /// The time from it to the event.
    #[serde(with = "micros")]
    pub before: Duration,
}

/// The opening or the closing of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionEvent {
    /// What happened.
    pub kind: EventKind,
    /// Where the connection leads, without query and user: they may hold secrets.
    pub address: String,
    /// Opened or not: the time since the attempt began. Closed: since it had opened. Ended: from its first packet to its last.
    #[serde(with = "micros")]
    pub after: Duration,
    /// Who closed it.
    pub by: Option<ClosedBy>,
    /// The WebSocket close code, where the browser told one.
    pub code: Option<u16>,
    /// The words that came with the code; of a packet that is told, its type's name.
    pub reason: String,
    /// Why, in a few words (of a packet that is told, what the log says of it; of a captured connection that begins, its
    /// version and what shows it): `cut by you`, `Session taken over`; empty where nothing is known.
    pub cause: String,
    /// Whether a CONNACK had accepted the client.
    pub was_accepted: bool,
    /// The Client Identifier that it had; empty where the event is no end.
    pub client_identifier: String,
    /// The last packet that was sent.
    pub last_sent: Option<LastPacket>,
    /// The last packet that came.
    pub last_received: Option<LastPacket>,
    /// The time to the next attempt; none: there will be none.
    #[serde(with = "micros::option")]
    pub retry_in: Option<Duration>,
    /// What may be the cause, the likeliest first.
    pub advice: Vec<Advice>,
}

/// An event with its place: the answer to [`super::Command::Inspect`] for a row that is no packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// Its place in the log.
    pub record: RecordId,
    /// The connection it happened to.
    pub connection: ConnectionId,
    /// When, since 1970.
    pub at: Instant,
    /// The event.
    pub event: ConnectionEvent,
}

impl ConnectionEvent {
    /// What stands in the list where a packet has its type.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Who closed it, in words.
    #[must_use]
    pub fn by_whom(&self) -> &'static str {
        match self.by {
            Some(ClosedBy::You) if self.kind == EventKind::NotOpened => "given up by you",
            Some(ClosedBy::You) => "by you",
            Some(ClosedBy::Client) => "by this client",
            Some(ClosedBy::Server | ClosedBy::ServerThenClient) => "by the server",
            Some(ClosedBy::Tab) => "with the tab that held the broker",
            Some(ClosedBy::Unknown) if self.kind == EventKind::Closed => {
                "by the server or the network"
            }
            Some(ClosedBy::Unknown) | None => "",
        }
    }

    /// What became of the socket of a connection that a packet of the server had ended, in words.
    #[must_use]
    pub const fn socket(&self) -> &'static str {
        match self.by {
            Some(ClosedBy::ServerThenClient) => "this client closed the socket after that",
            _ => "",
        }
    }

    /// All of it in one line: who, after how long, the code, why.
    #[must_use]
    pub fn line(&self) -> String {
        self.told(false)
    }

    /// The same for a list, whose rows may have no room for all of it: why it closed comes first.
    #[must_use]
    pub fn row(&self) -> String {
        self.told(matches!(
            self.kind,
            EventKind::Closed | EventKind::NotOpened
        ))
    }

    fn told(&self, why_first: bool) -> String {
        match self.kind {
            EventKind::Begins => return self.address.clone(),
            EventKind::Gap | EventKind::Fault | EventKind::Told(_) | EventKind::TextFrame => {
                return self.cause.clone();
            }
            _ => {}
        }
        let mut line = String::new();
        let (first, last) = if why_first {
            (&*self.cause, "")
        } else {
            ("", &*self.cause)
        };
        if !first.is_empty() {
            let _ = write!(line, "{first} · ");
        }
        line.push_str(self.by_whom());
        let gap = if self.by_whom().is_empty() { "" } else { " " };
        // Writing into a String does not fail. The end of a captured connection is told as the list of connections tells it.
        let _ = match self.kind {
            EventKind::Ended => write!(line, "{gap}lasted {}", digits::duration(self.after)),
            _ => write!(line, "{gap}after {}", duration(self.after)),
        };
        if let Some(code) = self.code {
            let _ = write!(line, " · WebSocket code {code}");
        }
        if !self.reason.is_empty() {
            let _ = write!(line, " “{}”", self.reason);
        }
        if !last.is_empty() {
            let _ = write!(line, " · {last}");
        }
        if !self.socket().is_empty() {
            let _ = write!(line, "; {}", self.socket());
        }
        if self.kind == EventKind::Opened {
            let _ = write!(line, " · {}", self.address);
        }
        line
    }
}

/// A duration as a person reads it: `12 ms`, `3.2 s`, `4 min 10 s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1_000.0;
    if ms < 1_000.0 {
        return format!("{ms:.0} ms");
    }
    if ms < 60_000.0 {
        return format!("{:.1} s", ms / 1_000.0);
    }
    let seconds = (ms / 1_000.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours} h {minutes} min")
    } else {
        format!("{minutes} min {seconds} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, by: Option<ClosedBy>) -> ConnectionEvent {
        ConnectionEvent {
            kind,
            address: "ws://h:9001/".into(),
            after: Duration::from_millis(3_200),
            by,
            code: None,
            reason: String::new(),
            cause: String::new(),
            was_accepted: true,
            client_identifier: String::new(),
            last_sent: None,
            last_received: None,
            retry_in: None,
            advice: Vec::new(),
        }
    }

    #[test]
    fn a_line_says_who_when_and_why() {
        let mut closed = event(EventKind::Closed, Some(ClosedBy::Server));
        closed.code = Some(1000);
        closed.reason = "bye".into();
        closed.cause = "Session taken over".into();
        assert_eq!(
            closed.line(),
            "by the server after 3.2 s · WebSocket code 1000 “bye” · Session taken over"
        );
        assert_eq!(
            closed.row(),
            "Session taken over · by the server after 3.2 s · WebSocket code 1000 “bye”"
        );
        let mut ended = event(EventKind::Closed, Some(ClosedBy::ServerThenClient));
        ended.cause = "DISCONNECT: Session taken over".into();
        assert_eq!(
            ended.line(),
            "by the server after 3.2 s · DISCONNECT: Session taken over; this client closed the socket after that"
        );
        assert_eq!(
            ended.row(),
            "DISCONNECT: Session taken over · by the server after 3.2 s; this client closed the socket after that"
        );
        let captured = event(EventKind::Ended, None);
        assert_eq!(captured.line(), "lasted 3.2 s");
        assert_eq!(captured.row(), captured.line());
        let opened = event(EventKind::Opened, None);
        assert_eq!(opened.line(), "after 3.2 s · ws://h:9001/");
    }

    #[test]
    fn durations_are_short() {
        for (ms, says) in [
            (0, "0 ms"),
            (12, "12 ms"),
            (59_900, "59.9 s"),
            (250_000, "4 min 10 s"),
            (7_260_000, "2 h 1 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), says);
        }
    }
}
