//! What may be added to the packet: properties, filters, codes, a will.

use mqttscope_view::edit;
use yew::prelude::*;

use super::{Edited, Shown};
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu, MenuProps};
use crate::element::{list, part, words};

/// The menu.
pub(super) fn add_menu(shown: &Shown, on_edit: &Callback<Edited>) -> Html {
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
        Callback::from(move |index: usize| {
            if let Some(&addition) = edit::additions(shown.dissection()).get(index) {
                on_edit.emit(edit::add(shown.bytes(), shown.dissection(), addition));
            }
        })
    };
    part::<Menu>(MenuProps {
        id: "add".into(),
        label: list(vec![icon(Icon::Plus).into(), words("Add")]),
        name: Some("Add a part to this packet".into()),
        class: AttrValue::default(),
        items,
        on_choose,
        searched: false,
        disabled,
        fixed: false,
    })
}
