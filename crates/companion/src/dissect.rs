//! `mqttscope dissect`: every field of every packet, as the page shows them.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use mqttscope_view::{escape, fields};
use mqttscope_wire::{
    Context, Diagnostic, Dissection, Limits, ProtocolVersion, Sender, Value, dissect_within,
    explain, summary,
};
use serde::Serialize;

use crate::arguments::{Format, Version};
use crate::input::{self, Connection, Input, Said};
use crate::paint::{Colour, Paint, When};
use crate::report::{self, severity};

/// Fields of a packet that are shown at most; the rest is counted.
const MOST_FIELDS: usize = 10_000;

/// Bytes that stand beside a field.
const SHOWN_BYTES: usize = 8;

#[derive(Args)]
pub(crate) struct Options {
    /// Bytes in any notation, or one file (capture, dump, log); `-` or nothing is the standard input.
    #[arg(value_name = "HEX|FILE")]
    given: Vec<String>,
    /// How packets are written: for people, or a line of JSON each.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// When to colour.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: When,
    /// The secrets of TLS connections (SSLKEYLOGFILE).
    #[arg(long, value_name = "FILE")]
    key_log: Option<PathBuf>,
    /// Read all packets as this version, in place of the one that fits.
    #[arg(long, value_enum, value_name = "VERSION")]
    mqtt: Option<Version>,
}

/// A packet as JSON, with the keys of the npm package's `DissectedPacket`. Bytes are in hex.
#[derive(Serialize)]
struct Packet {
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    offset: usize,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    r#type: &'static str,
    summary: String,
    fields: Vec<Field>,
    diagnostics: Vec<Fault>,
    /// A log tells of it in words, which are the summary: its bytes are not there.
    #[serde(rename = "inWords", skip_serializing_if = "std::ops::Not::not")]
    in_words: bool,
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

#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Number(u32),
    Text(String),
}

#[derive(Serialize)]
struct Fault {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'static str>,
    severity: &'static str,
    start: u32,
    bits: u32,
    message: String,
}

/// Takes apart what was given.
pub(crate) fn run(options: &Options) -> ExitCode {
    let input = match read(options) {
        Ok(input) => input,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            return ExitCode::from(2);
        }
    };
    for note in &input.notes {
        eprintln!("mqttscope: {note}");
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let paint = Paint::new(options.color);
    let mut connections = input.connections.iter();
    let written = connections.try_for_each(|one| connection(one, options.format, paint, &mut out));
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough.
        Err(_) => ExitCode::from(2),
    }
}

fn read(options: &Options) -> Result<Input> {
    let keys = input::key_log(options.key_log.as_deref())?;
    let version = options.mqtt.map(ProtocolVersion::from);
    match options.given.as_slice() {
        [] => input::read(Path::new("-"), &keys, version),
        [one] if one == "-" || Path::new(one).is_file() => {
            input::read(Path::new(one), &keys, version)
        }
        words => {
            let text = words.join(" ");
            input::of_text(text.as_bytes(), version).with_context(|| {
                let shown: String = text.chars().take(40).collect();
                format!("`{shown}` is no file and no bytes")
            })
        }
    }
}

fn connection(
    connection: &Connection,
    format: Format,
    paint: Paint,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut start = 0_usize;
    for packet in &connection.packets {
        let end = start.saturating_add(packet.len);
        let bytes = connection.bytes.get(start..end).unwrap_or_default();
        let offset = start;
        start = end;
        if let Some(said) = &packet.said {
            in_words(connection, packet, said, format, paint, out)?;
            continue;
        }
        if packet.is_skipped {
            if format == Format::Text {
                let skipped = format!("{} bytes that are no packet", bytes.len());
                writeln!(out, "{}\n", paint.with(Colour::Red, skipped))?;
            }
            continue;
        }
        let context = Context {
            version: packet.version,
            sender: packet.from,
        };
        let limits = Limits {
            nodes: MOST_FIELDS,
            ..Limits::default()
        };
        let dissection = dissect_within(bytes, context, limits);
        match format {
            Format::Text => text(&dissection, bytes, offset, packet.from, paint, out)?,
            Format::Json => {
                let packet = Packet {
                    connection: connection.name.clone(),
                    from: packet.from.map(report::sender),
                    offset,
                    length: bytes.len(),
                    version: Some(dissection.version.name()),
                    r#type: dissection.packet_type.name(),
                    summary: summary(&dissection, bytes),
                    fields: level(&dissection, bytes, &mut 0, 0),
                    diagnostics: (dissection.diagnostics.iter())
                        .map(|diagnostic| fault(diagnostic, bytes))
                        .collect(),
                    in_words: false,
                };
                serde_json::to_writer(&mut *out, &packet)?;
                writeln!(out)?;
            }
        }
    }
    Ok(())
}

