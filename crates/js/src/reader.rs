//! Whole packets off the front of some bytes.

use js_sys::Array;
use mqttscope_wire::{Context, ControlPacket, Decoded, decode, frame};

use crate::error::Failure;
use crate::packet;

/// Where reading stopped.
pub(crate) struct Stopped {
    /// Bytes of whole packets.
    pub(crate) at: usize,
    /// Bytes that must at least be added behind the last byte; 0 when a packet ends there.
    pub(crate) missing: usize,
}

/// Adds every whole packet to `packets`; `before` is the offset of the first byte.
///
/// # Errors
/// The first packet that breaks a rule, has more than `maximum` bytes, or than there is memory for.
pub(crate) fn read(
    bytes: &[u8],
    before: u64,
    context: &mut Context,
    maximum: usize,
    packets: &Array,
) -> Result<Stopped, Failure> {
    let mut at: usize = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let offset = before.saturating_add(at as u64);
        if let frame::Header::Complete { len, .. } = frame::header(rest)
            && len > maximum
        {
            return Err(Failure::too_large(offset, len, maximum));
        }
        match decode(rest, *context) {
            Ok(Decoded::Packet { packet, len }) => {
                if let ControlPacket::Connect(connect) = &packet {
                    context.version = connect.version;
                }
                at = at.saturating_add(len);
                packets.push(&packet::object(&packet)?.into());
            }
            Ok(Decoded::Incomplete { missing }) => return Ok(Stopped { at, missing }),
            Err(error) => return Err(Failure::decode(offset, rest, error, *context)),
        }
    }
    Ok(Stopped { at, missing: 0 })
}
