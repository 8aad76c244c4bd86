//! Subscribing and unsubscribing.

use mqttscope_client::{Cause, Command, CommandError, Event, Failure, ProtocolError};
use mqttscope_wire::{
    ControlPacket, Properties, PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode,
    ReasonCodes, RetainHandling, Suback, Subscribe, Subscription, SubscriptionOptions,
    SubscriptionsBuf, TopicFilter, TopicFiltersBuf, Unsuback, Unsubscribe,
};

use super::peer::{Peer, ack, id, lasting, options, properties, publish};

fn subscriptions(filters: &[&str], options: SubscriptionOptions) -> SubscriptionsBuf {
    let mut buf = SubscriptionsBuf::new();
    for filter in filters {
        buf.push(Subscription {
            topic_filter: TopicFilter::new(filter).unwrap(),
            options,
        });
    }
    buf
}

fn filters(list: &[&str]) -> TopicFiltersBuf {
    let mut buf = TopicFiltersBuf::new();
    for filter in list {
        buf.push(TopicFilter::new(filter).unwrap());
    }
    buf
}

pub(crate) fn plain(filters: &[&str]) -> Command {
    let options = SubscriptionOptions {
        maximum_qos: QoS::ExactlyOnce,
        ..SubscriptionOptions::default()
    };
    Command::Subscribe {
        subscriptions: subscriptions(filters, options),
        properties: PropertiesBuf::new(),
    }
}

fn suback(number: u16, codes: &[u8]) -> ControlPacket<'_> {
    let reason_codes = ReasonCodes::new(codes);
    ControlPacket::Suback(Suback {
        packet_identifier: id(number),
        properties: Properties::NONE,
        reason_codes,
    })
}

#[test]
fn with_all_options() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    let own = SubscriptionOptions {
        maximum_qos: QoS::AtLeastOnce,
        no_local: true,
        retain_as_published: true,
        retain_handling: RetainHandling::SendIfNew,
    };
    let list = subscriptions(&["a/+", "#"], own);
    let identified = properties(&[Property::SubscriptionIdentifier(300)]);
    let ticket = peer
        .command(Command::Subscribe {
            subscriptions: list.clone(),
            properties: identified.clone(),
        })
        .unwrap();
    peer.expect(&[ControlPacket::Subscribe(Subscribe {
        packet_identifier: id(1),
        properties: identified.as_properties(),
        subscriptions: list.as_subscriptions(),
    })]);
    assert_eq!(peer.client.requested().collect::<Vec<_>>(), [id(1)]);
    peer.feed(suback(1, &[1, 0x87]));
    let reason_codes = vec![ReasonCode::GRANTED_QOS_1, ReasonCode::NOT_AUTHORIZED];
    assert_eq!(
        peer.events(),
        [Event::Subscribed {
            ticket,
            reason_codes,
            properties: PropertiesBuf::new()
        }]
    );
    peer.expect_nothing_left();
    assert!(matches!(
        Peer::connected(options(ProtocolVersion::V3_1_1), &[]).command(Command::Subscribe {
            subscriptions: list,
            properties: PropertiesBuf::new()
        }),
        Err(CommandError::Encode(_))
    ));
    let none = Command::Subscribe {
        subscriptions: SubscriptionsBuf::new(),
        properties: PropertiesBuf::new(),
    };
    assert!(matches!(peer.command(none), Err(CommandError::Encode(_))));
}

#[test]
fn unsubscribe_in_each_version() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(options(version), &[]);
        let list = filters(&["a", "b"]);
        let properties = PropertiesBuf::new();
        let ticket = peer
            .command(Command::Unsubscribe {
                topic_filters: list.clone(),
                properties,
            })
            .unwrap();
        peer.expect(&[ControlPacket::Unsubscribe(Unsubscribe {
            packet_identifier: id(1),
            properties: Properties::NONE,
            topic_filters: list.as_topic_filters(),
        })]);
        let codes: &[u8] = if version.is_v5() { &[0, 0x11] } else { &[] };
        peer.feed(ControlPacket::Unsuback(Unsuback {
            packet_identifier: id(1),
            properties: Properties::NONE,
            reason_codes: ReasonCodes::new(codes),
        }));
        let reason_codes = codes.iter().map(|&code| ReasonCode(code)).collect();
        assert_eq!(
            peer.events(),
            [Event::Unsubscribed {
                ticket,
                reason_codes,
                properties: PropertiesBuf::new()
            }]
        );
        peer.expect_nothing_left();
    }
}

