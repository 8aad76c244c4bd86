//! Sending bytes as they are, right or wrong, to see what the server does; and running cases, which are whole conversations.

use std::rc::Rc;

use mqttscope_protocol::{
    AskCase, BytesSent, CaseOffers, CaseView, Command, ConnectionId, ExaminedStage, Profile,
};
use mqttscope_wire::ProtocolVersion;
use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::break_menu::{BreakMenu, Kept};
use super::case_came::{case_came, case_help};
use super::desk::{Desk, value_of};
use super::steps::Step;
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;
use crate::services::browser;
use crate::state::live::by_hand::{self, Told, Written};
use crate::state::live::cases::{self, Entered};
use crate::state::live::publishing::{ByHand, PublishingAct};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SendBytesProps {
    pub(super) form: ByHand,
    pub(super) connection: Option<ConnectionId>,
    /// Of that connection.
    pub(super) profile: Option<Rc<Profile>>,
    pub(super) is_open: bool,
    pub(super) version: ProtocolVersion,
    /// What this connection sent last so.
    pub(super) sent: Option<Rc<BytesSent>>,
    /// The case that runs, or was run last.
    pub(super) case: Option<Rc<CaseView>>,
    pub(super) offers: Option<Rc<CaseOffers>>,
}

#[component]
pub(super) fn SendBytes(props: &SendBytesProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_toggle = Callback::from(move |event: Event| {
        let details = event.target_dyn_into::<HtmlDetailsElement>();
        let is_shown = details.is_some_and(|details| details.open());
        desk.publishing.dispatch(PublishingAct::ShowBytes(is_shown));
    });
    html! {
        <details data-testid="more-bytes" open={props.form.is_shown} ontoggle={on_toggle}>
            <summary>{ "Send bytes" }</summary>
            if props.form.is_shown { <Form ..props.clone() /> }
        </details>
    }
}

#[component]
fn Form(props: &SendBytesProps) -> Html {
    let version = props.version;
    let text = AttrValue::from(props.form.text.clone());
    let entered = use_memo((text.clone(), version), |(text, version)| {
        Entered::read(text, *version)
    });
    let desk = use_context::<Desk>();
    {
        let desk = desk.clone();
        use_effect_with(props.form.wants_focus, move |&wants_focus| {
            if let Some(desk) = desk.filter(|_| wants_focus) {
                browser::focus_id("bytes-text");
                desk.publishing.dispatch(PublishingAct::FocusedBytes);
            }
        });
    }
    let Some(desk) = desk else {
        return Html::default();
    };
    let on_input = {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| {
            desk.publishing
                .dispatch(PublishingAct::Bytes(value_of(&event)));
        })
    };
    // Of the text as it stands: what was run before it was changed says nothing of it.
    let case = props.case.as_deref();
    let is_running = case.is_some_and(|case| case.stage.is_on());
    let case = case.filter(|case| case.text == *text && case.version == version);
    let send = send(props, &entered, is_running, &desk);
    let on_click = send.reform(|_: MouseEvent| ());
    let stop = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.talk.emit(Command::Case(AskCase::Stop)))
    };
    let as_case = {
        let (desk, text) = (desk.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            desk.publishing
                .dispatch(PublishingAct::OpenBytes(cases::of_bytes(&text)));
        })
    };
    // The form around it has the same key.
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            event.stop_propagation();
            send.emit(());
        }
    });
    let (is_case, is_ready) = match &*entered {
        Ok(Entered::Bytes(written)) => (false, props.is_open && !written.bytes.is_empty()),
        Ok(Entered::Case) => (true, props.profile.is_some() && !is_running),
        Err(_) => (mqttscope_protocol::is_case(&text), false),
    };
    let (label, test) = if is_case {
        ("Run", "run-case")
    } else {
        ("Send", "send-bytes")
    };
    // All of a case is seen, or much of it.
    let rows = text.lines().count().clamp(2, 12).to_string();
    html! {
        <div class="send-bytes" onkeydown={on_key}>
            <textarea class="mono" id="bytes-text" data-testid="bytes-text" aria-label="Bytes to send, or a case" aria-describedby="bytes-help" {rows} spellcheck="false" autocapitalize="off"
                aria-invalid={entered.is_err().then_some("true")} value={text.clone()} oninput={on_input} />
            <div class="bytes-acts">
                <BreakMenu {version} offers={props.offers.clone()} />
                <Kept text={text.clone()} profile={props.profile.clone()} />
                <span class="grow"></span>
                if let Ok(Entered::Bytes(_)) = &*entered { <button type="button" class="bare" data-testid="as-case" title="Makes a case of it, which connects, sends it and shows what comes" onclick={as_case}>{ "As a case" }</button> }
                if is_case && is_running { <button type="button" data-testid="stop-case" onclick={stop}>{ "Stop" }</button> }
                <button type="button" class="main" data-testid={test} aria-disabled={(!is_ready).then_some("true")} title="Ctrl+Enter, ⌘ Enter" onclick={on_click}>{ label }</button>
            </div>
            { match &*entered {
                Ok(Entered::Bytes(written)) => told(written, version),
                Ok(Entered::Case) => Html::default(),
                Err(fault) => html! { <p class="publish-says is-error" role="alert" data-testid="bytes-fault">{ fault.clone() }</p> },
            } }
            <div class="publish-says" role="status" data-testid="bytes-sent">
                if !is_case && !props.is_open && !props.form.is_sent { <span class="quiet">{ "Connect to send." }</span> }
                if !is_case { { for props.sent.iter().filter(|_| props.form.is_sent).map(|sent| followed(sent, &desk)) } }
                if let Some(case) = case.filter(|_| is_case) { { stage(&case.stage) } }
            </div>
            if let Some(case) = props.case.as_ref().filter(|_| case.is_some() && is_case) { { case_came(case) } }
            if is_case { { case_help() } } else { { help() } }
        </div>
    }
}

