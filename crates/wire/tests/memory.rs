//! What a dissection keeps is bounded by the size of the packet.

use mqttscope_wire::{Context, ProtocolVersion, dissect};

/// A packet whose body is this piece again and again, behind these bytes.
fn repeated(first: u8, before: &[u8], piece: &[u8], count: usize) -> Vec<u8> {
    let body = [before, &piece.repeat(count)].concat();
    let mut bytes = vec![first];
    let mut len = body.len();
    loop {
        let low = (len % 128) as u8;
        len /= 128;
        bytes.push(if len > 0 { low | 0x80 } else { low });
        if len == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

#[test]
fn a_node_for_each_byte_at_most_and_a_thousand_faults() {
    for count in [0, 1, 10, 100, 1_000, 20_000] {
        for bytes in [
            repeated(0xb0, &[0, 1, 0], &[0x80], count),
            repeated(0x90, &[0, 1, 0], &[0xff], count),
            repeated(0x82, &[0, 1, 0], &[0, 1, b'a', 3], count),
            repeated(0xa2, &[0, 1, 0], &[0, 0], count),
            repeated(
                0x40,
                &[0, 1, 0, 0xff, 0xff, 0x7f],
                &[0x26, 0, 0, 0, 0],
                count,
            ),
            repeated(0x30, &[0, 1, b'a', 0xff, 0xff, 0x7f], &[0x01, 0x00], count),
            vec![0xf7; count],
        ] {
            for version in ProtocolVersion::ALL {
                let used = allocation_counter::measure(|| {
                    let _ = dissect(&bytes, Context::new(version));
                });
                let most = 128 * 1024 + 400 * bytes.len() as u64;
                assert!(used.bytes_max <= most, "{:02x?}: {used:?}", bytes.get(..12));
            }
        }
    }
}
