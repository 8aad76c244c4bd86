//! Packet captures: the connections with MQTT in them, one of which is shown.

use super::examine::{Examined, Inside, InsidePiece};
use super::{Confidence, Foreign, Protocol, counted};
use crate::reading::Role;
use crate::recording::{Capture, Connection};

/// Looks into a capture file; `None` when it is none. `stream` is the connection that is wanted where there are several.
pub(super) fn examine(bytes: &[u8], stream: usize) -> Option<Examined> {
    if !Capture::may_be(bytes) {
        return None;
    }
    let capture = Capture::read(bytes, None);
    // Something else that is compressed.
    if capture.format == "gzip" && capture.frames == 0 {
        return None;
    }
    let frames = counted(
        usize::try_from(capture.frames).unwrap_or(usize::MAX),
        "packet",
    );
    let what = format!("a packet capture ({}) with {frames}", capture.format);
    let stream = stream.min(capture.connections.len().saturating_sub(1));
    let Some(connection) = capture.connections.get(stream) else {
        return Some(Examined {
            foreign: Some(Foreign::new(
                Protocol::Capture,
                Confidence::Certain,
                format!("{what}, in which no MQTT connection was found"),
                sentences(&capture.notes),
            )),
            ..Examined::default()
        });
    };
    Some(Examined {
        foreign: Some(Foreign::new(
            Protocol::Capture,
            Confidence::Certain,
            what,
            "The packets of one connection are shown, without what carries them.",
        )),
        inside: Some(inside(connection, capture.notes.clone())),
        is_sure: true,
        streams: capture.connections.iter().map(name).collect(),
        stream,
    })
}

fn name(connection: &Connection) -> String {
    format!("{} to {}", connection.client, connection.server)
}

fn inside(connection: &Connection, mut notes: Vec<String>) -> Inside {
    let mut inside = Inside {
        first_is_client: Some(true),
        ..Inside::default()
    };
    for packet in &connection.packets {
        inside.pieces.push(InsidePiece {
            // The bytes of a file are nowhere to be marked.
            given: 0..0,
            at: inside.bytes.len(),
            is_first: Some(packet.from == Role::Client),
            at_us: packet.at_ns.map(|at_ns| at_ns / 1000),
        });
        let bytes = connection.bytes_of(packet);
        inside.bytes.extend_from_slice(bytes.unwrap_or_default());
    }
    notes.extend(connection.gaps.iter().map(|gap| {
        let who = gap.from.name();
        match gap.bytes {
            Some(bytes) => format!(
                "{} of the {who} are missing behind packet {}",
                counted(usize::try_from(bytes).unwrap_or(usize::MAX), "byte"),
                gap.after
            ),
            None => format!("bytes of the {who} are missing behind packet {}", gap.after),
        }
    }));
    inside.notes = notes;
    inside
}

/// Notes as sentences, one behind the other.
fn sentences(notes: &[String]) -> String {
    let sentences = notes.iter().map(|note| format!("{note}."));
    sentences.collect::<Vec<_>>().join(" ")
}
