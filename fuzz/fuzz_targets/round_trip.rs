//! What is read is written again, and reading that gives the same packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_wire::{Context, Decoded, ProtocolVersion, decode};

fuzz_target!(|bytes: &[u8]| {
    for version in ProtocolVersion::ALL {
        let context = Context::new(version);
        let Ok(Decoded::Packet { packet, .. }) = decode(bytes, context) else { continue };
        let mut written = Vec::new();
        packet.encode(version, &mut written).expect("a valid packet can be written");
        assert_eq!(packet.encoded_len(version), Ok(written.len()));
        let Ok(Decoded::Packet { packet: again, len }) = decode(&written, context) else { panic!("not read again") };
        assert_eq!((again, len), (packet, written.len()));
    }
});
