//! Payloads in JSON, checked by a JSON Schema: the keywords of draft 2020-12 that say something of values, and those of
//! earlier drafts that mean the same.
//!
//! Source: <https://json-schema.org/draft/2020-12/json-schema-validation>.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::fault::Fault;

/// Schemas within schemas, and through references.
const MAX_DEPTH: usize = 64;
/// Values that are held against a schema: of `anyOf` each way is tried.
const MOST_CHECKS: usize = 200_000;
/// Keywords that would say something of a value and are not known here.
const UNCHECKED: [&str; 10] = [
    "pattern",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "format",
];

/// A schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonSchema {
    root: Value,
    /// Keywords in it that are not checked.
    unchecked: Vec<&'static str>,
}

struct Checker<'s> {
    root: &'s Value,
    left: usize,
}

impl JsonSchema {
    /// Reads a schema.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let root: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        if !root.is_object() {
            return Err("a JSON Schema is an object".to_owned());
        }
        let mut found = BTreeSet::new();
        note(&root, &mut found);
        let unchecked = UNCHECKED
            .into_iter()
            .filter(|key| found.contains(key))
            .collect();
        Ok(Self { root, unchecked })
    }

    /// Whether an object is one, and no schema of Avro: these say what they are called.
    pub(crate) fn is_one(members: &Map<String, Value>) -> bool {
        let is_avros = members.contains_key("name")
            || members.contains_key("items") && !members.contains_key("$schema");
        let is_one = [
            "$schema",
            "properties",
            "$ref",
            "anyOf",
            "allOf",
            "oneOf",
            "enum",
            "const",
            "required",
        ];
        let is_object = members.get("type").and_then(Value::as_str) == Some("object");
        is_object || !is_avros && is_one.iter().any(|key| members.contains_key(*key))
    }

    /// What of it is not checked: a sentence.
    pub(crate) fn note(&self) -> Option<String> {
        if self.unchecked.is_empty() {
            return None;
        }
        Some(format!("Not checked: {}.", self.unchecked.join(", ")))
    }

    /// Whether a value fits, or the first place where it does not.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Fault> {
        let mut checker = Checker {
            root: &self.root,
            left: MOST_CHECKS,
        };
        checker.check(&self.root, value, 0)
    }
}

/// Which of the keywords that are not checked a schema has.
fn note(schema: &Value, found: &mut BTreeSet<&'static str>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                found.extend(UNCHECKED.iter().find(|it| *it == key));
                // What stands in these are values, and names that a person chose.
                match (&**key, value) {
                    ("enum" | "const" | "default" | "examples", _) => {}
                    ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                        named.values().for_each(|value| note(value, found));
                    }
                    _ => note(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| note(item, found)),
        _ => {}
    }
}

