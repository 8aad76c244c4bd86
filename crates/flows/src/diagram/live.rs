//! The picture of packets that were seen at one end, as on the Live page.

use std::collections::BTreeMap;

use mqttscope_wire::{ProtocolVersion, Sender};

use super::time_line::{Crowd, TimeLine};
use super::{Arrow, Diagram, LabelPlace, Lane, Look};
use crate::packet::Facts;

/// Room for each packet.
const ROW: u32 = 2;
/// How far down an arrow goes, in pixels.
const SLANT: u32 = 15;

/// A packet that was seen at one end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Milliseconds since a moment that is the same for all.
    pub at: u64,
    /// Who sent it.
    pub sender: Sender,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Between whom it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The client's name.
    pub client: String,
    /// The version of the connection.
    pub version: ProtocolVersion,
}

impl Diagram {
    /// The picture of packets that were seen at one end of a connection, in order. Nobody knows
    /// when they were at the other end, so each takes a row of its own. What waits for an answer is
    /// marked.
    #[must_use]
    pub fn of_packets(watched: &Watched, packets: &[Seen], look: Look) -> Self {
        let mut crowds: BTreeMap<u64, Crowd> = BTreeMap::new();
        for packet in packets {
            let crowd = crowds.entry(packet.at).or_default();
            crowd.leaving = crowd.leaving.saturating_add(ROW);
        }
        let first = packets.first().map_or(0, |packet| packet.at);
        let time = TimeLine::new(&crowds);
        let facts: Vec<Facts> = packets
            .iter()
            .map(|packet| Facts::read(&packet.bytes, watched.version, packet.sender))
            .collect();
        let mut rows: BTreeMap<u64, u32> = BTreeMap::new();
        let mut arrows = Vec::with_capacity(packets.len());
        for (index, (packet, found)) in packets.iter().zip(&facts).enumerate() {
            let row = rows.entry(packet.at).or_default();
            let top = time
                .heights(packet.at)
                .1
                .saturating_add(row.saturating_mul(super::time_line::BESIDE));
            *row = row.saturating_add(ROW);
            let from = usize::from(packet.sender == Sender::Server);
            arrows.push(Arrow {
                packet: index,
                from,
                to: 1_usize.saturating_sub(from),
                top,
                bottom: top.saturating_add(SLANT),
                reach: 1000,
                label: timed(found.label(look.short), packet.at.saturating_sub(first)),
                label_place: LabelPlace::default(),
                kind: found.kind,
                lost: false,
                again: found.dup,
                unanswered: !answered(packet.sender, found, packets.iter().zip(&facts).skip(index)),
            });
        }
        let lanes = vec![
            Lane {
                name: watched.client.clone(),
                client: Some(0),
            },
            Lane {
                name: "Broker".into(),
                client: None,
            },
        ];
        let mut diagram = Self {
            look,
            width: look.x(1).saturating_add(look.margin),
            height: time.height().saturating_add(super::time_line::BESIDE),
            bands: Vec::new(),
            bars: Vec::new(),
            lanes,
            arrows,
            time,
        };
        diagram.place_labels();
        diagram
    }
}

/// A label, and how long after the first packet.
fn timed(label: String, millis: u64) -> String {
    if millis == 0 {
        label
    } else {
        format!("{label} · +{millis} ms")
    }
}

fn answered<'a>(
    sender: Sender,
    facts: &Facts,
    mut later: impl Iterator<Item = (&'a Seen, &'a Facts)>,
) -> bool {
    let Some(wanted) = facts.kind.answer(facts.qos.unwrap_or_default()) else {
        return true;
    };
    later.any(|(packet, found)| {
        packet.sender != sender && found.kind == wanted && found.identifier == facts.identifier
    })
}
