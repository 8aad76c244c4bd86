//! The server said why, with a CONNACK or a DISCONNECT.

use mqttscope_protocol::Action;
use mqttscope_wire::{PacketType, ProtocolVersion, ReasonCode};

use super::{End, Guesses, Trouble, access_lines};

pub(super) fn guess(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    let End::Said {
        packet_type,
        reason_code,
        reason,
        server_reference,
    } = &trouble.end
    else {
        return;
    };
    let name = reason_code
        .name(*packet_type, trouble.version)
        .unwrap_or("a code that the standard does not define");
    let words = match reason {
        Some(reason) if !reason.is_empty() => format!(" The server adds: \"{reason}\"."),
        _ => String::new(),
    };
    let is_v5 = trouble.version.is_v5();
    let is_about_access = *packet_type == PacketType::Connack
        && if is_v5 {
            matches!(reason_code.0, 0x86 | 0x87)
        } else {
            matches!(reason_code.0, 4 | 5)
        };
    let meaning = match packet_type {
        // What the code means from a client is told of it elsewhere: a client's own withdraws its will.
        PacketType::Disconnect if *reason_code == ReasonCode::NORMAL_DISCONNECTION => {
            "The server closes as planned and names no fault. A will is published all the same: only the client's own \
             DISCONNECT withdraws it. What is planned stands in the server's log."
        }
        _ => reason_code
            .meaning(*packet_type, trouble.version)
            .unwrap_or("Look it up in the server's manual."),
    };
    if *packet_type == PacketType::Disconnect && *reason_code == ReasonCode::SESSION_TAKEN_OVER {
        if super::taken_over(trouble, guesses) {
            return;
        }
        let identifier = match trouble.known.client_identifier.as_str() {
            "" => "with the same Client Identifier".to_owned(),
            identifier => format!("as `{identifier}`"),
        };
        guesses
            .add(
                100,
                format!(
                    "Another client connected {identifier}, and the server gave it the session: DISCONNECT with 0x8E, {name}.{words}"
                ),
                "Connect with another identifier. Each client needs one of its own.",
            )
            .certain()
            .action(Action::ChangeClientIdentifier)
            .statement(trouble.version, "MQTT-3.1.4-3", "");
        return;
    }
    let what = match packet_type {
        PacketType::Connack => "The server refused the connection: CONNACK with",
        _ => "The server ended the connection: DISCONNECT with",
    };
    let doubt = match (&trouble.known.doubt, reason_code.0) {
        // Packet too large.
        (Some(doubt), 0x95) => format!(
            " The last packet was a {} of {}.",
            doubt.packet_type.name(),
            super::connected::size(doubt)
        ),
        // Not authorized.
        (Some(doubt), 0x87) if *packet_type == PacketType::Disconnect && !doubt.what.is_empty() => {
            format!(
                " The last packet was a {} of `{}`.",
                doubt.packet_type.name(),
                doubt.what
            )
        }
        _ => String::new(),
    };
    guesses.add(
        100,
        format!("{what} {:#04X}, {name}.{words}{doubt}", reason_code.0),
        match server_reference {
            Some(reference) => format!("{meaning} It names {reference}."),
            None if is_about_access && !trouble.has_user_name => {
                "No user name is given, and the server seems to require one. \
                 Give a user name and a password in the settings of the connection."
                    .to_owned()
            }
            None if is_about_access => {
                "Check the user name and the password: most servers answer no more than this when they \
                 are wrong. If they are right, check this client's permissions on the server."
                    .to_owned()
            }
            None => meaning.to_owned(),
        },
    );
    let (v5, v3_1_1) = match (packet_type, reason_code.0) {
        (PacketType::Connack, 0x84 | 0x01) => ("MQTT-3.1.2-2", "MQTT-3.1.2-2"),
        (PacketType::Connack, 0x85) => ("MQTT-3.1.3-8", ""),
        (PacketType::Connack, 0x02) if trouble.is_anonymous => ("", "MQTT-3.1.3-8"),
        (PacketType::Connack, 0x02) => ("", "MQTT-3.1.3-9"),
        (PacketType::Connack, 0x9A) => ("MQTT-3.2.2-13", ""),
        (PacketType::Connack, 0x9B) => ("MQTT-3.2.2-12", ""),
        (PacketType::Connack, _) => ("MQTT-3.2.2-7", "MQTT-3.2.2-5"),
        (PacketType::Disconnect, 0x8E) => ("MQTT-3.1.4-3", ""),
        (PacketType::Disconnect, 0x8D) => ("MQTT-3.1.2-22", ""),
        (PacketType::Disconnect, 0x93) => ("MQTT-3.3.4-7", ""),
        (PacketType::Disconnect, 0x95) => ("MQTT-3.2.2-15", ""),
        _ => ("", ""),
    };
    guesses.statement(trouble.version, v5, v3_1_1).certain();
    match (packet_type, reason_code.0) {
        // Unsupported protocol version; before version 5: unacceptable protocol version.
        (PacketType::Connack, 0x84) => {
            guesses.action(Action::UseVersion(ProtocolVersion::V3_1_1));
        }
        (PacketType::Connack, 0x01) => {
            let other = match trouble.version {
                ProtocolVersion::V3_1_1 => ProtocolVersion::V5,
                ProtocolVersion::V3_1 | ProtocolVersion::V5 => ProtocolVersion::V3_1_1,
            };
            guesses.action(Action::UseVersion(other));
        }
        (PacketType::Connack, 0x85 | 0x02) => {
            guesses.action(Action::ChangeClientIdentifier);
        }
        _ => {}
    }
    if is_about_access {
        guesses.configuration(access_lines(trouble.target));
    }
}
