//! Sparkplug over connections and in captures: metrics with the names of the births before, and broken rules as findings.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use mqttscope_capture::pcapng::{Ends, Writer};
use mqttscope_capture::reading::Role;
use mqttscope_engine::Engine;
use mqttscope_protocol::{CapturedOrder, Command, Looking, MessageDraft};
use mqttscope_shared::Instant;
use mqttscope_wire::{Sender, Severity};

use super::captured::{self, ALL};
use super::world::{Seen, World};
use super::{A, all, connected};

/// What others encoded, by its type: see `make.py` beside the file.
fn fixture(of: &str) -> (String, Vec<u8>) {
    let text = include_str!("../../../sparkplug/tests/fixtures/payloads.txt");
    let line = text.lines().find(|line| line.contains(of)).unwrap();
    let (topic, hex) = line.split_once('\t').unwrap();
    let pairs = (0..hex.len()).step_by(2);
    let bytes = pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    (topic.to_owned(), bytes.collect())
}

fn publish(world: &mut World, of: &str, qos: u8) {
    let (topic, payload) = fixture(of);
    let draft = MessageDraft {
        topic,
        payload,
        qos,
        ..MessageDraft::default()
    };
    world.command(Command::Publish(A, Box::new(draft), None));
}

fn look(world: &mut World) -> Seen {
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        messages: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    world.pass(2_000);
    world.look()
}

#[test]
fn metrics_have_the_names_of_the_birth_before() {
    let mut world = connected("5");
    publish(&mut world, "NDATA", 0);
    publish(&mut world, "NBIRTH", 0);
    publish(&mut world, "NDATA", 0);
    let seen = look(&mut world);
    let sent = seen
        .messages
        .iter()
        .filter(|it| it.sender == Sender::Client);
    let rows: Vec<_> = sent
        .map(|row| (&*row.kind, &*row.preview, row.record))
        .collect();
    assert_eq!(
        rows[0].1,
        "NDATA seq 2 · alias 1 = 22.25, alias 2 = 4294967288"
    );
    assert!(rows[1].1.starts_with("NBIRTH seq 0 · bdSeq = 3, "));
    assert_eq!(rows[2].1, "NDATA seq 2 · Temperature = 22.25, Offset = -8");
    assert!(rows.iter().all(|row| row.0 == "Sparkplug B"));

    world.command(Command::Inspect(rows[2].2));
    let seen = world.look();
    let text = &seen.packets[0].forms[0].text;
    assert!(
        text.contains("\n  Offset = -8  (Int32, alias 2, name of the birth"),
        "{text}"
    );
    // The messages of a topic are compared by their metrics, each with the birth that it has.
    let diff = seen.history.unwrap().diff;
    assert!(
        diff.iter()
            .any(|line| line.text.contains("Temperature = 22.25"))
    );
    assert!(
        diff.iter()
            .any(|line| line.text.contains("alias 1 = 22.25"))
    );
}

#[test]
fn what_fits_by_its_topic_only_stays_what_it_is() {
    let mut world = connected("5");
    let draft = super::message("spBv1.0/plant/NDATA/line1", "{\"t\":1}", 0);
    world.command(Command::Publish(A, draft, None));
    let seen = look(&mut world);
    let row = &seen.messages[0];
    assert_eq!((&*row.kind, &*row.preview), ("JSON", "{\"t\":1}"));
    let record = row.record;
    assert_eq!(seen.findings[0].rule, "sparkplug-payload-form");
    world.command(Command::Inspect(record));
    assert_eq!(world.look().packets[0].forms, []);
}

#[test]
fn broken_rules_are_findings_with_their_packets() {
    let mut world = connected("5");
    publish(&mut world, "NBIRTH", 0);
    // A message with seq 1 is missing.
    publish(&mut world, "NDATA", 1);
    let seen = look(&mut world);
    let mut found: Vec<_> = seen
        .findings
        .iter()
        .filter(|it| it.by == Some(Sender::Client))
        .map(|it| {
            (
                &*it.rule,
                it.statement.as_deref().unwrap_or_default(),
                it.severity,
            )
        })
        .collect();
    found.sort_by_key(|it| it.0);
    assert_eq!(
        found,
        [
            (
                "sparkplug-qos-wrong",
                "tck-id-topics-ndata-mqtt",
                Severity::Error
            ),
            (
                "sparkplug-seq-gap",
                "tck-id-topics-ndata-seq-num",
                Severity::Warning
            ),
            (
                "sparkplug-will-missing",
                "tck-id-payloads-ndeath-will-message",
                Severity::Warning
            ),
        ]
    );
    assert!(seen.summary.findings[0] >= 1);
    let data = seen.messages.iter().find(|it| it.qos == 1).unwrap();
    let row = seen
        .wire
        .iter()
        .find(|row| row.record == data.record)
        .unwrap();
    assert_eq!(row.severity, Some(Severity::Error));
    world.command(Command::Inspect(data.record));
    let rules: Vec<_> = world.look().packets[0]
        .findings
        .iter()
        .map(|it| it.rule.clone())
        .collect();
    assert!(
        rules.contains(&"sparkplug-qos-wrong".to_owned()),
        "{rules:?}"
    );

    let found = |world: &mut World, search: &str| {
        world.command(Command::Look(Box::new(Looking {
            wire: Some(all()),
            search: search.to_owned(),
            ..Looking::default()
        })));
        world.pass(2_000);
        let rows: Vec<_> = world.look().wire.iter().map(|row| row.record).collect();
        rows
    };
    for search in [
        "finding.rule == sparkplug-seq-gap",
        "finding.statement == tck-id-topics-ndata-mqtt",
    ] {
        let rows = found(&mut world, search);
        assert!(rows.contains(&data.record), "{search}: {rows:?}");
        assert!(rows.len() < seen.wire.len(), "{search}: {rows:?}");
    }
    assert!(found(&mut world, "finding.rule == sparkplug-seq-range").is_empty());

    world.command(Command::Clear);
    assert!(look(&mut world).findings.is_empty());
}

