//! Whatever two sides of a TLS connection say, in whatever order and with whatever gaps and keys: it is read within
//! the memory that is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_capture::reading::Role;
use mqttscope_capture::tls::{KeyLog, Session, Tag};

const ROOM: usize = 8000;

/// Bytes behind their length of two bytes, as far as they are there.
fn piece<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, rest) = input.split_first_chunk::<2>()?;
    let len = usize::from(u16::from_be_bytes(*len)).min(rest.len());
    let (piece, rest) = rest.split_at(len);
    *input = rest;
    Some(piece)
}

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut log = KeyLog::new();
    let text = piece(&mut input).unwrap_or_default();
    let added = log.add(text);
    assert!(added.lines + added.ignored <= text.len());
    let mut session = Session::with_room(ROOM);
    let none = KeyLog::new();
    let (mut given, mut got) = (0, 0);
    while let Some((how, rest)) = input.split_first() {
        input = rest;
        let from = if how & 1 == 0 {
            Role::Client
        } else {
            Role::Server
        };
        let bytes = piece(&mut input).unwrap_or_default();
        let keys = if how & 2 == 0 { &log } else { &none };
        let tag = Tag {
            frame: given as u64,
            at_ns: None,
        };
        match how >> 2 & 3 {
            0 => session.handle_bytes(from, bytes, tag, keys),
            // In small pieces.
            1 => bytes
                .chunks(usize::from(how >> 4) + 1)
                .for_each(|chunk| session.handle_bytes(from, chunk, tag, keys)),
            2 => session.handle_gap(from, bytes.len() as u64 | u64::from(how >> 4) << 40),
            _ => session.retry(keys),
        }
        given += bytes.len();
        assert!(session.kept() <= ROOM + 200);
    }
    session.retry(&log);
    while let Some(plain) = session.poll_plaintext() {
        assert!(!plain.bytes.is_empty());
        got += plain.bytes.len();
    }
    assert!(got <= given);
    let about = session.about();
    assert!(about.offered.len() <= 16);
    assert!(!session.state().to_string().is_empty());
});
