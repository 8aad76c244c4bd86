//! Cipher suites: what a suite's name says of how its records are sealed.

use core::fmt;

use super::names::NAMES;

/// A cipher suite by its IANA identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CipherSuite(pub u16);

/// The hash of a suite's key derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    /// The length of a digest in bytes.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// The hash of a CBC suite's MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mac {
    Sha1,
    Sha256,
    Sha384,
}

impl Mac {
    /// The length of the key and of the MAC in bytes.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// What seals the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    ChaCha20Poly1305,
    Aes128Cbc(Mac),
    Aes256Cbc(Mac),
}

impl Bulk {
    /// The length of the key in bytes.
    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Ccm | Self::Aes128Ccm8 | Self::Aes128Cbc(_) => 16,
            Self::Aes256Gcm
            | Self::Aes256Ccm
            | Self::Aes256Ccm8
            | Self::Aes256Cbc(_)
            | Self::ChaCha20Poly1305 => 32,
        }
    }
}

impl CipherSuite {
    /// Its name in the registry of IANA, if it is one of those that are known here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let index = NAMES.binary_search_by_key(&self.0, |(id, _)| *id).ok()?;
        NAMES.get(index).map(|(_, name)| *name)
    }

    /// What seals its records, if that can be opened.
    pub(super) fn bulk(self) -> Option<Bulk> {
        let name = self.name()?;
        let has = |part: &str| name.contains(part);
        let mac = || match () {
            () if name.ends_with("_SHA") => Mac::Sha1,
            () if name.ends_with("_SHA384") => Mac::Sha384,
            () => Mac::Sha256,
        };
        Some(match () {
            () if has("_AES_128_GCM") => Bulk::Aes128Gcm,
            () if has("_AES_256_GCM") => Bulk::Aes256Gcm,
            () if has("_AES_128_CCM_8") => Bulk::Aes128Ccm8,
            () if has("_AES_256_CCM_8") => Bulk::Aes256Ccm8,
            () if has("_AES_128_CCM") => Bulk::Aes128Ccm,
            () if has("_AES_256_CCM") => Bulk::Aes256Ccm,
            () if has("_CHACHA20_POLY1305") => Bulk::ChaCha20Poly1305,
            () if has("_AES_128_CBC") => Bulk::Aes128Cbc(mac()),
            () if has("_AES_256_CBC") => Bulk::Aes256Cbc(mac()),
            () => return None,
        })
    }

    /// The hash of its key derivation in TLS 1.2 and 1.3.
    pub(super) fn hash(self) -> Hash {
        if self.name().is_some_and(|name| name.ends_with("_SHA384")) {
            Hash::Sha384
        } else {
            Hash::Sha256
        }
    }

    /// Whether it is one of TLS 1.3, which no earlier version can have.
    pub(super) const fn is_of_1_3(self) -> bool {
        self.0 >> 8 == 0x13
    }
}

/// The name, or the number where the name is not known.
impl fmt::Display for CipherSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "cipher suite 0x{:04x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_name_says_how_records_are_sealed() {
        let of = |id: u16| (CipherSuite(id).bulk(), CipherSuite(id).hash());
        assert_eq!(of(0x1301), (Some(Bulk::Aes128Gcm), Hash::Sha256));
        assert_eq!(of(0x1302), (Some(Bulk::Aes256Gcm), Hash::Sha384));
        assert_eq!(of(0x1305), (Some(Bulk::Aes128Ccm8), Hash::Sha256));
        assert_eq!(of(0xc0a9), (Some(Bulk::Aes256Ccm8), Hash::Sha256));
        assert_eq!(of(0x002f), (Some(Bulk::Aes128Cbc(Mac::Sha1)), Hash::Sha256));
        assert_eq!(
            of(0xc028),
            (Some(Bulk::Aes256Cbc(Mac::Sha384)), Hash::Sha384)
        );
        assert_eq!(of(0x000a), (None, Hash::Sha256));
    }

    #[test]
    fn a_suite_without_a_name_is_shown_by_its_number() {
        assert_eq!(CipherSuite(0x1301).to_string(), "TLS_AES_128_GCM_SHA256");
        assert_eq!(CipherSuite(0x1399).to_string(), "cipher suite 0x1399");
    }
}
