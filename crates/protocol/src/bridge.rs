//! What the page's worker and the companion say to each other, so that the companion opens what a browser cannot.
//!
//! One WebSocket for each connection. The worker's first message is text, a [`BridgeRequest`] in JSON. The companion's first
//! one is text, too: [`BridgeSays::Opened`] or [`BridgeSays::Failed`]. Behind it binary messages carry the bytes of MQTT in
//! both directions, cut anywhere, and the companion's last message is [`BridgeSays::Ended`], text again.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::{TextMessage, bare_address, without_address_secrets};

/// Bytes of the longest message that either side takes.
pub const BRIDGE_MESSAGE: usize = 1 << 20;

/// How the companion opens a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bridged {
    /// The browser opens it all the same; only for `ws://` and `wss://`.
    pub by_browser: bool,
    /// `http://host:port` (CONNECT) or `socks5://host:port`, either with `name:password@`; empty: none.
    pub proxy: String,
    /// For `mqtts://` and `wss://`.
    pub tls: Secured,
}

/// TLS towards a server. A certificate or key is the path of a file on the companion's machine, or the text of a PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secured {
    /// Whom to trust; empty: those whom the companion's machine trusts.
    pub ca: String,
    /// The client certificate with its chain, or with its key, too (PEM or PKCS#12); empty: none.
    pub certificate: String,
    /// Its key, where it is not in the certificate's file.
    pub key: String,
    /// What opens an encrypted key or a PKCS#12 file.
    pub passphrase: String,
    /// The name that is asked for (SNI) and verified; empty: the host of the address.
    pub server_name: String,
    /// Protocols that are offered (ALPN), the preferred one first.
    pub alpn: Vec<String>,
    /// 1.2 is not enough.
    pub only_1_3: bool,
    /// Nobody verifies who the server is.
    pub unverified: bool,
}

impl Bridged {
    /// The same without what nobody else may read: the text of a key, its passphrase, and what stands before the proxy's host.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        if !is_path(&self.tls.key) {
            self.tls.key = String::new();
        }
        self.tls.passphrase = String::new();
        self.proxy = without_address_secrets(&self.proxy);
        self
    }
}

/// Whether a field holds a path, not PEM or something that may be a key.
fn is_path(text: &str) -> bool {
    text.len() <= 300 && !text.contains(['\n', '\r']) && !text.contains("-----")
}

/// Whether a field of [`Secured`] holds PEM, not a path.
#[must_use]
pub fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN")
}

/// Where to, and how.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeRequest {
    /// `mqtt://`, `mqtts://`, `ws://`, `wss://` or `unix://`.
    pub address: String,
    /// The WebSocket subprotocol to offer.
    pub subprotocol: String,
    /// How the connection is made.
    pub how: Bridged,
}

/// Requests hold secrets, and what is printed is read by others.
impl fmt::Debug for BridgeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BridgeRequest({})", bare_address(&self.address))
    }
}

/// What the companion says, beside bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BridgeSays {
    /// Bytes flow now.
    Opened(BridgeOpened),
    /// There is no connection, and why.
    Failed(BridgeFailure),
    /// There is none any more, and how it ended.
    Ended(BridgeEnd),
}

/// An open connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeOpened {
    /// The socket's other end, `192.0.2.1:1883`; empty for a Unix socket.
    pub peer: String,
    /// Whether that is a proxy.
    pub is_proxied: bool,
    /// TLS, where it is spoken.
    pub tls: Option<TlsFacts>,
}

/// What TLS has agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// `1.2` or `1.3`.
    pub version: String,
    /// The cipher suite.
    pub suite: String,
    /// The protocol of ALPN; empty: none.
    pub alpn: String,
    /// Whether the server was verified.
    pub is_verified: bool,
    /// Its certificates, its own first.
    pub chain: Vec<Certificate>,
}

/// A certificate of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject of the certificate.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// From when on it is valid, `2026-01-31 12:00:00` in UTC.
    pub not_before: String,
    /// Until when.
    pub not_after: String,
    /// Names and addresses that it is for.
    pub names: Vec<String>,
    /// What is wrong with it, a noun phrase or none.
    pub faults: Vec<CertificateFault>,
}

/// What is wrong with one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other names.
    WrongName,
    /// Nobody who is trusted has signed it.
    UnknownIssuer,
    /// It has signed itself, and is not trusted.
    SelfSigned,
    /// It cannot be read.
    Unreadable,
}

