//! Above the packets: how many there are, and how many of them are at fault.

use std::rc::Rc;

use mqttscope_inspect::recording::Packet;
use yew::prelude::*;

use super::counted;
use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::element::{El, el, grow};
use crate::state::workbench::Act;

/// The bar.
pub(super) fn list_head(desk: &Rc<Desk>) -> El {
    let recording = &desk.now.recording;
    let packets = recording.packets();
    let faulty = packets.iter().filter(|packet| is_faulty(packet)).count();
    let jump = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(next) = next_faulty(desk.now.recording.packets(), desk.now.packet) {
                desk.acts.dispatch(Act::Select(next));
            }
        })
    };
    let count = el("span")
        .test("count")
        .string(counted(packets.len(), "packet"))
        .text(" · ")
        .string(counted(recording.bytes().len(), "byte"));
    let next = (faulty > 0).then(|| {
        el("button")
            .class("bare is-error")
            .test("next-fault")
            .title("Go to the next packet with a fault")
            .on_click(jump)
            .child(icon(Icon::Fault))
            .string(format!("{faulty} at fault"))
            .child(icon(Icon::Down))
    });
    el("div")
        .class("list-head")
        .child(count)
        .child(grow())
        .maybe(next)
}

fn is_faulty(packet: &Packet) -> bool {
    packet.errors > 0
}

/// The next packet with an error behind `selected`, or the first of all.
fn next_faulty(packets: &[Packet], selected: usize) -> Option<usize> {
    let behind = packets
        .iter()
        .enumerate()
        .skip(selected.saturating_add(1))
        .find(|(_, packet)| is_faulty(packet));
    behind
        .or_else(|| {
            packets
                .iter()
                .enumerate()
                .find(|(_, packet)| is_faulty(packet))
        })
        .map(|(index, _)| index)
}
