//! How wide the diagrams are that stand beside each other.

use std::rc::Rc;

use mqttscope_inspect::flows::{Diagram, Look};

use crate::services::browser;
use crate::state::flows::Column;

/// The narrowest that the room between the outer panes gets, and what stands beside the diagrams: the
/// panes and the edges, for one or two diagrams and for three.
const ROOM: i32 = 560;
const PANES: [i32; 2] = [600, 500];
/// Between two diagrams.
const GAP: i32 = 14;

/// The pictures of runs: how wide they are depends on how many stand beside each other.
pub(super) fn diagrams(columns: &[Column], narrow: bool) -> Vec<Rc<Diagram>> {
    let screen = browser::document()
        .and_then(|document| document.document_element())
        .map_or(ROOM, |root| root.client_width());
    let count = i32::try_from(columns.len()).unwrap_or(1).max(1);
    let [few, many] = PANES;
    let panes = if count > 2 { many } else { few };
    let gaps = GAP.saturating_mul(count.saturating_sub(1));
    let room = screen.saturating_sub(panes).max(ROOM).saturating_sub(gaps);
    let each = u32::try_from(room.checked_div(count).unwrap_or(room)).unwrap_or_default();
    let picture = |column: &Column| {
        let lanes = column.run.scenario.clients.len().saturating_add(1);
        let look = match columns.len() {
            _ if narrow => Look::NARROW,
            0 | 1 => Look::fit(lanes, each),
            _ => Look::beside(lanes, each),
        };
        Rc::new(Diagram::of(&column.run, look))
    };
    columns.iter().map(picture).collect()
}
