//! Where a client that the page examines comes in: a port, with TLS or without.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use mqttscope_protocol::{BridgeFailure, LedOptions, LedTls};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::bridge::given;
use crate::broker::accept::Door;
use crate::net::tls::{self, Made};

/// What is told of a door.
pub(super) struct Entrance {
    /// Where clients connect to.
    pub(super) url: String,
    /// Its certificate was made here.
    pub(super) has_authority: bool,
}

/// The certificate that was made last: whoever trusts it once is asked no second time.
#[derive(Default)]
pub(super) struct Certificates(Option<(Vec<String>, IpAddr, Made)>);

impl Certificates {
    /// What clients must trust.
    pub(super) fn authority(&self) -> Option<&str> {
        self.0.as_ref().map(|(.., made)| &*made.ca)
    }

    /// Opens the port.
    ///
    /// # Errors
    /// Why not, in a sentence.
    pub(super) async fn open(&mut self, options: &LedOptions) -> Result<(Door, Entrance), String> {
        let ip = if options.everywhere {
            Ipv4Addr::UNSPECIFIED
        } else {
            Ipv4Addr::LOCALHOST
        };
        let wanted = SocketAddr::from((ip, options.port));
        let refused = |error: std::io::Error| {
            let port = options.port;
            format!("Nobody can be listened for at port {port}: {error}.")
        };
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let mut at = listener.local_addr().map_err(refused)?;
        if at.ip().is_unspecified() {
            at.set_ip(outward().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        }
        let tls = self.acceptor(&options.tls, at.ip())?;
        let scheme = if tls.is_some() { "mqtts" } else { "mqtt" };
        let entrance = Entrance {
            url: format!("{scheme}://{at}"),
            has_authority: matches!(options.tls, LedTls::Made(_)),
        };
        let door = Door {
            listener,
            tls,
            is_web: false,
            trouble: None,
        };
        Ok((door, entrance))
    }

    fn acceptor(&mut self, tls: &LedTls, at: IpAddr) -> Result<Option<TlsAcceptor>, String> {
        match tls {
            LedTls::None => Ok(None),
            LedTls::Made(names) => {
                let known = self.0.take().filter(|(of, ip, _)| of == names && *ip == at);
                let made = match known {
                    Some((.., made)) => Ok(made),
                    None => Made::new(names, at),
                };
                let failed = |error| format!("No certificate could be made: {error}.");
                let (.., made) = self.0.insert((names.clone(), at, made.map_err(failed)?));
                made.acceptor().map(Some).map_err(failed)
            }
            LedTls::Given {
                certificate,
                key,
                passphrase,
            } => {
                let own = given::own("certificate", certificate, key, passphrase);
                let unusable = |failure| match failure {
                    BridgeFailure::Given { what, why } => {
                        format!("The {what} cannot be used: {why}.")
                    }
                    other => format!("The certificate cannot be used: {other:?}."),
                };
                let own = own.map_err(unusable)?.ok_or("There is no certificate.")?;
                let acceptor = tls::acceptor(own.chain, own.key);
                let unusable = |error| format!("The certificate cannot be used: {error}.");
                acceptor.map(Some).map_err(unusable)
            }
        }
    }
}

/// This machine's address in its network: what it would use towards another. Nothing is sent for that.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address that documents use (RFC 5737).
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
