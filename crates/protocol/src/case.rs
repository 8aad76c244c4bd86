//! Cases: conversations that a person writes and runs against the server of a connection.

use mqttscope_wire::{ProtocolVersion, Sender, Severity};
use serde::{Deserialize, Serialize};

use super::{ExaminedCheck, ExaminedStage, Profile};

/// What the page asks of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskCase {
    /// The cases that break one rule of conversations each: [`super::Report::CaseOffers`].
    Offers(ProtocolVersion),
    /// Runs this text, on connections of its own that go where those of the profile go.
    Run(Box<Profile>, String),
    /// Ends it.
    Stop,
}

/// The cases that a client of this version can break one rule of conversations with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOffers {
    /// Which version.
    pub version: ProtocolVersion,
    /// In the order of the table.
    pub offers: Vec<CaseOffer>,
}

/// A case that breaks one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOffer {
    /// The rule's name.
    pub rule: String,
    /// What it forbids, in a sentence.
    pub says: String,
    /// The case.
    pub text: String,
}

/// A case that runs, or has run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    /// Its text.
    pub text: String,
    /// In which version.
    pub version: ProtocolVersion,
    /// What the connection is called that it was run for.
    pub name: String,
    /// How far it is.
    pub stage: ExaminedStage,
    /// What came of it; none: it has not come to its end.
    pub came: Option<ExaminedCheck>,
    /// What either side broke in it.
    pub findings: Vec<CaseFinding>,
}

/// A rule that was broken in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFinding {
    /// The rule's name.
    pub rule: String,
    /// The statement that it breaks, where it has a number.
    pub statement: Option<String>,
    /// How sure the rule is.
    pub severity: Severity,
    /// Who broke it.
    pub by: Sender,
    /// What is wrong, in a sentence.
    pub says: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Report};

    #[test]
    fn what_is_asked_and_told_comes_through() {
        for asked in [
            AskCase::Offers(ProtocolVersion::V3_1_1),
            AskCase::Run(Box::default(), "a connect".into()),
            AskCase::Stop,
        ] {
            let command = Command::Case(asked);
            let text = serde_json::to_string(&command).unwrap();
            assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        }
        let told = Report::Case(Box::new(CaseView {
            text: "a connect".into(),
            version: ProtocolVersion::V5,
            name: "n".into(),
            stage: ExaminedStage::Done,
            came: None,
            findings: vec![CaseFinding {
                rule: "second-connect".into(),
                statement: Some("MQTT-3.1.0-2".into()),
                severity: Severity::Error,
                by: Sender::Client,
                says: "Once.".into(),
            }],
        }));
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), told);
    }
}
