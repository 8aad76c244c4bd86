//! Any bytes are a capture file: it is read to the end, chunks make no difference, and memory is bounded.
//!
//! The first byte says how the rest is dressed: as a file as it is, or as frames or TCP payloads in a pcap.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod alike;

fn pcap(link: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend(65_535_u32.to_le_bytes());
    file.extend(link.to_le_bytes());
    for frame in frames {
        file.extend([0; 8]);
        for _ in 0..2 {
            file.extend((frame.len() as u32).to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A TCP segment in IPv4, of one of two connections: byte for byte its side, its step ahead, its flags, its length.
fn segments(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut at = [[1000_u32, 5000], [2000, 6000]];
    let mut frames = Vec::new();
    let mut rest = bytes;
    while let [kind, step, flags, len, behind @ ..] = rest {
        let (connection, side) = (usize::from(kind & 1), usize::from(kind >> 1 & 1));
        let payload = &behind[..usize::from(*len).min(behind.len())];
        rest = &behind[payload.len()..];
        let next = &mut at[connection][side];
        let sequence = next.wrapping_add(u32::from(*step) / 8).wrapping_sub(u32::from(step & 7));
        *next = sequence.wrapping_add(payload.len() as u32);
        let (mut from, mut to) = (50_000 + connection as u16, 1883 + u16::from(kind & 4));
        if side == 1 {
            core::mem::swap(&mut from, &mut to);
        }
        let mut frame = vec![0x45, 0];
        frame.extend((payload.len() as u16 + 40).to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 1]);
        frame.extend(from.to_be_bytes());
        frame.extend(to.to_be_bytes());
        frame.extend(sequence.to_be_bytes());
        frame.extend([0, 0, 0, 0, 0x50, flags & 0x17, 0, 0, 0, 0, 0, 0]);
        frame.extend(payload);
        frames.push(frame);
    }
    frames
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&how, rest)) = bytes.split_first() else {
        return;
    };
    const LINKS: [u32; 12] = [0, 1, 9, 51, 101, 104, 105, 113, 127, 239, 258, 276];
    let file = match how {
        0..64 => rest.to_vec(),
        64..160 => pcap(101, &segments(rest)),
        _ => {
            let frames: Vec<_> = rest.chunks(usize::from(how)).map(<[u8]>::to_vec).collect();
            pcap(LINKS[usize::from(how) % LINKS.len()], &frames)
        }
    };
    alike::check(&file, usize::from(how));
});
