//! Filters over a million packets: by type, by topic, by payload, and one that takes each packet apart.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a bench fails by panicking"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqttscope_filter::{Filter, Matcher, Subject};
use mqttscope_shared::{Instant, Recorded};
use mqttscope_wire::{ProtocolVersion, Sender, varint};

const COUNT: usize = 1_000_000;

/// Packets one behind the other, as in a log.
struct Packets {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

struct Packet<'a> {
    number: u64,
    bytes: &'a [u8],
}

impl Subject for Packet<'_> {
    fn number(&self) -> u64 {
        self.number
    }
    fn packet(&self) -> Recorded<'_> {
        Recorded {
            connection: (self.number % 100) as u32,
            sender: Sender::Client,
            version: ProtocolVersion::V5,
            at: Instant::from_millis(self.number),
            bytes: self.bytes,
        }
    }
    fn first_at(&self) -> Instant {
        Instant::ZERO
    }
    fn before(&self) -> Option<Instant> {
        None
    }
}

/// Four messages of QoS 1 with about 60 bytes and a User Property, and the answer to one of them.
fn packets() -> Packets {
    let mut packets = Packets {
        bytes: Vec::new(),
        ends: Vec::new(),
    };
    for n in 0..COUNT {
        if n % 5 == 4 {
            packets.bytes.extend([0x40, 2, 0, 1]);
        } else {
            let topic = format!("site/{}/sensor/{}", n % 7, n % 1000);
            let mut body = (topic.len() as u16).to_be_bytes().to_vec();
            body.extend(topic.as_bytes());
            body.extend([0, 1, 7, 0x26, 0, 1, b'k', 0, 1, b'v']);
            body.extend(format!("{{\"t\":{},\"unit\":\"C\",\"n\":{n}}}", n % 40).as_bytes());
            packets.bytes.push(0x32);
            varint::write(body.len() as u32, &mut packets.bytes);
            packets.bytes.extend(body);
        }
        packets.ends.push(packets.bytes.len());
    }
    packets
}

fn filters(c: &mut Criterion) {
    let packets = packets();
    let mut group = c.benchmark_group("filter");
    group.sample_size(10);
    group.throughput(Throughput::Elements(COUNT as u64));
    for text in [
        "mqtt.msgtype == PUBACK",
        "mqtt.qos == 1 && conn == 3",
        "topic_filter \"site/+/sensor/42\"",
        "mqtt.topic contains \"sensor/99\"",
        "mqtt.msg contains \"\\\"t\\\":39\"",
        "mqtt.topic matches \"sensor/[0-9]2$\"",
        "mqtt.prop_value == v",
        "mqtt.msgtype == PUBACK && mqtt.reason_code > 0",
        "finding",
    ] {
        let mut matcher = Matcher::new(&Filter::parse(text).unwrap()).unwrap();
        group.bench_function(text, |bencher| {
            bencher.iter(|| {
                let (mut found, mut start) = (0_usize, 0);
                for (number, &end) in (0..).zip(&packets.ends) {
                    let bytes = packets.bytes.get(start..end).unwrap_or_default();
                    found += usize::from(matcher.matches(&Packet { number, bytes }));
                    start = end;
                }
                black_box(found)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, filters);
criterion_main!(benches);
