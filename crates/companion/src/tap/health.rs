//! Whether a tap does what it is there for, for whoever asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mqttscope_protocol::TapTold;

use crate::report::counted;

/// How a tap is.
#[derive(Debug, Default)]
pub(crate) struct Health {
    name: String,
    trouble: Mutex<Option<Trouble>>,
}

/// Why it carries nothing.
#[derive(Debug)]
struct Trouble {
    why: String,
    /// Clients that were turned away since it last was well.
    turned_away: u64,
}

impl Health {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            trouble: Mutex::default(),
        }
    }

    /// The broker was reached.
    pub(crate) fn well(&self) {
        *self.lock() = None;
    }

    /// A client was turned away for this reason.
    pub(crate) fn failed(&self, why: String) {
        let mut trouble = self.lock();
        let before = trouble.as_ref().map_or(0, |trouble| trouble.turned_away);
        *trouble = Some(Trouble {
            why,
            turned_away: before.saturating_add(1),
        });
    }

    /// For the page.
    pub(crate) fn told(&self) -> TapTold {
        let trouble = self.lock();
        let says = |Trouble { why, turned_away }: &Trouble| {
            let clients = counted(*turned_away, "connection");
            format!("{why}: {clients} of clients closed since")
        };
        TapTold {
            name: self.name.clone(),
            trouble: trouble.as_ref().map(says),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_until_it_is_over() {
        let health = Health::new("tap".to_owned());
        assert_eq!(health.told().trouble, None);
        health.failed("refused".to_owned());
        health.failed("timed out".to_owned());
        let told = health.told().trouble;
        assert_eq!(
            told.as_deref(),
            Some("timed out: 2 connections of clients closed since")
        );
        health.well();
        assert_eq!(health.told().trouble, None);
    }
}
