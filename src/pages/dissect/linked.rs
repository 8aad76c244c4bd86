//! What a share link carries: the view, without secrets.

use mqttscope_view::recording::Recording;
use mqttscope_view::share::Shared;
use mqttscope_wire::{Field, PacketType, mask_passwords};

use crate::state::workbench::Document;

/// The view as a link carries it.
pub(super) fn shared_of(document: &Document) -> Shared {
    // Bytes that are not packets are named at the other end too, unless they may hold secrets.
    let other = document.other.as_ref();
    let unread = other.filter(|_| document.recording.packets().is_empty());
    // They are places in what was given, which is in another order where a packet stands in pieces.
    let recording = &document.recording;
    let is_in_order = recording.as_given().0 == recording.bytes();
    let cuts = recording.cuts();
    let cuts = if unread.is_none() && is_in_order {
        cuts
    } else {
        &[]
    };
    Shared {
        bytes: unread.map_or_else(
            || without_secrets(&document.recording).0,
            |other| other.shareable.clone(),
        ),
        version: document.version_asked(),
        sender: document.recording.sender(),
        runs: document.recording.runs(),
        cuts: cuts.to_vec(),
        packet: u32::try_from(document.packet).unwrap_or(0),
        node: document.node.and_then(|node| u32::try_from(node).ok()),
    }
}

/// The bytes with stars for passwords and authentication data, and whether there were any: a link
/// goes through many hands.
pub(super) fn without_secrets(recording: &Recording) -> (Vec<u8>, bool) {
    let mut bytes = recording.bytes().to_vec();
    let mut found = mask_passwords(&mut bytes);
    for (index, packet) in recording.packets().iter().enumerate() {
        if !matches!(
            packet.at.packet_type,
            PacketType::Connect | PacketType::Connack | PacketType::Auth
        ) {
            continue;
        }
        let tree = recording.dissect(index).tree;
        let data = tree.find(Field::AuthenticationData);
        let Some(span) = data.and_then(|node| tree.content_span(node)) else {
            continue;
        };
        let (start, end) = span.bytes();
        let range = packet.at.offset.saturating_add(start)..packet.at.offset.saturating_add(end);
        if let Some(secret) = bytes.get_mut(range).filter(|secret| !secret.is_empty()) {
            secret.fill(b'*');
            found = true;
        }
    }
    (bytes, found)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use mqttscope_view::reader::{self, Found, Request};
    use mqttscope_view::share;
    use yew::Reducible as _;

    use super::*;
    use crate::state::workbench::{Act, Workbench};

    fn read(request: &Request<'_>) -> Option<Found> {
        Some(reader::read(request))
    }

    /// What a link to this text shows, and what the text does.
    fn linked(text: &str) -> (Rc<Document>, Rc<Document>) {
        let bench = Rc::new(Workbench::new(read)).reduce(Act::Type(text.into()));
        let token = share::encode(&shared_of(bench.now())).unwrap();
        let shared = share::decode(&token).unwrap();
        let opened = Rc::new(Workbench::new(read)).reduce(Act::OpenBytes(shared.into()));
        (opened.now().clone(), bench.now().clone())
    }

    #[test]
    fn a_line_with_a_wrong_length_stays_apart_in_a_link() {
        for text in [
            // The second line's length is one too large, and would swallow the first byte of the third.
            "c0 00\n30 06 00 01 61 68 69\nd0 00\nc0 00",
            "C: c0 00\nC: 30 06 00 01 61 68 69\nS: d0 00\nC: c0 00\nC: e0 00",
        ] {
            let (opened, typed) = linked(text);
            assert!(!typed.cuts.is_empty(), "{text}");
            assert_eq!(typed.recording.packets().len(), text.lines().count());
            assert_eq!(
                opened.recording.packets(),
                typed.recording.packets(),
                "{text}"
            );
        }
        // As their lengths say.
        let (opened, typed) = linked("c0 00 d0 00");
        assert_eq!(opened.recording.packets().len(), 2);
        assert!(typed.cuts.is_empty() && opened.cuts.is_empty());
    }

    #[test]
    fn a_password_does_not_travel() {
        let connect = b"\x10\x16\0\x04MQTT\x04\xc2\0\x3c\0\x01c\0\x01u\0\x04pass";
        let recording = Recording::read(connect.to_vec(), None, None);
        let (bytes, found) = without_secrets(&recording);
        assert!(found);
        assert!(bytes.ends_with(b"\0\x01u\0\x04****"));
        assert_eq!(bytes.len(), connect.len());
        // One wrong byte, and nobody knows where it stands: the first length, the Remaining Length, a flag, a stray byte.
        for (at, to) in [(13, 9), (1, 0x0e), (9, 0x82)] {
            let mut broken = connect.to_vec();
            broken[at] = to;
            let (bytes, found) = without_secrets(&Recording::read(broken, None, None));
            assert!(
                found && !bytes.windows(4).any(|part| part == b"pass"),
                "{at}"
            );
        }
        let stray = [&[0xff], &connect[..]].concat();
        let (bytes, _) = without_secrets(&Recording::read(stray, None, None));
        assert!(!bytes.windows(4).any(|part| part == b"pass"));
        let ping = Recording::read(vec![0xc0, 0x00], None, None);
        assert_eq!(without_secrets(&ping), (vec![0xc0, 0x00], false));
    }
}
