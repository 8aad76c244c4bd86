//! Packets that others wrote (see `tests/corpus/README.md`): we find no fault in them, and write
//! them as they did.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;

use common::{encoded, hex, only_packet, said};
use mqttscope_wire::{
    Context, ControlPacket, PacketType, PropertyId, PropertyOwner, ProtocolVersion, ReasonCode,
    Sender, dissect,
};

const MQTT_PACKET: &str = include_str!("../../tests/corpus/mqtt-packet.txt");
const MOSQUITTO: &str = include_str!("../../tests/corpus/mosquitto.txt");

struct Line {
    text: &'static str,
    context: Context,
    bytes: Vec<u8>,
}

fn lines(file: &'static str) -> Vec<Line> {
    file.lines()
        .map(|text| {
            let mut words = text.split_whitespace();
            let mut word = || words.next().unwrap_or_else(|| panic!("too short: {text}"));
            let name = word();
            let version = ProtocolVersion::ALL
                .into_iter()
                .find(|version| version.name() == name)
                .unwrap_or_else(|| panic!("no such version: {text}"));
            let sender = match word() {
                "c" => Some(Sender::Client),
                "s" => Some(Sender::Server),
                "-" => None,
                _ => panic!("no such sender: {text}"),
            };
            Line {
                text,
                context: Context { version, sender },
                bytes: hex(word()),
            }
        })
        .collect()
}

/// Whether the standard leaves room for a shorter form, which ours is: a Reason Code of 0 or an
/// empty block of properties at the end of the packet may be left out in version 5.
fn has_short_form(packet: &ControlPacket<'_>, version: ProtocolVersion) -> bool {
    version.is_v5()
        && matches!(
            packet,
            ControlPacket::Puback(_)
                | ControlPacket::Pubrec(_)
                | ControlPacket::Pubrel(_)
                | ControlPacket::Pubcomp(_)
                | ControlPacket::Disconnect(_)
                | ControlPacket::Auth(_)
        )
}

fn check(line: &Line) {
    let Line {
        text,
        context,
        bytes,
    } = line;
    let packet = only_packet(bytes, *context).unwrap_or_else(|error| panic!("{error}: {text}"));
    let dissection = dissect(bytes, *context);
    assert!(!dissection.has_errors(), "{text}: {dissection:?}");
    assert_eq!(
        (dissection.len, dissection.missing),
        (bytes.len(), 0),
        "{text}"
    );
    let ours = encoded(&packet, context.version);
    if ours != *bytes {
        assert!(
            has_short_form(&packet, context.version) && ours.len() < bytes.len(),
            "{text}\nours: {ours:02x?}"
        );
        let again = only_packet(&ours, *context).unwrap();
        assert_eq!(said(&again), said(&packet), "{text}");
    }
}

#[test]
fn mqtt_packet_is_read_and_written() {
    lines(MQTT_PACKET).iter().for_each(check);
}

#[test]
fn mosquitto_and_paho_are_read_and_written() {
    lines(MOSQUITTO).iter().for_each(check);
}

/// The corpus has no hole: each type in each version, each property where it may stand, each reason
/// code of version 5.
#[test]
fn mqtt_packet_covers_everything() {
    let mut types = BTreeSet::new();
    let mut properties = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for Line { context, bytes, .. } in &lines(MQTT_PACKET) {
        let packet = only_packet(bytes, *context).unwrap();
        let packet_type = packet.packet_type();
        types.insert((context.version, packet_type));
        let mut note = |list: mqttscope_wire::Properties<'_>, owner: &str| {
            properties.extend(list.into_iter().map(|p| (owner.to_owned(), p.id().0)));
        };
        let owner = format!("{packet_type:?}");
        match packet {
            ControlPacket::Connect(packet) => {
                note(packet.properties, &owner);
                if let Some(will) = packet.will {
                    note(will.properties, "will");
                }
            }
            ControlPacket::Connack(packet) => {
                note(packet.properties, &owner);
                codes.insert((context.version, packet_type, packet.reason_code.0));
            }
            ControlPacket::Publish(packet) => note(packet.properties, &owner),
            ControlPacket::Puback(packet)
            | ControlPacket::Pubrec(packet)
            | ControlPacket::Pubrel(packet)
            | ControlPacket::Pubcomp(packet) => {
                note(packet.properties, &owner);
                codes.insert((context.version, packet_type, packet.reason_code.0));
            }
            ControlPacket::Subscribe(packet) => note(packet.properties, &owner),
            ControlPacket::Suback(packet) => {
                note(packet.properties, &owner);
                codes.extend(
                    packet
                        .reason_codes
                        .iter()
                        .map(|code| (context.version, packet_type, code.0)),
                );
            }
            ControlPacket::Unsubscribe(packet) => note(packet.properties, &owner),
            ControlPacket::Unsuback(packet) => {
                note(packet.properties, &owner);
                codes.extend(
                    packet
                        .reason_codes
                        .iter()
                        .map(|code| (context.version, packet_type, code.0)),
                );
            }
            ControlPacket::Disconnect(packet) => {
                note(packet.properties, &owner);
                codes.insert((context.version, packet_type, packet.reason_code.0));
            }
            ControlPacket::Auth(packet) => {
                note(packet.properties, &owner);
                codes.insert((context.version, packet_type, packet.reason_code.0));
            }
            ControlPacket::Pingreq | ControlPacket::Pingresp => {}
        }
    }
    for version in ProtocolVersion::ALL {
        for packet_type in (1..=15).map(PacketType::from_nibble) {
            if packet_type == PacketType::Auth && !version.is_v5() {
                continue;
            }
            assert!(
                types.contains(&(version, packet_type)),
                "{version:?} {packet_type:?}"
            );
            for code in (0..=255).map(ReasonCode) {
                let carried = version.is_v5()
                    || matches!(packet_type, PacketType::Connack | PacketType::Suback);
                if carried && code.is_defined(packet_type, version) {
                    assert!(
                        codes.contains(&(version, packet_type, code.0)),
                        "{version:?} {packet_type:?} {code:?}"
                    );
                }
            }
        }
    }
    for id in PropertyId::ALL {
        for packet_type in (1..=15).map(PacketType::from_nibble) {
            if id.allowed_in(PropertyOwner::Packet(packet_type)) {
                let owner = format!("{packet_type:?}");
                assert!(
                    properties.contains(&(owner, id.0)),
                    "{id:?} in {packet_type:?}"
                );
            }
        }
        if id.allowed_in(PropertyOwner::Will) {
            assert!(
                properties.contains(&("will".to_owned(), id.0)),
                "{id:?} in a will"
            );
        }
    }
}
