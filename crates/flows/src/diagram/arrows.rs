//! Packets as arrows, and the moments of one run or of several on one time line.

use std::collections::BTreeMap;

use mqttscope_wire::Sender;

use super::time_line::{BESIDE, Crowd, TimeLine};
use super::{Arrow, LabelPlace, Lane, Look, lane_of};
use crate::packet::{Facts, Packet};
use crate::run::Run;

/// A way and a moment.
type Place = (u64, usize, bool);

/// Heights for all moments of some runs: where one of them needs room, all have it, so that equal moments are at
/// equal heights.
pub(super) fn time_line(runs: &[&Run]) -> TimeLine {
    let mut crowds: BTreeMap<u64, Crowd> = BTreeMap::new();
    crowds.entry(0).or_default();
    for run in runs {
        for (packet, (left, came)) in run.packets.iter().zip(ranks(run)) {
            let crowd = crowds.entry(packet.sent).or_default();
            crowd.leaving = crowd.leaving.max(left.saturating_add(1));
            let crowd = crowds.entry(end_of(packet)).or_default();
            crowd.arriving = crowd.arriving.max(came.saturating_add(1));
        }
        for happening in &run.happenings {
            crowds.entry(happening.at).or_default();
        }
    }
    TimeLine::new(&crowds)
}

/// The places of the packets of a run among those that take the same way at the same moment: where they leave, and
/// where they arrive.
fn ranks(run: &Run) -> Vec<(u32, u32)> {
    let mut leaving = Places::default();
    let mut arriving = Places::default();
    let rank = |packet: &Packet| {
        let left = leaving.next(packet, packet.sent);
        (left, arriving.next(packet, end_of(packet)))
    };
    run.packets.iter().map(rank).collect()
}

/// The packets of a run at the heights of a time line.
pub(super) fn lay_out(run: &Run, lanes: &[Lane], look: Look, time: &TimeLine) -> Vec<Arrow> {
    let broker = lane_of(lanes, None);
    let arrows = run.packets.iter().zip(ranks(run)).enumerate();
    let arrows = arrows.map(|(index, (packet, (left, came)))| {
        let client = lane_of(lanes, Some(packet.client));
        let (from, to) = match packet.sender {
            Sender::Client => (client, broker),
            Sender::Server => (broker, client),
        };
        let beside = |rank: u32| rank.saturating_mul(BESIDE);
        Arrow {
            packet: index,
            from,
            to,
            top: time.heights(packet.sent).1.saturating_add(beside(left)),
            bottom: time.heights(end_of(packet)).0.saturating_add(beside(came)),
            reach: reach(packet),
            label: label(&packet.facts, look),
            label_place: LabelPlace::default(),
            kind: packet.facts.kind,
            lost: packet.lost().is_some(),
            again: packet.facts.dup,
            unanswered: false,
        }
    });
    let mut arrows: Vec<Arrow> = arrows.collect();
    for arrow in &mut arrows {
        // What is lost at once still leaves its lane.
        arrow.bottom = arrow.bottom.max(arrow.top.saturating_add(4));
    }
    arrows
}

/// What stands at an arrow: of a PUBLISH also what it carries, as far as there is room between two lanes.
fn label(facts: &Facts, look: Look) -> String {
    let label = facts.label(look.short);
    let between = if look.short { " " } else { " · " };
    let used = label
        .chars()
        .count()
        .saturating_add(between.chars().count());
    let carried = facts.carried(look.letters().saturating_sub(used));
    if carried.is_empty() {
        label
    } else {
        label + between + &carried
    }
}

/// How many packets took a way at a moment.
#[derive(Default)]
struct Places(BTreeMap<Place, u32>);

impl Places {
    /// The place among them, from 0.
    fn next(&mut self, packet: &Packet, at: u64) -> u32 {
        let place = (at, packet.client, packet.sender == Sender::Client);
        let count = self.0.entry(place).or_default();
        let rank = *count;
        *count = count.saturating_add(1);
        rank
    }
}

fn end_of(packet: &Packet) -> u64 {
    packet.arrived().or(packet.lost()).unwrap_or(packet.due)
}

/// How far a packet gets; one that is lost is lost before the end.
fn reach(packet: &Packet) -> u32 {
    let Some(lost) = packet.lost() else {
        return 1000;
    };
    let flown = lost.saturating_sub(packet.sent).saturating_mul(1000);
    let part = flown
        .checked_div(packet.due.saturating_sub(packet.sent))
        .unwrap_or_default();
    u32::try_from(part).unwrap_or(1000).clamp(60, 880)
}
