//! For every rule of packets, in every version that has it: a packet that breaks it, and nothing but it.

use alloc::vec::Vec;

use super::Rule;
use crate::{Context, ProtocolVersion, Sender, notation};

/// A packet that breaks one rule and no other, as small as such a packet can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenPacket {
    /// The rule.
    pub rule: Rule,
    /// The version in which it breaks the rule, and who sends it: `None` where either may.
    pub context: Context,
    /// The packet as people read it, see [`notation`].
    pub notation: &'static str,
}

impl BrokenPacket {
    /// The packet's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // The rows below are right, which a test holds them to.
        notation::parse(self.notation).unwrap_or_default()
    }
}

/// All of them, in the order of the rules' table; some rules have several, which break it in different packets.
pub fn broken_packets() -> impl Iterator<Item = BrokenPacket> {
    BROKEN.iter().flat_map(|&(name, versions, notation)| {
        let rule = Rule::from_name(name);
        versions
            .split_ascii_whitespace()
            .filter_map(move |version| {
                Some(BrokenPacket {
                    rule: rule?,
                    context: context(version)?,
                    notation,
                })
            })
    })
}

/// `5`, `3.1.1` or `3.1`; behind it `>` if only a client sends it so, `<` if only a server does.
fn context(word: &str) -> Option<Context> {
    let name = word.trim_end_matches(['<', '>']);
    let version = ProtocolVersion::ALL
        .into_iter()
        .find(|it| it.name() == name)?;
    let sender = match word.strip_prefix(name) {
        Some(">") => Some(Sender::Client),
        Some("<") => Some(Sender::Server),
        _ => None,
    };
    Some(Context { version, sender })
}

