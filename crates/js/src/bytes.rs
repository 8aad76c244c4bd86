//! Bytes from JavaScript.

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

/// The bytes of any view, if it is one and there is memory for it.
pub(crate) fn copy(value: &JsValue) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    Bytes::of(value)?.append_to(&mut out).ok()?;
    Some(out)
}
