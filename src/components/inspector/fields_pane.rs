//! The left pane of an inspector: what the packet is, what is wrong, its fields.

use yew::prelude::*;

use super::InspectorProps;
use super::add::AddMenu;
use super::faults::{fault_chip, fault_list};
use super::field_tree::FieldTree;

/// The pane; `listed`: with the list of all faults.
pub(super) fn fields_pane(
    props: &InspectorProps,
    hover: Option<usize>,
    on_hover: &Callback<Option<usize>>,
    listed: &UseStateHandle<bool>,
) -> Html {
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
                { fault_chip(shown, **listed, &on_open) }
                if let Some(on_edit) = &props.on_edit { <AddMenu shown={shown.clone()} on_edit={on_edit.clone()} /> }
            </div>
            if **listed && !dissection.diagnostics.is_empty() { { fault_list(shown, &props.on_select) } }
            <FieldTree shown={shown.clone()} selected={props.selected} {hover} on_select={props.on_select.clone()}
                on_hover={on_hover.clone()} on_edit={props.on_edit.clone()} />
        </section>
    }
}
