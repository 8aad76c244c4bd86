//! A few packet numbers, kept in place so that noting them allocates nothing.

/// Numbers of packets, oldest first; at most [`PacketNumbers::MAXIMUM`] of them. Of more, the first
/// and the newest are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PacketNumbers {
    numbers: [u64; Self::MAXIMUM],
    len: u8,
}

impl PacketNumbers {
    /// As many as are kept: the four packets of QoS 2, and two that were sent again.
    pub const MAXIMUM: usize = 6;

    /// A set without numbers.
    pub const NONE: Self = Self {
        numbers: [0; Self::MAXIMUM],
        len: 0,
    };

    /// One packet.
    #[must_use]
    pub const fn one(number: u64) -> Self {
        let mut numbers = [0; Self::MAXIMUM];
        numbers[0] = number;
        Self { numbers, len: 1 }
    }

    /// The same with another packet behind.
    #[must_use]
    pub fn and(mut self, number: u64) -> Self {
        self.push(number);
        self
    }

    /// Adds a packet; when there are too many, the newest so far makes room. A number that is
    /// there as the last is not doubled.
    pub fn push(&mut self, number: u64) {
        if self.as_slice().last() == Some(&number) {
            return;
        }
        let at = usize::from(self.len).min(Self::MAXIMUM.saturating_sub(1));
        if let Some(slot) = self.numbers.get_mut(at) {
            *slot = number;
            self.len = at.saturating_add(1) as u8;
        }
    }

    /// The numbers.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        self.numbers
            .get(..usize::from(self.len))
            .unwrap_or_default()
    }

    /// The packet that came last.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.as_slice().last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_newest_are_kept() {
        let mut numbers = PacketNumbers::one(3);
        assert_eq!(numbers.as_slice(), [3]);
        for number in [3, 4, 5, 6, 7, 8, 9, 10] {
            numbers.push(number);
        }
        assert_eq!(numbers.as_slice(), [3, 4, 5, 6, 7, 10]);
        assert_eq!(numbers.last(), Some(10));
        assert_eq!(PacketNumbers::NONE.as_slice(), []);
    }
}
