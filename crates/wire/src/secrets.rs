//! Passwords in bytes that go through many hands: found also where the CONNECT that holds them is broken.

mod cut;

use crate::varint;

/// Puts stars over the password of every CONNECT in `bytes`, wherever it stands: also behind stray bytes, or in the payload
/// of another packet. Where a CONNECT is broken or cut, nobody can say which bytes are its password: all behind the Keep
/// Alive is starred then. Of one whose front is cut off, as a ring buffer leaves it at the beginning of `bytes`, what stands
/// where its password does is starred. Lengths stay as they are. Gives whether anything was starred.
///
/// ```
/// let mut connect = *b"\x10\x16\0\x04MQTT\x04\xc2\0\x3c\0\x01c\0\x01u\0\x04pass";
/// assert!(mqttscope_wire::mask_passwords(&mut connect));
/// assert!(connect.ends_with(b"\0\x01u\0\x04****"));
/// ```
pub fn mask_passwords(bytes: &mut [u8]) -> bool {
    let mut found = false;
    if let Some(secret) = cut::password(bytes).and_then(|range| bytes.get_mut(range)) {
        secret.fill(b'*');
        found = true;
    }
    let mut from = 0;
    while let Some(named) = next(bytes, from) {
        let (start, end) = password(bytes, named);
        if let Some(secret) = bytes
            .get_mut(start..end)
            .filter(|secret| !secret.is_empty())
        {
            secret.fill(b'*');
            found = true;
        }
        from = named.behind;
    }
    found
}

/// A protocol name, and what stands around it.
#[derive(Clone, Copy)]
struct Named {
    /// Where the protocol version stands.
    behind: usize,
    /// Where the packet ends, as its fixed header says.
    end: Option<usize>,
}

const NAMES: [&[u8]; 2] = [b"MQTT", b"MQIsdp"];

/// The next protocol name of a CONNECT. One byte of it, its length or its version may be wrong.
fn next(bytes: &[u8], from: usize) -> Option<Named> {
    (from..bytes.len()).find_map(|at| {
        let rest = bytes.get(at..)?;
        NAMES.into_iter().find_map(|name| {
            let text = rest.get(..name.len())?;
            let wrong = text
                .iter()
                .zip(name)
                .filter(|(is, should)| is != should)
                .count();
            if wrong > 1 {
                return None;
            }
            let start = at.checked_sub(2)?;
            let has_length = bytes.get(start..at)? == [0, (name.len() & 0xff) as u8];
            let has_version = matches!(rest.get(name.len())? & 0x7f, 3..=5);
            let end = end(bytes, start);
            let signs = [wrong == 0, has_length, has_version];
            let is_it = signs.iter().filter(|sign| **sign).count() >= 2;
            (is_it && (end.is_some() || has_version)).then_some(Named {
                behind: at.saturating_add(name.len()),
                end,
            })
        })
    })
}

/// The end of the CONNECT whose variable header begins at `start`.
fn end(bytes: &[u8], start: usize) -> Option<usize> {
    (1..=4).find_map(|len| {
        let at = start.checked_sub(len)?;
        let first = bytes.get(at.checked_sub(1)?)?;
        let (value, read) = varint_at(bytes.get(at..start)?)?;
        (first >> 4 == 1 && read == len).then(|| start.saturating_add(value))
    })
}

