//! The search for packets in bytes of one side that begin anywhere.

use std::collections::VecDeque;

use super::super::event::Moment;
use super::evidence::{Chain, First, Goes, first, partial_publish};

/// Places where packets may begin, of which it is not known yet.
const MOST_CHAINS: usize = 16;

/// Bytes that may be looked into for each that comes, so that the search is linear.
const EFFORT: usize = 16;

/// What one packet must prove where nothing else speaks for its place.
const SURE: u32 = 7;

/// The smallest segment that every host takes (RFC 9293, section 3.7.1), in bytes.
const SMALLEST_SEGMENT: u64 = 536;

/// Bytes of one side with the places where segments began.
#[derive(Default)]
pub(super) struct Hunt {
    bytes: Vec<u8>,
    /// Bytes at the front that were taken off.
    begin: usize,
    /// Bytes that are not kept any more.
    before: u64,
    /// Where pieces begin, counted with those that are not kept, and when they came.
    marks: VecDeque<(u64, Moment)>,
    /// All before was looked at.
    scanned: usize,
    chains: Vec<Chain>,
    budget: usize,
}

impl Hunt {
    /// Memory that it takes.
    pub(super) fn held(&self) -> usize {
        let marks = self.marks.len().saturating_mul(size_of::<(u64, Moment)>());
        self.bytes().len().saturating_add(marks)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.begin..).unwrap_or_default()
    }

    /// When the first of its bytes came.
    pub(super) fn moment(&self) -> Moment {
        self.marks
            .front()
            .map(|(_, moment)| *moment)
            .unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.begin == self.bytes.len()
    }

    pub(super) fn push(&mut self, bytes: &[u8], moment: Moment) {
        // Not at each drain, as they may follow each other closely.
        if self.begin > self.bytes.len() / 2 {
            self.bytes.drain(..self.begin);
            self.before = self.before.saturating_add(self.begin as u64);
            self.begin = 0;
        }
        self.marks.push_back((self.place(self.bytes.len()), moment));
        self.bytes.extend_from_slice(bytes);
        let effort = bytes.len().saturating_mul(EFFORT).saturating_add(64);
        self.budget = self.budget.saturating_add(effort);
    }

    /// The place of a byte of the buffer among all that came.
    const fn place(&self, index: usize) -> u64 {
        self.before.saturating_add(index as u64)
    }

    /// What stands before and behind here does not belong together.
    pub(super) fn part(&mut self) {
        self.chains.clear();
        self.scanned = self.bytes().len();
    }

    /// Whether a segment begins or ends at a place.
    fn is_border(&self, at: usize) -> bool {
        let index = at.saturating_add(self.begin);
        let place = self.place(index);
        index == self.bytes.len()
            || self
                .marks
                .binary_search_by_key(&place, |(start, _)| *start)
                .is_ok()
    }

    /// Whether segments begin inside of a packet that fits into one: then their borders prove nothing.
    fn is_torn(&self, from: usize, to: usize) -> bool {
        let [from, to] = [from, to].map(|at| self.place(at.saturating_add(self.begin)));
        let behind = self.marks.partition_point(|(start, _)| *start <= from);
        let is_inside = self.marks.get(behind).is_some_and(|(start, _)| *start < to);
        is_inside && to.saturating_sub(from) <= SMALLEST_SEGMENT
    }

    /// Follows all chains, and begins new ones; `enough` says of one that no further ones are needed.
    fn look(&mut self, enough: impl Fn(&Self, &Chain) -> bool) {
        let Self {
            bytes,
            begin,
            chains,
            budget,
            ..
        } = self;
        let bytes = bytes.get(*begin..).unwrap_or_default();
        chains.retain_mut(|chain| chain.extend(bytes, budget) == Goes::On || is_proof(chain));
        while self.scanned < self.bytes().len() {
            let start = self.scanned;
            self.scanned = start.saturating_add(1);
            if first(self.bytes().get(start..).unwrap_or_default()) == First::Unfair {
                continue;
            }
            // Inside of a packet that another chain has, no packet begins.
            let is_inside =
                |chain: &Chain| chain.whole > 0 && (chain.start..chain.at).contains(&start);
            if self.chains.iter().any(is_inside) {
                continue;
            }
            let mut chain = Chain::from(start);
            let bytes = self.bytes.get(self.begin..).unwrap_or_default();
            let goes = chain.extend(bytes, &mut self.budget);
            if goes == Goes::Broken && !is_proof(&chain) {
                continue;
            }
            if enough(self, &chain) {
                self.chains.push(chain);
                return;
            }
            if self.chains.len() < MOST_CHAINS {
                self.chains.push(chain);
            } else if self.is_border(start)
                && let Some(at) = self.chains.iter().position(|chain| chain.whole == 0)
            {
                self.chains.remove(at);
                self.chains.push(chain);
            }
        }
    }

    /// Whether all bytes are whole packets, though they may be so by chance.
    pub(super) fn may_be(&self) -> bool {
        let mut chains = self.chains.iter();
        chains.any(|it| it.start == 0 && it.whole > 0 && it.at == self.bytes().len())
    }

    /// The chain that proves most.
    pub(super) fn best(&mut self) -> Option<&Chain> {
        self.look(|_, _| false);
        self.chains
            .iter()
            .max_by_key(|chain| (chain.score, core::cmp::Reverse(chain.start)))
    }

    /// Where packets begin, in bytes that are known to hold some.
    pub(super) fn find(&mut self, is_final: bool) -> Option<usize> {
        let is_found = |hunt: &Self, chain: &Chain| {
            let is_torn = hunt.is_torn(chain.start, chain.at);
            let ends_well = !is_torn && hunt.is_border(chain.at);
            let begins_well = !is_torn && hunt.is_border(chain.start);
            chain.whole >= 2
                || chain.whole == 1
                    && (begins_well && (ends_well || chain.score >= SURE)
                        || ends_well && chain.score >= SURE
                        || is_final)
        };
        self.look(is_found);
        let found = self.chains.iter().filter(|chain| is_found(self, chain));
        found.map(|chain| chain.start).min()
    }

    /// A place at the beginning of a segment where a PUBLISH seems to begin that is not all there, and what its
    /// topic proves.
    pub(super) fn likely(&self) -> Option<(usize, u32)> {
        self.chains.iter().find_map(|chain| {
            let rest = self.bytes().get(chain.at..)?;
            let score = partial_publish(rest)?;
            self.is_border(chain.start).then_some((chain.start, score))
        })
    }

    /// Takes bytes off the front, piece by piece.
    pub(super) fn drain(&mut self, len: usize, mut take: impl FnMut(&[u8], Moment)) {
        let len = len.min(self.bytes().len());
        let to = self.begin.saturating_add(len);
        let (all, end) = (self.place(self.bytes.len()), self.place(to));
        while let Some(&(start, moment)) = self.marks.front() {
            let next = self.marks.get(1).map_or(all, |(next, _)| *next);
            let index = |place: u64| {
                usize::try_from(place.saturating_sub(self.before)).unwrap_or(usize::MAX)
            };
            let piece = index(start).max(self.begin)..index(next.min(end));
            let bytes = self.bytes.get(piece).unwrap_or_default();
            if !bytes.is_empty() {
                take(bytes, moment);
            }
            // A piece that is cut goes on.
            if next > end {
                break;
            }
            self.marks.pop_front();
        }
        self.begin = to;
        self.scanned = 0;
        self.chains.clear();
    }
}

/// Enough packets in a row that they count although no packet follows.
fn is_proof(chain: &Chain) -> bool {
    chain.whole >= 2 && chain.score >= 14
}
