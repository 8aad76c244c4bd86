//! A server that says anything.

use mqttscope_client::{Cause, Command, Event, Limits, Options, Phase, ProtocolError};
use mqttscope_wire::{
    Acknowledgement, Auth, Connack, ControlPacket, Disconnect, PacketType, Properties, Property,
    ProtocolVersion, QoS, ReasonCode, ReasonCodes, Rule, Suback,
};
use proptest::prelude::*;

use super::peer::{Peer, ack, id, options, properties, publish};

fn fault(peer: &mut Peer) -> Option<ProtocolError> {
    peer.events().into_iter().find_map(|event| match event {
        Event::Disconnected {
            cause: Cause::ProtocolError(fault),
            ..
        } => Some(fault),
        _ => None,
    })
}

/// [MQTT-4.13.2-1] v5, [MQTT-4.8.0-1] and [MQTT-2.2.2-2] v3.1.1
#[test]
fn a_broken_packet_ends_the_connection() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        peer.client.handle_bytes(peer.now, &[0x36, 3, 0, 1, b'a']);
        let Some(ProtocolError::Malformed(error)) = fault(&mut peer) else {
            panic!()
        };
        assert_eq!(error.rule, Rule::PublishQoSReserved);
        if version.is_v5() {
            let reason_code = ReasonCode::MALFORMED_PACKET;
            peer.expect(&[ControlPacket::Disconnect(Disconnect {
                reason_code,
                ..Disconnect::default()
            })]);
        } else {
            peer.expect(&[]);
        }
    }
}

#[test]
fn packets_that_a_server_does_not_send_now() {
    let connack = ControlPacket::Connack(Connack::default());
    let suback = ControlPacket::Suback(Suback {
        packet_identifier: id(1),
        properties: Properties::NONE,
        reason_codes: ReasonCodes::new(&[0]),
    });
    for packet in [
        suback,
        ControlPacket::Pingresp,
        ControlPacket::Publish(publish("a", "", QoS::AtMostOnce, 0)),
    ] {
        let mut peer = Peer::new(options(ProtocolVersion::V5));
        peer.command(Command::Connect).unwrap();
        peer.client.handle_connected(peer.now);
        peer.feed(packet);
        assert_eq!(
            fault(&mut peer),
            Some(ProtocolError::Unexpected(packet.packet_type())),
            "before the CONNACK"
        );
    }
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    peer.feed(connack);
    assert_eq!(
        fault(&mut peer),
        Some(ProtocolError::Unexpected(PacketType::Connack))
    );
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    peer.client.handle_bytes(peer.now, &[0xc0, 0]);
    assert!(fault(&mut peer).is_some(), "a PINGREQ");
}

#[test]
fn a_packet_larger_than_was_announced() {
    let mut own = options(ProtocolVersion::V5);
    own.properties = properties(&[Property::MaximumPacketSize(50)]);
    let small = Options {
        limits: Limits {
            packet: 50,
            ..Limits::default()
        },
        ..options(ProtocolVersion::V3_1_1)
    };
    for own in [own, small] {
        let mut peer = Peer::connected(own, &[]);
        peer.client
            .handle_bytes(peer.now, &[0x30, 0xff, 0xff, 0xff, 0x7f]);
        assert!(matches!(
            fault(&mut peer),
            Some(ProtocolError::TooLarge { .. })
        ));
    }
}

#[test]
fn a_fault_is_tried_again_later() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    peer.client.handle_bytes(peer.now, &[0xff; 6]);
    assert!(matches!(peer.client.view().phase, Phase::Waiting(_)));
}

