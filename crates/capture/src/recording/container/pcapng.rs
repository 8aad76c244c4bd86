//! pcapng: blocks in sections, each section in its own byte order.

use super::{Input, Step};
use crate::mark::{NOT_KEPT, is_of_tap};
use crate::recording::fields::{Order, size};

const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The longest block that is looked into: key logs are longer than frames.
const LONGEST_BLOCK: usize = 16 << 20;

/// The most interfaces of a section.
const MOST_INTERFACES: usize = 1 << 16;

/// A key log for TLS (`TLSK`).
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// The section that is being read.
#[derive(Default)]
pub(super) struct Pcapng {
    order: Option<Order>,
    interfaces: Vec<Interface>,
}

/// What an interface says of its packets.
struct Interface {
    link: u16,
    snaplen: u32,
    fcs: usize,
    /// Units of time in a second.
    per_second: u64,
    /// Seconds to be added.
    offset: i64,
}

impl Pcapng {
    pub(super) fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&SECTION)
    }

    pub(super) fn step(&mut self, input: &Input, longest: usize) -> Step {
        let rest = input.rest();
        let broken = |why: &str| {
            Step::Broken(format!(
                "the block at byte {} {why}: nothing behind it is read",
                input.offset()
            ))
        };
        if rest.starts_with(&SECTION) {
            match rest.get(8..).and_then(|magic| magic.first_chunk::<4>()) {
                Some([0x1a, 0x2b, 0x3c, 0x4d]) => self.order = Some(Order::Big),
                Some([0x4d, 0x3c, 0x2b, 0x1a]) => self.order = Some(Order::Little),
                Some(_) => return broken("is a section of no byte order"),
                None => return Step::More,
            }
        }
        let order = self.order.unwrap_or(Order::Little);
        let (Some(kind), Some(said)) = (order.u32(rest, 0), order.u32(rest, 4)) else {
            return Step::More;
        };
        let len = size(said);
        if len < 12 {
            return broken("is shorter than a block can be");
        }
        if len > LONGEST_BLOCK.max(longest.saturating_add(4096)) {
            let note = format!(
                "a block of {len} bytes at byte {} is not read",
                input.offset()
            );
            return Step::Note(note, u64::from(said));
        }
        if rest.len() < len {
            return Step::More;
        }
        let Some(whole) = whole(order, rest, len, said, input.is_ended) else {
            return Step::More;
        };
        let end = len.saturating_sub(4);
        let block = rest.get(..end).unwrap_or_default();
        match kind {
            0x0a0d_0d0a => self.interfaces.clear(),
            1 if self.interfaces.len() < MOST_INTERFACES => {
                self.interfaces.push(Interface::read(block, order));
            }
            6 | 2 | 3 => return self.packet(kind, order, block, whole),
            10 => {
                let length = size(order.u32(block, 12).unwrap_or(0));
                let length = length.min(block.len().saturating_sub(16));
                if order.u32(block, 8) == Some(TLS_KEY_LOG) {
                    return Step::KeyLog {
                        skip: 16,
                        len: length,
                        behind: whole.saturating_sub(length).saturating_sub(16),
                    };
                }
                let note = "a block of secrets that are no TLS key log is not read".to_owned();
                return Step::Note(note, whole as u64);
            }
            5 => {
                let mut said = options(block, order, 20).filter(|(code, _)| *code == 1);
                let comment = said
                    .next()
                    .and_then(|(_, it)| core::str::from_utf8(it).ok());
                // Other programs have other comments there.
                if let Some(comment) = comment.filter(|it| it.contains(NOT_KEPT)) {
                    return Step::Note(comment.to_owned(), whole as u64);
                }
            }
            _ => {}
        }
        Step::Skip(whole as u64)
    }

    /// A frame: enhanced, of old, or simple.
    fn packet(&self, kind: u32, order: Order, block: &[u8], whole: usize) -> Step {
        let word = |at: usize| order.u32(block, at);
        let (interface, skip) = match kind {
            6 => (word(8).map(size), 28_usize),
            2 => (order.u16(block, 8).map(usize::from), 28),
            _ => (Some(0), 12),
        };
        let number = interface.unwrap_or(usize::MAX);
        let (Some(interface), Some(original)) = (
            self.interfaces.get(number),
            word(if kind == 3 { 8 } else { 24 }),
        ) else {
            let note = format!(
                "frames of interface {number}, which the file does not describe, are not read"
            );
            return Step::Note(note, whole as u64);
        };
        let room = block.len().saturating_sub(skip);
        let captured = match kind {
            3 if interface.snaplen == 0 => original,
            3 => original.min(interface.snaplen),
            _ => word(20).unwrap_or(0),
        };
        let len = size(captured).min(room);
        let at_ns = match (kind, word(12), word(16)) {
            (3, ..) => None,
            (_, Some(high), Some(low)) => {
                interface.nanoseconds((u64::from(high) << 32) | u64::from(low))
            }
            _ => None,
        };
        let cut = size(original).saturating_sub(len);
        let fcs = if kind == 6 {
            let options = skip.saturating_add(len.next_multiple_of(4));
            flags_fcs(block, order, options).unwrap_or(interface.fcs)
        } else {
            interface.fcs
        };
        Step::Packet {
            link: interface.link,
            at_ns,
            interface: u32::try_from(number).unwrap_or(u32::MAX),
            skip,
            len,
            comment: (kind == 6)
                .then(|| mark_at(block, order, skip, len))
                .flatten(),
            fcs: fcs.saturating_sub(cut).min(len),
            behind: whole.saturating_sub(skip).saturating_sub(len),
            cut: cut.saturating_sub(fcs),
        }
    }
}

