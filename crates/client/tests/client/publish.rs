//! Messages that go out.

use std::time::Duration;

use mqttscope_client::{Command, CommandError, Deviation, Event, Failure, Limits, Options};
use mqttscope_wire::{
    Acknowledgement, ControlPacket, PacketType, PropertiesBuf, Property, ProtocolVersion, QoS,
    ReasonCode, Utf8EncodedString,
};

use super::peer::{Peer, ack, id, message, options, properties, publish, topic};

fn done(events: &[Event]) -> Vec<(u64, u8)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Published {
                ticket,
                reason_code,
                ..
            } => Some((ticket.0, reason_code.0)),
            _ => None,
        })
        .collect()
}

fn failed(events: &[Event]) -> Vec<Failure> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Failed { failure, .. } => Some(*failure),
            _ => None,
        })
        .collect()
}

/// [MQTT-4.3.1-1], [MQTT-4.3.2-2], [MQTT-4.3.3-2], [MQTT-4.3.3-4] and [MQTT-2.2.1-3] v5;
/// [MQTT-4.3.2-1], [MQTT-4.3.3-1] and [MQTT-2.3.1-3] v3.1.1
#[test]
fn each_qos_to_its_end() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        let zero = peer.publish("a", "0", QoS::AtMostOnce);
        let one = peer.publish("a", "1", QoS::AtLeastOnce);
        let two = peer.publish("a", "2", QoS::ExactlyOnce);
        peer.expect(&[
            ControlPacket::Publish(publish("a", "0", QoS::AtMostOnce, 0)),
            ControlPacket::Publish(publish("a", "1", QoS::AtLeastOnce, 1)),
            ControlPacket::Publish(publish("a", "2", QoS::ExactlyOnce, 2)),
        ]);
        assert_eq!(done(&peer.events()), [(zero.0, 0)]);
        peer.feed(ControlPacket::Puback(ack(1)));
        assert_eq!(done(&peer.events()), [(one.0, 0)]);
        peer.feed(ControlPacket::Pubrec(ack(2)));
        peer.expect(&[ControlPacket::Pubrel(ack(2))]);
        peer.feed(ControlPacket::Pubrec(ack(2)));
        peer.expect(&[ControlPacket::Pubrel(ack(2))]);
        assert_eq!(done(&peer.events()), []);
        peer.feed(ControlPacket::Pubcomp(ack(2)));
        assert_eq!(done(&peer.events()), [(two.0, 0)]);
        peer.expect_nothing_left();
    }
}

/// [MQTT-4.4.0-2] v5
#[test]
fn refused_messages_are_over() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    let one = peer.publish("a", "1", QoS::AtLeastOnce);
    let two = peer.publish("a", "2", QoS::ExactlyOnce);
    peer.sent();
    let no = |number| Acknowledgement {
        reason_code: ReasonCode::QUOTA_EXCEEDED,
        ..ack(number)
    };
    peer.feed(ControlPacket::Puback(no(1)));
    peer.feed(ControlPacket::Pubrec(no(2)));
    assert_eq!(done(&peer.events()), [(one.0, 0x97), (two.0, 0x97)]);
    peer.expect(&[]);
    peer.expect_nothing_left();
}

#[test]
fn answers_to_nothing() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        peer.feed(ControlPacket::Puback(ack(9)));
        peer.feed(ControlPacket::Pubcomp(ack(9)));
        peer.expect(&[]);
        peer.feed(ControlPacket::Pubrec(ack(9)));
        let reason_code = if version.is_v5() {
            ReasonCode::PACKET_IDENTIFIER_NOT_FOUND
        } else {
            ReasonCode::SUCCESS
        };
        peer.expect(&[ControlPacket::Pubrel(Acknowledgement {
            reason_code,
            ..ack(9)
        })]);
        let odd =
            |packet_type| Event::Deviation(Deviation::UnknownPacketIdentifier(packet_type, id(9)));
        assert_eq!(
            peer.events(),
            [
                odd(PacketType::Puback),
                odd(PacketType::Pubcomp),
                odd(PacketType::Pubrec)
            ]
        );
        peer.feed(ControlPacket::Pingresp);
        assert_eq!(
            peer.events(),
            [Event::Deviation(Deviation::UnaskedPingresp)]
        );
    }
}

/// [MQTT-3.3.4-7], [MQTT-3.3.4-8], [MQTT-4.9.0-2] and [MQTT-4.9.0-3] v5
#[test]
fn the_window_holds_back_messages_only() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[Property::ReceiveMaximum(2)]);
    for number in 1..=4 {
        peer.publish("a", &number.to_string(), QoS::ExactlyOnce);
    }
    let out =
        |payload, number| ControlPacket::Publish(publish("a", payload, QoS::ExactlyOnce, number));
    peer.expect(&[out("1", 1), out("2", 2)]);
    assert_eq!(
        (peer.client.view().send_quota, peer.client.view().queued),
        (0, 2)
    );
    peer.command(Command::Ping).unwrap();
    peer.feed(ControlPacket::Pubrec(ack(1)));
    peer.expect(&[ControlPacket::Pingreq, ControlPacket::Pubrel(ack(1))]);
    peer.feed(ControlPacket::Pubcomp(ack(1)));
    peer.expect(&[out("3", 3)]);
    peer.feed(ControlPacket::Pubrec(Acknowledgement {
        reason_code: ReasonCode::NOT_AUTHORIZED,
        ..ack(2)
    }));
    peer.expect(&[out("4", 4)]);
}

