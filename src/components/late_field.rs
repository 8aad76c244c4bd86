//! A field for text that is taken when it is left, or by Enter.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What the field is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LateFieldProps {
    /// The text that was taken last.
    pub value: AttrValue,
    /// Takes what was written.
    pub on_change: Callback<String>,
    /// Its test name.
    pub test: AttrValue,
    /// Its name, where no label stands beside it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// What stands in it while it is empty.
    #[prop_or_default]
    pub placeholder: AttrValue,
    /// Whether it has several lines.
    #[prop_or_default]
    pub has_lines: bool,
}

/// The field. What is being written stays while the page around it is drawn again: Yew puts the value that it is given
/// back into the document at each drawing.
#[component]
pub fn LateField(props: &LateFieldProps) -> Html {
    let written = use_state_eq(|| None::<AttrValue>);
    let oninput = {
        let written = written.clone();
        Callback::from(move |event: InputEvent| written.set(text_of(&event).map(AttrValue::from)))
    };
    let onchange = {
        let (written, on_change) = (written.clone(), props.on_change.clone());
        Callback::from(move |event: Event| {
            if let Some(text) = text_of(&event) {
                on_change.emit(text);
            }
            written.set(None);
        })
    };
    let value = (*written).clone().unwrap_or_else(|| props.value.clone());
    let (test, label) = (props.test.clone(), props.label.clone());
    if props.has_lines {
        return html! {
            <textarea rows="2" data-testid={test} aria-label={label} spellcheck="false" {value} {oninput} {onchange} />
        };
    }
    html! {
        <input
            type="text"
            data-testid={test}
            aria-label={label}
            placeholder={props.placeholder.clone()}
            spellcheck="false"
            {value}
            {oninput}
            {onchange}
        />
    }
}

fn text_of(event: &Event) -> Option<String> {
    let target = event.target()?;
    match target.dyn_into::<HtmlInputElement>() {
        Ok(input) => Some(input.value()),
        Err(target) => Some(target.dyn_into::<HtmlTextAreaElement>().ok()?.value()),
    }
}