/// Which bytes are the password, or may be.
fn password(bytes: &[u8], named: Named) -> (usize, usize) {
    let all = bytes.len();
    let at = |place: usize| bytes.get(named.behind.saturating_add(place)).copied();
    let (version, flags) = (at(0).unwrap_or(0), at(1).unwrap_or(0));
    let is_v5 = version & 0x7f == 5;
    let fields = named.behind.saturating_add(4);
    let mut last = fields;
    let walked = (|| {
        let mut place = field(bytes, skip_properties(bytes, fields, is_v5)?)?;
        if flags & 0x04 != 0 {
            place = skip_properties(bytes, place, is_v5)?;
            place = field(bytes, field(bytes, place)?)?;
        }
        for flag in [0x80, 0x40] {
            if flags & flag != 0 {
                last = place.saturating_add(2);
                place = field(bytes, place)?;
            }
        }
        Some(place)
    })();
    let told = named.end.unwrap_or(all);
    match walked {
        Some(end) if named.end.is_none_or(|told| told == end) => {
            (if flags & 0x40 == 0 { end } else { last }, end)
        }
        // No flag says that there is one: only what is left over may be.
        walked if flags & 0xc0 == 0 => (walked.unwrap_or(told).min(told).min(all), told.min(all)),
        walked => (fields.min(all), told.max(walked.unwrap_or(0)).min(all)),
    }
}

/// The end of a field with its length before it.
fn field(bytes: &[u8], at: usize) -> Option<usize> {
    let content = at.checked_add(2)?;
    let len = bytes.get(at..content)?;
    let len = len
        .iter()
        .fold(0_usize, |len, byte| len << 8 | usize::from(*byte));
    let end = content.checked_add(len)?;
    (end <= bytes.len()).then_some(end)
}

fn skip_properties(bytes: &[u8], at: usize, is_v5: bool) -> Option<usize> {
    if !is_v5 {
        return Some(at);
    }
    let (len, read) = varint_at(bytes.get(at..)?)?;
    let end = at.checked_add(read)?.checked_add(len)?;
    (end <= bytes.len()).then_some(end)
}

