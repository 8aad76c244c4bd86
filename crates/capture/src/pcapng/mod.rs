//! Writes connections as a pcapng file: what a tap has carried, or a page has seen, for other tools to open.
//!
//! The bytes of both sides come in and blocks go out, into a buffer of the caller's; nothing here knows a file or a clock,
//! and nothing is allocated per piece. Nobody saw these bytes in network packets, so the headers of IP and TCP around
//! them are made up, with sequence numbers that follow each other: a handshake, segments, an end. What is true of a
//! connection beside its bytes stands as a comment at its first frame.
//!
//! ```
//! use mqttscope_capture::pcapng::{Ends, Writer};
//! use mqttscope_capture::reading::Role;
//! use mqttscope_capture::recording::Capture;
//!
//! let (mut writer, mut file) = (Writer::new("example"), Vec::new());
//! writer.begin(&mut file);
//! let ends = Ends {
//!     client: "10.0.0.7:50000".parse().unwrap(),
//!     server: "10.0.0.1:1883".parse().unwrap(),
//! };
//! writer.open(1, ends, "a device", 1_000, &mut file);
//! writer.bytes(1, Role::Client, &[0xc0, 0x00], 2_000, &mut file);
//! writer.bytes(1, Role::Server, &[0xd0, 0x00], 3_000, &mut file);
//! writer.end(1, Role::Client, 4_000, &mut file);
//! writer.close(1, 5_000, &mut file);
//!
//! let capture = Capture::read(&file, None);
//! let connection = &capture.connections[0];
//! let packets = connection.packets.iter().filter_map(|packet| connection.bytes_of(packet));
//! let packets: Vec<&[u8]> = packets.collect();
//! assert_eq!(packets, [[0xc0, 0x00], [0xd0, 0x00]]);
//! ```

mod frame;
mod place;

use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;

pub use place::Place;

use crate::reading::Role;
use frame::{Frame, Segment};

/// Bytes of a side that a frame carries at most: an IP packet has 65,535 with its headers.
const MOST_BYTES: usize = 65_000;

/// LINKTYPE_RAW: frames begin with IP.
const LINK_TYPE: u16 = 101;

/// FIN, SYN, RST, PSH, ACK: flags of a TCP segment.
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// Who opened it.
    pub client: SocketAddr,
    /// The other end. Tools take the port for a sign of what is inside: 1883 is MQTT.
    pub server: SocketAddr,
}

/// Connections as blocks of pcapng.
#[derive(Debug)]
pub struct Writer {
    application: String,
    open: HashMap<u32, Connection>,
    /// Ends that open connections have: no two may have the same.
    taken: HashMap<Ends, u32>,
}

#[derive(Debug)]
struct Connection {
    ends: Ends,
    /// Of its beginning.
    comment: String,
    client: Side,
    server: Side,
}

#[derive(Debug, Default)]
struct Side {
    /// The sequence number of its next byte.
    next: u32,
    is_done: bool,
}

