//! What is said of what a fault did: to whoever looks on, and in the recording.

use mqttscope_capture::mark::{Effect, Mark, MarkedPacket};
use mqttscope_capture::reading::Role;
use mqttscope_wire::{Context, Frame, PacketType, ProtocolVersion, Sender};

use super::clients::Active;

/// What happened, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// For people.
    pub text: String,
    /// What stands of it in the recording; none: no fault did it.
    pub mark: Option<Mark>,
}

impl Said {
    /// No fault did it.
    pub(super) const fn plain(text: String) -> Self {
        Self { text, mark: None }
    }

    /// A fault did it.
    pub(super) fn of(
        active: &Active,
        effect: Effect,
        packet: Option<MarkedPacket>,
        text: String,
    ) -> Self {
        let mark = Mark {
            fault: active.number,
            effect,
            packet,
            words: text.clone(),
        };
        Self {
            text,
            mark: Some(mark),
        }
    }
}

/// A packet as a mark names it.
pub(super) fn named(packet: &[u8], version: ProtocolVersion, from: Sender) -> MarkedPacket {
    let read = Frame::read(packet, Context::new(version).sent_by(from));
    let read = read.and_then(|frame| frame.packet.ok());
    let identifier = read.and_then(|packet| packet.packet_identifier());
    MarkedPacket {
        packet_type: PacketType::from_first_byte(packet.first().copied().unwrap_or(0)),
        identifier: identifier.map(|identifier| identifier.get()),
        from: match from {
            Sender::Client => Role::Client,
            Sender::Server => Role::Server,
        },
        goes_on: false,
    }
}

/// So many of something.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
