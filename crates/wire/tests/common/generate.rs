//! Packets of every type and version, as values that own what packets borrow.

use mqttscope_wire::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Everything that any packet may need; each packet takes its part.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) version: ProtocolVersion,
    kind: u8,
    flags: [bool; 4],
    level: u8,
    number: u16,
    strings: [String; 4],
    topics: [String; 2],
    filters: Vec<(String, u8)>,
    bytes: [Vec<u8>; 2],
    codes: Vec<u8>,
    properties: Vec<Value>,
    will_properties: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Value {
    index: usize,
    number: u32,
    text: String,
    bytes: Vec<u8>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-zA-Z0-9 _./-]{0,24}", 1 => "[a-zé€😀]{0,9}", 1 => "[a-z]{120,140}"]
}

fn topic() -> impl Strategy<Value = String> {
    "[a-z€]{1,5}(/[a-z0-9]{0,5}){0,3}"
}

fn filter() -> impl Strategy<Value = String> {
    prop_oneof![
        topic(),
        "(\\+|[a-z]{1,3})(/(\\+|[a-z]{0,3})){0,3}(/#)?",
        Just("#".to_owned()),
        "\\$share/[a-z]{1,4}/(\\+|[a-z]{1,3})(/#)?",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    (
        0..PropertyId::ALL.len(),
        prop_oneof![1..3_u32, 1..70_000_u32, Just(268_435_455)],
        topic(),
        vec(any::<u8>(), 0..20),
    )
        .prop_map(|(index, number, text, bytes)| Value {
            index,
            number,
            text,
            bytes,
        })
}

pub(crate) fn parts() -> impl Strategy<Value = Parts> {
    (
        (
            prop::sample::select(ProtocolVersion::ALL.to_vec()),
            0..15_u8,
            any::<[bool; 4]>(),
            0..3_u8,
            1..=u16::MAX,
        ),
        [text(), text(), text(), text()],
        [topic(), topic()],
        vec((filter(), any::<u8>()), 1..5),
        [vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..40)],
        vec(any::<u8>(), 1..6),
        vec(value(), 0..6),
        vec(value(), 0..4),
    )
        .prop_map(
            |(
                (version, kind, flags, level, number),
                strings,
                topics,
                filters,
                bytes,
                codes,
                properties,
                will,
            )| Parts {
                version,
                kind,
                flags,
                level,
                number,
                strings,
                topics,
                filters,
                bytes,
                codes,
                properties,
                will_properties: will,
            },
        )
}

fn properties(version: ProtocolVersion, values: &[Value], owner: PropertyOwner) -> PropertiesBuf {
    let mut buf = PropertiesBuf::new();
    if !version.is_v5() {
        return buf;
    }
    for value in values {
        let id = PropertyId::ALL[value.index];
        let one_of_subscribe = owner == PropertyOwner::Packet(PacketType::Subscribe)
            && buf
                .as_properties()
                .set()
                .contains(PropertyId::SUBSCRIPTION_IDENTIFIER);
        // The payload is arbitrary bytes, so none is said to be text.
        if !id.allowed_in(owner) || (id == PropertyId::SUBSCRIPTION_IDENTIFIER && one_of_subscribe)
        {
            continue;
        }
        if id == PropertyId::AUTHENTICATION_DATA {
            // It stands only where the method does.
            let method = Utf8EncodedString::new(&value.text).unwrap();
            let _ = buf.push(Property::AuthenticationMethod(method));
        }
        let value = match id.property_type().unwrap() {
            _ if id == PropertyId::PAYLOAD_FORMAT_INDICATOR => PropertyValue::Number(0),
            PropertyType::Byte => PropertyValue::Number(value.number & 1),
            PropertyType::TwoByteInteger => PropertyValue::Number(value.number % 65_535 + 1),
            PropertyType::FourByteInteger | PropertyType::VariableByteInteger => {
                PropertyValue::Number(value.number)
            }
            PropertyType::Utf8EncodedString => PropertyValue::Text(&value.text),
            PropertyType::BinaryData => PropertyValue::Data(&value.bytes),
            PropertyType::Utf8StringPair => PropertyValue::Pair(&value.text, &value.text),
        };
        let property = Property::new(id, value).unwrap();
        // A repetition is refused and left out.
        let _ = buf.push(property);
    }
    buf
}