#[test]
fn a_new_connection_begins_anew() {
    let mut world = connected("5");
    publish(&mut world, "NBIRTH", 0);
    world.command(Command::Cut(A));
    world.command(Command::Connect(A, super::profile("5", "a")));
    world.command(Command::Clear);
    publish(&mut world, "NDATA", 0);
    let seen = look(&mut world);
    assert_eq!(seen.findings[0].rule, "sparkplug-data-before-birth");
}

/// A packet: its first byte, its length in one byte or two, and the rest.
fn packet(first: u8, parts: &[&[u8]]) -> Vec<u8> {
    let rest = parts.concat();
    let len = match u8::try_from(rest.len()) {
        Ok(len @ 0..0x80) => vec![len],
        _ => vec![(rest.len() & 0x7f) as u8 | 0x80, (rest.len() >> 7) as u8],
    };
    [&[first][..], &len, &rest].concat()
}

/// Bytes behind their length.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&len[..], bytes].concat()
}

#[test]
fn a_capture_shows_the_same() {
    let (death, mut will) = fixture("NDEATH");
    // The value of `bdSeq` is 4 in the will and 3 in the NBIRTH.
    *will.last_mut().unwrap() = 4;
    let connect = packet(
        0x10,
        &[
            b"\0\x04MQTT\x04\x0e\0\x3c",
            &sized(b"edge"),
            &sized(death.as_bytes()),
            &sized(&will),
        ],
    );
    let publish = |of: &str| {
        let (topic, payload) = fixture(of);
        packet(0x30, &[&sized(topic.as_bytes()), &payload])
    };
    let (mut writer, mut given) = (Writer::new("test"), Vec::new());
    writer.begin(&mut given);
    let ends = Ends {
        client: ([127, 0, 0, 1], 50_000).into(),
        server: ([127, 0, 0, 1], 1883).into(),
    };
    writer.open(1, ends, "", 1_000, &mut given);
    writer.bytes(1, Role::Client, &connect, 2_000, &mut given);
    writer.bytes(1, Role::Server, b"\x20\x02\0\0", 3_000, &mut given);
    for (at, of) in (4..).zip(["NBIRTH", "NDATA", "DDATA"]) {
        writer.bytes(1, Role::Client, &publish(of), at * 1_000, &mut given);
    }
    let mut engine = Engine::new(1);
    engine.handle_files([("edge".to_owned(), None)]);
    engine.handle_read(Instant::ZERO, Ok(&given));
    let shown = captured::shown(
        &mut engine,
        Looking {
            wire: Some(ALL),
            findings: Some(ALL),
            captured: Some((ALL, CapturedOrder::Begin)),
            ..Looking::default()
        },
    );
    let mut found: Vec<_> = shown
        .findings
        .iter()
        .map(|it| (&*it.rule, it.severity, it.packets.len()))
        .collect();
    found.sort_by_key(|it| it.0);
    assert_eq!(
        found,
        [
            ("sparkplug-bdseq-differs", Severity::Error, 2),
            // The device has no DBIRTH, but as messages are missing nothing is claimed.
            ("sparkplug-seq-gap", Severity::Error, 1),
        ]
    );
    // Each is counted once.
    assert_eq!(shown.captured[0].findings[0], 2);
    let row = captured::packets(&shown).nth(3).unwrap();
    assert!(
        row.preview
            .as_deref()
            .unwrap()
            .starts_with("NDATA seq 2 · Temperature")
    );
    let row = row.clone();
    let packet = captured::packet(&mut engine, &row);
    assert!(packet.forms[0].text.contains("Offset = -8  (Int32"));
}
