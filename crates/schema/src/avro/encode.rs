//! JSON as a payload of a schema.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Avro, Framing, NamedKind, Schema};
use crate::fault::Fault;
use crate::given::{float, integer, kind};

/// Values within values, as they are read.
const MAX_DEPTH: usize = 64;
/// Values that are written, or tried.
const MOST_VALUES: usize = 200_000;

/// What is written.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    values: usize,
}

impl Avro {
    /// The payload that JSON stands for.
    pub(crate) fn encode(&self, framing: Framing, json: &Value) -> Result<Vec<u8>, Fault> {
        let mut out = Out::default();
        let head = &mut out.bytes;
        match framing {
            Framing::Bare => {}
            Framing::SingleObject => {
                head.extend_from_slice(&[0xc3, 0x01]);
                head.extend_from_slice(&self.fingerprint.to_le_bytes());
            }
            Framing::Confluent(id) => {
                head.push(0);
                head.extend_from_slice(&id.to_be_bytes());
            }
        }
        self.write(&self.root, json, &mut out, 0)?;
        Ok(out.bytes)
    }

    fn write(
        &self,
        schema: &Schema,
        json: &Value,
        out: &mut Out,
        depth: usize,
    ) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::of_text(format!(
                "values are nested more than {MAX_DEPTH} deep"
            )));
        }
        // Of a union each branch is tried, and each of what is inside.
        out.values = out.values.saturating_add(1);
        if out.values > MOST_VALUES {
            return Err(Fault::of_text(
                "there are too many values, or too many ways to read them",
            ));
        }
        let below = depth.saturating_add(1);
        let wrong = || {
            Fault::of_text(format!(
                "the schema says {}, and here is {}",
                self.branch(schema),
                kind(json)
            ))
        };
        match schema {
            Schema::Null if json.is_null() => {}
            Schema::Null => return Err(wrong()),
            Schema::Boolean => out.bytes.push(json.as_bool().ok_or_else(wrong)?.into()),
            Schema::Int => long(
                integer(json, i32::MIN.into(), i32::MAX.into()).ok_or_else(wrong)? as i64,
                &mut out.bytes,
            ),
            Schema::Long => long(
                integer(json, i64::MIN.into(), i64::MAX.into()).ok_or_else(wrong)? as i64,
                &mut out.bytes,
            ),
            Schema::Float => {
                let number = float(json).ok_or_else(wrong)?;
                out.bytes.extend_from_slice(&(number as f32).to_le_bytes());
            }
            Schema::Double => out
                .bytes
                .extend_from_slice(&float(json).ok_or_else(wrong)?.to_le_bytes()),
            Schema::Bytes => sized(&latin(json).ok_or_else(wrong)?, &mut out.bytes),
            Schema::String => sized(json.as_str().ok_or_else(wrong)?.as_bytes(), &mut out.bytes),
            Schema::Array(of) => {
                let items = json.as_array().ok_or_else(wrong)?;
                if !items.is_empty() {
                    long(items.len() as i64, &mut out.bytes);
                }
                for (at, item) in items.iter().enumerate() {
                    let written = self.write(of, item, out, below);
                    written.map_err(|fault| fault.within(&format!("[{at}]")))?;
                }
                long(0, &mut out.bytes);
            }
            Schema::Map(of) => {
                let entries = json.as_object().ok_or_else(wrong)?;
                if !entries.is_empty() {
                    long(entries.len() as i64, &mut out.bytes);
                }
                for (key, value) in entries {
                    sized(key.as_bytes(), &mut out.bytes);
                    let written = self.write(of, value, out, below);
                    written.map_err(|fault| fault.within(&format!("[{key}]")))?;
                }
                long(0, &mut out.bytes);
            }
            Schema::Union(branches) => return self.write_union(branches, json, out, below),
            Schema::Named(at) => return self.write_named(*at, json, out, below),
        }
        Ok(())
    }

    fn write_union(
        &self,
        branches: &[Schema],
        json: &Value,
        out: &mut Out,
        depth: usize,
    ) -> Result<(), Fault> {
        // With its name, as it is shown where several could be meant.
        let named = json.as_object().filter(|members| members.len() == 1);
        let named = named.and_then(|members| members.iter().next());
        let others = branches.iter().filter(|it| **it != Schema::Null).count();
        if let Some((name, value)) = named.filter(|_| others > 1)
            && let Some(at) = branches
                .iter()
                .position(|branch| self.branch(branch) == name)
            && let Some(branch) = branches.get(at)
        {
            long(at as i64, &mut out.bytes);
            return self.write(branch, value, out, depth);
        }
        let mut first = None;
        for (at, branch) in branches.iter().enumerate() {
            let before = out.bytes.len();
            long(at as i64, &mut out.bytes);
            match self.write(branch, json, out, depth) {
                Ok(()) => return Ok(()),
                Err(fault) => {
                    out.bytes.truncate(before);
                    if *branch != Schema::Null {
                        first.get_or_insert(fault);
                    }
                }
            }
        }
        // Of one branch its fault tells more than that none fits.
        Err(first.filter(|_| others == 1).unwrap_or_else(|| {
            let names: Vec<&str> = branches.iter().map(|it| self.branch(it)).collect();
            Fault::of_text(format!(
                "the schema says one of {}, and here is {}",
                names.join(", "),
                kind(json)
            ))
        }))
    }

    fn write_named(
        &self,
        of: usize,
        json: &Value,
        out: &mut Out,
        depth: usize,
    ) -> Result<(), Fault> {
        let Some(named) = self.named.get(of) else {
            return Ok(());
        };
        let wrong = || {
            Fault::of_text(format!(
                "the schema says {}, and here is {}",
                named.name,
                kind(json)
            ))
        };
        match &named.kind {
            NamedKind::Record(fields) => {
                let members = json.as_object().ok_or_else(wrong)?;
                let is_known = |name: &String| fields.iter().any(|field| field.name == *name);
                if let Some(other) = members.keys().find(|name| !is_known(name)) {
                    let fault = Fault::of_text(format!("{} has no such field", named.name));
                    return Err(fault.within(other));
                }
                for field in fields {
                    let value = members.get(&field.name).or(field.default.as_ref());
                    let missing = || Fault::of_text("it is missing, and has no default");
                    let written = match value {
                        Some(value) => self.write(&field.schema, value, out, depth),
                        None => Err(missing()),
                    };
                    written.map_err(|fault| fault.within(&field.name))?;
                }
            }
            NamedKind::Enum(symbols) => {
                let symbol = json.as_str().ok_or_else(wrong)?;
                let at = symbols.iter().position(|known| known == symbol);
                let says = || {
                    Fault::of_text(format!(
                        "{} has no such symbol: {}",
                        named.name,
                        symbols.join(", ")
                    ))
                };
                long(at.ok_or_else(says)? as i64, &mut out.bytes);
            }
            NamedKind::Fixed(size) => {
                let bytes = latin(json).filter(|bytes| bytes.len() == *size);
                let says = || {
                    Fault::of_text(format!(
                        "{} has {size} bytes, each written as the character of its number",
                        named.name
                    ))
                };
                out.bytes.extend_from_slice(&bytes.ok_or_else(says)?);
            }
            NamedKind::Open => {}
        }
        Ok(())
    }
}

/// Bytes, each written as the character of its number.
fn latin(json: &Value) -> Option<Vec<u8>> {
    let text = json.as_str()?;
    text.chars()
        .map(|character| u8::try_from(character).ok())
        .collect()
}

fn sized(bytes: &[u8], out: &mut Vec<u8>) {
    long(bytes.len() as i64, out);
    out.extend_from_slice(bytes);
}

fn long(number: i64, out: &mut Vec<u8>) {
    let mut rest = (number << 1 ^ number >> 63).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
