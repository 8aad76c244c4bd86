//! How long to wait before the next attempt to connect.

use core::time::Duration;

use mqttscope_shared::Random;

use super::Reconnect;

/// Attempts that failed in a row, and a source of jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backoff {
    pub(super) failures: u32,
    jitter: Random,
}

impl Backoff {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            jitter: Random::new(seed),
        }
    }

    /// The delay before the next attempt; none when there were enough.
    pub(super) fn next(&mut self, reconnect: Reconnect) -> Option<Duration> {
        if reconnect
            .attempts
            .is_some_and(|attempts| self.failures >= attempts)
        {
            return None;
        }
        let factor = 1_u32.checked_shl(self.failures.min(31)).unwrap_or(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        let longest = reconnect
            .first
            .saturating_mul(factor)
            .min(reconnect.longest);
        let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        let half = millis / 2;
        let jitter = self
            .jitter
            .next_u64()
            .checked_rem(half.saturating_add(1))
            .unwrap_or_default();
        Some(Duration::from_millis(millis.saturating_sub(jitter)))
    }
}

/// Where the jitter begins that nobody has given a seed: FNV-1a (Fowler, Noll and Vo, 1991) of the
/// Client Identifier, so that two clients do not come back at the same moment.
pub(super) fn seed_of(client_identifier: &str) -> u64 {
    client_identifier
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_without_a_seed_differ_by_their_identifiers() {
        let [a, b] = ["a", "b"].map(|identifier| Backoff::new(seed_of(identifier)));
        let delay = |mut backoff: Backoff| backoff.next(Reconnect::default());
        assert_ne!(delay(a), delay(b));
    }

    #[test]
    fn delays_double_up_to_the_longest_with_jitter_below() {
        for seed in 0..50 {
            let mut backoff = Backoff::new(seed);
            let reconnect = Reconnect {
                first: Duration::from_secs(1),
                longest: Duration::from_secs(10),
                attempts: Some(40),
                ..Reconnect::default()
            };
            for full in [1_u64, 2, 4, 8, 10, 10] {
                let delay = backoff.next(reconnect).unwrap();
                assert!(
                    delay <= Duration::from_secs(full)
                        && delay >= Duration::from_millis(full * 500)
                );
            }
            for _ in 6..40 {
                assert!(backoff.next(reconnect).unwrap() <= Duration::from_secs(10));
            }
            assert_eq!(backoff.next(reconnect), None);
        }
        assert_ne!(
            Backoff::new(1).next(Reconnect::default()),
            Backoff::new(2).next(Reconnect::default()),
            "clients do not come back all at once"
        );
    }
}
