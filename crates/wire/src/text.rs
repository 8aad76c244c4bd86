//! Strings and binary data (v5 sections 1.5.4 and 1.5.6), and topics made of them.

use ascii::AsAsciiStr as _;

/// At most 65,535 bytes of well-formed UTF-8 without U+0000. (Read from an MQTT 3.1 packet it may
/// have U+0000, which that version forbids in topics only.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Utf8EncodedString<'a>(&'a str);

impl<'a> Utf8EncodedString<'a> {
    /// Accepts a string that a packet can carry.
    #[must_use]
    pub fn new(string: &'a str) -> Option<Self> {
        (string.len() <= usize::from(u16::MAX) && !has_zero(string.as_bytes()))
            .then_some(Self(string))
    }

    #[inline(always)]
    pub(crate) const fn trusted(string: &'a str) -> Self {
        Self(string)
    }

    /// The string.
    #[inline(always)]
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// At most 65,535 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BinaryData<'a>(&'a [u8]);

impl<'a> BinaryData<'a> {
    /// Accepts bytes that a packet can carry.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() <= usize::from(u16::MAX)).then_some(Self(bytes))
    }

    #[inline(always)]
    pub(crate) const fn trusted(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[inline(always)]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl core::ops::Deref for $name<'_> {
            type Target = str;
            #[inline]
            fn deref(&self) -> &str { self.as_str() }
        }
        impl core::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.write_str(self.as_str()) }
        }
    )*};
}
as_text!(Utf8EncodedString);

pub(crate) use as_text;

/// Bytes as a string; those of ASCII, nearly all, in a third of the time that `from_utf8` takes.
#[inline(always)]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    match bytes.as_ascii_str() {
        Ok(string) => Some(string.as_str()),
        Err(_) => core::str::from_utf8(bytes).ok(),
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Whether `hit` is set for a byte, eight at a time: strings are short, and a loop over single
/// bytes costs more than the rest of a packet. `hit` sets the high bit of each byte that is one;
/// bits above the first hit may be wrong.
#[inline(always)]
fn any(bytes: &[u8], hit: impl Fn(u64) -> u64) -> bool {
    let is_hit = |word| hit(word) & HIGH != 0;
    if let Some(last) = bytes.last_chunk::<8>() {
        let (chunks, _) = bytes.as_chunks::<8>();
        // The last chunk overlaps the one before it rather than going byte by byte.
        chunks
            .iter()
            .any(|chunk| is_hit(u64::from_le_bytes(*chunk)))
            || is_hit(u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        is_hit(u64::from(last) << 32 | u64::from(first))
    } else {
        bytes
            .iter()
            .any(|&byte| is_hit(LOW.wrapping_mul(u64::from(byte))))
    }
}

#[inline(always)]
const fn zero(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word
}

/// Whether a byte is zero.
#[inline(always)]
pub(crate) fn has_zero(bytes: &[u8]) -> bool {
    any(bytes, zero)
}

/// `+` and `#` differ in one bit.
#[inline(always)]
const fn wildcard(word: u64) -> u64 {
    const HASH: u64 = LOW.wrapping_mul(b'#' as u64);
    const OTHER_BIT: u64 = LOW.wrapping_mul((b'#' ^ b'+') as u64);
    zero((word & !OTHER_BIT) ^ HASH)
}

/// Bytes that make a string worth a closer look: below a space, or not ASCII.
#[inline(always)]
const fn unusual(word: u64) -> u64 {
    (word.wrapping_sub(LOW.wrapping_mul(0x20)) & !word) | word
}

/// Whether a byte is `+` or `#`.
#[inline(always)]
pub(crate) fn has_wildcard(bytes: &[u8]) -> bool {
    any(bytes, wildcard)
}

/// Whether all is ASCII without control characters below the space: then it is well-formed UTF-8
/// without U+0000, and nothing more need be asked.
#[inline(always)]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    !any(bytes, unusual)
}

/// The same, and without a wildcard.
#[inline(always)]
pub(crate) fn is_plain_topic(bytes: &[u8]) -> bool {
    !any(bytes, |word| unusual(word) | wildcard(word))
}

/// Whether control characters or noncharacters are possible: any control byte or any lead byte
/// that such code points have. False alarms are looked at more closely by the caller.
#[inline(always)]
pub(crate) fn may_have_odd(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| {
        found | (byte < 0x20) | (byte == 0x7f) | (byte == 0xc2) | (byte >= 0xef)
    })
}

/// U+0001 to U+001F and U+007F to U+009F.
pub(crate) const fn is_control(character: char) -> bool {
    matches!(character, '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// The 66 code points that Unicode sets apart for no character.
pub(crate) const fn is_noncharacter(character: char) -> bool {
    let code = character as u32;
    (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)
}

/// The code point from U+D800 to U+DFFF whose encoding the bytes begin with.
pub(crate) fn surrogate_of(bytes: &[u8]) -> Option<u32> {
    match *bytes {
        [0xed, middle @ 0xa0..=0xbf, last @ 0x80..=0xbf, ..] => {
            Some(0xd000 | (u32::from(middle & 0x3f) << 6) | u32::from(last & 0x3f))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_length_is_looked_at() {
        for len in 0..40_usize {
            for byte in 0..=255_u8 {
                for place in 0..len {
                    let mut bytes = [b'x'; 40];
                    bytes[place] = byte;
                    let bytes = &bytes[..len];
                    assert_eq!(has_zero(bytes), byte == 0, "{bytes:?}");
                    assert_eq!(
                        has_wildcard(bytes),
                        matches!(byte, b'+' | b'#'),
                        "{bytes:?}"
                    );
                }
            }
        }
    }
}
