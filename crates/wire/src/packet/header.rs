//! The fixed header (v5 section 2.1, v3.1.1 section 2.2): packet type, flags, Remaining Length.

use super::connect;
use crate::grammar::{Cursor, Read, Sink};
use crate::{Field, PacketType, ProtocolVersion, Rule, Sender, Span};

/// Type and flags of the packet whose first byte `c` stands at; the cursor then stands behind the header.
#[inline(always)]
pub(super) fn read<S: Sink>(c: &mut Cursor<'_, S>, header_len: usize) -> Read<(PacketType, u8), S> {
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
    if flags == packet_type.reserved_flags() {
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
