//! Evidence that bytes are MQTT: packets that follow each other, each sound, and answers that fit.

use mqttscope_wire::{Context, ControlPacket, Decoded, PacketType, ProtocolVersion, decode, frame};

/// The longest packet of a type that is short in practice.
const LONGEST_SHORT: usize = 1 << 16;

/// Identifiers that are kept to compare both sides.
const IDENTIFIERS: usize = 8;

/// What the fixed header at the start of some bytes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// No packet has such a header.
    Unfair,
    /// More bytes are needed.
    Short,
    /// A packet of `len` bytes, `header` of them the fixed header.
    Packet { header: usize, len: usize },
}

pub(super) fn first(bytes: &[u8]) -> First {
    let Some(&byte) = bytes.first() else {
        return First::Short;
    };
    let kind = PacketType::from_first_byte(byte);
    let flags = byte & 15;
    let are_flags_fair = match kind {
        PacketType::Reserved => false,
        PacketType::Publish => flags & 6 != 6,
        PacketType::Subscribe | PacketType::Unsubscribe | PacketType::Pubrel => flags & !8 == 2,
        _ => flags == 0,
    };
    if !are_flags_fair {
        return First::Unfair;
    }
    let (header, len) = match frame::header(bytes) {
        frame::Header::TooLong => return First::Unfair,
        frame::Header::Incomplete { .. } => return First::Short,
        frame::Header::Complete { header_len, len } => (header_len, len),
    };
    let rest = len.saturating_sub(header);
    let is_fair = match kind {
        PacketType::Pingreq | PacketType::Pingresp => rest == 0,
        PacketType::Publish => rest >= 2,
        PacketType::Connect => (12..LONGEST_SHORT << 4).contains(&rest),
        PacketType::Suback => (3..LONGEST_SHORT).contains(&rest),
        PacketType::Subscribe | PacketType::Unsubscribe => (4..LONGEST_SHORT).contains(&rest),
        PacketType::Disconnect | PacketType::Auth => rest < LONGEST_SHORT,
        _ => (2..LONGEST_SHORT).contains(&rest),
    };
    if is_fair {
        First::Packet { header, len }
    } else {
        First::Unfair
    }
}

/// Whether what is there of a packet fits: for a PUBLISH its topic, for a CONNECT the protocol's name.
fn begins_well(bytes: &[u8], header: usize, len: usize) -> bool {
    let body = bytes.get(header..).unwrap_or_default();
    let kind = PacketType::from_first_byte(bytes.first().copied().unwrap_or(0));
    let name: &[u8] = match kind {
        PacketType::Publish => {
            let Some((topic_len, rest)) = body.split_first_chunk::<2>() else {
                return true;
            };
            let topic_len = usize::from(u16::from_be_bytes(*topic_len));
            let there = rest.get(..topic_len.min(rest.len())).unwrap_or_default();
            let is_text = match core::str::from_utf8(there) {
                Ok(text) => !text.chars().any(char::is_control),
                Err(error) => error.error_len().is_none() && there.len() < topic_len,
            };
            return is_text && topic_len.saturating_add(header).saturating_add(2) <= len;
        }
        PacketType::Connect => b"\0\x04MQTT",
        _ => return true,
    };
    let both = [name, b"\0\x06MQIsdp"];
    both.iter().any(|name| {
        let common = name.len().min(body.len());
        name.get(..common) == body.get(..common)
    })
}

/// What the beginning of a PUBLISH proves whose topic is there and not all of the rest.
pub(super) fn partial_publish(bytes: &[u8]) -> Option<u32> {
    let First::Packet { header, len } = first(bytes) else {
        return None;
    };
    let is_publish = bytes
        .first()
        .is_some_and(|byte| byte >> 4 == PacketType::Publish.nibble());
    if !is_publish || len <= bytes.len() {
        return None;
    }
    let (topic_len, rest) = bytes.get(header..)?.split_first_chunk::<2>()?;
    let topic = rest.get(..usize::from(u16::from_be_bytes(*topic_len)))?;
    let topic = core::str::from_utf8(topic).ok()?;
    let is_topic = !topic.is_empty() && !topic.chars().any(char::is_control);
    is_topic.then(|| topic_score(topic))
}

/// What a topic proves: the longer, the more.
fn topic_score(topic: &str) -> u32 {
    u32::try_from(topic.len().min(6))
        .unwrap_or(0)
        .saturating_add(5)
}

/// Packets that follow each other from a place on.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    pub(super) start: usize,
    /// Where the next packet begins.
    pub(super) at: usize,
    pub(super) whole: u32,
    pub(super) score: u32,
    /// Packets that only a client sends, less those that only a server sends.
    pub(super) votes: i32,
    pub(super) has_connect: bool,
    asked: [u16; IDENTIFIERS],
    answered: [u16; IDENTIFIERS],
    has_ping: bool,
    has_pong: bool,
}

