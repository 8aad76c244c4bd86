//! The first bytes of a captured connection, which wait until its version is known.

use mqttscope_shared::Instant;
use mqttscope_wire::{Detection, PacketType, ProtocolVersion, Reason, Sender, detect, frame};

/// Bytes of a connection without a CONNECT that wait until they show its version.
const MOST_HELD: usize = 64 << 10;
/// The same in chunks.
const MOST_CHUNKS: usize = 64;

/// What is known of a packet beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) sender: Sender,
    pub(crate) at: Instant,
    /// The frame of the file in which it ends.
    pub(crate) frame: u64,
}

/// Bytes that wait until their version is known.
#[derive(Debug, Default)]
pub(crate) struct Held {
    chunks: Vec<(Sent, Vec<u8>)>,
    len: usize,
}

impl Held {
    /// Adds a chunk. Gives the version as soon as it is known, or what is likeliest where nothing more waits.
    pub(crate) fn push(&mut self, sent: Sent, bytes: &[u8]) -> Option<Detection> {
        self.len = self.len.saturating_add(bytes.len());
        self.chunks.push((sent, bytes.to_vec()));
        let is_full = self.len > MOST_HELD || self.chunks.len() >= MOST_CHUNKS;
        let detected = self.detect();
        let is_known = match detected.reasons.first() {
            Some(Reason::Connect) => true,
            Some(Reason::Alike | Reason::Undecided) | None => false,
            // One packet may be broken; two show what the rest will be.
            Some(_) => self.chunks.len() > 1,
        };
        (is_known || is_full).then_some(detected)
    }

    /// What is likeliest by now, and why.
    pub(crate) fn detect(&self) -> Detection {
        let of = |sender: Sender| {
            let chunks = self.chunks.iter();
            let own = chunks.filter(move |(sent, _)| sent.sender == sender);
            own.flat_map(|(_, bytes)| bytes.iter().copied())
                .collect::<Vec<u8>>()
        };
        let client = of(Sender::Client);
        let is_whole = match frame::header(&client) {
            frame::Header::Complete { len, .. } => client.len() >= len,
            _ => false,
        };
        let begins_with_connect = client.first() == Some(&0x10);
        if begins_with_connect && !is_whole {
            return Detection {
                version: ProtocolVersion::V5,
                reasons: Vec::new(),
                alternatives: Vec::new(),
            };
        }
        // Each side begins a packet, so that one may stand behind the other, its last packet cut off.
        let whole = whole_packets(&client);
        let server = of(Sender::Server);
        let both = [whole, whole_packets(&server)].concat();
        detect(&both, None)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The type of the first packet.
    pub(crate) fn first(&self) -> Option<PacketType> {
        let (_, bytes) = self.chunks.first()?;
        bytes
            .first()
            .map(|&first| PacketType::from_first_byte(first))
    }

    /// When the first of it came.
    pub(crate) fn begins(&self) -> Option<Instant> {
        self.chunks.first().map(|(sent, _)| sent.at)
    }

    pub(crate) fn into_chunks(self) -> Vec<(Sent, Vec<u8>)> {
        self.chunks
    }
}

/// The bytes up to the end of the last whole packet.
fn whole_packets(bytes: &[u8]) -> &[u8] {
    let mut end = 0_usize;
    while let Some(rest) = bytes.get(end..)
        && let frame::Header::Complete { len, .. } = frame::header(rest)
        && len <= rest.len()
    {
        end = end.saturating_add(len);
    }
    bytes.get(..end).unwrap_or_default()
}
