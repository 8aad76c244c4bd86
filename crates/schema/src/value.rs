//! A value that a schema tells of, on its way to JSON.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Characters that are shown; a page full of text helps nobody.
const MOST: usize = 256 << 10;

/// The end of a text that is too long to be shown.
pub const CUT: &str = "\n… the rest is left out here";

/// A value. Members of an object stand in the order of its schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A number, `true`, `false` or `null`.
    Word(String),
    Text(String),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
    Object(Vec<(String, Self)>),
}

impl Value {
    /// A fraction; JSON has no word for those that are no numbers, so they are texts.
    pub(crate) fn of_float(number: f64) -> Self {
        match number {
            _ if number.is_nan() => Self::Text("NaN".into()),
            f64::INFINITY => Self::Text("Infinity".into()),
            f64::NEG_INFINITY => Self::Text("-Infinity".into()),
            _ => Self::Word(format!("{number:?}")),
        }
    }

    /// Of JSON, with the members of objects in the order of their names.
    pub(crate) fn of_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(Self::of_json).collect())
            }
            serde_json::Value::Object(members) => {
                let members = members.iter();
                Self::Map(
                    members
                        .map(|(name, value)| (name.clone(), Self::of_json(value)))
                        .collect(),
                )
            }
            word => Self::Word(format!("{word}")),
        }
    }

    /// The same of four bytes, with as many digits as they have.
    pub(crate) fn of_single(number: f32) -> Self {
        if number.is_finite() {
            Self::Word(format!("{number:?}"))
        } else {
            Self::of_float(number.into())
        }
    }

    /// As JSON, one member a line; where it is too long, its beginning and a line that says so.
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::new();
        let is_whole = self.write(&mut out, 0);
        if is_whole.is_none() {
            out.truncate(out.floor_char_boundary(MOST));
            out.push_str(CUT);
        }
        out
    }

    fn write(&self, out: &mut String, depth: usize) -> Option<()> {
        match self {
            Self::Word(word) => out.push_str(word),
            Self::Text(text) => quoted(text, out),
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                return members(out, depth, "[]", items);
            }
            Self::Map(entries) => {
                let entries = entries.iter().map(|(name, value)| (Some(&**name), value));
                return members(out, depth, "{}", entries);
            }
            Self::Object(entries) => {
                let entries = entries.iter().map(|(name, value)| (Some(&**name), value));
                return members(out, depth, "{}", entries);
            }
        }
        (out.len() <= MOST).then_some(())
    }
}

fn members<'a>(
    out: &mut String,
    depth: usize,
    brackets: &str,
    all: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Value)>,
) -> Option<()> {
    let (open, close) = brackets.split_at(1);
    out.push_str(open);
    let (is_empty, below) = (all.len() == 0, depth.saturating_add(1));
    for (at, (name, value)) in all.enumerate() {
        if at > 0 {
            out.push(',');
        }
        line(out, below);
        if let Some(name) = name {
            quoted(name, out);
            out.push_str(": ");
        }
        value.write(out, below)?;
    }
    if !is_empty {
        line(out, depth);
    }
    out.push_str(close);
    (out.len() <= MOST).then_some(())
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    // Deeper levels are not indented further, so that the text stays linear in the payload.
    for _ in 0..depth.min(32) {
        out.push_str("  ");
    }
}

/// A text in JSON's quotes; what would hide or turn text is escaped.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            hidden if hidden.is_control() || is_hidden(hidden) => {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn values_are_written_as_json() {
        let text = |text: &str| Value::Text(text.into());
        let value = Value::Object(vec![
            (
                "a".into(),
                Value::List(vec![Value::Word("1".into()), text("x\"\u{202e}")]),
            ),
            ("b".into(), Value::List(Vec::new())),
            (
                "c".into(),
                Value::Map([("k".into(), Value::of_float(0.5))].into()),
            ),
            ("d".into(), Value::of_single(0.1)),
            ("e".into(), Value::of_float(f64::NAN)),
        ]);
        let json = value.to_json();
        assert_eq!(
            json,
            "{\n  \"a\": [\n    1,\n    \"x\\\"\\u202e\"\n  ],\n  \"b\": [],\n  \"c\": {\n    \"k\": 0.5\n  },\n  \"d\": 0.1,\n  \"e\": \"NaN\"\n}"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
        let long = Value::List(vec![text("0123456789"); 100_000]);
        let json = long.to_json();
        assert!(json.len() < MOST + 100 && json.ends_with("left out here"));
    }
}
