//! Faults of a scenario that did not happen in its run, and why.

use super::{Break, Why};
use crate::scenario::{Fault, Scenario, When};
use crate::text::seconds;

/// A fault that did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Its index among the faults of the scenario.
    pub fault: usize,
    /// That it does not happen, and why, as a sentence.
    pub text: String,
}

/// `traps` are the cuts that wait for a packet: the index of the fault, and how many such packets are
/// still to come.
pub(super) fn unused(scenario: &Scenario, traps: &[(usize, u32)], breaks: &[Break]) -> Vec<Unused> {
    let why = |index: usize, fault: &Fault| match fault {
        Fault::Cut {
            client,
            when: When::Before(nth) | When::After(nth),
        } => {
            let (_, left) = traps.iter().find(|(fault, _)| *fault == index)?;
            let (kind, name) = (nth.kind.name(), scenario.name_of(*client));
            match (left, nth.n.saturating_sub(*left)) {
                (0, _) => None,
                (_, 0) => Some(format!("no {kind} is sent on {name}'s connection")),
                (_, sent) => Some(format!("only {sent} {kind} is sent on {name}'s connection")),
            }
        }
        Fault::Cut {
            client,
            when: When::At(at),
        } => {
            let broke = breaks
                .iter()
                .any(|gone| gone.client == *client && gone.from == *at && gone.why == Why::Cut);
            let name = scenario.name_of(*client);
            (!broke).then(|| format!("{name} has no connection at {}", seconds(*at)))
        }
        _ => None,
    };
    let faults = scenario.faults.iter().enumerate();
    let unused = faults.filter_map(|(index, fault)| {
        let why = why(index, fault)?;
        let line = scenario.fault_text(fault);
        Some(Unused {
            fault: index,
            text: format!("`{line}` never happens: {why}."),
        })
    });
    unused.collect()
}
