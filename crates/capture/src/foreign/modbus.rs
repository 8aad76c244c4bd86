//! Modbus RTU: what else a microcontroller sends on its serial lines. Each frame ends with a checksum of its own.

use super::{Confidence, Foreign, Protocol, counted};

const ADVICE: &str = "Modbus is another protocol than MQTT, on serial lines; a gateway may publish its values with MQTT. \
    Record between the gateway and the broker to see MQTT.";

/// The longest frame.
const LONGEST: usize = 256;

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let mut rest = bytes;
    let (mut frames, mut first) = (0_usize, None);
    while !rest.is_empty() {
        let len = frame(rest)?;
        first = first.or_else(|| Some((*rest.first()?, *rest.get(1)?)));
        frames = frames.saturating_add(1);
        rest = rest.get(len..)?;
    }
    let (address, function) = first?;
    let what = format!(
        "{} (address {address}, {})",
        counted(frames, "Modbus RTU frame"),
        name(function & 0x7f)?
    );
    Some(Foreign::new(
        Protocol::Modbus,
        Confidence::Certain,
        what,
        ADVICE,
    ))
}

/// How long the frame is that the bytes begin with: an address, a function that is known, and the checksum over both and what
/// follows them.
fn frame(bytes: &[u8]) -> Option<usize> {
    let (&address, &function) = (bytes.first()?, bytes.get(1)?);
    name(function & 0x7f).filter(|_| address <= 247)?;
    let mut sum = 0xffff;
    // The checksum over all that stands before it and over itself is nought.
    for (len, byte) in (1..=LONGEST).zip(bytes) {
        sum = added(sum, *byte);
        if sum == 0 && len >= 5 {
            return Some(len);
        }
    }
    None
}

/// CRC-16 of Modbus with one more byte.
fn added(sum: u16, byte: u8) -> u16 {
    (0..8).fold(sum ^ u16::from(byte), |sum, _| {
        let half = sum >> 1;
        if sum & 1 == 1 { half ^ 0xa001 } else { half }
    })
}

fn name(function: u8) -> Option<&'static str> {
    Some(match function {
        1 => "Read Coils",
        2 => "Read Discrete Inputs",
        3 => "Read Holding Registers",
        4 => "Read Input Registers",
        5 => "Write Single Coil",
        6 => "Write Single Register",
        15 => "Write Multiple Coils",
        16 => "Write Multiple Registers",
        22 => "Mask Write Register",
        23 => "Read/Write Multiple Registers",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_known_by_their_checksum() {
        let query = [1, 3, 0, 0, 0, 10, 0xc5, 0xcd];
        assert!(recognize(&query).is_some_and(
            |found| found.what == "1 Modbus RTU frame (address 1, Read Holding Registers)"
        ));
        let both = [&query[..], &[1, 6, 0, 1, 0, 23, 0x98, 0x04]].concat();
        assert!(
            recognize(&both).is_some_and(|found| found.what.starts_with("2 Modbus RTU frames"))
        );
        let mut other = query;
        for at in 0..query.len() {
            other[at] ^= 1;
            assert_eq!(recognize(&other), None, "{at}");
            other[at] ^= 1;
        }
        assert_eq!(recognize(&[]), None);
        assert_eq!(recognize(&[0x20, 2, 0, 0]), None);
    }
}
