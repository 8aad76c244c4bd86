//! What watching a conversation costs beside only decoding it: nanoseconds for a thousand packets.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops when its data is wrong"
)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{
    Acknowledgement, Connack, Connect, Context, ControlPacket, Decoded, PacketIdentifier,
    Properties, ProtocolVersion, Publish, QoS, ReasonCode, ReasonCodes, RetainHandling, Sender,
    Suback, Subscribe, Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicName,
    Utf8EncodedString, decode,
};

const PACKETS: u16 = 1000;
const CHUNK: usize = 1 << 14;
const V: ProtocolVersion = ProtocolVersion::V3_1_1;
const CONNECTION: ConnectionId = ConnectionId(1);

fn bytes(packet: &ControlPacket<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.encode(V, &mut bytes).expect("a valid packet");
    bytes
}

/// A monitor that has seen a client subscribe to everything.
fn subscribed() -> Monitor {
    let mut filters = SubscriptionsBuf::new();
    filters.push(Subscription {
        topic_filter: TopicFilter::new("#").unwrap(),
        options: SubscriptionOptions {
            maximum_qos: QoS::ExactlyOnce,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Send,
        },
    });
    let packet_identifier = PacketIdentifier::new(1).unwrap();
    let mut monitor = Monitor::new();
    monitor.open(CONNECTION);
    let talk = [
        (
            Sender::Client,
            ControlPacket::Connect(Connect {
                version: V,
                bridge: false,
                clean_start: true,
                keep_alive: 60,
                properties: Properties::NONE,
                client_identifier: Utf8EncodedString::new("bench").unwrap(),
                will: None,
                user_name: None,
                password: None,
            }),
        ),
        (
            Sender::Server,
            ControlPacket::Connack(Connack {
                session_present: false,
                reason_code: ReasonCode::SUCCESS,
                properties: Properties::NONE,
            }),
        ),
        (
            Sender::Client,
            ControlPacket::Subscribe(Subscribe {
                packet_identifier,
                properties: Properties::NONE,
                subscriptions: filters.as_subscriptions(),
            }),
        ),
        (
            Sender::Server,
            ControlPacket::Suback(Suback {
                packet_identifier,
                properties: Properties::NONE,
                reason_codes: ReasonCodes::new(&[2]),
            }),
        ),
    ];
    for (from, packet) in talk {
        monitor.push(CONNECTION, from, &bytes(&packet), Instant::ZERO);
    }
    assert!(monitor.poll_finding().is_none(), "the beginning is sound");
    monitor
}

fn publishes(qos: QoS) -> Vec<u8> {
    let topics: Vec<String> = (0..20)
        .map(|room| format!("house/room/{room}/temp"))
        .collect();
    let payload = [b'x'; 64];
    (0..PACKETS)
        .flat_map(|number| {
            bytes(&ControlPacket::Publish(Publish {
                dup: false,
                qos,
                retain: false,
                topic_name: TopicName::new(&topics[usize::from(number) % topics.len()]).unwrap(),
                packet_identifier: (qos != QoS::AtMostOnce)
                    .then(|| PacketIdentifier::new(number + 1).unwrap()),
                properties: Properties::NONE,
                payload: &payload,
            }))
        })
        .collect()
}

fn pubacks() -> Vec<u8> {
    (1..=PACKETS)
        .flat_map(|number| {
            bytes(&ControlPacket::Puback(Acknowledgement {
                packet_identifier: PacketIdentifier::new(number).unwrap(),
                reason_code: ReasonCode::SUCCESS,
                properties: Properties::NONE,
            }))
        })
        .collect()
}

fn watching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a thousand packets");
    for (name, qos) in [("QoS 0", QoS::AtMostOnce), ("QoS 1", QoS::AtLeastOnce)] {
        let inwards = publishes(qos);
        let outwards = if qos == QoS::AtMostOnce {
            Vec::new()
        } else {
            pubacks()
        };
        group.throughput(Throughput::Elements(u64::from(PACKETS)));
        group.bench_function(format!("{name}, decoded"), |bencher| {
            bencher.iter(|| {
                for (from, all) in [(Sender::Server, &inwards), (Sender::Client, &outwards)] {
                    let mut rest = all.as_slice();
                    while let Ok(Decoded::Packet { packet, len }) =
                        decode(rest, Context::new(V).sent_by(from))
                    {
                        black_box(&packet);
                        rest = &rest[len..];
                    }
                }
            });
        });
        let mut monitor = subscribed();
        group.bench_function(format!("{name}, watched"), |bencher| {
            bencher.iter_batched_ref(
                || (),
                |()| {
                    for (from, all) in [(Sender::Server, &inwards), (Sender::Client, &outwards)] {
                        for chunk in all.chunks(CHUNK) {
                            monitor.push(CONNECTION, from, chunk, Instant::ZERO);
                        }
                    }
                },
                BatchSize::PerIteration,
            );
        });
        assert!(monitor.poll_finding().is_none(), "nothing is broken");
    }
    group.finish();
}

criterion_group!(benches, watching);
criterion_main!(benches);
