//! What was given: the text field, or the beginning of what is too long for one.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::act::Acts;
use super::examples::examples_menu;
use super::field_text::TextField;
use super::opening::open_file;
use super::said::{format_chip, said};
use crate::components::icon::{Icon, icon};
use crate::state::toasts::Toaster;
use crate::state::workbench::{Act, Document, Given};

/// The characters of a long text that are shown.
const BEGINNING: usize = 420;

#[derive(Clone, Properties)]
pub(super) struct GivenPaneProps {
    pub(super) document: Rc<Document>,
    pub(super) text_revision: u32,
    /// Whether something can be taken back, and done again.
    pub(super) can: (bool, bool),
}

impl PartialEq for GivenPaneProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document, &other.document) && self.text_revision == other.text_revision && self.can == other.can
    }
}

#[component]
pub(super) fn GivenPane(props: &GivenPaneProps) -> Html {
    let acts = use_context::<Acts>();
    let toaster = use_context::<Toaster>();
    let file = use_node_ref();
    let act = |act: Act| {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(acts) = &acts {
                acts.dispatch(act.clone());
            }
        })
    };
    let on_file = {
        let acts = acts.clone();
        Callback::from(move |event: Event| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let chosen = input.as_ref().and_then(HtmlInputElement::files).and_then(|files| files.get(0));
            if let (Some(file), Some(acts)) = (chosen, &acts) {
                open_file(file, acts.clone(), toaster.clone());
            }
            // So that the same file can be chosen again.
            if let Some(input) = input {
                input.set_value("");
            }
        })
    };
    let open = {
        let file = file.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(file) = file.cast::<HtmlInputElement>() {
                file.click();
            }
        })
    };
    let document = &props.document;
    let (can_undo, can_redo) = props.can;
    html! {
        <>
            <div class="head">
                <h2 class="unseen">{ "Bytes" }</h2>
                { format_chip(document, acts.clone()) }
                <span class="grow"></span>
                <button class="bare square" data-testid="undo" aria-label="Take back" title="Take back (Ctrl+Z)" disabled={!can_undo} onclick={act(Act::Undo)}>{ icon(Icon::Undo) }</button>
                <button class="bare square" data-testid="redo" aria-label="Do again" title="Do again (Ctrl+Shift+Z)" disabled={!can_redo} onclick={act(Act::Redo)}>{ icon(Icon::Redo) }</button>
                <button class="bare square" data-testid="open-file" aria-label="Open a file" title="Open a file" onclick={open}>{ icon(Icon::File) }</button>
                <input ref={file} type="file" hidden=true aria-label="A file with MQTT bytes" data-testid="file" onchange={on_file} />
                { examples_menu(acts.clone()) }
            </div>
            <div class="given">
                if document.given.is_long() {
                    <div class="card" data-testid="long-text">
                        <div class="title">{ icon(Icon::File) }<span>{ title_of(document) }</span></div>
                        <pre>{ beginning_of(&document.given) }</pre>
                        <div class="does">
                            <button onclick={act(Act::Open(Given::Nothing))} data-testid="clear">{ "Clear" }</button>
                            <span class="quiet">{ "Paste anywhere, or drop a file, to read something else." }</span>
                        </div>
                    </div>
                } else {
                    <TextField text={document.given.text().cloned()} revision={props.text_revision} fault={document.fault.clone()} />
                }
            </div>
            { said(document) }
        </>
    }
}

fn title_of(document: &Document) -> String {
    let bytes = document.recording.bytes().len();
    match &document.given {
        Given::File { name, .. } => format!("{name} · {bytes} bytes"),
        Given::Made(_) => format!("Changed here · {bytes} bytes"),
        Given::Typed(_) | Given::Nothing => format!("Pasted text · {bytes} bytes"),
    }
}

fn beginning_of(given: &Given) -> String {
    match given {
        Given::File { bytes, .. } => {
            let beginning = bytes.get(..BEGINNING / 3).unwrap_or(bytes);
            mqttscope_capture::text::write(beginning, mqttscope_capture::text::Style::Hex)
        }
        other => other.text().map(|text| text.chars().take(BEGINNING).collect()).unwrap_or_default(),
    }
}
