//! Sending bytes as they are, right or wrong, to see what the server does.

use std::rc::Rc;

use mqttscope_protocol::{BytesSent, Command, ConnectionId};
use mqttscope_wire::{BrokenPacket, PacketType, ProtocolVersion};
use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::steps::Step;
use crate::components::inspector::marked;
use crate::components::menu::{Item, Menu};
use crate::components::rule_chip::rule_chip;
use crate::services::browser;
use crate::state::live::by_hand::{self, Told, Written};
use crate::state::live::publishing::{ByHand, PublishingAct};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SendBytesProps {
    pub(super) form: ByHand,
    pub(super) connection: Option<ConnectionId>,
    pub(super) is_open: bool,
    pub(super) version: ProtocolVersion,
    /// What this connection sent last so.
    pub(super) sent: Option<Rc<BytesSent>>,
}

#[component]
pub(super) fn SendBytes(props: &SendBytesProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let form = props.form.clone();
    let on_toggle = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<HtmlDetailsElement>();
            let is_shown = details.is_some_and(|details| details.open());
            desk.publishing.dispatch(PublishingAct::ShowBytes(is_shown));
        })
    };
    html! {
        <details data-testid="more-bytes" open={form.is_shown} ontoggle={on_toggle}>
            <summary>{ "Send bytes" }</summary>
            if form.is_shown { <Form text={form.text} wants_focus={form.wants_focus} is_sent={form.is_sent} connection={props.connection} is_open={props.is_open} version={props.version} sent={props.sent.clone()} /> }
        </details>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FormProps {
    text: AttrValue,
    wants_focus: bool,
    connection: Option<ConnectionId>,
    is_open: bool,
    /// Whether the bytes were sent as they stand.
    is_sent: bool,
    version: ProtocolVersion,
    sent: Option<Rc<BytesSent>>,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let version = props.version;
    let offers = use_memo(version, |version| by_hand::offers(*version));
    let written = use_memo((props.text.clone(), version), |(text, version)| {
        Written::read(text, *version)
    });
    let desk = use_context::<Desk>();
    {
        let desk = desk.clone();
        use_effect_with(props.wants_focus, move |&wants_focus| {
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
    let send = {
        let (desk, written) = (desk.clone(), written.clone());
        let connection = props.connection.filter(|_| props.is_open);
        Callback::from(move |()| match (connection, &*written) {
            (Some(connection), Ok(written)) if !written.bytes.is_empty() => {
                let bytes = written.bytes.clone();
                desk.talk.emit(Command::SendBytes(connection, bytes));
                desk.publishing.dispatch(PublishingAct::SentBytes);
            }
            (None, _) => desk.say("Not sent: this connection is not open."),
            _ => {}
        })
    };
    let on_click = send.reform(|_: MouseEvent| ());
    // The form around it has the same key.
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            event.stop_propagation();
            send.emit(());
        }
    });
    let is_ready = props.is_open && (*written).as_ref().is_ok_and(|it| !it.bytes.is_empty());
    html! {
        <div class="send-bytes" onkeydown={on_key}>
            <textarea class="mono" id="bytes-text" data-testid="bytes-text" aria-label="Bytes to send" aria-describedby="bytes-help" rows="2" spellcheck="false" autocapitalize="off"
                aria-invalid={written.is_err().then_some("true")} value={props.text.clone()} oninput={on_input} />
            <div class="bytes-acts">
                { break_menu(&offers, &desk) }
                <span class="grow"></span>
                <button type="button" class="main" data-testid="send-bytes" aria-disabled={(!is_ready).then_some("true")} title="Ctrl+Enter, ⌘ Enter" onclick={on_click}>{ "Send" }</button>
            </div>
            { match &*written {
                Ok(written) => told(written, version),
                Err(fault) => html! { <p class="publish-says is-error" role="alert" data-testid="bytes-fault">{ fault.clone() }</p> },
            } }
            <p class="publish-says" role="status" data-testid="bytes-sent">
                if !props.is_open && !props.is_sent { <span class="quiet">{ "Connect to send." }</span> }
                { for props.sent.iter().filter(|_| props.is_sent).map(|sent| followed(sent, &desk)) }
            </p>
            <p class="quiet" id="bytes-help">{ "Sent as they are; the log and the findings show what comes of it. " }
                <code>{ "30 | \"a\" {23 0001} 'hi'" }</code>{ ": the first byte, and behind | the rest with its Remaining Length; " }<code>{ "\"…\"" }</code>{ " a string with its length, " }<code>{ "'…'" }</code>{ " text alone, " }<code>{ "{…}" }</code>{ " a block with its length; all else is hexadecimal." }</p>
        </div>
    }
}

/// The packets that break one rule each, by their types.
fn break_menu(offers: &Rc<Vec<(PacketType, Vec<BrokenPacket>)>>, desk: &Desk) -> Html {
    let flat = |offers: &[(PacketType, Vec<BrokenPacket>)]| -> Vec<(PacketType, BrokenPacket)> {
        let groups = offers.iter();
        groups
            .flat_map(|(of, group)| group.iter().map(|broken| (*of, *broken)))
            .collect()
    };
    let items = {
        let offers = offers.clone();
        Callback::from(move |()| {
            let items = flat(&offers).into_iter().map(|(of, broken)| {
                let says = broken.rule.words().map_or("", |words| words.summary);
                let more = format!("{} · {}", broken.rule.name(), broken.notation);
                Item::new(says, more).under(of.name())
            });
            items.collect::<Vec<_>>()
        })
    };
    let on_choose = {
        let (offers, desk) = (offers.clone(), desk.clone());
        Callback::from(move |index: usize| {
            if let Some((_, broken)) = flat(&offers).get(index) {
                let text = broken.notation.to_owned();
                desk.publishing.dispatch(PublishingAct::Bytes(text));
            }
        })
    };
    html! { <Menu id="break" label={html! { "Break a rule" }} {items} {on_choose} searched=true /> }
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
