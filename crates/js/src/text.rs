//! The reader of pasted text: bytes in whatever notation, among whatever words.

use js_sys::Array;
use mqttscope_capture::reading::{Part, TextReading};
use mqttscope_capture::text::{Format, read_bytes, read_parts};
use wasm_bindgen::prelude::*;

use crate::bytes;
use crate::error::Failure;
use crate::given::{Given, reading};
use crate::plain::Plain;

/// Finds the bytes in a text, or in a file that may hold text.
///
/// # Errors
/// An Error that says what is missing or wrong, and where, when there are no bytes to be found.
#[wasm_bindgen(js_name = readText, skip_typescript)]
pub fn read_text(text: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let (text, options) = (&text, &options);
    let format = reading(|| format(options))?;
    let reading = match (text.as_string(), format) {
        (Some(text), format) => read_parts(&text, format),
        (None, None) => read_bytes(&bytes::of(text)?),
        (None, format) => read_parts(&String::from_utf8_lossy(&bytes::of(text)?), format),
    };
    match reading {
        Ok(reading) => Ok(plain(&reading)?.into()),
        Err(error) => Err(Failure::message(error.to_string()).into()),
    }
}

fn format(options: &JsValue) -> Result<Option<Format>, Failure> {
    if options.is_undefined() || options.is_null() {
        return Ok(None);
    }
    let given = Given::of(options).ok_or_else(|| Failure::message("options must be an object"))?;
    let name = given.format();
    if name.is_undefined() {
        return Ok(None);
    }
    let name = name.as_string().unwrap_or_default();
    match Format::by_name(&name) {
        Some(format) => Ok(Some(format)),
        None => Err(Failure::message(
            "options: format is not one that readText gives",
        )),
    }
}

fn plain(reading: &TextReading) -> Result<Plain, Failure> {
    let object = Plain::new();
    object.set_text(&"format".into(), reading.format.name());
    if let Some(other) = reading.other {
        object.set_text(&"other".into(), other.name());
    }
    object.set(&"sure".into(), &reading.sure.into());
    let parts = Array::new();
    for given in &reading.parts {
        parts.push(&part(given)?.into());
    }
    object.set(&"parts".into(), &parts);
    let alternatives = reading.alternatives.iter();
    let alternatives: Array = alternatives
        .map(|format| JsValue::from_str(format.name()))
        .collect();
    object.set(&"alternatives".into(), &alternatives);
    let notes = reading.notes.iter().map(|note| JsValue::from_str(note));
    object.set(&"notes".into(), &notes.collect::<Array>());
    Ok(object)
}

fn part(part: &Part) -> Result<Plain, Failure> {
    let object = Plain::new();
    object.set(&"bytes".into(), &bytes::array(&part.bytes)?.into());
    if let Some(from) = part.from {
        object.set_text(&"from".into(), from.name());
    }
    if let Some(at) = part.at_ms {
        // Milliseconds since 1970 are far below what a double holds exactly.
        object.set(&"atMs".into(), &JsValue::from_f64(at as f64));
    }
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    object.set_number(&"start".into(), place(part.start));
    object.set_number(&"end".into(), place(part.end));
    Ok(object)
}
