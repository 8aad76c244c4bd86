//! On a narrow screen one part of a page is shown at a time: what had the focus in the part before is not seen any more.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::browser;

/// Gives the focus to the part that a selector finds where the step to it hides what has the focus.
#[hook]
pub fn use_step_focus(step: &'static str, part: &'static str) {
    use_effect_with(step, move |_| {
        if browser::is_focus_hidden() {
            focus_part(part);
        }
    });
}

fn focus_part(selector: &str) {
    let found = browser::document().and_then(|document| document.query_selector(selector).ok()?);
    let Some(part) = found.and_then(|part| part.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    if !part.has_attribute("tabindex") {
        part.set_tab_index(-1);
    }
    browser::focus_quietly(selector);
}
