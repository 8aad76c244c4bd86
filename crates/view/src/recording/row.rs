//! The row of a packet in the list.

use mqttscope_wire::{Limits, PacketAt, PacketType, Sender};

use super::{Packet, Recording};
use crate::words;

/// What a row needs of a packet.
pub(super) const ROW: Limits = Limits {
    nodes: 256,
    diagnostics: 0,
};

/// What a packet is part of; each has one colour in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Connecting, authenticating, disconnecting.
    Connection,
    /// Publishing: the PUBLISH itself.
    Message,
    /// The handshakes that messages bring about.
    Acknowledgement,
    /// Subscribing and unsubscribing.
    Subscription,
    /// Signs of life.
    Ping,
    /// No packet.
    None,
}

impl Family {
    /// The family of a packet type.
    #[must_use]
    pub const fn of(packet_type: PacketType) -> Self {
        match packet_type {
            PacketType::Connect
            | PacketType::Connack
            | PacketType::Disconnect
            | PacketType::Auth => Self::Connection,
            PacketType::Publish => Self::Message,
            PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
                Self::Acknowledgement
            }
            PacketType::Subscribe
            | PacketType::Suback
            | PacketType::Unsubscribe
            | PacketType::Unsuback => Self::Subscription,
            PacketType::Pingreq | PacketType::Pingresp => Self::Ping,
            PacketType::Reserved => Self::None,
        }
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1.
    pub number: usize,
    /// First byte in the recording.
    pub offset: usize,
    /// Who sent it, where both sides speak.
    pub from: Option<Sender>,
    /// Its type.
    pub packet_type: PacketType,
    /// What it is coloured by.
    pub family: Family,
    /// The low four bits of its first byte.
    pub flags: u8,
    /// Bytes that are there.
    pub len: usize,
    /// Bytes that are not there yet; 0: complete.
    pub missing: usize,
    /// Bytes between packets that are no packet.
    pub skipped: bool,
    /// What it says, in one line.
    pub summary: String,
    /// Its errors.
    pub errors: u32,
    /// Its warnings.
    pub warnings: u32,
}

impl Recording {
    /// A row of the list.
    #[must_use]
    pub fn row(&self, packet: usize) -> Option<Row> {
        let Packet {
            at,
            from,
            errors,
            warnings,
        } = *self.packets.get(packet)?;
        let bytes = self.bytes_of(packet);
        Some(Row {
            number: packet.saturating_add(1),
            offset: at.offset,
            from: from.filter(|_| self.has_both),
            packet_type: at.packet_type,
            family: if at.skipped {
                Family::None
            } else {
                Family::of(at.packet_type)
            },
            flags: bytes.first().map_or(0, |byte| byte & 15),
            len: at.len,
            missing: at.missing,
            skipped: at.skipped,
            summary: self.summary(packet, &at, bytes),
            errors,
            warnings,
        })
    }

    fn summary(&self, packet: usize, at: &PacketAt, bytes: &[u8]) -> String {
        if at.skipped {
            return "no packet begins here".to_owned();
        }
        let missing = match (at.missing, bytes) {
            (0, _) => String::new(),
            (_, [_] | []) => return "a fixed header needs at least 1 more byte".to_owned(),
            (1, _) => "1 byte missing".to_owned(),
            (n, _) => format!("{n} bytes missing"),
        };
        let kept = self
            .summaries
            .binary_search_by_key(&packet, |&(packet, _)| packet)
            .ok()
            .and_then(|kept| self.summaries.get(kept));
        let summary = match kept {
            Some((_, summary)) => summary.clone(),
            None => words::summary(&self.dissect_within(packet, ROW), bytes),
        };
        match (summary.is_empty(), missing.is_empty()) {
            (_, true) => summary,
            (true, false) => missing,
            (false, false) => format!("{missing} · {summary}"),
        }
    }
}
