//! What the monitor costs: nanoseconds a packet, beside strict decoding of the same packets.
//!
//! `cargo run --release -p mqttscope-monitor --example monitor_cost`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement fails by panicking"
)]

use std::hint::black_box;
use std::time::Instant as Clock;

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{Context, ProtocolVersion, Sender, decode};

/// A direction and a packet.
type Packet = (Sender, Vec<u8>);

const ROUNDS: u64 = 200_000;
const REPEATS: usize = 7;

/// PUBLISH with a topic of 20 bytes and a payload of 64.
fn publish(qos: u8, identifier: u8) -> Vec<u8> {
    let mut bytes = vec![0x30 | qos << 1, 0, 0, 20];
    bytes.extend(b"sensors/kitchen/temp");
    if qos > 0 {
        bytes.extend([0, identifier]);
    }
    bytes.push(0);
    bytes.extend([b'x'; 64]);
    let len = bytes.len() - 2;
    if let (Some(slot), Ok(len)) = (bytes.get_mut(1), u8::try_from(len)) {
        *slot = len;
    }
    bytes
}

/// Each QoS to the server, or from it to a subscriber.
fn rounds() -> Vec<(&'static str, Vec<Packet>)> {
    use Sender::{Client, Server};
    let answer = |kind: u8| vec![kind, 2, 0, 9];
    let handshake = |qos, from, back| -> Vec<Packet> {
        let first = (from, publish(qos, 9));
        match qos {
            0 => vec![first],
            1 => vec![first, (back, answer(0x40))],
            _ => vec![
                first,
                (back, answer(0x50)),
                (from, answer(0x62)),
                (back, answer(0x70)),
            ],
        }
    };
    vec![
        ("QoS 0 to the server", handshake(0, Client, Server)),
        ("QoS 1 to the server", handshake(1, Client, Server)),
        ("QoS 2 to the server", handshake(2, Client, Server)),
        ("QoS 0 to a subscriber", handshake(0, Server, Client)),
        ("QoS 1 to a subscriber", handshake(1, Server, Client)),
        ("QoS 2 to a subscriber", handshake(2, Server, Client)),
        (
            "QoS 1, there and back",
            [handshake(1, Client, Server), handshake(1, Server, Client)].concat(),
        ),
    ]
}

fn begun() -> Monitor {
    let mut monitor = Monitor::new();
    let begin: [(Sender, &[u8]); 4] = [
        (Sender::Client, b"\x10\x0e\0\x04MQTT\x05\x02\0\0\0\0\x01a"),
        (Sender::Server, b"\x20\x03\0\0\0"),
        (Sender::Client, b"\x82\x0f\0\x01\0\0\x09sensors/#\x02"),
        (Sender::Server, b"\x90\x04\0\x01\0\x02"),
    ];
    for (from, bytes) in begin {
        monitor.push(ConnectionId(0), from, bytes, Instant::ZERO);
    }
    monitor
}

/// The least nanoseconds a packet of several runs.
fn measured(packets: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..REPEATS {
        let began = Clock::now();
        run();
        best = best.min(began.elapsed().as_secs_f64());
    }
    best * 1e9 / (packets as f64 * ROUNDS as f64)
}

fn main() {
    println!("{:24} {:>8} {:>8}   ns a packet", "", "decode", "monitor");
    for (name, round) in rounds() {
        let context = Context::new(ProtocolVersion::V5);
        let decoding = measured(round.len(), || {
            for _ in 0..ROUNDS {
                for (_, bytes) in &round {
                    let _ = black_box(decode(black_box(bytes), context));
                }
            }
        });
        let mut monitor = begun();
        let mut now = 0;
        let watching = measured(round.len(), || {
            for _ in 0..ROUNDS {
                now += 1;
                for (from, bytes) in &round {
                    let at = Instant::from_millis(now / 50);
                    black_box(monitor.push(ConnectionId(0), *from, black_box(bytes), at));
                }
            }
        });
        assert!(
            monitor
                .findings()
                .iter()
                .all(|finding| finding.span.is_none())
        );
        println!(
            "{name:24} {decoding:8.1} {watching:8.1}   {:?}",
            monitor.findings().first()
        );
    }
}
