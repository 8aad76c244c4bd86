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
use crate::services::browser;
use crate::state::workbench::{Act, Document, Given, LONG_TEXT};

/// The element's id: others select in it.
pub(super) const ID: &str = "given-text";

const INVITATION: &str = "Paste MQTT bytes here: hex of any kind, a hex dump, base64, a C, Rust or Python literal. Or drop a file anywhere.";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TextFieldProps {
    pub(super) desk: Rc<Desk>,
    /// Another one when the field has to show another text than the one typed into it.
    pub(super) revision: u32,
}

/// The field, for where the text is not too long for one, and behind it marks where the text holds bytes that were
/// left out.
#[component]
pub(super) fn TextField(props: &TextFieldProps) -> Html {
    let desk = &props.desk;
    let node = use_node_ref();
    let marks = use_node_ref();
    let is_marked = !desk.now.left_out.is_empty();
    {
        let (node, marks) = (node.clone(), marks.clone());
        use_effect_with(is_marked, move |&is_marked| {
            let field = browser::element_of::<HtmlTextAreaElement>(&node).filter(|_| is_marked);
            let following = field.map(|field| follow(field, marks));
            move || drop(following)
        });
    }
    let frame = use_mut_ref(|| None::<AnimationFrame>);
    {
        let (node, text) = (node.clone(), desk.now.given.text().cloned());
        // The text counts only with a new revision: what was typed is in the field already.
        use_effect_with(props.revision, move |_| {
            let text = text.as_deref().unwrap_or_default();
            let field = browser::element_of::<HtmlTextAreaElement>(&node);
            if let Some(field) = field.filter(|field| field.value() != text) {
                field.set_value(text);
            }
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
    let (on_click, on_key_up) = choosing(&node, desk);
    let is_faulty = desk.now.fault.is_some();
    html! {
        <div class={classes!("field", is_marked.then_some("marked"))}>
            if is_marked {
                <div ref={marks} class="left-out" data-testid="left-out" aria-hidden="true">
                    { left_out(&desk.now) }
                </div>
            }
            <textarea
                ref={node}
                id={ID}
                data-testid="text"
                aria-label="MQTT bytes as text"
                aria-invalid={is_faulty.then_some("true")}
                aria-describedby={is_faulty.then_some("said-error")}
                placeholder={INVITATION}
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                oninput={on_input}
                onpaste={on_paste}
                onclick={on_click}
                onkeyup={on_key_up}
            />
        </div>
    }
}

/// Keeps the marks where the text is scrolled to.
fn follow(field: HtmlTextAreaElement, marks: NodeRef) -> EventListener {
    let follow = {
        let field = field.clone();
        move || {
            if let Some(marks) = browser::element_of::<Element>(&marks) {
                marks.set_scroll_top(field.scroll_top());
            }
        }
    };
    follow();
    EventListener::new(&field, "scroll", move |_| follow())
}

/// The text again, unseen, with marks where bytes were left out. It lies behind the field and breaks its lines alike.
fn left_out(document: &Document) -> Html {
    let text = document.given.text().map_or("", |text| text);
    let mut parts: Vec<Html> = Vec::new();
    let mut at = 0;
    for range in document.left_out.iter() {
        let (Some(before), Some(marked)) = (text.get(at..range.start), text.get(range.clone()))
        else {
            continue;
        };
        parts.push(html! { { before.to_owned() } });
        parts.push(html! { <mark>{ marked.to_owned() }</mark> });
        at = range.end;
    }
    // A last line that is empty has no height of its own.
    let rest = text.get(at..).unwrap_or_default();
    parts.push(html! { { format!("{rest}\n") } });
    parts.into_iter().collect()
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
