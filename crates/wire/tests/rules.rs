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
    Citation, Context, Decoded, ProtocolVersion, Rule, Seen, Sender, Severity, decode, dissect,
};

type Case = (&'static str, &'static str, &'static str);

/// Rule, versions with the sender where it matters, packet.
const BROKEN: &[Case] = &[
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
    ("unused-bits-set", "3.1", r#"10 | "MQIsdp" 03 03 003c "c""#),
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
        r#"10 | "MQTT" 05 02 ea60 {} "c""#,
    ),
    (
        "connect-keep-alive-unlikely",
        "3.1.1",
        r#"10 | "MQTT" 04 02 ea60 "c""#,
    ),
    (
        "connect-keep-alive-unlikely",
        "3.1",
        r#"10 | "MQIsdp" 03 02 ea60 "c""#,
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
        r#"10 | "MQTT" 05 06 003c {} "c" {} "w""#,
    ),
    (
        "connect-will-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "c" "w""#,
    ),
    (
        "connect-will-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "c""#,
    ),
    (
        "connect-user-name-missing",
        "5",
        r#"10 | "MQTT" 05 82 003c {} "c""#,
    ),
    (
        "connect-user-name-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 82 003c "c""#,
    ),
    (
        "connect-user-name-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "c" 00"#,
    ),
    (
        "connect-password-missing",
        "5",
        r#"10 | "MQTT" 05 c2 003c {} "c" "u""#,
    ),
    (
        "connect-password-missing",
        "3.1.1",
        r#"10 | "MQTT" 04 c2 003c "c" "u""#,
    ),
    (
        "connect-password-missing",
        "3.1",
        r#"10 | "MQIsdp" 03 c2 003c "c" "u" 00"#,
    ),
    (
        "connect-user-name-unannounced",
        "5",
        r#"10 | "MQTT" 05 02 003c {} "c" "u""#,
    ),
    (
        "connect-user-name-unannounced",
        "3.1.1",
        r#"10 | "MQTT" 04 02 003c "c" "u""#,
    ),
    (
        "connect-user-name-unannounced",
        "3.1",
        r#"10 | "MQIsdp" 03 02 003c "c" "u""#,
    ),
    (
        "connect-password-unannounced",
        "5",
        r#"10 | "MQTT" 05 82 003c {} "c" "u" "p""#,
    ),
    (
        "connect-password-unannounced",
        "3.1.1",
        r#"10 | "MQTT" 04 82 003c "c" "u" "p""#,
    ),
    (
        "connect-password-unannounced",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "c" "u" "p""#,
    ),
    ("string-past-end", "5 3.1.1 3.1", "30 | 0009 61"),
    ("bytes-left-over", "5 3.1.1 3.1", "c0 | 7a7a"),
    ("bytes-left-over", "3.1.1 3.1", "40 | 0001 00"),
    (
        "bytes-left-over",
        "3.1.1",
        r#"10 | "MQTT" 04 c2 003c "c" "u" "p" "x""#,
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
        r#"10 | "MQTT" 05 06 003c {} "c" {23 0001} "w" "p""#,
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
        r#"10 | "MQTT" 05 02 003c {21 0000} "c""#,
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
        r#"10 | "MQTT" 05 02 003c {19 02} "c""#,
    ),
    (
        "request-problem-information-value",
        "5",
        r#"10 | "MQTT" 05 02 003c {17 02} "c""#,
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
        r#"10 | "MQTX" 05 02 003c {} "c""#,
    ),
    (
        "connect-protocol-name",
        "3.1.1",
        r#"10 | "mqtt" 04 02 003c "c""#,
    ),
    (
        "connect-protocol-name",
        "3.1",
        r#"10 | "MQIsd" 03 02 003c "c""#,
    ),
    (
        "connect-protocol-level",
        "5",
        r#"10 | "MQTT" 06 02 003c {} "c""#,
    ),
    (
        "connect-protocol-level",
        "3.1.1",
        r#"10 | "MQTT" 44 02 003c "c""#,
    ),
    (
        "connect-protocol-level",
        "3.1",
        r#"10 | "MQIsdp" 43 02 003c "c""#,
    ),
    (
        "connect-bridge-bit",
        "3.1.1",
        r#"10 | "MQTT" 84 02 003c "c""#,
    ),
    (
        "connect-bridge-bit",
        "3.1",
        r#"10 | "MQIsdp" 83 02 003c "c""#,
    ),
    (
        "connect-protocol-mismatch",
        "5",
        r#"10 | "MQIsdp" 05 02 003c {} "c""#,
    ),
    (
        "connect-protocol-mismatch",
        "3.1.1",
        r#"10 | "MQIsdp" 04 02 003c "c""#,
    ),
    (
        "connect-protocol-mismatch",
        "3.1",
        r#"10 | "MQTT" 03 02 003c "c""#,
    ),
    (
        "connect-flags-reserved",
        "5",
        r#"10 | "MQTT" 05 03 003c {} "c""#,
    ),
    (
        "connect-flags-reserved",
        "3.1.1",
        r#"10 | "MQTT" 04 03 003c "c""#,
    ),
    (
        "connect-will-qos-reserved",
        "5",
        r#"10 | "MQTT" 05 1e 003c {} "c" {} "w" "m""#,
    ),
    (
        "connect-will-qos-reserved",
        "3.1.1",
        r#"10 | "MQTT" 04 1e 003c "c" "w" "m""#,
    ),
    (
        "connect-will-qos-reserved",
        "3.1",
        r#"10 | "MQIsdp" 03 1e 003c "c" "w" "m""#,
    ),
    (
        "connect-will-qos-without-will",
        "5",
        r#"10 | "MQTT" 05 0a 003c {} "c""#,
    ),
    (
        "connect-will-qos-without-will",
        "3.1.1",
        r#"10 | "MQTT" 04 12 003c "c""#,
    ),
    (
        "connect-will-retain-without-will",
        "5",
        r#"10 | "MQTT" 05 22 003c {} "c""#,
    ),
    (
        "connect-will-retain-without-will",
        "3.1.1",
        r#"10 | "MQTT" 04 22 003c "c""#,
    ),
    (
        "connect-will-bits-ignored",
        "3.1",
        r#"10 | "MQIsdp" 03 2a 003c "c""#,
    ),
    (
        "connect-password-without-user-name",
        "3.1.1",
        r#"10 | "MQTT" 04 42 003c "c" "pw""#,
    ),
    (
        "connect-password-without-user-name",
        "3.1",
        r#"10 | "MQIsdp" 03 42 003c "c" "pw""#,
    ),
    (
        "connect-credentials-absent",
        "3.1",
        r#"10 | "MQIsdp" 03 82 003c "c""#,
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
        r#"10 | "MQTT" 05 02 003c {16 "d"} "c""#,
    ),
    (
        "will-topic-empty",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "c" {} "" "m""#,
    ),
    (
        "will-topic-empty",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "c" "" "m""#,
    ),
    (
        "will-topic-empty",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "c" "" "m""#,
    ),
    (
        "will-topic-wildcard",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "c" {} "a/+" "m""#,
    ),
    (
        "will-topic-wildcard",
        "3.1.1",
        r#"10 | "MQTT" 04 06 003c "c" "a/#" "m""#,
    ),
    (
        "will-topic-wildcard",
        "3.1",
        r#"10 | "MQIsdp" 03 06 003c "c" "a/#" "m""#,
    ),
    (
        "will-payload-not-utf8",
        "5",
        r#"10 | "MQTT" 05 06 003c {} "c" {01 01} "w" 0002 ff fe"#,
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
    ("disconnect-of-v5", "3.1.1", "e0 | 8e"),
    ("disconnect-of-v5", "3.1", "e0 | 00 00"),
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
    ("auth-reason-undefined", "5", r#"f0 | 01 {15 "m"}"#),
    ("auth-reason-direction", "5>", r#"f0 | 00 {15 "m"}"#),
    ("auth-reason-direction", "5<", r#"f0 | 19 {15 "m"}"#),
    ("auth-method-missing", "5", "f0 | 18 {}"),
];

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
    for &(name, versions, notation) in BROKEN {
        let rule = Rule::from_name(name).unwrap_or_else(|| panic!("no rule {name}"));
        for context in contexts(versions) {
            let packet = bytes(notation);
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
        BROKEN.iter().any(|&(name, versions, _)| {
            name == rule.name() && contexts(versions).any(|context| context.version == version)
        })
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
