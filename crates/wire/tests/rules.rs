//! Every rule in every version that has it: a packet that breaks it, and nothing but it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::bytes;
use mqttscope_wire::{
    Citation, Context, Decoded, ProtocolVersion, Rule, Seen, Sender, Severity, broken_packets,
    decode, dissect,
};

/// Packets that keep every rule: no error, no warning. Notes are no faults.
const SOUND: &[(&str, &str)] = &[
    ("5 3.1.1 3.1", "c0 00"),
    ("5 3.1.1 3.1", "d0 00"),
    ("5 3.1.1 3.1", "e0 00"),
    ("5 3.1.1 3.1", "40 | 0001"),
    ("5 3.1.1 3.1", "62 | ffff"),
    ("3.1", "6a | 0001"),
    ("3.1", r#"8a | 0001 "a" 01"#),
    ("3.1", "82 | 0001"),
    ("5", r#"10 | "MQTT" 05 00 0000 {} """#),
    ("5", r#"10 | "MQTT" 05 40 0000 {} "" "pw""#),
    (
        "5",
        r#"10 | "MQTT" 05 36 0000 {21 0001 22 000a 27 00000001 26 "a" "b" 26 "a" "b"} "c" {18 00000005 01 01} "w" "m""#,
    ),
    ("3.1.1", r#"10 | "MQTT" 04 c2 003c "c" "u" "p""#),
    ("3.1.1", r#"10 | "MQTT" 04 02 003c """#),
    ("3.1", r#"10 | "MQIsdp" 03 c2 003c "c" "u" "p""#),
    ("3.1.1 3.1", "20 | 00 05"),
    ("3.1.1", "20 | 01 00"),
    (
        "5",
        r#"20 | 01 00 {12 "x" 13 003c 24 01 25 00 28 01 29 01 2a 00}"#,
    ),
    ("5", r#"30 | "" {23 0001}"#),
    ("5", r#"30 | "a" {0b 01 0b 02}"#),
    ("5<", r#"30 | "a" {0b 01}"#),
    (
        "5",
        r#"3d | "a" 0001 {26 "k" "" 03 "t" 08 "r" 09 0001 ff} 00"#,
    ),
    ("3.1.1 3.1", r#"30 | "$SYS/a b""#),
    ("5 3.1.1 3.1", "30 03 00 01 61"),
    (
        "5",
        r#"82 | 0001 {0b ffffff7f} "$share/g/a/#" 2a "+/+/#" 11"#,
    ),
    ("5", r#"82 | 0001 {} "$share" 00"#),
    ("3.1.1", r#"82 | 0001 "$share/+/a" 00"#),
    ("5", "90 | 0001 {} 00 01 02 80 83 87 8f 91 97 9e a1 a2"),
    ("3.1.1", "90 | 0001 00 01 02 80"),
    ("5", "b0 | 0001 {} 00 11 80 83 87 8f 91"),
    ("3.1.1 3.1", "b0 | 0001"),
    ("5", "40 | 0001 10"),
    ("5", r#"50 | 0001 97 {1f "full" 26 "a" "b"}"#),
    ("5", "70 | 0001 92 {}"),
    ("5>", "e0 | 04 {11 ffffffff}"),
    ("5<", r#"e0 | 9d {1c "other"}"#),
    ("5>", r#"f0 | 19 {15 "SCRAM" 16 "x"}"#),
    ("5", "f0 00"),
];

fn contexts(versions: &str) -> impl Iterator<Item = Context> {
    versions.split_whitespace().map(|word| {
        let name = word.trim_end_matches(['<', '>']);
        let version = ProtocolVersion::ALL
            .into_iter()
            .find(|version| version.name() == name)
            .unwrap();
        let sender = match word.chars().last() {
            Some('>') => Some(Sender::Client),
            Some('<') => Some(Sender::Server),
            _ => None,
        };
        Context { version, sender }
    })
}

#[test]
fn each_rule_is_found_and_nothing_else() {
    let mut failures = Vec::new();
    for broken in broken_packets() {
        let (rule, context, notation) = (broken.rule, broken.context, broken.notation);
        let name = rule.name();
        let packet = broken.bytes();
        let dissection = dissect(&packet, context);
        let found: Vec<_> = dissection
            .diagnostics
            .iter()
            .map(|d| d.rule.name())
            .collect();
        let place = format!("{name} in {:?}: {notation}", context.version);
        if found != [name] {
            failures.push(format!("{place}: {found:?}"));
            continue;
        }
        assert_ne!(
            dissection.diagnostics[0].citation(),
            Citation::None,
            "{place}"
        );
        let message = dissection.diagnostics[0].message(&packet);
        assert!(
            !message.contains("{value}") && message.len() > 10,
            "{place}: {message}"
        );
        let strict = decode(&packet, context);
        if rule.severity() == Severity::Error {
            let error = strict.expect_err(&place);
            assert_eq!(
                (error.rule, error.span),
                (rule, dissection.diagnostics[0].span),
                "{place}"
            );
        } else {
            assert!(matches!(strict, Ok(Decoded::Packet { .. })), "{place}");
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn sound_packets_break_nothing() {
    for &(versions, notation) in SOUND {
        for context in contexts(versions) {
            let mut packet = bytes(notation);
            if packet == [0x30, 3, 0, 1, 0x61] && context.version.is_v5() {
                packet = vec![0x30, 4, 0, 1, 0x61, 0];
            }
            let dissection = dissect(&packet, context);
            let found: Vec<_> = dissection
                .diagnostics
                .iter()
                .filter(|d| d.severity() > Severity::Note)
                .collect();
            assert!(
                found.is_empty(),
                "{notation} in {:?}: {found:?}",
                context.version
            );
            assert!(
                matches!(decode(&packet, context), Ok(Decoded::Packet { len, .. }) if len == packet.len())
            );
        }
    }
}

/// A rule without a broken packet, in a version that has it, is a rule that nobody has tried.
#[test]
fn every_rule_is_tried_in_every_version_that_has_it() {
    let tried = |rule: Rule, version: ProtocolVersion| {
        broken_packets().any(|broken| broken.rule == rule && broken.context.version == version)
    };
    let missing: Vec<_> = Rule::ALL
        .into_iter()
        .filter(|rule| rule.seen() == Seen::Packet)
        .flat_map(|rule| ProtocolVersion::ALL.map(|version| (rule, version)))
        .filter(|&(rule, version)| {
            rule.citation(version) != Citation::None && !tried(rule, version)
        })
        .map(|(rule, version)| format!("{} in {}", rule.name(), version.name()))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// MQTT 3.1 lets bits be anything that it does not use: they change nothing.
#[test]
fn unused_option_bits_of_3_1_are_not_options() {
    let packet = bytes(r#"82 | 0001 "a" fd "b" 02"#);
    let Ok(Decoded::Packet { packet, .. }) = decode(&packet, Context::new(ProtocolVersion::V3_1))
    else {
        panic!("only a warning")
    };
    let mqttscope_wire::ControlPacket::Subscribe(subscribe) = packet else {
        panic!("{packet:?}")
    };
    let read: Vec<_> = subscribe
        .subscriptions
        .iter()
        .map(|one| (one.topic_filter.as_str(), one.options.byte()))
        .collect();
    assert_eq!(read, [("a", 1), ("b", 2)]);
}

#[test]
fn a_message_with_a_named_reason_is_a_sentence() {
    let context = |sender| Context {
        version: ProtocolVersion::V5,
        sender: Some(sender),
    };
    let message = |packet: &[u8], sender| {
        let dissection = dissect(packet, context(sender));
        dissection.diagnostics[0].message(packet)
    };
    assert_eq!(
        message(&[0xe0, 1, 0x8e], Sender::Client),
        "Only the other side may give the reason 0x8E (Session taken over)."
    );
    assert_eq!(
        message(&[0xf0, 2, 0x19, 0], Sender::Server),
        "Only the other side may give the reason 0x19 (Re-authenticate): 0x00 is the server's, 0x19 the client's."
    );
}

#[test]
fn a_half_of_a_pair_is_named_by_its_code_point() {
    for (text, name) in [
        ("ed a0 80", "U+D800"),
        ("ed a0 bd", "U+D83D"),
        ("ed bf bf", "U+DFFF"),
    ] {
        let packet = bytes(&format!("30 | 0003 {text}"));
        let found = dissect(&packet, Context::new(ProtocolVersion::V3_1_1));
        let [fault] = &found.diagnostics[..] else {
            panic!("{:?}", found.diagnostics);
        };
        assert_eq!(fault.rule, Rule::StringSurrogate);
        let said = fault.message(&packet);
        assert!(said.contains(name), "{said}");
    }
}
