//! A payload by its message type.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mqttscope_sparkplug::protobuf::varint;

use super::{Field, Kind, Label, Proto, Scalar};
use crate::fault::Fault;
use crate::value::Value;

/// Messages within messages; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;
/// Values of a payload that are read.
const MOST_VALUES: usize = 100_000;

/// A message on its way: its fields by their numbers, so that a later one takes the place of an earlier one.
type Fields = BTreeMap<u32, Held>;

enum Held {
    Value(Value),
    Values(Vec<Held>),
    Message(usize, Fields),
    Entries(BTreeMap<String, Held>),
}

/// What stands in a field, by its wire type.
enum Raw<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(usize, &'a [u8]),
    Fixed32(u32),
    /// What follows, to the end of the group, is its.
    Group,
    EndGroup,
}

impl Raw<'_> {
    const fn says(&self) -> &'static str {
        match self {
            Self::Varint(_) => "a varint",
            Self::Fixed64(_) => "eight bytes",
            Self::Bytes(..) => "bytes with their length",
            Self::Fixed32(_) => "four bytes",
            Self::Group | Self::EndGroup => "a group",
        }
    }
}

/// What was read.
pub(crate) struct Decoded {
    pub(crate) value: Value,
    /// Fields that the schema has not, and where the first of them is.
    pub(crate) unknown: usize,
    pub(crate) first_unknown: Option<usize>,
}

struct Reader<'a, 'p> {
    proto: &'p Proto,
    bytes: &'a [u8],
    at: usize,
    values: usize,
    unknown: usize,
    first_unknown: Option<usize>,
}

impl Proto {
    /// The payload as this type; `None`: there is no such type.
    pub(crate) fn decode(&self, name: &str, payload: &[u8]) -> Option<Result<Decoded, Fault>> {
        let at = self.message(name)?;
        let mut reader = Reader {
            proto: self,
            bytes: payload,
            at: 0,
            values: 0,
            unknown: 0,
            first_unknown: None,
        };
        let mut fields = Fields::new();
        let read = reader.message(at, &mut fields, payload.len(), None, 0);
        Some(read.and_then(|()| {
            Ok(Decoded {
                value: self.named(at, fields, reader.at)?,
                unknown: reader.unknown,
                first_unknown: reader.first_unknown,
            })
        }))
    }

    /// The names of the fields in place of their numbers.
    fn named(&self, at: usize, fields: Fields, end: usize) -> Result<Value, Fault> {
        let message = self.messages.get(at);
        let mut required = message.iter().flat_map(|message| &message.required);
        if let Some(missing) = required.find(|number| !fields.contains_key(number)) {
            let name = message.and_then(|message| message.field(*missing));
            let fault = Fault::at(end, "it is required, and is not there");
            return Err(fault.within(name.map_or("", |field| &field.name)));
        }
        let members = fields.into_iter().map(|(number, held)| {
            let field = message.and_then(|message| message.field(number));
            let name = field.map_or_else(|| number.to_string(), |field| field.name.clone());
            Ok((name, self.value(held, end)?))
        });
        Ok(Value::Object(members.collect::<Result<_, Fault>>()?))
    }

    fn value(&self, held: Held, end: usize) -> Result<Value, Fault> {
        Ok(match held {
            Held::Value(value) => value,
            Held::Values(values) => {
                let values = values.into_iter().map(|held| self.value(held, end));
                Value::List(values.collect::<Result<_, Fault>>()?)
            }
            Held::Message(at, fields) => self.named(at, fields, end)?,
            Held::Entries(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|(key, held)| Ok((key, self.value(held, end)?)));
                Value::Map(entries.collect::<Result<_, Fault>>()?)
            }
        })
    }
}

