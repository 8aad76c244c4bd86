//! Messages that come in.

use mqttscope_client::{
    Cause, Command, CommandError, Delivery, Deviation, Event, Options, ProtocolError,
};
use mqttscope_wire::{
    Acknowledgement, BinaryData, ControlPacket, Disconnect, PacketType, PropertiesBuf, Property,
    ProtocolVersion, QoS, ReasonCode, Utf8EncodedString,
};

use super::peer::{Peer, ack, id, lasting, options, properties, publish};

fn faults(peer: &mut Peer) -> Vec<ProtocolError> {
    let fault = |event| match event {
        Event::Disconnected {
            cause: Cause::ProtocolError(fault),
            ..
        } => Some(fault),
        _ => None,
    };
    peer.events().into_iter().filter_map(fault).collect()
}

fn deliveries(peer: &mut Peer) -> Vec<Delivery> {
    let delivery = |event| match event {
        Event::Message { delivery, .. } => delivery,
        _ => None,
    };
    peer.events().into_iter().filter_map(delivery).collect()
}

fn acknowledge(
    peer: &mut Peer,
    delivery: Delivery,
    reason_code: ReasonCode,
) -> Result<(), CommandError> {
    peer.command(Command::Acknowledge {
        delivery,
        reason_code,
        properties: PropertiesBuf::new(),
    })
    .map(|_| ())
}

/// [MQTT-3.3.4-1], [MQTT-4.5.0-2], [MQTT-2.2.1-5], [MQTT-4.3.2-4], [MQTT-4.3.2-5], [MQTT-4.3.3-8],
/// [MQTT-4.3.3-10], [MQTT-4.3.3-11] and [MQTT-4.3.3-12] v5; [MQTT-3.3.4-1], [MQTT-4.3.2-2],
/// [MQTT-4.3.3-2], [MQTT-2.3.1-6] and [MQTT-4.5.0-2] v3.1.1
#[test]
fn each_qos_is_answered() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        peer.feed(ControlPacket::Publish(publish(
            "a",
            "0",
            QoS::AtMostOnce,
            0,
        )));
        peer.expect(&[]);
        for _ in 0..2 {
            peer.feed(ControlPacket::Publish(publish(
                "a",
                "1",
                QoS::AtLeastOnce,
                5,
            )));
            peer.expect(&[ControlPacket::Puback(ack(5))]);
        }
        assert_eq!(
            peer.messages(),
            ["0", "1", "1"],
            "after the PUBACK it is a new message"
        );
        for _ in 0..2 {
            let two = publish("a", "2", QoS::ExactlyOnce, 5);
            peer.feed(ControlPacket::Publish(two));
            peer.feed(ControlPacket::Publish(mqttscope_wire::Publish {
                dup: true,
                ..two
            }));
            peer.expect(&[ControlPacket::Pubrec(ack(5)), ControlPacket::Pubrec(ack(5))]);
            peer.feed(ControlPacket::Pubrel(ack(5)));
            peer.expect(&[ControlPacket::Pubcomp(ack(5))]);
        }
        assert_eq!(peer.messages(), ["2", "2"], "once for each PUBREL");
        peer.feed(ControlPacket::Pubrel(ack(5)));
        let reason_code = if version.is_v5() {
            ReasonCode::PACKET_IDENTIFIER_NOT_FOUND
        } else {
            ReasonCode::SUCCESS
        };
        peer.expect(&[ControlPacket::Pubcomp(Acknowledgement {
            reason_code,
            ..ack(5)
        })]);
        assert_eq!(
            peer.events(),
            [Event::Deviation(Deviation::UnknownPacketIdentifier(
                PacketType::Pubrel,
                id(5)
            ))]
        );
        peer.expect_nothing_left();
    }
}

/// [MQTT-3.3.2-10] v5
#[test]
fn aliases_that_come_in() {
    let mut own = options(ProtocolVersion::V5);
    own.properties = properties(&[Property::TopicAliasMaximum(2)]);
    let alias = |number| properties(&[Property::TopicAlias(number)]);
    let mut peer = Peer::connected(own.clone(), &[]);
    for (name, number, expected) in [
        ("x", 1, "x"),
        ("y", 2, "y"),
        ("", 1, "x"),
        ("z", 1, "z"),
        ("", 1, "z"),
    ] {
        let list = alias(number);
        let mut packet = publish(name, "", QoS::AtMostOnce, 0);
        packet.properties = list.as_properties();
        peer.feed(ControlPacket::Publish(packet));
        let events = peer.events();
        let [
            Event::Message {
                message,
                topic_alias,
                ..
            },
        ] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!(
            (&*message.topic_name(), *topic_alias),
            (expected, Some(number))
        );
        assert!(
            message.properties.as_properties().is_empty(),
            "the alias belongs to the connection"
        );
    }
    assert_eq!(
        peer.client
            .view()
            .incoming_aliases
            .iter()
            .collect::<Vec<_>>(),
        [(1, "z"), (2, "y")]
    );
    for (own, name, number) in [
        (own.clone(), "x", 3),
        (own, "", 2),
        (options(ProtocolVersion::V5), "x", 1),
    ] {
        let mut peer = Peer::connected(own, &[]);
        let list = alias(number);
        let mut packet = publish(name, "", QoS::AtMostOnce, 0);
        packet.properties = list.as_properties();
        peer.feed(ControlPacket::Publish(packet));
        let reason_code = ReasonCode::TOPIC_ALIAS_INVALID;
        peer.expect(&[ControlPacket::Disconnect(Disconnect {
            reason_code,
            ..Disconnect::default()
        })]);
        assert_eq!(faults(&mut peer), [ProtocolError::TopicAliasInvalid]);
    }
}

