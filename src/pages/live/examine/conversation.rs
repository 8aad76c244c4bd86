//! What went over the connections of a check: rows, a picture of each connection, and the packet that is selected.

use std::rc::Rc;

use mqttscope_protocol::{ExaminedCheck, TimedPacket, Window};
use yew::prelude::*;

use crate::components::far_list::FarList;
use crate::components::inspector::Inspector;
use crate::components::sequence_diagram::{Scene, SequenceDiagram};
use crate::pages::live::details::shown;
use crate::pages::live::flow_picture::{Drawn, use_width};
use crate::pages::live::wire_list::clock;
use crate::pages::live::wire_row::wire_row;

/// Height of a row, as in the style sheet.
const ROW: u32 = 25;
/// Rows that are seen at once.
const MOST_ROWS: usize = 14;

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages::live) struct ConversationProps {
    pub(in crate::pages::live) opened: Rc<ExaminedCheck>,
}

#[component]
pub(in crate::pages::live) fn Conversation(props: &ConversationProps) -> Html {
    let opened = &props.opened;
    let clock = clock();
    let window = use_state_eq(Window::default);
    let on_window = {
        let window = window.setter();
        use_callback((), move |to: Window, ()| window.set(to))
    };
    let selected = use_state_eq(|| None::<u64>);
    let on_select = {
        let selected = selected.setter();
        use_callback((), move |record: u64, ()| selected.set(Some(record)))
    };
    let total = opened.rows.len() as u64;
    let first = window.first.min(total);
    let drawn: Vec<_> = (opened.rows.iter())
        .skip(usize::try_from(first).unwrap_or(usize::MAX))
        .take(usize::try_from(window.count).unwrap_or(usize::MAX))
        .collect();
    let ids: Vec<u64> = drawn.iter().map(|row| row.record.0).collect();
    let height = opened
        .rows
        .len()
        .min(MOST_ROWS)
        .saturating_mul(ROW as usize);
    let packet = (opened.packets.iter()).find(|timed| Some(timed.packet.record.0) == *selected);
    html! {
        <>
            <div class="examine-rows" style={format!("height:{height}px")}>
                <FarList id="exchanged" label="What went over the connections of the check" row={ROW} {first} {total} {ids} selected={*selected} {on_window} on_select={on_select.clone()}>
                    { for drawn.iter().zip(first.saturating_add(1)..).map(|(row, number)| {
                        wire_row("exchanged", row, number, total, *selected == Some(row.record.0), false, clock)
                    }) }
                </FarList>
            </div>
            if opened.left_out > 0 { <p class="quiet">{ format!("{} packets are too large to be shown byte by byte.", opened.left_out) }</p> }
            if let Some(timed) = packet { <Selected key={timed.packet.record.0} packet={timed.clone()} /> }
            <Picture opened={opened.clone()} {on_select} />
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SelectedProps {
    packet: TimedPacket,
}

/// The packet, byte by byte.
#[component]
fn Selected(props: &SelectedProps) -> Html {
    let node = use_state_eq(|| None::<usize>);
    let dissected = use_memo(props.packet.clone(), |timed| shown(&timed.packet));
    let on_node = {
        let node = node.setter();
        use_callback((), move |chosen: usize, ()| node.set(Some(chosen)))
    };
    html! {
        <div class="examine-packet" data-testid="check-packet">
            <Inspector shown={(*dissected).clone()} selected={*node} on_select={on_node} />
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct PictureProps {
    opened: Rc<ExaminedCheck>,
    on_select: Callback<u64>,
}

/// One connection of the check as a sequence diagram; where there are several, one is chosen.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let chosen = use_state_eq(|| None::<String>);
    let mut names: Vec<&str> = Vec::new();
    for name in props.opened.rows.iter().filter_map(|row| row.of.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let now = (names.iter().copied()).find(|name| chosen.as_deref() == Some(*name));
    let now = now.or_else(|| names.first().copied()).unwrap_or_default();
    let packets: Vec<TimedPacket> = (props.opened.packets.iter())
        .filter(|timed| {
            let mut rows = props.opened.rows.iter();
            rows.any(|row| row.record == timed.packet.record && row.of.as_deref() == Some(now))
        })
        .cloned()
        .collect();
    let room = use_node_ref();
    let is_shown = !packets.is_empty();
    let width = use_width(&room, is_shown);
    let drawn = use_memo((packets.clone(), width), |(packets, width)| {
        Drawn::fit(packets, *width)
    });
    let on_packet = {
        let on_select = props.on_select.clone();
        use_callback(packets, move |index: usize, packets: &Vec<TimedPacket>| {
            if let Some(timed) = packets.get(index) {
                on_select.emit(timed.packet.record.0);
            }
        })
    };
    let on_scene = use_callback((), |scene: Rc<Scene>, ()| {
        // Nothing of it is still to come.
        scene.show(f64::from(scene.diagram().height));
    });
    if !is_shown {
        return Html::default();
    }
    html! {
        <div class="examine-picture">
            if names.len() > 1 {
                <div class="grades" role="group" aria-label="Connection that is drawn">
                    { for names.iter().map(|&name| {
                        let choose = {
                            let (chosen, name) = (chosen.setter(), name.to_owned());
                            Callback::from(move |_: MouseEvent| chosen.set(Some(name.clone())))
                        };
                        html! { <button class="chip" data-testid="check-connection" aria-pressed={(name == now).to_string()} onclick={choose}>{ format!("connection {name}") }</button> }
                    }) }
                </div>
            }
            <div ref={room} class="scroll" tabindex="0" role="region" aria-label="The conversation as a diagram" data-testid="check-picture">
                <SequenceDiagram diagram={drawn.diagram.clone()} says={drawn.says.clone()} name={format!("Connection {now}")} {on_packet} on_cut={Callback::noop()} {on_scene} />
            </div>
        </div>
    }
}
