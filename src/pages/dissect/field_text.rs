//! The text field. The browser keeps its text: it is read when it changes and written only when
//! something else changed it.

use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use mqttscope_capture::text::TextError;
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, HtmlTextAreaElement};
use yew::prelude::*;

use super::act::Acts;
use crate::state::workbench::{Act, Given, LONG_TEXT};

/// The element's id: the fault's button selects in it.
pub(super) const ID: &str = "given-text";

const INVITATION: &str = "Paste MQTT bytes here: hex of any kind, a hex dump, base64, a C, Rust or Python literal. Or drop a file anywhere.";

#[derive(Clone, Properties)]
pub(super) struct TextFieldProps {
    pub(super) text: Option<Rc<str>>,
    pub(super) revision: u32,
    pub(super) fault: Option<Rc<TextError>>,
}

impl PartialEq for TextFieldProps {
    fn eq(&self, other: &Self) -> bool {
        // The text counts only with a new revision: what was typed is in the field already.
        self.revision == other.revision && self.fault == other.fault
    }
}

#[component]
pub(super) fn TextField(props: &TextFieldProps) -> Html {
    let acts = use_context::<Acts>();
    let node = use_node_ref();
    let frame = use_mut_ref(|| None::<AnimationFrame>);
    {
        let (node, text) = (node.clone(), props.text.clone());
        use_effect_with(props.revision, move |_| {
            if let Some(field) = node.cast::<HtmlTextAreaElement>() {
                let text = text.as_deref().unwrap_or_default();
                if field.value() != text {
                    field.set_value(text);
                }
            }
        });
    }
    let on_input = {
        let node = node.clone();
        Callback::from(move |_: InputEvent| {
            let (node, acts) = (node.clone(), acts.clone());
            // Once a frame, however fast someone types.
            *frame.borrow_mut() = Some(request_animation_frame(move |_| {
                if let (Some(field), Some(acts)) = (node.cast::<HtmlTextAreaElement>(), acts) {
                    acts.dispatch(Act::Type(field.value().into()));
                }
            }));
        })
    };
    let on_paste = {
        let acts = use_context::<Acts>();
        let node = node.clone();
        Callback::from(move |event: Event| {
            if let (Some(field), Some(acts)) = (node.cast::<HtmlTextAreaElement>(), &acts) {
                paste_long(&event, &field, acts);
            }
        })
    };
    html! {
        <textarea ref={node} id={ID} data-testid="text" aria-label="MQTT bytes as text" placeholder={INVITATION}
            spellcheck="false" autocomplete="off" autocapitalize="off" aria-invalid={props.fault.is_some().then_some("true")}
            aria-describedby={props.fault.is_some().then_some("said-error")} oninput={on_input} onpaste={on_paste} />
    }
}

/// Takes a long text in place of all there is past the field: a browser takes a second to lay it
/// out there, only to see it go again.
fn paste_long(event: &Event, field: &HtmlTextAreaElement, acts: &Acts) {
    let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
    let Some(text) = data.and_then(|data| data.get_data("text/plain").ok()) else { return };
    let selected = (field.selection_start().ok().flatten(), field.selection_end().ok().flatten());
    let all = (Some(0), Some(field.text_length()));
    if text.len() > LONG_TEXT && selected == all {
        event.prevent_default();
        acts.dispatch(Act::Open(Given::of_text(text.into())));
    }
}

/// Selects the characters at fault in the text field and scrolls to them.
pub(super) fn select_fault(fault: &TextError) {
    let field = crate::services::browser::document().and_then(|document| document.get_element_by_id(ID));
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    let range = fault.utf16_range();
    let (start, end) = (u32::try_from(range.start), u32::try_from(range.end.max(range.start.saturating_add(1))));
    if let (Ok(start), Ok(end)) = (start, end) {
        // Taking the focus and selecting fail only on an element that is gone.
        let _ = field.focus();
        let _ = field.set_selection_range(start, end);
    }
    let line = i32::try_from(fault.place.line.saturating_sub(2)).unwrap_or(0);
    field.set_scroll_top(line.saturating_mul(19));
}
