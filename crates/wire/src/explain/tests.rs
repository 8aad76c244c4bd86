use alloc::string::String;

use super::sample::Sample;
use super::*;
use ProtocolVersion::{V3_1, V3_1_1, V5};

/// What the first node with this field means.
fn meaning(sample: &Sample, field: Field, version: ProtocolVersion) -> String {
    let index = sample.tree.find(field).unwrap();
    value(&sample.tree, index, &sample.packet, Context::new(version))
        .map_or(String::new(), Cow::into_owned)
}

#[test]
fn numbers_mean_something() {
    #[rustfmt::skip] // One fact a line.
    let table = [
        (V5, Field::QoS, 2, "exactly once: a handshake of four packets"),
        (V5, Field::QoS, 3, "no such QoS: 0, 1 and 2 are all there are"),
        (V5, Field::Dup, 0, "first attempt to send it"),
        (V5, Field::KeepAlive, 60, "at most 60 s between packets; the server closes after 90 s of silence"),
        (V5, Field::KeepAlive, 5, "at most 5 s between packets; the server closes after 7.5 s of silence"),
        (V5, Field::KeepAlive, 81, "at most 81 s between packets; the server closes after 2 min 1 s of silence"),
        (V5, Field::KeepAlive, 65_535, "at most 18 h 12 min 15 s between packets; the server closes after 1 day 3 h 18 min 22 s of silence"),
        (V5, Field::KeepAlive, 0, "off: the connection may be silent for ever"),
        (V5, Field::SessionExpiryInterval, 3600, "the session is kept for 1 h after the connection"),
        (V5, Field::SessionExpiryInterval, u32::MAX, "never expires"),
        (V5, Field::SessionExpiryInterval, 0, "the session ends with the connection"),
        (V5, Field::ReceiveMaximum, 20, "up to 20 unacknowledged QoS 1 and 2 messages"),
        (V5, Field::ReceiveMaximum, 0, "0 is not allowed"),
        (V5, Field::TopicAliasMaximum, 0, "no topic aliases"),
        (V5, Field::TopicAliasMaximum, 10, "topic aliases 1 to 10"),
        (V5, Field::MaximumPacketSize, 65_536, "packets of up to 65,536 bytes, about 65.5 kB"),
        (V5, Field::MaximumPacketSize, 100_000, "packets of up to 100 kB"),
        (V5, Field::MaximumPacketSize, u32::MAX, "no limit: no packet is larger"),
        (V5, Field::MaximumQoS, 2, "2 is not allowed: 0 or 1"),
        (V5, Field::RetainHandling, 2, "retained messages do not come"),
        (V5, Field::CleanStart, 1, "start a new session; discard a stored one"),
        (V3_1_1, Field::CleanStart, 1, "start a new session, which ends with the connection"),
        (V5, Field::ConnectReserved, 1, "must be 0"),
        (V5, Field::ProtocolVersion, 5, "MQTT 5"),
        (V3_1_1, Field::ProtocolVersion, 0x84, "MQTT 3.1.1, marked as a bridge"),
        (V5, Field::ProtocolVersion, 6, "no version of MQTT: 3, 4 and 5 are"),
        (V5, Field::PayloadFormatIndicator, 1, "UTF-8 text"),
        (V5, Field::SessionPresent, 1, "the server goes on with a session it had kept"),
        (V5, Field::WillDelayInterval, 30, "published after 30 s, or when the session ends"),
        (V5, Field::PropertyLength, 0, "no properties"),
    ];
    for (version, field, number, expected) in table {
        assert_eq!(
            meaning(&Sample::default().u32(field, number), field, version),
            expected,
            "{field:?} {number}"
        );
    }
}

