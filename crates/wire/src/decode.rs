//! The strict decoder: a packet that keeps every rule, or the first rule it breaks.

use crate::grammar::{Cursor, Strict, packet};
use crate::packet::publish;
use crate::{Context, ControlPacket, DecodeError, PacketType, Rule, Span, frame};

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
    /// The beginning of a packet.
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
        return Ok(Decoded::Incomplete {
            missing: len.saturating_sub(bytes.len()),
        });
    };
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
    by_grammar(bytes, header_len, context, None)
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
    let (header_len, len) = match frame::header(bytes) {
        frame::Header::Complete { header_len, len } if len <= bytes.len() => (header_len, len),
        _ => return decode(bytes, context),
    };
    let bytes = bytes.get(..len).unwrap_or_default();
    by_grammar(bytes, header_len, context, Some(tolerated))
}

/// Apart from the plain case, so that it takes no registers from that one.
#[inline(never)]
fn by_grammar(
    bytes: &[u8],
    header_len: usize,
    context: Context,
    tolerated: Option<Rule>,
) -> Result<Decoded<'_>, DecodeError> {
    let len = bytes.len();
    let mut cursor = Cursor {
        bytes,
        at: 0,
        end: len,
        incomplete: false,
        lost: false,
        in_properties: false,
        context,
        sink: Strict { tolerated },
    };
    packet(&mut cursor, header_len, |packet| Decoded::Packet {
        packet,
        len,
    })
}
