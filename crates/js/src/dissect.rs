//! The dissector: every field of every packet, and every broken rule.

use js_sys::Array;
use mqttscope_view::fields;
use mqttscope_wire::{
    Context, Dissection as Dissected, Field as WireField, Limits, Score, Severity, Value,
    dissect_within, explain, packets, summary,
};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

use crate::bytes;
use crate::error::{Failure, section, statement};
use crate::given::reading;
use crate::options::Options;

#[derive(Serialize)]
struct Dissection {
    /// Every packet is whole and sound, and nothing stands between them.
    ok: bool,
    version: &'static str,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    packets: Array,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<Incomplete>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<Alternative>,
}

#[derive(Serialize)]
struct Incomplete {
    offset: usize,
    missing: usize,
}

/// How another version reads the recording.
#[derive(Serialize)]
struct Alternative {
    version: &'static str,
    errors: u32,
    warnings: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct Counts {
    errors: u32,
    warnings: u32,
    notes: u32,
}

#[derive(Serialize)]
struct Packet {
    offset: usize,
    length: usize,
    version: &'static str,
    r#type: &'static str,
    summary: String,
    fields: Vec<Field>,
    diagnostics: Vec<Diagnostic>,
    counts: Counts,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    start: u32,
    bits: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Content>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Self>,
}

/// A number, a string, or bytes, which become a `Uint8Array`.
enum Content {
    Number(u32),
    Text(String),
    Bytes(Vec<u8>),
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u32(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => {
                let array =
                    bytes::array(bytes).map_err(|failure| S::Error::custom(failure.text()))?;
                serde_wasm_bindgen::preserve::serialize(&array, serializer)
            }
        }
    }
}

#[derive(Serialize)]
struct Diagnostic {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'static str>,
    severity: &'static str,
    start: u32,
    bits: u32,
    message: String,
}

/// Takes a recording apart; it never fails on what the bytes are, only on how many packets.
///
/// # Errors
/// Arguments that are no bytes or no options; more packets than the options allow.
#[wasm_bindgen(skip_typescript)]
pub fn dissect(bytes: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let (bytes, options) = (&bytes, &options);
    let options = reading(|| Options::of_dissect(options))?;
    let input = bytes::of(bytes)?;
    let dissection = take_apart(&input, options)?;
    to_js(&dissection)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    serde_wasm_bindgen::to_value(value).map_err(|error| {
        let text = error.to_string();
        // It is an Error of JavaScript's, shown as these are.
        Failure::message(text.strip_prefix("Error: ").unwrap_or(&text)).into()
    })
}

/// Each packet becomes an object before the next is looked at, so that no more than one of them
/// is in memory twice.
fn take_apart(input: &[u8], options: Options) -> Result<Dissection, JsValue> {
    let (context, others) = options.detect(input);
    let (maximum, mut fields) = (options.maximum_packets(), options.maximum_fields());
    let list = Array::new();
    let mut dissection = Dissection {
        ok: true,
        version: context.version.name(),
        packets: list.clone(),
        incomplete: None,
        alternatives: others
            .iter()
            .map(|score| alternative(score, input))
            .collect(),
    };
    for (number, at) in packets(input, context).enumerate() {
        if number >= maximum {
            return Err(Failure::too_many(at.offset, maximum).with(&list));
        }
        let bytes = input.get(at.offset..).unwrap_or_default();
        let bytes = bytes.get(..at.len).unwrap_or(bytes);
        if number == 0 {
            dissection.version = at.version.name();
        }
        if at.missing > 0 {
            dissection.incomplete = Some(Incomplete {
                offset: at.offset,
                missing: at.missing,
            });
        }
        dissection.ok &= !at.skipped && at.missing == 0;
        if at.skipped {
            list.push(&to_js(&skipped(at.offset, at.version.name(), bytes))?);
            continue;
        }
        let context = Context {
            version: at.version,
            ..context
        };
        let limits = Limits {
            nodes: fields,
            ..Limits::default()
        };
        let dissected = dissect_within(bytes, context, limits);
        dissection.ok &= !dissected.has_errors();
        fields = fields.saturating_sub(dissected.tree.nodes().len());
        list.push(&to_js(&packet(at.offset, &dissected, bytes))?);
    }
    Ok(dissection)
}

fn alternative(score: &Score, input: &[u8]) -> Alternative {
    Alternative {
        version: score.version.name(),
        errors: score.errors,
        warnings: score.warnings,
        message: score.first.map(|first| first.message(input)),
    }
}

fn packet(offset: usize, dissection: &Dissected, bytes: &[u8]) -> Packet {
    let mut nodes = 0..dissection.tree.nodes().len();
    Packet {
        offset,
        length: dissection.len,
        version: dissection.version.name(),
        r#type: dissection.packet_type.name(),
        summary: summary(dissection, bytes),
        fields: level(dissection, bytes, &mut nodes, 0),
        diagnostics: dissection
            .diagnostics
            .iter()
            .map(|diagnostic| Diagnostic {
                rule: diagnostic.rule.name(),
                statement: statement(diagnostic.rule, diagnostic.version),
                section: section(diagnostic.rule, diagnostic.version),
                severity: severity(diagnostic.severity()),
                start: diagnostic.span.start,
                bits: diagnostic.span.len,
                message: diagnostic.message(bytes),
            })
            .collect(),
        counts: Counts {
            errors: dissection.counts.errors,
            warnings: dissection.counts.warnings,
            notes: dissection.counts.notes,
        },
    }
}

/// Bytes between packets that no packet explains.
fn skipped(offset: usize, version: &'static str, bytes: &[u8]) -> Packet {
    let field = Field {
        name: WireField::Unread.name(),
        start: 0,
        bits: mqttscope_wire::Span::of_bytes(0, bytes.len()).len,
        value: Some(Content::Bytes(bytes.to_vec())),
        text: format!("{} bytes", bytes.len()),
        meaning: None,
        fields: Vec::new(),
    };
    Packet {
        offset,
        length: bytes.len(),
        version,
        r#type: "SKIPPED",
        summary: "passed over to find the next packet".to_owned(),
        fields: vec![field],
        diagnostics: Vec::new(),
        counts: Counts {
            errors: 0,
            warnings: 0,
            notes: 0,
        },
    }
}

/// The nodes of one depth, each with those below it, up to the next that is less deep.
fn level(
    dissection: &Dissected,
    bytes: &[u8],
    nodes: &mut std::ops::Range<usize>,
    depth: u8,
) -> Vec<Field> {
    let mut found = Vec::new();
    while let Some(node) = dissection.tree.get(nodes.start)
        && node.depth >= depth
    {
        let Some(index) = nodes.next() else { break };
        let content = || dissection.tree.content(index, bytes);
        let value = match node.value {
            Value::Group => None,
            Value::Number(number) => Some(Content::Number(number)),
            Value::Text => Some(Content::Text(
                String::from_utf8_lossy(content()).into_owned(),
            )),
            Value::Bytes => Some(Content::Bytes(content().to_vec())),
        };
        found.push(Field {
            name: node.field.name_in(dissection.version),
            start: node.span.start,
            bits: node.span.len,
            value,
            text: fields::value(dissection, bytes, index),
            meaning: explain::value(&dissection.tree, index, bytes, dissection.context())
                .map(std::borrow::Cow::into_owned),
            fields: level(dissection, bytes, nodes, depth.saturating_add(1)),
        });
    }
    found
}

/// A severity's name.
pub(crate) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
