//! Which checks are for this broker: what its probes found of versions and of what it has.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_wire::ProtocolVersion;

use super::Examination;
use crate::check::Check;
use crate::verdict::Verdict;

/// Why a version can not be spoken with the broker.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) verdict: Verdict,
    pub(super) why: String,
    /// Nothing at all came to the CONNECT, but the end.
    pub(super) is_silent: bool,
}

impl Refused {
    /// What it means once all versions were tried: who closes connections in all of them refuses no version.
    pub(super) fn judged(&self, takes_any: bool, tried: &[ProtocolVersion]) -> (Verdict, String) {
        if !self.is_silent || takes_any {
            return (self.verdict, self.why.clone());
        }
        let tried: Vec<String> = tried.iter().map(|it| it.name().to_string()).collect();
        let why = format!(
            "The broker closes the connection after each CONNECT, without a CONNACK (tried in MQTT {}): it takes no client \
             from here.",
            tried.join(", ")
        );
        (Verdict::Unknown, why)
    }
}

impl Examination<'_> {
    /// Whether any version that was tried is spoken.
    pub(super) fn takes_any(&self) -> bool {
        let mut versions = self.options.versions.iter();
        versions.any(|version| !self.refused.contains_key(version))
    }

    /// Why a check is not for this broker.
    pub(super) fn does_not_apply(
        &self,
        check: &Check,
        version: ProtocolVersion,
    ) -> Option<(Verdict, String)> {
        if check.is_probe {
            return None;
        }
        if let Some(refused) = self.refused.get(&version) {
            let (verdict, why) = refused.judged(self.takes_any(), &self.options.versions);
            let why = if verdict == Verdict::NotApplicable {
                format!("The broker does not take MQTT {}: {why}", version.name())
            } else {
                format!(
                    "Nothing can be asked of it in MQTT {}: {why}",
                    version.name()
                )
            };
            return Some((verdict, why));
        }
        let says = |name: &str, value: &str| self.card.get(version, name) == Some(value);
        check.needs.iter().find_map(|need| {
            let (lacks, why) = match *need {
                "retain" => (
                    says("Retain Available", "0"),
                    "CONNACK says Retain Available 0.",
                ),
                "wildcards" => (
                    says("Wildcard Subscription Available", "0"),
                    "CONNACK says Wildcard Subscription Available 0.",
                ),
                "shared" => (
                    says("Shared Subscription Available", "0"),
                    "CONNACK says Shared Subscription Available 0.",
                ),
                "subscription-identifiers" => (
                    says("Subscription Identifiers Available", "0")
                        || says("Subscription Identifier Available", "0"),
                    "CONNACK says Subscription Identifiers Available 0.",
                ),
                "no-retain" => (
                    !says("Retain Available", "0"),
                    "CONNACK does not say Retain Available 0: the broker retains messages.",
                ),
                "no-qos2" => (
                    self.card.get(version, "Maximum QoS").is_none(),
                    "CONNACK gives no Maximum QoS: the broker has all of them.",
                ),
                "aliases" => (
                    matches!(
                        self.card.get(version, "Topic Alias Maximum"),
                        None | Some("0")
                    ),
                    "CONNACK gives no Topic Alias Maximum: the broker takes no aliases.",
                ),
                "qos1" => (says("Maximum QoS", "0"), "CONNACK says Maximum QoS 0."),
                "qos2" => (
                    says("Maximum QoS", "0")
                        || says("Maximum QoS", "1")
                        || !says("QoS granted where 2 was asked for", "2"),
                    "The broker does not grant QoS 2.",
                ),
                _ => (false, ""),
            };
            lacks.then(|| (Verdict::NotApplicable, why.into()))
        })
    }
}
