//! The left pane of an inspector: what the packet is, what is wrong, its fields.

use mqttscope_view::fields::Toggled;

use super::InspectorProps;
use super::add::add_menu;
use super::faults::{fault_chip, fault_list};
use super::repairs::repairs;
use crate::element::{El, el, grow};
use crate::hooks::Kept;
use crate::pages::dissect::counted;

/// The pane, with what draws the fields; `listed`: with the list of all faults.
pub(super) fn fields_pane(
    props: &InspectorProps,
    listed: &Kept<bool>,
    folded: &Kept<Toggled>,
    tree: El,
) -> El {
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
    let head = el("div")
        .class("head")
        .test("fields-head")
        .child(
            el("h2")
                .test("packet-type")
                .text(dissection.packet_type.name()),
        )
        .child(el("span").class("sub").string(says))
        .child(grow())
        .child(fault_chip(shown, listed));
    let head = match &props.on_edit {
        Some(on_edit) => head.html(add_menu(props, on_edit, folded)),
        None => head,
    };
    let has_list = listed.get() && !dissection.diagnostics.is_empty();
    el("section")
        .class("pane fields-pane")
        .label("Fields of the packet")
        .child(head)
        .maybe(repairs(props))
        .maybe(has_list.then(|| fault_list(shown, &props.on_select)))
        .child(tree)
}
