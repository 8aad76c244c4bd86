use alloc::vec;

use super::line::MAX;
use super::*;
use crate::explain::sample::Sample;
use ProtocolVersion::{V3_1_1, V5};

fn line(sample: &Sample, version: ProtocolVersion) -> String {
    let packet_type =
        PacketType::from_first_byte(sample.packet.first().copied().unwrap_or_default());
    of(&sample.tree, &sample.packet, packet_type, version)
}

fn connect() -> Sample {
    Sample::header(1, 0, 60)
        .group(Field::VariableHeader, |s| {
            s.prefixed(Field::ProtocolName, b"MQTT")
                .u8(Field::ProtocolVersion, 5)
                .group(Field::ConnectFlags, |s| s.u8(Field::CleanStart, 1))
                .u16(Field::KeepAlive, 60)
        })
        .group(Field::Payload, |s| {
            s.prefixed(Field::ClientIdentifier, b"b-042")
                .prefixed(Field::WillTopic, b"a/b")
                .prefixed(Field::WillPayload, b"gone")
                .prefixed(Field::UserName, b"x")
                .prefixed(Field::Password, b"secret")
        })
}

#[test]
fn connects() {
    assert_eq!(
        line(&connect(), V5),
        "client b-042 · clean start · keep alive 60 s · will on a/b · user x"
    );
    assert_eq!(
        line(&connect(), V3_1_1),
        "client b-042 · clean session · keep alive 60 s · will on a/b · user x"
    );
    let connack = Sample::header(2, 0, 3).group(Field::VariableHeader, |s| {
        s.bits(&[
            (Field::AcknowledgeReserved, 0, 7),
            (Field::SessionPresent, 1, 1),
        ])
        .u8(Field::ReasonCode, 0)
    });
    assert_eq!(line(&connack, V5), "Success · session present");
    let refused =
        Sample::header(2, 0, 2).group(Field::VariableHeader, |s| s.u8(Field::ReasonCode, 5));
    assert_eq!(line(&refused, V3_1_1), "Connection Refused, not authorized");
    assert_eq!(line(&refused, V5), "0x05 (not defined)");
}

#[test]
fn publishes() {
    let publish = |flags: u8, topic: &[u8], payload: &[u8]| {
        Sample::header(3, flags, 0)
            .group(Field::VariableHeader, |s| {
                s.prefixed(Field::TopicName, topic)
                    .u16(Field::PacketIdentifier, 7)
            })
            .group(Field::Payload, |s| {
                if payload.is_empty() {
                    s
                } else {
                    s.raw(Field::ApplicationMessage, payload)
                }
            })
    };
    let sized = |flags: u8, topic: &[u8], payload: &[u8], missing: u32| {
        let mut sample = publish(flags, topic, payload);
        let length = u32::try_from(sample.packet.len()).unwrap() - 2 + missing;
        let index = sample.tree.find(Field::RemainingLength).unwrap();
        sample.tree.nodes[index].value = Value::Number(length);
        line(&sample, V5)
    };
    assert_eq!(
        sized(0b0011, b"a/b/c", &[0; 64], 0),
        "QoS 1 · id 7 · retain · a/b/c · 64 B"
    );
    assert_eq!(
        sized(0b1011, b"a", b"", 0),
        "QoS 1 · id 7 · dup · retain · a · empty"
    );
    assert_eq!(
        sized(0b0010, b"a", &[0; 10], 1990),
        "QoS 1 · id 7 · a · 10 B of 2 kB"
    );
    assert_eq!(
        sized(0b0010, b"a\n\xff", b"x", 0),
        "QoS 1 · id 7 · a\\n\\xFF · 1 B"
    );
    assert_eq!(sized(0b0010, b"", b"x", 0), "QoS 1 · id 7 · no topic · 1 B");

    let alias = Sample::header(3, 0, 6).group(Field::VariableHeader, |s| {
        s.prefixed(Field::TopicName, b"")
            .group(Field::Properties, |s| {
                s.u8(Field::PropertyLength, 3)
                    .property(Field::TopicAlias, 0x23, 3, &[0, 3])
            })
    });
    assert_eq!(line(&alias, V5), "QoS 0 · alias 3 · empty");
    let cut = Sample::header(3, 0, 30).group(Field::VariableHeader, |s| {
        s.group(Field::TopicName, |s| s.u16(Field::Length, 10))
            .raw(Field::Unread, b"abc")
    });
    assert_eq!(line(&cut, V5), "QoS 0");
}

