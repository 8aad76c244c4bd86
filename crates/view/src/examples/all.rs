//! The examples themselves.

use std::borrow::Cow;

use ProtocolVersion::{V3_1, V3_1_1, V5};
use Sender::{Client, Server};
use mqttscope_wire::{ProtocolVersion, Sender};

use super::Example;

const fn sound(
    group: &'static str,
    version: ProtocolVersion,
    sender: Option<Sender>,
    title: &'static str,
    shows: &'static str,
    hex: &'static str,
) -> Example<'static> {
    Example {
        group,
        title,
        shows,
        version,
        sender,
        rule: None,
        hex: Cow::Borrowed(hex),
    }
}

const fn broken(
    version: ProtocolVersion,
    sender: Option<Sender>,
    rule: &'static str,
    title: &'static str,
    shows: &'static str,
    hex: &'static str,
) -> Example<'static> {
    Example {
        group: "Broken",
        title,
        shows,
        version,
        sender,
        rule: Some(rule),
        hex: Cow::Borrowed(hex),
    }
}

/// What only the conversation shows to be broken.
const fn talk(
    version: ProtocolVersion,
    rule: &'static str,
    title: &'static str,
    shows: &'static str,
    hex: &'static str,
) -> Example<'static> {
    Example {
        group: "Broken conversations",
        title,
        shows,
        version,
        sender: None,
        rule: Some(rule),
        hex: Cow::Borrowed(hex),
    }
}

#[rustfmt::skip]
const SENSOR: Example<'static> = sound("Conversations", V5, None, "A sensor reports",
    "Connect, subscribe, a message each way, goodbye: one connection of version 5.",
    "C: 10 1a 00 04 4d 51 54 54 05 02 00 3c 05 11 00 00 0e 10 00 08 73 65 6e 73 6f 72 34 32\n\
        S: 20 09 00 00 06 21 00 14 22 00 0a\n\
        C: 82 0e 00 01 00 00 08 63 6d 64 2f 34 32 2f 2b 01\n\
        S: 90 04 00 01 00 01\n\
        S: 32 16 00 0f 63 6d 64 2f 34 32 2f 69 6e 74 65 72 76 61 6c 00 01 00 36 30\n\
        C: 40 02 00 01\n\
        C: 32 41 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 00 02 15 01 01 03 00 10 61 70 70 6c 69 63 61 74 69 \
        6f 6e 2f 6a 73 6f 6e 7b 22 63 65 6c 73 69 75 73 22 3a 32 31 2e 35 2c 22 61 74 22 3a 22 6b 69 6c \
        6e 22 7d\n\
        S: 40 02 00 02\n\
        C: c0 00\n\
        S: d0 00\n\
        C: e0 00");

#[rustfmt::skip]
const EXACTLY_ONCE: Example<'static> = sound("Conversations", V5, None, "Exactly once, both ways",
    "A message each way at QoS 2: each side has its own identifier 7.",
    "C: 34 15 00 0d 62 61 6e 6b 2f 74 72 61 6e 73 66 65 72 00 07 00 31 30 30\n\
        S: 50 02 00 07\n\
        S: 34 13 00 0b 62 61 6e 6b 2f 72 65 66 75 6e 64 00 07 00 34 30 32\n\
        C: 62 02 00 07\n\
        C: 50 02 00 07\n\
        S: 62 02 00 07\n\
        S: 70 02 00 07\n\
        C: 70 02 00 07");

#[rustfmt::skip]
const TOPIC_ALIAS: Example<'static> = sound("Conversations", V5, None, "Topic alias",
    "The second message has a topic alias instead of a topic.",
    "30 2b 00 23 62 75 69 6c 64 69 6e 67 2f 33 2f 66 6c 6f 6f 72 2f 32 2f 72 6f 6f 6d 2f 31 37 2f 68 \
        75 6d 69 64 69 74 79 03 23 00 05 34 38\n\
        30 08 00 00 03 23 00 05 34 39");

