//! Above the packets: how many there are, and how many of them are at fault.

use std::rc::Rc;

use super::counted;
use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::element::{El, el, grow};
use crate::state::workbench::Act;

/// The bar.
pub(super) fn list_head(desk: &Rc<Desk>) -> El {
    let recording = &desk.now.recording;
    let packets = recording.packets();
    let is_faulty = |&index: &usize| {
        let own = packets.get(index).map_or(0, |packet| packet.errors);
        own > 0 || desk.added(index)[0] > 0
    };
    let behind = desk.now.packet.saturating_add(1);
    let faulty = (0..packets.len()).filter(is_faulty).count();
    // Behind the last one the first comes again.
    let next = (behind..packets.len()).chain(0..behind).find(is_faulty);
    let jump = desk.on_press(Act::Select(next.unwrap_or_default()));
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
            .string(match faulty {
                1 => "1 packet with errors".to_owned(),
                more => format!("{more} packets with errors"),
            })
            .child(icon(Icon::Down))
    });
    el("div")
        .class("list-head")
        .child(count)
        .child(grow())
        .maybe(next)
}