impl<'s> Checker<'s> {
    fn check(&mut self, schema: &'s Value, value: &Value, depth: usize) -> Result<(), Fault> {
        self.left = self.left.saturating_sub(1);
        if depth > MAX_DEPTH || self.left == 0 {
            return Err(Fault::of_text(
                "the schema goes too deep, or in too many ways, to be checked",
            ));
        }
        let members = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Object(members) => members,
            _ => return Err(Fault::of_text("the schema allows nothing here")),
        };
        let below = depth.saturating_add(1);
        if let Some(of) = members.get("$ref").and_then(Value::as_str) {
            let found = of
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer));
            let missing =
                || Fault::of_text(format!("the schema refers to {of}, which is not in it"));
            self.check(found.ok_or_else(missing)?, value, below)?;
        }
        kind(members, value)?;
        same(members, value)?;
        number(members, value)?;
        text(members, value)?;
        self.list(members, value, below)?;
        self.object(members, value, below)?;
        self.several(members, value, below)
    }

    fn list(
        &mut self,
        members: &'s Map<String, Value>,
        value: &Value,
        depth: usize,
    ) -> Result<(), Fault> {
        let Value::Array(items) = value else {
            return Ok(());
        };
        count(members, ("minItems", "maxItems"), items.len(), "items")?;
        if members.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut seen = BTreeSet::new();
            if let Some(at) = items
                .iter()
                .position(|item| !seen.insert(format!("{item}")))
            {
                return Err(
                    Fault::of_text("it is there twice, and each item must be another")
                        .within(&format!("[{at}]")),
                );
            }
        }
        // Before draft 2020-12 a list of schemas was called `items`, too, and what follows them `additionalItems`.
        let (first, rest) = match (members.get("prefixItems"), members.get("items")) {
            (None, Some(Value::Array(first))) => (Some(first), members.get("additionalItems")),
            (first, rest) => (first.and_then(Value::as_array), rest),
        };
        for (at, item) in items.iter().enumerate() {
            let schema = first.and_then(|first| first.get(at)).or(rest);
            if let Some(schema) = schema {
                let checked = self.check(schema, item, depth);
                checked.map_err(|fault| fault.within(&format!("[{at}]")))?;
            }
        }
        if let Some(schema) = members.get("contains") {
            let least = members
                .get("minContains")
                .and_then(Value::as_u64)
                .unwrap_or(1);
            let fits = items
                .iter()
                .filter(|item| self.check(schema, item, depth).is_ok());
            if (fits.count() as u64) < least {
                return Err(Fault::of_text("no item is what the list must contain"));
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        members: &'s Map<String, Value>,
        value: &Value,
        depth: usize,
    ) -> Result<(), Fault> {
        let Value::Object(own) = value else {
            return Ok(());
        };
        count(
            members,
            ("minProperties", "maxProperties"),
            own.len(),
            "members",
        )?;
        let required = members.get("required").and_then(Value::as_array);
        let mut required = required.into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) = required.find(|name| !own.contains_key(*name)) {
            return Err(Fault::of_text("it is required, and is not there").within(missing));
        }
        let known = members.get("properties").and_then(Value::as_object);
        // What a pattern would allow is not known here.
        let others = members
            .get("additionalProperties")
            .filter(|_| !members.contains_key("patternProperties"));
        for (name, value) in own {
            let of = known.and_then(|known| known.get(name));
            let checked = match (of, others) {
                (Some(schema), _) => self.check(schema, value, depth),
                (None, Some(Value::Bool(false))) => {
                    Err(Fault::of_text("the schema has no such member"))
                }
                (None, Some(schema)) => self.check(schema, value, depth),
                (None, None) => Ok(()),
            };
            checked.map_err(|fault| fault.within(name))?;
        }
        Ok(())
    }

    /// Several schemas at once.
    fn several(
        &mut self,
        members: &'s Map<String, Value>,
        value: &Value,
        depth: usize,
    ) -> Result<(), Fault> {
        let list = |key: &str| members.get(key).and_then(Value::as_array);
        for schema in list("allOf").into_iter().flatten() {
            self.check(schema, value, depth)?;
        }
        if let Some(any) = list("anyOf") {
            let mut faults = any
                .iter()
                .map(|schema| self.check(schema, value, depth).err());
            let mut first = None;
            let fits = faults.any(|fault| {
                let fits = fault.is_none();
                first = first.take().or(fault);
                fits
            });
            if !fits {
                let says = first.map_or_else(String::new, |fault| {
                    format!(", not the first: {}", fault.sentence())
                });
                return Err(Fault::of_text(format!(
                    "it is none of {} that it may be{says}",
                    any.len()
                )));
            }
        }
        if let Some(one) = list("oneOf") {
            let fits = one
                .iter()
                .filter(|schema| self.check(schema, value, depth).is_ok());
            let fits = fits.count();
            if fits != 1 {
                return Err(Fault::of_text(format!(
                    "it must be one of {} schemas, and is {fits} of them",
                    one.len()
                )));
            }
        }
        if let Some(schema) = members.get("not")
            && self.check(schema, value, depth).is_ok()
        {
            return Err(Fault::of_text("it is what the schema says it must not be"));
        }
        if let Some(schema) = members.get("if") {
            let then = if self.check(schema, value, depth).is_ok() {
                "then"
            } else {
                "else"
            };
            if let Some(schema) = members.get(then) {
                self.check(schema, value, depth)?;
            }
        }
        Ok(())
    }
}

