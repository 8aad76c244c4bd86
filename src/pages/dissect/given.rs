//! What was given: the text field, or the beginning of what is too long for one.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::counted;
use super::desk::Desk;
use super::examples::use_examples;
use super::field_text::use_text_field;
use super::opening::open_file;
use super::said::{format_chip, offers, said};
use super::waiting::waiting;
use crate::components::icon::{Icon, icon, icon_button};
use crate::element::{El, el, grow, list};
use crate::services::browser;
use crate::state::workbench::{Act, Document, Given};

/// The characters of a long text that are shown.
const BEGINNING: usize = 420;

/// The pane; `can`: whether something can be taken back, and done again.
#[hook]
pub(super) fn use_given_pane(desk: &Rc<Desk>, text_revision: u32, can: (bool, bool)) -> Html {
    let file = use_node_ref();
    let text_field = use_text_field(desk, text_revision);
    let examples = use_examples(&desk.acts);
    let given = el("div").class("given");
    let given = if desk.now.given.is_long() {
        given.child(long_text(desk))
    } else {
        given.child(text_field)
    };
    list(vec![
        head(desk, &file, can).html(examples).into(),
        given.into(),
        waiting(desk),
        said(desk),
        offers(desk).map_or_else(Html::default, Into::into),
    ])
}

fn head(desk: &Rc<Desk>, file: &NodeRef, (can_undo, can_redo): (bool, bool)) -> El {
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
    let undo = icon_button("undo", "Undo", "Undo (Ctrl+Z)", Icon::Undo);
    let redo = icon_button("redo", "Redo", "Redo (Ctrl+Shift+Z)", Icon::Redo);
    let file = el("input")
        .node(file)
        .attr("type", "file")
        .flag("hidden", true)
        .label("A file with MQTT bytes")
        .test("file")
        .on_change(on_file);
    el("div")
        .class("head")
        .child(el("h2").class("unseen").text("Bytes"))
        .maybe(format_chip(desk))
        .child(grow())
        .child(
            undo.flag("disabled", !can_undo)
                .on_click(desk.on_press(Act::Undo)),
        )
        .child(
            redo.flag("disabled", !can_redo)
                .on_click(desk.on_press(Act::Redo)),
        )
        .child(icon_button("open-file", "Open a file", "Open a file", Icon::File).on_click(open))
        .child(file)
}

/// What is shown of a text that is too long for the field.
fn long_text(desk: &Rc<Desk>) -> El {
    let title = el("div")
        .class("title")
        .child(icon(Icon::File))
        .child(el("span").string(title_of(&desk.now)));
    let clear = {
        let acts = desk.acts.clone();
        Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::Open(Given::Nothing));
            // The button goes with the card.
            browser::focus_id("main");
        })
    };
    let clear = el("button").on_click(clear).test("clear").text("Clear");
    let hint = "Paste anywhere, or drop a file, to read something else.";
    el("div")
        .class("card")
        .test("long-text")
        .child(title)
        .child(el("pre").string(beginning_of(&desk.now.given)))
        .child(
            el("div")
                .class("does")
                .child(clear)
                .child(el("span").class("quiet").text(hint)),
        )
}

fn title_of(document: &Document) -> String {
    let bytes = counted(document.recording.bytes().len(), "byte");
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
