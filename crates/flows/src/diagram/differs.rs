//! What tells runs apart that are compared: from which moment on, and by which sums.

use super::Diagram;
use crate::packet::Fate;
use crate::run::{Counts, Run, What};
use crate::text::seconds;

/// One of the sums of a run.
type Sum = fn(&Counts) -> usize;

/// What happened in a run, in order of time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Seen<'a> {
    Sent(usize, bool, &'a [u8]),
    Arrived(usize, bool, &'a [u8]),
    Lost(usize, bool, &'a [u8]),
    Happened(String),
}

/// The first moment, in milliseconds, at which something is sent, arrives, is lost or happens in one of the runs and
/// not in another; none where all are the same.
#[must_use]
pub fn differ_from(runs: &[&Run]) -> Option<u64> {
    let mut all = runs.iter().map(|run| seen(run));
    let first = all.next()?;
    let apart = all.filter_map(|other| {
        let same = first.iter().zip(&other).take_while(|(one, two)| one == two);
        let same = same.count();
        let moments = [first.get(same), other.get(same)];
        moments.into_iter().flatten().map(|(at, _)| *at).min()
    });
    apart.min()
}

/// What differs between runs, in a sentence or two: the moment, and the sums at the end, in the order of the runs.
#[must_use]
pub fn what_differs(runs: &[&Run]) -> String {
    let Some(at) = differ_from(runs) else {
        return "No difference from beginning to end.".to_owned();
    };
    let sums: [(Sum, &str); 6] = [
        (|counts| counts.delivered as usize, "delivered"),
        (|counts| counts.duplicated as usize, "duplicates"),
        (|counts| counts.lost as usize, "lost"),
        (|counts| counts.lost_at_work as usize, "lost at work"),
        (|counts| counts.waiting as usize, "not yet delivered"),
        (|counts| counts.packets, "packets"),
    ];
    let sum = |(of, name): &(Sum, &str)| {
        let numbers: Vec<usize> = runs.iter().map(|run| of(&run.counts)).collect();
        let (last, before) = numbers.split_last()?;
        let before: Vec<String> = before.iter().map(ToString::to_string).collect();
        let differs = numbers.iter().any(|number| number != last);
        differs.then(|| format!("{} and {last} {name}", before.join(", ")))
    };
    let sums: Vec<String> = sums.iter().filter_map(sum).collect();
    let sums = if sums.is_empty() {
        "the same totals".to_owned()
    } else {
        sums.join("; ")
    };
    format!(
        "The same before {}, then different. In the end: {sums}.",
        seconds(at)
    )
}

/// How far above its moment the line stands at most, in pixels.
const ABOVE: u32 = 28;

/// The height of the line across some pictures at which they begin to differ: that of the moment, or as little above
/// it as keeps the line off every label; where nothing does, as it would be.
pub(super) fn line(pictures: &[Diagram], height: u32) -> u32 {
    let strikes = |height: u32| {
        let mut arrows = pictures.iter().flat_map(|picture| &picture.arrows);
        arrows.any(|arrow| {
            let covers = arrow.label_place.covers(arrow.label.chars().count());
            covers.top <= height && height <= covers.bottom
        })
    };
    let mut heights = (0..=ABOVE).map(|above| height.saturating_sub(above));
    heights.find(|height| !strikes(*height)).unwrap_or(height)
}

fn seen(run: &Run) -> Vec<(u64, Seen<'_>)> {
    let mut seen = Vec::new();
    for packet in &run.packets {
        let from_client = packet.sender == mqttscope_wire::Sender::Client;
        let (client, bytes) = (packet.client, packet.bytes.as_slice());
        seen.push((packet.sent, Seen::Sent(client, from_client, bytes)));
        match packet.fate {
            Fate::Arrived(at) => seen.push((at, Seen::Arrived(client, from_client, bytes))),
            Fate::Lost(at) => seen.push((at, Seen::Lost(client, from_client, bytes))),
            Fate::Flying => {}
        }
    }
    for happening in &run.happenings {
        // A delivery is told by the packet that brought it.
        if !matches!(happening.what, What::Delivered { .. }) {
            let what = format!("{:?}", happening.what);
            seen.push((happening.at, Seen::Happened(what)));
        }
    }
    seen.sort();
    seen
}
