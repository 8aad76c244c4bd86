//! The version and the QoS of a run, to be changed where they are seen.

use std::rc::Rc;

use mqttscope_flows::{Run, Scenario};
use mqttscope_wire::{ProtocolVersion, QoS};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::act::Acts;
use crate::services::browser;
use crate::state::flows::Act;

const LEVELS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

#[derive(Clone, Properties)]
pub(super) struct SettingsProps {
    pub(super) run: Rc<Run>,
    /// A scenario is being written: its text says all this.
    pub(super) is_preview: bool,
    /// It is kept nowhere: it can be saved.
    pub(super) is_unsaved: bool,
    /// The scenario is to be changed as text.
    pub(super) on_edit: Callback<Scenario>,
    /// The diagram is to fill the screen, or no longer.
    pub(super) presenting: bool,
    pub(super) on_present: Callback<()>,
}

impl PartialEq for SettingsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run)
            && self.is_preview == other.is_preview
            && self.is_unsaved == other.is_unsaved
            && self.presenting == other.presenting
    }
}

/// The bar above the caption.
#[component]
pub(super) fn Settings(props: &SettingsProps) -> Html {
    let acts = use_context::<Acts>();
    let on_change = |act: fn(usize) -> Option<Act>| {
        let acts = acts.clone();
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let index = select.and_then(|select| usize::try_from(select.selected_index()).ok());
            if let (Some(act), Some(acts)) = (index.and_then(act), &acts) {
                acts.dispatch(act);
            }
        })
    };
    let scenario = &props.run.scenario;
    let is_preview = props.is_preview;
    let edit = {
        let run = props.run.clone();
        props
            .on_edit
            .reform(move |_: MouseEvent| run.scenario.clone())
    };
    let save = {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(acts) = &acts {
                acts.dispatch(Act::Save);
            }
            // The button goes; from here Space plays.
            browser::focus_quietly("[data-testid=room]");
        })
    };
    let (published, subscribed) = scenario.qos();
    let mixes = scenario.mixes_qos();
    let level = |id: &'static str,
                 says: &'static str,
                 word: &'static str,
                 (now, is_mixed): (QoS, bool),
                 on: Callback<Event>| {
        html! {
            <select class="chip" data-testid={id} aria-label={says} disabled={is_preview} onchange={on}>
                { for LEVELS.map(|qos| html! { <option selected={qos == now && !is_mixed}>{ format!("{word} QoS {}", qos as u8) }</option> }) }
                if is_mixed { <option selected=true title="Not all have the same QoS; another choice gives it to all">{ format!("{word} mixed QoS") }</option> }
            </select>
        }
    };
    html! {
        <div class="head flow-settings">
            <h2 class="sub" data-testid="title" title={scenario.title.to_string()}>{ if scenario.title.is_empty() { "Untitled scenario" } else { &scenario.title } }</h2>
            if props.is_unsaved { <button data-testid="save-shown" class="save-shown" title="Keep this scenario in this browser, under “Yours”. Until then only its link leads back to it." onclick={save}>{ "Save" }</button> }
            <span class="grow"></span>
            <select class="chip" data-testid="version" aria-label="MQTT version" disabled={is_preview} onchange={on_change(|index| ProtocolVersion::ALL.get(index).copied().map(Act::Version))}>
                { for ProtocolVersion::ALL.map(|version| html! { <option selected={version == scenario.version}>{ format!("MQTT {}", version.name()) }</option> }) }
            </select>
            if let Some(qos) = published {
                { level("publish-qos", "QoS of published messages", "publish", (qos, mixes.0), on_change(|index| LEVELS.get(index).copied().map(Act::PublishQoS))) }
            }
            if let Some(qos) = subscribed {
                { level("subscribe-qos", "QoS of subscriptions", "subscribe", (qos, mixes.1), on_change(|index| LEVELS.get(index).copied().map(Act::SubscribeQoS))) }
            }
            if let (Some(published), Some(subscribed), (false, false)) = (published, subscribed, mixes) {
                <span class="quiet effective" title="A message is delivered at the lower of the two" data-testid="effective">{ format!("delivered at QoS {}", published.min(subscribed) as u8) }</span>
            }
            <button data-testid="edit-this" class="edit-this" title="Edit the scenario as text (e)" disabled={is_preview} onclick={edit}>{ "Edit" }</button>
            <button data-testid="present" class="present" title="Fill the screen, with large captions (p)" aria-pressed={props.presenting.to_string()} onclick={props.on_present.reform(|_: MouseEvent| ())}>{ if props.presenting { "Leave presentation" } else { "Present" } }</button>
        </div>
    }
}
