//! Packet captures, pcap and pcapng: the TCP connections in them, as far as they can be read.
//!
//! The TCP payloads of one connection are put in order and looked at like any other bytes of two
//! sides. What cannot be read (other links, fragments, what was cut short) is counted and told.

use super::connections::{add_headers, of_streams};
use super::examine::Examined;
use super::flows::Streams;
use super::network::{Link, segment};
use super::peel::Layer;
use super::{Confidence, Foreign, Protocol, counted};

/// What is read of a capture: its packets, and why some are not.
#[derive(Default)]
struct Reader {
    streams: Streams,
    headers: Vec<Layer>,
    packets: usize,
    /// Packets that hold no TCP segment.
    others: usize,
    /// Packets of a link that is not known here.
    unknown_links: usize,
    link_number: u16,
    is_cut: bool,
}

/// Looks into a capture file; `None` when it is none.
pub(super) fn examine(bytes: &[u8], stream: usize) -> Option<Examined> {
    let mut reader = Reader::default();
    let name = if reader.pcap(bytes).is_some() {
        "pcap"
    } else if reader.pcapng(bytes).is_some() {
        "pcapng"
    } else {
        return None;
    };
    reader.streams.finish();
    let what = format!(
        "a packet capture ({name}) with {}",
        counted(reader.packets, "packet")
    );
    let mut examined = of_streams(
        bytes,
        &reader.streams,
        &reader.headers,
        stream,
        reader.notes(),
    );
    // TLS or HTTP that was found inside says more.
    let inside = examined
        .foreign
        .take()
        .filter(|found| found.protocol != Protocol::Network);
    let (what, advice) = match inside {
        _ if examined.is_sure => (
            what,
            "The bytes of one TCP connection are shown, without opening, acknowledging and closing it.".to_owned(),
        ),
        Some(found) => (
            format!("{what}, in which no plain MQTT connection was found, but {}", found.what),
            found.advice,
        ),
        None => (
            format!("{what}, in which no MQTT connection was found"),
            "Open it in Wireshark and choose Analyze > Follow > TCP Stream; show the data as Hex Dump and paste it here."
                .to_owned(),
        ),
    };
    let advice = if examined.is_sure {
        advice
    } else {
        [vec![advice], reader.notes()].concat().join(" ")
    };
    examined.foreign = Some(Foreign::new(
        Protocol::Capture,
        Confidence::Certain,
        what,
        advice,
    ));
    Some(examined)
}

