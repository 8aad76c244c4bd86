//! What was given: the text field, or the beginning of what is too long for one.

use std::rc::Rc;

use mqttscope_view::digits::counted;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::desk::Desk;
use super::examples::Examples;
use super::field_text::TextField;
use super::opening::open_file;
use super::said::{format_chip, offers, said};
use super::waiting::waiting;
use crate::components::icon::{Icon, icon};
use crate::components::icon_button::IconButton;
use crate::services::browser;
use crate::state::workbench::{Act, Document, Given};

/// The characters of a long text that are shown.
const BEGINNING: usize = 420;

const UNDO: &str = "[data-testid=undo]";
const REDO: &str = "[data-testid=redo]";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct GivenPaneProps {
    pub(super) desk: Rc<Desk>,
    /// Another one when the text field has to show another text.
    pub(super) text_revision: u32,
    /// Whether something can be taken back, and done again.
    pub(super) can: (bool, bool),
}

/// The pane.
#[component]
pub(super) fn GivenPane(props: &GivenPaneProps) -> Html {
    let file = use_node_ref();
    let desk = &props.desk;
    use_effect_with(props.can, |&(can_undo, can_redo)| {
        // A button that can do no more leaves the focus to the other one.
        if !can_undo {
            browser::pass_focus(UNDO, REDO);
        }
        if !can_redo {
            browser::pass_focus(REDO, UNDO);
        }
    });
    html! {
        <>
            { head(desk, &file, props.can) }
            <div class="given">
                if desk.now.given.is_long() {
                    { long_text(desk) }
                } else {
                    <TextField desk={desk.clone()} revision={props.text_revision} />
                }
            </div>
            { waiting(desk) }
            { said(desk) }
            { offers(desk) }
        </>
    }
}

fn head(desk: &Rc<Desk>, file: &NodeRef, (can_undo, can_redo): (bool, bool)) -> Html {
    let on_file = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let Some(input) = input else { return };
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                open_file(file, &desk);
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    };
    let open = {
        let file = file.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(file) = browser::element_of::<HtmlInputElement>(&file) {
                file.click();
            }
        })
    };
    html! {
        <div class="head">
            <h2 class="unseen">{ "Bytes" }</h2>
            { format_chip(desk) }
            <span class="grow"></span>
            <IconButton
                test="undo"
                label="Undo"
                title="Undo (Ctrl+Z)"
                picture={Icon::Undo}
                disabled={!can_undo}
                onclick={desk.on_press(Act::Undo)}
            />
            <IconButton
                test="redo"
                label="Redo"
                title="Redo (Ctrl+Shift+Z)"
                picture={Icon::Redo}
                disabled={!can_redo}
                onclick={desk.on_press(Act::Redo)}
            />
            <IconButton
                test="open-file"
                label="Open a file"
                title="Open a file"
                picture={Icon::File}
                onclick={open}
            />
            <input
                ref={file}
                type="file"
                hidden=true
                aria-label="A file with MQTT bytes"
                data-testid="file"
                onchange={on_file}
            />
            <Examples acts={desk.acts.clone()} />
        </div>
    }
}

/// What is shown of a text that is too long for the field.
fn long_text(desk: &Rc<Desk>) -> Html {
    let clear = {
        let acts = desk.acts.clone();
        Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::Open(Given::Nothing));
            // The button goes with the card.
            browser::focus_id("main");
        })
    };
    html! {
        <div class="card" data-testid="long-text">
            <div class="title">{ icon(Icon::File) }<span>{ title_of(&desk.now) }</span></div>
            <pre>{ beginning_of(&desk.now.given) }</pre>
            <div class="does">
                <button onclick={clear} data-testid="clear">{ "Clear" }</button>
                <span class="quiet">{ "Paste anywhere, or drop a file, to read something else." }</span>
            </div>
        </div>
    }
}

fn title_of(document: &Document) -> String {
    let bytes = counted(document.recording.bytes().len(), "byte");
    if let (Some(name), Given::Typed(text)) = (&document.name, &document.given) {
        let size = counted(text.len(), "byte");
        return format!("{name} · {size} of text · {bytes} found in it");
    }
    match &document.given {
        Given::File { name, bytes } => format!("{name} · {}", counted(bytes.len(), "byte")),
        Given::Made(_) => format!("Changed here · {bytes}"),
        Given::Typed(_) | Given::Nothing => format!("Text · {bytes} found in it"),
    }
}

fn beginning_of(given: &Given) -> String {
    match given {
        Given::File { bytes, .. } => {
            let beginning = bytes.get(..BEGINNING / 3).unwrap_or(bytes);
            mqttscope_capture::text::write(beginning, mqttscope_capture::text::Style::Hex)
        }
        other => other
            .text()
            .map(|text| text.chars().take(BEGINNING).collect())
            .unwrap_or_default(),
    }
}
