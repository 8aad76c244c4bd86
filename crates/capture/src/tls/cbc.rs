//! The CBC suites of TLS 1.2: AES with an explicit IV (RFC 5246, 6.2.3.2), and a MAC before or after it (RFC 7366).

use aes::{Aes128, Aes256};
use cbc::Decryptor;
use cbc::cipher::array::Array;
use cbc::cipher::consts::U16;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::{Sha256, Sha384};

use super::opener::{Record, additional_1_2};
use super::suite::Mac;

const BLOCK: usize = 16;

/// The keys of one direction.
pub(super) struct Cbc {
    key: Key,
    mac: KeyedMac,
    encrypt_then_mac: bool,
}

enum Key {
    Aes128([u8; 16]),
    Aes256([u8; 32]),
}

enum KeyedMac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
}

impl Cbc {
    pub(super) fn new(
        key: &[u8],
        mac: Mac,
        mac_key: &[u8],
        encrypt_then_mac: bool,
    ) -> Option<Self> {
        let key = match key.len() {
            16 => Key::Aes128(key.try_into().ok()?),
            _ => Key::Aes256(key.try_into().ok()?),
        };
        let mac = match mac {
            Mac::Sha1 => KeyedMac::Sha1(Hmac::new_from_slice(mac_key).ok()?),
            Mac::Sha256 => KeyedMac::Sha256(Hmac::new_from_slice(mac_key).ok()?),
            Mac::Sha384 => KeyedMac::Sha384(Hmac::new_from_slice(mac_key).ok()?),
        };
        Some(Self {
            key,
            mac,
            encrypt_then_mac,
        })
    }

    /// The content of a record, if its padding and its MAC are right for this number.
    pub(super) fn open(&self, record: &Record<'_>, number: u64) -> Option<Vec<u8>> {
        let mut sealed = record.content;
        if self.encrypt_then_mac {
            let (covered, mac) = split_end(sealed, self.mac.len())?;
            self.verify(record, number, covered, mac)?;
            sealed = covered;
        }
        let mut bytes = self.decrypted(sealed)?;
        let padding = bytes.last().copied()?;
        let end = bytes
            .len()
            .checked_sub(usize::from(padding).checked_add(1)?)?;
        if bytes.get(end..)?.iter().any(|byte| *byte != padding) {
            return None;
        }
        bytes.truncate(end);
        if !self.encrypt_then_mac {
            let (content, mac) = split_end(&bytes, self.mac.len())?;
            self.verify(record, number, content, mac)?;
            let len = content.len();
            bytes.truncate(len);
        }
        Some(bytes)
    }

    fn verify(&self, record: &Record<'_>, number: u64, covered: &[u8], mac: &[u8]) -> Option<()> {
        let additional = additional_1_2(record, number, covered.len())?;
        let covered = [&additional[..], covered];
        match &self.mac {
            KeyedMac::Sha1(keyed) => verify_with(keyed, covered, mac),
            KeyedMac::Sha256(keyed) => verify_with(keyed, covered, mac),
            KeyedMac::Sha384(keyed) => verify_with(keyed, covered, mac),
        }
    }

    /// The blocks behind the IV, decrypted.
    fn decrypted(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (iv, sealed) = sealed.split_first_chunk::<BLOCK>()?;
        let mut bytes = sealed.to_vec();
        let (blocks, []) = Array::<u8, U16>::slice_as_chunks_mut(&mut bytes) else {
            return None;
        };
        match &self.key {
            Key::Aes128(key) => {
                Decryptor::<Aes128>::new(&(*key).into(), &(*iv).into()).decrypt_blocks(blocks);
            }
            Key::Aes256(key) => {
                Decryptor::<Aes256>::new(&(*key).into(), &(*iv).into()).decrypt_blocks(blocks);
            }
        }
        Some(bytes)
    }
}

impl KeyedMac {
    const fn len(&self) -> usize {
        match self {
            Self::Sha1(_) => Mac::Sha1.len(),
            Self::Sha256(_) => Mac::Sha256.len(),
            Self::Sha384(_) => Mac::Sha384.len(),
        }
    }
}

fn verify_with<M: hmac::Mac + Clone>(keyed: &M, covered: [&[u8]; 2], mac: &[u8]) -> Option<()> {
    let mut keyed = keyed.clone();
    covered.iter().for_each(|part| keyed.update(part));
    keyed.verify_slice(mac).ok()
}

fn split_end(bytes: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(len)?)
}
