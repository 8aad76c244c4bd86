//! Payloads by schemas that a person gives: in rows, in the inspector, compared, and charted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use mqttscope_protocol::schema::{File, Form, Given, Plain, Rule};
use mqttscope_protocol::{Command, LineChange, Looking, MessageDraft};
use mqttscope_wire::Sender;

use super::world::World;
use super::{A, B, all, connected, profile, subscription};

fn given(message: &str) -> Command {
    let text = "syntax = 'proto3'; message M { double speed = 1; string name = 2; N n = 3; } message N { sint32 drift = 1; }";
    Command::Schemas(Box::new(Given {
        files: vec![File {
            name: "m.proto".to_owned(),
            bytes: text.into(),
        }],
        rules: vec![Rule {
            topic_filter: "motor/+".to_owned(),
            form: Form::Protobuf(message.to_owned()),
        }],
    }))
}

fn publish(world: &mut World, topic: &str, payload: &[u8]) {
    let draft = MessageDraft {
        topic: topic.to_owned(),
        payload: payload.to_vec(),
        ..MessageDraft::default()
    };
    world.command(Command::Publish(A, Box::new(draft), None));
}

fn look(world: &mut World, path: &str) {
    world.command(Command::Look(Box::new(Looking {
        messages: Some(all()),
        chart: true,
        chart_topic: "motor/#".to_owned(),
        chart_path: path.to_owned(),
        ..Looking::default()
    })));
    world.pass(2_000);
}

/// The first line of a chart of one topic.
fn charted(world: &mut World, topic: &str, path: &str) -> (Vec<String>, Vec<f64>) {
    world.command(Command::Look(Box::new(Looking {
        chart: true,
        chart_topic: topic.to_owned(),
        chart_path: path.to_owned(),
        ..Looking::default()
    })));
    world.pass(2_000);
    let chart = world.look().chart.unwrap();
    let points = chart.lines.first().map(|line| &*line.1).unwrap_or_default();
    let values = points.iter().map(|point| point.value).collect();
    (chart.paths, values)
}

/// Lines of a crate's fixtures, which others encoded: see `make.py` beside each.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    pairs.map(byte).collect()
}

#[test]
fn the_chart_reaches_into_every_form() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    world.pass(100);
    let text = include_str!("../../../view/tests/fixtures/payloads.txt");
    let mut seen = 0;
    for line in text.lines() {
        let [form, content_type, hex] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        // What takes its Content Type is a list, and has no such path.
        if !content_type.is_empty() {
            continue;
        }
        let topic = format!("form/{form}");
        publish(&mut world, &topic, &bytes(hex));
        seen += 1;
        let (paths, values) = charted(&mut world, &topic, "motor.t");
        assert_eq!(values, [21.5], "{form}");
        assert!(
            paths.contains(&"motor.rpm.1".to_owned()),
            "{form}: {paths:?}"
        );
    }
    assert!(seen >= 5);

    let sparkplug = include_str!("../../../sparkplug/tests/fixtures/payloads.txt");
    for of in ["NBIRTH", "NDATA"] {
        let line = sparkplug.lines().find(|line| line.contains(of)).unwrap();
        let (topic, hex) = line.split_once('\t').unwrap();
        publish(&mut world, topic, &bytes(hex));
    }
    // The second has aliases only: its names are those of the birth.
    let (paths, values) = charted(&mut world, "spBv1.0/plant/+/line1", "Temperature");
    assert_eq!(values, [21.5]);
    assert!(
        paths.contains(&"Node Control/Rebirth".to_owned()),
        "{paths:?}"
    );
    let (_, values) = charted(&mut world, "spBv1.0/plant/NDATA/line1", "Temperature");
    assert_eq!(values, [22.25]);
}

#[test]
fn answers_ask_for_values_of_every_form() {
    use mqttscope_answers::{Action, Answer, Condition, JsonTest, Publish};
    let mut world = connected("5");
    world.command(given("M"));
    let hot = Answer {
        on: true,
        name: "hot".to_owned(),
        filter: "#".to_owned(),
        conditions: vec![Condition::Json {
            path: "$.speed".to_owned(),
            test: JsonTest::Between {
                from: "20".to_owned(),
                to: String::new(),
            },
        }],
        actions: vec![Action::Publish(Publish {
            topic: "hot".into(),
            payload: "{{json.speed}}".into(),
            ..Publish::default()
        })],
        ..Answer::default()
    };
    world.command(Command::Answers(A, vec![hot]));
    world.pass(100);
    // Of another client, since nobody answers himself: by the schema of its topic, and as CBOR that is detected,
    // {"speed": 22} and {"speed": 2}.
    world.command(Command::Connect(B, profile("5", "b")));
    world.pass(100);
    for (topic, payload) in [
        ("motor/1", &b"\x09\0\0\0\0\0\x80\x35\x40"[..]),
        ("other", b"\xa1\x65speed\x16"),
        ("other", b"\xa1\x65speed\x02"),
    ] {
        let draft = MessageDraft {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            ..MessageDraft::default()
        };
        world.command(Command::Publish(B, Box::new(draft), None));
    }
    look(&mut world, "");
    let seen = world.look();
    let sent = seen.messages.iter();
    let sent = sent.filter(|it| it.sender == Sender::Client && it.connection == A);
    let says: Vec<_> = sent.map(|row| row.preview.as_str()).collect();
    assert_eq!(says, ["21.5", "22"]);
}

