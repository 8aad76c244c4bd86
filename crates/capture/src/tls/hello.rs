//! What the hellos say: random values, version, suite, and the few extensions that matter for opening records.

use super::cursor::Cursor;
use super::suite::CipherSuite;

/// The random value of a ServerHello that is a HelloRetryRequest (RFC 8446, 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The most protocols of an ALPN offer that are kept.
const MAX_OFFERED: usize = 16;

/// Numbers of extensions.
mod extension {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const ALPN: u16 = 16;
    pub(super) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(super) const PRE_SHARED_KEY: u16 = 41;
    pub(super) const EARLY_DATA: u16 = 42;
    pub(super) const SUPPORTED_VERSIONS: u16 = 43;
}

/// What a ClientHello says.
#[derive(Debug, Default)]
pub(super) struct ClientHello {
    pub(super) random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    pub(super) sni: Option<String>,
    pub(super) alpn: Vec<String>,
    /// Whether data of the application may follow at once.
    pub(super) early_data: bool,
}

/// What a ServerHello says.
#[derive(Debug)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    /// As negotiated: 0x0303 is TLS 1.2, 0x0304 is 1.3.
    pub(super) version: u16,
    pub(super) suite: CipherSuite,
    pub(super) compression: u8,
    pub(super) alpn: Option<String>,
    pub(super) encrypt_then_mac: bool,
    /// Whether a pre-shared key was taken (TLS 1.3).
    pub(super) pre_shared_key: bool,
    pub(super) is_retry: bool,
}

/// What EncryptedExtensions say.
#[derive(Debug, Default)]
pub(super) struct EncryptedExtensions {
    pub(super) alpn: Option<String>,
    /// Whether early data was accepted.
    pub(super) early_data: bool,
}

impl ClientHello {
    /// What the body of a message says, as far as it is there. `None` without the random value.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(body);
        cursor.u16()?;
        let mut hello = Self {
            random: cursor.array()?,
            ..Self::default()
        };
        hello.read_rest(cursor);
        Some(hello)
    }

    fn read_rest(&mut self, mut cursor: Cursor<'_>) -> Option<()> {
        self.session_id = cursor.short()?.to_vec();
        cursor.long()?;
        cursor.short()?;
        // The length of what may be cut off is not needed.
        cursor.u16()?;
        for (number, content) in extensions(cursor) {
            match number {
                extension::SERVER_NAME => self.sni = server_name(content),
                extension::ALPN => self.alpn = protocols(content),
                extension::EARLY_DATA => self.early_data = true,
                _ => {}
            }
        }
        Some(())
    }
}

impl ServerHello {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(body);
        let version = cursor.u16()?;
        let random = cursor.array()?;
        let mut hello = Self {
            random,
            version,
            session_id: cursor.short()?.to_vec(),
            suite: CipherSuite(cursor.u16()?),
            compression: cursor.u8()?,
            alpn: None,
            encrypt_then_mac: false,
            pre_shared_key: false,
            is_retry: random == RETRY,
        };
        for (number, content) in extensions(Cursor(cursor.long().unwrap_or_default())) {
            match number {
                extension::ALPN => hello.alpn = protocols(content).pop(),
                extension::ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
                extension::PRE_SHARED_KEY => hello.pre_shared_key = true,
                extension::SUPPORTED_VERSIONS => {
                    hello.version = Cursor(content).u16().unwrap_or(version);
                }
                _ => {}
            }
        }
        Some(hello)
    }
}

impl EncryptedExtensions {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut said = Self::default();
        for (number, content) in extensions(Cursor(Cursor(body).long()?)) {
            match number {
                extension::ALPN => said.alpn = protocols(content).pop(),
                extension::EARLY_DATA => said.early_data = true,
                _ => {}
            }
        }
        Some(said)
    }
}

/// Numbers and contents, up to the first that is not whole.
fn extensions(mut cursor: Cursor<'_>) -> impl Iterator<Item = (u16, &[u8])> {
    core::iter::from_fn(move || Some((cursor.u16()?, cursor.long()?)))
}

/// The host name of a server_name extension (RFC 6066, 3).
fn server_name(content: &[u8]) -> Option<String> {
    let mut names = Cursor(Cursor(content).long()?);
    let kind = names.u8()?;
    let name = names.long().filter(|name| name.len() <= 255)?;
    (kind == 0).then(|| name.escape_ascii().to_string())
}

/// The names of an ALPN extension (RFC 7301, 3.1).
fn protocols(content: &[u8]) -> Vec<String> {
    let mut names = Cursor(Cursor(content).long().unwrap_or_default());
    core::iter::from_fn(|| names.short())
        .take(MAX_OFFERED)
        .map(|name| name.escape_ascii().to_string())
        .collect()
}
