//! Payloads by a schema that a person gives: Protobuf and Avro, read as JSON and written from it, JSON that is checked, and
//! bare numbers.
//!
//! [`Given`] is what a person has: files, and which of their types the payloads of a Topic Filter have. [`Schemas`] is
//! what was read of it.
//!
//! ```
//! use mqttscope_schema::{File, Form, Given, Rule, Schemas};
//!
//! let given = Given {
//!     files: vec![File {
//!         name: "motor.proto".into(),
//!         bytes: b"syntax = 'proto3'; package plant; message Motor { double speed = 1; }".into(),
//!     }],
//!     rules: vec![Rule {
//!         topic_filter: "plant/+/motor".into(),
//!         form: Form::Protobuf("plant.Motor".into()),
//!     }],
//! };
//! let schemas = Schemas::read(&given);
//! let payload = schemas.encode("plant/3/motor", r#"{"speed": 21.5}"#).unwrap().unwrap();
//! assert_eq!(payload, b"\x09\0\0\0\0\0\x80\x35\x40");
//! let shown = schemas.decode("plant/3/motor", &payload).unwrap();
//! assert_eq!(shown.text.unwrap(), "{\n  \"speed\": 21.5\n}");
//! ```
//!
//! Files, types and payloads are hostile: their sizes are bounded, and so are depth and number of values.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod avro;
mod fault;
mod given;
mod json_schema;
mod numbers;
mod plain;
mod protobuf;
mod value;

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use mqttscope_shared::Numbers;
use mqttscope_shared::topic_tree::matches;
use serde::{Deserialize, Serialize};

use avro::Avro;
pub use avro::Framing;
use json_schema::JsonSchema;
pub use plain::Plain;
use protobuf::Proto;
pub use value::CUT;
use value::Value;

/// Bytes of a file that is read.
pub const MOST_OF_FILE: usize = 1 << 20;
/// Bytes of a payload that is read.
pub const MOST_OF_PAYLOAD: usize = 1 << 20;

/// Files with schemas, and what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// The files.
    pub files: Vec<File>,
    /// The first rule whose filter matches counts.
    pub rules: Vec<Rule>,
}

/// A file: `.proto`, a descriptor set, an Avro schema or a JSON Schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// What the payloads of some topics are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The Topic Filter.
    pub topic_filter: String,
    /// What they are.
    pub form: Form,
}

/// What a payload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A message of Protobuf, by its full name.
    Protobuf(String),
    /// A value of an Avro schema, by its full name or its file's, and what stands around it.
    Avro(String, Framing),
    /// JSON that is checked by a JSON Schema, by its file's name.
    Json(String),
    /// Bare numbers, one behind the other, without any file.
    Numbers(Numbers),
    /// Not by a schema, whatever a later rule says.
    Detected,
    /// Without any file, and whatever they look like. Nothing here reads it: who shows payloads has readers of its own.
    Plain(Plain),
}

/// A payload as its schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it is read as.
    pub form: Form,
    /// JSON, or why the payload and the schema do not fit, with the byte and the field.
    pub text: Result<String, String>,
    /// What is to be known beside it: a sentence.
    pub note: Option<String>,
}

/// The schemas of files.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    proto: Proto,
    avro: BTreeMap<String, Avro>,
    json: BTreeMap<String, JsonSchema>,
    rules: Vec<Rule>,
    faults: Vec<Option<String>>,
    types: Vec<Form>,
}