impl Reader {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.unknown_links > 0 {
            notes.push(format!(
                "{} not read: link type {} is not known here",
                counted(self.unknown_links, "packet"),
                self.link_number
            ));
        }
        if self.others > 0 {
            notes.push(format!(
                "{} without a TCP segment not read",
                counted(self.others, "packet")
            ));
        }
        if self.streams.left_out > 0 {
            notes.push(format!(
                "{} of further connections not read",
                counted(self.streams.left_out, "packet")
            ));
        }
        if self.is_cut {
            notes.push("the file is cut short in its last packet".to_owned());
        }
        notes
    }

    fn packet(&mut self, bytes: &[u8], start: usize, len: usize, link: u16, at_us: Option<u64>) {
        self.packets = self.packets.saturating_add(1);
        let Some(known) = link_of(link) else {
            self.unknown_links = self.unknown_links.saturating_add(1);
            self.link_number = link;
            return;
        };
        let frame = bytes.get(start..start.saturating_add(len));
        match frame.and_then(|frame| segment(frame, known)) {
            Some(segment) if segment.is_tcp() => {
                add_headers(&mut self.headers, &segment.headers);
                self.streams.push(&segment, start, at_us);
            }
            _ => self.others = self.others.saturating_add(1),
        }
    }

    fn pcap(&mut self, bytes: &[u8]) -> Option<()> {
        let magic = bytes.first_chunk::<4>()?;
        let (is_big, per_us, header) = match *magic {
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, 1, 16_usize),
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, 1, 16),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, 1000, 16),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, 1000, 16),
            [0xa1, 0xb2, 0xcd, 0x34] => (true, 1, 24),
            [0x34, 0xcd, 0xb2, 0xa1] => (false, 1, 24),
            _ => return None,
        };
        let word = |at: usize| number(bytes, at, is_big);
        let link = u16::try_from(word(20)? & 0xffff).ok()?;
        let mut at = 24_usize;
        while at < bytes.len() {
            let (Some(seconds), Some(fraction), Some(len)) = (
                word(at),
                word(at.saturating_add(4)),
                word(at.saturating_add(8)),
            ) else {
                self.is_cut = true;
                break;
            };
            let start = at.saturating_add(header);
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let end = start.saturating_add(len);
            if end > bytes.len() {
                self.is_cut = true;
                break;
            }
            let at_us = u64::from(seconds)
                .saturating_mul(1_000_000)
                .saturating_add(u64::from(fraction / per_us));
            self.packet(bytes, start, len, link, Some(at_us));
            at = end;
        }
        Some(())
    }

    fn pcapng(&mut self, bytes: &[u8]) -> Option<()> {
        const SECTION: u32 = 0x0a0d_0d0a;
        if !bytes.starts_with(&SECTION.to_be_bytes()) {
            return None;
        }
        let mut interfaces: Vec<Interface> = Vec::new();
        let (mut at, mut is_big) = (0_usize, false);
        while at < bytes.len() {
            let kind = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
            if kind == Some(&SECTION.to_be_bytes()) {
                let order = bytes.get(at.saturating_add(8)..)?.first_chunk::<4>()?;
                is_big = *order == [0x1a, 0x2b, 0x3c, 0x4d];
                interfaces.clear();
            }
            let word = |offset: usize| number(bytes, at.saturating_add(offset), is_big);
            let (Some(kind), Some(len)) = (word(0), word(4)) else {
                self.is_cut = true;
                break;
            };
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let end = at.saturating_add(len);
            if len < 12 || end > bytes.len() {
                self.is_cut = true;
                break;
            }
            let block = bytes.get(..end.saturating_sub(4)).unwrap_or_default();
            match kind {
                1 => interfaces.push(Interface::read(block, at, is_big)),
                // Enhanced and, of old, plain packet blocks are laid out alike but for the interface.
                6 | 2 => {
                    let interface = match (kind, word(8)) {
                        (6, Some(number)) => number,
                        (_, Some(both)) if is_big => both >> 16,
                        (_, both) => both.unwrap_or(0) & 0xffff,
                    };
                    let interface = usize::try_from(interface).ok();
                    let interface = interface.and_then(|index| interfaces.get(index));
                    let (link, time) = match (interface, word(12), word(16)) {
                        (Some(interface), Some(high), Some(low)) => {
                            let ticks = (u64::from(high) << 32) | u64::from(low);
                            (interface.link, Some(interface.micros(ticks)))
                        }
                        (interface, ..) => (interface.map_or(0xffff, |it| it.link), None),
                    };
                    let wanted = usize::try_from(word(20).unwrap_or(0)).unwrap_or(usize::MAX);
                    let start = at.saturating_add(28);
                    let wanted = wanted.min(block.len().saturating_sub(start));
                    self.packet(bytes, start, wanted, link, time);
                }
                3 => {
                    let start = at.saturating_add(12);
                    let wanted = usize::try_from(word(8).unwrap_or(0)).unwrap_or(usize::MAX);
                    let wanted = wanted.min(block.len().saturating_sub(start));
                    let link = interfaces.first().map_or(0xffff, |it| it.link);
                    self.packet(bytes, start, wanted, link, None);
                }
                _ => {}
            }
            // Blocks are padded to four bytes; a length that is not says so itself.
            at = end;
        }
        Some(())
    }
}

/// What an interface of a pcapng file says of its packets.
struct Interface {
    link: u16,
    /// Units of time in a second, as a power of ten (or of two).
    resolution: u8,
}

impl Interface {
    fn read(block: &[u8], at: usize, is_big: bool) -> Self {
        let short = |at: usize| {
            let bytes = block.get(at..)?.first_chunk::<2>()?;
            Some(if is_big {
                u16::from_be_bytes(*bytes)
            } else {
                u16::from_le_bytes(*bytes)
            })
        };
        let mut resolution = 6;
        let mut option = at.saturating_add(16);
        while let (Some(code), Some(len)) = (short(option), short(option.saturating_add(2))) {
            let value = option.saturating_add(4);
            match code {
                0 => break,
                9 => resolution = block.get(value).copied().unwrap_or(6),
                _ => {}
            }
            option = value.saturating_add(usize::from(len).next_multiple_of(4));
        }
        Self {
            link: short(at.saturating_add(8)).unwrap_or(0xffff),
            resolution,
        }
    }

    fn micros(&self, ticks: u64) -> u64 {
        let exponent = u32::from(self.resolution & 0x7f);
        let base = if self.resolution & 0x80 == 0 {
            10_u128
        } else {
            2
        };
        let per_second = base.checked_pow(exponent).unwrap_or(1).max(1);
        let micros = u128::from(ticks).saturating_mul(1_000_000) / per_second;
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

fn number(bytes: &[u8], at: usize, is_big: bool) -> Option<u32> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    Some(if is_big {
        u32::from_be_bytes(*word)
    } else {
        u32::from_le_bytes(*word)
    })
}

const fn link_of(number: u16) -> Option<Link> {
    match number {
        1 => Some(Link::Ethernet),
        // Loopback of BSD and Windows, in host and in network order.
        0 | 108 => Some(Link::Loopback),
        12 | 14 | 101 | 228 | 229 => Some(Link::Raw),
        113 => Some(Link::Sll),
        276 => Some(Link::Sll2),
        _ => None,
    }
}
