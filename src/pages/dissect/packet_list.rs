//! The packets that were found: a list of any length, of which only what is on screen is drawn.

use std::rc::Rc;

use yew::prelude::*;

use super::caret::select_packet;
use super::desk::Desk;
use super::packet_row::packet_row;
use super::steps::Step;
use crate::element::{El, el};
use crate::hooks::{Kept, use_after, use_virtual_rows};
use crate::services::browser;
use crate::state::workbench::Act;

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

/// The list.
#[hook]
pub(super) fn use_packet_list(desk: &Rc<Desk>, step: &Kept<Step>) -> El {
    let (recording, selected) = (&desk.now.recording, desk.now.packet);
    let count = recording.packets().len();
    let rows = use_virtual_rows(count, ROW);
    {
        let rows = rows.clone();
        use_after([selected, count], move || {
            rows.reveal(selected);
            None
        });
    }
    let on_key = {
        let (rows, desk) = (rows.clone(), desk.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = count.saturating_sub(1);
            let to = match event.key().as_str() {
                "ArrowDown" => selected.saturating_add(1),
                "ArrowUp" => selected.saturating_sub(1),
                "PageDown" => selected.saturating_add(rows.page()),
                "PageUp" => selected.saturating_sub(rows.page()),
                "Home" => 0,
                "End" => last,
                "Enter" => {
                    // Else it would replace what is selected.
                    event.prevent_default();
                    return select_packet(&desk.now, selected);
                }
                _ => return,
            };
            event.prevent_default();
            desk.acts.dispatch(Act::Select(to.min(last)));
        })
    };
    let on_click = {
        let (acts, step) = (desk.acts.clone(), step.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(index) = browser::data_number(&event, "packet") {
                acts.dispatch(Act::Select(index));
                // On a narrow screen a packet that was pressed is wanted with its fields.
                step.set(Step::Fields);
            }
        })
    };
    let on_twice = {
        let now = desk.now.clone();
        Callback::from(move |_: MouseEvent| select_packet(&now, now.packet))
    };
    let drawn = rows.range.clone().filter_map(|index| {
        let mut row = recording.row(index)?;
        let [errors, warnings] = desk.added(index);
        row.errors = row.errors.saturating_add(errors);
        row.warnings = row.warnings.saturating_add(warnings);
        Some(packet_row(index, count, &row, index == selected).into())
    });
    el("div")
        .node(&rows.node)
        .class("packets")
        .role("listbox")
        .attr("tabindex", "0")
        .test("packets")
        .label("Packets")
        .made("aria-activedescendant", format!("packet-{selected}"))
        .on_key(on_key)
        .on_click(on_click)
        .on_double_click(on_twice)
        .child(rows.draw(drawn))
}
