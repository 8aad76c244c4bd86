//! The encoder accepts exactly what the decoder accepts: a packet is written exactly when its bytes,
//! written without any check, are read as that very packet. Packets are of every type, and most have
//! something that does not belong: another version, properties of another packet, numbers out of
//! range, repetitions, flags and codes that do not fit.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Encode, Ping, Writer as _};
use crate::{
    BinaryData, Context, ControlPacket, Decoded, PacketIdentifier, PacketType, Properties,
    PropertiesBuf, Property, PropertyId, PropertyType, PropertyValue, ProtocolVersion, QoS,
    ReasonCode, ReasonCodes, Subscriptions, TopicFilter, TopicFilters, TopicName,
    Utf8EncodedString, decode, varint,
};

#[path = "../../tests/common/generate.rs"]
#[allow(dead_code, reason = "the tests that stand outside use all of it")]
mod generate;

/// A property with any value, also one that it may not have.
#[derive(Clone, Debug)]
struct Any {
    index: usize,
    number: u32,
    text: &'static str,
}

fn any_property() -> impl Strategy<Value = Any> {
    let number = prop_oneof![
        4 => 0..3_u32,
        1 => Just(u32::from(u16::MAX)),
        1 => Just(varint::MAX),
        1 => any::<u32>(),
    ];
    let text = prop::sample::select(vec!["", "a", "text/plain", "a/b", "nul \0"]);
    (0..PropertyId::ALL.len(), number, text).prop_map(|(index, number, text)| Any {
        index,
        number,
        text,
    })
}

impl Any {
    fn property(&self) -> Property<'static> {
        let id = PropertyId::ALL[self.index];
        let value = match id.property_type().unwrap() {
            PropertyType::Byte => PropertyValue::Number(self.number & 0xff),
            PropertyType::TwoByteInteger => PropertyValue::Number(self.number & 0xffff),
            PropertyType::FourByteInteger | PropertyType::VariableByteInteger => {
                PropertyValue::Number(self.number)
            }
            PropertyType::BinaryData => PropertyValue::Data(self.text.as_bytes()),
            PropertyType::Utf8StringPair => PropertyValue::Pair("name", "value"),
            PropertyType::Utf8EncodedString if id == PropertyId::RESPONSE_TOPIC => {
                PropertyValue::Text(self.text.trim_end_matches('\0'))
            }
            // As a packet of MQTT 3.1 may give it, in which U+0000 may stand.
            PropertyType::Utf8EncodedString if id == PropertyId::CONTENT_TYPE => {
                return Property::ContentType(Utf8EncodedString::trusted(self.text));
            }
            PropertyType::Utf8EncodedString => {
                PropertyValue::Text(self.text.trim_end_matches('\0'))
            }
        };
        Property::new(id, value).unwrap()
    }
}

/// A property block, written without any check, and whether [`PropertiesBuf`] takes it.
struct Block {
    bytes: Vec<u8>,
    is_built: bool,
}

impl Block {
    fn of(all: &[Any]) -> Self {
        let mut built = PropertiesBuf::new();
        let mut block = Self {
            bytes: Vec::new(),
            is_built: true,
        };
        for any in all {
            let property = any.property();
            block.is_built &= built.push(property).is_ok();
            property.write(&mut block.bytes);
        }
        if block.is_built {
            assert_eq!(built.as_properties(), block.properties());
        }
        block
    }

    fn properties(&self) -> Properties<'_> {
        let mut properties = Properties {
            bytes: &self.bytes,
            ..Properties::NONE
        };
        for property in properties.iter() {
            properties.set.add(property.id().definition().unwrap());
        }
        properties
    }
}

/// What is changed in a packet.
#[derive(Clone, Debug)]
struct Change {
    version: ProtocolVersion,
    place: u8,
    byte: u8,
    text: &'static str,
    list: &'static [u8],
    properties: Option<Vec<Any>>,
    will_properties: Option<Vec<Any>>,
}

/// Lists of filters with their options: with a share, as only an older version reads them, with bits
/// that mean something in version 5 only.
const LISTS: [&[u8]; 6] = [
    b"",
    b"\0\x01a\0",
    b"\0\x01a\x0d\0\x01b\x2e",
    b"\0\x09$share//a\0",
    b"\0\x0a$share/a/b\x01",
    b"\0\x0a$share/a/b\x05",
];

fn change() -> impl Strategy<Value = Change> {
    (
        prop::sample::select(ProtocolVersion::ALL.to_vec()),
        0..12_u8,
        any::<u8>(),
        prop::sample::select(vec!["", "a", "nul \0", "a name of more than 23 characters"]),
        prop::sample::select(LISTS.to_vec()),
        proptest::option::of(vec(any_property(), 0..4)),
        proptest::option::of(vec(any_property(), 0..3)),
    )
        .prop_map(
            |(version, place, byte, text, list, properties, will_properties)| Change {
                version,
                place,
                byte,
                text,
                list,
                properties,
                will_properties,
            },
        )
}

