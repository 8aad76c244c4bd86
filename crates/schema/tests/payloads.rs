//! Payloads that others encoded, by the schemas that they encoded them by: see `fixtures/make.py`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use mqttscope_schema::{File, Form, Framing, Given, Rule, Schemas};
use proptest::prelude::*;
use serde_json::{Value, json};

const TOPIC: &str = "plant/1";

fn file(name: &str) -> File {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    File {
        name: name.to_owned(),
        bytes: std::fs::read(path).unwrap(),
    }
}

/// Schemas of these files, with one form for all topics.
fn schemas(files: &[&str], form: Form) -> Schemas {
    let schemas = Schemas::read(&Given {
        files: files.iter().map(|name| file(name)).collect(),
        rules: vec![Rule {
            topic_filter: "plant/+".to_owned(),
            form,
        }],
    });
    assert!(
        schemas.faults().iter().all(Option::is_none),
        "{:?}",
        schemas.faults()
    );
    schemas
}

/// Schemas of texts.
fn of_text(text: &str, message: &str) -> Schemas {
    Schemas::read(&Given {
        files: vec![File {
            name: "a.proto".to_owned(),
            bytes: text.into(),
        }],
        rules: vec![Rule {
            topic_filter: "#".to_owned(),
            form: Form::Protobuf(message.to_owned()),
        }],
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// What a line of the fixtures is read by.
fn form(what: &str) -> Form {
    match what.split_once(' ').unwrap() {
        ("Protobuf", name) => Form::Protobuf(name.to_owned()),
        (_, "bare") => Form::Avro("plant.Reading".to_owned(), Framing::Bare),
        (_, "single object") => Form::Avro("plant.Reading".to_owned(), Framing::SingleObject),
        (_, _) => Form::Avro("plant.Reading".to_owned(), Framing::Confluent(258)),
    }
}

/// Google's JSON has large numbers as texts, and single fractions with the digits of double ones.
fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(number), Value::String(text)) => number.to_string() == *text,
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| is_same(value, other)))
        }
        _ => ours == theirs,
    }
}

#[test]
fn what_others_encode_is_read_and_written_the_same() {
    let text = include_str!("fixtures/payloads.txt");
    let mut count = 0;
    for line in text.lines() {
        let [what, hex, said] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let payload = bytes(hex);
        let said: Value = serde_json::from_str(said).unwrap();
        // By the files of text, and by the descriptor set that others made of them.
        let sources: [&[&str]; 2] = [
            &["old.proto", "plant.proto", "shared.proto", "reading.avsc"],
            &["plant.desc", "reading.avsc"],
        ];
        for files in sources {
            let schemas = schemas(files, form(what));
            let shown = schemas.decode(TOPIC, &payload).unwrap();
            let ours = shown.text.unwrap_or_else(|fault| panic!("{what}: {fault}"));
            let value: Value = serde_json::from_str(&ours).unwrap();
            assert!(is_same(&value, &said), "{what}\n{ours}\n{said}");
            let again = schemas.encode(TOPIC, &ours).unwrap().unwrap();
            // Entries of maps come in any order.
            let has_maps = said.get("limits").is_some();
            assert_eq!(again.len(), payload.len(), "{what} {ours}");
            assert!(has_maps || again == payload, "{what} {ours}");
            assert_eq!(
                schemas.decode(TOPIC, &again).unwrap().text.as_ref(),
                Ok(&ours)
            );
            // And from their JSON, which has other names for the same.
            let again = schemas.encode(TOPIC, &said.to_string()).unwrap().unwrap();
            let read = schemas.decode(TOPIC, &again).unwrap().text.unwrap();
            assert_eq!(read, ours, "{what}");
            count += 1;
        }
    }
    assert_eq!(count, 28);
}

