//! The one grammar: what the standards say a packet is, for a sink that stops and one that does not.

mod cursor;
mod sink;
mod strings;

pub(crate) use cursor::{Cursor, Read};
pub(crate) use sink::{Record, Sink, Stopped, Strict};
pub(crate) use strings::Text;

use crate::packet::{
    acknowledgement, auth, connack, connect, disconnect, publish, suback, subscribe, unsuback,
    unsubscribe,
};
use crate::{ControlPacket, Field, PacketType, ProtocolVersion, Rule, Sender, Span, Value};

/// One packet: `c` stands at its first byte and ends at its last, or at the last that is there.
///
/// `finish` makes of the packet what the caller returns. It is called where the packet is made, so
/// that no packet, which is a large value, is copied on its way out.
#[inline(always)]
pub(crate) fn packet<'a, S: Sink, T>(
    c: &mut Cursor<'a, S>,
    header_len: usize,
    finish: impl FnOnce(ControlPacket<'a>) -> T,
) -> Read<T, S> {
    let (packet_type, flags) = fixed_header(c, header_len)?;
    if packet_type == PacketType::Publish {
        // By far the most frequent; its payload ends where the packet does.
        return Ok(finish(ControlPacket::Publish(publish::read(c, flags)?)));
    }
    other(c, packet_type, finish)
}

/// Whatever its type, a packet ends with its last field (v5 section 2.1.4); `ends`: no list goes on
/// as long as the packet does.
#[inline(always)]
fn over<S: Sink>(c: &mut Cursor<'_, S>, ends: bool) -> Read<(), S> {
    // Those that are still to come count: the packet was announced longer than its fields are.
    let left = c.announced();
    if left > 0 && (c.left() > 0 || ends && !c.lost) {
        c.fault_value(Rule::BytesLeftOver, c.ahead(), left as u32)?;
        c.skip(Field::LeftOver);
    }
    Ok(())
}

#[inline(always)]
fn fixed_header<S: Sink>(c: &mut Cursor<'_, S>, header_len: usize) -> Read<(PacketType, u8), S> {
    let first = c.bytes.first().copied().unwrap_or_default();
    let packet_type = PacketType::from_nibble(first >> 4);
    let flags = first & 15;
    if packet_type == PacketType::Connect
        && let Some(own) = connect::announced_version(c.bytes, header_len)
    {
        // The fixed header, too, is read by the version that stands behind it.
        c.context.version = own;
    }
    if S::RECORDS {
        c.group(Field::FixedHeader, |c| {
            c.raw_u8(Field::PacketType)?;
            c.bits(Field::PacketType, first, 0, 4);
            if has_publish_flags(packet_type, c.version()) {
                c.bits(Field::Dup, first, 4, 1);
                c.bits(Field::QoS, first, 5, 2);
                c.bits(Field::Retain, first, 7, 1);
            } else {
                c.bits(Field::ReservedFlags, first, 4, 4);
            }
            c.variable(Field::RemainingLength)
        })?;
    } else if header_len == 2 {
        c.at = 2;
    } else {
        c.at = 1;
        c.variable(Field::RemainingLength)?;
    }
    if packet_type != PacketType::Publish {
        check_flags(c, packet_type, flags)?;
    }
    if let Some(sender) = c.context.sender {
        check_direction(c, packet_type, sender)?;
    }
    Ok((packet_type, flags))
}

/// MQTT 3.1 gives three more packets the flags of a PUBLISH.
fn has_publish_flags(packet_type: PacketType, version: ProtocolVersion) -> bool {
    match packet_type {
        PacketType::Publish => true,
        PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe => {
            version == ProtocolVersion::V3_1
        }
        _ => false,
    }
}

const FLAGS: Span = Span { start: 4, len: 4 };

#[inline(always)]
fn check_flags<S: Sink>(c: &mut Cursor<'_, S>, packet_type: PacketType, flags: u8) -> Read<(), S> {
    let wanted = match packet_type {
        PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe => 2,
        _ => 0,
    };
    if flags == wanted {
        Ok(())
    } else {
        odd_flags(c, packet_type, flags)
    }
}

