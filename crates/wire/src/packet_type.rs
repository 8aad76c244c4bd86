//! The sixteen packet types, as the high four bits of the first byte number them.

use crate::ProtocolVersion;

/// The type of a control packet (MQTT 5 §2.1.2, MQTT 3.1.1 §2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum PacketType {
    /// No packet may have this type.
    Reserved = 0,
    /// The client asks for a connection; its first packet.
    Connect = 1,
    /// The server answers a CONNECT.
    Connack = 2,
    /// A message on a topic.
    Publish = 3,
    /// QoS 1: the message has arrived.
    Puback = 4,
    /// QoS 2, step 1: the message has arrived.
    Pubrec = 5,
    /// QoS 2, step 2: the sender has seen that it arrived and drops its copy.
    Pubrel = 6,
    /// QoS 2, step 3: the identifier is free again.
    Pubcomp = 7,
    /// The client asks for messages.
    Subscribe = 8,
    /// The server answers a SUBSCRIBE.
    Suback = 9,
    /// The client no longer wants messages.
    Unsubscribe = 10,
    /// The server answers an UNSUBSCRIBE.
    Unsuback = 11,
    /// The client asks whether the server is still there.
    Pingreq = 12,
    /// The server says that it is.
    Pingresp = 13,
    /// The connection is about to be closed.
    Disconnect = 14,
    /// One step of an authentication in version 5; reserved before it.
    Auth = 15,
}

/// Which ends may send a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client to the server only.
    Client,
    /// From the server to the client only.
    Server,
    /// Either way.
    Both,
    /// Neither: the type is reserved.
    None,
}

impl Direction {
    /// Whether `sender` may send it.
    #[must_use]
    pub const fn allows(self, sender: crate::Sender) -> bool {
        matches!(
            (self, sender),
            (Self::Both, _)
                | (Self::Client, crate::Sender::Client)
                | (Self::Server, crate::Sender::Server)
        )
    }
}

impl PacketType {
    /// What the low four bits of the first byte must be (v5 table 2-2); of a PUBLISH they are flags.
    #[inline(always)]
    #[must_use]
    pub const fn reserved_flags(self) -> u8 {
        match self {
            Self::Pubrel | Self::Subscribe | Self::Unsubscribe => 2,
            _ => 0,
        }
    }

    /// Every type, in the order of their numbers, the reserved 0 included.
    pub const ALL: [Self; 16] = [
        Self::Reserved,
        Self::Connect,
        Self::Connack,
        Self::Publish,
        Self::Puback,
        Self::Pubrec,
        Self::Pubrel,
        Self::Pubcomp,
        Self::Subscribe,
        Self::Suback,
        Self::Unsubscribe,
        Self::Unsuback,
        Self::Pingreq,
        Self::Pingresp,
        Self::Disconnect,
        Self::Auth,
    ];

    /// The packet with which the receiver answers one of this type, each step of a handshake by itself;
    /// `qos` is that of a PUBLISH. None where nothing is answered, or an AUTH, which both ends may send.
    #[must_use]
    pub const fn answer(self, qos: crate::QoS) -> Option<Self> {
        match (self, qos) {
            (Self::Connect, _) => Some(Self::Connack),
            (Self::Publish, crate::QoS::AtLeastOnce) => Some(Self::Puback),
            (Self::Publish, crate::QoS::ExactlyOnce) => Some(Self::Pubrec),
            (Self::Pubrec, _) => Some(Self::Pubrel),
            (Self::Pubrel, _) => Some(Self::Pubcomp),
            (Self::Subscribe, _) => Some(Self::Suback),
            (Self::Unsubscribe, _) => Some(Self::Unsuback),
            (Self::Pingreq, _) => Some(Self::Pingresp),
            _ => None,
        }
    }

