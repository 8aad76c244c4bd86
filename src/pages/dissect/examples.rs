//! The menu of examples.

use mqttscope_capture::text::{self, Format, Turns};
use mqttscope_inspect::examples::{self, Example};
use yew::prelude::*;

use super::act::Acts;
use crate::components::menu::{Item, Menu, MenuProps};
use crate::element::{part, words};
use crate::state::workbench::{Act, OpenBytes, runs_of};

/// Opens an example as its bytes, read as the version it is of.
pub(super) fn open(example: &Example, acts: &Acts) {
    if let Ok(decoded) = text::decode_sides(example.hex, Some(Format::Hex), Turns::Marked) {
        acts.dispatch(Act::OpenBytes(OpenBytes {
            runs: runs_of(&decoded),
            bytes: decoded.bytes.into(),
            version: Some(example.version),
            sender: example.sender,
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
        class: AttrValue::default(),
        items,
        on_choose,
        disabled: false,
    })
}
