//! Keys that work anywhere on the page.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use yew::prelude::*;

use crate::services::browser;

/// Calls back for each key pressed anywhere in the window, unless a dialog lies over the page: what is behind that
/// is not in reach.
#[hook]
pub fn use_window_keys(on_key: Callback<KeyboardEvent>) {
    // The listener stays; what it calls is the latest.
    let latest = use_mut_ref(Callback::noop);
    latest.replace(on_key);
    use_effect_with((), move |()| {
        let listener = browser::window().map(|window| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>()
                    && !browser::has_dialog()
                {
                    let on_key = latest.borrow().clone();
                    on_key.emit(event.clone());
                }
            })
        });
        move || drop(listener)
    });
}