type Row = (&'static str, &'static str, &'static str);

/// Rule, versions with the sender where it matters, packet.
const BROKEN: &[Row] = &[
    ("packet-type-0", "5 3.1.1 3.1", "00 00"),
    ("packet-type-15", "3.1.1 3.1", "f0 00"),
    ("header-flags-reserved", "5 3.1.1", "c1 00"),
    ("pubrel-header-flags", "5 3.1.1", "60 | 0001"),
    ("subscribe-header-flags", "5", r#"80 | 0001 {} "a" 00"#),
    ("subscribe-header-flags", "3.1.1", r#"80 | 0001 "a" 00"#),
    ("unsubscribe-header-flags", "5", r#"a0 | 0001 {} "a""#),
    ("unsubscribe-header-flags", "3.1.1", r#"a3 | 0001 "a""#),
    ("disconnect-header-flags", "5 3.1.1", "e1 00"),
    ("auth-header-flags", "5", "f2 00"),
    ("header-qos-not-1", "3.1", r#"80 | 0001 "a" 00"#),
    ("unused-bits-set", "3.1", "c8 00"),
    ("unused-bits-set", "3.1", r#"83 | 0001 "a" 00"#),
    ("unused-bits-set", "3.1", "20 | 01 00"),
    ("unused-bits-set", "3.1", r#"82 | 0001 "a" 04"#),
    (
        "unused-bits-set",
        "3.1",
        r#"10 | "MQIsdp" 03 03 003c "mqttscope""#,
    ),
    ("vbi-too-long", "5 3.1.1 3.1", "30 ff ff ff ff 01"),
    ("vbi-too-long", "5", r#"30 | "a" {0b ff ff ff ff 01}"#),
    ("vbi-not-minimal", "5", "30 84 00 00 01 61 00"),
    ("vbi-not-minimal", "5", r#"30 | "a" 80 00"#),
    (
        "remaining-length-not-minimal",
        "3.1.1 3.1",
        "30 83 00 00 01 61",
    ),
    ("packet-not-from-client", "5> 3.1.1> 3.1>", "d0 00"),
    ("packet-not-from-client", "5>", "90 | 0001 {} 00"),
    ("packet-not-from-client", "5>", "20 | 00 00 {}"),
    ("packet-not-from-client", "3.1.1>", "b0 | 0001"),
    ("packet-not-from-server", "5< 3.1.1< 3.1<", "c0 00"),
    ("packet-not-from-server", "3.1.1< 3.1<", "e0 00"),
    ("packet-not-from-server", "5<", r#"a2 | 0001 {} "a""#),
    ("packet-too-short", "5 3.1.1 3.1", "40 01 00"),
    (
        "connect-keep-alive-unlikely",
        "5",
        r#"10 | "MQTT" 05 02 ea60 {} "mqttscope""#,
    ),
    (
        "connect-keep-alive-unlikely",
        "3.1.1",
        r#"10 | "MQTT" 04 02 ea60 "mqttscope""#,
    ),
    (
        "connect-keep-alive-unlikely",
        "3.1",
        r#"10 | "MQIsdp" 03 02 ea60 "mqttscope""#,
    ),
    (
        "publish-payload-prefixed",
        "3.1.1 3.1",
        r#"30 | "a" "hello""#,
    ),
    (
        "publish-payload-prefixed",
        "5",
        r#"30 | "a" {} 0001 68656c6c"#,
    ),
    ("property-length-missing", "5", r#"30 | "a""#),
    ("property-length-missing", "5", "20 | 00 00"),
    ("publish-topic-missing", "5 3.1.1 3.1", "30 01 00"),
    (
        "connect-client-id-missing",
        "5",
        r#"10 | "MQTT" 05 02 003c {}"#,
    ),
    (
        "connect-client-id-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 02 003c"#,
    ),
    (
        "connect-client-id-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 02 003c"#,
    ),
    (
        "connect-will-missing",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "mqttscope" {} "w""#,
    ),
    (
        "connect-will-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "mqttscope" "w""#,
    ),
    (
        "connect-will-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "mqttscope""#,
    ),
    (
        "connect-user-name-missing",
        "5",
        r#"10 | "MQTT" 05 82 003c {} "mqttscope""#,
    ),
    (
        "connect-user-name-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 82 003c "mqttscope""#,
    ),
    (
        "connect-user-name-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "mqttscope" 00"#,
    ),
    (
        "connect-password-missing",
        "5",
        r#"10 | "MQTT" 05 c2 003c {} "mqttscope" "u""#,
    ),
    (
        "connect-password-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 c2 003c "mqttscope" "u""#,
    ),
    (
        "connect-password-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 c2 003c "mqttscope" "u" 00"#,
    ),
    (
        "connect-user-name-unannounced",
        "5",
        r#"10 | "MQTT" 05 02 003c {} "mqttscope" "u""#,
    ),
    (
        "connect-user-name-unannounced",
        "3.1.1",
        r#"10 | "MQTT" 04 02 003c "mqttscope" "u""#,
    ),
    (
        "connect-user-name-unannounced",
        "3.1",
        r#"10 | "MQIsdp" 03 02 003c "mqttscope" "u""#,
    ),
    (
        "connect-password-unannounced",
        "5",
        r#"10 | "MQTT" 05 82 003c {} "mqttscope" "u" "p""#,
    ),
    (
        "connect-password-unannounced",
        "3.1.1",
        r#"10 | "MQTT" 04 82 003c "mqttscope" "u" "p""#,
    ),
    (
        "connect-password-unannounced",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "mqttscope" "u" "p""#,
    ),
    ("string-past-end", "5 3.1.1 3.1", "30 | 0009 61"),
    ("bytes-left-over", "5 3.1.1 3.1", "c0 | 7a7a"),
    ("bytes-left-over", "3.1.1 3.1", "40 | 0001 00"),
    (
        "bytes-left-over",
        "3.1.1",
        r#"10 | "MQTT" 04 c2 003c "mqttscope" "u" "p" "x""#,
    ),
    ("string-not-utf8", "5", "30 | 0003 61 ff c3 {} 78"),
    ("string-not-utf8", "3.1.1 3.1", "30 | 0003 61 ff c3 78"),
    ("string-surrogate", "5", "30 | 0003 ed a0 80 {}"),
    ("string-surrogate", "3.1.1 3.1", "30 | 0003 ed a0 80"),
    ("string-null", "5", "30 | 0003 61 00 62 {}"),
    ("string-null", "3.1.1", "30 | 0003 61 00 62"),
    ("topic-null", "3.1", "30 | 0003 61 00 62"),
    ("topic-null", "3.1", "82 | 0001 0003 61 00 62 00"),
    ("string-control-character", "5", "30 | 0002 61 07 {}"),
    ("string-control-character", "3.1.1", "30 | 0002 c2 85"),
    ("string-noncharacter", "5", "30 | 0003 ef bf bf {}"),
    ("string-noncharacter", "3.1.1", "30 | 0003 ef b7 90"),
    ("packet-identifier-zero", "5", r#"32 | "a" 0000 {}"#),
    ("packet-identifier-zero", "3.1.1 3.1", r#"32 | "a" 0000"#),
    ("packet-identifier-zero", "5 3.1.1 3.1", "40 | 0000"),
    ("property-length-past-end", "5", r#"30 | "a" 0a"#),
    ("property-past-end", "5", r#"30 | "a" {23 00} 78"#),
    ("property-past-end", "5", r#"30 | "a" {03 0005 61} 78"#),
    ("property-unknown", "5", r#"30 | "a" {7e 00} 78"#),
    ("property-unknown", "5", r#"30 | "a" {80 01} 78"#),
    ("property-not-allowed", "5", r#"30 | "a" {11 00000005} 78"#),
    (
        "property-not-allowed",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "mqttscope" {23 0001} "w" "p""#,
    ),
    ("property-repeated", "5", r#"30 | "a" {01 01 01 01} 78"#),
    (
        "property-repeated",
        "5",
        r#"82 | 0001 {0b 01 0b 02} "a" 00"#,
    ),
    (
        "receive-maximum-zero",
        "5",
        r#"10 | "MQTT" 05 02 003c {21 0000} "mqttscope""#,
    ),
    ("receive-maximum-zero", "5", "20 | 00 00 {21 0000}"),
    ("maximum-packet-size-zero", "5", "20 | 00 00 {27 00000000}"),
    ("topic-alias-zero", "5", r#"30 | "a" {23 0000}"#),
    (
        "subscription-identifier-zero",
        "5",
        r#"82 | 0001 {0b 00} "a" 00"#,
    ),
    ("payload-format-indicator-value", "5", r#"30 | "a" {01 02}"#),
    (
        "request-response-information-value",
        "5",
        r#"10 | "MQTT" 05 02 003c {19 02} "mqttscope""#,
    ),
    (
        "request-problem-information-value",
        "5",
        r#"10 | "MQTT" 05 02 003c {17 02} "mqttscope""#,
    ),
    ("maximum-qos-value", "5", "20 | 00 00 {24 02}"),
    ("retain-available-value", "5", "20 | 00 00 {25 02}"),
    (
        "wildcard-subscription-available-value",
        "5",
        "20 | 00 00 {28 02}",
    ),
    (
        "subscription-identifiers-available-value",
        "5",
        "20 | 00 00 {29 02}",
    ),
    (
        "shared-subscription-available-value",
        "5",
        "20 | 00 00 {2a 02}",
    ),
    (
        "connect-protocol-name",
        "5",
        r#"10 | "MQTX" 05 02 003c {} "mqttscope""#,
    ),
    (
        "connect-protocol-name",
        "3.1.1",
        r#"10 | "mqtt" 04 02 003c "mqttscope""#,
    ),
    (
        "connect-protocol-name",
        "3.1",
        r#"10 | "MQIsd" 03 02 003c "mqttscope""#,
    ),
    (
        "connect-protocol-level",
        "5",
        r#"10 | "MQTT" 06 02 003c {} "mqttscope""#,
    ),
    (
        "connect-protocol-level",
        "3.1.1",
        r#"10 | "MQTT" 44 02 003c "mqttscope""#,
    ),
    (
        "connect-protocol-level",
        "3.1",
        r#"10 | "MQIsdp" 43 02 003c "mqttscope""#,
    ),
    (
        "connect-bridge-bit",
        "3.1.1",
        r#"10 | "MQTT" 84 02 003c "mqttscope""#,
    ),
    (
        "connect-bridge-bit",
        "3.1",
        r#"10 | "MQIsdp" 83 02 003c "mqttscope""#,
    ),
    (
        "connect-protocol-mismatch",
        "5",
        r#"10 | "MQIsdp" 05 02 003c {} "mqttscope""#,
    ),
    (
        "connect-protocol-mismatch",
        "3.1.1",
        r#"10 | "MQIsdp" 04 02 003c "mqttscope""#,
    ),
    (
        "connect-protocol-mismatch",
        "3.1",
        r#"10 | "MQTT" 03 02 003c "mqttscope""#,
    ),
    (
        "connect-flags-reserved",
        "5",
        r#"10 | "MQTT" 05 03 003c {} "mqttscope""#,
    ),
    (
        "connect-flags-reserved",
        "3.1.1",
        r#"10 | "MQTT" 04 03 003c "mqttscope""#,
    ),
    (
        "connect-will-qos-reserved",
        "5",
        r#"10 | "MQTT" 05 1e 003c {} "mqttscope" {} "w" "m""#,
    ),
    (
        "connect-will-qos-reserved",
        "3.1.1",
        r#"10 | "MQTT" 04 1e 003c "mqttscope" "w" "m""#,
    ),
    (
        "connect-will-qos-reserved",
        "3.1",
        r#"10 | "MQIsdp" 03 1e 003c "mqttscope" "w" "m""#,
    ),
    (
        "connect-will-qos-without-will",
        "5",
        r#"10 | "MQTT" 05 0a 003c {} "mqttscope""#,
    ),
    (
        "connect-will-qos-without-will",
        "3.1.1",
        r#"10 | "MQTT" 04 12 003c "mqttscope""#,
    ),
    (
        "connect-will-retain-without-will",
        "5",
        r#"10 | "MQTT" 05 22 003c {} "mqttscope""#,
    ),
    (
        "connect-will-retain-without-will",
        "3.1.1",
        r#"10 | "MQTT" 04 22 003c "mqttscope""#,
    ),
    (
        "connect-will-bits-ignored",
        "3.1",
        r#"10 | "MQIsdp" 03 2a 003c "mqttscope""#,
    ),
    (
        "connect-password-without-user-name",
        "3.1.1",
        r#"10 | "MQTT" 04 42 003c "mqttscope" "pw""#,
    ),
    (
        "connect-password-without-user-name",
        "3.1",
        r#"10 | "MQIsdp" 03 42 003c "mqttscope" "pw""#,
    ),
    (
        "connect-credentials-absent",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "mqttscope""#,
    ),
    (
        "connect-client-id-empty",
        "3.1",
        r#"10 | "MQIsdp" 03 02 003c """#,
    ),
    (
        "connect-client-id-empty-kept-session",
        "3.1.1",
        r#"10 | "MQTT" 04 00 003c """#,
    ),
    (
        "connect-client-id-too-long",
        "3.1",
        r#"10 | "MQIsdp" 03 02 003c "123456789012345678901234""#,
    ),
    (
        "connect-client-id-not-guaranteed",
        "5",
        r#"10 | "MQTT" 05 02 003c {} "b-042""#,
    ),
    (
        "connect-client-id-not-guaranteed",
        "3.1.1",
        r#"10 | "MQTT" 04 02 003c "123456789012345678901234""#,
    ),
    (
        "connect-authentication-data-alone",
        "5",
        r#"10 | "MQTT" 05 02 003c {16 "d"} "mqttscope""#,
    ),
    (
        "will-topic-empty",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "mqttscope" {} "" "m""#,
    ),
    (
        "will-topic-empty",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "mqttscope" "" "m""#,
    ),
    (
        "will-topic-empty",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "mqttscope" "" "m""#,
    ),
    (
        "will-topic-wildcard",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "mqttscope" {} "a/+" "m""#,
    ),
    (
        "will-topic-wildcard",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "mqttscope" "a/#" "m""#,
    ),
    (
        "will-topic-wildcard",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "mqttscope" "a/#" "m""#,
    ),
    (
        "will-payload-not-utf8",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "mqttscope" {01 01} "w" 0002 ff fe"#,
    ),
    ("connack-flags-reserved", "5", "20 | 02 00 {}"),
    ("connack-flags-reserved", "3.1.1", "20 | 80 00"),
    ("connack-session-present-refused", "5", "20 | 01 87 {}"),
    ("connack-session-present-refused", "3.1.1", "20 | 01 05"),
    ("connack-of-v3-1-1", "5", "20 | 00 01"),
    ("connack-of-v3-1-1", "5<", "20 | 00 05"),
    ("connack-reason-undefined", "5", "20 | 00 01 {}"),
    ("connack-reason-undefined", "3.1.1 3.1", "20 | 00 06"),
    ("publish-qos-reserved", "5", r#"36 | "a" 0001 {} 78"#),
    ("publish-qos-reserved", "3.1.1 3.1", r#"36 | "a" 0001 78"#),
    ("publish-dup-qos-0", "5", r#"38 | "a" {} 78"#),
    ("publish-dup-qos-0", "3.1.1 3.1", r#"38 | "a" 78"#),
    ("publish-topic-empty", "5", r#"30 | "" {} 78"#),
    ("publish-topic-empty", "3.1.1 3.1", r#"30 | "" 78"#),
    ("publish-topic-wildcard", "5", r#"30 | "a/#" {} 78"#),
    ("publish-topic-wildcard", "3.1.1 3.1", r#"30 | "a/+" 78"#),
    (
        "publish-subscription-identifier-from-client",
        "5>",
        r#"30 | "a" {0b 01}"#,
    ),
    ("publish-payload-not-utf8", "5", r#"30 | "a" {01 01} fffe"#),
    ("response-topic-empty", "5", r#"30 | "a" {08 ""}"#),
    ("response-topic-wildcard", "5", r#"30 | "a" {08 "r/#"} 78"#),
    ("puback-reason-undefined", "5", "40 | 0001 55 {}"),
    ("pubrec-reason-undefined", "5", "50 | 0001 92"),
    ("pubrel-reason-undefined", "5", "62 | 0001 80"),
    ("pubcomp-reason-undefined", "5", "70 | 0001 10"),
    ("subscribe-no-filters", "5", "82 | 0001 {}"),
    ("subscribe-no-filters", "3.1.1", "82 | 0001"),
    ("subscribe-qos-reserved", "5", r#"82 | 0001 {} "a" 03"#),
    ("subscribe-qos-reserved", "3.1.1 3.1", r#"82 | 0001 "a" 03"#),
    ("subscribe-options-reserved", "5", r#"82 | 0001 {} "a" c0"#),
    ("subscribe-options-reserved", "3.1.1", r#"82 | 0001 "a" 04"#),
    (
        "subscribe-retain-handling-reserved",
        "5",
        r#"82 | 0001 {} "a" 30"#,
    ),
    (
        "subscribe-no-local-shared",
        "5",
        r#"82 | 0001 {} "$share/g/a" 04"#,
    ),
    ("unsubscribe-no-filters", "5", "a2 | 0001 {}"),
    ("unsubscribe-no-filters", "3.1.1", "a2 | 0001"),
    ("filter-empty", "5", r#"82 | 0001 {} "" 00"#),
    ("filter-empty", "3.1.1 3.1", r#"82 | 0001 "" 00"#),
    ("filter-hash-not-last", "5", r#"82 | 0001 {} "a/#/b" 00"#),
    ("filter-hash-not-last", "3.1.1 3.1", r#"a2 | 0001 "a/#/b""#),
    ("filter-hash-not-alone", "5", r#"82 | 0001 {} "a#" 00"#),
    ("filter-hash-not-alone", "3.1.1 3.1", r#"82 | 0001 "a#" 00"#),
    ("filter-plus-not-alone", "5", r#"82 | 0001 {} "a+/b" 00"#),
    ("filter-plus-not-alone", "3.1.1 3.1", r#"82 | 0001 "+a" 00"#),
    ("share-name-empty", "5", r#"82 | 0001 {} "$share//a" 00"#),
    (
        "share-name-wildcard",
        "5",
        r#"82 | 0001 {} "$share/+/a" 00"#,
    ),
    (
        "share-filter-missing",
        "5",
        r#"82 | 0001 {} "$share/g/" 00"#,
    ),
    ("suback-no-codes", "5", "90 | 0001 {}"),
    ("suback-no-codes", "3.1.1", "90 | 0001"),
    ("suback-reason-undefined", "5", "90 | 0001 {} 03"),
    ("suback-reason-undefined", "3.1.1 3.1", "90 | 0001 03"),
    ("suback-reason-undefined", "3.1", "90 | 0001 80"),
    ("unsuback-no-codes", "5", "b0 | 0001 {}"),
    ("unsuback-reason-undefined", "5", "b0 | 0001 {} 01"),
    ("disconnect-reason-undefined", "5", "e0 | 01"),
    ("disconnect-reason-direction", "5>", "e0 | 8b"),
    ("disconnect-reason-direction", "5<", "e0 | 04"),
    (
        "disconnect-session-expiry-from-server",
        "5<",
        "e0 | 00 {11 00000001}",
    ),
    (
        "disconnect-server-reference-from-client",
        "5>",
        r#"e0 | 00 {1c "s"}"#,
    ),
    ("disconnect-of-v5", "3.1.1", "e0 | 8e"),
    ("disconnect-of-v5", "3.1", "e0 | 00 00"),
    ("auth-reason-undefined", "5", r#"f0 | 01 {15 "m"}"#),
    ("auth-reason-direction", "5>", r#"f0 | 00 {15 "m"}"#),
    ("auth-reason-direction", "5<", r#"f0 | 19 {15 "m"}"#),
    ("auth-method-missing", "5", "f0 | 18 {}"),
];
