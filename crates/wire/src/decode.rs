//! The strict decoder: a packet that keeps every rule, or the first rule it breaks.

use crate::grammar::{Cursor, Strict};
use crate::packet::publish;
use crate::{Context, ControlPacket, DecodeError, PacketType, Rule, Span, frame, packet};

/// What the bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A packet of `len` bytes.
    Packet {
        /// The packet.
        packet: ControlPacket<'a>,
        /// Bytes it stands in.
        len: usize,
    },
    /// The beginning of a packet, with nothing wrong in its first bytes.
    Incomplete {
        /// Bytes that must at least be added.
        missing: usize,
    },
}

/// Reads the packet at the start of `bytes`. Nothing is allocated or copied.
///
/// Every rule that one packet can break is checked, so a packet that comes out is a valid one.
///
/// # Errors
/// The first rule of severity error that the packet breaks, and where.
///
/// ```
/// use mqttscope_wire::{decode, Context, ControlPacket, Decoded, ProtocolVersion};
/// let bytes = [0x30, 0x04, 0, 1, b'a', b'!'];
/// let Ok(Decoded::Packet { packet: ControlPacket::Publish(publish), len }) =
///     decode(&bytes, Context::new(ProtocolVersion::V3_1_1)) else { panic!() };
/// assert_eq!((publish.topic_name.as_str(), publish.payload, len), ("a", &b"!"[..], 6));
/// ```
#[inline]
pub fn decode(bytes: &[u8], context: Context) -> Result<Decoded<'_>, DecodeError> {
    let (header_len, len) = match frame::header(bytes) {
        frame::Header::Complete { header_len, len } => (header_len, len),
        frame::Header::Incomplete { missing } => return Ok(Decoded::Incomplete { missing }),
        frame::Header::TooLong => {
            return Err(DecodeError {
                rule: Rule::VbiTooLong,
                span: Span::of_bytes(1, 5),
            });
        }
    };
    let Some(bytes) = bytes.get(..len) else {
        return beginning(bytes, header_len, len, context, None);
    };
    decode_whole(bytes, header_len, context)
}

/// Reads the packet that `bytes` are, whose fixed header has `header_len` of them.
#[inline(always)]
pub(crate) fn decode_whole(
    bytes: &[u8],
    header_len: usize,
    context: Context,
) -> Result<Decoded<'_>, DecodeError> {
    let len = bytes.len();
    if bytes
        .first()
        .is_some_and(|first| first >> 4 == PacketType::Publish as u8)
        && let Some(publish) = publish::plain(bytes, header_len, context.version.is_v5())
    {
        return Ok(Decoded::Packet {
            packet: ControlPacket::Publish(publish),
            len,
        });
    }
    by_grammar(&mut cursor(bytes, len, context, None), header_len)
}

/// The same where one rule may be broken, of those that do not hinder the reading: for a receiver that
/// goes on although a packet is not right.
///
/// # Errors
/// The first other rule of severity error that the packet breaks, and where.
pub fn decode_tolerant(
    bytes: &[u8],
    context: Context,
    tolerated: Rule,
) -> Result<Decoded<'_>, DecodeError> {
    let frame::Header::Complete { header_len, len } = frame::header(bytes) else {
        return decode(bytes, context);
    };
    match bytes.get(..len) {
        Some(bytes) => by_grammar(
            &mut cursor(bytes, len, context, Some(tolerated)),
            header_len,
        ),
        None => beginning(bytes, header_len, len, context, Some(tolerated)),
    }
}

/// Bytes that are looked at of a packet that is not all there: a stream asks again with every chunk,
/// so the look must not grow with what has come.
const LOOKED_AT: usize = 64;

/// What can be said of the beginning of a packet: whether it breaks a rule already, as a reserved
/// flag does, or a length that no rest can satisfy.
#[inline(never)]
fn beginning(
    bytes: &[u8],
    header_len: usize,
    len: usize,
    context: Context,
    tolerated: Option<Rule>,
) -> Result<Decoded<'_>, DecodeError> {
    let missing = len.saturating_sub(bytes.len());
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let mut cursor = cursor(start, len, context, tolerated);
    match by_grammar(&mut cursor, header_len) {
        Err(error) if !cursor.sink.waits => Err(error),
        _ => Ok(Decoded::Incomplete { missing }),
    }
}

/// Apart from the plain case, so that it takes no registers from that one.
#[inline(never)]
fn by_grammar<'a>(
    cursor: &mut Cursor<'a, Strict>,
    header_len: usize,
) -> Result<Decoded<'a>, DecodeError> {
    let len = cursor.limit;
    packet::read(cursor, header_len, |packet| Decoded::Packet { packet, len })
}

/// Stands before a packet of `len` bytes, of which `bytes` are there.
#[inline(always)]
const fn cursor(
    bytes: &[u8],
    len: usize,
    context: Context,
    tolerated: Option<Rule>,
) -> Cursor<'_, Strict> {
    Cursor {
        bytes,
        at: 0,
        end: bytes.len(),
        limit: len,
        incomplete: bytes.len() < len,
        lost: false,
        in_properties: false,
        context,
        sink: Strict {
            tolerated,
            waits: false,
        },
    }
}
