//! What a client is told before it connects.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Message;
use mqttscope_wire::{
    BinaryData, Connect, ControlPacket, EncodeError, Properties, PropertiesBuf, ProtocolVersion,
    Utf8EncodedString, WillMessage,
};

/// Everything a CONNECT can carry, and how the client behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The version of the connection.
    pub version: ProtocolVersion,
    /// May be empty, except in version 3.1: the server then chooses one.
    pub client_identifier: String,
    /// Begin a new session. In version 5 this holds for the first connection after a
    /// [`super::Command::Connect`]; later ones go on with the session if it lasts. Before version 5
    /// (Clean Session) it holds for each, and no session is kept.
    ///
    /// A client that sets it to false and is started anew knows nothing of the session that the server
    /// may have kept, and version 5 has it close the connection then, [MQTT-3.2.2-4]: it ends in
    /// [`super::ProtocolError::UnknownSession`] and is not tried again. Either keep what
    /// [`super::Client::save`] gives and [`super::Client::restore`] it, or set
    /// [`Options::accept_unknown_session`].
    pub clean_start: bool,
    /// Seconds; 0: off.
    pub keep_alive: u16,
    /// For authentication.
    pub user_name: Option<String>,
    /// For authentication.
    pub password: Option<Vec<u8>>,
    /// What is published when the connection is lost, with the Will Properties.
    pub will: Option<Message>,
    /// The properties of the CONNECT (version 5). Receive Maximum, Maximum Packet Size and Topic
    /// Alias Maximum among them bind the server, and the client checks that.
    pub properties: PropertiesBuf,
    /// From the request for a transport to the CONNACK.
    pub connect_timeout: Duration,
    /// From a PINGREQ to the PINGRESP.
    pub ping_timeout: Duration,
    /// Whether and how a lost connection, or one that failed, is tried again.
    pub reconnect: Option<Reconnect>,
    /// Messages of QoS 1 and 2 are acknowledged when the application says so
    /// ([`super::Command::Acknowledge`]).
    pub manual_acknowledgement: bool,
    /// Messages without Correlation Data are received and acknowledged but not given as
    /// [`super::Event::Message`]: for an application that reads the bytes itself and only waits for
    /// answers. Without meaning where `manual_acknowledgement` is set.
    pub answers_only: bool,
    /// Outgoing messages get Topic Aliases while the server accepts some.
    pub automatic_topic_alias: bool,
    /// Messages of QoS 0 wait for a connection too; otherwise they are given up.
    pub queue_qos_0: bool,
    /// Go on when the server has a session that this client knows nothing of. Version 5 asks to
    /// close the connection then, [MQTT-3.2.2-4].
    pub accept_unknown_session: bool,
    /// Ask again for what was subscribed to whenever the server has no session. The answers carry
    /// [`super::Ticket::RENEWAL`].
    pub renew_subscriptions: bool,
    /// PUBLISH packets of QoS 1 and 2 that may be open at a server that cannot say its Receive
    /// Maximum, before version 5; at least 1. Brokers keep only so many (mosquitto 20) and some lose
    /// messages beyond.
    pub assumed_receive_maximum: u16,
    /// What is kept at most.
    pub limits: Limits,
    /// Where the jitter of reconnecting begins. None: it comes of the Client Identifier, so give one
    /// where the server is to choose that.
    pub seed: Option<u64>,
}

/// How a connection is tried again: after `first`, then after twice as long each time up to
/// `longest`, each time with jitter of up to a half less. An attempt has failed unless its connection
/// stayed open for at least `stable`: a CONNACK alone proves nothing, since a server that refuses a
/// SUBSCRIBE, or a second client with the same Client Identifier, may close each connection right
/// after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Before the first attempt.
    pub first: Duration,
    /// Before any attempt.
    pub longest: Duration,
    /// Attempts in a row that may fail; none: no end.
    pub attempts: Option<u32>,
    /// From the CONNACK: a connection that stays open this long has succeeded, and the delay after
    /// it is `first` again.
    pub stable: Duration,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            attempts: None,
            stable: Duration::from_secs(30),
        }
    }
}