#[cold]
fn odd_flags<S: Sink>(c: &mut Cursor<'_, S>, packet_type: PacketType, flags: u8) -> Read<(), S> {
    let number = u32::from(flags);
    if c.version() == ProtocolVersion::V3_1 {
        if !has_publish_flags(packet_type, ProtocolVersion::V3_1) {
            return c.fault_value(Rule::UnusedBitsSet, FLAGS, number);
        }
        if flags & 6 != 2 {
            c.fault_value(
                Rule::HeaderQoSNot1,
                Span { start: 5, len: 2 },
                (number >> 1) & 3,
            )?;
        }
        if flags & 1 != 0 {
            c.fault_value(Rule::UnusedBitsSet, Span { start: 7, len: 1 }, 1)?;
        }
        return Ok(());
    }
    //= [MQTT-2.1.3-1] v5, [MQTT-2.2.2-1] v3.1.1: reserved flags have the value of the table
    let rule = match packet_type {
        PacketType::Reserved => return Ok(()),
        PacketType::Auth if !c.is_v5() => return Ok(()),
        PacketType::Pubrel => Rule::PubrelHeaderFlags,
        PacketType::Subscribe => Rule::SubscribeHeaderFlags,
        PacketType::Unsubscribe => Rule::UnsubscribeHeaderFlags,
        PacketType::Disconnect => Rule::DisconnectHeaderFlags,
        PacketType::Auth => Rule::AuthHeaderFlags,
        _ => Rule::HeaderFlagsReserved,
    };
    c.fault_value(rule, FLAGS, number)
}

/// Who may send a packet (v5 table 2-1).
#[inline]
fn check_direction<S: Sink>(
    c: &mut Cursor<'_, S>,
    packet_type: PacketType,
    sender: Sender,
) -> Read<(), S> {
    let rule = match (packet_type, sender) {
        (
            PacketType::Connack | PacketType::Suback | PacketType::Unsuback | PacketType::Pingresp,
            Sender::Client,
        ) => Rule::PacketNotFromClient,
        (
            PacketType::Connect
            | PacketType::Subscribe
            | PacketType::Unsubscribe
            | PacketType::Pingreq,
            Sender::Server,
        ) => Rule::PacketNotFromServer,
        (PacketType::Disconnect, Sender::Server) if !c.is_v5() => Rule::PacketNotFromServer,
        _ => return Ok(()),
    };
    c.fault_value(rule, Span { start: 0, len: 4 }, packet_type as u32)
}

/// Any packet but a PUBLISH. Kept apart so that it takes no registers from that one. Each is finished
/// where it is read: one place for all would be reached by copying.
#[inline(never)]
fn other<'a, S: Sink, T>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
    finish: impl FnOnce(ControlPacket<'a>) -> T,
) -> Read<T, S> {
    macro_rules! whole {
        ($variant:ident, $read:expr) => {
            whole!($variant, $read, true)
        };
        ($variant:ident, $read:expr, $ends:expr) => {{
            let packet = $read?;
            over(c, $ends)?;
            Ok(finish(ControlPacket::$variant(packet)))
        }};
    }
    match packet_type {
        PacketType::Puback => whole!(Puback, acknowledgement::read(c, PacketType::Puback)),
        PacketType::Pubrec => whole!(Pubrec, acknowledgement::read(c, PacketType::Pubrec)),
        PacketType::Pubrel => whole!(Pubrel, acknowledgement::read(c, PacketType::Pubrel)),
        PacketType::Pubcomp => whole!(Pubcomp, acknowledgement::read(c, PacketType::Pubcomp)),
        PacketType::Connect => whole!(Connect, connect::read(c)),
        PacketType::Connack => whole!(Connack, connack::read(c)),
        PacketType::Subscribe => whole!(Subscribe, subscribe::read(c), false),
        PacketType::Suback => whole!(Suback, suback::read(c), false),
        PacketType::Unsubscribe => whole!(Unsubscribe, unsubscribe::read(c), false),
        PacketType::Unsuback => whole!(Unsuback, unsuback::read(c), !c.is_v5()),
        PacketType::Disconnect => whole!(Disconnect, disconnect::read(c)),
        PacketType::Auth if c.is_v5() => whole!(Auth, auth::read(c)),
        PacketType::Pingreq => {
            over(c, true)?;
            Ok(finish(ControlPacket::Pingreq))
        }
        PacketType::Pingresp => {
            over(c, true)?;
            Ok(finish(ControlPacket::Pingresp))
        }
        PacketType::Publish | PacketType::Auth | PacketType::Reserved => {
            let rule = if packet_type == PacketType::Auth {
                Rule::PacketType15
            } else {
                Rule::PacketType0
            };
            Err(c.sink.end(
                c.context.version,
                rule,
                Span { start: 0, len: 4 },
                packet_type as u32,
            ))
        }
    }
}

