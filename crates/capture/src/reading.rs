//! What a pasted text was read as: the shared result of all readers of text.
//!
//! A reader finds parts: stretches of the text that stand for bytes, each with the sender and the
//! time that the text tells. What was not read is in the notes.

use core::ops::Range;

use crate::foreign::Protocol;
use crate::text::{Format, SourceMap};

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that opened the connection.
    Client,
    /// The end that accepted it.
    Server,
}

impl Role {
    /// The one at the other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Something else than MQTT on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Other {
    /// Another protocol, or MQTT inside one.
    Protocol(Protocol),
    /// A log that tells of packets and holds none of their bytes.
    LogWithoutBytes,
}

impl Other {
    /// Its name as the npm package gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogWithoutBytes => "log-without-bytes",
            Self::Protocol(protocol) => match protocol {
                Protocol::Tls => "tls",
                Protocol::Http => "http",
                Protocol::WebSocket => "websocket",
                Protocol::Proxy => "proxy",
                Protocol::Network => "ip",
                Protocol::MqttSn => "mqtt-sn",
                Protocol::Modbus => "modbus",
                Protocol::Nanomsg => "nanomsg",
                Protocol::ZeroMq => "zeromq",
                Protocol::Amqp => "amqp",
                Protocol::Ssh => "ssh",
                Protocol::Modem => "modem",
                Protocol::Text => "text",
                Protocol::Capture => "capture",
                Protocol::Compressed => "compressed",
                Protocol::File => "file",
                Protocol::Json => "json",
                Protocol::Unknown => "unknown",
            },
        }
    }
}

/// A stretch of a text that stands for bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Who sent them, where the text or the bytes tell.
    pub from: Option<Role>,
    /// When, in milliseconds from a moment that all parts share: only differences count.
    pub at_ms: Option<u64>,
    /// Where it begins in the text, in bytes of UTF-8.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where in the text each byte stands. Empty when that is not known: then all of them stand
    /// at `start..end`.
    pub source: SourceMap,
}

impl Part {
    /// Bytes that stand somewhere in `range` of the text.
    #[must_use]
    pub fn new(bytes: Vec<u8>, range: Range<usize>) -> Self {
        Self {
            bytes,
            from: None,
            at_ms: None,
            start: range.start,
            end: range.end,
            source: SourceMap::default(),
        }
    }

    /// The same part with the side that sent it.
    #[must_use]
    pub fn sent_by(self, from: Option<Role>) -> Self {
        Self { from, ..self }
    }

    /// The same part with its time.
    #[must_use]
    pub fn at(self, at_ms: Option<u64>) -> Self {
        Self { at_ms, ..self }
    }
}

/// A text as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextReading {
    /// What the bytes were written as.
    pub format: Format,
    /// What they are, if not MQTT on its own.
    pub other: Option<Other>,
    /// Whether nothing else is nearly as likely.
    pub sure: bool,
    /// The parts in the order of the text.
    pub parts: Vec<Part>,
    /// Other ways to read the text, the likeliest first.
    pub alternatives: Vec<Format>,
    /// What a person should know, one sentence each, without a full stop.
    pub notes: Vec<String>,
}
