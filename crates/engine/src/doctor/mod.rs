//! The connection doctor: why a connection may not work, as far as a browser can know.
//!
//! A browser hides why a WebSocket failed, so that pages cannot explore a network. What is left is
//! the address, the time it took, the close code and what MQTT said; from that come guesses, the
//! likeliest first. None is a certainty, and none is worded as one unless the server said it.

mod address;
pub(crate) mod bridged;
mod connected;
mod opened;
mod opening;
mod said;

pub use address::{Address, AddressError};

use core::time::Duration;

use mqttscope_protocol::brokers::{self, BROKERS};
use mqttscope_protocol::{Action, Advice, BridgeFailure, Target, bare_address};
use mqttscope_wire::{PacketType, ProtocolVersion, ReasonCode};

use crate::hub;

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
    /// How long nothing came from the server before the end.
    pub silence: Duration,
    /// Seconds of the Keep Alive in force; 0: none.
    pub keep_alive: u16,
    /// Whether the CONNECT has a User Name.
    pub has_user_name: bool,
    /// Whether the CONNECT has no client identifier.
    pub is_anonymous: bool,
    /// Clean Start of the CONNECT.
    pub clean_start: bool,
    /// What else is known: no guess goes against it.
    pub known: Known,
}

/// What the page knows beside the attempt itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The time of day until which a connection to this address worked; none: none has.
    pub worked_until: Option<String>,
    /// Whether a connection to this address was accepted in this version before.
    pub worked_with_version: bool,
    /// Whether an attempt at this address failed shortly before: a browser then waits for some seconds before it tries
    /// again, so that time says little.
    pub failed_before: bool,
    /// Whether another connection to this address is accepted at this moment.
    pub is_open_elsewhere: bool,
    /// The name of the connection of this page that took the place of this one: to the same address, by
    /// the same identifier, opened just now.
    pub rival: Option<String>,
    /// The page itself came from this host and port: a web server listens there.
    pub is_of_page: bool,
    /// What came of a packet within which it ended: `6 of 300 bytes of a PUBLISH had come`.
    pub half: Option<String>,
    /// Accepted connections in a row, with this one, that ended within seconds and without a word.
    pub quick_ends: u32,
    /// Another client identifier, under which an accepted connection to this server ended as soon.
    pub ended_as: Option<String>,
    /// The client identifier in force; empty: none is known.
    pub client_identifier: String,
    /// What was sent right before the end and was not answered.
    pub doubt: Option<Doubt>,
    /// What was sent last, where it breaks a rule.
    pub own_fault: Option<OwnFault>,
}

impl Known {
    /// Whether the address is beyond doubt: host, port, TLS, path and subprotocol.
    const fn is_address_good(&self) -> bool {
        self.worked_until.is_some() || self.is_open_elsewhere
    }
}

/// A packet that the server may have objected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its type.
    pub packet_type: PacketType,
    /// The topic of a PUBLISH, the filters of a SUBSCRIBE.
    pub what: String,
    /// Its bytes.
    pub size: u32,
    /// How long before the end it was sent.
    pub before: Duration,
}

/// A packet of this client that breaks a rule, sent on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFault {
    /// Its type.
    pub packet_type: PacketType,
    /// Which rule, in a sentence.
    pub words: String,
    /// The statement that it breaks.
    pub statement: Option<String>,
    /// How long before the end it was sent.
    pub before: Duration,
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
    /// The companion does not open it, or could not go on; it knows why.
    Bridge(BridgeFailure),
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
    /// A text frame came; the packet whose bytes it held, where it held one.
    TextFrame(Option<PacketType>),
    /// The server broke the protocol.
    Fault {
        /// How, in a sentence.
        words: String,
        /// In which packet, where that is known.
        packet: Option<PacketType>,
        /// The statement that it breaks.
        statement: Option<String>,
    },
    /// The server speaks another protocol.
    Foreign {
        /// Which: `HTTP`.
        protocol: &'static str,
        /// Its first line, where it is text.
        line: Option<String>,
    },
    /// A packet of this many bytes came, more than is kept here; nobody had told the server of a limit.
    LargerThanKept(usize),
    /// A CONNECT of version 5 was answered in the form of 3.1.1.
    OlderVersion,
    /// The person cut the connection.
    Cut,
    /// A fault of the person's did something to the connection for which nobody is to blame.
    Struck,
}

/// Whether an end can come from another client that took the session over.
#[must_use]
pub fn may_be_takeover(end: &End) -> bool {
    match end {
        End::Closed { .. } => true,
        End::Said {
            packet_type,
            reason_code,
            ..
        } => {
            *packet_type == PacketType::Disconnect && *reason_code == ReasonCode::SESSION_TAKEN_OVER
        }
        _ => false,
    }
}

