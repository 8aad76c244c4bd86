//! The rules that a packet or a conversation can break, each tied to the statements it comes from.
//!
//! The table is generated from `requirements/rules.toml`; statement numbers mean different things
//! in different versions, so nobody types them here.

mod broken;
#[cfg(feature = "serde")]
mod named;
mod table;

pub use broken::{BrokenPacket, broken_packets};
pub use table::Rule;

use crate::{ProtocolVersion, ReasonCode};

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Allowed, but rarely meant; a receiver may object.
    Warning,
    /// The packet certainly breaks the standard.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl core::fmt::Display for Severity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// Where a version's standard says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Citation {
    /// Numbered statements, the closest first.
    Statements(&'static [&'static str]),
    /// A section; the standard gives no number.
    Section(&'static str),
    /// The version has no such rule.
    None,
}

impl core::fmt::Display for Citation {
    /// `MQTT-3.3.1-4` or `section 3.3.1`; nothing where the version has no such rule.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Statements(ids) => ids.first().map_or(Ok(()), |id| f.write_str(id)),
            Self::Section(section) => write!(f, "section {section}"),
            Self::None => Ok(()),
        }
    }
}

/// What it takes to see a rule broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// One packet alone.
    Packet,
    /// Several packets, the state of a connection, or times.
    Conversation,
}

/// What the reading of packets needs to know of a rule.
pub(crate) struct Facts {
    pub(crate) seen: Seen,
    pub(crate) severity: Severity,
    /// Whether 3.1, 3.1.1 and 5.0 have the rule.
    pub(crate) versions: [bool; 3],
    pub(crate) reason: Option<ReasonCode>,
}

/// What only people need. Apart from the facts: a program that gets its texts from elsewhere shall
/// not carry these.
pub(crate) struct Label {
    pub(crate) name: &'static str,
    pub(crate) v5: Citation,
    pub(crate) v3_1_1: Citation,
    pub(crate) v3_1: Citation,
}

/// What a person reads about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What the rule forbids, in one sentence.
    pub summary: &'static str,
    /// What is said where it is broken; `{value}` and other names in braces stand for what was
    /// found there.
    pub message: &'static str,
    /// What to do about it, where that is not plain.
    pub fix: Option<&'static str>,
}

impl Rule {
    #[expect(
        clippy::indexing_slicing,
        reason = "the table has one row a variant, in order"
    )]
    fn facts(self) -> &'static Facts {
        &table::FACTS[self as usize]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the table has one row a variant, in order"
    )]
    fn label(self) -> &'static Label {
        &table::LABELS[self as usize]
    }

    /// The stable name, in kebab-case: `publish-qos-reserved`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.label().name
    }

    /// The rule with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// What it takes to see it broken.
    #[must_use]
    pub fn seen(self) -> Seen {
        self.facts().seen
    }

    /// How sure the rule is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.facts().severity
    }

    /// Whether the version has the rule.
    #[must_use]
    pub fn is_in(self, version: ProtocolVersion) -> bool {
        let [v3_1, v3_1_1, v5] = self.facts().versions;
        match version {
            ProtocolVersion::V3_1 => v3_1,
            ProtocolVersion::V3_1_1 => v3_1_1,
            ProtocolVersion::V5 => v5,
        }
    }

    /// Where the version's standard says it.
    #[must_use]
    pub fn citation(self, version: ProtocolVersion) -> Citation {
        let label = self.label();
        match version {
            ProtocolVersion::V3_1 => label.v3_1,
            ProtocolVersion::V3_1_1 => label.v3_1_1,
            ProtocolVersion::V5 => label.v5,
        }
    }

    /// The version 5 reason code that answers a breach; none for what is no error.
    #[must_use]
    pub fn reason(self) -> Option<ReasonCode> {
        self.facts().reason
    }

    /// What a person reads about a rule of packets.
    ///
    /// `None` for a rule of conversations: its words stand where conversations are judged, in
    /// `mqttscope_monitor::words`, so that who only reads packets does not carry them.
    #[must_use]
    pub fn words(self) -> Option<&'static Words> {
        // Rules of packets come first, in both tables.
        table::WORDS.get(self as usize)
    }

    /// What the rule forbids, in one sentence; the name of a rule that no packet breaks.
    pub(crate) fn summary(self) -> &'static str {
        self.words().map_or(self.name(), |words| words.summary)
    }
}

impl core::fmt::Display for Rule {
    /// Its name: `publish-qos-reserved`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_name(rule.name()), Some(rule));
            assert_eq!(
                rule.words().is_some(),
                rule.seen() == Seen::Packet,
                "{rule:?}"
            );
            assert!(
                rule.words()
                    .is_none_or(|words| !words.summary.is_empty() && !words.message.is_empty())
            );
            assert!(
                ProtocolVersion::ALL
                    .iter()
                    .any(|&version| rule.is_in(version))
            );
            for version in ProtocolVersion::ALL {
                let is_cited = rule.citation(version) != Citation::None;
                assert_eq!(rule.is_in(version), is_cited, "{rule:?} {version:?}");
            }
        }
    }
}
