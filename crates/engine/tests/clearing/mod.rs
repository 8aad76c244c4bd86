//! Clearing the log, and bringing back what was cleared.

use mqttscope_protocol::{TopicRow, Tree};

use super::*;

/// Looks at all that there is.
fn look_at_all() -> Command {
    Command::Look(Box::new(Looking {
        wire: Some(all()),
        messages: Some(all()),
        topics: Some(all()),
        flows: Some(all()),
        findings: Some(all()),
        tree: Tree {
            unfolded: true,
            ..Tree::default()
        },
        ..Looking::default()
    }))
}

/// What is seen, but for the time and the log's size.
fn picture(world: &mut World) -> String {
    let seen = world.look();
    let wire = seen.wire.iter().map(|row| {
        let about = (row.record, row.linked, row.severity, row.round_trip);
        format!("{} {about:?} {}", row.name(), row.summary)
    });
    let topics = seen.topics.iter().map(topic);
    let rows = (
        wire.collect::<Vec<_>>(),
        topics.collect::<Vec<_>>(),
        seen.events,
        seen.messages,
        seen.flows,
        seen.findings,
        seen.summary.findings,
        seen.summary.log.packets,
    );
    format!("{rows:#?}")
}

fn topic(row: &TopicRow) -> String {
    let counts = (row.received, row.sent, row.retained, row.retained_below);
    let last = (row.last_record, row.last_size, &row.last);
    format!("{:?} {} {counts:?} {last:?}", row.topic, row.depth)
}

/// An acknowledgement that nobody waits for.
const NOBODYS: [u8; 4] = [0x40, 2, 0, 99];

/// A connection whose server may use aliases.
fn with_aliases() -> World {
    let mut world = World::new();
    let mut profile = profile("5", "a");
    profile.properties.topic_alias_maximum = Some(10);
    world.command(look_at_all());
    world.command(Command::Connect(A, profile));
    world
}

/// What a person and a server do before the log is cleared, and after.
fn before(world: &mut World) {
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    world.command(Command::Publish(A, message("a/b", "1", 1), None));
    world.command(Command::Publish(A, retained("a/kept"), None));
    let socket = world.socket_of_first();
    // A topic that an alias stands for from now on, and an answer that nobody asked for.
    let named = [0x30, 8, 0, 1, b'x', 3, 0x23, 0, 5, b'1'];
    world.engine.handle_bytes(world.now, socket, &named);
    world.engine.handle_bytes(world.now, socket, &NOBODYS);
}

fn after(world: &mut World) {
    let socket = world.socket_of_first();
    let aliased = [0x30, 7, 0, 0, 3, 0x23, 0, 5, b'2'];
    world.engine.handle_bytes(world.now, socket, &aliased);
    world.command(Command::Publish(A, message("a/b", "2", 2), None));
    world.command(Command::Publish(A, message("c", "3", 0), None));
    world.engine.handle_bytes(world.now, socket, &NOBODYS);
}

fn retained(topic: &str) -> Box<MessageDraft> {
    Box::new(MessageDraft {
        retain: true,
        ..*message(topic, "kept", 0)
    })
}

#[test]
fn what_was_cleared_comes_back_as_if_nothing_had_been() {
    let (mut plain, mut cleared) = (with_aliases(), with_aliases());
    for world in [&mut plain, &mut cleared] {
        before(world);
    }
    let whole = picture(&mut plain);
    assert_eq!(picture(&mut cleared), whole);
    cleared.command(Command::Clear);
    let seen = cleared.look();
    assert!(seen.wire.is_empty() && seen.topics.is_empty());
    assert!(seen.flows.is_empty() && seen.findings.is_empty());
    assert!(seen.messages.is_empty());
    assert_eq!(seen.summary.findings, [0; 3]);
    let log = seen.summary.log;
    assert!(
        (log.packets, log.dropped) == (0, 0) && log.cleared > 8,
        "{log:?}"
    );

    // At once.
    plain.look();
    cleared.command(Command::Restore);
    assert_eq!(picture(&mut cleared), whole);
    assert_eq!(cleared.look().summary.log.cleared, 0);
    plain.look();
    plain.look();

    // And after something came.
    cleared.command(Command::Clear);
    for world in [&mut plain, &mut cleared] {
        after(world);
    }
    let since = cleared.look();
    plain.look();
    let x = since.topics.iter().find(|row| row.level == "x").unwrap();
    assert_eq!(x.received, 1, "the alias is still known");
    assert!(since.topics.iter().all(|row| row.level != "kept"));
    assert_eq!(since.summary.findings, [1, 0, 0]);
    cleared.command(Command::Restore);
    assert_eq!(picture(&mut cleared), picture(&mut plain));

    // The alias goes on.
    for world in [&mut plain, &mut cleared] {
        after(world);
    }
    assert_eq!(picture(&mut cleared), picture(&mut plain));
    let export = |world: &mut World| {
        world.command(Command::Export(Export {
            connection: None,
            format: ExportFormat::MessagesJsonLines,
            search: String::new(),
            span: None,
            with_secrets: false,
        }));
        String::from_utf8(world.look().files.remove(0).bytes).unwrap()
    };
    assert_eq!(export(&mut cleared), export(&mut plain));
}

