//! What a capture of many connections costs: read alone, and through the engine that the Captures page has.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops when its data is wrong"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqttscope_capture::recording::{CaptureReader, Event, Limits};
use mqttscope_engine::Engine;
use mqttscope_protocol::{CapturedOrder, Command, Looking, Report, Window};
use mqttscope_shared::Instant;

#[path = "../../crates/capture/examples/generate_capture.rs"]
#[allow(dead_code, reason = "the example's own `main`")]
mod generate_capture;

const FRAMES: u64 = 100_000;
const CONNECTIONS: u16 = 50;
/// Bytes that are given in at once, as the worker reads them.
const PIECE: usize = 1 << 20;

/// Reads it without an engine: bytes of MQTT in it.
fn read(file: &[u8]) -> u64 {
    let mut reader = CaptureReader::new(Limits::default());
    let mut total = 0_u64;
    let mut drain = |reader: &mut CaptureReader| {
        while let Some(event) = reader.poll_event() {
            if let Event::Bytes { bytes, .. } = event {
                total += black_box(bytes).len() as u64;
            }
        }
    };
    for piece in file.chunks(PIECE) {
        reader.handle_bytes(piece);
        drain(&mut reader);
    }
    reader.handle_end();
    drain(&mut reader);
    total
}

/// Reads it to its end: reassembled, framed, judged, indexed.
fn engine(file: &[u8]) -> Engine {
    let mut engine = Engine::new(1);
    engine.handle_command(Instant::ZERO, Command::Budget(1 << 30));
    engine.handle_files([("bench.pcap".to_owned(), file.len() as u64)]);
    while let Some(wanted) = engine.poll_read() {
        let start = usize::try_from(wanted.offset).unwrap();
        let end = start + usize::try_from(wanted.len).unwrap();
        engine.handle_read(Instant::ZERO, Ok(&file[start..end]));
    }
    engine
}

/// Packets in it.
fn packets(file: &[u8]) -> u64 {
    let mut engine = engine(file);
    search(&mut engine, "mqtt", &mut 0)
}

/// Packets that a search leaves, in all lists of the page.
fn search(engine: &mut Engine, search: &str, second: &mut u64) -> u64 {
    let window = Window {
        count: 50,
        ..Window::default()
    };
    let looking = Looking {
        captured: Some((window, CapturedOrder::Begin)),
        topics: Some(window),
        wire: Some(window),
        search: search.to_owned(),
        ..Looking::default()
    };
    let mut total = 0;
    *second += 1;
    let mut now = Instant::from_millis(*second * 1_000);
    engine.handle_command(now, Command::Look(Box::new(looking)));
    loop {
        for report in engine.reports(now) {
            if let Report::Wire { total: found, .. } = report {
                total = found;
            }
        }
        engine.handle_command(now, Command::Drawn);
        if engine.poll_timeout().is_none() {
            return total;
        }
        *second += 1;
        now = Instant::from_millis(*second * 1_000);
        engine.handle_timeout(now);
    }
}

fn captures(c: &mut Criterion) {
    let mut file = Vec::new();
    generate_capture::generate(&mut file, FRAMES, CONNECTIONS).unwrap();
    let packets = packets(&file);
    let mut group = c.benchmark_group("captures");
    group.sample_size(20);
    group.throughput(Throughput::ElementsAndBytes {
        elements: packets,
        bytes: file.len() as u64,
    });
    group.bench_function("reader", |b| b.iter(|| read(&file)));
    group.bench_function("engine", |b| b.iter(|| engine(&file)));
    let mut whole = engine(&file);
    let (mut second, mut turn) = (0, 0_u32);
    group.bench_function("filter", |b| {
        b.iter(|| {
            // Each time another one: what is found already is not searched again.
            turn += 1;
            let text = format!("mqtt.msgtype == PUBLISH && frame.len != {turn}");
            assert!(search(&mut whole, &text, &mut second) > 1_000);
        });
    });
    group.finish();
}

criterion_group!(benches, captures);
criterion_main!(benches);
