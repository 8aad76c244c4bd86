//! What a payload says, as one value: for paths into it, whatever form it has.

use serde_json::Value;

use super::{MAX_SHOWN, binary, packed, xml};

/// The value of a payload, by its likeliest form: JSON, CBOR, MessagePack or XML, also inside gzip and zlib.
///
/// What JSON has no word for is a text: bytes in hex, `undefined`, numbers that are none. A tag of CBOR and the type of an
/// extension are left out; maps have their keys as texts. Of an element of XML there are its attributes as `@name`, the
/// elements in it by their names (a list where there are several of one name), and its text, as `#text` beside others.
///
/// `None`: it is none of these, or above 64 KiB and no JSON. `content_type` is what the message's properties say.
#[must_use]
pub fn value(bytes: &[u8], content_type: Option<&str>) -> Option<Value> {
    of_json(bytes).or_else(|| {
        let bytes = Some(bytes).filter(|bytes| bytes.len() <= MAX_SHOWN)?;
        of_other(bytes, content_type).or_else(|| {
            let inside = packed::inside(bytes).filter(|inside| inside.is_whole)?;
            of_json(&inside.bytes).or_else(|| of_other(&inside.bytes, None))
        })
    })
}

fn of_json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

fn of_other(bytes: &[u8], content_type: Option<&str>) -> Option<Value> {
    let of_binary = || serde_json::from_str(&binary::json(bytes, content_type)?).ok();
    of_binary().or_else(|| xml::value(std::str::from_utf8(bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_is_a_value() {
        for (bytes, content_type, expected) in [
            (&b"{\"t\": 21.5}"[..], None, json!({"t": 21.5})),
            (b"\xa1\x61t\x18\x2a", None, json!({"t": 42})),
            (b"\x81\xa1t\x2a", None, json!({"t": 42})),
            (b"\x82\x01\x02", Some("application/cbor"), json!([1, 2])),
            (include_bytes!("packed/json.zlib"), None, json!({"t": 21.5})),
            (include_bytes!("packed/named.gz"), None, json!({"t": 21.5})),
            (b"<r><t>21.5</t></r>", None, json!({"t": "21.5"})),
        ] {
            assert_eq!(value(bytes, content_type), Some(expected), "{bytes:02x?}");
        }
    }

    /// What others encoded: see `make.py` beside the file.
    #[test]
    fn one_value_in_the_forms_of_others() {
        let text = include_str!("../../tests/fixtures/payloads.txt");
        let mut seen = 0;
        for line in text.lines() {
            let [form, content_type, hex] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let digits = (0..hex.len()).step_by(2);
            let bytes: Vec<u8> = digits
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect();
            let announced = Some(content_type).filter(|it| !it.is_empty());
            let value = value(&bytes, announced).unwrap();
            let expected = match form {
                "CBOR of numbers" | "MessagePack of numbers" => json!([1, 2]),
                "XML" => json!({
                    "motor": {"@on": "true", "t": "21.5", "rpm": ["1490", "1510"], "name": "Grüße"},
                    "a.b": {"c": "-7"},
                }),
                _ => json!({
                    "motor": {"t": 21.5, "rpm": [1490, 1510], "on": true, "name": "Grüße"},
                    "a.b": {"c": -7},
                    "n": null,
                }),
            };
            assert_eq!(value, expected, "{form}");
            seen += 1;
        }
        assert_eq!(seen, 11);
    }

    #[test]
    fn what_has_no_value() {
        // Two numbers may be a list of CBOR by chance.
        for bytes in [&b""[..], b"on", b"\x82\x01\x02", b"<a>", b"\x1f\x8b\x08"] {
            assert_eq!(value(bytes, None), None, "{bytes:02x?}");
        }
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 50 << 20], 6);
        assert_eq!(value(&bomb, None), None);
        let long = format!("<a>{}</a>", "1".repeat(MAX_SHOWN));
        assert_eq!(value(long.as_bytes(), None), None);
    }
}
