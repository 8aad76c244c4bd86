//! A server that sends what is allowed and made to hurt: the heap and every report stay small.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use core::time::Duration;

use mqttscope_engine::SocketId;
use mqttscope_protocol::{Command, Looking, RecordId, Report, Tree, Window};

use crate::world::World;

/// Bytes of a report, at most. There is one at a time, some ten times a second.
const REPORT: usize = 1 << 20;

/// A connection whose server is the test; it has not answered the CONNECT.
fn attacked() -> (World, SocketId) {
    let mut world = World::new();
    let socket = world.connect_to_the_test();
    let window = Window {
        count: 60,
        tail: true,
        ..Window::default()
    };
    world.command(Command::Look(Box::new(Looking {
        wire: Some(window),
        topics: Some(Window {
            tail: false,
            ..window
        }),
        tree: Tree {
            unfolded: true,
            ..Tree::default()
        },
        ..Looking::default()
    })));
    (world, socket)
}

/// The same, connected.
fn connected() -> (World, SocketId) {
    let (mut world, socket) = attacked();
    world
        .engine
        .handle_bytes(world.now, socket, &[0x20, 3, 0, 0, 0]);
    (world, socket)
}

/// A packet with its length in front.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut left = body.len();
    loop {
        let byte = (left % 128) as u8;
        left /= 128;
        packet.push(if left > 0 { byte | 128 } else { byte });
        if left == 0 {
            break;
        }
    }
    packet.extend_from_slice(body);
    packet
}

fn publish(topic: &str) -> Vec<u8> {
    let mut body = (topic.len() as u16).to_be_bytes().to_vec();
    body.extend_from_slice(topic.as_bytes());
    body.push(0);
    packet(0x30, &body)
}

/// The largest report, and topics that the tree leaves out.
fn reports(world: &mut World) -> (usize, u64) {
    world.now += Duration::from_millis(1_001);
    let reports = world.engine.reports(world.now);
    world.engine.handle_command(world.now, Command::Drawn);
    let mut left_out = 0;
    let sizes = reports.iter().map(|report| {
        if let Report::Topics { left_out: out, .. } = report {
            left_out = *out;
        }
        serde_json::to_vec(report).unwrap().len()
    });
    (sizes.max().unwrap_or(0), left_out)
}

#[test]
fn topics_of_very_many_levels_take_little_memory() {
    for (levels, count) in [(65_534, 1), (199, 200)] {
        let (mut world, socket) = connected();
        let name = "x".repeat(65_000 / levels);
        let info = allocation_counter::measure(|| {
            for number in 0..count {
                let topic: Vec<_> = (0..levels - 1).map(|_| name.as_str()).collect();
                let topic = format!("{number}/{}", topic.join("/"));
                let topic = topic.get(..topic.len().min(65_535)).unwrap();
                world
                    .engine
                    .handle_bytes(world.now, socket, &publish(topic));
            }
        });
        // The log keeps the packets, 13 MB of them, and the monitor some.
        assert!(info.bytes_max < 150 << 20, "{levels} levels: {info:?}");
        let (largest, left_out) = reports(&mut world);
        assert!(largest < REPORT, "{largest}");
        assert_eq!(left_out, u64::from(levels > 200));
    }
}

#[test]
fn a_connack_of_two_million_properties_is_told_in_short() {
    let (mut world, socket) = attacked();
    let count = 2_000_000_usize;
    let mut body = vec![0, 0];
    let length = count * 7;
    for shift in [0, 7, 14, 21] {
        let last = length >> (shift + 7) == 0;
        body.push((length >> shift) as u8 & 127 | if last { 0 } else { 128 });
        if last {
            break;
        }
    }
    for _ in 0..count {
        body.extend_from_slice(&[0x26, 0, 1, b'a', 0, 1, b'b']);
    }
    let connack = packet(0x20, &body);
    let info = allocation_counter::measure(|| {
        world.engine.handle_bytes(world.now, socket, &connack);
        assert!(reports(&mut world).0 < REPORT);
    });
    assert!(info.bytes_max < 200 << 20, "{info:?}");
}

#[test]
fn a_handshake_of_large_packets_is_not_sent_whole() {
    let (mut world, socket) = connected();
    let mut body = vec![0, 1, b'a', 0];
    body.resize(3 << 20, b'x');
    let large = packet(0x30, &body);
    for _ in 0..4 {
        world.engine.handle_bytes(world.now, socket, &large);
    }
    let asked = (0..20).map(RecordId).collect();
    world.command(Command::Handshake(asked));
    let seen = world.look();
    let bytes = seen.handshake.iter().map(|timed| timed.packet.bytes.len());
    assert!(bytes.sum::<usize>() <= 4 << 20);
    assert!(seen.handshake.len() > 1);
}
