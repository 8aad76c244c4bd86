//! A payload in the forms a person can read.

mod arranged;
mod binary;
pub mod by_topic;
mod cbor;
mod compared;
mod followed;
mod form;
mod image;
mod message_pack;
mod numbers;
mod packed;
mod print;
mod protobuf;
mod sparkplug;
mod value;
mod write;
mod xml;

use serde_core::de::IgnoredAny;

use crate::escape;
pub use compared::{Content, DiffLine, LineChange, compare};
pub use followed::Followed;
pub use form::{Asked, Form, merged, payload_of};
use image::image_size;
pub use mqttscope_sparkplug::Names;
pub use sparkplug::{sparkplug, sparkplug_line, sparkplug_value};
pub use value::value;
pub use write::Binary;

/// One way to show a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// UTF-8 text, as it is.
    Text(String),
    /// JSON, one member a line.
    Json(String),
    /// JSON with the members of objects sorted by name, one a line.
    Sorted(String),
    /// JSON with a line for each outermost member, in which what is long is a count.
    Folded(String),
    /// XML, one element a line.
    Xml(String),
    /// CBOR in its diagnostic notation, one member a line.
    Cbor(String),
    /// MessagePack, written like JSON, one member a line.
    MessagePack(String),
    /// Sparkplug B, one metric a line.
    Sparkplug(String),
    /// Protobuf without its schema, one field a line.
    Protobuf(String),
    /// The bytes as numbers, in each width and byte order that they come out even in.
    Numbers(String),
    /// What is inside gzip or zlib.
    Unpacked(String),
    /// An image, as a `data:` address.
    Image(String),
    /// Hex dump: offset, sixteen bytes, their characters.
    Hex(String),
}

impl View {
    /// What its tab is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Json(_) => "JSON",
            Self::Sorted(_) => "JSON sorted",
            Self::Folded(_) => "JSON folded",
            Self::Xml(_) => "XML",
            Self::Cbor(_) => "CBOR",
            Self::MessagePack(_) => "MessagePack",
            Self::Sparkplug(_) => "Sparkplug B",
            Self::Protobuf(_) => "Protobuf",
            Self::Numbers(_) => "numbers",
            Self::Unpacked(_) => "unpacked",
            Self::Image(_) => "image",
            Self::Hex(_) => "hex",
        }
    }

    /// What it shows.
    #[must_use]
    pub fn into_content(self) -> String {
        match self {
            Self::Text(content)
            | Self::Json(content)
            | Self::Sorted(content)
            | Self::Folded(content)
            | Self::Xml(content)
            | Self::Cbor(content)
            | Self::MessagePack(content)
            | Self::Sparkplug(content)
            | Self::Protobuf(content)
            | Self::Numbers(content)
            | Self::Unpacked(content)
            | Self::Image(content)
            | Self::Hex(content) => content,
        }
    }
}

/// The most bytes that are shown; a page full of text helps nobody.
pub const MAX_SHOWN: usize = 64 * 1024;

/// The views of a payload, the most telling first. Hex is always there; behind it are only
/// views that may be right, but not likely.
///
/// `content_type` and `format_indicator` are what the message's properties say, if they do.
#[must_use]
pub fn views(bytes: &[u8], content_type: Option<&str>, format_indicator: Option<u32>) -> Vec<View> {
    let all = Reader {
        binary: binary::all,
    };
    all.views(bytes, content_type, format_indicator)
}

/// Reads payloads, with these binary forms among others.
#[derive(Clone, Copy)]
struct Reader {
    binary: AddBinary,
}

/// Adds the binary forms of a payload with this content type: the likely ones to the first list, what may be right but
/// is not likely to the second.
type AddBinary = fn(&mut Vec<View>, &mut Vec<View>, &[u8], Option<&str>);

