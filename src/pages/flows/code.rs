//! A text with numbered lines, of which wrong ones are marked.

use gloo_events::{EventListener, EventListenerOptions};
use mqttscope_flows::MAX_TEXT;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::services::browser;
use crate::state::toasts::{ToastAction, Toaster};

/// The field's name in the document.
pub(super) const FIELD: &str = "script";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CodeProps {
    pub(super) text: String,
    /// The numbers of wrong lines, from 1.
    pub(super) wrong: Vec<usize>,
    pub(super) on_text: Callback<String>,
}

/// The most letters that the field takes, in units of UTF-16: more than a scenario can have, so that a text can be
/// shortened here, and so few that no browser is busy for long.
const ROOM: usize = MAX_TEXT.saturating_mul(4);

/// The field. It grows with its text, and what is around it scrolls.
#[component]
pub(super) fn Code(props: &CodeProps) -> Html {
    use_effect_with((), |()| browser::focus_quietly("#script"));
    let field = use_node_ref();
    use_limit(&field);
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
                <textarea id={FIELD} ref={field} aria-label="Scenario" data-testid="script" spellcheck="false" autocapitalize="off" wrap="off"
                    aria-invalid={(!props.wrong.is_empty()).to_string()} aria-describedby="script-says" oninput={on_input} value={props.text.clone()} />
            </div>
        </div>
    }
}

/// Keeps what is too long out of the field before the browser lays it out, which takes it minutes for some texts.
#[hook]
fn use_limit(field: &NodeRef) {
    let toaster = use_context::<Toaster>();
    let field = field.clone();
    use_effect_with((), move |()| {
        let element = browser::element_of::<HtmlTextAreaElement>(&field);
        let listener = element.map(|element| {
            let options = EventListenerOptions::enable_prevent_default();
            let target = element.clone();
            EventListener::new_with_options(&target, "beforeinput", options, move |event| {
                let added = event
                    .dyn_ref::<InputEvent>()
                    .and_then(InputEvent::data)
                    .map_or(0, |data| data.encode_utf16().count());
                let at = |place: Option<u32>| place.unwrap_or_default();
                let start = at(element.selection_start().unwrap_or_default());
                let end = at(element.selection_end().unwrap_or_default());
                let kept = element
                    .text_length()
                    .saturating_sub(end.saturating_sub(start));
                if has_room(kept, added) {
                    return;
                }
                event.prevent_default();
                if let Some(toaster) = &toaster {
                    toaster.dispatch(ToastAction::Say(format!(
                        "Not inserted: this text is too long. A scenario can have {MAX_TEXT} bytes."
                    )));
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether a text can be inserted into what is kept.
fn has_room(kept: u32, added: usize) -> bool {
    let kept = usize::try_from(kept).unwrap_or(usize::MAX);
    added == 0 || kept.saturating_add(added) <= ROOM
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_far_too_long_has_no_room() {
        let room = u32::try_from(ROOM).unwrap();
        assert!(has_room(0, ROOM) && has_room(room - 1, 1));
        assert!(!has_room(0, ROOM + 1) && !has_room(room, 1));
        assert!(has_room(room + 9, 0), "what is there can be shortened");
    }
}
