//! A whole capture in memory: its connections, each with its packets in order.

use core::ops::Range;
use std::collections::HashMap;

use mqttscope_wire::{Framed, Framer, PacketType, ProtocolVersion, detect};

use super::series::Pass;
use super::{CaptureReader, ConnectionId, Ending, Event, Opened, Peer, Transport, Unreached};
use crate::foreign::Endpoint;
use crate::mark::{Mark, Tapped};
use crate::reading::Role;

/// Bytes of a connection from which its version is worked out.
const DETECTED: usize = 1 << 20;

/// Packets that are kept, by what they take in memory. A compressed file can hold a thousand times its size.
pub(super) const MOST_KEPT: usize = if cfg!(target_pointer_width = "32") {
    256 << 20
} else {
    8 << 30
};

/// Connections without MQTT that are named.
const MOST_NAMED: usize = 20;
/// The same of TLS that was not opened.
const MOST_SEALED: usize = 100;

/// A capture file as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// What kind of file it is: `pcap`, `pcapng`, `gzip` around one of them, `har`, `mitmproxy`, `log`, or `unknown`.
    pub format: &'static str,
    /// Connections with MQTT in them, in the order in which they were told.
    pub connections: Vec<Connection>,
    /// What was not read, and why: sentences without a full stop.
    pub notes: Vec<String>,
    /// Frames of the file; messages of a HAR or flow file, lines of a log.
    pub frames: u64,
}

/// A connection and its packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number among all connections of the file, from 0.
    pub id: ConnectionId,
    /// What carries the MQTT.
    pub transport: Transport,
    /// Who opened it.
    pub client: Peer,
    /// The other end.
    pub server: Peer,
    /// Whether its beginning is in the file.
    pub has_beginning: bool,
    /// The version that its packets are read in: what a CONNECT names, else what fits best. `None`: all its packets are
    /// in words, which do not tell it.
    pub version: Option<ProtocolVersion>,
    /// Its packets, in the order in which they are whole.
    pub packets: Vec<Packet>,
    /// Where bytes are missing.
    pub gaps: Vec<Gap>,
    /// What the tap that recorded it did on purpose.
    pub marks: Vec<Marked>,
    /// How it ended, where that is in the file.
    pub ended: Option<Ending>,
    bytes: Vec<u8>,
}

/// What a tap did on purpose, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Packets of the connection that stand before it.
    pub after: usize,
    /// When, in nanoseconds since the Unix epoch.
    pub at_ns: Option<u64>,
    /// The frame that tells of it, from 1.
    pub frame: u64,
    /// What it did.
    pub mark: Mark,
}

/// A whole packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who sent it.
    pub from: Role,
    /// When it was whole, in nanoseconds since the Unix epoch.
    pub at_ns: Option<u64>,
    /// The frame that held its last byte, the message of a HAR or flow file, the line of a log; by its number in the file,
    /// from 1.
    pub frame: u64,
    /// The file of a series that has this frame, from 0.
    pub file: usize,
    /// What it is.
    pub packet_type: PacketType,
    /// It is told in words.
    is_said: bool,
    /// Its bytes, or the words.
    bytes: Range<usize>,
}

/// Bytes that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The side that sent it.
    pub from: Role,
    /// How many packets of the connection stand before it.
    pub after: usize,
    /// How many bytes, where that is known.
    pub bytes: Option<u64>,
}

impl Connection {
    /// The bytes of one of its packets; `None`: a log tells of it in words.
    #[must_use]
    pub fn bytes_of(&self, packet: &Packet) -> Option<&[u8]> {
        let bytes = || self.bytes.get(packet.bytes.clone()).unwrap_or_default();
        (!packet.is_said).then(bytes)
    }

    /// The log's own words for what is in one of its packets, where it tells of it in words.
    #[must_use]
    pub fn words_of(&self, packet: &Packet) -> Option<&str> {
        let bytes = self.bytes.get(packet.bytes.clone())?;
        packet.is_said.then(|| core::str::from_utf8(bytes).ok())?
    }

    /// How many packets stand before the first place where the tap that recorded it took something away or changed it on
    /// purpose: what follows is not to be judged by what comes before. `None`: it did not.
    #[must_use]
    pub fn disturbed(&self) -> Option<usize> {
        let mut marks = self.marks.iter();
        let first = marks.find(|marked| marked.mark.effect.disturbs())?;
        Some(first.after)
    }
}

