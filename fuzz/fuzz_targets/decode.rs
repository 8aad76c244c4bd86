//! Any bytes, in any version, from either side: a packet, an error inside the packet, or more to come.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_wire::{Context, Decoded, Framed, Framer, ProtocolVersion, StreamDecoder, decode};

fuzz_target!(|bytes: &[u8]| {
    for version in ProtocolVersion::ALL {
        let context = Context::new(version);
        match decode(bytes, context) {
            Ok(Decoded::Packet { len, .. }) => assert!(len <= bytes.len()),
            Ok(Decoded::Incomplete { missing }) => assert!(missing > 0),
            Err(error) => assert!(error.span.end() as usize <= bytes.len() * 8),
        }
        let mut stream = StreamDecoder::new(context, 1 << 16);
        for chunk in bytes.chunks(7) {
            stream.push(chunk);
            while let Ok(Some(_)) = stream.next_packet() {}
        }
        assert!(stream.pending() <= bytes.len());
    }
    assert_eq!(packets(bytes.chunks(7)), packets([bytes].into_iter()));
});

/// The packets that a framer finds, and where it stands behind them.
fn packets<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, u64) {
    let mut framer = Framer::new(1 << 10);
    let mut found = Vec::new();
    for chunk in chunks {
        framer.push(chunk);
        while let Some(framed) = framer.next_frame() {
            if let Framed::Packet(bytes) = framed {
                found.push(bytes.to_vec());
            }
        }
    }
    let rest = framer.rest().len() as u64;
    (found, framer.offset() + rest)
}