/// Sends bytes on the connection, or runs a case beside it.
fn send(
    props: &SendBytesProps,
    entered: &Rc<Result<Entered, String>>,
    is_running: bool,
    desk: &Desk,
) -> Callback<()> {
    let (desk, entered, text) = (desk.clone(), entered.clone(), props.form.text.clone());
    let connection = props.connection.filter(|_| props.is_open);
    let profile = props.profile.clone();
    Callback::from(move |()| match (&*entered, connection, &profile) {
        (Ok(Entered::Bytes(written)), Some(connection), _) if !written.bytes.is_empty() => {
            let bytes = written.bytes.clone();
            desk.talk.emit(Command::SendBytes(connection, bytes));
            desk.publishing.dispatch(PublishingAct::SentBytes);
        }
        (Ok(Entered::Bytes(_)), None, _) => desk.say("Not sent: this connection is not open."),
        (Ok(Entered::Case), _, Some(profile)) if !is_running => {
            let profile = Box::new(profile.as_ref().clone());
            let run = AskCase::Run(profile, text.clone());
            desk.talk.emit(Command::Case(run));
        }
        _ => {}
    })
}

/// How far a case is that has not come to its end.
fn stage(stage: &ExaminedStage) -> Html {
    match stage {
        ExaminedStage::Unreachable(why) => {
            html! { <span class="is-error">{ "The broker cannot be reached: " }{ why.clone() }</span> }
        }
        ExaminedStage::Cancelled => html! { "Stopped." },
        stage if stage.is_on() => html! { <span class="quiet">{ "Running…" }</span> },
        _ => Html::default(),
    }
}

/// What can be written as bytes.
fn help() -> Html {
    html! {
        <p class="quiet" id="bytes-help">{ "Sent as they are; the log and the findings show what comes of it. " }
            <code>{ "30 | \"a\" {23 0001} 'hi'" }</code>{ ": the first byte, and behind | the rest with its Remaining Length; " }<code>{ "\"…\"" }</code>{ " a string with its length, " }<code>{ "'…'" }</code>{ " text alone, " }<code>{ "{…}" }</code>{ " a block with its length; all else is hexadecimal. A text that begins with " }<code>{ "a connect" }</code>{ " is a case: a conversation." }</p>
    }
}

/// What is written, packet by packet, and what the standard asks of the server.
fn told(written: &Written, version: ProtocolVersion) -> Html {
    if written.bytes.is_empty() {
        return html! { <p class="publish-says quiet">{ "Enter bytes to send." }</p> };
    }
    html! {
        <ul class="publish-says" data-testid="bytes-told">
            { for written.packets.iter().map(|Told { words, broken, .. }| html! {
                <li>
                    <span class="mono">{ words }</span>
                    { for broken.iter().map(|broken| html! { <span class="is-error">{ " " }{ marked(&broken.message) }</span> }) }
                    if broken.is_empty() { <span class="quiet">{ ": breaks no rule by itself" }</span> }
                </li>
            }) }
            if written.rest.0 > 0 { <li>{ rest(written) }</li> }
            if let Some((says, statement)) = written.expected(version) {
                <li data-testid="bytes-expected">{ says }{ " " }{ for statement.map(|statement| rule_chip(version, statement)) }</li>
            }
        </ul>
    }
}

fn rest(written: &Written) -> Html {
    let (bytes, broken) = &written.rest;
    let (count, verb) = match bytes {
        1 => ("1 byte".to_owned(), "begins"),
        _ => (format!("{bytes} bytes"), "begin"),
    };
    html! {
        <>
            { count }{ " " }{ verb }{ " a packet" }
            if broken.is_empty() { { ": the server takes what is sent next for its rest." } }
            { for broken.iter().map(|broken| html! { <span class="is-error">{ " " }{ marked(&broken.message) }</span> }) }
        </>
    }
}

fn followed(sent: &BytesSent, desk: &Desk) -> Html {
    let size = match sent.size {
        1 => "1 byte sent: ".to_owned(),
        size => format!("{size} bytes sent: "),
    };
    let show = sent.record.map(|record| {
        let desk = desk.clone();
        let go = Callback::from(move |_: MouseEvent| desk.inspect(record));
        html! { <button type="button" class="link" data-testid="show-bytes-sent" onclick={go}>{ "Show packet" }</button> }
    });
    html! { <span>{ size }{ by_hand::followed(sent) }{ ". " }{ show }</span> }
}

/// Opens the form with this text.
pub(super) fn open(text: String, desk: &Desk) {
    desk.publishing.dispatch(PublishingAct::OpenBytes(text));
    desk.step.emit(Step::Publish);
}
