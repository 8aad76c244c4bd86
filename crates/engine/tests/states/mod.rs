//! What both ends know around a packet, and the recording in plain words.

use mqttscope_protocol::{Moment, StateAt};
use mqttscope_view::states::{Change, StateView};
use mqttscope_wire::ProtocolVersion;

use super::*;

fn looking(state: Moment) -> Command {
    Command::Look(Box::new(Looking {
        wire: Some(all()),
        state: Some(state),
        ..Looking::default()
    }))
}

/// The state around a packet, however long it takes.
fn around(world: &mut World, moment: Moment) -> Option<StateAt> {
    world.command(looking(moment));
    world.pass(1_000);
    world.look().state
}

/// What the packet changed, as text.
fn changes(view: &StateView) -> Vec<String> {
    [&view.client, &view.server, &view.session]
        .into_iter()
        .flat_map(|section| &section.groups)
        .flat_map(|group| &group.rows)
        .filter(|row| row.change != Change::Unchanged && row.name != "Client idle")
        .map(|row| format!("{}: {}", row.name, row.value))
        .collect()
}

fn notes(view: &StateView) -> usize {
    [&view.client, &view.server, &view.session]
        .into_iter()
        .flat_map(|section| &section.groups)
        .filter(|group| !group.note.is_empty())
        .count()
}

#[test]
fn a_packet_is_found_in_the_list() {
    let mut world = connected("3.1.1");
    world.command(Command::Connect(B, profile("3.1.1", "b")));
    let mut row = |connection, record| {
        world.command(Command::Look(Box::new(Looking {
            connection,
            wire: Some(Window::default()),
            reveal: Some(RecordId(record)),
            ..Looking::default()
        })));
        world.look().revealed
    };
    // The opening, CONNECT and CONNACK of each.
    assert_eq!((row(None, 4), row(Some(B), 4)), (Some(4), Some(1)));
    assert_eq!((row(Some(A), 4), row(None, 9)), (None, None));
    assert_eq!(row(Some(B), 3), Some(0), "an opening is a row, too");
}

/// The first packet of this type that went this way.
fn first(world: &mut World, sender: Sender, packet_type: &str) -> Option<RecordId> {
    let wire = world.look().wire;
    let mut rows = wire.iter();
    rows.find(|row| row.sender == sender && row.name() == packet_type)
        .map(|row| row.record)
}

#[test]
fn the_state_around_each_packet_of_a_handshake() {
    let mut world = connected("5");
    world.command(Command::Publish(A, message("t", "x", 2), None));
    let steps = [
        (
            Sender::Client,
            "PUBLISH",
            "QoS 2: the server's PUBREC is next",
        ),
        (
            Sender::Server,
            "PUBREC",
            "QoS 2: the client's PUBREL is next",
        ),
        (
            Sender::Client,
            "PUBREL",
            "QoS 2: the server's PUBCOMP is next",
        ),
    ];
    for (sender, packet_type, says) in steps {
        let record = first(&mut world, sender, packet_type).unwrap();
        let state = around(&mut world, Moment::Packet(record)).unwrap();
        assert_eq!(state.packet_type.name(), packet_type);
        assert_eq!((state.record, state.connection), (record, A));
        let changes = changes(&state.view.unwrap());
        let line = format!("Packet Identifier 1: {says}");
        assert!(changes.contains(&line), "{changes:#?}");
    }
}

