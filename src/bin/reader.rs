//! The entry point of the reader of pasted text and files.

use mqttscope_view::reader;
use wasm_bindgen::prelude::*;

/// Reads what was given: a [`reader::Request`] in, a [`reader::Found`] out, both in postcard's format.
///
/// # Errors
/// The bytes are no request.
#[wasm_bindgen]
pub fn read(request: &[u8]) -> Result<Vec<u8>, JsError> {
    let request = postcard::from_bytes(request)?;
    Ok(postcard::to_allocvec(&reader::read(&request))?)
}

fn main() {}