/// What a client keeps at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages and requests that wait to be sent.
    pub queued: usize,
    /// Bytes of messages that wait to be sent.
    pub queued_bytes: usize,
    /// Bytes of a packet that is accepted, also where no Maximum Packet Size was announced.
    pub packet: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queued: 1000,
            queued_bytes: 16 << 20,
            packet: 16 << 20,
        }
    }
}

impl Options {
    /// A new session, a Keep Alive of a minute, reconnecting.
    #[must_use]
    pub fn new(version: ProtocolVersion, client_identifier: impl Into<String>) -> Self {
        Self {
            version,
            client_identifier: client_identifier.into(),
            clean_start: true,
            keep_alive: 60,
            user_name: None,
            password: None,
            will: None,
            properties: PropertiesBuf::new(),
            connect_timeout: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(20),
            reconnect: Some(Reconnect::default()),
            manual_acknowledgement: false,
            answers_only: false,
            automatic_topic_alias: false,
            queue_qos_0: true,
            accept_unknown_session: false,
            renew_subscriptions: false,
            assumed_receive_maximum: 20,
            limits: Limits::default(),
            seed: None,
        }
    }

    /// Runs `use_it` on the CONNECT; none when a string is too long or holds U+0000.
    pub(super) fn with_connect<T>(
        &self,
        client_identifier: &str,
        clean_start: bool,
        use_it: impl FnOnce(ControlPacket<'_>) -> T,
    ) -> Option<T> {
        let text = |text| Utf8EncodedString::new(text);
        let will = match &self.will {
            Some(message) => Some(WillMessage {
                qos: message.qos,
                retain: message.retain,
                properties: message.properties.as_properties(),
                topic_name: message.topic_name(),
                payload: BinaryData::new(&message.payload)?,
            }),
            None => None,
        };
        let connect = Connect {
            version: self.version,
            bridge: false,
            clean_start,
            keep_alive: self.keep_alive,
            properties: self.properties.as_properties(),
            client_identifier: text(client_identifier)?,
            will,
            user_name: match &self.user_name {
                Some(name) => Some(text(name)?),
                None => None,
            },
            password: match &self.password {
                Some(password) => Some(BinaryData::new(password)?),
                None => None,
            },
        };
        Some(use_it(ControlPacket::Connect(connect)))
    }

    /// Whether a CONNECT can be made of this.
    pub(super) fn check(&self) -> Result<(), Option<EncodeError>> {
        match self.with_connect(&self.client_identifier, self.clean_start, |connect| {
            connect.encoded_len(self.version)
        }) {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(Some(error)),
            None => Err(None),
        }
    }

    /// PUBLISH packets of QoS 1 and 2 that the server may have open.
    pub(super) fn receive_maximum(&self) -> u16 {
        receive_maximum(self.properties.as_properties())
    }

    pub(super) fn maximum_packet_size(&self) -> usize {
        maximum_packet_size(self.properties.as_properties()).min(self.limits.packet)
    }

    pub(super) fn topic_alias_maximum(&self) -> u16 {
        topic_alias_maximum(self.properties.as_properties())
    }

    pub(super) fn authentication_method(&self) -> Option<&str> {
        let method = self.properties.as_properties().authentication_method();
        method.map(Utf8EncodedString::as_str)
    }

    /// Seconds that the session outlives its connection; `u32::MAX`: for ever.
    pub(super) fn session_expiry_interval(&self) -> u32 {
        if !self.version.is_v5() {
            return if self.clean_start { 0 } else { u32::MAX };
        }
        let properties = self.properties.as_properties();
        properties.session_expiry_interval().unwrap_or(0)
    }
}

/// 65,535 where nothing is said, as in versions that cannot say it.
pub(super) fn receive_maximum(properties: Properties<'_>) -> u16 {
    properties.receive_maximum().unwrap_or(u16::MAX)
}

pub(super) fn maximum_packet_size(properties: Properties<'_>) -> usize {
    properties
        .maximum_packet_size()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(usize::MAX)
}

pub(super) fn topic_alias_maximum(properties: Properties<'_>) -> u16 {
    properties.topic_alias_maximum().unwrap_or(0)
}
