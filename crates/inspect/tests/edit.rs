//! Edits of real packets: the new value stands where it was put, lengths stay right, nothing else
//! changes.

use mqttscope_inspect::{
    build,
    edit::{self, Addition, EditError, Editable, NewValue},
    examples, fields,
};
use mqttscope_wire::{
    Context, Dissection, Field, PacketType, PropertyId, ProtocolVersion, Sender, Severity, Value,
    dissect, packets,
};
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Clone, Debug)]
struct Sample {
    bytes: Vec<u8>,
    context: Context,
}

impl Sample {
    fn dissect(&self) -> Dissection {
        dissect(&self.bytes, self.context)
    }

    fn with(&self, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            context: self.context,
        }
    }

    fn set(&self, field: Field, value: NewValue<'_>) -> Result<Self, EditError> {
        let d = self.dissect();
        let node = d.tree.find(field).ok_or(EditError::NoSuchField)?;
        Ok(self.with(edit::set(&self.bytes, &d, node, value)?))
    }

    fn number(&self, field: Field) -> Option<u32> {
        self.dissect().tree.number(field)
    }

    fn has(&self, field: Field) -> bool {
        self.dissect().tree.find(field).is_some()
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    hex.split_ascii_whitespace()
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

fn sample(hex: &str, version: ProtocolVersion) -> Sample {
    Sample {
        bytes: unhex(hex),
        context: Context::new(version),
    }
}

/// Every packet of the sound examples, and every template.
fn sound() -> Vec<Sample> {
    let mut out = Vec::new();
    for example in examples::ALL
        .iter()
        .filter(|example| example.rule.is_none())
    {
        let context = Context {
            version: example.version,
            sender: None,
        };
        let bytes = example.bytes();
        for at in packets(&bytes, context).filter(|at| at.missing == 0) {
            out.push(Sample {
                bytes: bytes
                    .get(at.offset..at.offset + at.len)
                    .unwrap_or_default()
                    .to_vec(),
                context,
            });
        }
    }
    for version in ProtocolVersion::ALL {
        for kind in build::types(version) {
            out.push(Sample {
                bytes: build::template(kind, version),
                context: Context::new(version),
            });
        }
    }
    out
}

fn errors(d: &Dissection) -> Vec<&'static str> {
    let errors = d
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error);
    errors.map(|diagnostic| diagnostic.rule.name()).collect()
}

/// Rules that judge whether bytes are where the lengths say.
fn structural(d: &Dissection) -> Vec<&'static str> {
    let broken = [
        "packet-too-short",
        "string-past-end",
        "bytes-left-over",
        "property-length-past-end",
        "property-past-end",
        "vbi-too-long",
        "vbi-not-minimal",
        "remaining-length-not-minimal",
    ];
    errors(d)
        .into_iter()
        .filter(|name| broken.contains(name))
        .collect()
}

