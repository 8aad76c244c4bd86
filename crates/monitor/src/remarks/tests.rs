//! A sound packet that is not taken apart has no warning, whatever stands in it: over the generator of
//! packets, with bytes changed.

use mqttscope_wire::{Context, Decoded, ProtocolVersion, Severity, decode, dissect};
use proptest::collection::vec;
use proptest::prelude::*;

use super::may_be_odd;

#[path = "../../../wire/tests/common/generate.rs"]
mod generate;

/// Bytes that warnings are about, and any others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0x01), Just(0x1f), Just(0x7f), Just(0x80), any::<u8>()]
}

/// Judges a packet in every version; whether a warning was found, and one was ruled out.
fn check(bytes: &[u8]) -> (bool, bool) {
    let (mut found, mut ruled_out) = (false, false);
    for version in ProtocolVersion::ALL {
        let context = Context::new(version);
        let Ok(Decoded::Packet { packet, len }) = decode(bytes, context) else {
            continue;
        };
        let bytes = bytes.get(..len).unwrap_or_default();
        let warning = dissect(bytes, context)
            .diagnostics
            .into_iter()
            .find(|diagnostic| diagnostic.severity() == Severity::Warning);
        let is_possible = may_be_odd(bytes, &packet, version);
        assert!(
            is_possible || warning.is_none(),
            "{warning:?} in {bytes:02x?}"
        );
        found |= warning.is_some();
        ruled_out |= !is_possible;
    }
    (found, ruled_out)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_passed_over_has_no_warning(
        parts in generate::parts(),
        flips in vec((any::<prop::sample::Index>(), byte()), 0..3),
    ) {
        let mut bytes = parts.encoded();
        for (index, value) in flips {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        check(&bytes);
    }
}

#[test]
fn both_happen() {
    let plain = b"\x30\x0e\0\x01t\x08\x03\0\x05plainxyz";
    assert_eq!(check(plain), (false, true));
    let control = b"\x30\x0e\0\x01t\x08\x03\0\x05pl\x01inxyz";
    assert!(check(control).0);
    // The Remaining Length in one byte more than it needs.
    assert!(check(b"\xc0\x80\0").0);
}
