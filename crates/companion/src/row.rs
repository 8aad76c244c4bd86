//! A packet as a line: for people, and as JSON.

use std::fmt;
use std::io::{self, Write};

use mqttscope_view::escape;
use mqttscope_view::recording::Family;
use mqttscope_wire::{
    Context, Limits, PacketType, ProtocolVersion, Sender, dissect_within, summary,
};
use serde::Serialize;

use crate::paint::{Colour, Paint};
use crate::report::{Finding, sender, severity};

/// What a row is made from: its summary names a few fields of a list, and needs no more of them.
const FIELDS: Limits = Limits {
    nodes: 256,
    diagnostics: 0,
};

/// A packet, and where it stands.
pub(crate) struct Row<'a> {
    /// The ends of its connection, or what it is called.
    pub(crate) connection: Option<&'a str>,
    /// Of its connection, from 1.
    pub(crate) number: u64,
    /// Milliseconds since 1970.
    pub(crate) at_ms: Option<u64>,
    pub(crate) from: Option<Sender>,
    pub(crate) version: ProtocolVersion,
    pub(crate) what: What<'a>,
}

/// What stands there.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    Packet(&'a [u8]),
    /// The beginning of a packet of so many bytes, which are not kept.
    TooLarge(&'a [u8], usize),
    /// Bytes that are no packet.
    Foreign(&'a [u8]),
    /// A packet that a log tells of in words.
    Said(PacketType, &'a str),
}

/// Something that is no packet.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told<'a> {
    pub(crate) kind: &'static str,
    pub(crate) connection: &'a str,
    /// Milliseconds since 1970.
    pub(crate) at_ms: u64,
    pub(crate) text: &'a str,
}

impl Told<'_> {
    /// Writes it as a line for people; with its connection, where rows of several stand together.
    pub(crate) fn text(
        &self,
        with_connection: bool,
        paint: Paint,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let colour = if self.kind == "fault" {
            Colour::Yellow
        } else {
            Colour::Dim
        };
        let Self { kind, text, .. } = self;
        let connection = if with_connection { self.connection } else { "" };
        let space = if with_connection { " " } else { "" };
        let line = format!(
            "      {} {connection}{space}{kind}: {text}",
            Clock(self.at_ms)
        );
        writeln!(out, "{}", paint.with(colour, line))
    }

    /// Writes it as a line of JSON.
    pub(crate) fn json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

/// A packet as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<&'a str>,
    packet: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    r#type: &'static str,
    length: usize,
    summary: &'a str,
    /// A log tells of it in words, which are the summary: its bytes are not there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_words: bool,
}

impl Row<'_> {
    fn kind(&self) -> PacketType {
        match self.what {
            What::Packet(bytes) | What::TooLarge(bytes, _) => {
                PacketType::from_first_byte(bytes.first().copied().unwrap_or(0))
            }
            What::Foreign(_) => PacketType::Reserved,
            What::Said(packet_type, _) => packet_type,
        }
    }

    fn len(&self) -> usize {
        match self.what {
            What::Packet(bytes) | What::Foreign(bytes) => bytes.len(),
            What::TooLarge(_, len) => len,
            What::Said(..) => 0,
        }
    }

    fn summary(&self) -> String {
        match self.what {
            What::Packet(bytes) => {
                let context = Context {
                    version: self.version,
                    sender: self.from,
                };
                summary(&dissect_within(bytes, context, FIELDS), bytes)
            }
            What::TooLarge(..) => "too large to be kept".to_owned(),
            What::Foreign(_) => "no packet begins here".to_owned(),
            What::Said(_, words) => escape::visible(words).into_owned(),
        }
    }

    /// Writes it as a line for people.
    pub(crate) fn text(&self, paint: Paint, out: &mut impl Write) -> io::Result<()> {
        let number = format_args!("{:>5}", self.number).to_string();
        write!(out, "{} ", paint.with(Colour::Dim, number))?;
        if let Some(at_ms) = self.at_ms {
            write!(out, "{} ", paint.with(Colour::Dim, Clock(at_ms)))?;
        }
        if let Some(connection) = self.connection {
            write!(out, "{connection} ")?;
        }
        let arrow = match self.from {
            Some(Sender::Client) => "→",
            Some(Sender::Server) => "←",
            None => " ",
        };
        let kind = self.kind();
        let colour = Colour::from(match self.what {
            What::Foreign(_) => Family::None,
            _ => Family::of(kind),
        });
        let name = match self.what {
            What::Foreign(_) => "bytes",
            _ => kind.name(),
        };
        let len = match self.what {
            What::Said(..) => "in words".to_owned(),
            _ => format!("{} B", self.len()),
        };
        writeln!(
            out,
            "{arrow} {:<11} {} {}",
            paint.with(colour, name),
            paint.with(Colour::Dim, format_args!("{len:>8}")),
            self.summary()
        )
    }

    /// Writes it as a line of JSON.
    pub(crate) fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let in_words = matches!(self.what, What::Said(..));
        let line = Line {
            kind: "packet",
            connection: self.connection,
            packet: self.number,
            at_ms: self.at_ms,
            from: self.from.map(sender),
            version: (!in_words).then(|| self.version.name()),
            r#type: match self.what {
                What::Foreign(_) => "SKIPPED",
                _ => self.kind().name(),
            },
            length: self.len(),
            summary: &self.summary(),
            in_words,
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)
    }
}

/// Writes a finding below its packet.
pub(crate) fn finding(found: &Finding, paint: Paint, out: &mut impl Write) -> io::Result<()> {
    let name = paint.with(found.severity.into(), severity(found.severity));
    write!(out, "      {name}: ")?;
    if let Some(by) = found.by {
        write!(out, "{}: ", sender(by))?;
    }
    write!(out, "{} [{}", found.message, found.rule)?;
    if let Some(statement) = found.statement {
        write!(out, ", {statement}")?;
    }
    write!(out, "]")?;
    if let [others @ .., _] = found.packets.as_slice()
        && !others.is_empty()
    {
        let numbers: Vec<String> = others
            .iter()
            .map(|other| other.saturating_add(1).to_string())
            .collect();
        write!(out, " with packet {}", numbers.join(", "))?;
    }
    writeln!(out)
}

/// The time of day, in UTC.
pub(crate) struct Clock(pub(crate) u64);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0 / 1000, self.0 % 1000);
        let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
        write!(f, "{hours:02}:{minutes:02}:{:02}.{millis:03}", seconds % 60)
    }
}