impl Connection {
    /// Adds a packet: its type, whether it is in words, and its bytes or the words.
    fn push(
        &mut self,
        from: Role,
        (at_ns, file, frame): (Option<u64>, usize, u64),
        (packet_type, is_said): (PacketType, bool),
        bytes: &[u8],
    ) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.packets.push(Packet {
            from,
            at_ns,
            frame,
            file,
            packet_type,
            is_said,
            bytes: start..self.bytes.len(),
        });
    }

    /// Works the version out, unless words told it.
    fn detect(&mut self) {
        let has_words = self.packets.iter().any(|packet| packet.is_said);
        let detected = if has_words {
            let mut seen = Vec::new();
            for packet in &self.packets {
                let Some(bytes) = self.bytes_of(packet) else {
                    continue;
                };
                if seen.len() >= DETECTED {
                    break;
                }
                seen.extend_from_slice(bytes);
            }
            (!seen.is_empty()).then(|| detect(&seen, None).version)
        } else {
            let seen = self.bytes.get(..DETECTED).unwrap_or(&self.bytes);
            Some(detect(seen, None).version)
        };
        self.version = detected.or(self.version);
    }
}

impl Capture {
    /// Reads a file. `key_log` has the secrets of its TLS connections (`SSLKEYLOGFILE`); those that the file itself
    /// carries are used as well, wherever they stand in it. Without the feature `tls` no TLS is opened.
    #[must_use]
    pub fn read(file: &[u8], key_log: Option<&[u8]>) -> Self {
        let mut keys = key_log.unwrap_or_default().to_vec();
        let (mut capture, found) = Self::pass(file, &keys, MOST_KEPT);
        // A connection may end before the block with its keys comes.
        if !found.is_empty() && capture.has_sealed {
            keys.push(b'\n');
            keys.extend(found);
            capture = Self::pass(file, &keys, MOST_KEPT).0;
        }
        Self {
            format: format(file),
            ..capture.whole
        }
    }

    /// Whether a file begins like a capture of a network, or like something compressed that may be one.
    #[must_use]
    pub fn may_be(file: &[u8]) -> bool {
        magic(file).is_some()
    }

    /// Whether a file begins like anything that is read here: also a HAR file, a flow file of mitmproxy, a log.
    #[must_use]
    pub fn is_known(file: &[u8]) -> bool {
        format(file) != "unknown"
    }

    fn pass(file: &[u8], keys: &[u8], most: usize) -> (Building, Vec<u8>) {
        let mut pass = Pass::new(most);
        pass.file(file, keys, false);
        pass.end()
    }
}

/// Whether a file is a log that tells of packets in words.
pub(crate) fn is_log(file: &[u8]) -> bool {
    format(file) == "log"
}

/// The kind of a file by its beginning.
fn format(file: &[u8]) -> &'static str {
    let text = || super::container::text_format(file);
    magic(file).or_else(text).unwrap_or("unknown")
}

/// The kind of a capture of a network by its first bytes.
fn magic(file: &[u8]) -> Option<&'static str> {
    let magic: &[u8; 4] = file.first_chunk()?;
    Some(match u32::from_be_bytes(*magic) {
        0x0a0d_0d0a => "pcapng",

        0xa1b2_c3d4 | 0xd4c3_b2a1 | 0xa1b2_3c4d | 0x4d3c_b2a1 | 0xa1b2_cd34 | 0x34cd_b2a1
        | 0x1c00_01ac | 0xac01_001c | 0x1c00_01ab | 0xab01_001c => "pcap",
        magic if magic >> 16 == 0x1f8b => "gzip",
        _ => return None,
    })
}

/// Whether no bytes of a connection were seen.
const fn is_silent(transport: Transport) -> bool {
    matches!(
        transport,
        Transport::Nothing | Transport::Refused | Transport::Unanswered
    )
}

/// A connection whose packets still come.
struct Open {
    connection: Connection,
    /// What shows what it carries.
    why: String,
    client: Framer,
    server: Framer,
}

