//! IP packets in parts, in any order. What two parts hold both is taken from the first.

use core::net::IpAddr;
use std::collections::{HashMap, VecDeque};

/// Packets that wait for parts.
const MOST_PACKETS: usize = 256;

/// Parts of one packet.
const MOST_PARTS: usize = 128;

/// The longest packet.
const LONGEST: usize = 1 << 16;

/// Which packet a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fragment {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) identification: u32,
    pub(super) protocol: u8,
    pub(super) path: u64,
}

/// A part of a packet.
pub(super) struct Part<'a> {
    pub(super) offset: usize,
    pub(super) has_more: bool,
    pub(super) bytes: &'a [u8],
    /// Nothing of it was left out by the capture.
    pub(super) is_whole: bool,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// From and to, in order, without overlap.
    there: Vec<(usize, usize)>,
    total: Option<usize>,
    parts: usize,
}

/// Packets whose parts are still to come.
#[derive(Default)]
pub(in crate::recording) struct Fragments {
    waiting: HashMap<Fragment, Waiting>,
    order: VecDeque<Fragment>,
}

impl Fragments {
    /// Keeps a part; gives the packet when it is whole.
    pub(super) fn add(&mut self, of: Fragment, part: &Part<'_>) -> Option<Vec<u8>> {
        let end = part.offset.saturating_add(part.bytes.len());
        if !part.is_whole || end > LONGEST || part.bytes.is_empty() {
            return None;
        }
        if !self.waiting.contains_key(&of) {
            if self.waiting.len() >= MOST_PACKETS {
                let oldest = self.order.pop_front()?;
                self.waiting.remove(&oldest);
            }
            self.order.push_back(of);
        }
        let packet = self.waiting.entry(of).or_default();
        packet.parts = packet.parts.saturating_add(1);
        if packet.parts > MOST_PARTS {
            return None;
        }
        if !part.has_more {
            packet.total = packet.total.or(Some(end));
        }
        packet.put(part.offset, part.bytes);
        let total = packet.total?;
        let is_all = packet
            .there
            .first()
            .is_some_and(|&(from, to)| from == 0 && to >= total);
        if !is_all {
            return None;
        }
        let mut whole = self.waiting.remove(&of)?;
        self.order.retain(|other| *other != of);
        whole.bytes.truncate(total);
        Some(whole.bytes)
    }
}

impl Waiting {
    fn put(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset.saturating_add(bytes.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        // Between what is there already.
        let mut at = offset;
        for &(from, to) in self.there.iter().chain([(usize::MAX, usize::MAX)].iter()) {
            if at >= end {
                break;
            }
            let until = end.min(from);
            if at < until
                && let (Some(target), Some(source)) = (
                    self.bytes.get_mut(at..until),
                    bytes.get(at.saturating_sub(offset)..until.saturating_sub(offset)),
                )
            {
                target.copy_from_slice(source);
            }
            at = at.max(to);
        }
        self.there.push((offset, end));
        self.there.sort_unstable();
        let mut joined: Vec<(usize, usize)> = Vec::with_capacity(self.there.len());
        for &(from, to) in &self.there {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        self.there = joined;
    }
}
