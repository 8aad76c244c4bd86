//! Bytes on their way out: small packets in one buffer, large payloads where they are.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use mqttscope_wire::{ControlPacket, EncodeError, ProtocolVersion};

use super::message::Stored;

/// A payload of so many bytes is shared. A smaller one is copied behind the other packets, because
/// a piece of its own costs the transport another write.
const SHARED: usize = 4096;

/// Bytes that the transport is to send: packets, or the payload of a large PUBLISH, which all of
/// its receivers and the broker share. Counts as held by the broker ([`super::Limits::message_bytes`])
/// for as long as it lives.
#[derive(Clone)]
pub struct Chunk(Inner);

#[derive(Clone)]
enum Inner {
    Own(Vec<u8>),
    Payload(Arc<Stored>),
}

impl Chunk {
    /// The bytes in a buffer of their own; copies them if they are shared.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Inner::Own(bytes) => bytes,
            Inner::Payload(stored) => stored.message.payload.clone(),
        }
    }
}

impl Deref for Chunk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Inner::Own(bytes) => bytes,
            Inner::Payload(stored) => &stored.message.payload,
        }
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Chunk {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Inner::Own(bytes))
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Chunk {}

/// What waits for the transport of one connection.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// Before `packets`.
    chunks: VecDeque<Chunk>,
    /// The packets behind the last shared payload.
    packets: Vec<u8>,
    len: usize,
}

impl Output {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes a packet behind the others; on an error nothing is written. `stored` is where its
    /// payload comes from, if it is a PUBLISH.
    pub(crate) fn write(
        &mut self,
        packet: &ControlPacket<'_>,
        stored: Option<&Arc<Stored>>,
        version: ProtocolVersion,
    ) -> Result<(), EncodeError> {
        let before = self.packets.len();
        let shared = stored.filter(|stored| stored.message.payload.len() >= SHARED);
        match (packet, shared) {
            (ControlPacket::Publish(publish), Some(stored)) => {
                publish.encode_head(version, &mut self.packets)?;
                let head = core::mem::take(&mut self.packets);
                self.len = self
                    .len
                    .saturating_add(head.len().saturating_sub(before))
                    .saturating_add(publish.payload.len());
                self.chunks.push_back(head.into());
                self.chunks
                    .push_back(Chunk(Inner::Payload(Arc::clone(stored))));
            }
            _ => {
                packet.encode(version, &mut self.packets)?;
                let written = self.packets.len().saturating_sub(before);
                self.len = self.len.saturating_add(written);
            }
        }
        Ok(())
    }

    /// The next bytes to be sent.
    pub(crate) fn next(&mut self) -> Option<Chunk> {
        let chunk = match self.chunks.pop_front() {
            Some(chunk) => chunk,
            None if self.packets.is_empty() => return None,
            None => core::mem::take(&mut self.packets).into(),
        };
        self.len = self.len.saturating_sub(chunk.len());
        Some(chunk)
    }
}
