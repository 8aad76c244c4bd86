//! A server's certificates as the page shows them: whose, by whom, from when until when, and what is wrong.

use std::net::IpAddr;

use mqttscope_protocol::{Certificate, CertificateFault};
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, OtherError};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

/// Certificates of a chain that are looked at; servers send two or three.
const MOST: usize = 10;
/// Names of a certificate that are told.
const NAMES: usize = 20;
/// Characters of a name that are told: servers send what they like.
const LONGEST: usize = 200;

/// The chain that a server has shown, its own certificate first; `verdict` is why it is not trusted.
pub(super) fn chain(
    shown: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    verdict: Option<&CertificateError>,
) -> Vec<Certificate> {
    let shown = shown.get(..MOST).unwrap_or(shown);
    let mut all: Vec<Certificate> = shown.iter().map(certificate).collect();
    if let (Some(der), Some(own)) = (shown.first(), all.first_mut())
        && let Ok(parsed) = ParsedCertificate::try_from(der)
        && verify_server_name(&parsed, name).is_err()
    {
        own.faults.push(CertificateFault::WrongName);
    }
    if verdict.is_some_and(is_of_no_trust)
        && let Some(last) = all.last_mut()
    {
        last.faults.push(if last.subject == last.issuer {
            CertificateFault::SelfSigned
        } else {
            CertificateFault::UnknownIssuer
        });
    }
    all
}

/// Whether nobody who is trusted stands behind the chain.
fn is_of_no_trust(error: &CertificateError) -> bool {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => true,
        // A CA's certificate as a server's own, which has signed itself.
        CertificateError::Other(OtherError(other)) => {
            other.to_string().contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}

fn certificate(der: &CertificateDer<'_>) -> Certificate {
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return Certificate {
            faults: vec![CertificateFault::Unreadable],
            ..Certificate::default()
        };
    };
    let validity = parsed.validity();
    let now = ASN1Time::now();
    let mut faults = Vec::new();
    if validity.not_after < now {
        faults.push(CertificateFault::Expired);
    }
    if validity.not_before > now {
        faults.push(CertificateFault::NotYetValid);
    }
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names
        .iter()
        .flat_map(|names| &names.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(cut(name)),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .take(NAMES)
        .collect();
    Certificate {
        subject: cut(&parsed.subject().to_string()),
        issuer: cut(&parsed.issuer().to_string()),
        not_before: time(&validity.not_before),
        not_after: time(&validity.not_after),
        names,
        faults,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    Some(v4.or(v6).ok()?.to_string())
}

/// `2026-01-31 12:00:00`, UTC.
fn time(time: &ASN1Time) -> String {
    let it = time.to_datetime();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        it.year(),
        u8::from(it.month()),
        it.day(),
        it.hour(),
        it.minute(),
        it.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    #[test]
    fn a_certificate_tells_what_is_in_it_and_what_is_wrong() {
        let key = KeyPair::generate().unwrap();
        let mut params =
            CertificateParams::new(vec!["broker.test".to_owned(), "192.0.2.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "broker");
        params.not_before = date_time_ymd(2001, 2, 3);
        params.not_after = date_time_ymd(2002, 3, 4);
        let certificate = params.self_signed(&key).unwrap();
        let der = certificate.der().clone();
        let name = ServerName::try_from("other.test").unwrap();
        let told = chain(
            std::slice::from_ref(&der),
            &name,
            Some(&CertificateError::UnknownIssuer),
        );
        let [told] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(told.names, ["broker.test", "192.0.2.1"]);
        assert_eq!(told.not_before, "2001-02-03 00:00:00");
        assert_eq!(told.not_after, "2002-03-04 00:00:00");
        assert!(told.subject.contains("CN=broker"), "{told:?}");
        assert_eq!(
            told.faults,
            [
                CertificateFault::Expired,
                CertificateFault::WrongName,
                CertificateFault::SelfSigned
            ]
        );
        let right = ServerName::try_from("broker.test").unwrap();
        let told = chain(&[der], &right, None);
        assert_eq!(told[0].faults, [CertificateFault::Expired]);
        let told = chain(&[CertificateDer::from(vec![1, 2, 3])], &right, None);
        assert_eq!(told[0].faults, [CertificateFault::Unreadable]);
    }
}
