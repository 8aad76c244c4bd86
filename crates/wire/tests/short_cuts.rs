//! The short cuts of the strict decoder see what the grammar sees: every property with every kind of
//! value in every packet, a PUBLISH with each byte changed to each value, and the packets of the
//! generator with bytes changed, are accepted exactly when the dissector, which has no short cuts,
//! finds no error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/generate.rs"]
mod generate;

use mqttscope_wire::{
    Context, ControlPacket, Decoded, Field, PropertyId, PropertyType, ProtocolVersion, Rule,
    Sender, decode, decode_tolerant, dissect,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Strings that keep the rules, and such that break one somewhere.
const STRINGS: [&[u8]; 12] = [
    b"",
    b"a",
    b"plain text",
    "über".as_bytes(),
    b"a/+/b",
    b"a/#",
    b"control \x01",
    b"null \x00",
    b"\xff",
    b"eight  \x80",
    b"\xed\xa0\x80",
    b"sixteen bytes ..+",
];

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

/// Values of a type, some of which no packet may have, and some cut short.
fn values(property_type: PropertyType) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = match property_type {
        PropertyType::Byte => [0, 1, 2, 255].map(|byte| vec![byte]).to_vec(),
        PropertyType::TwoByteInteger => [[0, 0], [0, 1], [1, 0]].map(Vec::from).to_vec(),
        PropertyType::FourByteInteger => [[0; 4], [0, 0, 0, 1], [255; 4]].map(Vec::from).to_vec(),
        PropertyType::VariableByteInteger => [
            &[0][..],
            &[1],
            &[0x7f],
            &[0x80, 0x01],
            &[0x81, 0x00],
            &[0x80, 0x80, 0x80, 0x80, 0x01],
        ]
        .map(Vec::from)
        .to_vec(),
        PropertyType::Utf8EncodedString | PropertyType::BinaryData => {
            STRINGS.map(prefixed).to_vec()
        }
        PropertyType::Utf8StringPair => STRINGS
            .iter()
            .flat_map(|name| STRINGS.map(|value| [prefixed(name), prefixed(value)].concat()))
            .collect(),
    };
    let short: Vec<_> = values
        .iter()
        .filter_map(|value| Some(value.split_last()?.1.to_vec()))
        .collect();
    values.extend(short);
    values
}

/// Every property once, twice, and before another one.
fn blocks() -> Vec<Vec<u8>> {
    let mut blocks = vec![vec![0x7e, 0], vec![0x80, 0x01], vec![2]];
    for id in PropertyId::ALL {
        for value in values(id.property_type().unwrap()) {
            let property = [&[id.0 as u8][..], &value].concat();
            blocks.push([&property[..], &property].concat());
            blocks.push([&property[..], b"\x26\0\x01k\0\x01v"].concat());
            blocks.push(property);
        }
    }
    blocks
}

/// `body` holds no properties yet; they go in behind `at` bytes.
fn with_block(first: u8, body: &[u8], at: usize, block: &[u8]) -> Vec<u8> {
    let (before, behind) = body.split_at(at);
    let len = body.len() + 1 + block.len();
    assert!(block.len() < 0x80);
    let header = if len < 0x80 {
        vec![first, len as u8]
    } else {
        vec![first, len as u8 | 0x80, (len >> 7) as u8]
    };
    [&header, before, &[block.len() as u8], block, behind].concat()
}

fn contexts(version: ProtocolVersion) -> [Context; 3] {
    [None, Some(Sender::Client), Some(Sender::Server)].map(|sender| Context { version, sender })
}

fn agrees(bytes: &[u8], context: Context) -> bool {
    let dissection = dissect(bytes, context);
    match decode(bytes, context) {
        Ok(Decoded::Packet { packet, len }) => {
            assert!(!dissection.has_errors(), "{bytes:02x?} {context:?}");
            assert_eq!(len, dissection.len);
            if let ControlPacket::Publish(publish) = packet {
                let tree = &dissection.tree;
                let message = tree
                    .nodes()
                    .iter()
                    .find(|n| n.field == Field::ApplicationMessage);
                let bits = message.map_or(0, |node| node.span.len as usize);
                assert_eq!(publish.payload.len() * 8, bits, "{bytes:02x?}");
                let shown =
                    |id: &PropertyId| tree.nodes().iter().any(|n| Some(n.field) == id.field());
                for id in PropertyId::ALL {
                    assert_eq!(publish.properties.set().contains(id), shown(&id));
                }
            }
            true
        }
        Ok(Decoded::Incomplete { missing }) => {
            assert_eq!(missing, dissection.missing);
            false
        }
        Err(error) => {
            assert!(
                dissection.has_errors(),
                "{error:?} in {bytes:02x?} {context:?}"
            );
            false
        }
    }
}

#[test]
fn every_property_in_every_packet() {
    let packets: [(u8, &[u8], usize); 12] = [
        (0x10, b"\0\x04MQTT\x05\x02\0\0\0\x01c", 10),
        // The will's properties.
        (0x10, b"\0\x04MQTT\x05\x06\0\0\0\0\x01c\0\x01w\0\x01p", 14),
        (0x20, b"\0\0", 2),
        (0x30, b"\0\x01tpayload", 3),
        (0x30, b"\0\0payload", 2),
        (0x3b, b"\0\x01t\0\x07payload", 5),
        (0x40, b"\0\x07\0", 3),
        (0x62, b"\0\x07\0", 3),
        (0x82, b"\0\x07\0\x01f\0", 2),
        (0x90, b"\0\x07\0", 2),
        (0xe0, b"\0", 1),
        (0xf0, b"\x18", 1),
    ];
    let (mut accepted, mut all) = (0, 0);
    for block in blocks() {
        for (first, body, at) in packets {
            let bytes = with_block(first, body, at, &block);
            for context in contexts(ProtocolVersion::V5) {
                accepted += usize::from(agrees(&bytes, context));
                all += 1;
            }
        }
    }
    assert!(
        accepted > 1_000 && all - accepted > 10_000,
        "{accepted} of {all}"
    );
}

#[test]
fn every_byte_of_a_publish() {
    let plain: [&[u8]; 4] = [
        b"\x30\x10\0\x0asensors/ab\0\x01xy",
        b"\x3d\x0c\0\x03a/b\0\x09\0\x01xyz",
        b"\x32\x16\0\x04topc\0\x09\x0b\x02\0\0\0\x3c\x03\0\x03abcp",
        b"\x34\x81\0\0\x01t\0\x01\0",
    ];
    for packet in plain {
        for version in ProtocolVersion::ALL {
            for at in 0..packet.len() {
                for value in 0..=255 {
                    let mut bytes = packet.to_vec();
                    bytes[at] = value;
                    for context in contexts(version) {
                        agrees(&bytes, context);
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_packet_of_the_generator(
        parts in generate::parts(),
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = parts.encoded();
        for (index, value) in flips {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        for version in ProtocolVersion::ALL {
            for context in contexts(version) {
                agrees(&bytes, context);
                // Tolerating a rule that the version does not have is reading without the short cut.
                let other = if version.is_v5() { Rule::TopicNull } else { Rule::PropertyUnknown };
                prop_assert_eq!(decode(&bytes, context), decode_tolerant(&bytes, context, other));
            }
        }
    }
}
