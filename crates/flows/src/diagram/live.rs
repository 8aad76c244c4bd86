//! The picture of packets that were seen at one end, as on the Live page.

use core::time::Duration;
use std::collections::BTreeMap;

use mqttscope_shared::{Instant, Recorded};
use mqttscope_wire::Sender;

use super::time_line::{Crowd, TimeLine};
use super::{Arrow, Diagram, LabelPlace, Lane, Look};
use crate::packet::Facts;

/// Room for each packet.
const ROW: u32 = 2;
/// How far down an arrow goes, in pixels.
const SLANT: u32 = 15;
/// How far a packet gets that is lost, in thousandths: nobody knows where it was lost.
const HALFWAY: u32 = 500;

impl Diagram {
    /// The picture of packets that were seen at one end of a connection, in order. Nobody knows
    /// when they were at the other end, so each takes a row of its own. What waits for an answer is
    /// marked.
    #[must_use]
    pub fn of_packets(client: &str, packets: &[Recorded<'_>], look: Look) -> Self {
        let times = millis_after_first(packets);
        let mut crowds: BTreeMap<u64, Crowd> = BTreeMap::new();
        for at in &times {
            let crowd = crowds.entry(*at).or_default();
            crowd.leaving = crowd.leaving.saturating_add(ROW);
        }
        let time = TimeLine::new(&crowds);
        let facts: Vec<Facts> = packets
            .iter()
            .map(|packet| Facts::read(packet.bytes, packet.version, packet.sender))
            .collect();
        let mut rows: BTreeMap<u64, u32> = BTreeMap::new();
        let mut arrows = Vec::with_capacity(packets.len());
        for (index, ((packet, found), &at)) in packets.iter().zip(&facts).zip(&times).enumerate() {
            let row = rows.entry(at).or_default();
            let top = time
                .heights(at)
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
                label: timed(found.label(look.short), at),
                label_place: LabelPlace::default(),
                kind: found.kind,
                lost: false,
                again: found.dup,
                unanswered: !answered(packet.sender, found, packets.iter().zip(&facts).skip(index)),
            });
        }
        let lanes = vec![
            Lane {
                name: client.to_owned(),
                client: Some(0),
            },
            Lane {
                name: "Broker".into(),
                client: None,
            },
        ];
        let mut diagram = Self {
            look,
            width: look.width(2),
            differs: None,
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

    /// The same picture, where these of its packets were lost on their way.
    #[must_use]
    pub fn with_lost(mut self, is_lost: impl Fn(usize) -> bool) -> Self {
        for arrow in &mut self.arrows {
            if is_lost(arrow.packet) {
                arrow.lost = true;
                arrow.reach = HALFWAY;
            }
        }
        self.place_labels();
        self
    }
}

/// Milliseconds from the first packet to each, rounded; 0 where the clock went back.
#[must_use]
pub fn millis_after_first(packets: &[Recorded<'_>]) -> Vec<u64> {
    let first = packets.first().map_or(Instant::ZERO, |packet| packet.at);
    let half = Duration::from_micros(500);
    packets
        .iter()
        .map(|packet| {
            (packet.at + half - first)
                .as_millis()
                .try_into()
                .unwrap_or(u64::MAX)
        })
        .collect()
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
    mut later: impl Iterator<Item = (&'a Recorded<'a>, &'a Facts)>,
) -> bool {
    let Some(wanted) = facts.kind.answer(facts.qos.unwrap_or_default()) else {
        return true;
    };
    later.any(|(packet, found)| {
        packet.sender != sender && found.kind == wanted && found.identifier == facts.identifier
    })
}
