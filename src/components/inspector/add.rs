//! What may be added to the packet: properties, filters, codes, a will.

use mqttscope_view::edit;
use mqttscope_view::fields::{self, Toggled};
use mqttscope_wire::{Context, dissect};
use yew::prelude::*;

use super::{Edited, InspectorProps};
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::services::browser;

/// The menu. What was added is selected, and shown where it is inside of a field that is folded.
pub(super) fn add_menu(
    props: &InspectorProps,
    on_edit: &Callback<Edited>,
    folded: &UseStateHandle<Toggled>,
) -> Html {
    let shown = &props.shown;
    let items = {
        let shown = shown.clone();
        Callback::from(move |()| {
            let additions = edit::additions(shown.dissection());
            let items = additions.iter();
            items
                .map(|addition| Item::new(addition.name(), ""))
                .collect()
        })
    };
    let disabled = edit::additions(shown.dissection()).is_empty();
    let on_choose = {
        let (shown, on_edit) = (shown.clone(), on_edit.clone());
        let (on_select, folded) = (props.on_select.clone(), folded.clone());
        Callback::from(move |index: usize| {
            let before = shown.dissection();
            let Some(&addition) = edit::additions(before).get(index) else {
                return;
            };
            let edited = edit::add(shown.bytes(), before, addition);
            let now = edited.as_ref().ok().map(|bytes| {
                let version = before.version;
                dissect(
                    bytes,
                    Context {
                        version,
                        sender: None,
                    },
                )
            });
            on_edit.emit(edited);
            if let Some(now) = now
                && let Some(node) = edit::added(&now, addition)
            {
                let mut open = (*folded).clone();
                fields::reveal(&now.tree, node, &mut open);
                folded.set(open);
                on_select.emit(node);
                browser::focus_id("fields");
            }
        })
    };
    let label = html! {
        <>
            { icon(Icon::Plus) }
            { "Add" }
        </>
    };
    html! {
        <Menu id="add" {label} name="Add a part to this packet" {items} {on_choose} {disabled} />
    }
}
