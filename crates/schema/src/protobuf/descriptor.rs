//! A descriptor set: what `protoc --descriptor_set_out` writes, a `FileDescriptorSet` of `descriptor.proto`.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_sparkplug::protobuf::{Fields, Value};

use super::{
    Bool, Bytes, Double, Enum, Field, Fixed32, Fixed64, Float, Int32, Int64, Kind, Label, Message,
    Named, Proto, Scalar, Sfixed32, Sfixed64, Sint32, Sint64, Str, Uint32, Uint64,
};

/// Messages within messages; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;

/// Adds the types of all files of the set.
pub(super) fn read(bytes: &[u8], proto: &mut Proto) -> Result<(), String> {
    let files = parts(bytes, 1).ok_or_else(wrong)?;
    if files.is_empty() {
        return Err(wrong());
    }
    let mut extensions = Vec::new();
    for file in files {
        let package = text(file, 2)?;
        // Of an edition the default is as in version 3.
        let packs = text(file, 12)? == "proto3" || number(file, 14).is_some();
        let scope = Scope {
            name: package,
            packs,
        };
        for message in parts(file, 4).ok_or_else(wrong)? {
            self::message(message, &scope, proto, &mut extensions, 0)?;
        }
        for one in parts(file, 5).ok_or_else(wrong)? {
            enumeration(one, &scope, proto)?;
        }
        extend(file, 7, &scope, &mut extensions)?;
    }
    for (of, field) in extensions {
        if let Some(Named::Message(at)) = proto.names.get(of.trim_start_matches('.')).copied() {
            proto.add_field(at, field)?;
        }
    }
    Ok(())
}

struct Scope {
    name: String,
    packs: bool,
}

impl Scope {
    fn within(&self, name: &str) -> Self {
        let name = if self.name.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        };
        Self {
            name,
            packs: self.packs,
        }
    }
}

fn wrong() -> String {
    "it is no descriptor set as `protoc --descriptor_set_out` writes it".to_owned()
}

fn message(
    bytes: &[u8],
    scope: &Scope,
    proto: &mut Proto,
    extensions: &mut Vec<(String, Field)>,
    depth: usize,
) -> Result<(), String> {
    if depth >= MAX_DEPTH {
        return Err(format!("messages are nested more than {MAX_DEPTH} deep"));
    }
    let scope = scope.within(&text(bytes, 1)?);
    let options = parts(bytes, 7).ok_or_else(wrong)?;
    let is_map_entry = options.iter().any(|options| number(options, 7) == Some(1));
    let at = proto.add_message(Message {
        name: scope.name.clone(),
        is_map_entry,
        ..Message::default()
    })?;
    for one in parts(bytes, 2).ok_or_else(wrong)? {
        proto.add_field(at, field(one, &scope)?)?;
    }
    for one in parts(bytes, 3).ok_or_else(wrong)? {
        message(one, &scope, proto, extensions, depth.saturating_add(1))?;
    }
    for one in parts(bytes, 4).ok_or_else(wrong)? {
        enumeration(one, &scope, proto)?;
    }
    extend(bytes, 6, &scope, extensions)
}

/// Fields of messages that stand somewhere else, which are called by their full names.
fn extend(
    bytes: &[u8],
    number: u32,
    scope: &Scope,
    extensions: &mut Vec<(String, Field)>,
) -> Result<(), String> {
    for one in parts(bytes, number).ok_or_else(wrong)? {
        let mut field = field(one, scope)?;
        field.name = format!("[{}]", scope.within(&field.name).name);
        field.json_name = field.name.clone();
        extensions.push((text(one, 2)?, field));
    }
    Ok(())
}

fn field(bytes: &[u8], scope: &Scope) -> Result<Field, String> {
    let name = text(bytes, 1)?;
    let json_name = match text(bytes, 10)? {
        none if none.is_empty() => super::json_name(&name),
        given => given,
    };
    let options = parts(bytes, 8).ok_or_else(wrong)?;
    let packed = options.iter().rev().find_map(|options| number(options, 2));
    let of = number(bytes, 5).unwrap_or(0);
    let kind = match of {
        // A group, a message, an enumeration: by the full name, behind a dot.
        10 | 11 | 14 => Kind::Named(text(bytes, 6)?, String::new(), of == 10),
        _ => Kind::Scalar(scalar(of).ok_or_else(wrong)?),
    };
    let number_of = number(bytes, 3).and_then(|it| u32::try_from(it).ok());
    Ok(Field {
        number: number_of.filter(|it| *it > 0).ok_or_else(wrong)?,
        name,
        json_name,
        kind,
        label: match number(bytes, 4) {
            Some(2) => Label::Required,
            Some(3) => Label::Repeated,
            _ => Label::Optional,
        },
        is_packed: packed.map_or(scope.packs, |packed| packed == 1),
        oneof: number(bytes, 9).and_then(|it| u32::try_from(it).ok()),
    })
}

/// By the numbers of `FieldDescriptorProto.Type`.
const fn scalar(number: u64) -> Option<Scalar> {
    Some(match number {
        1 => Double,
        2 => Float,
        3 => Int64,
        4 => Uint64,
        5 => Int32,
        6 => Fixed64,
        7 => Fixed32,
        8 => Bool,
        9 => Str,
        12 => Bytes,
        13 => Uint32,
        15 => Sfixed32,
        16 => Sfixed64,
        17 => Sint32,
        18 => Sint64,
        _ => return None,
    })
}

fn enumeration(bytes: &[u8], scope: &Scope, proto: &mut Proto) -> Result<(), String> {
    let mut made = Enum {
        name: scope.within(&text(bytes, 1)?).name,
        ..Enum::default()
    };
    for value in parts(bytes, 2).ok_or_else(wrong)? {
        // Negative numbers are written as 64 bits.
        let number = number(value, 2).unwrap_or(0).cast_signed();
        made.add(i32::try_from(number).map_err(|_| wrong())?, text(value, 1)?);
    }
    proto.add_enum(made)
}

/// All fields of this number that hold bytes; `None`: it is no message.
fn parts(bytes: &[u8], number: u32) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    for field in Fields::of(bytes) {
        let field = field?;
        if let (true, Value::Bytes(part)) = (field.number == number, field.value) {
            found.push(part);
        }
    }
    Some(found)
}

fn text(bytes: &[u8], number: u32) -> Result<String, String> {
    let parts = parts(bytes, number).ok_or_else(wrong)?;
    let text = core::str::from_utf8(parts.last().copied().unwrap_or_default());
    text.map(str::to_owned).map_err(|_| wrong())
}

fn number(bytes: &[u8], number: u32) -> Option<u64> {
    let of = |value| match value {
        Value::Varint(number) => Some(number),
        _ => None,
    };
    let fields = Fields::of(bytes).flatten();
    fields
        .filter(|field| field.number == number)
        .filter_map(|field| of(field.value))
        .last()
}
