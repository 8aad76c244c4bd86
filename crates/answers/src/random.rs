//! Numbers that differ from message to message, in the forms that templates ask for. Not for secrets.

use mqttscope_shared::Random as Sequence;

/// A sequence of values.
#[derive(Clone, Debug)]
pub(crate) struct Random(Sequence);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Sequence::new(seed))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to 1: the 53 bits that a number of this kind keeps.
    pub(crate) const fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number between these two, both included.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let (from, to) = (from.min(to), from.max(to));
        let width = to.abs_diff(from);
        let step = match width.checked_add(1) {
            Some(count) => self.next().checked_rem(count).unwrap_or(0),
            None => self.next(),
        };
        from.wrapping_add_unsigned(step)
    }

    /// A UUID of version 4 (RFC 9562).
    pub(crate) fn uuid(&mut self) -> String {
        let high = (self.next() & !0xF000) | 0x4000;
        let low = (self.next() >> 2) | (1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        let mut random = Random::new(7);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let uuid = random.uuid();
            let bytes = uuid.as_bytes();
            assert_eq!((uuid.len(), bytes[14]), (36, b'4'), "{uuid}");
            assert!(b"89ab".contains(&bytes[19]), "{uuid}");
            assert!(seen.insert(uuid));
        }
    }

    #[test]
    fn a_number_stays_between_its_bounds() {
        let mut random = Random::new(1);
        let rolled: std::collections::BTreeSet<i64> =
            (0..200).map(|_| random.between(1, 6)).collect();
        assert_eq!(rolled.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(random.between(5, 5), 5);
        assert!((-2..=3).contains(&random.between(3, -2)));
        random.between(i64::MIN, i64::MAX);
    }
}