#[test]
fn more_than_the_receive_maximum() {
    let mut own = options(ProtocolVersion::V5);
    own.properties = properties(&[Property::ReceiveMaximum(2)]);
    let mut peer = Peer::connected(own, &[]);
    for number in [1, 2, 1, 2] {
        peer.feed(ControlPacket::Publish(publish(
            "a",
            "",
            QoS::ExactlyOnce,
            number,
        )));
    }
    assert_eq!(peer.client.view().receive_quota, 0);
    peer.feed(ControlPacket::Publish(publish("a", "", QoS::AtMostOnce, 0)));
    peer.feed(ControlPacket::Pubrel(ack(1)));
    peer.feed(ControlPacket::Publish(publish(
        "a",
        "",
        QoS::ExactlyOnce,
        3,
    )));
    assert_eq!(faults(&mut peer), []);
    peer.sent();
    peer.feed(ControlPacket::Publish(publish(
        "a",
        "",
        QoS::AtLeastOnce,
        4,
    )));
    let reason_code = ReasonCode::RECEIVE_MAXIMUM_EXCEEDED;
    peer.expect(&[ControlPacket::Disconnect(Disconnect {
        reason_code,
        ..Disconnect::default()
    })]);
    assert_eq!(faults(&mut peer), [ProtocolError::ReceiveMaximumExceeded]);
}

/// [MQTT-4.6.0-2], [MQTT-4.6.0-3] and [MQTT-4.3.3-9] v5; [MQTT-4.6.0-2] and [MQTT-4.6.0-3] v3.1.1
#[test]
fn acknowledged_by_the_application_in_order() {
    let own = Options {
        manual_acknowledgement: true,
        ..options(ProtocolVersion::V5)
    };
    let mut peer = Peer::connected(own, &[]);
    for (qos, number) in [
        (QoS::AtLeastOnce, 1),
        (QoS::ExactlyOnce, 2),
        (QoS::AtLeastOnce, 3),
        (QoS::ExactlyOnce, 4),
    ] {
        peer.feed(ControlPacket::Publish(publish("a", "", qos, number)));
    }
    let held = deliveries(&mut peer);
    assert_eq!(
        held.iter()
            .map(|held| held.packet_identifier().get())
            .collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    peer.expect(&[]);
    acknowledge(&mut peer, held[2], ReasonCode::SUCCESS).unwrap();
    peer.expect(&[]);
    acknowledge(&mut peer, held[1], ReasonCode::SUCCESS).unwrap();
    peer.expect(&[ControlPacket::Pubrec(ack(2))]);
    acknowledge(&mut peer, held[0], ReasonCode::SUCCESS).unwrap();
    peer.expect(&[ControlPacket::Puback(ack(1)), ControlPacket::Puback(ack(3))]);
    assert_eq!(
        acknowledge(&mut peer, held[0], ReasonCode::SUCCESS),
        Err(CommandError::NoSuchDelivery)
    );
    let no = ReasonCode::NOT_AUTHORIZED;
    acknowledge(&mut peer, held[3], no).unwrap();
    peer.expect(&[ControlPacket::Pubrec(Acknowledgement {
        reason_code: no,
        ..ack(4)
    })]);
    peer.feed(ControlPacket::Publish(publish(
        "a",
        "new",
        QoS::ExactlyOnce,
        4,
    )));
    assert_eq!(
        peer.messages(),
        ["new"],
        "after a refusal it is a new message"
    );
}

#[test]
fn only_answers_are_given() {
    let own = Options {
        answers_only: true,
        ..options(ProtocolVersion::V5)
    };
    let mut peer = Peer::connected(own, &[]);
    let asked = properties(&[Property::CorrelationData(BinaryData::new(b"7").unwrap())]);
    for (payload, qos, number) in [
        ("zero", QoS::AtMostOnce, 0),
        ("one", QoS::AtLeastOnce, 1),
        ("two", QoS::ExactlyOnce, 2),
    ] {
        peer.feed(ControlPacket::Publish(publish("a", payload, qos, number)));
    }
    let mut answer = publish("a", "answer", QoS::AtMostOnce, 0);
    answer.properties = asked.as_properties();
    peer.feed(ControlPacket::Publish(answer));
    peer.expect(&[ControlPacket::Puback(ack(1)), ControlPacket::Pubrec(ack(2))]);
    assert_eq!(peer.messages(), ["answer"]);
    peer.client.set_wanted(vec!["b/+".into(), "c".into()]);
    for (topic, qos, number) in [
        ("b/1", QoS::AtMostOnce, 0),
        ("b", QoS::AtMostOnce, 0),
        ("c", QoS::ExactlyOnce, 3),
        ("c", QoS::ExactlyOnce, 3),
    ] {
        peer.feed(ControlPacket::Publish(publish(topic, topic, qos, number)));
    }
    assert_eq!(peer.messages(), ["b/1", "c"], "each once");
}

#[test]
fn acknowledged_after_the_connection_is_gone() {
    for version in ProtocolVersion::ALL {
        let own = Options {
            manual_acknowledgement: true,
            ..lasting(version)
        };
        let mut peer = Peer::connected(own, &[]);
        let one = publish("a", "1", QoS::AtLeastOnce, 1);
        let two = publish("a", "2", QoS::ExactlyOnce, 2);
        let three = publish("a", "3", QoS::ExactlyOnce, 3);
        for packet in [one, two, three] {
            peer.feed(ControlPacket::Publish(packet));
        }
        let held = deliveries(&mut peer);
        peer.client.handle_disconnected(peer.now);
        assert_eq!(
            acknowledge(&mut peer, held[0], ReasonCode::SUCCESS),
            Err(CommandError::NoSuchDelivery)
        );
        acknowledge(&mut peer, held[1], ReasonCode::SUCCESS).unwrap();
        peer.expect(&[]);
        peer.pass(std::time::Duration::from_secs(60));
        peer.accept(version != ProtocolVersion::V3_1, &[]);
        for packet in [one, two, three] {
            peer.feed(ControlPacket::Publish(mqttscope_wire::Publish {
                dup: true,
                ..packet
            }));
        }
        assert_eq!(peer.messages(), ["1"], "QoS 1 again, QoS 2 not");
        peer.expect(&[ControlPacket::Pubrec(ack(2))]);
        acknowledge(&mut peer, held[2], ReasonCode::SUCCESS).unwrap();
        peer.expect(&[ControlPacket::Pubrec(ack(3))]);
    }
}

/// [MQTT-1.5.4-3] v5, [MQTT-1.5.3-3] v3.1.1
#[test]
fn a_byte_order_mark_is_a_character() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        let name = "\u{feff}a";
        peer.feed(ControlPacket::Publish(publish(
            name,
            "x",
            QoS::AtMostOnce,
            0,
        )));
        let events = peer.events();
        let [Event::Message { message, .. }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(&*message.topic_name(), name);
        peer.command(Command::publish(message.clone())).unwrap();
        peer.expect(&[ControlPacket::Publish(publish(
            name,
            "x",
            QoS::AtMostOnce,
            0,
        ))]);
    }
}

