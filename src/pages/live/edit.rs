//! The settings of a connection, in a window.

use std::rc::Rc;

use mqttscope_protocol::{Profile, Target};
use yew::prelude::*;

use super::setting_field::groups;
use crate::components::dialog::Dialog;
use crate::services::browser;
use crate::state::live::connect_settings::CONNECT;
use crate::state::live::form::{Form, FormAct};

/// What stands in the address of a broker that nobody knows yet.
const SCHEME: &str = "ws://";

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
    let is_begun = !matches!(&profile.target, Target::WebSocket(address) if address == SCHEME);
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
    // Escape is pressed by mistake: what was typed is given up only on a second word. The two rows of buttons have
    // keys, so that no button turns into another under the press.
    let is_asking = use_state(|| false);
    let on_close = {
        let (on_close, is_asking) = (props.on_close.clone(), is_asking.clone());
        let would_lose = form.differs_from(&props.profile);
        Callback::from(move |()| {
            if would_lose {
                is_asking.set(true);
            } else {
                on_close.emit(());
            }
        })
    };
    use_effect_with(*is_asking, |&is_asking| {
        if is_asking {
            browser::focus_quietly("[data-testid=keep-editing]");
        }
    });
    let keep = {
        let is_asking = is_asking.clone();
        Callback::from(move |_: MouseEvent| {
            is_asking.set(false);
            // The button goes.
            browser::focus_quietly("[data-testid=edit] input");
        })
    };
    let discard = props.on_close.reform(|_: MouseEvent| ());
    let title = if props.is_known {
        "Edit connection"
    } else {
        "New connection"
    };
    html! {
        <Dialog {title} {on_close}>
            <form class="edit" data-testid="edit" onsubmit={on_submit}>
                if !props.note.is_empty() {
                    <details class="settings-group listener"><summary>{ "Broker configuration for WebSocket" }</summary><pre tabindex="0" aria-label="Example configuration">{ &props.note }</pre></details>
                }
                { groups(&CONNECT, &form, "connect", &on_act, true) }
                if *is_asking {
                    <div key="ask" class="acts" role="alert">
                        <span>{ "Your changes are not saved." }</span>
                        <span class="grow"></span>
                        <button type="button" data-testid="discard" onclick={discard}>{ "Discard" }</button>
                        <button type="button" class="main" data-testid="keep-editing" onclick={keep}>{ "Keep editing" }</button>
                    </div>
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
