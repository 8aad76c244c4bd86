//! The scenarios that can be opened.

use std::rc::Rc;

use mqttscope_inspect::flows::{Scenario, gallery_groups};
use yew::prelude::*;

use super::act::Acts;
use super::steps::Part;
use crate::services::browser;
use crate::state::flows::Act;

#[derive(Clone, Properties)]
pub(super) struct GalleryProps {
    pub(super) gallery: Rc<[Scenario]>,
    pub(super) chosen: Option<usize>,
    /// An own one is wanted.
    pub(super) on_edit: Callback<()>,
    /// On a narrow screen: what was chosen is wanted in sight.
    pub(super) on_part: Callback<Part>,
}

impl PartialEq for GalleryProps {
    fn eq(&self, other: &Self) -> bool {
        self.chosen == other.chosen && Rc::ptr_eq(&self.gallery, &other.gallery)
    }
}

/// The list.
#[component]
pub(super) fn Gallery(props: &GalleryProps) -> Html {
    let acts = use_context::<Acts>();
    use_effect_with(props.chosen, |chosen| {
        if let Some(index) = chosen {
            browser::reveal_id(&format!("scenario-{index}"));
        }
    });
    let on_part = props.on_part.clone();
    let on_click = Callback::from(move |event: MouseEvent| {
        if let (Some(index), Some(acts)) = (browser::data_number(&event, "scenario"), &acts) {
            acts.dispatch(Act::Choose(index));
            on_part.emit(Part::Diagram);
        }
    });
    let groups = use_memo((), |()| gallery_groups());
    let edit = props.on_edit.reform(|_: MouseEvent| ());
    html! {
        <section class="pane scenarios" aria-label="Scenarios">
            <div class="head"><h2>{ "Scenarios" }</h2><span class="grow"></span><button data-testid="edit" onclick={edit}>{ "Write one" }</button></div>
            <ol class="scroll" data-testid="gallery" tabindex="-1" onclick={on_click}>
                { for props.gallery.iter().enumerate().map(|(index, scenario)| html! {
                    <li>
                        if let Some((group, _)) = groups.iter().find(|(_, first)| *first == index) { <h3 class="group">{ *group }</h3> }
                        <button class="scenario" id={format!("scenario-{index}")} data-testid="scenario" data-scenario={index.to_string()} aria-current={(props.chosen == Some(index)).then_some("true")}>
                            <b>{ &scenario.title }</b><small>{ &scenario.watch }</small>
                        </button>
                    </li>
                }) }
            </ol>
        </section>
    }
}
