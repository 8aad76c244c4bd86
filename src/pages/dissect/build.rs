//! Building a packet: choose a type and a version, begin with the smallest valid one, and change
//! it in the inspector, rightly or wrongly.

use std::rc::Rc;

use mqttscope_inspect::build;
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::act::Acts;
use crate::components::dialog::Dialog;
use crate::state::workbench::{Act, OpenBytes};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BuildProps {
    /// The version that is asked for now.
    pub(super) version: ProtocolVersion,
    /// Whether there is nothing that the packet could be added to.
    pub(super) empty: bool,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Build(props: &BuildProps) -> Html {
    let acts = use_context::<Acts>();
    let version = use_state_eq(|| props.version);
    let add = use_state_eq(|| !props.empty);
    let versions = ProtocolVersion::ALL.iter().map(|&offered| {
        let choose = {
            let version = version.clone();
            Callback::from(move |_: Event| version.set(offered))
        };
        html! {
            <label class="check">
                <input type="radio" name="build-version" checked={*version == offered} onchange={choose} />
                { format!("MQTT {}", offered.name()) }
            </label>
        }
    });
    let types = build::types(*version).map(|offered| {
        let begin = {
            let (acts, on_close, version, add) = (acts.clone(), props.on_close.clone(), *version, *add);
            Callback::from(move |_: MouseEvent| {
                let bytes: Rc<[u8]> = build::template(offered, version).into();
                let act = if add {
                    Act::Append(bytes)
                } else {
                    Act::OpenBytes(OpenBytes { bytes, version: Some(version), sender: None, runs: Vec::new(), packet: 0, node: None })
                };
                if let Some(acts) = &acts {
                    acts.dispatch(act);
                }
                on_close.emit(());
            })
        };
        html! { <button onclick={begin} data-testid={format!("build-{}", offered.name())}><b>{ offered.name() }</b></button> }
    });
    let on_add = {
        let add = add.clone();
        Callback::from(move |_: Event| add.set(!*add))
    };
    html! {
        <Dialog title="Build a packet" on_close={props.on_close.clone()}>
            <p>{ "Begin with the smallest valid packet and change it: every field, flag, bit and byte can be set, also to what the standard forbids." }</p>
            <fieldset><legend>{ "Version" }</legend>{ for versions }</fieldset>
            <div class="build">{ for types }</div>
            if !props.empty {
                <label class="check"><input type="checkbox" checked={*add} onchange={on_add} />{ "Add it behind the packets that are there (in their version)" }</label>
            }
        </Dialog>
    }
}
