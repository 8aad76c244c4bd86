//! What a share link carries: the view, without secrets.

use mqttscope_view::recording::Recording;
use mqttscope_view::share::Shared;
use mqttscope_wire::{Field, PacketType};

use crate::state::workbench::Document;

/// The view as a link carries it.
pub(super) fn shared_of(document: &Document) -> Shared {
    // Bytes that are not packets are named at the other end too, unless they may hold secrets.
    let other = document.other.as_ref();
    let unread = other.filter(|_| document.recording.packets().is_empty());
    Shared {
        bytes: unread.map_or_else(
            || without_secrets(&document.recording).0,
            |other| other.shareable.clone(),
        ),
        version: document.version_asked(),
        sender: document.recording.sender(),
        runs: document.recording.runs(),
        packet: u32::try_from(document.packet).unwrap_or(0),
        node: document.node.and_then(|node| u32::try_from(node).ok()),
    }
}

/// The bytes with stars for passwords and authentication data, and whether there were any: a link
/// goes through many hands.
pub(super) fn without_secrets(recording: &Recording) -> (Vec<u8>, bool) {
    let mut bytes = recording.bytes().to_vec();
    let mut found = false;
    for (index, packet) in recording.packets().iter().enumerate() {
        if !matches!(
            packet.at.packet_type,
            PacketType::Connect | PacketType::Connack | PacketType::Auth
        ) {
            continue;
        }
        let tree = recording.dissect(index).tree;
        for field in [Field::Password, Field::AuthenticationData] {
            let Some(span) = tree.find(field).and_then(|node| tree.content_span(node)) else {
                continue;
            };
            let (start, end) = span.bytes();
            let range =
                packet.at.offset.saturating_add(start)..packet.at.offset.saturating_add(end);
            if let Some(secret) = bytes.get_mut(range).filter(|secret| !secret.is_empty()) {
                secret.fill(b'*');
                found = true;
            }
        }
    }
    (bytes, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_travel() {
        let connect = b"\x10\x16\0\x04MQTT\x04\xc2\0\x3c\0\x01c\0\x01u\0\x04pass";
        let recording = Recording::read(connect.to_vec(), None, None);
        let (bytes, found) = without_secrets(&recording);
        assert!(found);
        assert!(bytes.ends_with(b"\0\x01u\0\x04****"));
        assert_eq!(bytes.len(), connect.len());
        let ping = Recording::read(vec![0xc0, 0x00], None, None);
        assert_eq!(without_secrets(&ping), (vec![0xc0, 0x00], false));
    }
}
