//! The entry point of the reader of pasted text and files.

use mqttscope_view::payload::Asked;
use mqttscope_view::{reader, repair, share};
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

/// What was probably meant by a packet: a [`repair::Doubtful`] in, [`repair::Repair`]s out, in the same format.
///
/// # Errors
/// The bytes are no such thing.
#[wasm_bindgen]
pub fn repairs(doubtful: &[u8]) -> Result<Vec<u8>, JsError> {
    let doubtful: repair::Doubtful<'_> = postcard::from_bytes(doubtful)?;
    Ok(postcard::to_allocvec(&doubtful.repairs())?)
}

/// A payload in the forms that it can be read in: [`Asked`] in, [`Form`](mqttscope_view::payload::Form)s out, in the
/// same format.
///
/// # Errors
/// The bytes are no such thing.
#[wasm_bindgen]
pub fn forms(asked: &[u8]) -> Result<Vec<u8>, JsError> {
    let asked: Asked<'_> = postcard::from_bytes(asked)?;
    Ok(postcard::to_allocvec(&asked.forms())?)
}

/// A view as the token of a link: [`share::Shared`] in, a text or a [`share::ShareError`] out, in the same format.
///
/// # Errors
/// The bytes are no such thing.
#[wasm_bindgen]
pub fn to_link(shared: &[u8]) -> Result<Vec<u8>, JsError> {
    let shared: share::Shared = postcard::from_bytes(shared)?;
    Ok(postcard::to_allocvec(&share::encode(&shared))?)
}

/// What a link shows: its token in, [`share::Shared`] or a [`share::ShareError`] out, in the same format.
///
/// # Errors
/// The bytes are no such thing.
#[wasm_bindgen]
pub fn of_link(token: &[u8]) -> Result<Vec<u8>, JsError> {
    let token: &str = postcard::from_bytes(token)?;
    Ok(postcard::to_allocvec(&share::decode(token))?)
}

fn main() {}
