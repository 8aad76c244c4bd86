//! The framer gives the same frames however the bytes are cut, and keeps no more than it may.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

use mqttscope_wire::{Context, Frame, Framed, Framer, ProtocolVersion, Rule, varint};
use proptest::prelude::*;

/// A frame without its borrow: kind, bytes, whole length, and where it begins in the stream.
type Found = (&'static str, Vec<u8>, usize, u64);

fn frames(framer: &mut Framer, chunks: &[&[u8]]) -> Vec<Found> {
    let mut found = Vec::new();
    for chunk in chunks {
        framer.push(chunk);
        loop {
            let (offset, more) = (framer.offset(), framer.has_frame());
            let frame = match framer.next_frame() {
                Some(Framed::Packet(bytes)) => ("packet", bytes.to_vec(), bytes.len(), offset),
                Some(Framed::TooLarge { start, len }) => ("large", start.to_vec(), len, offset),
                Some(Framed::Unframed(bytes)) => ("unframed", bytes.to_vec(), bytes.len(), offset),
                None => {
                    assert!(!more);
                    break;
                }
            };
            assert!(more);
            found.push(frame);
        }
    }
    found
}

fn packet(body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x30];
    varint::write(u32::try_from(body.len()).unwrap(), &mut packet);
    packet.extend_from_slice(body);
    packet
}

/// The stream, cut at these places.
fn cut<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|&cut| cut.min(stream.len())).collect();
    ends.push(stream.len());
    ends.sort_unstable();
    let mut start = 0;
    (ends.into_iter())
        .map(|end| &stream[std::mem::replace(&mut start, end)..end])
        .collect()
}

#[test]
fn behind_a_length_without_end_all_is_given_as_it_comes() {
    let bytes = [0xc0, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 1, 9];
    let mut framer = Framer::default();
    let found = frames(&mut framer, &[&bytes, &[0xc0, 0]]);
    let expected = [
        ("packet", bytes[..2].to_vec(), 2, 0),
        ("unframed", bytes[2..].to_vec(), 7, 2),
        ("unframed", vec![0xc0, 0], 2, 9),
    ];
    assert_eq!(found, expected);
    let frame = Frame::read(&bytes[2..], Context::new(ProtocolVersion::V5)).unwrap();
    assert_eq!(frame.packet.unwrap_err().rule, Rule::VbiTooLong);
}

#[test]
fn a_frame_that_breaks_a_rule_has_its_own_bytes_only() {
    let bytes = [0xc1, 0, 0xc0, 0];
    let frame = Frame::read(&bytes, Context::new(ProtocolVersion::V5)).unwrap();
    assert_eq!(frame.bytes, &bytes[..2]);
    assert!(frame.packet.is_err());
    assert_eq!(Frame::read(&bytes[..1], frame.context), None);
}

#[test]
fn what_a_large_chunk_took_is_given_back() {
    let mut framer = Framer::new(100);
    let large = packet(&vec![0; 1 << 20]);
    let used = allocation_counter::measure(|| {
        for chunk in large.chunks(1 << 10) {
            framer.push(chunk);
            while framer.next_frame().is_some() {}
        }
    });
    assert!(used.bytes_max < 10 << 10, "{used:?}");
    let whole = packet(&[7; 100 - 2]);
    let many: Vec<u8> = whole.repeat(1000);
    let used = allocation_counter::measure(|| {
        framer.push(&many);
        while framer.next_frame().is_some() {}
    });
    assert!(used.bytes_current <= 0, "{used:?}");
}

proptest! {
    #[test]
    fn any_chunks_give_the_same_frames(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 1..8),
        cuts in prop::collection::vec(0_usize..2000, 0..10),
        maximum in 2_usize..500,
    ) {
        let packets: Vec<Vec<u8>> = bodies.iter().map(|body| packet(body)).collect();
        let stream = packets.concat();
        let found = frames(&mut Framer::new(maximum), &cut(&stream, &cuts));
        prop_assert_eq!(found.len(), packets.len());
        let mut offset = 0;
        for ((kind, bytes, len, at), packet) in found.iter().zip(&packets) {
            prop_assert_eq!((*len, *at), (packet.len(), offset));
            if packet.len() > maximum {
                prop_assert_eq!(*kind, "large");
                prop_assert!(packet.starts_with(bytes));
            } else {
                prop_assert_eq!((*kind, bytes), ("packet", packet));
            }
            offset += packet.len() as u64;
        }
    }

    #[test]
    fn any_bytes_are_given_once(bytes: Vec<u8>, cuts in prop::collection::vec(0_usize..200, 0..6)) {
        let mut framer = Framer::default();
        let found = frames(&mut framer, &cut(&bytes, &cuts));
        let mut all: Vec<u8> = found.iter().flat_map(|frame| frame.1.clone()).collect();
        all.extend_from_slice(framer.rest());
        prop_assert!(bytes.starts_with(&all) && all.len() as u64 <= framer.offset() + framer.rest().len() as u64);
        if found.iter().all(|frame| frame.0 != "large") {
            prop_assert_eq!(all, bytes);
        }
    }
}
