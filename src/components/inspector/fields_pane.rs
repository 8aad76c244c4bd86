//! The left pane of an inspector: what the packet is, what is wrong, its fields.

use std::rc::Rc;

use yew::prelude::*;

use super::Shown;
use super::add::AddMenu;
use super::faults::{FaultChip, FaultList};
use super::field_tree::FieldTree;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PaneProps {
    pub(super) shown: Shown,
    pub(super) selected: Option<usize>,
    pub(super) hover: Option<usize>,
    pub(super) on_select: Callback<usize>,
    pub(super) on_hover: Callback<Option<usize>>,
    pub(super) on_edit: Option<Callback<Rc<[u8]>>>,
}

#[component]
pub(super) fn FieldsPane(props: &PaneProps) -> Html {
    let listed = use_state_eq(|| false);
    let shown = &props.shown;
    let dissection = shown.dissection();
    let on_open = {
        let listed = listed.clone();
        Callback::from(move |open: bool| listed.set(open))
    };
    let missing = match dissection.missing {
        0 => String::new(),
        1 => " · 1 byte is missing".to_owned(),
        missing => format!(" · {missing} bytes are missing"),
    };
    html! {
        <section class="pane fields-pane" aria-label="Fields of the packet">
            <div class="head" data-testid="fields-head">
                <h2 data-testid="packet-type">{ dissection.packet_type.name() }</h2>
                <span class="sub">{ format!("MQTT {} · {} bytes{missing}", dissection.version.name(), dissection.len) }</span>
                <span class="grow"></span>
                <FaultChip shown={shown.clone()} open={*listed} {on_open} />
                if let Some(on_edit) = &props.on_edit { <AddMenu shown={shown.clone()} on_edit={on_edit.clone()} /> }
            </div>
            if *listed && !dissection.diagnostics.is_empty() { <FaultList shown={shown.clone()} on_select={props.on_select.clone()} /> }
            <FieldTree shown={shown.clone()} selected={props.selected} hover={props.hover} on_select={props.on_select.clone()}
                on_hover={props.on_hover.clone()} on_edit={props.on_edit.clone()} />
        </section>
    }
}
