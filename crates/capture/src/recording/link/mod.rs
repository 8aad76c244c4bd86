//! From a frame to the TCP segments in it: links, tunnels and IP, as deep as real networks nest them.

mod cooked;
mod fragments;
mod ip;
mod tunnel;
mod wireless;

pub(super) use fragments::Fragments;

use core::net::IpAddr;

use super::fields::{Order, size, u16_at, u32_at};
use crate::foreign::Endpoint;

/// Headers within headers that are followed.
const DEEPEST: u32 = 16;

/// A TCP segment, with what is needed of the headers around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    /// VLANs and tunnels around it: the same ports in others belong to other connections.
    pub(super) path: u64,
    pub(super) sequence: u32,
    /// The number that comes next of the other side, as this one knows.
    pub(super) acknowledges: Option<u32>,
    pub(super) flags: u8,
    pub(super) payload: &'a [u8],
    /// Bytes of the payload that were not captured.
    pub(super) missing: usize,
    /// Where the frame was seen, and which IP packet it is: copies of a packet are told by these.
    pub(super) interface: u32,
    pub(super) identification: Option<u16>,
}

impl Segment<'_> {
    pub(super) const FIN: u8 = 1;
    pub(super) const SYN: u8 = 2;
    pub(super) const RST: u8 = 4;
    pub(super) const ACK: u8 = 16;

    /// Whoever makes segments up may leave the number 0, and that of a reset says nothing.
    pub(super) const fn acknowledged(flags: u8, number: u32) -> Option<u32> {
        if flags & Self::ACK != 0 && flags & Self::RST == 0 && number != 0 {
            Some(number)
        } else {
            None
        }
    }

    pub(super) const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Why a frame has no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Unread {
    /// A link type that is not known here.
    Link(u16),
    /// Another protocol than IP, or than TCP.
    NotTcp,
    /// A UDP datagram.
    Udp,
    /// The beginning of a QUIC connection.
    Quic,
    /// A UDP datagram that may be MQTT-SN.
    MqttSn {
        /// Beyond doubt.
        is_proven: bool,
    },
    /// A part of an IP packet whose other parts are not there.
    Fragment,
    /// Encrypted on the air, or by IPsec.
    Encrypted,
    /// The headers are cut short or make no sense.
    Damaged,
    /// More headers within headers than are followed.
    TooDeep,
}

/// Who takes what is found.
pub(super) trait Take {
    fn segment(&mut self, segment: &Segment<'_>);
    fn unread(&mut self, why: Unread);
}

/// What is known of a frame above the header that is read next.
#[derive(Clone, Copy)]
struct Way {
    path: u64,
    interface: u32,
    depth: u32,
    /// Bytes at the end that were not captured.
    cut: usize,
}

impl Way {
    /// The same, one header further in.
    fn deeper(self) -> Option<Self> {
        let depth = self.depth.saturating_add(1);
        (depth <= DEEPEST).then_some(Self { depth, ..self })
    }

    /// The same inside of something that tells connections apart.
    fn inside(self, kind: u8, number: u64) -> Self {
        let mut path = self.path ^ u64::from(kind).wrapping_add(1);
        for part in number.to_be_bytes() {
            // FNV-1a, a byte at a time.
            path = (path ^ u64::from(part)).wrapping_mul(0x100_0000_01b3);
        }
        Self { path, ..self }
    }

    /// The same between two ends, whichever way.
    fn between(self, kind: u8, source: IpAddr, destination: IpAddr) -> Self {
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => u64::from(u32::from(address)),
            IpAddr::V6(address) => {
                let [a, b] = [
                    u128::from(address) >> 64,
                    u128::from(address) & u128::from(u64::MAX),
                ]
                .map(|half| u64::try_from(half).unwrap_or(0));
                a.rotate_left(17) ^ b
            }
        };
        // Both directions belong together.
        self.inside(kind, number(source).wrapping_add(number(destination)))
    }
}

/// Follows headers to the segments inside.
pub(super) struct Walk<'w, T> {
    pub(super) fragments: &'w mut Fragments,
    pub(super) take: &'w mut T,
}