#[test]
fn the_slider_goes_over_the_packets_of_one_connection() {
    let mut world = connected("3.1.1");
    world.command(Command::Connect(B, profile("3.1.1", "b")));
    world.command(Command::Subscribe(A, vec![subscription("t")]));
    world.command(Command::Publish(B, message("t", "x", 1), None));
    let own: Vec<RecordId> = world
        .look()
        .wire
        .iter()
        .filter(|row| row.connection == A)
        .map(|row| row.record)
        .collect();
    assert_eq!(own.len(), 6);
    for (row, record) in (0..).zip(&own) {
        let state = around(&mut world, Moment::Row(A, row)).unwrap();
        assert_eq!((state.record, state.row, state.total), (*record, row, 6));
        assert!(state.view.is_some());
        let same = around(&mut world, Moment::Packet(*record)).unwrap();
        assert_eq!((same.row, same.view), (row, state.view));
    }
    let behind = around(&mut world, Moment::Row(A, 1_000)).unwrap();
    assert_eq!(behind.record, own[5]);
    assert_eq!(around(&mut world, Moment::Packet(RecordId(99))), None);
}

#[test]
fn a_session_goes_on_over_another_socket() {
    let mut world = World::new();
    world.command(Command::Connect(
        A,
        Box::new(Profile {
            clean_start: false,
            version: ProtocolVersion::V3_1_1,
            client_identifier: "a".into(),
            ..Profile::default()
        }),
    ));
    world.command(Command::Subscribe(A, vec![subscription("t/#")]));
    world.command(Command::Cut(A));
    world.command(Command::Connect(
        A,
        Box::new(Profile {
            clean_start: false,
            version: ProtocolVersion::V3_1_1,
            client_identifier: "a".into(),
            ..Profile::default()
        }),
    ));
    world.command(looking(Moment::Row(A, 5)));
    world.pass(100);
    let rows = world.look().wire;
    let types: Vec<_> = rows.iter().map(|row| row.name()).collect();
    assert_eq!(
        types[..6],
        [
            "CONNECT",
            "CONNACK",
            "SUBSCRIBE",
            "SUBACK",
            "CONNECT",
            "CONNACK"
        ]
    );
    let connect = around(&mut world, Moment::Row(A, 4)).unwrap().view.unwrap();
    assert!(changes(&connect).contains(&"Connection: CONNECT was sent, CONNACK is next".into()));
    let connack = around(&mut world, Moment::Row(A, 5)).unwrap().view.unwrap();
    let changes = changes(&connack);
    assert!(
        changes.contains(&"Session Present: 1".into()),
        "{changes:#?}"
    );
    let subscriptions = &connack.session.groups[1];
    assert_eq!(subscriptions.rows[0].name, "t/#");
    assert_eq!(notes(&connack), 0);
}

#[test]
fn what_was_dropped_or_cleared_is_said_to_be_unknown() {
    let mut world = connected("5");
    world.command(Command::Budget(1));
    for _ in 0..40 {
        world.command(Command::Publish(
            A,
            message("t", &"x".repeat(100_000), 0),
            None,
        ));
    }
    let oldest = world.look().wire.first().unwrap().record;
    assert!(oldest.0 > 2);
    assert_eq!(around(&mut world, Moment::Packet(RecordId(1))), None);
    let state = around(&mut world, Moment::Row(A, 3)).unwrap();
    assert_eq!(state.record.0, oldest.0 + 3);
    assert_eq!(notes(&state.view.unwrap()), 3);

    world.command(Command::Clear);
    assert_eq!(around(&mut world, Moment::Row(A, 0)), None);
    world.command(Command::Publish(A, message("t", "x", 0), None));
    let state = around(&mut world, Moment::Row(A, 0)).unwrap();
    assert_eq!((state.row, state.total), (0, 1));
    assert_eq!(notes(&state.view.unwrap()), 3);
}

