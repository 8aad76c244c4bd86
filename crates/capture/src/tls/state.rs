//! What is known of a connection, for a program and for a person.

use core::fmt;

use super::suite::CipherSuite;

/// A version of TLS as its two bytes stand on the wire: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16);

impl Version {
    /// TLS 1.2.
    pub const TLS_1_2: Self = Self(0x0303);
    /// TLS 1.3.
    pub const TLS_1_3: Self = Self(0x0304);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x0300 => f.write_str("SSL 3.0"),
            0x0301 => f.write_str("TLS 1.0"),
            0x0302 => f.write_str("TLS 1.1"),
            0x0303 => f.write_str("TLS 1.2"),
            0x0304 => f.write_str("TLS 1.3"),
            other => write!(f, "TLS version 0x{other:04x}"),
        }
    }
}

/// An alert (RFC 8446, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Whether it ends the connection at once.
    pub is_fatal: bool,
    /// Its AlertDescription.
    pub description: u8,
}

impl Alert {
    /// The description's name in the registry of IANA.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.description {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed",
            22 => "record_overflow",
            30 => "decompression_failure",
            40 => "handshake_failure",
            41 => "no_certificate",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            52 => "too_many_cids_requested",
            60 => "export_restriction",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            117 => "general_error",
            120 => "no_application_protocol",
            121 => "ech_required",
            _ => return None,
        })
    }

    /// The alert that the content of a record is.
    pub(super) const fn read(content: &[u8]) -> Option<Self> {
        match *content {
            [level @ 1..=2, description] => Some(Self {
                is_fatal: level == 2,
                description,
            }),
            _ => None,
        }
    }
}

/// The description's name, or its number.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "alert {}", self.description),
        }
    }
}

/// What became of the data that a client sent before the handshake was done (0-RTT).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyData {
    /// None was announced.
    #[default]
    None,
    /// It was announced; what the server made of it was not seen.
    Offered,
    /// The server took it: it is part of what the client said.
    Accepted,
    /// The server passed it over, and so does the plaintext.
    Rejected,
}

/// What one side did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Records that opened.
    pub opened: u64,
    /// Records that did not open, or are missing for sure, and may have held plaintext.
    pub lost: u64,
    /// Records that are kept until they can be opened.
    pub waiting: u64,
    /// The last alert that could be read.
    pub alert: Option<Alert>,
}

/// What the handshake says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The version that was negotiated.
    pub version: Option<Version>,
    /// The suite that was negotiated.
    pub cipher_suite: Option<CipherSuite>,
    /// Whether an earlier session was resumed, or a pre-shared key used.
    pub resumed: bool,
    /// The host that the client named.
    pub sni: Option<String>,
    /// The protocols that the client offered by ALPN, at most 16.
    pub offered: Vec<String>,
    /// The protocol that the server took.
    pub alpn: Option<String>,
    /// Whether the server asked for another ClientHello (TLS 1.3).
    pub retried: bool,
    /// 0-RTT.
    pub early_data: EarlyData,
    /// Handshakes inside the connection (TLS 1.2).
    pub renegotiations: u32,
    /// How often a side took new keys (TLS 1.3).
    pub key_updates: u32,
    /// The client's side.
    pub client: Side,
    /// The server's side.
    pub server: Side,
}

/// Whether a connection opened, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Nothing was seen yet.
    Empty,
    /// What it says can be read.
    Opened {
        /// The version.
        version: Version,
        /// The suite.
        cipher_suite: CipherSuite,
        /// Whether an earlier session was resumed, or a pre-shared key used.
        resumed: bool,
        /// The host that the client named.
        sni: Option<String>,
        /// The protocol that the server took by ALPN.
        alpn: Option<String>,
    },
    /// The bytes are no TLS records.
    NotTls,
    /// There is no ClientHello, so nothing tells which keys are this connection's.
    NoClientHello,
    /// There is no ServerHello, so the version and the suite are not known.
    NoServerHello,
    /// The handshake ended before anything was sealed.
    Unfinished {
        /// The alert that ended it.
        alert: Option<Alert>,
    },
    /// The key log has nothing for this connection.
    NoKeys,
    /// The key log has some of this connection's secrets, but not those that are needed.
    MissingKeys,
    /// The key log has secrets for this connection, but no record opens with them.
    WrongKeys,
    /// A version that is not opened here.
    UnsupportedVersion(Version),
    /// A cipher that is not opened here.
    UnsupportedSuite(CipherSuite),
    /// Records are compressed, which is not opened here.
    Compressed,
    /// Too much is missing, or the records are in disorder.
    Broken,
}

/// The end of a sentence that begins with the connection, as in "This connection …".
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("says nothing"),
            Self::Opened {
                version,
                cipher_suite,
                resumed,
                ..
            } => {
                let resumed = if *resumed { ", resumed" } else { "" };
                write!(f, "was opened: {version}, {cipher_suite}{resumed}")
            }
            Self::NotTls => f.write_str("is not TLS"),
            Self::NoClientHello => {
                f.write_str("begins inside TLS: without its ClientHello no key can be found for it")
            }
            Self::NoServerHello => f.write_str(
                "cannot be opened: its ServerHello, which names the cipher, is not in the capture",
            ),
            Self::Unfinished { alert: None } => {
                f.write_str("ends before its TLS handshake is done")
            }
            Self::Unfinished { alert: Some(alert) } => {
                write!(f, "ends in the TLS handshake with the alert {alert}")
            }
            Self::NoKeys => f.write_str("is encrypted, and no key log has its keys"),
            Self::MissingKeys => {
                f.write_str("is encrypted, and the key log has only some of its secrets")
            }
            Self::WrongKeys => {
                f.write_str("is encrypted, and the secrets that the key log has for it do not fit")
            }
            Self::UnsupportedVersion(version) => {
                write!(
                    f,
                    "is encrypted with {version}, which cannot be opened here"
                )
            }
            Self::UnsupportedSuite(suite) => {
                write!(f, "is encrypted with {suite}, which cannot be opened here")
            }
            Self::Compressed => {
                f.write_str("has compressed TLS records, which cannot be opened here")
            }
            Self::Broken => f.write_str("is TLS that lacks too much to be opened"),
        }
    }
}