fn whole(sample: &Sample) {
    let d = sample.dissect();
    assert_eq!(
        (d.len, d.missing),
        (sample.bytes.len(), 0),
        "{:02x?}",
        sample.bytes
    );
    assert_eq!(structural(&d), Vec::<&str>::new(), "{:02x?}", sample.bytes);
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
fn qos_brings_the_packet_identifier() {
    for version in ProtocolVersion::ALL {
        let at_0 = Sample {
            bytes: build::template(PacketType::Publish, version),
            context: Context::new(version),
        };
        for qos in 1..=3 {
            let above = at_0.set(Field::QoS, NewValue::Number(qos)).unwrap();
            whole(&above);
            assert_eq!(
                (
                    above.number(Field::QoS),
                    above.number(Field::PacketIdentifier)
                ),
                (Some(qos), Some(1))
            );
            assert_eq!(
                above.set(Field::QoS, NewValue::Number(0)).unwrap().bytes,
                at_0.bytes
            );
        }
    }
}

#[test]
fn connect_flags_bring_their_fields() {
    for version in ProtocolVersion::ALL {
        let plain = Sample {
            bytes: build::template(PacketType::Connect, version),
            context: Context::new(version),
        };
        let mut all = plain.clone();
        for (flag, field) in [
            (Field::UserNameFlag, Field::UserName),
            (Field::PasswordFlag, Field::Password),
            (Field::WillFlag, Field::WillTopic),
        ] {
            all = all.set(flag, NewValue::Typed("on")).unwrap();
            whole(&all);
            assert!(all.has(field), "{field:?}");
            assert_eq!(errors(&all.dissect()), Vec::<&str>::new());
        }
        let all = all
            .set(Field::WillQoS, NewValue::Number(2))
            .unwrap()
            .set(Field::WillRetain, NewValue::Number(1))
            .unwrap();
        assert_eq!(errors(&all.dissect()), Vec::<&str>::new());
        let mut back = all;
        for flag in [Field::WillFlag, Field::PasswordFlag, Field::UserNameFlag] {
            back = back.set(flag, NewValue::Number(0)).unwrap();
            assert_eq!(errors(&back.dissect()), Vec::<&str>::new());
        }
        assert_eq!(back.bytes, plain.bytes);
    }
}

#[test]
fn a_connect_changes_its_version() {
    let start = examples::ALL
        .iter()
        .find(|example| example.title == "CONNECT" && example.version == ProtocolVersion::V3_1_1)
        .unwrap();
    let start = sample(start.hex, ProtocolVersion::V3_1_1);
    for path in [[5, 4], [3, 4], [3, 5], [5, 3]] {
        let mut at = start.clone();
        for level in path {
            at = at
                .set(Field::ProtocolVersion, NewValue::Number(level))
                .unwrap();
            whole(&at);
            assert_eq!(errors(&at.dissect()), Vec::<&str>::new(), "to {level}");
            assert_eq!(u32::from(at.dissect().version.level()), level);
        }
        let back = at.set(Field::ProtocolVersion, NewValue::Number(4)).unwrap();
        assert_eq!(back.bytes, start.bytes);
    }
    let unknown = start
        .set(Field::ProtocolVersion, NewValue::Number(6))
        .unwrap();
    assert_eq!(errors(&unknown.dissect()), ["connect-protocol-level"]);
}

#[test]
fn a_packet_type_brings_its_flags() {
    let puback = sample("40 02 00 0a", ProtocolVersion::V3_1_1);
    let pubrel = puback.set(Field::PacketType, NewValue::Number(6)).unwrap();
    assert_eq!(pubrel.bytes, unhex("62 02 00 0a"));
    assert_eq!(
        pubrel
            .set(Field::PacketType, NewValue::Number(4))
            .unwrap()
            .bytes,
        puback.bytes
    );
}

#[test]
fn a_property_becomes_another() {
    let start = sample("40 0a 00 0a 00 06 1f 00 03 61 62 63", ProtocolVersion::V5);
    let d = start.dissect();
    let id = d.tree.find(Field::PropertyIdentifier).unwrap();
    let to = |id_number| {
        start.with(edit::set(&start.bytes, &d, id, NewValue::Number(id_number)).unwrap())
    };
    // The same kind of value: it stays.
    assert_eq!(to(3).bytes, unhex("40 0a 00 0a 00 06 03 00 03 61 62 63"));
    // Another kind: a value that fits.
    assert_eq!(to(0x23).bytes, unhex("40 07 00 0a 00 03 23 00 01"));
    // None that is known, and one that needs two bytes: the value stays.
    assert_eq!(to(0x7f).bytes, unhex("40 0a 00 0a 00 06 7f 00 03 61 62 63"));
    assert_eq!(
        to(300).bytes,
        unhex("40 0b 00 0a 00 07 ac 02 00 03 61 62 63")
    );
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
fn an_overridden_length_touches_only_what_counts_it() {
    let start = sample("40 0a 00 0a 00 06 1f 00 03 61 62 63", ProtocolVersion::V5);
    let d = start.dissect();
    let over = |field, number| {
        edit::override_length(&start.bytes, &d, d.tree.find(field).unwrap(), number).unwrap()
    };
    assert_eq!(
        over(Field::Length, 200),
        unhex("40 0a 00 0a 00 06 1f 00 c8 61 62 63")
    );
    assert_eq!(
        over(Field::PropertyLength, 5),
        unhex("40 0a 00 0a 00 05 1f 00 03 61 62 63")
    );
    // It takes a byte more, and the packet has that byte.
    assert_eq!(
        over(Field::PropertyLength, 200),
        unhex("40 0b 00 0a 00 c8 01 1f 00 03 61 62 63")
    );
    assert_eq!(
        over(Field::RemainingLength, 300),
        unhex("40 ac 02 00 0a 00 06 1f 00 03 61 62 63")
    );
    // Through the form, the same.
    let node = d.tree.find(Field::Length).unwrap();
    assert_eq!(
        edit::set(&start.bytes, &d, node, NewValue::Typed("0xc8")).unwrap(),
        over(Field::Length, 200)
    );
    let no = edit::override_length(&start.bytes, &d, d.tree.find(Field::ReasonCode).unwrap(), 1);
    assert_eq!(
        no,
        Err(EditError::NotEditable {
            name: "Reason Code"
        })
    );
}

#[test]
fn a_wrong_count_stays_as_wrong_as_it_was() {
    // Property Length 9 where 6 bytes are left; two characters more make it 11.
    let broken = sample("40 0a 00 0a 00 09 1f 00 03 61 62 63", ProtocolVersion::V5);
    let d = broken.dissect();
    let text = d.tree.find(Field::Text).unwrap();
    let after = edit::set(&broken.bytes, &d, text, NewValue::Typed("abcde")).unwrap();
    assert_eq!(after, unhex("40 0c 00 0a 00 0b 1f 00 05 61 62 63 64 65"));
    // A string whose length lies is put right when it is typed anew.
    let broken = sample("30 07 00 c8 74 6f 70 69 63", ProtocolVersion::V3_1_1);
    let after = broken.set(Field::TopicName, NewValue::Typed("a")).unwrap();
    assert_eq!(after.bytes, unhex("30 08 00 01 61 74 6f 70 69 63"));
}

#[test]
fn raw_edits_touch_one_bit_or_byte() {
    assert_eq!(edit::set_bit(&[0, 0], 15, true), [0, 1]);
    assert_eq!(edit::set_bit(&[0xff, 0], 0, false), [0x7f, 0]);
    assert_eq!(edit::set_byte(&[1, 2], 1, 9), [1, 9]);
    assert_eq!(edit::set_byte(&[1], 7, 9), [1]);
    assert_eq!(edit::set_bit(&[1], u32::MAX, true), [1]);
}

#[test]
fn all_that_may_be_added_is_added_and_taken_out_again() {
    for start in sound() {
        let d = start.dissect();
        let mut tried = 0;
        for addition in edit::additions(&d) {
            let after = start.with(edit::add(&start.bytes, &d, addition).unwrap());
            whole(&after);
            let after_d = after.dissect();
            // What one property needs of another truly follows.
            let follows = ["connect-authentication-data-alone", "auth-method-missing"];
            let new: Vec<_> = errors(&after_d)
                .into_iter()
                .filter(|name| !follows.contains(name))
                .collect();
            assert_eq!(
                new,
                Vec::<&str>::new(),
                "{addition:?} in {:02x?}",
                start.bytes
            );
            assert!(after_d.tree.nodes().len() > d.tree.nodes().len());
            // What is new can be taken out, which gives the packet that was.
            let field = match addition {
                Addition::Property(id) | Addition::WillProperty(id) => id.field().unwrap(),
                Addition::Will => Field::WillTopic,
                Addition::UserName => Field::UserName,
                Addition::Password => Field::Password,
                Addition::TopicFilter if d.packet_type == PacketType::Subscribe => {
                    Field::Subscription
                }
                Addition::TopicFilter => Field::TopicFilter,
                Addition::ReasonCode => Field::ReasonCode,
                Addition::Payload => Field::ApplicationMessage,
            };
            let node = match addition {
                // The one of the packet stands before the one of the will.
                Addition::Property(_) => {
                    let group = after_d.tree.find(Field::Properties).unwrap();
                    (group..after_d.tree.end_of(group))
                        .rfind(|&n| after_d.tree.get(n).unwrap().field == field)
                        .unwrap()
                }
                _ => after_d
                    .tree
                    .nodes()
                    .iter()
                    .rposition(|node| node.field == field)
                    .unwrap(),
            };
            assert!(edit::is_removable(&after_d, node));
            let mut back = after.with(edit::remove(&after.bytes, &after_d, node).unwrap());
            whole(&back);
            // A block that came with its first property goes in two more steps.
            for field in [Field::Properties, Field::ReasonCode] {
                if d.tree.find(field).is_none() && back.has(field) {
                    let back_d = back.dissect();
                    back = back.with(
                        edit::remove(&back.bytes, &back_d, back_d.tree.find(field).unwrap())
                            .unwrap(),
                    );
                }
            }
            assert_eq!(back.bytes, start.bytes, "{addition:?}");
            tried += 1;
        }
        assert!(
            tried > 0
                || !d.version.is_v5()
                || matches!(d.packet_type, PacketType::Pingreq | PacketType::Pingresp)
        );
    }
}

#[test]
fn what_has_no_place_is_refused() {
    let ping = sample("c0 00", ProtocolVersion::V5);
    let d = ping.dissect();
    assert_eq!(edit::additions(&d), []);
    let error = edit::add(
        &ping.bytes,
        &d,
        Addition::Property(PropertyId::REASON_STRING),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "This packet has no place for Reason String."
    );
    let error = edit::remove(&ping.bytes, &d, d.tree.find(Field::PacketType).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "Packet type cannot be taken out.");
}

/// A number that the field takes.
fn some_number(editable: &Editable, random: u32) -> Option<u32> {
    match editable {
        Editable::Flag => Some(random & 1),
        Editable::Number { max } => Some(if *max == u32::MAX {
            random
        } else {
            random % (max + 1)
        }),
        Editable::Choice(choices) => choices
            .get(random as usize % choices.len())
            .map(|&(number, _)| number),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A value that is set is there; what was there, set back, gives the bytes that were.
    #[test]
    fn what_is_set_is_there(which: Index, node: Index, random: u32, text in "[a-z/]{1,20}", long in 0..400_usize) {
        let all = sound();
        let sample = which.get(&all);
        let d = sample.dissect();
        let node = node.index(d.tree.nodes().len());
        let found = *d.tree.get(node).unwrap();
        let kind = edit::editable(&d, node);
        let content = text.repeat(1 + long / 20).into_bytes();
        let old = d.tree.content(node, &sample.bytes).to_vec();
        let new = match (&kind, some_number(&kind, random)) {
            (Editable::No, _) => return Ok(()),
            (_, Some(number)) => NewValue::Number(number),
            _ => NewValue::Bytes(&content),
        };
        let after = sample.with(edit::set(&sample.bytes, &d, node, new).unwrap());
        let after_d = after.dissect();
        let length = matches!(found.field, Field::Length | Field::PropertyLength | Field::RemainingLength);
        // A part of a shared filter may become another part.
        let part = matches!(found.field, Field::SharePrefix | Field::ShareSeparator | Field::ShareName);
        if length || part || matches!(found.field, Field::PropertyIdentifier | Field::ProtocolVersion | Field::ProtocolName | Field::PacketType) {
            return Ok(());
        }
        whole(&after);
        let key = fields::key(&d.tree, node).unwrap();
        let there = fields::by_key(&after_d.tree, key).unwrap();
        match new {
            NewValue::Number(number) => prop_assert_eq!(after_d.tree.get(there).unwrap().value, Value::Number(number)),
            _ => prop_assert_eq!(after_d.tree.content(there, &after.bytes), &content[..]),
        }
        let brings = matches!(found.field, Field::WillFlag | Field::UserNameFlag | Field::PasswordFlag | Field::QoS);
        if !brings {
            let undo = match found.value {
                Value::Number(number) => NewValue::Number(number),
                _ => NewValue::Bytes(&old),
            };
            let back = edit::set(&after.bytes, &after_d, there, undo).unwrap();
            prop_assert_eq!(&back, &sample.bytes);
        }
        // Texts that are no names and topics break nothing.
        let named = d.tree.parent(node).is_some_and(|parent| d.tree.get(parent).unwrap().field == Field::ProtocolName);
        if matches!(new, NewValue::Bytes(_)) && !named && content.len() < 24 {
            prop_assert_eq!(errors(&after_d), Vec::<&str>::new());
        }
    }

    /// Whatever the bytes and whoever's dissection: no edit panics.
    #[test]
    fn nothing_panics(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        other in proptest::collection::vec(any::<u8>(), 0..20),
        flip: Index,
        which: Index,
        mutated: bool,
        version in proptest::sample::select(&ProtocolVersion::ALL[..]),
        number: u32,
    ) {
        let bytes = if mutated {
            let mut bytes = which.get(&sound()).bytes.clone();
            let at = flip.index(bytes.len());
            bytes[at] = number as u8;
            bytes
        } else {
            bytes
        };
        let d = dissect(&bytes, Context::new(version));
        for packet in [&bytes, &other] {
            for node in 0..d.tree.nodes().len() + 2 {
                let _ = edit::editable(&d, node);
                let _ = edit::typed(&d, node, packet);
                for value in [NewValue::Number(number), NewValue::Number(1), NewValue::Typed("0"), NewValue::Bytes(&other)] {
                    let _ = edit::set(packet, &d, node, value);
                }
                let _ = edit::remove(packet, &d, node);
                let _ = edit::override_length(packet, &d, node, number & 0xffff);
            }
            for addition in edit::additions(&d) {
                let _ = edit::add(packet, &d, addition);
            }
            let _ = edit::add(packet, &d, Addition::TopicFilter);
            let _ = edit::add(packet, &d, Addition::Payload);
            let _ = edit::add(packet, &d, Addition::Will);
        }
    }

    /// A field of a broken packet that the tree shows takes a value, and the packet keeps its size
    /// but for what was typed.
    #[test]
    fn broken_packets_are_edited(which: Index, node: Index, text in "[a-z]{0,9}") {
        let broken: Vec<_> = examples::ALL.iter().filter(|example| example.rule.is_some()).collect();
        let example = which.get(&broken);
        let bytes = example.bytes();
        let d = dissect(&bytes, Context { version: example.version, sender: example.sender });
        let node = node.index(d.tree.nodes().len());
        if let Editable::Text { .. } | Editable::Bytes { .. } = edit::editable(&d, node) {
            let after = edit::set(&bytes, &d, node, NewValue::Typed(&text)).unwrap();
            let old = d.tree.content(node, &bytes).len();
            prop_assert_eq!(after.len() + old, bytes.len() + text.len());
        }
    }
}
