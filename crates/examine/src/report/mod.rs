//! What an examination gave, as a document: JSON for programs, HTML for people.

mod html;
mod json;

use alloc::string::String;
use core::fmt::Write as _;
use core::time::Duration;

use mqttscope_wire::{Context, Sender, dissect, summary};

use crate::verdict::{Card, Happened, Report, Seen, Verdict};

/// The most bytes of a packet that a line of text shows.
const MOST: usize = 64;

/// What an examination gave.
#[derive(Clone, Copy, Debug)]
pub struct Examined<'a> {
    /// Where the broker is, without user name and password; of clients, where they connected to.
    pub url: &'a str,
    /// Each check that is done, in the order in which they are written.
    pub reports: &'a [Report],
    /// What was found out beside them.
    pub card: &'a Card,
    /// See [`Examination::round_trip`](crate::Examination::round_trip); zero of clients.
    pub round_trip: Duration,
    /// How long it took.
    pub took: Duration,
    /// It was ended before all was done.
    pub is_cut: bool,
}

impl Examined<'_> {
    /// Whether it is of a client.
    #[must_use]
    pub fn is_client(&self) -> bool {
        let mut reports = self.reports.iter();
        reports.any(|report| report.examined == Sender::Client)
    }

    /// What it is of: where the broker is, or which client.
    #[must_use]
    pub fn name(&self) -> String {
        if !self.is_client() {
            return self.url.into();
        }
        let mut facts = self.card.facts.iter().rev();
        let id = facts.find(|fact| fact.name == "Client Identifier" && !fact.value.is_empty());
        match id {
            Some(fact) => alloc::format!("client {} at {}", fact.value, self.url),
            None => alloc::format!("a client at {}", self.url),
        }
    }

    /// How many checks have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let has_it = |report: &&Report| report.verdict == verdict;
        self.reports.iter().filter(has_it).count()
    }

    /// `{ cut, checks: [{ id, title, statements, version, must, verdict, why, packets }], card }`.
    #[must_use]
    pub fn json(&self) -> String {
        json::json(self)
    }

    /// One file that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::new();
        // Writing into a string does not fail.
        let _ = html::write(self, &mut html);
        html
    }
}

impl Report {
    /// What happened, in a word; the bytes of a packet, and what it says.
    #[must_use]
    pub fn told(&self, seen: &Seen) -> (&'static str, Option<String>, Option<String>) {
        let packet = |bytes: &[u8], sender| {
            let dissection = dissect(bytes, Context::new(self.version).sent_by(sender));
            (Some(hex(bytes)), Some(summary(&dissection, bytes)))
        };
        let (us, closed_there) = match self.examined {
            Sender::Server => (Sender::Client, "closed by the broker"),
            Sender::Client => (Sender::Server, "closed by the client"),
        };
        match &seen.what {
            Happened::Opened => ("opened", None, None),
            Happened::Sent(bytes) => {
                let (hex, text) = packet(bytes, us);
                ("sent", hex, text)
            }
            Happened::Received(bytes) => {
                let (hex, text) = packet(bytes, self.examined);
                ("received", hex, text)
            }
            Happened::ClosedHere => ("closed by us", None, None),
            Happened::ClosedThere => (closed_there, None, None),
            Happened::Failed(why) => ("failed", None, Some(why.clone())),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3));
    for byte in bytes {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x} ");
    }
    text.truncate(text.trim_end().len());
    text
}

/// Hex of a packet, and how much of it is left out.
#[must_use]
pub fn shortened(hex: &str) -> String {
    let bytes = hex.len().div_ceil(3);
    match hex.get(..MOST.saturating_mul(3)) {
        Some(start) if bytes > MOST => alloc::format!("{start}… ({bytes} bytes)"),
        _ => hex.into(),
    }
}
