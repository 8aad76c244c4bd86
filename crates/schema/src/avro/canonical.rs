//! The Parsing Canonical Form of a schema, and its fingerprint.

use alloc::format;
use alloc::string::String;

use serde_json::Value;

use super::parse::full_name;

/// The fingerprint of nothing.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;
/// Members that stay, in their order.
const KEPT: [&str; 7] = [
    "name", "type", "fields", "symbols", "items", "values", "size",
];

/// CRC-64-AVRO of the Parsing Canonical Form of a sound schema.
pub(super) fn fingerprint(schema: &Value) -> u64 {
    let mut text = String::new();
    write(schema, "", &mut text);
    crc(text.as_bytes())
}

fn crc(bytes: &[u8]) -> u64 {
    bytes.iter().fold(EMPTY, |sum, byte| {
        let mut low = (sum ^ u64::from(*byte)) & 0xff;
        for _ in 0..8 {
            low = low >> 1 ^ EMPTY & (low & 1).wrapping_neg();
        }
        sum >> 8 ^ low
    })
}

fn write(schema: &Value, space: &str, out: &mut String) {
    match schema {
        Value::String(name) => {
            let is_primitive = matches!(
                &**name,
                "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string"
            );
            let full = full_name(name, space);
            quoted(if is_primitive { name } else { &full }, out);
        }
        Value::Array(branches) => list(branches, out, |branch, out| write(branch, space, out)),
        Value::Object(members) => {
            let of = members.get("type");
            let name = members.get("name").and_then(Value::as_str);
            let is_named = matches!(
                of.and_then(Value::as_str),
                Some("record" | "error" | "enum" | "fixed")
            );
            let is_complex =
                is_named || matches!(of.and_then(Value::as_str), Some("array" | "map"));
            if !is_complex {
                return write(of.unwrap_or(&Value::Null), space, out);
            }
            let own = members.get("namespace").and_then(Value::as_str);
            let full = name
                .filter(|_| is_named)
                .map(|name| full_name(name, own.unwrap_or(space)));
            let inner = full.as_deref().map_or(space, |full| {
                full.rsplit_once('.').map_or("", |(space, _)| space)
            });
            let mut comma = '{';
            for key in KEPT {
                let Some(value) = members.get(key) else {
                    continue;
                };
                out.push(comma);
                comma = ',';
                quoted(key, out);
                out.push(':');
                match (key, value, &full) {
                    ("name", _, Some(full)) => quoted(full, out),
                    ("fields", Value::Array(fields), _) => list(fields, out, |field, out| {
                        out.push_str("{\"name\":");
                        quoted(
                            field
                                .get("name")
                                .and_then(Value::as_str)
                                .unwrap_or_default(),
                            out,
                        );
                        out.push_str(",\"type\":");
                        write(field.get("type").unwrap_or(&Value::Null), inner, out);
                        out.push('}');
                    }),
                    ("symbols", Value::Array(symbols), _) => list(symbols, out, |symbol, out| {
                        quoted(symbol.as_str().unwrap_or_default(), out);
                    }),
                    ("items" | "values", ..) => write(value, inner, out),
                    ("size", ..) => out.push_str(&format!("{value}")),
                    _ => quoted(value.as_str().unwrap_or_default(), out),
                }
            }
            out.push('}');
        }
        _ => {}
    }
}

fn list(items: &[Value], out: &mut String, one: impl Fn(&Value, &mut String)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        one(item, out);
    }
    out.push(']');
}

fn quoted(text: &str, out: &mut String) {
    out.push_str(&format!("{}", Value::from(text)));
}
