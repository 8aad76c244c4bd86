//! `mqttscope encode`: the bytes of packets, right ones and wrong ones.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use mqttscope_capture::text::{Style, write};
use mqttscope_wire::{ProtocolVersion, Rule, broken_packets, notation};

use crate::arguments::Version;

#[derive(Args)]
pub(crate) struct Options {
    /// A packet, or its parts; `-` or nothing is the standard input, a packet a line.
    ///
    /// Digits are bytes in hex, "…" is text behind its two bytes of length, '…' text alone; what follows | stands behind
    /// its Remaining Length, what stands in {} behind its length as properties do: 30 | "a/b" {23 0007} 'hi'
    #[arg(value_name = "NOTATION", conflicts_with = "breaking")]
    given: Vec<String>,
    /// The smallest packets that break this rule and no other, in place of a notation (`mqttscope lint` names rules).
    #[arg(long, value_name = "RULE")]
    breaking: Option<String>,
    /// Of these, only packets of this version.
    #[arg(long, value_enum, value_name = "VERSION", requires = "breaking")]
    mqtt: Option<Version>,
    /// How the bytes are written.
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORM")]
    form: Form,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Pairs of digits.
    #[default]
    Hex,
    /// Digits without blanks.
    Stream,
    /// As `hexdump -C` prints.
    Dump,
    Base64,
    /// An array with its declaration.
    C,
    Rust,
    Python,
    Js,
    Go,
    /// The bytes themselves, for a pipe: `… | nc broker 1883`.
    Binary,
}

impl Form {
    const fn style(self) -> Option<Style> {
        Some(match self {
            Self::Hex => Style::Hex,
            Self::Stream => Style::HexStream,
            Self::Dump => Style::HexDump,
            Self::Base64 => Style::Base64,
            Self::C => Style::CArray,
            Self::Rust => Style::RustLiteral,
            Self::Python => Style::PythonLiteral,
            Self::Js => Style::JsArray,
            Self::Go => Style::GoSlice,
            Self::Binary => return None,
        })
    }
}

/// Writes what was given as bytes. Exit codes: 0: written, 2: it could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let written = packets(options).and_then(|packets| {
        let mut out = io::stdout().lock();
        for bytes in packets {
            match options.form.style() {
                Some(style) => writeln!(out, "{}", write(&bytes, style))?,
                None => out.write_all(&bytes)?,
            }
        }
        Ok(out.flush()?)
    });
    if let Err(error) = written {
        eprintln!("mqttscope: {error:#}");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

fn packets(options: &Options) -> Result<Vec<Vec<u8>>> {
    if let Some(name) = &options.breaking {
        return breaking(name, options.mqtt.map(ProtocolVersion::from));
    }
    let text = match options.given.as_slice() {
        [] => from_a_pipe()?,
        [one] if one == "-" => from_a_pipe()?,
        words => words.join(" "),
    };
    let bytes = notation::parse(&text)?;
    if bytes.is_empty() {
        bail!("there are no bytes in it");
    }
    Ok(vec![bytes])
}

fn from_a_pipe() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_to_string(&mut text)
        .context("the standard input")?;
    Ok(text)
}

fn breaking(name: &str, version: Option<ProtocolVersion>) -> Result<Vec<Vec<u8>>> {
    let rule =
        Rule::from_name(name).with_context(|| format!("no rule of packets is named `{name}`"))?;
    let mut found: Vec<Vec<u8>> = Vec::new();
    for broken in broken_packets().filter(|broken| broken.rule == rule) {
        let bytes = broken.bytes();
        // One row may stand for several versions.
        if version.is_none_or(|version| broken.context.version == version)
            && !found.contains(&bytes)
        {
            found.push(bytes);
        }
    }
    match version {
        _ if !found.is_empty() => Ok(found),
        Some(version) => bail!("no packet of MQTT {} breaks `{name}`", version.name()),
        None => bail!("`{name}` is no rule that a packet breaks"),
    }
}
