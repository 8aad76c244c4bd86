//! The client against a real broker over TCP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod tcp;

use std::time::Duration;

use mqttscope_session::client::{Command, Event, Options, Phase, Reconnect};
use mqttscope_session::common::Message;
use mqttscope_wire::{
    PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode, Subscription, SubscriptionOptions,
    SubscriptionsBuf, TopicFilter, TopicName,
};
use tcp::{Station, broker, until};

const MESSAGES: usize = 200;

fn options(version: ProtocolVersion, name: &str) -> Options {
    let mut properties = PropertiesBuf::new();
    if version.is_v5() {
        properties
            .push(Property::SessionExpiryInterval(600))
            .unwrap();
        properties.push(Property::ReceiveMaximum(7)).unwrap();
        properties.push(Property::TopicAliasMaximum(3)).unwrap();
    }
    Options {
        clean_start: false,
        properties,
        automatic_topic_alias: true,
        reconnect: Some(Reconnect {
            first: Duration::from_millis(5),
            longest: Duration::from_millis(50),
            attempts: None,
        }),
        ..Options::new(version, format!("{name}-{}", version.level()))
    }
}

fn subscribe(filter: &str) -> Command {
    let mut subscriptions = SubscriptionsBuf::new();
    let options = SubscriptionOptions {
        maximum_qos: QoS::ExactlyOnce,
        ..SubscriptionOptions::default()
    };
    subscriptions.push(Subscription {
        topic_filter: TopicFilter::new(filter).unwrap(),
        options,
    });
    Command::Subscribe {
        subscriptions,
        properties: PropertiesBuf::new(),
    }
}

fn publish(topic: &str, number: usize, qos: QoS) -> Command {
    Command::publish(Message::new(TopicName::new(topic).unwrap(), number.to_string()).with_qos(qos))
}

fn numbers(station: &Station) -> Vec<usize> {
    station
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Message { message, .. } => {
                std::str::from_utf8(&message.payload).unwrap().parse().ok()
            }
            _ => None,
        })
        .collect()
}

fn settled(station: &Station) -> bool {
    let view = station.client.view();
    view.phase == Phase::Connected
        && view.identifiers.is_empty()
        && view.incoming.is_empty()
        && view.queued == 0
}

fn subscribed(station: &Station) -> bool {
    station.events.iter().any(|event| {
        matches!(event, Event::Subscribed { reason_codes, .. } if reason_codes[..] == [ReasonCode::GRANTED_QOS_2])
    })
}

#[test]
fn two_hundred_messages_in_each_version_at_each_qos() {
    let Some(broker) = broker() else { return };
    for version in ProtocolVersion::ALL {
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let mut publisher = Station::new(
                options(version, &format!("publisher-{}", qos as u8)),
                broker.address,
            );
            let mut subscriber = Station::new(
                options(version, &format!("subscriber-{}", qos as u8)),
                broker.address,
            );
            publisher.command(Command::Connect);
            subscriber.command(Command::Connect);
            let topic = format!("steady/{}/{}", version.level(), qos as u8);
            subscriber.command(subscribe(&topic));
            until(&mut [&mut subscriber], |all| subscribed(all[0]));
            for number in 0..MESSAGES {
                publisher.command(publish(&topic, number, qos));
            }
            until(&mut [&mut publisher, &mut subscriber], |all| {
                numbers(all[1]).len() >= MESSAGES && settled(all[0]) && settled(all[1])
            });
            assert!(
                numbers(&subscriber).into_iter().eq(0..MESSAGES),
                "{version:?} {qos:?}"
            );
            publisher.command(Command::disconnect());
            subscriber.command(Command::disconnect());
        }
    }
}

#[test]
fn two_hundred_messages_over_connections_that_break() {
    let Some(broker) = broker() else { return };
    for version in ProtocolVersion::ALL {
        let mut publisher = Station::new(options(version, "broken-publisher"), broker.address);
        let mut subscriber = Station::new(options(version, "broken-subscriber"), broker.address);
        publisher.command(Command::Connect);
        subscriber.command(Command::Connect);
        let topic = format!("broken/{}", version.level());
        subscriber.command(subscribe(&format!("{topic}/+")));
        until(&mut [&mut subscriber], |all| subscribed(all[0]));
        until(&mut [&mut publisher], |all| {
            all[0].client.view().phase == Phase::Connected
        });
        for number in 0..MESSAGES {
            publisher.command(publish(&format!("{topic}/1"), number, QoS::AtLeastOnce));
            publisher.command(publish(
                &format!("{topic}/2"),
                MESSAGES + number,
                QoS::ExactlyOnce,
            ));
            publisher.turn();
            subscriber.turn();
            match number % 20 {
                7 => publisher.cut(),
                13 => subscriber.cut(),
                _ => {}
            }
        }
        until(&mut [&mut publisher, &mut subscriber], |all| {
            let mut seen = numbers(all[1]);
            seen.sort_unstable();
            seen.dedup();
            seen.len() >= 2 * MESSAGES && settled(all[0]) && settled(all[1])
        });
        let came = numbers(&subscriber);
        let mut twice: Vec<_> = came.iter().filter(|&&number| number >= MESSAGES).collect();
        assert!(twice.is_sorted(), "{version:?}: the order of QoS 2");
        twice.dedup();
        assert_eq!(twice.len(), MESSAGES);
        assert_eq!(
            came.iter().filter(|&&number| number >= MESSAGES).count(),
            MESSAGES,
            "{version:?}: none twice"
        );
    }
}
