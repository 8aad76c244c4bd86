//! What both ends of a connection know around a packet, and what the packet changed.
//!
//! [`StateView::of`] sets two states of `mqttscope_monitor` beside each other. [`Replay`]
//! gets those for any packet of a recording, a slice of work at a time.

mod facts;
mod replay;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use mqttscope_monitor::{ConnectionState, Instant};
use serde::{Deserialize, Serialize};

use facts::Facts;
pub use replay::{Around, Passed, Replay, Source};

/// Rows of one group that are shown though they did not change, at most; and as many that did.
const MOST_ROWS: usize = 200;
/// Characters of a name or value, at most.
const LONGEST: usize = 256;

/// Both ends, and the session that they share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateView {
    /// What the client has in flight and has announced.
    pub client: Section,
    /// The same of the server.
    pub server: Section,
    /// The connection, its session, and the subscriptions.
    pub session: Section,
}

/// One part of the view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The heading of the part.
    pub title: String,
    /// What belongs together.
    pub groups: Vec<Group>,
}

/// Rows that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Empty for the first one of a section, which needs none.
    pub title: String,
    /// It rarely changes, and may be folded away while it does not.
    pub folds: bool,
    /// What it holds; none: there is nothing of it.
    pub rows: Vec<Row>,
    /// Rows that were left out because there are too many.
    pub left_out: usize,
    /// What cannot be known, in a sentence; else empty.
    pub note: String,
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is: a name of the standard, a Packet Identifier, a Topic Filter.
    pub name: String,
    /// Its value behind the packet; of what is gone, its value before.
    pub value: String,
    /// What the packet did to it.
    pub change: Change,
}

/// What a packet did to a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Its value is what it was before.
    Unchanged,
    /// It was not there before.
    New,
    /// It is not there any more.
    Gone,
    /// It had another value.
    Changed {
        /// The one before.
        was: String,
    },
}

impl StateView {
    /// The states of one connection on both sides of a packet that came at `at`. `before` is none for
    /// the first packet.
    #[must_use]
    pub fn of(before: Option<&ConnectionState>, after: &ConnectionState, at: Instant) -> Self {
        // Of a connection that is open and has carried nothing, nothing is known yet.
        let before = before.filter(|state| state.client.packets > 0 || state.server.packets > 0);
        let was = before.map_or_else(Facts::default, |state| Facts::of(state, at));
        let is = Facts::of(after, at);
        Self {
            client: Section::of("Client", &was.client, is.client),
            server: Section::of("Server", &was.server, is.server),
            session: Section::of("Connection and session", &was.session, is.session),
        }
    }

    /// Rows that the packet changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        [&self.client, &self.server, &self.session]
            .into_iter()
            .flat_map(|section| &section.groups)
            .map(Group::changes)
            .fold(0, usize::saturating_add)
    }
}

impl Section {
    fn of(title: &str, before: &[facts::Group], after: Vec<facts::Group>) -> Self {
        let nothing = facts::Group::default();
        let groups = after
            .into_iter()
            .enumerate()
            .map(|(at, group)| {
                let is_kept = group.is_kept;
                let merged = Group::of(before.get(at).unwrap_or(&nothing), group);
                (is_kept, merged)
            })
            .filter(|(is_kept, group)| *is_kept || !group.rows.is_empty() || !group.note.is_empty())
            .map(|(_, group)| group)
            .collect();
        Self {
            title: title.to_owned(),
            groups,
        }
    }
}

impl Group {
    /// Rows that the packet changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        let is_changed = |row: &&Row| row.change != Change::Unchanged;
        self.rows.iter().filter(is_changed).count()
    }

    /// What is, in its order, with what is gone where it stood.
    fn of(before: &facts::Group, after: facts::Group) -> Self {
        let was: HashMap<&str, &str> = before
            .rows
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let is: HashMap<&str, ()> = after
            .rows
            .iter()
            .map(|(name, _)| (name.as_str(), ()))
            .collect();
        let mut gone = before
            .rows
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| !is.contains_key(name.as_str()))
            .peekable();
        let mut rows = Rows::default();
        for (at, (name, value)) in after.rows.iter().enumerate() {
            while let Some((_, (name, value))) = gone.next_if(|&(place, _)| place <= at) {
                rows.push(name, value, Change::Gone);
            }
            let change = match was.get(name.as_str()) {
                None => Change::New,
                Some(&was) if was == value => Change::Unchanged,
                Some(&was) => Change::Changed { was: cut(was) },
            };
            rows.push(name, value, change);
        }
        for (_, (name, value)) in gone {
            rows.push(name, value, Change::Gone);
        }
        Self {
            title: after.title.to_owned(),
            folds: after.folds,
            rows: rows.kept,
            left_out: rows.left_out,
            note: after.note,
        }
    }
}

/// Rows up to the bounds.
#[derive(Default)]
struct Rows {
    kept: Vec<Row>,
    unchanged: usize,
    left_out: usize,
}

impl Rows {
    fn push(&mut self, name: &str, value: &str, change: Change) {
        let is_unchanged = change == Change::Unchanged;
        let changed = self.kept.len().saturating_sub(self.unchanged);
        let count = if is_unchanged {
            self.unchanged
        } else {
            changed
        };
        if count >= MOST_ROWS {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.unchanged = self.unchanged.saturating_add(usize::from(is_unchanged));
        self.kept.push(Row {
            name: cut(name),
            value: cut(value),
            change,
        });
    }
}

/// The beginning of a text that may have any length.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
