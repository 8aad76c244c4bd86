//! The engine against the broker of `mqttscope-session`: what a person does, and what they see.

mod states;
mod world;

use mqttscope_engine::protocol::{
    Command, ConnectionId, ConnectionState, Direction, Export, ExportFormat, FlowState, Grade,
    Looking, MessageDraft, Profile, Reconnect, RecordId, Repeat, Report, SubscriptionDraft, Target,
    Window,
};
use mqttscope_engine::{Closed, Transport};
use world::World;

const A: ConnectionId = ConnectionId(1);
const B: ConnectionId = ConnectionId(2);

fn profile(version: &str, client_identifier: &str) -> Box<Profile> {
    Box::new(Profile {
        version: version.into(),
        client_identifier: client_identifier.into(),
        ..Profile::default()
    })
}

fn message(topic: &str, payload: &str, qos: u8) -> Box<MessageDraft> {
    Box::new(MessageDraft {
        topic: topic.into(),
        payload: payload.into(),
        qos,
        ..MessageDraft::default()
    })
}

fn subscription(topic_filter: &str) -> SubscriptionDraft {
    SubscriptionDraft {
        topic_filter: topic_filter.into(),
        qos: 2,
        ..SubscriptionDraft::default()
    }
}

fn all() -> Window {
    Window {
        first: 0,
        count: 1_000,
        tail: false,
    }
}

/// A connected engine that looks at everything.
fn connected(version: &str) -> World {
    let mut world = World::new();
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        messages: Some(all()),
        topics: Some(all()),
        flows: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    world.command(Command::Connect(A, profile(version, "a")));
    world
}

#[test]
fn a_message_of_qos_2_is_seen_both_ways_with_its_handshakes() {
    for version in ["3.1", "3.1.1", "5"] {
        let mut world = connected(version);
        world.command(Command::Subscribe(A, vec![subscription("site/#")]));
        world.command(Command::Publish(A, message("site/t", "21.5", 2), None));
        let seen = world.look();
        let rows: Vec<_> = seen
            .wire
            .iter()
            .map(|row| {
                let arrow = if row.direction == Direction::Out {
                    ">"
                } else {
                    "<"
                };
                format!("{arrow}{}", row.packet_type)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ">CONNECT",
                "<CONNACK",
                ">SUBSCRIBE",
                "<SUBACK",
                ">PUBLISH",
                "<PUBLISH",
                "<PUBREC",
                ">PUBREC",
                ">PUBREL",
                "<PUBREL",
                "<PUBCOMP",
                ">PUBCOMP",
            ],
            "version {version}"
        );
        let linked = |at: usize| seen.wire[at].linked.map(|record| record.0);
        // A PUBREC is answered itself.
        assert_eq!((linked(4), linked(6)), (Some(6), Some(8)));
        assert_eq!((linked(10), linked(11)), (Some(8), Some(9)));
        assert!(seen.wire[10].round_trip_ms.is_some());
        assert!(seen.wire.iter().all(|row| row.grade.is_none()));
        let state = &seen.summary.connections[0];
        assert_eq!(state.state, ConnectionState::Open);
        assert_eq!(state.filters[0].messages, 1);
        assert_eq!(state.filters[0].granted.as_deref(), Some("Granted QoS 2"));
        let came: Vec<_> = seen
            .messages
            .iter()
            .map(|row| (row.direction, &*row.preview))
            .collect();
        assert_eq!(came, [(Direction::Out, "21.5"), (Direction::In, "21.5")]);
        assert_eq!(seen.messages[1].colour, Some(0));
        assert_eq!(seen.topics[0].topic, "site");
    }
}

#[test]
fn aliases_are_resolved() {
    let mut world = World::new();
    world.command(Command::Look(Box::new(Looking {
        messages: Some(all()),
        ..Looking::default()
    })));
    let mut with_aliases = profile("5", "a");
    with_aliases.automatic_topic_alias = true;
    world.command(Command::Connect(A, with_aliases));
    for n in 0..3 {
        world.command(Command::Publish(
            A,
            message("a/long/topic", &n.to_string(), 0),
            None,
        ));
    }
    let seen = world.look();
    assert_eq!(seen.messages.len(), 3);
    assert!(seen.messages.iter().all(|row| row.topic == "a/long/topic"));
    assert!(seen.messages[2].size < seen.messages[0].size + 3);
}

#[test]
fn a_search_finds_by_topic_and_text_and_a_pause_stands_still() {
    let mut world = connected("5");
    for n in 0..20 {
        let topic = if n % 2 == 0 { "even" } else { "odd" };
        world.command(Command::Publish(
            A,
            message(topic, &format!("n {n}"), 0),
            None,
        ));
    }
    let look = |search: &str| {
        Command::Look(Box::new(Looking {
            messages: Some(all()),
            search: search.into(),
            ..Looking::default()
        }))
    };
    world.command(look("topic:odd"));
    assert_eq!(world.look().messages.len(), 10);
    world.command(look("N 1"));
    assert_eq!(world.look().messages.len(), 11);
}