#[derive(Default)]
pub(super) struct Building {
    pub(super) whole: Capture,
    /// The file of a series that is read.
    pub(super) file: usize,
    open: HashMap<ConnectionId, Open>,
    /// TLS that nobody has opened.
    pub(super) has_sealed: bool,
    /// Connections of which it was told that it is not opened.
    sealed: usize,
    /// Connections without MQTT.
    others: usize,
    unreached: Unreached,
    /// Memory that packets may still take.
    pub(super) left: usize,
}

impl Building {
    pub(super) fn within(most: usize) -> Self {
        Self {
            left: most,
            ..Self::default()
        }
    }

    pub(super) fn drain(&mut self, reader: &mut CaptureReader, keys: &mut Vec<u8>) {
        while self.left > 0
            && let Some(event) = reader.poll_event()
        {
            self.event(&event, keys);
        }
    }

    fn event(&mut self, event: &Event<'_>, keys: &mut Vec<u8>) {
        match *event {
            Event::Opened(ref opened) => {
                self.open.insert(opened.connection, Open::new(opened));
            }
            Event::Said {
                connection,
                from,
                at_ns,
                frame,
                packet_type,
                version,
                words,
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    open.connection.version = version.or(open.connection.version);
                    let what = (packet_type, true);
                    open.connection
                        .push(from, (at_ns, self.file, frame), what, words.as_bytes());
                    let kept = words.len().saturating_add(size_of::<Packet>());
                    self.left = self.left.saturating_sub(kept);
                }
            }
            Event::Named {
                connection,
                end,
                name,
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    let named = Peer::Named(name.into());
                    match end {
                        Role::Client => open.connection.client = named,
                        Role::Server => open.connection.server = named,
                    }
                }
            }
            Event::Transport {
                connection,
                transport,
                why,
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    open.connection.transport = transport;
                    why.clone_into(&mut open.why);
                }
            }
            Event::Bytes {
                connection,
                from,
                at_ns,
                frame,
                bytes,
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    let kept = open.take(from, (at_ns, self.file, frame), bytes);
                    self.left = self.left.saturating_sub(kept);
                }
            }
            Event::Gap {
                connection,
                from,
                bytes,
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    self.whole.notes.extend(open.break_off(from));
                    let after = open.connection.packets.len();
                    open.connection.gaps.push(Gap { from, after, bytes });
                }
            }
            Event::Skipped {
                connection,
                from,
                frame,
                bytes,
                ..
            } => {
                if let Some(open) = self.open.get_mut(&connection) {
                    self.whole.notes.extend(open.break_off(from));
                    if !bytes.is_empty() {
                        self.whole.notes.push(format!(
                            "{} of {}, up to frame {frame}, belong to no packet whose beginning is in the file",
                            counted(bytes.len()),
                            open.name(from)
                        ));
                    }
                }
            }
            Event::Marked {
                connection,
                at_ns,
                frame,
                comment,
            } => {
                let Some(open) = self.open.get_mut(&connection) else {
                    return;
                };
                if let Some(tapped) = Tapped::of_comment(comment) {
                    let [client, server] = [tapped.client, tapped.broker].map(|end| {
                        Peer::Address(Endpoint {
                            address: end.ip(),
                            port: end.port(),
                        })
                    });
                    (open.connection.client, open.connection.server) = (client, server);
                } else if let Some(mark) = Mark::of_comment(comment) {
                    let kept = comment.len().saturating_add(size_of::<Marked>());
                    self.left = self.left.saturating_sub(kept);
                    let connection = &mut open.connection;
                    connection.marks.push(Marked {
                        after: connection.packets.len(),
                        at_ns,
                        frame,
                        mark,
                    });
                }
            }
            Event::Fin { .. } | Event::Client { .. } => {}
            Event::Closed {
                connection, how, ..
            } => {
                if let Some(mut open) = self.open.remove(&connection) {
                    open.connection.ended = Some(how);
                    self.close(open);
                }
            }
            Event::KeyLog(text) => {
                keys.extend_from_slice(text);
                keys.push(b'\n');
            }
            Event::Sealed { connection, why } => {
                self.sealed = self.sealed.saturating_add(1);
                if self.sealed <= MOST_SEALED
                    && let Some(open) = self.open.get(&connection)
                {
                    let Connection { client, server, .. } = &open.connection;
                    let note = format!("TLS of {client} to {server}: this connection {why}");
                    self.whole.notes.push(note);
                }
            }
            Event::Note(note) => self.whole.notes.push(note.to_owned()),
        }
    }

    fn close(&mut self, mut open: Open) {
        for from in [Role::Client, Role::Server] {
            self.whole.notes.extend(open.break_off(from));
        }
        let mut connection = open.connection;
        self.has_sealed |= connection.transport == Transport::Tls && connection.packets.is_empty();
        let is_mqtt = matches!(
            connection.transport,
            Transport::Tcp | Transport::WebSocket | Transport::SecureWebSocket | Transport::Log
        );
        if connection.packets.is_empty() && !is_mqtt {
            self.name_other(&connection, &open.why);
            return;
        }
        connection.detect();
        self.whole.connections.push(connection);
    }

    /// Says of a connection without MQTT what it carries.
    fn name_other(&mut self, connection: &Connection, why: &str) {
        self.unreached
            .count(&connection.server, connection.transport);
        // Whoever opens TLS says himself what became of it.
        let is_told = is_silent(connection.transport)
            || connection.transport == Transport::Tls && cfg!(feature = "tls");
        if is_told {
            return;
        }
        self.others = self.others.saturating_add(1);
        if self.others <= MOST_NAMED {
            let Connection { client, server, .. } = connection;
            self.whole
                .notes
                .push(format!("{client} to {server} carries no MQTT: {why}"));
        }
    }

    pub(super) fn finish(&mut self, frames: u64) {
        let open: Vec<Open> = self.open.drain().map(|(_, open)| open).collect();
        for open in open {
            self.close(open);
        }
        self.whole.notes.extend(self.unreached.says());
        self.whole
            .connections
            .sort_by_key(|connection| connection.id);
        self.whole.frames = frames;
    }
}

