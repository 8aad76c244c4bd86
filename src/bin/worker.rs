//! The entry point of the worker that holds the connections.

use wasm_bindgen::JsCast as _;

fn main() {
    let global = js_sys::global().unchecked_into::<web_sys::EventTarget>();
    drop(gloo_events::EventListener::new(&global, "message", |_| {}));
}
