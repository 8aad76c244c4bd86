//! Addresses where a connection was accepted, so that nobody doubts them when a later one fails; and those where none
//! could be opened, since a browser then waits before it tries again.

use core::time::Duration;

use mqttscope_shared::Instant;
use std::collections::VecDeque;

use mqttscope_protocol::Target;
use mqttscope_wire::ProtocolVersion;

/// Addresses that are remembered.
const MOST: usize = 200;

/// An address that worked.
#[derive(Clone, Debug)]
pub(crate) struct Worked {
    target: Target,
    /// When the last accepted connection ended: milliseconds since 1970.
    pub(crate) until: Instant,
    /// The versions that were accepted.
    pub(crate) versions: Vec<ProtocolVersion>,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct WorkedAddresses {
    worked: VecDeque<Worked>,
    /// Where the last attempts failed, and when.
    failed: VecDeque<(Target, Instant)>,
}

/// A browser that delays the next attempt at an address has forgotten its failures after this time.
const DELAYED: Duration = Duration::from_secs(300);

impl WorkedAddresses {
    /// An accepted connection has ended.
    pub(crate) fn note(&mut self, target: Target, version: ProtocolVersion, now: Instant) {
        if let Some(known) = self.worked.iter_mut().find(|known| known.target == target) {
            known.until = now;
            if !known.versions.contains(&version) {
                known.versions.push(version);
            }
            return;
        }
        if self.worked.len() >= MOST {
            self.worked.pop_front();
        }
        self.worked.push_back(Worked {
            target,
            until: now,
            versions: vec![version],
        });
    }

    /// What is known of an address.
    pub(crate) fn of(&self, target: &Target) -> Option<&Worked> {
        self.worked.iter().find(|known| known.target == *target)
    }

    /// A connection could not be opened. Whether another to the same address failed shortly before, so that the
    /// browser may have waited before it tried this one.
    pub(crate) fn note_failed(&mut self, target: &Target, now: Instant) -> bool {
        self.failed.retain(|(_, at)| now - *at < DELAYED);
        let is_again = self.failed.iter().any(|(known, _)| known == target);
        if self.failed.len() >= MOST {
            self.failed.pop_front();
        }
        self.failed.push_back((target.clone(), now));
        is_again
    }
}
