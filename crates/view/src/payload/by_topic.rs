//! Payloads in the form that a person gave for their topic: by a schema, or in one that takes none.

use mqttscope_capture::text::{self, Format};
use mqttscope_schema::{Form, Plain, Schemas, Shown};
use serde_core::de::IgnoredAny;
use serde_json::Value;

use super::print::{Printed, Printer};
use super::{Binary, MAX_SHOWN, cbor, hex, indent, message_pack, readable, xml};
use crate::digits::grouped;

/// The payload of a topic; `None`: nobody said what it is.
#[must_use]
pub fn decode(schemas: &Schemas, topic: &str, payload: &[u8]) -> Option<Shown> {
    let form = schemas.form(topic)?;
    let Form::Plain(plain) = *form else {
        return schemas.decode(topic, payload);
    };
    // No bytes have no form: they clear what is retained.
    (!payload.is_empty()).then(|| Shown {
        form: form.clone(),
        text: shown(plain, payload),
        note: None,
    })
}

/// What a payload says, for paths into it: in the form that a person gave for its topic, else as what its topic says by
/// itself (`by_topic`), else as it is detected.
pub fn value(
    schemas: &Schemas,
    topic: &str,
    payload: &[u8],
    content_type: Option<&str>,
    by_topic: impl FnOnce() -> Option<Value>,
) -> Option<Value> {
    if let Some(Form::Plain(plain)) = schemas.form(topic) {
        // Where a person said it, nothing is guessed.
        return of_plain(*plain, payload);
    }
    let by_schema = || serde_json::from_str(&schemas.decode(topic, payload)?.text.ok()?).ok();
    let detected = || super::value(payload, content_type);
    by_schema().or_else(by_topic).or_else(detected)
}

/// A payload as it can be written to become the same bytes again, in the form of its topic; `None`: nobody said what it is,
/// or it cannot be written so.
#[must_use]
pub fn typed(schemas: &Schemas, topic: &str, payload: &[u8]) -> Option<String> {
    let text = match schemas.form(topic)? {
        Form::Plain(Plain::Json | Plain::Xml | Plain::Text) => {
            std::str::from_utf8(payload).ok()?.to_owned()
        }
        Form::Plain(Plain::Cbor) => Binary::Cbor.to_json(payload)?,
        Form::Plain(Plain::MessagePack) => Binary::MessagePack.to_json(payload)?,
        Form::Plain(Plain::Hex) => {
            let pairs: Vec<String> = payload.iter().map(|byte| format!("{byte:02x}")).collect();
            pairs.join(" ")
        }
        _ => schemas.decode(topic, payload)?.text.ok()?,
    };
    (encode(schemas, topic, &text)?.as_deref() == Ok(payload)).then_some(text)
}

/// The payload of a topic as it is written in its form: JSON where the form has values. `None`: nobody said what it is.
///
/// # Errors
/// Why it cannot be written, with its place.
#[must_use]
pub fn encode(schemas: &Schemas, topic: &str, typed: &str) -> Option<Result<Vec<u8>, String>> {
    let Form::Plain(plain) = *schemas.form(topic)? else {
        return schemas.encode(topic, typed);
    };
    let as_typed = || typed.as_bytes().to_vec();
    Some(match plain {
        Plain::Text => Ok(as_typed()),
        // An empty message is none: it clears a retained one.
        _ if typed.trim().is_empty() => Ok(Vec::new()),
        Plain::Json => json(typed).map(|_| as_typed()),
        Plain::Cbor => Binary::Cbor.of_json(typed),
        Plain::MessagePack => Binary::MessagePack.of_json(typed),
        Plain::Xml => sound_xml(typed).map(|_| as_typed()),
        Plain::Hex => text::decode(typed, Some(Format::Hex))
            .map(|decoded| decoded.bytes)
            .map_err(|error| error.to_string()),
    })
}

