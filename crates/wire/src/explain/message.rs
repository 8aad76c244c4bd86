//! Topics, messages, identifiers and reason codes.

use alloc::format;

use super::words::{bytes, counted, text_size};
use super::{At, Meaning, fixed};
use crate::{Field, PacketType};

pub(super) fn value(at: At<'_>) -> Meaning {
    match at.node.field {
        Field::TopicName => topic_name(at),
        Field::PacketIdentifier => packet_identifier(at),
        Field::ApplicationMessage => payload(at.content()),
        Field::ReasonCode => reason_code(at),
        _ => None,
    }
}

fn topic_name(at: At<'_>) -> Meaning {
    let content = at.content();
    if content.is_empty() && at.version.is_v5() {
        return match at.tree.number(Field::TopicAlias) {
            Some(alias) => Some(format!("empty: topic alias {alias} stands for it").into()),
            None => fixed("empty, and no topic alias stands for it"),
        };
    }
    topic(content)
}

/// What can be said about a topic name.
pub(super) fn topic(content: &[u8]) -> Meaning {
    if content.is_empty() {
        return fixed("empty: a topic has at least one character");
    }
    let levels = content
        .iter()
        .filter(|&&byte| byte == b'/')
        .count()
        .saturating_add(1);
    let levels = counted(levels, "level", "levels");
    let hint = match content {
        [b'$', b'S', b'Y', b'S', b'/', ..] => "; what the server tells about itself",
        [b'$', ..] => "; # and + at the start of a filter do not match it",
        [b'/', ..] => ", the first is empty",
        _ => "",
    };
    Some(format!("{levels}, {}{hint}", text_size(content)).into())
}

/// Bytes of a payload that are looked at, of longer ones at the beginning and at the end.
const LOOKED_AT: usize = 4096;

/// What a payload seems to be. A guess by its first and last bytes, and said as one.
pub(super) fn payload(content: &[u8]) -> Meaning {
    if content.len() > LOOKED_AT {
        return long_payload(content);
    }
    let kind = match content {
        [] => return fixed("empty"),
        [0x1F, 0x8B, ..] => "gzip data",
        [0x89, b'P', b'N', b'G', ..] => "a PNG image",
        [0xFF, 0xD8, 0xFF, ..] => "a JPEG image",
        _ => match core::str::from_utf8(content) {
            Err(_) => "binary",
            Ok(text) => match text.trim().as_bytes() {
                [b'{', .., b'}'] | [b'[', .., b']'] => "looks like JSON",
                trimmed if is_number(trimmed) => "a number as text",
                _ if text
                    .chars()
                    .any(|c| c.is_control() && !c.is_ascii_whitespace()) =>
                {
                    "binary"
                }
                _ => return Some(format!("{} of text", text_size(content)).into()),
            },
        },
    };
    Some(format!("{}, {kind}", bytes(content.len())).into())
}

/// The same of one that is too long to be looked at each time it is drawn.
fn long_payload(content: &[u8]) -> Meaning {
    let start = content.get(..LOOKED_AT).unwrap_or(content);
    let last = content.iter().rev().take(LOOKED_AT);
    let last = last.copied().find(|byte| !byte.is_ascii_whitespace());
    // A character may be cut where the look ends.
    let text = match core::str::from_utf8(start) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => start
            .get(..error.valid_up_to())
            .and_then(|start| core::str::from_utf8(start).ok()),
        Err(_) => None,
    };
    let kind = match (start, text.map(str::trim_start)) {
        ([0x1F, 0x8B, ..], _) => "gzip data",
        ([0x89, b'P', b'N', b'G', ..], _) => "a PNG image",
        ([0xFF, 0xD8, 0xFF, ..], _) => "a JPEG image",
        (_, None) => "binary",
        (_, Some(text)) if text.starts_with('{') && last == Some(b'}') => "looks like JSON",
        (_, Some(text)) if text.starts_with('[') && last == Some(b']') => "looks like JSON",
        (_, Some(text))
            if text
                .chars()
                .any(|c| c.is_control() && !c.is_ascii_whitespace()) =>
        {
            "binary"
        }
        _ => "looks like text",
    };
    Some(format!("{}, {kind}", bytes(content.len())).into())
}

/// Digits, perhaps with a sign and a point.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let points = digits.iter().filter(|&&byte| byte == b'.').count();
    points <= 1
        && digits.first().is_some_and(u8::is_ascii_digit)
        && digits.last().is_some_and(u8::is_ascii_digit)
        && digits
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

fn packet_identifier(at: At<'_>) -> Meaning {
    let number = at.number()?;
    if number == 0 {
        return fixed("0 is not allowed");
    }
    let text = match at.packet_type() {
        PacketType::Publish => match at.tree.number(Field::QoS) {
            Some(2) => "the PUBREC, PUBREL and PUBCOMP carry it too",
            Some(3) => "of no use: QoS 3 does not exist, and nothing answers it",
            _ => "the PUBACK carries it too",
        },
        PacketType::Puback | PacketType::Pubrec => "answers the PUBLISH that carries it",
        PacketType::Pubrel => "answers the PUBREC that carries it",
        PacketType::Pubcomp => "answers the PUBREL that carries it; then it is free",
        PacketType::Subscribe => "the SUBACK carries it too",
        PacketType::Suback => "answers the SUBSCRIBE that carries it",
        PacketType::Unsubscribe => "the UNSUBACK carries it too",
        PacketType::Unsuback => "answers the UNSUBSCRIBE that carries it",
        _ => return None,
    };
    fixed(text)
}

fn reason_code(at: At<'_>) -> Meaning {
    let (code, packet_type) = super::reason_code(at.tree, at.index, at.packet)?;
    match code.name(packet_type, at.version) {
        Some(name) => fixed(name),
        None => Some(format!("0x{:02X} is not defined for {}", code.0, packet_type.name()).into()),
    }
}
