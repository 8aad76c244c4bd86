//! Certificates and keys as a person gives them: the path of a file, or the text of a PEM.

use std::fs::File;
use std::io::Read as _;

use mqttscope_protocol::{BridgeFailure, Secured, is_pem};
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::net::identity::{self, Fault, Identity};

/// Bytes of the largest file that is read.
const LARGEST: u64 = 1 << 20;

const CERTIFICATE: &str = "client certificate";
const KEY: &str = "key";

fn failed(what: &str, why: impl Into<String>) -> BridgeFailure {
    BridgeFailure::Given {
        what: what.to_owned(),
        why: why.into(),
    }
}

/// What a field gives. Of a file nothing is told but whether it can be used.
fn bytes(what: &str, given: &str) -> Result<Vec<u8>, BridgeFailure> {
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
    identity::certificates(&bytes(what, given)?).map_err(|why| failed(what, why))
}

/// The client certificate with its key, if there is one.
///
/// # Errors
/// What of the two cannot be read or used.
pub(super) fn identity(secured: &Secured) -> Result<Option<Identity>, BridgeFailure> {
    own(
        CERTIFICATE,
        &secured.certificate,
        &secured.key,
        &secured.passphrase,
    )
}

/// A certificate, which is called `what`, with its key, if there is one.
///
/// # Errors
/// What of the two cannot be read or used.
pub(crate) fn own(
    what: &str,
    certificate: &str,
    key: &str,
    passphrase: &str,
) -> Result<Option<Identity>, BridgeFailure> {
    let (certificate, key) = (certificate.trim(), key.trim());
    if certificate.is_empty() {
        return if key.is_empty() {
            Ok(None)
        } else {
            Err(failed(what, "there is a key and none"))
        };
    }
    let key = if key.is_empty() {
        None
    } else {
        Some(bytes(KEY, key)?)
    };
    let certificate = bytes(what, certificate)?;
    let own = Identity::read(&certificate, key.as_deref(), passphrase);
    own.map(Some).map_err(|fault| match fault {
        Fault::Certificate(why) => failed(what, why),
        Fault::Key(why) => failed(KEY, why),
    })
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
        let certificate = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        for (given, says) in [
            (encrypted, "there is no passphrase"),
            (own, "no private key"),
            ("-----BEGIN X-----", "no private key"),
            ("", "there is a certificate and none"),
        ] {
            let secured = Secured {
                certificate: certificate.cert.pem(),
                key: given.to_owned(),
                ..Secured::default()
            };
            let Err(BridgeFailure::Given { what, why }) = identity(&secured) else {
                panic!("{given}")
            };
            assert!(what == KEY && why.contains(says), "{why}");
        }
    }
}
