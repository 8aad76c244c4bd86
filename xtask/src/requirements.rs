//! The requirement tables of `requirements/`, as they stand in their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Every table: our rules, the statements of both standards, and the gaps we accept for now.
pub(crate) struct Requirements {
    pub(crate) rules: Vec<Rule>,
    pub(crate) v5: Standard,
    pub(crate) v3_1_1: Standard,
    pub(crate) exceptions: Vec<Exception>,
}

/// One of our rules: what it forbids and what it rests on, by version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// A packet alone breaks it, or it takes a conversation.
    #[serde(default)]
    pub(crate) seen: Seen,
    pub(crate) severity: Severity,
    #[serde(default)]
    pub(crate) v5: Basis,
    #[serde(default)]
    pub(crate) v3_1_1: Basis,
    #[serde(default)]
    pub(crate) v3_1: Basis,
    pub(crate) reason: Option<String>,
    pub(crate) summary: String,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

/// What a rule rests on in one version.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Basis {
    Statements(Vec<String>),
    /// `section 2.1.2`, where the standard gives no id.
    Section(String),
    /// The rule does not exist in this version.
    #[default]
    None,
}

impl Basis {
    pub(crate) fn ids(&self) -> &[String] {
        match self {
            Self::Statements(ids) => ids,
            Self::Section(_) | Self::None => &[],
        }
    }
}

/// A standard's normative statements.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standard {
    /// How many statements the standard has; the table is complete when it has as many.
    pub(crate) count: usize,
    #[serde(rename = "statement")]
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    pub(crate) id: String,
    /// Whom it binds: client, server or both.
    pub(crate) binds: String,
    pub(crate) seen: Seen,
    /// Our rules that enforce it.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    pub(crate) summary: String,
    /// What shows it broken, or why nothing does, where no packet alone can.
    pub(crate) why: Option<String>,
    /// Why no check asks a broker for it, where it binds one.
    pub(crate) unchecked: Option<String>,
}

impl Statement {
    pub(crate) fn binds_server(&self) -> bool {
        self.binds != "client"
    }
}

/// What it takes to see a statement broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Seen {
    /// One packet alone.
    #[default]
    Packet,
    /// Several packets of one connection or session.
    Conversation,
    /// Nothing that goes over the wire shows it.
    Never,
}

/// A gap that is accepted for now. The list may only shrink.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// A rule's name, or `5.0 MQTT-1.2.3-4`.
    pub(crate) what: String,
    pub(crate) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionsFile {
    #[serde(default, rename = "exception")]
    exceptions: Vec<Exception>,
}

/// A standard, its short name, and how to find the basis that a rule has in it.
pub(crate) struct Labelled<'a> {
    pub(crate) label: &'static str,
    pub(crate) standard: &'a Standard,
    pub(crate) basis: fn(&Rule) -> &Basis,
}

impl Requirements {
    /// Reads the tables of a folder.
    ///
    /// # Errors
    /// When a file is missing, is no TOML, or has a key that these types do not know.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        Ok(Self {
            rules: rules(folder)?,
            v5: parse(&folder.join("v5.toml"))?,
            v3_1_1: parse(&folder.join("v3_1_1.toml"))?,
            exceptions: parse::<ExceptionsFile>(&folder.join("exceptions.toml"))?.exceptions,
        })
    }

    /// Both standards, the newer first.
    pub(crate) fn standards(&self) -> [Labelled<'_>; 2] {
        [
            Labelled {
                label: "5.0",
                standard: &self.v5,
                basis: |rule| &rule.v5,
            },
            Labelled {
                label: "3.1.1",
                standard: &self.v3_1_1,
                basis: |rule| &rule.v3_1_1,
            },
        ]
    }

    pub(crate) fn rules_by_name(&self) -> BTreeMap<&str, &Rule> {
        self.rules
            .iter()
            .map(|rule| (rule.name.as_str(), rule))
            .collect()
    }
}

/// The rules alone, in their table's order.
pub(crate) fn rules(folder: &Path) -> Result<Vec<Rule>> {
    Ok(parse::<RulesFile>(&folder.join("rules.toml"))?.rules)
}

fn parse<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("in {}", file.display()))
}