impl Schemas {
    /// Reads the files. What is wrong with one is told by [`faults`](Self::faults), and the others are read.
    #[must_use]
    pub fn read(given: &Given) -> Self {
        let mut made = Self {
            rules: given.rules.clone(),
            ..Self::default()
        };
        for file in &given.files {
            let fault = made.file(file).err();
            made.faults.push(fault);
        }
        if let Err(missing) = made.proto.resolve() {
            // It is told at the first file of Protobuf that has no fault of its own.
            let files = given.files.iter().zip(&mut made.faults);
            let mut files = files.filter(|(file, fault)| fault.is_none() && !is_json(&file.bytes));
            if let Some((_, fault)) = files.next() {
                *fault = Some(missing);
            }
        }
        let messages = made
            .proto
            .names()
            .map(|name| Form::Protobuf(name.to_owned()));
        let avro = made
            .avro
            .keys()
            .map(|name| Form::Avro(name.clone(), Framing::Bare));
        let json = made.json.keys().map(|name| Form::Json(name.clone()));
        made.types = messages.chain(avro).chain(json).collect();
        made
    }

    /// What is wrong with each file.
    #[must_use]
    pub fn faults(&self) -> &[Option<String>] {
        &self.faults
    }

    /// What payloads may be.
    #[must_use]
    pub fn types(&self) -> &[Form] {
        &self.types
    }

    /// Whether there is a type of this name.
    #[must_use]
    pub fn has(&self, form: &Form) -> bool {
        match form {
            Form::Avro(name, _) => self.avro.contains_key(name),
            Form::Numbers(_) | Form::Plain(_) | Form::Detected => true,
            other => self.types.contains(other),
        }
    }

    /// Whether nothing is known of any topic.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What the payloads of a topic are; `None`: no rule says it.
    #[must_use]
    pub fn form(&self, topic: &str) -> Option<&Form> {
        let rule = self
            .rules
            .iter()
            .find(|rule| matches(&rule.topic_filter, topic));
        rule.map(|rule| &rule.form)
            .filter(|form| **form != Form::Detected)
    }

    /// The payload of a topic; `None`: no rule says what it is, or it takes no schema ([`Form::Plain`]).
    #[must_use]
    pub fn decode(&self, topic: &str, payload: &[u8]) -> Option<Shown> {
        let form = self.form(topic)?;
        let mut shown = Shown {
            form: form.clone(),
            text: Err(self.missing(form)),
            note: None,
        };
        if payload.len() > MOST_OF_PAYLOAD {
            shown.text = Err(format!(
                "{} bytes are too many to be read by a schema",
                payload.len()
            ));
            return Some(shown);
        }
        match form {
            Form::Protobuf(name) => {
                if let Some(read) = self.proto.decode(name, payload) {
                    shown.note = read.as_ref().ok().and_then(unknown);
                    let text = read.map(|read| read.value.to_json());
                    shown.text = text.map_err(|fault| fault.sentence());
                }
            }
            Form::Avro(name, framing) => {
                if let Some(schema) = self.avro.get(name) {
                    let read = schema.decode(*framing, payload);
                    let id = read.as_ref().ok().and_then(|read| read.id);
                    shown.note =
                        id.map(|id| format!("The payload says schema {id} of its registry."));
                    let text = read.map(|read| read.value.to_json());
                    shown.text = text.map_err(|fault| fault.sentence());
                }
            }
            Form::Json(name) => {
                if let Some(schema) = self.json.get(name) {
                    shown.note = schema.note();
                    shown.text = read_json(payload).and_then(|value| {
                        let checked = schema.check(&value).map_err(|fault| fault.sentence());
                        checked.map(|()| Value::of_json(&value).to_json())
                    });
                }
            }
            Form::Numbers(numbers) => {
                shown.text = numbers::decode(*numbers, payload).map(|value| value.to_json());
            }
            Form::Plain(_) | Form::Detected => return None,
        }
        Some(shown)
    }

