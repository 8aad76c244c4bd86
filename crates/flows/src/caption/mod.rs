//! One sentence for each step of a run, with the statements that ask for what it says.

mod cited;
mod happened;
mod packets;

use super::packet::Packet;
use super::run::{Run, What};
pub use cited::Statements;

/// A step of a run: something arrived or happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Milliseconds after the beginning.
    pub at: u64,
    /// The packet that arrived.
    pub packet: Option<usize>,
    /// A fault, for marks on a time line.
    pub fault: bool,
    /// What happened and why, in a sentence or two.
    pub text: String,
    /// The statements of the run's version that ask for it; version 3.1 numbers none.
    pub statements: Vec<&'static str>,
}

impl Run {
    /// The steps, in order; the first is the beginning.
    #[must_use]
    pub fn beats(&self) -> Vec<Beat> {
        let mut beats = vec![((0, 0), self.beginning())];
        for (index, packet) in self.packets.iter().enumerate() {
            if let Some(at) = packet.arrived() {
                beats.push(((at, 0), self.arrival(index, packet, at)));
            }
        }
        for happening in &self.happenings {
            // A delivery is told with the packet that brought it.
            if !matches!(happening.what, What::Delivered { .. }) {
                let beat = self.happening(happening);
                beats.push(((happening.at, 1), beat));
            }
        }
        // Stable: what has the same moment keeps its order.
        beats.sort_by_key(|(when, _)| *when);
        let mut beats: Vec<Beat> = beats.into_iter().map(|(_, beat)| beat).collect();
        beats.push(self.ending());
        beats
    }

    fn beginning(&self) -> Beat {
        let unsaid = self.scenario.unsaid();
        let text = if !unsaid.is_empty() {
            // What to watch for does not happen in this version.
            unsaid.join(" ")
        } else if self.scenario.watch.is_empty() {
            // What is sent at the very beginning is on its way and counted.
            "Nothing has arrived yet.".to_owned()
        } else {
            full_stop(&sentence(&self.scenario.watch))
        };
        Beat {
            at: 0,
            packet: None,
            fault: false,
            text,
            statements: Vec::new(),
        }
    }

    fn ending(&self) -> Beat {
        let counts = &self.counts;
        let mut text = format!(
            "Finished: {} published, {} delivered",
            counts.published, counts.delivered
        );
        for (count, what) in counts.others() {
            text.push_str(&format!(", {count} {what}"));
        }
        text.push('.');
        for unused in &self.unused {
            text.push(' ');
            text.push_str(&unused.text);
        }
        if !self.complete {
            text.push_str(" The run was stopped here: it would go on.");
        }
        Beat {
            at: self.end,
            packet: None,
            fault: false,
            text,
            statements: Vec::new(),
        }
    }

    /// A client's name, or the broker.
    fn ends(&self, packet: &Packet) -> (String, String) {
        let client = self.scenario.name_of(packet.client).to_owned();
        let broker = "the broker".to_owned();
        match packet.sender {
            mqttscope_wire::Sender::Client => (client, broker),
            mqttscope_wire::Sender::Server => (broker, client),
        }
    }
}

/// With a full stop, unless it ends a sentence already.
fn full_stop(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// With its first letter large.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
