//! Who speaks, as a recording names them.

use core::fmt;

use crate::foreign::Endpoint;

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address and a port.
    Address(Endpoint),
    /// What a HAR file, a proxy or a log calls it: the address of a WebSocket without its query, a host, a Client
    /// Identifier. Empty where it says nothing.
    Named(Box<str>),
}

impl Peer {
    /// The longest name that is kept, in bytes.
    const LONGEST: usize = 512;

    /// A name as a file has it.
    pub(super) fn named(name: &str) -> Self {
        let end = name.floor_char_boundary(Self::LONGEST);
        Self::Named(name.get(..end).unwrap_or_default().into())
    }

    pub(super) const fn port(&self) -> Option<u16> {
        match self {
            Self::Address(endpoint) => Some(endpoint.port),
            Self::Named(_) => None,
        }
    }
}

impl From<Endpoint> for Peer {
    fn from(endpoint: Endpoint) -> Self {
        Self::Address(endpoint)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(endpoint) => endpoint.fmt(f),
            Self::Named(name) if name.is_empty() => f.write_str("?"),
            Self::Named(name) => f.write_str(name),
        }
    }
}