/// The examples that one begins with; [`ALL`] begins with them, too.
pub const FIRST: [Example<'static>; 3] = [SENSOR, EXACTLY_ONCE, TOPIC_ALIAS];

/// All examples, in the order of the menu.
#[rustfmt::skip]
pub const ALL: &[Example<'static>] = &[
    SENSOR,
    EXACTLY_ONCE,
    TOPIC_ALIAS,
    sound("Conversations", V3_1_1, None, "Cut off",
        "The last packet is incomplete.",
        "c0 00\n\
            30 25 00 0a 73 69 74 65 2f 61 2f 6c 6f 67 74 68 65 20 6c 69 6e 65 20 77 61 73 20 63 75 74"),
    talk(V3_1_1, "pubrel-without-pubrec", "PUBREL before PUBREC",
        "The client sends PUBREL before the PUBREC arrives.",
        "C: 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31\n\
            S: 20 02 00 00\n\
            C: 34 06 00 01 61 00 07 31\n\
            C: 62 02 00 07"),
    talk(V5, "suback-count", "SUBACK with too few codes",
        "Two filters are requested, one is answered.",
        "C: 10 0f 00 04 4d 51 54 54 05 02 00 3c 00 00 02 63 31\n\
            S: 20 03 00 00 00\n\
            C: 82 0d 00 01 00 00 03 61 2f 62 01 00 01 63 00\n\
            S: 90 04 00 01 00 01"),
    talk(V5, "topic-alias-unknown", "Unknown topic alias",
        "No topic was sent for alias 5.",
        "C: 10 0f 00 04 4d 51 54 54 05 02 00 3c 00 00 02 63 31\n\
            S: 20 06 00 00 03 22 00 0a\n\
            C: 30 08 00 00 03 23 00 05 34 39"),
    sound("MQTT 5", V5, Some(Client), "CONNECT",
        "CONNECT with everything: will, credentials and properties.",
        "10 84 01 00 04 4d 51 54 54 05 ee 00 3c 1e 11 00 00 0e 10 21 00 14 27 00 01 00 00 22 00 0a 19 01 \
            17 01 26 00 04 73 69 74 65 00 01 61 00 05 70 75 6d 70 37 2d 18 00 00 00 1e 01 01 02 00 01 51 80 \
            03 00 0a 74 65 78 74 2f 70 6c 61 69 6e 08 00 0c 70 75 6d 70 2f 37 2f 72 65 70 6c 79 09 00 02 01 \
            02 00 0c 70 75 6d 70 2f 37 2f 73 74 61 74 65 00 04 6c 6f 73 74 00 08 6f 70 65 72 61 74 6f 72 00 \
            06 73 65 63 72 65 74"),
    sound("MQTT 5", V5, Some(Client), "CONNECT, smallest",
        "No identifier: the server chooses one.",
        "10 0d 00 04 4d 51 54 54 05 02 00 00 00 00 00"),
    sound("MQTT 5", V5, Some(Server), "CONNACK",
        "What the server allows, and the identifier it chose.",
        "20 46 00 00 43 11 00 00 02 58 21 00 0a 24 01 25 01 27 00 10 00 00 12 00 08 61 75 74 6f 37 66 33 \
            61 22 00 10 1f 00 07 77 65 6c 63 6f 6d 65 28 01 29 01 2a 00 13 00 78 1a 00 0e 72 65 70 6c 79 2f \
            61 75 74 6f 37 66 33 61"),
    sound("MQTT 5", V5, Some(Server), "CONNACK, refused",
        "The server names another server to use.",
        "20 14 00 9c 11 1c 00 0e 62 2e 65 78 61 6d 70 6c 65 3a 31 38 38 33"),
    sound("MQTT 5", V5, Some(Client), "PUBLISH",
        "QoS 1, retained, JSON with all it can carry.",
        "33 7c 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 00 0a 40 01 01 02 00 00 0e 10 03 00 10 61 70 70 6c \
            69 63 61 74 69 6f 6e 2f 6a 73 6f 6e 08 00 0c 73 69 74 65 2f 61 2f 72 65 70 6c 79 09 00 04 de ad \
            be ef 26 00 04 75 6e 69 74 00 07 63 65 6c 73 69 75 73 7b 22 74 22 3a 32 31 2e 35 2c 22 6f 6b 22 \
            3a 74 72 75 65 2c 22 74 61 67 73 22 3a 5b 22 6b 69 6c 6e 22 2c 22 6e 6f 72 74 68 22 5d 7d"),
    sound("MQTT 5", V5, Some(Server), "PUBLISH to a subscriber",
        "The server says which subscriptions it matches.",
        "30 17 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 05 0b 07 0b 8c 02 32 31 2e 35"),
    sound("MQTT 5", V5, Some(Server), "PUBACK",
        "Nobody was listening.",
        "40 14 00 0a 10 10 1f 00 0d 6e 6f 20 73 75 62 73 63 72 69 62 65 72"),
    sound("MQTT 5", V5, Some(Server), "PUBREC",
        "PUBREC, success (2 bytes).",
        "50 02 00 0b"),
    sound("MQTT 5", V5, Some(Client), "PUBREL",
        "The fixed flags 0010.",
        "62 02 00 0b"),
    sound("MQTT 5", V5, Some(Server), "PUBCOMP",
        "The identifier was not known.",
        "70 03 00 0b 92"),
    sound("MQTT 5", V5, Some(Client), "SUBSCRIBE",
        "Three filters, each with its options, one of them shared.",
        "82 36 00 0c 03 0b 8c 02 00 0b 73 69 74 65 2f 2b 2f 74 65 6d 70 29 00 07 61 6c 61 72 6d 2f 23 16 \
            00 15 24 73 68 61 72 65 2f 77 6f 72 6b 65 72 73 2f 6a 6f 62 73 2f 23 01"),
    sound("MQTT 5", V5, Some(Server), "SUBACK",
        "Granted, granted, refused.",
        "90 06 00 0c 00 01 02 9e"),
    sound("MQTT 5", V5, Some(Client), "UNSUBSCRIBE",
        "Two filters.",
        "a2 26 00 0d 0d 26 00 03 77 68 79 00 05 6d 6f 76 65 64 00 0b 73 69 74 65 2f 2b 2f 74 65 6d 70 00 \
            07 61 6c 61 72 6d 2f 23"),
    sound("MQTT 5", V5, Some(Server), "UNSUBACK",
        "One answer for each filter.",
        "b0 05 00 0d 00 00 11"),
    sound("MQTT 5", V5, Some(Client), "PINGREQ",
        "Two bytes, always the same.",
        "c0 00"),
    sound("MQTT 5", V5, Some(Server), "PINGRESP",
        "Two bytes, always the same.",
        "d0 00"),
    sound("MQTT 5", V5, Some(Server), "DISCONNECT",
        "The server is shutting down and sends the reason.",
        "e0 10 8b 0e 1f 00 0b 6d 61 69 6e 74 65 6e 61 6e 63 65"),
    sound("MQTT 5", V5, Some(Client), "DISCONNECT, with will",
        "The client asks the server to publish its will.",
        "e0 07 04 05 11 00 00 00 00"),
    sound("MQTT 5", V5, Some(Client), "AUTH",
        "The client begins to authenticate anew, with the first message of SCRAM.",
        "f0 27 19 25 15 00 0b 53 43 52 41 4d 2d 53 48 41 2d 31 16 00 14 6e 2c 2c 6e 3d 6f 70 65 72 61 74 \
            6f 72 2c 72 3d 66 79 6b 6f"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "CONNECT",
        "Will, user name and password, no properties.",
        "10 37 00 04 4d 51 54 54 04 ee 00 3c 00 05 70 75 6d 70 37 00 0c 70 75 6d 70 2f 37 2f 73 74 61 74 \
            65 00 04 6c 6f 73 74 00 08 6f 70 65 72 61 74 6f 72 00 06 73 65 63 72 65 74"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "CONNACK",
        "Accepted; the server remembers the session.",
        "20 02 01 00"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "CONNACK, refused",
        "A return code from a short list.",
        "20 02 00 05"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "PUBLISH",
        "QoS 0: topic and payload, nothing else.",
        "30 11 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 32 31 2e 35"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "PUBLISH again",
        "QoS 2 with DUP: it was sent before.",
        "3c 13 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 00 0a 32 31 2e 35"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "PUBACK",
        "A packet identifier and nothing else.",
        "40 02 00 0a"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "PUBREC",
        "Step 1 of QoS 2.",
        "50 02 00 0a"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "PUBREL",
        "Step 2 of QoS 2.",
        "62 02 00 0a"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "PUBCOMP",
        "Step 3 of QoS 2.",
        "70 02 00 0a"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "SUBSCRIBE",
        "Each filter is followed by a QoS.",
        "82 1a 00 0b 00 0b 73 69 74 65 2f 2b 2f 74 65 6d 70 01 00 07 61 6c 61 72 6d 2f 23 02"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "SUBACK",
        "Granted QoS 1; the second was refused.",
        "90 04 00 0b 01 80"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "UNSUBSCRIBE",
        "A filter that is no longer wanted.",
        "a2 0b 00 0c 00 07 61 6c 61 72 6d 2f 23"),
    sound("MQTT 3.1.1", V3_1_1, Some(Server), "UNSUBACK",
        "A packet identifier and nothing else.",
        "b0 02 00 0c"),
    sound("MQTT 3.1.1", V3_1_1, Some(Client), "DISCONNECT",
        "No reason is given.",
        "e0 00"),
    sound("MQTT 3.1", V3_1, Some(Client), "CONNECT",
        "The older protocol name MQIsdp, level 3.",
        "10 26 00 06 4d 51 49 73 64 70 03 c2 00 1e 00 06 6d 65 74 65 72 39 00 08 6f 70 65 72 61 74 6f 72 \
            00 06 73 65 63 72 65 74"),
    sound("MQTT 3.1", V3_1, Some(Server), "CONNACK",
        "Accepted; the first byte has no meaning yet.",
        "20 02 00 00"),
    sound("MQTT 3.1", V3_1, Some(Client), "SUBSCRIBE",
        "The flags are those of a message: QoS 1, here sent again.",
        "8a 0e 00 01 00 09 6d 65 74 65 72 2f 39 2f 23 01"),
    sound("MQTT 3.1", V3_1, Some(Server), "SUBACK",
        "Only granted; there is no code for a refusal.",
        "90 03 00 01 01"),
    sound("MQTT 3.1", V3_1, Some(Client), "PUBREL",
        "QoS 1 and DUP: it was sent before.",
        "6a 02 00 02"),
    sound("MQTT 3.1", V3_1, Some(Client), "UNSUBSCRIBE",
        "QoS 1, as every UNSUBSCRIBE.",
        "a2 0d 00 03 00 09 6d 65 74 65 72 2f 39 2f 23"),
    broken(V3_1_1, None, "vbi-too-long", "Five-byte Remaining Length",
        "At most four bytes are allowed; the fourth announces a fifth.",
        "30 80 80 80 80 01"),
    broken(V5, None, "vbi-not-minimal", "Remaining Length too wide",
        "The length is encoded in two bytes where one is enough.",
        "30 85 00 00 02 61 62 00"),
    broken(V5, None, "packet-type-0", "Reserved type 0",
        "No packet has this type.",
        "00 00"),
    broken(V3_1_1, None, "packet-type-15", "AUTH before version 5",
        "Type 15 has no meaning in 3.1.1.",
        "f0 00"),
    broken(V3_1_1, Some(Client), "header-flags-reserved", "Ping with flags",
        "The low four bits of a PINGREQ are 0.",
        "c1 00"),
    broken(V5, Some(Client), "subscribe-header-flags", "SUBSCRIBE without its flag",
        "The low four bits are 0010, not 0000.",
        "80 09 00 01 00 00 03 61 2f 62 00"),
    broken(V3_1_1, Some(Client), "pubrel-header-flags", "PUBREL without its flag",
        "The low four bits are 0010, not 0000.",
        "60 02 00 01"),
    broken(V3_1_1, Some(Client), "publish-qos-reserved", "QoS 3",
        "Both QoS bits are set.",
        "36 08 00 03 61 2f 62 00 01 78"),
    broken(V3_1_1, Some(Client), "publish-dup-qos-0", "DUP at QoS 0",
        "A QoS 0 message is never sent again, so DUP must be 0.",
        "38 06 00 03 61 2f 62 78"),
    broken(V5, Some(Client), "publish-topic-wildcard", "Wildcard in a topic",
        "A message has one topic; only a filter has wildcards.",
        "30 10 00 0b 73 69 74 65 2f 2b 2f 74 65 6d 70 00 32 31"),
    broken(V5, Some(Client), "publish-topic-empty", "No topic",
        "The topic is empty and there is no alias.",
        "30 05 00 00 00 32 31"),
    broken(V3_1_1, Some(Client), "packet-identifier-zero", "Identifier 0",
        "A packet identifier is not 0.",
        "32 08 00 03 61 2f 62 00 00 78"),
    broken(V3_1_1, Some(Client), "string-not-utf8", "Text that is not UTF-8",
        "0xFF is not valid UTF-8.",
        "30 07 00 04 61 2f ff 62 78"),
    broken(V5, Some(Client), "string-null", "Null character",
        "U+0000 is not allowed in a string.",
        "10 19 00 04 4d 51 54 54 05 02 00 3c 06 15 00 03 61 00 62 00 06 63 6c 69 65 6e 74"),
    broken(V5, Some(Client), "string-surrogate", "Surrogate",
        "A lone UTF-16 surrogate, encoded as if it were a character.",
        "30 09 00 05 61 2f ed a0 80 00 78"),
    broken(V3_1_1, Some(Client), "string-past-end", "String past the end",
        "The topic says 200 bytes; 5 are there.",
        "30 07 00 c8 74 6f 70 69 63"),
    broken(V3_1_1, Some(Server), "packet-too-short", "Too short",
        "A PUBACK without its identifier.",
        "40 01 00"),
    broken(V3_1_1, Some(Server), "bytes-left-over", "Bytes left over",
        "A PINGRESP has no bytes after its header.",
        "d0 02 01 02"),
    broken(V5, Some(Client), "publish-payload-not-utf8", "Payload is not the text it says",
        "Format Indicator 1 promises UTF-8.",
        "30 0a 00 03 61 2f 62 02 01 01 c3 28"),
    broken(V5, Some(Client), "topic-alias-zero", "Alias 0",
        "A topic alias is not 0.",
        "30 0a 00 03 61 2f 62 03 23 00 00 78"),
    broken(V5, Some(Client), "property-repeated", "Property twice",
        "Session Expiry Interval occurs twice.",
        "10 1d 00 04 4d 51 54 54 05 02 00 3c 0a 11 00 00 00 3c 11 00 00 00 5a 00 06 63 6c 69 65 6e 74"),
    broken(V5, Some(Server), "property-not-allowed", "Property in the wrong packet",
        "A PUBACK has no Topic Alias.",
        "40 07 00 01 00 03 23 00 01"),
    broken(V5, Some(Server), "property-unknown", "Unknown property",
        "0x7F is not a property; what follows cannot be parsed.",
        "40 06 00 01 00 02 7f 01"),
    broken(V5, Some(Server), "property-length-past-end", "Properties past the end",
        "Property Length says 9; 3 bytes are there.",
        "40 07 00 01 00 09 1f 00 00"),
    broken(V3_1_1, Some(Client), "connect-flags-reserved", "Connect flag bit 0",
        "The reserved flag is 1.",
        "10 12 00 04 4d 51 54 54 04 03 00 3c 00 06 63 6c 69 65 6e 74"),
    broken(V5, Some(Client), "connect-will-qos-without-will", "Will QoS without a will",
        "The flags give the will a QoS, but announce no will.",
        "10 13 00 04 4d 51 54 54 05 0a 00 3c 00 00 06 63 6c 69 65 6e 74"),
    broken(V3_1_1, Some(Client), "connect-password-without-user-name", "Password without user name",
        "In 3.1.1 a password needs a user name; in version 5 it does not.",
        "10 1a 00 04 4d 51 54 54 04 42 00 3c 00 06 63 6c 69 65 6e 74 00 06 73 65 63 72 65 74"),
    broken(V3_1_1, Some(Client), "connect-client-id-empty-kept-session", "No identifier, session kept",
        "The server could never find the session again.",
        "10 0c 00 04 4d 51 54 54 04 00 00 3c 00 00"),
    broken(V3_1_1, Some(Client), "connect-protocol-name", "Protocol name",
        "The protocol name is neither MQTT nor MQIsdp.",
        "10 12 00 04 4d 51 54 74 04 02 00 3c 00 06 63 6c 69 65 6e 74"),
    broken(V5, Some(Client), "connect-protocol-level", "Protocol level 6",
        "There is no such version.",
        "10 13 00 04 4d 51 54 54 06 02 00 3c 00 00 06 63 6c 69 65 6e 74"),
    broken(V3_1_1, Some(Server), "connack-session-present-refused", "Refused with a session",
        "A refused connection has no session.",
        "20 02 01 02"),
    broken(V5, Some(Client), "subscribe-no-filters", "Nothing to subscribe to",
        "At least one filter is needed.",
        "82 03 00 01 00"),
    broken(V3_1_1, Some(Client), "subscribe-qos-reserved", "Subscribe to QoS 3",
        "Both QoS bits of the options are set.",
        "82 08 00 01 00 03 61 2f 62 03"),
    broken(V5, Some(Client), "subscribe-options-reserved", "Subscription option bits",
        "The two high bits are reserved.",
        "82 09 00 01 00 00 03 61 2f 62 41"),
    broken(V5, Some(Client), "subscribe-retain-handling-reserved", "Retain Handling 3",
        "Retain Handling must be 0, 1 or 2.",
        "82 09 00 01 00 00 03 61 2f 62 30"),
    broken(V5, Some(Client), "subscribe-no-local-shared", "Shared and No Local",
        "No Local is not allowed in a shared subscription.",
        "82 12 00 01 00 00 0c 24 73 68 61 72 65 2f 67 2f 61 2f 62 05"),
    broken(V5, Some(Client), "filter-hash-not-last", "# in the middle",
        "The multi-level wildcard must be the last level.",
        "82 0b 00 01 00 00 05 61 2f 23 2f 62 00"),
    broken(V3_1_1, Some(Client), "filter-plus-not-alone", "+ beside text",
        "A wildcard must be a whole level.",
        "82 09 00 01 00 04 61 2f 62 2b 00"),
    broken(V5, Some(Client), "share-name-wildcard", "Wildcard in a share name",
        "The name of the group holds no wildcard.",
        "82 11 00 01 00 00 0b 24 73 68 61 72 65 2f 67 2b 2f 61 00"),
    broken(V5, Some(Server), "puback-reason-undefined", "Undefined reason code",
        "0x42 is not a reason code of a PUBACK.",
        "40 03 00 01 42"),
    broken(V3_1_1, Some(Server), "suback-reason-undefined", "SUBACK 3",
        "There is no QoS 3 to grant.",
        "90 03 00 01 03"),
    broken(V5, Some(Client), "auth-method-missing", "AUTH without method",
        "Every AUTH names its method.",
        "f0 02 18 00"),
    broken(V5, Some(Client), "packet-not-from-client", "From the wrong end",
        "Only a server sends a SUBACK; this came from a client.",
        "90 04 00 01 00 00"),
    broken(V5, Some(Client), "disconnect-reason-direction", "Client shuts the server down",
        "Only a server may give this reason.",
        "e0 01 8b"),
];
