//! A payload is held once, however many clients get it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use mqttscope_broker::{Broker, Chunk, ConnectionId, Instant, Options, Transmit};
use mqttscope_wire::{ControlPacket, PacketIdentifier, ProtocolVersion, Publish, QoS, TopicName};

const SUBSCRIBERS: usize = 100;
static PAYLOAD: [u8; 64 << 10] = [b'x'; 64 << 10];

fn connect(version: ProtocolVersion, number: usize) -> Vec<u8> {
    let head: &[u8] = match version {
        ProtocolVersion::V5 => b"\x10\x10\0\x04MQTT\x05\x02\0\0\0\0\x03",
        ProtocolVersion::V3_1_1 => b"\x10\x0f\0\x04MQTT\x04\x02\0\0\0\x03",
        ProtocolVersion::V3_1 => b"\x10\x11\0\x06MQIsdp\x03\x02\0\0\0\x03",
    };
    [head, format!("{number:03}").as_bytes()].concat()
}

fn subscribe(version: ProtocolVersion) -> &'static [u8] {
    match version {
        ProtocolVersion::V5 => b"\x82\x07\0\x01\0\0\x01t\x01",
        _ => b"\x82\x06\0\x01\0\x01t\x01",
    }
}

/// A broker with a publisher and its subscribers, of whom none waits for anything.
fn crowd(version: ProtocolVersion) -> (Broker, ConnectionId) {
    let now = Instant::ZERO;
    let mut broker = Broker::new(Options::new(0));
    let publisher = broker.handle_open(now);
    broker.handle_bytes(now, publisher, &connect(version, SUBSCRIBERS));
    for number in 0..SUBSCRIBERS {
        let id = broker.handle_open(now);
        broker.handle_bytes(now, id, &connect(version, number));
        broker.handle_bytes(now, id, subscribe(version));
    }
    while broker.poll_transmit().is_some() {}
    (broker, publisher)
}

fn publish(version: ProtocolVersion, qos: QoS) -> Vec<u8> {
    let packet = ControlPacket::Publish(Publish {
        qos,
        topic_name: TopicName::new("t").unwrap(),
        packet_identifier: (qos != QoS::AtMostOnce).then_some(PacketIdentifier::MIN),
        payload: &PAYLOAD,
        ..Publish::default()
    });
    let mut bytes = Vec::new();
    packet.encode(version, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_large_payload_is_not_copied_for_each_subscriber() {
    for version in ProtocolVersion::ALL {
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
            let (mut broker, publisher) = crowd(version);
            let bytes = publish(version, qos);
            // One message before, so that queues have their room.
            broker.handle_bytes(Instant::ZERO, publisher, &bytes);
            while broker.poll_transmit().is_some() {}
            let mut sent: Vec<(ConnectionId, Chunk)> = Vec::with_capacity(3 * SUBSCRIBERS);
            // The transports keep all of it, as slow ones do.
            let used = allocation_counter::measure(|| {
                broker.handle_bytes(Instant::ZERO, publisher, &bytes);
                while let Some((id, transmit)) = broker.poll_transmit() {
                    let Transmit::Bytes(chunk) = transmit else {
                        panic!("{transmit:?}")
                    };
                    sent.push((id, chunk));
                }
            });
            println!(
                "{version:?} {qos:?}: {} bytes in {} allocations, {} at once",
                used.bytes_total, used.count_total, used.bytes_max
            );
            // The packet as it came, the broker's copy of its payload, and a little for each subscriber.
            let limit = (2 * PAYLOAD.len() + 300 * SUBSCRIBERS) as u64;
            assert!(used.bytes_total < limit, "{used:?}");

            let mut all: BTreeMap<ConnectionId, Vec<u8>> = BTreeMap::new();
            for (id, chunk) in &sent {
                all.entry(*id).or_default().extend_from_slice(chunk);
            }
            all.remove(&publisher);
            assert_eq!(all.len(), SUBSCRIBERS);
            // At QoS 1 their Packet Identifiers are the broker's.
            let (head, payload) = bytes.split_at(bytes.len() - PAYLOAD.len());
            for got in all.values() {
                assert_eq!((got.len(), &got[..6]), (bytes.len(), &head[..6]));
                assert!(got.ends_with(payload), "{version:?} {qos:?}");
            }
        }
    }
}
