//! `mqttscope follow`: the packets of files as rows, with what they break.

use std::collections::HashMap;
use std::io::{self, BufWriter, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use clap::Args;
use mqttscope_capture::mark::{Mark, Tapped};
use mqttscope_capture::recording::{
    self, Capture, CaptureReader, Ending, Event, Gap, KeyLogSessions, Limits, Marked, Peer,
    Unreached,
};
use mqttscope_faults::Said;
use mqttscope_wire::{Framer, ProtocolVersion};

use crate::arguments::{Format, Version};
use crate::growing::Growing;
use crate::input::{self, Connection, Input};
use crate::lint::of_connection;
use crate::paint::{Colour, Paint, When};
use crate::report;
use crate::row::{self, Row, Told};
use crate::series;
use crate::tap::inner::sender_of;
use crate::tap::screen::Screen;
use crate::tap::tape::{Closed, ConnectionId, Ends, Entry, What};
use crate::tap::watch::{Show, Watcher};

#[derive(Args)]
pub(crate) struct Options {
    /// Captures, dumps, logs; `-` is the standard input.
    #[arg(required_unless_present = "follow")]
    files: Vec<PathBuf>,
    /// A capture that is still written: shown as it grows, as `tail -f` does.
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "files")]
    follow: Option<PathBuf>,
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

/// Bytes that tell what is coming.
const BEGINNING: usize = 4;

