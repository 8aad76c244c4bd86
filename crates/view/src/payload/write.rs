//! JSON as CBOR and MessagePack, and back where that loses nothing. Members keep the order in which they are written; whole
//! numbers take as few bytes as they can, and fractions in CBOR, too (RFC 8949, section 4.1).

use std::collections::BTreeSet;

use ciborium_ll::{Encoder, Header, simple};
use rmp::encode::{self, ByteBuf};
use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::print::Printer;
use super::{cbor, indent, message_pack};

/// A binary form that values of JSON have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// CBOR.
    Cbor,
    /// The MessagePack format.
    MessagePack,
}

impl Binary {
    /// The bytes of a value that is written as JSON.
    ///
    /// # Errors
    /// Why it is none, with line and column.
    pub fn of_json(self, json: &str) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        let mut read = serde_json::Deserializer::from_str(json);
        let item = Item {
            form: self,
            out: &mut out,
        };
        let written = item.deserialize(&mut read).and_then(|()| read.end());
        written.map_err(|error| format!("it is no JSON: {error}"))?;
        Ok(out)
    }

    /// The JSON that becomes the same bytes again, one member a line; `None`: there is none, for JSON lacks what is in them.
    #[must_use]
    pub fn to_json(self, bytes: &[u8]) -> Option<String> {
        let print = match self {
            Self::Cbor => cbor::print,
            Self::MessagePack => message_pack::print,
        };
        let json = print(bytes, Printer::of_json()).ok()?.text;
        (self.of_json(&json).as_deref() == Ok(bytes)).then(|| indent(&json))
    }

    fn null(self, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => head(Header::Simple(simple::NULL), out),
            Self::MessagePack => packed(out, encode::write_nil),
        }
    }

    fn bool(self, value: bool, out: &mut Vec<u8>) {
        let of_cbor = if value { simple::TRUE } else { simple::FALSE };
        match self {
            Self::Cbor => head(Header::Simple(of_cbor), out),
            Self::MessagePack => packed(out, |out| encode::write_bool(out, value)),
        }
    }

    fn positive(self, number: u64, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => head(Header::Positive(number), out),
            Self::MessagePack => packed(out, |out| encode::write_uint(out, number).map(drop)),
        }
    }

    fn whole(self, number: i64, out: &mut Vec<u8>) {
        match (self, u64::try_from(number)) {
            (_, Ok(number)) => self.positive(number, out),
            // All bits are inverted: 0 is -1.
            (Self::Cbor, Err(_)) => head(Header::Negative(!number.cast_unsigned()), out),
            (Self::MessagePack, Err(_)) => {
                packed(out, |out| encode::write_sint(out, number).map(drop));
            }
        }
    }

    fn float(self, number: f64, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => head(Header::Float(number), out),
            Self::MessagePack => packed(out, |out| encode::write_f64(out, number)),
        }
    }

    fn text(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => {
                head(Header::Text(Some(text.len())), out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::MessagePack => packed(out, |out| encode::write_str(out, text)),
        }
    }

    fn list(self, len: u32, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => head(Header::Array(Some(len as usize)), out),
            Self::MessagePack => packed(out, |out| encode::write_array_len(out, len).map(drop)),
        }
    }

    fn map(self, len: u32, out: &mut Vec<u8>) {
        match self {
            Self::Cbor => head(Header::Map(Some(len as usize)), out),
            Self::MessagePack => packed(out, |out| encode::write_map_len(out, len).map(drop)),
        }
    }
}

/// Bytes that a header of CBOR has at most.
const MOST_OF_HEAD: usize = 9;

fn head(header: Header, out: &mut Vec<u8>) {
    let mut room = [0; MOST_OF_HEAD];
    let mut left = &mut room[..];
    // There is room for each.
    let _ = Encoder::from(&mut left).push(header);
    let left = left.len();
    out.extend(room.iter().take(MOST_OF_HEAD.saturating_sub(left)));
}

/// Lets something of MessagePack be appended.
fn packed<E>(out: &mut Vec<u8>, write: impl FnOnce(&mut ByteBuf) -> Result<(), E>) {
    let mut buffer = ByteBuf::from_vec(core::mem::take(out));
    // Writing to memory does not fail.
    let _ = write(&mut buffer);
    *out = buffer.into_vec();
}

