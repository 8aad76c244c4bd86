//! Bytes from JavaScript.

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::Failure;

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
    let view = view(value).ok_or_else(|| Failure::message("bytes must be a Uint8Array"))?;
    copy_to(&view, to)
}

/// The bytes of any view, if it is one and there is memory for it.
pub(crate) fn copy(value: &JsValue) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    copy_to(&view(value)?, &mut out).ok()?;
    Some(out)
}

fn copy_to(view: &Uint8Array, to: &mut Vec<u8>) -> Result<(), Failure> {
    let len = view.length() as usize;
    let before = to.len();
    // How many they are somebody else decides.
    if to.try_reserve(len).is_err() {
        return Err(Failure::message(format!(
            "{len} bytes are more than there is memory for"
        )));
    }
    to.resize(before.saturating_add(len), 0);
    if let Some(room) = to.get_mut(before..) {
        view.copy_to(room);
    }
    Ok(())
}

/// Any view, also one from another frame or realm, whose `Uint8Array` is not ours.
fn view(value: &JsValue) -> Option<Uint8Array> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(bytes.clone());
    }
    if !ArrayBuffer::is_view(value) {
        return None;
    }
    let number = |key: &str| {
        let number = Reflect::get(value, &key.into()).ok()?.as_f64()?;
        // A view's offset and length are whole and below 2^32 in wasm's world.
        Some(number as u32)
    };
    // A property of the caller's own may stand before the view's: a number would be taken as a length.
    let buffer = Reflect::get(value, &"buffer".into()).ok()?;
    if !buffer.is_object() {
        return None;
    }
    let len = number("byteLength")?;
    let view = Uint8Array::new_with_byte_offset_and_length(&buffer, number("byteOffset")?, len);
    (view.length() == len).then_some(view)
}
