//! The words of the search, as a row of the list says them.

use mqttscope_wire::{PacketType, ReasonCode, Sender, dissect, summary};

use super::words::contains;
use crate::log::{Record, WireLog};
use crate::view::rows::context;

/// Packets above this are not summed up: a row does not do it either.
const SUMMED_UP: usize = 64 << 10;

/// Words as they stand in a row: read once, so that a packet costs no more than a look at what is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `qos` or `QoS 1`.
    qos: Option<Option<u8>>,
    /// `id` or `id 400`.
    id: Option<Option<u16>>,
    /// `sent` or `received`.
    sender: Option<Sender>,
    dup: bool,
    retain: bool,
    packet_type: Option<PacketType>,
}

impl Said {
    /// What the words say, if each of them is one of a row's own.
    pub(super) fn read(words: &str) -> Option<Self> {
        let mut said = Self::default();
        let mut words = (words.split(|c: char| c.is_whitespace() || c == '·'))
            .filter(|word| !word.is_empty())
            .peekable();
        words.peek()?;
        while let Some(word) = words.next() {
            let is = |name: &str| word.eq_ignore_ascii_case(name);
            if is("qos") {
                let qos = words.peek().and_then(|next| next.parse().ok());
                if qos.is_some() {
                    words.next();
                }
                said.qos = Some(qos);
            } else if is("id") {
                let id = words.peek().and_then(|next| next.parse().ok());
                if id.is_some() {
                    words.next();
                }
                said.id = Some(id);
            } else if is("sent") {
                said.sender = Some(Sender::Client);
            } else if is("received") {
                said.sender = Some(Sender::Server);
            } else if is("dup") {
                said.dup = true;
            } else if is("retain") {
                said.retain = true;
            } else {
                said.packet_type = Some(PacketType::ALL.into_iter().find(|it| is(it.name()))?);
            }
        }
        Some(said)
    }

    /// Whether the row of a packet says so.
    pub(super) fn is_of(self, record: &Record) -> bool {
        let is_publish = record.packet_type() == PacketType::Publish;
        let has = |flag: u8| is_publish && record.first & flag != 0;
        let own = (record.first >> 1) & 3;
        let identifier = record.packet_identifier;
        self.qos
            .is_none_or(|qos| is_publish && qos.is_none_or(|qos| qos == own))
            && self
                .id
                .is_none_or(|id| identifier != 0 && id.is_none_or(|id| id == identifier))
            && self.sender.is_none_or(|sender| sender == record.sender)
            && (!self.dup || has(8))
            && (!self.retain || has(1))
            && self
                .packet_type
                .is_none_or(|packet_type| packet_type == record.packet_type())
    }
}

/// Whether these words stand in what a row says of its packet. What there may be a flood of is not taken apart for it:
/// a PUBLISH says nothing else in words than its bytes do, and an acknowledgement little more than its Reason Code.
pub(super) fn are_in_summary(words: &str, record: &Record, log: &WireLog) -> bool {
    let bytes = log.bytes(record);
    let packet_type = record.packet_type();
    match packet_type {
        PacketType::Publish | PacketType::Pingreq | PacketType::Pingresp | PacketType::Reserved => {
            false
        }
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            let &[_, 3..=127, _, _, code, ..] = bytes else {
                return false;
            };
            let name = ReasonCode(code).name(packet_type, record.version);
            code != 0 && name.is_some_and(|name| contains(name.as_bytes(), words.as_bytes()))
        }
        _ if bytes.len() > SUMMED_UP => false,
        _ => {
            let says = summary(&dissect(bytes, context(record)), bytes);
            contains(says.as_bytes(), words.as_bytes())
        }
    }
}
