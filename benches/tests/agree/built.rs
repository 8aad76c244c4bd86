//! Packets that the peers build from values, never having read ours: we read the same values.

use bytes::{Bytes, BytesMut};
use mqtt_protocol_core::mqtt::packet as core;
use mqttscope_wire::{
    BinaryData, Connect, Context, ControlPacket, PacketIdentifier, Properties, ProtocolVersion,
    Publish, QoS, Subscribe, TopicName, Utf8EncodedString, WillMessage,
};
use proptest::prelude::*;

use crate::common::only_packet;

const CLIENT: &str = "scope-1";
const USER: &str = "ana";
const PASSWORD: &str = "secret";

/// The values of a message.
#[derive(Clone, Debug)]
struct Message {
    topic: String,
    payload: Vec<u8>,
    level: u8,
    retain: bool,
    number: u16,
}

fn message() -> impl Strategy<Value = Message> {
    (
        "[a-zé]{1,8}(/[a-z]{0,8}){0,3}",
        prop::collection::vec(any::<u8>(), 0..200),
        0..3_u8,
        any::<bool>(),
        1..=u16::MAX,
    )
        .prop_map(|(topic, payload, level, retain, number)| Message {
            topic,
            payload,
            level,
            retain,
            number,
        })
}

impl Message {
    fn identifier(&self) -> u16 {
        if self.level == 0 { 0 } else { self.number }
    }

    fn check_publish(&self, bytes: &[u8], version: ProtocolVersion) {
        let packet = only_packet(bytes, Context::new(version)).unwrap();
        let ControlPacket::Publish(publish) = packet else {
            panic!("{packet:?}");
        };
        assert_eq!(publish.topic_name.as_str(), self.topic);
        let expected = Publish {
            dup: false,
            qos: QoS::new(self.level).unwrap(),
            retain: self.retain,
            topic_name: publish.topic_name,
            packet_identifier: PacketIdentifier::new(self.identifier()),
            payload: &self.payload,
            ..Publish::default()
        };
        assert_eq!(publish, expected);
    }

    /// A CONNECT of this client identifier and login, with the message as its will.
    fn check_connect(&self, bytes: &[u8], version: ProtocolVersion) {
        let text = |text| Utf8EncodedString::new(text).unwrap();
        let expected = ControlPacket::Connect(Connect {
            version,
            bridge: false,
            clean_start: self.retain,
            keep_alive: self.number,
            properties: Properties::NONE,
            client_identifier: text(CLIENT),
            will: Some(WillMessage {
                qos: QoS::new(self.level).unwrap(),
                retain: self.retain,
                properties: Properties::NONE,
                topic_name: TopicName::new(&self.topic).unwrap(),
                payload: BinaryData::new(&self.payload).unwrap(),
            }),
            user_name: Some(text(USER)),
            password: Some(BinaryData::new(PASSWORD.as_bytes()).unwrap()),
        });
        assert_eq!(only_packet(bytes, Context::new(version)), Ok(expected));
    }