/// What may be the matter, the likeliest first.
#[must_use]
pub fn advise(trouble: &Trouble<'_>) -> Vec<Advice> {
    let mut guesses = Guesses::default();
    match (trouble.target, &trouble.end) {
        (_, End::TextFrame(packet)) => {
            let (cause, remedy) = match packet {
                Some(packet) => (
                    format!(
                        "The server sent a {} in a text frame, and MQTT comes in binary frames only.",
                        packet.name()
                    ),
                    "It speaks MQTT, but it, or a proxy before it, writes its packets into frames of the wrong kind: update it or report it.",
                ),
                None => (
                    "The server sent a text frame, and MQTT comes in binary frames only."
                        .to_owned(),
                    "Check that the path leads to the server's MQTT, not to something else that speaks WebSocket.",
                ),
            };
            guesses.add(100, cause, remedy).statement(
                trouble.version,
                "MQTT-6.0.0-1",
                "MQTT-6.0.0-1",
            );
        }
        (_, End::Cut) => {
            guesses
                .add(
                    100,
                    "You cut the connection: the link was dropped without a DISCONNECT, as when a cable is pulled.",
                    "Nothing to repair. The server publishes the Will Message, if there is one, and keeps the session for as long as the Session Expiry Interval allows.",
                )
                .certain();
        }
        (_, End::Struck) => {
            guesses
                .add(
                    100,
                    "A fault that you have set did this to the connection: its row in the list of packets says what.",
                    "Nothing to repair. Without the fault (Faults, beside the connections) it would go on.",
                )
                .certain();
        }
        (_, End::OlderVersion) => {
            guesses
                .add(
                    100,
                    "This server does not speak version 5: it answered the CONNECT in the form of version 3.1.1.",
                    "Connect with version 3.1.1.",
                )
                .certain()
                .action(Action::UseVersion(ProtocolVersion::V3_1_1))
                .statement(trouble.version, "MQTT-3.1.2-2", "");
        }
        (_, End::LargerThanKept(len)) => {
            guesses
                .add(
                    100,
                    format!(
                        "The server announced a packet of {len} bytes. That is allowed, but more than this page keeps of one packet, so it closed the connection."
                    ),
                    "Look for a retained or queued message of this size. With version 5, a Maximum Packet Size in the CONNECT keeps the server from sending it.",
                )
                .certain();
        }
        (
            _,
            End::Fault {
                words,
                packet,
                statement,
            },
        ) => {
            let packet = packet.map_or("packet", PacketType::name);
            let verb = match words.chars().next() {
                // A sentence of its own.
                Some(first) if first.is_uppercase() || first.is_numeric() => format!(" {words}"),
                _ => format!(" {}", capitalized(words)),
            };
            guesses
                .add(
                    100,
                    format!("The server's {packet} breaks a rule of the standard, so this client closed the connection.{verb}"),
                    "Select that packet in the list: its bytes and the broken rule are shown there. This is a fault of the server, so update it or report it.",
                )
                .certain();
            if let Some((_, advice)) = guesses.0.last_mut() {
                advice.statement.clone_from(statement);
            }
        }
        (target, End::Foreign { protocol, line }) => {
            opened::foreign(target, protocol, line.as_deref(), &mut guesses);
        }
        (_, End::Bridge(failure)) => bridged::guess(failure, &mut guesses),
        (_, End::Closed { .. } | End::Said { .. }) if own_fault(trouble, &mut guesses) => {}
        (_, End::Said { .. }) => said::guess(trouble, &mut guesses),
        (Target::BuiltIn, _) if taken_over(trouble, &mut guesses) => {}
        (Target::BuiltIn, _) => built_in(trouble, &mut guesses),
        (Target::Socket(_), end) => match trouble.phase {
            Phase::Opening => {
                guesses.add(
                    60,
                    "The companion was still at it when this client stopped waiting.",
                    "Start it with a shorter --bridge-patience to hear which step takes so long.",
                );
            }
            Phase::Opened => bridged::no_connack(trouble, &mut guesses),
            Phase::Connected => connected::guess(trouble, end, &mut guesses),
        },
        (Target::WebSocket(url), end) => match parsed(url, &trouble.known) {
            Err(error) => opening::bad_address(url, &error, &mut guesses),
            Ok(address) => match trouble.phase {
                Phase::Opening => opening::guess(trouble, &address, &mut guesses),
                Phase::Opened => opened::guess(trouble, &address, end, &mut guesses),
                Phase::Connected => connected::guess(trouble, end, &mut guesses),
            },
        },
    }
    if let Some(half) = &trouble.known.half {
        broke_off(half, trouble, &mut guesses);
    }
    let mut advice = guesses.ranked();
    for one in &mut advice {
        one.version = trouble.version;
    }
    advice
}