fn shown(plain: Plain, payload: &[u8]) -> Result<String, String> {
    let beginning = payload.get(..MAX_SHOWN).unwrap_or(payload);
    match plain {
        Plain::Hex => return Ok(hex(beginning)),
        Plain::Text => {
            let text = utf8(payload)?;
            let end = text.floor_char_boundary(MAX_SHOWN);
            return Ok(readable(text.get(..end).unwrap_or_default()));
        }
        _ => {}
    }
    if payload.len() > MAX_SHOWN {
        let (len, most) = (grouped(payload.len() as u64), grouped(MAX_SHOWN as u64));
        return Err(format!(
            "{len} bytes are more than the {most} that are read so"
        ));
    }
    let of = |printed: Result<Printed, usize>| {
        let printed = printed.map(|printed| printed.text);
        printed.map_err(|at| wrong(payload, at))
    };
    match plain {
        Plain::Cbor => of(cbor::print(payload, Printer::default())),
        Plain::MessagePack => of(message_pack::print(payload, Printer::default())),
        Plain::Xml => sound_xml(utf8(payload)?).map(|text| readable(&text)),
        _ => json(utf8(payload)?).map(indent),
    }
}

fn of_plain(plain: Plain, payload: &[u8]) -> Option<Value> {
    let small = Some(payload).filter(|payload| payload.len() <= MAX_SHOWN);
    let of = |printed: Result<Printed, usize>| serde_json::from_str(&printed.ok()?.text).ok();
    match plain {
        Plain::Json => serde_json::from_slice(payload).ok(),
        Plain::Cbor => of(cbor::print(small?, Printer::of_json())),
        Plain::MessagePack => of(message_pack::print(small?, Printer::of_json())),
        Plain::Xml => xml::value(std::str::from_utf8(small?).ok()?),
        Plain::Text => Some(Value::String(std::str::from_utf8(small?).ok()?.to_owned())),
        Plain::Hex => None,
    }
}

fn utf8(payload: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(payload)
        .map_err(|error| format!("byte {}: this is no UTF-8", error.valid_up_to()))
}

/// The same text, where it is JSON.
fn json(text: &str) -> Result<&str, String> {
    let checked = serde_json::from_str::<IgnoredAny>(text);
    let checked = checked.map_err(|error| format!("it is no JSON: {error}"));
    checked.map(|_| text.trim())
}

fn sound_xml(text: &str) -> Result<String, String> {
    xml::pretty(text).ok_or_else(|| "it is no sound XML document of at most 64 KiB".to_owned())
}

