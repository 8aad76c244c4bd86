//! Writing a message and sending it.

use std::rc::Rc;

use mqttscope_protocol::{
    BytesSent, CaseOffers, CaseView, Command, ConnectionId, Profile, Repeat, Repeated,
};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::payload_field::PayloadField;
use super::publish_more::publish_more;
use crate::components::inspector::marked;
use crate::services::browser;
use crate::state::live::Sent;
use crate::state::live::payload_text::Written;
use crate::state::live::publishing::{Publishing, PublishingAct};
use crate::state::live::saved::{Saved, SavedAct};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PublishProps {
    pub(super) form: Publishing,
    pub(super) saved: Saved,
    pub(super) connection: Option<ConnectionId>,
    /// Whether one can publish now.
    pub(super) is_open: bool,
    pub(super) version: ProtocolVersion,
    /// The message that this connection was asked to publish last.
    pub(super) published: Option<Rc<Sent>>,
    /// The bytes that it sent as they are last.
    pub(super) bytes_sent: Option<Rc<BytesSent>>,
    /// Of this connection.
    pub(super) profile: Option<Rc<Profile>>,
    /// The case that runs, or was run last.
    pub(super) case: Option<Rc<CaseView>>,
    /// Cases that break one rule each.
    pub(super) case_offers: Option<Rc<CaseOffers>>,
    /// Whether a message is being repeated.
    pub(super) repeating: bool,
    /// What became of the one that was repeated last.
    pub(super) repeated: Option<Repeated>,
    /// The answers that the server owes for seconds, in words.
    pub(super) overdue: Option<AttrValue>,
}

#[component]
pub(super) fn Publish(props: &PublishProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let form = &props.form;
    let fault = form.draft().err();
    let on_text = |act: fn(String) -> PublishingAct| {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| desk.publishing.dispatch(act(value_of(&event))))
    };
    let on_change = |act: fn(String) -> PublishingAct| {
        let desk = desk.clone();
        Callback::from(move |event: Event| desk.publishing.dispatch(act(value_of(&event))))
    };
    let send = send(props, &desk);
    let on_submit = {
        let send = send.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send.emit(None);
        })
    };
    let on_key = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                send.emit(None);
            }
        })
    };
    let topic_fault = form.topic_fault();
    html! {
        <div class="publish" id="live-publish" onkeydown={on_key}>
        <form aria-label="Publish" data-testid="publish-form" onsubmit={on_submit}>
            <div class="publish-line">
                <input type="text" class="publish-topic" data-testid="publish-topic" aria-label="Topic Name" placeholder="topic" spellcheck="false" autocapitalize="off"
                    aria-invalid={topic_fault.is_some().then_some("true")} value={form.topic.clone()} oninput={on_text(PublishingAct::Topic)} />
                <select class="field" data-testid="publish-qos" aria-label="QoS" onchange={on_change(|text| PublishingAct::Qos(text.parse().unwrap_or(0)))}>
                    { for ["0", "1", "2"].map(|qos| html! { <option value={qos} selected={form.qos.to_string() == qos}>{ "QoS " }{ qos }</option> }) }
                </select>
                <label class="check"><input type="checkbox" data-testid="publish-retain" checked={form.retain} onchange={on_change(|text| PublishingAct::Retain(text == "yes"))} />{ "Retain" }</label>
                <button type="submit" class="main" data-testid="publish" disabled={!props.is_open || fault.is_some()} title="Ctrl+Enter, ⌘ Enter">{ "Publish" }</button>
            </div>
            <PayloadField written={form.written} typed={form.typed.clone()} file={form.file.as_ref().map(|(name, bytes)| (name.clone(), bytes.len()))} fault={form.payload().err()} />
            // Its line is there before there is something to say, so that the form does not move under the pointer.
            <div class="publish-told">
                if let Some(fault) = &fault { <p class="publish-says is-error" role="alert" data-testid="publish-fault">{ marked(fault) }{ as_text(form, &desk) }</p> }
                else if !props.is_open { <p class="publish-says quiet">{ "Connect to publish." }</p> }
                <p class="publish-says quiet" role="status" data-testid="published">{ sent(props.published.as_deref().filter(|_| fault.is_none()), &desk) }</p>
                if let Some(overdue) = &props.overdue { <p class="publish-says is-warning" data-testid="overdue">{ "The server does not answer: " }{ overdue }{ "." }</p> }
            </div>
        </form>
        // Outside of the form: a press on a menu or a switch sends nothing.
        { publish_more(props, &desk, &send) }
        </div>
    }
}

/// A way out for a payload that is no JSON and shall be sent all the same.
fn as_text(form: &Publishing, desk: &Desk) -> Html {
    if form.written != Written::Json || form.payload().is_ok() {
        return Html::default();
    }
    let desk = desk.clone();
    let write = Callback::from(move |_: MouseEvent| {
        desk.publishing
            .dispatch(PublishingAct::Write(Written::Text));
        // The button goes with the fault.
        browser::focus_quietly("[data-testid=publish-payload]");
    });
    html! { <>{ " " }<button type="button" class="link" data-testid="send-as-text" onclick={write}>{ "Send as text" }</button></> }
}

/// Says what became of the last message, and leads to its packet.
fn sent(sent: Option<&Sent>, desk: &Desk) -> Html {
    let Some(sent) = sent else {
        return Html::default();
    };
    let (before, behind) = sent.words();
    let show = sent.last.record.map(|record| {
        let desk = desk.clone();
        let go = Callback::from(move |_: MouseEvent| desk.inspect(record));
        html! { <button type="button" class="link" data-testid="show-published" onclick={go}>{ "Show packet" }</button> }
    });
    html! {
        <span class={sent.is_problem().then_some("is-error")}>
            <span>{ before }</span><span class="mono topic">{ &sent.last.topic }</span><span>{ behind }</span>{ " " }{ show }
        </span>
    }
}

/// Publishes what stands in the form, once or again and again.
fn send(props: &PublishProps, desk: &Desk) -> Callback<Option<Repeat>> {
    let (desk, form, is_open) = (desk.clone(), props.form.clone(), props.is_open);
    let connection = props.connection;
    Callback::from(move |repeat: Option<Repeat>| {
        let Some(connection) = connection.filter(|_| is_open) else {
            return desk.say("This connection is not open.");
        };
        match form.draft() {
            Ok(draft) => {
                desk.saved.dispatch(SavedAct::Published(draft.clone()));
                desk.talk
                    .emit(Command::Publish(connection, draft.into(), repeat));
            }
            Err(fault) => desk.say(fault),
        }
    })
}
