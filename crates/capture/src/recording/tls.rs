//! Where TLS is opened, if somebody can: the seam between the reader of captures and a reader of TLS.

use super::event::Opened;
use crate::reading::Role;

/// Somebody who may be able to open TLS connections.
pub trait TlsSessions {
    /// Takes a key log that the file carries.
    fn handle_key_log(&mut self, text: &[u8]);

    /// An opener for a connection whose TLS is about to be given; `None`: its bytes are dropped.
    fn open(&mut self, connection: &Opened) -> Option<Box<dyn TlsOpener>>;
}

/// What opens one connection. Each `handle` is followed by polling until nothing comes. What it keeps until keys come
/// it must bound itself: [`Limits`](super::Limits) do not count it.
pub trait TlsOpener {
    /// Takes the next bytes of one side, in order.
    fn handle_bytes(&mut self, from: Role, bytes: &[u8], at_ns: Option<u64>, frame: u64);

    /// Bytes of one side are missing; `None`: nobody knows how many.
    fn handle_gap(&mut self, from: Role, bytes: Option<u64>);

    /// The connection or the file ended: no more keys will come.
    fn handle_end(&mut self);

    /// What is inside, in order.
    fn poll_plain(&mut self) -> Option<Plain<'_>>;
}

/// What was inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain<'a> {
    /// Application data.
    Bytes {
        /// Who sent it.
        from: Role,
        /// When, in nanoseconds since the Unix epoch.
        at_ns: Option<u64>,
        /// The frame that held the last of it.
        frame: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Application data that could not be opened.
    Gap {
        /// Who sent it.
        from: Role,
    },
    /// It was not opened: why, the end of a sentence that begins with the connection.
    Sealed(&'a str),
}
