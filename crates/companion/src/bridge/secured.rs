//! TLS of a bridged connection: what was given, and what came of it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mqttscope_protocol::{BridgeFailure, BridgeStep, Secured, TlsFacts, TlsFailure};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, ProtocolVersion, RootCertStore, SignatureScheme,
};

use super::reach::Wire;
use super::{chain, failure, given};
use crate::net::identity::Identity;
use crate::net::tls::Anybody;

/// TLS towards one server.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
    pub(super) witness: Arc<Witness>,
}

/// Sees what the server shows and asks for.
pub(super) struct Witness {
    verifier: Arc<dyn ServerCertVerifier>,
    /// Whether the verifier asks if the server is who it says it is.
    is_verified: bool,
    /// The client certificate.
    own: Option<Arc<CertifiedKey>>,
    name: ServerName<'static>,
    seen: Mutex<Seen>,
    was_asked: AtomicBool,
}

/// What the server has shown, and why it is not trusted.
#[derive(Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    verdict: Option<rustls::CertificateError>,
}

impl Tls {
    /// What it takes to reach `host`.
    ///
    /// # Errors
    /// What of the settings cannot be used.
    pub(super) fn new(host: &str, secured: &Secured) -> Result<Self, BridgeFailure> {
        let given = |what: &str, why: String| BridgeFailure::Given {
            what: what.to_owned(),
            why,
        };
        let asked = secured.server_name.trim();
        let name = if asked.is_empty() { host } else { asked };
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| given("server name", format!("no certificate can be for {name:?}")))?;
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = if secured.unverified {
            Arc::new(Anybody(Arc::clone(&provider)))
        } else {
            let roots = Arc::new(roots(secured)?);
            let built = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            built
                .build()
                .map_err(|error| given("CA", error.to_string()))?
        };
        let own = match given::identity(secured)? {
            Some(Identity { chain, key }) => {
                let own = CertifiedKey::from_der(chain, key, &provider);
                Some(Arc::new(own.map_err(|error| {
                    given("client certificate", format!("with its key: {error}"))
                })?))
            }
            None => None,
        };
        let witness = Arc::new(Witness {
            verifier,
            is_verified: !secured.unverified,
            own,
            name: name.clone(),
            seen: Mutex::default(),
            was_asked: AtomicBool::new(false),
        });
        let versions: &[_] = if secured.only_1_3 {
            &[&TLS13]
        } else {
            &[&TLS13, &TLS12]
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| given("TLS version", error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(Arc::clone(&witness) as Arc<dyn ResolvesClientCert>);
        let alpn = secured.alpn.iter().map(|name| name.clone().into_bytes());
        config.alpn_protocols = alpn.collect();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
            witness,
        })
    }

    /// The handshake, over any stream.
    pub(super) async fn connect(
        &self,
        stream: Box<dyn Wire>,
    ) -> Result<(TlsStream<Box<dyn Wire>>, TlsFacts), BridgeFailure> {
        match self.connector.connect(self.name.clone(), stream).await {
            Ok(stream) => {
                let facts = self.witness.facts(stream.get_ref().1);
                Ok((stream, facts))
            }
            Err(error) => Err(self.witness.failed(&error).map_or_else(
                || failure::of_step(BridgeStep::Tls, &error),
                BridgeFailure::Tls,
            )),
        }
    }
}

fn roots(secured: &Secured) -> Result<RootCertStore, BridgeFailure> {
    let failed = |why: &str| BridgeFailure::Given {
        what: "CA".to_owned(),
        why: why.to_owned(),
    };
    let mut roots = RootCertStore::empty();
    if secured.ca.trim().is_empty() {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err(failed("this machine trusts no certificates: name one"));
        }
        return Ok(roots);
    }
    for certificate in given::certificates("CA", &secured.ca)? {
        (roots.add(certificate))
            .map_err(|_| failed("it holds a certificate that cannot be used"))?;
    }
    Ok(roots)
}

impl Witness {
    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn facts(&self, connection: &rustls::ClientConnection) -> TlsFacts {
        let seen = self.lock();
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "1.3",
            _ => "1.2",
        };
        let suite = connection.negotiated_cipher_suite();
        let alpn = connection.alpn_protocol().map(String::from_utf8_lossy);
        TlsFacts {
            version: version.to_owned(),
            suite: suite.map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
            alpn: alpn.map(Into::into).unwrap_or_default(),
            is_verified: self.is_verified,
            chain: chain::chain(&seen.chain, &self.name, None),
        }
    }

    /// What TLS says of an error of its stream; `None`: it says nothing.
    pub(super) fn failed(&self, error: &std::io::Error) -> Option<TlsFailure> {
        let error = failure::tls_error(error)?;
        let seen = self.lock();
        let was_asked = self.was_asked.load(Ordering::Relaxed);
        Some(TlsFailure {
            fault: failure::tls_fault(error, was_asked, self.own.is_some()),
            server_name: self.name.to_str().into_owned(),
            chain: chain::chain(&seen.chain, &self.name, seen.verdict.as_ref()),
        })
    }
}

/// Keys are not printed.
impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witness({:?})", self.name)
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = (self.verifier).verify_server_cert(own, more, name, ocsp, now);
        let mut seen = self.lock();
        let all = std::iter::once(own).chain(more);
        seen.chain = all.map(|one| one.clone().into_owned()).collect();
        seen.verdict = match &verified {
            Err(rustls::Error::InvalidCertificate(error)) => Some(error.clone()),
            _ => None,
        };
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        (self.verifier).verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        (self.verifier).verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}
