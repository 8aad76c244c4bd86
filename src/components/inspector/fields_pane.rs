//! The left pane of an inspector: what the packet is, what is wrong, its fields.

use mqttscope_view::digits::counted;
use mqttscope_view::fields::Toggled;
use yew::prelude::*;

use super::add::add_menu;
use super::faults::{fault_chip, fault_list};
use super::field_tree::FieldTree;
use super::repairs::repairs;
use super::{Hover, InspectorProps};

/// The pane; `listed`: with the list of all faults; `folded`: the nodes that are folded the other way than they are
/// at first.
pub(super) fn fields_pane(
    props: &InspectorProps,
    listed: &UseStateHandle<bool>,
    folded: &UseStateHandle<Toggled>,
    hover: &Hover,
) -> Html {
    let shown = &props.shown;
    let dissection = shown.dissection();
    let missing = match dissection.missing {
        0 => String::new(),
        1 => " · 1 byte is missing".to_owned(),
        missing => format!(" · {missing} bytes are missing"),
    };
    let version = dissection.version.name();
    let says = format!(
        "MQTT {version} · {}{missing}",
        counted(dissection.len, "byte")
    );
    let has_list = **listed && !dissection.diagnostics.is_empty();
    html! {
        <section class="pane fields-pane" aria-label="Fields of the packet">
            <div class="head" data-testid="fields-head">
                <h2 data-testid="packet-type">{ dissection.packet_type.name() }</h2>
                <span class="sub">{ says }</span>
                <span class="grow"></span>
                { fault_chip(shown, listed) }
                if let Some(on_edit) = &props.on_edit {
                    { add_menu(props, on_edit, folded) }
                }
            </div>
            { repairs(props) }
            if has_list {
                { fault_list(shown, &props.on_select) }
            }
            <FieldTree
                shown={shown.clone()}
                selected={props.selected}
                on_select={props.on_select.clone()}
                on_edit={props.on_edit.clone()}
                folded={folded.clone()}
                hover={hover.clone()}
            />
        </section>
    }
}
