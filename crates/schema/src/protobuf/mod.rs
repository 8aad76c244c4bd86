//! Protobuf by its schema: `.proto` files and descriptor sets, payloads as JSON and back.
//!
//! Sources: the language's specification and its encoding, <https://protobuf.dev/reference/> and
//! <https://protobuf.dev/programming-guides/encoding/>.

mod decode;
mod descriptor;
mod encode;
mod known;
mod lex;
mod parse;

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use decode::Decoded;

/// Messages and enumerations that are kept, and fields of all of them.
const MOST_TYPES: usize = 20_000;
const MOST_FIELDS: usize = 50_000;
/// Characters of a type's full name.
const MOST_NAME: usize = 256;

/// The types of all files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proto {
    messages: Vec<Message>,
    enums: Vec<Enum>,
    names: BTreeMap<String, Named>,
    fields: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Message(usize),
    Enum(usize),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Message {
    name: String,
    /// In the order of their numbers.
    fields: Vec<Field>,
    /// What a map is made of.
    is_map_entry: bool,
    /// Those that must be there.
    required: Vec<u32>,
    /// Where they are, by either name.
    by_name: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    number: u32,
    name: String,
    /// Its name in JSON, where it has another.
    json_name: String,
    kind: Kind,
    label: Label,
    /// Numbers stand in one row.
    is_packed: bool,
    /// The oneof that it is of.
    oneof: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Optional,
    Required,
    Repeated,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Scalar(Scalar),
    Message(usize),
    /// The same between two tags.
    Group(usize),
    Enum(usize),
    /// A type's name and where it stands; whether between two tags.
    Named(String, String, bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scalar {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
}

use Scalar::{
    Bool, Bytes, Double, Fixed32, Fixed64, Float, Int32, Int64, Sfixed32, Sfixed64, Sint32, Sint64,
    String as Str, Uint32, Uint64,
};

impl Scalar {
    const ALL: [(Self, &'static str); 15] = [
        (Double, "double"),
        (Float, "float"),
        (Int32, "int32"),
        (Int64, "int64"),
        (Uint32, "uint32"),
        (Uint64, "uint64"),
        (Sint32, "sint32"),
        (Sint64, "sint64"),
        (Fixed32, "fixed32"),
        (Fixed64, "fixed64"),
        (Sfixed32, "sfixed32"),
        (Sfixed64, "sfixed64"),
        (Bool, "bool"),
        (Str, "string"),
        (Bytes, "bytes"),
    ];

    fn of_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(scalar, _)| *scalar)
    }

    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(scalar, _)| *scalar == self);
        found.map_or("", |(_, name)| name)
    }

    /// Its wire type.
    const fn wire_type(self) -> u8 {
        match self {
            Double | Fixed64 | Sfixed64 => 1,
            Float | Fixed32 | Sfixed32 => 5,
            Str | Bytes => 2,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Enum {
    name: String,
    values: Vec<(i32, String)>,
    by_number: BTreeMap<i32, usize>,
    by_name: BTreeMap<String, i32>,
}

impl Enum {
    fn add(&mut self, number: i32, name: String) {
        // Of several names of a number the first counts.
        self.by_number.entry(number).or_insert(self.values.len());
        self.by_name.insert(name.clone(), number);
        self.values.push((number, name));
    }

    fn name_of(&self, number: i32) -> Option<&str> {
        let (_, name) = self.values.get(*self.by_number.get(&number)?)?;
        Some(name)
    }

    fn number_of(&self, name: &str) -> Option<i32> {
        self.by_name.get(name).copied()
    }
}

impl Message {
    fn field(&self, number: u32) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by_key(&number, |field| field.number);
        self.fields.get(at.ok()?)
    }

    fn named(&self, name: &str) -> Option<&Field> {
        self.fields.get(*self.by_name.get(name)?)
    }

    /// All fields are there.
    fn close(&mut self) {
        self.fields.sort_by_key(|field| field.number);
        let required = self
            .fields
            .iter()
            .filter(|field| field.label == Label::Required);
        self.required = required.map(|field| field.number).collect();
        for (at, field) in self.fields.iter().enumerate() {
            for name in [&field.name, &field.json_name] {
                self.by_name.entry(name.clone()).or_insert(at);
            }
        }
    }
}

impl Proto {
    /// The types of a file: text of the language, or a descriptor set.
    ///
    /// # Errors
    /// What is wrong with it, with the line.
    pub(crate) fn read(&mut self, bytes: &[u8], is_text: bool) -> Result<(), String> {
        if is_text {
            let text = core::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
            parse::parse(text, self)
        } else {
            descriptor::read(bytes, self)
        }
    }

    /// Finds the types that fields name. Those of Protobuf itself are known.
    ///
    /// # Errors
    /// The first name that no file has.
    pub(crate) fn resolve(&mut self) -> Result<(), String> {
        known::add(self);
        let mut missing = None;
        for message in &mut self.messages {
            message.close();
            for field in &mut message.fields {
                let Kind::Named(name, scope, is_group) = &field.kind else {
                    continue;
                };
                match find(&self.names, name, scope) {
                    Some(Named::Message(at)) if *is_group => field.kind = Kind::Group(at),
                    Some(Named::Message(at)) => field.kind = Kind::Message(at),
                    Some(Named::Enum(at)) => field.kind = Kind::Enum(at),
                    None => {
                        missing.get_or_insert_with(|| {
                            format!(
                                "the type {name} of the field {} of {} is in no file that was given",
                                field.name, message.name
                            )
                        });
                    }
                }
            }
        }
        missing.map_or(Ok(()), Err)
    }

    /// The full names of the messages, but for maps' entries and Protobuf's own.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let of_files = |name: &&str| !name.starts_with("google.protobuf.");
        let names = self.names.iter();
        let messages = names.filter_map(|(name, named)| match named {
            Named::Message(at) => Some((name, self.messages.get(*at)?)),
            Named::Enum(_) => None,
        });
        let messages = messages.filter(|(_, message)| !message.is_map_entry);
        messages.map(|(name, _)| &**name).filter(of_files)
    }

    fn message(&self, name: &str) -> Option<usize> {
        match self.names.get(name)? {
            Named::Message(at) => Some(*at),
            Named::Enum(_) => None,
        }
    }

    /// A new message, and where it is; a type that is known already stays what it was first.
    fn add_message(&mut self, message: Message) -> Result<usize, String> {
        let at = self.messages.len();
        self.name(&message.name, Named::Message(at))?;
        self.messages.push(message);
        Ok(at)
    }

    fn add_enum(&mut self, added: Enum) -> Result<(), String> {
        self.name(&added.name, Named::Enum(self.enums.len()))?;
        self.enums.push(added);
        Ok(())
    }

    fn name(&mut self, name: &str, named: Named) -> Result<(), String> {
        if self.names.len() >= MOST_TYPES {
            return Err(format!("more than {MOST_TYPES} types are too many here"));
        }
        if name.len() > MOST_NAME {
            return Err("the name of a type is too long".to_owned());
        }
        self.names.entry(name.to_owned()).or_insert(named);
        Ok(())
    }

    fn add_field(&mut self, message: usize, field: Field) -> Result<(), String> {
        self.fields = self.fields.saturating_add(1);
        if self.fields > MOST_FIELDS {
            return Err(format!("more than {MOST_FIELDS} fields are too many here"));
        }
        if let Some(message) = self.messages.get_mut(message) {
            message.fields.push(field);
        }
        Ok(())
    }
}

/// A name as it is meant within a scope: of the innermost that has it.
fn find(names: &BTreeMap<String, Named>, name: &str, scope: &str) -> Option<Named> {
    if let Some(full) = name.strip_prefix('.') {
        return names.get(full).copied();
    }
    let mut scope = scope;
    while !scope.is_empty() {
        if let Some(found) = names.get(&format!("{scope}.{name}")) {
            return Some(*found);
        }
        scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    names.get(name).copied()
}

/// A name as JSON has it where nothing else is said: without underlines, and what follows them in capitals.
fn json_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_behind = false;
    for character in name.chars() {
        match character {
            '_' => is_behind = true,
            other if is_behind => {
                out.push(other.to_ascii_uppercase());
                is_behind = false;
            }
            other => out.push(other),
        }
    }
    out
}