fn kind(members: &Map<String, Value>, value: &Value) -> Result<(), Fault> {
    let is_of = |name: &str| match (name, value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_)) => true,
        ("integer", Value::Number(number)) => {
            // `1.0` is whole, too.
            !number.is_f64() || number.as_f64().is_some_and(|it| it % 1.0 == 0.0)
        }
        _ => false,
    };
    let wanted: Vec<&str> = match members.get("type") {
        Some(Value::String(name)) => [&**name].into(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    if wanted.iter().any(|name| is_of(name)) {
        return Ok(());
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Err(Fault::of_text(format!(
        "the schema says {}, and here is {is}",
        wanted.join(" or ")
    )))
}

fn same(members: &Map<String, Value>, value: &Value) -> Result<(), Fault> {
    // 1 and 1.0 are the same number.
    let is_same = |other: &Value| match (other, value) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        _ => other == value,
    };
    if let Some(known) = members.get("enum").and_then(Value::as_array)
        && !known.iter().any(is_same)
    {
        let all: Vec<String> = known.iter().take(8).map(|it| format!("{it}")).collect();
        return Err(Fault::of_text(format!("it is none of {}", all.join(", "))));
    }
    match members.get("const") {
        Some(wanted) if !is_same(wanted) => Err(Fault::of_text(format!("it must be {wanted}"))),
        _ => Ok(()),
    }
}

fn number(members: &Map<String, Value>, value: &Value) -> Result<(), Fault> {
    let Some(number) = value.as_f64() else {
        return Ok(());
    };
    let bound = |key: &str| members.get(key).and_then(Value::as_f64);
    let wrong = |says: String| Err(Fault::of_text(format!("it is {value}, and {says}")));
    match (bound("minimum"), bound("maximum")) {
        (Some(least), _) if number < least => return wrong(format!("{least} is the least")),
        (_, Some(most)) if number > most => return wrong(format!("{most} is the greatest")),
        _ => {}
    }
    // In draft 4 these two are flags beside the bounds.
    let is_strict = |key: &str| members.get(key) == Some(&Value::Bool(true));
    let least = bound("exclusiveMinimum")
        .or_else(|| bound("minimum").filter(|_| is_strict("exclusiveMinimum")));
    let most = bound("exclusiveMaximum")
        .or_else(|| bound("maximum").filter(|_| is_strict("exclusiveMaximum")));
    match (least, most) {
        (Some(least), _) if number <= least => {
            return wrong(format!("it must be more than {least}"));
        }
        (_, Some(most)) if number >= most => return wrong(format!("it must be less than {most}")),
        _ => {}
    }
    if let Some(of) = bound("multipleOf").filter(|of| *of > 0.0) {
        // A tenth has no exact form in two's powers: what is as near as can be told is one.
        let rest = (number / of) % 1.0;
        let off = rest.abs().min(1.0 - rest.abs());
        if off > 1e-9 {
            return wrong(format!("it must be a multiple of {of}"));
        }
    }
    Ok(())
}

fn text(members: &Map<String, Value>, value: &Value) -> Result<(), Fault> {
    let Value::String(text) = value else {
        return Ok(());
    };
    count(
        members,
        ("minLength", "maxLength"),
        text.chars().count(),
        "characters",
    )
}

fn count(
    members: &Map<String, Value>,
    (least, most): (&str, &str),
    count: usize,
    what: &str,
) -> Result<(), Fault> {
    let bound = |key: &str| members.get(key).and_then(Value::as_u64);
    let has = count as u64;
    match (bound(least), bound(most)) {
        (Some(least), _) if has < least => Err(Fault::of_text(format!(
            "it has {has} {what}, and needs {least}"
        ))),
        (_, Some(most)) if has > most => Err(Fault::of_text(format!(
            "it has {has} {what}, and may have {most}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schema, value, and what is wrong with it.
    const CASES: &[(&str, &str, Option<&str>)] = &[
        ("{}", "1", None),
        (r#"{"type": "integer"}"#, "1.0", None),
        (
            r#"{"type": "integer"}"#,
            "1.5",
            Some("the schema says integer, and here is number"),
        ),
        (
            r#"{"type": ["string", "null"]}"#,
            "1",
            Some("the schema says string or null, and here is number"),
        ),
        (
            r#"{"properties": {"a": {"properties": {"b": {"minimum": 3}}}}}"#,
            r#"{"a": {"b": 2}}"#,
            Some("field a.b: it is 2, and 3 is the least"),
        ),
        (
            r#"{"properties": {"a": {}}, "additionalProperties": false}"#,
            r#"{"b": 1}"#,
            Some("field b: the schema has no such member"),
        ),
        (
            r#"{"additionalProperties": {"type": "string"}}"#,
            r#"{"b": 1}"#,
            Some("field b: the schema says string, and here is number"),
        ),
        (
            r#"{"required": ["a"]}"#,
            "{}",
            Some("field a: it is required, and is not there"),
        ),
        (r#"{"enum": [1, "a"]}"#, "1.0", None),
        (r#"{"enum": [1, "a"]}"#, "2", Some("it is none of 1, \"a\"")),
        (r#"{"const": 1}"#, "2", Some("it must be 1")),
        (
            r#"{"exclusiveMinimum": 1}"#,
            "1",
            Some("it is 1, and it must be more than 1"),
        ),
        (
            r#"{"maximum": 1, "exclusiveMaximum": true}"#,
            "1",
            Some("it is 1, and it must be less than 1"),
        ),
        (r#"{"multipleOf": 0.1}"#, "0.3", None),
        (
            r#"{"multipleOf": 2}"#,
            "3",
            Some("it is 3, and it must be a multiple of 2"),
        ),
        (
            r#"{"maxLength": 1}"#,
            "\"äb\"",
            Some("it has 2 characters, and may have 1"),
        ),
        (
            r#"{"items": {"type": "number"}}"#,
            "[1, \"a\"]",
            Some("field [1]: the schema says number, and here is string"),
        ),
        (
            r#"{"prefixItems": [{"type": "number"}], "items": false}"#,
            "[1, 2]",
            Some("field [1]: the schema allows nothing here"),
        ),
        (
            r#"{"items": [{"type": "number"}], "additionalItems": false}"#,
            "[1, 2]",
            Some("field [1]: the schema allows nothing here"),
        ),
        (
            r#"{"uniqueItems": true}"#,
            "[1, 2, 1]",
            Some("field [2]: it is there twice, and each item must be another"),
        ),
        (
            r#"{"contains": {"const": 3}}"#,
            "[1]",
            Some("no item is what the list must contain"),
        ),
        (
            r#"{"minItems": 2}"#,
            "[1]",
            Some("it has 1 items, and needs 2"),
        ),
        (
            r#"{"anyOf": [{"type": "null"}, {"minimum": 5}]}"#,
            "4",
            Some(
                "it is none of 2 that it may be, not the first: the schema says null, and here is number",
            ),
        ),
        (
            r#"{"oneOf": [{"minimum": 1}, {"minimum": 2}]}"#,
            "3",
            Some("it must be one of 2 schemas, and is 2 of them"),
        ),
        (
            r#"{"not": {"type": "null"}}"#,
            "null",
            Some("it is what the schema says it must not be"),
        ),
        (
            r#"{"if": {"type": "number"}, "then": {"minimum": 2}}"#,
            "1",
            Some("it is 1, and 2 is the least"),
        ),
        (
            r##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}"##,
            "1",
            Some("the schema says null, and here is number"),
        ),
        (
            r##"{"$ref": "#/gone"}"##,
            "1",
            Some("the schema refers to #/gone, which is not in it"),
        ),
        (
            r##"{"$ref": "#"}"##,
            "1",
            Some("the schema goes too deep, or in too many ways, to be checked"),
        ),
    ];

    #[test]
    fn values_are_held_against_schemas() {
        for (schema, value, says) in CASES {
            let schema = JsonSchema::read(schema).unwrap();
            let value = serde_json::from_str(value).unwrap();
            let fault = schema.check(&value).err().map(|fault| fault.sentence());
            assert_eq!(fault.as_deref(), *says, "{schema:?} {value}");
        }
    }

    #[test]
    fn what_is_not_checked_is_said() {
        let schema = r#"{"properties": {"pattern": {"pattern": "^a"}}, "enum": [{"format": 1}]}"#;
        let schema = JsonSchema::read(schema).unwrap();
        assert_eq!(schema.note().as_deref(), Some("Not checked: pattern."));
        assert!(JsonSchema::read("{}").unwrap().note().is_none());
        assert!(JsonSchema::read("[]").is_err());
    }

    #[test]
    fn ways_that_multiply_cost_little() {
        let schema = r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "null"}]}"##;
        let schema = JsonSchema::read(schema).unwrap();
        assert!(schema.check(&Value::from(1)).is_err());
    }
}
