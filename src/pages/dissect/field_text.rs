//! The text field. The browser keeps its text: it is read when it changes and written only when
//! something else changed it.

use std::ops::Range;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use mqttscope_capture::text::TextError;
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, HtmlTextAreaElement};
use yew::prelude::*;

use super::act::Acts;
use super::desk::Desk;
use crate::element::{El, el};
use crate::hooks::use_after;
use crate::state::workbench::{Act, Document, Given, LONG_TEXT};

/// The element's id: the fault's button selects in it.
pub(super) const ID: &str = "given-text";

const INVITATION: &str = "Paste MQTT bytes here: hex of any kind, a hex dump, base64, a C, Rust or Python literal. Or drop a file anywhere.";

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

/// The field, for where the text is not too long for one.
#[hook]
pub(super) fn use_text_field(desk: &Rc<Desk>, revision: u32) -> El {
    let node = use_node_ref();
    let frame = use_mut_ref(Option::<AnimationFrame>::default);
    {
        let (node, text) = (node.clone(), desk.now.given.text().cloned());
        // The text counts only with a new revision: what was typed is in the field already.
        use_after([revision as usize], move || {
            let field = node.cast::<HtmlTextAreaElement>()?;
            let text = text.as_deref().unwrap_or_default();
            if field.value() != text {
                field.set_value(text);
            }
            None
        });
    }
    let on_input = {
        let (node, acts) = (node.clone(), desk.acts.clone());
        Callback::from(move |_: InputEvent| {
            let (node, acts) = (node.clone(), acts.clone());
            // Once a frame, however fast someone types.
            *frame.borrow_mut() = Some(request_animation_frame(move |_| {
                if let Some(field) = node.cast::<HtmlTextAreaElement>() {
                    acts.dispatch(Act::Type(field.value().into()));
                }
            }));
        })
    };
    let on_paste = {
        let (node, acts) = (node.clone(), desk.acts.clone());
        Callback::from(move |event: Event| {
            if let Some(field) = node.cast::<HtmlTextAreaElement>() {
                paste_long(&event, &field, &acts);
            }
        })
    };
    let look = {
        let (node, desk) = (node.clone(), desk.clone());
        move || {
            let field = node.cast::<HtmlTextAreaElement>()?;
            let place = field.selection_start().ok().flatten()?;
            let packet = desk.now.packet_at(place as usize)?;
            // A field of it may be looked at.
            (packet != desk.now.packet).then(|| desk.acts.dispatch(Act::Select(packet)))
        }
    };
    let on_click = {
        let look = look.clone();
        Callback::from(move |_: MouseEvent| {
            look();
        })
    };
    let on_key_up = Callback::from(move |event: KeyboardEvent| {
        if MOVES.contains(&event.key().as_str()) {
            look();
        }
    });
    let field = el("textarea")
        .node(&node)
        .attr("id", ID)
        .test("text")
        .label("MQTT bytes as text")
        .attr("placeholder", INVITATION)
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .on_input(on_input)
        .on_click(on_click)
        .on_key_up(on_key_up)
        .on_paste(on_paste);
    match desk.now.fault {
        Some(_) => field
            .attr("aria-invalid", "true")
            .attr("aria-describedby", "said-error"),
        None => field,
    }
}

/// Takes a long text in place of all there is past the field: a browser takes a second to lay it
/// out there, only to see it go again.
fn paste_long(event: &Event, field: &HtmlTextAreaElement, acts: &Acts) {
    let data = event
        .dyn_ref::<ClipboardEvent>()
        .and_then(ClipboardEvent::clipboard_data);
    let Some(text) = data.and_then(|data| data.get_data("text/plain").ok()) else {
        return;
    };
    let selected = (
        field.selection_start().ok().flatten(),
        field.selection_end().ok().flatten(),
    );
    let all = (Some(0), Some(field.text_length()));
    if text.len() > LONG_TEXT && selected == all {
        event.prevent_default();
        acts.dispatch(Act::Open(Given::of_text(text.into())));
    }
}

/// Selects the characters at fault in the text field and scrolls to them.
pub(super) fn select_fault(fault: &TextError) {
    let range = fault.utf16_range();
    let end = range.end.max(range.start.saturating_add(1));
    select(range.start..end, fault.place.line.saturating_sub(1));
}

/// Selects what a packet was read from, and scrolls to it.
pub(super) fn select_packet(document: &Document, packet: usize) {
    if let Some((range, line)) = document.place_of(packet) {
        select(range, line);
    }
}

/// Selects characters, in units of UTF-16, and scrolls to their line, from 0.
fn select(range: Range<usize>, line: usize) {
    let field =
        crate::services::browser::document().and_then(|document| document.get_element_by_id(ID));
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
