//! What is done when the program itself fails: a person is told, and loses nothing.
//!
//! An exception in a browser's interface goes through Yew without putting its state in order, and a
//! panic ends in a trap, so that the page may never react again. Both arrive at the window, where a
//! few lines of script that need no Yew show a bar over the page.

use js_sys::Error;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Tells the window of an error as if nobody had caught it.
    #[wasm_bindgen(js_name = reportError)]
    fn report_error(error: &Error);
}

#[wasm_bindgen(module = "/src/services/failure.js")]
extern "C" {
    /// Whether what a person has would be lost with the page: the browser asks before it goes then.
    pub(crate) fn risk(is_at_risk: bool);
}

/// Lets a panic say what it is before it traps.
pub(crate) fn report_panics() {
    yew::set_custom_panic_hook(Box::new(|panic| {
        report_error(&Error::new(&panic.to_string()));
    }));
}
