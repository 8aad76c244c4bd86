//! The packets as values, one file each: what it holds, how it is read, how it is written.

pub(crate) mod acknowledgement;
pub(crate) mod auth;
pub(crate) mod connack;
pub(crate) mod connect;
pub(crate) mod disconnect;
mod list;
pub(crate) mod publish;
pub(crate) mod suback;
pub(crate) mod subscribe;
pub(crate) mod unsuback;
pub(crate) mod unsubscribe;

pub use acknowledgement::Acknowledgement;
pub use auth::Auth;
pub use connack::Connack;
pub use connect::{Connect, WillMessage};
pub use disconnect::Disconnect;
pub use list::{ReasonCodes, Subscriptions, SubscriptionsBuf, TopicFilters, TopicFiltersBuf};
pub use publish::Publish;
pub use suback::Suback;
pub use subscribe::{RetainHandling, Subscribe, Subscription, SubscriptionOptions};
pub use unsuback::Unsuback;
pub use unsubscribe::Unsubscribe;

use crate::PacketType;

/// Any packet, borrowed from the bytes it was read from or the values it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlPacket<'a> {
    /// Client requests a connection.
    Connect(Connect<'a>),
    /// Server answers it.
    Connack(Connack<'a>),
    /// A message.
    Publish(Publish<'a>),
    /// Answers a PUBLISH of QoS 1.
    Puback(Acknowledgement<'a>),
    /// Answers a PUBLISH of QoS 2.
    Pubrec(Acknowledgement<'a>),
    /// Answers a PUBREC.
    Pubrel(Acknowledgement<'a>),
    /// Answers a PUBREL.
    Pubcomp(Acknowledgement<'a>),
    /// Client asks for messages.
    Subscribe(Subscribe<'a>),
    /// Server answers it.
    Suback(Suback<'a>),
    /// Client asks for no more.
    Unsubscribe(Unsubscribe<'a>),
    /// Server answers it.
    Unsuback(Unsuback<'a>),
    /// Client asks for a sign of life.
    Pingreq,
    /// Server gives it.
    Pingresp,
    /// The connection is about to be closed.
    Disconnect(Disconnect<'a>),
    /// A step of an authentication.
    Auth(Auth<'a>),
}

impl ControlPacket<'_> {
    /// Its type.
    #[must_use]
    pub const fn packet_type(&self) -> PacketType {
        match self {
            Self::Connect(_) => PacketType::Connect,
            Self::Connack(_) => PacketType::Connack,
            Self::Publish(_) => PacketType::Publish,
            Self::Puback(_) => PacketType::Puback,
            Self::Pubrec(_) => PacketType::Pubrec,
            Self::Pubrel(_) => PacketType::Pubrel,
            Self::Pubcomp(_) => PacketType::Pubcomp,
            Self::Subscribe(_) => PacketType::Subscribe,
            Self::Suback(_) => PacketType::Suback,
            Self::Unsubscribe(_) => PacketType::Unsubscribe,
            Self::Unsuback(_) => PacketType::Unsuback,
            Self::Pingreq => PacketType::Pingreq,
            Self::Pingresp => PacketType::Pingresp,
            Self::Disconnect(_) => PacketType::Disconnect,
            Self::Auth(_) => PacketType::Auth,
        }
    }
}
