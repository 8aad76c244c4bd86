//! The certificate with which a client shows who it is, and its key: PEM, also in one file and with an encrypted key, or
//! PKCS#12.

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const ENCRYPTED: (&str, &str) = (
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "-----END ENCRYPTED PRIVATE KEY-----",
);

/// A certificate with its chain, and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// What of the given cannot be used, and why. Nothing of a file is quoted.
#[derive(Debug)]
pub(crate) enum Fault {
    Certificate(&'static str),
    Key(&'static str),
}

impl Identity {
    /// Reads what was given. Without a key of its own, it stands beside the certificate.
    ///
    /// # Errors
    /// What cannot be used.
    pub(crate) fn read(
        certificate: &[u8],
        key: Option<&[u8]>,
        passphrase: &str,
    ) -> Result<Self, Fault> {
        if is_pkcs12(certificate) {
            return of_pkcs12(certificate, passphrase);
        }
        let chain = certificates(certificate).map_err(Fault::Certificate)?;
        let key = match key {
            Some(key) => private_key(key, passphrase).map_err(Fault::Key)?,
            None if !holds_key(certificate) => {
                return Err(Fault::Key("there is a certificate and none"));
            }
            None => private_key(certificate, passphrase).map_err(Fault::Key)?,
        };
        Ok(Self { chain, key })
    }
}

/// All certificates of a PEM, at least one.
///
/// # Errors
/// It holds none, or is broken.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err("it holds no certificate in PEM"),
        Ok(all) => Ok(all),
        Err(_) => Err("its PEM is broken"),
    }
}

/// The private key of a PEM.
///
/// # Errors
/// It holds none, or one that this passphrase does not open.
pub(crate) fn private_key(
    pem: &[u8],
    passphrase: &str,
) -> Result<PrivateKeyDer<'static>, &'static str> {
    if let Some(block) = encrypted_block(pem) {
        if passphrase.is_empty() {
            return Err("it is encrypted, and there is no passphrase");
        }
        let (_, document) = SecretDocument::from_pem(block).map_err(|_| "its PEM is broken")?;
        let encrypted = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
            .map_err(|_| "it holds no encrypted key")?;
        let plain = encrypted
            .decrypt(passphrase)
            .map_err(|_| "this passphrase does not open it")?;
        return Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into());
    }
    if contains(pem, b"Proc-Type: 4,ENCRYPTED") {
        return Err(
            "it is encrypted in an old way: `openssl pkey -in KEY -out PLAIN` writes one that is not",
        );
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| "it holds no private key in PEM")
}

/// Whether these bytes begin as a PFX of PKCS#12 does: a sequence whose first element is the number 3.
pub(crate) fn is_pkcs12(bytes: &[u8]) -> bool {
    let start = bytes.get(..10).unwrap_or_default();
    start.first() == Some(&0x30) && contains(start, &[0x02, 0x01, 0x03])
}

fn of_pkcs12(bytes: &[u8], passphrase: &str) -> Result<Identity, Fault> {
    let store = KeyStore::from_pkcs12(bytes, passphrase, Pkcs12ImportPolicy::Strict);
    let store = store.map_err(|error| {
        Fault::Certificate(match error {
            p12_keystore::error::Error::MacError(_) if passphrase.is_empty() => {
                "this PKCS#12 file asks for a passphrase"
            }
            p12_keystore::error::Error::MacError(_) => {
                "this passphrase does not open the PKCS#12 file"
            }
            _ => "this PKCS#12 file cannot be read",
        })
    })?;
    let (_, chain) = store.private_key_chain().ok_or(Fault::Certificate(
        "this PKCS#12 file holds no key with its certificate",
    ))?;
    let certificates = chain.certs().iter();
    Ok(Identity {
        chain: certificates
            .map(|certificate| CertificateDer::from(certificate.as_der().to_vec()))
            .collect(),
        key: PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec()).into(),
    })
}

fn holds_key(pem: &[u8]) -> bool {
    contains(pem, b"PRIVATE KEY-----")
}

fn encrypted_block(pem: &[u8]) -> Option<&str> {
    let text = str::from_utf8(pem).ok()?;
    let block = text.get(text.find(ENCRYPTED.0)?..)?;
    let end = block.find(ENCRYPTED.1)?.checked_add(ENCRYPTED.1.len())?;
    block.get(..end)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|own| own == part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(format!(
            "{}/tests/identity/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
    }

    fn read(certificate: &str, key: &str, passphrase: &str) -> Result<Identity, Fault> {
        let key = (!key.is_empty()).then(|| file(key));
        Identity::read(&file(certificate), key.as_deref(), passphrase)
    }

    #[test]
    fn the_forms_of_openssl_hold_the_same_certificate_and_key() {
        let plain = read("both.pem", "", "").unwrap();
        for (certificate, key, passphrase) in [
            ("cert.pem", "both.pem", ""),
            ("cert.pem", "encrypted.key", "secret"),
            ("modern.p12", "", "secret"),
            ("legacy.p12", "", "secret"),
            ("open.p12", "", ""),
        ] {
            let own = read(certificate, key, passphrase).unwrap();
            assert_eq!(own.chain, plain.chain, "{certificate}");
            assert_eq!(
                own.key.secret_der(),
                plain.key.secret_der(),
                "{certificate} {key}"
            );
        }
    }

    #[test]
    fn what_cannot_be_opened_is_told() {
        for (certificate, key, passphrase, says) in [
            (
                "modern.p12",
                "",
                "wrong",
                "this passphrase does not open the PKCS#12",
            ),
            ("legacy.p12", "", "", "asks for a passphrase"),
            ("keyless.p12", "", "secret", "holds no key"),
            ("cert.pem", "encrypted.key", "", "there is no passphrase"),
            (
                "cert.pem",
                "encrypted.key",
                "wrong",
                "this passphrase does not open it",
            ),
            ("cert.pem", "old.key", "secret", "an old way"),
            ("cert.pem", "cert.pem", "", "no private key"),
            ("cert.pem", "", "", "there is a certificate and none"),
            ("encrypted.key", "", "", "no certificate"),
        ] {
            let (Fault::Certificate(why) | Fault::Key(why)) =
                read(certificate, key, passphrase).unwrap_err();
            assert!(why.contains(says), "{certificate} {key}: {why}");
        }
        let cut = file("modern.p12");
        let cut = Identity::read(cut.get(..cut.len() / 2).unwrap(), None, "secret").unwrap_err();
        assert!(matches!(
            cut,
            Fault::Certificate("this PKCS#12 file cannot be read")
        ));
    }
}
