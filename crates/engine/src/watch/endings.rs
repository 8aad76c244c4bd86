//! How connections ended, and attempts that failed, as rows among the findings: those of one kind are one row.

use std::collections::{BTreeSet, VecDeque};

use mqttscope_protocol::{Action, Advice, ConnectionId, FindingView, RecordId};
use mqttscope_view::conversation::sentence;
use mqttscope_wire::{ProtocolVersion, Severity};

use super::{MOST_SOCKETS, MOST_TEXT, listed::MOST_PACKETS};
use crate::connection::SocketId;
use crate::doctor::Phase;
use crate::view::cut::cut;

/// Endings that are remembered: those of some days, since attempts lie ever further apart.
const MOST: usize = 10_000;

/// How a connection ended, or that it could not be opened.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) connection: ConnectionId,
    /// The row that tells it.
    pub(crate) record: RecordId,
    pub(crate) version: ProtocolVersion,
    /// How far it had come.
    pub(crate) phase: Phase,
    /// How it ended, in a few words: `connection lost`.
    pub(crate) words: String,
    /// The likeliest cause.
    pub(crate) advice: Option<Advice>,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Endings {
    all: VecDeque<Ending>,
    /// Sockets whose end is told here.
    told: BTreeSet<SocketId>,
}

impl Ending {
    /// What endings that are one row have in common. What the likeliest cause says may hold numbers that differ each
    /// time; what is to be done about it does not. A server that is gone ends all its connections with the same words.
    fn is_like(&self, other: &Self, together: bool) -> bool {
        let is_same = self.connection == other.connection;
        (is_same || together && !self.is_taken() && self.cause() == other.cause())
            && self.phase == other.phase
            && self.words == other.words
            && self.action() == other.action()
    }

    /// Its Client Identifier, which the cause names, is another one's, too.
    fn is_taken(&self) -> bool {
        self.action() == Some(&Action::ChangeClientIdentifier)
    }

    /// The cause without its numbers.
    fn cause(&self) -> Option<String> {
        let cause = self.advice.as_ref()?.cause.chars();
        Some(cause.filter(|c| !c.is_ascii_digit()).collect())
    }

    /// What is to be done about it.
    fn action(&self) -> Option<&Action> {
        self.advice.as_ref()?.action.as_ref()
    }

    /// A connection that was never accepted is of no use, and one whose identifier is taken will be lost again. One
    /// that is lost may come back by itself.
    fn severity(&self) -> Severity {
        if self.phase == Phase::Connected && !self.is_taken() {
            Severity::Note
        } else {
            Severity::Warning
        }
    }

    /// What happened and why, which is said to be probable where it is not known.
    fn message(&self) -> String {
        let happened = sentence(&self.words);
        match &self.advice {
            None => happened,
            Some(advice) if advice.is_certain => format!("{happened} {}", advice.cause),
            Some(advice) => {
                let cause = advice.cause.as_str();
                let cause = sentence(cause.strip_prefix("Probably ").unwrap_or(cause));
                format!("{happened} Probable cause: {cause}")
            }
        }
    }
}

impl Endings {
    /// Remembers an ending, and which socket's it is.
    pub(super) fn note(&mut self, socket: Option<SocketId>, ending: Ending) {
        if self.all.len() >= MOST {
            self.all.pop_front();
        }
        self.all.push_back(ending);
        self.told.extend(socket);
        if self.told.len() > MOST_SOCKETS {
            self.told.pop_first();
        }
    }

    /// Whether the end of this socket is told here.
    pub(super) fn tell(&self, socket: SocketId) -> bool {
        self.told.contains(&socket)
    }

    /// The rows of those that `is_shown`, each with the latest words and how many there are. With `together` those of several
    /// connections are one row where they say the same.
    pub(super) fn rows(
        &self,
        together: bool,
        is_shown: impl Fn(&Ending) -> bool,
    ) -> Vec<FindingView> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for ending in self.all.iter().filter(|ending| is_shown(ending)) {
            let same = rows
                .iter_mut()
                .find(|row| row.last.is_like(ending, together));
            if let Some(row) = same {
                row.last = ending;
                row.count = row.count.saturating_add(1);
                row.connections.insert(ending.connection);
                row.packets.push_back(ending.record);
                if row.packets.len() > MOST_PACKETS {
                    row.packets.pop_front();
                }
            } else {
                rows.push(Row {
                    last: ending,
                    count: 1,
                    connections: BTreeSet::from([ending.connection]),
                    packets: VecDeque::from([ending.record]),
                });
            }
        }
        rows.into_iter().map(Row::view).collect()
    }
}

/// Endings that are one row.
struct Row<'a> {
    last: &'a Ending,
    count: u32,
    connections: BTreeSet<ConnectionId>,
    /// The last ones.
    packets: VecDeque<RecordId>,
}

impl Row<'_> {
    fn view(self) -> FindingView {
        let ending = self.last;
        let are_several = self.connections.len() > 1;
        FindingView {
            connection: ending.connection,
            rule: String::new(),
            statement: (ending.advice.as_ref()).and_then(|advice| advice.statement.clone()),
            version: ending.version,
            severity: ending.severity(),
            by: None,
            count: self.count,
            message: cut(&ending.message(), MOST_TEXT),
            packets: self.packets.into(),
            at: None,
            of: None,
            connections: if are_several {
                self.connections.into_iter().collect()
            } else {
                Vec::new()
            },
            is_open: false,
            is_part: false,
        }
    }
}