#[test]
fn a_long_way_is_gone_in_slices_and_the_newest_wish_wins() {
    let mut world = connected("3.1.1");
    let socket = world.socket_of_first();
    // Many at once, as a busy server sends them.
    let some = [0x30, 3, 0, 1, b't'].repeat(5_000);
    for _ in 0..20 {
        world.engine.handle_bytes(world.now, socket, &some);
    }
    let last = Moment::Packet(RecordId(100_000));
    world.command(looking(last));
    let state = world.look().state.unwrap();
    assert_eq!((state.moment, state.view), (last, None));
    assert!(state.left > 50_000, "{}", state.left);
    assert!(
        world.engine.poll_timeout().unwrap() <= world.now,
        "it goes on at once"
    );
    // What lies on the way is there at once.
    world.command(looking(Moment::Packet(RecordId(100))));
    assert!(world.look().state.unwrap().view.is_some());
    let end = around(&mut world, last).unwrap();
    assert!(end.view.is_some());
    assert_eq!((end.row, end.total), (99_999, 100_002));
    world.command(looking(Moment::Packet(RecordId(99_999))));
    assert!(
        world.look().state.unwrap().view.is_some(),
        "a step back is quick"
    );
}

fn findings(of: Option<ConnectionId>, severity: Option<Severity>) -> Command {
    Command::Look(Box::new(Looking {
        connection: of,
        findings: Some(all()),
        severity,
        ..Looking::default()
    }))
}

#[test]
fn all_that_is_found_is_one_list_with_one_count() {
    let mut world = connected("3.1.1");
    world.command(Command::Connect(B, profile("3.1.1", "b")));
    world.command(findings(None, None));
    let seen = world.look();
    assert_eq!((seen.findings, seen.summary.findings), (Vec::new(), [0; 3]));
    let socket = world.socket_of_first();
    // Nobody asked for these SUBACKs.
    for _ in 0..2 {
        let bytes = [0x90, 3, 0, 9, 0];
        world.engine.handle_bytes(world.now, socket, &bytes);
    }
    world.command(Command::Cut(B));
    let seen = world.look();
    let [lost, both] = &seen.findings[..] else {
        panic!("two lines: {:#?}", seen.findings);
    };
    assert_eq!(seen.summary.findings, [2, 0, 1]);
    assert_eq!((both.severity, both.connection), (Severity::Error, A));
    assert_eq!((both.count, both.packets.last()), (2, Some(&RecordId(7))));
    assert_eq!((lost.severity, lost.connection), (Severity::Note, B));
    assert_eq!((lost.rule.as_str(), lost.by), ("", None));
    assert!(
        lost.message.ends_with("ended without a DISCONNECT."),
        "{}",
        lost.message
    );

    world.command(findings(None, Some(Severity::Error)));
    let seen = world.look();
    assert_eq!((seen.findings.len(), seen.listed), (1, 2));
    assert_eq!(seen.summary.findings, [2, 0, 1], "the count is of all");
    world.command(findings(Some(B), None));
    let seen = world.look();
    assert_eq!((seen.findings.len(), seen.summary.findings), (1, [0, 0, 1]));
    world.command(Command::Clear);
    world.pass(2_000);
    let seen = world.look();
    assert_eq!((seen.findings, seen.summary.findings), (Vec::new(), [0; 3]));
}

#[test]
fn how_many_findings_a_search_leaves_is_told_beside_every_list() {
    let mut world = connected("3.1.1");
    let socket = world.socket_of_first();
    let bytes = [0x90, 3, 0, 9, 0];
    world.engine.handle_bytes(world.now, socket, &bytes);
    world.command(Command::Publish(A, message("a", "x", 0), None));
    world.command(findings(None, None));
    let found = world.look().findings.remove(0);
    let mut left = |search: &str, connection| {
        world.command(Command::Look(Box::new(Looking {
            messages: Some(all()),
            connection,
            search: search.into(),
            ..Looking::default()
        })));
        world.look().summary.found
    };
    for connection in [None, Some(A)] {
        assert_eq!(left("", connection), None);
        assert_eq!(left("suback", connection), Some([1, 0, 0]));
        // By its own words, too.
        assert_eq!(left(&found.rule, connection), Some([1, 0, 0]));
        assert_eq!(left("publish", connection), Some([0; 3]));
        assert_eq!(left("mqtt.msgtype == CONNECT", connection), Some([0; 3]));
    }
    assert_eq!(left("suback", Some(B)), Some([0; 3]));
}
