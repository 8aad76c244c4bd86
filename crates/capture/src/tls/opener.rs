//! What opens the records of one direction and epoch: cipher, nonces, additional data.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes128Gcm, Aes256Gcm, KeyInit};
use ccm::Ccm;
use ccm::consts::{U8, U12, U16};
use chacha20poly1305::ChaCha20Poly1305;

use super::cbc::Cbc;
use super::derive::{expand_label, prf};
use super::keylog::Secret;
use super::suite::{Bulk, CipherSuite};
use crate::reading::Role;

/// The lengths of the parts of an AEAD nonce in TLS 1.2: the salt from the keys, and the rest from the record.
const SALT: usize = 4;
const EXPLICIT: usize = 8;

/// A record as it went over the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: u8,
    pub(super) version: [u8; 2],
    pub(super) content: &'a [u8],
}

/// The content of a record that opened.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) kind: u8,
    pub(super) bytes: Vec<u8>,
}

/// Opens records of one direction, given their numbers.
pub(super) enum Opener {
    /// TLS 1.2 with AES-GCM or AES-CCM: half of the nonce stands in the record.
    Explicit { aead: Aead, salt: [u8; SALT] },
    /// TLS 1.2 with ChaCha20-Poly1305.
    Implicit { aead: Aead, iv: [u8; 12] },
    /// TLS 1.2 with CBC.
    Cbc(Box<Cbc>),
    /// TLS 1.3.
    Inner { aead: Aead, iv: [u8; 12] },
}

/// The secrets and random values of a TLS 1.2 handshake.
pub(super) struct Master<'a> {
    pub(super) secret: &'a Secret,
    pub(super) client_random: &'a [u8; 32],
    pub(super) server_random: &'a [u8; 32],
    pub(super) encrypt_then_mac: bool,
}

impl Opener {
    /// What opens the records of a side in TLS 1.2.
    pub(super) fn of_1_2(suite: CipherSuite, master: &Master<'_>, from: Role) -> Option<Self> {
        let bulk = suite.bulk()?;
        let (mac_len, iv_len) = match bulk {
            Bulk::Aes128Cbc(mac) | Bulk::Aes256Cbc(mac) => (mac.len(), 0),
            Bulk::ChaCha20Poly1305 => (0, 12),
            _ => (0, SALT),
        };
        let mut block = [0; 2 * (48 + 32 + 12)];
        let seed = [&master.server_random[..], &master.client_random[..]];
        let secret = master.secret.bytes();
        prf(suite.hash(), secret, b"key expansion", seed, &mut block)?;
        // The client's and the server's MAC key, then their keys, then their IVs.
        let mut rest = &block[..];
        let mut pair = |len: usize| {
            let (client, behind) = rest.split_at_checked(len)?;
            let (server, behind) = behind.split_at_checked(len)?;
            rest = behind;
            Some(match from {
                Role::Client => client,
                Role::Server => server,
            })
        };
        let (mac_key, key, iv) = (pair(mac_len)?, pair(bulk.key_len())?, pair(iv_len)?);
        Some(match bulk {
            Bulk::Aes128Cbc(mac) | Bulk::Aes256Cbc(mac) => Self::Cbc(Box::new(Cbc::new(
                key,
                mac,
                mac_key,
                master.encrypt_then_mac,
            )?)),
            Bulk::ChaCha20Poly1305 => Self::Implicit {
                aead: Aead::new(bulk, key)?,
                iv: iv.try_into().ok()?,
            },
            _ => Self::Explicit {
                aead: Aead::new(bulk, key)?,
                salt: iv.try_into().ok()?,
            },
        })
    }

    /// What opens records under a traffic secret of TLS 1.3.
    pub(super) fn of_1_3(suite: CipherSuite, secret: &Secret) -> Option<Self> {
        let bulk = suite.bulk()?;
        let (mut key, mut iv) = ([0; 32], [0; 12]);
        let key = key.get_mut(..bulk.key_len())?;
        expand_label(suite.hash(), secret, b"key", key)?;
        expand_label(suite.hash(), secret, b"iv", &mut iv)?;
        let aead = Aead::new(bulk, key)?;
        Some(Self::Inner { aead, iv })
    }

    /// The content of a record, if it is the one of this number and was not changed.
    pub(super) fn open(&self, record: &Record<'_>, number: u64) -> Option<Content> {
        let kind = record.kind;
        let content = record.content;
        let bytes = match self {
            Self::Cbc(cbc) => cbc.open(record, number)?,
            Self::Explicit { aead, salt } => {
                let (explicit, sealed) = content.split_first_chunk::<EXPLICIT>()?;
                let mut nonce = [0; 12];
                let (front, back) = nonce.split_first_chunk_mut::<SALT>()?;
                *front = *salt;
                back.copy_from_slice(explicit);
                let len = sealed.len().checked_sub(aead.tag_len())?;
                let additional = additional_1_2(record, number, len)?;
                aead.open(&nonce, &additional, sealed)?
            }
            Self::Implicit { aead, iv } => {
                let len = content.len().checked_sub(aead.tag_len())?;
                let additional = additional_1_2(record, number, len)?;
                aead.open(&nonce_of(iv, number), &additional, content)?
            }
            Self::Inner { aead, iv } => {
                let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
                let [major, minor] = record.version;
                let additional = [kind, major, minor, high, low];
                let bytes = aead.open(&nonce_of(iv, number), &additional, content)?;
                return without_padding(bytes);
            }
        };
        Some(Content { kind, bytes })
    }
}