    /// The payload of a topic from JSON; `None`: no rule says what it is, or it takes no schema ([`Form::Plain`]).
    ///
    /// # Errors
    /// Why it cannot be written, with the field.
    #[must_use]
    pub fn encode(&self, topic: &str, json: &str) -> Option<Result<Vec<u8>, String>> {
        let form = self.form(topic)?;
        let typed = json.as_bytes();
        let json = match read_json(typed) {
            Ok(json) => json,
            Err(fault) => return Some(Err(fault)),
        };
        let written = match form {
            Form::Protobuf(name) => self.proto.encode(name, &json),
            Form::Avro(name, framing) => {
                let schema = self.avro.get(name);
                schema.map(|schema| schema.encode(*framing, &json))
            }
            Form::Json(name) => {
                let schema = self.json.get(name);
                schema.map(|schema| schema.check(&json).map(|()| typed.to_vec()))
            }
            Form::Numbers(numbers) => Some(numbers::encode(*numbers, &json)),
            Form::Plain(_) | Form::Detected => return None,
        };
        let Some(written) = written else {
            return Some(Err(self.missing(form)));
        };
        Some(written.map_err(|fault| fault.sentence()))
    }

    fn missing(&self, form: &Form) -> String {
        format!("{} is in no file that was given", form.name())
    }

    fn file(&mut self, file: &File) -> Result<(), String> {
        if file.bytes.len() > MOST_OF_FILE {
            return Err(format!("more than {MOST_OF_FILE} bytes are too many here"));
        }
        if is_json(&file.bytes) {
            let text =
                core::str::from_utf8(&file.bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
            if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(text)
                && JsonSchema::is_one(&members)
            {
                self.json.insert(file.name.clone(), JsonSchema::read(text)?);
                return Ok(());
            }
            let schema = Avro::read(text)?;
            let name = match schema.name() {
                "" => file.name.clone(),
                name => name.to_owned(),
            };
            self.avro.insert(name, schema);
            return Ok(());
        }
        self.proto.read(&file.bytes, is_text(&file.bytes))
    }
}

impl Shown {
    /// What its tab is called, which says what it is read as where it takes no schema.
    #[must_use]
    pub const fn tab(&self) -> &'static str {
        match self.form {
            Form::Plain(plain) => plain.name(),
            _ => "by schema",
        }
    }

    /// What it is read as, what is to be known beside it, and the value, or why there is none: each on lines of its own.
    #[must_use]
    pub fn in_words(&self) -> String {
        let name = self.form.name();
        let note = self.note.iter().map(|note| format!("\n{note}"));
        match &self.text {
            // The tab says it.
            Ok(text) if matches!(self.form, Form::Plain(_)) => text.clone(),
            Ok(text) => format!("{name}{}\n{text}", note.collect::<String>()),
            Err(fault) => format!("{name} does not fit this payload:\n{fault}."),
        }
    }
}

impl Form {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Protobuf(name) => format!("Protobuf {name}"),
            Self::Avro(name, _) => format!("Avro {name}"),
            Self::Json(name) => format!("JSON Schema {name}"),
            Self::Numbers(numbers) => format!("numbers, {}", numbers.name()),
            Self::Plain(plain) => plain.name().to_owned(),
            Self::Detected => "as detected".to_owned(),
        }
    }
}

fn read_json(bytes: &[u8]) -> Result<serde_json::Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))
}

/// A schema of Avro is JSON: an object, a list or a text. So is a JSON Schema, an object.
fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.trim_ascii_start().first();
    matches!(first, Some(b'{' | b'[' | b'"'))
}

/// A descriptor set begins with the length of its first file, behind a line feed, and has characters that no text has.
fn is_text(bytes: &[u8]) -> bool {
    let is_of_text = |byte: &u8| *byte >= b' ' || byte.is_ascii_whitespace();
    core::str::from_utf8(bytes).is_ok() && bytes.iter().all(is_of_text)
}

fn unknown(read: &protobuf::Decoded) -> Option<String> {
    let at = read.first_unknown?;
    Some(match read.unknown {
        1 => format!("One field is not in the schema, at byte {at}: it is shown by its number."),
        more => format!(
            "{more} fields are not in the schema, the first at byte {at}: they are shown by their numbers."
        ),
    })
}
