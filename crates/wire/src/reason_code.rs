//! Reason codes: what an acknowledgement, a DISCONNECT or an AUTH says happened.
//!
//! The same byte means different things in different packets, and before version 5 only CONNACK
//! and SUBACK have one. A code that a packet's table does not list has no name there.

use crate::{PacketType, ProtocolVersion, Sender};

mod meaning;

/// One byte that says how something ended (MQTT 5 §2.4; "return code" in 3.1 and 3.1.1).
///
/// Every byte is kept, defined or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct ReasonCode(pub u8);

macro_rules! codes {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        impl ReasonCode {
            $(#[doc = concat!("`", stringify!($code), "` ", $text, ".")] pub const $name: Self = Self($code);)*
        }
    };
}

codes! {
    SUCCESS = 0x00, "Success";
    NORMAL_DISCONNECTION = 0x00, "Normal disconnection (DISCONNECT)";
    GRANTED_QOS_0 = 0x00, "Granted QoS 0 (SUBACK)";
    GRANTED_QOS_1 = 0x01, "Granted QoS 1 (SUBACK)";
    GRANTED_QOS_2 = 0x02, "Granted QoS 2 (SUBACK)";
    DISCONNECT_WITH_WILL_MESSAGE = 0x04, "Disconnect with Will Message";
    NO_MATCHING_SUBSCRIBERS = 0x10, "No matching subscribers";
    NO_SUBSCRIPTION_EXISTED = 0x11, "No subscription existed";
    CONTINUE_AUTHENTICATION = 0x18, "Continue authentication";
    RE_AUTHENTICATE = 0x19, "Re-authenticate";
    UNSPECIFIED_ERROR = 0x80, "Unspecified error";
    MALFORMED_PACKET = 0x81, "Malformed Packet";
    PROTOCOL_ERROR = 0x82, "Protocol Error";
    IMPLEMENTATION_SPECIFIC_ERROR = 0x83, "Implementation specific error";
    UNSUPPORTED_PROTOCOL_VERSION = 0x84, "Unsupported Protocol Version";
    CLIENT_IDENTIFIER_NOT_VALID = 0x85, "Client Identifier not valid";
    BAD_USER_NAME_OR_PASSWORD = 0x86, "Bad User Name or Password";
    NOT_AUTHORIZED = 0x87, "Not authorized";
    SERVER_UNAVAILABLE = 0x88, "Server unavailable";
    SERVER_BUSY = 0x89, "Server busy";
    BANNED = 0x8A, "Banned";
    SERVER_SHUTTING_DOWN = 0x8B, "Server shutting down";
    BAD_AUTHENTICATION_METHOD = 0x8C, "Bad authentication method";
    KEEP_ALIVE_TIMEOUT = 0x8D, "Keep Alive timeout";
    SESSION_TAKEN_OVER = 0x8E, "Session taken over";
    TOPIC_FILTER_INVALID = 0x8F, "Topic Filter invalid";
    TOPIC_NAME_INVALID = 0x90, "Topic Name invalid";
    PACKET_IDENTIFIER_IN_USE = 0x91, "Packet Identifier in use";
    PACKET_IDENTIFIER_NOT_FOUND = 0x92, "Packet Identifier not found";
    RECEIVE_MAXIMUM_EXCEEDED = 0x93, "Receive Maximum exceeded";
    TOPIC_ALIAS_INVALID = 0x94, "Topic Alias invalid";
    PACKET_TOO_LARGE = 0x95, "Packet too large";
    MESSAGE_RATE_TOO_HIGH = 0x96, "Message rate too high";
    QUOTA_EXCEEDED = 0x97, "Quota exceeded";
    ADMINISTRATIVE_ACTION = 0x98, "Administrative action";
    PAYLOAD_FORMAT_INVALID = 0x99, "Payload format invalid";
    RETAIN_NOT_SUPPORTED = 0x9A, "Retain not supported";
    QOS_NOT_SUPPORTED = 0x9B, "QoS not supported";
    USE_ANOTHER_SERVER = 0x9C, "Use another server";
    SERVER_MOVED = 0x9D, "Server moved";
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E, "Shared Subscriptions not supported";
    CONNECTION_RATE_EXCEEDED = 0x9F, "Connection rate exceeded";
    MAXIMUM_CONNECT_TIME = 0xA0, "Maximum connect time";
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0xA1, "Subscription Identifiers not supported";
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED = 0xA2, "Wildcard Subscriptions not supported";
}

