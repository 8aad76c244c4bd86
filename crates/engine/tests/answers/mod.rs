//! Answers over the broker of `mqttscope-broker`: one connection answers, others ask.

use mqttscope_answers::{
    Action, Answer, Publish, Replay, Reply, ScriptNews, ScriptSays, Table, TableEdit, gallery,
    read_recording,
};
use mqttscope_protocol::{
    Command, ConnectionId, Export, ExportFormat, Looking, MessageDraft, Profile,
};
use mqttscope_wire::{PacketType, Sender};

use super::world::{Seen, World, properties_of};
use super::{A, B, all, message, profile, subscription};

/// A connection `A` that answers as entry `number` of the gallery does.
fn answering(version: &str, number: usize, filters: &[&str]) -> World {
    let ready = gallery().remove(number);
    let mut world = World::new();
    let profile = Profile {
        subscriptions: filters.iter().map(|filter| subscription(filter)).collect(),
        answers: vec![ready.answer],
        tables: ready.tables,
        ..*profile(version, "a")
    };
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        messages: Some(all()),
        ..Looking::default()
    })));
    world.command(Command::Connect(A, Box::new(profile)));
    world
}

/// What a connection published, in order.
fn published(seen: &Seen, connection: ConnectionId) -> Vec<&str> {
    let rows = seen.messages.iter();
    let own = rows.filter(|row| row.sender == Sender::Client && row.connection == connection);
    own.map(|row| row.preview.as_str()).collect()
}

/// What a connection got, in order.
fn got(seen: &Seen, connection: ConnectionId) -> Vec<&str> {
    let rows = seen.messages.iter();
    let own = rows.filter(|row| row.sender == Sender::Server && row.connection == connection);
    own.map(|row| row.preview.as_str()).collect()
}

#[test]
fn of_twenty_askers_at_once_one_redeems_the_code() {
    for version in ["3.1.1", "5"] {
        for filters in [&[][..], &["#"], &["test", "+"]] {
            let mut world = answering(version, 1, filters);
            let askers: Vec<_> = (10..30).map(ConnectionId).collect();
            for &asker in &askers {
                let name = format!("asker-{}", asker.0);
                world.command(Command::Connect(asker, profile(version, &name)));
            }
            // All of them ask before anybody is answered.
            for &asker in &askers {
                let ask = message("test", "\"WELCOME\"", 1);
                world
                    .engine
                    .handle_command(world.now, Command::Publish(asker, ask, None));
            }
            world.pass(10);
            world.command(Command::Drawn);
            world.pass(10_000);
            let seen = world.look();
            let says = published(&seen, A);
            let count = |payload: &str| says.iter().filter(|&&it| it == payload).count();
            assert_eq!(
                (count("1"), count("0"), says.len()),
                (1, 19, 20),
                "{version} {filters:?}"
            );
            let view = seen.answers.last().unwrap();
            let tables = view.tables.as_ref().or_else(|| seen.tables.last()).unwrap();
            assert_eq!(tables[0].cell(0, 2), Some("true"));
            assert_eq!(
                (view.tallies[0].answered, view.tallies[0].last.as_str()),
                (20, "Publishes 0 to test, QoS 0")
            );
        }
    }
}

#[test]
fn an_answer_subscribes_where_nobody_else_does() {
    let mut world = answering("5", 1, &[]);
    let filters = |world: &mut World| -> Vec<(String, bool)> {
        let seen = world.look();
        let filters = seen.summary.connections[0].filters.iter();
        filters
            .map(|it| (it.draft.topic_filter.clone(), it.draft.no_local))
            .collect()
    };
    assert_eq!(filters(&mut world), [("test".into(), true)]);
    // A person's own subscription takes its place.
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    assert_eq!(filters(&mut world), [("#".into(), false)]);
    world.command(Command::Unsubscribe(A, vec!["#".into()]));
    assert_eq!(filters(&mut world), [("test".into(), true)]);
    let shared = Answer {
        filter: "$share/g/work".into(),
        ..gallery().remove(0).answer
    };
    world.command(Command::Answers(A, vec![shared.clone()]));
    assert_eq!(filters(&mut world), [("$share/g/work".into(), false)]);
    let off = Answer {
        on: false,
        ..shared
    };
    world.command(Command::Answers(A, vec![off]));
    assert_eq!(filters(&mut world), []);
}

#[test]
fn a_request_gets_its_answer_with_its_correlation_data() {
    let mut world = answering("5", 0, &[]);
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Request(B, message("echo", "hello", 1), 1_000));
    let seen = world.look();
    assert!(
        seen.notices
            .iter()
            .any(|it| it.text.starts_with("Response after ") && it.text.ends_with(": hello"))
    );
    let publishes = seen
        .wire
        .iter()
        .filter(|row| row.packet_type == Some(PacketType::Publish));
    let of = |connection: ConnectionId, sender: Sender| {
        let mut rows = publishes.clone();
        rows.find(|row| row.connection == connection && row.sender == sender)
            .unwrap()
            .record
    };
    let (asked, answered) = (of(B, Sender::Client), of(B, Sender::Server));
    world.command(Command::Inspect(asked));
    world.command(Command::Inspect(answered));
    let packets = world.look().packets;
    let (_, asked) = properties_of(&packets[0]);
    let bytes = &packets[1].bytes;
    assert!(bytes.windows(asked.len()).any(|window| window == asked));
}