#[test]
fn what_does_not_fit_is_said_with_field_and_byte() {
    let schema = "syntax = 'proto3'; message M { int32 a = 1; N n = 2; string s = 3; repeated int32 r = 4; } message N { double d = 1; }";
    let schemas = of_text(schema, "M");
    for (hex, says) in [
        (
            "0d00000000",
            "byte 0, field a: the schema says int32, and here are four bytes",
        ),
        (
            "0801120208ff",
            "byte 5, field n: the payload ends within a number (field number 1)",
        ),
        (
            "12020801",
            "byte 2, field n.d: the schema says double, and here is a varint",
        ),
        (
            "1a0261ff",
            "byte 3, field s: the schema says string, and this is no UTF-8",
        ),
        (
            "1a05",
            "byte 1: 5 bytes are to follow, and 0 are left (field number 3)",
        ),
        ("0f", "byte 0: there is no wire type 7 (field number 1)"),
        (
            "00",
            "byte 0: no field begins so: fields have numbers from 1 to 536870911",
        ),
        (
            "22020180",
            "byte 3, field r: the payload ends within a number",
        ),
    ] {
        let says = if hex == "0f" {
            says.replace("byte 0", "byte 1")
        } else {
            says.to_owned()
        };
        let shown = schemas.decode(TOPIC, &bytes(hex)).unwrap();
        assert_eq!(shown.text, Err(says), "{hex}");
    }
    // A field that the schema has not is no fault, but it is said.
    let shown = schemas.decode(TOPIC, &bytes("08012a0161500d")).unwrap();
    let text = shown.text.unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({"a": 1, "5": [{"bytes": "YQ=="}], "10": [13]})
    );
    assert_eq!(
        shown.note.as_deref(),
        Some(
            "2 fields are not in the schema, the first at byte 2: they are shown by their numbers."
        )
    );
    assert_eq!(
        schemas.encode(TOPIC, &text).unwrap().unwrap(),
        bytes("08012a0161500d")
    );
}

#[test]
fn json_that_a_schema_does_not_take_is_said_with_its_field() {
    let schema = "syntax = 'proto2'; message M { required int32 a = 1; repeated N n = 2; map<string, int32> m = 3; } message N { optional bool b = 1; optional E e = 2; } enum E { X = 0; }";
    let schemas = of_text(schema, "M");
    for (json, says) in [
        (
            "{",
            "it is no JSON: EOF while parsing an object at line 1 column 1",
        ),
        ("[]", "M is an object, and here is a list"),
        ("{}", "field a: it is required"),
        (
            r#"{"a": 2147483648}"#,
            "field a: the schema says int32, and here is a number that it cannot hold",
        ),
        (
            r#"{"a": 1.5}"#,
            "field a: the schema says int32, and here is a number that it cannot hold",
        ),
        (r#"{"a": 1, "c": 1}"#, "field c: M has no such field"),
        (
            r#"{"a": 1, "n": {}}"#,
            "field n: it is a list, and here is an object",
        ),
        (
            r#"{"a": 1, "n": [{}, {"b": 1}]}"#,
            "field n.[1].b: the schema says bool, and here is a number that it cannot hold",
        ),
        (
            r#"{"a": 1, "n": [{"e": "Y"}]}"#,
            "field n.[0].e: it is a name or a number of E, and here is a text",
        ),
        (
            r#"{"a": 1, "m": {"k": "x"}}"#,
            "field m.[k].value: the schema says int32, and here is a text",
        ),
    ] {
        let says = says.replace(".[", "[");
        assert_eq!(schemas.encode(TOPIC, json).unwrap(), Err(says), "{json}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    for (text, says) in [
        (
            "syntax = 'proto3';\nmessage M {\n  int32 a 1;\n}",
            "line 3: “=” must stand here, not the number 1",
        ),
        (
            "message M {",
            "line 1: a name must stand here, not the end of the file",
        ),
        (
            "message M { int32 a = 0; }",
            "line 1: fields have numbers from 1 to 536870911",
        ),
        ("\n/* no end", "line 2: this comment does not end"),
        (
            "nothing",
            "line 1: “nothing” begins nothing that may stand in a file",
        ),
        (
            "message M { Gone g = 1; }",
            "the type Gone of the field g of M is in no file that was given",
        ),
        (
            "{\"type\": \"record\", \"name\": \"R\"}",
            "“R” has no list “fields”",
        ),
        (
            "[[\"null\", [\"int\"]]]",
            "a union stands directly in a union",
        ),
        (
            "{\"type\": \"Gone\"}",
            "the type “Gone” is not declared before it is used",
        ),
        (
            "\n\u{1}\u{2}",
            "it is no descriptor set as `protoc --descriptor_set_out` writes it",
        ),
    ] {
        assert_eq!(
            of_text(text, "M").faults(),
            [Some(says.to_owned())],
            "{text}"
        );
    }
}

#[test]
fn the_first_rule_that_matches_counts() {
    let rule = |topic_filter: &str, form| Rule {
        topic_filter: topic_filter.to_owned(),
        form,
    };
    let schemas = Schemas::read(&Given {
        files: vec![
            file("plant.proto"),
            file("shared.proto"),
            file("reading.avsc"),
        ],
        rules: vec![
            rule("plant/raw/#", Form::Detected),
            rule("plant/+/motor", Form::Protobuf("plant.v1.Motor".to_owned())),
            rule(
                "plant/#",
                Form::Avro("plant.Reading".to_owned(), Framing::Bare),
            ),
            rule("gone", Form::Protobuf("gone.Type".to_owned())),
        ],
    });
    let name = |topic: &str| schemas.decode(topic, b"").map(|shown| shown.form.name());
    assert_eq!(name("plant/raw/1"), None);
    assert_eq!(
        name("plant/1/motor").as_deref(),
        Some("Protobuf plant.v1.Motor")
    );
    assert_eq!(name("plant/1").as_deref(), Some("Avro plant.Reading"));
    assert_eq!(name("other"), None);
    let gone = schemas.decode("gone", b"").unwrap();
    assert_eq!(
        gone.text,
        Err("Protobuf gone.Type is in no file that was given".to_owned())
    );
    let names: Vec<_> = schemas.types().iter().map(Form::name).collect();
    assert_eq!(
        names,
        [
            "Protobuf plant.v1.Motor",
            "Protobuf plant.v1.Motor.Part",
            "Protobuf shared.Says",
            "Protobuf shared.Unit",
            "Avro plant.Reading"
        ]
    );
}

#[test]
fn the_types_that_protobuf_brings_are_known() {
    let schemas = of_text(
        "syntax = 'proto3'; import 'google/protobuf/timestamp.proto'; message M { google.protobuf.Timestamp at = 1; google.protobuf.DoubleValue v = 2; google.protobuf.Struct s = 3; }",
        "M",
    );
    assert_eq!(schemas.faults(), [None]);
    let json = r#"{"at": {"seconds": 1700000000}, "v": {"value": 0.5}, "s": {"fields": {"a": {"number_value": 1.5}}}}"#;
    let payload = schemas.encode(TOPIC, json).unwrap().unwrap();
    let shown = schemas.decode(TOPIC, &payload).unwrap().text.unwrap();
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&shown), value(json));
}

