//! Bytes that are not MQTT: named before anybody debugs a TLS record as an MQTT packet.
//!
//! [`recognize`] names what the bytes are and what to do about it. [`peel`] takes off what stands
//! around MQTT: WebSocket frames, a PROXY protocol header, the headers of a network packet.
//! [`examine`] does both for bytes of one or two sides of a connection.
//!
//! Bytes that read as sound MQTT packets are never anything else, whatever they begin with.
//!
//! ```
//! use mqttscope_capture::foreign::{Protocol, peel, recognize};
//!
//! let tls = recognize(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]).unwrap();
//! assert_eq!(tls.protocol, Protocol::Tls);
//!
//! let framed = peel(&[0x82, 0x04, 0x20, 0x02, 0x00, 0x00]).unwrap();
//! assert_eq!(framed.bytes, [0x20, 0x02, 0x00, 0x00]);
//!
//! assert_eq!(recognize(&[0xc0, 0x00]), None);
//! ```

use serde::{Deserialize, Serialize};

mod capture_file;
mod connections;
mod doubt;
mod examine;
mod flows;
mod greeting;
mod http;
mod modbus;
pub(crate) mod mqtt_sn;
mod network;
mod peel;
mod proxy;
mod readable;
mod sound;
mod tls;
mod websocket;

pub use doubt::doubt;
pub use examine::{Examined, Inside, InsidePiece, Part, examine, first_is_client};
pub use network::Endpoint;
pub use peel::{Layer, Peeled, Piece, peel};
pub(crate) use readable::is_modem_trace;
pub(crate) use sound::begins_with_connect;
pub use sound::{Soundness, soundness};

/// The length of the PROXY protocol header that the bytes begin with.
pub(crate) fn proxy_header(bytes: &[u8]) -> Option<usize> {
    proxy::header(bytes).map(|header| header.len)
}

/// Which protocol or kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Protocol {
    /// TLS records.
    Tls,
    /// HTTP requests or responses.
    Http,
    /// WebSocket frames, perhaps after their HTTP upgrade.
    WebSocket,
    /// A PROXY protocol header.
    Proxy,
    /// Ethernet, IP, TCP or UDP headers.
    Network,
    /// MQTT-SN messages.
    MqttSn,
    /// Modbus RTU frames.
    Modbus,
    /// An SP header (nanomsg, NNG).
    Nanomsg,
    /// A ZeroMQ greeting.
    ZeroMq,
    /// An AMQP protocol header.
    Amqp,
    /// The version line of SSH.
    Ssh,
    /// AT commands and what a modem answers.
    Modem,
    /// Readable text.
    Text,
    /// A packet capture (pcap or pcapng).
    Capture,
    /// A compressed file or archive.
    Compressed,
    /// A JSON document.
    Json,
    /// Some other kind of file.
    File,
    /// Nobody knows.
    Unknown,
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Something else is nearly as likely.
    Possible,
    /// Nothing else fits as well.
    Likely,
    /// Several fields agree that belong to this protocol only.
    Certain,
}

impl Confidence {
    /// In one or two words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possibly",
            Self::Likely => "very likely",
            Self::Certain => "certain",
        }
    }
}

/// What the bytes are, if not MQTT on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// Which protocol.
    pub protocol: Protocol,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it is, as a noun phrase with what can be told of it: `TLS alert: fatal, …`.
    pub what: String,
    /// What to do about it, in sentences.
    pub advice: String,
}

impl Foreign {
    fn new(
        protocol: Protocol,
        confidence: Confidence,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            protocol,
            confidence,
            what: what.into(),
            advice: advice.into(),
        }
    }
}

/// Says what the bytes are, unless they are MQTT or nothing that is known here.
#[must_use]
pub fn recognize(bytes: &[u8]) -> Option<Foreign> {
    if bytes.is_empty() || soundness(bytes) == Soundness::Sound {
        return None;
    }
    network::recognize(bytes).or_else(|| recognize_payload(bytes))
}

/// The same of what a network packet carries, which is no network packet again: packets within packets
/// could go on without end.
fn recognize_payload(bytes: &[u8]) -> Option<Foreign> {
    if bytes.is_empty() || soundness(bytes) == Soundness::Sound {
        return None;
    }
    greeting::recognize(bytes)
        .or_else(|| proxy::recognize(bytes))
        .or_else(|| tls::recognize(bytes))
        .or_else(|| http::recognize(bytes))
        .or_else(|| websocket::recognize(bytes))
        .or_else(|| modbus::recognize(bytes))
        .or_else(|| mqtt_sn::recognize(bytes))
        .or_else(|| readable::recognize(bytes))
}

/// A number with its noun.
fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests;
