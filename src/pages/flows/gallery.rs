//! The scenarios that can be opened.

use std::rc::Rc;

use mqttscope_flows::{Scenario, gallery_groups};
use yew::prelude::*;

use super::act::Acts;
use super::steps::Part;
use super::yours::YoursList;
use crate::components::icon::{Icon, icon};
use crate::services::browser;
use crate::state::flows::{Act, Keep, Yours};

#[derive(Clone, Properties)]
pub(super) struct GalleryProps {
    pub(super) gallery: Rc<[Scenario]>,
    pub(super) chosen: Option<usize>,
    /// Own scenarios, and which of them is shown.
    pub(super) yours: Yours,
    pub(super) chosen_of_yours: Option<usize>,
    pub(super) keep: Callback<Keep>,
    pub(super) on_new: Callback<()>,
    pub(super) on_edit: Callback<Scenario>,
    /// On a narrow screen: what was chosen is wanted in sight.
    pub(super) on_part: Callback<Part>,
}

impl PartialEq for GalleryProps {
    fn eq(&self, other: &Self) -> bool {
        self.chosen == other.chosen
            && self.yours == other.yours
            && self.chosen_of_yours == other.chosen_of_yours
            && Rc::ptr_eq(&self.gallery, &other.gallery)
    }
}

/// The list.
#[component]
pub(super) fn Gallery(props: &GalleryProps) -> Html {
    let acts = use_context::<Acts>();
    // The list is one stop of the Tab key: where the focus was last, else what is shown.
    let last = use_state_eq(|| None::<usize>);
    {
        let last = last.setter();
        use_effect_with((props.chosen, props.chosen_of_yours), move |chosen| {
            last.set(None);
            match chosen {
                (_, Some(index)) => browser::reveal_id(&format!("own-{index}")),
                (Some(index), None) => browser::reveal_id(&id_of(*index)),
                (None, None) => {}
            }
        });
    }
    let stop = last.or(props.chosen).unwrap_or(0);
    let on_focus = {
        let last = last.setter();
        Callback::from(move |event: FocusEvent| {
            if let Some(index) = browser::data_number(&event, "scenario") {
                last.set(Some(index));
            }
        })
    };
    let on_key = Callback::from(|event: KeyboardEvent| {
        let Some(index) = browser::data_number(&event, "scenario") else {
            return;
        };
        let to = match event.key().as_str() {
            "ArrowDown" => index.saturating_add(1),
            "ArrowUp" => index.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        browser::focus_id(&id_of(to));
    });
    let on_part = props.on_part.clone();
    let on_click = Callback::from(move |event: MouseEvent| {
        if let (Some(index), Some(acts)) = (browser::data_number(&event, "scenario"), &acts) {
            acts.dispatch(Act::Choose(index));
            on_part.emit(Part::Diagram);
            // Space plays now. With keys one stays in the list, where Space plays as well.
            if event.detail() > 0 {
                browser::focus_quietly("[data-testid=room]");
            }
        }
    });
    let groups = use_memo((), |()| gallery_groups());
    let new = props.on_new.reform(|_: MouseEvent| ());
    let is_shown = |index: usize| props.chosen == Some(index) && props.chosen_of_yours.is_none();
    html! {
        <section class="pane scenarios" aria-label="Scenarios">
            <div class="head"><h2>{ "Scenarios" }</h2><span class="grow"></span><button data-testid="new-scenario" title="Write a scenario of your own (n)" onclick={new}>{ icon(Icon::Plus) }{ "New scenario" }</button></div>
            <ol class="scroll" data-testid="gallery" tabindex="-1" onclick={on_click} onfocusin={on_focus} onkeydown={on_key}>
                <YoursList yours={props.yours.clone()} chosen={props.chosen_of_yours} keep={props.keep.clone()} on_edit={props.on_edit.clone()} on_part={props.on_part.clone()} />
                { for props.gallery.iter().enumerate().map(|(index, scenario)| html! {
                    <li>
                        if let Some((group, _)) = groups.iter().find(|(_, first)| *first == index) { <h3 class="group">{ *group }</h3> }
                        <button class="scenario" id={id_of(index)} data-testid="scenario" data-scenario={index.to_string()} tabindex={if index == stop { "0" } else { "-1" }} aria-current={is_shown(index).then_some("true")}>
                            <b>{ &scenario.title }</b><small>{ &scenario.watch }</small>
                        </button>
                    </li>
                }) }
            </ol>
        </section>
    }
}

/// The name of a scenario's button in the document.
fn id_of(index: usize) -> String {
    format!("scenario-{index}")
}
