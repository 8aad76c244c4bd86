//! The right side: the selected packet byte by byte, or the connection as it stands.

use std::rc::Rc;

use mqttscope_engine::protocol::{ConnectionView, Direction, Packet, RecordId, WireRow};
use mqttscope_inspect::payload::Reader;
use mqttscope_inspect::share::{self, Shared};
use mqttscope_wire::{Context, ProtocolVersion, Sender, dissect};
use yew::prelude::*;

use super::connection_card::connection_card;
use super::desk::Desk;
use super::wire_row::grade;
use crate::components::icon::icon;
use crate::components::inspector::{Inspector, Shown};
use crate::route::Page;
use crate::state::live::Act;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct DetailsProps {
    pub(super) packet: Option<Rc<Packet>>,
    /// Its row, while it is on screen.
    pub(super) row: Option<WireRow>,
    /// The connection that is looked at.
    pub(super) view: Option<ConnectionView>,
    /// What it is called.
    pub(super) name: AttrValue,
}

#[component]
pub(super) fn Details(props: &DetailsProps) -> Html {
    let node = use_state_eq(|| None::<usize>);
    let shown = {
        let node = node.clone();
        use_memo(props.packet.clone(), move |packet| {
            // Another packet has other fields.
            node.set(None);
            packet.as_deref().map(shown)
        })
    };
    let on_node = {
        let node = node.clone();
        use_callback((), move |chosen: usize, ()| node.set(Some(chosen)))
    };
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let (Some(packet), Some(shown)) = (&props.packet, &*shown) else {
        return html! { <section class="pane details" aria-label="Connection">{ connection_card(props.view.as_ref(), &props.name) }</section> };
    };
    let close = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Select(None)))
    };
    html! {
        <section class="pane details" aria-label="Packet" data-testid="details">
            <div class="head linked-bar">
                <button class="bare" data-testid="show-connection" onclick={close}>{ "← Connection" }</button>
                <span class="grow"></span>
                { link(packet, props.row.as_ref(), &desk) }
                if let Some(address) = address(packet) { <a href={address} data-testid="open-in-dissect" title="Open it in the Dissect page, where it can be changed">{ "Dissect" }</a> }
            </div>
            if !packet.findings.is_empty() {
                <div class="faults" role="group" aria-label="What the conversation shows to be wrong with it">
                    { for packet.findings.iter().map(|finding| {
                        let (class, picture, _) = grade(finding.grade);
                        html! {
                            <div class={classes!("diagnostic", class.strip_prefix("is-"))}>
                                { icon(picture) }<span class="says">{ &finding.message }</span>
                                <span class="ids">if let Some(statement) = &finding.statement { <span>{ statement }</span> }<span class="rule">{ &finding.rule }</span></span>
                            </div>
                        }
                    }) }
                </div>
            }
            <Inspector shown={shown.clone()} reader={Reader::FULL} selected={*node} on_select={on_node} />
        </section>
    }
}

/// The way to the packet that answers it, or that it answers.
fn link(packet: &Packet, row: Option<&WireRow>, desk: &Desk) -> Html {
    // The row is newer: an answer may have come since the packet was asked for.
    let Some(record) = row.and_then(|row| row.linked).or(packet.linked) else {
        return Html::default();
    };
    let go = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| go(&desk, record))
    };
    let says = match packet.round_trip_ms {
        Some(round_trip) => format!("answers after {}", words::duration(round_trip)),
        None => "answered: show".into(),
    };
    html! { <button class="chip accent" data-testid="linked" onclick={go}>{ says }</button> }
}

fn go(desk: &Desk, record: RecordId) {
    desk.inspect(record);
}

fn version(packet: &Packet) -> ProtocolVersion {
    ProtocolVersion::ALL
        .into_iter()
        .find(|version| version.name() == packet.version)
        .unwrap_or(ProtocolVersion::V5)
}

const fn sender(packet: &Packet) -> Sender {
    match packet.direction {
        Direction::Out => Sender::Client,
        Direction::In => Sender::Server,
    }
}

fn shown(packet: &Packet) -> Shown {
    let context = Context {
        version: version(packet),
        sender: Some(sender(packet)),
    };
    let dissection = dissect(&packet.bytes, context);
    Shown::new(packet.bytes.as_slice().into(), dissection, 0)
}

/// The Dissect page with this packet; none: it carries a password, or is too long for a link.
fn address(packet: &Packet) -> Option<String> {
    let is_secret = packet
        .bytes
        .first()
        .is_some_and(|first| matches!(first >> 4, 1 | 15));
    let shared = Shared {
        bytes: packet.bytes.clone(),
        version: Some(version(packet)),
        sender: Some(sender(packet)),
        runs: Vec::new(),
        packet: 0,
        node: None,
    };
    let content = share::encode(&shared).ok().filter(|_| !is_secret)?;
    (content.len() < LONGEST_LINK).then(|| Page::Dissect.hash_with(Some(&content)))
}

/// The longest link that is made, in characters.
const LONGEST_LINK: usize = 32 * 1024;
