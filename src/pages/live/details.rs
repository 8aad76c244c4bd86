//! The right side: the selected packet, or the connection as it stands.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionView, EventView, History, Packet, RecordId, WireRow};
use mqttscope_view::payload::{Asked, Form, merged};
use mqttscope_wire::{Context, PacketType, Rule, Sender, dissect};
use yew::prelude::*;

use super::advice::Repair;
use super::connection_card::connection_card;
use super::desk::Desk;
use super::detail_bar::detail_bar;
use super::event_card::event_card;
use super::finding_card::jump;
use super::history::history;
use super::large_packet::{LARGE, large};
use super::wire_list::minutes_behind;
use super::wire_row::grade;
use crate::components::icon::icon;
use crate::components::inspector::{Inspector, Shown, marked};
use crate::components::rule_chip::rule_chip;
use crate::components::state_view::StatePane;
use crate::state::live::Act;
use crate::state::live::around::{Around, Detail};
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages) struct DetailsProps {
    pub(in crate::pages) packet: Option<Rc<Packet>>,
    /// The opening or closing of a connection that is selected instead of a packet.
    pub(in crate::pages) event: Option<Rc<EventView>>,
    /// What is done about a cause.
    pub(in crate::pages) on_repair: Callback<Repair>,
    /// Its row, while it is on screen.
    pub(in crate::pages) row: Option<WireRow>,
    /// Earlier messages of its topic.
    pub(in crate::pages) history: Option<Rc<History>>,
    /// What both ends know around it.
    pub(in crate::pages) around: Around,
    pub(in crate::pages) view: Option<ConnectionView>,
    /// What its server says of itself.
    pub(in crate::pages) system: Rc<Vec<(String, String)>>,
    /// What it is called.
    pub(in crate::pages) name: AttrValue,
    /// What is shown where no packet is selected, in place of the connection.
    #[prop_or_default]
    pub(in crate::pages) otherwise: Option<Html>,
}

#[component]
pub(in crate::pages) fn Details(props: &DetailsProps) -> Html {
    let minutes = use_memo((), |()| minutes_behind());
    let node = use_state_eq(|| None::<usize>);
    let anyway = use_state_eq(|| None::<RecordId>);
    let shown = {
        let node = node.clone();
        let wanted = props
            .packet
            .clone()
            .filter(|packet| packet.bytes.len() <= LARGE || *anyway == Some(packet.record));
        use_memo(wanted, move |packet| {
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
    if let Some(event) = &props.event {
        let (on_repair, talk, record) = (props.on_repair.clone(), desk.talk.clone(), event.record);
        let on_repair = Callback::from(move |repair: Repair| {
            on_repair.emit(repair);
            // What is done is not offered any more.
            talk.emit(Command::Inspect(record));
        });
        return event_card(event, *minutes, &desk, &on_repair);
    }
    if let (None, Some(otherwise)) = (&props.packet, &props.otherwise) {
        return html! { <section class="pane details" id="live-details" aria-label="Capture">{ otherwise.clone() }</section> };
    }
    let Some(packet) = &props.packet else {
        return html! { <section class="pane details" id="live-details" aria-label="Connection">{ connection_card(props.view.as_ref(), &props.system, &props.name) }</section> };
    };
    let detail = props.around.detail;
    html! {
        <section class="pane details" id="live-details" aria-label="Packet" data-testid="details">
            { detail_bar(packet, props.row.as_ref(), detail, &desk) }
            { faults(packet, &desk) }
            <div class="detail" id="detail" role="tabpanel" aria-labelledby={format!("detail-{}", detail.name())}>
                if detail == Detail::History {
                    { history(props.history.as_deref(), packet_type(packet), &desk) }
                } else if detail == Detail::State {
                    { state(&props.around, *minutes, &desk) }
                } else if let Some(shown) = &*shown {
                    <Inspector shown={shown.clone()} selected={*node} on_select={on_node} />
                } else {
                    { large(packet, &anyway) }
                }
            </div>
        </section>
    }
}

fn packet_type(packet: &Packet) -> PacketType {
    PacketType::from_first_byte(packet.bytes.first().copied().unwrap_or_default())
}

/// What both ends know around the packet.
fn state(around: &Around, minutes_behind: f64, desk: &Desk) -> Html {
    let at = around.at.as_deref();
    let packet = at.map_or_else(String::new, |at| {
        let went = match at.sender {
            Sender::Client => "sent",
            Sender::Server => "received",
        };
        let time = words::time(at.at, minutes_behind);
        let millis = time.get(..12).unwrap_or(&time);
        format!("{} {went} at {millis}", at.packet_type.name())
    });
    let on_row = {
        let (acts, connection) = (desk.live.clone(), at.map(|at| at.connection));
        Callback::from(move |row: u64| {
            if let Some(connection) = connection {
                acts.dispatch(Act::Slide(connection, row));
            }
        })
    };
    html! { <StatePane view={around.view.clone()} says={around.says()} row={around.row()} total={at.map_or(0, |at| at.total)} {packet} {on_row} /> }
}

/// What the conversation shows to be wrong with the packet.
fn faults(packet: &Packet, desk: &Desk) -> Html {
    if packet.findings.is_empty() {
        return Html::default();
    }
    html! {
        <div class="faults" role="group" aria-label="What the conversation shows to be wrong with it">
            { for packet.findings.iter().map(|finding| {
                let (class, picture, _) = grade(finding.severity);
                html! {
                    <div class={classes!("diagnostic", class.strip_prefix("is-"))}>
                        { icon(picture) }<span class="says">{ marked(&finding.message) }</span>
                        <span class="ids">if let Some(statement) = &finding.statement { { rule_chip(finding.version, statement) } }<span class="rule">{ &finding.rule }</span>{ others(&finding.packets, packet.record, desk) }</span>
                    </div>
                }
            }) }
        </div>
    }
}

/// The way to the other packets that show a finding, by the numbers that its card has for them.
fn others(packets: &[RecordId], own: RecordId, desk: &Desk) -> Html {
    let others = (packets.iter().zip(1_usize..)).filter(|(record, _)| **record != own);
    html! { <>{ for others.map(|(&record, number)| jump(record, (number, packets.len()), "fault-packet", desk)) }</> }
}

/// The packet, taken apart.
pub(super) fn shown(packet: &Packet) -> Shown {
    let context = Context {
        version: packet.version,
        sender: Some(packet.sender),
    };
    let mut dissection = dissect(&packet.bytes, context);
    // That a server may refuse this identifier is told where one has: among what the conversation shows.
    (dissection.diagnostics).retain(|one| one.rule != Rule::ConnectClientIdNotGuaranteed);
    let given = packet.forms.iter();
    let given = given.map(|form| Form::of_text(&form.name, form.text.clone()));
    let own = Asked::of(&dissection, &packet.bytes).map(|asked| asked.forms());
    let forms = merged(given.collect(), own.unwrap_or_default());
    Shown::new(packet.bytes.as_slice().into(), dissection, 0, forms)
}