impl Reader {
    fn views(
        self,
        bytes: &[u8],
        content_type: Option<&str>,
        format_indicator: Option<u32>,
    ) -> Vec<View> {
        let mut views = Vec::with_capacity(4);
        views.extend(image::data_url(bytes).map(View::Image));
        let mut unlikely = Vec::new();
        (self.binary)(&mut views, &mut unlikely, bytes, content_type);
        if let Ok(text) = std::str::from_utf8(bytes)
            && !text.is_empty()
        {
            if let Some(json) = pretty(text, content_type.is_some_and(|it| is_kind(it, &["json"])))
            {
                // The same in other arrangements stands last, where there is another.
                unlikely.extend(arranged::sorted(text).map(View::Sorted));
                unlikely.extend(arranged::folded(text).map(View::Folded));
                views.push(View::Json(json));
            }
            views.extend(xml::pretty(text).map(|text| View::Xml(readable(&text))));
            // Who says that it is text is believed; else it has to look like text.
            if format_indicator == Some(1) || looks_like_text(text) {
                let shown = text.floor_char_boundary(MAX_SHOWN);
                views.push(View::Text(readable(text.get(..shown).unwrap_or_default())));
            }
        }
        views.push(View::Hex(hex(bytes
            .get(..MAX_SHOWN.min(bytes.len()))
            .unwrap_or(bytes))));
        views.append(&mut unlikely);
        views
    }
}

/// `application/json`, `application/senml+json; charset=utf-8`.
fn is_kind(content_type: &str, names: &[&str]) -> bool {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind.rsplit(['/', '+'])
        .next()
        .is_some_and(|last| names.contains(&last) && last.len() < kind.len())
}

/// No control characters but those that lay text out.
fn looks_like_text(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Lines stay lines; what would hide or turn text is escaped.
fn readable(text: &str) -> String {
    let mut lines = text.split('\n').map(|line| {
        line.split('\t')
            .map(|part| escape::visible(part.trim_end_matches('\r')))
            .collect::<Vec<_>>()
            .join("\t")
    });
    let mut out = lines.next().unwrap_or_default();
    for line in lines {
        out.push('\n');
        out.push_str(&line);
    }
    out
}

/// JSON with one member a line, two spaces a level, numbers and the order of keys as written.
/// A lone number or word is JSON only when its content type says so.
fn pretty(text: &str, announced: bool) -> Option<String> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    if text.len() > MAX_SHOWN || !(announced || text.starts_with(['{', '['])) {
        return None;
    }
    // Checked, not built: a number keeps its digits, and nothing is allocated for the values.
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    Some(indent(text))
}

/// Deeper levels are not indented further, so that the result stays linear in the input.
const MAX_INDENT: usize = 32;

/// Lays valid JSON out anew.
fn indent(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            if escape_needed(character) {
                out.push_str(&escape::visible(&character.to_string()));
            } else {
                out.push(character);
            }
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                out.push('"');
            }
            '{' | '[' => {
                out.push(character);
                while characters.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                if let Some(close) = characters.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth = depth.saturating_add(1);
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ if character.is_ascii_whitespace() => {}
            _ => out.push(character),
        }
    }
    out
}

/// Characters that JSON allows but that would not be seen as what they are.
fn escape_needed(character: char) -> bool {
    character != '\\'
        && character > '\x7e'
        && !escape::visible(character.encode_utf8(&mut [0; 4])).starts_with(character)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth.min(MAX_INDENT) {
        out.push_str("  ");
    }
}

/// A hex dump.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| {
        char::from(
            DIGITS
                .get(usize::from(nibble & 15))
                .copied()
                .unwrap_or(b'?'),
        )
    };
    let mut out = String::with_capacity(bytes.len().saturating_mul(5));
    for (line, chunk) in bytes.chunks(16).enumerate() {
        if line > 0 {
            out.push('\n');
        }
        out.push_str(&format!("{:04x} ", line.saturating_mul(16)));
        for index in 0..16 {
            if index == 8 {
                out.push(' ');
            }
            match chunk.get(index) {
                Some(byte) => out.extend([' ', digit(byte >> 4), digit(*byte)]),
                None => out.push_str("   "),
            }
        }
        out.push_str("  ");
        out.extend(chunk.iter().map(|&byte| crate::bytes::ascii(byte)));
    }
    out
}

#[cfg(test)]
mod tests;
