//! Reading a capture allocates nothing per frame once its connections are known.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use mqttscope_capture::recording::{CaptureReader, Event, Limits};

/// A frame of raw IPv4 with a TCP segment from or to port 1883.
fn frame(is_client: bool, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(payload.len() + 40).unwrap().to_be_bytes());
    bytes.extend([0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 1]);
    let ports = if is_client {
        [50_000_u16, 1883]
    } else {
        [1883, 50_000]
    };
    for port in ports {
        bytes.extend(port.to_be_bytes());
    }
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
    bytes.extend(payload);
    bytes
}

fn record(frame: &[u8]) -> Vec<u8> {
    let len = u32::try_from(frame.len()).unwrap().to_le_bytes();
    [&[0; 8][..], &len, &len, frame].concat()
}

#[test]
fn frames_of_known_connections_allocate_nothing() {
    let publish = b"\x32\x09\0\x03a/b\0\x01xy";
    let answer = [0x40, 2, 0, 1];
    let mut file = [
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..],
        &[0; 8],
        &[0xff, 0xff, 0, 0, 101, 0, 0, 0],
    ]
    .concat();
    let connect = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c";
    file.extend(record(&frame(true, 999, 2, &[])));
    file.extend(record(&frame(false, 4999, 18, &[])));
    file.extend(record(&frame(true, 1000, 16, connect)));
    file.extend(record(&frame(false, 5000, 16, &[0x20, 2, 0, 0])));
    for number in 0..20_000_u32 {
        file.extend(record(&frame(true, 1015 + number * 11, 16, publish)));
        file.extend(record(&frame(false, 5004 + number * 4, 16, &answer)));
        file.extend(record(&frame(true, 1015 + (number + 1) * 11, 16, &[])));
    }
    let mut reader = CaptureReader::new(Limits::default());
    let mut given = 0;
    let mut feed = |chunks: core::slice::Chunks<'_, u8>| {
        for chunk in chunks {
            reader.handle_bytes(chunk);
            while let Some(event) = reader.poll_event() {
                if let Event::Bytes { bytes, .. } = event {
                    given += bytes.len();
                }
            }
        }
    };
    let (first, rest) = file.split_at(200_000);
    feed(first.chunks(4096));
    let info = allocation_counter::measure(|| feed(rest.chunks(4096)));
    assert_eq!(info.count_total, 0);
    assert_eq!(given, 15 + 4 + 20_000 * (11 + 4));
}