/// A Variable Byte Integer, and its own length.
fn varint_at(bytes: &[u8]) -> Option<(usize, usize)> {
    match varint::read(bytes) {
        varint::Read::Complete { value, len, .. } => Some((value as usize, len)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const PASSWORD: &[u8] = b"hunter2secret";

    fn connect(version: u8, flags: u8) -> Vec<u8> {
        let mut packet = [0x10, 0, 0, 4].to_vec();
        packet.extend(b"MQTT");
        packet.extend([version, flags, 0, 60]);
        if version == 5 {
            packet.extend([5, 0x11, 0, 0, 0, 9]);
        }
        packet.extend(b"\0\x02me");
        if flags & 4 != 0 {
            if version == 5 {
                packet.push(0);
            }
            packet.extend(b"\0\x01w\0\x04gone");
        }
        packet.extend(b"\0\x04user\0\x0d");
        packet.extend(PASSWORD);
        packet[1] = (packet.len() - 2) as u8;
        packet
    }

    fn holds(bytes: &[u8], part: usize) -> bool {
        let mut parts = PASSWORD.windows(part);
        parts.any(|part| bytes.windows(part.len()).any(|bytes| bytes == part))
    }

    #[test]
    fn only_the_password_of_a_whole_connect_is_starred() {
        for (version, flags) in [(3, 0xc2), (4, 0xc2), (5, 0xc6), (4, 0xce)] {
            let packet = connect(version, flags);
            let mut masked = packet.clone();
            assert!(mask_passwords(&mut masked));
            assert_eq!(masked.len(), packet.len());
            let differ = packet.iter().zip(&masked).filter(|(is, was)| is != was);
            assert_eq!(differ.count(), PASSWORD.len());
        }
        for other in [
            &b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a"[..],
            b"\x30\x0f\0\x04MQTTa payload, q",
            b"\x30\x16\0\x0eMQTT/device/on{}[]",
            b"MQTT\x04MQTT MQTT",
            b"\x10\x0c\0\x04MQTT\x05\x02\0\x3c\0\0\0",
        ] {
            let mut same = other.to_vec();
            assert!(!mask_passwords(&mut same), "{other:?}");
            assert_eq!(same, other);
        }
    }

    #[test]
    fn the_password_behind_a_front_that_is_cut_off_is_starred() {
        for (version, flags) in [(3, 0xc2), (4, 0xc2), (5, 0xc2), (5, 0xc6), (4, 0xce)] {
            let packet = connect(version, flags);
            let user = packet.len() - PASSWORD.len() - 2 - 4;
            for behind in [&b""[..], b"\x20\x02\0\0"] {
                // Up to the last character of the user's name.
                for cut in 1..=user + 3 {
                    let mut bytes = [&packet[cut..], behind].concat();
                    let before = bytes.clone();
                    assert!(mask_passwords(&mut bytes), "{cut} of {before:02x?}");
                    assert!(!holds(&bytes, 4), "{cut}: {bytes:02x?}");
                }
            }
        }
        // What begins with no rest of a CONNECT that has a password.
        for other in [
            &b"\xa2\x0c\0\x01\0\x03a/b\0\x03c/d"[..],
            b"/b\0\x01payload",
            b"\0\x05a/b/c21.5",
            b"\x04\x02\0\x3c\0\x04dev1",
            b"MQTT over a wire",
            b"",
        ] {
            let mut same = other.to_vec();
            assert!(!mask_passwords(&mut same), "{other:02x?}");
            assert_eq!(same, other);
        }
    }

    #[test]
    fn of_a_connect_without_its_front_only_the_password_is_starred() {
        // From behind the length of its name on: what is left is walked as a whole one is.
        for (version, flags) in [(3, 0xc2), (4, 0xc2), (5, 0xc6), (4, 0xce)] {
            let packet = connect(version, flags);
            for cut in 4..=10 {
                let mut bytes = packet[cut..].to_vec();
                assert!(mask_passwords(&mut bytes));
                let stars = bytes.iter().filter(|byte| **byte == b'*');
                assert_eq!(stars.count(), PASSWORD.len(), "{cut}: {bytes:02x?}");
            }
        }
    }

    proptest! {
        /// The front is cut off, and the end: of the password no six bytes in a row are left.
        #[test]
        fn no_password_is_left_of_a_connect_in_a_ring_buffer(
            version in prop::sample::select([3_u8, 4, 5].to_vec()),
            flags in prop::sample::select([0xc2_u8, 0xc6, 0xca].to_vec()),
            front in 1_usize..10,
            end in 0_usize..6,
        ) {
            let packet = connect(version, flags);
            let mut bytes = packet[front..packet.len() - end].to_vec();
            mask_passwords(&mut bytes);
            prop_assert!(!holds(&bytes, 6), "{bytes:02x?}");
        }

        /// One byte before the password is wrong, bytes are in front or behind, or the end is cut: of the password no six
        /// bytes in a row are left.
        #[test]
        fn no_password_is_left_of_a_broken_connect(
            version in prop::sample::select([3_u8, 4, 5].to_vec()),
            flags in prop::sample::select([0xc2_u8, 0xc6].to_vec()),
            (at, to) in (0_usize..45, any::<u8>()),
            before in prop::collection::vec(any::<u8>(), 0..6),
            behind in prop::sample::select([&b""[..], b"\xc0\0", b"\x30\x04\0\x01ab"].to_vec()),
            cut in 0_usize..8,
        ) {
            let mut packet = connect(version, flags);
            let secret = packet.len() - PASSWORD.len();
            let at = at % secret;
            // With other flags the same bytes are a whole CONNECT with a will and without a password.
            prop_assume!(at != 9 || to & 0xc0 != 0);
            packet[at] = to;
            // Two faults: the length, and the end.
            if behind.is_empty() && at != 1 {
                packet.truncate(packet.len() - cut);
            }
            let mut bytes = before;
            bytes.extend(&packet);
            bytes.extend(behind);
            mask_passwords(&mut bytes);
            prop_assert!(!holds(&bytes, 6), "{bytes:02x?}");
        }

        #[test]
        fn any_bytes_keep_their_length(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut masked = bytes.clone();
            mask_passwords(&mut masked);
            prop_assert_eq!(masked.len(), bytes.len());
        }
    }
}
