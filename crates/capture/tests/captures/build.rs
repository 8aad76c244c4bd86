//! Writers of captures: frames around TCP segments, and files around frames.

use std::net::Ipv4Addr;

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A TCP segment between two hosts.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) from: (u8, u16),
    pub(crate) to: (u8, u16),
    pub(crate) sequence: u32,
    pub(crate) acknowledges: u32,
    pub(crate) flags: u8,
    pub(crate) payload: Vec<u8>,
    pub(crate) identification: u16,
}

pub(crate) const CLIENT: (u8, u16) = (1, 50_000);
pub(crate) const SERVER: (u8, u16) = (2, 12_345);

pub(crate) fn segment(is_client: bool, sequence: u32, flags: u8, payload: &[u8]) -> Segment {
    let (from, to) = if is_client {
        (CLIENT, SERVER)
    } else {
        (SERVER, CLIENT)
    };
    Segment {
        from,
        to,
        sequence,
        acknowledges: 0,
        flags,
        payload: payload.to_vec(),
        identification: 0,
    }
}

/// From the client, with an acknowledgement.
pub(crate) fn up(sequence: u32, payload: &[u8]) -> Segment {
    segment(true, sequence, ACK, payload)
}

/// From the server.
pub(crate) fn down(sequence: u32, payload: &[u8]) -> Segment {
    segment(false, sequence, ACK, payload)
}

/// SYN and its answer, of sides that begin at 1000 and 5000.
pub(crate) fn handshake() -> Vec<Segment> {
    vec![
        segment(true, 999, SYN, &[]),
        segment(false, 4999, SYN | ACK, &[]),
    ]
}

impl Segment {
    pub(crate) fn tcp(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.from.1.to_be_bytes());
        bytes.extend(self.to.1.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.acknowledges.to_be_bytes());
        bytes.extend([0x50, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(&self.payload);
        bytes
    }

    pub(crate) fn ipv4(&self) -> Vec<u8> {
        let host = |number| Ipv4Addr::new(10, 0, 0, number);
        ipv4(
            host(self.from.0),
            host(self.to.0),
            6,
            self.identification,
            0,
            &self.tcp(),
        )
    }

    pub(crate) fn ipv6(&self) -> Vec<u8> {
        ipv6(self.from.0, self.to.0, 6, &self.tcp())
    }

    pub(crate) fn ethernet(&self) -> Vec<u8> {
        ethernet(0x0800, &self.ipv4())
    }
}

pub(crate) fn ipv4(
    from: Ipv4Addr,
    to: Ipv4Addr,
    protocol: u8,
    id: u16,
    place: u16,
    inside: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(inside.len() + 20).unwrap().to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend(place.to_be_bytes());
    bytes.extend([64, protocol, 0, 0]);
    bytes.extend(from.octets());
    bytes.extend(to.octets());
    bytes.extend(inside);
    bytes
}

pub(crate) fn ipv6(from: u8, to: u8, next: u8, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(u16::try_from(inside.len()).unwrap().to_be_bytes());
    bytes.extend([next, 64]);
    for host in [from, to] {
        bytes.extend([0xfd; 15]);
        bytes.push(host);
    }
    bytes.extend(inside);
    bytes
}

pub(crate) fn udp(port: u16, inside: &[u8]) -> Vec<u8> {
    let mut bytes = 40_000_u16.to_be_bytes().to_vec();
    bytes.extend(port.to_be_bytes());
    bytes.extend(u16::try_from(inside.len() + 8).unwrap().to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(inside);
    bytes
}

pub(crate) fn ethernet(kind: u16, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2; 12];
    bytes.extend(kind.to_be_bytes());
    bytes.extend(inside);
    bytes
}

/// The outer IPv4 of a tunnel.
pub(crate) fn outer(protocol: u8, inside: &[u8]) -> Vec<u8> {
    let host = |number| Ipv4Addr::new(192, 0, 2, number);
    ipv4(host(1), host(2), protocol, 7, 0, inside)
}

/// How a pcap file is written.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) magic: u32,
    pub(crate) is_big: bool,
    pub(crate) version: (u16, u16),
    /// Bytes behind the file's header, and behind each record's.
    pub(crate) more: (usize, usize),
    pub(crate) link: u32,
    pub(crate) swaps_lengths: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            magic: 0xa1b2_c3d4,
            is_big: false,
            version: (2, 4),
            more: (0, 0),
            link: 101,
            swaps_lengths: false,
        }
    }
}

