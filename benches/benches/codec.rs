//! Nanoseconds a packet, ours beside others, in one run. Ours checks every rule; others check what
//! they check.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::hint::black_box;

use bytes::{Buf, Bytes, BytesMut};
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime,
};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissector, Frame, Framed, Framer, PacketIdentifier,
    PropertiesBuf, Property, ProtocolVersion, Publish, QoS, StreamDecoder, TopicName,
    Utf8EncodedString, decode, frame,
};

const TOPIC: &str = "sensors/kitchen/temp";
const PAYLOAD: [u8; 64] = [b'x'; 64];

fn publish_v3() -> Publish<'static> {
    Publish {
        topic_name: TopicName::new(TOPIC).unwrap(),
        payload: &PAYLOAD,
        ..Publish::default()
    }
}

fn three_properties() -> PropertiesBuf {
    let text = |string| Utf8EncodedString::new(string).unwrap();
    PropertiesBuf::new()
        .with(Property::MessageExpiryInterval(60))
        .and_then(|p| p.with(Property::ContentType(text("application/json"))))
        .and_then(|p| p.with(Property::UserProperty(text("unit"), text("celsius"))))
        .unwrap()
}

fn publish_v5(properties: &PropertiesBuf) -> Publish<'_> {
    Publish {
        qos: QoS::AtLeastOnce,
        packet_identifier: PacketIdentifier::new(7),
        properties: properties.as_properties(),
        ..publish_v3()
    }
}

fn encoded(packet: ControlPacket<'_>, version: ProtocolVersion) -> Vec<u8> {
    let mut out = Vec::new();
    packet.encode(version, &mut out).unwrap();
    out
}

/// CONNECT, CONNACK, SUBSCRIBE, SUBACK, the answers, pings, DISCONNECT, and PUBLISH at each QoS.
fn mixed_v5() -> Vec<Vec<u8>> {
    let properties = three_properties();
    let mut packets: Vec<Vec<u8>> = vec![
        [
            &b"\x10\x1c\x00\x04MQTT\x05\xc2\x00\x3c\x05\x11\x00\x00\x00\x3c"[..],
            b"\x00\x04b-04\x00\x01u\x00\x01p",
        ]
        .concat(),
        b"\x20\x0b\x00\x00\x08\x21\x00\x14\x22\x00\x64\x24\x01".to_vec(),
        b"\x82\x10\x00\x01\x02\x0b\x01\x00\x08site/a/+\x01".to_vec(),
        b"\x90\x05\x00\x01\x00\x01\x02".to_vec(),
        b"\x40\x02\x00\x07".to_vec(),
        b"\x50\x02\x00\x07".to_vec(),
        b"\x62\x02\x00\x07".to_vec(),
        b"\x70\x02\x00\x07".to_vec(),
        b"\xc0\x00".to_vec(),
        b"\xd0\x00".to_vec(),
        b"\xe0\x02\x00\x00".to_vec(),
    ];
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let packet_identifier = if qos == QoS::AtMostOnce {
            None
        } else {
            PacketIdentifier::new(9)
        };
        let publish = Publish {
            qos,
            packet_identifier,
            ..publish_v5(&properties)
        };
        packets.push(encoded(
            ControlPacket::Publish(publish),
            ProtocolVersion::V5,
        ));
    }
    let context = Context::new(ProtocolVersion::V5);
    for packet in &packets {
        assert!(
            matches!(decode(packet, context), Ok(Decoded::Packet { len, .. }) if len == packet.len()),
            "{packet:02x?}"
        );
    }
    packets
}

fn ours(group: &mut BenchmarkGroup<'_, WallTime>, packet: &[u8], version: ProtocolVersion) {
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            black_box(&decode(black_box(packet), Context::new(version)));
        })
    });
    let mut dissector = Dissector::new();
    group.bench_function("mqttscope dissect", |b| {
        b.iter(|| {
            dissector
                .dissect(black_box(packet), Context::new(version))
                .tree
                .nodes()
                .len()
        });
    });
}

/// What mqtt-protocol-core parses: shared bytes behind the fixed header.
fn behind_header(packet: &[u8]) -> std::sync::Arc<[u8]> {
    let frame::Header::Complete { header_len, .. } = frame::header(packet) else {
        panic!("a whole packet");
    };
    packet.get(header_len..).unwrap_or_default().into()
}

/// Feeds a decoder that takes its packets out of a buffer; filling the buffer is not timed.
fn from_buffer<T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    packet: &[u8],
    read: impl Fn(&mut BytesMut) -> T,
) {
    group.bench_function(name, |b| {
        b.iter_batched_ref(
            || BytesMut::from(packet),
            |buffer| black_box(read(buffer)),
            BatchSize::SmallInput,
        );
    });
}

