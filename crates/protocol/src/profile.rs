//! A connection as it is kept: where to, who as, and everything a CONNECT can carry.

use mqttscope_answers::{Answer, Table};
use mqttscope_view::escape::visible;
use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

use super::{Bridged, MessageDraft, SubscriptionDraft, version, without_address_secrets};

/// A connection's settings. Its secrets are [`Profile::password`],
/// [`ConnectProperties::authentication_data`], the text of a key in [`Profile::bridged`], and in the addresses the query and
/// what stands before the host; see [`Profile::without_secrets`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What tells it from others in storage.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Where the server is.
    pub target: Target,
    /// In which version.
    #[serde(with = "version")]
    pub version: ProtocolVersion,
    /// Empty: the server assigns one (3.1: one is made up).
    pub client_identifier: String,
    /// Clean Start in version 5, Clean Session before.
    pub clean_start: bool,
    /// Seconds; 0 turns it off.
    pub keep_alive: u16,
    /// The User Name.
    pub user_name: Option<String>,
    /// The Password, as text.
    pub password: Option<String>,
    /// Whether the secrets are kept in storage too.
    pub keep_secrets: bool,
    /// What the server publishes when the connection is lost.
    pub will: Option<WillDraft>,
    /// Sent in version 5 only.
    pub properties: ConnectProperties,
    /// None: one attempt only.
    pub reconnect: Option<Reconnect>,
    /// Repeated topics are sent by alias where the server takes them.
    pub automatic_topic_alias: bool,
    /// Subscriptions that are made once connected.
    pub subscriptions: Vec<SubscriptionDraft>,
    /// What messages are answered with.
    pub answers: Vec<Answer>,
    /// What the answers look up and change.
    pub tables: Vec<Table>,
    /// What a person sends to see what the server does: bytes and cases, as they are written.
    pub cases: Vec<String>,
    /// How the companion opens it.
    pub bridged: Bridged,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// The broker in the page, shared by all tabs of this browser.
    BuiltIn,
    /// A `ws://` or `wss://` address.
    WebSocket(String),
    /// An `mqtt://`, `mqtts://` or `unix://` address, which takes the companion.
    Socket(String),
}

impl Target {
    /// What an address leads to, by how it begins.
    #[must_use]
    pub fn of_address(address: &str) -> Self {
        let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
        let is_socket = ["mqtt", "mqtts", "unix"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        if is_socket {
            Self::Socket(address.to_owned())
        } else {
            Self::WebSocket(address.to_owned())
        }
    }

    /// Its address; none: the broker in the page.
    #[must_use]
    pub const fn address(&self) -> Option<&String> {
        match self {
            Self::BuiltIn => None,
            Self::WebSocket(address) | Self::Socket(address) => Some(address),
        }
    }

    /// The host as it is written, without the brackets of IPv6, and the port, also where it is that of the scheme; none: it has
    /// none.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        let (scheme, rest) = self.address()?.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?;
        let usual = match &*scheme.to_ascii_lowercase() {
            "ws" => 80,
            "wss" => 443,
            "mqtt" => 1883,
            "mqtts" => 8883,
            _ => return None,
        };
        let (host, port) = match host.rsplit_once(':') {
            // An IPv6 address has colons of its own, in brackets.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (host, usual),
        };
        Some((host.trim_start_matches('[').trim_end_matches(']'), port))
    }

    /// Whether TLS is spoken there.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let scheme = self.address().and_then(|address| address.split_once(':'));
        scheme.is_some_and(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("mqtts") || scheme.eq_ignore_ascii_case("wss")
        })
    }
}

/// A Will Message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WillDraft {
    /// The message.
    pub message: MessageDraft,
    /// Seconds between the loss and the message (version 5).
    pub delay_interval: Option<u32>,
}

/// The properties of a CONNECT (version 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectProperties {
    /// Seconds; 4,294,967,295 keeps the session for ever.
    pub session_expiry_interval: Option<u32>,
    /// Messages of QoS 1 and 2 that may be on their way at once.
    pub receive_maximum: Option<u16>,
    /// Bytes.
    pub maximum_packet_size: Option<u32>,
    /// Aliases that are understood.
    pub topic_alias_maximum: Option<u16>,
    /// Whether response information is wanted.
    pub request_response_information: Option<bool>,
    /// Whether reasons are wanted in words.
    pub request_problem_information: Option<bool>,
    /// Pairs, in order.
    pub user_properties: Vec<(String, String)>,
    /// The Authentication Method; `SCRAM-SHA-256` is answered with user name and password.
    pub authentication_method: Option<String>,
    /// The Authentication Data.
    pub authentication_data: Option<serde_bytes::ByteBuf>,
}

/// When and how often to try again. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconnect {
    /// The first wait.
    pub first_ms: u32,
    /// The longest wait.
    pub longest_ms: u32,
    /// None: for ever.
    pub attempts: Option<u32>,
}

impl Reconnect {
    /// The shortest first wait: whoever takes the milliseconds for seconds must not storm a broker.
    pub const SHORTEST_FIRST_MS: u32 = 500;
    /// The shortest longest wait.
    pub const SHORTEST_LONGEST_MS: u32 = 2_000;
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            target: Target::BuiltIn,
            version: ProtocolVersion::V5,
            client_identifier: String::new(),
            clean_start: true,
            keep_alive: 60,
            user_name: None,
            password: None,
            keep_secrets: false,
            will: None,
            properties: ConnectProperties::default(),
            reconnect: Some(Reconnect {
                first_ms: 1000,
                longest_ms: 30_000,
                attempts: None,
            }),
            automatic_topic_alias: false,
            subscriptions: Vec::new(),
            answers: Vec::new(),
            tables: Vec::new(),
            cases: Vec::new(),
            bridged: Bridged::default(),
        }
    }
}

impl Profile {
    /// The most [`Profile::cases`].
    pub const MOST_CASES: usize = 50;

    /// The name as it is shown: an imported one may hold characters that cannot be seen.
    #[must_use]
    pub fn shown_name(&self) -> String {
        visible(&self.name).into_owned()
    }

    /// The same without what nobody else may read.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        self.password = None;
        self.properties.authentication_data = None;
        if let Target::WebSocket(address) | Target::Socket(address) = &mut self.target {
            *address = without_address_secrets(address);
        }
        self.bridged = self.bridged.without_secrets();
        self
    }

    /// Whether there is anything in it that nobody else may read.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        *self != self.clone().without_secrets()
    }
}
