//! What may be added to the packet: properties, filters, codes, a will.

use std::rc::Rc;

use mqttscope_inspect::edit;
use yew::prelude::*;

use super::Shown;
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::state::toasts::{ToastAction, Toaster};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct AddMenuProps {
    pub(super) shown: Shown,
    pub(super) on_edit: Callback<Rc<[u8]>>,
}

#[component]
pub(super) fn AddMenu(props: &AddMenuProps) -> Html {
    let toaster = use_context::<Toaster>();
    let items = use_callback(props.shown.clone(), |(), shown| {
        edit::additions(shown.dissection())
            .iter()
            .map(|addition| Item::new(addition.name(), ""))
            .collect()
    });
    let on_choose = {
        let (shown, on_edit) = (props.shown.clone(), props.on_edit.clone());
        Callback::from(move |index: usize| {
            let Some(&addition) = edit::additions(shown.dissection()).get(index) else {
                return;
            };
            match (
                edit::add(shown.bytes(), shown.dissection(), addition),
                &toaster,
            ) {
                (Ok(bytes), _) => on_edit.emit(bytes.into()),
                (Err(error), Some(toaster)) => {
                    toaster.dispatch(ToastAction::Say(error.to_string()))
                }
                (Err(_), None) => {}
            }
        })
    };
    let disabled = edit::additions(props.shown.dissection()).is_empty();
    html! {
        <Menu id="add" label={html! { <>{ icon(Icon::Plus) }{ "Add" }</> }} name="Add a part to this packet" {items} {on_choose} {disabled} />
    }
}
