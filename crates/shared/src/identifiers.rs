//! Packet Identifiers in use by one sender (v5 and v3.1.1 section 2.2.1, 2.3.1).

use alloc::collections::BTreeSet;

use mqttscope_wire::PacketIdentifier;

/// Gives out identifiers that are not in use.
///
/// They are given round-robin, so that one is not used again at once: a late answer to an earlier
/// packet then meets no later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketIdentifiers {
    in_use: BTreeSet<PacketIdentifier>,
    next: PacketIdentifier,
}

impl Default for PacketIdentifiers {
    fn default() -> Self {
        Self {
            in_use: BTreeSet::new(),
            next: PacketIdentifier::MIN,
        }
    }
}

fn successor(identifier: PacketIdentifier) -> PacketIdentifier {
    identifier
        .get()
        .checked_add(1)
        .and_then(PacketIdentifier::new)
        .unwrap_or(PacketIdentifier::MIN)
}

impl PacketIdentifiers {
    /// All are free.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a free identifier; none when all 65,535 are in use.
    pub fn allocate(&mut self) -> Option<PacketIdentifier> {
        //= [MQTT-2.2.1-3] v5, [MQTT-2.3.1-2] v3.1.1: a new packet takes an identifier not in use
        let mut candidate = self.next;
        for &used in self.in_use.range(self.next..) {
            if used != candidate {
                break;
            }
            candidate = successor(candidate);
        }
        if self.in_use.contains(&candidate) {
            // The run went to the end and around; the first gap from the beginning is free.
            candidate = PacketIdentifier::MIN;
            for &used in &self.in_use {
                if used != candidate {
                    break;
                }
                if used.get() == u16::MAX {
                    return None;
                }
                candidate = successor(candidate);
            }
        }
        self.in_use.insert(candidate);
        self.next = successor(candidate);
        Some(candidate)
    }

    /// Takes this identifier, as when a session is restored; false when it is in use.
    pub fn reserve(&mut self, identifier: PacketIdentifier) -> bool {
        self.in_use.insert(identifier)
    }

    /// Gives it back; false when it was not in use.
    pub fn release(&mut self, identifier: PacketIdentifier) -> bool {
        self.in_use.remove(&identifier)
    }

    /// Whether it is in use.
    #[must_use]
    pub fn is_in_use(&self, identifier: PacketIdentifier) -> bool {
        self.in_use.contains(&identifier)
    }

    /// How many are in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.in_use.len()
    }

    /// Whether none is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_use.is_empty()
    }

    /// Those in use, least first.
    pub fn iter(&self) -> impl Iterator<Item = PacketIdentifier> + '_ {
        self.in_use.iter().copied()
    }

    /// Where the search for the next one begins.
    #[must_use]
    pub const fn next(&self) -> PacketIdentifier {
        self.next
    }

    /// Sets where the search begins, as when a session is restored.
    pub const fn set_next(&mut self, next: PacketIdentifier) {
        self.next = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> PacketIdentifier {
        PacketIdentifier::new(number).unwrap()
    }

    #[test]
    fn round_robin_over_gaps_and_the_end() {
        let mut identifiers = PacketIdentifiers::new();
        assert_eq!(identifiers.allocate(), Some(id(1)));
        assert_eq!(identifiers.allocate(), Some(id(2)));
        assert!(identifiers.release(id(1)));
        assert!(!identifiers.release(id(1)));
        assert_eq!(
            identifiers.allocate(),
            Some(id(3)),
            "1 is free but not next"
        );
        identifiers.set_next(id(u16::MAX));
        assert_eq!(identifiers.allocate(), Some(id(u16::MAX)));
        assert_eq!(identifiers.allocate(), Some(id(1)));
        assert_eq!(identifiers.allocate(), Some(id(4)), "2 and 3 are in use");
        identifiers.set_next(id(u16::MAX));
        assert_eq!(identifiers.allocate(), Some(id(5)));
    }

    #[test]
    fn none_is_given_twice_and_the_last_is_given() {
        let mut identifiers = PacketIdentifiers::new();
        for number in 1..=u16::MAX {
            assert_eq!(identifiers.allocate(), Some(id(number)));
        }
        assert_eq!(identifiers.allocate(), None);
        identifiers.release(id(40_000));
        assert_eq!(identifiers.allocate(), Some(id(40_000)));
        assert_eq!(identifiers.allocate(), None);
    }
}
