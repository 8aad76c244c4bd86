//! What the system and TLS say, as the page is told it.

use std::io::{Error, ErrorKind};

use mqttscope_protocol::{BridgeEnd, BridgeFailure, BridgeStep, TlsFault};
use tokio_rustls::rustls::{self, AlertDescription};

/// What TLS says within an error of a stream.
pub(super) fn tls_error(error: &Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// What failed in TLS; `was_asked`: the server has asked for a client certificate; `has_one`: there is one.
pub(super) fn tls_fault(error: &rustls::Error, was_asked: bool, has_one: bool) -> TlsFault {
    use AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(error) => TlsFault::Certificate(error.to_string()),
        rustls::Error::AlertReceived(alert) => match alert {
            Alert::CertificateRequired => TlsFault::ClientCertificateRequired,
            Alert::NoApplicationProtocol => TlsFault::Alpn,
            // Version 1.2 has no alert of its own for it.
            Alert::HandshakeFailure | Alert::BadCertificate if was_asked && !has_one => {
                TlsFault::ClientCertificateRequired
            }
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
                if was_asked && has_one =>
            {
                TlsFault::ClientCertificateRefused(words(*alert))
            }
            Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity => {
                TlsFault::Nothing(words(*alert))
            }
            _ => TlsFault::Alert(words(*alert)),
        },
        rustls::Error::PeerIncompatible(_) => TlsFault::Nothing(error.to_string()),
        rustls::Error::InvalidMessage(_) => TlsFault::NotTls,
        rustls::Error::NoApplicationProtocol => TlsFault::Alpn,
        _ => TlsFault::Other(error.to_string()),
    }
}

/// `handshake_failure (40)`, as the standard writes it.
fn words(alert: AlertDescription) -> String {
    let mut name = String::new();
    for c in format!("{alert:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() && !name.ends_with(['_', 'C']) {
            name.push('_');
        }
        name.push(c);
    }
    format!("{} ({})", name.to_ascii_lowercase(), u8::from(alert))
}

/// How a step on the way failed.
pub(super) fn of_step(step: BridgeStep, error: &Error) -> BridgeFailure {
    match error.kind() {
        ErrorKind::UnexpectedEof => BridgeFailure::Closed {
            step,
            by_reset: false,
        },
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            BridgeFailure::Closed {
                step,
                by_reset: true,
            }
        }
        _ => BridgeFailure::Unreachable {
            tried: Vec::new(),
            why: error.to_string(),
        },
    }
}

/// How an open connection ended, without what only TLS knows.
pub(super) fn of_end(error: &Error) -> BridgeEnd {
    match error.kind() {
        // TLS says so where the end came without its own word.
        ErrorKind::UnexpectedEof => BridgeEnd::FinWithinTls,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            BridgeEnd::Reset
        }
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            BridgeEnd::Lost
        }
        _ => BridgeEnd::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_told_as_the_standard_names_them() {
        for (alert, says) in [
            (AlertDescription::HandshakeFailure, "handshake_failure (40)"),
            (AlertDescription::UnknownCA, "unknown_ca (48)"),
            (AlertDescription::AccessDenied, "access_denied (49)"),
            (AlertDescription::ProtocolVersion, "protocol_version (70)"),
        ] {
            assert_eq!(words(alert), says);
        }
    }

    #[test]
    fn an_alert_means_what_was_asked_before() {
        let fault = |alert, was_asked, has_one| {
            tls_fault(&rustls::Error::AlertReceived(alert), was_asked, has_one)
        };
        let failure = AlertDescription::HandshakeFailure;
        assert_eq!(
            fault(failure, true, false),
            TlsFault::ClientCertificateRequired
        );
        assert_eq!(
            fault(failure, false, false),
            TlsFault::Nothing("handshake_failure (40)".into())
        );
        assert_eq!(
            fault(AlertDescription::UnknownCA, true, true),
            TlsFault::ClientCertificateRefused("unknown_ca (48)".into())
        );
        assert_eq!(
            fault(AlertDescription::UnknownCA, false, true),
            TlsFault::Alert("unknown_ca (48)".into())
        );
    }
}