fn toggled(identifier: Option<PacketIdentifier>) -> Option<PacketIdentifier> {
    match identifier {
        Some(_) => None,
        None => PacketIdentifier::new(1),
    }
}

impl Change {
    /// Changes one thing, or nothing.
    fn apply<'a>(
        &'a self,
        packet: &mut ControlPacket<'a>,
        block: Option<Properties<'a>>,
        will_block: Option<Properties<'a>>,
    ) {
        let bit = self.byte & 1 != 0;
        let text = Utf8EncodedString::trusted(self.text);
        let topic = TopicName::new(self.text).unwrap_or_default();
        let set = |properties: &mut Properties<'a>| *properties = block.unwrap_or(*properties);
        match packet {
            ControlPacket::Connect(connect) => {
                connect.version = self.version;
                set(&mut connect.properties);
                if let Some(will) = &mut connect.will {
                    will.properties = will_block.unwrap_or(will.properties);
                }
                match self.place {
                    0 => connect.bridge = bit,
                    1 => connect.clean_start = bit,
                    2 => connect.client_identifier = text,
                    3 => connect.user_name = bit.then_some(text),
                    4 => connect.password = bit.then(|| BinaryData::new(b"\0").unwrap()),
                    5 => connect.will = None,
                    6 => {
                        if let Some(will) = &mut connect.will {
                            will.topic_name = topic;
                        }
                    }
                    _ => {}
                }
            }
            ControlPacket::Connack(connack) => {
                set(&mut connack.properties);
                match self.place {
                    0..3 => connack.session_present = bit,
                    3..6 => connack.reason_code = ReasonCode(self.byte),
                    6 => connack.reason_code = ReasonCode(self.byte & 7),
                    _ => {}
                }
            }
            ControlPacket::Publish(publish) => {
                set(&mut publish.properties);
                match self.place {
                    0 => publish.dup = bit,
                    1 => publish.qos = QoS::new(self.byte % 3).unwrap(),
                    2 => publish.packet_identifier = toggled(publish.packet_identifier),
                    3 => publish.topic_name = topic,
                    4 => publish.payload = self.text.as_bytes(),
                    _ => {}
                }
            }
            ControlPacket::Puback(answer)
            | ControlPacket::Pubrec(answer)
            | ControlPacket::Pubrel(answer)
            | ControlPacket::Pubcomp(answer) => {
                set(&mut answer.properties);
                if self.place < 4 {
                    answer.reason_code = ReasonCode(self.byte);
                }
            }
            ControlPacket::Subscribe(subscribe) => {
                set(&mut subscribe.properties);
                let meant = if bit { u8::MAX } else { 3 };
                match self.place {
                    0..6 => {
                        subscribe.subscriptions = Subscriptions {
                            bytes: self.list,
                            meant,
                        }
                    }
                    6 => subscribe.subscriptions.meant = meant,
                    _ => {}
                }
            }
            ControlPacket::Suback(suback) => {
                set(&mut suback.properties);
                match self.place {
                    0 => suback.reason_codes = ReasonCodes::default(),
                    1 => suback.reason_codes = ReasonCodes::new(core::slice::from_ref(&self.byte)),
                    _ => {}
                }
            }
            ControlPacket::Unsubscribe(unsubscribe) => {
                set(&mut unsubscribe.properties);
                match self.place {
                    0 => unsubscribe.topic_filters = TopicFilters::default(),
                    1 => {
                        unsubscribe.topic_filters = TopicFilters {
                            bytes: b"\0\x09$share//a",
                        }
                    }
                    _ => {}
                }
            }
            ControlPacket::Unsuback(unsuback) => {
                set(&mut unsuback.properties);
                match self.place {
                    0 => unsuback.reason_codes = ReasonCodes::default(),
                    1 => {
                        unsuback.reason_codes = ReasonCodes::new(core::slice::from_ref(&self.byte))
                    }
                    _ => {}
                }
            }
            ControlPacket::Disconnect(disconnect) => {
                set(&mut disconnect.properties);
                if self.place < 4 {
                    disconnect.reason_code = ReasonCode(self.byte);
                }
            }
            ControlPacket::Auth(auth) => {
                set(&mut auth.properties);
                match self.place {
                    0 => auth.reason_code = ReasonCode(self.byte),
                    1 if block.is_none() => auth.properties = Properties::NONE,
                    2 if block.is_none() => {
                        (auth.reason_code, auth.properties) = Default::default()
                    }
                    _ => {}
                }
            }
            ControlPacket::Pingreq | ControlPacket::Pingresp => {}
        }
    }
}

