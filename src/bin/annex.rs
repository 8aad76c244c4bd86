//! The entry point of the pages that are loaded later.

use wasm_bindgen::prelude::*;

/// Draws Live and Flows, by the address, into `host`.
#[wasm_bindgen]
pub fn mount(host: web_sys::Element) {
    mqttscope::annex::mount(host);
}

fn main() {}
