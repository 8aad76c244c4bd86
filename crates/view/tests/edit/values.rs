//! Values that are typed, and the lengths around them.

use super::*;

#[test]
fn what_is_typed_back_changes_nothing() {
    for sample in sound() {
        let d = sample.dissect();
        for node in 0..d.tree.nodes().len() {
            if edit::editable(&d, node) == Editable::No {
                continue;
            }
            let typed = edit::typed(&d, node, &sample.bytes);
            let after = edit::set(&sample.bytes, &d, node, NewValue::Typed(&typed));
            assert_eq!(
                after.as_deref(),
                Ok(&sample.bytes[..]),
                "{:?} {typed}",
                d.tree.get(node)
            );
        }
    }
}

#[test]
fn every_leaf_but_a_fixed_part_can_be_edited() {
    for sample in sound() {
        let d = sample.dissect();
        for (node, _) in d.tree.leaves() {
            assert_ne!(
                edit::editable(&d, node),
                Editable::No,
                "{:?}",
                d.tree.get(node)
            );
        }
    }
}

#[test]
fn lengths_stay_right_at_every_border() {
    for version in ProtocolVersion::ALL {
        let publish = Sample {
            bytes: build::template(PacketType::Publish, version),
            context: Context::new(version),
        };
        let head = publish
            .set(Field::ApplicationMessage, NewValue::Bytes(b""))
            .unwrap()
            .bytes
            .len()
            - 2;
        for total in [0_usize, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]
            .map(|total| total.max(head + 1))
        {
            let payload = vec![b'x'; total - head];
            let after = publish
                .set(Field::ApplicationMessage, NewValue::Bytes(&payload))
                .unwrap();
            whole(&after);
            assert_eq!(after.number(Field::RemainingLength), Some(total as u32));
            let back = after
                .set(Field::ApplicationMessage, NewValue::Typed("payload"))
                .unwrap();
            assert_eq!(back.bytes, publish.bytes);
        }
    }
    // A string in properties: its own length, Property Length and Remaining Length.
    let puback = sample("40 0a 00 0a 00 06 1f 00 03 61 62 63", ProtocolVersion::V5);
    for len in [0_usize, 1, 124, 125, 16_379, 16_380, 16_381, 65_535] {
        let after = puback
            .set(Field::ReasonString, NewValue::Bytes(&vec![b'r'; len]))
            .unwrap();
        whole(&after);
        assert_eq!(after.number(Field::PropertyLength), Some(len as u32 + 3));
        assert_eq!(after.number(Field::Length), Some(len as u32));
        assert_eq!(
            after
                .set(Field::ReasonString, NewValue::Typed("abc"))
                .unwrap()
                .bytes,
            puback.bytes
        );
    }
    let error = puback
        .set(Field::ReasonString, NewValue::Bytes(&vec![b'r'; 65_536]))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Reason String takes at most 65,535 bytes; this would be 65,536."
    );
}

#[test]
fn numbers_out_of_range_are_refused_with_their_range() {
    let connect = Sample {
        bytes: build::template(PacketType::Connect, ProtocolVersion::V5),
        context: Context::new(ProtocolVersion::V5),
    };
    let say = |field, value| connect.set(field, value).unwrap_err().to_string();
    assert_eq!(
        say(Field::KeepAlive, NewValue::Typed("65536")),
        "Keep Alive takes 0 to 65535."
    );
    assert_eq!(
        say(Field::KeepAlive, NewValue::Typed("soon")),
        "Keep Alive takes 0 to 65535."
    );
    assert_eq!(
        say(Field::CleanStart, NewValue::Number(2)),
        "Clean Start takes 0 or 1."
    );
    assert_eq!(
        say(Field::WillQoS, NewValue::Number(4)),
        "Will QoS takes 0 to 3."
    );
    assert_eq!(
        say(Field::VariableHeader, NewValue::Number(4)),
        "Variable header is changed through its parts."
    );
    assert_eq!(
        say(Field::ClientIdentifier, NewValue::Typed("a\\q")),
        "Client Identifier: the backslash at character 2 begins no escape; there are \\\\ \\0 \\t \\n \\r \\xFF \\u0000 \\u{1F600}."
    );
}

#[test]
fn wrong_text_can_be_typed() {
    let publish = sample("30 06 00 01 61 00 78 79", ProtocolVersion::V5);
    for (typed, rule) in [
        ("a\\u0000", "string-null"),
        ("a\\xFF", "string-not-utf8"),
        ("\\uD800", "string-surrogate"),
        ("a/+", "publish-topic-wildcard"),
    ] {
        let after = publish
            .set(Field::TopicName, NewValue::Typed(typed))
            .unwrap();
        assert_eq!(errors(&after.dissect()), [rule], "{typed}");
        assert_eq!(
            after
                .set(Field::TopicName, NewValue::Typed("a"))
                .unwrap()
                .bytes,
            publish.bytes
        );
    }
}

#[test]
fn a_subscription_identifier_changes_its_size() {
    let publish = sample("30 06 00 01 61 02 0b 01", ProtocolVersion::V5);
    for number in [0, 1, 127, 128, 16_383, 16_384, 268_435_455] {
        let after = publish
            .set(Field::SubscriptionIdentifier, NewValue::Number(number))
            .unwrap();
        whole(&after);
        assert_eq!(after.number(Field::SubscriptionIdentifier), Some(number));
    }
    let error = publish
        .set(Field::SubscriptionIdentifier, NewValue::Number(268_435_456))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Subscription Identifier takes 0 to 268435455."
    );
}

#[test]
fn templates_break_nothing() {
    for version in ProtocolVersion::ALL {
        for kind in build::types(version) {
            let bytes = build::template(kind, version);
            for sender in [None, build::sender_of(kind)] {
                let d = dissect(&bytes, Context { version, sender });
                assert_eq!(d.diagnostics, [], "{kind:?} {version:?}");
                assert_eq!((d.packet_type, d.len, d.missing), (kind, bytes.len(), 0));
            }
        }
    }
    assert_eq!(build::sender_of(PacketType::Publish), None::<Sender>);
}
