//! Any text is bytes in some format or an error that points into it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_capture::text::{Format, Turns, decode, decode_file, decode_sides};

fuzz_target!(|bytes: &[u8]| {
    let _ = decode_file(bytes);
    let text = String::from_utf8_lossy(bytes);
    for format in core::iter::once(None).chain(Format::ALL.map(Some)) {
        let reads = [
            decode(&text, format),
            decode_sides(&text, format, Turns::Marked),
            decode_sides(&text, format, Turns::Alternating),
        ];
        for read in reads {
            match read {
                Ok(decoded) => assert_eq!(decoded.source.len(), decoded.bytes.len()),
                Err(error) => assert!(error.place.byte <= text.len()),
            }
        }
    }
});
