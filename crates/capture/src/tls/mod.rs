//! TLS connections as an observer sees them, opened with a key log: TLS 1.2 (RFC 5246) and 1.3
//! (RFC 8446).
//!
//! A [`Session`] takes the TCP bytes of both sides and gives the application's bytes. It is no
//! party to the connection: it checks no certificate and no Finished, and it believes a record
//! whose MAC is right. What cannot be opened yet is kept within a bound, so the sides may be given
//! in any order, and the keys last.

mod cbc;
mod cursor;
mod derive;
mod flow;
mod framer;
mod hello;
mod keylog;
mod messages;
mod names;
mod opener;
mod process;
mod queue;
mod readers;
mod session;
mod shared;
mod state;
mod suite;

pub use keylog::{Added, KeyLog};
pub use session::{ROOM, Session};
pub use state::{About, Alert, EarlyData, Side, State, Version};
pub use suite::CipherSuite;

use crate::reading::Role;

/// Where bytes come from: what the caller wants back with the plaintext that ends in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tag {
    /// A frame's number.
    pub frame: u64,
    /// When it was captured, in nanoseconds since the Unix epoch, if that is known.
    pub at_ns: Option<u64>,
}

/// The content of one record of application data.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    /// Who sent it.
    pub from: Role,
    /// The tag of the bytes in which the record ends.
    pub tag: Tag,
    /// Whether bytes of the same side are missing before these, or may be.
    pub after_gap: bool,
    /// What was sent; never empty.
    pub bytes: Vec<u8>,
}

/// What was encrypted is not shown, but how long it is.
impl core::fmt::Debug for Plain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Plain")
            .field("from", &self.from)
            .field("tag", &self.tag)
            .field("after_gap", &self.after_gap)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
