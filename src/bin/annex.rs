//! The entry points of what is loaded later.

use wasm_bindgen::prelude::*;

/// Draws Live, Captures and Flows, by the address, into `host`.
#[wasm_bindgen]
pub fn mount(host: web_sys::Element) {
    mqttscope::annex::mount(host);
}

/// Draws a conversation of the Dissect page into `host`; see [`mqttscope::annex::converse`].
#[wasm_bindgen]
pub fn converse(
    host: web_sys::Element,
    bytes: Vec<u8>,
    packets: &[u32],
    times: &[f64],
    on_select: js_sys::Function,
    has_gaps: bool,
) -> Vec<u32> {
    mqttscope::annex::converse(host, bytes, packets, times, on_select, has_gaps)
}

/// Takes files over for the Captures page.
#[wasm_bindgen]
pub fn hand_over(files: &js_sys::Array) {
    mqttscope::annex::hand_over(files);
}

/// Takes bytes over for the Live page.
#[wasm_bindgen]
pub fn send_bytes(bytes: Vec<u8>) {
    mqttscope::annex::send_bytes(bytes);
}

/// Another packet of the conversation is looked at.
#[wasm_bindgen]
pub fn look(selected: usize) {
    mqttscope::annex::look(selected);
}

/// A payload by the schema of its topic; see [`mqttscope::annex::by_schema`].
///
/// # Errors
/// The bytes are no payload that is asked for.
#[wasm_bindgen]
pub fn by_schema(asked: &[u8]) -> Result<Vec<u8>, JsError> {
    Ok(mqttscope::annex::by_schema(asked)?)
}

/// Opens the window in which schemas are given.
#[wasm_bindgen]
pub fn give_schemas(on_change: js_sys::Function) {
    mqttscope::annex::give_schemas(on_change);
}

/// The conversation is not looked at any more.
#[wasm_bindgen]
pub fn leave() {
    mqttscope::annex::leave();
}

fn main() {}