/// What is wrong with bytes that are one value, or the beginning of one, up to there.
fn wrong(payload: &[u8], at: usize) -> String {
    if at < payload.len() {
        return format!(
            "byte {at}: what stands here is no whole item, or follows the end of the value"
        );
    }
    format!("it ends too early, behind byte {}", at.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_schema::{Given, Rule};
    use serde_json::json;

    fn schemas(plain: Plain) -> Schemas {
        Schemas::read(&Given {
            files: Vec::new(),
            rules: vec![Rule {
                topic_filter: "t/#".to_owned(),
                form: Form::Plain(plain),
            }],
        })
    }

    fn text(plain: Plain, payload: &[u8]) -> Result<String, String> {
        decode(&schemas(plain), "t/1", payload).unwrap().text
    }

    /// What others encoded: see `make.py` beside the file.
    #[test]
    fn what_is_said_of_a_topic_overrules_what_is_detected() {
        let lines = include_str!("../../tests/fixtures/payloads.txt").lines();
        let payload = |form: &str| -> Vec<u8> {
            let of = |line: &&str| line.split('\t').next() == Some(form);
            let hex = lines.clone().find(of).unwrap().split('\t').nth(2).unwrap();
            let digits = (0..hex.len()).step_by(2);
            digits
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect()
        };
        let all = "{\n  \"motor\": {\n    \"t\": 21.5,";
        for (plain, form, begins) in [
            (Plain::Json, "JSON", all),
            (Plain::Cbor, "CBOR", all),
            (Plain::Cbor, "CBOR, shared", "55799({"),
            (Plain::MessagePack, "MessagePack", all),
            (
                Plain::Xml,
                "XML",
                "<?xml version='1.0' encoding='utf-8'?>\n<reading>\n",
            ),
            (Plain::Text, "JSON", "{\"motor\": {\"t\": 21.5,"),
            (Plain::Hex, "JSON", "0000  7b 22 6d 6f"),
            // Two numbers that may be either, and that nothing announces.
            (Plain::Cbor, "CBOR of numbers", "[\n  1,\n  2\n]"),
            (
                Plain::MessagePack,
                "MessagePack of numbers",
                "[\n  1,\n  2\n]",
            ),
        ] {
            let payload = payload(form);
            let text = text(plain, &payload).unwrap();
            assert!(text.starts_with(begins), "{form}: {text}");
        }
        let numbers = payload("CBOR of numbers");
        let read = |plain| value(&schemas(plain), "t/1", &numbers, None, || None);
        assert_eq!(super::super::value(&numbers, None), None);
        assert_eq!(read(Plain::Cbor), Some(json!([1, 2])));
        // As it is no text, nothing is read, and nothing is guessed.
        let map = payload("CBOR");
        let of = |plain| {
            value(&schemas(plain), "t/1", &map, None, || {
                Some(json!("guessed"))
            })
        };
        assert_eq!((of(Plain::Text), of(Plain::Hex)), (None, None));
        assert_eq!(of(Plain::Cbor).unwrap()["motor"]["t"], json!(21.5));
    }

    #[test]
    fn one_number_is_a_value_where_a_person_says_so() {
        assert_eq!(text(Plain::Cbor, b"\x18\x2a").unwrap(), "42");
        assert_eq!(text(Plain::MessagePack, b"\x2a").unwrap(), "42");
        let of = |plain| value(&schemas(plain), "t/1", b"42", None, || None);
        assert_eq!(of(Plain::Json), Some(json!(42)));
        assert_eq!(of(Plain::Text), Some(json!("42")));
        assert_eq!(
            value(&schemas(Plain::Hex), "u", b"42", None, || None),
            Some(json!(42))
        );
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let long = vec![b' '; MAX_SHOWN + 1];
        for (plain, payload, says) in [
            (Plain::Json, &b"{"[..], "it is no JSON: EOF"),
            (Plain::Cbor, b"\x82\x01", "it ends too early, behind byte 1"),
            (Plain::Cbor, b"\x01\x02\x03", "byte 1: what stands here"),
            (Plain::MessagePack, b"\x91\xc1", "byte 1: what stands here"),
            (Plain::Xml, b"<a>", "it is no sound XML"),
            (Plain::Text, b"a\xff", "byte 1: this is no UTF-8"),
            (Plain::Json, &long, "65,537 bytes are more than the 65,536"),
        ] {
            let fault = text(plain, payload).unwrap_err();
            assert!(fault.starts_with(says), "{fault}");
        }
        let shown = decode(&schemas(Plain::Cbor), "t/1", b"\xff").unwrap();
        assert_eq!(shown.tab(), "CBOR");
        let words = shown.in_words();
        assert!(
            words.starts_with("CBOR does not fit this payload:\n"),
            "{words}"
        );
        // What clears a retained message, and other topics.
        assert_eq!(decode(&schemas(Plain::Json), "t/1", b""), None);
        assert_eq!(decode(&schemas(Plain::Json), "u", b"{}"), None);
    }

    #[test]
    fn what_is_written_comes_back() {
        for (plain, written, payload) in [
            (Plain::Json, "{\"a\":  1}", &b"{\"a\":  1}"[..]),
            (Plain::Cbor, "[\n  1\n]", b"\x81\x01"),
            (Plain::MessagePack, "[\n  1\n]", b"\x91\x01"),
            (Plain::Xml, "<a/>", b"<a/>"),
            (Plain::Text, " on ", b" on "),
            (Plain::Hex, "01 ff", b"\x01\xff"),
        ] {
            let schemas = schemas(plain);
            let encode = |typed| encode(&schemas, "t/1", typed).unwrap();
            assert_eq!(encode(written).unwrap(), payload);
            assert_eq!(typed(&schemas, "t/1", payload).as_deref(), Some(written));
            assert_eq!(encode("").unwrap(), b"");
            assert_eq!(typed(&schemas, "u", payload), None);
            if plain != Plain::Text {
                assert!(encode("<[").is_err(), "{}", plain.name());
            }
        }
    }
}
