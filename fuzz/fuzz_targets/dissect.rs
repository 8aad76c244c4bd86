//! Any bytes are taken apart without a gap and in bounded memory, and strict and lenient reading agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_wire::{Context, Decoded, ProtocolVersion, Sender, decode, detect, dissect, explain, packets, summary};

fuzz_target!(|bytes: &[u8]| {
    for version in ProtocolVersion::ALL {
        for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
            let context = Context { version, sender };
            let mut dissection = None;
            let used = allocation_counter::measure(|| dissection = Some(dissect(bytes, context)));
            // A node for each byte at most, in a list that doubles as it grows, and a thousand diagnostics.
            assert!(used.bytes_max <= 128 * 1024 + 400 * bytes.len() as u64, "{used:?}");
            let dissection = dissection.expect("it was dissected");
            let mut bit = 0;
            for (_, leaf) in dissection.tree.leaves() {
                assert_eq!(leaf.span.start, bit);
                bit = leaf.span.end();
            }
            assert_eq!(bit as usize, dissection.len * 8);
            let strict = decode(bytes, context);
            // The beginning of a packet may show already that it breaks a rule.
            match strict {
                Ok(Decoded::Packet { .. }) => assert!(dissection.missing == 0 && !dissection.has_errors()),
                Ok(Decoded::Incomplete { .. }) => assert!(dissection.missing > 0),
                Err(_) => assert!(dissection.has_errors()),
            }
            for index in 0..dissection.tree.nodes().len() {
                let _ = explain::value(&dissection.tree, index, bytes, dissection.context());
            }
            for diagnostic in &dissection.diagnostics {
                assert!(!diagnostic.message(bytes).is_empty());
            }
            assert!(summary(&dissection, bytes).chars().count() <= 100);
        }
        assert_eq!(packets(bytes, Context::new(version)).map(|at| at.len).sum::<usize>(), bytes.len());
    }
    let _ = detect(bytes, None);
});