/// A value on its way from JSON to its bytes.
struct Item<'a> {
    form: Binary,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_> {
    type Value = ();

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.form.null(self.out);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.form.bool(value, self.out);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.form.positive(number, self.out);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.form.whole(number, self.out);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.form.float(number, self.out);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.form.text(text, self.out);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        // How many they are stands before them.
        let (mut inner, mut len) = (Vec::new(), 0_u32);
        let form = self.form;
        while let Some(()) = items.next_element_seed(Item {
            form,
            out: &mut inner,
        })? {
            len = len.saturating_add(1);
        }
        form.list(len, self.out);
        self.out.append(&mut inner);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut inner, mut names) = (Vec::new(), BTreeSet::<String>::new());
        let form = self.form;
        while let Some(name) = members.next_key::<String>()? {
            form.text(&name, &mut inner);
            members.next_value_seed(Item {
                form,
                out: &mut inner,
            })?;
            if let Some(twice) = names.replace(name) {
                return Err(A::Error::custom(format!("“{twice}” stands there twice")));
            }
        }
        form.map(u32::try_from(names.len()).unwrap_or(u32::MAX), self.out);
        self.out.append(&mut inner);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_both_ways() {
        for (json, cbor, message_pack) in [
            ("null", &b"\xf6"[..], &b"\xc0"[..]),
            ("true", b"\xf5", b"\xc3"),
            ("-1", b"\x20", b"\xff"),
            ("-129", b"\x38\x80", b"\xd1\xff\x7f"),
            ("200", b"\x18\xc8", b"\xcc\xc8"),
            (
                "18446744073709551615",
                b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
                b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
            ),
            (
                "-9223372036854775808",
                b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff",
                b"\xd3\x80\0\0\0\0\0\0\0",
            ),
            ("1.5", b"\xf9\x3e\0", b"\xcb\x3f\xf8\0\0\0\0\0\0"),
            (
                "1.1",
                b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a",
                b"\xcb\x3f\xf1\x99\x99\x99\x99\x99\x9a",
            ),
            ("\"ü\"", b"\x62\xc3\xbc", b"\xa2\xc3\xbc"),
            ("[]", b"\x80", b"\x90"),
            (
                "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": 2\n}",
                b"\xa2\x61b\x82\x01\xa0\x61a\x02",
                b"\x82\xa1b\x92\x01\x80\xa1a\x02",
            ),
        ] {
            assert_eq!(Binary::Cbor.of_json(json).unwrap(), cbor, "{json}");
            assert_eq!(Binary::Cbor.to_json(cbor).as_deref(), Some(json));
            let packed = Binary::MessagePack.of_json(json).unwrap();
            assert_eq!(packed, message_pack, "{json}");
            let back = Binary::MessagePack.to_json(message_pack);
            assert_eq!(back.as_deref(), Some(json));
        }
    }

    /// What cbor2 and msgpack encoded: see `make.py` beside the file.
    #[test]
    fn as_others_encode_it() {
        let text = include_str!("../../tests/fixtures/payloads.txt");
        // Canonical CBOR has its members in the order of their lengths.
        let by_length = r#"{"n": null, "a.b": {"c": -7}, "motor": {"t": 21.5, "on": true, "rpm": [1490, 1510], "name": "Grüße"}}"#;
        let as_given = r#"{"motor": {"t": 21.5, "rpm": [1490, 1510], "on": true, "name": "Grüße"}, "a.b": {"c": -7}, "n": null}"#;
        let mut seen = 0;
        for line in text.lines() {
            let [form, _, hex] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let (binary, json) = match form {
                "CBOR, canonical" => (Binary::Cbor, by_length),
                "MessagePack" => (Binary::MessagePack, as_given),
                _ => continue,
            };
            let bytes = binary.of_json(json).unwrap();
            let written: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(written, hex, "{form}");
            seen += 1;
        }
        assert_eq!(seen, 2);
    }

    #[test]
    fn what_json_has_no_word_for_does_not_come_back() {
        for bytes in [
            // Bytes, a tag, undefined, a key that is a number, a fraction in more bytes than it takes.
            &b"\x41\xff"[..],
            b"\xc1\x01",
            b"\xf7",
            b"\xa1\x01\x02",
            b"\xfa\x3f\xc0\0\0",
            b"\x82\x01",
        ] {
            assert_eq!(Binary::Cbor.to_json(bytes), None, "{bytes:02x?}");
        }
        assert_eq!(Binary::MessagePack.to_json(b"\xc4\x01\xff"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let deep = "[".repeat(100_000);
        for (json, says) in [
            ("{\"a\": }", "expected value at line 1 column 7"),
            ("1 2", "trailing characters at line 1 column 3"),
            ("{\"a\":1,\"a\":2}", "“a” stands there twice"),
            ("1e999", "number out of range"),
            ("", "EOF"),
            (&deep, "recursion limit"),
        ] {
            let fault = Binary::Cbor.of_json(json).unwrap_err();
            assert!(fault.contains(says), "{fault}");
        }
    }
}