#[test]
fn texts_mean_something() {
    #[rustfmt::skip] // One fact a line.
    let table = [
        (V5, Field::ProtocolName, "MQTT", "the name of 3.1.1 and 5"),
        (V5, Field::ProtocolName, "mqtt", "not MQTT's name: capitals count"),
        (V5, Field::TopicName, "a/b", "2 levels, 3 bytes"),
        (V5, Field::TopicName, "größe", "1 level, 7 bytes, 5 characters"),
        (V5, Field::TopicName, "", "empty, and no topic alias stands for it"),
        (V3_1_1, Field::TopicName, "", "empty: a topic has at least one character"),
        (V5, Field::WillTopic, "/a", "2 levels, 2 bytes, the first is empty"),
        (V5, Field::TopicFilter, "a/b", "exactly this topic"),
        (V5, Field::TopicFilter, "a/+/b", "any one level for each +"),
        (V5, Field::TopicFilter, "a/#", "this topic and all below"),
        (V5, Field::TopicFilter, "+/a/#", "any one level for each +, and all below"),
        (V5, Field::TopicFilter, "#", "every topic, except those that begin with $"),
        (V5, Field::TopicFilter, "a#", "+ and # stand for whole levels only, # for the last"),
        (V5, Field::TopicFilter, "$share/g/a/#", "one of group g gets each; this topic and all below"),
        (V5, Field::TopicFilter, "$share/", "a shared subscription without a share name"),
        (V3_1_1, Field::TopicFilter, "$share/g/a", "exactly this topic"),
        (V5, Field::ClientIdentifier, "", "empty: the server chooses one"),
        (V3_1, Field::ClientIdentifier, "012345678901234567890123", "24 bytes; 3.1 allows 23"),
        (V5, Field::Password, "secret", "6 bytes"),
        (V5, Field::UserName, "é", "2 bytes, 1 character"),
        (V5, Field::WillPayload, "{\"a\":1}", "7 bytes, looks like JSON"),
        (V5, Field::WillPayload, "21.5", "4 bytes, a number as text"),
        (V5, Field::WillPayload, "on", "2 bytes of text"),
        (V5, Field::WillPayload, "\u{1}\u{2}", "2 bytes, binary"),
        (V5, Field::WillPayload, "", "empty"),
    ];
    for (version, field, text, expected) in table {
        assert_eq!(
            meaning(
                &Sample::default().prefixed(field, text.as_bytes()),
                field,
                version
            ),
            expected,
            "{text}"
        );
    }
}

#[test]
fn reason_codes_are_read_by_packet_type() {
    for (packet_type, version, code, expected) in [
        (
            2,
            V5,
            0x87,
            "Not authorized. This client may not connect. Check its permissions on the server.",
        ),
        (
            9,
            V5,
            1,
            "Granted QoS 1. Subscribed; messages come with QoS 1 at most.",
        ),
        (4, V5, 1, "0x01 is not defined for PUBACK"),
        (2, V3_1_1, 6, "0x06 is not defined for CONNACK"),
    ] {
        let sample = Sample::header(packet_type, 0, 1)
            .group(Field::VariableHeader, |s| s.u8(Field::ReasonCode, code));
        assert_eq!(meaning(&sample, Field::ReasonCode, version), expected);
    }
}

#[test]
fn header_is_read_by_packet_type() {
    let publish = Sample::header(3, 0b1101, 26);
    assert_eq!(
        meaning(&publish, Field::PacketType, V5),
        "PUBLISH, in either direction"
    );
    assert_eq!(
        meaning(&publish, Field::Dup, V5),
        "may be a repetition: it was sent before"
    );
    assert_eq!(
        meaning(&publish, Field::RemainingLength, V5),
        "26 bytes follow, 0 of them here; written in 1 byte"
    );
    for (packet_type, version, flags, expected) in [
        (8, V5, 2, "as they must be"),
        (8, V5, 0, "must be 0010"),
        (8, V3_1, 10, "QoS 1, DUP: sent again"),
        (1, V5, 0, "as they must be"),
        (1, V5, 2, "must be 0000"),
    ] {
        assert_eq!(
            meaning(
                &Sample::header(packet_type, flags, 0),
                Field::ReservedFlags,
                version
            ),
            expected
        );
    }
    assert_eq!(
        meaning(&Sample::header(15, 0, 0), Field::PacketType, V3_1_1),
        "reserved; AUTH in version 5"
    );
    assert_eq!(
        meaning(&Sample::header(12, 0, 0), Field::RemainingLength, V5),
        "nothing follows; written in 1 byte"
    );
}

#[test]
fn remaining_length_may_be_wasteful() {
    let mut sample = Sample::default().u16(Field::RemainingLength, 0x8100);
    sample.tree.nodes[0].value = Value::Number(1);
    sample.packet.push(0);
    assert_eq!(
        meaning(&sample, Field::RemainingLength, V5),
        "1 byte follows; written in 2 bytes, 1 would do"
    );
}

