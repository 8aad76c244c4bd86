//! The text field. The browser keeps its text: it is read when it changes and written only when
//! something else changed it.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_render::{AnimationFrame, request_animation_frame};
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, Element, HtmlTextAreaElement};
use yew::prelude::*;

use super::act::Acts;
use super::caret::choosing;
use super::desk::Desk;
use crate::element::{El, el};
use crate::hooks::use_after;
use crate::services::browser;
use crate::state::workbench::{Act, Document, Given, LONG_TEXT};

/// The element's id: others select in it.
pub(super) const ID: &str = "given-text";

const INVITATION: &str = "Paste MQTT bytes here: hex of any kind, a hex dump, base64, a C, Rust or Python literal. Or drop a file anywhere.";

/// The field, for where the text is not too long for one, and behind it marks where the text holds bytes that were
/// left out.
#[hook]
pub(super) fn use_text_field(desk: &Rc<Desk>, revision: u32) -> El {
    let node = use_node_ref();
    let marks = use_node_ref();
    let is_marked = !desk.now.left_out.is_empty();
    {
        let (node, marks) = (node.clone(), marks.clone());
        use_after([usize::from(is_marked)], move || {
            let field = browser::element_of::<HtmlTextAreaElement>(&node).filter(|_| is_marked)?;
            let follow = {
                let field = field.clone();
                move || {
                    if let Some(marks) = browser::element_of::<Element>(&marks) {
                        marks.set_scroll_top(field.scroll_top());
                    }
                }
            };
            follow();
            let listener = EventListener::new(&field, "scroll", move |_| follow());
            Some(Box::new(move || drop(listener)))
        });
    }
    let frame = use_mut_ref(Option::<AnimationFrame>::default);
    {
        let (node, text) = (node.clone(), desk.now.given.text().cloned());
        // The text counts only with a new revision: what was typed is in the field already.
        use_after([revision as usize], move || {
            let field = browser::element_of::<HtmlTextAreaElement>(&node)?;
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
                if let Some(field) = browser::element_of::<HtmlTextAreaElement>(&node) {
                    acts.dispatch(Act::Type(field.value().into()));
                }
            }));
        })
    };
    let on_paste = {
        let (node, acts) = (node.clone(), desk.acts.clone());
        Callback::from(move |event: Event| {
            if let Some(field) = browser::element_of::<HtmlTextAreaElement>(&node) {
                paste_long(&event, &field, &acts);
            }
        })
    };
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
        .on_paste(on_paste);
    let field = choosing(field, &node, desk);
    let field = match desk.now.fault {
        Some(_) => field
            .attr("aria-invalid", "true")
            .attr("aria-describedby", "said-error"),
        None => field,
    };
    el("div")
        .classes(&["field", if is_marked { "marked" } else { "" }])
        .maybe(is_marked.then(|| left_out(&desk.now).node(&marks)))
        .child(field)
}

/// The text again, unseen, with marks where bytes were left out. It lies behind the field and breaks its lines alike.
fn left_out(document: &Document) -> El {
    let text = document.given.text().map_or("", |text| text);
    let mut marks = el("div")
        .class("left-out")
        .test("left-out")
        .attr("aria-hidden", "true");
    let mut at = 0;
    for range in document.left_out.iter() {
        let (Some(before), Some(marked)) = (text.get(at..range.start), text.get(range.clone()))
        else {
            continue;
        };
        marks = marks
            .string(before.to_owned())
            .child(el("mark").string(marked.to_owned()));
        at = range.end;
    }
    // A last line that is empty has no height of its own.
    let rest = text.get(at..).unwrap_or_default();
    marks.string(format!("{rest}\n"))
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