fn decoding(c: &mut Criterion) {
    let packet = encoded(
        ControlPacket::Publish(publish_v3()),
        ProtocolVersion::V3_1_1,
    );
    let mut group = c.benchmark_group("decode PUBLISH 3.1.1");
    ours(&mut group, &packet, ProtocolVersion::V3_1_1);
    group.bench_function("mqttrs", |b| {
        b.iter(|| {
            black_box(&mqttrs::decode_slice(black_box(&packet)));
        })
    });
    from_buffer(&mut group, "mqttbytes", &packet, |buffer| {
        mqttbytes::v4::read(buffer, 1 << 20).unwrap()
    });
    from_buffer(&mut group, "rumqttc", &packet, |buffer| {
        rumqttc::mqttbytes::v4::Packet::read(buffer, 1 << 20).unwrap()
    });
    group.bench_function("mqtt-protocol-core", |b| {
        b.iter(|| {
            mqtt_protocol_core::mqtt::packet::v3_1_1::Publish::parse(
                0,
                behind_header(black_box(&packet)),
            )
            .unwrap()
        });
    });
    group.finish();

    let properties = three_properties();
    let packet = encoded(
        ControlPacket::Publish(publish_v5(&properties)),
        ProtocolVersion::V5,
    );
    let mut group = c.benchmark_group("decode PUBLISH 5, QoS 1, three properties");
    ours(&mut group, &packet, ProtocolVersion::V5);
    from_buffer(&mut group, "mqttbytes", &packet, |buffer| {
        mqttbytes::v5::read(buffer, 1 << 20).unwrap()
    });
    from_buffer(&mut group, "rumqttc", &packet, |buffer| {
        rumqttc::v5::mqttbytes::v5::Packet::read(buffer, Some(1 << 20)).unwrap()
    });
    group.bench_function("mqtt-protocol-core", |b| {
        b.iter(|| {
            mqtt_protocol_core::mqtt::packet::v5_0::Publish::parse(
                2,
                behind_header(black_box(&packet)),
            )
            .unwrap()
        });
    });
    group.finish();

    let packets = mixed_v5();
    let mut group = c.benchmark_group("decode 14 mixed packets of version 5");
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            for packet in &packets {
                black_box(&decode(
                    black_box(packet),
                    Context::new(ProtocolVersion::V5),
                ));
            }
        });
    });
    let mut dissector = Dissector::new();
    group.bench_function("mqttscope dissect", |b| {
        b.iter(|| {
            for packet in &packets {
                black_box(
                    dissector
                        .dissect(black_box(packet), Context::new(ProtocolVersion::V5))
                        .len,
                );
            }
        });
    });
    group.bench_function("rumqttc", |b| {
        b.iter_batched_ref(
            || {
                packets
                    .iter()
                    .map(|packet| BytesMut::from(&packet[..]))
                    .collect::<Vec<_>>()
            },
            |buffers| {
                for buffer in buffers {
                    black_box(&rumqttc::v5::mqttbytes::v5::Packet::read(
                        buffer,
                        Some(1 << 20),
                    ));
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// What a segment of TCP over Ethernet carries.
const SEGMENT: usize = 1460;

/// A stream as it comes from a socket: packets are cut anywhere, and found again.
fn streaming(c: &mut Criterion) {
    let packet = encoded(
        ControlPacket::Publish(publish_v3()),
        ProtocolVersion::V3_1_1,
    );
    let stream = packet.repeat(1000);
    let mut group = c.benchmark_group("1,000 PUBLISH 3.1.1 in segments");
    let context = Context::new(ProtocolVersion::V3_1_1);
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            let mut decoder = StreamDecoder::new(context, 1 << 20);
            let mut count = 0;
            for chunk in black_box(&stream).chunks(SEGMENT) {
                decoder.push(chunk);
                while let Some(packet) = decoder.next_packet().unwrap() {
                    black_box(&packet);
                    count += 1;
                }
            }
            assert_eq!(count, 1000);
        });
    });
    group.bench_function("mqttscope frames", |b| {
        b.iter(|| {
            let mut framer = Framer::default();
            let mut count = 0;
            for chunk in black_box(&stream).chunks(SEGMENT) {
                framer.push(chunk);
                while let Some(framed) = framer.next_frame() {
                    let Framed::Packet(bytes) = framed else {
                        panic!("a packet");
                    };
                    black_box(&Frame::read(bytes, context));
                    count += 1;
                }
            }
            assert_eq!(count, 1000);
        });
    });
    group.bench_function("mqttrs", |b| {
        b.iter(|| {
            let mut buffer = BytesMut::new();
            let mut copy = [0; 1 << 10];
            let mut count = 0;
            for chunk in black_box(&stream).chunks(SEGMENT) {
                buffer.extend_from_slice(chunk);
                let mut read = 0;
                loop {
                    // It tells a packet's length only to who takes a copy of it.
                    let len = mqttrs::clone_packet(&buffer[read..], &mut copy).unwrap();
                    if len == 0 {
                        break;
                    }
                    black_box(&mqttrs::decode_slice(&copy[..len]));
                    read += len;
                    count += 1;
                }
                buffer.advance(read);
            }
            assert_eq!(count, 1000);
        });
    });
    group.bench_function("mqttbytes", |b| {
        b.iter(|| {
            let mut buffer = BytesMut::new();
            let mut count = 0;
            for chunk in black_box(&stream).chunks(SEGMENT) {
                buffer.extend_from_slice(chunk);
                while let Ok(packet) = mqttbytes::v4::read(&mut buffer, 1 << 20) {
                    black_box(&packet);
                    count += 1;
                }
            }
            assert_eq!(count, 1000);
        });
    });
    group.finish();
}

fn encoding(c: &mut Criterion) {
    let packet = ControlPacket::Publish(publish_v3());
    let mut group = c.benchmark_group("encode PUBLISH 3.1.1");
    let mut out = Vec::with_capacity(256);
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            out.clear();
            black_box(&packet)
                .encode(ProtocolVersion::V3_1_1, &mut out)
                .unwrap();
        });
    });
    let theirs = mqttbytes::v4::Publish::from_bytes(
        TOPIC,
        mqttbytes::QoS::AtMostOnce,
        Bytes::from_static(&PAYLOAD),
    );
    let mut buffer = BytesMut::with_capacity(256);
    group.bench_function("mqttbytes", |b| {
        b.iter(|| {
            buffer.clear();
            black_box(&theirs).write(&mut buffer).unwrap();
        });
    });
    group.finish();

    let properties = three_properties();
    let packet = ControlPacket::Publish(publish_v5(&properties));
    let mut group = c.benchmark_group("encode PUBLISH 5, QoS 1, three properties");
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            out.clear();
            black_box(&packet)
                .encode(ProtocolVersion::V5, &mut out)
                .unwrap();
        });
    });
    let mut theirs = mqttbytes::v5::Publish::from_bytes(
        TOPIC,
        mqttbytes::QoS::AtLeastOnce,
        Bytes::from_static(&PAYLOAD),
    );
    theirs.pkid = 7;
    theirs.properties = Some(mqttbytes::v5::PublishProperties {
        payload_format_indicator: None,
        message_expiry_interval: Some(60),
        topic_alias: None,
        response_topic: None,
        correlation_data: None,
        user_properties: vec![("unit".to_owned(), "celsius".to_owned())],
        subscription_identifiers: Vec::new(),
        content_type: Some("application/json".to_owned()),
    });
    group.bench_function("mqttbytes", |b| {
        b.iter(|| {
            buffer.clear();
            black_box(&theirs).write(&mut buffer).unwrap();
        });
    });
    group.finish();

    let bytes = mixed_v5();
    let context = Context::new(ProtocolVersion::V5);
    let packets: Vec<_> = bytes
        .iter()
        .map(|bytes| match decode(bytes, context) {
            Ok(Decoded::Packet { packet, .. }) => packet,
            other => panic!("{other:?}"),
        })
        .collect();
    let mut group = c.benchmark_group("encode 14 mixed packets of version 5");
    let mut out = Vec::with_capacity(2048);
    group.bench_function("mqttscope", |b| {
        b.iter(|| {
            out.clear();
            for packet in black_box(&packets) {
                packet.encode(ProtocolVersion::V5, &mut out).unwrap();
            }
        });
    });
    let theirs: Vec<_> = bytes
        .iter()
        .map(|bytes| mqttbytes::v5::read(&mut BytesMut::from(&bytes[..]), 1 << 20).unwrap())
        .collect();
    let mut buffer = BytesMut::with_capacity(2048);
    group.bench_function("mqttbytes", |b| {
        b.iter(|| {
            buffer.clear();
            for packet in black_box(&theirs) {
                write(packet, &mut buffer);
            }
        });
    });
    assert_eq!(&out[..], &buffer[..]);
    group.finish();
}

/// Writes any packet of mqttbytes, which has a function for each type.
fn write(packet: &mqttbytes::v5::Packet, buffer: &mut BytesMut) {
    use mqttbytes::v5::Packet;
    match packet {
        Packet::Connect(packet) => packet.write(buffer),
        Packet::ConnAck(packet) => packet.write(buffer),
        Packet::Publish(packet) => packet.write(buffer),
        Packet::PubAck(packet) => packet.write(buffer),
        Packet::PubRec(packet) => packet.write(buffer),
        Packet::PubRel(packet) => packet.write(buffer),
        Packet::PubComp(packet) => packet.write(buffer),
        Packet::Subscribe(packet) => packet.write(buffer),
        Packet::SubAck(packet) => packet.write(buffer),
        Packet::Unsubscribe(packet) => packet.write(buffer),
        Packet::UnsubAck(packet) => packet.write(buffer),
        Packet::PingReq => mqttbytes::v5::PingReq.write(buffer),
        Packet::PingResp => mqttbytes::v5::PingResp.write(buffer),
        Packet::Disconnect(packet) => packet.write(buffer),
    }
    .unwrap();
}

criterion_group!(benches, decoding, streaming, encoding);
criterion_main!(benches);
