use mqttscope_sparkplug::{Birth, Topic};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What others encoded: see `make.py` beside the file.
fn fixtures() -> Vec<(&'static str, Vec<u8>)> {
    let text = include_str!("../../../../sparkplug/tests/fixtures/payloads.txt");
    let bytes = |hex: &str| {
        let pairs = (0..hex.len()).step_by(2);
        pairs
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    };
    let lines = text.lines().map(|line| line.split_once('\t').unwrap());
    lines.map(|(topic, hex)| (topic, bytes(hex))).collect()
}

fn of(name: &str) -> (&'static str, Vec<u8>) {
    let name = format!("/{name}/");
    (fixtures().into_iter())
        .find(|(topic, _)| topic.contains(&name))
        .unwrap()
}

fn shown(name: &str, names: &Names<'_>) -> String {
    let (topic, payload) = of(name);
    sparkplug(topic, &payload, names).unwrap().into_content()
}

fn birth(name: &str) -> Birth {
    Birth::read(&Payload::read(&of(name).1).unwrap(), 1 << 20)
}

#[test]
fn a_birth_with_all_kinds_of_values() {
    assert_eq!(
        shown("NBIRTH", &Names::default()),
        "Sparkplug B, by its topic; the payload fits the Protobuf schema.
NBIRTH: group plant, edge node line1
seq 0
timestamp 2023-11-14T22:13:20.000Z
9 metrics
  bdSeq = 3  (UInt64, 2023-11-14T22:13:20.000Z)
  Node Control/Rebirth = false  (Boolean, 2023-11-14T22:13:20.000Z)
  Temperature = 21.5  (Float, alias 1, 2023-11-14T22:13:20.000Z)
  Offset = -7  (Int32, alias 2, 2023-11-14T22:13:20.000Z)
  Total = -9  (Int64, alias 3, 2023-11-14T22:13:20.000Z)
  Label = \"Ofen „eins“\\n\"  (String, alias 4, 2023-11-14T22:13:20.000Z)
  Started = 2023-11-14T22:13:20.123Z  (DateTime, alias 5, 2023-11-14T22:13:20.000Z)
  Missing = null  (Double, alias 6, 2023-11-14T22:13:20.000Z)
  Ratio = 0.1  (Double, alias 7, 2023-11-14T22:13:20.000Z, transient)"
    );
}