#[test]
fn the_window_that_is_assumed_before_version_5() {
    let mut peer = Peer::connected(
        Options {
            assumed_receive_maximum: 2,
            ..options(ProtocolVersion::V3_1_1)
        },
        &[],
    );
    for number in 1..=3 {
        peer.publish("a", &number.to_string(), QoS::AtLeastOnce);
    }
    let out =
        |payload, number| ControlPacket::Publish(publish("a", payload, QoS::AtLeastOnce, number));
    peer.expect(&[out("1", 1), out("2", 2)]);
    peer.feed(ControlPacket::Puback(ack(2)));
    peer.expect(&[out("3", 3)]);
}

/// [MQTT-3.2.2-11], [MQTT-3.2.2-14], [MQTT-3.2.2-15] v5
#[test]
fn what_the_server_cannot_do_is_not_sent() {
    let limits = [
        Property::MaximumQoS(1),
        Property::RetainAvailable(0),
        Property::MaximumPacketSize(20),
    ];
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &limits);
    for (message, failure) in [
        (message("a", "", QoS::ExactlyOnce), Failure::QoSNotSupported),
        (
            message("a", "", QoS::AtMostOnce).with_retain(true),
            Failure::RetainNotSupported,
        ),
        (
            message("a", "0123456789012345", QoS::AtMostOnce),
            Failure::TooLarge,
        ),
        (
            message("a", "0123456789012345", QoS::AtLeastOnce),
            Failure::TooLarge,
        ),
    ] {
        peer.command(Command::publish(message)).unwrap();
        assert_eq!(failed(&peer.events()), [failure]);
        peer.expect(&[]);
        peer.expect_nothing_left();
    }
    peer.publish("a", "01234567890123", QoS::AtMostOnce);
    assert_eq!(peer.sent().len(), 20, "just small enough");
}

#[test]
fn misuse_changes_nothing() {
    let mut peer = Peer::connected(options(ProtocolVersion::V3_1_1), &[]);
    let five = message("a", "", QoS::AtMostOnce)
        .with_property(Property::MessageExpiryInterval(1))
        .unwrap();
    assert!(
        matches!(
            peer.command(Command::publish(five)),
            Err(CommandError::Encode(_))
        ),
        "not in this version"
    );
    let nowhere = Command::publish(message("", "", QoS::AtMostOnce));
    assert_eq!(peer.command(nowhere), Err(CommandError::NoTopic));
    let alias = Command::Publish {
        message: message("a", "", QoS::AtMostOnce),
        topic_alias: Some(1),
    };
    assert_eq!(peer.command(alias), Err(CommandError::TopicAlias));
    let mut five = Peer::connected(options(ProtocolVersion::V5), &[]);
    let identified = message("a", "", QoS::AtMostOnce)
        .with_property(Property::SubscriptionIdentifier(1))
        .unwrap();
    assert!(matches!(
        five.command(Command::publish(identified)),
        Err(CommandError::Encode(_))
    ));
    assert_eq!(
        five.command(Command::Connect),
        Err(CommandError::AlreadyConnected)
    );
    for peer in [&mut peer, &mut five] {
        assert_eq!(peer.events(), []);
        peer.expect(&[]);
        peer.expect_nothing_left();
    }
}

#[test]
fn messages_wait_for_a_connection_within_limits() {
    let mut own = options(ProtocolVersion::V5);
    own.limits = Limits {
        queued: 3,
        queued_bytes: 10,
        ..Limits::default()
    };
    let mut peer = Peer::new(own);
    peer.publish("a", "1", QoS::AtMostOnce);
    peer.publish("a", "2", QoS::AtLeastOnce);
    let big = message("a", "0123456", QoS::AtLeastOnce);
    assert_eq!(
        peer.command(Command::publish(big)),
        Err(CommandError::QueueFull)
    );
    peer.publish("a", "3", QoS::AtLeastOnce);
    assert_eq!(
        peer.command(Command::publish(message("a", "", QoS::AtMostOnce))),
        Err(CommandError::QueueFull)
    );
    assert_eq!(
        (peer.client.view().queued, peer.client.view().queued_bytes),
        (3, 6)
    );
    peer.command(Command::Connect).unwrap();
    peer.accept(false, &[]);
    peer.expect(&[
        ControlPacket::Publish(publish("a", "1", QoS::AtMostOnce, 0)),
        ControlPacket::Publish(publish("a", "2", QoS::AtLeastOnce, 1)),
        ControlPacket::Publish(publish("a", "3", QoS::AtLeastOnce, 2)),
    ]);
    let mut peer = Peer::new(Options {
        queue_qos_0: false,
        ..options(ProtocolVersion::V5)
    });
    peer.publish("a", "1", QoS::AtMostOnce);
    assert_eq!(failed(&peer.events()), [Failure::NotConnected]);
}

