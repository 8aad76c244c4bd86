//! The reader of pasted text and files: a program of its own, loaded behind the page.

use std::cell::Cell;

use js_sys::Uint8Array;
use mqttscope_view::reader::{Fault, Found, Request};
use wasm_bindgen::prelude::*;

use super::assets;
use crate::state::workbench::Read;

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "reader.js";

#[wasm_bindgen(module = "/src/services/later.js")]
extern "C" {
    #[wasm_bindgen(js_name = load)]
    async fn load_of(name: &str, address: &str) -> JsValue;
    #[wasm_bindgen(js_name = call, catch)]
    fn call_of(name: &str, what: &str, given: &[u8]) -> Result<Option<Uint8Array>, JsValue>;
}

thread_local! {
    /// What reads in place of the module.
    static STAND_IN: Cell<Option<Read>> = const { Cell::new(None) };
}

/// Reads with this function from now on: for tests, which have no module beside them.
pub fn stand_in(read: Read) {
    STAND_IN.set(Some(read));
}

/// Loads the reader.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn load() -> Result<(), String> {
    if STAND_IN.get().is_some() {
        return Ok(());
    }
    let why = load_of(MODULE, &assets::address(MODULE)).await;
    why.as_string().map_or(Ok(()), Err)
}

/// Reads what was given; `None` while the reader is not here. That it failed is a fault of what was given: the page
/// and all that is on it live on.
#[must_use]
pub fn read(request: &Request<'_>) -> Option<Found> {
    if let Some(read) = STAND_IN.get() {
        return read(request);
    }
    let asked = postcard::to_allocvec(request).unwrap_or_default();
    let found = match call_of(MODULE, "read", &asked) {
        Ok(found) => postcard::from_bytes(&found?.to_vec()).map_err(|why| why.to_string()),
        Err(why) => Err(js_sys::Object::from(why).to_string().into()),
    };
    Some(found.unwrap_or_else(|why| Found {
        fault: Some(Fault {
            says: format!("this could not be read, which is a fault of mqttscope ({why})"),
            ..Fault::default()
        }),
        ..Found::default()
    }))
}
