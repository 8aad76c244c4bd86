//! Files as connections of packets, wherever the bytes come from.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{self, Capture, Gap, Marked};
use mqttscope_view::reader::{self, Given, Request, Shown, Taking};
use mqttscope_view::recording::Recording;
use mqttscope_wire::{ProtocolVersion, Sender};

/// What a file holds.
pub(crate) struct Input {
    pub(crate) connections: Vec<Connection>,
    /// What was not read, and why.
    pub(crate) notes: Vec<String>,
}

/// Packets that one connection carried, or that stand alone.
pub(crate) struct Connection {
    /// Its ends, where a capture tells them.
    pub(crate) name: Option<String>,
    /// All bytes, packet behind packet.
    pub(crate) bytes: Vec<u8>,
    pub(crate) packets: Vec<Packet>,
    /// So many packets stand before the first bytes that are missing, or that a tap took away.
    pub(crate) before_gap: usize,
    /// Where bytes are missing, in order.
    pub(crate) gaps: Vec<Gap>,
    /// What a tap did to it on purpose, in order.
    pub(crate) marks: Vec<Marked>,
}

/// A packet of a connection.
pub(crate) struct Packet {
    pub(crate) len: usize,
    pub(crate) version: ProtocolVersion,
    pub(crate) from: Option<Sender>,
    /// Its frame in a capture, from 1.
    pub(crate) frame: Option<u64>,
    /// The file of a series that has this frame, from 0.
    pub(crate) file: usize,
    /// Milliseconds since 1970.
    pub(crate) at_ms: Option<u64>,
    /// Bytes between packets that are no packet.
    pub(crate) is_skipped: bool,
}

/// Reads a file; `-` is the standard input.
pub(crate) fn read(path: &Path, keys: &[u8], version: Option<ProtocolVersion>) -> Result<Input> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        bytes
    } else {
        std::fs::read(path)?
    };
    if says_capture(path) && !Capture::is_known(&bytes) && core::str::from_utf8(&bytes).is_err() {
        bail!(
            "it is no capture, though its name says so: it begins neither as pcap nor as pcapng does"
        );
    }
    of_bytes(&bytes, keys, version)
}

/// Whether a file is called as captures are.
fn says_capture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["pcap", "pcapng", "cap", "ntar"]
        .iter()
        .any(|it| extension == *it)
}

/// Reads all bytes of a file.
pub(crate) fn of_bytes(
    bytes: &[u8],
    keys: &[u8],
    version: Option<ProtocolVersion>,
) -> Result<Input> {
    if Capture::is_known(bytes) {
        return of_capture(bytes, keys, version);
    }
    of_text(bytes, version)
}

fn of_capture(bytes: &[u8], keys: &[u8], version: Option<ProtocolVersion>) -> Result<Input> {
    let capture = Capture::read(bytes, Some(keys));
    if capture.frames == 0 {
        bail!("{}", sentence(&capture.notes, "it holds no frames"));
    }
    Ok(of_read(capture, version))
}

/// Reads captures that were recorded one behind the other as one ([`crate::series`]). Also the number of notes after each.
pub(crate) fn read_series(
    paths: &[&Path],
    keys: &[u8],
    version: Option<ProtocolVersion>,
) -> Result<(Input, Vec<usize>)> {
    let files = paths.iter().map(std::fs::read);
    let files = files.collect::<Result<Vec<Vec<u8>>, _>>()?;
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let (capture, notes) = Capture::read_series(&files, Some(keys));
    Ok((of_read(capture, version), notes))
}

/// What a capture holds.
fn of_read(capture: Capture, version: Option<ProtocolVersion>) -> Input {
    let mut notes = capture.notes;
    let packets = capture.connections.iter().flat_map(|connection| {
        let packets = connection.packets.iter();
        packets.map(move |packet| connection.bytes_of(packet).is_none())
    });
    let said = packets.filter(|is_said| *is_said).count();
    if said > 0 {
        notes.push(format!(
            "{said} packets are told in words, without bytes: no rules are checked of these"
        ));
    }
    let connections = capture.connections.iter();
    Input {
        connections: connections
            .map(|connection| of_connection(connection, version))
            .collect(),
        notes,
    }
}

fn of_connection(
    connection: &recording::Connection,
    version: Option<ProtocolVersion>,
) -> Connection {
    let mut bytes = Vec::new();
    let packets = connection.packets.iter();
    // What stands behind a packet without bytes is judged alone, as behind a gap.
    let said = packets
        .clone()
        .position(|packet| connection.bytes_of(packet).is_none());
    let packets = packets
        .filter_map(|packet| {
            let own = connection.bytes_of(packet)?;
            bytes.extend_from_slice(own);
            let version = version.or(connection.version);
            Some(Packet {
                len: own.len(),
                version: version.unwrap_or(ProtocolVersion::V5),
                from: Some(match packet.from {
                    Role::Client => Sender::Client,
                    Role::Server => Sender::Server,
                }),
                frame: Some(packet.frame),
                file: packet.file,
                at_ms: packet.at_ns.map(|at_ns| at_ns / 1_000_000),
                is_skipped: false,
            })
        })
        .collect::<Vec<_>>();
    let gaps = connection.gaps.iter().map(|gap| gap.after);
    let gap = gaps.chain(said).chain(connection.disturbed()).min();
    Connection {
        name: Some(format!("{} to {}", connection.client, connection.server)),
        bytes,
        before_gap: gap.unwrap_or(packets.len()),
        packets,
        gaps: connection.gaps.clone(),
        // What a tap records has bytes only, so that the numbers are the same.
        marks: connection.marks.clone(),
    }
}

pub(crate) fn of_text(bytes: &[u8], version: Option<ProtocolVersion>) -> Result<Input> {
    let found = reader::read(&Request {
        given: Given::File(bytes),
        format: None,
        takes_turns: false,
        taking: Taking::Found,
        stream: 0,
    });
    if let Some(fault) = &found.fault
        && found.bytes.is_empty()
    {
        bail!("line {}: {}", fault.line, fault.says);
    }
    let mut notes = found.notes;
    if let Some(other) = &found.other {
        if other.shown == Shown::Nothing {
            bail!("{}", other.headline.trim_end_matches('.'));
        }
        notes.push(other.headline.trim_end_matches('.').to_owned());
    }
    let recording = if found.runs.is_empty() {
        Recording::read_cut(found.bytes, &found.cuts, version, None)
    } else {
        Recording::of_sides_cut(&found.bytes, &found.runs, &found.cuts, version)
    };
    if recording.packets().is_empty() {
        bail!("no MQTT packets are in it");
    }
    let packets: Vec<Packet> = (recording.packets().iter())
        .map(|packet| Packet {
            len: packet.at.len,
            version: packet.at.version,
            from: packet.from,
            frame: None,
            file: 0,
            at_ms: None,
            is_skipped: packet.at.skipped,
        })
        .collect();
    Ok(Input {
        connections: vec![Connection {
            name: None,
            bytes: recording.bytes().to_vec(),
            before_gap: packets.len(),
            packets,
            gaps: Vec::new(),
            marks: Vec::new(),
        }],
        notes,
    })
}

fn sentence(notes: &[String], otherwise: &str) -> String {
    if notes.is_empty() {
        return otherwise.to_owned();
    }
    notes.join("; ")
}

/// The lines of a key log.
///
/// # Errors
/// It cannot be read.
pub(crate) fn key_log(path: Option<&Path>) -> Result<Vec<u8>> {
    path.map_or(Ok(Vec::new()), |path| {
        std::fs::read(path).with_context(|| format!("reading the key log {}", path.display()))
    })
}
