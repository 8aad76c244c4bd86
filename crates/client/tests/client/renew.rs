//! Subscriptions that outlive the server's memory.

use mqttscope_client::{Client, Command, Event, Instant, Options, SavedSession, Ticket};
use mqttscope_wire::{
    ControlPacket, Properties, PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCodes, Suback,
    Subscribe, Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicFiltersBuf,
    Unsuback,
};

use super::peer::{Peer, id, lasting, properties};

fn renewing(version: ProtocolVersion) -> Options {
    Options {
        renew_subscriptions: true,
        ..lasting(version)
    }
}

fn list(filters: &[&str]) -> SubscriptionsBuf {
    let mut buf = SubscriptionsBuf::new();
    for filter in filters {
        buf.push(Subscription {
            topic_filter: TopicFilter::new(filter).unwrap(),
            options: SubscriptionOptions {
                maximum_qos: QoS::AtLeastOnce,
                ..SubscriptionOptions::default()
            },
        });
    }
    buf
}

fn subscribe(peer: &mut Peer, filters: &[&str], own: &[Property<'_>], number: u16, codes: &[u8]) {
    let command = Command::Subscribe {
        subscriptions: list(filters),
        properties: properties(own),
    };
    peer.command(command).unwrap();
    peer.sent();
    peer.feed(suback(number, codes));
    peer.events();
}

fn suback(number: u16, codes: &[u8]) -> ControlPacket<'_> {
    ControlPacket::Suback(Suback {
        packet_identifier: id(number),
        properties: Properties::NONE,
        reason_codes: ReasonCodes::new(codes),
    })
}

fn unsubscribe(peer: &mut Peer, filter: &str, number: u16, codes: &[u8]) {
    let mut topic_filters = TopicFiltersBuf::new();
    topic_filters.push(TopicFilter::new(filter).unwrap());
    let properties = PropertiesBuf::new();
    peer.command(Command::Unsubscribe {
        topic_filters,
        properties,
    })
    .unwrap();
    peer.sent();
    peer.feed(ControlPacket::Unsuback(Unsuback {
        packet_identifier: id(number),
        properties: Properties::NONE,
        reason_codes: ReasonCodes::new(codes),
    }));
}

/// Three subscriptions are there: a/1 and c with Subscription Identifier 7, b without.
fn subscribed() -> Peer {
    let mut peer = Peer::connected(renewing(ProtocolVersion::V5), &[]);
    let seven = [Property::SubscriptionIdentifier(7)];
    subscribe(
        &mut peer,
        &["a/1", "a/2", "refused"],
        &seven,
        1,
        &[1, 1, 0x87],
    );
    subscribe(&mut peer, &["b"], &[], 2, &[1]);
    subscribe(&mut peer, &["c"], &[], 3, &[0]);
    subscribe(&mut peer, &["c"], &seven, 4, &[1]);
    unsubscribe(&mut peer, "a/2", 5, &[0]);
    unsubscribe(&mut peer, "b", 6, &[0x87]);
    peer.events();
    peer
}

#[track_caller]
fn expect_renewals(peer: &mut Peer, from: u16) {
    let seven = properties(&[Property::SubscriptionIdentifier(7)]);
    let none = PropertiesBuf::new();
    let lists = [list(&["a/1"]), list(&["b"]), list(&["c"])];
    let packets: Vec<_> = lists
        .iter()
        .zip([&seven, &none, &seven])
        .zip(from..)
        .map(|((list, own), number)| {
            ControlPacket::Subscribe(Subscribe {
                packet_identifier: id(number),
                properties: own.as_properties(),
                subscriptions: list.as_subscriptions(),
            })
        })
        .collect();
    peer.expect(&packets);
}

#[test]
fn what_was_granted_is_asked_for_again_when_the_session_is_lost() {
    let mut peer = subscribed();
    peer.reconnect(true, &[]);
    peer.expect(&[]);
    peer.reconnect(false, &[]);
    expect_renewals(&mut peer, 7);
    // Without an answer they are asked for again, each once.
    peer.reconnect(false, &[]);
    expect_renewals(&mut peer, 10);
    peer.events();
    peer.feed(suback(10, &[1]));
    let ticket = Ticket::RENEWAL;
    assert!(matches!(peer.events()[..], [Event::Subscribed { ticket: of, .. }] if of == ticket));
    // What is not answered is asked for on the next connection, whatever the server remembers.
    peer.reconnect(true, &[]);
    assert_eq!(peer.client.view().requests, (2, 0));
    assert_eq!(peer.client.subscriptions().count(), 3);
}

#[test]
fn a_restart_forgets_no_subscription() {
    let peer = subscribed();
    let saved = peer.client.save();
    assert_eq!(
        SavedSession::from_bytes(&saved.to_bytes()).as_ref(),
        Ok(&saved)
    );
    let client = Client::restore(renewing(ProtocolVersion::V5), saved, Instant::ZERO).unwrap();
    let mut peer = Peer {
        client,
        now: Instant::ZERO,
    };
    peer.command(Command::Connect).unwrap();
    peer.accept(false, &[]);
    expect_renewals(&mut peer, 7);
}

#[test]
fn only_where_it_is_wanted() {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        for (wanted, renewed) in [(true, 1), (false, 0)] {
            let options = Options {
                renew_subscriptions: wanted,
                ..lasting(version)
            };
            let mut peer = Peer::connected(options, &[]);
            subscribe(&mut peer, &["a"], &[], 1, &[1]);
            peer.reconnect(false, &[]);
            assert_eq!(peer.client.view().requests, (renewed, 0), "{version:?}");
        }
    }
}

#[test]
fn before_version_5_an_unsuback_ends_all_that_it_answers() {
    let mut peer = Peer::connected(renewing(ProtocolVersion::V3_1_1), &[]);
    subscribe(&mut peer, &["a", "b"], &[], 1, &[1, 0x80]);
    assert_eq!(peer.client.subscriptions().count(), 1);
    unsubscribe(&mut peer, "a", 2, &[]);
    assert_eq!(peer.client.subscriptions().count(), 0);
}
