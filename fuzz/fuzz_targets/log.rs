//! Any lines of a log: as they are, or behind the words that logs have.
#![no_main]

mod alike;

use libfuzzer_sys::fuzz_target;

const WORDS: [&[u8]; 8] = [
    b"1700000000: Received PUBLISH from ",
    b"1700000000: Sending PUBACK to ",
    b"1700000000: New client connected from 127.0.0.1:5 as ",
    b"1700000000: Client ",
    b"Client a sending ",
    b"2025-09-30T14:55:11+02:00 msg: raw_bin_received, peername: 127.0.0.1:5, bin: ",
    b"2025-09-30T14:55:11+02:00 msg: mqtt_packet_sent, peername: 127.0.0.1:5, packet: CONNACK(",
    b"DEBUG Sending CONNECT (",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&how, rest)) = bytes.split_first() else {
        return;
    };
    let mut file = b"Client a sending CONNECT\nClient a received CONNACK (0)\n".to_vec();
    for line in rest.split(|&byte| byte == b'\n') {
        if let (128.., Some((&first, line))) = (how, line.split_first()) {
            file.extend(WORDS[usize::from(first) % WORDS.len()]);
            file.extend(line);
        } else {
            file.extend(line);
        }
        file.push(b'\n');
    }
    alike::check(&file, usize::from(how));
});
