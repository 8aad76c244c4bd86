//! What the application tells a client.

use alloc::vec::Vec;

use mqttscope_shared::Message;
use mqttscope_wire::{
    EncodeError, PacketIdentifier, PropertiesBuf, QoS, ReasonCode, Subscription, SubscriptionsBuf,
    TopicFilter, TopicFiltersBuf,
};

/// What a client is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Connect, and stay connected if the options say so.
    Connect,
    /// Publish a message; it waits for a connection and for room in the window.
    Publish {
        /// The message to publish.
        message: Message,
        /// The Topic Alias to use for its first sending; needs a connection.
        topic_alias: Option<u16>,
    },
    /// Ask for messages; waits for a connection.
    Subscribe {
        /// What for, and how.
        subscriptions: SubscriptionsBuf,
        /// Subscription Identifier, User Properties.
        properties: PropertiesBuf,
    },
    /// Ask for no more; waits for a connection.
    Unsubscribe {
        /// The filters as they were subscribed to.
        topic_filters: TopicFiltersBuf,
        /// User Properties.
        properties: PropertiesBuf,
    },
    /// Acknowledge a message, where that is left to the application.
    Acknowledge {
        /// From its [`super::Event::Message`].
        delivery: Delivery,
        /// Success, or why the message is refused (version 5).
        reason_code: ReasonCode,
        /// Reason String, User Properties (version 5); left out where the server does not take a
        /// packet of that size.
        properties: PropertiesBuf,
    },
    /// Send a PINGREQ now.
    Ping,
    /// Answer [`super::Event::Authenticate`].
    Authenticate {
        /// Authentication Data.
        data: Option<Vec<u8>>,
        /// Reason String, User Properties.
        properties: PropertiesBuf,
    },
    /// Authenticate again on an open connection.
    Reauthenticate {
        /// Authentication Data.
        data: Option<Vec<u8>>,
        /// Reason String, User Properties.
        properties: PropertiesBuf,
    },
    /// End the connection in order, or stop trying to connect.
    Disconnect {
        /// Normal disconnection, or disconnect with will message, or another (version 5).
        reason_code: ReasonCode,
        /// Session Expiry Interval, Reason String, User Properties.
        properties: PropertiesBuf,
    },
}

impl Command {
    /// Normal disconnection.
    #[must_use]
    pub const fn disconnect() -> Self {
        Self::Disconnect {
            reason_code: ReasonCode::NORMAL_DISCONNECTION,
            properties: PropertiesBuf::new(),
        }
    }

    /// Subscribe to one filter, with the options as they are by default.
    #[must_use]
    pub fn subscribe(topic_filter: TopicFilter<'_>, maximum_qos: QoS) -> Self {
        Self::Subscribe {
            subscriptions: SubscriptionsBuf::new()
                .with(Subscription::new(topic_filter, maximum_qos)),
            properties: PropertiesBuf::new(),
        }
    }

    /// Publish without naming an alias.
    #[must_use]
    pub const fn publish(message: Message) -> Self {
        Self::Publish {
            message,
            topic_alias: None,
        }
    }
}

/// Names a command in the events that answer it. What is not answered when the application disconnects
/// is answered on a later connection of the client, or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

impl Ticket {
    /// Of no command: the client renews a subscription by itself.
    pub const RENEWAL: Self = Self(0);
}

/// A message that waits for the application's acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    pub(super) packet_identifier: PacketIdentifier,
    pub(super) number: u64,
}

impl Delivery {
    /// The Packet Identifier it came with.
    #[must_use]
    pub const fn packet_identifier(self) -> PacketIdentifier {
        self.packet_identifier
    }
}

/// A command that makes no sense; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// No packet of this version can say it.
    Encode(EncodeError),
    /// A string or binary data is longer than 65,535 bytes, or a string holds U+0000.
    TooLong,
    /// The message has no topic.
    NoTopic,
    /// It needs a connection.
    NotConnected,
    /// There is or is about to be a connection.
    AlreadyConnected,
    /// As many messages wait as the limits allow.
    QueueFull,
    /// The server accepts no such alias.
    TopicAlias,
    /// Nothing waits for this acknowledgement any more.
    NoSuchDelivery,
    /// The packet is larger than the server's Maximum Packet Size.
    TooLarge,
    /// The server did not ask, or the options name no Authentication Method.
    NotAuthenticating,
    /// A session that ends with its connection cannot be prolonged when it ends.
    SessionExpiry,
}

impl core::fmt::Display for CommandError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let text = match self {
            Self::Encode(error) => return error.fmt(f),
            Self::TooLong => "a string or binary data is too long, or a string holds U+0000",
            Self::NoTopic => "a message needs a topic",
            Self::NotConnected => "that needs a connection",
            Self::AlreadyConnected => "there is a connection already",
            Self::QueueFull => "as many messages wait as the limits allow",
            Self::TopicAlias => "the server does not accept this Topic Alias",
            Self::NoSuchDelivery => "nothing waits for this acknowledgement",
            Self::TooLarge => "the packet is larger than the server accepts",
            Self::NotAuthenticating => "no authentication goes on",
            Self::SessionExpiry => {
                "a session that ends with its connection cannot be prolonged at its end"
            }
        };
        f.write_str(text)
    }
}

impl core::error::Error for CommandError {}

impl From<EncodeError> for CommandError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
