//! Loading the annex: the module with the pages that are not in the first one.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::assets;

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "annex.js";
/// The style sheets of its pages.
const SHEETS: [&str; 5] = [
    "live.css",
    "flows.css",
    "state.css",
    "conversation.css",
    "examine.css",
];

#[wasm_bindgen(module = "/src/services/later.js")]
extern "C" {
    #[wasm_bindgen(js_name = ask)]
    async fn ask_of(name: &str, address: &str, sheets: &str, what: &str, given: &Array) -> JsValue;
    #[wasm_bindgen(js_name = call)]
    fn call_of(name: &str, what: &str, given: usize);
}

/// Calls a function of the module if it is there.
pub(crate) fn tell(what: &str, given: usize) {
    call_of(MODULE, what, given);
}

/// Loads the module and lets it draw into `host`.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn mount(host: &Element) -> Result<(), String> {
    ask("mount", &Array::of1(host)).await.map(drop)
}

/// Loads the module and calls one of its functions, none of which gives a text.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn ask(what: &str, given: &Array) -> Result<JsValue, String> {
    let sheets = SHEETS.map(assets::address).join(" ");
    let answer = ask_of(MODULE, &assets::address(MODULE), &sheets, what, given).await;
    answer.as_string().map_or(Ok(answer), Err)
}