/// A step on the way to an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BridgeStep {
    /// The name of the host is looked up.
    Name,
    /// The TCP connection, or that of a Unix socket.
    Connect,
    /// The proxy is asked.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The HTTP request that becomes a WebSocket.
    WebSocket,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BridgeFailure {
    /// The page knows of no companion.
    NoCompanion,
    /// The companion does not answer, or knows another page.
    CompanionGone,
    /// It was started for other places; holds these.
    NotAllowed(Vec<String>),
    /// It has as many connections as it takes; holds how many.
    TooMany(u32),
    /// It does not understand the page.
    Misunderstood,
    /// The address, or the proxy's, cannot be used; holds why.
    Address(String),
    /// A certificate or key cannot be used: which field, and why.
    Given {
        /// `CA`, `client certificate`, `key`, `server name`.
        what: String,
        /// Without a full stop.
        why: String,
    },
    /// No address is known for this name.
    NameNotFound(String),
    /// Nobody listens; holds the addresses that were tried.
    Refused(Vec<String>),
    /// There is no way; the addresses that were tried, and what the system says.
    Unreachable {
        /// `192.0.2.1:1883`.
        tried: Vec<String>,
        /// In the system's words.
        why: String,
    },
    /// Nothing came for this many seconds.
    TimedOut {
        /// At which step.
        step: BridgeStep,
        /// Seconds.
        seconds: u32,
    },
    /// The other end closed the connection during a step.
    Closed {
        /// At which step.
        step: BridgeStep,
        /// With a reset, not in order.
        by_reset: bool,
    },
    /// The proxy refuses; holds what it says.
    Proxy(String),
    /// The TLS handshake failed.
    Tls(TlsFailure),
    /// The server answered the WebSocket's request otherwise.
    NoWebSocket {
        /// The HTTP status; none: it was no HTTP.
        status: Option<u16>,
        /// In a few words.
        why: String,
    },
}

/// Why there is no TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFailure {
    /// What failed.
    pub fault: TlsFault,
    /// The name that was asked for.
    pub server_name: String,
    /// What the server has shown, its own certificate first.
    pub chain: Vec<Certificate>,
}

/// What failed in TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsFault {
    /// A certificate; see [`Certificate::faults`]. Holds what the library says.
    Certificate(String),
    /// The server wants a client certificate, and there is none.
    ClientCertificateRequired,
    /// The server does not take the client certificate; holds its alert.
    ClientCertificateRefused(String),
    /// The server does not speak TLS.
    NotTls,
    /// The two have no version or cipher in common; holds the alert or what the library says.
    Nothing(String),
    /// The server knows none of the protocols that were offered.
    Alpn,
    /// The server broke it off with this alert.
    Alert(String),
    /// Anything else, in the library's words.
    Other(String),
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BridgeEnd {
    /// The other end closed it in order (FIN).
    Fin,
    /// The same, but TLS was not ended first.
    FinWithinTls,
    /// It was reset (RST).
    Reset,
    /// Nothing was acknowledged for so long that the system gave up.
    Lost,
    /// The server's WebSocket close frame, or none where the code is 1006.
    WebSocket {
        /// The close code.
        code: u16,
        /// The words with it.
        reason: String,
    },
    /// The server sent a text frame.
    Text,
    /// TLS broke off.
    Tls(TlsFailure),
    /// The system says something else.
    Other(String),
    /// The companion ends.
    CompanionEnds,
}

impl TextMessage for BridgeRequest {}
impl TextMessage for BridgeSays {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let request = BridgeRequest {
            address: "mqtts://u:secret@h:8883".into(),
            subprotocol: "mqtt".into(),
            how: Bridged {
                tls: Secured {
                    alpn: vec!["mqtt".into()],
                    ..Secured::default()
                },
                ..Bridged::default()
            },
        };
        assert_eq!(
            BridgeRequest::of_text(&request.to_text()),
            Some(request.clone())
        );
        assert_eq!(format!("{request:?}"), "BridgeRequest(mqtts://h:8883)");
        for says in [
            BridgeSays::Opened(BridgeOpened::default()),
            BridgeSays::Failed(BridgeFailure::TimedOut {
                step: BridgeStep::Tls,
                seconds: 10,
            }),
            BridgeSays::Ended(BridgeEnd::Fin),
        ] {
            assert_eq!(BridgeSays::of_text(&says.to_text()), Some(says));
        }
        assert_eq!(BridgeRequest::of_text("{}"), None);
        assert_eq!(BridgeSays::of_text("Opened"), None);
    }

    #[test]
    fn keys_and_passwords_of_proxies_are_secrets_and_paths_are_not() {
        let with = |key: &str, proxy: &str| Bridged {
            proxy: proxy.into(),
            tls: Secured {
                key: key.into(),
                ..Secured::default()
            },
            ..Bridged::default()
        };
        let shown = |key: &str, proxy: &str| {
            let shown = with(key, proxy).without_secrets();
            (shown.tls.key, shown.proxy)
        };
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----";
        assert_eq!(shown(pem, ""), (String::new(), String::new()));
        assert_eq!(shown(&"M".repeat(301), "").0, "");
        assert_eq!(
            shown("/etc/key.pem", "socks5://u:p@h:1080"),
            ("/etc/key.pem".into(), "socks5://***@h:1080".into())
        );
    }
}
