//! The packets of a diagram are one stop of the Tab key; Up and Down go from one to the next.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, SvgElement};

/// Makes the first packet the stop: another diagram is drawn.
pub(super) fn begin(root: &Element) {
    if let Some(first) = packets(root).first() {
        stop_at(root, first);
    }
}

/// Makes the packet the stop that the focus came to.
pub(super) fn came(root: &Element, event: &Event) {
    if let Some(packet) = packet_of(event) {
        stop_at(root, &packet);
    }
}

/// Goes to the packet above or below; whether the focus is on one.
pub(super) fn go(root: &Element, event: &Event, down: bool) -> bool {
    let Some(now) = packet_of(event) else {
        return false;
    };
    let packets = packets(root);
    let at = packets.iter().position(|packet| *packet == now);
    let to = at.and_then(|at| {
        if down {
            at.checked_add(1)
        } else {
            at.checked_sub(1)
        }
    });
    if let Some(to) = to.and_then(|to| packets.get(to)) {
        // An element that cannot take it is left as it is.
        let _ = to.focus();
    }
    true
}

fn stop_at(root: &Element, stop: &SvgElement) {
    for packet in packets(root) {
        let index = if packet == *stop { "0" } else { "-1" };
        // It can be set on any element, so it does not fail.
        let _ = packet.set_attribute("tabindex", index);
    }
}

fn packet_of(event: &Event) -> Option<SvgElement> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest(".arrow").ok()??.dyn_into().ok()
}

/// From top to bottom, as they are drawn.
fn packets(root: &Element) -> Vec<SvgElement> {
    let Ok(found) = root.query_selector_all(".arrow") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}