#[test]
fn an_avro_payload_that_does_not_fit_is_said_with_field_and_byte() {
    let read = |framing, hex: &str| {
        let schemas = schemas(
            &["reading.avsc"],
            Form::Avro("plant.Reading".to_owned(), framing),
        );
        schemas
            .decode(TOPIC, &bytes(hex))
            .unwrap()
            .text
            .unwrap_err()
    };
    assert_eq!(
        read(Framing::Bare, "0261"),
        "byte 2, field is_on: 1 bytes are to follow, and 0 are left"
    );
    assert_eq!(
        read(Framing::Bare, "026102"),
        "byte 2, field is_on: the schema says boolean, and 2 is neither 0 nor 1"
    );
    assert_eq!(
        read(Framing::Bare, "01"),
        "byte 0, field sensor: a length of -1 is none"
    );
    assert_eq!(
        read(Framing::SingleObject, "0261"),
        "byte 0: a single object begins with C3 01"
    );
    let other = read(Framing::SingleObject, "c301000000000000000001");
    assert!(
        other.starts_with(
            "byte 2: this was written by a schema with the fingerprint 0000000000000000"
        ),
        "{other}"
    );
    assert_eq!(
        read(Framing::Confluent(0), "01"),
        "byte 0: Confluent's wire format begins with 00"
    );
}

