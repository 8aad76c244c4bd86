//! Variable Byte Integers (v5 section 1.5.5; the Remaining Length of every version).

use alloc::vec::Vec;

/// The greatest value: four bytes of seven bits.
pub const MAX: u32 = 268_435_455;

/// What [`read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A value in `len` bytes.
    Complete {
        /// The number.
        value: u32,
        /// Bytes it stands in, 1 to 4; more than [`len`] of the value when it is not minimal.
        len: usize,
    },
    /// Every byte there is says that another follows.
    Incomplete,
    /// The fourth byte says that a fifth follows.
    TooLong,
}

/// Reads the number at the start of `bytes`.
#[inline]
#[must_use]
pub fn read(bytes: &[u8]) -> Read {
    let mut value = 0_u32;
    for (index, &byte) in bytes.iter().take(4).enumerate() {
        value |= u32::from(byte & 0x7f) << (index as u32).wrapping_mul(7);
        if byte < 0x80 {
            return Read::Complete {
                value,
                len: index.wrapping_add(1),
            };
        }
    }
    if bytes.len() >= 4 {
        Read::TooLong
    } else {
        Read::Incomplete
    }
}

/// The least number of bytes, 1 to 4, that hold `value`.
#[inline]
#[must_use]
pub const fn len(value: u32) -> usize {
    match value {
        0..=0x7f => 1,
        0x80..=0x3fff => 2,
        0x4000..=0x1f_ffff => 3,
        _ => 4,
    }
}

/// Appends `value`, which is at most [`MAX`]; higher bits are lost.
#[inline]
pub fn write(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders() {
        for (value, bytes) in [
            (0, &[0][..]),
            (127, &[0x7f]),
            (128, &[0x80, 1]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 1]),
            (2_097_151, &[0xff, 0xff, 0x7f]),
            (2_097_152, &[0x80, 0x80, 0x80, 1]),
            (MAX, &[0xff, 0xff, 0xff, 0x7f]),
        ] {
            let mut out = Vec::new();
            write(value, &mut out);
            assert_eq!(out, bytes);
            assert_eq!(len(value), bytes.len());
            assert_eq!(
                read(bytes),
                Read::Complete {
                    value,
                    len: bytes.len()
                }
            );
            for shorter in 0..bytes.len() {
                assert_eq!(read(&bytes[..shorter]), Read::Incomplete);
            }
        }
        assert_eq!(read(&[0x80, 0x80, 0x80, 0x80, 1]), Read::TooLong);
        assert_eq!(read(&[0x80, 0]), Read::Complete { value: 0, len: 2 });
    }
}
