//! What the page says of a message that was published.

use mqttscope_protocol::{Outcome, Published};

/// The last one of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub last: Published,
    /// Messages to its topic that went before it, in a row.
    before: u32,
}

impl Sent {
    /// This is known now, of the same message as before or of another.
    #[must_use]
    pub fn after(before: Option<&Self>, now: Published) -> Self {
        let row = match before {
            Some(it) if it.last.number == now.number => it.before,
            Some(it) if it.last.topic == now.topic => it.count(),
            _ => 0,
        };
        Self {
            last: now,
            before: row,
        }
    }

    /// Messages to its topic in a row, without those that were refused or not sent.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.before.saturating_add(u32::from(!self.is_problem()))
    }

    /// Whether the message did not get where it was to go.
    #[must_use]
    pub const fn is_problem(&self) -> bool {
        matches!(self.last.outcome, Outcome::Refused(_) | Outcome::Failed(_))
    }

    /// What stands before the topic, and behind it.
    #[must_use]
    pub fn words(&self) -> (&'static str, String) {
        let count = match self.count() {
            0 | 1 => String::new(),
            count => format!(" ({count} messages so far)"),
        };
        match &self.last.outcome {
            Outcome::Waits => ("Queued for ", count),
            Outcome::Sent => ("Sent to ", count),
            Outcome::Acknowledged(by) => ("Sent to ", format!("{count}, acknowledged ({by})")),
            Outcome::Refused(name) => ("Refused by the server: ", format!(": {name}")),
            Outcome::Failed(why) => ("", format!(": {}", lowered(why))),
        }
    }
}

/// A sentence that goes on behind a colon.
fn lowered(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first = rest.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}