    fn check_subscribe(&self, bytes: &[u8], version: ProtocolVersion) {
        let packet = only_packet(bytes, Context::new(version)).unwrap();
        let ControlPacket::Subscribe(Subscribe {
            packet_identifier,
            subscriptions,
            ..
        }) = packet
        else {
            panic!("{packet:?}");
        };
        assert_eq!(
            Some(packet_identifier),
            PacketIdentifier::new(self.number),
            "{packet:?}"
        );
        let found: Vec<_> = subscriptions
            .iter()
            .map(|one| {
                (
                    one.topic_filter.as_str().to_owned(),
                    one.options.maximum_qos,
                )
            })
            .collect();
        assert_eq!(
            found,
            [(self.topic.clone(), QoS::new(self.level).unwrap())],
            "{packet:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mqttbytes_builds(message in message()) {
        let qos = mqttbytes::qos(message.level).unwrap();
        let payload = Bytes::from(message.payload.clone());

        let mut out = BytesMut::new();
        let mut publish = mqttbytes::v4::Publish::from_bytes(&message.topic, qos, payload.clone());
        (publish.pkid, publish.retain) = (message.identifier(), message.retain);
        publish.write(&mut out).unwrap();
        message.check_publish(&out, ProtocolVersion::V3_1_1);

        let mut out = BytesMut::new();
        let mut publish = mqttbytes::v5::Publish::from_bytes(&message.topic, qos, payload);
        (publish.pkid, publish.retain) = (message.identifier(), message.retain);
        publish.write(&mut out).unwrap();
        message.check_publish(&out, ProtocolVersion::V5);

        let mut out = BytesMut::new();
        let mut subscribe = mqttbytes::v4::Subscribe::new(&message.topic, qos);
        subscribe.pkid = message.number;
        subscribe.write(&mut out).unwrap();
        message.check_subscribe(&out, ProtocolVersion::V3_1_1);

        let mut out = BytesMut::new();
        let mut subscribe = mqttbytes::v5::Subscribe::new(&message.topic, qos);
        subscribe.pkid = message.number;
        subscribe.write(&mut out).unwrap();
        message.check_subscribe(&out, ProtocolVersion::V5);

        let mut out = BytesMut::new();
        let mut connect = mqttbytes::v4::Connect::new(CLIENT);
        (connect.keep_alive, connect.clean_session) = (message.number, message.retain);
        connect.last_will = Some(mqttbytes::v4::LastWill::new(
            &message.topic, message.payload.clone(), qos, message.retain,
        ));
        connect.set_login(USER, PASSWORD).write(&mut out).unwrap();
        message.check_connect(&out, ProtocolVersion::V3_1_1);

        let mut out = BytesMut::new();
        let mut connect = mqttbytes::v5::Connect::new(CLIENT);
        (connect.keep_alive, connect.clean_session) = (message.number, message.retain);
        connect.last_will = Some(mqttbytes::v5::LastWill::new(
            &message.topic, message.payload.clone(), qos, message.retain,
        ));
        connect.set_login(USER, PASSWORD).write(&mut out).unwrap();
        message.check_connect(&out, ProtocolVersion::V5);
    }

    #[test]
    fn rumqttc_builds(message in message()) {
        use rumqttc::v5::mqttbytes::v5;
        let payload = message.payload.clone();

        let qos = rumqttc::mqttbytes::qos(message.level).unwrap();
        let mut out = BytesMut::new();
        let mut publish = rumqttc::mqttbytes::v4::Publish::new(&message.topic, qos, payload.clone());
        (publish.pkid, publish.retain) = (message.identifier(), message.retain);
        publish.write(&mut out).unwrap();
        message.check_publish(&out, ProtocolVersion::V3_1_1);

        let mut out = BytesMut::new();
        let mut subscribe = rumqttc::mqttbytes::v4::Subscribe::new(&message.topic, qos);
        subscribe.pkid = message.number;
        subscribe.write(&mut out).unwrap();
        message.check_subscribe(&out, ProtocolVersion::V3_1_1);

        let mut out = BytesMut::new();
        let mut connect = rumqttc::mqttbytes::v4::Connect::new(CLIENT);
        (connect.keep_alive, connect.clean_session) = (message.number, message.retain);
        connect.last_will = Some(rumqttc::mqttbytes::v4::LastWill::new(
            &message.topic, payload.clone(), qos, message.retain,
        ));
        connect.set_login(USER, PASSWORD).write(&mut out).unwrap();
        message.check_connect(&out, ProtocolVersion::V3_1_1);

        let qos = rumqttc::v5::mqttbytes::qos(message.level).unwrap();
        let mut out = BytesMut::new();
        let connect = v5::Connect {
            keep_alive: message.number,
            client_id: CLIENT.to_owned(),
            clean_start: message.retain,
            properties: None,
        };
        let will = v5::LastWill::new(&message.topic, payload.clone(), qos, message.retain, None);
        let login = v5::Login::new(USER, PASSWORD);
        connect.write(&Some(will), &Some(login), &mut out).unwrap();
        message.check_connect(&out, ProtocolVersion::V5);

        let mut out = BytesMut::new();
        let mut publish = v5::Publish::new(&message.topic, qos, payload, None);
        (publish.pkid, publish.retain) = (message.identifier(), message.retain);
        publish.write(&mut out).unwrap();
        message.check_publish(&out, ProtocolVersion::V5);

        let mut out = BytesMut::new();
        let mut subscribe = v5::Subscribe::new(v5::Filter::new(&message.topic, qos), None);
        subscribe.pkid = message.number;
        subscribe.write(&mut out).unwrap();
        message.check_subscribe(&out, ProtocolVersion::V5);
    }

    #[test]
    fn mqtt_protocol_core_builds(message in message()) {
        let qos = core::Qos::try_from(message.level).unwrap();
        macro_rules! check {
            ($module:ident, $version:ident) => {{
                let mut publish = core::$module::Publish::builder()
                    .topic_name(message.topic.as_str())
                    .unwrap()
                    .qos(qos)
                    .retain(message.retain)
                    .payload(message.payload.clone());
                if message.level > 0 {
                    publish = publish.packet_id(message.number);
                }
                let out = publish.build().unwrap().to_continuous_buffer();
                message.check_publish(&out, ProtocolVersion::$version);

                let entry = core::SubEntry::new(message.topic.as_str(), core::SubOpts::new().set_qos(qos));
                let subscribe = core::$module::Subscribe::builder()
                    .packet_id(message.number)
                    .entries(vec![entry.unwrap()])
                    .build()
                    .unwrap();
                message.check_subscribe(&subscribe.to_continuous_buffer(), ProtocolVersion::$version);

                let connect = core::$module::Connect::builder()
                    .client_id(CLIENT)
                    .unwrap()
                    .keep_alive(message.number)
                    .clean_start(message.retain)
                    .will_message(message.topic.as_str(), message.payload.clone(), qos, message.retain)
                    .unwrap()
                    .user_name(USER)
                    .unwrap()
                    .password(PASSWORD)
                    .unwrap()
                    .build()
                    .unwrap();
                message.check_connect(&connect.to_continuous_buffer(), ProtocolVersion::$version);
            }};
        }
        check!(v3_1_1, V3_1_1);
        check!(v5_0, V5);
    }
}