/// A packet of which there are only words has no fields.
fn in_words(
    connection: &Connection,
    packet: &input::Packet,
    said: &Said,
    format: Format,
    paint: Paint,
    out: &mut impl Write,
) -> io::Result<()> {
    let name = said.packet_type.name();
    let from = packet.from.map(report::sender);
    match format {
        Format::Text => {
            let family = mqttscope_view::recording::Family::of(said.packet_type);
            let words = escape::visible(&said.words);
            let from = from.map_or_else(String::new, |from| format!(", {from}"));
            let name = paint.with(family.into(), name);
            writeln!(out, "{name} told in words, without bytes{from}: {words}\n")
        }
        Format::Json => {
            let packet = Packet {
                connection: connection.name.clone(),
                from,
                offset: 0,
                length: 0,
                version: None,
                r#type: name,
                summary: said.words.clone(),
                fields: Vec::new(),
                diagnostics: Vec::new(),
                in_words: true,
            };
            serde_json::to_writer(&mut *out, &packet)?;
            writeln!(out)
        }
    }
}

fn text(
    dissection: &Dissection,
    bytes: &[u8],
    offset: usize,
    from: Option<Sender>,
    paint: Paint,
    out: &mut impl Write,
) -> io::Result<()> {
    let family = mqttscope_view::recording::Family::of(dissection.packet_type);
    write!(
        out,
        "{} MQTT {}, {} bytes from byte {offset}",
        paint.with(family.into(), dissection.packet_type.name()),
        dissection.version.name(),
        bytes.len()
    )?;
    if let Some(from) = from {
        write!(out, ", {}", report::sender(from))?;
    }
    let said = summary(dissection, bytes);
    writeln!(out, "{}{said}", if said.is_empty() { "" } else { ": " })?;
    let tree = &dissection.tree;
    for (index, node) in tree.nodes().iter().enumerate() {
        let place = place(node.span.start, node.span.len, bytes);
        let name = node.field.name_in(dissection.version);
        let indent = usize::from(node.depth).saturating_mul(2);
        write!(
            out,
            "  {:<5} {place:<28} {:indent$}{}",
            node.span.start / 8,
            "",
            paint.with(Colour::Bold, name)
        )?;
        let value = fields::value(dissection, bytes, index);
        if !value.is_empty() {
            write!(out, ": {value}")?;
        }
        if let Some(meaning) = explain::value(tree, index, bytes, dissection.context()) {
            write!(out, "  {}", paint.with(Colour::Dim, meaning))?;
        }
        writeln!(out)?;
    }
    for diagnostic in &dissection.diagnostics {
        let fault = fault(diagnostic, bytes);
        write!(
            out,
            "  {}: {} [{}",
            paint.with(diagnostic.severity().into(), fault.severity),
            fault.message,
            fault.rule
        )?;
        if let Some(statement) = fault.statement {
            write!(out, ", {statement}")?;
        }
        writeln!(out, "] at byte {}", diagnostic.span.start / 8)?;
    }
    writeln!(out)
}

/// The bytes of a field in hex; of a field within a byte, its bits, the others as dots.
fn place(start: u32, len: u32, bytes: &[u8]) -> String {
    let end = start.saturating_add(len);
    let first = (start / 8) as usize;
    if len < 8 && len > 0 {
        let byte = bytes.get(first).copied().unwrap_or(0);
        return (0..8_u32)
            .map(|bit| {
                let at = (start / 8).saturating_mul(8).saturating_add(bit);
                match (
                    at >= start && at < end,
                    byte >> 7_u32.saturating_sub(bit) & 1,
                ) {
                    (false, _) => '.',
                    (true, 0) => '0',
                    (true, _) => '1',
                }
            })
            .collect();
    }
    let own = bytes
        .get(first..end.div_ceil(8) as usize)
        .unwrap_or_default();
    let mut hex: Vec<String> = own
        .iter()
        .take(SHOWN_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if own.len() > SHOWN_BYTES {
        hex.push("…".to_owned());
    }
    hex.join(" ")
}

fn fault(diagnostic: &Diagnostic, bytes: &[u8]) -> Fault {
    Fault {
        rule: diagnostic.rule.name(),
        statement: report::statement(diagnostic),
        severity: severity(diagnostic.severity()),
        start: diagnostic.span.start,
        bits: diagnostic.span.len,
        message: diagnostic.message(bytes),
    }
}

/// The nodes of one level from `next` on, with what is below them. The depth of a tree is bounded by the grammar.
fn level(dissection: &Dissection, bytes: &[u8], next: &mut usize, depth: u8) -> Vec<Field> {
    let mut all = Vec::new();
    while let Some(node) = dissection
        .tree
        .get(*next)
        .filter(|node| node.depth >= depth)
    {
        let index = *next;
        *next = next.saturating_add(1);
        let content = dissection.tree.content(index, bytes);
        let value = match node.value {
            Value::Group => None,
            Value::Number(number) => Some(Content::Number(number)),
            Value::Text => Some(Content::Text(String::from_utf8_lossy(content).into_owned())),
            Value::Bytes => Some(Content::Text(
                content.iter().map(|byte| format!("{byte:02x}")).collect(),
            )),
        };
        all.push(Field {
            name: node.field.name_in(dissection.version),
            start: node.span.start,
            bits: node.span.len,
            value,
            text: fields::value(dissection, bytes, index),
            meaning: explain::value(&dissection.tree, index, bytes, dissection.context())
                .map(std::borrow::Cow::into_owned),
            fields: level(dissection, bytes, next, depth.saturating_add(1)),
        });
    }
    all
}
