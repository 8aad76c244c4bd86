//! Bytes from JavaScript.

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::Failure;

/// A copy of the bytes of a `Uint8Array`.
///
/// # Errors
/// What is not bytes at all.
pub(crate) fn of(value: &JsValue) -> Result<Vec<u8>, Failure> {
    copy(value).ok_or_else(no_bytes)
}

/// Appends the bytes of a `Uint8Array`.
///
/// # Errors
/// What is not bytes at all.
pub(crate) fn append(value: &JsValue, to: &mut Vec<u8>) -> Result<(), Failure> {
    if to.is_empty() {
        *to = of(value)?;
    } else {
        to.extend(of(value)?);
    }
    Ok(())
}

fn no_bytes() -> Failure {
    Failure::message("bytes must be a Uint8Array")
}

/// The bytes of any view, also one from another frame or realm, whose `Uint8Array` is not ours.
pub(crate) fn copy(value: &JsValue) -> Option<Vec<u8>> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(bytes.to_vec());
    }
    if !ArrayBuffer::is_view(value) {
        return None;
    }
    let number = |key: &str| {
        let number = Reflect::get(value, &key.into()).ok()?.as_f64()?;
        // A view's offset and length are whole and below 2^32 in wasm's world.
        Some(number as u32)
    };
    let buffer = Reflect::get(value, &"buffer".into()).ok()?;
    let view = Uint8Array::new_with_byte_offset_and_length(
        &buffer,
        number("byteOffset")?,
        number("byteLength")?,
    );
    Some(view.to_vec())
}
