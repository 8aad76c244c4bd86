//! Packets in words, as the tests of the broker and of the monitor write them:
//! `PUBLISH t x q1 #1 user:k=1`, `SUBSCRIBE #1 t,q1,nl`, `CONNECT id=a keep=10 will=w:gone`.

use mqttscope_wire::{
    Acknowledgement, Auth, BinaryData, Connack, Connect, ControlPacket, Disconnect,
    PacketIdentifier, PropertiesBuf, Property, ProtocolVersion, Publish, QoS, ReasonCode,
    ReasonCodes, RetainHandling, Suback, Subscribe, Subscription, SubscriptionOptions,
    SubscriptionsBuf, TopicFilter, TopicFiltersBuf, TopicName, Unsuback, Unsubscribe,
    Utf8EncodedString, WillMessage,
};

/// What a line means that does not say it.
#[derive(Clone, Copy)]
pub(crate) struct Unsaid {
    /// CONNECT with neither `clean` nor `resume`.
    pub(crate) clean_start: bool,
    /// A filter without `q0`, `q1` or `q2`.
    pub(crate) maximum_qos: QoS,
}

/// The words behind a packet's name.
struct Words(Vec<String>);

/// Around what is empty or would be taken for something else: `-`, `""`, `"raw"`.
const QUOTES: [char; 2] = ['-', '"'];

/// `x*3` is `xxx`, so that a line can hold a large packet.
fn unfolded(word: &str) -> String {
    match word.split_once('*') {
        Some((text, times)) if times.parse::<usize>().is_ok() => {
            let (head, letter) = text.split_at(text.len() - 1);
            format!("{head}{}", letter.repeat(times.parse().unwrap()))
        }
        _ => word
            .replace("\\u0001", "\u{1}")
            .replace("\\ufeff", "\u{feff}")
            .replace("\\u0301", "\u{301}"),
    }
}

impl Words {
    fn value(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
    fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&self, key: &str) -> Option<T> {
        self.value(key).map(|text| text.parse().unwrap())
    }
    fn text(&self, key: &str) -> Option<Utf8EncodedString<'_>> {
        self.value(key)
            .map(|text| Utf8EncodedString::new(text).unwrap())
    }
    fn has(&self, flag: &str) -> bool {
        self.0.iter().any(|word| word == flag)
    }
    fn identifier(&self) -> Option<PacketIdentifier> {
        self.0
            .iter()
            .find_map(|word| PacketIdentifier::new(word.strip_prefix('#')?.parse().ok()?))
    }
    fn qos(&self) -> QoS {
        match (self.has("q1"), self.has("q2")) {
            (true, _) => QoS::AtLeastOnce,
            (_, true) => QoS::ExactlyOnce,
            _ => QoS::AtMostOnce,
        }
    }
    /// Words of two hexadecimal digits.
    fn codes(&self) -> Vec<u8> {
        self.0
            .iter()
            .filter(|word| word.len() == 2)
            .filter_map(|word| u8::from_str_radix(word, 16).ok())
            .collect()
    }
    fn code(&self) -> ReasonCode {
        ReasonCode(self.codes().first().copied().unwrap_or(0))
    }
    fn data(&self, key: &str) -> Option<BinaryData<'_>> {
        self.value(key)
            .map(|text| BinaryData::new(text.as_bytes()).unwrap())
    }

    fn properties(&self, prefix: &str) -> PropertiesBuf {
        let key = |name: &str| format!("{prefix}{name}");
        let mut all: Vec<Property<'_>> = Vec::new();
        let mut add = |property: Option<Property<'static>>| all.extend(property);
        add(self
            .number(&key("expiry"))
            .map(Property::SessionExpiryInterval));
        add(self.number(&key("receive")).map(Property::ReceiveMaximum));
        add(self.number(&key("max")).map(Property::MaximumPacketSize));
        add(self
            .number(&key("aliases"))
            .map(Property::TopicAliasMaximum));
        add(self
            .number(&key("rri"))
            .map(Property::RequestResponseInformation));
        add(self
            .number(&key("rpi"))
            .map(Property::RequestProblemInformation));
        add(self
            .number(&key("format"))
            .map(Property::PayloadFormatIndicator));
        add(self
            .number(&key("lives"))
            .map(Property::MessageExpiryInterval));
        add(self
            .number(&key("sub"))
            .map(Property::SubscriptionIdentifier));
        add(self.number(&key("alias")).map(Property::TopicAlias));
        add(self
            .number(&key("keepalive"))
            .map(Property::ServerKeepAlive));
        add(self.number(&key("maxqos")).map(Property::MaximumQoS));
        add(self.number(&key("retains")).map(Property::RetainAvailable));
        add(self.number(&key("delay")).map(Property::WillDelayInterval));
        add(self
            .number(&key("wildcards"))
            .map(Property::WildcardSubscriptionAvailable));
        add(self
            .number(&key("subs"))
            .map(Property::SubscriptionIdentifierAvailable));
        add(self
            .number(&key("shares"))
            .map(Property::SharedSubscriptionAvailable));
        all.extend(
            self.text(&key("method"))
                .map(Property::AuthenticationMethod),
        );
        all.extend(self.text(&key("content")).map(Property::ContentType));
        all.extend(self.text(&key("reason")).map(Property::ReasonString));
        all.extend(self.text(&key("info")).map(Property::ResponseInformation));
        all.extend(
            self.text(&key("assigned"))
                .map(Property::AssignedClientIdentifier),
        );
        all.extend(
            self.value(&key("response"))
                .map(|topic| Property::ResponseTopic(TopicName::new(topic).unwrap())),
        );
        all.extend(
            self.data(&key("correlation"))
                .map(Property::CorrelationData),
        );
        all.extend(self.data(&key("data")).map(Property::AuthenticationData));
        for word in &self.0 {
            let pair = word.strip_prefix(&format!("{prefix}user:"));
            if let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) {
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

    /// Words that are no fields: filters.
    fn filters(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .map(String::as_str)
            .filter(|word| !word.contains('=') && word.parse::<QoSWord>().is_err())
            .filter(|word| *word == "#" || word.starts_with("#,") || !word.starts_with('#'))
    }
}

struct QoSWord;

impl std::str::FromStr for QoSWord {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        ["q0", "q1", "q2"].contains(&word).then_some(Self).ok_or(())
    }
}