#[test]
fn flags_of_a_will_need_a_will() {
    let flags = |byte: u8| {
        Sample::default().group(Field::ConnectFlags, |s| {
            s.bits(&[
                (Field::UserNameFlag, byte >> 7, 1),
                (Field::PasswordFlag, byte >> 6 & 1, 1),
                (Field::WillRetain, byte >> 5 & 1, 1),
                (Field::WillQoS, byte >> 3 & 3, 2),
                (Field::WillFlag, byte >> 2 & 1, 1),
                (Field::CleanStart, byte >> 1 & 1, 1),
                (Field::ConnectReserved, byte & 1, 1),
            ])
        })
    };
    let none = flags(0b0010_1000);
    assert_eq!(
        meaning(&none, Field::WillRetain, V5),
        "there is no will: must be 0"
    );
    assert_eq!(
        meaning(&none, Field::WillQoS, V5),
        "there is no will: must be 0"
    );
    let will = flags(0b1010_1110);
    assert_eq!(
        meaning(&will, Field::WillRetain, V5),
        "the will is kept for later subscribers"
    );
    assert_eq!(
        meaning(&will, Field::WillQoS, V5),
        "at least once: acknowledged, may arrive twice"
    );
    assert_eq!(
        meaning(&will, Field::ConnectFlags, V5),
        "user name, will retain, will QoS 1, will, clean start"
    );
    assert_eq!(
        meaning(&flags(0), Field::ConnectFlags, V3_1_1),
        "none is set"
    );
}

#[test]
fn properties_are_named_and_counted() {
    let sample = Sample::header(3, 0, 12).group(Field::VariableHeader, |s| {
        s.prefixed(Field::TopicName, b"")
            .group(Field::Properties, |s| {
                s.u8(Field::PropertyLength, 9)
                    .property(Field::TopicAlias, 0x23, 3, &[0, 3])
                    .group(Field::UserProperty, |s| {
                        s.u8(Field::PropertyIdentifier, 0x26)
                            .prefixed(Field::UserPropertyName, b"k")
                            .prefixed(Field::UserPropertyValue, b"v\n")
                    })
            })
    });
    assert_eq!(meaning(&sample, Field::Properties, V5), "2 properties");
    assert_eq!(
        meaning(&sample, Field::PropertyIdentifier, V5),
        "0x23, Topic Alias"
    );
    assert_eq!(
        meaning(&sample, Field::PropertyValue, V5),
        "stands for the topic it was last sent with"
    );
    assert_eq!(
        meaning(&sample, Field::TopicAlias, V5),
        meaning(&sample, Field::PropertyValue, V5)
    );
    assert_eq!(
        meaning(&sample, Field::TopicName, V5),
        "empty: topic alias 3 stands for it"
    );
    assert_eq!(meaning(&sample, Field::UserProperty, V5), "k = v\\n");
    let unknown =
        Sample::default().group(Field::Properties, |s| s.u8(Field::PropertyIdentifier, 0x7F));
    assert_eq!(
        meaning(&unknown, Field::PropertyIdentifier, V5),
        "0x7F is not a property of MQTT"
    );
}

#[test]
fn unexplained_bytes_say_why() {
    let broken = Sample::header(3, 0, 3).raw(Field::Unread, b"abc");
    assert_eq!(
        meaning(&broken, Field::Unread, V5),
        "3 bytes not parsed because of an earlier error"
    );
    let short = Sample::header(3, 0, 9).raw(Field::Unread, b"abc");
    assert_eq!(
        meaning(&short, Field::Unread, V5),
        "3 bytes; the rest of the packet is not here"
    );
    let after = Sample::header(12, 0, 1).raw(Field::LeftOver, b"a");
    assert_eq!(
        meaning(&after, Field::LeftOver, V5),
        "1 byte that no field explains"
    );
    let cut = Sample::default().group(Field::TopicName, |s| s.u16(Field::Length, 10));
    assert_eq!(
        meaning(&cut, Field::TopicName, V5),
        "cut short: 10 bytes were announced"
    );
    assert_eq!(
        meaning(&cut, Field::Length, V5),
        "10 bytes, more than are there"
    );
}

/// Every field with every kind of value, numbers at the borders, and bytes that are not there.
#[test]
fn nothing_panics_on_trees_that_fit_no_packet() {
    for version in ProtocolVersion::ALL {
        for &field in Field::ALL {
            for kind in [Value::Group, Value::Text, Value::Bytes] {
                for packet in [&[][..], &[0xFF; 3]] {
                    let mut tree = Tree::default();
                    tree.leaf(
                        field,
                        kind,
                        crate::Span {
                            start: 9,
                            len: u32::MAX,
                        },
                    );
                    let _ = value(&tree, 0, packet, Context::new(version));
                }
            }
            for number in [
                0,
                1,
                2,
                3,
                4,
                15,
                127,
                128,
                255,
                256,
                65_535,
                65_536,
                268_435_456,
                u32::MAX,
            ] {
                let meaning = value(
                    &Sample::default().u32(field, number).tree,
                    0,
                    &[0x30],
                    Context::new(version),
                );
                assert!(
                    meaning.is_none_or(|text| !text.is_empty() && text.chars().count() <= 120),
                    "{field:?} {number}"
                );
            }
        }
    }
    assert_eq!(
        value(&Tree::default(), usize::MAX, &[], Context::new(V5)),
        None
    );
}
