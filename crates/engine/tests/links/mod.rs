//! Links that break, or never come about, and what is said about it.

use mqttscope_protocol::EventKind;

use super::*;

#[test]
fn a_lost_link_is_taken_up_again_with_its_subscriptions() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("x")]));
    world.command(Command::Cut(A));
    let seen = world.look();
    assert!(matches!(
        &seen.summary.connections[0].state,
        ConnectionState::Waiting { cause, .. } if cause == "cut by you"
    ));
    world.pass(60_000);
    let seen = world.look();
    assert_eq!(seen.summary.connections[0].state, ConnectionState::Open);
    world.command(Command::Publish(A, message("x", "again", 1), None));
    assert_eq!(world.look().summary.connections[0].filters[0].messages, 1);
}

#[test]
fn who_cannot_be_reached_says_why() {
    let mut world = World::new();
    let mut wanted = profile("5", "a");
    wanted.target = Target::WebSocket("ws://127.0.0.1:1".into());
    wanted.reconnect = None;
    world.command(Command::Connect(A, wanted));
    let Some(Transport::Open {
        socket,
        subprotocol,
        ..
    }) = world.asked.pop()
    else {
        panic!("no socket was asked for");
    };
    assert_eq!(subprotocol, "mqtt");
    world.engine.handle_closed(
        world.now,
        socket,
        &Closed {
            code: 1006,
            ..Closed::default()
        },
    );
    let seen = world.look();
    assert_eq!(
        seen.summary.connections[0].state,
        ConnectionState::Failed {
            cause: "could not connect".into()
        }
    );
}

#[test]
fn a_packet_in_a_text_frame_is_named_and_shown_in_hex() {
    let mut world = World::new();
    let socket = world.connect_to_the_test();
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        ..Looking::default()
    })));
    (world.engine).handle_text(world.now, socket, " \u{3}\0\0\0", 5);
    let seen = world.look();
    let row = seen
        .events
        .iter()
        .find(|row| row.event == Some(EventKind::TextFrame));
    assert_eq!(
        row.unwrap().summary,
        "5 characters of text, not binary, which are a CONNACK: 20 03 00 00 00"
    );
    assert!(
        seen.notices[0]
            .text
            .ends_with("The text is a CONNACK: it speaks MQTT, in frames of the wrong kind.")
    );
    let first = &seen.summary.connections[0].advice[0];
    assert!(
        first
            .cause
            .starts_with("The server sent a CONNACK in a text frame")
    );
}

#[test]
fn text_frames_are_refused_in_words() {
    let mut world = World::new();
    let mut wanted = profile("3.1.1", "a");
    wanted.target = Target::WebSocket("ws://127.0.0.1:1".into());
    wanted.reconnect = Some(Reconnect {
        first_ms: 100,
        longest_ms: 100,
        attempts: Some(1),
    });
    world.command(Command::Connect(A, wanted));
    let Some(Transport::Open { socket, .. }) = world.asked.pop() else {
        panic!()
    };
    world.engine.handle_open(world.now, socket);
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    let text = "hello \u{7}".repeat(1_000);
    world.engine.handle_text(world.now, socket, &text, 7_000);
    let seen = world.look();
    // What came is a row among the packets, and a finding at it; both are bounded.
    let rows: Vec<_> = seen.events.iter().map(|row| row.event.unwrap()).collect();
    assert_eq!(
        rows,
        [EventKind::Opened, EventKind::TextFrame, EventKind::Closed]
    );
    let row = &seen.events[1];
    assert!(
        row.summary
            .starts_with("7000 characters of text, not binary: “hello \\u0007hello"),
        "{}",
        row.summary
    );
    assert!(row.summary.len() < 1_000);
    let finding = seen.findings.iter().find(|it| it.by.is_some()).unwrap();
    assert_eq!(finding.statement.as_deref(), Some("MQTT-6.0.0-1"));
    assert_eq!(
        (finding.severity, finding.by, finding.packets.as_slice()),
        (Severity::Error, Some(Sender::Server), &[row.record][..])
    );
    assert!(finding.message.contains("hello") && finding.message.len() < 1_000);
    assert!(
        seen.notices[0]
            .text
            .contains("text where MQTT wants binary")
    );
    assert!(matches!(
        seen.summary.connections[0].state,
        ConnectionState::Waiting { .. }
    ));
    world.command(Command::Clear);
    assert!(world.look().findings.is_empty());
}

