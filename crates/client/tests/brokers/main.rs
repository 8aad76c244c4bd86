//! The client against real brokers over TCP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod fixture;
mod tcp;

use std::collections::BTreeSet;
use std::time::Duration;

use fixture::{Broker, Promise, brokers};
use mqttscope_client::{Command, Event, Message, Options, Phase, Reconnect};
use mqttscope_wire::{
    PropertiesBuf, Property, ProtocolVersion, QoS, Subscription, SubscriptionOptions,
    SubscriptionsBuf, TopicFilter, TopicName,
};
use tcp::{Station, until};

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
            ..Reconnect::default()
        }),
        // A broker that runs for long may still know of the last run.
        ..Options::new(
            version,
            format!("{name}-{}-{}", version.level(), std::process::id()),
        )
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

fn settled(broker: &Broker, version: ProtocolVersion, stations: &[&mut Station]) -> bool {
    let ends = broker.keeps(version, Promise::Handshakes);
    stations.iter().all(|station| {
        let view = station.client.view();
        let incoming = view.incoming.is_empty() || !ends;
        view.phase == Phase::Connected
            && view.identifiers.is_empty()
            && view.queued == 0
            && incoming
    })
}

/// The QoS that the broker granted, once it has.
fn granted(station: &Station) -> Option<QoS> {
    station.events.iter().find_map(|event| match event {
        Event::Subscribed { reason_codes, .. } => QoS::new(reason_codes[0].0),
        _ => None,
    })
}

/// Both connected, the second subscribed; and what it was granted.
fn pair(
    broker: &Broker,
    version: ProtocolVersion,
    name: &str,
    filter: &str,
) -> (Station, Station, QoS) {
    let station = |end| {
        let options = broker.login(options(version, &format!("{end}-{name}")));
        let mut station = Station::new(options, broker.address(version));
        station.command(Command::Connect);
        station
    };
    let (mut publisher, mut subscriber) = (station("pub"), station("sub"));
    subscriber.command(subscribe(filter));
    until(&mut [&mut publisher, &mut subscriber], |all| {
        all[0].client.view().phase == Phase::Connected && granted(all[1]).is_some()
    });
    let granted = granted(&subscriber).unwrap();
    (publisher, subscriber, granted)
}

#[test]
fn two_hundred_messages_in_each_version_at_each_qos() {
    for broker in brokers() {
        for &version in &broker.versions {
            eprintln!("{} {}", broker.name, version.name());
            for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
                let topic = format!("steady/{}/{}", version.level(), qos as u8);
                let (mut publisher, mut subscriber, granted) =
                    pair(&broker, version, &(qos as u8).to_string(), &topic);
                for number in 0..MESSAGES {
                    publisher.command(publish(&topic, number, qos.min(granted)));
                }
                until(&mut [&mut publisher, &mut subscriber], |all| {
                    numbers(all[1]).len() >= MESSAGES && settled(&broker, version, all)
                });
                let mut arrived = numbers(&subscriber);
                // At QoS 1 a slow machine may lose a connection: what it had in flight comes again.
                if qos == QoS::AtLeastOnce || !broker.keeps(version, Promise::Once) {
                    let mut seen = BTreeSet::new();
                    arrived.retain(|number| seen.insert(*number));
                }
                assert_eq!(
                    arrived,
                    (0..MESSAGES).collect::<Vec<_>>(),
                    "{} {version:?} {qos:?}",
                    broker.name
                );
                publisher.command(Command::disconnect());
                subscriber.command(Command::disconnect());
            }
        }
    }
}

#[test]
fn two_hundred_messages_over_connections_that_break() {
    for broker in brokers() {
        for &version in &broker.versions {
            let which = format!("{} {}", broker.name, version.name());
            if broker.keeps(version, Promise::Sessions) {
                eprintln!("{which}, broken");
                broken(&broker, version);
            } else {
                eprintln!("skipped: {which} loses or doubles messages when a connection breaks");
            }
        }
    }
}

fn broken(broker: &Broker, version: ProtocolVersion) {
    let topic = format!("broken/{}", version.level());
    let (mut publisher, mut subscriber, granted) =
        pair(broker, version, "cut", &format!("{topic}/+"));
    for number in 0..MESSAGES {
        publisher.command(publish(&format!("{topic}/1"), number, QoS::AtLeastOnce));
        publisher.command(publish(&format!("{topic}/2"), MESSAGES + number, granted));
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
        seen.len() >= 2 * MESSAGES && settled(broker, version, all)
    });
    let came = numbers(&subscriber);
    let once: Vec<_> = came.iter().filter(|&&number| number >= MESSAGES).collect();
    if granted == QoS::ExactlyOnce {
        assert_eq!(
            once.len(),
            MESSAGES,
            "{} {version:?}: none twice",
            broker.name
        );
        assert!(
            once.is_sorted() || !broker.keeps(version, Promise::Order),
            "{} {version:?}: the order of QoS 2",
            broker.name
        );
    }
    publisher.command(Command::disconnect());
    subscriber.command(Command::disconnect());
}
