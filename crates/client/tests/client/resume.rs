//! What a new connection sends again.

use mqttscope_client::{Command, Event, Failure};
use mqttscope_wire::{ControlPacket, Property, ProtocolVersion, Publish, QoS};

use super::peer::{Peer, ack, lasting, message, options, properties, publish};

fn again<'a>(payload: &'a str, qos: QoS, number: u16) -> ControlPacket<'a> {
    ControlPacket::Publish(Publish {
        dup: true,
        ..publish("a", payload, qos, number)
    })
}

fn first<'a>(payload: &'a str, qos: QoS, number: u16) -> ControlPacket<'a> {
    ControlPacket::Publish(publish("a", payload, qos, number))
}

/// Five messages: 1 (QoS 1), 2 to 5 (QoS 2); the PUBREC of 4 and then that of 2 have come.
fn five(version: ProtocolVersion) -> Peer {
    let mut peer = Peer::connected(lasting(version), &[]);
    for (payload, qos) in [("1", 1), ("2", 2), ("3", 2), ("4", 2), ("5", 2)] {
        peer.publish("a", payload, QoS::new(qos).unwrap());
    }
    peer.feed(ControlPacket::Pubrec(ack(4)));
    peer.feed(ControlPacket::Pubrec(ack(2)));
    peer.sent();
    peer
}

/// [MQTT-4.4.0-1], [MQTT-3.3.1-1], [MQTT-4.6.0-1], [MQTT-4.6.0-4], [MQTT-4.3.2-3], [MQTT-4.3.3-3],
/// [MQTT-4.3.3-5], [MQTT-4.3.3-6] and [MQTT-3.1.2-23] v5; [MQTT-3.1.2-4],
/// [MQTT-4.4.0-1], [MQTT-3.3.1-1], [MQTT-4.6.0-1] and [MQTT-4.6.0-4] v3.1.1
#[test]
fn what_is_open_is_sent_again_in_order() {
    for version in ProtocolVersion::ALL {
        let mut peer = five(version);
        for _ in 0..3 {
            peer.reconnect(version != ProtocolVersion::V3_1, &[]);
            peer.expect(&[
                ControlPacket::Pubrel(ack(4)),
                ControlPacket::Pubrel(ack(2)),
                again("1", QoS::AtLeastOnce, 1),
                again("3", QoS::ExactlyOnce, 3),
                again("5", QoS::ExactlyOnce, 5),
            ]);
            peer.pass(std::time::Duration::from_secs(3600));
            peer.expect(&[]);
        }
        peer.feed(ControlPacket::Puback(ack(1)));
        for number in [2, 4] {
            peer.feed(ControlPacket::Pubcomp(ack(number)));
        }
        for number in [3, 5] {
            peer.feed(ControlPacket::Pubrec(ack(number)));
            peer.feed(ControlPacket::Pubcomp(ack(number)));
        }
        peer.expect_nothing_left();
    }
}

/// [MQTT-3.3.4-7] v5, for what is sent again
#[test]
fn within_the_window_of_the_new_connection() {
    let mut peer = five(ProtocolVersion::V5);
    peer.publish("a", "6", QoS::AtLeastOnce);
    peer.sent();
    peer.reconnect(true, &[Property::ReceiveMaximum(3)]);
    peer.publish("a", "7", QoS::AtMostOnce);
    peer.expect(&[
        ControlPacket::Pubrel(ack(4)),
        ControlPacket::Pubrel(ack(2)),
        again("1", QoS::AtLeastOnce, 1),
        first("7", QoS::AtMostOnce, 0),
    ]);
    peer.publish("a", "8", QoS::AtLeastOnce);
    peer.feed(ControlPacket::Pubcomp(ack(4)));
    peer.expect(&[again("3", QoS::ExactlyOnce, 3)]);
    peer.feed(ControlPacket::Puback(ack(1)));
    peer.expect(&[again("5", QoS::ExactlyOnce, 5)]);
    peer.feed(ControlPacket::Pubcomp(ack(2)));
    peer.expect(&[again("6", QoS::AtLeastOnce, 6)]);
    peer.feed(ControlPacket::Puback(ack(6)));
    peer.expect(&[first("8", QoS::AtLeastOnce, 7)]);
}

