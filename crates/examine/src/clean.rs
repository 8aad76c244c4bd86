//! Takes away what a check may have left at the broker: sessions and retained messages.

use alloc::vec::Vec;

use mqttscope_wire::{
    BinaryData, Connect, ControlPacket, PropertiesBuf, ProtocolVersion, Publish, QoS, TopicName,
    Utf8EncodedString,
};

use crate::words::Names;

/// All that one connection is to send, in one go: CONNECT that ends the old session, empty retained messages, DISCONNECT.
pub(crate) fn bytes(
    client: &str,
    retained: &[&str],
    version: ProtocolVersion,
    names: &Names,
) -> Option<[Vec<u8>; 2]> {
    let none = PropertiesBuf::new();
    let mut connect = Vec::new();
    ControlPacket::Connect(Connect {
        version,
        bridge: false,
        clean_start: true,
        keep_alive: 60,
        properties: none.as_properties(),
        client_identifier: Utf8EncodedString::new(client)?,
        will: None,
        user_name: names.user_name.as_deref().and_then(Utf8EncodedString::new),
        password: names.password.as_deref().and_then(BinaryData::new),
    })
    .encode(version, &mut connect)
    .ok()?;
    let mut rest = Vec::new();
    for topic in retained {
        let Some(topic_name) = TopicName::new(topic) else {
            continue;
        };
        let publish = Publish {
            dup: false,
            qos: QoS::AtMostOnce,
            retain: true,
            topic_name,
            packet_identifier: None,
            properties: none.as_properties(),
            payload: b"",
        };
        ControlPacket::Publish(publish)
            .encode(version, &mut rest)
            .ok()?;
    }
    // DISCONNECT without anything is the same in all versions.
    rest.extend([0xe0, 0]);
    Some([connect, rest])
}
