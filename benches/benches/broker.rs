//! A message from one client to a hundred, through the broker without I/O.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqttscope_broker::{Broker, ConnectionId, Instant, Options};
use mqttscope_wire::{ControlPacket, ProtocolVersion, Publish, TopicName};

const SUBSCRIBERS: usize = 100;

fn crowd() -> (Broker, ConnectionId) {
    let now = Instant::ZERO;
    let mut broker = Broker::new(Options::new(0));
    let mut publisher = None;
    for number in 0..=SUBSCRIBERS {
        let id = broker.handle_open(now);
        let connect = b"\x10\x0f\0\x04MQTT\x04\x02\0\0\0\x03";
        let connect = [&connect[..], format!("{number:03}").as_bytes()].concat();
        broker.handle_bytes(now, id, &connect);
        if number > 0 {
            broker.handle_bytes(now, id, b"\x82\x06\0\x01\0\x01t\0");
        }
        publisher.get_or_insert(id);
    }
    while broker.poll_transmit().is_some() {}
    (broker, publisher.unwrap())
}

fn fan_out(c: &mut Criterion) {
    let mut group = c.benchmark_group("broker");
    for (name, len) in [
        ("64 B", 64),
        ("1 KiB", 1 << 10),
        ("4 KiB", 4 << 10),
        ("64 KiB", 64 << 10),
    ] {
        let payload = vec![b'x'; len];
        let publish = ControlPacket::Publish(Publish {
            topic_name: TopicName::new("t").unwrap(),
            payload: &payload,
            ..Publish::default()
        });
        let mut bytes = Vec::new();
        publish.encode(ProtocolVersion::V3_1_1, &mut bytes).unwrap();
        let (mut broker, publisher) = crowd();
        group.throughput(Throughput::Elements(SUBSCRIBERS as u64));
        group.bench_function(format!("{name} to {SUBSCRIBERS}"), |b| {
            b.iter(|| {
                broker.handle_bytes(Instant::ZERO, publisher, black_box(&bytes));
                while let Some(sent) = broker.poll_transmit() {
                    black_box(sent);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fan_out);
criterion_main!(benches);
