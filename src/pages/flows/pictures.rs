//! How wide the diagrams are that are shown beside each other, and how many of them have room.

use std::ops::Range;
use std::rc::Rc;

use mqttscope_flows::{Diagram, Look, Run};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::browser;

use crate::hooks::Resizes;
use crate::state::flows::Column;

/// Between two diagrams, and beside them.
const GAP: i32 = 14;
const EDGES: i32 = 10;
/// Before anything is measured.
pub(super) const USUAL: i32 = 760;

/// Tells how many pixels the diagrams have beside each other. In steps, so that a window that is
/// dragged does not lay out anew for each pixel.
#[hook]
pub(super) fn use_room(room: &NodeRef, on_room: &Callback<i32>) {
    let (room, on_room) = (room.clone(), on_room.clone());
    use_effect_with((), move |()| {
        let resizes = browser::element_of::<HtmlElement>(&room).and_then(|element| {
            let measured = element.clone();
            Resizes::of(&element, move || {
                let wide = measured.client_width();
                // A room that is not shown has none.
                if wide > 0 {
                    on_room.emit(wide.saturating_sub(EDGES) / 8 * 8);
                }
            })
        });
        move || drop(resizes)
    });
}

/// How many lanes the runs have; it is the same for all that are beside each other.
fn lanes(columns: &[Column]) -> usize {
    let clients = columns
        .iter()
        .map(|column| column.run.scenario.clients.len());
    clients.max().unwrap_or_default().saturating_add(1)
}

/// How many runs are read beside each other in so many pixels; at least one.
fn side_by_side(columns: &[Column], room: i32) -> i32 {
    let least = i32::try_from(Look::TIGHT.width(lanes(columns))).unwrap_or(i32::MAX);
    let count = i32::try_from(columns.len()).unwrap_or(1);
    let fitting = room
        .saturating_add(GAP)
        .checked_div(least.saturating_add(GAP));
    fitting.unwrap_or(1).clamp(1, count.max(1))
}

/// The runs that are shown: all where there is room, else as many as have it, with the one in focus among them.
pub(super) fn shown(columns: &[Column], active: usize, room: i32) -> Range<usize> {
    let count = usize::try_from(side_by_side(columns, room)).unwrap_or(1);
    let first = active.min(columns.len().saturating_sub(count));
    first..first.saturating_add(count).min(columns.len())
}

/// The pictures of runs, on one time line: how wide they are depends on how many are beside each other.
pub(super) fn diagrams(columns: &[Column], room: i32) -> Vec<Rc<Diagram>> {
    let count = side_by_side(columns, room);
    let gaps = GAP.saturating_mul(count.saturating_sub(1));
    let each = room.saturating_sub(gaps).checked_div(count).unwrap_or(room);
    let each = u32::try_from(each).unwrap_or_default();
    let look = match count {
        0 | 1 => Look::fit(lanes(columns), each),
        _ => Look::beside(lanes(columns), each),
    };
    let runs: Vec<&Run> = columns.iter().map(|column| &*column.run).collect();
    Diagram::beside(&runs, look)
        .into_iter()
        .map(Rc::new)
        .collect()
}

/// How many pixels they need beside each other.
pub(super) fn needed(diagrams: &[Rc<Diagram>]) -> i32 {
    let count = i32::try_from(diagrams.len()).unwrap_or(1);
    let widths = diagrams
        .iter()
        .map(|diagram| i32::try_from(diagram.width).unwrap_or(i32::MAX));
    widths
        .fold(0_i32, i32::saturating_add)
        .saturating_add(GAP.saturating_mul(count.saturating_sub(1)))
}