#[test]
fn a_connection_that_fails_is_explained() {
    let mut world = World::new();
    let websocket = Box::new(Profile {
        target: Target::WebSocket("ws://127.0.0.1:1883/".into()),
        reconnect: None,
        ..Profile::default()
    });
    let first = |world: &mut World| {
        let advice = world.look().summary.connections[0].advice.clone();
        advice.first().map(|advice| advice.cause.clone())
    };
    let closed = |code, was_open| Closed {
        code,
        was_open,
        ..Closed::default()
    };
    for (open, bytes, end, cause) in [
        (
            false,
            &b""[..],
            closed(1006, false),
            "Port 1883 is usually MQTT without",
        ),
        (
            true,
            b"",
            closed(1003, true),
            "The server closed the WebSocket with 1003",
        ),
        (
            true,
            b"\x20\x03\x00\x86\x00",
            closed(1000, true),
            "The server refused the connection: CONNACK with 0x86",
        ),
        (
            true,
            b"\x20\x03\x00\x00\x00\xe0\x01\x8e",
            closed(1000, true),
            "Another client connected",
        ),
        (
            true,
            b"\x20\x03\x00\x00\x00",
            closed(1009, true),
            "The server closed the WebSocket with 1009",
        ),
        (
            true,
            b"\x20\x03\x00\x00\x00\x10\x00",
            closed(1000, true),
            "The server's CONNECT breaks a rule",
        ),
    ] {
        world.command(Command::Connect(A, websocket.clone()));
        let Some(Transport::Open { socket, .. }) = world.asked.pop() else {
            panic!("a socket is asked for");
        };
        if open {
            world.engine.handle_open(world.now, socket);
        }
        world.engine.handle_bytes(world.now, socket, bytes);
        world.engine.handle_closed(world.now, socket, &end);
        let said = first(&mut world).unwrap_or_default();
        assert!(said.starts_with(cause), "{said}");
    }
    world.command(Command::Connect(A, profile("5", "a")));
    assert_eq!(first(&mut world), None);
}

/// A server that closes whenever it sees a SUBSCRIBE, as some do with filters that are not allowed.
#[test]
fn each_filter_is_asked_for_once_a_connection() {
    let mut world = World::new();
    let mut wanted = profile("5", "a");
    wanted.target = Target::WebSocket("ws://127.0.0.1:1".into());
    wanted.subscriptions = vec![subscription("hall/#")];
    wanted.reconnect = Some(Reconnect {
        first_ms: 500,
        longest_ms: 30_000,
        attempts: None,
    });
    world.command(Command::Connect(A, wanted));
    let began = world.now;
    let mut connections = 0;
    while (world.now - began).as_secs() < 60 {
        let Some(Transport::Open { socket, .. }) = world.asked.pop() else {
            world.pass(100);
            continue;
        };
        connections += 1;
        world.engine.handle_open(world.now, socket);
        world
            .engine
            .handle_bytes(world.now, socket, &[0x20, 3, 0, 0, 0]);
        if connections == 2 {
            // A person asks for another filter, which is never answered either.
            let command = Command::Subscribe(A, vec![subscription("door")]);
            world.engine.handle_command(world.now, command);
        }
        let mut sent = Vec::new();
        while let Some(transport) = world.engine.poll_transport() {
            if let Transport::Send { bytes, .. } = transport {
                sent.extend(bytes);
            }
        }
        let times = |filter: &[u8]| {
            sent.windows(filter.len())
                .filter(|at| *at == filter)
                .count()
        };
        assert_eq!(times(b"hall/#"), 1, "connection {connections}");
        assert_eq!(
            times(b"door"),
            usize::from(connections >= 2),
            "connection {connections}"
        );
        let closed = Closed {
            code: 1000,
            was_open: true,
            ..Closed::default()
        };
        world.engine.handle_closed(world.now, socket, &closed);
    }
    assert!((5..=9).contains(&connections), "{connections}");
}
