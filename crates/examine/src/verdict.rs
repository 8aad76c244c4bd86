//! What an examination says.

use alloc::collections::BTreeMap;
use alloc::format;
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Seen {
    /// Milliseconds since the check began.
    pub at: u64,
    /// As the check names it: `a`, `b`, `a2`.
    pub connection: String,
    /// What was sent, received or done.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// Version, name and value, in the order in which they were found; see [`Self::put`].
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

/// The most bytes of a fact's value: whoever is examined chooses it.
const LONGEST_VALUE: usize = 256;

impl Card {
    /// Puts a fact on it, in the place of one of the same name: so there are never more of them than there are names. A value
    /// that is too long is cut, and says so.
    pub fn put(&mut self, mut fact: Fact) {
        let len = fact.value.len();
        if len > LONGEST_VALUE {
            let end = fact.value.floor_char_boundary(LONGEST_VALUE);
            fact.value.truncate(end);
            fact.value.push_str(&format!("… ({len} bytes)"));
        }
        let is_same =
            |other: &&mut Fact| (other.version, &*other.name) == (fact.version, &*fact.name);
        match self.facts.iter_mut().find(is_same) {
            Some(other) => *other = fact,
            None => self.facts.push(fact),
        }
    }

    /// A fact by its name.
    #[must_use]
    pub fn get(&self, version: ProtocolVersion, name: &str) -> Option<&str> {
        let is = |fact: &&Fact| fact.version == version && fact.name == name;
        self.facts.iter().find(is).map(|fact| &*fact.value)
    }

    /// The same as [`Self::by_version`], as people say it: `60 s`, `yes`, `QoS 2`.
    #[must_use]
    pub fn in_words(&self) -> Vec<(ProtocolVersion, Vec<(String, String)>)> {
        let all = self.by_version().into_iter();
        all.map(|(version, facts)| {
            let facts = facts.into_iter();
            let said = facts.map(|(name, value)| (name.into(), words_of(name, value)));
            (version, said.collect())
        })
        .collect()
    }

    /// The facts by version, the newest first, each under its name. Values are as packets have them.
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

/// The value of a fact, as people say it.
#[must_use]
pub fn words_of(name: &str, value: &str) -> String {
    let Ok(number) = value.parse::<u32>() else {
        return value.into();
    };
    let several = |one: &str| {
        let end = if number == 1 { "" } else { "s" };
        format!("{} {one}{end}", grouped(number))
    };
    match name {
        _ if name.ends_with(" Available") || name.starts_with("Clean S") => {
            if number == 0 { "no" } else { "yes" }.into()
        }
        "Maximum QoS" => format!("QoS {number}"),
        _ if name.starts_with("QoS granted") => format!("QoS {number}"),
        "Session Expiry Interval" if number == 0 => {
            "none: sessions end with their connection".into()
        }
        "Session Expiry Interval" if number == u32::MAX => "sessions do not expire".into(),
        "Session Expiry Interval" | "Server Keep Alive" => format!("{} s", grouped(number)),
        "Maximum Packet Size" => several("byte"),
        "Receive Maximum" => format!("{} at a time", several("message")),
        "Topic Alias Maximum" if number == 0 => "takes no aliases".into(),
        "Topic Alias Maximum" => several("alias").replace("aliass", "aliases"),
        _ => value.into(),
    }
}

/// `268,435,455`.
fn grouped(number: u32) -> String {
    let digits = format!("{number}");
    let mut all = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            all.push(',');
        }
        all.push(digit);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_does_not_grow_with_what_is_told_for_it() {
        let mut card = Card::default();
        for at in 0..1_000 {
            let version = ProtocolVersion::V5;
            let value = "é".repeat(30_000 + at);
            let name = "Client Identifier".into();
            card.put(Fact {
                version,
                name,
                value,
            });
        }
        let [fact] = &*card.facts else {
            panic!("{}", card.facts.len());
        };
        assert_eq!(
            fact.value.strip_prefix(&"é".repeat(128)),
            Some("… (61998 bytes)")
        );
    }

    #[test]
    fn values_are_said_in_words() {
        for (name, value, words) in [
            ("Retain Available", "0", "no"),
            ("Shared Subscription Available", "1", "yes"),
            ("Clean Session", "0", "no"),
            ("Maximum QoS", "1", "QoS 1"),
            ("QoS granted where 2 was asked for", "2", "QoS 2"),
            (
                "QoS granted where 2 was asked for",
                "refused with 0x80",
                "refused with 0x80",
            ),
            (
                "Session Expiry Interval",
                "4294967295",
                "sessions do not expire",
            ),
            ("Server Keep Alive", "60", "60 s"),
            ("Maximum Packet Size", "268435460", "268,435,460 bytes"),
            ("Receive Maximum", "1", "1 message at a time"),
            ("Topic Alias Maximum", "10", "10 aliases"),
            ("round trip of PINGREQ", "3 ms", "3 ms"),
            ("Server Reference", "1883", "1883"),
        ] {
            assert_eq!(words_of(name, value), words, "{name}");
        }
    }
}
