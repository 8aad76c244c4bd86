//! Lines of a scenario of which nothing came in its run, and why: faults that did not happen, answers that no message
//! asked for, and what its version cannot say.

use mqttscope_answers::topic_filter;
use mqttscope_shared::topic_tree;

use super::application::Application;
use super::{Break, Why};
use crate::behaviour::Behaviour;
use crate::scenario::{Fault, Scenario, When};
use crate::text::seconds;

/// A line of which nothing came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// That nothing came of it, and why, as a sentence.
    pub text: String,
}

/// The answers that no message asked for; `topics` are those that were published to.
pub(super) fn unasked<'a>(
    scenario: &Scenario,
    applications: &[Application],
    topics: impl Iterator<Item = &'a str> + Clone,
) -> Vec<Unused> {
    let workers = applications.iter().flat_map(|one| &one.workers);
    let mut idle: Vec<usize> = workers
        .filter(|worker| !worker.met)
        .map(|worker| worker.behaviour)
        .collect();
    idle.sort_unstable();
    let unasked = |behaviour: &Behaviour| {
        let (line, filter) = (scenario.behaviour_text(behaviour), &behaviour.filter);
        let name = scenario.name_of(behaviour.client);
        let matches = |topic: &str| topic_tree::matches(topic_filter(filter), topic);
        let why = if topics.clone().any(matches) {
            format!(
                "messages that `{filter}` matches are published, but none of them reaches {name}"
            )
        } else {
            format!("no message is published to a topic that `{filter}` matches")
        };
        Unused {
            text: format!("`{line}` answers nothing: {why}."),
        }
    };
    let idle = idle.into_iter();
    idle.filter_map(|index| scenario.behaviours.get(index))
        .map(unasked)
        .collect()
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
            text: format!("`{line}` never happens: {why}."),
        })
    });
    unused.collect()
}