/// [MQTT-2.2.1-3], [MQTT-4.3.2-1], [MQTT-4.3.3-1] v5, [MQTT-2.3.1-2] v3.1.1
#[test]
fn identifiers_are_shared_with_messages() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    peer.publish("a", "", QoS::AtLeastOnce);
    peer.command(plain(&["a"])).unwrap();
    peer.publish("a", "", QoS::ExactlyOnce);
    let used: Vec<_> = peer
        .client
        .view()
        .identifiers
        .iter()
        .map(|identifier| identifier.get())
        .collect();
    assert_eq!(used, [1, 2, 3]);
    peer.feed(ControlPacket::Puback(ack(2)));
    assert_eq!(
        peer.client.view().identifiers.len(),
        3,
        "a PUBACK answers no SUBSCRIBE"
    );
}

#[test]
fn an_answer_with_another_number_of_codes() {
    let mut peer = Peer::connected(options(ProtocolVersion::V3_1_1), &[]);
    peer.command(plain(&["a", "b"])).unwrap();
    peer.feed(suback(1, &[0]));
    let fault = Cause::ProtocolError(ProtocolError::ReasonCodeCount);
    assert!(
        peer.events()
            .iter()
            .any(|event| matches!(event, Event::Disconnected { cause, .. } if *cause == fault))
    );
}

#[test]
fn what_the_server_does_not_have() {
    let limits = [
        Property::WildcardSubscriptionAvailable(0),
        Property::SharedSubscriptionAvailable(0),
        Property::SubscriptionIdentifierAvailable(0),
    ];
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &limits);
    let identified = Command::Subscribe {
        subscriptions: subscriptions(&["a"], SubscriptionOptions::default()),
        properties: properties(&[Property::SubscriptionIdentifier(1)]),
    };
    for (command, failure) in [
        (plain(&["a", "b/+"]), Failure::WildcardsNotSupported),
        (
            plain(&["$share/g/a"]),
            Failure::SharedSubscriptionsNotSupported,
        ),
        (identified, Failure::SubscriptionIdentifiersNotSupported),
    ] {
        let ticket = peer.command(command).unwrap();
        assert_eq!(peer.events(), [Event::Failed { ticket, failure }]);
        peer.expect(&[]);
        peer.expect_nothing_left();
    }
}

#[test]
fn requests_wait_and_unanswered_ones_are_made_anew() {
    let mut peer = Peer::new(lasting(ProtocolVersion::V3_1_1));
    let ticket = peer.command(plain(&["a"])).unwrap();
    let subscribe = |peer: &mut Peer, number| {
        let list = subscriptions(
            &["a"],
            SubscriptionOptions {
                maximum_qos: QoS::ExactlyOnce,
                ..Default::default()
            },
        );
        peer.expect(&[ControlPacket::Subscribe(Subscribe {
            packet_identifier: id(number),
            properties: Properties::NONE,
            subscriptions: list.as_subscriptions(),
        })]);
    };
    peer.command(Command::Connect).unwrap();
    peer.accept(false, &[]);
    subscribe(&mut peer, 1);
    peer.reconnect(true, &[]);
    subscribe(&mut peer, 2);
    peer.publish("b", "", QoS::AtLeastOnce);
    peer.expect(&[ControlPacket::Publish(publish(
        "b",
        "",
        QoS::AtLeastOnce,
        3,
    ))]);
    peer.events();
    peer.feed(suback(2, &[2]));
    assert!(
        matches!(peer.events()[..], [Event::Subscribed { ticket: answered, .. }] if answered == ticket)
    );
}