#[test]
fn a_muted_filter_hides_its_messages_and_goes_on_counting() {
    let mut world = connected("5");
    world.command(Command::Subscribe(
        A,
        vec![subscription("loud/#"), subscription("other")],
    ));
    world.command(Command::Mute(A, "loud/#".into(), true));
    world.command(Command::Publish(A, message("loud/x", "1", 0), None));
    world.command(Command::Publish(A, message("other", "2", 0), None));
    let seen = world.look();
    assert!(seen.messages.iter().all(|row| row.topic == "other"));
    let filters = &seen.summary.connections[0].filters;
    assert_eq!((filters[0].messages, filters[0].muted), (1, true));
    world.command(Command::Mute(A, "loud/#".into(), false));
    assert_eq!(world.look().messages.len(), 4);
}

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
    world.pass(60_000.0);
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
            cause: "could not be opened".into()
        }
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
    world.engine.handle_text(world.now, socket);
    let seen = world.look();
    assert!(
        seen.notices[0]
            .text
            .contains("text where MQTT wants binary")
    );
    assert!(matches!(
        seen.summary.connections[0].state,
        ConnectionState::Waiting { .. }
    ));
}

#[test]
fn the_packets_of_a_handshake_come_with_their_times() {
    let mut world = connected("5");
    world.command(Command::Publish(A, message("t", "m", 1), None));
    let rows = world.look().wire;
    let wanted = ["PUBLISH", "PUBACK"].map(|name| {
        let row = rows.iter().rev().find(|row| row.packet_type == name);
        row.unwrap().record
    });
    let gone = RecordId(u64::MAX);
    world.command(Command::Handshake(vec![wanted[0], gone, wanted[1]]));
    let packets = world.look().handshake;
    let records: Vec<RecordId> = packets.iter().map(|timed| timed.packet.record).collect();
    assert_eq!(records, wanted);
    assert!(packets[0].at_ms <= packets[1].at_ms && packets[0].at_ms > 0.0);
}

#[test]
fn a_request_is_answered_and_timed() {
    let mut world = connected("5");
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Subscribe(B, vec![subscription("ask")]));
    world.command(Command::Request(A, message("ask", "how late?", 1), 5_000));
    let asked = world
        .look()
        .messages
        .into_iter()
        .find(|row| row.connection == B)
        .unwrap();
    world.command(Command::Inspect(asked.record));
    let packet = world.look().packets.remove(0);
    let (response_topic, correlation_data) = world::properties_of(&packet);
    let mut answer = message(&response_topic, "noon", 0);
    answer.properties.correlation_data = Some(correlation_data.into());
    world.command(Command::Publish(B, answer, None));
    assert!(
        world
            .look()
            .notices
            .iter()
            .any(|notice| notice.text.contains("The answer came"))
    );

    world.command(Command::Request(A, message("nobody", "?", 0), 1_000));
    world.pass(1_001.0);
    assert!(
        world
            .look()
            .notices
            .iter()
            .any(|notice| notice.text.contains("Nobody answered"))
    );
}

#[test]
fn a_timer_publishes_until_it_is_stopped() {
    let mut world = connected("5");
    let repeat = |times| {
        Some(Repeat {
            every_ms: 100,
            times,
        })
    };
    world.command(Command::Publish(
        A,
        message("tick", "x", 0),
        repeat(Some(3)),
    ));
    world.pass(10_000.0);
    assert_eq!(world.look().messages.len(), 3);
    world.command(Command::Publish(A, message("tock", "x", 0), repeat(None)));
    world.pass(1_000.0);
    world.command(Command::StopRepeating(A));
    let count = world.look().messages.len();
    world.pass(1_000.0);
    assert_eq!(world.look().messages.len(), count);
}

#[test]
fn a_broken_packet_is_marked_and_counted() {
    let mut world = connected("5");
    let socket = world.socket_of_first();
    // A PUBLISH with a wildcard in its topic.
    world
        .engine
        .handle_bytes(world.now, socket, &[0x30, 4, 0, 1, b'#', 0]);
    let seen = world.look();
    let row = seen
        .wire
        .iter()
        .find(|row| row.packet_type == "PUBLISH")
        .unwrap();
    assert_eq!(row.grade, Some(Grade::Error));
    assert!(seen.summary.findings[0] >= 1);
}

#[test]
fn exports_hide_secrets_unless_they_are_wanted() {
    let mut world = World::new();
    let mut secret = profile("5", "a");
    secret.user_name = Some("me".into());
    secret.password = Some("hunter2".into());
    world.command(Command::Connect(A, secret));
    world.command(Command::Publish(A, message("t", "a,\"b\"", 0), None));
    let mut export = |format, with_secrets| {
        world.command(Command::Export(Export {
            connection: None,
            format,
            search: String::new(),
            with_secrets,
        }));
        let file = world.look().files.remove(0);
        String::from_utf8(file.bytes).unwrap()
    };
    let secret = "68 75 6e 74 65 72 32";
    assert!(!export(ExportFormat::WireHex, false).contains(secret));
    assert!(export(ExportFormat::WireHex, true).contains(secret));
    let lines = export(ExportFormat::WireJsonLines, false);
    assert!(lines.lines().count() >= 3 && lines.contains("\"type\":\"CONNECT\""));
    assert!(!lines.contains("68756e74657232"));
    assert!(export(ExportFormat::MessagesCsv, false).contains("\"a,\"\"b\"\"\""));
    assert!(export(ExportFormat::MessagesJsonLines, false).contains("\"payload\":\"a,\\\"b\\\"\""));
}

