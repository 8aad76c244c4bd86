//! The settings of a connection, in a window.

use std::rc::Rc;

use mqttscope_protocol::{Profile, Target};
use wasm_bindgen::JsCast as _;
use web_sys::ClipboardEvent;
use yew::prelude::*;

use super::asking::use_asking;
use super::setting_field::groups;
use crate::components::dialog::Dialog;
use crate::services::browser;
use crate::state::live::address::pasted;
use crate::state::live::connect_settings::CONNECT;
use crate::state::live::form::{Form, FormAct, Setting};

/// What stands in the address of a broker that nobody knows yet, without and with the companion.
const SCHEMES: [&str; 2] = ["ws://", "mqtt://"];

/// The name of the field for the address.
const ADDRESS: &str = "address";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct EditProps {
    /// As it is now.
    pub(super) profile: Rc<Profile>,
    /// Whether it is there already.
    pub(super) is_known: bool,
    /// Example configuration that its broker needs.
    #[prop_or_default]
    pub(super) note: AttrValue,
    /// As it is to be, and whether to connect with it.
    pub(super) on_done: Callback<(Profile, bool)>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Edit(props: &EditProps) -> Html {
    let profile = props.profile.clone();
    // An address that was pasted is there because somebody wants it: what is wrong with it is said.
    let address = profile.target.address();
    let is_begun = !address.is_some_and(|address| SCHEMES.contains(&address.as_str()));
    let about = match profile.target {
        Target::Socket(_) => "What this broker needs",
        _ => "Broker configuration for WebSocket",
    };
    // What is still to be said of a broker that nobody knows is where it is.
    let first = if is_begun { "name" } else { ADDRESS };
    let form = use_reducer(move || {
        let value = (*profile).clone();
        if is_begun {
            Form::new(value)
        } else {
            Form::quiet(value)
        }
    });
    let on_act = {
        let dispatcher = form.dispatcher();
        Callback::from(move |act: FormAct<Profile>| dispatcher.dispatch(act))
    };
    // An address that was pasted takes the place of what stands there, if only `ws://`.
    let on_paste = {
        let on_act = on_act.clone();
        Callback::from(move |event: Event| {
            if let Some((setting, address)) = pasted_address(&event) {
                event.prevent_default();
                on_act.emit(FormAct::Type(setting, address));
            }
        })
    };
    let is_right = form.is_right(&CONNECT);
    let done = |connect: bool| {
        let (on_done, on_act, value) = (props.on_done.clone(), on_act.clone(), form.value.clone());
        Callback::from(move |()| {
            if is_right {
                on_done.emit((value.clone(), connect));
            } else {
                on_act.emit(FormAct::Finish);
            }
        })
    };
    let on_submit = done(true).reform(|event: SubmitEvent| event.prevent_default());
    let asking = use_asking(
        form.differs_from(&props.profile),
        &props.on_close,
        "Your changes are not saved.",
        "[data-testid=edit] input",
    );
    let title = if props.is_known {
        "Edit connection"
    } else {
        "New connection"
    };
    html! {
        <Dialog {title} on_close={asking.on_close}>
            <form class="edit" data-testid="edit" onsubmit={on_submit} oninput={asking.on_input} onpaste={on_paste}>
                if !props.note.is_empty() {
                    <details class="settings-group listener"><summary>{ about }</summary><pre tabindex="0" aria-label="Example configuration">{ &props.note }</pre></details>
                }
                { groups(&CONNECT, &form, "connect", &on_act, Some(first)) }
                if let Some(bar) = asking.bar {
                    { bar }
                } else {
                    <div key="done" class="acts">
                        if form.says_fault(&CONNECT) { <span class="is-error">{ "Check the field marked in red." }</span> }
                        <span class="grow"></span>
                        <button type="button" data-testid="save" disabled={form.says_fault(&CONNECT)} onclick={done(false).reform(|_: MouseEvent| ())}>{ "Save" }</button>
                        <button type="submit" class="main" data-testid="save-and-connect" disabled={form.says_fault(&CONNECT)}>{ "Save and connect" }</button>
                    </div>
                }
            </form>
        </Dialog>
    }
}

/// The whole address of a broker that is pasted into the field for it, with that field's setting.
fn pasted_address(event: &Event) -> Option<(&'static Setting<Profile>, String)> {
    let is_there = browser::target(event)?.id() == format!("connect-{ADDRESS}");
    let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?;
    let text = text.get_data("text/plain").ok()?;
    let address = pasted(&text).filter(|_| is_there)?.to_owned();
    let mut all = CONNECT.iter().flat_map(|group| group.settings);
    Some((all.find(|setting| setting.id == ADDRESS)?, address))
}