/// How far a chain goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// To the end of what is there.
    On,
    /// What follows is no packet.
    Broken,
}

impl Chain {
    pub(super) fn from(start: usize) -> Self {
        Self {
            start,
            at: start,
            ..Self::default()
        }
    }

    /// Follows the packets as far as they are there. `budget` bounds the bytes that are looked into.
    pub(super) fn extend(&mut self, bytes: &[u8], budget: &mut usize) -> Goes {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let (header, len) = match first(rest) {
                First::Unfair => return Goes::Broken,
                First::Short => return Goes::On,
                First::Packet { header, len } => (header, len),
            };
            let Some(packet) = rest.get(..len) else {
                let cost = rest.len().min(256);
                if *budget < cost {
                    return Goes::On;
                }
                *budget = budget.saturating_sub(cost);
                let begin = rest.get(..rest.len().min(256)).unwrap_or_default();
                return if begins_well(begin, header, len) {
                    Goes::On
                } else {
                    Goes::Broken
                };
            };
            if *budget < len {
                return Goes::On;
            }
            *budget = budget.saturating_sub(len);
            if !self.weigh(packet) {
                return Goes::Broken;
            }
            self.at = self.at.saturating_add(len);
            self.whole = self.whole.saturating_add(1);
        }
    }

    /// Adds what a packet proves; false when it is unsound in all versions.
    fn weigh(&mut self, packet: &[u8]) -> bool {
        let read = |version| match decode(packet, Context::new(version)) {
            Ok(Decoded::Packet { packet, .. }) => Some(packet),
            _ => None,
        };
        let found = read(ProtocolVersion::V3_1_1).or_else(|| read(ProtocolVersion::V5));
        let Some(found) = found else {
            return false;
        };
        let (score, vote) = match &found {
            ControlPacket::Connect(_) => {
                self.has_connect = true;
                (100, 4)
            }
            ControlPacket::Connack(_) => (9, -1),
            ControlPacket::Publish(publish) => {
                let topic = publish.topic_name.as_str();
                let has_control = topic.chars().any(char::is_control);
                if let Some(identifier) = publish.packet_identifier {
                    remember(&mut self.asked, identifier.get());
                }
                let score = if has_control { 1 } else { topic_score(topic) };
                (score, 0)
            }
            ControlPacket::Subscribe(subscribe) => {
                remember(&mut self.asked, subscribe.packet_identifier.get());
                (10, 1)
            }
            ControlPacket::Unsubscribe(unsubscribe) => {
                remember(&mut self.asked, unsubscribe.packet_identifier.get());
                (10, 1)
            }
            ControlPacket::Suback(suback) => {
                remember(&mut self.answered, suback.packet_identifier.get());
                (6, -1)
            }
            ControlPacket::Unsuback(unsuback) => {
                remember(&mut self.answered, unsuback.packet_identifier.get());
                (6, -1)
            }
            ControlPacket::Puback(answer)
            | ControlPacket::Pubrec(answer)
            | ControlPacket::Pubcomp(answer)
            | ControlPacket::Pubrel(answer) => {
                remember(&mut self.answered, answer.packet_identifier.get());
                (6, 0)
            }
            ControlPacket::Pingreq => {
                self.has_ping = true;
                (5, 1)
            }
            ControlPacket::Pingresp => {
                self.has_pong = true;
                (5, -1)
            }
            ControlPacket::Disconnect(_) => (5, 0),
            ControlPacket::Auth(_) => (4, 0),
        };
        self.score = self.score.saturating_add(score);
        self.votes = self.votes.saturating_add(vote);
        true
    }

    /// What both sides prove together: answers to what the other one sent.
    pub(super) fn agreement(&self, other: &Self) -> u32 {
        let answers = |asked: &Self, answered: &Self| {
            let mut known = asked.asked.iter().filter(|&&identifier| identifier != 0);
            let is_answered = known.any(|identifier| answered.answered.contains(identifier));
            let is_pong = asked.has_ping && answered.has_pong;
            u32::from(is_answered)
                .saturating_mul(10)
                .saturating_add(u32::from(is_pong).saturating_mul(3))
        };
        answers(self, other).saturating_add(answers(other, self))
    }
}

/// Keeps the last few.
fn remember(identifiers: &mut [u16; IDENTIFIERS], identifier: u16) {
    identifiers.rotate_right(1);
    if let Some(newest) = identifiers.first_mut() {
        *newest = identifier;
    }
}
