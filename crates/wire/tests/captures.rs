//! Small captures that break other analyzers, read to the right answers.
//!
//! They are pcap files of raw IPv4; a few lines here find the TCP payloads in them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use mqttscope_wire::{
    Context, Dissection, Field, PacketType, ProtocolVersion, ReasonCode, Rule, Sender, Severity,
    Value, detect, dissect, packets,
};

/// The segments of a capture with who sent them.
fn segments(pcap: &[u8]) -> Vec<(Sender, Vec<u8>)> {
    let mut rest = &pcap[24..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let ip = &rest[16..16 + len];
        let tcp = &ip[usize::from(ip[0] & 15) * 4..];
        let to_server = u16::from_be_bytes([tcp[2], tcp[3]]) == 1883;
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        if !payload.is_empty() {
            found.push((
                if to_server {
                    Sender::Client
                } else {
                    Sender::Server
                },
                payload.to_vec(),
            ));
        }
        rest = &rest[16 + len..];
    }
    found
}

fn stream(pcap: &[u8], sender: Sender) -> Vec<u8> {
    segments(pcap)
        .into_iter()
        .filter(|(from, _)| *from == sender)
        .flat_map(|(_, bytes)| bytes)
        .collect()
}

fn errors(dissection: &Dissection) -> Vec<Rule> {
    dissection
        .diagnostics
        .iter()
        .filter(|d| d.severity() == Severity::Error)
        .map(|d| d.rule)
        .collect()
}

#[test]
fn each_of_the_32_malformed_packets_is_flagged_with_its_rule() {
    use ProtocolVersion::{V3_1_1, V5};
    let expected = [
        (V3_1_1, Some(Rule::ConnectFlagsReserved)),
        (V5, Some(Rule::ConnectProtocolName)),
        (V3_1_1, Some(Rule::ConnectPasswordWithoutUserName)),
        (V5, Some(Rule::ConnectWillQoSReserved)),
        // A second CONNECT: sound by itself, and so for the monitor of conversations.
        (V5, None),
        (V5, Some(Rule::PublishQoSReserved)),
        (V5, Some(Rule::PublishDupQoS0)),
        (V5, Some(Rule::PublishTopicWildcard)),
        (V5, Some(Rule::PacketIdentifierZero)),
        (V5, Some(Rule::StringNotUtf8)),
        (V5, Some(Rule::StringNull)),
        (V5, Some(Rule::StringSurrogate)),
        (V5, Some(Rule::PropertyRepeated)),
        (V5, Some(Rule::PropertyNotAllowed)),
        (V5, Some(Rule::PublishPayloadNotUtf8)),
        (V5, Some(Rule::TopicAliasZero)),
        (V5, Some(Rule::PropertyUnknown)),
        (V5, Some(Rule::ResponseTopicWildcard)),
        (V5, Some(Rule::SubscribeHeaderFlags)),
        (V5, Some(Rule::SubscribeNoFilters)),
        (V5, Some(Rule::SubscribeOptionsReserved)),
        (V5, Some(Rule::FilterHashNotLast)),
        (V5, Some(Rule::ShareFilterMissing)),
        (V5, Some(Rule::SubscribeNoLocalShared)),
        (V5, Some(Rule::PubrelHeaderFlags)),
        (V5, Some(Rule::PubackReasonUndefined)),
        (V5, Some(Rule::BytesLeftOver)),
        (V5, Some(Rule::PacketNotFromClient)),
        (V5, Some(Rule::PacketType0)),
        (V5, Some(Rule::VbiNotMinimal)),
        (V5, Some(Rule::ReceiveMaximumZero)),
        (V5, Some(Rule::BytesLeftOver)),
    ];
    let segments = segments(include_bytes!("captures/t6_malformed.pcap"));
    assert_eq!(segments.len(), expected.len());
    for (number, ((_, packet), (version, rule))) in segments.iter().zip(expected).enumerate() {
        let found = errors(&dissect(
            packet,
            Context::new(version).sent_by(Sender::Client),
        ));
        match rule {
            Some(rule) => assert!(
                found.contains(&rule),
                "packet {}: {found:?} lacks {rule:?}",
                number + 1
            ),
            None => assert!(found.is_empty(), "packet {}: {found:?}", number + 1),
        }
    }
}

#[test]
fn a_remaining_length_of_five_bytes_is_malformed_there_and_reading_goes_on_behind() {
    let bytes = stream(include_bytes!("captures/t4_badvarint.pcap"), Sender::Client);
    let context = Context::new(detect(&bytes, None).version);
    let broken: Vec<_> = packets(&bytes, context)
        .filter(|at| !at.skipped)
        .map(|at| dissect(&bytes[at.offset..at.offset + at.len], context))
        .filter(|dissection| errors(dissection) == [Rule::VbiTooLong])
        .collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].diagnostics[0].span.bytes(), (1, 5));
}

#[test]
fn version_5_is_worked_out_without_a_connect() {
    let bytes = stream(include_bytes!("captures/t5_noconnect.pcap"), Sender::Client);
    assert_eq!(detect(&bytes, None).version, ProtocolVersion::V5);
}

#[test]
fn binary_properties_and_the_password_are_bytes() {
    let pcap = include_bytes!("captures/t7_binprops.pcap");
    let mut found = Vec::new();
    for (sender, bytes) in segments(pcap) {
        for at in packets(&bytes, Context::new(ProtocolVersion::V5)) {
            let dissection = dissect(
                &bytes[at.offset..],
                Context::new(at.version).sent_by(sender),
            );
            assert_eq!(errors(&dissection), []);
            for field in [
                Field::CorrelationData,
                Field::AuthenticationData,
                Field::Password,
            ] {
                if let Some(index) = dissection.tree.find(field) {
                    assert_eq!(dissection.tree.get(index).unwrap().value, Value::Bytes);
                    found.push(field);
                }
            }
        }
    }
    found.sort_unstable();
    assert_eq!(
        found,
        [
            Field::Password,
            Field::CorrelationData,
            Field::AuthenticationData
        ]
    );
}

#[test]
fn every_reason_code_has_its_name() {
    let mut named = 0;
    for (sender, bytes) in segments(include_bytes!("captures/t11_reasons.pcap")) {
        for at in packets(&bytes, Context::new(ProtocolVersion::V5)) {
            let dissection = dissect(
                &bytes[at.offset..],
                Context::new(at.version).sent_by(sender),
            );
            for node in dissection
                .tree
                .nodes()
                .iter()
                .filter(|node| node.field == Field::ReasonCode)
            {
                let Value::Number(code) = node.value else {
                    panic!("{node:?}")
                };
                let code = ReasonCode(u8::try_from(code).unwrap());
                assert!(
                    code.name(dissection.packet_type, dissection.version)
                        .is_some(),
                    "{code:?}"
                );
                named += 1;
            }
        }
    }
    assert!(named >= 3);
}

#[test]
fn a_shared_subscription_is_shown_in_its_parts() {
    let bytes = stream(include_bytes!("captures/t13_share.pcap"), Sender::Client);
    let at = packets(&bytes, Context::new(ProtocolVersion::V5))
        .find(|at| at.packet_type == PacketType::Subscribe)
        .unwrap();
    let packet = &bytes[at.offset..];
    let tree = dissect(packet, Context::new(at.version)).tree;
    let text = |field| tree.content(tree.find(field).unwrap(), packet);
    assert_eq!(text(Field::ShareName), b"grp");
    let leaf = tree
        .leaves()
        .filter(|(_, node)| node.field == Field::Text)
        .last()
        .unwrap();
    assert_eq!(leaf.1.span.slice(packet), b"a/#");
}