    /// The type with a number of 0 to 15; higher bits of `nibble` are not looked at.
    #[inline]
    #[must_use]
    pub const fn from_nibble(nibble: u8) -> Self {
        match nibble & 15 {
            1 => Self::Connect,
            2 => Self::Connack,
            3 => Self::Publish,
            4 => Self::Puback,
            5 => Self::Pubrec,
            6 => Self::Pubrel,
            7 => Self::Pubcomp,
            8 => Self::Subscribe,
            9 => Self::Suback,
            10 => Self::Unsubscribe,
            11 => Self::Unsuback,
            12 => Self::Pingreq,
            13 => Self::Pingresp,
            14 => Self::Disconnect,
            15 => Self::Auth,
            _ => Self::Reserved,
        }
    }

    /// The type that a packet's first byte names.
    #[inline]
    #[must_use]
    pub const fn from_first_byte(byte: u8) -> Self {
        Self::from_nibble(byte >> 4)
    }

    /// Its number.
    #[inline]
    #[must_use]
    pub const fn nibble(self) -> u8 {
        self as u8
    }

    /// The standard's name, in capitals; type 0 has none and is called `Reserved`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "Reserved",
            Self::Connect => "CONNECT",
            Self::Connack => "CONNACK",
            Self::Publish => "PUBLISH",
            Self::Puback => "PUBACK",
            Self::Pubrec => "PUBREC",
            Self::Pubrel => "PUBREL",
            Self::Pubcomp => "PUBCOMP",
            Self::Subscribe => "SUBSCRIBE",
            Self::Suback => "SUBACK",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::Unsuback => "UNSUBACK",
            Self::Pingreq => "PINGREQ",
            Self::Pingresp => "PINGRESP",
            Self::Disconnect => "DISCONNECT",
            Self::Auth => "AUTH",
        }
    }

    /// Who may send it. Before version 5 a server closes without a DISCONNECT, and type 15 is
    /// reserved.
    #[must_use]
    pub const fn sent_by(self, version: ProtocolVersion) -> Direction {
        match self {
            Self::Reserved => Direction::None,
            Self::Auth if !version.is_v5() => Direction::None,
            Self::Disconnect if !version.is_v5() => Direction::Client,
            Self::Connect | Self::Subscribe | Self::Unsubscribe | Self::Pingreq => {
                Direction::Client
            }
            Self::Connack | Self::Suback | Self::Unsuback | Self::Pingresp => Direction::Server,
            Self::Publish
            | Self::Puback
            | Self::Pubrec
            | Self::Pubrel
            | Self::Pubcomp
            | Self::Disconnect
            | Self::Auth => Direction::Both,
        }
    }
}

impl core::fmt::Display for PacketType {
    /// The standard's name: `PUBLISH`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sender;

    #[test]
    fn numbers_and_names_stand_in_one_order() {
        for (number, packet_type) in (0u8..).zip(PacketType::ALL) {
            assert_eq!(packet_type.nibble(), number);
            assert_eq!(PacketType::from_nibble(number), packet_type);
            assert_eq!(PacketType::from_nibble(number | 0xF0), packet_type);
            assert_eq!(PacketType::from_first_byte(number << 4 | 0x0F), packet_type);
        }
        assert_eq!(PacketType::from_nibble(14).name(), "DISCONNECT");
    }

    #[test]
    fn directions_follow_the_version() {
        use ProtocolVersion::{V3_1, V3_1_1, V5};
        #[rustfmt::skip] // One fact a line.
        let table = [
            (PacketType::Connect, V5, true, false),
            (PacketType::Suback, V3_1, false, true),
            (PacketType::Pubrel, V3_1_1, true, true),
            (PacketType::Disconnect, V5, true, true),
            (PacketType::Disconnect, V3_1_1, true, false),
            (PacketType::Auth, V5, true, true),
            (PacketType::Auth, V3_1, false, false),
            (PacketType::Reserved, V5, false, false),
        ];
        for (packet_type, version, client, server) in table {
            let direction = packet_type.sent_by(version);
            assert_eq!(
                direction.allows(Sender::Client),
                client,
                "{packet_type:?} {version:?}"
            );
            assert_eq!(
                direction.allows(Sender::Server),
                server,
                "{packet_type:?} {version:?}"
            );
        }
    }
}
