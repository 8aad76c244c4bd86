//! A window above the page, which the browser itself makes modal.

use gloo_events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::services::browser;

/// What a dialog is given.
#[derive(Clone, PartialEq, Properties)]
pub struct DialogProps {
    /// Its heading and name.
    pub title: AttrValue,
    /// It was closed: by its button, by Escape, or by a click beside it.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A dialog that is open as long as it is in the document. A text in it that is only to be read is
/// selected, so that it can be copied; else an element with `data-first` has the focus, or its first field, or its heading.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = browser::element_of::<HtmlDialogElement>(&node);
            let listener = dialog.as_ref().map(open);
            move || {
                drop(listener);
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let close = props.on_close.reform(|_: MouseEvent| ());
    let cancel = props
        .on_close
        .reform(|event: Event| event.prevent_default());
    let beside = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            // Only the dialog's own ground is hit beside its content.
            if event.target() == node.get().map(Into::into) {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} aria-label={&props.title} oncancel={cancel} onmousedown={beside}>
            <div class="bar">
                <h2 class="grow" tabindex="-1">{ &props.title }</h2>
                <button class="bare square" aria-label="Close" onclick={close}>{ icon(Icon::Cross) }</button>
            </div>
            <div class="body">{ props.children.clone() }</div>
        </dialog>
    }
}

/// What has the focus at first, the first of these that is there: else the browser would take the button that closes it.
/// The attribute `autofocus` would do this too, but a browser also takes it for one of the page, and says that it is blocked.
const FIRST: [&str; 4] = [
    "[data-first]",
    ".body > fieldset:first-of-type input:checked",
    ".body :is(input:not([hidden]), select, textarea):not(:disabled)",
    "h2",
];

/// Opens it, and opens it again where the browser closes it.
fn open(dialog: &HtmlDialogElement) -> EventListener {
    // It fails only where it is open already.
    let _ = dialog.show_modal();
    let text = dialog.query_selector("textarea[readonly]").ok().flatten();
    if let Some(text) = text.and_then(|text| text.dyn_into::<HtmlTextAreaElement>().ok()) {
        // It fails only on an element that is gone.
        let _ = text.focus();
        text.select();
    } else {
        let mut all = FIRST.iter();
        let first = all.find_map(|first| dialog.query_selector(first).ok()?);
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            let _ = first.focus();
        }
    }
    // A browser closes a dialog on a second Escape in a row, whatever the page says. As long as it is in the document
    // it is open.
    let again = dialog.clone();
    EventListener::new(dialog, "close", move |_| {
        if again.is_connected() {
            let _ = again.show_modal();
        }
    })
}