/// [MQTT-3.2.2-5] v5
#[test]
fn a_session_that_the_server_dropped() {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        let mut peer = five(version);
        peer.feed(ControlPacket::Publish(publish(
            "in",
            "x",
            QoS::ExactlyOnce,
            9,
        )));
        peer.publish("a", "6", QoS::AtLeastOnce);
        peer.sent();
        peer.events();
        peer.client.handle_disconnected(peer.now);
        peer.publish("a", "7", QoS::AtMostOnce);
        peer.pass(std::time::Duration::from_secs(60));
        peer.client.handle_connected(peer.now);
        peer.sent();
        peer.events();
        peer.feed(ControlPacket::Connack(mqttscope_wire::Connack::default()));
        let lost = peer.events().into_iter().filter_map(|event| match event {
            Event::Failed {
                ticket,
                failure: Failure::SessionLost,
            } => Some(ticket.0),
            _ => None,
        });
        let mut lost: Vec<_> = lost.collect();
        lost.sort_unstable();
        assert_eq!(
            lost,
            [3, 4, 5, 6],
            "QoS 2, of which nobody knows; 1 was the CONNECT"
        );
        peer.expect(&[
            first("1", QoS::AtLeastOnce, 7),
            first("6", QoS::AtLeastOnce, 8),
            first("7", QoS::AtMostOnce, 0),
        ]);
        peer.feed(ControlPacket::Publish(publish(
            "in",
            "y",
            QoS::ExactlyOnce,
            9,
        )));
        assert_eq!(
            peer.messages(),
            ["y"],
            "the identifier means nothing any more"
        );
    }
}

/// [MQTT-3.1.2-6] v3.1.1
#[test]
fn a_clean_session_is_not_resumed() {
    let mut peer = Peer::connected(options(ProtocolVersion::V3_1), &[]);
    peer.publish("a", "1", QoS::AtLeastOnce);
    peer.sent();
    peer.reconnect(false, &[]);
    peer.expect(&[first("1", QoS::AtLeastOnce, 2)]);
}

#[test]
fn too_large_for_the_new_connection() {
    let mut peer = Peer::connected(lasting(ProtocolVersion::V5), &[]);
    let ticket = peer.publish("a", "0123456789", QoS::ExactlyOnce);
    peer.sent();
    peer.reconnect(true, &[Property::MaximumPacketSize(10)]);
    peer.expect(&[]);
    assert!(peer.events().contains(&Event::Failed {
        ticket,
        failure: Failure::TooLarge
    }));
    peer.expect_nothing_left();
}

/// [MQTT-4.3.3-7] and [MQTT-4.3.3-13] v5
#[test]
fn a_message_that_was_sent_does_not_expire() {
    let mut peer = Peer::connected(lasting(ProtocolVersion::V5), &[]);
    let short = message("a", "x", QoS::ExactlyOnce)
        .with_property(Property::MessageExpiryInterval(1))
        .unwrap();
    peer.command(Command::publish(short)).unwrap();
    peer.sent();
    peer.reconnect(true, &[]);
    let interval = properties(&[Property::MessageExpiryInterval(1)]);
    let mut sent = Publish {
        dup: true,
        ..publish("a", "x", QoS::ExactlyOnce, 1)
    };
    sent.properties = interval.as_properties();
    peer.expect(&[ControlPacket::Publish(sent)]);
    let mut came = publish("b", "y", QoS::ExactlyOnce, 1);
    came.properties = interval.as_properties();
    peer.feed(ControlPacket::Publish(came));
    peer.pass(std::time::Duration::from_secs(5));
    peer.feed(ControlPacket::Pubrec(ack(1)));
    peer.feed(ControlPacket::Pubrel(ack(1)));
    let answers = [
        ControlPacket::Pubrec(ack(1)),
        ControlPacket::Pubrel(ack(1)),
        ControlPacket::Pubcomp(ack(1)),
    ];
    peer.expect(&answers);
}
