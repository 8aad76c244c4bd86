//! What is left on the page when the engine has stopped.

use std::rc::Rc;

use mqttscope_protocol::{ConnectionId, ConnectionState, ConnectionView, LogView, Summary};

/// What a person is told, and what it takes to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Why, in a sentence.
    pub why: Rc<str>,
    /// Connections that were open or tried to be.
    pub connected: Vec<ConnectionId>,
    /// Packets that were recorded and are gone.
    pub packets: u64,
    /// Bytes that the log might take.
    pub budget: u64,
    connections: Vec<ConnectionView>,
}

impl Stopped {
    /// From the last that the engine reported. One that stops again before it has reported anything
    /// leaves what was known before.
    #[must_use]
    pub(super) fn new(why: Rc<str>, summary: &Summary, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            return Self {
                why,
                ..before.clone()
            };
        }
        let is_on = |view: &&ConnectionView| {
            !matches!(
                view.state,
                ConnectionState::Closed | ConnectionState::Failed { .. }
            )
        };
        let on = summary.connections.iter().filter(is_on);
        let connected: Vec<_> = on.map(|view| view.id).collect();
        let connections = summary.connections.iter().map(|view| {
            let is_lost = connected.contains(&view.id);
            ConnectionView {
                state: if is_lost {
                    ConnectionState::Failed {
                        cause: "connection lost".into(),
                    }
                } else {
                    view.state.clone()
                },
                session_present: None,
                filters: Vec::new(),
                advice: Vec::new(),
                lost: String::new(),
                unverified: false,
                link: String::new(),
                queued: 0,
                opening: None,
                repeating: false,
                repeated: None,
                ..view.clone()
            }
        });
        Self {
            connections: connections.collect(),
            why,
            connected: connected.clone(),
            packets: summary.log.packets,
            budget: summary.log.budget,
        }
    }

    /// What the page shows of it: no connection is open, nothing is recorded.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            connections: self.connections.clone(),
            log: LogView {
                budget: self.budget,
                ..LogView::default()
            },
            ..Summary::default()
        }
    }
}
