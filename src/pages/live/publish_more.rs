//! What is rarer about a message: its properties, repeating it, asking for an answer.

use mqttscope_protocol::{Command, MessageProperties, Repeat};
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::publish::PublishProps;
use super::saved_menu::SavedMenu;
use super::send_bytes::SendBytes;
use super::setting_field::groups;
use crate::state::live::form::FormAct;
use crate::state::live::message_settings::{MESSAGE, count};
use crate::state::live::publishing::PublishingAct;
use crate::state::live::words;
use crate::state::toasts::ToastAction;

/// How what the engine says of a request begins.
const ANSWERED: &[&str] = &["Response after ", "No response to the request"];

/// The folded parts below the form.
pub(super) fn publish_more(
    props: &PublishProps,
    desk: &Desk,
    send: &Callback<Option<Repeat>>,
) -> Html {
    let form = &props.form;
    let on_property = {
        let desk = desk.clone();
        Callback::from(move |act: FormAct<MessageProperties>| {
            desk.publishing.dispatch(PublishingAct::Property(act));
        })
    };
    let set = count(&form.properties.value);
    let has_wrong = !form.properties.is_right(&MESSAGE);
    html! {
        <div class="publish-more">
            <details data-testid="more-properties">
                <summary>{ "Properties" }if set > 0 { <span class="chip accent">{ set }</span> }if has_wrong { <span class="is-error">{ " check" }</span> }</summary>
                if !props.version.is_v5() { <p class="quiet">{ "Sent in MQTT 5 only." }</p> }
                <div class="flat">{ groups(&MESSAGE, &form.properties, "publish", &on_property, None) }</div>
            </details>
            <details data-testid="more-repeat">
                <summary>{ "Repeat" }{ running(props) }</summary>
                { repeat(props, desk, send) }
            </details>
            <details data-testid="more-request">
                <summary>{ "Request/response" }</summary>
                { request(props, desk) }
            </details>
            <SendBytes form={form.by_hand.clone()} connection={props.connection} profile={props.profile.clone()} is_open={props.is_open} version={props.version} sent={props.bytes_sent.clone()} case={props.case.clone()} offers={props.case_offers.clone()} />
            <span class="grow"></span>
            <SavedMenu saved={props.saved.clone()} draft={form.draft().ok()} />
        </div>
    }
}

/// Whether a message is being repeated, or would be if its connection were open.
fn running(props: &PublishProps) -> Html {
    let (class, says) = match (props.repeating, props.is_open) {
        (false, _) => return Html::default(),
        (true, true) => ("ok", "running"),
        (true, false) => ("warn", "waits for the connection"),
    };
    html! { <span class={classes!("chip", class)} data-testid="repeat-state">{ says }</span> }
}

fn repeat(props: &PublishProps, desk: &Desk, send: &Callback<Option<Repeat>>) -> Html {
    let form = &props.form;
    let on_text = |act: fn(String) -> PublishingAct| {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| desk.publishing.dispatch(act(value_of(&event))))
    };
    let turn = {
        let (desk, send, repeat) = (desk.clone(), send.clone(), form.repeat());
        let running = props.connection.filter(|_| props.repeating);
        Callback::from(move |_: MouseEvent| match (running, &repeat) {
            (Some(connection), _) => desk.talk.emit(Command::StopRepeating(connection)),
            (None, Ok(repeat)) => send.emit(Some(*repeat)),
            (None, Err(fault)) => desk.say(fault),
        })
    };
    html! {
        <div class="in-line">
            <label>{ "Every " }<input type="text" inputmode="numeric" data-testid="repeat-every" value={form.repeat.0.clone()} oninput={on_text(PublishingAct::Every)} />{ " ms" }</label>
            <label><input type="text" inputmode="numeric" data-testid="repeat-times" placeholder="∞" value={form.repeat.1.clone()} oninput={on_text(PublishingAct::Times)} />{ " times" }</label>
            <button type="button" data-testid="repeat" disabled={!props.is_open && !props.repeating} onclick={turn}>{ if props.repeating { "Stop" } else { "Start" } }</button>
            <span class="quiet" role="status" data-testid="repeated">if let Some(repeated) = props.repeated { { words::whole(repeated.count.into()) }{ " sent in " }{ words::duration(repeated.took) } }</span>
        </div>
    }
}

fn request(props: &PublishProps, desk: &Desk) -> Html {
    let form = &props.form;
    let on_timeout = {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| {
            desk.publishing
                .dispatch(PublishingAct::Timeout(value_of(&event)));
        })
    };
    let ask = {
        let (desk, form, connection) = (desk.clone(), form.clone(), props.connection);
        Callback::from(
            move |_: MouseEvent| match (connection, form.draft(), form.timeout()) {
                (Some(connection), Ok(draft), Ok(timeout)) => {
                    desk.talk
                        .emit(Command::Request(connection, draft.into(), timeout));
                    if let Some(toaster) = &desk.toaster {
                        let says = "Request sent, waiting for the response…";
                        toaster.dispatch(ToastAction::Await(says.into(), ANSWERED));
                    }
                }
                (_, Err(fault), _) | (_, _, Err(fault)) => desk.say(fault),
                (None, ..) => {}
            },
        )
    };
    html! {
        <div class="in-line">
            <label>{ "Wait " }<input type="text" inputmode="numeric" data-testid="request-timeout" value={form.timeout.clone()} oninput={on_timeout} />{ " ms" }</label>
            <button type="button" data-testid="request" disabled={!props.is_open || !props.version.is_v5()} onclick={ask}>{ "Send request" }</button>
            <span class="quiet">{ "Response Topic and Correlation Data are generated unless you set them." }</span>
        </div>
    }
}