#[test]
fn numbers_in_a_file_begin_at_0_behind_a_clear_and_go_on_when_it_is_undone() {
    let mut world = connected("5");
    world.command(Command::Publish(A, message("t", "1", 0), None));
    let numbers = |world: &mut World| {
        world.command(Command::Export(Export {
            connection: None,
            format: ExportFormat::WireCsv,
            search: String::new(),
            span: None,
            with_secrets: false,
        }));
        let text = String::from_utf8(world.look().files.remove(0).bytes).unwrap();
        let first = |line: &str| line.split(',').next().unwrap().parse::<u64>().unwrap();
        text.lines().skip(1).map(first).collect::<Vec<_>>()
    };
    let all: Vec<u64> = (0..numbers(&mut world).len() as u64 + 1).collect();
    world.command(Command::Clear);
    assert!(numbers(&mut world).is_empty());
    world.command(Command::Publish(A, message("t", "2", 0), None));
    assert_eq!(numbers(&mut world), [0]);
    world.command(Command::Restore);
    assert_eq!(numbers(&mut world), all);
}

#[test]
fn only_the_last_clear_is_undone_and_an_empty_log_is_not_cleared() {
    let mut world = connected("5");
    for payload in ["1", "2"] {
        world.command(Command::Publish(A, message("t", payload, 0), None));
        world.command(Command::Clear);
    }
    world.command(Command::Clear);
    assert_eq!(world.look().summary.log.cleared, 1);
    world.command(Command::Restore);
    world.command(Command::Restore);
    let seen = world.look();
    let [row] = &seen.wire[..] else {
        panic!("one packet: {:#?}", seen.wire)
    };
    assert!(row.preview.as_ref().unwrap().contains('2'), "{row:?}");
    assert_eq!(seen.topics.len(), 1);
    assert_eq!((seen.topics[0].sent, seen.topics[0].received), (1, 0));
}

#[test]
fn what_is_cleared_takes_no_more_than_the_log_may_and_goes_first() {
    let mut world = connected("5");
    world.command(Command::Budget(1 << 20));
    let large = "x".repeat(10_000);
    let publish = |world: &mut World, times| {
        for _ in 0..times {
            world.command(Command::Publish(A, message("t", &large, 0), None));
        }
        world.look().summary.log
    };
    publish(&mut world, 60);
    world.command(Command::Clear);
    let at_first = world.look().summary.log;
    let log = publish(&mut world, 50);
    assert!(log.cleared < at_first.cleared && log.cleared > 0, "{log:?}");
    assert_eq!((log.packets, log.dropped), (50, 0));
    assert!(log.bytes <= log.budget, "{log:?}");
    world.command(Command::Restore);
    let back = world.look().summary.log;
    assert_eq!(back.packets, log.cleared + 50);
    assert_eq!(back.cleared, 0);

    // When all of it has gone there is nothing to bring back.
    world.command(Command::Clear);
    let log = publish(&mut world, 200);
    assert_eq!(log.cleared, 0);
    assert!(
        log.dropped > 0 && log.dropped + log.packets == 200,
        "{log:?}"
    );
    world.command(Command::Restore);
    let same = world.look().summary.log;
    assert_eq!((same.packets, same.dropped), (log.packets, log.dropped));
}

#[test]
fn who_does_not_want_it_back_has_the_memory() {
    let mut world = connected("5");
    let large = "x".repeat(10_000);
    for _ in 0..300 {
        world.command(Command::Publish(A, message("t", &large, 0), None));
    }
    world.command(Command::Clear);
    world.command(Command::Publish(A, message("t", "1", 0), None));
    let held = world.look().summary.log;
    assert!(held.bytes > 3_000_000, "{held:?}");
    world.command(Command::ForgetCleared);
    let log = world.look().summary.log;
    assert!(log.bytes < 1_000_000, "{log:?}");
    assert_eq!((log.packets, log.cleared, log.dropped), (1, 0, 0));
    world.command(Command::Restore);
    assert_eq!(world.look().wire.len(), 1);

    // Also where nothing came since.
    world.command(Command::Clear);
    world.command(Command::ForgetCleared);
    assert_eq!(world.look().summary.log.bytes, 0);
    world.command(Command::Publish(A, message("t", "2", 0), None));
    let seen = world.look();
    assert_eq!(seen.wire.len(), 1);
    assert!(seen.wire[0].preview.as_ref().unwrap().contains('2'));
}
