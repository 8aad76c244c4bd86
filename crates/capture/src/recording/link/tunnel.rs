//! Packets in packets: GRE, VXLAN, Geneve, GTP.

use super::ip::Between;
use super::{Take, Unread, Walk, Way};
use crate::foreign::mqtt_sn;
use crate::recording::fields::{u16_at, u32_at};

impl<T: Take> Walk<'_, T> {
    pub(super) fn gre(&mut self, bytes: &[u8], between: Between, way: Way) {
        let (Some(flags), Some(kind)) = (u16_at(bytes, 0), u16_at(bytes, 2)) else {
            return self.take.unread(Unread::Damaged);
        };
        let way = way.between(47, between.source, between.destination);
        let mut header = 4_usize;
        let mut add = |is_there: bool| {
            if is_there {
                header = header.saturating_add(4);
            }
        };
        match flags & 7 {
            0 => {
                // Checksum or routing, key, sequence number.
                add(flags & 0xc000 != 0);
                add(flags & 0x2000 != 0);
                add(flags & 0x1000 != 0);
            }
            // PPTP: key (length and call), sequence number, acknowledgement.
            1 => {
                add(true);
                add(flags & 0x1000 != 0);
                add(flags & 0x0080 != 0);
            }
            _ => return self.take.unread(Unread::Damaged),
        }
        let inside = bytes.get(header..);
        match kind {
            0x880b => self.inner(inside, way, Self::ppp_link),
            // ERSPAN without a header of its own, with 8 bytes, with 12 and perhaps 8 more.
            0x88be if flags & 0x1000 == 0 => self.inner(inside, way, Self::ethernet),
            0x88be => self.inner(
                inside.and_then(|inside| inside.get(8..)),
                way,
                Self::ethernet,
            ),
            0x22eb => {
                let has_more = inside.and_then(|inside| inside.get(11));
                let header = if has_more.is_some_and(|byte| byte & 1 != 0) {
                    20
                } else {
                    12
                };
                self.inner(
                    inside.and_then(|inside| inside.get(header..)),
                    way,
                    Self::ethernet,
                );
            }
            kind => self.inner_type(kind, inside, way),
        }
    }

    pub(super) fn udp(&mut self, bytes: &[u8], between: Between, way: Way) {
        let (Some(from), Some(to), Some(inside)) =
            (u16_at(bytes, 0), u16_at(bytes, 2), bytes.get(8..))
        else {
            return self.take.unread(Unread::Udp);
        };
        match (to, inside) {
            (4789 | 8472, [flags, _, _, _, ..]) if flags & 0x08 != 0 => {
                let network = u32_at(inside, 4).unwrap_or(0) >> 8;
                self.inner(
                    inside.get(8..),
                    way.inside(3, network.into()),
                    Self::ethernet,
                );
            }
            // With a protocol that it names.
            (4790, [flags, _, _, next, ..]) if flags & 0x0c == 0x0c => {
                let network = u32_at(inside, 4).unwrap_or(0) >> 8;
                let way = way.inside(3, network.into());
                match next {
                    1 | 2 => self.inner(inside.get(8..), way, Self::ip),
                    3 => self.inner(inside.get(8..), way, Self::ethernet),
                    _ => self.take.unread(Unread::Udp),
                }
            }
            (6081, [first, _, high, low, ..]) if first >> 6 == 0 => {
                let options = usize::from(first & 0x3f).saturating_mul(4);
                let network = u32_at(inside, 4).unwrap_or(0) >> 8;
                let kind = u16::from_be_bytes([*high, *low]);
                let inside = inside.get(options.saturating_add(8)..);
                self.inner_type(kind, inside, way.inside(4, network.into()));
            }
            (2152, [flags, 0xff, ..]) if flags & 0xf0 == 0x30 => {
                // Each direction has an identifier of its own: the two ends tell the tunnel.
                let way = way.between(5, between.source, between.destination);
                self.inner(gtp_payload(inside, *flags), way, Self::ip);
            }
            (4754, _) => {
                self.gre(inside, between, way);
            }
            (_, [first, 0, 0, 0, 1, ..]) if first & 0xf0 >= 0xc0 => self.take.unread(Unread::Quic),
            // Teredo.
            _ if (to == 3544 || from == 3544) && inside.first().is_some_and(|b| b >> 4 == 6) => {
                self.inner(Some(inside), way, Self::ip);
            }
            _ => self.take.unread(match mqtt_sn::datagram(inside) {
                Some(is_proven) => Unread::MqttSn { is_proven },
                None => Unread::Udp,
            }),
        }
    }
}

/// What stands behind a GTP-U header and its extensions.
fn gtp_payload(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    if flags & 7 == 0 {
        return bytes.get(8..);
    }
    let mut next = *bytes.get(11)?;
    let mut rest = bytes.get(12..)?;
    if flags & 4 == 0 {
        return Some(rest);
    }
    while next != 0 {
        let len = usize::from(*rest.first()?).saturating_mul(4);
        let extension = rest.get(..len)?;
        next = *extension.last()?;
        rest = rest.get(len..)?;
    }
    Some(rest)
}
