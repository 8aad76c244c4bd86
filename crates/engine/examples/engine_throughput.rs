//! How many packets a second the engine records and lists on this machine:
//! `cargo run --release -p mqttscope-engine --example engine_throughput`.

use std::time::Instant as Clock;

use mqttscope_engine::{Engine, Transport};
use mqttscope_protocol::{Command, ConnectionId, Instant, Looking, Profile, Target, Window};
use mqttscope_wire::ProtocolVersion;

const PACKETS: usize = 2_000_000;

fn publish(number: usize) -> Vec<u8> {
    let topic = format!("load/{:05}", number % 100);
    let mut packet = vec![0x30, 76, 0, 10];
    packet.extend(topic.bytes());
    packet.resize(78, b'x');
    packet
}

fn main() {
    let mut engine = Engine::new(1);
    engine.handle_command(
        Instant::ZERO,
        Command::Look(Box::new(Looking {
            connection: Some(ConnectionId(1)),
            wire: Some(Window {
                first: 0,
                count: 40,
                tail: true,
                dropped: 0,
            }),
            ..Looking::default()
        })),
    );
    let profile = Profile {
        target: Target::WebSocket("ws://127.0.0.1/".into()),
        version: ProtocolVersion::V3_1_1,
        keep_alive: 0,
        ..Profile::default()
    };
    engine.handle_command(
        Instant::ZERO,
        Command::Connect(ConnectionId(1), Box::new(profile)),
    );
    let Some(Transport::Open { socket, .. }) = engine.poll_transport() else {
        return;
    };
    engine.handle_open(Instant::ZERO, socket);
    engine.handle_bytes(Instant::ZERO, socket, &[0x20, 2, 0, 0]);
    let chunk: Vec<u8> = (0..200).flat_map(publish).collect();

    let began = Clock::now();
    let clock = || Instant::ZERO + began.elapsed();
    let mut reported = 0_usize;
    for _ in 0..PACKETS / 200 {
        let now = clock();
        engine.handle_bytes(now, socket, &chunk);
        while engine.poll_transport().is_some() {}
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            engine.handle_timeout(now);
        }
        if !engine.reports(now).is_empty() {
            reported += 1;
            engine.handle_command(now, Command::Drawn);
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{:.0} packets a second, {reported} reports",
        PACKETS as f64 / took
    );
}
