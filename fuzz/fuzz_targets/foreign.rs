//! Any bytes are something, with a place for each byte inside, and a known side or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_capture::foreign::{Part, examine, peel, recognize};
use mqttscope_capture::json::read;

fuzz_target!(|bytes: &[u8]| {
    let _ = recognize(bytes);
    let _ = read(&String::from_utf8_lossy(bytes));
    if let Some(peeled) = peel(bytes) {
        assert!(peeled.bytes.len() <= bytes.len());
    }
    // The first byte tells where the sides begin.
    let step = usize::from(bytes.first().copied().unwrap_or(0)).max(1);
    let parts: Vec<Part> = (0..bytes.len())
        .step_by(step)
        .take(16)
        .enumerate()
        .map(|(index, start)| Part {
            start,
            is_first: Some(index % 2 == 0),
        })
        .collect();
    for parts in [&[][..], &parts[..]] {
        let Some(inside) = examine(bytes, parts, 0).and_then(|examined| examined.inside) else {
            continue;
        };
        let len: usize = inside.pieces.iter().map(|piece| piece.given.len()).sum();
        // What came out of a capture file has no place in it.
        assert!(len == inside.bytes.len() || len == 0);
        assert!(
            inside
                .pieces
                .iter()
                .all(|piece| piece.given.end <= bytes.len())
        );
    }
});
