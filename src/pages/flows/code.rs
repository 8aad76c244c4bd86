//! A text with numbered lines, of which wrong ones are marked.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::services::browser;

/// The field's name in the document.
pub(super) const FIELD: &str = "script";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CodeProps {
    pub(super) text: String,
    /// The numbers of wrong lines, from 1.
    pub(super) wrong: Vec<usize>,
    pub(super) on_text: Callback<String>,
}

/// The field. It grows with its text, and what is around it scrolls.
#[component]
pub(super) fn Code(props: &CodeProps) -> Html {
    use_effect_with((), |()| browser::focus_quietly("#script"));
    let on_input = props.on_text.reform(|event: InputEvent| {
        let field = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        field.map_or_else(String::new, |field| field.value())
    });
    let count = props.text.split('\n').count();
    let longest = props.text.lines().map(|line| line.chars().count()).max();
    let size = format!(
        "--lines:{count};--letters:{}",
        longest.unwrap_or_default().max(10)
    );
    // One text for all numbers: a text may have any number of lines, and only wrong ones are elements.
    let numbers: String = (1..=count).map(|line| format!("{line}\n")).collect();
    let at = |line: usize| format!("--line:{}", line.saturating_sub(1));
    html! {
        <div class="code" style={size}>
            <div class="numbers" aria-hidden="true">
                { numbers }
                { for props.wrong.iter().map(|&line| html! { <b class="wrong" style={at(line)}>{ line }</b> }) }
            </div>
            <div class="written">
                { for props.wrong.iter().map(|&line| html! { <i class="wrong" aria-hidden="true" style={at(line)}></i> }) }
                <textarea id={FIELD} aria-label="Scenario" data-testid="script" spellcheck="false" autocapitalize="off" wrap="off"
                    aria-invalid={(!props.wrong.is_empty()).to_string()} aria-describedby="script-says" oninput={on_input} value={props.text.clone()} />
            </div>
        </div>
    }
}

/// Puts the caret at the beginning of a line, from 1.
pub(super) fn go_to_line(text: &str, line: usize) {
    let before = text.split('\n').take(line.saturating_sub(1));
    // The browser counts in units of UTF-16.
    let at: usize = before
        .map(|line| line.encode_utf16().count().saturating_add(1))
        .sum();
    let field = browser::document()
        .and_then(|document| document.get_element_by_id(FIELD))
        .and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        // Neither fails on a field that is in the document.
        let _ = field.focus();
        let _ = field.set_selection_range(at, at);
    }
}
