//! A schema from its JSON.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::{Avro, Field, Named, NamedKind, Names, Schema, canonical};

/// Schemas within schemas; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;
/// Bytes of a fixed.
const MOST_FIXED: usize = 1 << 20;
/// Characters of a full name.
const MOST_NAME: usize = 512;

struct Parser {
    named: Vec<Named>,
    names: Names,
}

impl Avro {
    /// Reads a schema.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let json: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let mut parser = Parser {
            named: Vec::new(),
            names: Names::new(),
        };
        let root = parser.schema(&json, "", 0)?;
        let fingerprint = canonical::fingerprint(&json);
        let named = parser.named;
        Ok(Self {
            root,
            named,
            fingerprint,
        })
    }
}

impl Parser {
    fn schema(&mut self, json: &Value, space: &str, depth: usize) -> Result<Schema, String> {
        if depth > MAX_DEPTH {
            return Err(format!("schemas are nested more than {MAX_DEPTH} deep"));
        }
        let below = depth.saturating_add(1);
        match json {
            Value::String(name) => self.of_name(name, space),
            Value::Array(branches) => {
                let branches = branches
                    .iter()
                    .map(|branch| self.schema(branch, space, below));
                let branches = branches.collect::<Result<Vec<_>, String>>()?;
                if branches
                    .iter()
                    .any(|branch| matches!(branch, Schema::Union(_)))
                {
                    return Err("a union stands directly in a union".to_owned());
                }
                Ok(Schema::Union(branches))
            }
            Value::Object(members) => self.complex(members, space, below),
            _ => Err("a schema is a name, a list or an object".to_owned()),
        }
    }

    fn of_name(&self, name: &str, space: &str) -> Result<Schema, String> {
        Ok(match name {
            "null" => Schema::Null,
            "boolean" => Schema::Boolean,
            "int" => Schema::Int,
            "long" => Schema::Long,
            "float" => Schema::Float,
            "double" => Schema::Double,
            "bytes" => Schema::Bytes,
            "string" => Schema::String,
            other => {
                let full = full_name(other, space);
                let at = self.names.get(&full).or_else(|| self.names.get(other));
                Schema::Named(*at.ok_or_else(|| {
                    format!(
                        "the type “{}” is not declared before it is used",
                        short(other)
                    )
                })?)
            }
        })
    }

    fn complex(
        &mut self,
        members: &Map<String, Value>,
        space: &str,
        depth: usize,
    ) -> Result<Schema, String> {
        let of = members.get("type");
        let wanted = |what: &str| {
            format!(
                "a schema of type {} has no “{what}”",
                of.and_then(Value::as_str).unwrap_or("?")
            )
        };
        let name = match of {
            Some(Value::String(name)) => &**name,
            // `{"type": {…}}` is what is inside.
            Some(other) => return self.schema(other, space, depth),
            None => return Err("an object that is to be a schema has no “type”".to_owned()),
        };
        match name {
            "array" => {
                let items = members.get("items").ok_or_else(|| wanted("items"))?;
                Ok(Schema::Array(Box::new(self.schema(items, space, depth)?)))
            }
            "map" => {
                let values = members.get("values").ok_or_else(|| wanted("values"))?;
                Ok(Schema::Map(Box::new(self.schema(values, space, depth)?)))
            }
            "record" | "error" | "enum" | "fixed" => self.named(name, members, space, depth),
            other => self.of_name(other, space),
        }
    }

    fn named(
        &mut self,
        of: &str,
        members: &Map<String, Value>,
        space: &str,
        depth: usize,
    ) -> Result<Schema, String> {
        let name = members.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| format!("a schema of type {of} has no “name”"))?;
        let own = members.get("namespace").and_then(Value::as_str);
        let full = full_name(name, own.unwrap_or(space));
        if full.len() > MOST_NAME {
            return Err("the name of a type is too long".to_owned());
        }
        let inner = full
            .rsplit_once('.')
            .map_or("", |(space, _)| space)
            .to_owned();
        let at = self.named.len();
        if self.names.insert(full.clone(), at).is_some() {
            return Err(format!("the type “{full}” is declared twice"));
        }
        self.named.push(Named {
            name: full.clone(),
            kind: NamedKind::Open,
        });
        let list = |key: &str| {
            let list = members.get(key).and_then(Value::as_array);
            list.ok_or_else(|| format!("“{full}” has no list “{key}”"))
        };
        let kind = match of {
            "enum" => {
                let symbols = list("symbols")?
                    .iter()
                    .map(|symbol| symbol.as_str().map(str::to_owned));
                let symbols: Option<_> = symbols.collect();
                NamedKind::Enum(symbols.ok_or_else(|| format!("a symbol of “{full}” is no text"))?)
            }
            "fixed" => {
                let size = members.get("size").and_then(Value::as_u64);
                let size = size.and_then(|size| usize::try_from(size).ok());
                let size = size.filter(|size| *size <= MOST_FIXED);
                NamedKind::Fixed(
                    size.ok_or_else(|| format!("“{full}” has no “size” from 0 to {MOST_FIXED}"))?,
                )
            }
            _ => {
                let mut fields = Vec::new();
                for field in list("fields")? {
                    let name = field.get("name").and_then(Value::as_str);
                    let name = name.ok_or_else(|| format!("a field of “{full}” has no “name”"))?;
                    let of = field.get("type").ok_or_else(|| {
                        format!("the field “{}” of “{full}” has no “type”", short(name))
                    })?;
                    fields.push(Field {
                        name: name.to_owned(),
                        schema: self.schema(of, &inner, depth)?,
                        default: field.get("default").cloned(),
                    });
                }
                NamedKind::Record(fields)
            }
        };
        if let Some(named) = self.named.get_mut(at) {
            named.kind = kind;
        }
        Ok(Schema::Named(at))
    }
}

/// A name with its namespace.
pub(super) fn full_name(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() {
        return name.to_owned();
    }
    format!("{space}.{name}")
}

fn short(name: &str) -> String {
    name.chars().take(60).collect()
}
