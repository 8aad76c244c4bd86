//! TLS on either side: certificates as PEM files, and certificates that are made here.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::identity::{self, Fault, Identity};

/// TLS towards a broker.
#[derive(Args, Debug, Default)]
pub(crate) struct Outwards {
    /// Speak TLS to the broker.
    #[arg(long)]
    pub(crate) tls: bool,
    /// Trust the certificates in this PEM file, in place of those that this machine trusts.
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) cafile: Option<PathBuf>,
    /// The client certificate, with its chain (PEM), or with its key, too (PEM or PKCS#12).
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) cert: Option<PathBuf>,
    /// The key of the client certificate (PEM), where it is not in the certificate's file.
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// A file whose first line is the passphrase of the key, or of the PKCS#12 file.
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The name that is asked for and verified, where it is not the host.
    #[arg(long, value_name = "NAME", requires = "tls")]
    pub(crate) sni: Option<String>,
    /// A protocol that is offered (AWS IoT wants `mqtt` at port 443); may be given several times.
    #[arg(long, value_name = "NAME", requires = "tls")]
    pub(crate) alpn: Vec<String>,
    /// Do not verify who the broker is. Whoever stands in between reads all.
    #[arg(long, requires = "tls", conflicts_with = "cafile")]
    pub(crate) insecure: bool,
}

/// TLS towards those who connect here.
#[derive(Args, Debug, Default)]
pub(crate) struct Inwards {
    /// Listen with TLS and this certificate, with its chain (PEM).
    #[arg(long, value_name = "FILE", requires = "listen_key")]
    pub(crate) listen_cert: Option<PathBuf>,
    /// The key of that certificate (PEM, not encrypted).
    #[arg(long, value_name = "FILE", requires = "listen_cert")]
    pub(crate) listen_key: Option<PathBuf>,
    /// Listen with TLS and a certificate that is made here and kept in this folder; clients must trust its ca.pem.
    #[arg(long, value_name = "FOLDER", conflicts_with = "listen_cert")]
    pub(crate) listen_make: Option<PathBuf>,
    /// A name or address that the made certificate is for, beside those of this machine; may be given several times.
    #[arg(long, value_name = "NAME", requires = "listen_make")]
    pub(crate) listen_name: Vec<String>,
}

/// How a broker is reached by TLS.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) tls: TlsConnector,
    pub(crate) name: ServerName<'static>,
}

