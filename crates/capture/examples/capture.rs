//! Reads capture files and prints what is in them, with speed and memory:
//! `cargo run --release -p mqttscope-capture --example capture -- [--events] FILE…`

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::time::Instant;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{CaptureReader, ConnectionId, Event, Limits};
use mqttscope_wire::{Framed, Framer, PacketType};

/// What is counted of a connection.
#[derive(Default)]
struct Connection {
    ends: String,
    carries: String,
    framers: [Framer; 2],
    packets: BTreeMap<&'static str, u64>,
    gaps: u64,
    missing: u64,
    skipped: u64,
    ending: String,
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut prints_events = false;
    for path in std::env::args().skip(1) {
        if path == "--events" {
            prints_events = true;
            continue;
        }
        let begin = Instant::now();
        let mut file = std::fs::File::open(&path)?;
        let mut reader = CaptureReader::new(Limits::default());
        let mut connections: BTreeMap<ConnectionId, Connection> = BTreeMap::new();
        let (mut chunk, mut size) = (vec![0; 1 << 18], 0_usize);
        let mut held = 0;
        loop {
            let len = file.read(&mut chunk)?;
            size = size.saturating_add(len);
            match chunk.get(..len) {
                Some([]) | None => reader.handle_end(),
                Some(bytes) => reader.handle_bytes(bytes),
            }
            while let Some(event) = reader.poll_event() {
                if prints_events {
                    writeln!(out, "{event:02x?}")?;
                }
                take(&mut connections, &event, &mut out)?;
            }
            held = held.max(reader.held());
            if len == 0 {
                break;
            }
        }
        let seconds = begin.elapsed().as_secs_f64();
        let counts = reader.counts();
        let mut packets = 0;
        for (id, connection) in &connections {
            packets += connection.packets.values().sum::<u64>();
            writeln!(
                out,
                "{:4} {} {} {:?}{}{}",
                id.0,
                connection.ends,
                connection.carries,
                connection.packets,
                match (connection.gaps, connection.missing, connection.skipped) {
                    (0, 0, 0) => String::new(),
                    (gaps, missing, skipped) =>
                        format!(" {gaps} gaps, {missing} bytes missing, {skipped} skipped"),
                },
                connection.ending
            )?;
        }
        writeln!(out, "{path}: {counts:?}")?;
        writeln!(
            out,
            "{path}: {packets} MQTT packets, {size} bytes in {seconds:.3} s: {:.1} MB/s, {:.0} frames/s, {held} bytes held at most, peak {}",
            size as f64 / seconds / 1e6,
            counts.frames as f64 / seconds,
            peak()
        )?;
    }
    Ok(())
}

fn take(
    connections: &mut BTreeMap<ConnectionId, Connection>,
    event: &Event<'_>,
    out: &mut impl std::io::Write,
) -> std::io::Result<()> {
    match event {
        Event::Opened(opened) => {
            let connection = connections.entry(opened.connection).or_default();
            let syn = if opened.has_syn { "" } else { " (no SYN)" };
            connection.ends = format!("{} to {}{syn}", opened.client, opened.server);
        }
        Event::Transport {
            connection,
            transport,
            why,
        } => {
            let known = connections.entry(*connection).or_default();
            known.carries += &format!("{transport:?} ({why}) ");
        }
        Event::Bytes {
            connection,
            from,
            bytes,
            ..
        } => {
            let known = connections.entry(*connection).or_default();
            let [client, server] = &mut known.framers;
            let framer = if *from == Role::Client {
                client
            } else {
                server
            };
            framer.push(bytes);
            while let Some(framed) = framer.next_frame() {
                let name = match framed {
                    Framed::Packet(packet) => {
                        let kind = packet.first().copied().unwrap_or(0);
                        PacketType::from_first_byte(kind).name()
                    }
                    Framed::TooLarge { .. } => "too large",
                    Framed::Unframed(_) => "unframed",
                };
                *known.packets.entry(name).or_default() += 1;
            }
        }
        Event::Said {
            connection,
            packet_type,
            ..
        } => {
            let known = connections.entry(*connection).or_default();
            *known.packets.entry(packet_type.name()).or_default() += 1;
        }
        Event::Named {
            connection, name, ..
        } => {
            let known = connections.entry(*connection).or_default();
            known.ends += &format!(", {name}");
        }
        Event::Gap {
            connection,
            from,
            bytes,
        } => {
            let known = connections.entry(*connection).or_default();
            known.gaps += 1;
            known.missing += bytes.unwrap_or(0);
            known.reset(*from);
        }
        Event::Skipped {
            connection,
            from,
            bytes,
            ..
        } => {
            let known = connections.entry(*connection).or_default();
            known.skipped += bytes.len() as u64;
            known.reset(*from);
        }
        Event::Closed {
            connection,
            how,
            from,
            ..
        } => {
            let known = connections.entry(*connection).or_default();
            known.ending = format!(" {how:?} by {from:?}");
        }
        Event::Marked { comment, .. } => writeln!(out, "{comment}")?,
        Event::Fin { .. } | Event::Client { .. } => {}
        Event::KeyLog(text) => writeln!(out, "a key log of {} bytes", text.len())?,
        Event::Sealed { why, .. } => writeln!(out, "not opened: it {why}")?,
        Event::Note(note) => writeln!(out, "note: {note}")?,
    }
    Ok(())
}

impl Connection {
    fn reset(&mut self, from: Role) {
        let [client, server] = &mut self.framers;
        *(if from == Role::Client { client } else { server }) = Framer::default();
    }
}

/// The most memory that the process had, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("unknown")
        .trim_start_matches("VmHWM:")
        .trim()
        .to_owned()
}
