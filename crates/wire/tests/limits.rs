//! Packets with very many fields: read to their end, written down as far as the limits go.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;
#[path = "common/generate.rs"]
mod generate;

use generate::parts;
use mqttscope_wire::{
    Context, Dissection, Field, Limits, Node, ProtocolVersion, Section, Span, Value, dissect,
    dissect_within, explain, summary, varint,
};
use proptest::collection::vec;
use proptest::prelude::*;

const V5: Context = Context::new(ProtocolVersion::V5);

/// A packet of this first byte with all of `body` behind it.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    varint::write(u32::try_from(body.len()).unwrap(), &mut out);
    out.extend_from_slice(body);
    out
}

fn publish_with(properties: usize) -> Vec<u8> {
    let block: Vec<u8> = [0x26, 0, 0, 0, 0].repeat(properties);
    let mut body = vec![0, 1, b'a'];
    varint::write(u32::try_from(block.len()).unwrap(), &mut body);
    body.extend(block);
    body.extend(b"payload");
    packet(0x30, &body)
}

fn small(nodes: usize) -> Limits {
    Limits {
        nodes,
        diagnostics: 5,
    }
}

fn omitted(d: &Dissection) -> Vec<u32> {
    let of = |node: &Node| match node.value {
        Value::Number(number) if node.field == Field::Omitted => Some(number),
        _ => None,
    };
    d.tree.nodes().iter().filter_map(of).collect()
}

fn check_tiles(d: &Dissection) {
    let mut bit = 0;
    for (_, leaf) in d.tree.leaves() {
        assert_eq!(leaf.span.start, bit, "{leaf:?}");
        bit = leaf.span.end();
    }
    assert_eq!(bit as usize, d.len * 8);
}

#[test]
fn what_stands_behind_a_long_list_is_still_there() {
    let bytes = publish_with(1000);
    let d = dissect_within(&bytes, V5, small(100));
    check_tiles(&d);
    assert!(d.tree.nodes().len() < 120);
    let shown = d
        .tree
        .nodes()
        .iter()
        .filter(|node| node.field == Field::UserProperty)
        .count();
    assert_eq!(omitted(&d), [1000 - u32::try_from(shown).unwrap()]);
    let payload = d.tree.find(Field::ApplicationMessage).unwrap();
    assert_eq!(d.tree.content(payload, &bytes), b"payload");
    assert_eq!(summary(&d, &bytes), "QoS 0 · a · 7 B");
    let at = d.tree.find(Field::Omitted).unwrap();
    assert_eq!(d.tree.section(at), Section::Properties);
    let says = explain::brief(&d.tree, at, &bytes, d.context()).unwrap();
    assert!(says.contains("more properties"), "{says}");
}

#[test]
fn every_list_is_counted() {
    let codes = packet(0xb0, &[&[0, 1, 0][..], &[0x11; 500]].concat());
    let d = dissect_within(&codes, V5, small(50));
    check_tiles(&d);
    let shown = d
        .tree
        .children(d.tree.find(Field::Payload).unwrap())
        .count()
        - 1;
    assert_eq!(omitted(&d), [500 - u32::try_from(shown).unwrap()]);
    assert!(
        summary(&d, &codes).ends_with("more"),
        "{}",
        summary(&d, &codes)
    );

    let filters = packet(
        0x82,
        &[&[0, 1, 0][..], &[0, 1, b'a', 0].repeat(500)].concat(),
    );
    let d = dissect_within(&filters, V5, small(0));
    check_tiles(&d);
    assert_eq!(omitted(&d), [500]);
    assert_eq!(summary(&d, &filters), "id 1 · 500 not shown");

    let filters = packet(0xa2, &[&[0, 1, 0][..], &[0, 1, b'a'].repeat(500)].concat());
    assert_eq!(omitted(&dissect_within(&filters, V5, small(0))), [500]);
}

#[test]
fn faults_that_are_not_kept_are_counted() {
    let codes = packet(0xb0, &[&[0, 1, 0][..], &[0x77; 500]].concat());
    let d = dissect_within(&codes, V5, small(10));
    assert_eq!((d.diagnostics.len(), d.counts.errors), (5, 500));
    assert!(d.has_errors());
    let d = dissect_within(&codes, V5, Limits::COUNTS);
    assert_eq!((d.diagnostics.len(), d.counts.errors), (0, 500));
}

/// The tree answers from what each node knows, so that no question takes longer in a long list.
#[test]
fn a_long_list_is_walked_entry_by_entry() {
    let bytes = publish_with(50_000);
    let d = dissect(&bytes, V5);
    let properties = d.tree.find(Field::Properties).unwrap();
    let entries: Vec<usize> = d
        .tree
        .children(properties)
        .map(|(index, _)| index)
        .collect();
    assert_eq!(entries.len(), 50_001);
    for &entry in &entries {
        assert_eq!(d.tree.parent(entry), Some(properties));
        let span = d.tree.get(entry).unwrap().span;
        let leaf = d.tree.leaf_at(span.start).unwrap();
        assert!(entry == leaf || d.tree.parent(leaf) == Some(entry));
        assert!(d.tree.end_of(entry) > entry);
        assert_eq!(d.tree.section(leaf), Section::Properties);
    }
    // A million rows, each explained: it takes seconds where any of it searches siblings.
    for index in 0..d.tree.nodes().len() {
        let _ = explain::brief(&d.tree, index, &bytes, d.context());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn limits_leave_out_nodes_and_nothing_else(
        all in vec(parts(), 1..3),
        broken in vec((0..200_usize, any::<u8>()), 0..4),
        nodes in 0..60_usize,
    ) {
        for parts in all {
            let mut bytes = parts.encoded();
            for &(at, byte) in &broken {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            let context = Context::new(parts.version);
            let whole = dissect(&bytes, context);
            let part = dissect_within(&bytes, context, small(nodes));
            check_tiles(&part);
            prop_assert_eq!(part.counts, whole.counts);
            prop_assert_eq!((part.len, part.missing), (whole.len, whole.missing));
            prop_assert_eq!(&part.diagnostics[..], &whole.diagnostics[..whole.diagnostics.len().min(5)]);
            let kept: Vec<Span> = part.tree.nodes().iter().filter(|node| node.field != Field::Omitted).map(|node| node.span).collect();
            let all: Vec<Span> = whole.tree.nodes().iter().map(|node| node.span).collect();
            prop_assert!(kept.iter().all(|span| all.contains(span)));
        }
    }
}
