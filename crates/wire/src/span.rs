//! Places in a packet, counted in bits.

/// A run of bits: `start` counts from the most significant bit of the packet's first byte.
///
/// A packet has at most 268,435,460 bytes, so its bits fit `u32`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// First bit.
    pub start: u32,
    /// Number of bits.
    pub len: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no packet has 2^29 bytes: its length is a variable byte integer"
    )]
    pub const fn of_bytes(start: usize, end: usize) -> Self {
        Self {
            start: (start as u32).wrapping_mul(8),
            len: (end.wrapping_sub(start) as u32).wrapping_mul(8),
        }
    }

    /// One past the last bit.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// The bytes that hold at least one of the bits: `(first, one past the last)`.
    #[must_use]
    pub const fn bytes(self) -> (usize, usize) {
        ((self.start / 8) as usize, self.end().div_ceil(8) as usize)
    }

    /// Whether every bit of `other` lies in this span.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end() <= self.end()
    }

    /// The part of `packet` that the span covers, whole bytes; what lies outside is left off.
    #[must_use]
    pub fn slice(self, packet: &[u8]) -> &[u8] {
        let (start, end) = self.bytes();
        packet.get(start..end.min(packet.len())).unwrap_or_default()
    }
}

impl core::fmt::Display for Span {
    /// `byte 3`, `bytes 3 to 6` or `bits 5 to 6 of byte 0`, counted from 0, in a byte from its most
    /// significant bit.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (first, end) = self.bytes();
        let last = end.saturating_sub(1).max(first);
        let (from, to) = (self.start % 8, self.end().saturating_sub(1) % 8);
        let is_whole = self.len == 0 || (from == 0 && to == 7);
        match (is_whole, first == last) {
            (true, true) => write!(f, "byte {first}"),
            (true, false) => write!(f, "bytes {first} to {last}"),
            (false, true) if from == to => write!(f, "bit {from} of byte {first}"),
            (false, true) => write!(f, "bits {from} to {to} of byte {first}"),
            (false, false) => write!(f, "bit {from} of byte {first} to bit {to} of byte {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_words() {
        for (start, len, words) in [
            (24, 8, "byte 3"),
            (24, 0, "byte 3"),
            (24, 32, "bytes 3 to 6"),
            (7, 1, "bit 7 of byte 0"),
            (5, 2, "bits 5 to 6 of byte 0"),
            (4, 8, "bit 4 of byte 0 to bit 3 of byte 1"),
        ] {
            assert_eq!(Span { start, len }.to_string(), words);
        }
    }
}
