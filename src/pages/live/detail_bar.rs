//! The bar above a packet: back, what is shown of it, its answer, and the Dissect page.

use mqttscope_capture::text::{self, Style};
use mqttscope_protocol::{Packet, WireRow};
use mqttscope_view::share::{self, Shared};
use mqttscope_wire::Sender;
use yew::prelude::*;

use super::{desk::Desk, send_bytes};
use crate::route::Page;
use crate::services::browser;
use crate::state::live::around::Detail;
use crate::state::live::words;
use crate::state::live::{Act, Source};

/// The largest packet that is put into the form for bytes, in bytes.
const MOST_EDITED: usize = 16 * 1024;

/// The bar; `row` is the packet's, while it is on screen.
pub(super) fn detail_bar(
    packet: &Packet,
    row: Option<&WireRow>,
    detail: Detail,
    desk: &Desk,
) -> Html {
    let close = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Select(None)))
    };
    html! {
        <div class="head linked-bar">
            <button class="bare square" data-testid="show-connection" aria-label="Back to the connection" title="Back to the connection" onclick={close}>{ "←" }</button>
            { tabs(detail, desk) }
            // They go to the next line together.
            <span class="acts">
            if let Some(frame) = packet.frame { <span class="sub" data-testid="frame" title="The frame of the capture file in which it ends">{ "frame " }{ words::whole(frame.into()) }</span> }
            { link(packet, row, desk) }
            if can_be_sent(packet, desk) { { again(packet, desk) } }
            if let Some(address) = address(packet) { <a href={address} data-testid="open-in-dissect" title="Open it in the Dissect page, where it can be changed">{ "Dissect" }</a> }
            </span>
        </div>
    }
}

fn tabs(now: Detail, desk: &Desk) -> Html {
    let on_key = {
        let desk = desk.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = Detail::ALL.iter().position(|it| *it == now).unwrap_or(0);
            let to = match event.key().as_str() {
                "ArrowRight" => at
                    .checked_add(1)
                    .and_then(|to| Detail::ALL.get(to))
                    .copied(),
                "ArrowLeft" => at
                    .checked_sub(1)
                    .and_then(|to| Detail::ALL.get(to))
                    .copied(),
                "Home" => Detail::ALL.first().copied(),
                "End" => Detail::ALL.last().copied(),
                _ => return,
            };
            event.prevent_default();
            if let Some(detail) = to {
                desk.live.dispatch(Act::Detail(detail));
                browser::focus_id(&format!("detail-{}", detail.name()));
            }
        })
    };
    html! {
        <div class="tablist" role="tablist" aria-label="Of this packet" onkeydown={on_key}>
            { for Detail::ALL.map(|detail| {
                let acts = desk.live.clone();
                let is_shown = detail == now;
                let show = Callback::from(move |_: MouseEvent| acts.dispatch(Act::Detail(detail)));
                html! {
                    <button role="tab" id={format!("detail-{}", detail.name())} data-testid={format!("detail-{}", detail.name().to_ascii_lowercase())}
                        aria-selected={is_shown.to_string()} aria-controls="detail" tabindex={if is_shown { "0" } else { "-1" }} onclick={show}>{ detail.name() }</button>
                }
            }) }
        </div>
    }
}

/// Whether it is one that we sent, without secrets, and no larger than a person edits.
fn can_be_sent(packet: &Packet, desk: &Desk) -> bool {
    packet.sender == Sender::Client
        && desk.source == Source::Connections
        && packet.bytes.len() <= MOST_EDITED
        && !is_secret(packet)
}

/// A CONNECT may hold a password, an AUTH what stands for one.
fn is_secret(packet: &Packet) -> bool {
    let first = packet.bytes.first();
    first.is_some_and(|first| matches!(first >> 4, 1 | 15))
}

/// Puts the packet's bytes where they can be changed and sent again.
fn again(packet: &Packet, desk: &Desk) -> Html {
    let desk = desk.clone();
    let text = text::write(&packet.bytes, Style::Hex);
    let go = Callback::from(move |_: MouseEvent| send_bytes::open(text.clone(), &desk));
    html! { <button class="link" data-testid="send-again" title="Change its bytes and send them on this connection" onclick={go}>{ "Send again…" }</button> }
}

/// The way to the packet that answers it, or that it answers.
fn link(packet: &Packet, row: Option<&WireRow>, desk: &Desk) -> Html {
    // The row is newer: an answer may have come since the packet was asked for.
    let Some(record) = row.and_then(|row| row.linked).or(packet.linked) else {
        return Html::default();
    };
    let go = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.inspect(record))
    };
    let says = match packet.round_trip {
        Some(round_trip) => format!(
            "answers {}, {} later",
            answered(packet),
            words::duration(round_trip)
        ),
        None => answer(packet),
    };
    html! { <button class="chip accent" data-testid="linked" onclick={go}><span>{ says }</span></button> }
}

/// What the way to the answer is called: by the packet that is usual.
fn answer(packet: &Packet) -> String {
    let first = packet.bytes.first().copied().unwrap_or_default();
    let name = match (first >> 4, (first >> 1) & 3) {
        (1, _) => "CONNACK",
        (3, 1) => "PUBACK",
        (3, 2) => "PUBREC",
        (6, _) => "PUBCOMP",
        (8, _) => "SUBACK",
        (10, _) => "UNSUBACK",
        (12, _) => "PINGRESP",
        _ => "the answer",
    };
    format!("Go to {name}")
}

/// What a packet answers.
fn answered(packet: &Packet) -> &'static str {
    let first = packet.bytes.first().copied().unwrap_or_default();
    match first >> 4 {
        2 => "CONNECT",
        4 | 5 => "PUBLISH",
        6 => "PUBREC",
        7 => "PUBREL",
        9 => "SUBSCRIBE",
        11 => "UNSUBSCRIBE",
        13 => "PINGREQ",
        _ => "a packet",
    }
}

/// The Dissect page with this packet; none: it carries a password, or is too long for a link.
fn address(packet: &Packet) -> Option<String> {
    let shared = Shared {
        bytes: packet.bytes.clone(),
        version: Some(packet.version),
        sender: Some(packet.sender),
        runs: Vec::new(),
        cuts: Vec::new(),
        packet: 0,
        node: None,
    };
    let content = share::encode(&shared).ok().filter(|_| !is_secret(packet))?;
    (content.len() < share::LONGEST_LINK).then(|| Page::Dissect.hash_with(Some(&content)))
}
