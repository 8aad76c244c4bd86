//! IEEE 802.11 frames, with or without radiotap.

use super::{Take, Unread, Walk, Way, u16_le};
use crate::recording::fields::{Order, u16_at};

/// Frames in one aggregate that are looked at.
const MOST_AGGREGATED: usize = 128;

impl<T: Take> Walk<'_, T> {
    /// A radiotap header, which says whether the frame is padded or ends in a check sequence.
    pub(super) fn radiotap(&mut self, bytes: &[u8], way: Way) {
        let Some(len) = u16_le(bytes, 2) else {
            return self.take.unread(Unread::Damaged);
        };
        let is_padded = radiotap_flags(bytes).unwrap_or(0) & 0x20 != 0;
        match (bytes.get(usize::from(len)..), way.deeper()) {
            (Some(frame), Some(way)) => self.data_frame(frame, is_padded, way),
            _ => self.take.unread(Unread::Damaged),
        }
    }

    pub(super) fn wireless(&mut self, bytes: &[u8], way: Way) {
        self.data_frame(bytes, false, way);
    }

    fn data_frame(&mut self, bytes: &[u8], is_padded: bool, way: Way) {
        let &[kind, flags, ..] = bytes else {
            return self.take.unread(Unread::Damaged);
        };
        // Data, and such of it that holds any.
        if kind & 0x0c != 0x08 || kind & 0x40 != 0 {
            return self.take.unread(Unread::NotTcp);
        }
        if flags & 0x40 != 0 {
            return self.take.unread(Unread::Encrypted);
        }
        let mut header = 24_usize;
        if flags & 3 == 3 {
            header = 30;
        }
        let has_qos = kind & 0x80 != 0;
        let mut is_aggregate = false;
        if has_qos {
            is_aggregate = bytes.get(header).is_some_and(|control| control & 0x80 != 0);
            header = header.saturating_add(2);
            if flags & 0x80 != 0 {
                header = header.saturating_add(4);
            }
        }
        if is_padded {
            header = header.next_multiple_of(4);
        }
        let inside = bytes.get(header..);
        if is_aggregate {
            return self.aggregate(inside.unwrap_or_default(), way);
        }
        self.inner(inside, way, Self::logical_link);
    }

    /// An A-MSDU: frames with addresses and a length each, padded to four bytes.
    fn aggregate(&mut self, bytes: &[u8], way: Way) {
        let mut rest = bytes;
        for _ in 0..MOST_AGGREGATED {
            let Some(len) = u16_at(rest, 12).map(usize::from) else {
                return;
            };
            let end = len.saturating_add(14).min(rest.len());
            self.inner(rest.get(14..end), way, Self::logical_link);
            match rest.get(len.saturating_add(14).next_multiple_of(4)..) {
                Some(behind) if len > 0 => rest = behind,
                _ => return,
            }
        }
    }
}

/// The field `Flags`, where it is there.
fn radiotap_flags(bytes: &[u8]) -> Option<u8> {
    let first = Order::Little.u32(bytes, 4)?;
    if first & 2 == 0 {
        return None;
    }
    let (mut at, mut present) = (8_usize, first);
    while present & 0x8000_0000 != 0 {
        present = Order::Little.u32(bytes, at)?;
        at = at.saturating_add(4);
    }
    if first & 1 != 0 {
        at = at.next_multiple_of(8).saturating_add(8);
    }
    bytes.get(at).copied()
}
