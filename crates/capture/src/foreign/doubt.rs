//! Bytes that hardly are MQTT, though nothing else is known of them: dates, identifiers, noise.

use mqttscope_wire::{Context, Dissector, ProtocolVersion, packets};

use super::sound::{SAMPLE, Soundness, begins_with_connect, soundness};
use super::{Confidence, Foreign, Protocol};

/// The shortest bytes that are doubted: less may be the beginning of a packet.
const SHORTEST: usize = 6;

/// Doubts bytes of one side of which hardly a packet is whole and without an error. A packet that ends where the bytes
/// end is what somebody debugs, whatever is wrong in it: that is not doubted, and neither is a CONNECT.
#[must_use]
pub fn doubt(bytes: &[u8]) -> Option<Foreign> {
    if bytes.len() < SHORTEST || begins_with_connect(bytes) || soundness(bytes) != Soundness::Broken
    {
        return None;
    }
    let is_doubtful = |version: &ProtocolVersion| is_noise(bytes, *version);
    ProtocolVersion::ALL.iter().all(is_doubtful).then(|| {
        Foreign::new(
            Protocol::Unknown,
            Confidence::Possible,
            "hardly a packet in these bytes is whole and without an error",
            "If this is a packet that you are debugging, the findings say what is wrong with it. But a date, an identifier, \
             another protocol, or a recording that begins in the middle of a packet reads like this, too.",
        )
    })
}

/// Whether fewer than a fifth of the packets are whole and right, and they do not end where the bytes end.
fn is_noise(bytes: &[u8], version: ProtocolVersion) -> bool {
    let mut dissector = Dissector::new();
    let (mut all, mut right, mut fits) = (0_usize, 0_usize, true);
    for at in packets(bytes, Context::new(version)).take(SAMPLE) {
        all = all.saturating_add(1);
        fits &= !at.skipped && at.missing == 0;
        let packet = bytes.get(at.offset..at.offset.saturating_add(at.len));
        let is_right = !at.skipped
            && at.missing == 0
            && packet.is_some_and(|packet| {
                let context = Context::new(at.version);
                !dissector.dissect(packet, context).has_errors()
            });
        right = right.saturating_add(usize::from(is_right));
    }
    !fits && right.saturating_mul(5) < all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_identifiers_and_noise_are_doubted() {
        let noise: Vec<u8> = (0..2000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8)
            .collect();
        for bytes in [
            &[0x20, 0x24, 0x05, 0x06, 0x10, 0x11, 0x12][..],
            &[0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff],
            &[0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe],
            b"\xf4\x7a\xc1\x0b\x58\xcc\x43\x72\xa5\x67\x0e\x02\xb2\xc3\xd4\x79",
            // Modbus over TCP.
            &[0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10],
            &noise,
        ] {
            assert!(doubt(bytes).is_some(), "{bytes:02x?}");
        }
    }

    #[test]
    fn packets_that_somebody_debugs_are_not() {
        for bytes in [
            // SUBSCRIBE with flags 0, and a QoS of 3 in it.
            &[0x80, 8, 0, 1, 0, 3, b'a', b'/', b'b', 3][..],
            // A CONNECT that is cut short and wrong.
            &[0x10, 40, 0, 4, b'M', b'Q', b'T', b'T', 9, 0xff],
            // The beginning of a PUBLISH.
            &[0x30, 40, 0, 3, b'a', b'/', b'b', b'1'],
            // Sound packets, then noise.
            &[0xc0, 0, 0xd0, 0, 0xc0, 0, 0x40, 2, 0, 1, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(doubt(bytes), None, "{bytes:02x?}");
        }
    }
}
