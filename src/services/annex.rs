//! Loading the annex: the module with the pages that are not in the first one.

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "annex.js";
/// The style sheets of its pages.
const SHEETS: &str = "live.css flows.css state.css";

#[wasm_bindgen(module = "/src/services/later.js")]
extern "C" {
    async fn load(host: &Element, name: &str, sheets: &str) -> JsString;
}

/// Loads the module and lets it draw into `host`.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn mount(host: &Element) -> Result<(), String> {
    let why = String::from(load(host, MODULE, SHEETS).await);
    if why.is_empty() { Ok(()) } else { Err(why) }
}