#[test]
fn subscriptions() {
    let subscribe = |filters: &[&str]| {
        Sample::header(8, 2, 20)
            .group(Field::VariableHeader, |s| s.u16(Field::PacketIdentifier, 2))
            .group(Field::Payload, |mut s| {
                for (filter, qos) in filters.iter().zip([1, 0, 2, 1, 0].into_iter().cycle()) {
                    s = s.group(Field::Subscription, |s| {
                        s.prefixed(Field::TopicFilter, filter.as_bytes()).group(
                            Field::SubscriptionOptions,
                            |s| {
                                s.bits(&[
                                    (Field::OptionsReserved, 0, 6),
                                    (Field::MaximumQoSOption, qos, 2),
                                ])
                            },
                        )
                    });
                }
                s
            })
    };
    assert_eq!(
        line(&subscribe(&["a/+", "b/#"]), V5),
        "id 2 · a/+ (QoS 1), b/# (QoS 0)"
    );
    let many = vec!["sensors/temperature/+"; 40];
    assert_eq!(
        line(&subscribe(&many), V3_1_1),
        "id 2 · sensors/temperature/+ (QoS 1), sensors/temperature/+ (QoS 0) +38 more"
    );
    let suback = Sample::header(9, 0, 5)
        .group(Field::VariableHeader, |s| s.u16(Field::PacketIdentifier, 2))
        .group(Field::Payload, |s| {
            s.u8(Field::ReasonCode, 1)
                .u8(Field::ReasonCode, 1)
                .u8(Field::ReasonCode, 0x87)
        });
    assert_eq!(line(&suback, V5), "id 2 · Granted QoS 1 ×2, Not authorized");
    let unsubscribe = Sample::header(10, 2, 9)
        .group(Field::VariableHeader, |s| s.u16(Field::PacketIdentifier, 9))
        .group(Field::Payload, |s| {
            s.prefixed(Field::TopicFilter, b"a")
                .prefixed(Field::TopicFilter, b"b/#")
        });
    assert_eq!(line(&unsubscribe, V3_1_1), "id 9 · a, b/#");
}

#[test]
fn small_packets() {
    let ack = |code: u8| {
        Sample::header(4, 0, 3).group(Field::VariableHeader, |s| {
            s.u16(Field::PacketIdentifier, 10)
                .u8(Field::ReasonCode, code)
        })
    };
    assert_eq!(line(&ack(0x10), V5), "id 10 · No matching subscribers");
    assert_eq!(line(&ack(0), V5), "id 10");
    assert_eq!(line(&Sample::header(12, 0, 0), V5), "");
    assert_eq!(line(&Sample::header(14, 0, 0), V3_1_1), "");
    assert_eq!(line(&Sample::header(14, 0, 0), V5), "Normal disconnection");
    assert_eq!(line(&Sample::header(14, 0, 1), V5), "");
    let auth = Sample::header(15, 0, 20).group(Field::VariableHeader, |s| {
        s.u8(Field::ReasonCode, 0x18).group(Field::Properties, |s| {
            s.u8(Field::PropertyLength, 16)
                .text_property(Field::AuthenticationMethod, 0x15, b"SCRAM-SHA-256")
                .text_property(Field::AuthenticationData, 0x16, b"secret")
        })
    });
    assert_eq!(line(&auth, V5), "Continue authentication · SCRAM-SHA-256");
    let moved = Sample::header(14, 0, 20).group(Field::VariableHeader, |s| {
        s.u8(Field::ReasonCode, 0x9D).group(Field::Properties, |s| {
            s.u8(Field::PropertyLength, 16)
                .text_property(Field::ServerReference, 0x1C, b"b.example:8883")
                .text_property(Field::ReasonString, 0x1F, b"we moved")
        })
    });
    assert_eq!(
        line(&moved, V5),
        "Server moved · we moved · use b.example:8883"
    );
}

