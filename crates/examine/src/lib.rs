//! Examines a broker: goes through checks, each a conversation that shows statements of MQTT 3.1, 3.1.1 or 5, and says of
//! each whether the broker keeps it, with the packets that show it.
//!
//! Its owner opens connections, carries bytes and tells the time; this crate knows no socket and no clock. One law holds:
//! call one `handle_*`, then drain [`Examination::poll_command`] and [`Examination::poll_report`], then look at
//! [`Examination::poll_timeout`].
//!
//! Checks are data: `checks/*.txt`, in the notation that the README describes.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod answer;
#[cfg(feature = "cards")]
mod cards;
mod case;
mod check;
mod clean;
#[cfg(feature = "client")]
mod client;
#[cfg(any(feature = "report", feature = "cards"))]
mod escape;
mod examination;
mod left;
mod link;
mod mutation;
#[cfg(feature = "report")]
mod report;
mod talk;
mod verdict;
mod words;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "cards")]
pub use cards::{Compared, ComparedCheck, ComparedFact, SavedCard};
pub use case::{BrokenConversation, CaseFault, broken_conversations, case_fault, is_case};
pub use check::{Check, Shows};
#[cfg(feature = "client")]
pub use client::{
    ClientCommand, ClientConnection, ClientExamination, Need, Phase, Situation, situations, written,
};
#[cfg(any(feature = "report", feature = "cards"))]
pub use escape::escaped;
pub use examination::Examination;
pub use mutation::{Mutation, Passed};
#[cfg(feature = "report")]
pub use report::{Examined, shortened};
pub use verdict::{Card, Fact, Happened, Report, Seen, Verdict, words_of};

pub use mqttscope_shared::Instant;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_wire::ProtocolVersion;

/// The files of checks, in the order of the standard's chapters.
#[cfg(feature = "checks")]
const FILES: [(&str, &str); 11] = [
    ("probe", include_str!("../checks/probe.txt")),
    ("connecting", include_str!("../checks/connecting.txt")),
    ("malformed", include_str!("../checks/malformed.txt")),
    ("sessions", include_str!("../checks/sessions.txt")),
    ("wills", include_str!("../checks/wills.txt")),
    ("subscribing", include_str!("../checks/subscribing.txt")),
    ("retaining", include_str!("../checks/retaining.txt")),
    ("delivering", include_str!("../checks/delivering.txt")),
    ("sending", include_str!("../checks/sending.txt")),
    ("properties", include_str!("../checks/properties.txt")),
    ("hostile", include_str!("../checks/hostile.txt")),
];

/// All checks.
///
/// # Errors
/// The file and line that cannot be read. The tests read all of them.
#[cfg(feature = "checks")]
pub fn checks() -> Result<Vec<Check>, String> {
    let mut checks = Vec::new();
    for (file, text) in FILES {
        let read = check::read(text).map_err(|error| alloc::format!("{file}.txt, {error}"))?;
        checks.extend(read);
    }
    Ok(checks)
}

/// Checks that come from elsewhere, in the same notation: a program that loads them when they are wanted has no need of
/// [`checks`].
///
/// # Errors
/// The line that cannot be read, and why.
pub fn read(text: &'static str) -> Result<Vec<Check>, String> {
    check::read(text)
}

/// What is examined, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The versions to speak.
    pub versions: Vec<ProtocolVersion>,
    /// Only these checks, by their names, by statements that they show, or by name and version (`ping@5`); all if empty.
    pub only: Vec<String>,
    /// Also what is meant to strain a broker.
    pub is_hostile: bool,
    /// How many checks run at a time.
    pub side_by_side: usize,
    /// The shortest time from the beginning of a check to that of the next.
    pub interval: Duration,
    /// Makes client identifiers and topics that nobody else has; 24 bits of it count.
    pub seed: u64,
    /// For every CONNECT.
    pub user_name: Option<String>,
    /// For every CONNECT.
    pub password: Option<Vec<u8>>,
}

impl Options {
    /// How the topics of all checks begin, be it behind `mqttscope/`, `$mqttscope/` or `/`.
    #[must_use]
    pub fn topics(&self) -> String {
        alloc::format!("mqttscope-{:06x}-", self.seed & 0xff_ffff)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            versions: ProtocolVersion::ALL.into_iter().rev().collect(),
            only: Vec::new(),
            is_hostile: false,
            side_by_side: 8,
            interval: Duration::from_millis(10),
            seed: 0,
            user_name: None,
            password: None,
        }
    }
}

/// Names a connection to the broker for as long as the examination lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u32);

impl ConnectionId {
    /// A number that no other connection of this examination has.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// What the owner is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a connection to the broker, then say so with [`Examination::handle_opened`].
    Open(ConnectionId),
    /// Send these bytes, once it is open.
    Send(ConnectionId, Vec<u8>),
    /// Close the transport, once everything before is sent. The connection is no longer known afterwards.
    Close(ConnectionId),
}

/// How far an examination is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Checks that are done, in all versions.
    pub done: usize,
    /// All of them.
    pub total: usize,
    /// Names of those that run.
    pub running: Vec<&'static str>,
    /// How long the rest takes, at a broker that goes on answering as it did; none before it has answered.
    pub left: Option<Duration>,
}
