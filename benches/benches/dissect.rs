//! The dissector and the rows of the page on the packets with the most fields: time grows with the bytes.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a bench fails by panicking"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mqttscope_view::fields::{FieldList, Toggled};
use mqttscope_view::recording::Recording;
use mqttscope_wire::{Context, Dissector, Field, Limits, ProtocolVersion, summary, varint};

/// Sizes in KiB, each four times the one before.
const SIZES: [usize; 4] = [256, 1024, 4096, 16384];

fn packet(first: u8, head: &[u8], entry: &[u8], len: usize, is_block: bool) -> Vec<u8> {
    let entries = entry.repeat(len / entry.len());
    let mut body = head.to_vec();
    if is_block {
        varint::write(entries.len() as u32, &mut body);
    }
    body.extend(entries);
    let mut out = vec![first];
    varint::write(body.len() as u32, &mut out);
    out.extend(body);
    out
}

/// A packet of about `len` bytes, of nothing but the smallest entries of a list.
fn worst(kind: &str, len: usize) -> Vec<u8> {
    match kind {
        "user properties" => packet(0x30, &[0, 1, b'a'], &[0x26, 0, 0, 0, 0], len, true),
        "reason codes" => packet(0xb0, &[0, 1, 0], &[0x11], len, false),
        "undefined codes" => packet(0xb0, &[0, 1, 0], &[0x77], len, false),
        "filters" => packet(0x82, &[0, 1, 0], &[0, 1, b'a', 0], len, false),
        _ => packet(0x30, &[0, 1, b'a', 0], b"x", len, false),
    }
}

const KINDS: [&str; 5] = [
    "user properties",
    "reason codes",
    "undefined codes",
    "filters",
    "payload",
];

fn packets(c: &mut Criterion) {
    let context = Context::new(ProtocolVersion::V5);
    for kind in KINDS {
        let mut group = c.benchmark_group(format!("dissect {kind}"));
        group.sample_size(10);
        for size in SIZES {
            let bytes = worst(kind, size << 10);
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            let unbounded = Limits {
                nodes: usize::MAX,
                diagnostics: usize::MAX,
            };
            for (name, limits) in [
                ("counts", Limits::COUNTS),
                ("default limits", Limits::default()),
                ("everything", unbounded),
            ] {
                let mut dissector = Dissector::within(limits);
                group.bench_function(BenchmarkId::new(name, size), |b| {
                    b.iter(|| dissector.dissect(black_box(&bytes), context).len);
                });
            }
            let mut dissector = Dissector::new();
            dissector.dissect(&bytes, context);
            let dissection = dissector.into_dissection();
            let mut toggled = Toggled::default();
            toggled.toggle(dissection.tree.find(Field::Payload).unwrap_or_default());
            group.bench_function(BenchmarkId::new("list and 60 rows", size), |b| {
                b.iter(|| {
                    let list = FieldList::new(&dissection, &Toggled::default());
                    let middle = list.len() / 2;
                    let rows = (middle..list.len().min(middle + 60))
                        .filter_map(|row| list.row(&dissection, &bytes, &toggled, row));
                    rows.count()
                });
            });
            group.bench_function(BenchmarkId::new("summary", size), |b| {
                b.iter(|| summary(&dissection, &bytes));
            });
        }
        group.finish();
    }
}

/// A recording of nothing but the smallest packets, from the bytes to the list.
fn recordings(c: &mut Criterion) {
    let mut group = c.benchmark_group("recording of PINGREQs");
    group.sample_size(10);
    for size in SIZES {
        let bytes = [0xc0, 0].repeat(size << 9);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let recording = Recording::read(bytes.clone(), None, None);
                recording.row(recording.packets().len() / 2)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, packets, recordings);
criterion_main!(benches);