#[test]
fn messages_expire_while_they_wait() {
    let mut peer = Peer::new(options(ProtocolVersion::V5));
    for seconds in [2, 9] {
        let message = message("a", "", QoS::AtMostOnce)
            .with_property(Property::MessageExpiryInterval(seconds))
            .unwrap();
        peer.command(Command::publish(message)).unwrap();
    }
    peer.pass(Duration::from_secs(3));
    peer.command(Command::Connect).unwrap();
    peer.accept(false, &[]);
    assert_eq!(failed(&peer.events()), [Failure::Expired]);
    let left = properties(&[Property::MessageExpiryInterval(6)]);
    let mut sent = publish("a", "", QoS::AtMostOnce, 0);
    sent.properties = left.as_properties();
    peer.expect(&[ControlPacket::Publish(sent)]);
}

/// [MQTT-3.2.2-17], [MQTT-3.2.2-18], [MQTT-3.3.2-7] and [MQTT-3.3.2-9] v5
#[test]
fn aliases_that_go_out() {
    let own = Options {
        automatic_topic_alias: true,
        ..options(ProtocolVersion::V5)
    };
    let expect = |peer: &mut Peer, name: &str, alias: Option<u16>| {
        let list: PropertiesBuf = properties(
            &alias
                .map(Property::TopicAlias)
                .into_iter()
                .collect::<Vec<_>>(),
        );
        let mut sent = publish("a", "", QoS::AtMostOnce, 0);
        sent.topic_name = topic(name);
        sent.properties = list.as_properties();
        peer.expect(&[ControlPacket::Publish(sent)]);
    };
    let mut peer = Peer::connected(own, &[Property::TopicAliasMaximum(2)]);
    for (name, written, alias) in [
        ("a", "a", 1),
        ("b", "b", 2),
        ("a", "", 1),
        ("c", "c", 2),
        ("b", "b", 1),
    ] {
        peer.publish(name, "", QoS::AtMostOnce);
        expect(&mut peer, written, Some(alias));
    }
    peer.reconnect(false, &[Property::TopicAliasMaximum(1)]);
    peer.publish("b", "", QoS::AtMostOnce);
    expect(&mut peer, "b", Some(1));
    peer.reconnect(false, &[]);
    peer.publish("b", "", QoS::AtMostOnce);
    expect(&mut peer, "b", None);

    let mut peer = Peer::connected(
        options(ProtocolVersion::V5),
        &[Property::TopicAliasMaximum(2)],
    );
    let named = |alias| Command::Publish {
        message: message("a", "", QoS::AtMostOnce),
        topic_alias: Some(alias),
    };
    for (alias, written) in [(2, "a"), (2, ""), (1, "a"), (2, "")] {
        peer.command(named(alias)).unwrap();
        expect(&mut peer, written, Some(alias));
    }
    assert_eq!(peer.command(named(3)), Err(CommandError::TopicAlias));
    assert_eq!(peer.command(named(0)), Err(CommandError::TopicAlias));
}

#[test]
fn an_alias_that_did_not_go_out_is_not_used() {
    let own = Options {
        automatic_topic_alias: true,
        ..options(ProtocolVersion::V5)
    };
    let mut peer = Peer::connected(
        own,
        &[
            Property::TopicAliasMaximum(2),
            Property::MaximumPacketSize(30),
        ],
    );
    peer.publish(
        "topic",
        "much too much for the server to take",
        QoS::AtMostOnce,
    );
    peer.expect(&[]);
    peer.publish("topic", "", QoS::AtMostOnce);
    let alias = properties(&[Property::TopicAlias(2)]);
    let mut sent = publish("topic", "", QoS::AtMostOnce, 0);
    sent.properties = alias.as_properties();
    peer.expect(&[ControlPacket::Publish(sent)]);
}

#[test]
fn properties_go_out_in_their_order() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    let text = |text| Utf8EncodedString::new(text).unwrap();
    let list = [
        Property::UserProperty(text("b"), text("1")),
        Property::ContentType(text("text/plain")),
        Property::UserProperty(text("a"), text("2")),
        Property::ResponseTopic(topic("back")),
    ];
    let own = list
        .iter()
        .fold(message("a", "x", QoS::AtLeastOnce), |message, &property| {
            message.with_property(property).unwrap()
        });
    peer.command(Command::publish(own)).unwrap();
    let list = properties(&list);
    let mut sent = publish("a", "x", QoS::AtLeastOnce, 1);
    sent.properties = list.as_properties();
    peer.expect(&[ControlPacket::Publish(sent)]);
}
