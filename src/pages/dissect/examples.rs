//! The menu of examples.

use mqttscope_capture::text;
use mqttscope_inspect::examples::{self, Example};
use yew::prelude::*;

use super::act::Acts;
use crate::components::menu::{Item, Menu};
use crate::state::workbench::{Act, OpenBytes};

/// Opens an example as its bytes, read as the version it is of.
pub(super) fn open(example: &Example) -> Option<Act> {
    let decoded = text::decode(example.hex, Some(text::Format::Hex)).ok()?;
    Some(Act::OpenBytes(OpenBytes {
        bytes: decoded.bytes.into(),
        version: Some(example.version),
        sender: example.sender,
        runs: Vec::new(),
        packet: 0,
        node: None,
    }))
}

/// The menu.
pub(super) fn examples_menu(acts: Option<Acts>) -> Html {
    let items = Callback::from(|()| {
        examples::ALL
            .iter()
            .map(|example| Item::new(example.title, example.shows).under(example.group))
            .collect()
    });
    let on_choose = Callback::from(move |index: usize| {
        let act = examples::ALL.get(index).and_then(open);
        if let (Some(act), Some(acts)) = (act, &acts) {
            acts.dispatch(act);
        }
    });
    html! { <Menu id="examples" label={html! { "Examples" }} {items} {on_choose} /> }
}
