//! Numbers as devices send them: bare, one behind the other, of one width and byte order.

use alloc::format;
use alloc::string::String;

/// What each number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NumberType {
    /// Whole, from 0 on, of so many bytes.
    Unsigned(u8),
    /// Whole, in two's complement, of so many bytes.
    Signed(u8),
    /// A fraction of four bytes (IEEE 754).
    Single,
    /// A fraction of eight bytes (IEEE 754).
    Double,
}

/// Numbers of one type and byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Numbers {
    /// What each is.
    pub of: NumberType,
    /// The byte that counts least comes first.
    pub is_little_endian: bool,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole one.
    Whole(i128),
    /// A fraction of four bytes.
    Single(f32),
    /// A fraction of eight bytes.
    Double(f64),
}

impl Numbers {
    /// Of all widths and byte orders that are common.
    pub fn all() -> impl Iterator<Item = Self> {
        use NumberType::{Double, Signed, Single, Unsigned};
        let whole = [1, 2, 3, 4, 8].into_iter();
        let types = whole.flat_map(|width| [Unsigned(width), Signed(width)]);
        let types = types.chain([Single, Double]);
        types.flat_map(|of| {
            let orders = [false, true].into_iter();
            let all = orders.map(move |is_little_endian| Self {
                of,
                is_little_endian,
            });
            // One byte has no order.
            all.take(if of.width() == 1 { 1 } else { 2 })
        })
    }

    /// `u16 big-endian`
    #[must_use]
    pub fn name(self) -> String {
        let bits = self.of.width().saturating_mul(8);
        let letter = match self.of {
            NumberType::Unsigned(_) => 'u',
            NumberType::Signed(_) => 'i',
            NumberType::Single | NumberType::Double => 'f',
        };
        let order = match (bits, self.is_little_endian) {
            (8, _) => "",
            (_, true) => " little-endian",
            (_, false) => " big-endian",
        };
        format!("{letter}{bits}{order}")
    }

    /// The numbers of these bytes; `None`: there is none, or they do not come out even.
    #[must_use]
    pub fn read(self, bytes: &[u8]) -> Option<impl ExactSizeIterator<Item = Number>> {
        let chunks = bytes.chunks_exact(self.of.width());
        let is_even = !bytes.is_empty() && chunks.remainder().is_empty();
        is_even.then(|| chunks.map(move |chunk| self.one(chunk)))
    }

    fn one(self, bytes: &[u8]) -> Number {
        let add = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = if self.is_little_endian {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        };
        // The highest bit of the number becomes that of the 64.
        let unused = 64_usize.saturating_sub(self.of.width().saturating_mul(8));
        match self.of {
            NumberType::Unsigned(_) => Number::Whole(bits.into()),
            NumberType::Signed(_) => {
                Number::Whole(((bits << unused).cast_signed() >> unused).into())
            }
            NumberType::Single => Number::Single(f32::from_bits(bits as u32)),
            NumberType::Double => Number::Double(f64::from_bits(bits)),
        }
    }

    /// The bytes of a number with these low bits.
    pub fn bytes(self, bits: u64) -> impl Iterator<Item = u8> {
        let (width, little) = (self.of.width(), bits.to_le_bytes());
        (0..width).filter_map(move |at| {
            let from_end = width.checked_sub(at)?.checked_sub(1)?;
            let at = if self.is_little_endian { at } else { from_end };
            little.get(at).copied()
        })
    }
}

impl NumberType {
    /// Bytes of one, 1 to 8.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Unsigned(width) | Self::Signed(width) => usize::from(width.clamp(1, 8)),
            Self::Single => 4,
            Self::Double => 8,
        }
    }
}

impl core::fmt::Display for Number {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Single(number) => write!(f, "{number:?}"),
            Self::Double(number) => write!(f, "{number:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    fn read(name: &str, bytes: &[u8]) -> Option<Vec<String>> {
        let numbers = Numbers::all().find(|it| it.name() == name).unwrap();
        let read = numbers.read(bytes)?;
        let words = read.map(|it| it.to_string()).collect();
        Some(words)
    }

    #[test]
    fn all_widths_and_orders() {
        for (name, bytes, words) in [
            ("u8", &b"\x01\xff"[..], &["1", "255"][..]),
            ("i8", b"\x01\xff", &["1", "-1"]),
            ("u16 big-endian", b"\x01\x02\xff\xfe", &["258", "65534"]),
            ("u16 little-endian", b"\x01\x02", &["513"]),
            ("i16 big-endian", b"\xff\xfe", &["-2"]),
            ("u24 big-endian", b"\x01\0\x02", &["65538"]),
            ("i24 little-endian", b"\xfe\xff\xff", &["-2"]),
            ("i32 little-endian", b"\xfe\xff\xff\xff", &["-2"]),
            ("u64 big-endian", &[0xff; 8], &["18446744073709551615"]),
            ("i64 little-endian", &[0xff; 8], &["-1"]),
            ("f32 big-endian", b"\x41\xac\0\0", &["21.5"]),
            ("f32 little-endian", b"\xcd\xcc\xcc\x3d", &["0.1"]),
            ("f64 big-endian", b"\x40\x35\x80\0\0\0\0\0", &["21.5"]),
        ] {
            assert_eq!(read(name, bytes).unwrap(), words, "{name} of {bytes:02x?}");
        }
        assert_eq!(read("u16 big-endian", b"\x01"), None);
        assert_eq!(read("u8", b""), None);
    }

    #[test]
    fn what_is_read_is_written() {
        assert_eq!(Numbers::all().count(), 22);
        let all = [0x80, 1, 2, 3, 4, 5, 6, 7].repeat(3);
        for numbers in Numbers::all() {
            let written: Vec<u8> = (numbers.read(&all).unwrap())
                .flat_map(|number| {
                    numbers.bytes(match number {
                        Number::Whole(number) => number as u64,
                        Number::Single(number) => number.to_bits().into(),
                        Number::Double(number) => number.to_bits(),
                    })
                })
                .collect();
            assert_eq!(written, all, "{}", numbers.name());
        }
    }
}