#[test]
fn a_loop_is_stopped_in_every_version() {
    for version in ["3.1", "3.1.1", "5"] {
        let mut world = answering(version, 0, &["#"]);
        let echo = Answer {
            name: "loop".into(),
            filter: "t".into(),
            actions: vec![Action::Publish(Publish {
                topic: "t".into(),
                payload: "{{payload}}x".into(),
                ..Publish::default()
            })],
            ..Answer::default()
        };
        world.command(Command::Answers(A, vec![echo]));
        world.command(Command::Connect(B, profile(version, "b")));
        world.command(Command::Subscribe(B, vec![subscription("t")]));
        world.command(Command::Publish(B, message("t", "m", 0), None));
        world.pass(5_000);
        let seen = world.look();
        assert_eq!(published(&seen, A), ["mx"], "{version}");
        assert_eq!(got(&seen, B), ["m", "mx"]);
        let view = seen.answers.last().unwrap();
        assert!(
            view.lines
                .iter()
                .any(|line| line.text.starts_with("Loop stopped"))
        );
        // A message of the same connection's form is a question like any other.
        world.command(Command::Publish(A, message("t", "own", 0), None));
        assert_eq!(published(&world.look(), A), ["mx", "own", "ownx"]);
    }
}

#[test]
fn two_that_answer_each_other_are_bounded() {
    let mut world = answering("5", 0, &[]);
    let relay = |from: &str, to: &str| Answer {
        name: from.into(),
        filter: from.into(),
        actions: vec![Action::Publish(Publish {
            topic: to.into(),
            payload: "{{payload}}".into(),
            ..Publish::default()
        })],
        most_a_second: 20,
        ..Answer::default()
    };
    world.command(Command::Answers(A, vec![relay("a", "b")]));
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Answers(B, vec![relay("b", "a")]));
    // It ends although no time goes by.
    world.command(Command::Publish(B, message("a", "x", 0), None));
    let seen = world.look();
    assert_eq!(published(&seen, A).len(), 20);
    let fast = |text: &str| text.starts_with("Too fast: more than 20");
    assert!(
        seen.answers
            .iter()
            .any(|view| view.lines.iter().any(|line| fast(&line.text)))
    );
}

#[test]
fn a_table_is_edited_while_answers_change_it() {
    let mut world = answering("5", 1, &["#"]);
    let edit = |row, was: &str, value: &str| {
        Command::EditTable(
            A,
            Box::new(TableEdit::Cell {
                table: "codes".into(),
                row,
                column: 2,
                was: was.into(),
                value: value.into(),
            }),
        )
    };
    let ask = || Command::Publish(A, message("test", "\"SUMMER\"", 0), None);
    world.command(edit(1, "true", "false"));
    world.command(ask());
    world.look();
    // The person has not seen yet that it was redeemed.
    world.command(edit(1, "false", "no"));
    let seen = world.look();
    assert!(
        seen.notices
            .iter()
            .any(|it| it.text.starts_with("The table has changed meanwhile"))
    );
    assert_eq!(seen.tables.last().unwrap()[0].cell(1, 2), Some("true"));
    assert_eq!(published(&seen, A), ["\"SUMMER\"", "1"]);
    // What is known goes on where a connection is opened anew, with other settings, from what was kept before.
    let ready = gallery().remove(1);
    let again = Profile {
        keep_alive: 7,
        client_identifier: "other".into(),
        answers: vec![ready.answer],
        tables: vec![Table::default()],
        subscriptions: vec![subscription("#")],
        ..Profile::default()
    };
    world.command(Command::Connect(A, Box::new(again)));
    world.command(ask());
    assert_eq!(published(&world.look(), A).last(), Some(&"0"));
}

#[test]
fn a_flood_of_questions_in_one_piece_is_answered() {
    let mut world = answering("3.1.1", 0, &["#"]);
    let mut echo = gallery().remove(0).answer;
    echo.most_a_second = 100_000;
    world.command(Command::Answers(A, vec![echo]));
    let flood = [0x30, 7, 0, 4, b'e', b'c', b'h', b'o', b'!'].repeat(5_000);
    let socket = world.socket_of_first();
    world.engine.handle_bytes(world.now, socket, &flood);
    world.pass(1_000);
    world.look();
    world.pass(1_000);
    world.command(Command::Publish(
        A,
        Box::new(MessageDraft {
            topic: "echo".into(),
            ..MessageDraft::default()
        }),
        None,
    ));
    let seen = world.look();
    assert_eq!(seen.answers.last().unwrap().tallies[0].answered, 5_001);
}

