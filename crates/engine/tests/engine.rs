//! The engine against the broker of `mqttscope-broker`: what a person does, and what they see.

mod answers;
mod bridged;
mod by_hand;
mod captured;
mod cases;
mod clearing;
mod closings;
mod examined;
mod faulty;
mod filters;
mod frames;
mod handshakes;
mod hostile;
mod links;
mod narrowed;
mod outcomes;
mod pipeline;
mod said;
mod schemas;
mod sparkplug;
mod states;
mod world;

use core::time::Duration;

use mqttscope_engine::{Closed, Transport};
use mqttscope_protocol::{
    Command, ConnectionId, ConnectionState, Export, ExportFormat, FlowState, Looking, MessageDraft,
    Profile, Reconnect, RecordId, Repeat, Report, SubscriptionDraft, Target, Window,
};
use mqttscope_wire::{ProtocolVersion, Sender, Severity};
use world::World;

const A: ConnectionId = ConnectionId(1);
const B: ConnectionId = ConnectionId(2);

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn profile(version: &str, client_identifier: &str) -> Box<Profile> {
    Box::new(Profile {
        version: ProtocolVersion::from_name(version).unwrap(),
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
        dropped: 0,
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
                let arrow = if row.sender == Sender::Client {
                    ">"
                } else {
                    "<"
                };
                format!("{arrow}{}", row.name())
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
        // The opening of the connection has number 0.
        let linked = |at: usize| seen.wire[at].linked.map(|record| record.0 - 1);
        // A PUBREC is answered itself.
        assert_eq!((linked(4), linked(6)), (Some(6), Some(8)));
        assert_eq!((linked(10), linked(11)), (Some(8), Some(9)));
        assert!(seen.wire[10].round_trip.is_some());
        assert!(seen.wire.iter().all(|row| row.severity.is_none()));
        let state = &seen.summary.connections[0];
        assert_eq!(state.state, ConnectionState::Open);
        assert_eq!(state.filters[0].messages, 1);
        assert_eq!(state.filters[0].granted.as_deref(), Some("Granted QoS 2"));
        let came: Vec<_> = seen
            .messages
            .iter()
            .map(|row| (row.sender, &*row.preview))
            .collect();
        assert_eq!(came, [(Sender::Client, "21.5"), (Sender::Server, "21.5")]);
        assert_eq!(seen.messages[1].colour, Some(0));
        assert_eq!(seen.topics[0].topic.as_deref(), Some("site"));
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
fn a_message_counts_with_the_subscription_that_its_identifier_names() {
    let mut world = connected("5");
    let of = |topic_filter: &str, number: u8| SubscriptionDraft {
        subscription_identifier: Some(number.into()),
        colour: number,
        ..subscription(topic_filter)
    };
    world.command(Command::Subscribe(
        A,
        vec![of("#", 1), of("$share/g/hello/+", 2)],
    ));
    for payload in ["1", "2", "3"] {
        world.command(Command::Publish(A, message("hello/x", payload, 0), None));
    }
    let seen = world.look();
    let filters = &seen.summary.connections[0].filters;
    assert_eq!((filters[0].messages, filters[1].messages), (3, 3));
    let mut colours: Vec<_> = seen.messages.iter().filter_map(|row| row.colour).collect();
    colours.sort_unstable();
    assert_eq!(colours, [1, 1, 1, 2, 2, 2]);
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
    world.pass(10_000);
    assert_eq!(world.look().messages.len(), 3);
    world.command(Command::Publish(A, message("tock", "x", 0), repeat(None)));
    world.pass(1_000);
    world.command(Command::StopRepeating(A));
    let count = world.look().messages.len();
    world.pass(1_000);
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
        .find(|row| row.name() == "PUBLISH")
        .unwrap();
    assert_eq!(row.severity, Some(Severity::Error));
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
            span: None,
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
    assert_eq!(seen.wire[0].name(), "PUBLISH");
    assert_eq!((seen.wire.len(), seen.summary.log.packets), (2, 2));
}

#[test]
fn nothing_is_reported_before_the_last_was_drawn() {
    let mut world = connected("5");
    world.now += Duration::from_millis(1_000);
    assert!(!world.engine.reports(world.now).is_empty());
    world.command(Command::Publish(A, message("t", "1", 0), None));
    world.now += Duration::from_millis(1_000);
    // That it was sent is told at once.
    let told = world.engine.reports(world.now);
    let [Report::Published(published)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((published.connection, published.topic.as_str()), (A, "t"));
    assert!(published.record.is_some());
    world.command(Command::Drawn);
    assert!(!world.engine.reports(world.now).is_empty());
}

#[test]
fn a_flood_is_told_in_turns_and_whole_at_its_end() {
    let mut world = connected("3.1.1");
    world.look();
    let socket = world.socket_of_first();
    let flood = [0x30, 4, 0, 1, b't', b'!'].repeat(1_000);
    let told = |world: &mut World, millis: u64, bytes: &[u8]| {
        world.now += Duration::from_millis(millis);
        if !bytes.is_empty() {
            world.engine.handle_bytes(world.now, socket, bytes);
        }
        let reports = world.engine.reports(world.now);
        world.now += Duration::from_millis(5);
        world.engine.handle_command(world.now, Command::Drawn);
        let wire = |report: &Report| matches!(report, Report::Wire { .. });
        let topics = |report: &Report| matches!(report, Report::Topics { .. });
        (reports.iter().any(wire), reports.iter().any(topics))
    };
    assert_eq!(told(&mut world, 100, &flood), (false, true));
    assert_eq!(told(&mut world, 50, &flood), (true, false));
    assert_eq!(told(&mut world, 50, &flood), (false, true));
    assert_eq!(told(&mut world, 10, &flood), (false, false), "too soon");
    let due = world.engine.poll_timeout().unwrap();
    assert_eq!(due, world.now + Duration::from_millis(30));
    world.now = due;
    world.engine.handle_timeout(due);
    assert_eq!(told(&mut world, 0, &[]), (true, true));
    // Nothing is new: nothing is told until the next summary.
    assert_eq!(told(&mut world, 500, &[]), (false, false));
}
