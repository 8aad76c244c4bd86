//! The rules of Sparkplug that a recording can show broken, as one table.
//!
//! Source: the Sparkplug specification, version 3.0.0, whose statements have the ids `tck-id-…`. The words are ours.

use MessageType::{
    DeviceBirth, DeviceCommand, DeviceData, DeviceDeath, NodeBirth, NodeCommand, NodeData,
    NodeDeath,
};
use mqttscope_wire::Severity;

use crate::topic::MessageType;

/// Statements, by what kind of message they are about.
type Statements = &'static [(MessageType, &'static str)];

/// A rule's row.
struct Row {
    name: &'static str,
    severity: Severity,
    message: &'static str,
    statements: Statements,
    /// The statement of what is in no row above: of all kinds, or of a host's state.
    other: Option<&'static str>,
}

macro_rules! rules {
    ($($(#[doc = $summary:literal])+ $rule:ident: $name:literal, $severity:ident, $message:literal, $statements:expr, $other:expr;)+) => {
        /// A rule. Names are stable: `sparkplug-<subject>-<fault>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $summary])+ $rule,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$rule,)+];

            const fn row(self) -> &'static Row {
                match self {
                    $(Self::$rule => const {
                        &Row {
                            name: $name,
                            severity: Severity::$severity,
                            message: $message,
                            statements: $statements,
                            other: $other,
                        }
                    },)+
                }
            }
        }
    };
}

