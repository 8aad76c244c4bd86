//! Addresses where a connection was accepted, so that nobody doubts them when a later one fails.

use std::collections::VecDeque;

use mqttscope_wire::ProtocolVersion;

use crate::protocol::Target;

/// Addresses that are remembered.
const MOST: usize = 200;

/// An address that worked.
#[derive(Clone, Debug)]
pub(crate) struct Worked {
    target: Target,
    /// When the last accepted connection ended: milliseconds since 1970.
    pub(crate) until_ms: f64,
    /// The versions that were accepted.
    pub(crate) versions: Vec<ProtocolVersion>,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct WorkedAddresses(VecDeque<Worked>);

impl WorkedAddresses {
    /// An accepted connection has ended.
    pub(crate) fn note(&mut self, target: Target, version: ProtocolVersion, now_ms: f64) {
        if let Some(known) = self.0.iter_mut().find(|known| known.target == target) {
            known.until_ms = now_ms;
            if !known.versions.contains(&version) {
                known.versions.push(version);
            }
            return;
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Worked {
            target,
            until_ms: now_ms,
            versions: vec![version],
        });
    }

    /// What is known of an address.
    pub(crate) fn of(&self, target: &Target) -> Option<&Worked> {
        self.0.iter().find(|known| known.target == *target)
    }
}
