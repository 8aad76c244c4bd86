//! Packets in a stream: fed in chunks of any size, or found in a recording.

use crate::decode::decode_whole;
use crate::framer::Found;
use crate::{
    Context, ControlPacket, DecodeError, Decoded, Dissector, Framer, Limits, PacketType,
    ProtocolVersion, decode, frame,
};

/// Decodes a stream that comes in chunks of any size.
///
/// ```
/// use mqttscope_wire::{Context, PacketType, ProtocolVersion, StreamDecoder};
/// let mut decoder = StreamDecoder::new(Context::new(ProtocolVersion::V5), 1024);
/// decoder.push(&[0xc0]);
/// assert!(decoder.next_packet().is_ok_and(|packet| packet.is_none()));
/// decoder.push(&[0x00]);
/// assert!(decoder.next_packet().is_ok_and(|packet| packet.is_some()));
/// ```
#[derive(Clone, Debug)]
pub struct StreamDecoder {
    framer: Framer,
    context: Context,
    error: Option<StreamError>,
}

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamError {
    /// A packet breaks a rule.
    Decode {
        /// Where the packet begins, in bytes from the start of the stream.
        offset: u64,
        /// What is broken, and where in the packet.
        error: DecodeError,
    },
    /// A packet is larger than the reader accepts.
    TooLarge {
        /// Where it begins.
        offset: u64,
        /// Its size in bytes.
        len: usize,
    },
}

impl core::fmt::Display for StreamError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Decode { offset, error } => write!(f, "packet at byte {offset}: {error}"),
            Self::TooLarge { offset, len } => write!(
                f,
                "packet at byte {offset}: {len} bytes are more than is accepted"
            ),
        }
    }
}

impl core::error::Error for StreamError {}

impl StreamDecoder {
    /// A decoder that accepts packets of up to `maximum` bytes, so that a length alone cannot
    /// claim memory.
    #[must_use]
    pub const fn new(context: Context, maximum: usize) -> Self {
        Self {
            framer: Framer::new(maximum),
            context,
            error: None,
        }
    }

    /// Adds what has arrived.
    pub fn push(&mut self, chunk: &[u8]) {
        self.framer.push(chunk);
    }

    /// The next whole packet; `None` until more arrives. A CONNECT sets the version of what follows.
    ///
    /// # Errors
    /// A packet that breaks a rule or is too large; every later call says the same.
    pub fn next_packet(&mut self) -> Result<Option<ControlPacket<'_>>, StreamError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let offset = self.framer.offset();
        let Self {
            framer,
            context,
            error,
        } = self;
        let mut fail = |failure| {
            *error = Some(failure);
            Err(failure)
        };
        let read = match framer.find() {
            Found::Packet { header_len, len } => {
                decode_whole(framer.take(len), header_len, *context)
            }
            Found::TooLarge { len } => return fail(StreamError::TooLarge { offset, len }),
            // The beginning of a packet may show already that it breaks a rule.
            Found::Nothing | Found::Unframed => {
                framer.let_go();
                decode(framer.rest(), *context)
            }
        };
        match read {
            Ok(Decoded::Packet { packet, .. }) => {
                if let ControlPacket::Connect(connect) = packet {
                    context.version = connect.version;
                }
                Ok(Some(packet))
            }
            Ok(Decoded::Incomplete { .. }) => Ok(None),
            Err(error) => fail(StreamError::Decode { offset, error }),
        }
    }

    /// Bytes that wait for the rest of their packet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.framer.rest().len()
    }
}

/// A packet's place in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketAt {
    /// Its first byte.
    pub offset: usize,
    /// Its bytes that are there.
    pub len: usize,
    /// Bytes that must at least be added to complete it; 0 for a whole packet.
    pub missing: usize,
    /// From its first four bits.
    pub packet_type: PacketType,
    /// The version in force: after a CONNECT the one it names.
    pub version: ProtocolVersion,
    /// These bytes are no packet but were passed over to find the next.
    pub skipped: bool,
}

/// Finds the packets of a recording, one after the other, in time linear in its length.
///
/// Behind a Remaining Length that has no end nobody can know where the next packet begins; then
/// bytes are passed over up to where whole, valid packets begin again.
pub fn packets(bytes: &[u8], context: Context) -> impl Iterator<Item = PacketAt> {
    let search = bytes.len().saturating_mul(16);
    Packets {
        bytes,
        offset: 0,
        context,
        lost: false,
        search,
        dissector: Dissector::within(Limits::COUNTS),
    }
}

struct Packets<'a> {
    bytes: &'a [u8],
    offset: usize,
    context: Context,
    /// The packet before had no end.
    lost: bool,
    /// Bytes that the search for lost packets may still look at, so that it stays linear.
    search: usize,
    dissector: Dissector,
}

impl Iterator for Packets<'_> {
    type Item = PacketAt;

    fn next(&mut self) -> Option<PacketAt> {
        let offset = self.offset;
        let rest = self.bytes.get(offset..)?;
        let first = *rest.first()?;
        let packet_type = PacketType::from_nibble(first >> 4);
        let at = |len, missing, version, skipped| PacketAt {
            offset,
            len,
            missing,
            packet_type,
            version,
            skipped,
        };
        if core::mem::take(&mut self.lost) {
            let skip = self.resynchronise(rest);
            if skip > 0 {
                self.offset = offset.saturating_add(skip);
                return Some(at(skip, 0, self.context.version, true));
            }
        }
        let packet = match frame::header(rest) {
            frame::Header::Complete { len, .. } => {
                let there = len.min(rest.len());
                if packet_type == PacketType::Connect {
                    self.context.version = self.dissector.dissect(rest, self.context).version;
                }
                at(
                    there,
                    len.saturating_sub(rest.len()),
                    self.context.version,
                    false,
                )
            }
            frame::Header::Incomplete { missing } => {
                at(rest.len(), missing, self.context.version, false)
            }
            frame::Header::TooLong => {
                self.lost = true;
                at(rest.len().min(5), 0, self.context.version, false)
            }
        };
        self.offset = offset.saturating_add(packet.len);
        Some(packet)
    }
}

impl Packets<'_> {
    /// Bytes to pass over until valid packets begin: two of them, or one that ends the recording.
    fn resynchronise(&mut self, rest: &[u8]) -> usize {
        for start in 0..rest.len() {
            let candidate = rest.get(start..).unwrap_or_default();
            let Some(behind) = self.behind_valid(candidate) else {
                if self.search == 0 {
                    break;
                }
                continue;
            };
            if behind.is_empty() || self.behind_valid(behind).is_some() {
                return start;
            }
        }
        rest.len()
    }

    /// What follows the valid packet that `bytes` begin with, if they do.
    fn behind_valid<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let frame::Header::Complete { len, .. } = frame::header(bytes) else {
            return None;
        };
        if len > bytes.len() {
            return None;
        }
        self.search = self.search.saturating_sub(len);
        if self.search == 0 {
            return None;
        }
        if !self.dissector.is_valid(bytes, self.context) {
            return None;
        }
        bytes.get(len..)
    }
}
