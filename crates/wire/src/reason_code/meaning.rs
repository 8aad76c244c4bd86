//! What each reason code tells the one who receives it: what happened, and what to do.

use super::ReasonCode;
use crate::{PacketType, ProtocolVersion};

pub(super) const fn of(
    code: ReasonCode,
    packet_type: PacketType,
    version: ProtocolVersion,
) -> Option<&'static str> {
    if code.name(packet_type, version).is_none() {
        return None;
    }
    if let Some(sentence) = in_packet(code.0, packet_type, version) {
        return Some(sentence);
    }
    if version.is_v5() {
        anywhere(code.0)
    } else {
        None
    }
}

/// Sentences that differ from packet to packet.
const fn in_packet(
    code: u8,
    packet_type: PacketType,
    version: ProtocolVersion,
) -> Option<&'static str> {
    use PacketType as T;
    if !version.is_v5() {
        return before_v5(code, packet_type);
    }
    Some(match (packet_type, code) {
        (T::Connack, 0x00) => "The connection is open; the client may go on.",
        (T::Connack, 0x81) => {
            "The server could not read the CONNECT. Check its bytes against the standard."
        }
        (T::Connack, 0x87) => "This client may not connect. Check its permissions on the server.",
        (T::Connack, 0x90) => {
            "The server does not accept the Will Topic. Choose another topic for the will."
        }
        (T::Connack, 0x95) => {
            "The CONNECT is larger than the server takes. Shorten the will or the properties."
        }
        (T::Connack, 0x97) => {
            "A limit of the server is used up. Wait, or ask its operator for more."
        }
        (T::Connack, 0x99) => "The Will Payload is not what its Payload Format Indicator says.",
        (T::Connack, 0x9A) => {
            "The server keeps no retained messages. Connect again without Will Retain."
        }
        (T::Connack, 0x9B) => {
            "The server does not serve the Will QoS. Connect again with a lower one."
        }
        (T::Puback, 0x00) => "The message is taken over; the sender may forget it.",
        (T::Pubrec, 0x00) => "The message has arrived; the sender answers with a PUBREL.",
        (T::Pubrel, 0x00) => "The sender drops the message; the receiver answers with a PUBCOMP.",
        (T::Pubcomp, 0x00) => "The exchange is complete; the Packet Identifier is free again.",
        (T::Puback | T::Pubrec, 0x87) => {
            "The sender may not publish on this topic. Check its permissions."
        }
        (T::Puback | T::Pubrec, 0x91) => {
            "The Packet Identifier is still in use; the two ends may disagree about the session."
        }
        (T::Pubrel | T::Pubcomp, 0x92) => {
            "The Packet Identifier is not known here. Normal while recovering, else the sessions disagree."
        }
        (T::Suback, 0x00) => "Subscribed; messages come with QoS 0 at most.",
        (T::Suback, 0x01) => "Subscribed; messages come with QoS 1 at most.",
        (T::Suback, 0x02) => "Subscribed; messages come with the QoS they were sent with.",
        (T::Suback, 0x80) => "Not subscribed; the server gives no reason.",
        (T::Suback, 0x87) => {
            "Not subscribed: the client may not read these topics. Check its permissions."
        }
        (T::Suback | T::Unsuback, 0x91) => {
            "The Packet Identifier is still in use. Choose another one."
        }
        (T::Unsuback, 0x00) => "The subscription is gone.",
        (T::Unsuback, 0x11) => {
            "There was no such subscription. Check the filter, character by character."
        }
        (T::Unsuback, 0x80) => "Not unsubscribed; the server gives no reason.",
        (T::Unsuback, 0x87) => "The client may not unsubscribe. Check its permissions.",
        (T::Disconnect, 0x00) => "Closed as planned; the will is not published.",
        (T::Disconnect, 0x80) => "Closed for a reason that the sender does not tell.",
        (T::Disconnect, 0x87) => {
            "Closed because the client did something it may not do. Check its permissions."
        }
        (T::Auth, 0x00) => "The authentication is complete.",
        _ => return None,
    })
}

/// The few return codes of 3.1 and 3.1.1.
const fn before_v5(code: u8, packet_type: PacketType) -> Option<&'static str> {
    use PacketType as T;
    Some(match (packet_type, code) {
        (T::Connack, 0) => "The connection is open; the client may go on.",
        (T::Connack, 1) => {
            "The server does not speak this version. Connect again with another one."
        }
        (T::Connack, 2) => "The server does not allow this Client Identifier. Choose another one.",
        (T::Connack, 3) => {
            "The connection stands, but the MQTT service is not available. Try again later."
        }
        (T::Connack, 4) => "The user name or password is wrong or not well formed. Check both.",
        (T::Connack, 5) => "This client may not connect. Check its permissions on the server.",
        (T::Suback, 0) => "Subscribed; messages come with QoS 0 at most.",
        (T::Suback, 1) => "Subscribed; messages come with QoS 1 at most.",
        (T::Suback, 2) => "Subscribed; messages come with the QoS they were sent with.",
        (T::Suback, 0x80) => {
            "Not subscribed. The server gives no reason; check the filter and permissions."
        }
        _ => return None,
    })
}