/// [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.5.2-2] and [MQTT-3.5.2-3] v5
#[test]
fn an_acknowledgement_explains_itself_where_that_fits() {
    let long = "why ".repeat(10);
    let text = |text| Utf8EncodedString::new(text).unwrap();
    for explanation in [
        Property::ReasonString(text(&long)),
        Property::UserProperty(text("why"), text(&long)),
    ] {
        for (limit, explained) in [(1000, true), (20, false)] {
            let manual = Options {
                manual_acknowledgement: true,
                ..options(ProtocolVersion::V5)
            };
            let mut peer = Peer::connected(manual, &[Property::MaximumPacketSize(limit)]);
            peer.feed(ControlPacket::Publish(publish(
                "a",
                "1",
                QoS::AtLeastOnce,
                1,
            )));
            peer.feed(ControlPacket::Publish(publish(
                "a",
                "2",
                QoS::ExactlyOnce,
                2,
            )));
            for delivery in deliveries(&mut peer) {
                peer.command(Command::Acknowledge {
                    delivery,
                    reason_code: ReasonCode::NOT_AUTHORIZED,
                    properties: properties(&[explanation]),
                })
                .unwrap();
            }
            let said = properties(if explained {
                std::slice::from_ref(&explanation)
            } else {
                &[]
            });
            let answer = |number| Acknowledgement {
                reason_code: ReasonCode::NOT_AUTHORIZED,
                properties: said.as_properties(),
                ..ack(number)
            };
            peer.expect(&[
                ControlPacket::Puback(answer(1)),
                ControlPacket::Pubrec(answer(2)),
            ]);
        }
    }
}

#[test]
fn an_acknowledgement_takes_only_what_belongs_there() {
    let manual = Options {
        manual_acknowledgement: true,
        ..options(ProtocolVersion::V5)
    };
    let mut peer = Peer::connected(manual, &[]);
    peer.feed(ControlPacket::Publish(publish(
        "a",
        "1",
        QoS::AtLeastOnce,
        1,
    )));
    let delivery = deliveries(&mut peer)[0];
    let wrong = peer.command(Command::Acknowledge {
        delivery,
        reason_code: ReasonCode::SUCCESS,
        properties: properties(&[Property::TopicAlias(1)]),
    });
    assert!(matches!(wrong, Err(CommandError::Encode(_))), "{wrong:?}");
    acknowledge(&mut peer, delivery, ReasonCode::SUCCESS).unwrap();
    peer.expect(&[ControlPacket::Puback(ack(1))]);
}
