//! Packets that the peers build from values, never having read ours: we read the same values.

use bytes::{Bytes, BytesMut};
use mqtt_protocol_core::mqtt::packet as core;
use mqttscope_wire::{
    Context, ControlPacket, PacketIdentifier, ProtocolVersion, Publish, QoS, Subscribe,
};
use proptest::prelude::*;

use crate::common::only_packet;

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

        let qos = rumqttc::v5::mqttbytes::qos(message.level).unwrap();
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
            }};
        }
        check!(v3_1_1, V3_1_1);
        check!(v5_0, V5);
    }
}