impl<'a> Reader<'a, '_> {
    /// The fields up to `end`, or to the end of this group.
    fn message(
        &mut self,
        at: usize,
        fields: &mut Fields,
        end: usize,
        group: Option<u32>,
        depth: usize,
    ) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::at(
                self.at,
                format!("messages are nested more than {MAX_DEPTH} deep"),
            ));
        }
        let Some(message) = self.proto.messages.get(at) else {
            return Ok(());
        };
        // Of a oneof the last one counts.
        let mut oneofs: BTreeMap<u32, u32> = BTreeMap::new();
        while self.at < end {
            let start = self.at;
            let (number, raw) = self.pull(end)?;
            if matches!(raw, Raw::EndGroup) {
                return match group {
                    Some(begun) if begun == number => Ok(()),
                    _ => Err(Fault::at(
                        start,
                        format!("the group {number} ends here, and has not begun"),
                    )),
                };
            }
            let Some(field) = message.field(number) else {
                self.unknown = self.unknown.saturating_add(1);
                self.first_unknown.get_or_insert(start);
                let value = self.unknown_value(number, &raw, end, depth)?;
                self.count(start)?;
                push(fields, number, Held::Value(value));
                continue;
            };
            if let Some(before) = field.oneof.and_then(|of| oneofs.insert(of, number))
                && before != number
            {
                fields.remove(&before);
            }
            let read = self.field(field, raw, fields, start, end, depth);
            read.map_err(|fault| fault.within(&field.name))?;
        }
        match group {
            Some(number) => Err(Fault::at(end, format!("the group {number} does not end"))),
            None => Ok(()),
        }
    }

    fn field(
        &mut self,
        field: &Field,
        raw: Raw<'a>,
        fields: &mut Fields,
        start: usize,
        end: usize,
        depth: usize,
    ) -> Result<(), Fault> {
        self.count(start)?;
        let is_list = field.label == Label::Repeated;
        let wanted = match &field.kind {
            Kind::Scalar(scalar) => scalar.name(),
            Kind::Message(_) => "a message",
            Kind::Group(_) => "a group",
            Kind::Enum(_) => "an enumeration",
            Kind::Named(name, ..) => {
                return Err(Fault::at(
                    start,
                    format!("its type {name} is in no file that was given"),
                ));
            }
        };
        let mismatch = |raw: &Raw<'_>| {
            let says = format!("the schema says {wanted}, and here are {}", raw.says());
            Fault::at(start, says.replace("are a ", "is a "))
        };
        match (&field.kind, raw) {
            (Kind::Message(of), Raw::Bytes(at, part)) => {
                let of = *of;
                let is_entry = is_list
                    && self
                        .proto
                        .messages
                        .get(of)
                        .is_some_and(|it| it.is_map_entry);
                let inner_end = at.saturating_add(part.len());
                self.at = at;
                let mut inner = match fields.get_mut(&field.number) {
                    // What comes twice is one message.
                    Some(Held::Message(_, before)) if !is_list => core::mem::take(before),
                    _ => Fields::new(),
                };
                self.message(of, &mut inner, inner_end, None, depth.saturating_add(1))?;
                self.at = inner_end;
                if is_entry {
                    self.entry(field.number, of, inner, fields);
                } else if is_list {
                    push(fields, field.number, Held::Message(of, inner));
                } else {
                    fields.insert(field.number, Held::Message(of, inner));
                }
                Ok(())
            }
            (Kind::Group(of), Raw::Group) => {
                let mut inner = Fields::new();
                self.message(
                    *of,
                    &mut inner,
                    end,
                    Some(field.number),
                    depth.saturating_add(1),
                )?;
                if is_list {
                    push(fields, field.number, Held::Message(*of, inner));
                } else {
                    fields.insert(field.number, Held::Message(*of, inner));
                }
                Ok(())
            }
            (Kind::Scalar(scalar), raw) if scalar.wire_type() != 2 => {
                let scalar = *scalar;
                self.numbers(
                    field,
                    raw,
                    fields,
                    start,
                    scalar.wire_type(),
                    &mismatch,
                    &|raw| number(scalar, raw),
                )
            }
            (Kind::Enum(of), raw) => {
                let known = self.proto.enums.get(*of);
                self.numbers(field, raw, fields, start, 0, &mismatch, &|raw| match raw {
                    Raw::Varint(bits) => {
                        // Cut to 32 bits, as Protobuf's own readers do.
                        let number = bits.cast_signed() as i32;
                        let name = known.and_then(|known| known.name_of(number));
                        let word = || Value::Word(number.to_string());
                        Some(name.map_or_else(word, |name| Value::Text(name.to_owned())))
                    }
                    _ => None,
                })
            }
            (Kind::Scalar(scalar), Raw::Bytes(at, part)) => {
                let value = if *scalar == Scalar::Bytes {
                    Value::Text(STANDARD.encode(part))
                } else {
                    let text = core::str::from_utf8(part).map_err(|error| {
                        let at = at.saturating_add(error.valid_up_to());
                        Fault::at(at, "the schema says string, and this is no UTF-8")
                    })?;
                    Value::Text(text.to_owned())
                };
                put(fields, field.number, is_list, value);
                Ok(())
            }
            (_, raw) => Err(mismatch(&raw)),
        }
    }

    /// A number, or a row of them.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is the same of numbers and enumerations"
    )]
    fn numbers(
        &mut self,
        field: &Field,
        raw: Raw<'a>,
        fields: &mut Fields,
        start: usize,
        wire_type: u8,
        mismatch: &dyn Fn(&Raw<'_>) -> Fault,
        read: &dyn Fn(&Raw<'_>) -> Option<Value>,
    ) -> Result<(), Fault> {
        let is_list = field.label == Label::Repeated;
        if let (true, Raw::Bytes(at, part)) = (is_list, &raw) {
            let end = at.saturating_add(part.len());
            self.at = *at;
            // An empty row is a row.
            fields
                .entry(field.number)
                .or_insert_with(|| Held::Values(Vec::new()));
            while self.at < end {
                let start = self.at;
                self.count(start)?;
                let one = self.raw(wire_type, end)?;
                let value = read(&one).ok_or_else(|| mismatch(&one))?;
                push(fields, field.number, Held::Value(value));
            }
            return Ok(());
        }
        let value = read(&raw).ok_or_else(|| mismatch(&raw));
        put(
            fields,
            field.number,
            is_list,
            value.map_err(|fault| Fault {
                offset: Some(start),
                ..fault
            })?,
        );
        Ok(())
    }

    /// An entry of a map. A key that is not there is 0 or empty, and so is a value.
    fn entry(&self, number: u32, of: usize, mut inner: Fields, fields: &mut Fields) {
        let key = match inner.remove(&1) {
            Some(Held::Value(Value::Word(key) | Value::Text(key))) => key,
            _ => match self.proto.messages.get(of).and_then(|it| it.field(1)) {
                Some(field) if field.kind == Kind::Scalar(Scalar::String) => String::new(),
                Some(field) if field.kind == Kind::Scalar(Scalar::Bool) => "false".to_owned(),
                _ => "0".to_owned(),
            },
        };
        let value = inner.remove(&2).unwrap_or_else(|| self.empty(of));
        if !matches!(fields.get(&number), Some(Held::Entries(_))) {
            fields.insert(number, Held::Entries(BTreeMap::new()));
        }
        if let Some(Held::Entries(entries)) = fields.get_mut(&number) {
            entries.insert(key, value);
        }
    }

    /// The value of a map's entry that does not say it.
    fn empty(&self, entry: usize) -> Held {
        let field = self.proto.messages.get(entry).and_then(|it| it.field(2));
        let word = |word: &str| Held::Value(Value::Word(word.to_owned()));
        match field.map(|field| &field.kind) {
            Some(Kind::Message(of)) => Held::Message(*of, Fields::new()),
            Some(Kind::Scalar(Scalar::String | Scalar::Bytes)) => {
                Held::Value(Value::Text(String::new()))
            }
            Some(Kind::Scalar(Scalar::Bool)) => word("false"),
            Some(Kind::Scalar(Scalar::Double | Scalar::Float)) => word("0.0"),
            Some(Kind::Enum(of)) => {
                let first = self.proto.enums.get(*of).and_then(|it| it.name_of(0));
                first.map_or_else(
                    || word("0"),
                    |name| Held::Value(Value::Text(name.to_owned())),
                )
            }
            _ => word("0"),
        }
    }

    /// A field that the schema has not, in a form that is read back.
    fn unknown_value(
        &mut self,
        number: u32,
        raw: &Raw<'_>,
        end: usize,
        depth: usize,
    ) -> Result<Value, Fault> {
        let one = |name: &str, value: Value| Value::Object([(name.to_owned(), value)].into());
        Ok(match raw {
            Raw::Varint(bits) => Value::Word(bits.to_string()),
            Raw::Fixed64(bits) => one("fixed64", Value::Word(bits.to_string())),
            Raw::Fixed32(bits) => one("fixed32", Value::Word(bits.to_string())),
            Raw::Bytes(_, bytes) => one("bytes", Value::Text(STANDARD.encode(bytes))),
            Raw::Group | Raw::EndGroup => {
                let start = self.at;
                let stop = self.group(number, end, depth)?;
                let inside = self.bytes.get(start..stop).unwrap_or_default();
                one("group", Value::Text(STANDARD.encode(inside)))
            }
        })
    }

    /// Goes behind a group that nothing is known of; where its last tag begins.
    fn group(&mut self, of: u32, end: usize, depth: usize) -> Result<usize, Fault> {
        let mut open = [of].to_vec();
        loop {
            let start = self.at;
            match self.pull(end)? {
                (number, Raw::Group) => {
                    open.push(number);
                    if depth.saturating_add(open.len()) > MAX_DEPTH {
                        return Err(Fault::at(
                            start,
                            format!("messages are nested more than {MAX_DEPTH} deep"),
                        ));
                    }
                }
                (number, Raw::EndGroup) => {
                    if open.pop() != Some(number) {
                        return Err(Fault::at(
                            start,
                            format!("the group {number} ends here, and has not begun"),
                        ));
                    }
                    if open.is_empty() {
                        return Ok(start);
                    }
                }
                _ => {}
            }
        }
    }

    fn count(&mut self, at: usize) -> Result<(), Fault> {
        self.values = self.values.saturating_add(1);
        if self.values > MOST_VALUES {
            return Err(Fault::at(
                at,
                format!("more than {MOST_VALUES} values are too many to be shown"),
            ));
        }
        Ok(())
    }

    /// A tag and what follows it.
    fn pull(&mut self, end: usize) -> Result<(u32, Raw<'a>), Fault> {
        let start = self.at;
        let tag = self.varint(end)?;
        let number = u32::try_from(tag >> 3)
            .ok()
            .filter(|it| (1..1 << 29).contains(it));
        let number = number.ok_or_else(|| {
            Fault::at(
                start,
                "no field begins so: fields have numbers from 1 to 536870911",
            )
        })?;
        let raw = self.raw((tag & 7) as u8, end);
        Ok((number, raw.map_err(|fault| self.of(number, fault))?))
    }

    /// A fault behind the tag of a field whose name is not at hand.
    fn of(&self, number: u32, fault: Fault) -> Fault {
        let says = format!("{} (field number {number})", fault.says);
        Fault { says, ..fault }
    }

    fn raw(&mut self, wire_type: u8, end: usize) -> Result<Raw<'a>, Fault> {
        let start = self.at;
        Ok(match wire_type {
            0 => Raw::Varint(self.varint(end)?),
            1 => Raw::Fixed64(u64::from_le_bytes(self.array(end)?)),
            2 => {
                let len = usize::try_from(self.varint(end)?).unwrap_or(usize::MAX);
                let left = end.saturating_sub(self.at);
                if len > left {
                    let says = format!("{len} bytes are to follow, and {left} are left");
                    return Err(Fault::at(start, says));
                }
                let at = self.at;
                self.at = at.saturating_add(len);
                Raw::Bytes(at, self.bytes.get(at..self.at).unwrap_or_default())
            }
            3 => Raw::Group,
            4 => Raw::EndGroup,
            5 => Raw::Fixed32(u32::from_le_bytes(self.array(end)?)),
            other => return Err(Fault::at(start, format!("there is no wire type {other}"))),
        })
    }

    fn varint(&mut self, end: usize) -> Result<u64, Fault> {
        let rest = self.bytes.get(self.at..end).unwrap_or_default();
        let Some((number, behind)) = varint(rest) else {
            let says = if rest.len() < 10 {
                "the payload ends within a number"
            } else {
                "this number has more than 64 bits"
            };
            return Err(Fault::at(self.at, says));
        };
        self.at = end.saturating_sub(behind.len());
        Ok(number)
    }

    fn array<const N: usize>(&mut self, end: usize) -> Result<[u8; N], Fault> {
        let rest = self.bytes.get(self.at..end).unwrap_or_default();
        let Some((bytes, _)) = rest.split_first_chunk::<N>() else {
            return Err(Fault::at(self.at, "the payload ends within a number"));
        };
        self.at = self.at.saturating_add(N);
        Ok(*bytes)
    }
}

