//! How the text was read: its format, what was passed over, what is wrong with it.

use std::rc::Rc;

use mqttscope_capture::text::Format;
use yew::prelude::*;

use super::caret::select_fault;
use super::desk::Desk;
use super::reading::choice;
use crate::components::icon::{Icon, icon};
use crate::element::{El, el};
use crate::hooks::ReaderStage;
use crate::state::workbench::{Act, Awaiting};

/// The format that was found, which is a list to choose another from.
pub(super) fn format_chip(desk: &Rc<Desk>) -> Option<El> {
    let document = &desk.now;
    let asked = document.format;
    if document.given.is_nothing() {
        return None;
    }
    let found = document.read_as.filter(|_| asked.is_none());
    let automatic = found.map_or_else(
        || match document.other {
            Some(_) if asked.is_none() => "JSON · detected".to_owned(),
            _ => "detect the format".to_owned(),
        },
        |format| match document.is_sure {
            true => format!("{format} · detected"),
            false => format!("{format} · not certain"),
        },
    );
    let formats = Format::ALL.map(|format| (format.name().to_owned(), asked == Some(format)));
    let chip = choice(desk, "chip accent", automatic, &formats, |index| {
        Act::ReadAs(index.and_then(|index| Format::ALL.get(index)).copied())
    });
    Some(chip.test("format").label("Format of the text"))
}

/// What is wrong with the text, or what a person should know about how it was read.
pub(super) fn said(desk: &Desk) -> Html {
    let document = &desk.now;
    if document.awaiting == Awaiting::Reading {
        return reader_missing(desk).into();
    }
    if let Some(fault) = &document.fault {
        let show = (!document.given.is_long()).then(|| {
            let fault = fault.clone();
            el("button")
                .class("link")
                .on_click(Callback::from(move |_: MouseEvent| select_fault(&fault)))
                .test("show-in-text")
                .text("Show in the text")
        });
        let sentence = el("span")
            .string(first_upper(&fault.says))
            .text(". ")
            .maybe(show);
        return el("ul")
            .class("said error")
            .attr("id", "said-error")
            .role("alert")
            .test("text-error")
            .child(el("li").child(icon(Icon::Fault)).child(sentence))
            .into();
    }
    if document.notes.is_empty() {
        return Html::default();
    }
    let notes = document.notes.iter().map(|note| {
        let sentence = first_upper(note);
        el("li")
            .child(icon(Icon::Note))
            .child(el("span").string(sentence))
    });
    el("ul").class("said").test("notes").all(notes).into()
}

/// Other formats that the text may be in, each a button.
pub(super) fn offers(desk: &Rc<Desk>) -> Option<El> {
    let document = &desk.now;
    let may_choose = !document.is_sure && document.format.is_none() && document.fault.is_none();
    if !may_choose || document.alternatives.is_empty() {
        return None;
    }
    let buttons = document.alternatives.iter().take(3).map(|&format| {
        let acts = desk.acts.clone();
        el("button")
            .class("link")
            .on_click(Callback::from(move |_: MouseEvent| {
                acts.dispatch(Act::ReadAs(Some(format)));
            }))
            .string(format!("Read as {format}"))
    });
    let sentence = el("span").text("This may be another format. ").all(buttons);
    let line = el("li").child(icon(Icon::Note)).child(sentence);
    Some(el("ul").class("said").test("other-formats").child(line))
}

/// That the reader is on its way, or why it did not come.
fn reader_missing(desk: &Desk) -> El {
    let said = el("ul").class("said").test("reader");
    let ReaderStage::Failed(why) = desk.reader.get() else {
        let sentence = el("span").text("Reading…");
        return said
            .role("status")
            .child(el("li").child(icon(Icon::Note)).child(sentence));
    };
    let reader = desk.reader.clone();
    let again = el("button")
        .class("link")
        .test("reader-again")
        .on_click(Callback::from(move |_: MouseEvent| {
            reader.set(ReaderStage::Coming);
        }))
        .text("Try again");
    let sentence = el("span")
        .string(format!(
            "What reads texts and files could not be loaded: {why}. "
        ))
        .child(again);
    said.classes(&["said", "error"])
        .role("alert")
        .child(el("li").child(icon(Icon::Fault)).child(sentence))
}

fn first_upper(sentence: &str) -> String {
    let mut sentence = sentence.to_owned();
    // Our own sentences begin with ASCII; tables of all upper case letters would be shipped otherwise.
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}
