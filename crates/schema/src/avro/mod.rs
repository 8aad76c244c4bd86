//! Avro by its schema: payloads as JSON and back, bare, as a single object, and in Confluent's wire format.
//!
//! Sources: the Avro specification, version 1.12, <https://avro.apache.org/docs/1.12.0/specification/>, and Confluent's
//! wire format, <https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/>.

mod canonical;
mod decode;
mod encode;
mod parse;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// What stands around a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Framing {
    /// The value alone.
    #[default]
    Bare,
    /// `C3 01` and the schema's fingerprint.
    SingleObject,
    /// A zero and the number of the schema in a registry, which is written; any is read.
    Confluent(u32),
}

/// A schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Avro {
    root: Schema,
    named: Vec<Named>,
    /// CRC-64-AVRO of its Parsing Canonical Form.
    fingerprint: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Schema {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array(Box<Self>),
    Map(Box<Self>),
    Union(Vec<Self>),
    /// One that has a name.
    Named(usize),
}

#[derive(Clone, Debug, PartialEq)]
struct Named {
    name: String,
    kind: NamedKind,
}

#[derive(Clone, Debug, PartialEq)]
enum NamedKind {
    /// Its fields are still to be read.
    Open,
    Record(Vec<Field>),
    Enum(Vec<String>),
    Fixed(usize),
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    schema: Schema,
    /// What it has where nothing is said.
    default: Option<serde_json::Value>,
}

type Names = BTreeMap<String, usize>;

impl Avro {
    /// Its full name, where it has one.
    pub(crate) fn name(&self) -> &str {
        match self.root {
            Schema::Named(at) => self.named.get(at).map_or("", |named| &named.name),
            _ => "",
        }
    }

    /// What a branch of a union is called.
    fn branch(&self, schema: &Schema) -> &str {
        match schema {
            Schema::Null => "null",
            Schema::Boolean => "boolean",
            Schema::Int => "int",
            Schema::Long => "long",
            Schema::Float => "float",
            Schema::Double => "double",
            Schema::Bytes => "bytes",
            Schema::String => "string",
            Schema::Array(_) => "array",
            Schema::Map(_) => "map",
            Schema::Union(_) => "union",
            Schema::Named(at) => self.named.get(*at).map_or("", |named| &named.name),
        }
    }
}
