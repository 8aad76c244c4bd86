//! Two cards beside each other.

use alloc::collections::BTreeSet;
use alloc::format;
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
    /// Both were asked in this version.
    is_asked: bool,
}

/// A check of two brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedCheck<'a> {
    /// Its name.
    pub id: &'a str,
    /// In which version.
    pub version: ProtocolVersion,
    /// On the left; none: it was not run there, or not to its end.
    pub a: Option<Verdict>,
    /// On the right.
    pub b: Option<Verdict>,
}

impl ComparedFact<'_> {
    /// Whether the brokers differ in it. How long something took differs each time, and is measured by a check, which may not
    /// have been run for the other.
    #[must_use]
    pub fn differs(&self) -> bool {
        let is_time = |value: Option<&str>| value.is_none_or(|value| value.ends_with(" ms"));
        self.is_asked && self.a != self.b && !(is_time(self.a) && is_time(self.b))
    }
}

impl ComparedCheck<'_> {
    /// Whether the brokers differ in it: what was run for one of them only says nothing.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.is_run() && self.a != self.b
    }

    const fn is_run(&self) -> bool {
        self.a.is_some() && self.b.is_some()
    }
}

#[derive(Serialize)]
struct Json<'a> {
    a: &'a str,
    b: &'a str,
    notes: Vec<String>,
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
                is_asked: [a, b].iter().all(|card| card.asked().contains(&version)),
            })
            .collect();
        facts.sort_by_key(|fact| core::cmp::Reverse(fact.version));
        let places: BTreeSet<_> = a.verdicts.keys().chain(b.verdicts.keys()).collect();
        let mut checks: Vec<_> = places
            .into_iter()
            .map(|place| ComparedCheck {
                id: &place.0,
                version: place.1,
                a: a.verdict(place),
                b: b.verdict(place),
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

    /// What of the two was not asked alike, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (a, b) = (self.a.asked(), self.b.asked());
        if self.a.is_client != self.b.is_client {
            notes.push(
                "One of them is a broker, the other a client: nothing of them is alike.".into(),
            );
        } else if a != b {
            let (a, b) = (named(&a), named(&b));
            notes.push(format!("A was asked in {a}, B in {b}."));
        }
        for (letter, card) in [("A", self.a), ("B", self.b)] {
            if card.is_cut {
                notes.push(format!("The examination of {letter} was ended early."));
            }
        }
        let alone = self.checks.iter().filter(|check| !check.is_run()).count();
        if alone > 0 {
            let (checks, were) = if alone == 1 {
                ("check", "was")
            } else {
                ("checks", "were")
            };
            notes.push(format!(
                "{alone} {checks} {were} run for one of them only, and {were} not compared."
            ));
        }
        notes
    }

    /// `{ a, b, notes, facts: [{ version, name, a, b, differs }], checks: [the same] }`.
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
            a: &self.a.name(),
            b: &self.b.name(),
            notes: self.notes(),
            facts: self.facts.iter().map(fact).collect(),
            checks: self.checks.iter().map(check).collect(),
        };
        // Texts: nothing that cannot be written.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

impl SavedCard {
    /// The versions in which anything was asked.
    fn asked(&self) -> BTreeSet<ProtocolVersion> {
        let verdicts = self.verdicts.keys().map(|(_, version)| *version);
        verdicts.chain(self.facts.keys().copied()).collect()
    }

    /// What became of a check. Where the examination was ended, it could not tell for that reason.
    fn verdict(&self, place: &(String, ProtocolVersion)) -> Option<Verdict> {
        let verdict = self.verdicts.get(place).copied();
        verdict.filter(|verdict| !self.is_cut || *verdict != Verdict::Unknown)
    }
}

/// `MQTT 5 and 3.1.1`.
fn named(versions: &BTreeSet<ProtocolVersion>) -> String {
    let names: Vec<&str> = versions.iter().rev().map(|it| it.name()).collect();
    match &*names {
        [] => "no version".into(),
        [one] => format!("MQTT {one} only"),
        [others @ .., last] => format!("MQTT {} and {last}", others.join(", ")),
    }
}
