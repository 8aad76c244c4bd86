//! Links that exist in captures only: Linux cooked, NFLOG, PKTAP.

use super::{Take, Unread, Walk, Way, u16_le};
use crate::recording::fields::{Order, size, u16_at, u32_at};

/// Records of an NFLOG frame that are looked at.
const MOST_RECORDS: usize = 64;

impl<T: Take> Walk<'_, T> {
    /// Linux `any`, 16 bytes.
    pub(super) fn cooked(&mut self, bytes: &[u8], way: Way) {
        self.cooked_type(bytes, 2, 14, bytes.get(16..), way);
    }

    /// Its second version, 20 bytes: it tells the interface, so that a packet which passes two of them is known.
    pub(super) fn cooked_2(&mut self, bytes: &[u8], way: Way) {
        let index = u32_at(bytes, 4).unwrap_or(0);
        let way = Way {
            interface: way.interface.rotate_left(16) ^ index,
            ..way
        };
        self.cooked_type(bytes, 8, 0, bytes.get(20..), way);
    }

    /// What the kind of the interface (by ARPHRD number) and the protocol say of the rest.
    fn cooked_type(
        &mut self,
        bytes: &[u8],
        kind_at: usize,
        protocol_at: usize,
        inside: Option<&[u8]>,
        way: Way,
    ) {
        let (Some(kind), Some(protocol)) = (u16_at(bytes, kind_at), u16_at(bytes, protocol_at))
        else {
            return self.take.unread(Unread::Damaged);
        };
        match (kind, protocol) {
            // GRE and monitor interfaces hold other things in the protocol's place.
            (803, _) => self.inner(inside, way, Self::radiotap),
            (801, _) => self.inner(inside, way, Self::wireless),
            // 802.2 without and with a length before it.
            (_, 4) => self.inner(inside, way, Self::logical_link),
            (_, protocol) => self.inner_type(protocol, inside, way),
        }
    }

    /// Netfilter's log: records of length, type and value.
    pub(super) fn netfilter_log(&mut self, bytes: &[u8], way: Way) {
        let mut rest = bytes.get(4..).unwrap_or_default();
        for _ in 0..MOST_RECORDS {
            let (Some(len), Some(kind)) = (u16_le(rest, 0), u16_le(rest, 2)) else {
                break;
            };
            let len = usize::from(len);
            if kind == 9 {
                let there = len.min(rest.len());
                return self.inner(rest.get(4..there), way, Self::ip);
            }
            match rest.get(len.next_multiple_of(4).max(4)..) {
                Some(behind) => rest = behind,
                None => break,
            }
        }
        self.take.unread(Unread::NotTcp);
    }

    /// macOS: a header that names the link behind it.
    pub(super) fn packet_tap(&mut self, bytes: &[u8], way: Way) {
        let (Some(len), Some(link)) = (Order::Little.u32(bytes, 0), Order::Little.u32(bytes, 8))
        else {
            return self.take.unread(Unread::Damaged);
        };
        let link = u16::try_from(link).unwrap_or(u16::MAX);
        match (bytes.get(size(len).max(12)..), way.deeper()) {
            (Some(inside), Some(way)) => self.link(inside, link, way),
            _ => self.take.unread(Unread::Damaged),
        }
    }
}
