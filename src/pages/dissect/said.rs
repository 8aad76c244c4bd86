//! How the text was read: its format, what was passed over, what is wrong with it.

use std::rc::Rc;

use mqttscope_capture::text::Format;
use mqttscope_view::reader::Fault;
use yew::prelude::*;

use super::caret::select_fault;
use super::choice::Choice;
use super::desk::Desk;
use super::to_captures;
use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::hooks::ReaderStage;
use crate::route::Route;
use crate::services::browser;
use crate::state::workbench::{Act, Awaiting};

/// The format that was found, which is a list to choose another from.
pub(super) fn format_chip(desk: &Rc<Desk>) -> Html {
    let document = &desk.now;
    let asked = document.format;
    if document.given.is_nothing() {
        return Html::default();
    }
    let found = document.read_as.filter(|_| asked.is_none());
    let found = found.map_or_else(
        || match document.other {
            Some(_) if asked.is_none() => "JSON · detected".to_owned(),
            _ => "detect the format".to_owned(),
        },
        |format| match document.is_sure {
            true => format!("{format} · detected"),
            false => format!("{format} · not certain"),
        },
    );
    // The colour says it where the words are cut.
    let is_doubtful = found.ends_with("not certain");
    let formats = Format::ALL.map(|format| (format.name().to_owned(), asked == Some(format)));
    let on_choose = desk
        .on_choice(|index| Act::ReadAs(index.and_then(|index| Format::ALL.get(index)).copied()));
    html! {
        <Choice
            class={if is_doubtful { "chip warn" } else { "chip accent" }}
            test="format"
            label="Format of the text"
            {found}
            names={formats.to_vec()}
            {on_choose}
        />
    }
}

/// What is wrong with the text, or what a person should know about how it was read.
pub(super) fn said(desk: &Rc<Desk>) -> Html {
    let document = &desk.now;
    // Links are read by it, too.
    let is_linked = || Route::of_hash(&browser::hash()).shared.is_some();
    let is_missing = *desk.reader != ReaderStage::Here;
    if document.awaiting == Awaiting::Reading || is_missing && is_linked() {
        return reader_missing(desk);
    }
    if let Some(fault) = &document.fault {
        return said_fault(fault, desk);
    }
    if document.notes.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="said" data-testid="notes">
            for note in document.notes.iter() {
                <li>{ icon(Icon::Note) }<span>{ marked(&first_upper(note)) }</span></li>
            }
        </ul>
    }
}

/// What is wrong with the text.
fn said_fault(fault: &Fault, desk: &Rc<Desk>) -> Html {
    let show = {
        let fault = fault.clone();
        Callback::from(move |_: MouseEvent| select_fault(&fault))
    };
    html! {
        <ul class="said error" id="said-error" role="alert" data-testid="text-error">
            <li>
                { icon(Icon::Fault) }
                <span>
                    { marked(&first_upper(&fault.says)) }
                    { ". " }
                    if fault.is_log {
                        { to_captures::button(desk) }
                    } else if !desk.now.given.is_long() {
                        <button class="link" onclick={show} data-testid="show-in-text">
                            { "Show in the text" }
                        </button>
                    }
                </span>
            </li>
        </ul>
    }
}

/// Other formats that the text may be in, each a button.
pub(super) fn offers(desk: &Rc<Desk>) -> Html {
    let document = &desk.now;
    let may_choose = !document.is_sure && document.format.is_none() && document.fault.is_none();
    if !may_choose || document.alternatives.is_empty() {
        return Html::default();
    }
    let buttons = document.alternatives.iter().take(3).map(|&format| {
        let read = desk.on_press(Act::ReadAs(Some(format)));
        html! { <button class="link" onclick={read}>{ format!("Read as {format}") }</button> }
    });
    html! {
        <ul class="said" data-testid="other-formats">
            <li>{ icon(Icon::Note) }<span>{ "This may be another format. " }{ for buttons }</span></li>
        </ul>
    }
}

/// That the reader is on its way, or why it did not come.
fn reader_missing(desk: &Desk) -> Html {
    let ReaderStage::Failed(why) = &*desk.reader else {
        return html! {
            <ul class="said" data-testid="reader" role="status">
                <li>{ icon(Icon::Note) }<span>{ "Reading…" }</span></li>
            </ul>
        };
    };
    let again = {
        let reader = desk.reader.setter();
        Callback::from(move |_: MouseEvent| reader.set(ReaderStage::Coming))
    };
    html! {
        <ul class="said error" data-testid="reader" role="alert">
            <li>
                { icon(Icon::Fault) }
                <span>
                    { format!("What reads texts, files and links could not be loaded: {why}. ") }
                    <button class="link" data-testid="reader-again" onclick={again}>{ "Try again" }</button>
                </span>
            </li>
        </ul>
    }
}

fn first_upper(sentence: &str) -> String {
    let mut sentence = sentence.to_owned();
    // Our own sentences begin with ASCII; tables of all upper case letters would be shipped otherwise.
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}
