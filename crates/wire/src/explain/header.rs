//! The fixed header, and the sections that packets are divided into.

use alloc::format;

use super::words::{bytes, counted};
use super::{At, Meaning, fixed};
use crate::{Direction, Field, PacketType, ProtocolVersion, Sender};

pub(super) fn value(at: At<'_>) -> Meaning {
    match at.node.field {
        Field::FixedHeader | Field::VariableHeader => Some(bytes(at.byte_len()).into()),
        Field::Payload => payload(at),
        Field::PacketType => packet_type(at),
        Field::ReservedFlags => reserved_flags(at),
        Field::Dup => fixed(match at.number()? {
            0 => "first attempt to send it",
            _ => "may be a repetition: it was sent before",
        }),
        // Version 3.1 has these flags in packets that carry no message, too.
        Field::QoS if is_of_no_message(at.packet_type()) => fixed(match at.number()? {
            1 => "this packet is acknowledged",
            _ => "must be 1 in this packet",
        }),
        Field::Retain if is_of_no_message(at.packet_type()) => fixed("not used in this packet"),
        Field::QoS => qos(at.number()?),
        Field::Retain => fixed(retain(at, at.number()? != 0)),
        Field::RemainingLength => remaining_length(at),
        _ => None,
    }
}

/// RETAIN, which means one thing from a client and another from a server (section 3.3.1.3).
fn retain(at: At<'_>, is_set: bool) -> &'static str {
    // One without a payload, all of which is here.
    let is_empty = || {
        let length = at.tree.find(Field::RemainingLength);
        let end = length.and_then(|length| Some(at.tree.get(length)?.span.bytes().1));
        let announced = at.tree.number(Field::RemainingLength).unwrap_or(u32::MAX) as usize;
        let is_whole = end.is_some_and(|end| at.packet.len().saturating_sub(end) >= announced);
        is_whole && at.tree.find(Field::ApplicationMessage).is_none()
    };
    match (at.sender, is_set) {
        (Some(Sender::Client), false) => "not to be stored",
        (Some(Sender::Client), true) if is_empty() => "removes the stored message of its topic",
        (Some(Sender::Client), true) => "to be stored for later subscribers",
        (Some(Sender::Server), false) if at.version.is_v5() => {
            "no stored message sent on subscribing; without Retain As Published it may be stored all the same"
        }
        (Some(Sender::Server), false) => {
            "no stored message sent on subscribing; it may be stored all the same"
        }
        (Some(Sender::Server), true) if at.version.is_v5() => {
            "a stored message, sent on subscribing; with Retain As Published as its publisher set it"
        }
        (Some(Sender::Server), true) => "a stored message, sent on subscribing",
        (None, false) => "from a client: not to be stored; from a server: not sent on subscribing",
        (None, true) => "from a client: to be stored; from a server: stored, sent on subscribing",
    }
}

/// Those that are sent with QoS 1 in version 3.1, and with fixed flags later.
const fn is_of_no_message(packet_type: PacketType) -> bool {
    matches!(
        packet_type,
        PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe
    )
}

/// A QoS by its number.
pub(super) fn qos(level: u32) -> Meaning {
    fixed(match level {
        0 => "at most once: not acknowledged, may be lost",
        1 => "at least once: acknowledged, may arrive twice",
        2 => "exactly once: a handshake of four packets",
        _ => "no such QoS: 0, 1 and 2 are all there are",
    })
}

fn packet_type(at: At<'_>) -> Meaning {
    let packet_type = at.packet_type();
    let direction = match packet_type.sent_by(at.version) {
        Direction::Client => "from client to server",
        Direction::Server => "from server to client",
        Direction::Both => "in either direction",
        Direction::None if packet_type == PacketType::Auth => {
            return fixed("reserved; AUTH in version 5");
        }
        Direction::None => return fixed("reserved: no packet has this type"),
    };
    Some(format!("{}, {direction}", packet_type.name()).into())
}

fn reserved_flags(at: At<'_>) -> Meaning {
    let number = at.number()?;
    let packet_type = at.packet_type();
    let two = is_of_no_message(packet_type);
    // In 3.1 these three are sent with QoS 1 and may have DUP set.
    if two && at.version == ProtocolVersion::V3_1 && number == 0b1010 {
        return fixed("QoS 1, DUP: sent again");
    }
    fixed(match (two, number) {
        (true, 2) if at.version == ProtocolVersion::V3_1 => "QoS 1, sent for the first time",
        (true, 2) | (false, 0) => "as they must be",
        (true, _) => "must be 0010",
        (false, _) => "must be 0000",
    })
}

fn remaining_length(at: At<'_>) -> Meaning {
    let number = at.number()?;
    let written = at.byte_len();
    let (_, end) = at.node.span.bytes();
    let mut text = if number == 0 {
        "nothing follows".into()
    } else {
        format!("{} follow", bytes(number as usize))
    };
    if number == 1 {
        text.push('s');
    }
    let here = at.packet.len().saturating_sub(end);
    if here < number as usize {
        text.push_str(&format!(", {here} of them here"));
    }
    let needed = match number {
        0..=0x7F => 1,
        0x80..=0x3FFF => 2,
        0x4000..=0x1F_FFFF => 3,
        _ => 4_usize,
    };
    text.push_str(&format!("; written in {}", bytes(written)));
    if written > needed {
        text.push_str(&format!(", {needed} would do"));
    }
    Some(text.into())
}

/// How many of what it carries.
fn payload(at: At<'_>) -> Meaning {
    let parts = |field: Field| {
        at.children()
            .filter(|(_, node)| node.field == field)
            .count()
    };
    let text = match at.packet_type() {
        PacketType::Subscribe => {
            counted(parts(Field::Subscription), "subscription", "subscriptions")
        }
        PacketType::Unsubscribe => {
            counted(parts(Field::TopicFilter), "topic filter", "topic filters")
        }
        PacketType::Suback | PacketType::Unsuback if at.version.is_v5() => {
            counted(parts(Field::ReasonCode), "reason code", "reason codes")
        }
        PacketType::Suback => counted(parts(Field::ReasonCode), "return code", "return codes"),
        PacketType::Connect => counted(at.children().count(), "field", "fields"),
        _ => bytes(at.byte_len()),
    };
    Some(text.into())
}
