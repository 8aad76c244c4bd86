//! How the text was read: its format, what was passed over, what is wrong with it.

use mqttscope_capture::text::Format;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::act::Acts;
use super::field_text::select_fault;
use crate::components::icon::{Icon, icon};
use crate::state::workbench::{Act, Document};

/// The format that was found, which is a list to choose another from.
pub(super) fn format_chip(document: &Document, acts: Option<Acts>) -> Html {
    let (asked, found) = (document.format, document.read_as);
    let on_change = Callback::from(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let (Some(select), Some(acts)) = (select, &acts) {
            // The first is "as found".
            let index = usize::try_from(select.selected_index()).unwrap_or(0);
            let format = index.checked_sub(1).and_then(|index| Format::ALL.get(index)).copied();
            acts.dispatch(Act::ReadAs(format));
        }
    });
    if document.given.is_nothing() {
        return Html::default();
    }
    let found = found.filter(|_| asked.is_none());
    let automatic = found.map_or_else(|| "detect the format".to_owned(), |format| format!("{format} · detected"));
    html! {
        <select class={classes!("chip", "accent")} data-testid="format" aria-label="Format of the text" onchange={on_change}>
            <option selected={asked.is_none()}>{ automatic }</option>
            { for Format::ALL.iter().map(|&format| html! { <option selected={asked == Some(format)}>{ format.name() }</option> }) }
        </select>
    }
}

/// What is wrong with the text, or what a person should know about how it was read.
pub(super) fn said(document: &Document) -> Html {
    if let Some(fault) = &document.fault {
        let show = {
            let fault = fault.clone();
            Callback::from(move |_: MouseEvent| select_fault(&fault))
        };
        let sentence = first_upper(&fault.to_string());
        return html! {
            <ul class="said error" id="said-error" role="alert" data-testid="text-error">
                <li>
                    { icon(Icon::Fault) }
                    <span>
                        { sentence }{ ". " }
                        if !document.given.is_long() { <button class="link" onclick={show} data-testid="show-in-text">{ "Show in the text" }</button> }
                    </span>
                </li>
            </ul>
        };
    }
    if document.notes.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="said" data-testid="notes">
            { for document.notes.iter().map(|note| html! { <li>{ icon(Icon::Note) }<span>{ first_upper(&note.to_string()) }</span></li> }) }
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