/// `1020` as two bytes, `"text` as the text's.
fn raw(word: &str) -> Vec<u8> {
    if let Some(text) = word.strip_prefix('"') {
        return text.into();
    }
    (0..word.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&word[at..at + 2], 16).unwrap())
        .collect()
}

/// The bytes of the packet that the words describe; behind `raw`, the bytes themselves.
pub(crate) fn packet(words: &[&str], version: ProtocolVersion, unsaid: Unsaid) -> Vec<u8> {
    let (name, rest) = words.split_first().unwrap();
    if *name == "raw" {
        return rest.iter().flat_map(|word| raw(word)).collect();
    }
    let words = Words(rest.iter().map(|word| unfolded(word)).collect());
    // Before version 5 there are none, so that a case can serve several versions.
    let v5 = version == ProtocolVersion::V5;
    let buf = if v5 {
        words.properties("")
    } else {
        PropertiesBuf::new()
    };
    let properties = buf.as_properties();
    let ack = || Acknowledgement {
        packet_identifier: words.identifier().unwrap(),
        reason_code: words.code(),
        properties,
    };
    let will_buf = if v5 {
        words.properties("will.")
    } else {
        PropertiesBuf::new()
    };
    let codes = words.codes();
    let mut subscriptions = SubscriptionsBuf::new();
    let mut filters = TopicFiltersBuf::new();
    let identifier = words.identifier();
    let packet = match *name {
        "CONNECT" => ControlPacket::Connect(Connect {
            version,
            bridge: words.has("bridge"),
            clean_start: words.has("clean") || unsaid.clean_start && !words.has("resume"),
            keep_alive: words.number("keep").unwrap_or(0),
            properties,
            client_identifier: words.text("id").unwrap_or_default(),
            will: words
                .value("will")
                .and_then(|will| will.split_once(':'))
                .map(|(topic, payload)| WillMessage {
                    qos: QoS::new(words.number("willq").unwrap_or(0)).unwrap(),
                    retain: words.has("willretain"),
                    properties: will_buf.as_properties(),
                    topic_name: TopicName::new(topic).unwrap(),
                    payload: BinaryData::new(payload.as_bytes()).unwrap(),
                }),
            user_name: words.text("name"),
            password: words.data("password"),
        }),
        "CONNACK" => ControlPacket::Connack(Connack {
            session_present: words.has("present"),
            reason_code: words.code(),
            properties,
        }),
        "PUBLISH" => ControlPacket::Publish(Publish {
            dup: words.has("dup"),
            qos: words.qos(),
            retain: words.has("retain"),
            topic_name: TopicName::new(words.0[0].trim_matches(QUOTES)).unwrap(),
            packet_identifier: identifier,
            properties,
            payload: words
                .0
                .get(1)
                .map_or(&b""[..], |word| word.trim_matches(QUOTES).as_bytes()),
        }),
        "PUBACK" => ControlPacket::Puback(ack()),
        "PUBREC" => ControlPacket::Pubrec(ack()),
        "PUBREL" => ControlPacket::Pubrel(ack()),
        "PUBCOMP" => ControlPacket::Pubcomp(ack()),
        "SUBSCRIBE" => {
            for word in words.filters() {
                subscriptions.push(subscription(word, unsaid));
            }
            ControlPacket::Subscribe(Subscribe {
                packet_identifier: identifier.unwrap(),
                properties,
                subscriptions: subscriptions.as_subscriptions(),
            })
        }
        "SUBACK" => ControlPacket::Suback(Suback {
            packet_identifier: identifier.unwrap(),
            properties,
            reason_codes: ReasonCodes::new(&codes),
        }),
        "UNSUBSCRIBE" => {
            for word in words.filters() {
                filters.push(TopicFilter::new(word).unwrap());
            }
            ControlPacket::Unsubscribe(Unsubscribe {
                packet_identifier: identifier.unwrap(),
                properties,
                topic_filters: filters.as_topic_filters(),
            })
        }
        "UNSUBACK" => ControlPacket::Unsuback(Unsuback {
            packet_identifier: identifier.unwrap(),
            properties,
            reason_codes: ReasonCodes::new(if v5 { &codes } else { &[] }),
        }),
        "PINGREQ" => ControlPacket::Pingreq,
        "PINGRESP" => ControlPacket::Pingresp,
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
    packet
        .encode(version, &mut bytes)
        .unwrap_or_else(|error| panic!("{name} {rest:?}: {error:?}"));
    bytes
}

/// `a/+,q1,nl,rap,rh2`.
fn subscription(word: &str, unsaid: Unsaid) -> Subscription<'_> {
    let mut parts = word.split(',');
    let topic_filter = TopicFilter::new(parts.next().unwrap()).unwrap();
    let mut options = SubscriptionOptions {
        maximum_qos: unsaid.maximum_qos,
        ..SubscriptionOptions::default()
    };
    for part in parts {
        match part {
            "q0" => options.maximum_qos = QoS::AtMostOnce,
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
