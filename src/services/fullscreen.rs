//! The whole screen for a part of the page.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

use super::browser::document;

/// Whether an element fills the screen.
#[must_use]
pub fn is_on() -> bool {
    document().is_some_and(|document| document.fullscreen_element().is_some())
}

/// Lets the first element that a selector finds fill the screen, or none any more. A browser that
/// does not allow it changes nothing.
pub fn set(selector: &str, wanted: bool) {
    let Some(document) = document() else { return };
    if !wanted {
        if is_on() {
            document.exit_fullscreen();
        }
        return;
    }
    let element = document.query_selector(selector).ok().flatten();
    // It is a wish: the style sheet lets the element fill the window in any case.
    if let Some(Ok(asked)) = element.as_ref().map(ask) {
        spawn_local(async move {
            // A refusal that nobody hears of is a failure of the page.
            let _ = JsFuture::from(asked).await;
        });
    }
}

/// Asks for the whole screen, at once: a browser allows it only while something is pressed. The interface of
/// `web-sys` drops the promise; older browsers give none.
fn ask(element: &Element) -> Result<Promise, JsValue> {
    let ask: Function = Reflect::get(element, &"requestFullscreen".into())?.dyn_into()?;
    ask.call0(element)?.dyn_into()
}
