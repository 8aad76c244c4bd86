//! Any schema, any payload, any JSON: each is read or its fault is told, in bounded memory, and what a schema reads it
//! writes as what reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_schema::{File, Form, Framing, Given, Rule, Schemas};

/// Bytes that a schema and a payload of a few kilobytes may take.
const MOST_MEMORY: u64 = 256 << 20;

// The first byte: how a value of Avro is framed. Then the length of the schema in two bytes, the schema, the payload.
fuzz_target!(|bytes: &[u8]| {
    let [framing, high, low, rest @ ..] = bytes else { return };
    let len = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let (schema, payload) = rest.split_at(len);
    let framing = match framing % 3 {
        0 => Framing::Bare,
        1 => Framing::SingleObject,
        _ => Framing::Confluent(7),
    };
    let file = |form: Option<Form>| Given {
        files: vec![File { name: "f".to_owned(), bytes: schema.to_vec() }],
        rules: form.into_iter().map(|form| Rule { topic_filter: "#".to_owned(), form }).collect(),
    };
    let info = allocation_counter::measure(|| {
        let types = Schemas::read(&file(None)).types().to_vec();
        for form in types.into_iter().take(4) {
            let form = match form {
                Form::Avro(name, _) => Form::Avro(name, framing),
                other => other,
            };
            let schemas = Schemas::read(&file(Some(form)));
            if let Ok(text) = core::str::from_utf8(payload)
                && let Some(Ok(written)) = schemas.encode("t", text)
            {
                let _ = schemas.decode("t", &written);
            }
            let Some(Ok(text)) = schemas.decode("t", payload).map(|shown| shown.text) else { continue };
            // A text that is cut is no JSON any more.
            if text.ends_with(mqttscope_schema::CUT) {
                continue;
            }
            let again = schemas.encode("t", &text).expect("there is a rule");
            // Depth is counted otherwise in JSON, and a name may be meant for two fields.
            if let Ok(again) = again {
                assert!(schemas.decode("t", &again).is_some());
            }
        }
    });
    assert!(info.bytes_max < MOST_MEMORY, "{} bytes", info.bytes_max);
});
