use super::*;
use proptest::prelude::*;

fn json(text: &str) -> Option<String> {
    views(text.as_bytes(), None, None)
        .into_iter()
        .find_map(|view| match view {
            View::Json(json) => Some(json),
            _ => None,
        })
}

#[test]
fn json_keeps_order_and_digits() {
    assert_eq!(
        json(r#" {"z":1.10,"a":[1e400, 12345678901234567890 ,{}], "s":"a\"{,:}\\","e":[ ]}"#)
            .unwrap(),
        "{\n  \"z\": 1.10,\n  \"a\": [\n    1e400,\n    12345678901234567890,\n    {}\n  ],\n  \"s\": \"a\\\"{,:}\\\\\",\n  \"e\": []\n}"
    );
}

#[test]
fn what_is_json() {
    assert_eq!(json("21.5"), None);
    assert_eq!(json("{\"a\":}"), None);
    assert_eq!(json("[1] x"), None);
    assert_eq!(
        views(b"21.5", Some("application/senml+json; x=y"), None)[0],
        View::Json("21.5".into())
    );
    assert_eq!(json("[\"\u{202e}\"]").unwrap(), "[\n  \"\\u202E\"\n]");
    let deep = "[".repeat(30_000) + &"]".repeat(30_000);
    if let Some(pretty) = json(&deep) {
        assert!(pretty.len() < 60_000 * 70);
    }
}

#[test]
fn bytes_are_text_or_not() {
    let names = |bytes: &[u8], format| {
        views(bytes, None, format)
            .iter()
            .map(View::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(b"on", None), ["text", "hex"]);
    assert_eq!(names(b"", None), ["hex"]);
    assert_eq!(names(b"\xff\xfe", Some(1)), ["hex", "numbers"]);
    assert_eq!(names(b"\x01\x02", None), ["hex", "numbers"]);
    assert_eq!(names(b"\x01\x02", Some(1)), ["text", "hex", "numbers"]);
    assert_eq!(names(b"{}", None), ["JSON", "text", "hex"]);
    assert_eq!(
        names(b"{\"b\":1,\"a\":2}", None),
        ["JSON", "text", "hex", "JSON sorted"]
    );
}

#[test]
fn binary_forms() {
    let names = |bytes: &[u8], content_type| {
        views(bytes, content_type, None)
            .iter()
            .map(View::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(b"\xa1\x61t\x18\x2a", None),
        ["CBOR", "hex", "numbers"]
    );
    assert_eq!(
        names(b"\x81\xa1t\x2a", None),
        ["MessagePack", "hex", "numbers"]
    );
    assert_eq!(names(b"\x82\x01\x02", None), ["hex", "CBOR", "numbers"]);
    assert_eq!(
        names(b"\x82\x01\x02", Some("application/senml+cbor")),
        ["CBOR", "hex", "numbers"]
    );
    assert_eq!(
        names(b"\x01", Some("application/x-msgpack")),
        ["MessagePack", "hex", "numbers"]
    );
    assert_eq!(names(b"\x80", None), ["hex", "numbers"]);
    assert_eq!(names(b"\x08\x96\x01", None), ["hex", "Protobuf", "numbers"]);
    assert_eq!(
        names(b"\x12\x02on", Some("application/x-protobuf")),
        ["Protobuf", "hex", "numbers"]
    );
    let zlib = include_bytes!("packed/json.zlib");
    assert_eq!(names(zlib, None), ["unpacked", "hex", "numbers"]);
    assert_eq!(names("\u{e9}t\u{e9}".as_bytes(), None), ["text", "hex"]);
    assert_eq!(names(b"GIF89a..", None), ["image", "text", "hex"]);
    assert_eq!(names(b"{}", Some("json")), ["JSON", "text", "hex"]);
    assert_eq!(names(b"<a><b>1</b></a>", None), ["XML", "text", "hex"]);
    assert_eq!(names(b"<a>1 < 2", None), ["text", "hex"]);
}

fn asked(packet: &[u8]) -> Option<Vec<String>> {
    let context = mqttscope_wire::Context::new(mqttscope_wire::ProtocolVersion::V5);
    let dissection = mqttscope_wire::dissect(packet, context);
    let forms = Asked::of(&dissection, packet)?.forms();
    Some(forms.into_iter().map(|form| form.name).collect())
}

#[test]
fn properties_of_the_message_say_what_it_is() {
    let json = b"\x30\x18\0\x01a\x13\x03\0\x10application/json7";
    assert_eq!(asked(json).unwrap(), ["JSON", "text", "hex"]);
    let text = b"\x30\x07\0\x01a\x02\x01\x01\x02";
    assert_eq!(asked(text).unwrap(), ["text", "hex", "numbers"]);
    assert_eq!(asked(b"\x30\x04\0\x01a\0"), None);
    assert_eq!(asked(b"\xc0\0"), None);
}

#[test]
fn text_stays_as_it_is_but_for_what_hides() {
    let text = |text: &str| {
        views(text.as_bytes(), None, Some(1))
            .remove(0)
            .into_content()
    };
    assert_eq!(text("a\tb\r\n\\c"), "a\tb\n\\c");
    assert_eq!(text("a\u{202e}b"), "a\\u202Eb");
}

#[test]
fn the_dump() {
    assert_eq!(
        hex(b"0123456789abcdef\xff"),
        "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n\
         0010  ff                                                ."
    );
}

proptest! {
    #[test]
    fn laying_out_changes_no_value(text in json_text()) {
        let shown = json(&text).unwrap();
        let squeeze = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        prop_assert_eq!(squeeze(&shown), squeeze(&text));
        if let Some(sorted) = arranged::sorted(&text) {
            prop_assert_eq!(squeeze(&sorted), squeeze(&text));
            prop_assert_eq!(arranged::sorted(&sorted), None);
        }
    }

    #[test]
    fn no_payload_panics(
        bytes: Vec<u8>,
        format in proptest::option::of(0..3_u32),
        kind in proptest::sample::select(vec!["text/json", "application/cbor", "application/msgpack", "application/protobuf"]),
    ) {
        prop_assert!(!views(&bytes, Some(kind), format).is_empty());
        // Read or not, and never deeper than JSON itself is read.
        if let Some(value) = value(&bytes, Some(kind)) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&value.to_string()).is_ok());
        }
    }
}

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "\"[a-z{}:,]{0,8}\"",
        Just(" true ".to_owned())
    ];
    let value = leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[ {} ]", items.join(" ,"))),
            proptest::collection::vec(("[a-z]{1,4}", inner), 0..5).prop_map(|members| {
                format!(
                    "{{{}}}",
                    members
                        .iter()
                        .enumerate()
                        .map(|(n, (key, value))| format!("\"{key}{n}\" : {value}"))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }),
        ]
    });
    proptest::collection::vec(value, 0..4).prop_map(|items| format!("[{}]", items.join(",")))
}
