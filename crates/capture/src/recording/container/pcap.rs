//! pcap, in the variants that are about (libpcap, and Wireshark's list of them).

use super::{Input, Step};
use crate::recording::fields::{Order, size};

/// The longest frame that any program writes into a pcap of a network.
const LONGEST_FRAME: u32 = 262_144;

/// Records that tell the variants of one magic number apart.
const RECORDS_TO_TRY: usize = 3;

/// What the file's header says of its records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    order: Order,
    link: u16,
    /// Length of a frame check sequence.
    fcs: usize,
    /// Nanoseconds in a unit of the fraction.
    unit: u64,
    /// Bytes of a record's header.
    header: usize,
    lengths: Lengths,
}

/// Which length comes first in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    OriginalFirst,
    /// The smaller one is what was captured.
    Unknown,
}

pub(super) enum Opening {
    /// With the length of the file's header.
    Open(Pcap, u64),
    More,
    Broken(String),
    Other,
}

impl Pcap {
    pub(super) fn open(bytes: &[u8], is_ended: bool, longest: usize) -> Opening {
        let Some(magic) = bytes.first_chunk::<4>() else {
            return Opening::Other;
        };
        let order = match magic {
            [0xa1, 0xb2, ..] | [0x1c, 0, 1, 0xab | 0xac] => Order::Big,
            [.., 0xb2, 0xa1] | [0xab | 0xac, 1, 0, 0x1c] => Order::Little,
            _ => return Opening::Other,
        };
        let (mut unit, skip, headers): (u64, u64, &[usize]) = match order.u32(bytes, 0) {
            // Red Hat 6.1 and others wrote longer records behind the standard number.
            Some(0xa1b2_c3d4) => (1000, 24, &[16, 24, 20]),
            Some(0xa1b2_3c4d) => (1, 24, &[16]),
            // Patches of 1999: two kinds of records.
            Some(0xa1b2_cd34) => (1000, 24, &[24, 28]),
            // Ixia, with the sum of all records behind the header; of hardware in nanoseconds.
            Some(0x1c00_01ac) => (1, 28, &[16]),
            Some(0x1c00_01ab) => (1000, 28, &[16]),
            _ => return Opening::Other,
        };
        let (Some(major), Some(minor), Some(network)) = (
            order.u16(bytes, 4),
            order.u16(bytes, 6),
            order.u32(bytes, 20),
        ) else {
            return if is_ended {
                Opening::Broken("the file is cut short in its header".to_owned())
            } else {
                Opening::More
            };
        };
        let lengths = match (major, minor) {
            (2, 0..=2) | (543, _) => Lengths::OriginalFirst,
            (2, 3) => Lengths::Unknown,
            (0 | 1, _) => {
                return Opening::Broken(format!("pcap version {major}.{minor} is not known here"));
            }
            _ => Lengths::CapturedFirst,
        };
        let mut link = u16::try_from(network & 0xffff).unwrap_or(u16::MAX);
        // AIX names interfaces by other numbers, and counts nanoseconds.
        if (major, minor, unit) == (2, 2, 1000) {
            let known = match network {
                6 => Some(1),
                9 => Some(6),
                15 => Some(10),
                24 => Some(0),
                _ => None,
            };
            if let Some(known) = known {
                (link, unit) = (known, 1);
            }
        }
        let fcs = if network & 0x0400_0000 != 0 {
            size(network >> 28).saturating_mul(2)
        } else {
            0
        };
        let mut pcap = Self {
            order,
            link,
            fcs,
            unit,
            header: headers.first().copied().unwrap_or(16),
            lengths,
        };
        if headers.len() > 1 && lengths == Lengths::CapturedFirst {
            let records = bytes
                .get(size(u32::try_from(skip).unwrap_or(0))..)
                .unwrap_or_default();
            let mut best: Option<(usize, usize)> = None;
            for &header in headers {
                let tried = Self { header, ..pcap };
                match tried.fits(records, is_ended, longest) {
                    Fit::All => {
                        best = Some((header, usize::MAX));
                        break;
                    }
                    Fit::More => return Opening::More,
                    Fit::Some(number) => {
                        if best.is_none_or(|(_, most)| number > most) {
                            best = Some((header, number));
                        }
                    }
                }
            }
            pcap.header = best.map_or(pcap.header, |(header, _)| header);
        }
        Opening::Open(pcap, skip)
    }

    /// Whether the first records make sense with this length of their headers.
    fn fits(&self, mut records: &[u8], is_ended: bool, longest: usize) -> Fit {
        for number in 0..RECORDS_TO_TRY {
            let Some(record) = self.record(records) else {
                return if is_ended || records.len() > longest {
                    Fit::All
                } else {
                    Fit::More
                };
            };
            let is_fair = record.captured <= LONGEST_FRAME
                && record.original <= LONGEST_FRAME.saturating_mul(16)
                && record.captured <= record.original.max(64)
                && u64::from(record.fraction)
                    < 1_000_000_000_u64.checked_div(self.unit).unwrap_or(0);
            if !is_fair {
                return Fit::Some(number);
            }
            let len = self.header.saturating_add(size(record.captured));
            match records.get(len..) {
                Some(rest) => records = rest,
                None if is_ended || records.len() > longest => return Fit::All,
                None => return Fit::More,
            }
        }
        Fit::All
    }

    fn record(&self, bytes: &[u8]) -> Option<Record> {
        let word = |at: usize| self.order.u32(bytes, at);
        bytes.get(..self.header)?;
        let (first, second) = (word(8)?, word(12)?);
        let (captured, original) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::OriginalFirst => (second, first),
            Lengths::Unknown => (first.min(second), first.max(second)),
        };
        Some(Record {
            seconds: word(0)?,
            fraction: word(4)?,
            captured,
            original,
        })
    }

    pub(super) fn step(&self, input: &Input, longest: usize) -> Step {
        let rest = input.rest();
        let Some(record) = self.record(rest) else {
            return Step::More;
        };
        let len = size(record.captured);
        if len > longest {
            return Step::Broken(format!(
                "the record at byte {} says that it has {len} bytes: nothing behind it is read",
                input.offset()
            ));
        }
        if rest.len() < self.header.saturating_add(len) {
            return Step::More;
        }
        let at_ns = u64::from(record.seconds)
            .saturating_mul(1_000_000_000)
            .saturating_add(u64::from(record.fraction).saturating_mul(self.unit));
        let cut = size(record.original).saturating_sub(len);
        Step::Packet {
            link: self.link,
            at_ns: Some(at_ns),
            interface: 0,
            skip: self.header,
            len,
            comment: None,
            fcs: self.fcs.saturating_sub(cut).min(len),
            behind: 0,
            cut: cut.saturating_sub(self.fcs),
        }
    }
}

enum Fit {
    All,
    /// This many records make sense.
    Some(usize),
    More,
}

struct Record {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}