impl<T: Take> Walk<'_, T> {
    /// Reads a frame of a link type.
    pub(super) fn frame(&mut self, bytes: &[u8], link: u16, interface: u32, cut: usize) {
        let way = Way {
            path: 0,
            interface,
            depth: 0,
            cut,
        };
        self.link(bytes, link, way);
    }

    fn link(&mut self, bytes: &[u8], link: u16, way: Way) {
        match link {
            1 => self.ethernet(bytes, way),
            // The family is in the writer's byte order and numbering: the IP version tells as well.
            0 | 108 => self.inner(bytes.get(4..), way, Self::ip),
            12 | 14 | 101 | 228 | 229 => self.ip(bytes, way),
            // OpenBSD's encapsulation: family, index, flags.
            109 => self.inner(bytes.get(12..), way, Self::ip),
            9 | 50 | 166 | 204 => self.ppp_link(bytes, way),
            51 => self.pppoe(bytes, way),
            104 => match u16_at(bytes, 2) {
                Some(kind) => self.inner_type(kind, bytes.get(4..), way),
                None => self.take.unread(Unread::Damaged),
            },
            113 => self.cooked(bytes, way),
            276 => self.cooked_2(bytes, way),
            239 => self.netfilter_log(bytes, way),
            258 => self.packet_tap(bytes, way),
            105 => self.wireless(bytes, way),
            119 => self.inner(bytes.get(144..), way, Self::wireless),
            127 => self.radiotap(bytes, way),
            163 => {
                let header = size(u32_at(bytes, 4).unwrap_or(64));
                self.inner(bytes.get(header..), way, Self::wireless);
            }
            other => self.take.unread(Unread::Link(other)),
        }
    }

    /// Goes on with what a header holds.
    fn inner(&mut self, inside: Option<&[u8]>, way: Way, read: fn(&mut Self, &[u8], Way)) {
        match (inside, way.deeper()) {
            (Some(inside), Some(way)) => read(self, inside, way),
            (None, _) => self.take.unread(Unread::Damaged),
            (_, None) => self.take.unread(Unread::TooDeep),
        }
    }

    fn inner_type(&mut self, kind: u16, inside: Option<&[u8]>, way: Way) {
        match (inside, way.deeper()) {
            (Some(inside), Some(way)) => self.ether_type(kind, inside, way),
            (None, _) => self.take.unread(Unread::Damaged),
            (_, None) => self.take.unread(Unread::TooDeep),
        }
    }

    fn ethernet(&mut self, bytes: &[u8], way: Way) {
        match (u16_at(bytes, 12), bytes.get(14..)) {
            (Some(kind), Some(inside)) => self.ether_type(kind, inside, way),
            _ => self.take.unread(Unread::Damaged),
        }
    }

    /// What an EtherType names, or, where it is a length, LLC.
    fn ether_type(&mut self, kind: u16, bytes: &[u8], way: Way) {
        match kind {
            0x0800 | 0x86dd => self.ip(bytes, way),
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => match u16_at(bytes, 0) {
                Some(tag) => {
                    let way = way.inside(1, u64::from(tag & 0xfff));
                    let kind = u16_at(bytes, 2).unwrap_or(0);
                    self.inner_type(kind, bytes.get(4..), way);
                }
                None => self.take.unread(Unread::Damaged),
            },
            0x8847 | 0x8848 => self.labels(bytes, way),
            0x8864 => self.pppoe(bytes, way),
            0..=0x05dc => self.logical_link(bytes, way),
            0x6558 => self.inner(Some(bytes), way, Self::ethernet),
            _ => self.take.unread(Unread::NotTcp),
        }
    }

    /// LLC, with SNAP or IP at once.
    fn logical_link(&mut self, bytes: &[u8], way: Way) {
        match bytes {
            [0xaa, 0xaa, 3, 0, 0, 0 | 0xf8, high, low, inside @ ..] => {
                let kind = u16::from_be_bytes([*high, *low]);
                self.inner_type(kind, Some(inside), way);
            }
            [6, 6, 3, inside @ ..] => self.inner(Some(inside), way, Self::ip),
            _ => self.take.unread(Unread::NotTcp),
        }
    }

    /// MPLS labels; behind the last one IP stands, or Ethernet perhaps behind a control word.
    fn labels(&mut self, bytes: &[u8], way: Way) {
        let mut rest = bytes;
        for _ in 0..DEEPEST {
            let Some((label, behind)) = rest.split_first_chunk::<4>() else {
                return self.take.unread(Unread::Damaged);
            };
            rest = behind;
            if label.get(2).is_some_and(|byte| byte & 1 == 0) {
                continue;
            }
            return match rest.first().map(|first| first >> 4) {
                Some(4 | 6) => self.inner(Some(rest), way, Self::ip),
                Some(0) => self.inner(rest.get(4..), way, Self::ethernet),
                _ => self.inner(Some(rest), way, Self::ethernet),
            };
        }
        self.take.unread(Unread::TooDeep);
    }

    fn pppoe(&mut self, bytes: &[u8], way: Way) {
        let session = u16_at(bytes, 2).unwrap_or(0);
        let way = way.inside(2, u64::from(session));
        self.inner(bytes.get(6..), way, Self::ppp);
    }

    /// PPP as a link: perhaps a byte of direction, perhaps address and control.
    fn ppp_link(&mut self, bytes: &[u8], way: Way) {
        match bytes {
            [0 | 1, 0xff, 3, inside @ ..] | [0xff, 3, inside @ ..] => self.ppp(inside, way),
            [0 | 1, 0, 0x21 | 0x57, ..] => self.inner(bytes.get(1..), way, Self::ppp),
            _ => self.ppp(bytes, way),
        }
    }

    fn ppp(&mut self, bytes: &[u8], way: Way) {
        match bytes {
            [0, 0x21 | 0x57, inside @ ..] | [0x21 | 0x57, inside @ ..] => {
                self.inner(Some(inside), way, Self::ip);
            }
            _ => self.take.unread(Unread::NotTcp),
        }
    }
}

/// A little-endian number.
fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    Order::Little.u16(bytes, at)
}
