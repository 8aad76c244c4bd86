//! A line of text becomes a packet's bytes.

use mqttscope_wire::{
    Acknowledgement, Auth, BinaryData, Connect, ControlPacket, Disconnect, PacketIdentifier,
    PropertiesBuf, Property, ProtocolVersion, Publish, QoS, ReasonCode, RetainHandling, Subscribe,
    Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicFiltersBuf, TopicName,
    Unsubscribe, Utf8EncodedString, WillMessage,
};

/// `v3.1`, `v3.1.1` or `v5`.
pub(crate) fn version(word: &str) -> Option<ProtocolVersion> {
    ProtocolVersion::ALL
        .into_iter()
        .find(|version| word.strip_prefix('v') == Some(version.name()))
}

/// `1020` as two bytes, `"text` as the text's.
pub(crate) fn raw(word: &str) -> Vec<u8> {
    if let Some(text) = word.strip_prefix('"') {
        return text.into();
    }
    (0..word.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&word[at..at + 2], 16).unwrap())
        .collect()
}

/// The words behind a packet's name.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn value(&self, key: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
    fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&self, key: &str) -> Option<T> {
        self.value(key).map(|text| text.parse().unwrap())
    }
    fn has(&self, flag: &str) -> bool {
        self.0.contains(&flag)
    }
    fn text(&self, key: &str) -> Option<Utf8EncodedString<'a>> {
        self.value(key)
            .map(|text| Utf8EncodedString::new(text).unwrap())
    }
    fn identifier(&self) -> Option<PacketIdentifier> {
        self.0
            .iter()
            .find_map(|word| PacketIdentifier::new(word.strip_prefix('#')?.parse().ok()?))
    }
    fn qos(&self) -> QoS {
        if self.has("q2") {
            QoS::ExactlyOnce
        } else if self.has("q1") {
            QoS::AtLeastOnce
        } else {
            QoS::AtMostOnce
        }
    }
    /// The first word of two hexadecimal digits.
    fn code(&self) -> ReasonCode {
        let code = self
            .0
            .iter()
            .filter(|word| word.len() == 2)
            .find_map(|word| u8::from_str_radix(word, 16).ok());
        ReasonCode(code.unwrap_or(0))
    }
    fn properties(&self) -> PropertiesBuf {
        let mut all: Vec<Property<'a>> = Vec::new();
        all.extend(self.number("expiry").map(Property::SessionExpiryInterval));
        all.extend(self.number("receive").map(Property::ReceiveMaximum));
        all.extend(self.number("max").map(Property::MaximumPacketSize));
        all.extend(self.number("aliases").map(Property::TopicAliasMaximum));
        all.extend(
            self.number("problems")
                .map(Property::RequestProblemInformation),
        );
        all.extend(self.number("rri").map(Property::RequestResponseInformation));
        all.extend(self.text("method").map(Property::AuthenticationMethod));
        all.extend(
            self.value("data").map(|data| {
                Property::AuthenticationData(BinaryData::new(data.as_bytes()).unwrap())
            }),
        );
        all.extend(self.number("format").map(Property::PayloadFormatIndicator));
        all.extend(self.number("lives").map(Property::MessageExpiryInterval));
        all.extend(self.text("content").map(Property::ContentType));
        all.extend(
            self.value("response")
                .map(|topic| Property::ResponseTopic(TopicName::new(topic).unwrap())),
        );
        all.extend(
            self.value("correlation")
                .map(|data| Property::CorrelationData(BinaryData::new(data.as_bytes()).unwrap())),
        );
        all.extend(self.number("sub").map(Property::SubscriptionIdentifier));
        all.extend(self.number("alias").map(Property::TopicAlias));
        for word in &self.0 {
            if let Some((name, value)) = word
                .strip_prefix("user:")
                .and_then(|pair| pair.split_once('='))
            {
                let text = |text| Utf8EncodedString::new(text).unwrap();
                all.push(Property::UserProperty(text(name), text(value)));
            }
        }
        let mut properties = PropertiesBuf::new();
        for property in all {
            properties.push(property).unwrap();
        }
        properties
    }
}

