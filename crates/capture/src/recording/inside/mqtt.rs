//! MQTT of both sides: packets are followed by their lengths, so that they can be found again behind a gap.

use mqttscope_wire::frame;

use super::super::event::Moment;
use super::Out;
use super::evidence::{First, first};
use super::hunt::Hunt;

pub(in crate::recording) struct Mqtt {
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    /// Bytes of the packet that is still to come.
    remaining: u64,
    /// A fixed header that is not all there.
    header: [u8; 5],
    header_len: usize,
    /// Bytes of a packet that a gap damaged, which are passed over.
    passing: u64,
    /// Where the next packet begins is not known.
    lost: Option<Box<Hunt>>,
    /// The last bytes that were given are of a packet without an end.
    is_broken: bool,
}

impl Mqtt {
    /// `known`: of which sides the first byte is the first of a packet.
    pub(super) fn new(known: [bool; 2]) -> Self {
        let side = |is_known: bool| Side {
            lost: (!is_known).then(Box::default),
            ..Side::default()
        };
        Self {
            sides: known.map(side),
        }
    }

    pub(super) fn held(&self) -> usize {
        let held = |side: &Side| side.lost.as_ref().map_or(0, |hunt| hunt.held());
        self.sides.iter().map(held).sum()
    }

    pub(super) fn handle(&mut self, side: usize, bytes: &[u8], moment: Moment, out: &mut Out<'_>) {
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        let mut bytes = bytes;
        if own.passing > 0 {
            let len = usize::try_from(own.passing)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            own.passing = own.passing.saturating_sub(len as u64);
            out.skipped(side, moment, bytes.get(..len).unwrap_or_default());
            bytes = bytes.get(len..).unwrap_or_default();
        }
        if own.lost.is_none() {
            let followed = own.follow(bytes);
            let Some((sound, rest)) = bytes.split_at_checked(followed) else {
                return;
            };
            out.bytes(side, moment, sound);
            if rest.is_empty() {
                return;
            }
            own.lost = Some(Box::default());
            own.is_broken = true;
            bytes = rest;
        }
        if let Some(hunt) = &mut own.lost
            && !bytes.is_empty()
        {
            hunt.push(bytes, moment);
        }
        own.search(side, false, out);
        let limit = out.limits.look;
        if let Some(hunt) = &mut own.lost
            && hunt.held() > limit
        {
            match hunt.likely() {
                Some((place, _)) => own.found(place, side, out),
                None => {
                    own.is_broken = false;
                    hunt.drain(limit / 2, |bytes, moment| out.skipped(side, moment, bytes));
                }
            }
        }
    }

    pub(super) fn gap(&mut self, side: usize, len: Option<u64>, out: &mut Out<'_>) {
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        own.give_up(side, out);
        out.gap(side, len);
        let known = len.unwrap_or(u64::MAX);
        own.is_broken = false;
        if own.lost.is_some() {
            return;
        }
        if own.passing > 0 && known <= own.passing {
            own.passing = own.passing.saturating_sub(known);
        } else if own.passing == 0 && own.remaining > 0 && known <= own.remaining {
            // The next packet begins where this one would have ended.
            own.passing = own.remaining.saturating_sub(known);
            own.remaining = 0;
        } else {
            *own = Side {
                lost: Some(Box::default()),
                ..Side::default()
            };
        }
    }

    /// Decides for want of room where packets begin.
    pub(super) fn decide(&mut self, out: &mut Out<'_>) {
        for (side, own) in self.sides.iter_mut().enumerate() {
            own.search(side, true, out);
            let likely = own.lost.as_ref().and_then(|hunt| hunt.likely());
            if let Some((place, _)) = likely {
                own.found(place, side, out);
            }
            own.give_up(side, out);
        }
    }

    pub(super) fn finish(&mut self, out: &mut Out<'_>) {
        self.decide(out);
    }
}

impl Side {
    /// Looks for the next packet, and goes on from it.
    fn search(&mut self, side: usize, is_final: bool, out: &mut Out<'_>) {
        while let Some(hunt) = &mut self.lost
            && let Some(place) = hunt.find(is_final)
        {
            self.found(place, side, out);
        }
    }

    /// Goes on from a place where a packet begins.
    fn found(&mut self, place: usize, side: usize, out: &mut Out<'_>) {
        let Some(mut hunt) = self.lost.take() else {
            return;
        };
        if place == 0 && self.is_broken {
            out.skipped(side, hunt.moment(), &[]);
        }
        self.is_broken = false;
        hunt.drain(place, |bytes, moment| out.skipped(side, moment, bytes));
        (self.remaining, self.header_len) = (0, 0);
        let followed = self.follow(hunt.bytes()).max(1);
        hunt.drain(followed, |bytes, moment| out.bytes(side, moment, bytes));
        if !hunt.is_empty() {
            self.is_broken = true;
            self.lost = Some(hunt);
        }
    }

    /// Gives bytes in which no packet was found.
    fn give_up(&mut self, side: usize, out: &mut Out<'_>) {
        if let Some(hunt) = &mut self.lost {
            self.is_broken &= hunt.is_empty();
            hunt.drain(usize::MAX, |bytes, moment| out.skipped(side, moment, bytes));
        }
    }

    /// Follows packets; how many bytes belong to them. Less than all: behind them it is not known where a packet
    /// begins.
    fn follow(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0_usize;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            if self.remaining > 0 {
                let len = usize::try_from(self.remaining)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                self.remaining = self.remaining.saturating_sub(len as u64);
                at = at.saturating_add(len);
                if self.remaining > 0 {
                    return at;
                }
                continue;
            }
            if rest.is_empty() {
                return at;
            }
            if self.header_len > 0 {
                at = at.saturating_add(1);
                if !self.add_to_header(rest) {
                    return at;
                }
                continue;
            }
            match frame::header(rest) {
                frame::Header::Complete { header_len, len } => {
                    if !is_followed(rest, len) {
                        self.remaining = 0;
                        return at.saturating_add(header_len.min(rest.len()));
                    }
                    self.remaining = len.saturating_sub(header_len) as u64;
                    at = at.saturating_add(header_len);
                }
                frame::Header::Incomplete { .. } => {
                    if let Some(kept) = self.header.get_mut(..rest.len()) {
                        kept.copy_from_slice(rest);
                        self.header_len = rest.len();
                    }
                    return bytes.len();
                }
                frame::Header::TooLong => return at.saturating_add(rest.len().min(5)),
            }
        }
    }

    /// Adds a byte to a header that is not all there; false: the length has no end.
    fn add_to_header(&mut self, rest: &[u8]) -> bool {
        if let (Some(place), Some(&byte)) = (self.header.get_mut(self.header_len), rest.first()) {
            *place = byte;
        }
        self.header_len = self.header_len.saturating_add(1);
        let header = self.header.get(..self.header_len).unwrap_or_default();
        match frame::header(header) {
            frame::Header::Complete { header_len, len } => {
                self.remaining = len.saturating_sub(header_len) as u64;
                self.header_len = 0;
                true
            }
            frame::Header::Incomplete { .. } => true,
            frame::Header::TooLong => {
                self.header_len = 0;
                false
            }
        }
    }
}

/// Whether a packet can be followed to its end: its header is fair, or what comes behind it is.
fn is_followed(bytes: &[u8], len: usize) -> bool {
    if first(bytes) != First::Unfair {
        return true;
    }
    match bytes.get(len..) {
        Some(behind) => behind.is_empty() || first(behind) != First::Unfair,
        None => false,
    }
}
