//! How wide the diagrams are that are shown beside each other.

use std::rc::Rc;

use mqttscope_flows::{Diagram, Look};
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

/// The pictures of runs: how wide they are depends on how many are beside each other.
pub(super) fn diagrams(columns: &[Column], room: i32) -> Vec<Rc<Diagram>> {
    let count = i32::try_from(columns.len()).unwrap_or(1).max(1);
    let gaps = GAP.saturating_mul(count.saturating_sub(1));
    let each = room.saturating_sub(gaps).checked_div(count).unwrap_or(room);
    let each = u32::try_from(each).unwrap_or_default();
    let picture = |column: &Column| {
        let lanes = column.run.scenario.clients.len().saturating_add(1);
        let look = match columns.len() {
            0 | 1 => Look::fit(lanes, each),
            _ => Look::beside(lanes, each),
        };
        Rc::new(Diagram::of(&column.run, look))
    };
    columns.iter().map(picture).collect()
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
