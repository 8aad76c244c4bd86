//! JSON as a payload of a message type.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::{Field, Kind, Label, Proto, Scalar};
use crate::fault::Fault;
use crate::given::{base64, float, integer, kind};

/// Messages within messages, as they are read.
const MAX_DEPTH: usize = 64;

impl Proto {
    /// The payload that JSON stands for; `None`: there is no such type.
    pub(crate) fn encode(&self, name: &str, json: &Value) -> Option<Result<Vec<u8>, Fault>> {
        let at = self.message(name)?;
        let mut out = Vec::new();
        Some(self.write_message(at, json, &mut out, 0).map(|()| out))
    }

    fn write_message(
        &self,
        at: usize,
        json: &Value,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::of_text(format!(
                "messages are nested more than {MAX_DEPTH} deep"
            )));
        }
        let Some(message) = self.messages.get(at) else {
            return Ok(());
        };
        let Value::Object(members) = json else {
            let says = format!("{} is an object, and here is {}", message.name, kind(json));
            return Err(Fault::of_text(says));
        };
        let mut fields: Vec<(u32, &str, &Value, Option<&Field>)> = Vec::new();
        for (name, value) in members {
            let field = message.named(name);
            // A number is a field that the schema has not.
            let number = field.map(|field| field.number);
            let number =
                number.or_else(|| name.parse().ok().filter(|it| (1..1 << 29).contains(it)));
            let Some(number) = number else {
                let says = format!("{} has no such field", message.name);
                return Err(Fault::of_text(says).within(name));
            };
            fields.push((number, name, value, field));
        }
        fields.sort_by_key(|(number, ..)| *number);
        for (number, name, value, field) in fields {
            let written = match field {
                Some(field) => self.write_field(field, value, out, depth),
                None => write_unknown(number, value, out),
            };
            written.map_err(|fault| fault.within(name))?;
        }
        let required = message
            .required
            .iter()
            .filter_map(|number| message.field(*number));
        let is_there = |field: &Field| {
            let value = members
                .get(&field.name)
                .or_else(|| members.get(&field.json_name));
            value.is_some_and(|value| !value.is_null())
        };
        match required.into_iter().find(|field| !is_there(field)) {
            Some(field) => Err(Fault::of_text("it is required").within(&field.name)),
            None => Ok(()),
        }
    }

    fn write_field(
        &self,
        field: &Field,
        value: &Value,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Fault> {
        let below = depth.saturating_add(1);
        match (value, field.label) {
            (Value::Null, _) => Ok(()),
            (Value::Object(entries), Label::Repeated) if self.is_map(field) => {
                self.write_map(field, entries, out, below)
            }
            (Value::Array(items), Label::Repeated) => {
                if field.is_packed
                    && self.wire_type(field) != 2
                    && !matches!(field.kind, Kind::Group(_))
                {
                    let mut row = Vec::new();
                    for (at, item) in items.iter().enumerate() {
                        let written = self.write_value(field, item, &mut row, below);
                        written.map_err(|fault| fault.within(&format!("[{at}]")))?;
                    }
                    if !row.is_empty() {
                        tag(field.number, 2, out);
                        sized(&row, out);
                    }
                    return Ok(());
                }
                for (at, item) in items.iter().enumerate() {
                    tag(field.number, self.wire_type(field), out);
                    let written = self.write_value(field, item, out, below);
                    written.map_err(|fault| fault.within(&format!("[{at}]")))?;
                }
                Ok(())
            }
            (other, Label::Repeated) => {
                let wanted = if self.is_map(field) {
                    "an object"
                } else {
                    "a list"
                };
                Err(Fault::of_text(format!(
                    "it is {wanted}, and here is {}",
                    kind(other)
                )))
            }
            (value, _) => {
                tag(field.number, self.wire_type(field), out);
                self.write_value(field, value, out, below)
            }
        }
    }

    fn write_map(
        &self,
        field: &Field,
        entries: &Map<String, Value>,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Fault> {
        let Kind::Message(of) = field.kind else {
            return Ok(());
        };
        for (key, value) in entries {
            let mut entry = Map::new();
            let is_flag = self.messages.get(of).and_then(|it| it.field(1));
            let is_flag = is_flag.is_some_and(|key| key.kind == Kind::Scalar(Scalar::Bool));
            let key_value = match &**key {
                "true" if is_flag => Value::Bool(true),
                "false" if is_flag => Value::Bool(false),
                other => Value::String(other.to_owned()),
            };
            entry.insert("key".to_owned(), key_value);
            entry.insert("value".to_owned(), value.clone());
            let mut written = Vec::new();
            self.write_message(of, &Value::Object(entry), &mut written, depth)
                .map_err(|fault| fault.within(&format!("[{key}]")))?;
            tag(field.number, 2, out);
            sized(&written, out);
        }
        Ok(())
    }

    fn is_map(&self, field: &Field) -> bool {
        let Kind::Message(of) = field.kind else {
            return false;
        };
        self.messages
            .get(of)
            .is_some_and(|message| message.is_map_entry)
    }

    const fn wire_type(&self, field: &Field) -> u8 {
        match &field.kind {
            Kind::Scalar(scalar) => scalar.wire_type(),
            Kind::Message(_) | Kind::Named(..) => 2,
            Kind::Group(_) => 3,
            Kind::Enum(_) => 0,
        }
    }

    /// What stands behind the tag.
    fn write_value(
        &self,
        field: &Field,
        value: &Value,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Fault> {
        match &field.kind {
            Kind::Scalar(scalar) => write_scalar(*scalar, value, out),
            Kind::Message(of) => {
                let mut inner = Vec::new();
                self.write_message(*of, value, &mut inner, depth)?;
                sized(&inner, out);
                Ok(())
            }
            Kind::Group(of) => {
                self.write_message(*of, value, out, depth)?;
                tag(field.number, 4, out);
                Ok(())
            }
            Kind::Enum(of) => {
                let known = self.enums.get(*of);
                let number = match value {
                    Value::String(name) => known.and_then(|known| known.number_of(name)),
                    other => integer(other, i32::MIN.into(), i32::MAX.into()).map(|it| it as i32),
                };
                let Some(number) = number else {
                    let name = known.map_or("", |known| &known.name);
                    let says = format!(
                        "it is a name or a number of {name}, and here is {}",
                        kind(value)
                    );
                    return Err(Fault::of_text(says));
                };
                varint(i64::from(number).cast_unsigned(), out);
                Ok(())
            }
            Kind::Named(name, ..) => Err(Fault::of_text(format!(
                "its type {name} is in no file that was given"
            ))),
        }
    }
}

/// A field that the schema has not, as it is shown.
fn write_unknown(number: u32, value: &Value, out: &mut Vec<u8>) -> Result<(), Fault> {
    let items = match value {
        Value::Array(items) => &**items,
        one => core::slice::from_ref(one),
    };
    for item in items {
        let named = |name: &str| item.as_object().filter(|it| it.len() == 1)?.get(name);
        if let Some(bits) = item.as_u64() {
            tag(number, 0, out);
            varint(bits, out);
        } else if let Some(bits) = named("fixed64").and_then(Value::as_u64) {
            tag(number, 1, out);
            out.extend_from_slice(&bits.to_le_bytes());
        } else if let Some(bits) = named("fixed32").and_then(Value::as_u64) {
            let Ok(bits) = u32::try_from(bits) else {
                return Err(Fault::of_text("four bytes hold no such number"));
            };
            tag(number, 5, out);
            out.extend_from_slice(&bits.to_le_bytes());
        } else if let Some(bytes) = named("bytes").and_then(base64) {
            tag(number, 2, out);
            sized(&bytes, out);
        } else if let Some(bytes) = named("group").and_then(base64) {
            tag(number, 3, out);
            out.extend_from_slice(&bytes);
            tag(number, 4, out);
        } else {
            return Err(Fault::of_text(
                "the schema has no field of this number: a whole number, or {\"bytes\": \"…\"} with base64, is written",
            ));
        }
    }
    Ok(())
}

fn write_scalar(scalar: Scalar, value: &Value, out: &mut Vec<u8>) -> Result<(), Fault> {
    let wrong = || {
        let says = format!(
            "the schema says {}, and here is {}",
            scalar.name(),
            kind(value)
        );
        Fault::of_text(says)
    };
    let whole = |least: i128, most: i128| integer(value, least, most).ok_or_else(wrong);
    match scalar {
        Scalar::Int32 => {
            let number = whole(i32::MIN.into(), i32::MAX.into())?;
            varint((number as i64).cast_unsigned(), out);
        }
        Scalar::Int64 => {
            let number = whole(i64::MIN.into(), i64::MAX.into())?;
            varint((number as i64).cast_unsigned(), out);
        }
        Scalar::Uint32 => varint(whole(0, u32::MAX.into())? as u64, out),
        Scalar::Uint64 => varint(whole(0, u64::MAX.into())? as u64, out),
        Scalar::Sint32 | Scalar::Sint64 => {
            let (least, most) = if scalar == Scalar::Sint32 {
                (i32::MIN.into(), i32::MAX.into())
            } else {
                (i64::MIN.into(), i64::MAX.into())
            };
            let number = whole(least, most)? as i64;
            varint((number << 1 ^ number >> 63).cast_unsigned(), out);
        }
        Scalar::Fixed32 => {
            let number = whole(0, u32::MAX.into())? as u32;
            out.extend_from_slice(&number.to_le_bytes());
        }
        Scalar::Sfixed32 => {
            let number = whole(i32::MIN.into(), i32::MAX.into())? as i32;
            out.extend_from_slice(&number.to_le_bytes());
        }
        Scalar::Fixed64 => {
            let number = whole(0, u64::MAX.into())? as u64;
            out.extend_from_slice(&number.to_le_bytes());
        }
        Scalar::Sfixed64 => {
            let number = whole(i64::MIN.into(), i64::MAX.into())? as i64;
            out.extend_from_slice(&number.to_le_bytes());
        }
        Scalar::Float => {
            let number = float(value).ok_or_else(wrong)?;
            out.extend_from_slice(&(number as f32).to_le_bytes());
        }
        Scalar::Double => {
            out.extend_from_slice(&float(value).ok_or_else(wrong)?.to_le_bytes());
        }
        Scalar::Bool => varint(value.as_bool().ok_or_else(wrong)?.into(), out),
        Scalar::String => sized(value.as_str().ok_or_else(wrong)?.as_bytes(), out),
        Scalar::Bytes => {
            let says = || Fault::of_text("the schema says bytes, which are written in base64");
            sized(&base64(value).ok_or_else(says)?, out);
        }
    }
    Ok(())
}

fn tag(number: u32, wire_type: u8, out: &mut Vec<u8>) {
    varint(u64::from(number) << 3 | u64::from(wire_type), out);
}

fn sized(bytes: &[u8], out: &mut Vec<u8>) {
    varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn varint(number: u64, out: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
