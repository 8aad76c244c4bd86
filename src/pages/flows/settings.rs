//! The version and the QoS of a run, to be changed where they are seen.

use std::rc::Rc;

use mqttscope_inspect::flows::Run;
use mqttscope_wire::{ProtocolVersion, QoS};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::act::Acts;
use crate::state::flows::Act;

const LEVELS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

#[derive(Clone, Properties)]
pub(super) struct SettingsProps {
    pub(super) run: Rc<Run>,
    /// The scenario is to be changed as text.
    pub(super) on_edit: Callback<()>,
}

impl PartialEq for SettingsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run)
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
    let (published, subscribed) = scenario.qos();
    let level = |id: &'static str,
                 says: &'static str,
                 word: &'static str,
                 now: QoS,
                 on: Callback<Event>| {
        html! {
            <select class="chip" data-testid={id} aria-label={says} onchange={on}>
                { for LEVELS.map(|qos| html! { <option selected={qos == now}>{ format!("{word} QoS {}", qos as u8) }</option> }) }
            </select>
        }
    };
    html! {
        <div class="head flow-settings">
            <h2 class="sub" data-testid="title">{ if scenario.title.is_empty() { "Your scenario" } else { &scenario.title } }</h2>
            <span class="grow"></span>
            <select class="chip" data-testid="version" aria-label="Version of MQTT" onchange={on_change(|index| ProtocolVersion::ALL.get(index).copied().map(Act::Version))}>
                { for ProtocolVersion::ALL.map(|version| html! { <option selected={version == scenario.version}>{ format!("MQTT {}", version.name()) }</option> }) }
            </select>
            if let Some(qos) = published {
                { level("publish-qos", "QoS of what is published", "publish", qos, on_change(|index| LEVELS.get(index).copied().map(Act::PublishQoS))) }
            }
            if let Some(qos) = subscribed {
                { level("subscribe-qos", "QoS of subscriptions", "subscribe", qos, on_change(|index| LEVELS.get(index).copied().map(Act::SubscribeQoS))) }
            }
            if let (Some(published), Some(subscribed)) = (published, subscribed) {
                <span class="chip" title="A message is delivered with the lower of the two" data-testid="effective">{ format!("in force QoS {}", published.min(subscribed) as u8) }</span>
            }
            <button data-testid="edit-this" onclick={props.on_edit.reform(|_: MouseEvent| ())}>{ "Edit" }</button>
        </div>
    }
}