#[test]
fn lines_stay_short_and_trees_may_be_empty() {
    let long = [b'x'; 300];
    let sample = Sample::header(1, 0, 60)
        .group(Field::VariableHeader, |s| {
            s.u8(Field::CleanStart, 1).u16(Field::KeepAlive, 65_535)
        })
        .group(Field::Payload, |s| {
            s.prefixed(Field::ClientIdentifier, &long)
                .prefixed(Field::WillTopic, &long)
                .prefixed(Field::UserName, &long)
        });
    let text = line(&sample, V5);
    assert_eq!(text.chars().count(), MAX);
    assert!(
        text.starts_with("client xxxxxxxxxxxx…xxxxxxxxxxx · clean start") && text.ends_with('…'),
        "{text}"
    );
    for version in ProtocolVersion::ALL {
        for packet_type in PacketType::ALL {
            assert_eq!(
                of(&Tree::default(), &[], packet_type, version),
                "",
                "{packet_type:?}"
            );
        }
    }
}

#[test]
fn packets_as_they_are_read() {
    #[rustfmt::skip] // One fact a line.
    let table: [(&[u8], ProtocolVersion, &str); 19] = [
        (b"\x10\x0E\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00", V3_1_1, "no client id · clean session · keep alive off"),
        (b"\x10\x12\x00\x04MQTT\x05\x00\x00\x3C\x05\x11\xFF\xFF\xFF\xFF\x00\x00", V5, "no client id · keep alive 60 s · session for ever"),
        (b"\x20\x0A\x01\x00\x07\x12\x00\x01x\x13\x00\x1E", V5, "Success · session present · client x · keep alive 30 s"),
        (b"\x30\x03\x00\x01a", V3_1_1, "QoS 0 · a · empty"),
        (b"\x31\x04\x00\x01a\x00", V5, "QoS 0 · retain · a · empty"),
        (b"\x30\x05\x00\x00\x03\x23\x00", V5, "QoS 0 · no topic"),
        (b"\x30\x07\x00\x00\x03\x23\x00\x03x", V5, "QoS 0 · alias 3 · 1 B"),
        (b"\x32\x06\x00\x01a\x00\x00x", V3_1_1, "QoS 1 · id 0 · a · 1 B"),
        (b"\x32\x03\x00\x01a", V3_1_1, "QoS 1 · a"),
        (b"\x30\x40\x00\x01a", V3_1_1, "QoS 0 · a · 0 B of 61 B"),
        (b"\x30\x40\x00\x01a1234", V3_1_1, "QoS 0 · a · 4 B of 61 B"),
        (b"\x36\x02\x00\x09", V3_1_1, "QoS 3"),
        (b"\x50\x03\x00\x09\x97", V5, "id 9 · Quota exceeded"),
        (b"\x82\x06\x00\x02\x00\x01#\x00", V3_1_1, "id 2 · # (QoS 0)"),
        (b"\x82\x05\x00\x02\x00\x09#", V3_1_1, "id 2"),
        (b"\x90\x03\x00\x02\x80", V3_1_1, "id 2 · Failure"),
        (b"\xB0\x02\x00\x02", V3_1_1, "id 2"),
        (b"\xF0\x00", V5, "Success"),
        (b"", V5, ""),
    ];
    for (packet, version, expected) in table {
        let dissection = crate::dissect(packet, crate::Context::new(version));
        assert_eq!(summary(&dissection, packet), expected, "{packet:?}");
    }
}
