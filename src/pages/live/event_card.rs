//! The opening or the closing of a connection: what is known of it, and what may be the cause.

use mqttscope_protocol::{EventKind, EventView, LastPacket, duration};
use yew::prelude::*;

use super::advice::{Repair, causes};
use super::desk::Desk;
use crate::state::live::{Act, words};

/// The card.
pub(super) fn event_card(
    view: &EventView,
    minutes_behind: f64,
    desk: &Desk,
    on_repair: &Callback<Repair>,
) -> Html {
    let event = &view.event;
    let title = match event.kind {
        EventKind::Opened => "Connection opened",
        EventKind::NotOpened => "Connection not opened",
        EventKind::Closed => "Connection closed",
        EventKind::TextFrame => "WebSocket text frame",
        EventKind::Begins => "Connection begins",
        EventKind::Gap => "Bytes are missing",
        EventKind::Fault => "Fault",
        EventKind::Ended => "Connection ended",
        EventKind::Told(_) => "Packet told by a log",
    };
    let close = {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Select(None)))
    };
    let after = match event.kind {
        EventKind::Opened => "Opened after",
        EventKind::NotOpened => "Failed after",
        EventKind::Closed | EventKind::Ended => "Lasted",
        EventKind::Begins
        | EventKind::Gap
        | EventKind::Fault
        | EventKind::Told(_)
        | EventKind::TextFrame => "",
    };
    let code = event.code.map(|code| {
        let meaning = match code {
            1000 => " (normal closure)",
            1001 => " (going away)",
            1002 => " (protocol error)",
            1003 => " (unsupported data)",
            1005 => " (no code in the close frame)",
            1006 => " (no close frame came)",
            1008 => " (policy violation)",
            1009 => " (message too big)",
            1011 => " (internal error)",
            1012 => " (service restart)",
            _ => "",
        };
        format!("{code}{meaning}")
    });
    let next = match event.retry_in {
        Some(wait) => format!("{} later", duration(wait)),
        None => "not tried again".to_owned(),
    };
    let (reason, why) = match event.kind {
        EventKind::Told(_) => ("Packet", "The log says"),
        EventKind::TextFrame => ("", "What came"),
        EventKind::Fault => ("", "What it did"),
        EventKind::Begins => ("", "Version"),
        _ => ("WebSocket reason", "Why"),
    };
    let facts = [
        ("Address", event.address.clone()),
        ("Time", words::moment(view.at, minutes_behind)),
        (
            after,
            match event.kind {
                _ if after.is_empty() => String::new(),
                // As the list of connections has it.
                EventKind::Ended => words::duration(event.after),
                _ => duration(event.after),
            },
        ),
        (
            "Closed by",
            event.by_whom().trim_start_matches("by ").to_owned(),
        ),
        ("Socket", event.socket().to_owned()),
        ("WebSocket code", code.unwrap_or_default()),
        (reason, event.reason.clone()),
        (why, event.cause.clone()),
    ];
    let is_end = matches!(event.kind, EventKind::NotOpened | EventKind::Closed);
    html! {
        <section class="pane details" id="live-details" aria-label="Connection event" data-testid="event">
            <div class="head linked-bar">
                <button class="bare square" data-testid="show-connection" aria-label="Back to the connection" title="Back to the connection" onclick={close}>{ "←" }</button>
                <h2>{ title }</h2>
            </div>
            <div class="card-body" tabindex="0" role="region" aria-label={title}>
                <dl data-testid="event-facts">
                    { for facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }
                    { last("Last packet sent", event.last_sent.as_ref(), desk) }
                    { last("Last packet received", event.last_received.as_ref(), desk) }
                    if is_end { <dt>{ "Next attempt" }</dt><dd>{ next }</dd> }
                </dl>
                if !event.advice.is_empty() {
                    <h3>{ if event.advice.len() == 1 { "Cause" } else { "Likely causes" } }</h3>
                    <div class="advice">{ causes(&event.advice, view.connection, on_repair) }</div>
                }
            </div>
        </section>
    }
}

/// The last packet of a direction, with the way to it.
fn last(name: &str, packet: Option<&LastPacket>, desk: &Desk) -> Html {
    let Some(packet) = packet else {
        return Html::default();
    };
    let go = {
        let (acts, record) = (desk.live.clone(), packet.record);
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Jump(record)))
    };
    html! {
        <>
            <dt>{ name.to_owned() }</dt>
            <dd><button class="link" onclick={go}>{ packet.packet_type.name() }</button>{ format!(", {} before", duration(packet.before)) }</dd>
        </>
    }
}
