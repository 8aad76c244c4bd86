//! The packets that were found: a list of any length, of which only what is on screen is drawn.

use std::rc::Rc;

use yew::prelude::*;

use super::caret::select_packet;
use super::desk::Desk;
use super::packet_row::packet_row;
use super::steps::Step;
use crate::hooks::use_virtual_rows;
use crate::services::browser;
use crate::state::workbench::Act;

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PacketListProps {
    pub(super) desk: Rc<Desk>,
    /// Shows a pane, on a narrow screen.
    pub(super) step: UseStateSetter<Step>,
}

/// The list.
#[component]
pub(super) fn PacketList(props: &PacketListProps) -> Html {
    let desk = &props.desk;
    let (recording, selected) = (&desk.now.recording, desk.now.packet);
    let count = recording.packets().len();
    let rows = use_virtual_rows(count, ROW);
    {
        let rows = rows.clone();
        use_effect_with((selected, count), move |&(selected, _)| {
            rows.reveal(selected)
        });
    }
    {
        let node = rows.node.clone();
        // What opened the packets went with the invitation.
        use_effect_with((), move |()| browser::take_focus_from("main", &node));
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
        let (acts, step) = (desk.acts.clone(), props.step.clone());
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
        Some(packet_row(index, count, &row, index == selected))
    });
    html! {
        <div
            ref={rows.node.clone()}
            class="packets"
            role="listbox"
            tabindex="0"
            data-testid="packets"
            aria-label="Packets"
            aria-activedescendant={format!("packet-{selected}")}
            onkeydown={on_key}
            onclick={on_click}
            ondblclick={on_twice}
        >
            { rows.draw(drawn) }
        </div>
    }
}