impl Outwards {
    /// What it takes to reach `host`; `None` without TLS.
    ///
    /// # Errors
    /// A file that cannot be used, and why; a name that is none.
    pub(crate) fn connector(&self, host: &str) -> Result<Option<Connector>> {
        if !self.tls {
            return Ok(None);
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        let builder = if self.insecure {
            eprintln!(
                "mqttscope: warning: --insecure: nobody verifies that {host} is who it says it is"
            );
            let verifier = Anybody(Arc::new(ring::default_provider()));
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            builder.with_root_certificates(self.roots()?)
        };
        let mut config = match &self.cert {
            Some(cert) => {
                let Identity { chain, key } = self.identity(cert)?;
                builder
                    .with_client_auth_cert(chain, key)
                    .with_context(|| format!("{} with its key", cert.display()))?
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self
            .alpn
            .iter()
            .map(|name| name.clone().into_bytes())
            .collect();
        let name = self.sni.as_deref().unwrap_or(host);
        Ok(Some(Connector {
            tls: TlsConnector::from(Arc::new(config)),
            name: ServerName::try_from(name.to_owned())
                .with_context(|| format!("`{name}` is no name that a certificate can have"))?,
        }))
    }

    fn identity(&self, cert: &Path) -> Result<Identity> {
        let passphrase = match &self.passphrase_file {
            Some(file) => String::from_utf8_lossy(&read(file)?).into_owned(),
            None => String::new(),
        };
        let key = self.key.as_deref().map(read).transpose()?;
        let passphrase = passphrase.lines().next().unwrap_or_default();
        Identity::read(&read(cert)?, key.as_deref(), passphrase).map_err(|fault| match fault {
            Fault::Certificate(why) => anyhow!("{}: {why}", cert.display()),
            Fault::Key(why) => {
                anyhow!(
                    "the key in {}: {why}",
                    self.key.as_deref().unwrap_or(cert).display()
                )
            }
        })
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = &self.cafile {
            for certificate in certificates(path)? {
                roots.add(certificate).with_context(|| {
                    format!("{} holds a certificate that cannot be used", path.display())
                })?;
            }
            return Ok(roots);
        }
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            bail!("this machine trusts no certificates: name some with --cafile");
        }
        Ok(roots)
    }
}

impl Inwards {
    /// What it takes to listen; `None` without TLS.
    ///
    /// # Errors
    /// A file that cannot be read, used or written.
    pub(crate) fn acceptor(&self, listen: IpAddr) -> Result<Option<TlsAcceptor>> {
        let (cert, key) = match (&self.listen_cert, &self.listen_key, &self.listen_make) {
            (Some(cert), Some(key), _) => (cert.clone(), key.clone()),
            (_, _, Some(folder)) => made(folder, &self.listen_name, listen)?,
            _ => return Ok(None),
        };
        let acceptor = acceptor(certificates(&cert)?, private_key(&key)?);
        let context = || format!("{} and {}", cert.display(), key.display());
        Ok(Some(acceptor.with_context(context)?))
    }
}

/// What it takes to listen with this certificate and its key.
///
/// # Errors
/// They do not belong together, or cannot be used.
pub(crate) fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    identity::certificates(&read(path)?).map_err(|why| anyhow!("{}: {why}", path.display()))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    identity::private_key(&read(path)?, "").map_err(|why| anyhow!("{}: {why}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// A certificate and its key in a folder: those that are there, or new ones.
fn made(folder: &Path, names: &[String], listen: IpAddr) -> Result<(PathBuf, PathBuf)> {
    let (ca, cert, key) = (
        folder.join("ca.pem"),
        folder.join("cert.pem"),
        folder.join("key.pem"),
    );
    if cert.is_file() && key.is_file() {
        eprintln!(
            "mqttscope: the certificate in {} is used again",
            folder.display()
        );
        return Ok((cert, key));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let made = Made::new(names, listen)?;
    write(&key, &made.key, true)?;
    write(&cert, &made.cert, false)?;
    write(&ca, &made.ca, false)?;
    eprintln!("mqttscope: clients must trust {}", ca.display());
    Ok((cert, key))
}

/// A certificate that was made here, all of it PEM. The key of the CA that signs it is kept nowhere, so nobody can sign with it
/// what this machine's clients then trust.
pub(crate) struct Made {
    /// What clients must trust.
    pub(crate) ca: String,
    cert: String,
    key: String,
}

impl Made {
    /// One for this machine, the address where it listens, and these names and addresses.
    ///
    /// # Errors
    /// What is no name that a certificate can have.
    pub(crate) fn new(names: &[String], listen: IpAddr) -> Result<Self> {
        let mut all = vec![
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "::1".to_owned(),
        ];
        if !listen.is_unspecified() {
            all.push(listen.to_string());
        }
        all.extend(names.iter().cloned());
        all.sort();
        all.dedup();
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority
            .distinguished_name
            .push(DnType::CommonName, "mqttscope on this machine");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let own_key = KeyPair::generate()?;
        let mut own = CertificateParams::new(all)?;
        own.distinguished_name.push(DnType::CommonName, "mqttscope");
        own.use_authority_key_identifier_extension = true;
        // Some clients refuse certificates that hold longer than 825 days.
        let year = this_year();
        for params in [&mut authority, &mut own] {
            params.not_before = rcgen::date_time_ymd(year, 1, 1);
            params.not_after = rcgen::date_time_ymd(year.saturating_add(2), 1, 1);
        }
        let authority_cert = authority.self_signed(&authority_key)?;
        let issuer = Issuer::from_params(&authority, &authority_key);
        Ok(Self {
            ca: authority_cert.pem(),
            cert: own.signed_by(&own_key, &issuer)?.pem(),
            key: own_key.serialize_pem(),
        })
    }

    /// What it takes to listen with it.
    ///
    /// # Errors
    /// The library does not take its own.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor> {
        let chain = identity::certificates(self.cert.as_bytes()).map_err(anyhow::Error::msg)?;
        let key = identity::private_key(self.key.as_bytes(), "").map_err(anyhow::Error::msg)?;
        Ok(acceptor(chain, key)?)
    }
}

fn this_year() -> i32 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    // Of 365.2425 days.
    i32::try_from(since.as_secs() / 31_556_952)
        .unwrap_or(0)
        .saturating_add(1970)
}

fn write(path: &Path, text: &str, is_secret: bool) -> Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))
}

/// Takes anybody for who they say they are, as was asked for.
#[derive(Debug)]
pub(crate) struct Anybody(pub(crate) Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