/// The codes of a SUBACK or UNSUBACK: every byte that is left is one.
pub(crate) fn codes<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
    none: Rule,
    undefined: Rule,
) -> Read<crate::ReasonCodes<'a>, S> {
    let codes = c.rest();
    if codes.is_empty() {
        c.absent(none, c.ahead())?;
        return Ok(crate::ReasonCodes::new(codes));
    }
    c.group(Field::Payload, |c| {
        while c.left() > 0 {
            c.sink.entry(c.at);
            let code = c.u8(Field::ReasonCode)?;
            if crate::ReasonCode(code)
                .name(packet_type, c.version())
                .is_none()
            {
                c.fault_value(undefined, c.behind(1), u32::from(code))?;
            }
        }
        Ok(())
    })?;
    Ok(crate::ReasonCodes::new(codes))
}

/// A Reason Code that the packet type must define.
#[inline]
pub(crate) fn reason_code<S: Sink>(
    c: &mut Cursor<'_, S>,
    packet_type: PacketType,
    undefined: Rule,
) -> Read<crate::ReasonCode, S> {
    let code = crate::ReasonCode(c.u8(Field::ReasonCode)?);
    if code.name(packet_type, c.version()).is_none() {
        c.fault_value(undefined, c.behind(1), u32::from(code.0))?;
    }
    Ok(code)
}

/// The application message's or will's bytes must be UTF-8 when Payload Format Indicator says so.
#[inline]
pub(crate) fn payload_format<S: Sink>(
    c: &mut Cursor<'_, S>,
    properties: crate::Properties<'_>,
    payload: &[u8],
    rule: Rule,
) -> Read<(), S> {
    if properties.set().is_empty() || c.incomplete {
        return Ok(());
    }
    let says_utf8 = matches!(
        properties.get(crate::PropertyId::PAYLOAD_FORMAT_INDICATOR),
        Some(crate::Property::PayloadFormatIndicator(1))
    );
    if says_utf8 && let Err(error) = core::str::from_utf8(payload) {
        let start =
            c.at.saturating_sub(payload.len())
                .saturating_add(error.valid_up_to());
        let len = error.error_len().unwrap_or(1);
        c.fault(rule, Span::of_bytes(start, start.saturating_add(len)))?;
    }
    Ok(())
}

/// Makes a leaf of `payload`, which ends at the cursor.
#[inline(always)]
pub(crate) fn payload_leaf<S: Sink>(c: &mut Cursor<'_, S>, payload: &[u8]) {
    if S::RECORDS && !payload.is_empty() {
        let span = c.behind(payload.len());
        let mark = c
            .sink
            .open(Field::Payload, c.at.saturating_sub(payload.len()));
        c.sink.leaf(Field::ApplicationMessage, Value::Bytes, span);
        c.sink.close(mark, Value::Group, c.at);
    }
}