#[test]
fn payloads_are_read_by_the_schema_of_their_topic() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    world.pass(100);
    let first = b"\x09\0\0\0\0\0\x80\x35\x40\x12\x01a\x1a\x02\x08\x03";
    let second = b"\x09\0\0\0\0\0\0\x36\x40\x12\x01a\x1a\x02\x08\x05";
    publish(&mut world, "motor/1", first);
    publish(&mut world, "motor/1", second);
    publish(&mut world, "other", second);
    publish(&mut world, "motor/2", b"");
    look(&mut world, "");
    let seen = world.look();
    assert!(seen.messages.iter().all(|row| row.kind != "Protobuf"));

    world.command(given("M"));
    look(&mut world, "n.drift");
    let seen = world.look();
    let own = seen
        .messages
        .iter()
        .filter(|it| it.sender == Sender::Client);
    let rows: Vec<_> = own
        .map(|row| (&*row.kind, &*row.preview, row.record))
        .collect();
    assert_eq!(rows[0].0, "Protobuf");
    assert_eq!(
        rows[0].1,
        "{ \"speed\": 21.5, \"name\": \"a\", \"n\": { \"drift\": -2 } }"
    );
    assert_ne!(rows[2].0, "Protobuf");
    assert_eq!(rows[3].0, "empty");
    let chart = seen.chart.unwrap();
    assert_eq!(chart.paths, ["n.drift", "speed"]);
    let values: Vec<f64> = chart.lines[0].1.iter().map(|point| point.value).collect();
    assert_eq!(values, [-2.0, -3.0]);
    // The page tells by these whether it is the chart that it asked for.
    let of = (&*chart.topic, &*chart.path, chart.is_counting);
    assert_eq!(of, ("motor/#", "n.drift", false));

    world.command(Command::Inspect(rows[1].2));
    let seen = world.look();
    let form = &seen.packets[0].forms[0];
    assert_eq!(form.name, "by schema");
    assert_eq!(
        form.text,
        "Protobuf M\n{\n  \"speed\": 22.0,\n  \"name\": \"a\",\n  \"n\": {\n    \"drift\": -3\n  }\n}"
    );
    let diff = seen.history.unwrap().diff;
    let changed: Vec<_> = diff
        .iter()
        .filter(|line| line.change != LineChange::Same)
        .collect();
    assert_eq!(changed.len(), 4);

    // Another schema, which does not fit.
    world.command(given("N"));
    world.command(Command::Inspect(rows[1].2));
    let seen = world.look();
    assert_eq!(
        seen.packets[0].forms[0].text,
        "Protobuf N does not fit this payload:\nbyte 0, field drift: the schema says sint32, and here are eight bytes."
    );
    look(&mut world, "");
    let row = world.look().messages[0].clone();
    assert!(
        row.preview.starts_with("does not fit its schema: byte 0"),
        "{}",
        row.preview
    );

    // None again: it is detected.
    world.command(Command::Schemas(Box::default()));
    world.command(Command::Inspect(rows[1].2));
    assert_eq!(world.look().packets[0].forms, []);
}

#[test]
fn a_form_that_takes_no_schema_overrules_what_is_detected() {
    let mut world = connected("5");
    let text = include_str!("../../../view/tests/fixtures/payloads.txt");
    let of = |form: &str| {
        let line = text.lines().find(|line| line.starts_with(form)).unwrap();
        bytes(line.split('\t').nth(2).unwrap())
    };
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    world.pass(100);
    // A list of two numbers could be anything: it has no properties here that say what it is.
    let list = of("CBOR of numbers");
    publish(&mut world, "motor/1", &list);
    publish(&mut world, "motor/1", &[&list[..2], b"\x07"].concat());
    publish(&mut world, "motor/2", &of("JSON"));
    let rules = [
        ("motor/1", Plain::Cbor),
        ("motor/2", Plain::Hex),
        ("motor/3", Plain::Json),
    ];
    world.command(Command::Schemas(Box::new(Given {
        files: Vec::new(),
        rules: (rules.into_iter())
            .map(|(filter, plain)| Rule {
                topic_filter: filter.to_owned(),
                form: Form::Plain(plain),
            })
            .collect(),
    })));
    publish(&mut world, "motor/3", b"on");
    look(&mut world, "1");
    let seen = world.look();
    let sent = seen.messages.iter();
    let sent: Vec<_> = sent.filter(|it| it.sender == Sender::Client).collect();
    let rows: Vec<_> = (sent.iter())
        .map(|row| (&*row.kind, &*row.preview))
        .collect();
    assert_eq!(rows[0], ("CBOR", "[ 1, 2 ]"));
    assert_eq!(rows[2].0, "hex");
    assert!(rows[2].1.starts_with("7b 22 6d"), "{}", rows[2].1);
    assert!(rows[3].1.starts_with("is no JSON: it"), "{}", rows[3].1);
    let (_, values) = charted(&mut world, "motor/1", "1");
    assert_eq!(values, [2.0, 7.0]);
    world.command(Command::Inspect(sent[1].record));
    let seen = world.look();
    let form = &seen.packets[0].forms[0];
    assert_eq!((&*form.name, &*form.text), ("CBOR", "[\n  1,\n  7\n]"));
    let diff = seen.history.unwrap().diff;
    let changed: Vec<_> = (diff.iter())
        .filter(|line| line.change != LineChange::Same)
        .map(|line| line.text.trim())
        .collect();
    assert_eq!(changed, ["2", "7"]);
}
