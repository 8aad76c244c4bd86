//! IPv4, IPv6 and TCP headers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fragments::{Fragment, Part};
use super::{Segment, Take, Unread, Walk, Way};
use crate::foreign::Endpoint;
use crate::recording::fields::{u16_at, u32_at};

/// Extension headers of one packet that are followed.
const MOST_EXTENSIONS: usize = 16;

/// What an IP header says to the protocol inside.
#[derive(Clone, Copy)]
pub(super) struct Between {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) identification: Option<u16>,
}

impl<T: Take> Walk<'_, T> {
    pub(super) fn ip(&mut self, bytes: &[u8], way: Way) {
        match bytes.first().map(|first| first >> 4) {
            Some(4) => self.ipv4(bytes, way),
            Some(6) => self.ipv6(bytes, way),
            Some(_) => self.take.unread(Unread::NotTcp),
            None => self.take.unread(Unread::Damaged),
        }
    }

    fn ipv4(&mut self, bytes: &[u8], way: Way) {
        let Some((header, _)) = bytes.split_first_chunk::<20>() else {
            return self.take.unread(Unread::Damaged);
        };
        let [
            first,
            _,
            high,
            low,
            id_high,
            id_low,
            place_high,
            place_low,
            _,
            protocol,
            _,
            _,
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
        ] = *header;
        let words = usize::from(first & 15);
        let header_len = words.saturating_mul(4).max(20);
        let total = usize::from(u16::from_be_bytes([high, low]));
        let (Some(payload), missing) = cut_to(bytes, header_len, total, way.cut) else {
            return self.take.unread(Unread::Damaged);
        };
        let identification = u16::from_be_bytes([id_high, id_low]);
        let place = u16::from_be_bytes([place_high, place_low]);
        let between = Between {
            source: Ipv4Addr::new(a, b, c, d).into(),
            destination: Ipv4Addr::new(e, f, g, h).into(),
            identification: (identification != 0).then_some(identification),
        };
        let offset = usize::from(place & 0x1fff).saturating_mul(8);
        let has_more = place & 0x2000 != 0;
        if offset > 0 || has_more {
            let fragment = Fragment {
                source: between.source,
                destination: between.destination,
                identification: u32::from(identification),
                protocol,
                path: way.path,
            };
            let part = Part {
                offset,
                has_more,
                bytes: payload,
                is_whole: missing == 0,
            };
            return self.fragment(fragment, &part, between, way);
        }
        let way = Way {
            cut: missing,
            ..way
        };
        self.protocol(protocol, payload, between, way);
    }

    fn ipv6(&mut self, bytes: &[u8], way: Way) {
        let (Some(source), Some(destination), Some(len), Some(&next)) = (
            bytes.get(8..).and_then(|rest| rest.first_chunk::<16>()),
            bytes.get(24..).and_then(|rest| rest.first_chunk::<16>()),
            u16_at(bytes, 4),
            bytes.get(6),
        ) else {
            return self.take.unread(Unread::Damaged);
        };
        // No length: a jumbogram, or a frame that the network card was to cut up.
        let total = match usize::from(len) {
            0 => 0,
            len => len.saturating_add(40),
        };
        let (Some(mut rest), missing) = cut_to(bytes, 40, total, way.cut) else {
            return self.take.unread(Unread::Damaged);
        };
        let way = Way {
            cut: missing,
            ..way
        };
        let between = Between {
            source: Ipv6Addr::from(*source).into(),
            destination: Ipv6Addr::from(*destination).into(),
            identification: None,
        };
        let mut next = next;
        for _ in 0..MOST_EXTENSIONS {
            let len = match (next, rest) {
                (0 | 43 | 60 | 135 | 139 | 140, [_, len, ..]) => {
                    usize::from(*len).saturating_add(1).saturating_mul(8)
                }
                (51, [_, len, ..]) => usize::from(*len).saturating_add(2).saturating_mul(4),
                (44, [protocol, _, high, low, ..]) => {
                    let place = u16::from_be_bytes([*high, *low]);
                    let fragment = Fragment {
                        source: between.source,
                        destination: between.destination,
                        identification: u32_at(rest, 4).unwrap_or(0),
                        protocol: *protocol,
                        path: way.path,
                    };
                    let part = Part {
                        offset: usize::from(place & 0xfff8),
                        has_more: place & 1 != 0,
                        bytes: rest.get(8..).unwrap_or_default(),
                        is_whole: missing == 0,
                    };
                    return self.fragment(fragment, &part, between, way);
                }
                _ => return self.protocol(next, rest, between, way),
            };
            let following = rest.first().copied().unwrap_or(59);
            let Some(behind) = rest.get(len..) else {
                return self.take.unread(Unread::Damaged);
            };
            (next, rest) = (following, behind);
        }
        self.take.unread(Unread::TooDeep);
    }

    /// Keeps a part of a packet, and goes on when all are there.
    fn fragment(&mut self, of: Fragment, part: &Part<'_>, between: Between, way: Way) {
        // Offset 0 and nothing more to come is a packet of its own.
        if part.offset == 0 && !part.has_more {
            return self.protocol(of.protocol, part.bytes, between, way);
        }
        match (self.fragments.add(of, part), way.deeper()) {
            (Some(whole), Some(way)) => {
                let way = Way { cut: 0, ..way };
                self.protocol(of.protocol, &whole, between, way);
            }
            (Some(_), None) => self.take.unread(Unread::TooDeep),
            (None, _) => self.take.unread(Unread::Fragment),
        }
    }

    fn protocol(&mut self, protocol: u8, bytes: &[u8], between: Between, way: Way) {
        let nested = || way.between(protocol, between.source, between.destination);
        match protocol {
            6 => self.tcp(bytes, between, way),
            17 => self.udp(bytes, between, way),
            4 | 41 => self.inner(Some(bytes), nested(), Self::ip),
            47 => self.gre(bytes, between, way),
            97 => self.inner(bytes.get(2..), nested(), Self::ethernet),
            137 => self.inner(Some(bytes), way, Self::labels),
            50 => self.take.unread(Unread::Encrypted),
            51 => {
                let len = usize::from(bytes.get(1).copied().unwrap_or(0));
                let inside = bytes.get(len.saturating_add(2).saturating_mul(4)..);
                match (bytes.first(), inside, way.deeper()) {
                    (Some(&next), Some(inside), Some(way)) => {
                        self.protocol(next, inside, between, way);
                    }
                    _ => self.take.unread(Unread::Damaged),
                }
            }
            _ => self.take.unread(Unread::NotTcp),
        }
    }

    fn tcp(&mut self, bytes: &[u8], between: Between, way: Way) {
        let Some((&[a, b, c, d, e, f, g, h, i, j, k, l, length, flags], _)) =
            bytes.split_first_chunk::<14>()
        else {
            return self.take.unread(Unread::Damaged);
        };
        let header = usize::from(length >> 4).saturating_mul(4);
        let total = bytes.len().saturating_add(way.cut);
        if header < 20 || header > total {
            return self.take.unread(Unread::Damaged);
        }
        let payload = bytes.get(header..).unwrap_or_default();
        let missing = total.saturating_sub(header).saturating_sub(payload.len());
        self.take.segment(&Segment {
            source: Endpoint {
                address: between.source,
                port: u16::from_be_bytes([a, b]),
            },
            destination: Endpoint {
                address: between.destination,
                port: u16::from_be_bytes([c, d]),
            },
            path: way.path,
            sequence: u32::from_be_bytes([e, f, g, h]),
            acknowledges: Segment::acknowledged(flags, u32::from_be_bytes([i, j, k, l])),
            flags,
            payload,
            missing,
            interface: way.interface,
            identification: between.identification,
        });
    }
}

/// What stands behind a header, as long as the header says that the packet is: frames are padded. A length of 0
/// means to the end of the frame. Also the number of bytes that are not there.
fn cut_to(bytes: &[u8], header: usize, total: usize, cut: usize) -> (Option<&[u8]>, usize) {
    if total == 0 {
        return (bytes.get(header..), cut);
    }
    if total < header {
        return (None, 0);
    }
    let there = total.min(bytes.len());
    (bytes.get(header..there), total.saturating_sub(there))
}