// {type}: the kind of message. {value}, {limit}: the numbers of the finding. {name}: a metric, a device or an edge node.
rules! {
    /// `seq` is not one more than in the message before.
    SeqGap: "sparkplug-seq-gap", Error,
        "The `seq` of this {type} is {value}, and {limit} comes next: messages in between are missing here, or are out of order.",
        &[
            (NodeData, "tck-id-topics-ndata-seq-num"),
            (DeviceBirth, "tck-id-topics-dbirth-seq"),
            (DeviceData, "tck-id-topics-ddata-seq-num"),
            (DeviceDeath, "tck-id-topics-ddeath-seq-num"),
        ], None;
    /// A message of an edge node has no `seq`.
    SeqMissing: "sparkplug-seq-missing", Error,
        "This {type} has no `seq`: who reads it cannot tell whether messages before it are missing.",
        &[
            (NodeBirth, "tck-id-payloads-nbirth-seq"),
            (DeviceBirth, "tck-id-payloads-dbirth-seq"),
            (NodeData, "tck-id-payloads-ndata-seq"),
            (DeviceData, "tck-id-payloads-ddata-seq"),
            (DeviceDeath, "tck-id-payloads-ddeath-seq"),
        ], None;
    /// `seq` is above 255.
    SeqRange: "sparkplug-seq-range", Error,
        "The `seq` of this {type} is {value}, and 255 is the greatest; 0 follows it.",
        &[
            (NodeBirth, "tck-id-payloads-nbirth-seq"),
            (DeviceBirth, "tck-id-payloads-dbirth-seq-inc"),
            (NodeData, "tck-id-payloads-ndata-seq-inc"),
            (DeviceData, "tck-id-payloads-ddata-seq-inc"),
            (DeviceDeath, "tck-id-payloads-ddeath-seq-inc"),
        ], None;
    /// A message that is not to have a `seq` has one.
    SeqForbidden: "sparkplug-seq-forbidden", Error,
        "This {type} has a `seq` ({value}), and no {type} may: `seq` counts what an edge node publishes while it is there.",
        &[
            (NodeDeath, "tck-id-payloads-ndeath-seq"),
            (NodeCommand, "tck-id-payloads-ncmd-seq"),
            (DeviceCommand, "tck-id-payloads-dcmd-seq"),
        ], None;
    /// The `seq` of an NBIRTH is not 0. Another statement allows 0 to 255, so this is no error.
    BirthSeqNotZero: "sparkplug-nbirth-seq-not-zero", Warning,
        "The `seq` of this NBIRTH is {value}. Chapter 4 of the specification wants 0, chapter 6 any number from 0 to 255: many hosts take only 0.",
        &[], Some("tck-id-topics-nbirth-seq-num");
    /// An edge node publishes before its NBIRTH.
    DataBeforeBirth: "sparkplug-data-before-birth", Error,
        "This {type} comes before the NBIRTH of its edge node on this connection: nobody knows its metrics yet.",
        &[
            (NodeData, "tck-id-payloads-ndata-order"),
            (DeviceData, "tck-id-payloads-ddata-order"),
            (DeviceBirth, "tck-id-payloads-dbirth-order"),
        ], Some("tck-id-payloads-dbirth-order");
    /// A device's data comes before its DBIRTH.
    DeviceBeforeBirth: "sparkplug-device-before-birth", Error,
        "This {type} is of the device “{name}”, which has had no DBIRTH since the NBIRTH of its edge node, or has had a DDEATH since.",
        &[], Some("tck-id-payloads-ddata-order");
    /// The NBIRTH has another `bdSeq` than the will, or the NDEATH than the NBIRTH.
    BdSeqDiffers: "sparkplug-bdseq-differs", Error,
        "The `bdSeq` of this {type} is {value}, and that of the message it belongs to is {limit}: who reads them cannot match birth and death.",
        &[
            (NodeBirth, "tck-id-payloads-nbirth-bdseq-repeat"),
            (NodeDeath, "tck-id-payloads-ndeath-bdseq"),
        ], None;
    /// An NBIRTH or NDEATH has no `bdSeq`.
    BdSeqMissing: "sparkplug-bdseq-missing", Error,
        "This {type} has no metric `bdSeq`: who reads it cannot match birth and death.",
        &[
            (NodeBirth, "tck-id-payloads-nbirth-bdseq"),
            (NodeDeath, "tck-id-payloads-ndeath-bdseq"),
        ], None;
    /// An edge node has connected without its NDEATH as the will.
    WillMissing: "sparkplug-will-missing", Warning,
        "This NBIRTH comes over a connection whose CONNECT has no NDEATH of this edge node as its will: when it is lost, nobody hears of it. A bridge that passes messages on looks so, too.",
        &[], Some("tck-id-payloads-ndeath-will-message");
    /// An alias was not in a birth.
    AliasUnknown: "sparkplug-alias-unknown", Error,
        "The alias {value} in this {type} is in no birth of its edge node: nobody can tell which metric it is.",
        &[], Some("tck-id-payloads-alias-birth-requirement");
    /// Two metrics of an edge node have one alias.
    AliasDuplicate: "sparkplug-alias-duplicate", Error,
        "The alias {value} stands for two metrics of this edge node and its devices.",
        &[], Some("tck-id-payloads-alias-uniqueness");
    /// Data has a metric that was in no birth.
    MetricNotBorn: "sparkplug-metric-not-in-birth", Error,
        "The metric “{name}” in this {type} was not in the birth before it, which is to have every metric.",
        &[
            (NodeData, "tck-id-topics-nbirth-metric-reqs"),
            (DeviceData, "tck-id-topics-dbirth-metric-reqs"),
        ], None;
    /// A metric of a birth has no name or no type.
    MetricIncomplete: "sparkplug-birth-metric-incomplete", Error,
        "A metric in this {type} has no name or no datatype: “{name}”.",
        &[
            (NodeBirth, "tck-id-topics-nbirth-metrics"),
            (DeviceBirth, "tck-id-topics-dbirth-metrics"),
        ], None;
    /// An NBIRTH has no metric by which a host can ask for another.
    RebirthMissing: "sparkplug-rebirth-metric-missing", Error,
        "This NBIRTH has no metric “Node Control/Rebirth”: a host that has missed something cannot ask for another birth.",
        &[], Some("tck-id-topics-nbirth-rebirth-metric");
    /// A payload has no timestamp.
    TimestampMissing: "sparkplug-timestamp-missing", Error,
        "The payload of this {type} has no timestamp.",
        &[
            (NodeBirth, "tck-id-topics-nbirth-timestamp"),
            (DeviceBirth, "tck-id-topics-dbirth-timestamp"),
            (NodeData, "tck-id-topics-ndata-timestamp"),
            (DeviceData, "tck-id-topics-ddata-timestamp"),
            (NodeCommand, "tck-id-topics-ncmd-timestamp"),
            (DeviceCommand, "tck-id-topics-dcmd-timestamp"),
            (DeviceDeath, "tck-id-payloads-ddeath-timestamp"),
        ], None;
    /// The QoS is another than the specification's.
    QosWrong: "sparkplug-qos-wrong", Error,
        "This {type} has QoS {value}, and it must be {limit}.",
        &[
            (NodeBirth, "tck-id-topics-nbirth-mqtt"),
            (DeviceBirth, "tck-id-topics-dbirth-mqtt"),
            (NodeData, "tck-id-topics-ndata-mqtt"),
            (DeviceData, "tck-id-topics-ddata-mqtt"),
            (DeviceDeath, "tck-id-topics-ddeath-mqtt"),
            (NodeCommand, "tck-id-topics-ncmd-mqtt"),
            (DeviceCommand, "tck-id-topics-dcmd-mqtt"),
            (NodeDeath, "tck-id-payloads-ndeath-will-message-qos"),
        ], Some("tck-id-host-topic-phid-birth-qos");
    /// The message is retained, or not, against the specification.
    RetainWrong: "sparkplug-retain-wrong", Error,
        "RETAIN is {value} in this {type}, and it must be {limit}.",
        &[
            (NodeBirth, "tck-id-topics-nbirth-mqtt"),
            (DeviceBirth, "tck-id-topics-dbirth-mqtt"),
            (NodeData, "tck-id-topics-ndata-mqtt"),
            (DeviceData, "tck-id-topics-ddata-mqtt"),
            (DeviceDeath, "tck-id-topics-ddeath-mqtt"),
            (NodeCommand, "tck-id-topics-ncmd-mqtt"),
            (DeviceCommand, "tck-id-topics-dcmd-mqtt"),
            (NodeDeath, "tck-id-payloads-ndeath-will-message-retain"),
        ], Some("tck-id-host-topic-phid-birth-retain");
    /// A STATE is not the JSON that it is to be.
    StateForm: "sparkplug-state-form", Error,
        "The payload of a STATE is to be a JSON object with `online`, true or false, and `timestamp`, milliseconds as a number. This one is not.",
        &[], Some("tck-id-host-topic-phid-birth-payload");
    /// A topic has a device where its type has none, or none where it has one.
    TopicForm: "sparkplug-topic-form", Error,
        "This topic is of a {type}: topics of devices' types name a device behind the edge node, and the others do not.",
        &[
            (NodeBirth, "tck-id-topic-structure-namespace-device-id-non-associated-message-types"),
            (NodeDeath, "tck-id-topic-structure-namespace-device-id-non-associated-message-types"),
            (NodeData, "tck-id-topic-structure-namespace-device-id-non-associated-message-types"),
            (NodeCommand, "tck-id-topic-structure-namespace-device-id-non-associated-message-types"),
        ], Some("tck-id-topic-structure-namespace-device-id-associated-message-types");
    /// The payload is no Protobuf of the specification's schema.
    PayloadForm: "sparkplug-payload-form", Error,
        "The payload of this {type} does not fit Sparkplug B's Protobuf schema.",
        &[], None;
}

impl Rule {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// How sure it is, where who sent the message is known to have made it.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.row().severity
    }

    /// The statement of the specification that such a message breaks.
    #[must_use]
    pub fn statement(self, of: Option<MessageType>) -> Option<&'static str> {
        let row = self.row();
        let is_of = |it: &&(MessageType, &'static str)| Some(it.0) == of;
        let found = row.statements.iter().find(is_of).map(|it| it.1);
        found.or(row.other)
    }

    pub(crate) const fn template(self) -> &'static str {
        self.row().message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn names_and_statements_have_their_form() {
        let names: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.name().starts_with("sparkplug-"));
            let of_all = MessageType::ALL.map(|it| rule.statement(Some(it)));
            assert!(of_all.iter().flatten().all(|id| id.starts_with("tck-id-")));
            let has_one = of_all.iter().any(Option::is_some);
            assert!(has_one || *rule == Rule::PayloadForm, "{}", rule.name());
        }
    }
}
