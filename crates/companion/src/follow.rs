//! `mqttscope follow`: the packets of files as rows, with what they break.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use mqttscope_wire::ProtocolVersion;

use crate::input::{self, Connection};
use crate::lint::{Format, Version, of_connection};
use crate::paint::{Colour, Paint, When};
use crate::row::{self, Row, What};

#[derive(Args)]
pub(crate) struct Options {
    /// Captures, dumps, logs; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How rows are written: for people, or a line of JSON each.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// When to colour.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: When,
    /// The secrets of TLS connections (SSLKEYLOGFILE).
    #[arg(long, value_name = "FILE")]
    key_log: Option<PathBuf>,
    /// Read all packets as this version, in place of the one that their connection names or that fits.
    #[arg(long, value_enum, value_name = "VERSION")]
    mqtt: Option<Version>,
}

/// Shows all files, in the order in which they are named.
pub(crate) fn run(options: &Options) -> ExitCode {
    let keys = match input::key_log(options.key_log.as_deref()) {
        Ok(keys) => keys,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            return ExitCode::from(2);
        }
    };
    let mut out = Out {
        paint: Paint::new(options.color),
        format: options.format,
        to: BufWriter::new(io::stdout().lock()),
    };
    let version = options.mqtt.map(ProtocolVersion::from);
    let mut code = ExitCode::SUCCESS;
    for path in &options.files {
        match out.file(path, &keys, version) {
            Ok(Ok(())) => {}
            // Whoever reads has enough.
            Ok(Err(_)) => return ExitCode::from(2),
            Err(error) => {
                code = ExitCode::from(2);
                eprintln!("{}: not read: {error:#}", path.display());
            }
        }
    }
    if out.to.flush().is_err() {
        return ExitCode::from(2);
    }
    code
}

struct Out<W> {
    paint: Paint,
    format: Format,
    to: W,
}

impl<W: Write> Out<W> {
    fn file(
        &mut self,
        path: &Path,
        keys: &[u8],
        version: Option<ProtocolVersion>,
    ) -> Result<io::Result<()>> {
        let input = input::read(path, keys, version)?;
        for note in &input.notes {
            eprintln!("{}: {note}", path.display());
        }
        let mut connections = input.connections.iter();
        Ok(connections.try_for_each(|connection| self.connection(path, connection)))
    }

    fn connection(&mut self, path: &Path, connection: &Connection) -> io::Result<()> {
        let name = match &connection.name {
            Some(name) => format!("{}: {name}", path.display()),
            None => path.display().to_string(),
        };
        if self.format == Format::Text {
            writeln!(self.to, "{}", self.paint.with(Colour::Bold, &name))?;
        }
        let findings = of_connection(connection);
        let mut findings = findings.iter().peekable();
        let mut start = 0_usize;
        for (index, packet) in connection.packets.iter().enumerate() {
            let end = start.saturating_add(packet.len);
            let bytes = connection.bytes.get(start..end).unwrap_or_default();
            start = end;
            let row = Row {
                connection: (self.format == Format::Json).then_some(&*name),
                number: (index as u64).saturating_add(1),
                at_ms: packet.at_ms,
                from: packet.from,
                version: packet.version,
                what: if packet.is_skipped {
                    What::Foreign(bytes)
                } else {
                    What::Packet(bytes)
                },
            };
            match self.format {
                Format::Text => row.text(self.paint, &mut self.to)?,
                Format::Json => row.json(&mut self.to)?,
            }
            // They stand in the order of the packets that show them last.
            while let Some(found) =
                findings.next_if(|found| found.packets.last().is_none_or(|&last| last <= index))
            {
                match self.format {
                    Format::Text => row::finding(found, self.paint, &mut self.to)?,
                    Format::Json => found.json(&name, &mut self.to)?,
                }
            }
        }
        Ok(())
    }
}
