//! Any edit of any packet.

use proptest::{prelude::*, sample::Index};

use super::*;

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
