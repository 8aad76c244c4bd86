//! A payload by its schema.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Avro, Framing, NamedKind, Schema};
use crate::fault::Fault;
use crate::value::Value;

/// Values within values; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;
/// Values of a payload that are read.
const MOST_VALUES: usize = 100_000;

struct Reader<'a, 's> {
    avro: &'s Avro,
    bytes: &'a [u8],
    at: usize,
    values: usize,
}

/// What was read.
pub(crate) struct Decoded {
    pub(crate) value: Value,
    /// The number of the schema in a registry, as the payload says it.
    pub(crate) id: Option<u32>,
}

impl Avro {
    /// The payload, which must end where its value does.
    pub(crate) fn decode(&self, framing: Framing, payload: &[u8]) -> Result<Decoded, Fault> {
        let mut reader = Reader {
            avro: self,
            bytes: payload,
            at: 0,
            values: 0,
        };
        let id = reader.head(framing)?;
        let value = reader.value(&self.root, 0)?;
        let left = payload.len().saturating_sub(reader.at);
        if left > 0 {
            return Err(Fault::at(
                reader.at,
                format!("{left} bytes are left behind the value"),
            ));
        }
        Ok(Decoded { value, id })
    }
}

impl<'a> Reader<'a, '_> {
    fn head(&mut self, framing: Framing) -> Result<Option<u32>, Fault> {
        match framing {
            Framing::Bare => Ok(None),
            Framing::SingleObject => {
                if self.take(2)? != [0xc3, 0x01] {
                    return Err(Fault::at(0, "a single object begins with C3 01"));
                }
                let print = u64::from_le_bytes(self.array()?);
                if print != self.avro.fingerprint {
                    let own = self.avro.fingerprint;
                    let says = format!(
                        "this was written by a schema with the fingerprint {print:016x}, and the one given has {own:016x}"
                    );
                    return Err(Fault::at(2, says));
                }
                Ok(None)
            }
            Framing::Confluent(_) => {
                if self.take(1)? != [0] {
                    return Err(Fault::at(0, "Confluent's wire format begins with 00"));
                }
                Ok(Some(u32::from_be_bytes(self.array()?)))
            }
        }
    }

    fn value(&mut self, schema: &Schema, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::at(
                self.at,
                format!("values are nested more than {MAX_DEPTH} deep"),
            ));
        }
        self.values = self.values.saturating_add(1);
        if self.values > MOST_VALUES {
            return Err(Fault::at(
                self.at,
                format!("more than {MOST_VALUES} values are too many to be shown"),
            ));
        }
        let below = depth.saturating_add(1);
        let word = |word: String| Ok(Value::Word(word));
        match schema {
            Schema::Null => word("null".to_owned()),
            Schema::Boolean => match self.array()? {
                [0] => word("false".to_owned()),
                [1] => word("true".to_owned()),
                [other] => {
                    let at = self.at.saturating_sub(1);
                    Err(Fault::at(
                        at,
                        format!("the schema says boolean, and {other} is neither 0 nor 1"),
                    ))
                }
            },
            Schema::Int => {
                let at = self.at;
                let number = self.long()?;
                let number = i32::try_from(number);
                word(
                    number
                        .map_err(|_| {
                            Fault::at(
                                at,
                                "the schema says int, and this number has more than 32 bits",
                            )
                        })?
                        .to_string(),
                )
            }
            Schema::Long => word(self.long()?.to_string()),
            Schema::Float => Ok(Value::of_single(f32::from_le_bytes(self.array()?))),
            Schema::Double => Ok(Value::of_float(f64::from_le_bytes(self.array()?))),
            Schema::Bytes => Ok(latin(self.sized()?)),
            Schema::String => Ok(Value::Text(self.text()?)),
            Schema::Array(of) => {
                let mut items = Vec::new();
                self.blocks(|reader| {
                    let item = reader.value(of, below);
                    items.push(item.map_err(|fault| fault.within(&format!("[{}]", items.len())))?);
                    Ok(())
                })?;
                Ok(Value::List(items))
            }
            Schema::Map(of) => {
                let mut entries = BTreeMap::new();
                self.blocks(|reader| {
                    let key = reader.text()?;
                    let value = reader.value(of, below);
                    let value = value.map_err(|fault| fault.within(&format!("[{key}]")))?;
                    entries.insert(key, value);
                    Ok(())
                })?;
                Ok(Value::Map(entries))
            }
            Schema::Union(branches) => {
                let at = self.at;
                let which = self.long()?;
                let branch = usize::try_from(which).ok().and_then(|it| branches.get(it));
                let Some(branch) = branch else {
                    let says = format!(
                        "the schema has a union of {}, and here is number {which}",
                        branches.len()
                    );
                    return Err(Fault::at(at, says));
                };
                let value = self.value(branch, below)?;
                // Where only one branch is no null, it needs no name.
                let others = branches.iter().filter(|it| **it != Schema::Null).count();
                if *branch == Schema::Null || others == 1 {
                    return Ok(value);
                }
                let name = self.avro.branch(branch).to_owned();
                Ok(Value::Object([(name, value)].into()))
            }
            Schema::Named(at) => self.named(*at, below),
        }
    }

    fn named(&mut self, of: usize, depth: usize) -> Result<Value, Fault> {
        match self.avro.named.get(of).map(|named| &named.kind) {
            Some(NamedKind::Record(fields)) => {
                let mut members = Vec::new();
                for field in fields {
                    let value = self.value(&field.schema, depth);
                    let value = value.map_err(|fault| fault.within(&field.name))?;
                    members.push((field.name.clone(), value));
                }
                Ok(Value::Object(members))
            }
            Some(NamedKind::Enum(symbols)) => {
                let at = self.at;
                let which = self.long()?;
                let symbol = usize::try_from(which).ok().and_then(|it| symbols.get(it));
                let says = || {
                    format!(
                        "the schema has {} symbols, and here is number {which}",
                        symbols.len()
                    )
                };
                Ok(Value::Text(
                    symbol.ok_or_else(|| Fault::at(at, says()))?.clone(),
                ))
            }
            Some(NamedKind::Fixed(size)) => Ok(latin(self.take(*size)?)),
            Some(NamedKind::Open) | None => Err(Fault::at(self.at, "its type is not whole")),
        }
    }

    /// The blocks of an array or a map.
    fn blocks(&mut self, mut one: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        loop {
            let at = self.at;
            let mut count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                // Behind a negative count stands how many bytes the block has.
                self.long()?;
                count = count.saturating_neg();
            }
            if count > MOST_VALUES as i64 {
                return Err(Fault::at(
                    at,
                    format!("{count} values are too many to be shown"),
                ));
            }
            for _ in 0..count {
                one(self)?;
            }
        }
    }

    fn long(&mut self) -> Result<i64, Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((bits, behind)) = mqttscope_sparkplug::protobuf::varint(rest) else {
            let says = if rest.len() < 10 {
                "the payload ends within a number"
            } else {
                "this number has more than 64 bits"
            };
            return Err(Fault::at(self.at, says));
        };
        self.at = self.bytes.len().saturating_sub(behind.len());
        Ok((bits >> 1).cast_signed() ^ (bits & 1).cast_signed().wrapping_neg())
    }

    fn text(&mut self) -> Result<String, Fault> {
        let bytes = self.sized()?;
        let start = self.at.saturating_sub(bytes.len());
        let text = core::str::from_utf8(bytes).map_err(|error| {
            let at = start.saturating_add(error.valid_up_to());
            Fault::at(at, "the schema says string, and this is no UTF-8")
        })?;
        Ok(text.to_owned())
    }

    fn sized(&mut self) -> Result<&'a [u8], Fault> {
        let at = self.at;
        let len = self.long()?;
        match usize::try_from(len) {
            Ok(len) => self.take(len),
            Err(_) => Err(Fault::at(at, format!("a length of {len} is none"))),
        }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(bytes) = rest.get(..len) else {
            let says = format!("{len} bytes are to follow, and {} are left", rest.len());
            return Err(Fault::at(self.at, says));
        };
        self.at = self.at.saturating_add(len);
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let at = self.at;
        let bytes = self.take(N)?;
        bytes
            .try_into()
            .map_err(|_| Fault::at(at, "the payload ends here"))
    }
}

/// Bytes as Avro's JSON has them: each is the character of its number.
fn latin(bytes: &[u8]) -> Value {
    Value::Text(bytes.iter().map(|byte| char::from(*byte)).collect())
}
