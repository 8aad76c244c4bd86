//! The packets that were found: a list of any length, of which only what is on screen is drawn.

use std::rc::Rc;

use mqttscope_inspect::recording::Recording;
use yew::prelude::*;

use super::list_head::list_head;
use super::packet_row::packet_row;
use crate::hooks::use_virtual_rows;
use crate::services::browser;

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, Properties)]
pub(super) struct PacketListProps {
    pub(super) recording: Rc<Recording>,
    /// Errors and warnings that the conversation adds to each packet, two numbers a packet.
    pub(super) marks: Rc<[u32]>,
    pub(super) selected: usize,
    pub(super) on_select: Callback<usize>,
}

impl PartialEq for PacketListProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.recording, &other.recording)
            && Rc::ptr_eq(&self.marks, &other.marks)
            && self.selected == other.selected
            && self.on_select == other.on_select
    }
}

#[component]
pub(super) fn PacketList(props: &PacketListProps) -> Html {
    let count = props.recording.packets().len();
    let rows = use_virtual_rows(count, ROW);
    let acts = use_context::<super::act::Acts>();
    {
        let rows = rows.clone();
        use_effect_with((props.selected, count), move |&(selected, _)| {
            rows.reveal(selected)
        });
    }
    let on_key = {
        let (rows, selected, acts) = (rows.clone(), props.selected, acts.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = count.saturating_sub(1);
            let to = match event.key().as_str() {
                "ArrowDown" => selected.saturating_add(1),
                "ArrowUp" => selected.saturating_sub(1),
                "PageDown" => selected.saturating_add(rows.page()),
                "PageUp" => selected.saturating_sub(rows.page()),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            if let Some(acts) = &acts {
                acts.dispatch(crate::state::workbench::Act::Select(to.min(last)));
            }
        })
    };
    let on_click = {
        let on_select = props.on_select.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(index) = browser::data_number(&event, "packet") {
                on_select.emit(index);
            }
        })
    };
    let recording = &props.recording;
    html! {
        <>
        { list_head(recording, &props.marks, props.selected, acts) }
        <div ref={rows.node.clone()} class="packets" role="listbox" tabindex="0" data-testid="packets" aria-label="Packets"
            aria-activedescendant={format!("packet-{}", props.selected)} onkeydown={on_key} onclick={on_click}>
            <div class="all" role="presentation" style={format!("height:{}px", rows.height)}>
                <div class="drawn" role="presentation" style={format!("transform:translateY({}px)", rows.offset())}>
                    { for rows.range.clone().filter_map(|index| {
                        let mut row = recording.row(index)?;
                        let [errors, warnings] = added(&props.marks, index);
                        row.errors = row.errors.saturating_add(errors);
                        row.warnings = row.warnings.saturating_add(warnings);
                        Some(packet_row(index, count, &row, index == props.selected))
                    }) }
                </div>
            </div>
        </div>
        </>
    }
}

/// Errors and warnings that the conversation adds to a packet.
pub(super) fn added(marks: &[u32], index: usize) -> [u32; 2] {
    marks.as_chunks().0.get(index).copied().unwrap_or_default()
}