impl Open {
    fn new(opened: &Opened) -> Self {
        Self {
            connection: Connection {
                id: opened.connection,
                transport: Transport::Nothing,
                client: opened.client.clone(),
                server: opened.server.clone(),
                has_beginning: opened.has_syn,
                version: None,
                packets: Vec::new(),
                gaps: Vec::new(),
                marks: Vec::new(),
                ended: None,
                bytes: Vec::new(),
            },
            why: String::new(),
            client: Framer::default(),
            server: Framer::default(),
        }
    }

    /// Takes bytes; gives how much memory they take.
    fn take(&mut self, from: Role, at: (Option<u64>, usize, u64), bytes: &[u8]) -> usize {
        let mut kept = bytes.len();
        let Self {
            connection,
            client,
            server,
            ..
        } = self;
        let framer = match from {
            Role::Client => client,
            Role::Server => server,
        };
        framer.push(bytes);
        while let Some(framed) = framer.next_frame() {
            let bytes = match framed {
                Framed::Packet(bytes) | Framed::Unframed(bytes) => bytes,
                Framed::TooLarge { start, .. } => start,
            };
            let first = bytes.first().copied().unwrap_or(0);
            let what = (PacketType::from_first_byte(first), false);
            connection.push(from, at, what, bytes);
            kept = kept.saturating_add(size_of::<Packet>());
        }
        kept
    }

    /// What came of a packet that has no end is given up. Says so.
    fn break_off(&mut self, from: Role) -> Option<String> {
        let name = self.name(from);
        let framer = match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        let rest = framer.rest();
        let kind = PacketType::from_first_byte(*rest.first()?).name();
        let says = format!("{} of a {kind} of {name} have no end", counted(rest.len()));
        *framer = Framer::default();
        Some(says)
    }

    /// A side of the connection, for people.
    fn name(&self, from: Role) -> String {
        let Connection { client, server, .. } = &self.connection;
        format!("the {} of {client} to {server}", from.name())
    }
}

fn counted(bytes: usize) -> String {
    format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_packets_take_is_bounded() {
        let file = include_bytes!("../../tests/captures/files/t12_keepalive.pcap");
        let (whole, _) = Capture::pass(file, &[], MOST_KEPT);
        let (cut, _) = Capture::pass(file, &[], 100);
        let packets = |building: &Building| building.whole.connections[0].packets.len();
        assert!(packets(&cut) > 0 && packets(&cut) < packets(&whole));
        assert!(cut.whole.notes[0].contains("read up to frame"));
        assert_eq!(whole.whole.notes, [""; 0]);
    }
}
