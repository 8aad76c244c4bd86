//! How fast records are opened: `cargo run --release -p mqttscope-capture --features tls --example tls_speed`
//!
//! Seals records of TLS 1.3 with keys of its own, and gives them to a session in segments of 64 kB.

use std::time::Instant;

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use mqttscope_capture::reading::Role;
use mqttscope_capture::tls::{KeyLog, Session, State, Tag};
use sha2::Sha256;

const RANDOM: [u8; 32] = [0x11; 32];
const SECRET: [u8; 32] = [0x22; 32];

type Failure = Box<dyn std::error::Error>;

/// Writes length and bytes, the length in `N` bytes.
fn sized<const N: usize>(bytes: &[u8]) -> Vec<u8> {
    let len = (bytes.len() as u64).to_be_bytes();
    let mut all: Vec<u8> = len.iter().copied().skip(8 - N).collect();
    all.extend_from_slice(bytes);
    all
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &sized::<2>(content)].concat()
}

fn client_hello() -> Vec<u8> {
    let body = [&[3, 3][..], &RANDOM, &[0, 0, 2, 0x13, 1, 1, 0, 0, 0]].concat();
    record(22, &[&[1][..], &sized::<3>(&body)].concat())
}

fn server_hello() -> Vec<u8> {
    let versions = [0, 43, 0, 2, 3, 4];
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0x13, 1, 0],
        &sized::<2>(&versions),
    ]
    .concat();
    record(22, &[&[2][..], &sized::<3>(&body)].concat())
}

/// So many records with so many bytes of plaintext each.
fn sealed(records: u64, len: usize) -> Result<Vec<u8>, Failure> {
    let hkdf = Hkdf::<Sha256>::from_prk(&SECRET).map_err(|_| "secret")?;
    let (mut key, mut iv) = ([0; 16], [0; 12]);
    hkdf.expand(b"\0\x10\x09tls13 key\0", &mut key)
        .map_err(|_| "key")?;
    hkdf.expand(b"\0\x0c\x08tls13 iv\0", &mut iv)
        .map_err(|_| "iv")?;
    let aead = Aes128Gcm::new(&key.into());
    let mut stream = Vec::new();
    for number in 0..records {
        let mut nonce = iv;
        for (byte, of) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
            *byte ^= of;
        }
        let mut content = vec![b'x'; len];
        content.push(23);
        let [high, low] = u16::try_from(content.len() + 16)?.to_be_bytes();
        let buffer = InOutBuf::from(&mut content[..]);
        let tag = aead.encrypt_inout_detached(&nonce.into(), &[23, 3, 3, high, low], buffer)?;
        content.extend_from_slice(&tag);
        stream.extend(record(23, &content));
    }
    Ok(stream)
}

fn main() -> Result<(), Failure> {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let mut log = KeyLog::new();
    let line = format!("SERVER_TRAFFIC_SECRET_0 {} {}", hex(&RANDOM), hex(&SECRET));
    log.add(line.as_bytes());
    for (records, len) in [(400_000_u64, 100_usize), (10_000, 16_384)] {
        let stream = sealed(records, len)?;
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let mut session = Session::new();
            let tag = Tag::default();
            session.handle_bytes(Role::Client, &client_hello(), tag, &log);
            session.handle_bytes(Role::Server, &server_hello(), tag, &log);
            let start = Instant::now();
            let mut opened = 0;
            for segment in stream.chunks(1 << 16) {
                session.handle_bytes(Role::Server, segment, tag, &log);
                while let Some(plain) = session.poll_plaintext() {
                    opened += plain.bytes.len();
                }
            }
            best = best.min(start.elapsed().as_secs_f64());
            assert_eq!(opened as u64, records * len as u64, "{}", session.state());
            assert!(matches!(session.state(), State::Opened { .. }));
        }
        let count = records as f64;
        println!(
            "AES-128-GCM, records of {len} bytes: {:.0} MB/s, {:.0} ns a record",
            count * len as f64 / best / 1e6,
            best / count * 1e9
        );
    }
    Ok(())
}