#[test]
fn a_cleared_log_begins_anew() {
    let mut world = connected("5");
    world.command(Command::Publish(A, message("t", "1", 0), None));
    world.command(Command::Clear);
    assert_eq!(world.look().wire.len(), 0);
    world.command(Command::Publish(A, message("t", "2", 1), None));
    let seen = world.look();
    assert_eq!(seen.wire[0].record, RecordId(0));
    assert_eq!(seen.wire.len(), 2);
}

#[test]
fn nothing_is_reported_before_the_last_was_drawn() {
    let mut world = connected("5");
    world.now += 1_000.0;
    assert!(!world.engine.reports(world.now).is_empty());
    world.command(Command::Publish(A, message("t", "1", 0), None));
    world.now += 1_000.0;
    assert!(world.engine.reports(world.now).is_empty());
    world.command(Command::Drawn);
    assert!(!world.engine.reports(world.now).is_empty());
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
            "Port 1883 is as a rule MQTT without",
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
            "The server said CONNACK with 0x86",
        ),
        (
            true,
            b"\x20\x03\x00\x00\x00\xe0\x01\x8e",
            closed(1000, true),
            "The server said DISCONNECT with 0x8E",
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
            "The server broke a rule",
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

#[test]
fn handshakes_are_listed_with_their_packets() {
    for version in ["3.1", "3.1.1", "5"] {
        let mut world = connected(version);
        world.command(Command::Subscribe(A, vec![subscription("a/#")]));
        world.command(Command::Connect(B, profile(version, "b")));
        world.command(Command::Publish(B, message("a/b", "x", 2), None));
        world.command(Command::Unsubscribe(A, vec!["a/#".into()]));
        let seen = world.look();
        let shown: Vec<_> = seen
            .flows
            .iter()
            .map(|flow| {
                (
                    flow.connection.0,
                    flow.name.as_str(),
                    flow.about.as_str(),
                    flow.packets.len(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (1, "CONNECT", "a", 2),
                (1, "SUBSCRIBE", "a/#", 2),
                (2, "CONNECT", "b", 2),
                (2, "QoS 2 PUBLISH", "a/b", 4),
                (1, "QoS 2 PUBLISH", "a/b", 4),
                (1, "UNSUBSCRIBE", "a/#", 2),
            ],
            "{version}"
        );
        for flow in &seen.flows {
            assert_eq!(
                (flow.state, flow.state_text.as_str()),
                (FlowState::Complete, "complete")
            );
            assert!(flow.took_ms.is_some());
            // Each packet of a flow belongs to its connection.
            for record in &flow.packets {
                let row = seen.wire.iter().find(|row| row.record == *record).unwrap();
                assert_eq!(row.connection, flow.connection);
            }
        }
        assert_eq!(seen.findings, []);

        let mut looking = Looking {
            flows: Some(Window {
                first: 0,
                count: 2,
                tail: true,
            }),
            ..Looking::default()
        };
        looking.connection = Some(B);
        world.command(Command::Look(Box::new(looking)));
        let names: Vec<_> = world
            .look()
            .flows
            .iter()
            .map(|flow| flow.name.clone())
            .collect();
        assert_eq!(names, ["CONNECT", "QoS 2 PUBLISH"]);
        world.command(Command::Clear);
        assert_eq!(world.look().flows, []);
    }
}

#[test]
fn what_a_server_does_wrong_is_found_and_shown_with_its_packets() {
    let mut world = connected("3.1.1");
    let socket = world.socket_of_first();
    // Nobody asked for this SUBACK.
    world
        .engine
        .handle_bytes(world.now, socket, &[0x90, 3, 0, 9, 0]);
    let seen = world.look();
    let [finding] = &seen.findings[..] else {
        panic!("one finding: {:#?}", seen.findings)
    };
    assert_eq!(
        (finding.connection, finding.by, finding.grade),
        (A, Direction::In, Grade::Error)
    );
    let record = *finding.packets.last().unwrap();
    let row = seen.wire.iter().find(|row| row.record == record).unwrap();
    assert_eq!(
        (row.packet_type.as_str(), row.grade),
        ("SUBACK", Some(Grade::Error))
    );
    assert_eq!(seen.summary.findings, [1, 0, 0]);
    world.command(Command::Inspect(record));
    let packets = world.look().packets;
    assert_eq!(packets[0].findings, seen.findings);
}