/// A code that the packet defines, chosen by `byte`.
fn code(byte: u8, packet_type: PacketType, version: ProtocolVersion) -> ReasonCode {
    (0..=255_u8)
        .map(|step| ReasonCode(byte.wrapping_add(step)))
        .find(|code| code.is_defined(packet_type, version))
        .unwrap_or(ReasonCode::SUCCESS)
}

impl Parts {
    /// Makes the packet and hands it to `use_it`.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(ControlPacket<'_>) -> T) -> T {
        let version = self.version;
        let [s0, s1, s2, _] = &self.strings;
        let string = |string| Utf8EncodedString::new(string).unwrap();
        let owned = |packet_type| {
            properties(
                version,
                &self.properties,
                PropertyOwner::Packet(packet_type),
            )
        };
        let identifier = PacketIdentifier::new(self.number).unwrap();
        let qos = QoS::new(self.level).unwrap();
        match self.kind {
            0 => {
                let properties = owned(PacketType::Connect);
                let will_properties =
                    self::properties(version, &self.will_properties, PropertyOwner::Will);
                let will = self.flags[0].then(|| WillMessage {
                    qos,
                    retain: self.flags[1],
                    properties: will_properties.as_properties(),
                    topic_name: TopicName::new(&self.topics[0]).unwrap(),
                    payload: BinaryData::new(&self.bytes[0]).unwrap(),
                });
                let identifier = match version {
                    ProtocolVersion::V3_1 => {
                        &self.topics[1][..1.max(self.topics[1].ceil_char_boundary(1))]
                    }
                    _ => s0,
                };
                let user_name = self.flags[2].then(|| string(s1));
                let password = (self.flags[3] && (version.is_v5() || user_name.is_some()))
                    .then(|| BinaryData::new(&self.bytes[1]).unwrap());
                use_it(ControlPacket::Connect(Connect {
                    version,
                    bridge: self.flags[1] && !version.is_v5(),
                    clean_start: self.number & 1 == 0 || identifier.is_empty(),
                    keep_alive: self.number,
                    properties: properties.as_properties(),
                    client_identifier: string(identifier),
                    will,
                    user_name,
                    password,
                }))
            }
            1 => {
                let reason_code = code(self.codes[0], PacketType::Connack, version);
                let present = self.flags[0]
                    && reason_code == ReasonCode::SUCCESS
                    && version != ProtocolVersion::V3_1;
                let properties = owned(PacketType::Connack);
                use_it(ControlPacket::Connack(Connack {
                    session_present: present,
                    reason_code,
                    properties: properties.as_properties(),
                }))
            }
            2 => {
                let properties = owned(PacketType::Publish);
                let alias = properties
                    .as_properties()
                    .set()
                    .contains(PropertyId::TOPIC_ALIAS);
                use_it(ControlPacket::Publish(Publish {
                    dup: self.flags[0] && qos != QoS::AtMostOnce,
                    qos,
                    retain: self.flags[1],
                    topic_name: TopicName::new(if alias && self.flags[2] {
                        ""
                    } else {
                        &self.topics[0]
                    })
                    .unwrap(),
                    packet_identifier: (qos != QoS::AtMostOnce).then_some(identifier),
                    properties: properties.as_properties(),
                    payload: &self.bytes[0],
                }))
            }
            3..=6 => {
                let packet_type = PacketType::from_nibble(self.kind + 1);
                let properties = owned(packet_type);
                let reason_code = if version.is_v5() {
                    code(self.codes[0], packet_type, version)
                } else {
                    ReasonCode::SUCCESS
                };
                let value = Acknowledgement {
                    packet_identifier: identifier,
                    reason_code,
                    properties: properties.as_properties(),
                };
                use_it(match packet_type {
                    PacketType::Puback => ControlPacket::Puback(value),
                    PacketType::Pubrec => ControlPacket::Pubrec(value),
                    PacketType::Pubrel => ControlPacket::Pubrel(value),
                    _ => ControlPacket::Pubcomp(value),
                })
            }
            7 => {
                let properties = owned(PacketType::Subscribe);
                let mut list = SubscriptionsBuf::new();
                for (filter, options) in &self.filters {
                    let topic_filter = TopicFilter::new(filter).unwrap();
                    let mut options = SubscriptionOptions {
                        maximum_qos: QoS::new(options % 3).unwrap(),
                        no_local: options & 4 != 0 && topic_filter.shared().is_none(),
                        retain_as_published: options & 8 != 0,
                        retain_handling: [
                            RetainHandling::Send,
                            RetainHandling::SendIfNew,
                            RetainHandling::DoNotSend,
                        ][usize::from(options >> 4) % 3],
                    };
                    if !version.is_v5() {
                        options = SubscriptionOptions {
                            maximum_qos: options.maximum_qos,
                            ..Default::default()
                        };
                    }
                    list.push(Subscription {
                        topic_filter,
                        options,
                    });
                }
                use_it(ControlPacket::Subscribe(Subscribe {
                    packet_identifier: identifier,
                    properties: properties.as_properties(),
                    subscriptions: list.as_subscriptions(),
                }))
            }
            8 | 10 => {
                let packet_type = PacketType::from_nibble(self.kind + 1);
                let properties = owned(packet_type);
                let codes: Vec<u8> = self
                    .codes
                    .iter()
                    .map(|&byte| code(byte, packet_type, version).0)
                    .collect();
                let none = packet_type == PacketType::Unsuback && !version.is_v5();
                let reason_codes = ReasonCodes::new(if none { &[] } else { &codes });
                let (packet_identifier, properties) = (identifier, properties.as_properties());
                use_it(if packet_type == PacketType::Suback {
                    ControlPacket::Suback(Suback {
                        packet_identifier,
                        properties,
                        reason_codes,
                    })
                } else {
                    ControlPacket::Unsuback(Unsuback {
                        packet_identifier,
                        properties,
                        reason_codes,
                    })
                })
            }
            9 => {
                let properties = owned(PacketType::Unsubscribe);
                let mut list = TopicFiltersBuf::new();
                for (filter, _) in &self.filters {
                    list.push(TopicFilter::new(filter).unwrap());
                }
                use_it(ControlPacket::Unsubscribe(Unsubscribe {
                    packet_identifier: identifier,
                    properties: properties.as_properties(),
                    topic_filters: list.as_topic_filters(),
                }))
            }
            11 => use_it(ControlPacket::Pingreq),
            12 => use_it(ControlPacket::Pingresp),
            14 if version.is_v5() => {
                let mut properties = owned(PacketType::Auth);
                let _ = properties.push(Property::AuthenticationMethod(string(s2)));
                use_it(ControlPacket::Auth(Auth {
                    reason_code: code(self.codes[0], PacketType::Auth, version),
                    properties: properties.as_properties(),
                }))
            }
            _ => {
                let properties = owned(PacketType::Disconnect);
                let reason_code = if version.is_v5() {
                    code(self.codes[0], PacketType::Disconnect, version)
                } else {
                    ReasonCode::SUCCESS
                };
                use_it(ControlPacket::Disconnect(Disconnect {
                    reason_code,
                    properties: properties.as_properties(),
                }))
            }
        }
    }

    /// The packet's bytes.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        self.with(|packet| {
            let mut out = Vec::new();
            packet
                .encode(self.version, &mut out)
                .unwrap_or_else(|error| panic!("{error}: {packet:?}"));
            out
        })
    }
}
