//! Strings and binary data (v5 sections 1.5.4 and 1.5.6), and topics made of them.

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

/// Whether a byte is zero. A fold without a branch, so that the compiler makes vectors of it.
#[inline(always)]
pub(crate) fn has_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| found | (byte == 0))
}

/// Whether a byte is `+` or `#`.
#[inline(always)]
pub(crate) fn has_wildcard(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| {
        found | (byte == b'+') | (byte == b'#')
    })
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

/// Whether the bytes begin with the encoding of a code point from U+D800 to U+DFFF.
pub(crate) const fn begins_with_surrogate(bytes: &[u8]) -> bool {
    matches!(bytes, [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..])
}
