//! Bytes from JavaScript, and to it.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::given::Bytes;

/// A copy of the bytes of a `Uint8Array`.
///
/// # Errors
/// What is not bytes at all, or more than there is memory for.
pub(crate) fn of(value: &JsValue) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    append(value, &mut out)?;
    Ok(out)
}

/// Appends the bytes of a `Uint8Array`.
///
/// # Errors
/// What is not bytes at all, or more than there is memory for.
pub(crate) fn append(value: &JsValue, to: &mut Vec<u8>) -> Result<(), Failure> {
    Bytes::of(value)
        .ok_or_else(|| Failure::message("bytes must be a Uint8Array"))?
        .append_to(to)
}

/// The bytes of any view, if it is one.
///
/// # Errors
/// More than there is memory for.
pub(crate) fn copy(value: &JsValue) -> Option<Result<Vec<u8>, Failure>> {
    let bytes = Bytes::of(value)?;
    let mut out = Vec::new();
    Some(bytes.append_to(&mut out).map(|()| out))
}

/// Bytes of a new array that JavaScript has memory for, or nothing else would work either.
const SMALL: usize = 1 << 16;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Uint8Array)]
    type Large;
    #[wasm_bindgen(constructor, js_class = "Uint8Array", catch)]
    fn new(bytes: &[u8]) -> Result<Large, JsValue>;
}

/// A `Uint8Array` of its own with these bytes.
///
/// # Errors
/// More than there is memory for.
pub(crate) fn array(bytes: &[u8]) -> Result<Uint8Array, Failure> {
    if bytes.len() <= SMALL {
        // Not caught: asking for a small one takes little longer than catching.
        return Ok(Uint8Array::new_from_slice(bytes));
    }
    match Large::new(bytes) {
        Ok(array) => Ok(JsValue::from(array).into()),
        Err(_) => Err(Failure::too_much(bytes.len() as f64)),
    }
}