#[test]
fn a_device_publishes_while_it_is_open_and_again_when_it_is_back() {
    let mut world = answering("5", 3, &[]);
    let look = |world: &mut World| {
        world.command(Command::Drawn);
        world.pass(300);
        world.look()
    };
    let count = |world: &mut World| published(&look(world), A).len();
    world.pass(3_500);
    let seen = look(&mut world);
    // At once, and each second.
    assert_eq!(published(&seen, A).len(), 4);
    let row = seen
        .messages
        .iter()
        .find(|row| row.sender == Sender::Client)
        .unwrap();
    assert_eq!(row.topic, "sensors/a/temperature");
    assert!(row.preview.starts_with("{\"celsius\":"), "{}", row.preview);
    let view = seen.answers.last().unwrap();
    assert!(view.tallies[0].answered >= 3 && view.tallies[0].problem.is_empty());
    // Nobody subscribes for a timer.
    assert_eq!(seen.summary.connections[0].filters.len(), 0);
    world.command(Command::Cut(A));
    let cut = count(&mut world);
    // It comes back by itself, and goes on.
    world.pass(20_000);
    assert!(count(&mut world) > cut + 10);
    // Whoever is closed publishes nothing.
    world.command(Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    });
    let closed = count(&mut world);
    world.pass(10_000);
    assert_eq!(count(&mut world), closed);
}

/// What the script of `A` is told since it was asked last.
fn script_news(world: &mut World) -> Vec<ScriptNews> {
    world.look().scripts
}

#[test]
fn a_script_is_told_messages_and_what_it_publishes_goes_out() {
    let mut world = answering("5", 5, &[]);
    world.command(Command::Connect(B, profile("5", "b")));
    let filters = |world: &mut World| -> Vec<(String, bool)> {
        let seen = world.look();
        let filters = seen.summary.connections[0].filters.iter();
        filters
            .map(|it| (it.draft.topic_filter.clone(), it.draft.no_local))
            .collect()
    };
    assert_eq!(filters(&mut world), []);
    world.command(Command::BeginScript {
        connection: A,
        place: 0,
        run: 9,
        filters: Vec::new(),
        edits: 0,
    });
    // It begins when it has the tables.
    let news = script_news(&mut world);
    assert_eq!(
        (news.len(), news[0].run, news[0].tables.as_deref()),
        (1, 9, Some(&[][..]))
    );
    let waits = ScriptSays::Filters(vec!["request/#".into()]);
    world.command(Command::ScriptSays(A, 9, vec![waits]));
    assert_eq!(filters(&mut world), [("request/#".into(), true)]);
    world.command(Command::Publish(B, message("request/x", "hello", 1), None));
    let news = script_news(&mut world);
    let call = &news[0].calls[0];
    assert_eq!(
        (call.topic.as_str(), call.payload.as_slice()),
        ("request/x", &b"hello"[..])
    );
    let reply = |topic: &str| {
        ScriptSays::Publish(Reply {
            topic: topic.into(),
            payload: b"seen".to_vec(),
            qos: 1,
            ..Reply::default()
        })
    };
    world.command(Command::ScriptSays(
        A,
        9,
        vec![reply("reply/x"), reply("a/#")],
    ));
    world.pass(300);
    let seen = world.look();
    assert_eq!(published(&seen, A), ["seen"]);
    let lines = &seen.answers.last().unwrap().lines;
    assert!(
        lines
            .iter()
            .any(|line| line.text.starts_with("Not published to a/#")),
        "{lines:?}"
    );
    // Connected anew, it goes on; ended, it is told nothing and says nothing.
    world.command(Command::Cut(A));
    world.pass(20_000);
    world.command(Command::Publish(B, message("request/y", "again", 1), None));
    assert_eq!(script_news(&mut world)[0].calls[0].topic, "request/y");
    world.command(Command::EndScript(A, 9));
    assert_eq!(filters(&mut world), []);
    world.command(Command::ScriptSays(A, 9, vec![reply("reply/y")]));
    assert_eq!(published(&world.look(), A).len(), 1);
}

#[test]
fn what_was_recorded_is_replayed_by_another_connection() {
    let mut world = answering("5", 5, &["#"]);
    for payload in ["1", "2", "3"] {
        world.command(Command::Publish(A, message("seen/x", payload, 1), None));
        world.pass(500);
    }
    world.command(Command::Export(Export {
        connection: None,
        format: ExportFormat::Recording,
        search: String::new(),
        span: None,
        with_secrets: false,
    }));
    let text = world.look().recordings.pop().unwrap();
    let recording = read_recording(&String::from_utf8(text).unwrap()).unwrap();
    // What came, and not what was sent as well.
    assert_eq!(
        (recording.came, recording.messages.len(), recording.left_out),
        (true, 3, 3)
    );
    let device = Profile {
        answers: vec![Answer {
            replay: Some(Replay {
                messages: recording.messages,
                speed: 1000,
                prefix: "{{client}}/".into(),
                repeat: false,
            }),
            ..Answer::default()
        }],
        ..*profile("5", "b")
    };
    world.command(Command::Connect(B, Box::new(device)));
    world.pass(20);
    assert_eq!(published(&world.look(), B), ["1"]);
    world.pass(1_000);
    let seen = world.look();
    assert_eq!(published(&seen, B), ["1", "2", "3"]);
    assert!(seen.messages.iter().any(|row| row.topic == "b/seen/x"));
}
