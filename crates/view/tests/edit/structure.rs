//! Fields that bring others, and what is put in and taken out.

use super::*;

#[test]
fn the_packet_identifier_comes_back_with_qos() {
    let at = |bytes: &[u8]| Sample {
        bytes: bytes.to_vec(),
        context: Context::new(ProtocolVersion::V3_1_1),
    };
    let qos = |sample: &Sample, qos| sample.set(Field::QoS, NewValue::Number(qos)).unwrap();
    let given = at(b"\x32\x09\0\x03a/b\0\x07hi");
    let above = qos(&qos(&given, 0), 3);
    assert_eq!(above.number(Field::PacketIdentifier), Some(7));
    // A packet of another length is another one.
    let other = qos(&at(b"\x30\x06\0\x03a/ch"), 1);
    assert_eq!(other.number(Field::PacketIdentifier), Some(1));
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
    let start = sample(&start.hex, ProtocolVersion::V3_1_1);
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
            // It is found, and can be changed at once; of several that are alike it is the last.
            let added = edit::added(&after_d, addition).unwrap();
            assert_ne!(edit::editable(&after_d, added), Editable::No);
            let of = |tree: &mqttscope_wire::Tree, field| {
                tree.nodes()
                    .iter()
                    .filter(|node| node.field == field)
                    .count()
            };
            let field = after_d.tree.nodes()[added].field;
            assert!(
                of(&after_d.tree, field) > of(&d.tree, field),
                "{addition:?}: {field:?}"
            );
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

#[test]
fn a_menu_has_no_entry_twice() {
    for start in sound() {
        let additions = edit::additions(&start.dissect());
        let entries: std::collections::HashSet<_> = additions
            .iter()
            .map(|addition| (addition.name(), addition.detail()))
            .collect();
        assert_eq!(entries.len(), additions.len());
    }
}
