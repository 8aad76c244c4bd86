//! Two cards beside each other.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_wire::ProtocolVersion;
use serde::Serialize;

use super::SavedCard;
use crate::verdict::Verdict;

/// Two cards, fact by fact and check by check; the newest version first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared<'a> {
    /// The one on the left.
    pub a: &'a SavedCard,
    /// The one on the right.
    pub b: &'a SavedCard,
    /// All facts of either.
    pub facts: Vec<ComparedFact<'a>>,
    /// All checks of either.
    pub checks: Vec<ComparedCheck<'a>>,
}

/// A fact of two brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedFact<'a> {
    /// In which version.
    pub version: ProtocolVersion,
    /// Such as `Receive Maximum`.
    pub name: &'a str,
    /// On the left; none: that card does not have it.
    pub a: Option<&'a str>,
    /// On the right.
    pub b: Option<&'a str>,
}

/// A check of two brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedCheck<'a> {
    /// Its name.
    pub id: &'a str,
    /// In which version.
    pub version: ProtocolVersion,
    /// On the left; none: it was not run there.
    pub a: Option<Verdict>,
    /// On the right.
    pub b: Option<Verdict>,
}

impl ComparedFact<'_> {
    /// Whether the brokers differ in it. How long something took differs each time, and says nothing.
    #[must_use]
    pub fn differs(&self) -> bool {
        let is_time = |value: Option<&str>| value.is_some_and(|value| value.ends_with(" ms"));
        self.a != self.b && !(is_time(self.a) && is_time(self.b))
    }
}

impl ComparedCheck<'_> {
    /// Whether the brokers differ in it.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.a != self.b
    }
}

#[derive(Serialize)]
struct Json<'a> {
    a: &'a str,
    b: &'a str,
    facts: Vec<JsonPair<'a>>,
    checks: Vec<JsonPair<'a>>,
}

#[derive(Serialize)]
struct JsonPair<'a> {
    version: &'a str,
    name: &'a str,
    a: Option<&'a str>,
    b: Option<&'a str>,
    differs: bool,
}

impl<'a> Compared<'a> {
    /// These two beside each other.
    #[must_use]
    pub fn new(a: &'a SavedCard, b: &'a SavedCard) -> Self {
        let all = |card: &'a SavedCard| {
            let versions = card.facts.iter();
            versions.flat_map(|(version, facts)| facts.keys().map(|name| (*version, &**name)))
        };
        let names: BTreeSet<(ProtocolVersion, &str)> = all(a).chain(all(b)).collect();
        let fact = |card: &'a SavedCard, version, name| {
            let value = card.facts.get(&version)?.get(name);
            value.map(String::as_str)
        };
        let mut facts: Vec<_> = names
            .into_iter()
            .map(|(version, name)| ComparedFact {
                version,
                name,
                a: fact(a, version, name),
                b: fact(b, version, name),
            })
            .collect();
        facts.sort_by_key(|fact| core::cmp::Reverse(fact.version));
        let places: BTreeSet<_> = a.verdicts.keys().chain(b.verdicts.keys()).collect();
        let mut checks: Vec<_> = places
            .into_iter()
            .map(|place| ComparedCheck {
                id: &place.0,
                version: place.1,
                a: a.verdicts.get(place).copied(),
                b: b.verdicts.get(place).copied(),
            })
            .collect();
        checks.sort_by_key(|check| core::cmp::Reverse(check.version));
        Self {
            a,
            b,
            facts,
            checks,
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        !self.facts.iter().any(ComparedFact::differs)
            && !self.checks.iter().any(ComparedCheck::differs)
    }

    /// `{ a, b, facts: [{ version, name, a, b, differs }], checks: [the same] }`.
    #[must_use]
    pub fn json(&self) -> String {
        let fact = |fact: &ComparedFact<'a>| JsonPair {
            version: fact.version.name(),
            name: fact.name,
            a: fact.a,
            b: fact.b,
            differs: fact.differs(),
        };
        let check = |check: &ComparedCheck<'a>| JsonPair {
            version: check.version.name(),
            name: check.id,
            a: check.a.map(Verdict::name),
            b: check.b.map(Verdict::name),
            differs: check.differs(),
        };
        let json = Json {
            a: &self.a.url,
            b: &self.b.url,
            facts: self.facts.iter().map(fact).collect(),
            checks: self.checks.iter().map(check).collect(),
        };
        // Texts: nothing that cannot be written.
        serde_json::to_string(&json).unwrap_or_default()
    }
}
