//! What an examination says.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_wire::{ProtocolVersion, Sender};

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// The broker did what the statement asks.
    Kept,
    /// It did not.
    Broken,
    /// The standard leaves it open, and the broker went one of the ways.
    Allowed,
    /// The broker does not have what the check is about.
    NotApplicable,
    /// It could not be told.
    Unknown,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Kept,
        Self::Broken,
        Self::Allowed,
        Self::NotApplicable,
        Self::Unknown,
    ];

    /// As reports write it: `kept`, `broken`, `allowed`, `not-applicable`, `unknown`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Allowed => "allowed",
            Self::NotApplicable => "not-applicable",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// A check that is done, in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The check's.
    pub id: &'static str,
    /// The check's.
    pub title: &'static str,
    /// The version that was spoken.
    pub version: ProtocolVersion,
    /// `MQTT-…`.
    pub statements: Vec<&'static str>,
    /// Whether they say MUST.
    pub is_must: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Why, in a sentence or two; says so where it rests on a time alone.
    pub why: String,
    /// All that went over its connections, in order.
    pub packets: Vec<Seen>,
    /// Who was examined: the broker, or a client.
    pub examined: Sender,
}

/// Something that happened on a connection of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Milliseconds since the check began.
    pub at: u64,
    /// As the check names it: `a`, `b`, `a2`.
    pub connection: String,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The transport is open.
    Opened,
    /// We sent these bytes: one packet, right or wrong; with stars in place of the password of [`Options`](crate::Options).
    Sent(Vec<u8>),
    /// The other side sent a packet.
    Received(Vec<u8>),
    /// We closed the transport.
    ClosedHere,
    /// The other side closed it.
    ClosedThere,
    /// It could not be opened, and why.
    Failed(String),
}

/// What was found out about a broker beside the verdicts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Version, name and value, in the order in which they were found.
    pub facts: Vec<Fact>,
}

/// A line of a [`Card`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// In which version.
    pub version: ProtocolVersion,
    /// Such as `Receive Maximum`.
    pub name: String,
    /// Such as `20`.
    pub value: String,
}

impl Card {
    /// A fact by its name.
    #[must_use]
    pub fn get(&self, version: ProtocolVersion, name: &str) -> Option<&str> {
        let is = |fact: &&Fact| fact.version == version && fact.name == name;
        self.facts.iter().find(is).map(|fact| &*fact.value)
    }

    /// The facts by version, the newest first, each under its name; of several the last.
    #[must_use]
    pub fn by_version(&self) -> Vec<(ProtocolVersion, BTreeMap<&str, &str>)> {
        let mut all: BTreeMap<ProtocolVersion, BTreeMap<&str, &str>> = BTreeMap::new();
        for fact in &self.facts {
            let of_version = all.entry(fact.version).or_default();
            of_version.insert(&fact.name, &fact.value);
        }
        all.into_iter().rev().collect()
    }
}
