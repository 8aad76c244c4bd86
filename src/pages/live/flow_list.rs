//! Handshakes, and where each stands.

use std::rc::Rc;

use mqttscope_protocol::{FlowState, FlowView, Instant, RecordId, TimedPacket};
use yew::prelude::*;

use super::desk::Desk;
use super::flow_picture::FlowPicture;
use super::wire_list::clock;
use super::wire_row::{day, direction};
use crate::components::far_list::FarList;
use crate::state::live::words;
use crate::state::live::{Act, List, Rows, Source};

/// Height of a row, as in the style sheet.
const ROW: u32 = 30;
/// The same where rows are of several connections: a line says whose each is and what it is about.
const TALL_ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FlowListProps {
    pub(super) rows: Rc<Rows<FlowView>>,
    /// Those of the handshake that is drawn.
    pub(super) packets: Rc<Vec<TimedPacket>>,
    pub(super) selected: Option<RecordId>,
    pub(super) resumed: u32,
    /// Whether more comes while it is looked at.
    pub(super) grows: bool,
    /// Whether they are of several connections.
    pub(super) of_all: bool,
    /// Whether a log tells of packets in words: of these no handshake is drawn.
    pub(super) in_words: bool,
    /// Whether a search decides what is there.
    pub(super) is_searched: bool,
}

#[component]
pub(super) fn FlowList(props: &FlowListProps) -> Html {
    let clock = clock();
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    // A row is known by how many were before it, those that are gone too.
    let first = rows.dropped.saturating_add(rows.first);
    let is_of = |row: &FlowView| {
        props
            .selected
            .is_some_and(|selected| row.packets.contains(&selected))
    };
    let selected = rows
        .rows
        .iter()
        .zip(first..)
        .find(|(row, _)| is_of(row))
        .map(|(row, id)| (row.clone(), id));
    let (flow, selected) = selected.unzip();
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Middle, window));
        })
    };
    let on_select = {
        let (desk, rows, now) = (desk.clone(), rows.clone(), props.selected);
        Callback::from(move |id: u64| {
            let at = id
                .checked_sub(first)
                .and_then(|at| usize::try_from(at).ok());
            let packets = at
                .and_then(|at| rows.rows.get(at))
                .map(|row| row.packets.as_slice());
            if let Some(record) = packets.and_then(|packets| next_of(packets, now)) {
                // On a narrow screen its picture stays in sight; a packet of that leads to its fields.
                desk.live.dispatch(Act::Select(Some(record)));
            }
        })
    };
    let is_tall = desk.source == Source::Captures || props.of_all;
    html! {
        <>
            <FarList key={format!("{is_tall} {}", props.grows)} id="flows" label="Handshakes" row={if is_tall { TALL_ROW } else { ROW }} first={rows.first} total={rows.total} dropped={rows.dropped} ids={(first..).take(rows.rows.len()).collect::<Vec<_>>()}
                {selected} follows={props.grows} resumed={props.resumed} {on_window} {on_select}>
                { for rows.rows.iter().zip(words::before(rows.rows.iter().map(|row| Some(row.began)))).zip(first..).map(|((row, before), id)| {
                    flow_row(row, (id, rows), is_tall, selected == Some(id), (clock, before))
                }) }
            </FarList>
            if let Some(flow) = flow { <FlowPicture {flow} packets={props.packets.clone()} selected={props.selected} /> }
            if rows.total == 0 {
                <div class="nothing" data-testid="nothing">
                    if props.is_searched {
                        <h2>{ "Nothing matches" }</h2><p>{ "No handshake has a packet that contains what you search for." }</p>
                    } else if props.in_words {
                        <h2>{ "No handshake with bytes" }</h2><p>{ "A log tells of these packets in words; the picture of a handshake needs their bytes. In Wire, each answer leads to what it answers." }</p>
                    } else {
                        <h2>{ "No handshake yet" }</h2><p>{ "A QoS 1 or 2 message, a subscription or a ping shows here with all its packets, and with what is still missing." }</p>
                    }
                </div>
            }
        </>
    }
}

/// The first packet, or the one behind that which is looked at, round and round.
fn next_of(packets: &[RecordId], now: Option<RecordId>) -> Option<RecordId> {
    let at = packets.iter().position(|&packet| Some(packet) == now);
    at.and_then(|at| packets.get(at.saturating_add(1)))
        .or(packets.first())
        .copied()
}

/// Whose it is and what it is about, in full.
fn about(row: &FlowView) -> String {
    match &row.of {
        Some(of) if row.about.is_empty() => of.clone(),
        Some(of) => format!("{of} · {}", row.about),
        None => row.about.clone(),
    }
}

fn flow_row(
    row: &FlowView,
    (id, rows): (u64, &Rows<FlowView>),
    is_tall: bool,
    is_selected: bool,
    (clock, before): (words::Clock, Option<Instant>),
) -> Html {
    let class = match row.state {
        FlowState::Complete => "ok",
        FlowState::Waiting => "accent",
        FlowState::Resent => "warn",
        FlowState::Refused | FlowState::Broken => "bad",
        FlowState::Unknown => "",
    };
    html! {
        <div key={id} id={format!("flows-{id}")} class={classes!("flow-row", is_tall.then_some("tall"))} role="option" data-row={id.to_string()} data-testid="flow-row" aria-selected={is_selected.to_string()}
            aria-setsize={rows.total.to_string()} aria-posinset={id.saturating_sub(rows.dropped).saturating_add(1).to_string()} title="Press again for its next packet">
            <span class="time">{ clock.time(row.began).get(..12).unwrap_or_default().to_owned() }</span>
            { direction(row.sender) }
            <b>{ &row.name }</b>
            <span class="says" title={about(row)}>{ day(clock.day(row.began, before)) }if let Some(of) = &row.of { <span class="of">{ of }if !row.about.is_empty() { { " · " } }</span> }{ &row.about }</span>
            <span class="id">{ row.packet_identifier.map(|id| format!("id {id}")).unwrap_or_default() }</span>
            <span class="count">{ "×" }{ row.packets.len() }<span class="unseen">{ if row.packets.len() == 1 { " packet" } else { " packets" } }</span></span>
            <span class={classes!("chip", class)} title={row.state_text.clone()}>{ &row.state_text }</span>
            <span class="took">{ row.took.map(words::duration).unwrap_or_default() }</span>
        </div>
    }
}
