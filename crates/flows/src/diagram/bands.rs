//! Times: without a connection, and with something to remember.

use super::{Band, Bar, Diagram};
use crate::run::{Run, Side, Why};
use crate::seconds;

pub(super) fn bands(run: &Run, diagram: &Diagram) -> Vec<Band> {
    let band = |gone: &crate::Break| {
        let what = match gone.why {
            Why::Cut => "connection lost",
            Why::Offline => "offline",
            Why::Restart => "restarts",
            Why::BrokerRestart => "broker restarts",
            Why::Closed => "closed by the broker",
            Why::ClosedByClient => "closed by the client",
        };
        let label = gone.to.map_or_else(
            || what.to_owned(),
            |to| {
                if diagram.look.short {
                    what.to_owned()
                } else {
                    format!("{what} · {}", seconds(to.saturating_sub(gone.from)))
                }
            },
        );
        let bottom = gone.to.map_or_else(
            || diagram.time.end().saturating_add(12),
            |to| diagram.time.heights(to).1.saturating_sub(16),
        );
        let top = diagram.time.heights(gone.from).0.saturating_add(6);
        Band {
            lane: diagram.lane_of(Some(gone.client)),
            top,
            bottom: bottom.max(top.saturating_add(12)),
            label,
        }
    };
    run.breaks.iter().map(band).collect()
}

pub(super) fn bars(run: &Run, diagram: &Diagram) -> Vec<Bar> {
    let mut bars = Vec::new();
    let clients = (0..run.scenario.clients.len()).map(Some);
    for client in clients.chain([None]) {
        let mut open: Option<u32> = None;
        let mut close = |open: &mut Option<u32>, bottom: u32| {
            if let Some(top) = open.take() {
                bars.push(Bar {
                    lane: diagram.lane_of(client),
                    top,
                    bottom: bottom.max(top),
                });
            }
        };
        for (at, memory) in &run.memories {
            let side: Option<&Side> = match client {
                Some(client) => memory.clients.get(client),
                None => Some(&memory.broker),
            };
            let (arrivals, sendings) = diagram.time.heights(*at);
            if side.is_some_and(|side| side.busy) {
                open.get_or_insert(arrivals);
            } else {
                close(&mut open, sendings);
            }
        }
        close(&mut open, diagram.time.end().saturating_add(12));
    }
    bars
}
