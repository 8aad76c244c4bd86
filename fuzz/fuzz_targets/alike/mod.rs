//! A file gives the same events in any chunks, and memory is bounded.

use mqttscope_capture::recording::{CaptureReader, Event, Limits};

const LIMITS: Limits = Limits {
    record: 1 << 12,
    waiting: 4096,
    segments: 16,
    look: 2048,
    total: 1 << 16,
    connections: 8,
    inflated: 1 << 22,
};

/// The events, as text, and the most memory that waited.
fn read(file: &[u8], chunk: usize) -> (Vec<String>, usize) {
    let mut reader = CaptureReader::new(LIMITS);
    let (mut events, mut held) = (Vec::new(), 0);
    for chunk in file.chunks(chunk) {
        reader.handle_bytes(chunk);
        while let Some(event) = reader.poll_event() {
            if let Event::Bytes { bytes, .. } = &event {
                assert!(!bytes.is_empty());
            }
            events.push(format!("{event:?}"));
        }
        held = held.max(reader.held());
    }
    reader.handle_end();
    while let Some(event) = reader.poll_event() {
        events.push(format!("{event:?}"));
    }
    assert_eq!(reader.held(), 0);
    (events, held)
}

/// Reads a file whole and in chunks of a size.
pub fn check(file: &[u8], chunk: usize) {
    let (events, _) = read(file, file.len().max(1));
    let (others, held) = read(file, chunk.max(1));
    assert_eq!(events, others);
    // A text shows what it is by its first 64 kB.
    assert!(held < 1 << 18, "{held}");
}
