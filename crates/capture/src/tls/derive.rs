//! Key derivation: the PRF of TLS 1.2 (RFC 5246, 5) and HKDF-Expand-Label of TLS 1.3 (RFC 8446, 7.1).

use hkdf::Hkdf;
use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};

use super::keylog::Secret;
use super::suite::Hash;

/// Fills `out` with the PRF of TLS 1.2. `None` if the secret cannot be a key.
pub(super) fn prf(
    hash: Hash,
    secret: &[u8],
    label: &[u8],
    seed: [&[u8]; 2],
    out: &mut [u8],
) -> Option<()> {
    match hash {
        Hash::Sha256 => p_hash::<Sha256>(secret, label, seed, out),
        Hash::Sha384 => p_hash::<Sha384>(secret, label, seed, out),
    }
}

/// Fills `out` with HKDF-Expand-Label of no context. `None` if the secret is not of the hash's length.
pub(super) fn expand_label(
    hash: Hash,
    secret: &Secret,
    label: &[u8],
    out: &mut [u8],
) -> Option<()> {
    let secret = secret.bytes();
    if secret.len() != hash.len() {
        return None;
    }
    let mut info = Vec::with_capacity(24);
    info.extend_from_slice(&u16::try_from(out.len()).ok()?.to_be_bytes());
    info.push(u8::try_from(label.len().checked_add(6)?).ok()?);
    info.extend_from_slice(b"tls13 ");
    info.extend_from_slice(label);
    info.push(0);
    match hash {
        Hash::Sha256 => Hkdf::<Sha256>::from_prk(secret)
            .ok()?
            .expand(&info, out)
            .ok(),
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret)
            .ok()?
            .expand(&info, out)
            .ok(),
    }
}

impl Hash {
    /// The traffic secret behind a KeyUpdate (RFC 8446, 7.2).
    pub(super) fn updated(self, secret: &Secret) -> Option<Secret> {
        let mut next = [0; 48];
        let next = next.get_mut(..self.len())?;
        expand_label(self, secret, b"traffic upd", next)?;
        Secret::new(next)
    }
}

fn p_hash<D: EagerHash>(secret: &[u8], label: &[u8], seed: [&[u8]; 2], out: &mut [u8]) -> Option<()>
where
    Hmac<D>: Mac + KeyInit + Clone,
{
    let keyed = <Hmac<D> as KeyInit>::new_from_slice(secret).ok()?;
    let seeded = |mut mac: Hmac<D>| {
        mac.update(label);
        seed.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes()
    };
    let mut a = seeded(keyed.clone());
    for chunk in out.chunks_mut(a.len()) {
        let block = seeded(keyed.clone().chain_update(&a));
        chunk.copy_from_slice(block.get(..chunk.len())?);
        a = keyed.clone().chain_update(&a).finalize().into_bytes();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        let digits: Vec<u32> = digits
            .chars()
            .filter_map(|digit| digit.to_digit(16))
            .collect();
        digits
            .chunks(2)
            .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap())
            .collect()
    }

    /// The vector that the TLS working group's list gives for P_SHA256 (2009).
    #[test]
    fn prf_of_a_published_vector() {
        let mut out = [0; 100];
        prf(
            Hash::Sha256,
            &hex("9bbe436ba940f017b17652849a71db35"),
            b"test label",
            [&hex("a0ba9f936cda311827a6f796ffd5198c"), b""],
            &mut out,
        )
        .unwrap();
        assert_eq!(
            out[..32],
            hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a")
        );
        assert_eq!(out[96..], hex("87347b66"));
    }

    /// The server's handshake traffic keys of RFC 8448, 3.
    #[test]
    fn label_of_a_published_trace() {
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let secret = Secret::new(&secret).unwrap();
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        expand_label(Hash::Sha256, &secret, b"key", &mut key).unwrap();
        expand_label(Hash::Sha256, &secret, b"iv", &mut iv).unwrap();
        assert_eq!(key[..], hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(iv[..], hex("5d313eb2671276ee13000b30"));
        assert_eq!(
            expand_label(Hash::Sha384, &secret, b"key", &mut key),
            None,
            "a secret of another hash"
        );
    }
}
