//! The first part of the gallery: own scenarios and forks, to be opened, renamed, copied and deleted.

use mqttscope_flows::Scenario;
use yew::prelude::*;

use super::act::Acts;
use super::rename::Rename;
use super::steps::Part;
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::services::browser;
use crate::state::flows::{Act, Keep, Yours};

/// The undo button's name in the document.
const UNDO: &str = "undo-scenario";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct YoursListProps {
    pub(super) yours: Yours,
    pub(super) chosen: Option<usize>,
    pub(super) keep: Callback<Keep>,
    pub(super) on_edit: Callback<Scenario>,
    pub(super) on_part: Callback<Part>,
}

/// The list, under its heading; nothing where there is none and none was deleted.
#[component]
pub(super) fn YoursList(props: &YoursListProps) -> Html {
    let acts = use_context::<Acts>();
    let renamed = use_state_eq(|| None::<Scenario>);
    let deleted = use_state_eq(|| None::<(usize, Scenario)>);
    let list = props.yours.list();
    if list.is_empty() && deleted.is_none() {
        return Html::default();
    }
    let Some(acts) = acts else {
        return Html::default();
    };
    let open = |scenario: &Scenario| {
        let (acts, scenario, on_part) = (acts.clone(), scenario.clone(), props.on_part.clone());
        Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::Open(scenario.clone().into()));
            on_part.emit(Part::Diagram);
        })
    };
    let on_choose = |index: usize, scenario: &Scenario| {
        let (acts, scenario, props) = (acts.clone(), scenario.clone(), props.clone());
        let (renamed, deleted) = (renamed.clone(), deleted.clone());
        Callback::from(move |item: usize| match item {
            0 => renamed.set(Some(scenario.clone())),
            1 => props.on_edit.emit(scenario.clone()),
            2 => {
                let copy = props.yours.copy_of(&scenario);
                props.keep.emit(Keep::Add(copy.clone().into()));
                acts.dispatch(Act::Open(copy.into()));
            }
            _ => {
                props.keep.emit(Keep::Delete(scenario.clone().into()));
                deleted.set(Some((index, scenario.clone())));
            }
        })
    };
    let on_rename = {
        let (renamed, keep, acts) = (renamed.clone(), props.keep.clone(), acts.clone());
        let shown = props.chosen.and_then(|index| list.get(index)).cloned();
        Callback::from(move |title: Option<String>| {
            if let (Some(old), Some(title)) = (&*renamed, title) {
                let new = Scenario {
                    title,
                    ..old.clone()
                };
                keep.emit(Keep::Replace(old.clone().into(), new.clone().into()));
                if shown.as_ref() == Some(old) {
                    acts.dispatch(Act::Open(new.into()));
                }
            }
            renamed.set(None);
        })
    };
    let restore = {
        let (deleted, keep) = (deleted.clone(), props.keep.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some((index, scenario)) = &*deleted {
                keep.emit(Keep::Restore(*index, scenario.clone().into()));
            }
            deleted.set(None);
        })
    };
    let forget = {
        let deleted = deleted.clone();
        Callback::from(move |_: MouseEvent| deleted.set(None))
    };
    html! {
        <li data-testid="yours">
            <h3 class="group">{ "Yours" }</h3>
            if let Some((_, scenario)) = &*deleted { <Undone title={title_of(scenario)} {restore} {forget} /> }
            <ol>
                { for list.iter().enumerate().map(|(index, scenario)| html! {
                    <li class="own">
                        <button class="scenario" data-testid="own-scenario" id={format!("own-{index}")} aria-current={(props.chosen == Some(index)).then_some("true")} onclick={open(scenario)}>
                            <b>{ title_of(scenario) }</b><small>{ &scenario.watch }</small>
                        </button>
                        <Menu id={format!("own-menu-{index}")} class="bare square only-icon" label={icon(Icon::Dots)} name={AttrValue::from(format!("More for {}", title_of(scenario)))}
                            items={Callback::from(|()| items())} on_choose={on_choose(index, scenario)} />
                    </li>
                }) }
            </ol>
            if let Some(scenario) = &*renamed { <Rename title={scenario.title.clone()} {on_rename} /> }
        </li>
    }
}

fn items() -> Vec<Item> {
    vec![
        Item::new("Rename…", ""),
        Item::new("Edit", ""),
        Item::new("Duplicate", ""),
        Item::new("Delete", ""),
    ]
}

fn title_of(scenario: &Scenario) -> String {
    if scenario.title.is_empty() {
        "Untitled scenario".to_owned()
    } else {
        scenario.title.clone()
    }
}

#[derive(Clone, PartialEq, Properties)]
struct UndoneProps {
    title: String,
    restore: Callback<MouseEvent>,
    forget: Callback<MouseEvent>,
}

/// The way back for one that was deleted. It has the focus that the deleted one had.
#[component]
fn Undone(props: &UndoneProps) -> Html {
    use_effect_with((), |()| browser::focus_id(UNDO));
    html! {
        <div class="undo" role="status" data-testid="deleted-scenario">
            <span>{ format!("“{}” is deleted.", props.title) }</span>
            <button id={UNDO} data-testid="undo-scenario" onclick={props.restore.clone()}>{ "Undo" }</button>
            <button class="bare square" aria-label="Close this message" title="Close" onclick={props.forget.clone()}>{ icon(Icon::Cross) }</button>
        </div>
    }
}