/// The packet's bytes without any check.
fn unchecked(packet: &ControlPacket<'_>, version: ProtocolVersion) -> Vec<u8> {
    fn whole(packet: &impl Encode, kind: PacketType, version: ProtocolVersion) -> Vec<u8> {
        let mut body = Vec::new();
        packet.write(version, &mut body);
        let mut out = vec![(kind as u8) << 4 | packet.flags(kind)];
        out.variable(body.len() as u32);
        out.extend(body);
        out
    }
    let kind = packet.packet_type();
    match packet {
        ControlPacket::Connect(packet) => whole(packet, kind, version),
        ControlPacket::Connack(packet) => whole(packet, kind, version),
        ControlPacket::Publish(packet) => whole(packet, kind, version),
        ControlPacket::Puback(packet)
        | ControlPacket::Pubrec(packet)
        | ControlPacket::Pubrel(packet)
        | ControlPacket::Pubcomp(packet) => whole(packet, kind, version),
        ControlPacket::Subscribe(packet) => whole(packet, kind, version),
        ControlPacket::Suback(packet) => whole(packet, kind, version),
        ControlPacket::Unsubscribe(packet) => whole(packet, kind, version),
        ControlPacket::Unsuback(packet) => whole(packet, kind, version),
        ControlPacket::Disconnect(packet) => whole(packet, kind, version),
        ControlPacket::Auth(packet) => whole(packet, kind, version),
        ControlPacket::Pingreq | ControlPacket::Pingresp => whole(&Ping, kind, version),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_encoder_accepts_what_the_decoder_accepts(parts in generate::parts(), change in change()) {
        parts.with(|packet| {
            let mut packet = packet;
            let block = change.properties.as_deref().map(Block::of);
            let will_block = change.will_properties.as_deref().map(Block::of);
            change.apply(
                &mut packet,
                block.as_ref().map(Block::properties),
                will_block.as_ref().map(Block::properties),
            );
            let version = match packet {
                ControlPacket::Connect(connect) => connect.version,
                _ => change.version,
            };
            let has_will = matches!(packet, ControlPacket::Connect(connect) if connect.will.is_some());
            let is_ping = matches!(packet, ControlPacket::Pingreq | ControlPacket::Pingresp);
            let is_built = (is_ping || block.as_ref().is_none_or(|block| block.is_built))
                && (!has_will || will_block.as_ref().is_none_or(|block| block.is_built));

            let bytes = unchecked(&packet, version);
            let read = decode(&bytes, Context::new(version));
            let is_read = read == Ok(Decoded::Packet { packet, len: bytes.len() });
            let mut out = Vec::new();
            let written = packet.encode(version, &mut out);
            assert_eq!(
                is_built && written.is_ok(),
                is_read,
                "built: {is_built}, {written:?}, {read:?} of {bytes:02x?} for {packet:?} in {version:?}"
            );
            if let ControlPacket::Publish(publish) = packet {
                let mut head = Vec::new();
                assert_eq!(publish.encode_head(version, &mut head), written);
                if written.is_ok() {
                    head.extend_from_slice(publish.payload);
                }
                assert_eq!(head, out);
            }
            match written {
                Ok(()) => {
                    assert_eq!(out, bytes);
                    assert_eq!(packet.encoded_len(version), Ok(bytes.len()));
                }
                Err(error) => {
                    assert!(out.is_empty());
                    assert_eq!(packet.encoded_len(version), Err(error));
                }
            }
        });
    }
}

#[test]
fn bits_that_mqtt_3_1_ignores_are_not_handed_on() {
    // A SUBSCRIBE of MQTT 3.1 whose options byte has bits that this version does not look at.
    let bytes = b"\x82\x06\0\x01\0\x01a\xfd";
    let Ok(Decoded::Packet { packet, .. }) = decode(bytes, Context::new(ProtocolVersion::V3_1))
    else {
        panic!("MQTT 3.1 lets the bits be anything");
    };
    for version in ProtocolVersion::ALL {
        let mut out = Vec::new();
        packet.encode(version, &mut out).unwrap();
        assert_eq!(out.last(), Some(&1), "{version:?}");
        assert_eq!(
            decode(&out, Context::new(version)),
            Ok(Decoded::Packet {
                packet,
                len: out.len()
            })
        );
    }
}

#[test]
fn a_character_of_mqtt_3_1_is_not_handed_on() {
    let bytes = b"\x10\x13\0\x06MQIsdp\x03\x82\0\0\0\x01c\0\x02u\0";
    let Ok(Decoded::Packet {
        packet: ControlPacket::Connect(mut connect),
        ..
    }) = decode(bytes, Context::new(ProtocolVersion::V3_1))
    else {
        panic!("MQTT 3.1 lets U+0000 be in a user name");
    };
    let mut out = Vec::new();
    let again = ControlPacket::Connect(connect).encode(ProtocolVersion::V3_1, &mut out);
    assert_eq!((again, &out[..]), (Ok(()), &bytes[..]));
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        connect.version = version;
        let refused = ControlPacket::Connect(connect).encode(version, &mut Vec::new());
        assert_eq!(
            refused,
            Err(super::EncodeError::Breaks(crate::Rule::StringNull)),
            "{version:?}"
        );
    }
    let name = connect.user_name.unwrap();
    assert!(
        PropertiesBuf::new()
            .push(Property::UserProperty(name, name))
            .is_err()
    );
    // A filter can hold no such character in any version.
    assert_eq!(TopicFilter::new("a\0"), None);
}