/// What a MAC or AEAD of TLS 1.2 covers before the content: number, type, version, length.
pub(super) fn additional_1_2(record: &Record<'_>, number: u64, len: usize) -> Option<[u8; 13]> {
    let mut bytes = [0; 13];
    let (front, back) = bytes.split_first_chunk_mut::<8>()?;
    *front = number.to_be_bytes();
    let [high, low] = u16::try_from(len).ok()?.to_be_bytes();
    let [major, minor] = record.version;
    back.copy_from_slice(&[record.kind, major, minor, high, low]);
    Some(bytes)
}

/// The nonce of a record: its number, padded to the left, with the IV added (RFC 8446, 5.3).
fn nonce_of(iv: &[u8; 12], number: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (byte, of) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
        *byte ^= of;
    }
    nonce
}

/// The content of TLSInnerPlaintext: its type is the last byte that is not zero.
fn without_padding(mut bytes: Vec<u8>) -> Option<Content> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    let kind = bytes.get(end).copied()?;
    bytes.truncate(end);
    Some(Content { kind, bytes })
}

type Ccm128 = Ccm<aes::Aes128, U16, U12>;
type Ccm256 = Ccm<aes::Aes256, U16, U12>;
type Ccm128Short = Ccm<aes::Aes128, U8, U12>;
type Ccm256Short = Ccm<aes::Aes256, U8, U12>;

/// A keyed AEAD.
pub(super) enum Aead {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    Aes128Ccm(Box<Ccm128>),
    Aes256Ccm(Box<Ccm256>),
    Aes128Ccm8(Box<Ccm128Short>),
    Aes256Ccm8(Box<Ccm256Short>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
}

impl Aead {
    fn new(bulk: Bulk, key: &[u8]) -> Option<Self> {
        fn keyed<A: KeyInit>(key: &[u8]) -> Option<Box<A>> {
            A::new_from_slice(key).ok().map(Box::new)
        }
        Some(match bulk {
            Bulk::Aes128Gcm => Self::Aes128Gcm(keyed(key)?),
            Bulk::Aes256Gcm => Self::Aes256Gcm(keyed(key)?),
            Bulk::Aes128Ccm => Self::Aes128Ccm(keyed(key)?),
            Bulk::Aes256Ccm => Self::Aes256Ccm(keyed(key)?),
            Bulk::Aes128Ccm8 => Self::Aes128Ccm8(keyed(key)?),
            Bulk::Aes256Ccm8 => Self::Aes256Ccm8(keyed(key)?),
            Bulk::ChaCha20Poly1305 => Self::ChaCha20Poly1305(keyed(key)?),
            Bulk::Aes128Cbc(_) | Bulk::Aes256Cbc(_) => return None,
        })
    }

    const fn tag_len(&self) -> usize {
        match self {
            Self::Aes128Ccm8(_) | Self::Aes256Ccm8(_) => 8,
            _ => 16,
        }
    }

    fn open(&self, nonce: &[u8; 12], additional: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (body, tag) = sealed.split_at_checked(sealed.len().checked_sub(self.tag_len())?)?;
        match self {
            Self::Aes128Gcm(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::Aes256Gcm(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::Aes128Ccm(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::Aes256Ccm(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::Aes128Ccm8(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::Aes256Ccm8(aead) => open_with(&**aead, nonce, additional, body, tag),
            Self::ChaCha20Poly1305(aead) => open_with(&**aead, nonce, additional, body, tag),
        }
    }
}

fn open_with<A: AeadInOut>(
    aead: &A,
    nonce: &[u8; 12],
    additional: &[u8],
    body: &[u8],
    tag: &[u8],
) -> Option<Vec<u8>> {
    let mut bytes = vec![0; body.len()];
    let buffer = InOutBuf::new(body, &mut bytes).ok()?;
    let nonce = nonce[..].try_into().ok()?;
    aead.decrypt_inout_detached(nonce, additional, buffer, tag.try_into().ok()?)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_added_to_the_end_of_the_iv() {
        let iv = [0xff; 12];
        assert_eq!(nonce_of(&iv, 0), iv);
        assert_eq!(nonce_of(&iv, 0x0102)[9..], [0xff, 0xfe, 0xfd]);
        assert_eq!(nonce_of(&iv, u64::MAX)[..5], [0xff, 0xff, 0xff, 0xff, 0]);
    }

    #[test]
    fn padding_is_taken_off_and_the_type_with_it() {
        let content = without_padding(vec![0, 1, 0, 23, 0, 0]).unwrap();
        assert_eq!((content.kind, &content.bytes[..]), (23, &[0, 1, 0][..]));
        let content = without_padding(vec![21]).unwrap();
        assert_eq!((content.kind, &content.bytes[..]), (21, &[][..]));
        assert!(without_padding(vec![0, 0]).is_none());
        assert!(without_padding(vec![]).is_none());
    }
}
