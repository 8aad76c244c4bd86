//! Cards of brokers that are kept, handed on and compared: what was found out about a broker, and the verdicts without
//! their packets. Nothing of a login stands in them.

mod compare;
mod link;
mod page;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

use crate::verdict::{Card, Report, Verdict, words_of};

pub use compare::{Compared, ComparedCheck, ComparedFact};

/// Facts that nobody else is to see.
const SECRETS: [&str; 1] = ["Authentication Data"];

/// What is kept of an examination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedCard {
    /// Where the broker is, without user name and password; of a client, where it connected to.
    pub url: String,
    /// It is of a client, which goes by the Client Identifier among its facts.
    pub is_client: bool,
    /// The examination was ended before all checks were done: what it had not come to says nothing.
    pub is_cut: bool,
    /// When it was examined, in milliseconds since 1970; 0: that is not known.
    pub at: u64,
    /// The longest round trip that the probes saw, in milliseconds.
    pub round_trip_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Facts in words, by version and name.
    pub facts: BTreeMap<ProtocolVersion, BTreeMap<String, String>>,
    /// Verdicts by the check's name and version.
    pub verdicts: BTreeMap<(String, ProtocolVersion), Verdict>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_not(what: &bool) -> bool {
    !*what
}

/// The JSON of a card: that of a whole report, without sentences and packets.
#[derive(Serialize, Deserialize)]
struct Json {
    #[serde(default)]
    at: u64,
    #[serde(default, skip_serializing_if = "is_not")]
    cut: bool,
    checks: Vec<JsonCheck>,
    card: JsonCard,
}

#[derive(Serialize, Deserialize)]
struct JsonCheck {
    id: String,
    version: String,
    verdict: String,
}

#[derive(Serialize, Deserialize)]
struct JsonCard {
    url: String,
    #[serde(default, skip_serializing_if = "is_not")]
    client: bool,
    #[serde(default)]
    round_trip_ms: u64,
    #[serde(default)]
    took_ms: u64,
    #[serde(default)]
    versions: BTreeMap<String, BTreeMap<String, String>>,
}

impl SavedCard {
    /// The card of a broker at this address.
    #[must_use]
    pub fn new(url: &str, card: &Card, reports: &[Report]) -> Self {
        let mut saved = Self {
            url: without_login(url),
            ..Self::default()
        };
        for fact in &card.facts {
            saved.add_fact(fact.version, &fact.name, &fact.value);
        }
        for report in reports {
            let place = (report.id.to_owned(), report.version);
            saved.verdicts.insert(place, report.verdict);
        }
        saved
    }

    /// What it goes by: where the broker is, or which client it is.
    #[must_use]
    pub fn name(&self) -> String {
        if !self.is_client {
            return self.url.clone();
        }
        let mut facts = self.facts.values().rev();
        let id = facts.find_map(|facts| facts.get("Client Identifier"));
        match id.filter(|id| !id.is_empty()) {
            Some(id) => alloc::format!("client {id}"),
            None => "a client".to_owned(),
        }
    }

    /// Puts a fact on it, in words; secrets are left out.
    pub fn add_fact(&mut self, version: ProtocolVersion, name: &str, value: &str) {
        if !SECRETS.contains(&name) {
            let facts = self.facts.entry(version).or_default();
            facts.insert(name.to_owned(), words_of(name, value));
        }
    }

    /// Reads its JSON, or the JSON of a whole report.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn read(json: &str) -> Result<Self, String> {
        let read: Json = serde_json::from_str(json)
            .map_err(|error| alloc::format!("it is no JSON of an examination: {error}"))?;
        let mut saved = Self {
            url: without_login(&read.card.url),
            is_client: read.card.client,
            is_cut: read.cut,
            at: read.at,
            round_trip_ms: read.card.round_trip_ms,
            took_ms: read.card.took_ms,
            ..Self::default()
        };
        for (version, facts) in &read.card.versions {
            let version = version_of(version)?;
            for (name, value) in facts {
                saved.add_fact(version, name, value);
            }
        }
        for check in read.checks {
            let version = version_of(&check.version)?;
            let verdict = Verdict::named(&check.verdict)
                .ok_or_else(|| alloc::format!("there is no verdict “{}”", check.verdict))?;
            saved.verdicts.insert((check.id, version), verdict);
        }
        Ok(saved)
    }

    /// `{ at, checks: [{ id, version, verdict }], card: { url, round_trip_ms, took_ms, versions } }`.
    #[must_use]
    pub fn json(&self) -> String {
        let checks = self.verdicts.iter();
        let json = Json {
            at: self.at,
            cut: self.is_cut,
            checks: checks
                .map(|((id, version), verdict)| JsonCheck {
                    id: id.clone(),
                    version: version.name().to_string(),
                    verdict: verdict.name().to_string(),
                })
                .collect(),
            card: JsonCard {
                url: self.url.clone(),
                client: self.is_client,
                round_trip_ms: self.round_trip_ms,
                took_ms: self.took_ms,
                versions: self
                    .facts
                    .iter()
                    .map(|(version, facts)| (version.name().to_string(), facts.clone()))
                    .collect(),
            },
        };
        // Texts and numbers, whose names are texts: nothing that cannot be written.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// How many checks have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let has_it = |of: &&Verdict| **of == verdict;
        self.verdicts.values().filter(has_it).count()
    }
}

fn version_of(name: &str) -> Result<ProtocolVersion, String> {
    let mut all = ProtocolVersion::ALL.into_iter();
    let found = all.find(|version| version.name() == name);
    found.ok_or_else(|| alloc::format!("there is no version “{name}”"))
}

/// An address without what stands before `@`.
fn without_login(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    alloc::format!("{scheme}://{host}{path}")
}