/// The bytes of the packet that the words describe.
pub(crate) fn packet(words: &[&str], version: ProtocolVersion) -> Vec<u8> {
    let (name, rest) = words.split_first().unwrap();
    let words = Words(rest.to_vec());
    let buf = words.properties();
    let properties = buf.as_properties();
    let ack = || Acknowledgement {
        packet_identifier: words.identifier().unwrap(),
        reason_code: words.code(),
        properties,
    };
    let mut will_buf = PropertiesBuf::new();
    let mut subscriptions = SubscriptionsBuf::new();
    let mut filters = TopicFiltersBuf::new();
    let packet =
        match *name {
            "CONNECT" => {
                if let Some(delay) = words.number("willdelay") {
                    will_buf.push(Property::WillDelayInterval(delay)).unwrap();
                }
                let will = words
                    .value("will")
                    .and_then(|will| will.split_once(':'))
                    .map(|(topic, payload)| WillMessage {
                        qos: QoS::new(words.number("willq").unwrap_or(0)).unwrap(),
                        retain: words.has("willretain"),
                        properties: will_buf.as_properties(),
                        topic_name: TopicName::new(topic).unwrap(),
                        payload: BinaryData::new(payload.as_bytes()).unwrap(),
                    });
                ControlPacket::Connect(Connect {
                    version,
                    clean_start: words.has("clean"),
                    keep_alive: words.number("keep").unwrap_or(0),
                    properties,
                    client_identifier: words.text("id").unwrap_or_default(),
                    will,
                    user_name: words.text("name"),
                    password: words
                        .value("password")
                        .map(|text| BinaryData::new(text.as_bytes()).unwrap()),
                })
            }
            "PUBLISH" => ControlPacket::Publish(Publish {
                dup: words.has("dup"),
                qos: words.qos(),
                retain: words.has("retain"),
                topic_name: TopicName::new(words.0[0].trim_matches('"')).unwrap(),
                packet_identifier: words.identifier(),
                properties,
                payload: words
                    .0
                    .get(1)
                    .map_or(&b""[..], |payload| payload.trim_matches('"').as_bytes()),
            }),
            "PUBACK" => ControlPacket::Puback(ack()),
            "PUBREC" => ControlPacket::Pubrec(ack()),
            "PUBREL" => ControlPacket::Pubrel(ack()),
            "PUBCOMP" => ControlPacket::Pubcomp(ack()),
            "SUBSCRIBE" => {
                for word in words.0.iter().filter(|word| {
                    !word.starts_with('#') || **word == "#" || word.starts_with("#,")
                }) {
                    if word.starts_with("sub=") {
                        continue;
                    }
                    subscriptions.push(subscription(word));
                }
                ControlPacket::Subscribe(Subscribe {
                    packet_identifier: words.identifier().unwrap(),
                    properties,
                    subscriptions: subscriptions.as_subscriptions(),
                })
            }
            "UNSUBSCRIBE" => {
                for word in words
                    .0
                    .iter()
                    .filter(|word| !word.starts_with('#') || **word == "#")
                {
                    filters.push(TopicFilter::new(word).unwrap());
                }
                ControlPacket::Unsubscribe(Unsubscribe {
                    packet_identifier: words.identifier().unwrap(),
                    properties,
                    topic_filters: filters.as_topic_filters(),
                })
            }
            "PINGREQ" => ControlPacket::Pingreq,
            "DISCONNECT" => ControlPacket::Disconnect(Disconnect {
                reason_code: words.code(),
                properties,
            }),
            "AUTH" => ControlPacket::Auth(Auth {
                reason_code: words.code(),
                properties,
            }),
            other => panic!("no packet {other}"),
        };
    let mut bytes = Vec::new();
    packet.encode(version, &mut bytes).unwrap();
    bytes
}

/// `a/+,q1,nl,rap,rh2`.
fn subscription(word: &str) -> Subscription<'_> {
    let mut parts = word.split(',');
    let topic_filter = TopicFilter::new(parts.next().unwrap()).unwrap();
    let mut options = SubscriptionOptions::default();
    for part in parts {
        match part {
            "q0" => {}
            "q1" => options.maximum_qos = QoS::AtLeastOnce,
            "q2" => options.maximum_qos = QoS::ExactlyOnce,
            "nl" => options.no_local = true,
            "rap" => options.retain_as_published = true,
            "rh1" => options.retain_handling = RetainHandling::SendIfNew,
            "rh2" => options.retain_handling = RetainHandling::DoNotSend,
            other => panic!("no option {other}"),
        }
    }
    Subscription {
        topic_filter,
        options,
    }
}
