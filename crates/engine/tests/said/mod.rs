//! What rows say is found by those words, and what was done again and again is told with its number.

use super::*;

/// Types of the packets that a search finds, in their order.
fn found(world: &mut World, search: &str) -> Vec<&'static str> {
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        search: search.into(),
        ..Looking::default()
    })));
    // A search of a small log is done at once.
    let rows = world.look().wire;
    rows.iter().map(|row| row.name()).collect()
}

#[test]
fn what_a_row_says_is_found_by_its_words() {
    let mut world = World::new();
    world.command(Command::Connect(A, profile("5", "client-c")));
    world.command(Command::Subscribe(A, vec![subscription("plant/#")]));
    for qos in [0, 1, 2] {
        world.command(Command::Publish(A, message("plant/a", "x", qos), None));
    }
    let rows = found(&mut world, "");
    let ours = rows.iter().filter(|name| **name == "PUBLISH").count();
    assert_eq!(ours, 6, "three there and back: {rows:?}");

    // The SUBSCRIBE and its SUBACK speak of QoS 2 too.
    assert_eq!(found(&mut world, "QoS 1"), ["PUBLISH"; 2]);
    assert_eq!(found(&mut world, "QoS 1 · id 2"), ["PUBLISH"]);
    let all = found(&mut world, "qos");
    assert_eq!(all.iter().filter(|name| **name == "PUBLISH").count(), 6);
    assert!(all.contains(&"SUBSCRIBE") && all.contains(&"SUBACK"));
    assert_eq!(found(&mut world, "id 1")[..2], ["SUBSCRIBE", "SUBACK"]);
    assert_eq!(found(&mut world, "id 400"), [""; 0]);
    let received = found(&mut world, "received");
    assert!(received.contains(&"CONNACK") && !received.contains(&"CONNECT"));
    assert_eq!(found(&mut world, "received publish"), ["PUBLISH"; 3]);
    assert_eq!(found(&mut world, "retain"), [""; 0]);
    assert_eq!(found(&mut world, "client client-c"), ["CONNECT"]);
    assert_eq!(found(&mut world, "granted qos 2"), ["SUBACK"]);
    // Words of a topic or a payload are found as before, also beside one that a row says.
    assert_eq!(found(&mut world, "plant/a").len(), 6);
    assert_eq!(found(&mut world, "nothing of the kind"), [""; 0]);
}

#[test]
fn the_name_of_a_connection_is_found_where_rows_say_it() {
    let mut world = World::new();
    world.engine = mqttscope_engine::Engine::new(1).in_time_zone(-60.0);
    let named = |name: &str| {
        Box::new(Profile {
            name: name.into(),
            ..*profile("5", &name[..1])
        })
    };
    world.command(Command::Connect(A, named("kitchen")));
    assert_eq!(found(&mut world, "kitchen"), [""; 0], "no row says it");
    world.command(Command::Connect(B, named("cellar")));
    world.command(Command::Publish(B, message("a", "x", 0), None));
    assert_eq!(found(&mut world, "kitchen"), ["CONNECT", "CONNACK"]);
    assert_eq!(found(&mut world, "cellar publish"), ["PUBLISH"]);
    world.command(Command::Publish(A, message("b", "x", 0), None));
    assert_eq!(found(&mut world, "KITCHEN publish"), ["PUBLISH"]);
    // The times of rows are those of the clocks here.
    assert_eq!(found(&mut world, "").len(), found(&mut world, "01:1").len());
    assert_eq!(found(&mut world, "00:16").len(), 0);
    assert_eq!(found(&mut world, "1970-01-01 publish"), ["PUBLISH"; 2]);
    let one = |world: &mut World, search: &str| {
        world.command(Command::Look(Box::new(Looking {
            connection: Some(A),
            wire: Some(all()),
            search: search.into(),
            ..Looking::default()
        })));
        world.look().wire.len()
    };
    assert_eq!((one(&mut world, "cellar"), one(&mut world, "7 B")), (0, 1));
    assert_eq!(one(&mut world, "1 B publish"), 1);
}

#[test]
fn a_message_that_was_repeated_says_how_often_and_how_long() {
    let mut world = connected();
    let repeat = |times| Repeat {
        every_ms: 100,
        times,
    };
    let publish = |times| Command::Publish(A, message("r", "x", 0), Some(repeat(times)));
    world.command(publish(Some(5)));
    let view = |world: &mut World| world.look().summary.connections.remove(0);
    world.pass(150);
    assert!(view(&mut world).repeating);
    world.pass(2_000);
    let ended = view(&mut world);
    let repeated = ended.repeated.unwrap();
    assert!(!ended.repeating);
    assert_eq!(repeated.count, 5);
    assert!(repeated.took >= Duration::from_millis(400), "{repeated:?}");
    // One that is stopped, too; while it goes on nothing is told of the one before.
    world.command(publish(None));
    assert_eq!(view(&mut world).repeated, None);
    world.command(Command::StopRepeating(A));
    let repeated = view(&mut world).repeated.unwrap();
    assert!(repeated.count >= 1, "{repeated:?}");
    world.command(publish(Some(1)));
    assert_eq!(view(&mut world).repeated.unwrap().count, 1);
}

#[test]
fn a_filter_counts_on_when_its_connection_gets_another_identifier() {
    let mut world = World::new();
    let named = |name| {
        Box::new(Profile {
            subscriptions: vec![subscription("plant/#")],
            ..*profile("5", name)
        })
    };
    world.command(Command::Connect(A, named("pump-7")));
    for _ in 0..3 {
        world.command(Command::Publish(A, message("plant/a", "x", 0), None));
    }
    let count = |world: &mut World| {
        let view = world.look().summary.connections.remove(0);
        view.filters[0].messages
    };
    assert_eq!(count(&mut world), 3);
    world.command(Command::Connect(A, named("pump-7-8083")));
    assert_eq!(count(&mut world), 3, "what it counts is the connection's");
    world.command(Command::Publish(A, message("plant/a", "x", 0), None));
    assert_eq!(count(&mut world), 4);
}

fn connected() -> World {
    let mut world = World::new();
    world.command(Command::Connect(A, profile("5", "a")));
    world
}

#[test]
fn a_message_knows_when_the_one_before_it_in_its_list_was() {
    let mut world = connected();
    for topic in ["a", "b", "a"] {
        world.command(Command::Publish(A, message(topic, "x", 0), None));
        world.pass(500);
    }
    let mut times_before = |search: &str, first| {
        world.command(Command::Look(Box::new(Looking {
            messages: Some(Window { first, ..all() }),
            search: search.into(),
            ..Looking::default()
        })));
        let rows = world.look().messages;
        let at: Vec<_> = rows.iter().map(|row| row.at).collect();
        (rows.iter().map(|row| row.before).collect::<Vec<_>>(), at)
    };
    let (before, at) = times_before("", 0);
    assert_eq!(before, [None, Some(at[0]), Some(at[1])]);
    let (before, two) = times_before("topic:a", 0);
    assert_eq!((before, two), (vec![None, Some(at[0])], vec![at[0], at[2]]));
    // Rows before the window count, too.
    assert_eq!(times_before("", 2).0, [Some(at[1])]);
}
