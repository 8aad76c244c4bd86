//! Bytes of packets in large chunks, so that the oldest can be let go at once.

use std::collections::VecDeque;

/// Bytes of a chunk; a packet that is larger has one of its own.
const CHUNK: usize = 256 << 10;

/// Where a packet's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) chunk: u32,
    offset: u32,
    pub(super) len: u32,
}

#[derive(Debug, Default)]
pub(super) struct Arena {
    chunks: VecDeque<Vec<u8>>,
    /// The number of the first chunk.
    first: u32,
    size: u64,
}

impl Arena {
    /// Keeps a packet in one piece. Packets are at most 256 MiB long, as MQTT has it.
    pub(super) fn push(&mut self, packet: &[u8]) -> Place {
        let fits = self
            .chunks
            .back()
            .is_some_and(|chunk| chunk.capacity().saturating_sub(chunk.len()) >= packet.len());
        if !fits {
            let capacity = packet.len().max(CHUNK);
            self.chunks.push_back(Vec::with_capacity(capacity));
            self.size = self.size.saturating_add(capacity as u64);
        }
        let chunk = self
            .first
            .wrapping_add(u32::try_from(self.chunks.len()).unwrap_or(u32::MAX))
            .wrapping_sub(1);
        let mut place = Place {
            chunk,
            offset: 0,
            len: 0,
        };
        if let Some(bytes) = self.chunks.back_mut() {
            place.offset = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            place.len = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(packet);
        }
        place
    }

    pub(super) fn get(&self, place: Place) -> &[u8] {
        let chunk = place.chunk.wrapping_sub(self.first) as usize;
        let start = place.offset as usize;
        self.chunks
            .get(chunk)
            .and_then(|bytes| bytes.get(start..start.saturating_add(place.len as usize)))
            .unwrap_or_default()
    }

    /// Bytes that it takes.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// The number of the oldest chunk.
    pub(super) const fn first_chunk(&self) -> u32 {
        self.first
    }

    /// Lets the oldest chunk go, unless it is the only one.
    pub(super) fn drop_first(&mut self) -> bool {
        if self.chunks.len() < 2 {
            return false;
        }
        if let Some(chunk) = self.chunks.pop_front() {
            self.size = self.size.saturating_sub(chunk.capacity() as u64);
            self.first = self.first.wrapping_add(1);
        }
        true
    }
}
