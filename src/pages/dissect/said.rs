//! How the text was read: its format, what was passed over, what is wrong with it.

use std::rc::Rc;

use mqttscope_capture::text::{Format, Note, TextError};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::act::Acts;
use super::field_text::select_fault;
use crate::components::icon::{Icon, icon};
use crate::state::workbench::Act;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FormatChipProps {
    pub(super) asked: Option<Format>,
    pub(super) found: Option<Format>,
    pub(super) nothing: bool,
}

/// The format that was found, which is a list to choose another from.
#[component]
pub(super) fn FormatChip(props: &FormatChipProps) -> Html {
    let acts = use_context::<Acts>();
    let on_change = Callback::from(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let (Some(select), Some(acts)) = (select, &acts) {
            // The first is "as found".
            let index = usize::try_from(select.selected_index()).unwrap_or(0);
            let format = index.checked_sub(1).and_then(|index| Format::ALL.get(index)).copied();
            acts.dispatch(Act::ReadAs(format));
        }
    });
    if props.nothing {
        return Html::default();
    }
    let found = props.found.filter(|_| props.asked.is_none());
    let automatic = found.map_or_else(|| "detect the format".to_owned(), |format| format!("{format} · detected"));
    html! {
        <select class={classes!("chip", "accent")} data-testid="format" aria-label="Format of the text" onchange={on_change}>
            <option selected={props.asked.is_none()}>{ automatic }</option>
            { for Format::ALL.iter().map(|&format| html! { <option selected={props.asked == Some(format)}>{ format.name() }</option> }) }
        </select>
    }
}

#[derive(Clone, Properties)]
pub(super) struct SaidProps {
    pub(super) notes: Rc<[Note]>,
    pub(super) fault: Option<Rc<TextError>>,
    /// Whether the text is shown by its beginning, so that nothing can be selected in it.
    pub(super) long: bool,
}

impl PartialEq for SaidProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.notes, &other.notes) && self.fault == other.fault && self.long == other.long
    }
}

/// What is wrong with the text, or what a person should know about how it was read.
#[component]
pub(super) fn Said(props: &SaidProps) -> Html {
    if let Some(fault) = &props.fault {
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
                        if !props.long { <button class="link" onclick={show} data-testid="show-in-text">{ "Show in the text" }</button> }
                    </span>
                </li>
            </ul>
        };
    }
    if props.notes.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="said" data-testid="notes">
            { for props.notes.iter().map(|note| html! { <li>{ icon(Icon::Note) }<span>{ first_upper(&note.to_string()) }</span></li> }) }
        </ul>
    }
}

fn first_upper(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
