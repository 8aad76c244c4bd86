//! The menu of examples.

use mqttscope_view::examples::{Example, FIRST};
use mqttscope_view::packet_lines;
use yew::prelude::*;

use super::act::Acts;
use crate::components::menu::{Item, Menu};
use crate::hooks::{TextsStage, use_texts};
use crate::state::workbench::{Act, OpenBytes};

/// Opens an example as its bytes, read as the version it is of.
pub(super) fn open(example: &Example<'_>, acts: &Acts) {
    if let Some(lines) = packet_lines::read(&example.hex) {
        acts.dispatch(Act::OpenBytes(OpenBytes {
            runs: lines.runs,
            bytes: lines.bytes.into(),
            version: Some(example.version),
            sender: example.sender,
            cuts: Vec::new(),
            packet: 0,
            node: None,
        }));
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ExamplesProps {
    pub(super) acts: Acts,
}

/// The menu. It lists the first examples, and all others as soon as they have come.
#[component]
pub(super) fn Examples(props: &ExamplesProps) -> Html {
    let wanted = use_state_eq(|| false);
    let texts = use_texts(*wanted);
    let items = {
        let texts = texts.clone();
        Callback::from(move |()| {
            wanted.set(true);
            let last = match &texts {
                TextsStage::Here(texts) => {
                    let all = (0..).map_while(|index| texts.example(index));
                    return all.map(|example| item(&example)).collect();
                }
                TextsStage::Coming => Item::new("The others are on their way", ""),
                TextsStage::Failed(_) => Item::new("The others could not be loaded", "Try again"),
            };
            FIRST.iter().map(item).chain([last]).collect()
        })
    };
    let acts = props.acts.clone();
    let on_choose = Callback::from(move |index: usize| match (&texts, FIRST.get(index)) {
        (_, Some(example)) => open(example, &acts),
        (TextsStage::Here(texts), None) => {
            if let Some(example) = texts.example(index) {
                open(&example, &acts);
            }
        }
        (TextsStage::Failed(again), None) => again.emit(()),
        (TextsStage::Coming, None) => {}
    });
    html! { <Menu id="examples" label={html! { "Examples" }} {items} {on_choose} searched=true /> }
}

fn item(example: &Example<'_>) -> Item {
    Item::new(example.title.to_owned(), example.shows.to_owned()).under(example.group.to_owned())
}
