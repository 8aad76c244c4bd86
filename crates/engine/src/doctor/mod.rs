//! The connection doctor: why a connection may not work, as far as a browser can know.
//!
//! A browser hides why a WebSocket failed, so that pages cannot explore a network. What is left is
//! the address, the time it took, the close code and what MQTT said; from that come guesses, the
//! likeliest first. None is a certainty, and none is worded as one unless the server said it.

mod address;
mod connected;
mod opened;
mod opening;
mod said;

pub use address::{Address, AddressError};

use core::time::Duration;

use mqttscope_wire::{PacketType, ProtocolVersion, ReasonCode};

use crate::brokers::{self, BROKERS};
use crate::protocol::{Advice, Target};

/// A connection that does not work: what is known of it.
#[derive(Clone, Debug)]
pub struct Trouble<'a> {
    /// Where it went.
    pub target: &'a Target,
    /// Whether the page itself came over HTTPS.
    pub page_is_secure: bool,
    /// The version that was spoken.
    pub version: ProtocolVersion,
    /// How far it came.
    pub phase: Phase,
    /// How it ended.
    pub end: End,
    /// How long the phase lasted.
    pub lasted: Duration,
    /// How long nothing had come from the server before the end.
    pub silence: Duration,
    /// Seconds of the Keep Alive in force; 0: none.
    pub keep_alive: u16,
    /// Whether the CONNECT has a User Name.
    pub has_user_name: bool,
    /// Whether the CONNECT has no client identifier.
    pub is_anonymous: bool,
    /// Clean Start of the CONNECT.
    pub clean_start: bool,
}

/// How far a connection came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The WebSocket did not open.
    Opening,
    /// It opened, and no CONNACK has accepted the client.
    Opened,
    /// A CONNACK had accepted the client.
    Connected,
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The browser does not take the address.
    Address,
    /// The WebSocket closed.
    Closed {
        /// The close code (RFC 6455 section 7.4); 1006: none came.
        code: u16,
        /// The words that came with it.
        reason: String,
    },
    /// This packet did not come in time.
    TimedOut(PacketType),
    /// A CONNACK or DISCONNECT of the server ended it.
    Said {
        /// Which of the two.
        packet_type: PacketType,
        /// Its code.
        reason_code: ReasonCode,
        /// Its Reason String.
        reason: Option<String>,
        /// Its Server Reference.
        server_reference: Option<String>,
    },
    /// The CONNACK refused a version 5 CONNECT in the form of 3.1.1; the name of its return code.
    AnsweredAsV3_1_1(&'static str),
    /// A text frame came.
    TextFrame,
    /// The server broke the protocol; says how, in a sentence.
    Fault(String),
}

/// What may be the matter, the likeliest first.
#[must_use]
pub fn advise(trouble: &Trouble<'_>) -> Vec<Advice> {
    let mut guesses = Guesses::default();
    match (trouble.target, &trouble.end) {
        (_, End::TextFrame) => {
            guesses
                .add(
                    100,
                    "The server sent a text frame, and MQTT comes in binary frames only.",
                    "Check that the path leads to the server's MQTT, not to something else that speaks WebSocket.",
                )
                .statement(trouble.version, "MQTT-6.0.0-1", "MQTT-6.0.0-1");
        }
        (_, End::AnsweredAsV3_1_1(name)) => {
            guesses.add(
                100,
                format!("The server does not speak version 5: it answered as 3.1.1 ({name})."),
                "Connect with version 3.1.1.",
            );
        }
        (_, End::Fault(words)) => {
            guesses.add(
                100,
                format!("The server broke a rule: {words}"),
                "Select the last packet in the wire's list: what is wrong with it is marked there.",
            );
        }
        (_, End::Said { .. }) => said::guess(trouble, &mut guesses),
        (Target::BuiltIn, _) => built_in(trouble, &mut guesses),
        (Target::WebSocket(url), end) => match Address::parse(url) {
            Err(error) => opening::bad_address(url, &error, &mut guesses),
            Ok(address) => match trouble.phase {
                Phase::Opening => opening::guess(trouble, &address, &mut guesses),
                Phase::Opened => opened::guess(trouble, &address, end, &mut guesses),
                Phase::Connected => connected::guess(trouble, end, &mut guesses),
            },
        },
    }
    guesses.ranked()
}

fn built_in(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    if trouble.phase == Phase::Opening {
        guesses.add(
            80,
            "The tab that holds the built-in broker does not answer.",
            "Close the other tabs of this page, or bring them to the front once, and connect again.",
        );
    } else {
        guesses.add(
            80,
            "The tab that held the built-in broker was closed, and its sessions are gone with it.",
            "Connect again: another tab holds the broker now.",
        );
    }
}

/// Guesses, each with how likely it is, of 100.
#[derive(Debug, Default)]
struct Guesses(Vec<(u8, Advice)>);

impl Guesses {
    fn add(
        &mut self,
        likelihood: u8,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> &mut Self {
        self.0.push((
            likelihood,
            Advice {
                cause: cause.into(),
                remedy: remedy.into(),
                configuration: String::new(),
                statement: None,
            },
        ));
        self
    }

    /// Lines of configuration for the guess that was added last.
    fn configuration(&mut self, lines: impl Into<String>) -> &mut Self {
        if let Some((_, advice)) = self.0.last_mut() {
            advice.configuration = lines.into();
        }
        self
    }

    /// What the guess that was added last rests on, in version 5 and in 3.1.1.
    fn statement(&mut self, version: ProtocolVersion, v5: &str, v3_1_1: &str) -> &mut Self {
        let id = match version {
            ProtocolVersion::V5 => v5,
            ProtocolVersion::V3_1_1 => v3_1_1,
            _ => "",
        };
        if let Some((_, advice)) = self.0.last_mut() {
            advice.statement = (!id.is_empty()).then(|| id.to_owned());
        }
        self
    }

    fn ranked(mut self) -> Vec<Advice> {
        self.0
            .sort_by_key(|&(likelihood, _)| core::cmp::Reverse(likelihood));
        self.0.into_iter().map(|(_, advice)| advice).collect()
    }
}

/// The lines that open a WebSocket listener: of the broker that the address looks like, else of all
/// that have one.
fn listener_lines(address: &Address) -> String {
    match brokers::guess(&address.host, address.port) {
        Some(broker) => broker.listener.to_owned(),
        None => all(|broker| broker.port.map(|_| broker.listener)),
    }
}

/// The lines that let a client in.
fn access_lines(target: &Target) -> String {
    let Target::WebSocket(url) = target else {
        return String::new();
    };
    match Address::parse(url).map(|address| brokers::guess(&address.host, address.port)) {
        Ok(Some(broker)) => broker.access.to_owned(),
        _ => all(|broker| Some(broker.access)),
    }
}

fn all(lines: impl Fn(&brokers::Broker) -> Option<&'static str>) -> String {
    BROKERS
        .iter()
        .filter_map(|broker| lines(broker).map(|lines| format!("{}:\n{lines}", broker.name)))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests;
