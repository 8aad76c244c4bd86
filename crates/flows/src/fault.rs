//! Faults in plain words.

use super::scenario::{Fault, Scenario, When};
use super::text::seconds;

impl Scenario {
    /// A fault in words, with its moment: the name of a fork, and what is told of it.
    #[must_use]
    pub fn fault_words(&self, fault: &Fault) -> String {
        let name = |client: &usize| self.name_of(*client);
        let state = |keeps: bool| if keeps { "state kept" } else { "state lost" };
        match fault {
            Fault::Cut { client, when } => {
                let when = match when {
                    When::At(at) => format!("at {}", seconds(*at)),
                    When::Before(nth) => {
                        format!("while {} {} is on its way", nth.kind.name(), nth.n)
                    }
                    When::After(nth) => format!("after {} {}", nth.kind.name(), nth.n),
                };
                format!("cut {}'s connection {when}", name(client))
            }
            Fault::Restart { client, at, keeps } => format!(
                "restart {} at {}, {}",
                name(client),
                seconds(*at),
                state(*keeps)
            ),
            Fault::RestartBroker { at, keeps } => {
                format!("restart the broker at {}, {}", seconds(*at), state(*keeps))
            }
            Fault::Offline { client, from, to } => format!(
                "{} offline from {} to {}",
                name(client),
                seconds(*from),
                seconds(*to)
            ),
            Fault::Slow { client, at, delay } => format!(
                "slow down {}'s link to {delay} ms at {}",
                name(client),
                seconds(*at)
            ),
            Fault::Hold {
                client,
                from,
                until,
            } => format!(
                "hold back {}'s acknowledgements from {} to {}",
                name(client),
                seconds(*from),
                seconds(*until)
            ),
        }
    }

    /// The scenario with another fault, and a title that says so.
    #[must_use]
    pub fn forked(&self, fault: Fault) -> Self {
        let title = format!("{} + {}", self.title, self.fault_words(&fault));
        Self {
            title: title.trim_start_matches(" + ").to_owned(),
            ..self.with_fault(fault)
        }
    }
}
