//! Files as connections of packets, wherever the bytes come from.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{self, Capture, Gap, Marked};
use mqttscope_capture::text::Format;
use mqttscope_capture::tls::KeyLog;
use mqttscope_view::reader::{self, Given, Request, Shown};
use mqttscope_view::recording::Recording;
use mqttscope_wire::{Context, PacketType, ProtocolVersion, Sender, dissect};

use crate::judged;
use crate::report::{Finding, counted};

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
    /// All bytes, packet behind packet; those in words have none.
    pub(crate) bytes: Vec<u8>,
    pub(crate) packets: Vec<Packet>,
    /// What it breaks, where that is known already.
    pub(crate) findings: Option<Vec<Finding>>,
    /// Where bytes are missing, in order.
    pub(crate) gaps: Vec<Gap>,
    /// What a tap did to it on purpose, in order.
    pub(crate) marks: Vec<Marked>,
    /// The times that a text tells of its packets, in milliseconds from a moment that it does not tell.
    pub(crate) times: Vec<Option<u64>>,
    /// A text leaves bytes out.
    pub(crate) has_gaps: bool,
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
    /// What a log says of it, in place of its bytes.
    pub(crate) said: Option<Said>,
}

/// A packet of which there are only words.
pub(crate) struct Said {
    pub(crate) packet_type: PacketType,
    pub(crate) words: String,
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
    Ok(of_read(&[bytes], keys, &capture, version))
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
    Ok((of_read(&files, keys, &capture, version), notes))
}

/// What captures hold that were read as this one.
fn of_read(
    files: &[&[u8]],
    keys: &[u8],
    capture: &Capture,
    version: Option<ProtocolVersion>,
) -> Input {
    let mut notes = capture.notes.clone();
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
    let judged = judged::of_capture(files, keys, version, capture);
    if judged.left_out > 0 {
        let more = counted(judged.left_out, "finding");
        notes.push(format!(
            "{more} more are not listed: of each rule the first 100 of a connection are"
        ));
    }
    let connections = capture.connections.iter().zip(judged.findings);
    Input {
        connections: connections
            .map(|(connection, findings)| Connection {
                findings: Some(findings),
                ..of_connection(connection, version)
            })
            .collect(),
        notes,
    }
}

fn of_connection(
    connection: &recording::Connection,
    version: Option<ProtocolVersion>,
) -> Connection {
    let mut bytes = Vec::new();
    let packets = connection.packets.iter().map(|packet| {
        let own = connection.bytes_of(packet).unwrap_or_default();
        bytes.extend_from_slice(own);
        let version = version.or(connection.version);
        Packet {
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
            said: connection.words_of(packet).map(|words| Said {
                packet_type: packet.packet_type,
                words: words.to_owned(),
            }),
        }
    });
    Connection {
        packets: packets.collect(),
        name: Some(format!("{} to {}", connection.client, connection.server)),
        bytes,
        findings: None,
        gaps: connection.gaps.clone(),
        marks: connection.marks.clone(),
        times: Vec::new(),
        has_gaps: false,
    }
}

pub(crate) fn of_text(bytes: &[u8], version: Option<ProtocolVersion>) -> Result<Input> {
    let found = reader::read(&Request::of(Given::File(bytes)));
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
    // What nobody wrote as bytes is packets only where they are sound.
    let is_readable = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let is_words = found.format == Some(Format::Binary) && bytes.iter().all(is_readable);
    if is_words && !is_sound(&recording) {
        bail!("it is text, and its characters are no sound MQTT packets");
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
            said: None,
        })
        .collect();
    Ok(Input {
        connections: vec![Connection {
            name: None,
            bytes: recording.bytes().to_vec(),
            findings: None,
            packets,
            gaps: Vec::new(),
            marks: Vec::new(),
            times: recording.times(&found.times),
            has_gaps: found.has_gaps,
        }],
        notes,
    })
}

/// Whether all its packets are whole and none breaks a rule for certain.
fn is_sound(recording: &Recording) -> bool {
    let mut start = 0_usize;
    recording.packets().iter().all(|packet| {
        let end = start.saturating_add(packet.at.len);
        let bytes = recording.bytes().get(start..end).unwrap_or_default();
        start = end;
        let context = Context {
            version: packet.at.version,
            sender: packet.from,
        };
        let dissection = dissect(bytes, context);
        !packet.at.skipped && dissection.missing == 0 && !dissection.has_errors()
    })
}

/// Whether something was put into the standard input: a pipe, a file, a socket; no terminal, and not nothing.
#[cfg(unix)]
pub(crate) fn is_piped() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    let Ok(input) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return false;
    };
    std::fs::File::from(input).metadata().is_ok_and(|input| {
        let kind = input.file_type();
        kind.is_fifo() || kind.is_file() || kind.is_socket()
    })
}

/// The same where only terminals can be told.
#[cfg(not(unix))]
pub(crate) fn is_piped() -> bool {
    use std::io::IsTerminal as _;
    !std::io::stdin().is_terminal()
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
/// It cannot be read, or is something else.
pub(crate) fn key_log(path: Option<&Path>) -> Result<Vec<u8>> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let shown = path.display();
    let text = std::fs::read(path).with_context(|| format!("reading the key log {shown}"))?;
    let added = KeyLog::new().add(&text);
    if added.lines == 0 && added.ignored > 0 {
        bail!(
            "{shown} is no key log: none of its lines is a secret as in SSLKEYLOGFILE (CLIENT_RANDOM …)"
        );
    }
    Ok(text)
}
