//! What holds for every packet and for all bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;
#[path = "common/generate.rs"]
mod generate;

use generate::parts;
use mqttscope_wire::{
    Citation, Context, Decoded, Dissection, ProtocolVersion, Sender, Severity, StreamDecoder,
    decode, detect, dissect, packets,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn contexts() -> impl Iterator<Item = Context> {
    ProtocolVersion::ALL.into_iter().flat_map(|version| {
        [None, Some(Sender::Client), Some(Sender::Server)].map(|sender| Context { version, sender })
    })
}

/// What must be true of any dissection of any bytes.
fn check(packet: &[u8], context: Context, dissection: &Dissection) {
    let mut bit = 0;
    for (_, leaf) in dissection.tree.leaves() {
        assert_eq!(leaf.span.start, bit, "a gap or an overlap before {leaf:?}");
        bit = leaf.span.end();
    }
    assert_eq!(
        bit as usize,
        dissection.len * 8,
        "the leaves end before the packet"
    );
    for (index, node) in dissection.tree.nodes().iter().enumerate() {
        if let Some(parent) = dissection.tree.parent(index) {
            assert!(
                dissection
                    .tree
                    .get(parent)
                    .unwrap()
                    .span
                    .contains(node.span)
            );
        }
    }
    for diagnostic in &dissection.diagnostics {
        assert_ne!(
            diagnostic.citation(),
            Citation::None,
            "{:?} is no rule of its version",
            diagnostic.rule
        );
        assert!(
            diagnostic.span.end() as usize <= dissection.len * 8,
            "{diagnostic:?}"
        );
        assert!(!diagnostic.message(packet).contains("{value}"));
    }
    match decode(packet, context) {
        Ok(Decoded::Packet { len, .. }) => {
            assert!(
                !dissection.has_errors() && dissection.missing == 0 && len == dissection.len,
                "{dissection:?}"
            );
        }
        // Of a packet that is not all there the decoder looks at the first bytes only.
        Ok(Decoded::Incomplete { missing }) => assert_eq!(missing, dissection.missing),
        Err(error) => {
            assert!(
                dissection
                    .diagnostics
                    .iter()
                    .any(|d| d.severity() == Severity::Error),
                "{error:?} is not in {dissection:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(parts in parts()) {
        parts.with(|packet| {
            let bytes = parts.encoded();
            assert_eq!(packet.encoded_len(parts.version), Ok(bytes.len()));
            let context = Context::new(parts.version);
            assert_eq!(decode(&bytes, context), Ok(Decoded::Packet { packet, len: bytes.len() }));
            let dissection = dissect(&bytes, context);
            check(&bytes, context, &dissection);
            assert!(dissection.diagnostics.iter().all(|d| d.severity() < Severity::Error));
        });
    }

    #[test]
    fn every_prefix_is_incomplete_and_not_blamed(parts in parts()) {
        let bytes = parts.encoded();
        for end in 0..bytes.len() {
            let context = Context::new(parts.version);
            let prefix = &bytes[..end];
            assert!(matches!(decode(prefix, context), Ok(Decoded::Incomplete { missing }) if missing > 0));
            let dissection = dissect(prefix, context);
            check(prefix, context, &dissection);
            prop_assert!(!dissection.has_errors(), "{:?}", dissection);
        }
    }

    #[test]
    fn chunks_do_not_matter(all in vec(parts(), 1..6), cuts in vec(1..40_usize, 1..30)) {
        let version = all[0].version;
        let all: Vec<_> = all.into_iter().filter(|parts| parts.version == version).collect();
        let stream: Vec<u8> = all.iter().flat_map(|parts| parts.encoded()).collect();
        let mut decoder = StreamDecoder::new(Context::new(version), usize::MAX);
        let (mut at, mut found, mut step) = (0, 0, 0);
        while at < stream.len() {
            let end = (at + cuts[step % cuts.len()]).min(stream.len());
            decoder.push(&stream[at..end]);
            (at, step) = (end, step + 1);
            while let Some(packet) = decoder.next_packet().unwrap() {
                all[found].with(|expected| assert_eq!(packet, expected));
                found += 1;
            }
        }
        prop_assert_eq!((found, decoder.pending()), (all.len(), 0));
    }

    #[test]
    fn flipped_bytes_are_taken_apart(parts in parts(), flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = parts.encoded();
        for (index, value) in flips {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        for context in contexts() {
            check(&bytes, context, &dissect(&bytes, context));
        }
    }

    #[test]
    fn a_connect_is_read_by_its_own_version(all in vec(parts(), 1..30), index: prop::sample::Index, value: u8) {
        let connects = all.iter().map(|parts| (parts.version, parts.encoded()));
        for (version, mut bytes) in connects.filter(|(_, bytes)| bytes[0] == 0x10) {
            // The flags, or what stands behind the version.
            let behind = 12;
            match index.index(bytes.len()) {
                at if at > behind => bytes[at] = value,
                _ => bytes[0] = 0x10 | (value & 15),
            }
            for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
                let [first, second, third] =
                    ProtocolVersion::ALL.map(|version| dissect(&bytes, Context { version, sender }));
                prop_assert_eq!(&first, &second);
                prop_assert_eq!(&second, &third);
                prop_assert_eq!(first.version, version);
            }
        }
    }

    #[test]
    fn any_bytes_are_taken_apart(bytes in vec(any::<u8>(), 0..64)) {
        for context in contexts() {
            check(&bytes, context, &dissect(&bytes, context));
            let mut end = 0;
            for at in packets(&bytes, context) {
                prop_assert_eq!(at.offset, end);
                prop_assert!(at.len > 0);
                end += at.len;
            }
            prop_assert_eq!(end, bytes.len());
        }
        let _ = detect(&bytes, None);
    }

    #[test]
    fn the_version_is_found(all in vec(parts(), 1..8)) {
        let version = all[0].version;
        let stream: Vec<u8> = all.iter().filter(|p| p.version == version).flat_map(|p| p.encoded()).collect();
        let detection = detect(&stream, None);
        prop_assert!(!detection.reasons.is_empty());
        // Another version may read the same bytes just as well, never better.
        let broken = |version| packets(&stream, Context::new(version))
            .filter(|at| dissect(&stream[at.offset..], Context::new(at.version)).has_errors()).count();
        prop_assert_eq!(broken(detection.version), 0);
        prop_assert_eq!(broken(version), 0);
    }
}