/// The length of a block with what pads it; `None` until it is known. A length that is no multiple of four is
/// wrong, and its writer may have padded the block or not: the length behind it tells.
fn whole(order: Order, rest: &[u8], len: usize, said: u32, is_ended: bool) -> Option<usize> {
    let padded = len.next_multiple_of(4);
    if padded == len || order.u32(rest, len.saturating_sub(4)) == Some(said) {
        return Some(len);
    }
    match rest.len() < padded {
        true if is_ended => Some(rest.len()),
        true => None,
        false => Some(padded),
    }
}

/// Where the comment of a frame stands that says what a tap did, or between whom it stands (behind the frame's first byte), and its length.
fn mark_at(block: &[u8], order: Order, skip: usize, len: usize) -> Option<(usize, usize)> {
    let at = skip.saturating_add(len.next_multiple_of(4));
    let mut comments = options_at(block, order, at).filter(|(code, ..)| *code == 1);
    let (_, start, value) = comments.find(|(.., value)| is_of_tap(value))?;
    Some((start.checked_sub(skip)?, value.len()))
}

/// The options of a block: code and value, as far as they are there.
fn options(block: &[u8], order: Order, at: usize) -> impl Iterator<Item = (u16, &[u8])> {
    options_at(block, order, at).map(|(code, _, value)| (code, value))
}

/// The same with the place of each value.
fn options_at(block: &[u8], order: Order, at: usize) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut at = at;
    core::iter::from_fn(move || {
        let code = order.u16(block, at)?;
        let len = usize::from(order.u16(block, at.saturating_add(2))?);
        let start = at.saturating_add(4);
        let value = block.get(start..start.saturating_add(len))?;
        at = start.saturating_add(len.next_multiple_of(4));
        (code != 0).then_some((code, start, value))
    })
}

/// The length of the frame check sequence that the flags of a packet name.
fn flags_fcs(block: &[u8], order: Order, at: usize) -> Option<usize> {
    let (_, value) = options(block, order, at).find(|(code, _)| *code == 2)?;
    let fcs = size(order.u32(value, 0)? >> 5 & 15);
    (fcs > 0).then_some(fcs)
}

impl Interface {
    fn read(block: &[u8], order: Order) -> Self {
        let mut interface = Self {
            link: order.u16(block, 8).unwrap_or(u16::MAX),
            snaplen: order.u32(block, 12).unwrap_or(0),
            fcs: 0,
            per_second: 1_000_000,
            offset: 0,
        };
        for (code, value) in options(block, order, 16) {
            match (code, value) {
                (9, [exponent, ..]) => {
                    let base = if exponent & 0x80 == 0 { 10_u64 } else { 2 };
                    // Finer than 64 bits can count: such a time is not known.
                    interface.per_second =
                        base.checked_pow(u32::from(exponent & 0x7f)).unwrap_or(0);
                }
                (13, [fcs, ..]) => interface.fcs = usize::from(*fcs),
                (14, _) => {
                    let seconds = order.u64(value, 0).unwrap_or(0);
                    interface.offset = seconds.cast_signed();
                }
                _ => {}
            }
        }
        interface
    }

    fn nanoseconds(&self, ticks: u64) -> Option<u64> {
        let nanoseconds = u128::from(ticks)
            .saturating_mul(1_000_000_000)
            .checked_div(u128::from(self.per_second))?;
        let offset = i128::from(self.offset).saturating_mul(1_000_000_000);
        let since = i128::try_from(nanoseconds).ok()?.checked_add(offset)?;
        u64::try_from(since).ok()
    }
}