/// Adds to the list in a field.
fn push(fields: &mut Fields, number: u32, held: Held) {
    match fields
        .entry(number)
        .or_insert_with(|| Held::Values(Vec::new()))
    {
        Held::Values(values) => values.push(held),
        other => *other = Held::Values([held].into()),
    }
}

fn put(fields: &mut Fields, number: u32, is_list: bool, value: Value) {
    if is_list {
        push(fields, number, Held::Value(value));
    } else {
        fields.insert(number, Held::Value(value));
    }
}

/// A number as its type says; `None`: it is of another wire type.
fn number(scalar: Scalar, raw: &Raw<'_>) -> Option<Value> {
    let word = |word: String| Some(Value::Word(word));
    match (scalar, raw) {
        (Scalar::Int32, Raw::Varint(bits)) => word((bits.cast_signed() as i32).to_string()),
        (Scalar::Int64, Raw::Varint(bits)) => word(bits.cast_signed().to_string()),
        (Scalar::Uint32, Raw::Varint(bits)) => word((*bits as u32).to_string()),
        (Scalar::Uint64, Raw::Varint(bits)) => word(bits.to_string()),
        (Scalar::Sint32, Raw::Varint(bits)) => {
            let bits = *bits as u32;
            word(((bits >> 1).cast_signed() ^ (bits & 1).cast_signed().wrapping_neg()).to_string())
        }
        (Scalar::Sint64, Raw::Varint(bits)) => {
            word(((bits >> 1).cast_signed() ^ (bits & 1).cast_signed().wrapping_neg()).to_string())
        }
        (Scalar::Bool, Raw::Varint(bits)) => word((*bits != 0).to_string()),
        (Scalar::Fixed32, Raw::Fixed32(bits)) => word(bits.to_string()),
        (Scalar::Sfixed32, Raw::Fixed32(bits)) => word(bits.cast_signed().to_string()),
        (Scalar::Float, Raw::Fixed32(bits)) => Some(Value::of_single(f32::from_bits(*bits))),
        (Scalar::Fixed64, Raw::Fixed64(bits)) => word(bits.to_string()),
        (Scalar::Sfixed64, Raw::Fixed64(bits)) => word(bits.cast_signed().to_string()),
        (Scalar::Double, Raw::Fixed64(bits)) => Some(Value::of_float(f64::from_bits(*bits))),
        _ => None,
    }
}
