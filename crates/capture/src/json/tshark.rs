//! What `tshark -T json` prints: one object a packet, with the bytes of its TCP payload.

use std::borrow::Cow;

use super::node::Node;
use super::{Json, Recording, hex, milliseconds};
use crate::foreign::{Confidence, Foreign, Protocol};
use crate::reading::{Part, Role};

/// What is told of one packet.
struct Packet<'a> {
    part: Part,
    ports: Option<(u32, u32)>,
    stream: Option<Cow<'a, str>>,
}

pub(super) fn read(document: &Node<'_>, text: &str) -> Option<Json> {
    let packets = document.items();
    let layers = |packet: &'_ Node<'_>| {
        packet
            .get("_source")
            .and_then(|it| it.get("layers"))
            .is_some()
    };
    if packets.is_empty() || !packets.iter().any(layers) {
        return None;
    }
    let mut without = 0_usize;
    let mut repeated = 0_usize;
    let mut found: Vec<Packet<'_>> = Vec::new();
    for packet in packets {
        let Some(layers) = packet.get("_source").and_then(|it| it.get("layers")) else {
            continue;
        };
        if layers.find("tcp.analysis.retransmission").is_some() {
            repeated = repeated.saturating_add(1);
            continue;
        }
        // With -x the bytes come once more as plain hex.
        let payload = ["tcp.payload", "tcp.payload_raw"]
            .into_iter()
            .find_map(|name| hex(layers.find(name)?.text()?, text));
        let Some(part) = payload else {
            without = without.saturating_add(usize::from(layers.find("mqtt").is_some()));
            continue;
        };
        let port = |name: &str| layers.find(name)?.text()?.parse().ok();
        let time = ["frame.time_epoch", "frame.time_relative"]
            .into_iter()
            .find_map(|name| layers.find(name)?.number());
        found.push(Packet {
            part: part.at(time.and_then(milliseconds)),
            ports: port("tcp.srcport").zip(port("tcp.dstport")),
            stream: layers.find("tcp.stream").and_then(|it| it.text().cloned()),
        });
    }
    if found.is_empty() {
        return Some(Json::Named(Foreign {
            protocol: Protocol::Json,
            confidence: Confidence::Certain,
            what: "packets exported by tshark, without the field tcp.payload".to_owned(),
            advice: "The bytes of the packets are not in it. Export with tshark -T json -x, or add -e tcp.payload \
                     -e tcp.srcport -e tcp.dstport -e tcp.stream."
                .to_owned(),
        }));
    }
    let count = found.len();
    let notes = notes(&found, without, repeated);
    let parts: Vec<Part> = found
        .into_iter()
        .map(|packet| {
            let from = packet.ports.and_then(role);
            packet.part.sent_by(from)
        })
        .collect();
    let plural = if count == 1 { "" } else { "s" };
    Some(Json::Recording(Recording {
        what: format!("packets exported by tshark, {count} with TCP payload{plural}"),
        parts,
        notes,
        has_text_frame: false,
    }))
}

fn notes(found: &[Packet<'_>], without: usize, repeated: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let mut connections: Vec<String> = found
        .iter()
        .map(|packet| match (&packet.stream, packet.ports) {
            (Some(stream), _) => stream.clone().into_owned(),
            (None, Some((from, to))) => format!("{} {}", from.min(to), from.max(to)),
            (None, None) => String::new(),
        })
        .collect();
    connections.sort_unstable();
    connections.dedup();
    if connections.len() > 1 {
        notes.push(format!(
            "the packets belong to {} TCP connections and are shown as one",
            connections.len()
        ));
    }
    if without > 0 {
        notes.push(format!(
            "{without} MQTT packets have no tcp.payload and were left out"
        ));
    }
    if repeated > 0 {
        notes.push(format!("{repeated} retransmissions were left out"));
    }
    notes
}

/// Who sent it: a well-known port is the server's, else the lower one.
fn role((from, to): (u32, u32)) -> Option<Role> {
    let is_known = |port: u32| matches!(port, 1883 | 1884 | 8883 | 80 | 443 | 8080..=8084 | 9001);
    match (is_known(from), is_known(to)) {
        (true, false) => Some(Role::Server),
        (false, true) => Some(Role::Client),
        _ if from == to => None,
        _ if from < to => Some(Role::Server),
        _ => Some(Role::Client),
    }
}
