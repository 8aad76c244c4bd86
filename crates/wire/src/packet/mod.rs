//! The packets, one file each: what it holds, how it is read, how it is written; and which is which.

mod acknowledgement;
mod auth;
mod connack;
mod connect;
mod disconnect;
mod fields;
mod header;
mod list;
pub(crate) mod publish;
mod suback;
mod subscribe;
mod unsuback;
mod unsubscribe;

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

use crate::grammar::{Cursor, Read, Sink};
use crate::{Field, PacketIdentifier, PacketType, Properties, Rule, Span};

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

impl<'a> ControlPacket<'a> {
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

    /// Its Packet Identifier, if it has one.
    #[must_use]
    pub const fn packet_identifier(&self) -> Option<PacketIdentifier> {
        match self {
            Self::Publish(publish) => publish.packet_identifier,
            Self::Puback(packet)
            | Self::Pubrec(packet)
            | Self::Pubrel(packet)
            | Self::Pubcomp(packet) => Some(packet.packet_identifier),
            Self::Subscribe(subscribe) => Some(subscribe.packet_identifier),
            Self::Suback(suback) => Some(suback.packet_identifier),
            Self::Unsubscribe(unsubscribe) => Some(unsubscribe.packet_identifier),
            Self::Unsuback(unsuback) => Some(unsuback.packet_identifier),
            Self::Connect(_)
            | Self::Connack(_)
            | Self::Pingreq
            | Self::Pingresp
            | Self::Disconnect(_)
            | Self::Auth(_) => None,
        }
    }

    /// Its properties; none where the type has none, and before version 5.
    #[must_use]
    pub const fn properties(&self) -> Properties<'a> {
        match self {
            Self::Connect(packet) => packet.properties,
            Self::Connack(packet) => packet.properties,
            Self::Publish(packet) => packet.properties,
            Self::Puback(packet)
            | Self::Pubrec(packet)
            | Self::Pubrel(packet)
            | Self::Pubcomp(packet) => packet.properties,
            Self::Subscribe(packet) => packet.properties,
            Self::Suback(packet) => packet.properties,
            Self::Unsubscribe(packet) => packet.properties,
            Self::Unsuback(packet) => packet.properties,
            Self::Disconnect(packet) => packet.properties,
            Self::Auth(packet) => packet.properties,
            Self::Pingreq | Self::Pingresp => Properties::NONE,
        }
    }
}

/// Reads one packet: `c` stands at its first byte and ends at its last, or at the last that is there.
///
/// `finish` makes of the packet what the caller returns. It is called where the packet is made, so
/// that no packet, which is a large value, is copied on its way out.
#[inline(always)]
pub(crate) fn read<'a, S: Sink, T>(
    c: &mut Cursor<'a, S>,
    header_len: usize,
    finish: impl FnOnce(ControlPacket<'a>) -> T,
) -> Read<T, S> {
    let (packet_type, flags) = header::read(c, header_len)?;
    if packet_type == PacketType::Publish {
        // By far the most frequent; its payload ends where the packet does.
        return Ok(finish(ControlPacket::Publish(publish::read(c, flags)?)));
    }
    other(c, packet_type, finish)
}

/// Whatever its type, a packet ends with its last field (v5 section 2.1.4); `ends`: no list goes on
/// as long as the packet does.
#[inline(always)]
fn over<S: Sink>(c: &mut Cursor<'_, S>, ends: bool) -> Read<(), S> {
    // Those that are still to come count: the packet was announced longer than its fields are.
    let left = c.announced();
    if left > 0 && (c.left() > 0 || ends && !c.lost) {
        c.fault_value(Rule::BytesLeftOver, c.ahead(), left as u32)?;
        c.skip(Field::LeftOver);
    }
    Ok(())
}

/// Any packet but a PUBLISH. Kept apart so that it takes no registers from that one. Each is finished
/// where it is read: one place for all would be reached by copying.
#[inline(never)]
fn other<'a, S: Sink, T>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
    finish: impl FnOnce(ControlPacket<'a>) -> T,
) -> Read<T, S> {
    macro_rules! whole {
        ($variant:ident, $read:expr) => {
            whole!($variant, $read, true)
        };
        ($variant:ident, $read:expr, $ends:expr) => {{
            let packet = $read?;
            over(c, $ends)?;
            Ok(finish(ControlPacket::$variant(packet)))
        }};
    }
    match packet_type {
        PacketType::Puback => whole!(Puback, acknowledgement::read(c, PacketType::Puback)),
        PacketType::Pubrec => whole!(Pubrec, acknowledgement::read(c, PacketType::Pubrec)),
        PacketType::Pubrel => whole!(Pubrel, acknowledgement::read(c, PacketType::Pubrel)),
        PacketType::Pubcomp => whole!(Pubcomp, acknowledgement::read(c, PacketType::Pubcomp)),
        PacketType::Connect => whole!(Connect, connect::read(c)),
        PacketType::Connack => whole!(Connack, connack::read(c)),
        PacketType::Subscribe => whole!(Subscribe, subscribe::read(c), false),
        PacketType::Suback => whole!(Suback, suback::read(c), false),
        PacketType::Unsubscribe => whole!(Unsubscribe, unsubscribe::read(c), false),
        PacketType::Unsuback => whole!(Unsuback, unsuback::read(c), !c.is_v5()),
        PacketType::Disconnect => whole!(Disconnect, disconnect::read(c)),
        PacketType::Auth if c.is_v5() => whole!(Auth, auth::read(c)),
        PacketType::Pingreq => {
            over(c, true)?;
            Ok(finish(ControlPacket::Pingreq))
        }
        PacketType::Pingresp => {
            over(c, true)?;
            Ok(finish(ControlPacket::Pingresp))
        }
        PacketType::Publish | PacketType::Auth | PacketType::Reserved => {
            let rule = if packet_type == PacketType::Auth {
                Rule::PacketType15
            } else {
                Rule::PacketType0
            };
            Err(c.sink.end(
                c.context.version,
                rule,
                Span { start: 0, len: 4 },
                packet_type as u32,
            ))
        }
    }
}
