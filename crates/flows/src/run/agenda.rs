//! What is to be done, and when.

use std::collections::BTreeMap;

use super::work::Work;
use crate::scenario::{Act, Fault, Scenario, When};

/// Something to be done to the world.
#[derive(Clone, Debug)]
pub(super) enum Todo {
    Act(usize, Act),
    Cut(usize),
    Restart(usize, bool),
    RestartBroker(bool),
    /// A client that was restarted connects again.
    Revive(usize),
    /// The broker answers again.
    Answer,
    Offline(usize),
    Online(usize),
    Slow(usize, u32),
    Release(usize),
    /// An application has done its work on a message.
    Reply(Work),
}

/// In order of time, and of being added.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    todos: BTreeMap<(u64, u32), Todo>,
    count: u32,
    /// The last moment that the scenario itself names.
    pub(super) last: u64,
}

impl Agenda {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut agenda = Self::default();
        for fault in &scenario.faults {
            match *fault {
                Fault::Cut { client, when } => {
                    if let When::At(at) = when {
                        agenda.add(at, Todo::Cut(client));
                    }
                }
                Fault::Restart { client, at, keeps } => {
                    agenda.add(at, Todo::Restart(client, keeps))
                }
                Fault::RestartBroker { at, keeps } => agenda.add(at, Todo::RestartBroker(keeps)),
                Fault::Offline { client, from, to } => {
                    agenda.add(from, Todo::Offline(client));
                    agenda.add(to, Todo::Online(client));
                }
                Fault::Slow { client, at, delay } => agenda.add(at, Todo::Slow(client, delay)),
                Fault::Hold { client, until, .. } => agenda.add(until, Todo::Release(client)),
            }
        }
        for step in &scenario.steps {
            agenda.add(step.at, Todo::Act(step.client, step.act.clone()));
        }
        agenda.last = agenda.todos.keys().next_back().map_or(0, |key| key.0);
        agenda
    }

    pub(super) fn add(&mut self, at: u64, todo: Todo) {
        self.count = self.count.saturating_add(1);
        self.todos.insert((at, self.count), todo);
    }

    pub(super) fn next(&self) -> Option<u64> {
        self.todos.keys().next().map(|key| key.0)
    }

    pub(super) fn take(&mut self, now: u64) -> Option<Todo> {
        let entry = self.todos.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}