#[test]
fn a_device_with_parts_in_its_values() {
    let text = shown("DBIRTH", &Names::default());
    let metrics = text.split_once("metrics\n").unwrap().1;
    let at = ", 2023-11-14T22:13:20.000Z)";
    assert_eq!(
        metrics.replace(at, ")"),
        "  Speed = 1500  (UInt16, alias 20)
    properties
      engUnit = \"rpm\"
      Quality = 192
      limits = property set
        high = 3000.0
  Recipe = h'0001feff'  (File, alias 21)
    metadata
      size = 4
      file_name = \"recipe.bin\"
      md5 = \"d41d8cd98f00b204e9800998ecf8427e\"
  Table = data set, 2 rows  (DataSet, alias 22)
    name | count | level
    \"a\" | 1 | 0.5
    \"b\" | -2 | 1.5
  Motor = template instance of MotorType, version 1.0  (Template, alias 23)
    parameter poles = 4
    rpm = 1490  (UInt32)
  Steps = [-1, 2, 300]  (Int16Array, alias 24)
  Bits = [true, false, true, true, false, false, true, false, false, true]  (BooleanArray, alias 25)
  Words = [\"one\", \"zwei\"]  (StringArray, alias 26)"
    );
}

#[test]
fn names_and_types_come_from_the_birth() {
    let (node, device) = (birth("NBIRTH"), birth("DBIRTH"));
    let names = Names {
        node: Some((1, &node)),
        device: Some((2, &device)),
    };
    let text = shown("NDATA", &names);
    assert!(text.contains("Temperature = 22.25  (Float, alias 1, name of the birth"));
    assert!(text.contains("Offset = -8  (Int32, alias 2, name of the birth"));
    assert!(text.contains("historical)"), "{text}");
    assert!(text.contains("are those of the birth before it"));
    let text = shown("DDATA", &names);
    assert!(text.contains("Speed = 1510  (UInt16, alias 20, name of the birth"));
    assert!(text.contains("Speed = 1511  (UInt16, 2023"), "{text}");

    let text = shown("NDATA", &Names::default());
    assert!(text.contains("No birth of it was seen before"));
    assert!(text.contains("alias 2 = 4294967288  (alias 2, "), "{text}");
}

#[test]
fn a_row_has_room_for_one_line() {
    let node = birth("NBIRTH");
    let names = Names {
        node: Some((1, &node)),
        device: None,
    };
    let (topic, payload) = of("NDATA");
    let line = |most| sparkplug_line(topic, &payload, &names, most).unwrap();
    assert_eq!(line(200), "NDATA seq 2 · Temperature = 22.25, Offset = -8");
    assert_eq!(line(20), "NDATA seq 2 · Temper…");
}

#[test]
fn topic_and_payload_must_both_fit() {
    let (topic, payload) = of("NDATA");
    let names = Names::default();
    assert!(sparkplug(topic, &payload, &names).is_some());
    assert!(sparkplug("plant/NDATA/line1", &payload, &names).is_none());
    assert!(sparkplug("spBv1.0/STATE/host", &payload, &names).is_none());
    assert!(sparkplug(topic, b"{\"t\":1}", &names).is_none());
    assert!(sparkplug(topic, b"", &names).is_none());
}

proptest! {
    #[test]
    fn damage_does_no_harm(at in 0_usize..1000, byte: u8, which in 0_usize..8) {
        let mut all = fixtures();
        let len = all.len();
        let (topic, payload) = &mut all[which % len];
        let place = at % payload.len();
        payload[place] = byte;
        if let Some(view) = sparkplug(topic, payload, &Names::default()) {
            let text = view.into_content();
            prop_assert!(text.len() < 64 << 10);
            prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }

    #[test]
    fn no_payload_panics(payload: Vec<u8>) {
        let topic = "spBv1.0/g/DDATA/e/d";
        prop_assert!(Topic::of(topic).is_some());
        let view = sparkplug(topic, &payload, &Names::default());
        prop_assert_eq!(view.is_some(), sparkplug_value(topic, &payload, &Names::default()).is_some());
        prop_assert_eq!(view.is_some(), sparkplug_line(topic, &payload, &Names::default(), 80).is_some());
    }
}

#[test]
fn a_hostile_payload_is_shown_in_part() {
    // Nested sets of properties up to the depth that is read, and many metrics.
    let metric = b"\x12\x06\x0a\x01m\x20\x03\x50";
    let one: Vec<u8> = metric.iter().copied().chain([1]).collect();
    let mut one = one;
    one[1] = 7;
    let payload = one.repeat(200_000);
    let view = sparkplug("spBv1.0/g/NDATA/e", &payload, &Names::default()).unwrap();
    let text = view.into_content();
    assert!(text.len() < MOST + 10_000);
    assert!(text.ends_with("the rest is left out here"));

    let mut deep = Vec::new();
    for _ in 0..40 {
        let mut property = vec![0x08, 20, 0x4a];
        property.extend(length(deep.len()));
        property.append(&mut deep);
        deep = vec![0x0a, 1, b'k', 0x12];
        deep.extend(length(property.len()));
        deep.append(&mut property);
    }
    let mut metric = vec![0x4a];
    metric.extend(length(deep.len()));
    metric.append(&mut deep);
    let mut payload = vec![0x12];
    payload.extend(length(metric.len()));
    payload.append(&mut metric);
    assert_eq!(
        sparkplug("spBv1.0/g/NDATA/e", &payload, &Names::default()),
        None
    );
}

fn length(len: usize) -> [u8; 2] {
    [(len & 0x7f) as u8 | 0x80, (len >> 7) as u8]
}

#[test]
fn metrics_are_values_by_their_names() {
    let value = |name: &str, names: &Names<'_>| {
        let (topic, payload) = of(name);
        sparkplug_value(topic, &payload, names).unwrap()
    };
    let (node, device) = (birth("NBIRTH"), birth("DBIRTH"));
    let names = Names {
        node: Some((1, &node)),
        device: Some((2, &device)),
    };
    let birth = value("NBIRTH", &Names::default());
    for (path, expected) in [
        ("Temperature", json!(21.5)),
        ("Offset", json!(-7)),
        ("Total", json!(-9)),
        ("Node Control/Rebirth", json!(false)),
        ("Started", json!(1_700_000_000_123_u64)),
        ("Missing", Value::Null),
    ] {
        assert_eq!(birth[path], expected, "{path}");
    }
    let device = value("DBIRTH", &Names::default());
    for (path, expected) in [
        ("Steps", json!([-1, 2, 300])),
        ("Words", json!(["one", "zwei"])),
        ("Motor", json!({"rpm": 1490})),
        ("Recipe", json!("h'0001feff'")),
        (
            "Table",
            json!([{"name": "a", "count": 1, "level": 0.5}, {"name": "b", "count": -2, "level": 1.5}]),
        ),
    ] {
        assert_eq!(device[path], expected, "{path}");
    }
    // What is historical is left out, and so is what has no name here.
    assert_eq!(value("NDATA", &names), json!({"Temperature": 22.25}));
    assert_eq!(value("DDATA", &names), json!({"Speed": 1511}));
    assert_eq!(value("NDATA", &Names::default()), json!({}));
}
