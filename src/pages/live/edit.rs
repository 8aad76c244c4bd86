//! The settings of a connection, in a window.

use std::rc::Rc;

use mqttscope_engine::protocol::Profile;
use yew::prelude::*;

use super::setting_field::groups;
use crate::components::dialog::Dialog;
use crate::state::live::connect_settings::CONNECT;
use crate::state::live::form::{Form, FormAct};

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
    let form = use_reducer(move || Form::new((*profile).clone()));
    let on_act = {
        let dispatcher = form.dispatcher();
        Callback::from(move |act: FormAct<Profile>| dispatcher.dispatch(act))
    };
    let is_right = form.is_right(&CONNECT);
    let done = |connect: bool| {
        let (on_done, value) = (props.on_done.clone(), form.value.clone());
        Callback::from(move |_: MouseEvent| on_done.emit((value.clone(), connect)))
    };
    let on_submit = {
        let (on_done, value) = (props.on_done.clone(), form.value.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if is_right {
                on_done.emit((value.clone(), true));
            }
        })
    };
    let title = if props.is_known {
        "Edit connection"
    } else {
        "New connection"
    };
    html! {
        <Dialog {title} on_close={props.on_close.clone()}>
            <form class="edit" data-testid="edit" onsubmit={on_submit}>
                if !props.note.is_empty() {
                    <details class="settings-group listener"><summary>{ "Broker configuration for WebSocket" }</summary><pre tabindex="0" aria-label="Example configuration">{ &props.note }</pre></details>
                }
                { groups(&CONNECT, &form, "connect", &on_act) }
                <div class="acts">
                    if !is_right { <span class="is-error">{ "Check the field marked in red." }</span> }
                    <span class="grow"></span>
                    <button type="button" data-testid="save" disabled={!is_right} onclick={done(false)}>{ "Save" }</button>
                    <button type="submit" class="main" data-testid="save-and-connect" disabled={!is_right}>{ "Save and connect" }</button>
                </div>
            </form>
        </Dialog>
    }
}