impl core::fmt::Display for ReasonCode {
    /// `0x87`. What it is called depends on its packet: [`ReasonCode::name`].
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "0x{:02X}", self.0)
    }
}

impl ReasonCode {
    /// Whether it reports a failure (version 5: 0x80 and above). Of the return codes of a 3.x
    /// CONNACK every one but 0 is a failure: see [`ReasonCode::refuses`].
    #[inline]
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 >= 0x80
    }

    /// Whether it says no in this packet: [`ReasonCode::is_error`], or not 0 in a 3.x CONNACK.
    #[must_use]
    pub const fn refuses(self, packet_type: PacketType, version: ProtocolVersion) -> bool {
        if matches!(packet_type, PacketType::Connack) && !version.is_v5() {
            return self.0 != 0;
        }
        self.is_error()
    }

    /// Its name in a packet of this type; `None` when the version's table for the packet does not
    /// list it.
    #[must_use]
    pub const fn name(
        self,
        packet_type: PacketType,
        version: ProtocolVersion,
    ) -> Option<&'static str> {
        if version.is_v5() {
            self.name_in_v5(packet_type)
        } else {
            self.name_before_v5(packet_type, version)
        }
    }

    /// Whether the version's table for the packet lists it.
    #[inline]
    #[must_use]
    pub const fn is_defined(self, packet_type: PacketType, version: ProtocolVersion) -> bool {
        if version.is_v5() {
            self.is_listed_in_v5(packet_type)
        } else {
            self.name_before_v5(packet_type, version).is_some()
        }
    }

    /// Whether this end may put the code into a DISCONNECT or AUTH of version 5 (tables 3-13 and
    /// 3-14). Other packets, and codes that no table lists, are not restricted here: who may send
    /// the packet at all is [`PacketType::sent_by`].
    #[must_use]
    pub const fn may_be_sent_by(self, packet_type: PacketType, sender: Sender) -> bool {
        match (packet_type, sender) {
            (PacketType::Disconnect, Sender::Client) => !matches!(
                self.0,
                0x87 | 0x89 | 0x8B | 0x8D | 0x8E | 0x8F | 0x9A..=0xA2
            ),
            (PacketType::Disconnect, Sender::Server) => self.0 != 0x04,
            (PacketType::Auth, Sender::Client) => self.0 != 0x00,
            (PacketType::Auth, Sender::Server) => self.0 != 0x19,
            _ => true,
        }
    }

    /// What happened and what to do about it, in a sentence; `None` when it has no name here.
    #[must_use]
    pub const fn meaning(
        self,
        packet_type: PacketType,
        version: ProtocolVersion,
    ) -> Option<&'static str> {
        meaning::of(self, packet_type, version)
    }

    const fn name_before_v5(
        self,
        packet_type: PacketType,
        version: ProtocolVersion,
    ) -> Option<&'static str> {
        Some(match (packet_type, self.0) {
            (PacketType::Connack, 0) => "Connection Accepted",
            (PacketType::Connack, 1) => "Connection Refused, unacceptable protocol version",
            (PacketType::Connack, 2) => "Connection Refused, identifier rejected",
            (PacketType::Connack, 3) => "Connection Refused, Server unavailable",
            (PacketType::Connack, 4) => "Connection Refused, bad user name or password",
            (PacketType::Connack, 5) => "Connection Refused, not authorized",
            (PacketType::Suback, 0) => "Granted QoS 0",
            (PacketType::Suback, 1) => "Granted QoS 1",
            (PacketType::Suback, 2) => "Granted QoS 2",
            (PacketType::Suback, 0x80) if matches!(version, ProtocolVersion::V3_1_1) => "Failure",
            _ => return None,
        })
    }

    /// Whether the table of version 5 for the packet has the code. Every packet with a code asks: inlined
    /// into each, the tables cost a SUBACK of two codes 20 ns more.
    #[inline(never)]
    const fn is_listed_in_v5(self, packet_type: PacketType) -> bool {
        match packet_type {
            // §3.2.2.2
            PacketType::Connack => matches!(
                self.0,
                0x00 | 0x80..=0x8A | 0x8C | 0x90 | 0x95 | 0x97 | 0x99..=0x9D | 0x9F
            ),
            // §3.4.2.1, §3.5.2.1
            PacketType::Puback | PacketType::Pubrec => {
                matches!(
                    self.0,
                    0x00 | 0x10 | 0x80 | 0x83 | 0x87 | 0x90 | 0x91 | 0x97 | 0x99
                )
            }
            // §3.6.2.1, §3.7.2.1
            PacketType::Pubrel | PacketType::Pubcomp => matches!(self.0, 0x00 | 0x92),
            // §3.9.3
            PacketType::Suback => matches!(
                self.0,
                0x00..=0x02 | 0x80 | 0x83 | 0x87 | 0x8F | 0x91 | 0x97 | 0x9E | 0xA1 | 0xA2
            ),
            // §3.11.3
            PacketType::Unsuback => {
                matches!(self.0, 0x00 | 0x11 | 0x80 | 0x83 | 0x87 | 0x8F | 0x91)
            }
            // §3.14.2.1; 0x8C stands only in the overview of §2.4, which lists DISCONNECT for it.
            PacketType::Disconnect => matches!(
                self.0,
                0x00 | 0x04 | 0x80..=0x83 | 0x87 | 0x89 | 0x8B..=0x90 | 0x93..=0xA2
            ),
            // §3.15.2.1
            PacketType::Auth => matches!(self.0, 0x00 | 0x18 | 0x19),
            _ => false,
        }
    }

    const fn name_in_v5(self, packet_type: PacketType) -> Option<&'static str> {
        if !self.is_listed_in_v5(packet_type) {
            return None;
        }
        match (packet_type, self.0) {
            (PacketType::Suback, 0x00) => Some("Granted QoS 0"),
            (PacketType::Disconnect, 0x00) => Some("Normal disconnection"),
            _ => self.text(),
        }
    }

    /// The name of a code of version 5, whatever packet it stands in.
    const fn text(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "Success",
            0x01 => "Granted QoS 1",
            0x02 => "Granted QoS 2",
            0x04 => "Disconnect with Will Message",
            0x10 => "No matching subscribers",
            0x11 => "No subscription existed",
            0x18 => "Continue authentication",
            0x19 => "Re-authenticate",
            0x80 => "Unspecified error",
            0x81 => "Malformed Packet",
            0x82 => "Protocol Error",
            0x83 => "Implementation specific error",
            0x84 => "Unsupported Protocol Version",
            0x85 => "Client Identifier not valid",
            0x86 => "Bad User Name or Password",
            0x87 => "Not authorized",
            0x88 => "Server unavailable",
            0x89 => "Server busy",
            0x8A => "Banned",
            0x8B => "Server shutting down",
            0x8C => "Bad authentication method",
            0x8D => "Keep Alive timeout",
            0x8E => "Session taken over",
            0x8F => "Topic Filter invalid",
            0x90 => "Topic Name invalid",
            0x91 => "Packet Identifier in use",
            0x92 => "Packet Identifier not found",
            0x93 => "Receive Maximum exceeded",
            0x94 => "Topic Alias invalid",
            0x95 => "Packet too large",
            0x96 => "Message rate too high",
            0x97 => "Quota exceeded",
            0x98 => "Administrative action",
            0x99 => "Payload format invalid",
            0x9A => "Retain not supported",
            0x9B => "QoS not supported",
            0x9C => "Use another server",
            0x9D => "Server moved",
            0x9E => "Shared Subscriptions not supported",
            0x9F => "Connection rate exceeded",
            0xA0 => "Maximum connect time",
            0xA1 => "Subscription Identifiers not supported",
            0xA2 => "Wildcard Subscriptions not supported",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProtocolVersion::{V3_1, V3_1_1, V5};

    #[test]
    fn one_byte_has_a_name_by_packet_and_version() {
        #[rustfmt::skip] // One fact a line.
        let table = [
            (0x00, PacketType::Connack, V5, Some("Success")),
            (0x00, PacketType::Suback, V5, Some("Granted QoS 0")),
            (0x00, PacketType::Disconnect, V5, Some("Normal disconnection")),
            (0x00, PacketType::Publish, V5, None),
            (0x01, PacketType::Suback, V5, Some("Granted QoS 1")),
            (0x01, PacketType::Connack, V5, None),
            (0x01, PacketType::Connack, V3_1_1, Some("Connection Refused, unacceptable protocol version")),
            (0x05, PacketType::Connack, V3_1, Some("Connection Refused, not authorized")),
            (0x06, PacketType::Connack, V3_1_1, None),
            (0x80, PacketType::Suback, V3_1_1, Some("Failure")),
            (0x80, PacketType::Suback, V3_1, None),
            (0x00, PacketType::Unsuback, V3_1_1, None),
            (0x10, PacketType::Puback, V5, Some("No matching subscribers")),
            (0x10, PacketType::Pubrel, V5, None),
            (0xA2, PacketType::Disconnect, V5, Some("Wildcard Subscriptions not supported")),
            (0xA3, PacketType::Disconnect, V5, None),
        ];
        for (code, packet_type, version, name) in table {
            assert_eq!(
                ReasonCode(code).name(packet_type, version),
                name,
                "{code:#04x} {packet_type:?} {version:?}"
            );
        }
    }

    #[test]
    fn some_codes_are_one_ends_only() {
        #[rustfmt::skip] // One fact a line.
        let table = [
            (0x00, PacketType::Disconnect, true, true),
            (0x04, PacketType::Disconnect, true, false),
            (0x81, PacketType::Disconnect, true, true),
            (0x87, PacketType::Disconnect, false, true),
            (0x8D, PacketType::Disconnect, false, true),
            (0x8F, PacketType::Disconnect, false, true),
            (0x90, PacketType::Disconnect, true, true),
            (0x99, PacketType::Disconnect, true, true),
            (0x9A, PacketType::Disconnect, false, true),
            (0xA2, PacketType::Disconnect, false, true),
            (0x00, PacketType::Auth, false, true),
            (0x18, PacketType::Auth, true, true),
            (0x19, PacketType::Auth, true, false),
            (0x87, PacketType::Puback, true, true),
        ];
        for (code, packet_type, client, server) in table {
            let code = ReasonCode(code);
            assert_eq!(
                code.may_be_sent_by(packet_type, Sender::Client),
                client,
                "{code:?} {packet_type:?}"
            );
            assert_eq!(
                code.may_be_sent_by(packet_type, Sender::Server),
                server,
                "{code:?} {packet_type:?}"
            );
        }
    }

    #[test]
    fn refusals_of_old_connacks_are_small_numbers() {
        assert!(ReasonCode(5).refuses(PacketType::Connack, V3_1_1));
        assert!(!ReasonCode(0).refuses(PacketType::Connack, V3_1_1));
        assert!(!ReasonCode(2).refuses(PacketType::Suback, V3_1_1));
        assert!(ReasonCode(0x80).refuses(PacketType::Suback, V3_1_1));
        assert!(!ReasonCode::NO_MATCHING_SUBSCRIBERS.is_error());
    }
}
