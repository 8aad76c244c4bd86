//! What a person is told of what they asked for: messages and subscriptions, one by one.
#![expect(clippy::panic, reason = "a test that cannot go on says so")]

use mqttscope_engine::{Closed, SocketId, Transport};
use mqttscope_protocol::{Command, Looking, Outcome, Target, Window};

use super::world::World;
use super::{A, connected, message, profile, subscription};

/// The outcomes that were told of the last messages.
fn outcomes(world: &mut World) -> Vec<Outcome> {
    let told = world.look().published;
    told.into_iter().map(|told| told.outcome).collect()
}

/// An engine with a WebSocket to a server of version 5 whose CONNACK has these properties.
fn accepted(properties: &[u8]) -> (World, SocketId) {
    let mut world = World::new();
    let mut profile = profile("5", "c");
    profile.target = Target::WebSocket("ws://server.test:9001/".into());
    world.command(Command::Connect(A, profile));
    let Some(Transport::Open { socket, .. }) = world.asked.pop() else {
        panic!("no socket was asked for");
    };
    world.engine.handle_open(world.now, socket);
    let mut connack = vec![
        0x20,
        properties.len() as u8 + 3,
        0,
        0,
        properties.len() as u8,
    ];
    connack.extend_from_slice(properties);
    world.engine.handle_bytes(world.now, socket, &connack);
    (world, socket)
}

#[test]
fn a_message_is_sent_or_acknowledged() {
    let mut world = connected("5");
    for (qos, outcome) in [
        (0, Outcome::Sent),
        (
            1,
            Outcome::Acknowledged("PUBACK: No matching subscribers".into()),
        ),
        (2, Outcome::Acknowledged("PUBCOMP".into())),
    ] {
        world.command(Command::Publish(A, message("t", "1", qos), None));
        let told = world.look().published;
        let last = told.last().unwrap();
        assert_eq!((last.number, &last.outcome), (qos.into(), &outcome));
        assert!(last.record.is_some());
    }
}

#[test]
fn a_message_that_the_server_does_not_take_is_not_said_to_be_sent() {
    // Maximum QoS 1.
    let (mut world, socket) = accepted(&[0x24, 1]);
    world.command(Command::Publish(A, message("t", "1", 2), None));
    let says = "Not sent: the server does not support this QoS";
    assert_eq!(outcomes(&mut world), [Outcome::Failed(says.into())]);
    world.command(Command::Publish(A, message("t", "1", 1), None));
    assert_eq!(outcomes(&mut world), [Outcome::Sent]);
    let refused = [0x40, 4, 0, 1, 0x87, 0];
    world.engine.handle_bytes(world.now, socket, &refused);
    assert_eq!(
        outcomes(&mut world),
        [Outcome::Refused("Not authorized".into())]
    );
    world.command(Command::Look(Box::new(Looking {
        messages: Some(Window {
            count: 10,
            ..Window::default()
        }),
        ..Looking::default()
    })));
    let rows = world.look().messages;
    let refused: Vec<_> = rows.iter().map(|row| row.refused.as_deref()).collect();
    assert_eq!(refused, [Some("Not authorized")]);
    world.command(Command::Publish(A, message("a/#", "1", 0), None));
    let told = outcomes(&mut world);
    assert!(
        matches!(&told[..], [Outcome::Failed(why)] if why.starts_with("Not published: ")),
        "{told:?}"
    );
}

#[test]
fn a_maximum_qos_that_is_not_allowed_is_no_default() {
    for (properties, says) in [
        (
            &[0x24, 2][..],
            ("2 was sent, which is not allowed: taken as 2", false),
        ),
        (&[0x24, 1], ("1", false)),
        (&[], ("2", true)),
    ] {
        let mut world = World::new();
        let socket = world.connect_to_the_test();
        let length = properties.len() as u8;
        let connack = [&[0x20, length + 3, 0, 0, length], properties].concat();
        // What is kept for the client may come with it.
        let bytes = [&connack[..], b"\x30\x04\x00\x01t\x00"].concat();
        world.engine.handle_bytes(world.now, socket, &bytes);
        let view = world.look().summary.connections.remove(0);
        let limit = view.limits.iter().find(|limit| limit.name == "Maximum QoS");
        let limit = limit.unwrap();
        assert_eq!((limit.value.as_str(), limit.is_default), says);
    }
}

#[test]
fn a_subscription_that_was_never_sent_says_why() {
    // Wildcard Subscription Available: no.
    let (mut world, _) = accepted(&[0x28, 0]);
    world.command(Command::Subscribe(A, vec![subscription("a/#")]));
    let seen = world.look();
    let filter = &seen.summary.connections[0].filters[0];
    assert_eq!(
        filter.granted.as_deref(),
        Some("not sent: the server supports no wildcards")
    );
    assert!(filter.refused);
}

#[test]
fn findings_that_are_not_listed_are_counted() {
    let (mut world, socket) = accepted(&[]);
    // A PUBACK of nothing that was sent breaks a rule, each time anew.
    let pubacks = [0x40, 2, 0, 9].repeat(250);
    world.engine.handle_bytes(world.now, socket, &pubacks);
    let summary = world.look().summary;
    let listed: u64 = summary.findings.iter().sum();
    assert!(listed >= 100 && summary.left_out >= 150, "{summary:#?}");
    world.command(Command::Clear);
    assert_eq!(world.look().summary.left_out, 0);
    world.command(Command::Restore);
    assert_eq!(world.look().summary.left_out, summary.left_out);
}

#[test]
fn messages_that_are_lost_with_their_session_are_told_together() {
    // The server answers nothing of QoS 2.
    let mut world = World::new();
    let socket = world.connect_to_the_test();
    world
        .engine
        .handle_bytes(world.now, socket, &[0x20, 3, 0, 0, 0]);
    for topic in ["a", "b", "c", "d", "e", "f", "g"] {
        world.command(Command::Publish(A, message(topic, "1", 2), None));
    }
    world.look();
    let closed = Closed {
        code: 1006,
        was_open: true,
        ..Closed::default()
    };
    world.engine.handle_closed(world.now, socket, &closed);
    // It connects again.
    world.pass(5_000);
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    // No session.
    world
        .engine
        .handle_bytes(world.now, socket, &[0x20, 3, 0, 0, 0]);
    let told: Vec<String> = world
        .look()
        .notices
        .into_iter()
        .map(|told| told.text)
        .collect();
    let doubts: Vec<&String> = told
        .iter()
        .filter(|text| text.contains("did not keep"))
        .collect();
    assert_eq!(
        doubts,
        [
            "The server did not keep the session: 7 QoS 2 messages may not have arrived, to a, b, c, d, e and 2 more."
        ]
    );
}