impl Writer {
    /// A writer of files that say to come from `application`.
    #[must_use]
    pub fn new(application: &str) -> Self {
        Self {
            application: application.to_owned(),
            open: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// The beginning of a file: a section, and the interface that all frames are of.
    pub fn begin(&self, out: &mut Vec<u8>) {
        frame::section(&self.application, out);
        frame::interface(LINK_TYPE, out);
    }

    /// The beginning of the next file of a recording: connections that are open go on in it where they were. For each a
    /// segment without bytes has the comment of its beginning, which may stand in a file that is not there any more.
    pub fn go_on(&self, at_ns: u64, out: &mut Vec<u8>) {
        self.begin(out);
        let mut open: Vec<_> = self.open.iter().collect();
        open.sort_unstable_by_key(|(id, _)| **id);
        for (_, connection) in open {
            if !connection.comment.is_empty() {
                connection.write(Role::Client, ACK, &[], &connection.comment, at_ns, out);
            }
        }
    }

    /// A connection opens, under a number that no open connection has: the handshake of TCP, with `comment` at it.
    ///
    /// Times are in nanoseconds since 1970. Ends that an open connection has already are told apart by another port of
    /// the client, since a file could not do it otherwise; the comment then says so.
    pub fn open(&mut self, id: u32, ends: Ends, comment: &str, at_ns: u64, out: &mut Vec<u8>) {
        let mut own = of_one_family(ends);
        while self.taken.contains_key(&own) {
            own.client.set_port(own.client.port().wrapping_add(1));
        }
        let moved;
        let comment = if own.client.port() == ends.client.port() {
            comment
        } else {
            let port = ends.client.port();
            moved = format!("{comment} (the port of the client was {port}, which is in use)");
            &moved
        };
        self.taken.insert(own, id);
        let mut connection = Connection {
            ends: own,
            comment: comment.to_owned(),
            client: Side::default(),
            server: Side::default(),
        };
        connection.write(Role::Client, SYN, &[], comment, at_ns, out);
        connection.client.next = 1;
        connection.write(Role::Server, SYN | ACK, &[], "", at_ns, out);
        connection.server.next = 1;
        connection.write(Role::Client, ACK, &[], "", at_ns, out);
        self.open.insert(id, connection);
    }

    /// A side sent bytes. Nothing is written of a connection that is not open.
    pub fn bytes(&mut self, id: u32, from: Role, bytes: &[u8], at_ns: u64, out: &mut Vec<u8>) {
        let Some(connection) = self.open.get_mut(&id) else {
            return;
        };
        for piece in bytes.chunks(MOST_BYTES) {
            connection.write(from, PSH | ACK, piece, "", at_ns, out);
            let side = connection.side(from);
            // Sequence numbers go round (RFC 9293, section 3.4).
            side.next = side
                .next
                .wrapping_add(u32::try_from(piece.len()).unwrap_or(0));
        }
    }

    /// The tap did something to a connection: a segment without bytes, with `comment` at it ([`crate::mark::Mark`]).
    pub fn mark(&self, id: u32, comment: &str, at_ns: u64, out: &mut Vec<u8>) {
        if let Some(connection) = self.open.get(&id) {
            connection.write(Role::Client, ACK, &[], comment, at_ns, out);
        }
    }

    /// A side will send no more.
    pub fn end(&mut self, id: u32, from: Role, at_ns: u64, out: &mut Vec<u8>) {
        if let Some(connection) = self.open.get_mut(&id) {
            connection.end(from, at_ns, out);
        }
    }

    /// A connection is over; a side that has not ended ends now.
    pub fn close(&mut self, id: u32, at_ns: u64, out: &mut Vec<u8>) {
        let Some(mut connection) = self.open.remove(&id) else {
            return;
        };
        self.taken.remove(&connection.ends);
        connection.end(Role::Client, at_ns, out);
        connection.end(Role::Server, at_ns, out);
        connection.write(Role::Client, ACK, &[], "", at_ns, out);
    }

    /// Nothing more is known of a connection: nothing is written of its end, and its ends are free for another.
    pub fn forget(&mut self, id: u32) {
        if let Some(connection) = self.open.remove(&id) {
            self.taken.remove(&connection.ends);
        }
    }

    /// A connection was broken off by one of its sides: a reset.
    pub fn reset(&mut self, id: u32, by: Role, at_ns: u64, out: &mut Vec<u8>) {
        if let Some(connection) = self.open.remove(&id) {
            self.taken.remove(&connection.ends);
            connection.write(by, RST | ACK, &[], "", at_ns, out);
        }
    }
}

impl Connection {
    const fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    fn end(&mut self, from: Role, at_ns: u64, out: &mut Vec<u8>) {
        if self.side(from).is_done {
            return;
        }
        self.write(from, FIN | ACK, &[], "", at_ns, out);
        let side = self.side(from);
        side.is_done = true;
        side.next = side.next.wrapping_add(1);
    }

    /// A segment that acknowledges all that the other side has sent.
    fn write(
        &self,
        from: Role,
        flags: u8,
        bytes: &[u8],
        comment: &str,
        at_ns: u64,
        out: &mut Vec<u8>,
    ) {
        let (source, destination, own, other) = match from {
            Role::Client => (
                self.ends.client,
                self.ends.server,
                &self.client,
                &self.server,
            ),
            Role::Server => (
                self.ends.server,
                self.ends.client,
                &self.server,
                &self.client,
            ),
        };
        let segment = Segment {
            source,
            destination,
            sequence: own.next,
            acknowledged: if flags & ACK == 0 { 0 } else { other.next },
            flags,
            bytes,
        };
        Frame {
            segment,
            comment,
            at_ns,
        }
        .write(out);
    }
}

/// Says that so many frames were left out until here, in all: an Interface Statistics Block, with `comment` in it.
pub fn left_out(frames: u64, comment: &str, at_ns: u64, out: &mut Vec<u8>) {
    frame::statistics(frames, comment, at_ns, out);
}

/// So many bytes of these are whole blocks, for whoever could not write all that a [`Writer`] gave.
#[must_use]
pub fn whole_blocks(bytes: &[u8]) -> usize {
    walk(bytes).0
}

/// Whether a file that begins so was written by a [`Writer`] for this program, in one piece or another: its segments stand
/// in their order, so what is missing between two of them does not come any more.
#[must_use]
pub fn is_ours(bytes: &[u8]) -> bool {
    // Behind the head of the section stands the name of the program, with its code and length before it.
    let name = bytes.get(28..).unwrap_or_default();
    bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a])
        && bytes.get(24..26) == Some(&[4, 0])
        && name.starts_with(b"mqttscope ")
}

/// So many whole blocks these bytes begin with.
#[must_use]
pub fn count_blocks(bytes: &[u8]) -> u64 {
    walk(bytes).1
}

/// What stands behind so many whole blocks.
#[must_use]
pub fn behind_blocks(bytes: &[u8], number: u64) -> &[u8] {
    bytes.get(walk_to(bytes, number).0..).unwrap_or_default()
}

/// Bytes and number of the whole blocks.
fn walk(bytes: &[u8]) -> (usize, u64) {
    walk_to(bytes, u64::MAX)
}

/// The same of so many at most.
fn walk_to(bytes: &[u8], most: u64) -> (usize, u64) {
    let (mut whole, mut count) = (0_usize, 0_u64);
    while count < most
        && let Some(len) = (bytes.get(whole.saturating_add(4)..))
            .and_then(|rest| rest.first_chunk::<4>())
            .map(|len| u32::from_le_bytes(*len) as usize)
        && let end = whole.saturating_add(len)
        && len > 0
        && end <= bytes.len()
    {
        whole = end;
        count = count.saturating_add(1);
    }
    (whole, count)
}

/// An IP packet has addresses of one family: where the ends have two, IPv4 is written as IPv6 (RFC 4291, section 2.5.5.2).
const fn of_one_family(ends: Ends) -> Ends {
    if ends.client.is_ipv4() == ends.server.is_ipv4() {
        return ends;
    }
    Ends {
        client: as_v6(ends.client),
        server: as_v6(ends.server),
    }
}

const fn as_v6(end: SocketAddr) -> SocketAddr {
    let address: Ipv6Addr = match end.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    SocketAddr::new(IpAddr::V6(address), end.port())
}
