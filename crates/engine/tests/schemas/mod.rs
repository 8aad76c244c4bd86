//! Payloads by schemas that a person gives: in rows, in the inspector, compared, and charted.

use mqttscope_protocol::schema::{File, Form, Given, Rule};
use mqttscope_protocol::{Command, LineChange, Looking, MessageDraft};
use mqttscope_wire::Sender;

use super::world::World;
use super::{A, all, connected, subscription};

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