#[test]
fn json_is_checked_by_its_schema() {
    let schema = r#"{"type": "object", "properties": {"t": {"type": "number", "maximum": 50}}, "required": ["t"]}"#;
    let schemas = Schemas::read(&Given {
        files: vec![
            File {
                name: "t.json".to_owned(),
                bytes: schema.into(),
            },
            file("reading.avsc"),
        ],
        rules: vec![Rule {
            topic_filter: "#".to_owned(),
            form: Form::Json("t.json".to_owned()),
        }],
    });
    assert_eq!(schemas.faults(), [None, None]);
    assert_eq!(schemas.types()[1], Form::Json("t.json".to_owned()));
    let read = |payload: &str| schemas.decode(TOPIC, payload.as_bytes()).unwrap().text;
    assert_eq!(
        read(r#"{"u": [1], "t": 21.50}"#).unwrap(),
        "{\n  \"t\": 21.5,\n  \"u\": [\n    1\n  ]\n}"
    );
    assert_eq!(
        read(r#"{"t": 51}"#).unwrap_err(),
        "field t: it is 51, and 50 is the greatest"
    );
    assert_eq!(
        read("x").unwrap_err(),
        "it is no JSON: expected value at line 1 column 1"
    );
    let typed = r#"{"t":1,  "a":2}"#;
    assert_eq!(
        schemas.encode(TOPIC, typed).unwrap().unwrap(),
        typed.as_bytes()
    );
    assert!(
        schemas
            .encode(TOPIC, "{}")
            .unwrap()
            .unwrap_err()
            .contains("required")
    );
}

proptest! {
    /// Whatever the bytes are, they are read or not, and what is read is written as what reads the same.
    #[test]
    fn any_payload_is_borne(payload in proptest::collection::vec(any::<u8>(), 0..120)) {
        let forms = ["Protobuf plant.v1.Motor", "Protobuf old.Order", "Avro bare", "Avro single object", "Avro Confluent"];
        for what in forms {
            let schemas = schemas(&["old.proto", "plant.proto", "shared.proto", "reading.avsc"], form(what));
            let Ok(text) = schemas.decode(TOPIC, &payload).unwrap().text else { continue };
            let again = schemas.encode(TOPIC, &text).unwrap().unwrap();
            prop_assert_eq!(schemas.decode(TOPIC, &again).unwrap().text, Ok(text));
        }
    }

    /// Whatever a file is, it is read or its fault is told, in bounded time.
    #[test]
    fn any_file_is_borne(text in "(message|enum|oneof|map|extend|group|A|a|=|1|;|[{}<>.,\\[\\]'\"/*]| |\n){0,80}", bytes: Vec<u8>) {
        for bytes in [text.into_bytes(), bytes] {
            let file = File { name: "f".to_owned(), bytes };
            let rules = vec![Rule { topic_filter: "#".to_owned(), form: Form::Protobuf("A".to_owned()) }];
            let schemas = Schemas::read(&Given { files: vec![file], rules });
            let _ = schemas.decode("t", b"\x0a\x02\x08\x01\x10\x01");
            let _ = schemas.encode("t", "{\"a\": [1, {}]}");
        }
    }
}

#[test]
fn what_is_hostile_costs_little() {
    // Messages within messages, in the schema and in the payload.
    let deep = "message A {".repeat(10_000);
    assert!(
        of_text(&deep, "A").faults()[0]
            .as_deref()
            .unwrap()
            .contains("nested more than 64 deep")
    );
    let schemas = of_text(
        "message A { optional A a = 1; repeated int32 r = 2; optional string s = 3; }",
        "A",
    );
    let mut payload = Vec::new();
    for _ in 0..400 {
        let len = payload.len();
        let head = [0x0a, (len & 0x7f) as u8 | 0x80, (len >> 7) as u8];
        payload = [&head[..], &payload].concat();
    }
    let says = schemas.decode(TOPIC, &payload).unwrap().text.unwrap_err();
    assert!(
        says.contains("nested more than 64 deep") && says.len() < 500,
        "{says}"
    );
    // Many values: a byte each.
    let mut row = vec![0x12, 0x80, 0x80, 0x20];
    row.resize(4 + (1 << 19), 1);
    let says = schemas.decode(TOPIC, &row).unwrap().text.unwrap_err();
    assert!(says.contains("more than 100000 values"), "{says}");
    // A long text is cut.
    let mut long = vec![0x1a, 0x80, 0x80, 0x20];
    long.resize(4 + (1 << 19), b'x');
    let text = schemas.decode(TOPIC, &long).unwrap().text.unwrap();
    assert!(text.len() < 300_000 && text.ends_with("left out here"));
    // Names that are looked for in every scope around them.
    let fields: String = (1..40_000)
        .map(|at| format!("Gone f{at} = {at};"))
        .collect();
    let scope = vec!["p"; 120].join(".");
    let file = format!("package {scope}; message A {{ {fields} }}");
    assert!(of_text(&file, "A").faults()[0].is_some());
    // Every branch of every union fails, at the very end.
    let schema = r#"{"type": "record", "name": "A", "fields": [{"name": "f", "type": ["A", {"type": "record", "name": "B", "fields": [{"name": "f", "type": ["A", "B"]}]}]}]}"#;
    let schemas = Schemas::read(&Given {
        files: vec![File {
            name: "a".to_owned(),
            bytes: schema.into(),
        }],
        rules: vec![Rule {
            topic_filter: "#".to_owned(),
            form: Form::Avro("A".to_owned(), Framing::Bare),
        }],
    });
    assert_eq!(schemas.faults(), [None]);
    let json = format!("{}1{}", "{\"f\":".repeat(50), "}".repeat(50));
    assert!(schemas.encode(TOPIC, &json).unwrap().is_err());
}
