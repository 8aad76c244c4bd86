//! Certificates and keys as a person gives them: the path of a PEM file, or its text.

use std::fs::File;
use std::io::Read as _;

use mqttscope_protocol::{BridgeFailure, is_pem};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Bytes of the largest file that is read.
const LARGEST: u64 = 1 << 20;

fn failed(what: &str, why: impl Into<String>) -> BridgeFailure {
    BridgeFailure::Given {
        what: what.to_owned(),
        why: why.into(),
    }
}

/// The PEM of a field. Of a file nothing is told but whether it can be used.
fn pem(what: &str, given: &str) -> Result<Vec<u8>, BridgeFailure> {
    if is_pem(given) {
        return Ok(given.as_bytes().to_vec());
    }
    if given.contains(['\n', '\r']) || given.len() > 4096 {
        return Err(failed(what, "it is neither PEM nor the path of a file"));
    }
    let read = || {
        let file = File::open(given.trim())?;
        // A device or a pipe may never end.
        if !file.metadata()?.is_file() {
            return Err(std::io::Error::other("it is not a file"));
        }
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| failed(what, format!("reading {given:?}: {error}")))
}

/// All certificates of a field, at least one.
///
/// # Errors
/// It cannot be read, or holds none.
pub(super) fn certificates(
    what: &str,
    given: &str,
) -> Result<Vec<CertificateDer<'static>>, BridgeFailure> {
    let pem = pem(what, given)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err(failed(what, "it holds no certificate in PEM")),
        Ok(all) => Ok(all),
        Err(_) => Err(failed(what, "its PEM is broken")),
    }
}

/// The key of a field.
///
/// # Errors
/// It cannot be read, or holds none that is not encrypted.
pub(super) fn key(what: &str, given: &str) -> Result<PrivateKeyDer<'static>, BridgeFailure> {
    let pem = pem(what, given)?;
    if pem.windows(9).any(|part| part == b"ENCRYPTED") {
        return Err(failed(
            what,
            "it is encrypted: `openssl pkey -in KEY -out PLAIN` writes one that is not",
        ));
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| failed(what, "it holds no private key in PEM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_told_and_never_quoted() {
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (given, says) in [
            ("/nowhere/ca.pem", "No such file"),
            (env!("CARGO_MANIFEST_DIR"), "it is not a file"),
            (own, "it holds no certificate in PEM"),
            ("a\nb", "neither PEM nor the path"),
            ("-----BEGIN CERTIFICATE-----\nAA", "PEM"),
        ] {
            let Err(BridgeFailure::Given { what, why }) = certificates("CA", given) else {
                panic!("{given}")
            };
            assert!(what == "CA" && why.contains(says), "{why}");
            assert!(!why.contains("mqttscope-companion"), "{why}");
        }
        let encrypted =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----";
        for (given, says) in [
            (encrypted, "it is encrypted"),
            (own, "no private key"),
            ("-----BEGIN X-----", "no private key"),
        ] {
            let Err(BridgeFailure::Given { why, .. }) = key("key", given) else {
                panic!("{given}")
            };
            assert!(why.contains(says), "{why}");
        }
    }
}
