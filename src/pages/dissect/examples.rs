//! The menu of examples.

use mqttscope_capture::text;
use mqttscope_inspect::examples::{self, Example};
use yew::prelude::*;

use super::act::Acts;
use crate::components::menu::{Item, Menu, MenuProps};
use crate::element::{part, words};
use crate::state::workbench::{Act, OpenBytes};

/// Opens an example as its bytes, read as the version it is of.
pub(super) fn open(example: &Example, acts: &Acts) {
    if let Ok(decoded) = text::decode(example.hex, Some(text::Format::Hex)) {
        acts.dispatch(Act::OpenBytes(OpenBytes {
            bytes: decoded.bytes.into(),
            version: Some(example.version),
            sender: example.sender,
            runs: Vec::new(),
            packet: 0,
            node: None,
        }));
    }
}

/// The menu.
pub(super) fn examples_menu(acts: &Acts) -> Html {
    let items = Callback::from(|()| {
        let item = |example: &Example| Item::new(example.title, example.shows).under(example.group);
        examples::ALL.iter().map(item).collect()
    });
    let acts = acts.clone();
    let on_choose = Callback::from(move |index: usize| {
        if let Some(example) = examples::ALL.get(index) {
            open(example, &acts);
        }
    });
    part::<Menu>(MenuProps {
        id: "examples".into(),
        label: words("Examples"),
        name: None,
        class: Classes::new(),
        items,
        on_choose,
        disabled: false,
    })
}