fn packet() -> impl Strategy<Value = Vec<u8>> {
    let id = 1_u16..6;
    let code = prop_oneof![Just(0_u8), Just(0x10), Just(0x80), Just(0x92)];
    let encode = |packet: ControlPacket<'_>, version| {
        let mut bytes = Vec::new();
        let _ = packet.encode(version, &mut bytes);
        bytes
    };
    prop_oneof![
        (0_u8..12, id, code, 0_u8..3).prop_map(move |(kind, number, code, qos)| {
            let answer = Acknowledgement {
                reason_code: ReasonCode(code),
                ..ack(number)
            };
            let version = ProtocolVersion::V5;
            let alias = properties(&[Property::TopicAlias(number)]);
            let mut aliased = publish("", "", QoS::new(qos).unwrap(), number);
            aliased.properties = alias.as_properties();
            let packet = match kind {
                0 => ControlPacket::Puback(answer),
                1 => ControlPacket::Pubrec(answer),
                2 => ControlPacket::Pubrel(answer),
                3 => ControlPacket::Pubcomp(answer),
                4 => ControlPacket::Pingresp,
                5 => ControlPacket::Publish(aliased),
                6 => ControlPacket::Auth(Auth {
                    reason_code: ReasonCode(0x18),
                    ..Auth::default()
                }),
                7 => ControlPacket::Disconnect(Disconnect {
                    reason_code: ReasonCode(code),
                    ..Disconnect::default()
                }),
                8 => ControlPacket::Connack(Connack {
                    reason_code: ReasonCode(code),
                    ..Connack::default()
                }),
                _ => ControlPacket::Publish(publish("a", "x", QoS::new(qos).unwrap(), number)),
            };
            encode(packet, version)
        }),
        proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    /// Nothing panics, and what is kept stays within what was announced.
    #[test]
    fn anything(
        packets in proptest::collection::vec(packet(), 0..60),
        version in 0_usize..3,
        manual in any::<bool>(),
        chunk in 1_usize..9,
    ) {
        let version = ProtocolVersion::ALL[version];
        let mut own = Options { manual_acknowledgement: manual, ..options(version) };
        if version.is_v5() {
            own.properties = properties(&[Property::ReceiveMaximum(3), Property::TopicAliasMaximum(2)]);
        }
        let mut peer = Peer::new(own);
        peer.command(Command::Connect).unwrap();
        for (index, bytes) in packets.iter().enumerate() {
            match peer.client.view().phase {
                Phase::Opening => {
                    peer.client.handle_connected(peer.now);
                    let mut connack = Vec::new();
                    ControlPacket::Connack(Connack::default()).encode(version, &mut connack).unwrap();
                    peer.client.handle_bytes(peer.now, &connack);
                }
                Phase::Waiting(due) => {
                    peer.now = due;
                    peer.client.handle_timeout(due);
                }
                Phase::Idle => {
                    peer.command(Command::Connect).unwrap();
                }
                Phase::Connecting | Phase::Connected => {}
            }
            peer.publish("out", "y", QoS::new((index % 3) as u8).unwrap());
            for chunk in bytes.chunks(chunk) {
                peer.client.handle_bytes(peer.now, chunk);
            }
            peer.sent();
            peer.events();
            let view = peer.client.view();
            if version.is_v5() {
                prop_assert!(view.unacknowledged <= 3 && view.incoming.len() <= 6);
                prop_assert!(view.incoming_aliases.iter().count() <= 2);
            }
            // An identifier is held by a handshake or a request, and each of those holds one.
            prop_assert_eq!(view.identifiers.len(), view.outgoing.len() + view.requests.0);
        }
    }
}

/// A server that speaks 3.1.1 only says no in its own form.
#[test]
fn an_answer_of_version_3_1_1_is_named() {
    for (code, again) in [(1, false), (2, false), (3, true), (4, false), (5, false)] {
        let mut peer = Peer::new(options(ProtocolVersion::V5));
        peer.command(Command::Connect).unwrap();
        peer.client.handle_connected(peer.now);
        peer.sent();
        peer.client.handle_bytes(peer.now, &[0x20, 2, 0, code]);
        let ended = peer.events().into_iter().find_map(|event| match event {
            Event::Disconnected { cause, retry_at } => Some((cause, retry_at.is_some())),
            _ => None,
        });
        let return_code = ReasonCode(code);
        let cause = Cause::AnsweredAsV3_1_1 { return_code };
        assert_eq!(ended, Some((cause, again)));
        peer.expect(&[]);
    }
}

/// Illegal and harmless: QoS 2 is what a server takes that says nothing.
#[test]
fn a_maximum_qos_of_2_is_gone_on_with() {
    let connack = [0x20, 5, 0, 0, 2, 0x24, 2, 0xd0, 0];
    let mut peer = Peer::new(options(ProtocolVersion::V5));
    peer.command(Command::Connect).unwrap();
    peer.publish("a", "x", QoS::ExactlyOnce);
    peer.command(Command::Ping).unwrap_err();
    peer.client.handle_connected(peer.now);
    peer.sent();
    peer.client.handle_bytes(peer.now, &connack[..6]);
    assert_eq!(peer.client.view().phase, Phase::Connecting);
    peer.client.handle_bytes(peer.now, &connack[6..]);
    let events = peer.events();
    let odd = Event::Deviation(mqttscope_client::Deviation::MaximumQoSValue);
    assert!(events.contains(&odd), "{events:?}");
    assert_eq!(peer.client.view().phase, Phase::Connected);
    assert_eq!(peer.client.view().server.maximum_qos, QoS::ExactlyOnce);
    peer.expect(&[ControlPacket::Publish(publish(
        "a",
        "x",
        QoS::ExactlyOnce,
        1,
    ))]);

    // Whatever else is wrong with it still counts.
    let mut peer = Peer::new(options(ProtocolVersion::V5));
    peer.command(Command::Connect).unwrap();
    peer.client.handle_connected(peer.now);
    let broken = [0x20, 7, 0, 0, 4, 0x24, 2, 0x21, 0, 0];
    peer.client.handle_bytes(peer.now, &broken);
    assert!(fault(&mut peer).is_some());
}
