//! What paho-mqtt of Python hands to its logger: the log of one client.

use mqttscope_wire::{PacketType, ProtocolVersion};

use super::{Line, Packet, Who, typed};
use crate::reading::Role;

/// `Sending CONNECT (u0, p0, wr0, wq0, wf0, c1, k60) client_id=b'a'`, `Received PUBACK (Mid: 3)`
pub(super) fn line(text: &str) -> Option<Line<'_>> {
    let ways = [("Sending ", Role::Client), ("Received ", Role::Server)];
    ways.into_iter().find_map(|(verb, from)| {
        let at = text.find(verb)?;
        let (packet_type, words) = typed(text.get(at.saturating_add(verb.len())..)?)?;
        let is_told = words.is_empty()
            || words.starts_with(" (")
            || packet_type == PacketType::Disconnect && words.starts_with(" reasonCode=");
        if !is_told {
            return None;
        }
        let is_connect = packet_type == PacketType::Connect;
        let id = words.split_once("client_id=b'");
        let id = id.and_then(|(_, rest)| rest.split_once('\''));
        Some(Line::Packet(Packet {
            who: Who {
                key: "",
                id: id.map_or("", |(id, _)| id),
                address: "",
            },
            from,
            packet_type,
            // Only in version 5 there are some, if none.
            version: (is_connect && words.contains(" properties=")).then_some(ProtocolVersion::V5),
            words: words.trim(),
        }))
    })
}
