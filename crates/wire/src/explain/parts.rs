//! The pieces of strings and binary data, and bytes that no field explains.

use alloc::{format, string::String};

use super::words::{bytes, text_size, thousands};
use super::{At, Meaning};
use crate::{Field, PacketType};

pub(super) fn value(at: At<'_>) -> Meaning {
    match at.node.field {
        Field::Length => length(at),
        Field::Text => Some(text_size(at.content()).into()),
        Field::Data => Some(bytes(at.content().len()).into()),
        Field::Unread => Some(unread(at).into()),
        Field::Omitted => Some(omitted(at)?.into()),
        Field::LeftOver => Some(format!("{} that no field explains", bytes(at.byte_len())).into()),
        _ => None,
    }
}

/// How many entries of which list.
fn omitted(at: At<'_>) -> Option<String> {
    let count = thousands(at.number()? as usize);
    let entries = match at.parent() {
        Some(Field::Properties | Field::WillProperties) => "properties",
        _ => match at.packet_type() {
            PacketType::Subscribe => "subscriptions",
            PacketType::Unsubscribe => "topic filters",
            _ if at.version.is_v5() => "reason codes",
            _ => "return codes",
        },
    };
    Some(format!(
        "{count} more {entries}, in {}",
        bytes(at.byte_len())
    ))
}

/// A length, held against the bytes that its field really has.
fn length(at: At<'_>) -> Meaning {
    let announced = at.number()? as usize;
    let parent = at.tree.get(at.tree.parent(at.index)?)?;
    let there = (parent.span.end().saturating_sub(at.node.span.end()) / 8) as usize;
    if there < announced {
        return Some(format!("{}, more than are there", bytes(announced)).into());
    }
    Some(bytes(announced).into())
}

/// Why bytes were not read: the rest of the packet is missing, or something before them is wrong.
fn unread(at: At<'_>) -> String {
    let count = bytes(at.byte_len());
    if is_cut_short(at) {
        return format!("{count}; the rest of the packet is not here");
    }
    format!("{count} not parsed because of an earlier error")
}

/// Whether the packet is longer than what is here.
fn is_cut_short(at: At<'_>) -> bool {
    let Some(index) = at.tree.find(Field::RemainingLength) else {
        return false;
    };
    let Some(node) = at.tree.get(index) else {
        return false;
    };
    let (_, header) = node.span.bytes();
    at.tree
        .number(Field::RemainingLength)
        .is_some_and(|n| at.packet.len() < header.saturating_add(n as usize))
}