/// Whether the connection ended over a packet of ours that breaks a rule: a server has to close it then.
fn own_fault(trouble: &Trouble<'_>, guesses: &mut Guesses) -> bool {
    let fault = trouble.known.own_fault.as_ref();
    let Some(fault) = fault.filter(|fault| fault.before <= connected::CLOSELY) else {
        return false;
    };
    let article = match fault.packet_type {
        PacketType::Unsubscribe | PacketType::Unsuback | PacketType::Auth => "an",
        _ => "a",
    };
    guesses.add(
        100,
        format!(
            "This client sent {article} {} that breaks a rule of the standard, and the server ended the connection {} ms later, as it has to. {}",
            fault.packet_type.name(),
            fault.before.as_millis(),
            capitalized(&fault.words)
        ),
        "Select that packet in the list: its bytes and the broken rule are shown there.",
    );
    if let Some((_, advice)) = guesses.0.last_mut() {
        advice.statement.clone_from(&fault.statement);
    }
    true
}

/// The server began a packet and did not finish it.
fn broke_off(half: &str, trouble: &Trouble<'_>, guesses: &mut Guesses) {
    let (cause, remedy) = match trouble.end {
        End::Closed { .. } => (
            format!("The connection ended within a packet: {half}."),
            "What sent it was not finished: the server was stopped, crashed or met a limit, or the network or a proxy broke. Its log says which.",
        ),
        End::TimedOut(_) => (
            format!(
                "The server began a packet and did not finish it: {half}, and then nothing for {}. So this client closed the connection.",
                connected::seconds(trouble.silence)
            ),
            "The server hangs, or something between holds its bytes back. Its log says which.",
        ),
        _ => return,
    };
    guesses.add(100, cause, remedy).certain();
}

/// The address. One that was connected to is right, though a browser leaves out the name and password in it.
fn parsed(url: &str, known: &Known) -> Result<Address, AddressError> {
    match Address::parse(url) {
        Err(AddressError::UserInfo) if known.is_address_good() => {
            Address::parse(&bare_address(url))
        }
        parsed => parsed,
    }
}

/// Whether another connection of this page has taken the place of this one: then that is the cause.
fn taken_over(trouble: &Trouble<'_>, guesses: &mut Guesses) -> bool {
    let Some(rival) = trouble
        .known
        .rival
        .as_ref()
        .filter(|_| may_be_takeover(&trouble.end))
    else {
        return false;
    };
    guesses
        .add(
            100,
            format!(
                "Your connection “{rival}” uses the same Client Identifier, `{}`: a server keeps one connection for each identifier, and closed the older one.",
                trouble.known.client_identifier
            ),
            "Connect with another identifier, or close the other connection.",
        )
        .certain()
        .action(Action::ChangeClientIdentifier)
        .statement(trouble.version, "MQTT-3.1.4-3", "MQTT-3.1.4-2");
    true
}

fn built_in(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    let was_closed_by_broker = matches!(&trouble.end, End::Closed { reason, .. }
        if reason.is_empty() || reason == hub::BROKER_CLOSED);
    if trouble.phase == Phase::Opening {
        guesses.add(
            80,
            "The tab that holds the built-in broker does not answer.",
            "Close the other tabs of this page, or bring them to the front once, and connect again.",
        );
    } else if was_closed_by_broker || !matches!(trouble.end, End::Closed { .. }) {
        connected::guess(trouble, &trouble.end, guesses);
    } else {
        guesses.add(
            80,
            "The tab that held the built-in broker was closed, and its sessions are gone with it.",
            "Connect again: another tab holds the broker now.",
        );
    }
}

fn capitalized(words: &str) -> String {
    let mut rest = words.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
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
                shown: String::new(),
                statement: None,
                version: ProtocolVersion::V5,
                is_certain: false,
                action: None,
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

    /// What the server has shown, for the guess that was added last.
    fn shown(&mut self, lines: impl Into<String>) -> &mut Self {
        if let Some((_, advice)) = self.0.last_mut() {
            advice.shown = lines.into();
        }
        self
    }

    /// The guess that was added last is none: it is known.
    fn certain(&mut self) -> &mut Self {
        if let Some((_, advice)) = self.0.last_mut() {
            advice.is_certain = true;
        }
        self
    }

    /// What the page can do about the guess that was added last.
    fn action(&mut self, action: Action) -> &mut Self {
        if let Some((_, advice)) = self.0.last_mut() {
            advice.action = Some(action);
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
        // What is known leaves nothing to guess.
        let is_known = self.0.first().is_some_and(|(_, advice)| advice.is_certain);
        self.0
            .into_iter()
            .map(|(_, advice)| advice)
            .filter(|advice| !is_known || advice.is_certain)
            .collect()
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