/// Sentences that fit every packet of version 5 that lists the code.
const fn anywhere(code: u8) -> Option<&'static str> {
    Some(match code {
        0x04 => "Closed as planned, but the server is to publish the will.",
        0x10 => "The message is accepted, but nobody subscribes to its topic.",
        0x18 => "One more step: the other end answers with an AUTH.",
        0x19 => "The client starts a new authentication on the open connection.",
        0x80 => "It failed for a reason that the sender does not tell. Look into its log.",
        0x81 => {
            "A packet could not be read by the rules of the standard. Check the last bytes sent."
        }
        0x82 => "A packet came that is not allowed at this point. Check what was sent before.",
        0x83 => "The packet is valid, but this implementation does not handle it. See its manual.",
        0x84 => "The server does not speak this version. Connect again with another one.",
        0x85 => "The server does not allow this Client Identifier. Choose another one.",
        0x86 => "The server does not accept the user name or password. Check both.",
        0x87 => "The permission is missing. Check the access rules of the server.",
        0x88 => "The MQTT service is not available. Try again later.",
        0x89 => "The server has too much to do. Try again later.",
        0x8A => "An operator has banned this client. Ask the server's operator.",
        0x8B => "The server is shutting down. Connect again later.",
        0x8C => {
            "The authentication method is not supported or not the one in use. Use another one."
        }
        0x8D => {
            "Nothing was received for one and a half times the Keep Alive. Send a PINGREQ in time."
        }
        0x8E => "Another connection uses the same Client Identifier. Give each client its own.",
        0x8F => {
            "The filter is well formed, but this server does not accept it. Choose another one."
        }
        0x90 => {
            "The topic is well formed, but the receiver does not accept it. Choose another one."
        }
        0x91 => "The Packet Identifier is still in use. Choose another one.",
        0x92 => "The Packet Identifier is not known.",
        0x93 => {
            "More messages were sent unacknowledged than Receive Maximum allows. Wait for acknowledgements."
        }
        0x94 => "A Topic Alias is 0, above the Topic Alias Maximum, or was never set.",
        0x95 => "A packet was larger than the receiver's Maximum Packet Size. Send smaller ones.",
        0x96 => "Messages came too fast. Send fewer a second.",
        0x97 => "A limit of the receiver is used up. Wait, or ask its operator for more.",
        0x98 => "An operator closed the connection.",
        0x99 => "The payload is not what its Payload Format Indicator says. Correct one of them.",
        0x9A => "The server keeps no retained messages. Publish without RETAIN.",
        0x9B => "The QoS is above the Maximum QoS of the CONNACK. Use a lower one.",
        0x9C => "Use another server for now; a Server Reference may name it.",
        0x9D => "The server has moved for good; a Server Reference may name the new one.",
        0x9E => "The server has no shared subscriptions. Subscribe without $share.",
        0x9F => "Connections are opened too fast. Wait before the next one.",
        0xA0 => "The connection was open for as long as is allowed. Connect again.",
        0xA1 => "The server has no Subscription Identifiers. Subscribe without one.",
        0xA2 => "The server has no wildcard subscriptions. Name each topic.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn every_defined_code_has_a_meaning() {
        let mut seen = 0;
        for version in ProtocolVersion::ALL {
            for packet_type in PacketType::ALL {
                for code in (0..=255).map(ReasonCode) {
                    let name = code.name(packet_type, version);
                    let meaning = code.meaning(packet_type, version);
                    assert_eq!(
                        name.is_some(),
                        meaning.is_some(),
                        "{packet_type:?} {code:?} {version:?}"
                    );
                    let (Some(name), Some(meaning)) = (name, meaning) else {
                        continue;
                    };
                    assert!(
                        !name.is_empty() && meaning.ends_with('.') && meaning.len() <= 100,
                        "{meaning}"
                    );
                    seen += 1;
                }
            }
        }
        assert_eq!(
            seen,
            22 + 9 + 9 + 2 + 2 + 12 + 7 + 30 + 3 + (6 + 4) + (6 + 3)
        );
    }

    #[test]
    fn the_tables_of_the_standard_are_kept() {
        let listed = |packet_type| -> Vec<u8> {
            (0..=255)
                .filter(|&code| ReasonCode(code).is_defined(packet_type, ProtocolVersion::V5))
                .collect()
        };
        assert_eq!(
            listed(PacketType::Connack),
            [
                0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90,
                0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F
            ]
        );
        assert_eq!(
            listed(PacketType::Puback),
            [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
        );
        assert_eq!(listed(PacketType::Pubrec), listed(PacketType::Puback));
        assert_eq!(listed(PacketType::Pubrel), [0x00, 0x92]);
        assert_eq!(listed(PacketType::Pubcomp), [0x00, 0x92]);
        assert_eq!(
            listed(PacketType::Suback),
            [
                0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2
            ]
        );
        assert_eq!(
            listed(PacketType::Unsuback),
            [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91]
        );
        assert_eq!(
            listed(PacketType::Disconnect),
            [
                0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90,
                0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0,
                0xA1, 0xA2
            ]
        );
        assert_eq!(listed(PacketType::Auth), [0x00, 0x18, 0x19]);
        assert!(listed(PacketType::Publish).is_empty());
    }
}