pub(crate) fn pcap(link: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    pcap_as(
        Style {
            link,
            ..Style::default()
        },
        frames,
    )
}

/// Frames a second apart, from second 1000 and 5 units on.
pub(crate) fn pcap_as(style: Style, frames: &[Vec<u8>]) -> Vec<u8> {
    let word = |value: u32| {
        if style.is_big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let short = |value: u16| {
        if style.is_big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let mut bytes = word(style.magic).to_vec();
    bytes.extend(short(style.version.0));
    bytes.extend(short(style.version.1));
    for value in [0, 0, 65_535, style.link] {
        bytes.extend(word(value));
    }
    bytes.extend(vec![0xee; style.more.0]);
    for (number, frame) in frames.iter().enumerate() {
        let len = u32::try_from(frame.len()).unwrap();
        bytes.extend(word(1000 + u32::try_from(number).unwrap()));
        bytes.extend(word(5));
        // Lengths that differ, so that their order shows.
        let original = len + u32::from(style.swaps_lengths) * 4;
        for value in if style.swaps_lengths {
            [original, len]
        } else {
            [len, original]
        } {
            bytes.extend(word(value));
        }
        bytes.extend(vec![0xee; style.more.1]);
        bytes.extend(frame);
    }
    bytes
}

/// pcapng blocks in one byte order.
pub(crate) struct Pcapng {
    pub(crate) bytes: Vec<u8>,
    is_big: bool,
}

impl Pcapng {
    pub(crate) fn new(is_big: bool) -> Self {
        let mut file = Self {
            bytes: Vec::new(),
            is_big,
        };
        file.section(is_big);
        file
    }

    pub(crate) fn section(&mut self, is_big: bool) {
        self.is_big = is_big;
        let mut body = self.word(0x1a2b_3c4d).to_vec();
        body.extend(self.short(1));
        body.extend(self.short(0));
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &body);
    }

    pub(crate) fn word(&self, value: u32) -> [u8; 4] {
        if self.is_big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    pub(crate) fn short(&self, value: u16) -> [u8; 2] {
        if self.is_big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    pub(crate) fn block(&mut self, kind: u32, body: &[u8]) {
        let padded = body.len().next_multiple_of(4);
        let len = u32::try_from(padded + 12).unwrap();
        let (kind, len) = (self.word(kind), self.word(len));
        self.bytes.extend(kind);
        self.bytes.extend(len);
        self.bytes.extend(body);
        self.bytes.extend(vec![0; padded - body.len()]);
        self.bytes.extend(len);
    }

    /// An interface with options of code and value; no option ends them.
    pub(crate) fn interface(&mut self, link: u16, snaplen: u32, options: &[(u16, &[u8])]) {
        let mut body = self.short(link).to_vec();
        body.extend([0, 0]);
        body.extend(self.word(snaplen));
        for (code, value) in options {
            body.extend(self.short(*code));
            body.extend(self.short(u16::try_from(value.len()).unwrap()));
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(1, &body);
    }

    /// An enhanced packet block.
    pub(crate) fn packet(&mut self, interface: u32, ticks: u64, frame: &[u8]) {
        let mut body = self.word(interface).to_vec();
        body.extend(self.word(u32::try_from(ticks >> 32).unwrap()));
        body.extend(self.word(u32::try_from(ticks & 0xffff_ffff).unwrap()));
        for _ in 0..2 {
            body.extend(self.word(u32::try_from(frame.len()).unwrap()));
        }
        body.extend(frame);
        self.block(6, &body);
    }

    /// The packet block of old.
    pub(crate) fn old_packet(&mut self, interface: u16, ticks: u64, frame: &[u8]) {
        let mut body = self.short(interface).to_vec();
        body.extend([0, 9]);
        body.extend(self.word(u32::try_from(ticks >> 32).unwrap()));
        body.extend(self.word(u32::try_from(ticks & 0xffff_ffff).unwrap()));
        for _ in 0..2 {
            body.extend(self.word(u32::try_from(frame.len()).unwrap()));
        }
        body.extend(frame);
        self.block(2, &body);
    }

    /// A simple packet block of a frame of `original` bytes.
    pub(crate) fn simple(&mut self, original: usize, frame: &[u8]) {
        let mut body = self.word(u32::try_from(original).unwrap()).to_vec();
        body.extend(frame);
        self.block(3, &body);
    }
}
