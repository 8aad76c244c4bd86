//! Fields that only exist here.

use super::{Described, row};
use crate::kind::Kind;
use crate::names::Names;
use crate::packet::{Fact as F, Source};

pub(super) static TABLE: &[Described] = &[
    row(
        "topic",
        Kind::Text,
        Source::Topic {
            with_filters: false,
        },
        "the topic of a PUBLISH, also where an alias stands for it",
    ),
    row(
        "topic_filter",
        Kind::TopicFilter,
        Source::Topic {
            with_filters: false,
        },
        "messages whose topic a Topic Filter matches: topic_filter \"a/+/#\"",
    ),
    row(
        "answered",
        Kind::Fact,
        Source::Fact(F::Answered),
        "a packet that is due an answer has got it",
    ),
    row(
        "round_trip",
        Kind::Milliseconds,
        Source::Fact(F::RoundTrip),
        "of an answer: milliseconds since what it answers",
    ),
    row(
        "finding",
        Kind::Fact,
        Source::Fact(F::Finding),
        "something was found about the packet, alone or in its conversation",
    ),
    row(
        "finding.rule",
        Kind::Known(Names::Rule),
        Source::Fact(F::FindingRule),
        "the rule that the packet breaks",
    ),
    row(
        "finding.severity",
        Kind::Named(2, Names::Severity),
        Source::Fact(F::FindingSeverity),
        "how bad it is: note < warning < error",
    ),
    row(
        "finding.statement",
        Kind::Text,
        Source::Fact(F::FindingStatement),
        "the statement of the standard that it breaks, such as MQTT-3.3.1-4 or tck-id-payloads-ndata-seq",
    ),
    row(
        "handshake.state",
        Kind::Named(5, Names::Handshake),
        Source::Fact(F::Handshake),
        "how far the handshake is that the packet belongs to",
    ),
    row(
        "client_id",
        Kind::Text,
        Source::Fact(F::ClientIdentifier),
        "the Client Identifier of the packet's connection",
    ),
    row(
        "conn",
        Kind::Number(u32::MAX as u64),
        Source::Fact(F::Connection),
        "the number of the packet's connection",
    ),
    row(
        "sender",
        Kind::Named(1, Names::Sender),
        Source::Fact(F::Sender),
        "who sent it",
    ),
    row(
        "version",
        Kind::Named(7, Names::Version),
        Source::Fact(F::Version),
        "the version that the packet is read in",
    ),
];
