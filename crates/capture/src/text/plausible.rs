//! How likely it is that bytes are MQTT: the measure by which readings of a text are ranked.

use mqttscope_wire::frame::{self, Header};
use mqttscope_wire::{Context, PacketType, ProtocolVersion, decode};

use crate::foreign::{self, Protocol};

/// How well bytes read, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// No packet begins so.
    Nothing,
    /// A packet may begin so, but it is not whole.
    Possible,
    /// Another protocol that is known here, or the beginning of a CONNECT.
    Known,
    /// Whole packets, some of them at fault, or whole packets and the beginning of another.
    Framed,
    /// Valid packets and nothing else.
    Sound,
}

/// Packets that are looked at: enough to decide, few enough not to be felt.
const MOST: usize = 64;

/// Judges bytes on their own.
pub(super) fn class(bytes: &[u8]) -> Class {
    let mqtt = mqtt(bytes);
    if mqtt < Class::Known && is_foreign(bytes) {
        return Class::Known;
    }
    mqtt
}

/// Whether these are another protocol that is known here. Readable text is as a rule a payload.
fn is_foreign(bytes: &[u8]) -> bool {
    foreign::recognize(bytes).is_some_and(|found| {
        found.protocol != Protocol::Text && found.confidence >= foreign::Confidence::Likely
    })
}

/// Whether these are WebSocket frames with MQTT in them.
pub(super) fn is_framed(bytes: &[u8]) -> bool {
    foreign::recognize(bytes).is_some_and(|found| found.protocol == Protocol::WebSocket)
        && foreign::peel(bytes).is_some_and(|peeled| peeled.is_mqtt())
}

/// Judges bytes as MQTT alone.
pub(super) fn mqtt(bytes: &[u8]) -> Class {
    let mut rest = bytes;
    let mut worst = Class::Sound;
    for count in 0..MOST {
        if rest.is_empty() {
            return if count == 0 { Class::Nothing } else { worst };
        }
        let whole = match frame::header(rest) {
            Header::Complete { len, .. } => rest.split_at_checked(len),
            _ => None,
        };
        let Some((packet, behind)) = whole else {
            return match (count, begins_connect(rest), may_begin(rest)) {
                (0, true, _) => Class::Known,
                (0, false, true) => Class::Possible,
                (0, false, false) => Class::Nothing,
                (_, true, _) | (_, _, true) => Class::Framed,
                _ => broken(bytes),
            };
        };
        match packet_class(packet) {
            class @ (Class::Sound | Class::Framed) => worst = worst.min(class),
            class if count == 0 => {
                return if begins_connect(rest) {
                    Class::Known
                } else {
                    class
                };
            }
            // Sound packets in front of something that is none.
            _ => return broken(bytes),
        }
        rest = behind;
    }
    worst
}

/// Packets that go over into something that is none: a CONNECT stays one, whatever its length says.
fn broken(bytes: &[u8]) -> Class {
    if begins_connect(bytes) {
        Class::Known
    } else {
        Class::Possible
    }
}

/// Judges one whole packet.
fn packet_class(packet: &[u8]) -> Class {
    let versions = [
        ProtocolVersion::V3_1_1,
        ProtocolVersion::V5,
        ProtocolVersion::V3_1,
    ];
    let sound = versions
        .iter()
        .any(|&version| decode(packet, Context::new(version)).is_ok());
    if sound {
        return Class::Sound;
    }
    let (Some(&first), Header::Complete { header_len, .. }) =
        (packet.first(), frame::header(packet))
    else {
        return Class::Nothing;
    };
    let body = packet.get(header_len..).unwrap_or_default();
    let id = matches!(body, [high, low, ..] if *high != 0 || *low != 0);
    let small_flags = first & 0x0f == 0 || first & 0x0f == 2;
    let framed = match PacketType::from_first_byte(first) {
        PacketType::Reserved => return Class::Nothing,
        PacketType::Connect => begins_connect(packet),
        PacketType::Connack => matches!(body, [0 | 1, _, ..]),
        PacketType::Publish => topic(body).is_some(),
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            small_flags && id && body.len() <= 4
        }
        PacketType::Subscribe | PacketType::Unsubscribe => {
            small_flags && body.len() >= 5 && has_filter(body)
        }
        PacketType::Suback | PacketType::Unsuback => small_flags && body.len() >= 2 && id,
        PacketType::Pingreq | PacketType::Pingresp => small_flags && body.len() <= 2,
        PacketType::Disconnect => small_flags && body.len() <= 1,
        PacketType::Auth => small_flags && body.len() <= 8,
    };
    if framed {
        Class::Framed
    } else {
        Class::Possible
    }
}

/// A filter behind the identifier, or behind empty properties.
fn has_filter(body: &[u8]) -> bool {
    let behind = body.get(2..).unwrap_or_default();
    let without = behind.strip_prefix(&[0]).unwrap_or_default();
    topic(behind).is_some() || topic(without).is_some()
}

/// The string with its length that a body begins with, if it reads as a topic.
fn topic(body: &[u8]) -> Option<&[u8]> {
    let (len, rest) = body.split_first_chunk::<2>()?;
    let name = rest.get(..usize::from(u16::from_be_bytes(*len)))?;
    let plain = name.iter().filter(|byte| **byte >= 0x20).count();
    (plain == name.len()).then_some(name)
}

/// Whether a CONNECT begins here, whatever its length says.
pub(super) fn begins_connect(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else {
        return false;
    };
    let near = rest.get(..rest.len().min(12)).unwrap_or_default();
    first >> 4 == 1
        && [&b"\0\x04MQTT"[..], b"\0\x06MQIsdp", b"\x04MQTT"]
            .iter()
            .any(|name| near.windows(name.len()).any(|window| window == *name))
}

/// Whether the first byte is that of a packet and what is there of its length fits.
fn may_begin(bytes: &[u8]) -> bool {
    let Some(&first) = bytes.first() else {
        return false;
    };
    let flags = first & 0x0f;
    match PacketType::from_first_byte(first) {
        PacketType::Reserved => false,
        PacketType::Publish => flags & 0x06 != 0x06,
        PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe => flags == 2,
        _ => flags == 0,
    }
}

/// How many bytes are missing to complete the last packet; `None` where nothing is.
pub(super) fn missing(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    loop {
        if rest.is_empty() {
            return None;
        }
        match frame::header(rest) {
            Header::Complete { len, .. } => match rest.get(len..) {
                Some(behind) => rest = behind,
                None => return Some(len.saturating_sub(rest.len())),
            },
            Header::Incomplete { missing } => return Some(missing),
            Header::TooLong => return None,
        }
    }
}

/// Who sends such packets, where all that decide say the same.
pub(super) fn sender(bytes: &[u8]) -> Option<crate::reading::Role> {
    use crate::reading::Role;
    let mut rest = bytes;
    let mut found = None;
    for _ in 0..MOST {
        let Some(&first) = rest.first() else { break };
        let role = match PacketType::from_first_byte(first) {
            PacketType::Connect
            | PacketType::Subscribe
            | PacketType::Unsubscribe
            | PacketType::Pingreq => Some(Role::Client),
            PacketType::Connack
            | PacketType::Suback
            | PacketType::Unsuback
            | PacketType::Pingresp => Some(Role::Server),
            _ => None,
        };
        if role.is_some() && found.is_some() && role != found {
            return None;
        }
        found = found.or(role);
        match frame::header(rest) {
            Header::Complete { len, .. } => rest = rest.get(len..).unwrap_or_default(),
            _ => break,
        }
    }
    found
}
