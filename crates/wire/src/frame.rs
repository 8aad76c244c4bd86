//! Where packets begin and end: the fixed header's two fields.

use crate::varint;

/// What the first bytes say of a packet's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The packet has `len` bytes, `header_len` of them the fixed header.
    Complete {
        /// 2 to 5.
        header_len: usize,
        /// Header and Remaining Length together.
        len: usize,
    },
    /// The Remaining Length is not all there.
    Incomplete {
        /// Bytes that must at least be added to know or have the packet.
        missing: usize,
    },
    /// The Remaining Length has more than four bytes.
    TooLong,
}

/// Reads the fixed header at the start of `bytes`.
#[inline]
#[must_use]
pub fn header(bytes: &[u8]) -> Header {
    if let &[_, length, ..] = bytes
        && length < 0x80
    {
        return Header::Complete {
            header_len: 2,
            len: usize::from(length).wrapping_add(2),
        };
    }
    match bytes.split_first() {
        None => Header::Incomplete { missing: 2 },
        Some((_, length)) => match varint::read(length) {
            varint::Read::Complete { value, len } => {
                let header_len = len.saturating_add(1);
                Header::Complete {
                    header_len,
                    len: header_len.saturating_add(value as usize),
                }
            }
            varint::Read::Incomplete => Header::Incomplete { missing: 1 },
            varint::Read::TooLong => Header::TooLong,
        },
    }
}
