//! The caret in the text field: it chooses the packet that it stands in, and goes where a packet or a
//! fault is.

use std::ops::Range;
use std::rc::Rc;

use mqttscope_view::reader::Fault;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::desk::Desk;
use super::field_text::ID;
use crate::services::browser;
use crate::state::workbench::{Act, Document};

/// Keys that move the caret and change nothing.
const MOVES: [&str; 8] = [
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "Home",
    "End",
    "PageUp",
    "PageDown",
];

/// What lets the text field, which is `node`, choose the packet to which the caret was moved: by the mouse, and by keys.
pub(super) fn choosing(
    node: &NodeRef,
    desk: &Rc<Desk>,
) -> (Callback<MouseEvent>, Callback<KeyboardEvent>) {
    let choose = {
        let (node, desk) = (node.clone(), desk.clone());
        move || {
            let field = browser::element_of::<HtmlTextAreaElement>(&node)?;
            let place = field.selection_start().ok().flatten()?;
            let packet = desk.now.packet_at(place as usize)?;
            // A field of it may be looked at.
            (packet != desk.now.packet).then(|| desk.acts.dispatch(Act::Select(packet)))
        }
    };
    let on_click = {
        let choose = choose.clone();
        Callback::from(move |_: MouseEvent| {
            choose();
        })
    };
    let on_key_up = Callback::from(move |event: KeyboardEvent| {
        if MOVES.contains(&event.key().as_str()) {
            choose();
        }
    });
    (on_click, on_key_up)
}

/// Selects the characters at fault in the text field and scrolls to them.
pub(super) fn select_fault(fault: &Fault) {
    let end = fault.end.max(fault.start.saturating_add(1));
    select(fault.start..end, fault.line.saturating_sub(1));
}

/// Selects what a packet was read from, and scrolls to it.
pub(super) fn select_packet(document: &Document, packet: usize) {
    if let Some((range, line)) = document.place_of(packet) {
        select(range, line);
    }
}

/// Selects characters, in units of UTF-16, and scrolls to their line, from 0.
fn select(range: Range<usize>, line: usize) {
    let field = browser::document().and_then(|document| document.get_element_by_id(ID));
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else {
        return;
    };
    let (start, end) = (u32::try_from(range.start), u32::try_from(range.end));
    if let (Ok(start), Ok(end)) = (start, end) {
        // Taking the focus and selecting fail only on an element that is gone.
        let _ = field.focus();
        let _ = field.set_selection_range(start, end);
    }
    let line = i32::try_from(line.saturating_sub(1)).unwrap_or(0);
    field.set_scroll_top(line.saturating_mul(19));
}