/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// Shows all files, in the order in which they are named.
pub(crate) fn run(options: &Options) -> ExitCode {
    let keys = match input::key_log(options.key_log.as_deref()) {
        Ok(keys) => keys,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            return ExitCode::from(2);
        }
    };
    if let Some(path) = &options.follow {
        return ended(&path.display().to_string(), growing(options, path, &keys));
    }
    if let [only] = options.files.as_slice()
        && only == Path::new("-")
    {
        return ended("-", coming(options, &keys));
    }
    let mut out = Out {
        paint: Paint::new(options.color),
        format: options.format,
        to: BufWriter::new(io::stdout().lock()),
    };
    let version = options.mqtt.map(ProtocolVersion::from);
    let mut code = ExitCode::SUCCESS;
    for series in series::of(&options.files) {
        let paths = series.iter().filter_map(|&at| options.files.get(at));
        let paths: Vec<&Path> = paths.map(PathBuf::as_path).collect();
        match out.files(&paths, &keys, version) {
            Ok(Ok(())) => {}
            // Whoever reads has enough.
            Ok(Err(_)) => return ExitCode::from(2),
            Err(error) => {
                code = ExitCode::from(2);
                for path in paths {
                    eprintln!("{}: not read: {error:#}", path.display());
                }
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
    /// Shows a file, or files that were recorded one behind the other: a connection stands under the first that has it.
    fn files(
        &mut self,
        paths: &[&Path],
        keys: &[u8],
        version: Option<ProtocolVersion>,
    ) -> Result<io::Result<()>> {
        let (input, notes) = match paths {
            [one] => (input::read(one, keys, version)?, vec![usize::MAX]),
            _ => input::read_series(paths, keys, version)?,
        };
        Ok(self.input(paths, &input, &notes))
    }

    /// `until`: the number of notes after each file.
    fn input(&mut self, paths: &[&Path], input: &Input, until: &[usize]) -> io::Result<()> {
        let path = |file: usize| {
            paths
                .get(file)
                .or(paths.last())
                .copied()
                .unwrap_or(Path::new("-"))
        };
        for (at, note) in input.notes.iter().enumerate() {
            let file = until.iter().take_while(|until| **until <= at).count();
            eprintln!("{}: {note}", path(file).display());
        }
        let mut connections = input.connections.iter();
        connections.try_for_each(|connection| {
            let file = connection.packets.first().map_or(0, |packet| packet.file);
            self.connection(path(file), connection)
        })
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
        let mut marks = connection.marks.iter().peekable();
        let mut gaps = connection.gaps.iter().peekable();
        let mut start = 0_usize;
        for (index, packet) in connection.packets.iter().enumerate() {
            while let Some(marked) = marks.next_if(|marked| marked.after <= index) {
                self.mark(&name, marked)?;
            }
            while let Some(gap) = gaps.next_if(|gap| gap.after <= index) {
                self.gap(&name, gap, packet.at_ms)?;
            }
            let end = start.saturating_add(packet.len);
            let bytes = connection.bytes.get(start..end).unwrap_or_default();
            start = end;
            let row = Row {
                connection: (self.format == Format::Json).then_some(&*name),
                number: (index as u64).saturating_add(1),
                at_ms: packet.at_ms,
                from: packet.from,
                version: packet.version,
                what: match &packet.said {
                    Some(said) => row::What::Said(said.packet_type, &said.words),
                    None if packet.is_skipped => row::What::Foreign(bytes),
                    None => row::What::Packet(bytes),
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
        let last = connection.packets.last().and_then(|packet| packet.at_ms);
        gaps.try_for_each(|gap| self.gap(&name, gap, last))?;
        marks.try_for_each(|marked| self.mark(&name, marked))
    }

    /// Bytes that are missing, and when the packet behind them was.
    fn gap(&mut self, connection: &str, gap: &Gap, at_ms: Option<u64>) -> io::Result<()> {
        let count = gap.bytes.map_or_else(
            || "bytes".to_owned(),
            |bytes| report::counted(bytes, "byte"),
        );
        let are = if gap.bytes == Some(1) { "is" } else { "are" };
        let told = Told {
            kind: "gap",
            connection,
            at_ms: at_ms.unwrap_or(0),
            text: &format!("{count} of the {} {are} missing here", gap.from.name()),
        };
        self.told(&told)
    }

    fn told(&mut self, told: &Told<'_>) -> io::Result<()> {
        match self.format {
            Format::Text => told.text(false, self.paint, &mut self.to),
            Format::Json => told.json(&mut self.to),
        }
    }

    /// What a tap did on purpose.
    fn mark(&mut self, connection: &str, marked: &Marked) -> io::Result<()> {
        let told = Told {
            kind: "fault",
            connection,
            at_ms: marked.at_ns.unwrap_or(0) / 1_000_000,
            text: &marked.mark.words,
        };
        self.told(&told)
    }
}

fn ended(name: &str, shown: Result<()>) -> ExitCode {
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: not read: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Shows what comes from the standard input: a capture as it grows, anything else when it is whole.
fn coming(options: &Options, keys: &[u8]) -> Result<()> {
    let mut from = io::stdin().lock();
    let mut start = beginning(&mut from)?;
    if Capture::may_be(&start) {
        return live(options, keys, "-", &start, from);
    }
    from.read_to_end(&mut start)?;
    let version = options.mqtt.map(ProtocolVersion::from);
    let input = input::of_bytes(&start, keys, version)?;
    let mut out = Out {
        paint: Paint::new(options.color),
        format: options.format,
        to: BufWriter::new(io::stdout().lock()),
    };
    out.input(&[Path::new("-")], &input, &[usize::MAX])?;
    Ok(out.to.flush()?)
}

/// Shows a capture file as it grows, until this program is ended.
fn growing(options: &Options, path: &Path, keys: &[u8]) -> Result<()> {
    let mut file = Growing::open(path)?;
    let start = beginning(&mut file)?;
    if !Capture::may_be(&start) {
        bail!("it is no capture: only pcap and pcapng can be read as they grow");
    }
    let name = path.display().to_string();
    live(options, keys, &name, &start, file)
}

fn beginning(from: impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    from.take(BEGINNING as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// Shows a capture as it comes, all its connections in the order of time.
fn live(
    options: &Options,
    keys: &[u8],
    name: &str,
    start: &[u8],
    mut from: impl Read,
) -> Result<()> {
    let is_closed = Arc::new(AtomicBool::new(false));
    let closes = Arc::clone(&is_closed);
    let mut live = Live {
        reader: CaptureReader::new(Limits::default()).with_tls(Box::new(KeyLogSessions::new(keys))),
        watcher: Watcher::new(
            1,
            Framer::MAXIMUM,
            Some(Show {
                screen: Screen::whole(io::stdout(), move || closes.store(true, Ordering::Relaxed)),
                format: options.format,
                paint: Paint::new(options.color),
            }),
            None,
        )
        .of_recording(),
        opened: HashMap::new(),
        unreached: Unreached::default(),
        at_ns: 0,
        name,
    };
    live.watcher
        .read_as(options.mqtt.map(ProtocolVersion::from));
    live.reader.handle_bytes(start);
    let mut piece = vec![0; PIECE];
    loop {
        live.drain();
        // Whoever reads has enough.
        if is_closed.load(Ordering::Relaxed) {
            break;
        }
        let len = from.read(&mut piece)?;
        if len == 0 {
            break;
        }
        live.reader
            .handle_bytes(piece.get(..len).unwrap_or_default());
    }
    live.reader.handle_end();
    live.drain();
    live.watcher.end_recording(live.at_ns);
    live.watcher.show_lines();
    for says in live.unreached.says() {
        eprintln!("{name}: {says}");
    }
    eprintln!("{}", live.watcher.seen());
    Ok(())
}

struct Live<'n> {
    reader: CaptureReader,
    watcher: Watcher,
    /// Connections that had no MQTT yet: they are told when they have.
    opened: HashMap<recording::ConnectionId, (Box<Ends>, u64)>,
    unreached: Unreached,
    /// The newest time; frames without one have this.
    at_ns: u64,
    /// What is read.
    name: &'n str,
}

impl Live<'_> {
    fn drain(&mut self) {
        let Self {
            reader,
            watcher,
            opened: waiting,
            unreached,
            at_ns,
            name,
        } = self;
        while let Some(event) = reader.poll_event() {
            let (connection, time, what, bytes): (_, _, _, &[u8]) = match event {
                Event::Opened(opened) => {
                    let [client, server] = [&opened.client, &opened.server].map(address);
                    let ends = Ends {
                        client,
                        tap: server,
                        broker: server,
                        begins: opened.has_syn,
                    };
                    *at_ns = opened.at_ns.unwrap_or(*at_ns);
                    waiting.insert(opened.connection, (Box::new(ends), *at_ns));
                    continue;
                }
                Event::Bytes {
                    connection,
                    from,
                    at_ns,
                    bytes,
                    ..
                } => (
                    connection,
                    at_ns,
                    What::Bytes(sender_of(from), bytes.len()),
                    bytes,
                ),
                Event::Gap {
                    connection, from, ..
                } => (connection, None, What::Gap(sender_of(from)), &[]),
                Event::Closed {
                    connection,
                    how,
                    from,
                    at_ns,
                    ..
                } => {
                    let how = match (how, from) {
                        (Ending::Reset, Some(by)) => {
                            Closed::Broken(sender_of(by), "a reset".into())
                        }
                        _ => Closed::Done,
                    };
                    (connection, at_ns, What::Closed(how), &[])
                }
                Event::Marked {
                    connection,
                    at_ns,
                    comment,
                    ..
                } => {
                    if let Some(tapped) = Tapped::of_comment(comment)
                        && let Some((ends, _)) = waiting.get_mut(&connection)
                    {
                        (ends.client, ends.tap) = (tapped.client, tapped.tap);
                        ends.broker = tapped.broker;
                    }
                    let Some(mark) = Mark::of_comment(comment) else {
                        continue;
                    };
                    let text = mark.words.clone();
                    let mark = Some(mark);
                    let said = Box::new(Said { text, mark });
                    (connection, at_ns, What::Did(said), &[])
                }
                Event::Note(note) => {
                    eprintln!("{name}: {note}");
                    continue;
                }
                Event::Transport {
                    connection,
                    transport,
                    ..
                } => {
                    if let Some((ends, _)) = waiting.get(&connection) {
                        unreached.count(&ends.broker, transport);
                    }
                    continue;
                }
                Event::Sealed { connection, why } => {
                    if let Some((ends, _)) = waiting.get(&connection) {
                        let (client, server) = (&ends.client, &ends.broker);
                        eprintln!("-: TLS of {client} to {server}: this connection {why}");
                    }
                    continue;
                }
                Event::Fin { .. }
                | Event::Skipped { .. }
                | Event::Said { .. }
                | Event::Named { .. }
                | Event::Client { .. }
                | Event::KeyLog(_) => continue,
            };
            *at_ns = time.unwrap_or(*at_ns);
            let mut tell = |at_ns, what, bytes: &[u8]| {
                let entry = Entry {
                    tap: 0,
                    connection: ConnectionId(connection.0),
                    at_ns,
                    what,
                };
                watcher.entry(&entry, bytes);
            };
            match (waiting.remove(&connection), &what) {
                (Some(_), What::Closed(_)) => continue,
                (Some((ends, opened_ns)), _) => tell(opened_ns, What::Opened(ends), &[]),
                (None, _) => {}
            }
            tell(*at_ns, what, bytes);
        }
        watcher.show_lines();
    }
}

/// Captures of a network have addresses; what has names instead is not followed as it grows.
const fn address(peer: &Peer) -> SocketAddr {
    match peer {
        Peer::Address(end) => SocketAddr::new(end.address, end.port),
        Peer::Named(_) => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
    }
}
